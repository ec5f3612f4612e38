// SPDX-License-Identifier: Apache-2.0
#include "swap/front.h"

#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "swap/ramp.h"

enum { REACH = 3, WIDEN = 2 };

static int grow(struct bt_front *f, const struct bt_patch *p)
{
    const size_t size = (size_t)p->small_width * (size_t)p->small_height;
    if (size <= f->size)
        return 0;
    const size_t more = size + size / 2;
    bt_front_finish(f);
    f->sum = bt_alloc_array(more, sizeof *f->sum);
    f->mask = bt_alloc_array(more, sizeof *f->mask);
    if (!f->sum || !f->mask) {
        bt_front_finish(f);
        return BAUTA_E_NO_MEMORY;
    }
    f->size = more;
    return 0;
}

// The mask over the reduced picture: each texel is spread over the four pixels around it.
static void spread(struct bt_front *f, const struct bt_patch *p,
                   const struct bauta_face *at, const struct bt_uvmap *map,
                   const float *mask, const float *facing, struct bt_rect r)
{
    const float scale = 1 / (float)(1 << p->small_shift);
    const int w = p->small_width, h = p->small_height;
    memset(f->sum, 0, (size_t)w * (size_t)h * sizeof *f->sum);
    for (int i = r.y0 * map->size; i < r.y1 * map->size; i++) {
        if (facing[i] <= 0 || i % map->size < r.x0 || i % map->size >= r.x1)
            continue;
        const uint16_t *t = bt_canon_triangle[map->triangle[i]];
        const float *b = map->weight[i];
        const float *l0 = at->landmark[t[0]], *l1 = at->landmark[t[1]],
                    *l2 = at->landmark[t[2]];
        const float x =
            (b[0] * l0[0] + b[1] * l1[0] + b[2] * l2[0] - (float)p->rect.x0) * scale -
            .5f;
        const float y =
            (b[0] * l0[1] + b[1] * l1[1] + b[2] * l2[1] - (float)p->rect.y0) * scale -
            .5f;
        if (!(x >= 0 && y >= 0 && x < (float)(w - 1) && y < (float)(h - 1)))
            continue;
        const int ix = (int)x, iy = (int)y;
        const float fx = x - (float)ix, fy = y - (float)iy, m = mask[i];
        const float part[4] = {(1 - fx) * (1 - fy), fx * (1 - fy), (1 - fx) * fy,
                               fx * fy};
        float(*to)[2] = f->sum + iy * w + ix;
        for (int k = 0; k < 4; k++) {
            float *s = to[k / 2 * w + k % 2];
            s[0] += facing[i] * part[k] * m;
            s[1] += facing[i] * part[k];
        }
    }
}

// Means of three by three pixels, so that none between two texels is missed.
static void mean(struct bt_front *f, int w, int h)
{
    memset(f->mask, 0, (size_t)w * (size_t)h * sizeof *f->mask);
    for (int y = 1; y < h - 1; y++) {
        for (int x = 1; x < w - 1; x++) {
            const float(*a)[2] = (const float(*)[2])f->sum + y * w + x;
            float m = 2 * a[0][0], t = 2 * a[0][1] + 1e-4f;
            const int next[4] = {-1, 1, -w, w};
            for (int k = 0; k < 4; k++)
                m += a[next[k]][0], t += a[next[k]][1];
            f->mask[y * w + x] = m / t;
        }
    }
}

// Means along rows or columns of 2 * WIDEN + 1 pixels; what lies outside counts as the edge.
static void smooth(const float *in, float *out, int count, int step)
{
    float sum = 0;
    const int last = count - 1;
    for (int k = -WIDEN; k <= WIDEN; k++)
        sum += in[(k < 0 ? 0 : k > last ? last : k) * step];
    for (int i = 0; i < count; i++) {
        out[i * step] = sum / (2 * WIDEN + 1);
        const int add = i + WIDEN + 1, sub = i - WIDEN;
        sum += in[(add > last ? last : add) * step] - in[(sub < 0 ? 0 : sub) * step];
    }
}

// Makes the mask's edge as wide as the picture may decide about.
static void widen(struct bt_front *f, int w, int h)
{
    float *other = (float *)f->sum;
    for (int y = 0; y < h; y++)
        smooth(f->mask + y * w, other + y * w, w, 1);
    for (int x = 0; x < w; x++)
        smooth(other + x, f->mask + x, h, w);
}

// Mean colours around a pixel of the reduced picture of what is in front and what is not.
static void colours(const struct bt_front *f, const struct bt_patch *p, int x, int y,
                    float thing[3], float face[3])
{
    float sum[2][4] = {{0}};
    for (int j = y - REACH; j <= y + REACH; j++) {
        for (int i = x - REACH; i <= x + REACH; i++) {
            if (i < 0 || j < 0 || i >= p->small_width || j >= p->small_height)
                continue;
            const float m = f->mask[j * p->small_width + i];
            const uint8_t *c =
                p->small + ((size_t)j * (size_t)p->small_width + (size_t)i) * 4;
            const float w[2] = {m * m * m, (1 - m) * (1 - m) * (1 - m)};
            for (int k = 0; k < 2; k++) {
                for (int n = 0; n < 3; n++)
                    sum[k][n] += w[k] * c[n];
                sum[k][3] += w[k];
            }
        }
    }
    for (int n = 0; n < 3; n++) {
        thing[n] = sum[0][n] / (sum[0][3] + 1e-6f);
        face[n] = sum[1][n] / (sum[1][3] + 1e-6f);
    }
}

static float bilinear(const struct bt_front *f, const struct bt_patch *p, float x,
                      float y)
{
    const int w = p->small_width;
    const int ix = (int)x, iy = (int)y;
    const float fx = x - (float)ix, fy = y - (float)iy, *m = f->mask + iy * w + ix;
    return (1 - fy) * ((1 - fx) * m[0] + fx * m[1]) +
           fy * ((1 - fx) * m[w] + fx * m[w + 1]);
}

// The pixels of the frame under one of the reduced picture.
static void cut(const struct bt_front *f, struct bt_patch *p, int sx, int sy,
                float amount)
{
    const int shift = p->small_shift, n = 1 << shift;
    float low = 1, high = 0;
    for (int j = -1; j <= 1; j++)
        for (int i = -1; i <= 1; i++) {
            const float m = f->mask[(sy + j) * p->small_width + sx + i];
            low = m < low ? m : low, high = m > high ? m : high;
        }
    if (high < .04f)
        return;
    if (low >= .96f) {
        const int rest = (int)(256 * (1 - amount) + .5f);
        for (int y = sy * n; y < sy * n + n; y++) {
            uint8_t *alpha = p->drawn + (size_t)y * (size_t)p->stride + sx * n * 4 + 3;
            for (int x = 0; x < n; x++)
                alpha[x * 4] = (uint8_t)(alpha[x * 4] * rest >> 8);
        }
        return;
    }
    float thing[3], face[3], axis[3], length = 1e-3f;
    colours(f, p, sx, sy, thing, face);
    for (int k = 0; k < 3; k++)
        axis[k] = thing[k] - face[k], length += axis[k] * axis[k];
    const float trust = 1.1f * bt_ramp(sqrtf(length), 10, 40);
    for (int y = sy * n; y < sy * n + n; y++) {
        const uint8_t *seen = p->seen + (size_t)y * (size_t)p->stride;
        uint8_t *drawn = p->drawn + (size_t)y * (size_t)p->stride;
        for (int x = sx * n; x < sx * n + n; x++) {
            uint8_t *alpha = drawn + x * 4 + 3;
            float m = shift ? bilinear(f, p, ((float)x + .5f) / (float)n - .5f,
                                       ((float)y + .5f) / (float)n - .5f)
                            : f->mask[sy * p->small_width + sx];
            float along = 0;
            for (int k = 0; k < 3; k++)
                along += axis[k] * (seen[x * 4 + k] - face[k]) / length;
            along = along < 0 ? 0 : along > 1 ? 1 : along;
            m = bt_ramp(m + trust * (along - .5f), .05f, .95f);
            *alpha = (uint8_t)((float)*alpha * (1 - amount * m) + .5f);
        }
    }
}

// The texels that the mask holds and some around them.
static struct bt_rect extent(const float *mask, const float *facing, int size)
{
    enum { MARGIN = 6 };
    struct bt_rect r = {size, size, 0, 0};
    for (int i = 0; i < size * size; i++) {
        if (mask[i] * facing[i] < .04f)
            continue;
        const int x = i % size, y = i / size;
        r.x0 = x < r.x0 ? x : r.x0, r.x1 = x >= r.x1 ? x + 1 : r.x1;
        r.y0 = y < r.y0 ? y : r.y0, r.y1 = y >= r.y1 ? y + 1 : r.y1;
    }
    const struct bt_rect wide = {r.x0 - MARGIN, r.y0 - MARGIN, r.x1 + MARGIN,
                                 r.y1 + MARGIN};
    return bt_rect_empty(r) ? r
                            : bt_rect_intersect(wide, (struct bt_rect){0, 0, size, size});
}

int bt_front_cut(struct bt_front *front, struct bt_patch *patch,
                 const struct bauta_face *at, const struct bt_uvmap *map,
                 const float *mask, const float *facing, float amount)
{
    const struct bt_rect r = extent(mask, facing, map->size);
    if (bt_rect_empty(r) || amount <= 0 || patch->small_width < 3 ||
        patch->small_height < 3)
        return 0;
    const int error = grow(front, patch);
    if (error)
        return error;
    spread(front, patch, at, map, mask, facing, r);
    mean(front, patch->small_width, patch->small_height);
    widen(front, patch->small_width, patch->small_height);
    for (int y = 1; y < patch->small_height - 1; y++)
        for (int x = 1; x < patch->small_width - 1; x++)
            cut(front, patch, x, y, amount);
    return 0;
}

void bt_front_finish(struct bt_front *front)
{
    bt_freep(&front->sum);
    bt_freep(&front->mask);
    front->size = 0;
}
