// SPDX-License-Identifier: Apache-2.0
// Things drawn before the face of a clip: what of them, and of the skin beside them, the
// mask leaves as it should.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "quality/bench.h"
#include "quality/front.h"
#include "quality/objects.h"
#include "quality/sheet.h"

enum { FRAMES = 120, TONE_FRAMES = 20 };

// One clip: what happens without any object, then with each of them.
struct run {
    struct bt_q_bench *bench;
    struct bt_q_film film;        // plain
    struct bt_q_film drawn;       // with the object
    struct bauta_face *at;        // of each frame, with presence 0 where there is none
    uint8_t **off, **would;       // masks without occlusion and with, by frame
    uint8_t **cover;              // the object's
    uint8_t *before;              // the mask of the frame before
    size_t area;
    struct bt_q_tone tone;
    int tones;
    enum bt_q_object object;
    struct bt_q_open open;
    struct bt_q_front front, moved; // moved: with occlusion off
    struct bt_q_sheet sheet;
    int moments;
    bool switched_off;
};

static void copy_mask(uint8_t *to, const struct bt_mask *mask, int width, int height)
{
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            to[y * width + x] = (uint8_t)bt_q_replaced(mask, x, y);
}

static int show(struct run *r, const struct bauta_frame *in, const struct bauta_frame *out,
                const struct bauta_face *at)
{
    r->moments++;
    const int result = bt_q_sheet_put(&r->sheet, r->moments, 0, in, at);
    return result < 0 ? result : bt_q_sheet_put(&r->sheet, r->moments, 1, out, at);
}

static int write_sheet(struct run *r, const struct bt_q_portrait *who, const char *label)
{
    char path[4096];
    const int result = bt_q_sheet_put(&r->sheet, 0, 0, who->photo, &who->face);
    snprintf(path, sizeof path, "%s/%s.png", r->bench->sheets, label);
    return result < 0 ? result : bt_q_sheet_write(&r->sheet, path);
}

// The first two passes: the masks, the face, the skin's tone.
static int see_plain(void *opaque, int number, const struct bt_tap_info *info)
{
    struct run *r = opaque;
    const struct bauta_frame *in = r->film.frame[number];
    int swapped;
    const int which = bt_q_main_face(info, &swapped);
    if (which < 0 || !swapped)
        return 0;
    if (r->switched_off) {
        copy_mask(r->off[number], info->touched, in->width, in->height);
        return 0;
    }
    copy_mask(r->would[number], info->touched, in->width, in->height);
    bt_q_open_add(&r->open, r->off[number], info->touched, in->width, in->height);
    r->at[number] = info->faces->face[which];
    if (r->tones < TONE_FRAMES) {
        const struct bt_q_tone t = bt_q_tone(in, &r->at[number]);
        const float a = 1.f / (float)++r->tones;
        r->tone.y += a * (t.y - r->tone.y);
        r->tone.u += a * (t.u - r->tone.u);
        r->tone.v += a * (t.v - r->tone.v);
    }
    const int due = r->film.count * (2 * r->moments + 1) / (2 * BT_Q_MOMENTS);
    return r->moments < BT_Q_MOMENTS && number >= due
               ? show(r, in, info->frame, &r->at[number])
               : 0;
}

static void draw(void *opaque, struct bauta_frame *frame, int number)
{
    struct run *r = opaque;
    memset(r->cover[number], 0, r->area);
    if (r->at[number].presence > 0)
        bt_q_object_draw(r->object, frame, &r->at[number], &r->tone, number,
                         r->cover[number]);
}

static int see_object(void *opaque, int number, const struct bt_tap_info *info)
{
    struct run *r = opaque;
    const struct bauta_frame *in = r->drawn.frame[number];
    const struct bt_q_scene scene = {in, info->frame, info->touched, r->would[number],
                                     r->cover[number]};
    if (r->at[number].presence <= 0)
        return 0;
    if (r->switched_off) {
        if (memchr(r->cover[number], 255, r->area))
            bt_q_front_add(&r->moved, &scene);
        return 0;
    }
    if (memchr(r->cover[number], 255, r->area))
        bt_q_front_add(&r->front, &scene);
    if (number > 0)
        bt_q_front_turn(&r->front, &scene, r->before, r->cover[number - 1],
                        r->would[number - 1]);
    copy_mask(r->before, info->touched, in->width, in->height);
    // While the hand comes, lies and goes; the others do something then, too.
    static const int when[BT_Q_MOMENTS] = {36, 41, 52, 70, 84, 112};
    return r->moments < BT_Q_MOMENTS && number >= when[r->moments]
               ? show(r, in, info->frame, &r->at[number])
               : 0;
}

static int run_object(struct run *r, const char *clip, struct bt_q_portrait *who,
                      struct bt_q_row *row)
{
    char label[BT_Q_LABEL];
    snprintf(label, sizeof label, "%s-%s", bt_q_object_name[r->object], clip);
    bt_q_row_init(row, BT_Q_FRONTS, label);
    r->front = r->moved = (struct bt_q_front){0};
    r->moments = 0;
    memset(r->before, 0, r->area);
    int result = bt_q_sheet_init(&r->sheet);
    if (result >= 0)
        result = bt_q_film_make(&r->drawn, &r->film, r->film.count, false, draw, r);
    if (result >= 0)
        result = bt_q_film_run(&r->drawn, who->who, see_object, r);
    r->switched_off = true;
    if (result >= 0)
        result =
            bt_q_film_run_with(&r->drawn, who->who, "occlusion", "0", see_object, r);
    r->switched_off = false;
    bt_q_film_close(&r->drawn);
    if (result >= 0)
        result = write_sheet(r, who, label);
    bt_q_sheet_finish(&r->sheet);
    const struct bt_q_front *f = &r->front;
    row->value[BT_Q_KEPT] = bt_q_percent((double)f->kept, (double)f->covered);
    row->value[BT_Q_LEFT] = bt_q_percent((double)f->left, (double)f->bare);
    row->value[BT_Q_MOVED] = bt_q_percent((double)r->moved.left, (double)r->moved.bare);
    row->value[BT_Q_TURNED] = bt_q_percent((double)f->turned, (double)f->watched);
    return result;
}

static uint8_t **planes(size_t area)
{
    uint8_t **plane = bt_alloc_array(FRAMES, sizeof *plane);
    uint8_t *data = plane ? bt_zalloc(FRAMES * area) : NULL;
    if (!data) {
        bt_free(plane);
        return NULL;
    }
    for (int i = 0; i < FRAMES; i++)
        plane[i] = data + (size_t)i * area;
    return plane;
}

static void free_planes(uint8_t **plane)
{
    if (plane)
        bt_free(plane[0]);
    bt_free(plane);
}

static int prepare(struct run *r)
{
    r->area = (size_t)r->film.frame[0]->width * (size_t)r->film.frame[0]->height;
    r->off = planes(r->area);
    r->would = planes(r->area);
    r->cover = planes(r->area);
    r->before = bt_zalloc(r->area);
    r->at = bt_zalloc(FRAMES * sizeof *r->at);
    return r->off && r->would && r->cover && r->before && r->at ? 0 : BAUTA_E_NO_MEMORY;
}

static int run_plain(struct run *r, const char *clip, const struct bt_q_portrait *who)
{
    char label[BT_Q_LABEL];
    snprintf(label, sizeof label, "plain-%s", clip);
    r->switched_off = true;
    int result = bt_q_film_run_with(&r->film, who->who, "occlusion", "0", see_plain, r);
    r->switched_off = false;
    if (result >= 0)
        result = bt_q_sheet_init(&r->sheet);
    if (result >= 0)
        result = bt_q_film_run(&r->film, who->who, see_plain, r);
    if (result >= 0)
        result = write_sheet(r, who, label);
    bt_q_sheet_finish(&r->sheet);
    return result;
}

int bt_q_occlusion(struct bt_q_bench *bench, const struct bt_q_film *film,
                   const char *clip, struct bt_q_portrait *who, bool objects,
                   struct bt_q_row *rows, double *opened)
{
    struct run r = {.bench = bench, .film = *film};
    int count = 0;
    r.film.count = film->count < FRAMES ? film->count : FRAMES;
    int result = prepare(&r);
    if (result >= 0)
        result = run_plain(&r, clip, who);
    *opened = bt_q_percent(r.open.lost, r.open.off);
    for (int i = 0; objects && i < BT_Q_OBJECTS && result >= 0; i++) {
        r.object = (enum bt_q_object)i;
        result = run_object(&r, clip, who, &rows[count]);
        count += result >= 0;
    }
    free_planes(r.off);
    free_planes(r.would);
    free_planes(r.cover);
    bt_free(r.before);
    bt_free(r.at);
    return result < 0 ? result : count;
}
