// SPDX-License-Identifier: Apache-2.0
#include "mark/watermark/fit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

// The middle of the grid is tried first, where a wrong scale matters least: its cells
// FIRST_X.. and FIRST_Y.., half of each axis.
enum {
    W = BT_WM_WIDTH,
    HALF_H = BT_WM_HEIGHT / 2,
    FIRST_X = BT_WM_X / 4,
    FIRST_Y = BT_WM_Y / 4,
    MID_X = BT_WM_X / 2,
    MID_Y = BT_WM_Y / 2,
    BEST = 16,              // places that are looked at with the whole grid
    CLIMBED = 3,            // and moved for the best fit
    ROWS_MOST = 160,
};
#define PI 3.14159265f
#define CUT .1f             // of each side, at most
#define STEP_CENTRE_X (.2f / BT_WM_X)
#define STEP_CENTRE_Y (.35f / BT_WM_Y)
#define STEP_LENGTH_X .01f
#define STEP_LENGTH_Y .02f

struct found {
    struct bt_wm_place place;
    float z;
};

// How the rows of the picture lie in the cells of the middle, for one y0 and h.
struct rows {
    float y0, h;
    int8_t cell[HALF_H];         // -1: in none
    float carrier[HALF_H];
};

struct search {
    const struct bt_wm_grid *grid;
    float sign[MID_X * MID_Y];   // 0 for cells of the payload
    float half[HALF_H * W];      // the picture, two rows in one
    float strip[HALF_H * MID_X]; // by row and cell of the middle
    struct found best[BEST];
    int count;
    struct rows rows[ROWS_MOST];
};

static void keep(struct search *s, const struct bt_wm_place *place, float z)
{
    int worst = 0;
    for (int i = 1; i < BEST; i++) {
        if (fabsf(s->best[i].z) < fabsf(s->best[worst].z))
            worst = i;
    }
    if (fabsf(z) > fabsf(s->best[worst].z))
        s->best[worst] = (struct found){*place, z};
}

// Every row's share of the carrier in each cell of the middle.
static void project_rows(struct search *s, float x0, float w)
{
    int16_t cell[W];
    float carrier[W];
    int first = W, last = 0;
    for (int x = 0; x < W; x++) {
        const float at = (x0 + ((float)x + .5f) / W * w) * BT_WM_X - FIRST_X;
        if (at < 0 || at >= MID_X)
            continue;
        first = x < first ? x : first;
        last = x + 1;
        cell[x] = (int16_t)at;
        carrier[x] = sinf(2 * PI * (at - floorf(at)));
    }
    memset(s->strip, 0, sizeof(s->strip));
    for (int y = 0; y < HALF_H; y++) {
        const float *row = s->half + y * W;
        float *out = s->strip + y * MID_X;
        for (int x = first; x < last; x++)
            out[cell[x]] += row[x] * carrier[x];
    }
}

static void make_rows(struct search *s, float y0, float h)
{
    if (y0 < -.006f || y0 + h > 1.006f || s->count == ROWS_MOST)
        return;
    struct rows *r = &s->rows[s->count++];
    r->y0 = y0;
    r->h = h;
    for (int y = 0; y < HALF_H; y++) {
        const float at = (y0 + ((float)y + .5f) / HALF_H * h) * BT_WM_Y - FIRST_Y;
        r->cell[y] = (int8_t)(at < 0 || at >= MID_Y ? -1 : (int)at);
        r->carrier[y] = sinf(PI * (at - floorf(at)));
    }
}

// Adds one row of cells to the presence. Cells count alike: what is large is the picture.
static void add_cells(const float cell[MID_X], const float *sign, float *sum, float *power)
{
    float size = 0;
    for (int i = 0; i < MID_X; i++)
        size += fabsf(cell[i]);
    const float most = 1.5f * size / MID_X, scale = 1 / (most + 1e-9f);
    for (int i = 0; i < MID_X; i++) {
        const float low = cell[i] < -most ? -most : cell[i];
        const float v = (low > most ? most : low) * scale * sign[i];
        *sum += v;
        *power += v * v;
    }
}

static float try_rows(const struct search *s, const struct rows *r)
{
    float sum = 0, power = 0;
    for (int y = 0; y < HALF_H;) {
        const int j = r->cell[y];
        float cell[MID_X] = {0};
        if (j < 0) {
            y++;
            continue;
        }
        for (; y < HALF_H && r->cell[y] == j; y++) {
            const float *strip = s->strip + y * MID_X;
            for (int i = 0; i < MID_X; i++)
                cell[i] += strip[i] * r->carrier[y];
        }
        add_cells(cell, s->sign + j * MID_X, &sum, &power);
    }
    return power > 0 ? sum / sqrtf(power) : 0;
}

static void search_coarsely(struct search *s)
{
    for (float h = 1 - 2 * CUT; h < 1.0001f; h += STEP_LENGTH_Y) {
        for (float d = .5f - CUT / 2; d < .5001f + CUT / 2; d += STEP_CENTRE_Y)
            make_rows(s, d - h / 2, h);
    }
    for (float w = 1 - 2 * CUT; w < 1.0001f; w += STEP_LENGTH_X) {
        for (float c = .5f - CUT / 2; c < .5001f + CUT / 2; c += STEP_CENTRE_X) {
            const float x0 = c - w / 2;
            if (x0 < -.002f || x0 + w > 1.002f || x0 > CUT + .004f)
                continue;
            project_rows(s, x0, w);
            for (int i = 0; i < s->count; i++) {
                const struct bt_wm_place place = {x0, w, s->rows[i].y0, s->rows[i].h};
                keep(s, &place, try_rows(s, &s->rows[i]));
            }
        }
    }
}

static float presence_at(const struct search *s, const float *picture,
                         const struct bt_wm_place *place)
{
    float cell[BT_WM_CELLS];
    bt_wm_project(picture, place, cell);
    bt_wm_level(cell);
    return bt_wm_presence(s->grid, cell);
}

// Moves the sides one after another while that helps.
static float climb(const struct search *s, const float *picture,
                   struct bt_wm_place *place)
{
    float best = presence_at(s, picture, place);
    const float unit[2] = {.12f / BT_WM_X, .2f / BT_WM_Y};
    for (float step = 1; step > .2f; step /= 2) {
        for (int k = 0, idle = 0; idle < 8 && k < 64; k++, idle++) {
            struct bt_wm_place other = *place;
            const float by = (k & 1 ? -step : step) * unit[k >> 2 & 1];
            float *from = k >> 2 & 1 ? &other.y0 : &other.x0;
            float *length = k >> 2 & 1 ? &other.h : &other.w;
            // One side, or the other.
            if (k >> 1 & 1)
                *from += by, *length -= by;
            else
                *length += by;
            const float z = presence_at(s, picture, &other);
            if (fabsf(z) > fabsf(best)) {
                best = z;
                *place = other;
                idle = -1;
            }
        }
    }
    return best;
}

static int by_presence(const void *a, const void *b)
{
    const struct found *x = a, *y = b;
    return (fabsf(x->z) < fabsf(y->z)) - (fabsf(x->z) > fabsf(y->z));
}

float bt_wm_search(const struct bt_wm_grid *grid, const float *picture,
                   struct bt_wm_place *place)
{
    struct search *s = bt_zalloc(sizeof(*s));
    float best = 0;
    *place = bt_wm_whole;
    if (!s)
        return 0;
    s->grid = grid;
    for (int j = 0; j < MID_Y; j++) {
        for (int i = 0; i < MID_X; i++) {
            const int c = (j + FIRST_Y) * BT_WM_X + i + FIRST_X;
            s->sign[j * MID_X + i] = grid->bit[c] == BT_WM_SYNC ? grid->sign[c] : 0;
        }
    }
    for (int y = 0; y < HALF_H; y++) {
        for (int x = 0; x < W; x++)
            s->half[y * W + x] = picture[2 * y * W + x] + picture[(2 * y + 1) * W + x];
    }
    search_coarsely(s);
    for (int i = 0; i < BEST; i++)
        s->best[i].z = presence_at(s, picture, &s->best[i].place);
    qsort(s->best, BEST, sizeof(s->best[0]), by_presence);
    for (int i = 0; i < CLIMBED; i++) {
        struct bt_wm_place at = s->best[i].place;
        const float z = climb(s, picture, &at);
        if (fabsf(z) > fabsf(best)) {
            best = z;
            *place = at;
        }
    }
    bt_free(s);
    return best;
}
