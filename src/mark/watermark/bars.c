// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "mark/watermark/fit.h"

enum {
    W = BT_WM_WIDTH,
    H = BT_WM_HEIGHT,
    X = BT_WM_X,
    Y = BT_WM_Y,
    LEAST = 8,              // samples of a bar, below which the whole picture fits
};
#define PI 3.14159265f
#define DARK 30.f
#define MOST .35f           // of the picture, a bar

static float brightest(const float *first, int count, int step)
{
    float most = 0;
    for (int i = 0; i < count; i++)
        most = fmaxf(most, first[i * step]);
    return most;
}

// How many dark rows or columns there are from first on, at most half of them.
static int count_dark(const float *first, int lines, int to_next, int count, int step)
{
    int n = 0;
    while (n < lines / 2 && brightest(first + n * to_next, count, step) <= DARK)
        n++;
    return n;
}

void bt_wm_bars_find(const float *mean, struct bt_wm_bars *bars)
{
    bars->top = count_dark(mean, H, W, W, 1);
    bars->bottom = count_dark(mean + (H - 1) * W, H, -W, W, 1);
    bars->left = count_dark(mean, W, 1, H, W);
    bars->right = count_dark(mean + W - 1, W, -1, H, W);
}

int bt_wm_bars_places(const struct bt_wm_bars *bars, struct bt_wm_place place[3])
{
    const int across = bars->left + bars->right, down = bars->top + bars->bottom;
    const float w = (float)W / (float)(W - across), h = (float)H / (float)(H - down);
    const float x0 = -w * (float)bars->left / W, y0 = -h * (float)bars->top / H;
    int count = 0;
    if (down > 1 && down < 3 * H / 4)
        place[count++] = (struct bt_wm_place){0, 1, y0, h};
    if (across > 1 && across < 3 * W / 4)
        place[count++] = (struct bt_wm_place){x0, w, 0, 1};
    if (count == 2)
        place[count++] = (struct bt_wm_place){x0, w, y0, h};
    return count;
}

// The carrier along an axis of that many samples, of which there are bar at each end, and
// the cell of each sample; -1 in the bars.
static void lay(int samples, int cells, int bar, float turns, int8_t *cell, float *carrier)
{
    const float step = (float)cells / (float)(samples - 2 * bar);
    for (int i = 0; i < samples; i++) {
        const float at = ((float)(i - bar) + .5f) * step;
        const bool in = i >= bar && i < samples - bar;
        cell[i] = (int8_t)(in ? (int)at : -1);
        carrier[i] = in ? sinf(turns * PI * (at - floorf(at))) : 0;
    }
}

// The rows of the picture summed into rows of cells.
static void sum_rows(const float *picture, int bar, float strip[Y][W])
{
    int8_t cell[H];
    float carrier[H];
    lay(H, Y, bar, 1, cell, carrier);
    memset(strip, 0, Y * sizeof(strip[0]));
    for (int y = bar; y < H - bar; y++) {
        float *out = strip[cell[y]];
        const float *row = picture + y * W;
        for (int x = 0; x < W; x++)
            out[x] += row[x] * carrier[y];
    }
}

// One row into cells.
static void sum_row(const float *row, int bar, const int8_t *cell, const float *carrier,
                    float out[X])
{
    memset(out, 0, X * sizeof(*out));
    for (int x = bar; x < W - bar;) {
        const int i = cell[x];
        float sum = 0;
        for (; x < W - bar && cell[x] == i; x++)
            sum += row[x] * carrier[x];
        out[i] = sum;
    }
}

struct best {
    const struct bt_wm_grid *grid;
    float z;
    struct bt_wm_place place;
    bool mirrored;
};

// Equal bars mirror into each other, and the carrier into its negative.
static void consider(struct best *best, float cell[BT_WM_CELLS],
                     const struct bt_wm_place *place)
{
    float other[BT_WM_CELLS];
    bt_wm_level(cell);
    for (int c = 0; c < BT_WM_CELLS; c++)
        other[c] = -cell[c / X * X + X - 1 - c % X];
    for (int mirrored = 0; mirrored < 2; mirrored++) {
        const float z = bt_wm_presence(best->grid, mirrored ? other : cell);
        if (fabsf(z) <= fabsf(best->z))
            continue;
        best->z = z;
        best->place = *place;
        best->mirrored = mirrored;
    }
}

static void try_sides(struct best *best, const float *picture, int most)
{
    float strip[Y][W], carrier[W], cell[BT_WM_CELLS];
    int8_t at[W];
    if (most < LEAST)
        return;
    sum_rows(picture, 0, strip);
    for (int bar = LEAST; bar <= most; bar++) {
        const float w = (float)W / (float)(W - 2 * bar);
        lay(W, X, bar, 2, at, carrier);
        for (int j = 0; j < Y; j++)
            sum_row(strip[j], bar, at, carrier, cell + j * X);
        consider(best, cell, &(struct bt_wm_place){-w * (float)bar / W, w, 0, 1});
    }
}

static void try_above(struct best *best, const float *picture, int most)
{
    float row[H][X], carrier[W], cell[BT_WM_CELLS];
    int8_t at[W];
    if (most < LEAST)
        return;
    lay(W, X, 0, 2, at, carrier);
    for (int y = 0; y < H; y++)
        sum_row(picture + y * W, 0, at, carrier, row[y]);
    for (int bar = LEAST; bar <= most; bar++) {
        const float h = (float)H / (float)(H - 2 * bar);
        lay(H, Y, bar, 1, at, carrier);
        memset(cell, 0, sizeof(cell));
        for (int y = bar; y < H - bar; y++) {
            for (int i = 0; i < X; i++)
                cell[at[y] * X + i] += row[y][i] * carrier[y];
        }
        consider(best, cell, &(struct bt_wm_place){0, 1, -h * (float)bar / H, h});
    }
}

static int least(int a, int b, int c)
{
    const int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

float bt_wm_bars_search(const struct bt_wm_grid *grid, const float *picture,
                        const struct bt_wm_bars *bars, struct bt_wm_place *place,
                        bool *mirrored)
{
    struct best best = {.grid = grid, .place = bt_wm_whole};
    try_sides(&best, picture, least(bars->left, bars->right, (int)(MOST * W)));
    try_above(&best, picture, least(bars->top, bars->bottom, (int)(MOST * H)));
    *place = best.place;
    *mirrored = best.mirrored;
    return best.z;
}
