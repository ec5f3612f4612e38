// SPDX-License-Identifier: Apache-2.0
#include "swap/lit.h"

#include <math.h>

#include "dsp/dsp.h"

enum { MARGIN = 2 }; // texels of the map

static int least(int a, int b)
{
    return a < b ? a : b;
}

void bt_lit_rows_init(struct bt_lit_rows *rows, const struct bt_uvmap *map)
{
    *rows = (struct bt_lit_rows){{0}, {0}};
    for (int y = 0; y < BT_MAP_SIZE; y++) {
        int first = BT_MAP_SIZE, end = 0;
        const int to = least(y + MARGIN + 1, BT_MAP_SIZE);
        for (int j = y > MARGIN ? y - MARGIN : 0; j < to; j++) {
            for (int x = 0; x < BT_MAP_SIZE; x++) {
                if (map->triangle[j * BT_MAP_SIZE + x] == BT_UV_NONE)
                    continue;
                first = least(first, x);
                end = x + 1 > end ? x + 1 : end;
            }
        }
        if (!end)
            continue;
        rows->first[y] = (uint8_t)(first > MARGIN ? (first - MARGIN) & ~1 : 0);
        rows->end[y] = (uint8_t)least((end + MARGIN + 1) & ~1, BT_MAP_SIZE);
    }
}

float bt_lit_level(float level)
{
    return fminf(fmaxf(level, 0), BT_ATLAS_LEVELS - 1.001f);
}

int bt_lit_size(float level)
{
    return BT_ATLAS_SIZE >> (int)level;
}

// The texels of a map's texel along a side, as a shift.
static int shift_of(int size)
{
    int shift = 0;
    while ((size >> shift) > BT_MAP_SIZE)
        shift++;
    return shift;
}

void bt_lit_fit(uint8_t *texture, const struct bt_lit_rows *rows,
                const struct bt_source_face *who, float level)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const int l = (int)level, n = bt_lit_size(level), half = n / 2;
    const int shift = shift_of(n), part = (int)((level - (float)l) * 256);
    const uint8_t *fine = who->atlas[l], *rough = who->atlas[l + 1];
    for (int y = 0; y < n; y++) {
        const int x0 = rows->first[y >> shift] << shift,
                  x1 = rows->end[y >> shift] << shift;
        // The row of the next level under this one, and the one on its other side.
        const int near = y / 2, beyond = near + ((y & 1) ? 1 : -1);
        const int far = beyond < 0 ? 0 : least(beyond, half - 1);
        dsp->soften_row(texture + (y * n + x0) * 4, fine + (y * n + x0) * 4,
                        rough + (near * half + x0 / 2) * 4,
                        rough + (far * half + x0 / 2) * 4, part, x1 - x0);
    }
}

void bt_lit_run(uint8_t *lit, const uint8_t *texture, int size,
                const struct bt_lit_rows *rows, const uint16_t (*gain)[4])
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const int shift = shift_of(size), whole = 1 << shift;
    for (int y = 0; y < size; y++) {
        const int first = rows->first[y >> shift], end = rows->end[y >> shift];
        // The place between two rows of gains, in halves of a texel, from the middle of
        // the first one.
        const int at = 2 * y + 1 - whole;
        const int low = at < 0 ? 0 : at / (2 * whole);
        const int part = at < 0 ? 0 : (at % (2 * whole)) * 4 / whole;
        const uint16_t *const rows_of[2] = {
            gain[low * BT_MAP_SIZE + first],
            gain[least(low + 1, BT_MAP_SIZE - 1) * BT_MAP_SIZE + first]};
        const int from = (y * size + (first << shift)) * 4;
        dsp->lit_row(lit + from, texture + from, rows_of, part, (end - first) << shift,
                     shift);
    }
}
