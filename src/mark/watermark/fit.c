// SPDX-License-Identifier: Apache-2.0
#include "mark/watermark/fit.h"

#include <math.h>
#include <string.h>

enum { W = BT_WM_WIDTH, H = BT_WM_HEIGHT, UNSURE = 6 };
#define PI 3.14159265f
// Of a cell's area that must be in the picture.
#define PART_LEAST .7f

// For each sample of an axis: the cell it lies in, -1 outside, and the carrier there; for
// each cell how much of it is in the picture.
struct axis {
    int16_t cell[W];
    float carrier[W];
    float part[BT_WM_X];
};

static void make_axis(struct axis *a, int samples, int cells, float from, float length,
                      float turns)
{
    memset(a->part, 0, sizeof(a->part));
    const float step = length * (float)cells / (float)samples;
    for (int i = 0; i < samples; i++) {
        const float at = (from + ((float)i + .5f) / (float)samples * length) * (float)cells;
        const float cell = floorf(at);
        const bool in = cell >= 0 && cell < (float)cells;
        a->cell[i] = (int16_t)(in ? cell : -1);
        a->carrier[i] = in ? sinf(turns * PI * (at - cell)) : 0;
        if (in)
            a->part[(int)cell] += step;
    }
}

void bt_wm_project(const float *picture, const struct bt_wm_place *place,
                   float cell[BT_WM_CELLS])
{
    struct axis across, down;
    make_axis(&across, W, BT_WM_X, place->x0, place->w, 2);
    make_axis(&down, H, BT_WM_Y, place->y0, place->h, 1);
    memset(cell, 0, BT_WM_CELLS * sizeof(*cell));
    for (int y = 0; y < H; y++) {
        if (down.cell[y] < 0)
            continue;
        float *out = cell + down.cell[y] * BT_WM_X;
        const float *row = picture + y * W;
        for (int x = 0; x < W; x++) {
            if (across.cell[x] >= 0)
                out[across.cell[x]] += row[x] * across.carrier[x] * down.carrier[y];
        }
    }
    for (int j = 0; j < BT_WM_Y; j++) {
        for (int i = 0; i < BT_WM_X; i++) {
            if (across.part[i] < PART_LEAST || down.part[j] < PART_LEAST)
                cell[j * BT_WM_X + i] = NAN;
        }
    }
}

// The mean size of what a cell's neighbours hold, itself included.
static float around(const float cell[BT_WM_CELLS], int i, int j)
{
    float sum = 0;
    int count = 0;
    for (int y = j > 0 ? j - 1 : 0; y <= j + 1 && y < BT_WM_Y; y++) {
        for (int x = i > 0 ? i - 1 : 0; x <= i + 1 && x < BT_WM_X; x++) {
            const float value = cell[y * BT_WM_X + x];
            if (isnan(value))
                continue;
            sum += fabsf(value);
            count++;
        }
    }
    return count ? sum / (float)count : 0;
}

void bt_wm_level(float cell[BT_WM_CELLS])
{
    float level[BT_WM_CELLS];
    for (int c = 0; c < BT_WM_CELLS; c++)
        level[c] = isnan(cell[c]) ? 0 : around(cell, c % BT_WM_X, c / BT_WM_X);
    for (int c = 0; c < BT_WM_CELLS; c++)
        cell[c] = level[c] > 1e-6f ? cell[c] / level[c] : 0;
}

float bt_wm_presence(const struct bt_wm_grid *grid, const float cell[BT_WM_CELLS])
{
    float sum = 0, power = 0;
    for (int c = 0; c < BT_WM_CELLS; c++) {
        if (grid->bit[c] != BT_WM_SYNC)
            continue;
        sum += cell[c] * (float)grid->sign[c];
        power += cell[c] * cell[c];
    }
    return power > 0 ? sum / sqrtf(power) : 0;
}

int bt_wm_read(const struct bt_wm_grid *grid, const float cell[BT_WM_CELLS], float sign,
               uint32_t *payload)
{
    float sum[BT_WM_CODE] = {0};
    int unsure[UNSURE], best = -1;
    for (int c = 0; c < BT_WM_CELLS; c++) {
        if (grid->bit[c] != BT_WM_SYNC)
            sum[grid->bit[c]] += cell[c] * (float)grid->sign[c];
    }
    uint64_t word = 0, taken = 0;
    for (int i = 0; i < BT_WM_CODE; i++)
        word |= (uint64_t)(sum[i] * sign < 0) << i;
    for (int k = 0; k < UNSURE; k++) {
        unsure[k] = -1;
        for (int i = 0; i < BT_WM_CODE; i++) {
            if (!(taken >> i & 1) &&
                (unsure[k] < 0 || fabsf(sum[i]) < fabsf(sum[unsure[k]])))
                unsure[k] = i;
        }
        taken |= UINT64_C(1) << unsure[k];
    }
    for (int flips = 0; flips < 1 << UNSURE; flips++) {
        uint64_t other = word;
        uint32_t data = 0;
        for (int k = 0; k < UNSURE; k++)
            other ^= flips >> k & 1 ? UINT64_C(1) << unsure[k] : 0;
        if (bt_bch_decode(other, &data) < 0 || !bt_wm_payload_valid(data))
            continue;
        const int wrong = __builtin_popcountll(bt_bch_encode(data) ^ word);
        if (best >= 0 && wrong >= best)
            continue;
        best = wrong;
        *payload = data;
    }
    return best;
}
