// SPDX-License-Identifier: Apache-2.0
#include "swap/hybrid/key.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

enum { SOFT = 2 }; // radius of low frequencies, texels of the view

int bt_key_maker_init(struct bt_key_maker *m, int side)
{
    const size_t pixels = (size_t)side * (size_t)side;
    m->side = side;
    m->size = side > BT_ATLAS_SIZE / 2 ? BT_ATLAS_SIZE : BT_ATLAS_SIZE / 2;
    m->square = bt_alloc(pixels * 4);
    m->cover = bt_alloc(pixels * 4);
    m->corner = bt_alloc_array((size_t)m->size, sizeof *m->corner);
    m->place = bt_alloc_array((size_t)m->size, sizeof *m->place);
    m->got = bt_alloc_array((size_t)m->size, sizeof *m->got);
    if (!m->square || !m->cover || !m->corner || !m->place || !m->got)
        return BAUTA_E_NO_MEMORY;
    return bt_uvmap_init(&m->map, m->size);
}

void bt_key_maker_finish(struct bt_key_maker *m)
{
    bt_uvmap_finish(&m->map);
    bt_freep(&m->square);
    bt_freep(&m->cover);
    bt_freep(&m->corner);
    bt_freep(&m->place);
    bt_freep(&m->got);
}

int bt_key_init(struct bt_key *key, const struct bt_key_maker *m)
{
    key->texture = bt_zalloc((size_t)m->size * (size_t)m->size * 4);
    return key->texture ? 0 : BAUTA_E_NO_MEMORY;
}

void bt_key_finish(struct bt_key *key)
{
    bt_freep(&key->texture);
}

static uint8_t byte_of(float value)
{
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value + .5f);
}

// The picture and its mask as bytes; the mask fades at the square's edge.
static void pack(struct bt_key_maker *m, const float (*made)[3], const float *mask)
{
    const int n = m->side;
    const float wide = .04f * (float)n;
    for (int i = 0; i < n * n; i++) {
        const int x = i % n, y = i / n, ex = x < n - 1 - x ? x : n - 1 - x;
        const int ey = y < n - 1 - y ? y : n - 1 - y, edge = ex < ey ? ex : ey;
        const float share = (float)edge < wide ? (float)edge / wide : 1;
        for (int c = 0; c < 3; c++)
            m->square[4 * i + c] = byte_of(made[i][c]);
        memset(m->cover + 4 * i, byte_of(255 * mask[i] * share), 3);
    }
}

static void unwrap_row(struct bt_key *key, struct bt_key_maker *m, const float (*value)[4],
                       int y)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const uint16_t *triangle = m->map.triangle + (size_t)y * (size_t)m->size;
    uint8_t *out = key->texture + (size_t)y * (size_t)m->size * 4;
    memset(out, 0, (size_t)m->size * 4);
    for (int x = 0, end; x < m->size; x = end) {
        end = x + 1;
        if (triangle[x] == BT_UV_NONE)
            continue;
        while (end < m->size && triangle[end] != BT_UV_NONE)
            end++;
        const int count = end - x;
        for (int i = 0; i < count; i++)
            memcpy(m->corner[i], bt_canon_triangle[triangle[x + i]], sizeof *m->corner);
        dsp->interpolate(m->place, value, (const uint16_t(*)[3])m->corner,
                         (const float(*)[3])m->map.weight + y * m->size + x, count);
        for (int cover = 0; cover < 2; cover++) {
            dsp->sample(m->got, (const float(*)[4])m->place, cover ? m->cover : m->square,
                        m->side, m->side, m->side * 4, count);
            for (int i = 0; i < count; i++)
                for (int c = 0; c < 3; c++)
                    out[4 * (x + i) + (cover ? 3 : c)] = byte_of(m->got[i][c]);
        }
    }
}

void bt_key_soften(float (*log)[3], const float *weight, float floor, float *scratch)
{
    float(*sum)[4] = (float(*)[4])scratch;
    for (int i = 0; i < BT_VIEW_TEXELS; i++) {
        for (int c = 0; c < 3; c++)
            sum[i][c] = weight[i] * log[i][c];
        sum[i][3] = weight[i];
    }
    bt_blur(sum[0], BT_VIEW_SIZE, BT_VIEW_SIZE, 4, SOFT, scratch + 4 * BT_VIEW_TEXELS);
    for (int i = 0; i < BT_VIEW_TEXELS; i++)
        for (int c = 0; c < 3; c++)
            log[i][c] = sum[i][c] / (sum[i][3] + floor);
}

// What was made over what was seen, as logs.
static void compare(struct bt_key *key, struct bt_key_maker *m)
{
    const int step = m->size / BT_VIEW_SIZE;
    for (int i = 0; i < BT_VIEW_TEXELS; i++) {
        const int x0 = i % BT_VIEW_SIZE * step, y0 = i / BT_VIEW_SIZE * step;
        float sum[3] = {0};
        for (int y = y0; y < y0 + step; y++)
            for (int x = x0; x < x0 + step; x++)
                for (int c = 0; c < 3; c++)
                    sum[c] += key->texture[4 * (y * m->size + x) + c];
        for (int c = 0; c < 3; c++) {
            const float mean = sum[c] / (float)(step * step * 255);
            key->ratio[i][c] = logf(fmaxf(mean, 4.f / 255)) - key->view.tone[i][c];
        }
    }
    bt_key_soften(key->ratio, key->view.seen, .02f, m->scratch);
}

void bt_key_make(struct bt_key *key, struct bt_key_maker *m, const float (*made)[3],
                 const float *mask, const float (*landmark)[2])
{
    float value[BT_CANON_VERTICES][4];
    pack(m, made, mask);
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        value[v][0] = landmark[v][0] - .5f;
        value[v][1] = landmark[v][1] - .5f;
        value[v][2] = value[v][3] = 0;
    }
    for (int y = 0; y < m->size; y++)
        unwrap_row(key, m, (const float(*)[4])value, y);
    compare(key, m);
}
