// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "dsp/dsp.h"
#include "face/internal.h"

// One channel to sample: at plane coordinate (x*fx + ox, y*fy + oy) for the frame's
// (x, y); the sample with index i is centred at i + 0.5.
struct channel {
    const uint8_t *data;
    ptrdiff_t stride;
    int step;
    int width, height;
    double fx, fy, ox, oy;
};

// Halving ------------------------------------------------------------------------------

// Sums of four neighbours are in range of 16 bits; the loop over one step compiles to
// vector code where that is possible.
static inline void half_packed(uint8_t *out, const uint8_t *a, const uint8_t *b, int n,
                               const int step)
{
    for (int i = 0; i < n; i++) {
        for (int c = 0; c < step; c++) {
            const int l = 2 * i * step + c, r = l + step;
            out[i * step + c] = (uint8_t)((a[l] + a[r] + b[l] + b[r] + 2) >> 2);
        }
    }
}

static void half_row(uint8_t *out, const uint8_t *a, const uint8_t *b, int n, int step)
{
    switch (step) {
    case 1:
        bt_dsp_get()->half_row(out, a, b, n);
        break;
    case 2:
        half_packed(out, a, b, n, 2);
        break;
    case 3:
        half_packed(out, a, b, n, 3);
        break;
    default:
        half_packed(out, a, b, n, 4);
        break;
    }
}

// Halves in both directions, or only downwards. An odd last column or row counts double.
static void halve(const struct channel *in, bool across, uint8_t *out, int out_width,
                  int out_height)
{
    const int step = in->step;
    for (int y = 0; y < out_height; y++) {
        const uint8_t *a = in->data + 2 * y * in->stride;
        const uint8_t *b = 2 * y + 1 < in->height ? a + in->stride : a;
        uint8_t *row = out + (ptrdiff_t)y * out_width * step;
        if (!across) {
            for (int i = 0; i < out_width * step; i++)
                row[i] = (uint8_t)((a[i] + b[i] + 1) >> 1);
            continue;
        }
        const int pairs = in->width / 2;
        half_row(row, a, b, pairs, step);
        for (int c = 0; pairs < out_width && c < step; c++) {
            const int last = 2 * pairs * step + c;
            row[pairs * step + c] = (uint8_t)((a[last] + b[last] + 1) >> 1);
        }
    }
}

static int reserve(struct bt_crop *crop, int plane, int which, size_t size)
{
    if (crop->size[plane][which] >= size)
        return 0;
    bt_freep(&crop->level[plane][which]);
    crop->size[plane][which] = 0;
    crop->level[plane][which] = bt_alloc(size);
    if (!crop->level[plane][which]) {
        bt_error("no memory to reduce a picture for the face nets");
        return BAUTA_E_NO_MEMORY;
    }
    crop->size[plane][which] = size;
    return 0;
}

// What the crop covers of a plane, in its samples, with one sample around it.
static struct bt_rect covered(const struct channel *ch, const struct bt_affine *map,
                              int n)
{
    double x0 = INFINITY, y0 = INFINITY, x1 = -INFINITY, y1 = -INFINITY;
    for (int i = 0; i < 4; i++) {
        const double cx = i & 1 ? n : 0, cy = i & 2 ? n : 0;
        const double x = (map->m[0] * cx + map->m[1] * cy + map->m[2]) * ch->fx + ch->ox;
        const double y = (map->m[3] * cx + map->m[4] * cy + map->m[5]) * ch->fy + ch->oy;
        x0 = fmin(x0, x), x1 = fmax(x1, x);
        y0 = fmin(y0, y), y1 = fmax(y1, y);
    }
    return (struct bt_rect){
        (int)fmin(fmax(floor(x0) - 1, 0), ch->width),
        (int)fmin(fmax(floor(y0) - 1, 0), ch->height),
        (int)fmin(fmax(ceil(x1) + 1, 0), ch->width),
        (int)fmin(fmax(ceil(y1) + 1, 0), ch->height),
    };
}

// Replaces a channel by what the crop covers of it, halved until the crop takes fewer
// than 1.5 of its samples a pixel. minify: samples of the plane a crop pixel, x and y.
static int reduce(struct bt_crop *crop, int plane, struct channel *ch,
                  const struct bt_affine *map, int n, double minify_x, double minify_y)
{
    if (minify_y < 1.5)
        return 0;
    // Whole planes are provided for, so that a growing face does not allocate.
    const size_t half = (size_t)((ch->height + 1) / 2) * ch->step;
    const size_t wide =
        minify_x < minify_y * .75 ? (size_t)ch->width : (size_t)(ch->width + 1) / 2;
    int result = reserve(crop, plane, 0, half * wide);
    if (result >= 0)
        result = reserve(crop, plane, 1,
                         (half / ch->step + 1) / 2 * ch->step * ((wide + 1) / 2));
    if (result < 0)
        return result;
    const struct bt_rect area = covered(ch, map, n);
    if (bt_rect_empty(area))
        return 0;
    struct channel now = *ch;
    now.data += area.y0 * now.stride + (ptrdiff_t)area.x0 * now.step;
    now.width = area.x1 - area.x0;
    now.height = area.y1 - area.y0;
    now.ox -= area.x0;
    now.oy -= area.y0;
    for (int i = 0; minify_y >= 1.5; i ^= 1) {
        // Horizontally subsampled chroma: first bring both directions to one scale.
        const bool across = minify_x >= minify_y * .75;
        struct channel next = now;
        next.width = across ? (now.width + 1) / 2 : now.width;
        next.height = (now.height + 1) / 2;
        next.data = crop->level[plane][i];
        next.stride = (ptrdiff_t)next.width * now.step;
        halve(&now, across, crop->level[plane][i], next.width, next.height);
        const double kx = across ? .5 : 1;
        next.fx *= kx, next.ox *= kx, minify_x *= kx;
        next.fy *= .5, next.oy *= .5, minify_y *= .5;
        now = next;
    }
    *ch = now;
    return 0;
}

// Sampling -----------------------------------------------------------------------------

// Positions of one row of a crop in a channel, 16.16, half a sample taken off so that the
// whole part is the index of the left sample.
struct line {
    int32_t x, y, dx, dy;
};

static inline void sample_inside(float *out, int n, const struct channel *ch,
                                 struct line at, const int step)
{
    for (int i = 0; i < n; i++, at.x += at.dx, at.y += at.dy) {
        const uint8_t *p = ch->data + (at.y >> 16) * ch->stride + (at.x >> 16) * step;
        const uint8_t *q = p + ch->stride;
        const int fx = at.x >> 8 & 255, fy = at.y >> 8 & 255;
        const int top = (p[0] << 8) + (p[step] - p[0]) * fx;
        const int bottom = (q[0] << 8) + (q[step] - q[0]) * fx;
        out[i] = (float)((top << 8) + (bottom - top) * fy) * (1.f / 65536);
    }
}

static inline int clamp_index(int i, int n)
{
    return i < 0 ? 0 : i >= n ? n - 1 : i;
}

static void sample_edge(float *out, int n, const struct channel *ch, struct line at)
{
    for (int i = 0; i < n; i++, at.x += at.dx, at.y += at.dy) {
        const int ix = at.x >> 16, iy = at.y >> 16;
        const uint8_t *p = ch->data + clamp_index(iy, ch->height) * ch->stride;
        const uint8_t *q = ch->data + clamp_index(iy + 1, ch->height) * ch->stride;
        const int l = clamp_index(ix, ch->width) * ch->step;
        const int r = clamp_index(ix + 1, ch->width) * ch->step;
        const int fx = at.x >> 8 & 255, fy = at.y >> 8 & 255;
        const int top = (p[l] << 8) + (p[r] - p[l]) * fx;
        const int bottom = (q[l] << 8) + (q[r] - q[l]) * fx;
        out[i] = (float)((top << 8) + (bottom - top) * fy) * (1.f / 65536);
    }
}

static bool inside(const struct channel *ch, struct line at, int n)
{
    const int32_t ends[2][2] = {
        { at.x, at.y },
        { at.x + (n - 1) * at.dx, at.y + (n - 1) * at.dy },
    };
    for (int i = 0; i < 2; i++) {
        if (ends[i][0] < 0 || (ends[i][0] >> 16) + 1 >= ch->width || ends[i][1] < 0 ||
            (ends[i][1] >> 16) + 1 >= ch->height)
            return false;
    }
    return true;
}

// Samples n pixels of which the first lies at (x, y) of the frame; all lie in the frame.
static void sample(float *out, int n, const struct channel *ch, double x, double y,
                   double dx, double dy)
{
    const struct line at = {
        (int32_t)lrint((x * ch->fx + ch->ox - .5) * 65536),
        (int32_t)lrint((y * ch->fy + ch->oy - .5) * 65536),
        (int32_t)lrint(dx * ch->fx * 65536),
        (int32_t)lrint(dy * ch->fy * 65536),
    };
    if (!inside(ch, at, n))
        sample_edge(out, n, ch, at);
    else if (ch->step == 1)
        sample_inside(out, n, ch, at, 1);
    else if (ch->step == 2)
        sample_inside(out, n, ch, at, 2);
    else if (ch->step == 3)
        sample_inside(out, n, ch, at, 3);
    else
        sample_inside(out, n, ch, at, 4);
}

// Narrows [from, to) to where 0 <= start + i * slope < limit.
static void clip_run(double start, double slope, double limit, int *from, int *to)
{
    if (fabs(slope) < 1e-9) {
        if (start < 0 || start >= limit)
            *to = *from;
        return;
    }
    double a = -start / slope, b = (limit - start) / slope;
    if (a > b) {
        const double swap = a;
        a = b;
        b = swap;
    }
    *from = (int)fmax(*from, fmin(ceil(a), *to));
    *to = (int)fmin(*to, fmax(ceil(b), *from));
}

// Colour -------------------------------------------------------------------------------

static inline float to_output(float v, float gain, float offset)
{
    v = v < 0 ? 0 : v > 255 ? 255 : v;
    return v * gain + offset;
}

struct colour {
    const struct bt_pixel_format *format;
    struct bt_matrix matrix;
    float gain, offset;
    size_t plane; // floats from an output plane to the next
};

static void convert(const struct colour *c, float row[3][BT_CROP_MAX], int n, float *out)
{
    const struct bt_matrix *k = &c->matrix;
    float *r = out, *g = out + c->plane, *b = g + c->plane;
    const float gain = c->gain, offset = c->offset;
    if (c->format->rgb) {
        for (int i = 0; i < n; i++) {
            r[i] = row[0][i] * gain + offset;
            g[i] = row[1][i] * gain + offset;
            b[i] = row[2][i] * gain + offset;
        }
    } else if (c->format->planes == 1) {
        for (int i = 0; i < n; i++)
            r[i] = g[i] = b[i] = to_output((row[0][i] - k->yo) * k->ys, gain, offset);
    } else {
        for (int i = 0; i < n; i++) {
            const float y = (row[0][i] - k->yo) * k->ys;
            const float u = row[1][i] - 128, v = row[2][i] - 128;
            r[i] = to_output(y + v * k->rv, gain, offset);
            g[i] = to_output(y + u * k->gu + v * k->gv, gain, offset);
            b[i] = to_output(y + u * k->bu, gain, offset);
        }
    }
}

// Describes the channels of a frame; planes that share memory share a number, which is
// also that of the reduced copy. Returns how many there are.
static int channels_of(const struct bauta_frame *frame, const struct bt_pixel_format *f,
                       struct channel ch[3], int plane_of[3])
{
    const int count = f->planes == 1 && !f->rgb ? 1 : 3;
    const int left = f->chroma_x && frame->colour.chroma_location != 2;
    const int top = f->chroma_y && frame->colour.chroma_location == 3;
    const int rgb[3] = { f->r, f->g, f->b };
    for (int i = 0; i < count; i++) {
        const int plane = f->rgb ? 0 : i > 0 && !f->planar_chroma ? 1 : i;
        const bool chroma = plane > 0;
        const int offset = f->rgb ? rgb[i] : i == 2 && !f->planar_chroma ? 1 : 0;
        plane_of[i] = plane;
        ch[i] = (struct channel){
            .data = frame->data[plane] + offset,
            .stride = frame->stride[plane],
            .step = f->step[plane],
            .fx = chroma && f->chroma_x ? .5 : 1,
            .fy = chroma && f->chroma_y ? .5 : 1,
            .ox = chroma && left ? .25 : 0,
            .oy = chroma && top ? .25 : 0,
        };
        bt_plane_size(frame->format, frame->width, frame->height, plane, &ch[i].width,
                      &ch[i].height);
    }
    return count;
}

// Reduces each stored plane once; channels in one plane stay the same bytes apart.
static int reduce_all(struct bt_crop *crop, const struct bt_affine *map, int n, int count,
                      struct channel ch[3], const int plane_of[3])
{
    const double minify = hypot(map->m[0], map->m[3]);
    for (int i = 0; i < count; i++) {
        if (i > 0 && plane_of[i] == plane_of[i - 1])
            continue;
        // The plane is reduced from its first byte on, whichever channel comes first.
        struct channel whole = ch[i];
        int least = 0;
        for (int j = i; j < count && plane_of[j] == plane_of[i]; j++)
            least =
                ch[j].data - ch[i].data < least ? (int)(ch[j].data - ch[i].data) : least;
        whole.data += least;
        const int result = reduce(crop, plane_of[i], &whole, map, n, minify * whole.fx,
                                  minify * whole.fy);
        if (result < 0)
            return result;
        const uint8_t *first = ch[i].data + least;
        for (int j = i; j < count && plane_of[j] == plane_of[i]; j++) {
            const ptrdiff_t offset = ch[j].data - first;
            ch[j] = whole;
            ch[j].data += offset;
        }
    }
    return 0;
}

int bt_crop_run(struct bt_crop *crop, const struct bauta_frame *frame,
                struct bt_affine map, int n, float gain, float offset, float *out)
{
    const struct bt_pixel_format *format = bt_pixel_format(frame->format);
    if (!format || n < 1 || n > BT_CROP_MAX)
        return BAUTA_E_USAGE;
    struct channel ch[3];
    int plane_of[3];
    const int count = channels_of(frame, format, ch, plane_of);
    const int result = reduce_all(crop, &map, n, count, ch, plane_of);
    if (result < 0)
        return result;
    const struct colour colour = {
        .format = format,
        .matrix = bt_matrix_for(&frame->colour, frame->height),
        .gain = gain,
        .offset = offset,
        .plane = (size_t)n * n,
    };
    float row[3][BT_CROP_MAX];
    for (int y = 0; y < n; y++) {
        const double sx = map.m[0] * .5 + map.m[1] * (y + .5) + map.m[2];
        const double sy = map.m[3] * .5 + map.m[4] * (y + .5) + map.m[5];
        int from = 0, to = n;
        clip_run(sx, map.m[0], frame->width, &from, &to);
        clip_run(sy, map.m[3], frame->height, &from, &to);
        float *line = out + (size_t)y * n;
        for (int c = 0; c < 3; c++) {
            for (int x = 0; x < n; x++)
                line[c * colour.plane + x] = offset;
        }
        if (to <= from)
            continue;
        for (int c = 0; c < count; c++)
            sample(row[c], to - from, &ch[c], sx + from * map.m[0], sy + from * map.m[3],
                   map.m[0], map.m[3]);
        convert(&colour, row, to - from, line + from);
    }
    return 0;
}

void bt_crop_finish(struct bt_crop *crop)
{
    for (int i = 0; i < 3; i++) {
        bt_freep(&crop->level[i][0]);
        bt_freep(&crop->level[i][1]);
    }
    memset(crop, 0, sizeof(*crop));
}
