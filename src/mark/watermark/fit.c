// SPDX-License-Identifier: Apache-2.0
#include "mark/watermark/fit.h"

#include <math.h>
#include <string.h>

enum { W = BT_WM_WIDTH, H = BT_WM_HEIGHT };
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
    float strip[BT_WM_Y][W];
    make_axis(&across, W, BT_WM_X, place->x0, place->w, 2);
    make_axis(&down, H, BT_WM_Y, place->y0, place->h, 1);
    memset(strip, 0, sizeof(strip));
    for (int y = 0; y < H; y++) {
        if (down.cell[y] < 0)
            continue;
        float *out = strip[down.cell[y]];
        const float *row = picture + y * W, carrier = down.carrier[y];
        for (int x = 0; x < W; x++)
            out[x] += row[x] * carrier;
    }
    for (int c = 0; c < BT_WM_CELLS; c++) {
        const bool in = across.part[c % BT_WM_X] >= PART_LEAST &&
                        down.part[c / BT_WM_X] >= PART_LEAST;
        cell[c] = in ? 0 : NAN;
    }
    for (int x = 0; x < W;) {
        const int i = across.cell[x], from = x;
        while (x < W && across.cell[x] == i)
            x++;
        for (int j = 0; i >= 0 && j < BT_WM_Y; j++) {
            float sum = 0;
            for (int k = from; k < x; k++)
                sum += strip[j][k] * across.carrier[k];
            cell[j * BT_WM_X + i] += sum;
        }
    }
}

void bt_wm_around(const float size[BT_WM_CELLS], float mean[BT_WM_CELLS])
{
    for (int j = 0; j < BT_WM_Y; j++) {
        const int y0 = j > 0 ? j - 1 : 0, y1 = j + 1 < BT_WM_Y ? j + 1 : j;
        float sum[BT_WM_X], count[BT_WM_X];
        for (int i = 0; i < BT_WM_X; i++) {
            sum[i] = count[i] = 0;
            for (int y = y0; y <= y1; y++) {
                const float value = size[y * BT_WM_X + i];
                const bool there = !isnan(value);
                sum[i] += there ? value : 0;
                count[i] += there;
            }
        }
        for (int i = 0; i < BT_WM_X; i++) {
            const int x0 = i > 0 ? i - 1 : 0, x1 = i + 1 < BT_WM_X ? i + 1 : i;
            float total = sum[i], n = count[i];
            total += (x0 < i ? sum[x0] : 0) + (x1 > i ? sum[x1] : 0);
            n += (x0 < i ? count[x0] : 0) + (x1 > i ? count[x1] : 0);
            mean[j * BT_WM_X + i] = n > 0 ? total / n : 0;
        }
    }
}

void bt_wm_level(float cell[BT_WM_CELLS])
{
    float size[BT_WM_CELLS], level[BT_WM_CELLS];
    for (int c = 0; c < BT_WM_CELLS; c++)
        size[c] = fabsf(cell[c]);
    bt_wm_around(size, level);
    for (int c = 0; c < BT_WM_CELLS; c++)
        cell[c] = !isnan(cell[c]) && level[c] > 1e-6f ? cell[c] / level[c] : 0;
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
