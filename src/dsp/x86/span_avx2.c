// SPDX-License-Identifier: Apache-2.0
#include <immintrin.h>

#include "dsp/kernels.h"

// See span.c, which this equals bit for bit. Places are found for eight pixels at once,
// colours for four: 16 lanes of 16 bits, pixels 0 and 1 in the low half of a vector.

// Two neighbours on each axis are read together, so a map must be 2x2 at least.
struct map {
    const uint8_t *data;
    __m256i stride, x_max, y_max, x_last, y_last;
};

// The same for all spans of a triangle.
struct setup {
    const struct bt_texture *of;
    struct map texture, gain;
    bool has_gain;
    __m128i gain_left, gain_right;
    __m256i gain_half;
    __m256i lane_u, lane_v; // what lanes 0 to 7 are ahead, rounding included
    __m256i step_u, step_v; // of eight pixels
    __m256i lane_even, lane_odd; // offsets of pixels 0 and 2, and of 1 and 3, likewise
    __m256i step_add; // of four pixels
};

struct place {
    __m256i at; // byte offset of the upper left neighbour
    __m256i x, y; // share of the right and the lower one in 1/128
};

static struct map map_of(const void *data, int width, int height, int stride)
{
    return (struct map){.data = data,
                        .stride = _mm256_set1_epi32(stride),
                        .x_max = _mm256_set1_epi32((width - 1) * 128),
                        .y_max = _mm256_set1_epi32((height - 1) * 128),
                        .x_last = _mm256_set1_epi32(width - 2),
                        .y_last = _mm256_set1_epi32(height - 2)};
}

static inline __m256i clamp(__m256i value, __m256i high)
{
    return _mm256_min_epi32(_mm256_max_epi32(value, _mm256_setzero_si256()), high);
}

// shift: log2 of the bytes of a texel.
static inline struct place place(const struct map *map, __m256i x, __m256i y, int shift)
{
    const __m256i ix = _mm256_min_epi32(_mm256_srli_epi32(x, 7), map->x_last);
    const __m256i iy = _mm256_min_epi32(_mm256_srli_epi32(y, 7), map->y_last);
    return (struct place){.at = _mm256_add_epi32(_mm256_mullo_epi32(iy, map->stride),
                                                 _mm256_slli_epi32(ix, shift)),
                          .x = _mm256_sub_epi32(x, _mm256_slli_epi32(ix, 7)),
                          .y = _mm256_sub_epi32(y, _mm256_slli_epi32(iy, 7))};
}

// 1/128 to the weights of mix().
static inline __m256i weight(__m256i part)
{
    return _mm256_min_epi32(_mm256_slli_epi32(part, 8), _mm256_set1_epi32(32767));
}

static inline __m256i gain_place(const struct setup *s, __m256i at)
{
    at = _mm256_sll_epi32(_mm256_add_epi32(at, _mm256_set1_epi32(64)), s->gain_left);
    at = _mm256_sra_epi32(_mm256_add_epi32(at, s->gain_half), s->gain_right);
    return _mm256_sub_epi32(at, _mm256_set1_epi32(64));
}

static inline __m256i mix(__m256i a, __m256i b, __m256i w)
{
    return _mm256_add_epi16(a, _mm256_mulhrs_epi16(_mm256_sub_epi16(b, a), w));
}

static inline __m256i load_texels(const uint8_t *data, const int32_t at[4])
{
    const __m128i a = _mm_loadl_epi64((const __m128i *)(data + at[0]));
    const __m128i b = _mm_loadl_epi64((const __m128i *)(data + at[1]));
    const __m128i c = _mm_loadl_epi64((const __m128i *)(data + at[2]));
    const __m128i d = _mm_loadl_epi64((const __m128i *)(data + at[3]));
    return _mm256_set_m128i(_mm_unpacklo_epi64(c, d), _mm_unpacklo_epi64(a, b));
}

// Four texels with 7 bits of fraction; w: for each pixel in 64 bits 128-x, x, and 16 bits
// of weight downwards.
static inline __m256i sample(const uint8_t *data, int stride, const int32_t at[4],
                             __m256i w)
{
    const __m256i pairs = _mm256_setr_epi8(0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13, 10, 14,
                                           11, 15, 0, 4, 1, 5, 2, 6, 3, 7, 8, 12, 9, 13,
                                           10, 14, 11, 15);
    const __m256i wide = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 8, 9, 8, 9, 8, 9, 8, 9,
                                          0, 1, 0, 1, 0, 1, 0, 1, 8, 9, 8, 9, 8, 9, 8, 9);
    const __m256i down = _mm256_add_epi8(wide, _mm256_set1_epi8(2));
    // Bytes are made signed, since the weights have to be the unsigned ones.
    const __m256i sign = _mm256_set1_epi8(-128);
    const __m256i wx = _mm256_shuffle_epi8(w, wide), wy = _mm256_shuffle_epi8(w, down);
    const __m256i a = _mm256_xor_si256(load_texels(data, at), sign);
    const __m256i b = _mm256_xor_si256(load_texels(data + stride, at), sign);
    const __m256i top = _mm256_maddubs_epi16(wx, _mm256_shuffle_epi8(a, pairs));
    const __m256i bottom = _mm256_maddubs_epi16(wx, _mm256_shuffle_epi8(b, pairs));
    return _mm256_add_epi16(mix(top, bottom, wy), _mm256_set1_epi16(128 * 128));
}

// Two neighbours each of two pixels, at most 4095, with two bits of fraction.
static inline __m256i load_gains(const uint8_t *data, int32_t first, int32_t second)
{
    const __m256i both = _mm256_set_m128i(
        _mm_loadu_si128((const __m128i *)(data + second)),
        _mm_loadu_si128((const __m128i *)(data + first)));
    return _mm256_slli_epi16(_mm256_min_epu16(both, _mm256_set1_epi16(4095)), 2);
}

// Four gains with 11 bits of fraction; w: for each pixel 64 bits with 16 bits of weight
// to the right and 16 bits downwards.
static inline __m256i sample_gain(const uint8_t *data, int stride, const int32_t at[4],
                                  __m256i w)
{
    const __m256i wide = _mm256_setr_epi8(0, 1, 0, 1, 0, 1, 0, 1, 8, 9, 8, 9, 8, 9, 8, 9,
                                          0, 1, 0, 1, 0, 1, 0, 1, 8, 9, 8, 9, 8, 9, 8, 9);
    const __m256i even = _mm256_set1_epi16(0x0302), odd = _mm256_set1_epi16(0x0b0a);
    const __m256i ac = mix(load_gains(data, at[0], at[2]),
                           load_gains(data + stride, at[0], at[2]),
                           _mm256_shuffle_epi8(w, even));
    const __m256i bd = mix(load_gains(data, at[1], at[3]),
                           load_gains(data + stride, at[1], at[3]),
                           _mm256_shuffle_epi8(w, odd));
    const __m256i left = _mm256_unpacklo_epi64(ac, bd),
                  right = _mm256_unpackhi_epi64(ac, bd);
    const __m256i gain = mix(left, right, _mm256_shuffle_epi8(w, wide));
    return _mm256_slli_epi16(gain, 1);
}

static inline __m128i shade(__m256i texel, __m256i gain, __m256i add)
{
    const __m256i lit = _mm256_adds_epi16(_mm256_mulhrs_epi16(texel, gain), add);
    const __m256i colour = _mm256_srai_epi16(lit, 3);
    return _mm_packus_epi16(_mm256_castsi256_si128(colour),
                            _mm256_extracti128_si256(colour, 1));
}

static void store_some(uint8_t *out, __m128i pixels, int n)
{
    if (n >= 4) {
        _mm_storeu_si128((__m128i *)out, pixels);
        return;
    }
    if (n & 2) {
        _mm_storel_epi64((__m128i *)out, pixels);
        pixels = _mm_unpackhi_epi64(pixels, pixels);
        out += 8;
    }
    if (n & 1)
        _mm_storeu_si32(out, pixels);
}

static inline __m256i spread(const uint32_t *w)
{
    return _mm256_cvtepu32_epi64(_mm_load_si128((const __m128i *)w));
}

// False where a map is too small to read two neighbours at once.
static bool setup_from(struct setup *s, const struct bt_texture *t,
                       const struct bt_span_step *step)
{
    const int right = t->gain_shift > 0 ? t->gain_shift : 0;
    const int left = t->gain_shift < 0 ? -t->gain_shift : 0;
    const int gain_width = t->width << left >> right,
              gain_height = t->height << left >> right;
    if (t->width < 2 || t->height < 2 || (t->gain && (gain_width < 2 || gain_height < 2)))
        return false;
    s->of = t;
    s->texture = map_of(t->rgba, t->width, t->height, t->stride);
    s->gain = map_of(t->gain, gain_width, gain_height, t->gain_stride);
    s->has_gain = t->gain;
    s->gain_left = _mm_cvtsi32_si128(left);
    s->gain_right = _mm_cvtsi32_si128(right);
    s->gain_half = _mm256_set1_epi32((1 << right) >> 1);
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i half = _mm256_set1_epi32(256);
    const __m256i u = _mm256_set1_epi32(step->u), v = _mm256_set1_epi32(step->v);
    s->lane_u = _mm256_add_epi32(_mm256_mullo_epi32(u, lane), half);
    s->lane_v = _mm256_add_epi32(_mm256_mullo_epi32(v, lane), half);
    s->step_u = _mm256_slli_epi32(u, 3);
    s->step_v = _mm256_slli_epi32(v, 3);
    const __m256i round = _mm256_set1_epi32((1 << 12) + (4 << 13));
    const __m256i add = _mm256_broadcastsi128_si256(
        _mm_setr_epi32(step->add[0], step->add[1], step->add[2], 0));
    const __m256i two = _mm256_slli_epi32(add, 1);
    s->lane_even = _mm256_add_epi32(_mm256_blend_epi32(_mm256_setzero_si256(), two, 0xf0),
                                    round);
    s->lane_odd = _mm256_add_epi32(s->lane_even, add);
    s->step_add = _mm256_slli_epi32(add, 2);
    return true;
}

static void draw(const struct setup *s, const struct bt_span *span)
{
    const __m256i add = _mm256_broadcastsi128_si256(
        _mm_setr_epi32(span->add[0], span->add[1], span->add[2], 0));
    __m256i even = _mm256_add_epi32(s->lane_even, add);
    __m256i odd = _mm256_add_epi32(s->lane_odd, add);
    __m256i u = _mm256_add_epi32(s->lane_u, _mm256_set1_epi32(span->u));
    __m256i v = _mm256_add_epi32(s->lane_v, _mm256_set1_epi32(span->v));
    _Alignas(32) int32_t at[8], gain_at[8];
    _Alignas(32) uint32_t w[8], gain_w[8];
    uint8_t *out = span->out;
    for (int n = span->n; n > 0; n -= 8) {
        const __m256i x = clamp(_mm256_srai_epi32(u, 9), s->texture.x_max);
        const __m256i y = clamp(_mm256_srai_epi32(v, 9), s->texture.y_max);
        const struct place p = place(&s->texture, x, y, 2);
        // 128-x below x below the weight downwards.
        const __m256i wx = _mm256_add_epi32(
            _mm256_sub_epi32(_mm256_slli_epi32(p.x, 8), p.x), _mm256_set1_epi32(128));
        _mm256_store_si256((__m256i *)at, p.at);
        _mm256_store_si256((__m256i *)w,
                           _mm256_or_si256(wx, _mm256_slli_epi32(weight(p.y), 16)));
        if (s->has_gain) {
            const struct place g = place(&s->gain, clamp(gain_place(s, x), s->gain.x_max),
                                         clamp(gain_place(s, y), s->gain.y_max), 3);
            _mm256_store_si256((__m256i *)gain_at, g.at);
            _mm256_store_si256(
                (__m256i *)gain_w,
                _mm256_or_si256(weight(g.x), _mm256_slli_epi32(weight(g.y), 16)));
        }
        for (int k = 0; k < 8 && k < n; k += 4) {
            const __m256i texel = sample(s->texture.data, s->of->stride, at + k,
                                         spread(w + k));
            __m256i gain = _mm256_set1_epi16(2048);
            if (s->has_gain)
                gain = sample_gain(s->gain.data, s->of->gain_stride, gain_at + k,
                                   spread(gain_w + k));
            const __m256i offset = _mm256_packs_epi32(_mm256_srai_epi32(even, 13),
                                                      _mm256_srai_epi32(odd, 13));
            store_some(out, shade(texel, gain, offset), n - k);
            even = _mm256_add_epi32(even, s->step_add);
            odd = _mm256_add_epi32(odd, s->step_add);
            out += 16;
        }
        u = _mm256_add_epi32(u, s->step_u);
        v = _mm256_add_epi32(v, s->step_v);
    }
}

void bt_spans_avx2(const struct bt_span *span, int count, const struct bt_span_step *step,
                   const struct bt_texture *texture)
{
    struct setup s;
    if (!setup_from(&s, texture, step)) {
        bt_spans_c(span, count, step, texture);
        return;
    }
    for (int i = 0; i < count; i++)
        draw(&s, &span[i]);
}
