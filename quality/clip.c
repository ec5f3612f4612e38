// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/picture.h"
#include "quality/bench.h"
#include "quality/oracle.h"
#include "quality/pixels.h"
#include "quality/series.h"

enum { SELF_FRAMES = 150, TIMED_FRAMES = 100 };

struct self {
    struct bt_q_bench *bench;
    const struct bt_q_film *film;
    struct bt_q_oracle oracle;
    bool started;
    struct bt_q_likeness swap, oracles;
    struct bt_mask mask;                // what both wrote
    double turn[SELF_FRAMES][3];
    int turns;
    struct bt_q_mean lips;
};

static int compare_faces(struct self *s, const struct bt_tap_info *info,
                         const struct bauta_face *at, const struct bauta_face *in)
{
    struct bauta_face out;
    const int result = bt_q_look(s->bench->fine, info->frame, at, &out);
    if (result < 0)
        return result == BAUTA_E_NO_FACE ? 0 : result;
    bt_q_turn(in->rotation, out.rotation, s->turn[s->turns++]);
    bt_q_mean_add(&s->lips,
                  100 * fabs(bt_q_expression(in).lips - bt_q_expression(&out).lips));
    return 0;
}

static int compare(struct self *s, const struct bauta_frame *in,
                   const struct bt_tap_info *info, const struct bauta_face *face)
{
    int result = bt_mask_resize(&s->mask, info->touched->rect);
    if (result < 0)
        return result;
    const int width = s->mask.rect.x1 - s->mask.rect.x0;
    for (int y = 0; y < s->mask.rect.y1 - s->mask.rect.y0; y++) {
        for (int x = 0; x < width; x++)
            s->mask.value[y * s->mask.stride + x] =
                info->touched->value[y * info->touched->stride + x];
    }
    struct bauta_frame *drawn = bauta_frame_new(in->format, in->width, in->height);
    if (!drawn)
        return BAUTA_E_NO_MEMORY;
    bt_frame_copy_pixels(drawn, in);
    bt_q_oracle_draw(&s->oracle, drawn, face, &s->mask);
    bt_q_likeness_add(&s->swap, in, info->frame, &s->mask);
    bt_q_likeness_add(&s->oracles, in, drawn, &s->mask);
    bauta_frame_unref(&drawn);
    return 0;
}

static int see(void *opaque, int number, const struct bt_tap_info *info)
{
    struct self *s = opaque;
    const struct bauta_frame *in = s->film->frame[number];
    struct bauta_face face;
    int swapped;
    const int which = bt_q_main_face(info, &swapped);
    if (which < 0 || !swapped)
        return 0;
    int result = bt_q_look(s->bench->fine, in, &info->faces->face[which], &face);
    if (result < 0)
        return result == BAUTA_E_NO_FACE ? 0 : result;
    if (!s->started) {
        result = bt_q_oracle_init(&s->oracle, in, &face);
        s->started = result >= 0;
        return result;
    }
    result = compare_faces(s, info, &info->faces->face[which], &face);
    return result < 0 ? result : compare(s, in, info, &face);
}

static int self_identity(const struct bauta_frame *frame, struct bauta_identity **who)
{
    const struct bauta_identity_params params = {.consent = "licensed:test"};
    struct bauta_frame *photo = bauta_frame_new(BAUTA_PIXEL_RGB24, frame->width,
                                                frame->height);
    if (!photo)
        return BAUTA_E_NO_MEMORY;
    const struct bt_format like = bt_format_of(photo);
    int result = bt_picture_fit(frame, &like, photo);
    if (result >= 0)
        result = bt_identity_create(photo, "the clip's first frame", &params, who);
    bauta_frame_unref(&photo);
    return result;
}

static int measure_self(struct bt_q_bench *bench, const struct bt_q_film *film,
                        struct bt_q_row *row)
{
    struct bauta_identity *who = NULL;
    struct bt_q_film part = *film;
    struct self s = {.bench = bench, .film = &part};
    part.count = part.count > SELF_FRAMES ? SELF_FRAMES : part.count;
    int result = self_identity(film->frame[0], &who);
    if (result == BAUTA_E_NO_FACE) {
        bt_warn("%s: its first frame shows no face: no self-swap", row->label);
        return 0;
    }
    if (result >= 0)
        result = bt_q_film_run(&part, who, see, &s);
    if (result >= 0) {
        row->value[BT_Q_PSNR] = bt_q_psnr(&s.swap);
        row->value[BT_Q_ORACLE_PSNR] = bt_q_psnr(&s.oracles);
        row->value[BT_Q_BEHIND] = bt_q_psnr(&s.oracles) - bt_q_psnr(&s.swap);
        double bias;
        bt_q_pose_error((const double (*)[3])s.turn, s.turns, &row->value[BT_Q_SELF_POSE],
                        &bias);
        row->value[BT_Q_SELF_LIPS] = bt_q_mean_of(&s.lips);
        row->value[BT_Q_SSIM] = bt_q_ssim(&s.swap);
        row->value[BT_Q_ORACLE_SSIM] = bt_q_ssim(&s.oracles);
    }
    bt_q_oracle_finish(&s.oracle);
    bt_mask_finish(&s.mask);
    bauta_identity_unref(&who);
    return result;
}

// Speed -------------------------------------------------------------------------------

static int by_value(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// The median time of the mesh net on the face of the photo, in milliseconds.
static int time_net(struct bt_q_bench *bench, double *ms)
{
    const struct bt_q_portrait *portrait = &bench->portrait[0];
    struct bauta_face face;
    int64_t time[TIMED_FRAMES];
    for (int i = 0; i < TIMED_FRAMES; i++) {
        const int64_t start = bt_now_ns();
        const int result =
            bt_q_look(bench->nets, portrait->photo, &portrait->face, &face);
        if (result < 0)
            return result;
        time[i] = bt_now_ns() - start;
    }
    qsort(time, TIMED_FRAMES, sizeof time[0], by_value);
    *ms = (double)time[TIMED_FRAMES / 2] * 1e-6;
    return 0;
}

static int measure_speed(struct bt_q_bench *bench, const char *path,
                         struct bauta_identity *who, struct bt_q_row *row)
{
    struct bauta *engine = NULL;
    struct bauta_report report;
    double net = NAN;
    int result = time_net(bench, &net);
    if (result >= 0)
        result = bauta_create(&engine);
    if (result >= 0)
        result = bauta_map(engine, "all", who);
    if (result >= 0)
        result = bauta_bench(engine, path, TIMED_FRAMES);
    if (result >= 0) {
        bauta_report_get(engine, &report);
        row->value[BT_Q_P50] = report.path.p50_ms;
        row->value[BT_Q_P95] = report.path.p95_ms;
        row->value[BT_Q_P99] = report.path.p99_ms;
        row->value[BT_Q_NETS] = report.path.p50_ms / net;
    }
    bauta_destroy(&engine);
    return result;
}

int bt_q_clip(struct bt_q_bench *bench, const struct bt_q_film *film, const char *path,
              struct bauta_identity *who, struct bt_q_row *row)
{
    const int result = measure_self(bench, film, row);
    return result < 0 ? result : measure_speed(bench, path, who, row);
}
