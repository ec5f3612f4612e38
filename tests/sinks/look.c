// SPDX-License-Identifier: Apache-2.0
#include "look.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bauta/error.h>

#include "mark/watermark/grid.h"

enum { DARK = 60, LIGHT = 190, TRAIL_MOST = 100000 };

static const uint8_t *luma_of(const struct bauta_frame *f, int x, int y)
{
    const struct bt_pixel_format *pf = bt_pixel_format(f->format);
    return f->data[0] + y * f->stride[0] + x * pf->step[0] + (pf->rgb ? pf->g : 0);
}

// A flat picture as it leaves the marking stage.
static struct bauta_frame *flat(const struct bt_format *format,
                                const struct bt_mark_options *options, int grey)
{
    struct bt_mark *mark = NULL;
    struct bt_marked marked = {NULL};
    struct bauta_frame *f = bauta_frame_new(format->pixel, format->width, format->height);
    if (!f || bt_mark_open(&mark, format, options) < 0)
        return NULL;
    f->colour = format->colour;
    f->sample_aspect = format->sample_aspect;
    f->rotation = format->rotation;
    f->time_base = (struct bauta_rational){1, 25};
    for (int p = 0; p < bt_pixel_format(f->format)->planes; p++) {
        int w = 0, h = 0;
        bt_plane_size(f->format, f->width, f->height, p, &w, &h);
        memset(f->data[p], p ? 128 : grey, (size_t)(f->stride[p] * h));
    }
    bt_mark_frame(mark, f, 0, &marked);
    bt_mark_close(&mark);
    return marked.frame;
}

// Where the two differ less than what they were made of, something was laid over them.
static int find_label(struct look *l, const struct bauta_frame *dark,
                      const struct bauta_frame *light)
{
    struct bt_rect r = {l->width, l->height, 0, 0};
    int count = 0;
    for (int y = 0; y < l->height; y++) {
        for (int x = 0; x < l->width; x++) {
            const int seen = *luma_of(light, x, y) - *luma_of(dark, x, y);
            if (seen > .7 * (LIGHT - DARK))
                continue;
            count++;
            r.x0 = x < r.x0 ? x : r.x0;
            r.y0 = y < r.y0 ? y : r.y0;
            r.x1 = x + 1 > r.x1 ? x + 1 : r.x1;
            r.y1 = y + 1 > r.y1 ? y + 1 : r.y1;
        }
    }
    l->area = (float)count / (float)(l->width * l->height);
    l->rect = r;
    if (!count)
        return BAUTA_E_FAILED;
    l->label = malloc(sizeof(float) * (size_t)((r.x1 - r.x0) * (r.y1 - r.y0)));
    float *to = l->label;
    for (int y = r.y0; y < r.y1 && to; y++) {
        for (int x = r.x0; x < r.x1; x++)
            *to++ = (float)(*luma_of(dark, x, y) + *luma_of(light, x, y)) / 2;
    }
    return to ? 0 : BAUTA_E_NO_MEMORY;
}

int look_open(struct look *look, const struct bt_format *format,
              const struct bt_mark_options *options, bool search)
{
    struct bt_format still = *format;
    struct bt_mark_options plain = {.label_position = options->label_position,
                                    .label_size = options->label_size,
                                    .label_lang = options->label_lang};
    *look = (struct look){.width = format->width, .height = format->height, .least = 2,
                          .most = -2, .session = -1, .search = search};
    still.still = true;
    struct bauta_frame *dark = flat(&still, &plain, DARK);
    struct bauta_frame *light = flat(&still, &plain, LIGHT);
    int result = dark && light ? find_label(look, dark, light) : BAUTA_E_FAILED;
    bauta_frame_unref(&dark);
    bauta_frame_unref(&light);
    look->trail = calloc(TRAIL_MOST + 1, 1);
    if (result >= 0)
        result = bt_wm_detector_open(&look->detector);
    return look->trail ? result : BAUTA_E_NO_MEMORY;
}

// Pearson's correlation of the picture with the label, over the label's rectangle.
static float correlate(const struct look *l, const struct bauta_frame *f)
{
    const struct bt_rect r = l->rect;
    const float *t = l->label;
    double st = 0, sf = 0, stt = 0, sff = 0, stf = 0;
    const double n = (double)(r.x1 - r.x0) * (r.y1 - r.y0);
    for (int y = r.y0; y < r.y1; y++) {
        for (int x = r.x0; x < r.x1; x++, t++) {
            const double a = (double)*t, b = *luma_of(f, x, y);
            st += a, sf += b, stt += a * a, sff += b * b, stf += a * b;
        }
    }
    const double vt = stt / n - st / n * st / n, vf = sff / n - sf / n * sf / n;
    // What hardly differs in itself shows no letters.
    return vt < 25 || vf < 25 ? 0 : (float)((stf / n - st / n * sf / n) / sqrt(vt * vf));
}

static int window(struct look *l)
{
    struct bt_wm_result r;
    const int result = bt_wm_result(l->detector, l->search, &r);
    if (result < 0)
        return result;
    // A rest of a moment says nothing, but where there is nothing else.
    if (l->windows && r.end - r.start < 1)
        return 0;
    l->windows++;
    l->marked += r.marked;
    l->z = l->windows == 1 || r.z < l->z ? r.z : l->z;
    const int session = r.payload_known ? (int)bt_wm_session(r.payload) : -1;
    if (session >= 0)
        l->session = l->session == -1 || l->session == session ? session : -2;
    return 0;
}

int look_at(struct look *look, const struct bauta_frame *frame)
{
    const struct bt_pixel_format *pf = bt_pixel_format(frame->format);
    if (frame->width != look->width || frame->height != look->height)
        return BAUTA_E_FORMAT;
    const float found = correlate(look, frame);
    if (look->frames < TRAIL_MOST)
        look->trail[look->frames] = found >= LOOK_LABEL ? '1' : '0';
    look->frames++;
    look->labelled += found >= LOOK_LABEL;
    look->least = fminf(look->least, found);
    look->most = fmaxf(look->most, found);
    const double seconds =
        frame->time_base.den > 0 && frame->pts != INT64_MIN
            ? (double)frame->pts * frame->time_base.num / frame->time_base.den
            : look->frames / 25.;
    if (frame->width < 16 || frame->height < 16)
        return 0;
    const int full = bt_wm_push(look->detector, luma_of(frame, 0, 0), frame->stride[0],
                                pf->step[0], frame->width, frame->height, seconds);
    return full > 0 ? window(look) : full;
}

int look_end(struct look *look)
{
    const int result = window(look);
    return result == BAUTA_E_END ? 0 : result;
}

void look_print(const struct look *l, const char *name)
{
    printf("{\"name\": \"%s\", \"width\": %d, \"height\": %d, \"frames\": %d, "
           "\"labelled\": %d, \"least\": %.3f, \"most\": %.3f, \"area\": %.5f, "
           "\"windows\": %d, \"marked\": %d, \"z\": %.1f, \"session\": %d, "
           "\"trail\": \"%s\"}\n",
           name, l->width, l->height, l->frames, l->labelled, (double)l->least,
           (double)l->most, (double)l->area, l->windows, l->marked, (double)l->z,
           l->session, l->trail);
}

void look_close(struct look *look)
{
    bt_wm_detector_close(&look->detector);
    free(look->label);
    free(look->trail);
}
