// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "mark/watermark/evidence.h"

enum {
    W = BT_WM_WIDTH,
    H = BT_WM_HEIGHT,
    SLICES = BT_WM_SLICES,
    SAMPLES = BT_WM_SAMPLES,
    SUMMED = 16384,        // bytes of a row that are summed at once
};

int bt_wm_slices_alloc(struct bt_wm_slice slice[BT_WM_SLICES])
{
    bool good = true;
    for (int i = 0; i < SLICES; i++) {
        slice[i] = (struct bt_wm_slice){bt_alloc_array(SAMPLES, sizeof(float)), 0, 0};
        good = good && slice[i].sum;
    }
    return good ? 0 : BAUTA_E_NO_MEMORY;
}

void bt_wm_slices_free(struct bt_wm_slice slice[BT_WM_SLICES])
{
    for (int i = 0; i < SLICES; i++)
        bt_freep(&slice[i].sum);
}

// The sum of rows of bytes.
static void add_rows(uint16_t *restrict sum, const uint8_t *row, ptrdiff_t stride, int rows,
                     int n)
{
    memset(sum, 0, (size_t)n * sizeof(*sum));
    for (int k = 0; k < rows; k++, row += stride) {
        const uint8_t *restrict in = row;
        for (int i = 0; i < n; i++)
            sum[i] = (uint16_t)(sum[i] + in[i]);
    }
}

// For what has more samples than W x H, no more than fit in SUMMED.
static void add_shrunk(float *sum, const uint8_t *luma, ptrdiff_t stride, int step, int w,
                       int h)
{
    uint16_t column[SUMMED];
    for (int y = 0; y < H; y++) {
        const int y0 = y * h / H, rows = (y + 1) * h / H - y0;
        add_rows(column, luma + y0 * stride, stride, rows, (w - 1) * step + 1);
        for (int x = 0, x0 = 0; x < W; x++) {
            const int x1 = (x + 1) * w / W;
            int total = 0;
            for (int at = x0; at < x1; at++)
                total += column[at * step];
            sum[y * W + x] += (float)total / (float)((x1 - x0) * rows);
            x0 = x1;
        }
    }
}

// Which samples of a line of from make each of to.
static void share_out(int from, int to, int *first, int *end)
{
    for (int i = 0; i < to; i++) {
        first[i] = (int)((int64_t)i * from / to);
        end[i] = (int)((int64_t)(i + 1) * from / to);
        end[i] = end[i] > first[i] ? end[i] : first[i] + 1;
    }
}

void bt_wm_add_scaled(float *sum, const uint8_t *luma, ptrdiff_t stride, int step, int w,
                      int h)
{
    float row[W] = {0};
    int x0[W], x1[W], y0[H], y1[H];
    if (w >= W && h >= H && w <= SUMMED / step && h / H < 255) {
        add_shrunk(sum, luma, stride, step, w, h);
        return;
    }
    share_out(w, W, x0, x1);
    share_out(h, H, y0, y1);
    for (int y = 0; y < H; y++) {
        const bool same = y > 0 && y0[y] == y0[y - 1] && y1[y] == y1[y - 1];
        for (int x = 0; x < W && !same; x++)
            row[x] = 0;
        for (int from = y0[y]; from < y1[y] && !same; from++) {
            const uint8_t *in = luma + from * stride;
            for (int x = 0; x < W; x++) {
                int total = 0;
                for (int at = x0[x]; at < x1[x]; at++)
                    total += in[at * step];
                row[x] += (float)total / (float)(x1[x] - x0[x]);
            }
        }
        for (int x = 0; x < W; x++)
            sum[y * W + x] += row[x] / (float)(y1[y] - y0[y]);
    }
}

int bt_wm_average(const struct bt_wm_slice slice[BT_WM_SLICES], float *picture)
{
    int count = 0;
    memset(picture, 0, SAMPLES * sizeof(*picture));
    for (int i = 0; i < SLICES; i++) {
        const struct bt_wm_slice *s = &slice[i];
        if (!s->count)
            continue;
        const float by = 1 / (float)s->count;
        count++;
        for (int k = 0; k < SAMPLES; k++)
            picture[k] += s->sum[k] * by;
    }
    for (int k = 0; k < SAMPLES && count; k++)
        picture[k] /= (float)count;
    return count;
}

void bt_wm_weigh(const struct bt_wm_slice slice[BT_WM_SLICES], float phase, float *picture)
{
    float weight[SLICES] = {0}, mean = 0;
    int count = 0;
    for (int i = 0; i < SLICES; i++) {
        if (!slice[i].count)
            continue;
        weight[i] = bt_wm_wave(slice[i].seconds / slice[i].count + (double)phase);
        mean += weight[i];
        count++;
    }
    memset(picture, 0, SAMPLES * sizeof(*picture));
    for (int i = 0; i < SLICES; i++) {
        const struct bt_wm_slice *s = &slice[i];
        if (!s->count)
            continue;
        const float by = (weight[i] - mean / (float)count) / (float)s->count;
        for (int k = 0; k < SAMPLES; k++)
            picture[k] += by * s->sum[k];
    }
}

static float sample(const float *picture, float x, float y)
{
    x = fminf(fmaxf(x, 0), W - 1.001f);
    y = fminf(fmaxf(y, 0), H - 1.001f);
    const int ix = (int)x, iy = (int)y;
    const float fx = x - (float)ix, fy = y - (float)iy;
    const float *p = picture + iy * W + ix;
    return (1 - fy) * ((1 - fx) * p[0] + fx * p[1]) + fy * ((1 - fx) * p[W] + fx * p[W + 1]);
}

const float *bt_wm_turn_back(const float *picture, int turn, float *room)
{
    if (turn == 0)
        return picture;
    for (int y = 0; y < H && turn == 1; y++) {
        for (int x = 0; x < W; x++)
            room[y * W + x] = picture[y * W + W - 1 - x];
    }
    if (turn == 1)
        return room;
    for (int y = 0; y < H; y++) {
        for (int x = 0; x < W; x++) {
            float u = ((float)x + .5f) / W, v = ((float)y + .5f) / H, a = u, b = v;
            if (turn & 1)
                a = 1 - a;
            for (int k = 0; k < turn >> 1; k++) {
                const float kept = a;
                a = 1 - b;
                b = kept;
            }
            room[y * W + x] = sample(picture, a * W - .5f, b * H - .5f);
        }
    }
    return room;
}
