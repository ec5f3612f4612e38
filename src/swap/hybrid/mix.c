// SPDX-License-Identifier: Apache-2.0
#include "swap/hybrid/mix.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

static const double FADE = .25;    // seconds
static const float BETTER = .75f;  // of the distance, which another key must have
static const float ENOUGH = .35f;  // a distance at which no other key is looked for
enum { TOGETHER = 4 };             // keys whose colours are averaged

int bt_mix_init(struct bt_mix *mix, int size)
{
    mix->texture = bt_zalloc((size_t)size * (size_t)size * 4);
    return mix->texture ? 0 : BAUTA_E_NO_MEMORY;
}

void bt_mix_finish(struct bt_mix *mix)
{
    bt_freep(&mix->texture);
}

int bt_mixer_init(struct bt_mixer *m, int size)
{
    const size_t texels = (size_t)size * (size_t)size;
    m->size = size;
    m->sum = bt_alloc_array((size_t)size * 4, sizeof *m->sum);
    if (!m->sum)
        return BAUTA_E_NO_MEMORY;
    for (int p = 0; p < BT_PARTS; p++) {
        m->share[p] = bt_alloc(texels);
        if (!m->share[p])
            return BAUTA_E_NO_MEMORY;
    }
    for (size_t i = 0; i < texels; i++) {
        float share[BT_PARTS];
        int left = 255, largest = 0;
        bt_parts_at(((float)(i % (size_t)size) + .5f) / (float)size,
                    ((float)(i / (size_t)size) + .5f) / (float)size, share);
        for (int p = 0; p < BT_PARTS; p++) {
            m->share[p][i] = (uint8_t)(255 * share[p]);
            left -= m->share[p][i];
            largest = share[p] > share[largest] ? p : largest;
        }
        m->share[largest][i] = (uint8_t)(m->share[largest][i] + left);
    }
    return 0;
}

void bt_mixer_finish(struct bt_mixer *m)
{
    bt_freep(&m->sum);
    for (int p = 0; p < BT_PARTS; p++)
        bt_freep(&m->share[p]);
}

// Choice -------------------------------------------------------------------------------

static int nearest(const float distance[BT_KEYS_MAX][BT_PARTS], int part)
{
    int best = 0;
    for (int i = 1; i < BT_KEYS_MAX; i++)
        if (distance[i][part] < distance[best][part])
            best = i;
    return best;
}

// The mean ratio of the nearest keys, weighted by how near they are.
static void follow_colour(struct bt_mix *mix, const struct bt_cache *cache,
                          const float distance[BT_KEYS_MAX][BT_PARTS], float follow)
{
    int key[TOGETHER], count = 0;
    float apart[BT_KEYS_MAX], weight[TOGETHER], sum = 0;
    for (int i = 0; i < BT_KEYS_MAX; i++)
        apart[i] = bt_parts_apart(distance[i]);
    for (; count < TOGETHER; count++) {
        int best = 0;
        for (int i = 1; i < BT_KEYS_MAX; i++)
            best = apart[i] < apart[best] ? i : best;
        if (apart[best] >= BT_FAR / 2)
            break;
        key[count] = best;
        weight[count] = expf(-apart[best] * apart[best] / 2) + 1e-4f;
        sum += weight[count];
        apart[best] = BT_FAR;
    }
    for (int i = 0; i < BT_VIEW_TEXELS; i++)
        for (int c = 0; c < 3; c++) {
            float mean = 0;
            for (int k = 0; k < count; k++)
                mean += weight[k] * cache->key[key[k]].ratio[i][c];
            mix->colour[i][c] += follow * (mean / sum - mix->colour[i][c]);
        }
}

void bt_mix_choose(struct bt_mix *mix, const struct bt_cache *cache,
                   const float distance[BT_KEYS_MAX][BT_PARTS], double dt)
{
    const bool fresh = !mix->started;
    for (int p = 0; p < BT_PARTS; p++) {
        const int best = nearest(distance, p);
        if (fresh) {
            mix->from[p] = mix->to[p] = best;
            mix->stale = true;
            continue;
        }
        if (mix->from[p] != mix->to[p]) {
            mix->stale = true;
            mix->faded[p] += (float)(dt / FADE);
            if (mix->faded[p] >= 1)
                mix->from[p] = mix->to[p];
        }
        const float now = distance[mix->to[p]][p];
        if (mix->from[p] == mix->to[p] && best != mix->to[p] && now > ENOUGH &&
            distance[best][p] < BETTER * now) {
            mix->to[p] = best;
            mix->faded[p] = 0;
        }
    }
    follow_colour(mix, cache, distance, fresh ? 1 : (float)(1 - exp(-dt / FADE)));
    mix->started = true;
}

void bt_mix_hold(const struct bt_mix *mix, uint8_t held[BT_KEYS_MAX])
{
    for (int p = 0; p < BT_PARTS && mix->started; p++)
        held[mix->from[p]] = held[mix->to[p]] = 1;
}

// Drawing ------------------------------------------------------------------------------

// sum += share * in * part / 256, by pixels of four bytes.
static void add_row(uint16_t *restrict sum, const uint8_t *restrict in,
                    const uint8_t *restrict share, int part, int n)
{
    for (int i = 0; i < n; i++) {
        const unsigned w = (unsigned)(share[i] * part + 128) >> 8;
        for (int c = 0; c < 4; c++)
            sum[4 * i + c] = (uint16_t)(sum[4 * i + c] + w * in[4 * i + c]);
    }
}

static int part_of(const struct bt_mix *mix, int p)
{
    const float f = mix->faded[p];
    return mix->from[p] == mix->to[p] ? 256 : (int)(256 * f * f * (3 - 2 * f));
}

static void draw_texture(struct bt_mix *mix, struct bt_mixer *m,
                         const struct bt_cache *cache)
{
    const int n = m->size;
    for (int y = 0; y < n; y++) {
        const size_t at = (size_t)y * (size_t)n;
        memset(m->sum, 0, (size_t)n * 4 * sizeof *m->sum);
        for (int p = 0; p < BT_PARTS; p++) {
            const uint8_t *share = m->share[p] + at;
            int first = 0, end = n;
            while (first < n && !share[first])
                first++;
            while (end > first && !share[end - 1])
                end--;
            const int part = part_of(mix, p);
            const uint8_t *to = cache->key[mix->to[p]].texture + 4 * (at + (size_t)first);
            const uint8_t *from = cache->key[mix->from[p]].texture + 4 * (at + (size_t)first);
            add_row(m->sum + 4 * first, to, share + first, part, end - first);
            if (part < 256)
                add_row(m->sum + 4 * first, from, share + first, 256 - part, end - first);
        }
        uint8_t *out = mix->texture + 4 * at;
        for (int i = 0; i < 4 * n; i++)
            out[i] = (uint8_t)((m->sum[i] * 257u + 32768u) >> 16);
    }
}

void bt_mix_draw(struct bt_mix *mix, struct bt_mixer *m, const struct bt_parts *parts,
                 const struct bt_cache *cache)
{
    if (!mix->stale)
        return;
    draw_texture(mix, m, cache);
    memset(mix->tone, 0, sizeof mix->tone);
    memset(mix->ratio, 0, sizeof mix->ratio);
    for (int p = 0; p < BT_PARTS; p++) {
        const float part = (float)part_of(mix, p) / 256;
        const struct bt_key *to = &cache->key[mix->to[p]], *from = &cache->key[mix->from[p]];
        for (int i = 0; i < BT_VIEW_TEXELS; i++) {
            const float a = parts->share[p][i] * part, b = parts->share[p][i] - a;
            for (int c = 0; c < 3; c++) {
                mix->tone[i][c] += a * to->view.tone[i][c] + b * from->view.tone[i][c];
                mix->ratio[i][c] += a * to->ratio[i][c] + b * from->ratio[i][c];
            }
        }
    }
    mix->stale = false;
}

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

void bt_mix_gain(const struct bt_mix *mix, struct bt_mixer *m, const struct bt_view *view,
                 uint16_t (*gain)[4])
{
    static const float least = -.55f, most = .5f; // as engine mesh's
    for (int i = 0; i < BT_VIEW_TEXELS; i++)
        for (int c = 0; c < 3; c++)
            m->low[i][c] = clamp(view->tone[i][c] - mix->tone[i][c], -1, 1);
    bt_key_soften(m->low, view->seen, .02f, m->scratch);
    for (int i = 0; i < BT_VIEW_TEXELS; i++) {
        for (int c = 0; c < 3; c++)
            m->gain[i][c] =
                clamp(m->low[i][c] + mix->colour[i][c] - mix->ratio[i][c], least, most);
        m->gain[i][3] = 0;
    }
    bt_dsp_get()->exp_row(m->gain[0], m->gain[0], 4 * BT_VIEW_TEXELS);
    // Twice as large, bilinear.
    const int n = BT_VIEW_SIZE;
    for (int y = 0; y < BT_MAP_SIZE; y++) {
        const int y0 = y / 2, near = y & 1 ? y0 + 1 : y0 - 1;
        const int y1 = near < 0 ? 0 : near < n ? near : n - 1;
        for (int x = 0; x < BT_MAP_SIZE; x++) {
            const int x0 = x / 2, beside = x & 1 ? x0 + 1 : x0 - 1;
            const int x1 = beside < 0 ? 0 : beside < n ? beside : n - 1;
            for (int c = 0; c < 3; c++) {
                const float v = 9 * m->gain[y0 * n + x0][c] + 3 * m->gain[y0 * n + x1][c] +
                                3 * m->gain[y1 * n + x0][c] + m->gain[y1 * n + x1][c];
                gain[y * BT_MAP_SIZE + x][c] = (uint16_t)(16 * v + .5f);
            }
        }
    }
}
