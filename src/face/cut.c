// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "face/internal.h"

// Samples taken of a cell in each direction.
enum { GRID = 6, REACH = 2, SHIFTS = (2 * REACH + 1) * (2 * REACH + 1) };
// Below this standard deviation (of 0..255) a picture is as good as empty.
static const float FLAT = 3;
// A cell this bright has lost what it showed, by a flash for instance.
static const float BURNT = 244;

static void thumbnail(const struct bauta_frame *frame, float out[BT_CUT_CELLS])
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    // Green stands for luma in RGB.
    const uint8_t *data = frame->data[0] + (f->rgb ? f->g : 0);
    for (int cy = 0; cy < BT_CUT_HEIGHT; cy++) {
        for (int cx = 0; cx < BT_CUT_WIDTH; cx++) {
            int sum = 0;
            for (int i = 0; i < GRID; i++) {
                const int64_t y =
                    (int64_t)(cy * GRID + i) * frame->height / (BT_CUT_HEIGHT * GRID);
                const uint8_t *row = data + y * frame->stride[0];
                for (int j = 0; j < GRID; j++) {
                    const int64_t x =
                        (int64_t)(cx * GRID + j) * frame->width / (BT_CUT_WIDTH * GRID);
                    sum += row[x * f->step[0]];
                }
            }
            out[cy * BT_CUT_WIDTH + cx] = (float)sum / (GRID * GRID);
        }
    }
}

// 1 - correlation of a and b moved by (dx, dy) cells over each other: it does not change
// with brightness or contrast, so flashes and fades leave it small. -1 where one of them
// has too little to compare.
static float unlike(const float *a, const float *b, int dx, int dy)
{
    double n = 0, sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    for (int y = dy > 0 ? dy : 0; y < BT_CUT_HEIGHT + (dy < 0 ? dy : 0); y++) {
        for (int x = dx > 0 ? dx : 0; x < BT_CUT_WIDTH + (dx < 0 ? dx : 0); x++) {
            const float p = a[y * BT_CUT_WIDTH + x],
                        q = b[(y - dy) * BT_CUT_WIDTH + x - dx];
            if (p > BURNT || q > BURNT)
                continue;
            n++;
            sa += p, sb += q;
            saa += p * p, sbb += q * q, sab += p * q;
        }
    }
    if (n < BT_CUT_CELLS / 4)
        return -1;
    const double va = saa / n - sa / n * sa / n, vb = sbb / n - sb / n * sb / n;
    if (va < FLAT * FLAT || vb < FLAT * FLAT)
        return -1;
    return (float)(1 - (sab / n - sa / n * sb / n) / sqrt(va * vb));
}

// The least difference over small shifts: a pan moves the picture but does not change it.
static float difference(const float *a, const float *b)
{
    float least = unlike(a, b, 0, 0);
    if (least < .2f)
        return least;
    for (int s = 0; s < SHIFTS; s++) {
        const int side = 2 * REACH + 1;
        const float d = unlike(a, b, s % side - REACH, s / side - REACH);
        if (d >= 0 && d < least)
            least = d;
    }
    return least;
}

static bool empty(const float *thumb)
{
    double sum = 0, squares = 0;
    for (int i = 0; i < BT_CUT_CELLS; i++) {
        sum += thumb[i];
        squares += thumb[i] * thumb[i];
    }
    const double mean = sum / BT_CUT_CELLS;
    return squares / BT_CUT_CELLS - mean * mean < FLAT * FLAT;
}

static float mean_step(const float *a, const float *b)
{
    double sum = 0;
    for (int i = 0; i < BT_CUT_CELLS; i++)
        sum += fabsf(a[i] - b[i]);
    return (float)(sum / BT_CUT_CELLS);
}

bool bt_cut_feed(struct bt_cut *cut, const struct bauta_frame *frame)
{
    // A new scene is unlike each of the last frames, by far more than those are unlike
    // each other. Where all of them were empty, it differs from the last one at once.
    static const float LIMIT = .4f, OVER_USUAL = 3, STEP = 40;
    float now[BT_CUT_CELLS];
    thumbnail(frame, now);
    float least = INFINITY, latest = -1;
    bool all_empty = cut->count > 0;
    for (int i = 1; i <= cut->count; i++) {
        const int at = (cut->at - i + BT_CUT_HISTORY) % BT_CUT_HISTORY;
        const float d = difference(now, cut->thumb[at]);
        latest = i == 1 ? d : latest;
        least = d >= 0 ? fminf(least, d) : least;
        all_empty = all_empty && empty(cut->thumb[at]);
    }
    bool found = isfinite(least) && least > LIMIT && least > OVER_USUAL * cut->usual;
    if (all_empty && !empty(now)) {
        const int last = (cut->at - 1 + BT_CUT_HISTORY) % BT_CUT_HISTORY;
        found = mean_step(now, cut->thumb[last]) > STEP;
    }
    if (found) {
        cut->count = cut->at = 0;
        cut->usual = 0;
    } else if (latest >= 0) {
        cut->usual += .2f * (latest - cut->usual);
    }
    memcpy(cut->thumb[cut->at], now, sizeof(now));
    cut->at = (cut->at + 1) % BT_CUT_HISTORY;
    cut->count += cut->count < BT_CUT_HISTORY;
    return found;
}
