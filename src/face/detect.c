// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "face/internal.h"

enum { SIDE = 128, VALUES = 16, KEYS = 6, CANDIDATES_MAX = 128 };
static const float MERGE_IOU = .3f;

void bt_detect_anchors(float anchor[BT_ANCHORS][2])
{
    static const struct {
        int grid, each;
    } layers[] = { { 16, 2 }, { 8, 6 } };
    int n = 0;
    for (int l = 0; l < 2; l++) {
        for (int i = 0; i < layers[l].grid * layers[l].grid; i++) {
            for (int k = 0; k < layers[l].each; k++, n++) {
                anchor[n][0] = (float)(i % layers[l].grid + .5) / layers[l].grid;
                anchor[n][1] = (float)(i / layers[l].grid + .5) / layers[l].grid;
            }
        }
    }
}

static int by_score(const void *a, const void *b)
{
    const float x = ((const struct bt_detection *)a)->score;
    const float y = ((const struct bt_detection *)b)->score;
    return (x < y) - (x > y);
}

static void add_weighted(struct bt_detection *sum, const struct bt_detection *d)
{
    for (int k = 0; k < 4; k++)
        sum->box[k] += d->score * d->box[k];
    for (int k = 0; k < KEYS; k++) {
        sum->key[k][0] += d->score * d->key[k][0];
        sum->key[k][1] += d->score * d->key[k][1];
    }
    sum->score += d->score;
}

static void divide(struct bt_detection *sum)
{
    for (int k = 0; k < 4; k++)
        sum->box[k] /= sum->score;
    for (int k = 0; k < KEYS; k++) {
        sum->key[k][0] /= sum->score;
        sum->key[k][1] /= sum->score;
    }
}

int bt_detect_merge(struct bt_detection *found, int count, float iou)
{
    if (count > 1)
        qsort(found, (size_t)count, sizeof(*found), by_score);
    int kept = 0;
    while (kept < count) {
        struct bt_detection sum = { .score = 0 };
        const struct bt_detection best = found[kept];
        int left = kept;
        for (int i = kept; i < count; i++) {
            if (i == kept || bt_box_iou(best.box, found[i].box) > iou)
                add_weighted(&sum, &found[i]);
            else
                found[++left] = found[i];
        }
        divide(&sum);
        sum.score = best.score;
        found[kept++] = sum;
        count = left + 1;
    }
    return kept;
}

static bool decode(const struct bt_face_nets *nets, int i, float least,
                   struct bt_detection *d)
{
    const float raw = nets->scores[i];
    if (!(raw >= least))
        return false;
    const float *v = &nets->boxes[VALUES * i];
    const float x = nets->anchor[i][0] * SIDE, y = nets->anchor[i][1] * SIDE;
    for (int k = 0; k < VALUES; k++) {
        if (!(fabsf(v[k]) < 4 * SIDE))
            return false;
    }
    if (v[2] <= 0 || v[3] <= 0)
        return false;
    d->box[0] = x + v[0] - v[2] / 2;
    d->box[1] = y + v[1] - v[3] / 2;
    d->box[2] = x + v[0] + v[2] / 2;
    d->box[3] = y + v[1] + v[3] / 2;
    for (int k = 0; k < KEYS; k++) {
        d->key[k][0] = x + v[4 + 2 * k];
        d->key[k][1] = y + v[5 + 2 * k];
    }
    d->score = 1 / (1 + expf(-fminf(raw, 100)));
    return true;
}

// From crop pixels to samples. A box in a square that is turned by other than right
// angles becomes the upright one around it.
static void to_samples(struct bt_affine map, struct bt_detection *d)
{
    float x, y;
    bt_affine_apply(map, (d->box[0] + d->box[2]) / 2, (d->box[1] + d->box[3]) / 2, &x,
                    &y);
    const float width = d->box[2] - d->box[0], height = d->box[3] - d->box[1];
    const float half_x = (fabsf(map.m[0]) * width + fabsf(map.m[1]) * height) / 2;
    const float half_y = (fabsf(map.m[3]) * width + fabsf(map.m[4]) * height) / 2;
    const float box[4] = { x - half_x, y - half_y, x + half_x, y + half_y };
    memcpy(d->box, box, sizeof(box));
    for (int k = 0; k < KEYS; k++)
        bt_affine_apply(map, d->key[k][0], d->key[k][1], &d->key[k][0], &d->key[k][1]);
}

int bt_detect_square(struct bt_face_nets *nets, const struct bauta_frame *frame,
                     const float centre[2], float size, float angle, float threshold,
                     struct bt_detection *found, int max)
{
    const float limit = 8.f * (float)(frame->width + frame->height);
    if (!(size >= 1 && size <= limit) || !(fabsf(centre[0]) <= limit) ||
        !(fabsf(centre[1]) <= limit) || !isfinite(angle) ||
        !(threshold > 0 && threshold < 1) || max < 0)
        return BAUTA_E_USAGE;
    const struct bt_affine map =
        bt_affine_region(centre[0], centre[1], size, angle, SIDE);
    int result =
        bt_crop_run(&nets->crop, frame, map, SIDE, 2.f / 255, -1, nets->detector_in);
    if (result < 0)
        return result;
    result = bt_net_run(nets->detector);
    if (result < 0)
        return result;
    const float least = logf(threshold / (1 - threshold));
    struct bt_detection all[CANDIDATES_MAX];
    int count = 0;
    for (int i = 0; i < BT_ANCHORS && count < CANDIDATES_MAX; i++)
        count += decode(nets, i, least, &all[count]);
    count = bt_detect_merge(all, count, MERGE_IOU);
    count = count < max ? count : max;
    for (int i = 0; i < count; i++) {
        to_samples(map, &all[i]);
        found[i] = all[i];
    }
    return count;
}

int bt_detect_window(struct bt_face_nets *nets, const struct bauta_frame *frame, float x,
                     float y, float size, float threshold, struct bt_detection *found,
                     int max)
{
    const float centre[2] = { x + size / 2, y + size / 2 };
    return bt_detect_square(nets, frame, centre, size, bt_upright_angle(frame), threshold,
                            found, max);
}

// Windows ------------------------------------------------------------------------------

// Squares of one size in even steps from edge to edge, neighbours overlapping by a third.
static int add_level(int width, int height, float size, struct bt_window *window,
                     int count)
{
    const float step = size * (2.f / 3);
    const int columns = 1 + (int)ceilf(fmaxf(width - size, 0) / step);
    const int rows = 1 + (int)ceilf(fmaxf(height - size, 0) / step);
    if (count + columns * rows > BT_WINDOWS_MAX)
        return count;
    for (int i = 0; i < columns * rows; i++) {
        const float fx = columns > 1 ? (float)(i % columns) / (float)(columns - 1) : .5f;
        const float fy = rows > 1 ? (float)(i / columns) / (float)(rows - 1) : .5f;
        window[count++] =
            (struct bt_window){ fx * (width - size), fy * (height - size), size };
    }
    return count;
}

int bt_detect_windows(int width, int height, struct bt_window window[BT_WINDOWS_MAX])
{
    // The net sees a face that takes some 11 to 80 percent of its square; a face that
    // more than fills the picture needs one with a margin. Below 192 samples nothing is
    // gained.
    enum { LEAST = 192 };
    const float long_side = (float)(width > height ? width : height);
    const float short_side = (float)(width > height ? height : width);
    int count = add_level(width, height, long_side, window, 0);
    count = add_level(width, height, long_side * 1.6f, window, count);
    if (short_side < long_side * .4f && short_side >= LEAST)
        count = add_level(width, height, short_side * 2, window, count);
    if (short_side < long_side * .8f && short_side >= LEAST)
        count = add_level(width, height, short_side, window, count);
    if (short_side * .5f >= LEAST)
        count = add_level(width, height, short_side * .5f, window, count);
    else if (short_side * .6f >= LEAST)
        count = add_level(width, height, short_side * .6f, window, count);
    return count;
}

// Detections of overlapping windows: the best one stands, since a window's edge cuts
// others.
static int drop_doubles(struct bt_detection *found, int count)
{
    if (count > 1)
        qsort(found, (size_t)count, sizeof(*found), by_score);
    int kept = 0;
    for (int i = 0; i < count; i++) {
        bool seen = false;
        for (int j = 0; j < kept && !seen; j++)
            seen = bt_box_same(found[j].box, found[i].box, MERGE_IOU);
        if (!seen)
            found[kept++] = found[i];
    }
    return kept;
}

int bt_detect_all(struct bt_face_nets *nets, const struct bauta_frame *frame,
                  float threshold, struct bt_detection *found, int max)
{
    struct bt_window window[BT_WINDOWS_MAX];
    const int windows = bt_detect_windows(frame->width, frame->height, window);
    struct bt_detection all[2 * CANDIDATES_MAX];
    int count = 0;
    for (int i = 0; i < windows; i++) {
        if (count > CANDIDATES_MAX)
            count = drop_doubles(all, count);
        if (count > CANDIDATES_MAX)
            break;
        const int more =
            bt_detect_window(nets, frame, window[i].x, window[i].y, window[i].size,
                             threshold, all + count, CANDIDATES_MAX - 1);
        if (more < 0)
            return more;
        count += more;
    }
    count = drop_doubles(all, count);
    count = count < max ? count : max;
    if (count > 0)
        memcpy(found, all, sizeof(*found) * (size_t)count);
    return count;
}
