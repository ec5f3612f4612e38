// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "naive.h"

// FlexBuffers ---------------------------------------------------------------------------

struct flex {
    const unsigned char *data;
    size_t size;
};

struct flex_value {
    int type;          // as in the format: 1 integer, 2 unsigned, 3 float, 11 list
    size_t at, width;  // of the value, or of the first element
    size_t count;      // of a list
};

static unsigned long read_unsigned(struct flex f, size_t at, size_t width)
{
    unsigned long value = 0;
    if (at > f.size || width > f.size - at || width > sizeof(value))
        naive_fail("custom options: byte %zu of %zu", at, f.size);
    for (size_t i = 0; i < width; i++)
        value |= (unsigned long)f.data[at + i] << 8 * i;
    return value;
}

static size_t backwards(struct flex f, size_t at, size_t width)
{
    const unsigned long distance = read_unsigned(f, at, width);
    if (distance > at)
        naive_fail("custom options: offset %lu at byte %zu", distance, at);
    return at - distance;
}

static struct flex_value find(struct flex f, const char *name)
{
    if (f.size < 3)
        naive_fail("custom options of %zu bytes", f.size);
    const size_t root_width = f.data[f.size - 1];
    const size_t map = backwards(f, f.size - 2 - root_width, root_width);
    const size_t width = (size_t)1 << (f.data[f.size - 2] & 3);
    const size_t count = read_unsigned(f, map - width, width);
    const size_t key_width = read_unsigned(f, map - 2 * width, width);
    const size_t keys = backwards(f, map - 3 * width, width);
    for (size_t i = 0; i < count; i++) {
        const size_t key = backwards(f, keys + i * key_width, key_width);
        if (strncmp((const char *)f.data + key, name, f.size - key))
            continue;
        const unsigned packed = (unsigned)read_unsigned(f, map + count * width + i, 1);
        struct flex_value v = { (int)(packed >> 2), map + i * width, width, 1 };
        if (v.type == 11) {
            v.at = backwards(f, v.at, width);
            v.width = (size_t)1 << (packed & 3);
            v.count = read_unsigned(f, v.at - v.width, v.width);
        }
        return v;
    }
    naive_fail("custom options: no %s", name);
}

static double number(struct flex f, struct flex_value v, size_t index)
{
    const unsigned long bits = read_unsigned(f, v.at + index * v.width, v.width);
    if (v.type == 3) {
        const unsigned int narrow = (unsigned int)bits;
        float value;
        memcpy(&value, &narrow, sizeof(value));
        if (v.width != sizeof(value))
            naive_fail("custom options: a float of %zu bytes", v.width);
        return value;
    }
    if (v.type == 1 || v.type == 11) {
        const unsigned long sign = 1ul << (8 * v.width - 1);
        return bits & sign ? -(double)((sign << 1) - bits) : (double)bits;
    }
    naive_fail("custom options: type %d", v.type);
}

static double option(struct flex f, const char *name)
{
    return number(f, find(f, name), 0);
}

// The operators -------------------------------------------------------------------------

static const double *landmark(const double *landmarks, size_t points, double index)
{
    if (!(index >= 0 && index < (double)points))
        naive_fail("landmark %g of %zu", index, points);
    return landmarks + 3 * (size_t)index;
}

static void multiply(double a[16], const double b[16])
{
    double product[16] = { 0 };
    for (int r = 0; r < 4; r++) {
        for (int c = 0; c < 4; c++) {
            for (int k = 0; k < 4; k++)
                product[4 * r + c] += a[4 * r + k] * b[4 * k + c];
        }
    }
    memcpy(a, product, sizeof(product));
}

void naive_transform_matrix(const unsigned char *options, size_t size,
                            const double *landmarks, size_t points, double matrix[16])
{
    const struct flex f = { options, size };
    const double *left = landmark(landmarks, points, option(f, "left_rotation_idx"));
    const double *right = landmark(landmarks, points, option(f, "right_rotation_idx"));
    const double angle = option(f, "target_rotation_radians") -
                         atan2(right[1] - left[1], right[0] - left[0]);
    const struct flex_value subset = find(f, "subset_idxs");
    double low[2] = { INFINITY, INFINITY }, high[2] = { -INFINITY, -INFINITY };
    for (size_t i = 0; i < subset.count; i++) {
        const double *p = landmark(landmarks, points, number(f, subset, i));
        const double turned[2] = { p[0] * cos(angle) - p[1] * sin(angle),
                                   p[0] * sin(angle) + p[1] * cos(angle) };
        for (int k = 0; k < 2; k++) {
            low[k] = fmin(low[k], turned[k]);
            high[k] = fmax(high[k], turned[k]);
        }
    }
    const double x = (low[0] + high[0]) / 2, y = (low[1] + high[1]) / 2;
    const double c = cos(-angle), s = sin(-angle);
    const double width = option(f, "output_width"), height = option(f, "output_height");
    const double to_middle[16] = { 1, 0, 0, c * x - s * y, 0, 1, 0, s * x + c * y,
                                   0, 0, 1, 0, 0, 0, 0, 1 };
    const double turn[16] = { c, -s, 0, 0, s, c, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1 };
    const double scale[16] = {
        [0] = option(f, "scale_x") * (high[0] - low[0]) / width,
        [5] = option(f, "scale_y") * (high[1] - low[1]) / height,
        [10] = 1,
        [15] = 1,
    };
    const double from_corner[16] = { 1, 0, 0, -width / 2, 0, 1, 0, -height / 2,
                                     0, 0, 1, 0, 0, 0, 0, 1 };
    memcpy(matrix, to_middle, sizeof(to_middle));
    multiply(matrix, turn);
    multiply(matrix, scale);
    multiply(matrix, from_corner);
}

void naive_transform_picture(const double *in, const int shape[3],
                             const double matrix[16], double *out,
                             const int out_shape[3])
{
    const int height = shape[0], width = shape[1], depth = shape[2];
    for (int oy = 0; oy < out_shape[0]; oy++) {
        for (int ox = 0; ox < out_shape[1]; ox++, out += depth) {
            const double *m = matrix, u = ox + .5, v = oy + .5;
            const double x = m[0] * u + m[1] * v + m[3] - .5;
            const double y = m[4] * u + m[5] * v + m[7] - .5;
            const int inside = x >= 0 && x <= width - 1 && y >= 0 && y <= height - 1;
            const int x0 = inside ? (int)x : 0, y0 = inside ? (int)y : 0;
            const int x1 = x0 + 1 < width ? x0 + 1 : x0;
            const int y1 = y0 + 1 < height ? y0 + 1 : y0;
            const double a = x - x0, b = y - y0;
            for (int c = 0; c < depth; c++) {
                const double top = (1 - a) * in[(y0 * width + x0) * depth + c] +
                                   a * in[(y0 * width + x1) * depth + c];
                const double bottom = (1 - a) * in[(y1 * width + x0) * depth + c] +
                                      a * in[(y1 * width + x1) * depth + c];
                out[c] = inside ? (1 - b) * top + b * bottom : 0;
            }
        }
    }
}

void naive_transform_landmarks(const double *in, size_t points, int dimensions,
                               const double matrix[16], double *out)
{
    for (size_t i = 0; i < points; i++) {
        const double *p = in + i * dimensions;
        double *q = out + i * dimensions;
        q[0] = matrix[0] * p[0] + matrix[1] * p[1] + matrix[3];
        q[1] = matrix[4] * p[0] + matrix[5] * p[1] + matrix[7];
        for (int k = 2; k < dimensions; k++)
            q[k] = p[k];
    }
}
