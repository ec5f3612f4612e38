// SPDX-License-Identifier: Apache-2.0
#include "dsp/kernels.h"

// All arithmetic fits 16-bit lanes, for the sake of the vector versions: texels have 7
// bits of fraction, gains 11 (10 while they are interpolated), colours 3 at the end.

static int32_t clamp(int32_t value, int32_t low, int32_t high)
{
    return value < low ? low : value > high ? high : value;
}

// A place on one axis: the lower of two neighbours, the step to the upper one and the
// share of the upper one in 1/128.
struct place {
    int32_t index, next, part;
};

// at is in 1/128 texel, within the centres of the first and the last texel.
static struct place place(int32_t at, int32_t size)
{
    const int32_t last = size > 1 ? size - 2 : 0;
    const int32_t index = at >> 7 < last ? at >> 7 : last;
    return (struct place){index, size > 1, at - index * 128};
}

// Mixes with 15 bits of weight. The weight 1 is 1/32768 short of it, which differences up
// to 16384 do not notice.
static int32_t mix(int32_t a, int32_t b, int32_t part)
{
    const int32_t weight = part < 128 ? part << 8 : 32767;
    return a + (((b - a) * weight + 0x4000) >> 15);
}

static int32_t gain_of(uint16_t value)
{
    return (value < 4095 ? value : 4095) << 2;
}

struct gains {
    const uint8_t *data;
    int32_t width, height, stride;
    int left, right; // shifts from texture to map
};

static struct gains gains_of(const struct bt_texture *t)
{
    const int right = t->gain_shift > 0 ? t->gain_shift : 0;
    const int left = t->gain_shift < 0 ? -t->gain_shift : 0;
    return (struct gains){.data = (const uint8_t *)t->gain,
                          .width = t->width << left >> right,
                          .height = t->height << left >> right,
                          .stride = t->gain_stride,
                          .left = left,
                          .right = right};
}

static void gain_at(const struct gains *map, int32_t x, int32_t y, int32_t out[4])
{
    const int32_t half = (1 << map->right) >> 1;
    const int32_t gx = ((((x + 64) << map->left) + half) >> map->right) - 64;
    const int32_t gy = ((((y + 64) << map->left) + half) >> map->right) - 64;
    const struct place px = place(clamp(gx, 0, (map->width - 1) * 128), map->width);
    const struct place py = place(clamp(gy, 0, (map->height - 1) * 128), map->height);
    const uint8_t *row = map->data + py.index * map->stride;
    const uint16_t *a = (const uint16_t *)row + 4 * px.index;
    const uint16_t *b = (const uint16_t *)(row + py.next * map->stride) + 4 * px.index;
    for (int c = 0; c < 4; c++) {
        const int d = c + 4 * px.next;
        const int32_t near = mix(gain_of(a[c]), gain_of(b[c]), py.part);
        const int32_t far = mix(gain_of(a[d]), gain_of(b[d]), py.part);
        out[c] = mix(near, far, px.part) << 1;
    }
}

static void draw(const struct bt_span *span, const struct bt_span_step *step,
                 const struct bt_texture *texture, const struct gains *gains)
{
    const int32_t width = texture->width, height = texture->height;
    // Rounding terms are added here once: half of 1/128 texel, half of 1/8 for the offset
    // and half of 1 for the colour. Unsigned, since sums may wrap.
    uint32_t u = (uint32_t)span->u + 256, v = (uint32_t)span->v + 256;
    const uint32_t round = (1u << 12) + (4u << 13);
    uint32_t add[4] = {(uint32_t)span->add[0] + round, (uint32_t)span->add[1] + round,
                       (uint32_t)span->add[2] + round, round};
    int32_t gain[4] = {2048, 2048, 2048, 2048};
    for (int i = 0; i < span->n; i++) {
        const int32_t x = clamp((int32_t)u >> 9, 0, (width - 1) * 128);
        const int32_t y = clamp((int32_t)v >> 9, 0, (height - 1) * 128);
        const struct place px = place(x, width), py = place(y, height);
        const uint8_t *a = texture->rgba + py.index * texture->stride + 4 * px.index;
        const uint8_t *b = a + py.next * texture->stride;
        if (gains->data)
            gain_at(gains, x, y, gain);
        for (int c = 0; c < 4; c++) {
            const int d = c + 4 * px.next;
            const int32_t top = a[c] * (128 - px.part) + a[d] * px.part;
            const int32_t bottom = b[c] * (128 - px.part) + b[d] * px.part;
            const int32_t lit = (mix(top, bottom, py.part) * gain[c] + 0x4000) >> 15;
            const int32_t colour = (lit + ((int32_t)add[c] >> 13)) >> 3;
            span->out[4 * i + c] = (uint8_t)clamp(colour, 0, 255);
        }
        u += (uint32_t)step->u;
        v += (uint32_t)step->v;
        for (int c = 0; c < 3; c++)
            add[c] += (uint32_t)step->add[c];
    }
}

void bt_spans_c(const struct bt_span *span, int count, const struct bt_span_step *step,
                const struct bt_texture *texture)
{
    const struct gains gains = gains_of(texture);
    for (int i = 0; i < count; i++)
        draw(&span[i], step, texture, &gains);
}
