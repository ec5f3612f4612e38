// SPDX-License-Identifier: Apache-2.0
#include "quality/pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"

enum { SSIM_WINDOW = 7 };

static inline int luma(const struct bauta_frame *f, int x, int y)
{
    return f->data[0][y * f->stride[0] + x];
}

// The field around the mask -----------------------------------------------------------

// A mask's rectangle with a margin: 1 for what cannot be reached from its edge without
// crossing the mask, then how deep each sample lies in it.
struct field {
    int x0, y0, width, height;
    uint8_t *filled;
    float *depth, *soft;
    int *stack;
};

static void field_finish(struct field *f)
{
    bt_free(f->filled);
    bt_free(f->depth);
    bt_free(f->soft);
    bt_free(f->stack);
}

// Marks with 2 what lies outside; what is left at 0 are openings.
static void flood(struct field *f)
{
    int top = 0;
    const int w = f->width, h = f->height;
    f->stack[top++] = 0;
    f->filled[0] = 2;
    while (top > 0) {
        const int at = f->stack[--top], x = at % w, y = at / w;
        const int next[4] = {x > 0 ? at - 1 : at, x + 1 < w ? at + 1 : at,
                             y > 0 ? at - w : at, y + 1 < h ? at + w : at};
        for (int k = 0; k < 4; k++) {
            if (f->filled[next[k]])
                continue;
            f->filled[next[k]] = 2;
            f->stack[top++] = next[k];
        }
    }
}

// Chamfer distance to the outside, in samples.
static void measure_depth(struct field *f)
{
    const int w = f->width, h = f->height;
    static const float diagonal = 1.41421356f;
    for (int i = 0; i < w * h; i++)
        f->depth[i] = f->filled[i] ? 1e9f : 0;
    for (int pass = 0; pass < 2; pass++) {
        const int step = pass ? -1 : 1;
        for (int y = pass ? h - 2 : 1; y > 0 && y < h - 1; y += step) {
            for (int x = pass ? w - 2 : 1; x > 0 && x < w - 1; x += step) {
                float *d = &f->depth[y * w + x];
                *d = fminf(*d, d[-step] + 1);
                *d = fminf(*d, d[-step * w] + 1);
                *d = fminf(*d, d[-step * w - step] + diagonal);
                *d = fminf(*d, d[-step * w + step] + diagonal);
            }
        }
    }
}

// Depth, smoothed so that its gradient is a direction: a box of 5x5.
static void smooth_depth(struct field *f)
{
    const int w = f->width, h = f->height;
    memcpy(f->soft, f->depth, (size_t)w * (size_t)h * sizeof *f->soft);
    for (int y = 2; y < h - 2; y++) {
        for (int x = 2; x < w - 2; x++) {
            float sum = 0;
            for (int j = -2; j <= 2; j++) {
                for (int i = -2; i <= 2; i++)
                    sum += f->depth[(y + j) * w + x + i];
            }
            f->soft[y * w + x] = sum / 25;
        }
    }
}

static int field_init(struct field *f, const struct bt_mask *mask)
{
    enum { MARGIN = 3 };
    *f = (struct field){.x0 = mask->rect.x0 - MARGIN, .y0 = mask->rect.y0 - MARGIN,
                        .width = mask->rect.x1 - mask->rect.x0 + 2 * MARGIN,
                        .height = mask->rect.y1 - mask->rect.y0 + 2 * MARGIN};
    const size_t count = (size_t)f->width * (size_t)f->height;
    f->filled = bt_zalloc(count);
    f->depth = bt_alloc_array(count, sizeof *f->depth);
    f->soft = bt_alloc_array(count, sizeof *f->soft);
    f->stack = bt_alloc_array(count, sizeof *f->stack);
    if (!f->filled || !f->depth || !f->soft || !f->stack) {
        field_finish(f);
        return BAUTA_E_NO_MEMORY;
    }
    for (int y = 0; y < f->height; y++) {
        for (int x = 0; x < f->width; x++)
            f->filled[y * f->width + x] = bt_q_masked(mask, f->x0 + x, f->y0 + y);
    }
    flood(f);
    for (size_t i = 0; i < count; i++)
        f->filled[i] = f->filled[i] != 2;
    measure_depth(f);
    smooth_depth(f);
    return 0;
}

int bt_q_edges_add(struct bt_q_edges *edges, const struct bauta_frame *in,
                   const struct bauta_frame *out, const struct bt_mask *mask, int band)
{
    struct field f;
    if (bt_rect_empty(mask->rect))
        return 0;
    if (field_init(&f, mask) < 0)
        return BAUTA_E_NO_MEMORY;
    for (int j = 1; j < f.height - 1; j++) {
        for (int i = 1; i < f.width - 1; i++) {
            const int x = f.x0 + i, y = f.y0 + j, at = j * f.width + i;
            if (!bt_q_masked(mask, x, y) || x < 1 || y < 1 || x > in->width - 2
                || y > in->height - 2)
                continue;
            const double ax = luma(in, x + 1, y) - luma(in, x - 1, y);
            const double ay = luma(in, x, y + 1) - luma(in, x, y - 1);
            const double bx = luma(out, x + 1, y) - luma(out, x - 1, y);
            const double by = luma(out, x, y + 1) - luma(out, x, y - 1);
            edges->inside_in += ax * ax + ay * ay;
            edges->inside_out += bx * bx + by * by;
            const double nx = f.soft[at + 1] - f.soft[at - 1];
            const double ny = f.soft[at + f.width] - f.soft[at - f.width];
            const double length = hypot(nx, ny);
            if (f.depth[at] > (float)band || length < 1e-6)
                continue;
            edges->rim_in += fabs(ax * nx + ay * ny) / length;
            edges->rim_out += fabs(bx * nx + by * ny) / length;
        }
    }
    field_finish(&f);
    return 0;
}

// Likeness ----------------------------------------------------------------------------

// Adds the window whose first sample is x, y; 0 where it does not lie inside the mask.
static int add_window(struct bt_q_likeness *sum, const struct bauta_frame *a,
                      const struct bauta_frame *b, const struct bt_mask *mask, int x,
                      int y)
{
    static const double c1 = 6.5025, c2 = 58.5225;   // (.01 * 255)^2, (.03 * 255)^2
    double ma = 0, mb = 0, aa = 0, bb = 0, ab = 0;
    for (int j = 0; j < SSIM_WINDOW; j++) {
        for (int i = 0; i < SSIM_WINDOW; i++) {
            if (!bt_q_masked(mask, x + i, y + j))
                return 0;
            const double va = luma(a, x + i, y + j), vb = luma(b, x + i, y + j);
            ma += va, mb += vb, aa += va * va, bb += vb * vb, ab += va * vb;
        }
    }
    const double n = SSIM_WINDOW * SSIM_WINDOW;
    ma /= n, mb /= n;
    aa = aa / n - ma * ma, bb = bb / n - mb * mb, ab = ab / n - ma * mb;
    sum->ssim += (2 * ma * mb + c1) * (2 * ab + c2)
                 / ((ma * ma + mb * mb + c1) * (aa + bb + c2));
    sum->windows++;
    return 1;
}

void bt_q_likeness_add(struct bt_q_likeness *sum, const struct bauta_frame *a,
                       const struct bauta_frame *b, const struct bt_mask *mask)
{
    const struct bt_rect all = {0, 0, a->width, a->height};
    const struct bt_rect r = bt_rect_intersect(mask->rect, all);
    for (int y = r.y0; y < r.y1; y++) {
        for (int x = r.x0; x < r.x1; x++) {
            if (!bt_q_masked(mask, x, y))
                continue;
            const double d = luma(a, x, y) - luma(b, x, y);
            sum->square += d * d;
            sum->samples++;
            if ((x & 1) == 0 && (y & 1) == 0 && x + SSIM_WINDOW <= r.x1
                && y + SSIM_WINDOW <= r.y1)
                add_window(sum, a, b, mask, x, y);
        }
    }
}

double bt_q_psnr(const struct bt_q_likeness *sum)
{
    if (!sum->samples)
        return NAN;
    return 10 * log10(255. * 255. * (double)sum->samples / sum->square);
}

double bt_q_ssim(const struct bt_q_likeness *sum)
{
    return sum->windows ? sum->ssim / (double)sum->windows : NAN;
}

// Elsewhere ---------------------------------------------------------------------------

int64_t bt_q_outside(const struct bauta_frame *in, const struct bauta_frame *out,
                     const struct bt_mask *mask)
{
    const struct bt_pixel_format *f = bt_pixel_format(in->format);
    int64_t changed = 0;
    for (int p = 0; p < f->planes; p++) {
        int width, height;
        bt_plane_size(in->format, in->width, in->height, p, &width, &height);
        const int step = f->step[p], cx = p ? f->chroma_x : 0, cy = p ? f->chroma_y : 0;
        for (int y = 0; y < height; y++) {
            const uint8_t *a = in->data[p] + y * in->stride[p];
            const uint8_t *b = out->data[p] + y * out->stride[p];
            if (!memcmp(a, b, (size_t)(width * step)))
                continue;
            for (int i = 0; i < width * step; i++)
                changed += a[i] != b[i] && !bt_q_masked(mask, i / step << cx, y << cy);
        }
    }
    return changed;
}
