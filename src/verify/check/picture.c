// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include <turbojpeg.h>

#include "base/alloc.h"
#include "frame/frame.h"
#include "io/picture.h"
#include "verify/check/check.h"

enum { SIDE = 320, QUALITY = 80 };

static void free_picture(struct bauta_check_picture *picture)
{
    tjFree((unsigned char *)picture->jpeg);
    *picture = (struct bauta_check_picture){0};
}

// Where a point of the frame, 0..1, is once the picture is upright.
static void turn(int rotation, float x, float y, float out[2])
{
    out[0] = rotation == 90 ? 1 - y : rotation == 180 ? 1 - x : rotation == 270 ? y : x;
    out[1] = rotation == 90 ? x : rotation == 180 ? 1 - y : rotation == 270 ? 1 - x : y;
}

static void outline(const struct bt_watched *seen, struct bauta_check_picture *out)
{
    const struct bauta_frame *f = seen->frame;
    if (!seen->face)
        return;
    out->points = BT_CANON_OVAL;
    for (int i = 0; i < BT_CANON_OVAL; i++) {
        const float *p = seen->face->landmark[bt_canon_oval[i]];
        turn(f->rotation, p[0] / (float)f->width, p[1] / (float)f->height, out->outline[i]);
    }
}

// The frame itself, smaller: whatever label it carries stays in it.
static struct bauta_frame *reduce(const struct bauta_frame *frame)
{
    const int longest = frame->width > frame->height ? frame->width : frame->height;
    const double by = longest > SIDE ? (double)SIDE / longest : 1;
    const int w = (int)fmax(lround(frame->width * by), 1),
              h = (int)fmax(lround(frame->height * by), 1);
    struct bt_format like = bt_format_of(frame);
    like.pixel = BAUTA_PIXEL_RGB24;
    like.width = w;
    like.height = h;
    like.colour.full_range = 1;
    struct bauta_frame *small = bauta_frame_new(BAUTA_PIXEL_RGB24, w, h);
    if (!small)
        return NULL;
    small->rotation = frame->rotation;
    if (bt_picture_fit(frame, &like, small) < 0 ||
        (frame->rotation && bt_orient_frame(&small, bt_orient_turn(frame->rotation)) < 0))
        bauta_frame_unref(&small);
    return small;
}

static int make(const struct bt_watched *seen, struct bauta_check_picture *out)
{
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    struct bauta_frame *small = reduce(seen->frame);
    tjhandle encoder = small ? tjInitCompress() : NULL;
    *out = (struct bauta_check_picture){.seconds = seen->seconds};
    const bool good = encoder && !tjCompress2(encoder, small->data[0], small->width,
                                              (int)small->stride[0], small->height,
                                              TJPF_RGB, &jpeg, &size, TJSAMP_420, QUALITY, 0);
    if (good) {
        out->jpeg = jpeg;
        out->size = size;
        out->width = small->width;
        out->height = small->height;
        outline(seen, out);
    } else {
        tjFree(jpeg);
    }
    if (encoder)
        tjDestroy(encoder);
    bauta_frame_unref(&small);
    return good ? 0 : BAUTA_E_NO_MEMORY;
}

// Every second one goes.
static void halve(struct bt_pictures *p)
{
    int kept = 0;
    for (int i = 0; i < p->count; i++) {
        if (i % 2)
            free_picture(&p->one[i]);
        else
            p->one[kept++] = p->one[i];
    }
    p->count = kept;
}

int bt_pictures_take(struct bt_pictures *p, const struct bt_watched *seen)
{
    if (p->count && seen->seconds < p->next)
        return 0;
    if (p->count == BT_PICTURES_HELD) {
        halve(p);
        p->step *= 2;
    }
    p->step = p->step > 0 ? p->step : .5;
    p->next = seen->seconds + p->step;
    const int result = make(seen, &p->one[p->count]);
    p->count += result >= 0;
    return result;
}

void bt_pictures_thin(struct bt_pictures *p)
{
    if (p->count <= BAUTA_CHECK_PICTURES_MAX)
        return;
    const int before = p->count;
    int kept = 0;
    for (int i = 0; i < before; i++) {
        const int wanted = kept * (before - 1) / (BAUTA_CHECK_PICTURES_MAX - 1);
        if (i == wanted && kept < BAUTA_CHECK_PICTURES_MAX)
            p->one[kept++] = p->one[i];
        else
            free_picture(&p->one[i]);
    }
    p->count = kept;
}

void bt_pictures_finish(struct bt_pictures *p)
{
    for (int i = 0; i < p->count; i++)
        free_picture(&p->one[i]);
    p->count = 0;
}
