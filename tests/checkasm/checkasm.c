// SPDX-License-Identifier: Apache-2.0
// Compares every kernel of every instruction set with its C version: random and extreme
// input, all short lengths, odd addresses, guards around the output. Inputs end where
// their memory does, so that the address sanitizer sees what is read too far.
#include "checkasm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cpu.h"

#define GUARD 64
#define LONG 1031

static int failures, checks;
static uint64_t seed = 0x9e3779b97f4a7c15u;

uint32_t random32(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16);
}

int random_in(int low, int high)
{
    return low + (int)(random32() % ((uint32_t)(high - low) + 1));
}

// Memory of which the last size bytes are used, at an odd address in most cases.
struct block {
    uint8_t *memory, *data;
};

static struct block block(size_t size, size_t unit)
{
    const size_t shift = (size_t)random_in(0, 31) * unit;
    // No room at all may be NULL.
    struct block b = {.memory = malloc(shift + size ? shift + size : 1)};
    if (!b.memory) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    b.data = b.memory + shift;
    return b;
}

// mode 0: random, 1: all 0, 2: all 255, 3: random extremes.
static struct block bytes(size_t size, int mode)
{
    static const uint8_t extreme[] = {0, 255, 1, 254, 127, 128};
    struct block b = block(size, 1);
    for (size_t i = 0; i < size; i++)
        b.data[i] = mode == 0   ? (uint8_t)random32()
                    : mode == 1 ? 0
                    : mode == 2 ? 255
                                : extreme[random32() % 6];
    return b;
}

static struct block floats(size_t count, int mode)
{
    static const float extreme[] = {0,      -0.f,     1e30f, -1e30f,
                                    1e-40f, 16777216, 1,     -3.5e-20f};
    struct block b = block(count * sizeof(float), sizeof(float));
    for (size_t i = 0; i < count; i++) {
        const float value = mode ? extreme[random32() % 8]
                                 : (float)(int32_t)random32() /
                                       (float)(1 << random_in(0, 30));
        memcpy(b.data + i * sizeof(float), &value, sizeof(value));
    }
    return b;
}

// An output between guards; two of them start with the same bytes.
struct output {
    uint8_t *memory[2], *data[2];
    size_t shift, size;
};

static struct output output(size_t size, size_t unit)
{
    struct output o = {.shift = GUARD + (size_t)random_in(0, 31) * unit, .size = size};
    for (int k = 0; k < 2; k++) {
        o.memory[k] = malloc(o.shift + size + GUARD);
        if (!o.memory[k])
            exit(1);
        o.data[k] = o.memory[k] + o.shift;
    }
    for (size_t i = 0; i < o.shift + size + GUARD; i++)
        o.memory[0][i] = o.memory[1][i] = (uint8_t)(i * 37 + 11);
    return o;
}

static void finish(struct output *o, const char *name, int n)
{
    checks++;
    const size_t all = o->shift + o->size + GUARD;
    size_t wrong = all;
    for (size_t i = 0; i < all && wrong == all; i++) {
        const bool guard = i < o->shift || i >= o->shift + o->size;
        for (int k = 0; k < 2; k++)
            if (guard && o->memory[k][i] != (uint8_t)(i * 37 + 11))
                wrong = i;
        if (o->memory[0][i] != o->memory[1][i])
            wrong = i;
    }
    if (wrong != all && failures++ < 40)
        fprintf(stderr, "%s: n %d: byte %ld of %zu: %d should be %d\n", name, n,
                (long)wrong - (long)o->shift, o->size, o->memory[1][wrong],
                o->memory[0][wrong]);
    free(o->memory[0]);
    free(o->memory[1]);
}

static struct bt_yuv_coeffs coeffs(int mode)
{
    // BT.709, limited range.
    struct bt_yuv_coeffs k = {1048576, 76309, 117489, -13975, -34925,
                              138438,  11966, 40254,  4064,   -6596,
                              -22189,  28784, 28784,  -26145, -2639};
    int32_t *factor = &k.yo;
    for (int i = 0; mode && i < 15; i++)
        factor[i] = mode == 1 ? random_in(-262144, 262144)
                              : (random32() & 1 ? 262144 : -262144);
    if (mode)
        k.yo = random_in(0, 255 << 16);
    return k;
}

static void check_yuv(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct block y = bytes((size_t)n, mode), u = bytes((size_t)n, mode);
    struct block v = bytes((size_t)n, (mode + random_in(0, 1)) & 3);
    const struct bt_yuv_coeffs k = coeffs(random_in(0, 2));
    struct output out = output(4 * (size_t)n, 1);
    for (int i = 0; i < 2; i++)
        dsp[i]->yuv_to_rgbx(out.data[i], y.data, u.data, v.data, n, &k);
    finish(&out, "yuv_to_rgbx", n);
    free(y.memory);
    free(u.memory);
    free(v.memory);
}

static void check_rgb(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct block rgbx = bytes(4 * (size_t)n, mode);
    const struct bt_yuv_coeffs k = coeffs(random_in(0, 2));
    struct output y = output((size_t)n, 1), u = output((size_t)n, 1),
                  v = output((size_t)n, 1);
    for (int i = 0; i < 2; i++)
        dsp[i]->rgbx_to_yuv(y.data[i], u.data[i], v.data[i], rgbx.data, n, &k);
    finish(&y, "rgbx_to_yuv y", n);
    finish(&u, "rgbx_to_yuv u", n);
    finish(&v, "rgbx_to_yuv v", n);
    free(rgbx.memory);
}

static void check_blend(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct block src = bytes((size_t)n, mode), alpha = bytes((size_t)n, random_in(0, 3));
    struct block start = bytes((size_t)n, random_in(0, 3));
    struct output dst = output((size_t)n, 1);
    for (int i = 0; i < 2; i++) {
        memcpy(dst.data[i], start.data, (size_t)n);
        dsp[i]->blend_row(dst.data[i], src.data, alpha.data, n);
    }
    finish(&dst, "blend_row", n);
    free(src.memory);
    free(alpha.memory);
    free(start.memory);
}

static void check_half(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct block a = bytes(2 * (size_t)n, mode),
                 b = bytes(2 * (size_t)n, random_in(0, 3));
    struct output out = output((size_t)n, 1);
    for (int i = 0; i < 2; i++)
        dsp[i]->half_row(out.data[i], a.data, b.data, n);
    finish(&out, "half_row", n);
    free(a.memory);
    free(b.memory);
}

static void check_box(const struct bt_dsp *dsp[2], int n, int mode)
{
    const size_t count = (size_t)n;
    struct block add = floats(count, mode & 1), sub = floats(count, mode & 1);
    struct block start = floats(count, mode & 1);
    struct output acc = output(count * sizeof(float), sizeof(float));
    struct output out = output(count * sizeof(float), sizeof(float));
    const float scale = 1 / (float)random_in(1, 99);
    for (int i = 0; i < 2; i++) {
        memcpy(acc.data[i], start.data, count * sizeof(float));
        dsp[i]->box_step((float *)acc.data[i], (float *)out.data[i],
                         (const float *)add.data, (const float *)sub.data, scale, n);
    }
    finish(&acc, "box_step acc", n);
    finish(&out, "box_step out", n);
    free(add.memory);
    free(sub.memory);
    free(start.memory);
}

static void check_alpha(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct block rgba = bytes(4 * (size_t)n, mode);
    struct output alpha = output((size_t)n, 1), any = output(sizeof(int), sizeof(int));
    for (int i = 0; i < 2; i++)
        *(int *)any.data[i] = dsp[i]->alpha_row(alpha.data[i], rgba.data, n);
    finish(&alpha, "alpha_row", n);
    finish(&any, "alpha_row's result", n);
    free(rgba.memory);
}

static void check_twice(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct block in = bytes((size_t)(n + 1) / 2, mode);
    struct output out = output((size_t)n, 1);
    for (int i = 0; i < 2; i++)
        dsp[i]->twice_row(out.data[i], in.data, n);
    finish(&out, "twice_row", n);
    free(in.memory);
}

static void check_blend_half(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct block src[2], alpha[2], start = bytes((size_t)n, random_in(0, 3));
    for (int k = 0; k < 2; k++) {
        src[k] = bytes(2 * (size_t)n, mode);
        alpha[k] = bytes(2 * (size_t)n, random_in(0, 3));
    }
    const uint8_t *s[2] = {src[0].data, src[1].data};
    const uint8_t *a[2] = {alpha[0].data, alpha[1].data};
    struct output dst = output((size_t)n, 1);
    for (int i = 0; i < 2; i++) {
        memcpy(dst.data[i], start.data, (size_t)n);
        dsp[i]->blend_half(dst.data[i], s, a, n);
    }
    finish(&dst, "blend_half", n);
    for (int k = 0; k < 2; k++) {
        free(src[k].memory);
        free(alpha[k].memory);
    }
    free(start.memory);
}

static void check_half_rgbx(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct block a = bytes(8 * (size_t)n, mode),
                 b = bytes(8 * (size_t)n, random_in(0, 3));
    struct output out = output(4 * (size_t)n, 1);
    for (int i = 0; i < 2; i++)
        dsp[i]->half_rgbx(out.data[i], a.data, b.data, n);
    finish(&out, "half_rgbx", n);
    free(a.memory);
    free(b.memory);
}

static void check_lit(const struct bt_dsp *dsp[2], int n, int mode)
{
    const int shift = random_in(0, 2), part = random_in(0, 8);
    n = n >> shift << shift;
    const size_t gains = 4 * (size_t)(n >> shift);
    struct block rgba = bytes(4 * (size_t)n, mode), gain[2];
    for (int k = 0; k < 2; k++) {
        gain[k] = block(2 * gains, 2);
        for (size_t i = 0; i < gains; i++) {
            const uint16_t value =
                (uint16_t)(mode & 1 ? random_in(0, 1) * 4095 : random_in(0, 4095));
            memcpy(gain[k].data + 2 * i, &value, 2);
        }
    }
    const uint16_t *rows[2] = {(const uint16_t *)gain[0].data,
                               (const uint16_t *)gain[1].data};
    struct output out = output(4 * (size_t)n, 1);
    for (int i = 0; i < 2; i++)
        dsp[i]->lit_row(out.data[i], rgba.data, rows, part, n, shift);
    finish(&out, "lit_row", n);
    free(rgba.memory);
    free(gain[0].memory);
    free(gain[1].memory);
}

static void check_soften(const struct bt_dsp *dsp[2], int n, int mode)
{
    n &= ~1;
    const int part = random_in(0, 256);
    struct block in = bytes(4 * (size_t)n, mode), near = bytes(2 * (size_t)n, mode),
                 far = bytes(2 * (size_t)n, random_in(0, 3));
    struct output out = output(4 * (size_t)n, 1);
    for (int i = 0; i < 2; i++)
        dsp[i]->soften_row(out.data[i], in.data, near.data, far.data, part, n);
    finish(&out, "soften_row", n);
    free(in.memory);
    free(near.memory);
    free(far.memory);
}

static void check_grain(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct block rgba = bytes(4 * (size_t)n, mode);
    const uint32_t hash = random32(), first = random32();
    const int scale = random_in(0, 8192);
    struct block wave = block(2 * (size_t)n, 2);
    for (int i = 0; i < n; i++)
        ((int16_t *)wave.data)[i] = (int16_t)random_in(-232, 232);
    struct output luma = output((size_t)n, 1), noisy = output(4 * (size_t)n, 1);
    struct output waved = output((size_t)n, 1);
    for (int i = 0; i < 2; i++) {
        dsp[i]->luma_row(luma.data[i], rgba.data, n);
        memcpy(noisy.data[i], rgba.data, 4 * (size_t)n);
        dsp[i]->noise_row(noisy.data[i], n, hash, first, scale);
        memcpy(waved.data[i], rgba.data, (size_t)n);
        dsp[i]->wave_row(waved.data[i], (int16_t *)wave.data, scale >> 6, n);
    }
    finish(&luma, "luma_row", n);
    finish(&noisy, "noise_row", n);
    finish(&waved, "wave_row", n);
    free(wave.memory);
    free(rgba.memory);
}

static float random_float(float low, float high)
{
    return low + (high - low) * (float)(random32() % 65537) / 65536;
}

static void check_log_exp(const struct bt_dsp *dsp[2], int n, int mode)
{
    const size_t size = (size_t)n * sizeof(float);
    struct block in = block(size, sizeof(float));
    float *value = (float *)in.data;
    for (int i = 0; i < n; i++)
        value[i] = mode & 1 ? random_float(-80, 80) : random_float(1e-3f, 300);
    struct output out = output(size, sizeof(float));
    for (int i = 0; i < 2; i++)
        (mode & 1 ? dsp[i]->exp_row : dsp[i]->log_row)((float *)out.data[i], value, n);
    finish(&out, mode & 1 ? "exp_row" : "log_row", n);
    free(in.memory);
}

static void check_interpolate(const struct bt_dsp *dsp[2], int n, int mode)
{
    const size_t count = (size_t)n;
    const int values = random_in(1, 50);
    struct block value = floats((size_t)values * 4, mode & 1);
    struct block weight = floats(count * 3, mode & 1), corner = block(count * 6, 2);
    for (int i = 0; i < 3 * n; i++)
        ((uint16_t *)corner.data)[i] = (uint16_t)random_in(0, values - 1);
    struct output out = output(count * 16, sizeof(float));
    for (int i = 0; i < 2; i++)
        dsp[i]->interpolate((float(*)[4])out.data[i], (const float(*)[4])value.data,
                            (const uint16_t(*)[3])corner.data,
                            (const float(*)[3])weight.data, n);
    finish(&out, "interpolate", n);
    free(value.memory);
    free(weight.memory);
    free(corner.memory);
}

static void check_sample(const struct bt_dsp *dsp[2], int n, int mode)
{
    const int width = random_in(2, 40), height = random_in(2, 40);
    const int stride = 4 * (width + random_in(0, 3));
    struct block rgbx = bytes((size_t)stride * (size_t)(height - 1) + 4 * (size_t)width,
                              mode);
    struct block place = block((size_t)n * 16, sizeof(float));
    for (int i = 0; i < 4 * n; i++)
        ((float *)place.data)[i] = random_in(0, 20) ? random_float(-5, 45) : 1e30f;
    struct output out = output((size_t)n * 12, sizeof(float));
    for (int i = 0; i < 2; i++)
        dsp[i]->sample((float(*)[3])out.data[i], (const float(*)[4])place.data, rgbx.data,
                       width, height, stride, n);
    finish(&out, "sample", n);
    free(rgbx.memory);
    free(place.memory);
}

static int32_t wild(int32_t low, int32_t high)
{
    static const int32_t extreme[] = {INT32_MIN, INT32_MAX, 0, -1, 1 << 30, -(1 << 30)};
    const uint32_t kind = random32() % 8;
    return kind == 0   ? extreme[random32() % 6]
           : kind == 1 ? (int32_t)random32()
                       : random_in(low, high);
}

static struct block gains(struct bt_texture *texture)
{
    const int shift = random_in(-3, 4);
    int width = shift < 0 ? texture->width << -shift : texture->width >> shift;
    int height = shift < 0 ? texture->height << -shift : texture->height >> shift;
    if (!width || !height) {
        texture->gain_shift = 0;
        width = texture->width;
        height = texture->height;
    } else {
        texture->gain_shift = shift;
    }
    texture->gain_stride = 8 * (width + random_in(0, 3));
    const size_t size = (size_t)texture->gain_stride * (size_t)(height - 1) +
                        8 * (size_t)width;
    struct block b = block(size, 2);
    const int mode = random_in(0, 3);
    for (size_t i = 0; i < size / 2; i++) {
        const uint16_t value = mode == 0   ? (uint16_t)random_in(64, 800)
                               : mode == 1 ? (uint16_t)random_in(0, 4095)
                               : mode == 2 ? (uint16_t)random32()
                                           : (uint16_t)(random32() & 1 ? 65535 : 0);
        memcpy(b.data + 2 * i, &value, 2);
    }
    texture->gain = (const uint16_t *)b.data;
    return b;
}

static void check_span(const struct bt_dsp *dsp[2], int n, int mode)
{
    struct bt_texture texture = {.width = random_in(1, random32() & 3 ? 90 : 3),
                                 .height = random_in(1, random32() & 3 ? 90 : 3)};
    const int w = texture.width, h = texture.height;
    texture.stride = 4 * (w + random_in(0, 3));
    struct block rgba = bytes((size_t)texture.stride * (size_t)(h - 1) + 4 * (size_t)w,
                              mode);
    struct block gain = {0};
    texture.rgba = rgba.data;
    if (random32() & 3)
        gain = gains(&texture);
    // Several spans of one triangle, with a gap between them.
    const int count = random_in(1, 3), gap = random_in(0, 5);
    struct bt_span_step step = {.u = wild(-98304, 98304), .v = wild(-98304, 98304)};
    struct bt_span span[3] = {0};
    for (int c = 0; c < 3; c++)
        step.add[c] = wild(-262144, 262144);
    for (int k = 0; k < count; k++) {
        span[k].u = wild(-131072, (w + 2) << 16);
        span[k].v = wild(-131072, (h + 2) << 16);
        for (int c = 0; c < 3; c++)
            span[k].add[c] = wild(-4194304, 4194304);
    }
    const int before = random_in(0, n), after = random_in(0, n);
    span[0].n = n;
    span[1].n = before;
    span[2].n = after;
    const int start[3] = {0, n + gap, n + gap + before + gap};
    struct output out = output(4 * (size_t)(start[2] + after), 1);
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < count; k++)
            span[k].out = out.data[i] + 4 * start[k];
        dsp[i]->spans(span, count, &step, &texture);
    }
    finish(&out, texture.gain ? "spans with gain" : "spans", n);
    free(rgba.memory);
    free(gain.memory);
}

int main(int argc, char **argv)
{
    static void (*const check[])(const struct bt_dsp *dsp[2], int n, int mode) = {
        check_yuv, check_rgb, check_blend, check_half, check_box, check_span,
        check_alpha, check_twice, check_blend_half, check_half_rgbx, check_lit,
        check_soften, check_grain, check_log_exp, check_interpolate, check_sample};
    if (argc > 1 && !strcmp(argv[1], "--bench")) {
        bench(bt_cpu_flags());
        return 0;
    }
    static const unsigned sets[] = {BT_CPU_AVX2};
    struct bt_dsp c, fast;
    bt_dsp_for(&c, 0);
    for (size_t s = 0; s < sizeof(sets) / sizeof(*sets); s++) {
        if ((bt_cpu_flags() & sets[s]) != sets[s])
            continue;
        bt_dsp_for(&fast, sets[s]);
        const struct bt_dsp *dsp[2] = {&c, &fast};
        for (size_t k = 0; k < sizeof(check) / sizeof(*check); k++)
            for (int mode = 0; mode < 4; mode++) {
                for (int n = 0; n <= 67; n++)
                    for (int repeat = 0; repeat < 12; repeat++)
                        check[k](dsp, n, mode);
                check[k](dsp, LONG, mode);
            }
    }
    if (!checks) {
        fprintf(stderr, "this processor has nothing beside C to compare\n");
        return 77;
    }
    printf("%d comparisons, %d differ\n", checks, failures);
    return failures != 0;
}
