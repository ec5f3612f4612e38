// SPDX-License-Identifier: Apache-2.0
#include "swap/uvmap.h"

#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"

static void fill_triangle(struct bt_uvmap *map, int index)
{
    const uint16_t *t = bt_canon_triangle[index];
    const int n = map->size;
    float x[3], y[3];
    for (int k = 0; k < 3; k++) {
        x[k] = bt_canon_uv[t[k]][0] * n;
        y[k] = bt_canon_uv[t[k]][1] * n;
    }
    const float area = (x[1] - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (y[1] - y[0]);
    const int x0 = (int)fminf(x[0], fminf(x[1], x[2]));
    const int y0 = (int)fminf(y[0], fminf(y[1], y[2]));
    const int x1 = (int)ceilf(fmaxf(x[0], fmaxf(x[1], x[2])));
    const int y1 = (int)ceilf(fmaxf(y[0], fmaxf(y[1], y[2])));
    for (int j = y0 < 0 ? 0 : y0; j < n && j < y1; j++) {
        for (int i = x0 < 0 ? 0 : x0; i < n && i < x1; i++) {
            const float px = (float)i + .5f, py = (float)j + .5f;
            const float w1 =
                ((px - x[0]) * (y[2] - y[0]) - (x[2] - x[0]) * (py - y[0])) / area;
            const float w2 =
                ((x[1] - x[0]) * (py - y[0]) - (px - x[0]) * (y[1] - y[0])) / area;
            const float w0 = 1 - w1 - w2;
            if (w0 < -1e-4f || w1 < -1e-4f || w2 < -1e-4f)
                continue;
            map->triangle[j * n + i] = (uint16_t)index;
            float *w = map->weight[j * n + i];
            w[0] = w0, w[1] = w1, w[2] = w2;
        }
    }
}

int bt_uvmap_init(struct bt_uvmap *map, int size)
{
    const size_t count = (size_t)size * (size_t)size;
    *map = (struct bt_uvmap){.size = size};
    map->triangle = bt_alloc_array(count, sizeof *map->triangle);
    map->weight = bt_alloc_array(count, sizeof *map->weight);
    if (!map->triangle || !map->weight) {
        bt_uvmap_finish(map);
        return BAUTA_E_NO_MEMORY;
    }
    memset(map->triangle, 0xff, count * sizeof *map->triangle);
    for (int i = 0; i < BT_CANON_TRIANGLES; i++)
        fill_triangle(map, i);
    return 0;
}

void bt_uvmap_finish(struct bt_uvmap *map)
{
    bt_freep(&map->triangle);
    bt_freep(&map->weight);
}
