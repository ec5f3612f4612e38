// SPDX-License-Identifier: Apache-2.0
#include "swap/patch.h"

#include <string.h>

#include "base/alloc.h"

static struct bt_yuv_coeffs fixed(const struct bauta_frame *frame)
{
    const struct bt_matrix m = bt_matrix_for(&frame->colour, frame->height);
    const float *f[] = {&m.yo, &m.ys, &m.rv, &m.gu, &m.gv, &m.bu, &m.yr, &m.yg,
                        &m.yb, &m.ur, &m.ug, &m.ub, &m.vr, &m.vg, &m.vb};
    int32_t v[15];
    for (int i = 0; i < 15; i++)
        v[i] = (int32_t)(*f[i] * 65536 + (*f[i] < 0 ? -.5f : .5f));
    return (struct bt_yuv_coeffs){v[0], v[1], v[2],  v[3],  v[4],  v[5],  v[6], v[7],
                                  v[8], v[9], v[10], v[11], v[12], v[13], v[14]};
}

static int grow(struct bt_patch *p, struct bt_rect r)
{
    const int width = r.x1 - r.x0, height = r.y1 - r.y0;
    const size_t stride = ((size_t)width * 4 + 63) / 64 * 64;
    size_t size;
    if (!bt_size_mul(stride, (size_t)height, &size))
        return BAUTA_E_NO_MEMORY;
    if (size > p->size || !p->row) {
        const size_t more = size + size / 2 + 4096;
        bt_patch_finish(p);
        p->seen = bt_alloc(more);
        p->drawn = bt_alloc(more);
        p->small = bt_alloc(more);
        p->row = bt_alloc(((size_t)1 << 14) * 16);
        if (!p->seen || !p->drawn || !p->small || !p->row) {
            bt_patch_finish(p);
            return BAUTA_E_NO_MEMORY;
        }
        p->size = more;
    }
    p->rect = r;
    p->width = width;
    p->height = height;
    p->stride = (int)stride;
    memset(p->drawn, 0, size);
    return 0;
}

// A row of chroma at one sample a pixel.
static void read_chroma(uint8_t *u, uint8_t *v, const uint8_t *a, const uint8_t *b,
                        const struct bt_patch *p, const struct bt_pixel_format *f)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const int step = f->step[1];
    if (f->chroma_x == 1 && step == 1) {
        dsp->twice_row(u, a + p->rect.x0 / 2, p->width);
        dsp->twice_row(v, b + p->rect.x0 / 2, p->width);
        return;
    }
    for (int x = 0; x < p->width; x++) {
        const int cx = ((p->rect.x0 + x) >> f->chroma_x) * step;
        u[x] = a[cx];
        v[x] = b[cx];
    }
}

static void read_yuv(struct bt_patch *p, const struct bauta_frame *frame,
                     const struct bt_pixel_format *f)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const struct bt_yuv_coeffs k = fixed(frame);
    uint8_t *u = p->row, *v = p->row + (1 << 14);
    memset(p->row, 128, (size_t)2 << 14);
    for (int y = 0; y < p->height; y++) {
        const int cy = (p->rect.y0 + y) >> f->chroma_y;
        if (f->planes > 1 &&
            (y == 0 || ((p->rect.y0 + y) & ((1 << f->chroma_y) - 1)) == 0)) {
            const uint8_t *a = frame->data[1] + cy * frame->stride[1];
            const uint8_t *b =
                f->planar_chroma ? frame->data[2] + cy * frame->stride[2] : a + 1;
            read_chroma(u, v, a, b, p, f);
        }
        dsp->yuv_to_rgbx(p->seen + (size_t)y * (size_t)p->stride,
                         frame->data[0] + (p->rect.y0 + y) * frame->stride[0] +
                             p->rect.x0,
                         u, v, p->width, &k);
    }
}

static void read_rgb(struct bt_patch *p, const struct bauta_frame *frame,
                     const struct bt_pixel_format *f)
{
    for (int y = 0; y < p->height; y++) {
        const uint8_t *in = frame->data[0] + (p->rect.y0 + y) * frame->stride[0] +
                            p->rect.x0 * f->step[0];
        uint8_t *out = p->seen + (size_t)y * (size_t)p->stride;
        for (int x = 0; x < p->width; x++, in += f->step[0], out += 4) {
            out[0] = in[f->r];
            out[1] = in[f->g];
            out[2] = in[f->b];
            out[3] = 255;
        }
    }
}

// Halves a picture of 4-byte pixels in place or from one buffer to the other.
static void halve(uint8_t *out, const uint8_t *in, int width, int height, int stride,
                  uint8_t *row)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    for (int y = 0; y < height; y++) {
        const uint8_t *a = in + (size_t)y * 2 * (size_t)stride;
        dsp->half_rgbx(row, a, a + stride, width);
        memcpy(out + (size_t)y * (size_t)width * 4, row, (size_t)width * 4);
    }
}

static void reduce(struct bt_patch *p, int wanted)
{
    int w = p->width, h = p->height, shift = 0, stride = p->stride;
    const uint8_t *from = p->seen;
    while (w > wanted && w > 3 && h > 3) {
        w /= 2, h /= 2, shift++;
        halve(p->small, from, w, h, stride, p->row);
        from = p->small;
        stride = w * 4;
    }
    if (!shift)
        for (int y = 0; y < h; y++)
            memcpy(p->small + (size_t)y * (size_t)w * 4,
                   p->seen + (size_t)y * (size_t)stride, (size_t)w * 4);
    p->small_width = w;
    p->small_height = h;
    p->small_shift = shift;
}

int bt_patch_read(struct bt_patch *patch, const struct bauta_frame *frame,
                  struct bt_rect rect, int wanted)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    rect = bt_rect_align(rect, 1 << f->chroma_x, 1 << f->chroma_y, frame->width,
                         frame->height);
    if (bt_rect_empty(rect))
        return BAUTA_E_AGAIN;
    const int error = grow(patch, rect);
    if (error)
        return error;
    if (f->rgb)
        read_rgb(patch, frame, f);
    else
        read_yuv(patch, frame, f);
    reduce(patch, wanted);
    return 0;
}

// Samples of chroma from column x on. Rows of u and v at full resolution lie behind the
// luma row, see bt_patch_write.
static void mix_chroma(const struct bt_patch *p, uint8_t *du, uint8_t *dv, int step,
                       int cx, int x, int y, int rows)
{
    const size_t n = (size_t)1 << 14;
    for (; x < p->width; x += cx, du += step, dv += step) {
        int alpha = 0, u = 0, v = 0, count = 0;
        for (int j = 0; j < rows; j++) {
            const uint8_t *a = p->drawn + (size_t)(y + j) * (size_t)p->stride;
            const uint8_t *ru = p->row + n * (size_t)(1 + 2 * j), *rv = ru + n;
            for (int i = x; i < x + cx && i < p->width; i++, count++) {
                const int w = a[i * 4 + 3];
                alpha += w, u += w * ru[i], v += w * rv[i];
            }
        }
        if (!alpha)
            continue;
        const int whole = 255 * count;
        *du = (uint8_t)((u + (whole - alpha) * *du + whole / 2) / whole);
        *dv = (uint8_t)((v + (whole - alpha) * *dv + whole / 2) / whole);
    }
}

static void write_chroma(const struct bt_patch *p, struct bauta_frame *frame,
                         const struct bt_pixel_format *f, int y, int rows)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const size_t n = (size_t)1 << 14;
    const int cy = (p->rect.y0 + y) >> f->chroma_y, step = f->step[1];
    uint8_t *du =
        frame->data[1] + cy * frame->stride[1] + (p->rect.x0 >> f->chroma_x) * step;
    uint8_t *dv = f->planar_chroma ? frame->data[2] + cy * frame->stride[2] +
                                         (p->rect.x0 >> f->chroma_x)
                                   : du + 1;
    int done = 0;
    if (f->chroma_x == 1 && rows == 2 && step == 1) {
        const uint8_t *const u[2] = {p->row + n, p->row + 3 * n};
        const uint8_t *const v[2] = {p->row + 2 * n, p->row + 4 * n};
        const uint8_t *const alpha[2] = {p->row + 5 * n, p->row + 6 * n};
        done = p->width / 2;
        dsp->blend_half(du, u, alpha, done);
        dsp->blend_half(dv, v, alpha, done);
    }
    mix_chroma(p, du + done * step, dv + done * step, step, 1 << f->chroma_x, 2 * done, y,
               rows);
}

static void write_yuv(struct bt_patch *p, struct bauta_frame *frame,
                      const struct bt_pixel_format *f)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const struct bt_yuv_coeffs k = fixed(frame);
    const size_t n = (size_t)1 << 14;
    const int group = 1 << f->chroma_y;
    for (int y = 0; y < p->height; y += group) {
        const int rows = y + group <= p->height ? group : p->height - y;
        int any = 0;
        for (int j = 0; j < rows; j++) {
            const uint8_t *drawn = p->drawn + (size_t)(y + j) * (size_t)p->stride;
            uint8_t *alpha = p->row + (size_t)(5 + j) * n;
            const int here = dsp->alpha_row(alpha, drawn, p->width);
            any |= here;
            if (!here)
                continue;
            uint8_t *u = p->row + n * (size_t)(1 + 2 * j);
            dsp->rgbx_to_yuv(p->row, u, u + n, drawn, p->width, &k);
            dsp->blend_row(frame->data[0] + (p->rect.y0 + y + j) * frame->stride[0] +
                               p->rect.x0,
                           p->row, alpha, p->width);
        }
        if (any && f->planes > 1)
            write_chroma(p, frame, f, y, rows);
    }
}

static void write_rgb(struct bt_patch *p, struct bauta_frame *frame,
                      const struct bt_pixel_format *f)
{
    for (int y = 0; y < p->height; y++) {
        const uint8_t *in = p->drawn + (size_t)y * (size_t)p->stride;
        uint8_t *out = frame->data[0] + (p->rect.y0 + y) * frame->stride[0] +
                       p->rect.x0 * f->step[0];
        for (int x = 0; x < p->width; x++, in += 4, out += f->step[0]) {
            const int a = in[3];
            if (!a)
                continue;
            out[f->r] = (uint8_t)((in[0] * a + out[f->r] * (255 - a) + 127) / 255);
            out[f->g] = (uint8_t)((in[1] * a + out[f->g] * (255 - a) + 127) / 255);
            out[f->b] = (uint8_t)((in[2] * a + out[f->b] * (255 - a) + 127) / 255);
        }
    }
}

// Moves the rows of a mask to where they lie in a larger rectangle, the last one first:
// none then falls on one that is still to be moved.
static void spread(uint8_t *to, const uint8_t *from, struct bt_rect r, struct bt_rect all)
{
    const size_t old = (size_t)(r.x1 - r.x0), width = (size_t)(all.x1 - all.x0);
    const size_t left = (size_t)(r.x0 - all.x0);
    for (int y = all.y1 - 1; y >= all.y0; y--) {
        uint8_t *row = to + (size_t)(y - all.y0) * width;
        if (y < r.y0 || y >= r.y1) {
            memset(row, 0, width);
            continue;
        }
        memmove(row + left, from + (size_t)(y - r.y0) * old, old);
        memset(row, 0, left);
        memset(row + left + old, 0, width - left - old);
    }
}

// Grows touched to hold rect too, keeping what it has.
static int extend(struct bt_mask *touched, struct bt_rect rect)
{
    if (!touched->value || bt_rect_empty(touched->rect))
        return bt_mask_resize(touched, rect);
    const struct bt_rect all = bt_rect_union(touched->rect, rect);
    const size_t size = (size_t)(all.x1 - all.x0) * (size_t)(all.y1 - all.y0);
    if (size <= touched->size) {
        spread(touched->value, touched->value, touched->rect, all);
        touched->rect = all;
        touched->stride = all.x1 - all.x0;
        return 0;
    }
    struct bt_mask more = {0};
    const int error = bt_mask_resize(&more, all);
    if (error)
        return error;
    spread(more.value, touched->value, touched->rect, all);
    bt_mask_finish(touched);
    *touched = more;
    return 0;
}

// Notes a pixel, and at least a trace of it over its cell of chroma.
static void mark(struct bt_mask *touched, const struct bt_pixel_format *f, int x, int y,
                 uint8_t alpha)
{
    const int x0 = x >> f->chroma_x << f->chroma_x, y0 = y >> f->chroma_y << f->chroma_y;
    for (int j = y0; j < y0 + (1 << f->chroma_y) && j < touched->rect.y1; j++) {
        uint8_t *row =
            touched->value + (size_t)(j - touched->rect.y0) * (size_t)touched->stride;
        for (int i = x0; i < x0 + (1 << f->chroma_x) && i < touched->rect.x1; i++) {
            uint8_t *to = row + (i - touched->rect.x0);
            const uint8_t value = i == x && j == y ? alpha : 1;
            *to = value > *to ? value : *to;
        }
    }
}

static int note(const struct bt_patch *p, const struct bt_pixel_format *f,
                struct bt_mask *touched)
{
    const int error = extend(touched, p->rect);
    if (error)
        return error;
    for (int y = 0; y < p->height; y++) {
        const uint8_t *drawn = p->drawn + (size_t)y * (size_t)p->stride;
        for (int x = 0; x < p->width; x++)
            if (drawn[x * 4 + 3])
                mark(touched, f, p->rect.x0 + x, p->rect.y0 + y, drawn[x * 4 + 3]);
    }
    return 0;
}

int bt_patch_write(struct bt_patch *patch, struct bauta_frame *frame,
                   struct bt_mask *touched)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    if (touched) {
        const int error = note(patch, f, touched);
        if (error)
            return error;
    }
    if (f->rgb)
        write_rgb(patch, frame, f);
    else
        write_yuv(patch, frame, f);
    return 0;
}

void bt_patch_finish(struct bt_patch *patch)
{
    bt_freep(&patch->seen);
    bt_freep(&patch->drawn);
    bt_freep(&patch->small);
    bt_freep(&patch->row);
    *patch = (struct bt_patch){0};
}
