// SPDX-License-Identifier: Apache-2.0
// How near engine hybrid comes to engine neural with the same generator on every frame.
// usage: bauta-hybrid CLIP PHOTO GENERATOR [SECONDS_A_RUN [FOLDER [CALIBRATION]]]
// The generator takes SECONDS_A_RUN of the stream (default 1.8) each time; 0: it is waited
// for, as on files. After
// CALIBRATION seconds (15) it prints the PSNR of luma inside the mask, that of an oracle,
// and percentiles of the change from frame to frame over the face's texture; pictures go
// to FOLDER.
//
// The oracle: of all frames of the calibration the one whose target is most like the
// target now (mean square over the texture), as engine neural drew it, moved to the
// landmarks of now.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "quality/bench.h"
#include "quality/pixels.h"
#include "quality/sheet.h"
#include "swap/source.h"

enum { FRAMES_MAX = 1200 };

struct shown { // one frame of the calibration
    struct bauta_frame *drawn;
    struct bauta_face face;
    float target[BT_Q_TEXELS];
};

struct run {
    struct bt_q_film film;
    struct bt_q_space space;
    struct bt_tracker *tracker;
    struct bt_smoother *smoother;
    struct bauta_identity *who;
    struct bt_swap_options options[2];
    struct bt_swap *swap[2]; // neural, hybrid
    struct shown *calibration;
    int calibrated;
    float before[2][BT_Q_TEXELS], now[2][BT_Q_TEXELS];
    double change[2][FRAMES_MAX];
    double psnr[FRAMES_MAX][2];
    int changes, number[FRAMES_MAX];
    bool started;
    struct bt_q_likeness hybrid, oracle;
    uint8_t *texture, *picture;
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile(const double *value, int count, double share)
{
    double sorted[FRAMES_MAX];
    memcpy(sorted, value, (size_t)count * sizeof *sorted);
    qsort(sorted, (size_t)count, sizeof *sorted, by_value);
    return count ? sorted[(int)((count - 1) * share + .5)] : NAN;
}

static double change_of(const struct run *r, int which)
{
    double sum = 0;
    int count = 0;
    for (int i = 0; i < BT_Q_TEXELS; i++) {
        const float a = r->before[which][i], b = r->now[which][i];
        if (r->space.regions.paste[i] < .5f || a < 0 || b < 0)
            continue;
        sum += fabsf(a - b);
        count++;
    }
    return count ? sum / count : 0;
}

// Only what is wholly replaced counts.
static void keep_whole(struct bt_mask *mask)
{
    const int n = (mask->rect.x1 - mask->rect.x0) * (mask->rect.y1 - mask->rect.y0);
    for (int i = 0; i < n; i++)
        mask->value[i] = mask->value[i] >= 253 ? mask->value[i] : 0;
}

static const struct shown *most_alike(const struct run *r, const float target[BT_Q_TEXELS])
{
    const struct shown *best = NULL;
    double least = 1e18;
    for (int k = 0; k < r->calibrated; k++) {
        const struct shown *s = &r->calibration[k];
        double sum = 0, count = 1e-6;
        for (int i = 0; i < BT_Q_TEXELS; i++) {
            if (r->space.regions.paste[i] < .5f || target[i] < 0 || s->target[i] < 0)
                continue;
            sum += (target[i] - s->target[i]) * (target[i] - s->target[i]);
            count++;
        }
        if (sum / count < least) {
            least = sum / count;
            best = s;
        }
    }
    return best;
}

// Luma of the shown frame, moved to the landmarks at.
static void draw_oracle(struct run *r, const struct shown *s, const struct bauta_face *at,
                        struct bauta_frame *out, struct bt_mask *mask)
{
    struct bt_raster_vertex vertex[BT_CANON_VERTICES];
    const int w = out->width, h = out->height;
    for (int i = 0; i < w * h; i++) {
        memset(r->texture + 4 * i, s->drawn->data[0][i / w * s->drawn->stride[0] + i % w], 3);
        r->texture[4 * i + 3] = 255;
    }
    for (int v = 0; v < BT_CANON_VERTICES; v++)
        vertex[v] = (struct bt_raster_vertex){at->landmark[v][0], at->landmark[v][1],
                                              s->face.landmark[v][0], s->face.landmark[v][1],
                                              {0}};
    const struct bt_texture texture = {
        .rgba = r->texture, .width = w, .height = h, .stride = 4 * w};
    memset(r->picture, 0, (size_t)w * (size_t)h * 4);
    bt_raster_textured(r->picture, w, h, 4 * w, &texture, vertex, bt_canon_triangle,
                       BT_CANON_TRIANGLES);
    for (int y = mask->rect.y0; y < mask->rect.y1; y++)
        for (int x = mask->rect.x0; x < mask->rect.x1; x++) {
            const uint8_t *p = r->picture + 4 * (y * w + x);
            if (p[3])
                out->data[0][y * out->stride[0] + x] = p[0];
            else
                mask->value[(y - mask->rect.y0) * mask->stride + x - mask->rect.x0] = 0;
        }
}

static struct bauta_frame *copy(const struct bauta_frame *frame)
{
    struct bauta_frame *out = bauta_frame_new(frame->format, frame->width, frame->height);
    if (out) {
        bt_frame_copy_pixels(out, frame);
        out->number = frame->number;
    }
    return out;
}

static void compare(struct run *r, const struct bauta_frame *in,
                    struct bauta_frame *drawn[2], const struct bauta_face *at,
                    struct bt_mask *mask, const float target[BT_Q_TEXELS])
{
    struct bauta_frame *moved = copy(in);
    const struct shown *s = most_alike(r, target);
    struct bt_q_likeness one = {0}, other = {0};
    if (!moved || !s)
        return;
    keep_whole(mask);
    draw_oracle(r, s, at, moved, mask);
    bt_q_likeness_add(&one, drawn[0], drawn[1], mask);
    bt_q_likeness_add(&other, drawn[0], moved, mask);
    bt_q_likeness_add(&r->hybrid, drawn[0], drawn[1], mask);
    bt_q_likeness_add(&r->oracle, drawn[0], moved, mask);
    bauta_frame_unref(&moved);
    if (!r->started)
        return;
    r->psnr[r->changes][0] = bt_q_psnr(&one);
    r->psnr[r->changes][1] = bt_q_psnr(&other);
    r->number[r->changes] = (int)in->number;
    for (int k = 0; k < 2; k++)
        r->change[k][r->changes] = change_of(r, k);
    r->changes++;
}

// Both engines on a copy of the frame each.
static int draw(struct run *r, int i, const struct bauta_face *at,
                struct bauta_frame *drawn[2], struct bt_mask *mask)
{
    const double seconds = i * r->film.ms_a_frame * 1e-3;
    int result = 0;
    for (int k = 0; k < 2 && result >= 0; k++) {
        drawn[k] = copy(r->film.frame[i]);
        result = drawn[k] ? bt_swap_face(r->swap[k], drawn[k], at, &r->who->face, seconds,
                                         k ? NULL : mask)
                          : BAUTA_E_NO_MEMORY;
    }
    for (int k = 0; k < 2 && result >= 0; k++)
        bt_q_unwrap(&r->space, drawn[k], at, r->now[k]);
    return result;
}

static int step(struct run *r, int i, double calibration)
{
    static float target[BT_Q_TEXELS];
    const double seconds = i * r->film.ms_a_frame * 1e-3;
    struct bauta_frame *drawn[2] = {NULL, NULL};
    struct bt_mask mask = {0};
    struct bt_faces faces;
    int result = bt_tracker_update(r->tracker, r->film.frame[i], seconds, &faces);
    if (result < 0)
        return result;
    bt_smoother_apply(r->smoother, &faces, seconds);
    if (faces.count < 1 || faces.face[0].origin == BAUTA_FACE_SUSPECTED) {
        r->started = false;
        return 0;
    }
    const struct bauta_face *at = &faces.face[0];
    result = draw(r, i, at, drawn, &mask);
    if (result < 0)
        goto done;
    bt_q_unwrap(&r->space, r->film.frame[i], at, target);
    if (seconds < calibration && r->calibrated < FRAMES_MAX) {
        struct shown *s = &r->calibration[r->calibrated++];
        s->face = *at;
        memcpy(s->target, target, sizeof target);
        s->drawn = drawn[0];
        drawn[0] = NULL;
    } else {
        compare(r, r->film.frame[i], drawn, at, &mask, target);
    }
    memcpy(r->before, r->now, sizeof r->now);
    r->started = true;
    result = 0;
done:
    bauta_frame_unref(&drawn[0]);
    bauta_frame_unref(&drawn[1]);
    bt_mask_finish(&mask);
    return result;
}

// Pictures -----------------------------------------------------------------------------

// The film again, up to its end: six frames from which on, every that many.
static int sheet(struct run *r, const char *folder, const char *name, int first, int every,
                 bool input)
{
    struct bt_q_sheet sheet;
    char path[4096];
    int result = bt_q_sheet_init(&sheet);
    for (int k = 0; k < 2; k++)
        bt_swap_reset(r->swap[k]);
    bt_tracker_reset(r->tracker);
    const int begin = first > 50 ? first - 50 : 0;
    for (int i = begin, column = 0; i < r->film.count && column < BT_Q_MOMENTS && result >= 0;
         i++) {
        struct bauta_frame *drawn[2] = {NULL, NULL};
        struct bt_mask mask = {0};
        struct bt_faces faces;
        result = bt_tracker_update(r->tracker, r->film.frame[i],
                                   i * r->film.ms_a_frame * 1e-3, &faces);
        if (result >= 0)
            bt_smoother_apply(r->smoother, &faces, i * r->film.ms_a_frame * 1e-3);
        if (result < 0 || faces.count < 1)
            continue;
        result = draw(r, i, &faces.face[0], drawn, &mask);
        if (result >= 0 && i >= first && (i - first) % every == 0) {
            column++;
            for (int k = 0; k < 2 && result >= 0; k++)
                result = bt_q_sheet_put(&sheet, column, k,
                                        k || !input ? drawn[k] : r->film.frame[i],
                                        &faces.face[0]);
        }
        bauta_frame_unref(&drawn[0]);
        bauta_frame_unref(&drawn[1]);
        bt_mask_finish(&mask);
    }
    snprintf(path, sizeof path, "%s/%s.png", folder, name);
    if (result >= 0)
        result = bt_q_sheet_write(&sheet, path);
    bt_q_sheet_finish(&sheet);
    return result;
}

// The whole ----------------------------------------------------------------------------

static int open_all(struct run *r, char **argv, double pace)
{
    static const struct bt_face_options defaults = {.5f, .5f, 1, BT_FACE_NET_ATTENTION};
    const struct bauta_identity_params params = {.consent = "licensed:test"};
    int result = bt_q_film_open(&r->film, argv[1], FRAMES_MAX);
    if (result < 0)
        return result;
    const struct bt_format format = bt_format_of(r->film.frame[0]);
    const size_t pixels = (size_t)format.width * (size_t)format.height;
    r->calibration = bt_alloc_array(FRAMES_MAX, sizeof *r->calibration);
    r->texture = bt_alloc(pixels * 4);
    r->picture = bt_alloc(pixels * 4);
    if (!r->calibration || !r->texture || !r->picture)
        return BAUTA_E_NO_MEMORY;
    result = bt_q_space_init(&r->space);
    if (result >= 0)
        result = bt_tracker_create(&r->tracker, &format, &defaults, NULL, 1);
    r->smoother = bt_smoother_create(&defaults);
    if (result >= 0)
        result = r->smoother ? bauta_identity_open(argv[2], &params, &r->who)
                             : BAUTA_E_NO_MEMORY;
    for (int k = 0; k < 2 && result >= 0; k++) {
        result = bt_opt_defaults(bt_swap_opts, &r->options[k]);
        r->options[k].engine = 1 + k;
        r->options[k].generator = argv[3];
        r->options[k].live = k && pace > 0;
        r->options[k].pace = pace;
        if (result >= 0)
            result = bt_swap_open(&r->swap[k], &format, &r->options[k]);
    }
    return result;
}

static void print(const struct run *r, double pace, double calibration)
{
    double ninety_nine[2];
    int behind = 0;
    for (int k = 0; k < 2; k++)
        ninety_nine[k] = percentile(r->change[k], r->changes, .99);
    for (int i = 0; i < r->changes; i++)
        behind += r->psnr[i][0] < r->psnr[i][1] - 2;
    printf("%.2f s a run, %d frames after %.0f s: hybrid %.2f dB, oracle %.2f dB "
           "(%d frames more than 2 dB behind it); change p50 %.3f %.3f, p99 %.3f %.3f "
           "(hybrid %.2f of neural)\n",
           pace, r->changes, calibration, bt_q_psnr(&r->hybrid), bt_q_psnr(&r->oracle), behind,
           percentile(r->change[1], r->changes, .5), percentile(r->change[0], r->changes, .5),
           ninety_nine[1], ninety_nine[0], ninety_nine[1] / ninety_nine[0]);
}

static int draw_sheets(struct run *r, const char *folder)
{
    int least = 0, jump = 0;
    for (int i = 1; i < r->changes; i++) {
        least = r->psnr[i][0] < r->psnr[least][0] ? i : least;
        jump = r->change[1][i] - r->change[0][i] > r->change[1][jump] - r->change[0][jump]
                   ? i : jump;
    }
    printf("worst frame %d (%.2f dB, oracle %.2f), largest jump at frame %d (%.2f, %.2f)\n",
           r->number[least], r->psnr[least][0], r->psnr[least][1], r->number[jump],
           r->change[1][jump], r->change[0][jump]);
    int result = sheet(r, folder, "input-hybrid", r->number[0], 60, true);
    if (result >= 0)
        result = sheet(r, folder, "neural-hybrid", r->number[0], 60, false);
    if (result >= 0)
        result = sheet(r, folder, "worst", r->number[least] - 2, 1, false);
    if (result >= 0)
        result = sheet(r, folder, "jump", r->number[jump] - 2, 1, false);
    return result;
}

int main(int argc, char **argv)
{
    static struct run r;
    if (argc < 4) {
        fprintf(stderr, "usage: bauta-hybrid CLIP PHOTO GENERATOR [SECONDS_A_RUN [FOLDER "
                        "[CALIBRATION]]]\n");
        return 2;
    }
    const double pace = argc > 4 ? atof(argv[4]) : 1.8;
    const double calibration = argc > 6 ? atof(argv[6]) : 15;
    int result = open_all(&r, argv, pace);
    for (int i = 0; i < r.film.count && result >= 0; i++)
        result = step(&r, i, calibration);
    if (result >= 0)
        print(&r, pace, calibration);
    if (result >= 0 && argc > 5 && r.changes > 2)
        result = draw_sheets(&r, argv[5]);
    for (int k = 0; k < 2; k++)
        bt_swap_close(&r.swap[k]);
    for (int i = 0; i < r.calibrated; i++)
        bauta_frame_unref(&r.calibration[i].drawn);
    bt_tracker_destroy(&r.tracker);
    bt_smoother_destroy(&r.smoother);
    bt_q_space_finish(&r.space);
    bt_q_film_close(&r.film);
    bauta_identity_unref(&r.who);
    bt_free(r.calibration);
    bt_free(r.texture);
    bt_free(r.picture);
    return -result;
}
