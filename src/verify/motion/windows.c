// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "verify/motion/motion.h"

static const double RATE_MIN = 8;      // frames a second
static const double STILL = 1e-4;      // a signal with less deviation tells nothing
static const double NEAR_ONE = .995;   // correlations are cut there, or are infinite

static int reserve(struct bt_motion_windows *w)
{
    if (w->count < w->room)
        return 0;
    const int room = w->room ? 2 * w->room : 64;
    float(*feature)[BT_MOTION_FEATURES] = bt_alloc_array((size_t)room, sizeof *feature);
    double *start = bt_alloc_array((size_t)room, sizeof *start);
    if (!feature || !start) {
        bt_free(feature);
        bt_free(start);
        return BAUTA_E_NO_MEMORY;
    }
    if (w->count) {
        memcpy(feature, w->feature, (size_t)w->count * sizeof *feature);
        memcpy(start, w->start, (size_t)w->count * sizeof *start);
    }
    bt_free(w->feature);
    bt_free(w->start);
    w->feature = feature;
    w->start = start;
    w->room = room;
    return 0;
}

static void correlate(const struct bt_motion_frame *frame, int count,
                      float out[BT_MOTION_FEATURES])
{
    double mean[BT_MOTION_SIGNALS] = {0}, deviation[BT_MOTION_SIGNALS];
    double product[BT_MOTION_SIGNALS][BT_MOTION_SIGNALS] = {{0}};
    for (int n = 0; n < count; n++) {
        for (int i = 0; i < BT_MOTION_SIGNALS; i++)
            mean[i] += (double)frame[n].value[i] / count;
    }
    for (int n = 0; n < count; n++) {
        double x[BT_MOTION_SIGNALS];
        for (int i = 0; i < BT_MOTION_SIGNALS; i++)
            x[i] = (double)frame[n].value[i] - mean[i];
        for (int i = 0; i < BT_MOTION_SIGNALS; i++) {
            for (int k = 0; k <= i; k++)
                product[i][k] += x[i] * x[k] / count;
        }
    }
    for (int i = 0; i < BT_MOTION_SIGNALS; i++)
        deviation[i] = sqrt(product[i][i]);
    for (int i = 1, at = 0; i < BT_MOTION_SIGNALS; i++) {
        for (int k = 0; k < i; k++, at++) {
            const bool still = deviation[i] < STILL || deviation[k] < STILL;
            const double r = still ? 0 : product[i][k] / (deviation[i] * deviation[k]);
            out[at] = (float)atanh(fmin(fmax(r, -NEAR_ONE), NEAR_ONE));
        }
    }
}

// The windows of the frames from to, of one part.
static int cut_part(const struct bt_motion_track *track, int from, int to, double step,
                    struct bt_motion_windows *out)
{
    const double end = track->frame[to - 1].seconds;
    double covered = -INFINITY;
    int first = from, behind = from;
    for (int k = 0; out->count < BT_MOTION_WINDOWS_MAX; k++) {
        const double start = track->frame[from].seconds + k * step;
        if (start + out->length > end)
            return 0;
        while (track->frame[first].seconds < start)
            first++;
        while (behind < to && track->frame[behind].seconds < start + out->length)
            behind++;
        if (behind - first < RATE_MIN * out->length)
            continue;
        const int result = reserve(out);
        if (result < 0)
            return result;
        correlate(track->frame + first, behind - first, out->feature[out->count]);
        out->start[out->count++] = start;
        out->seconds += fmin(out->length, start + out->length - covered);
        covered = start + out->length;
    }
    return 0;
}

int bt_motion_cut(const struct bt_motion_track *track, double length, double step,
                  struct bt_motion_windows *out)
{
    *out = (struct bt_motion_windows){.length = length};
    int result = 0;
    for (int from = 0, to; from < track->count && !result; from = to) {
        for (to = from + 1; to < track->count; to++) {
            if (track->frame[to].part != track->frame[from].part)
                break;
        }
        result = cut_part(track, from, to, step, out);
    }
    if (result < 0)
        bt_motion_windows_finish(out);
    return result;
}

void bt_motion_windows_finish(struct bt_motion_windows *windows)
{
    bt_free(windows->feature);
    bt_free(windows->start);
    *windows = (struct bt_motion_windows){0};
}
