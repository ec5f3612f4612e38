// SPDX-License-Identifier: Apache-2.0
#ifndef BT_DSP_DSP_H
#define BT_DSP_DSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Pixel kernels on raw memory; they know no frames. The C version of each is its
// specification; others must give the same bytes (floats: the same bits, hence no fused
// multiply-add anywhere). All sizes are in samples, all strides in bytes. Pointers need
// no alignment beyond that of their type; n <= 0 does nothing. Everything here is
// thread-safe and allocates nothing.

// Conversion coefficients in 16.16 fixed point, see bt_matrix in frame/format.h. The
// factors must lie within -4..4, yo within 0..255.
struct bt_yuv_coeffs {
    int32_t yo, ys, rv, gu, gv, bu; // to RGB
    int32_t yr, yg, yb, ur, ug, ub, vr, vg, vb; // from RGB
};

// A picture to take samples from, 1..16384 texels wide and high. Coordinates outside of
// it are those of the nearest edge texel. Places are rounded to 1/128 texel. Both maps
// are smaller than 2^31 bytes.
struct bt_texture {
    const uint8_t *rgba; // alpha is the mask
    int width, height, stride; // stride in bytes, a multiple of 4
    // A map of gains over the same texture space: width>>gain_shift x height>>gain_shift
    // pixels of 4 uint16 for R G B and alpha, 256 = 1.0, above 4095 as 4095; NULL: no
    // gain. gain_shift is -7..14; a negative one makes the map larger than the texture.
    const uint16_t *gain;
    int gain_shift, gain_stride; // stride in bytes, a multiple of 8
};
// A horizontal run of n pixels R G B A at out. Texture coordinates are 16.16 fixed point
// texels (of the sample whose centre is at +.5, so already less .5), colour offsets 16.16
// of 0..255, negative ones darken. Sums that leave 32 bits wrap around.
struct bt_span {
    uint8_t *out;
    int n;
    int32_t u, v, add[3]; // at the first pixel
};
// What these change by from a pixel to the next, the same in all spans of a triangle.
struct bt_span_step {
    int32_t u, v, add[3];
};

struct bt_dsp {
    // One row of Y, U, V (chroma already at one sample a pixel) to R G B 255.
    void (*yuv_to_rgbx)(uint8_t *rgbx, const uint8_t *y, const uint8_t *u,
                        const uint8_t *v, int n, const struct bt_yuv_coeffs *k);
    // One row of R G B x to Y, and to U and V at full resolution.
    void (*rgbx_to_yuv)(uint8_t *y, uint8_t *u, uint8_t *v, const uint8_t *rgbx, int n,
                        const struct bt_yuv_coeffs *k);
    // dst += (src - dst) * alpha / 255, rounded to nearest; alpha 0 leaves dst's byte as
    // it is and 255 gives src. One alpha a sample.
    void (*blend_row)(uint8_t *dst, const uint8_t *src, const uint8_t *alpha, int n);
    // Mean of 2x2: out[i] = (a[2i]+a[2i+1]+b[2i]+b[2i+1]+2)>>2; n counts outputs.
    void (*half_row)(uint8_t *out, const uint8_t *a, const uint8_t *b, int n);
    // The running sum of a box filter over n columns at once, see bt_blur:
    // acc[i] += add[i] - sub[i]; out[i] = acc[i] * scale. add may be sub; nothing else
    // may overlap.
    void (*box_step)(float *acc, float *out, const float *add, const float *sub,
                     float scale, int n);
    // The fourth of each four bytes. Returns all of them or-ed.
    int (*alpha_row)(uint8_t *alpha, const uint8_t *rgba, int n);
    // Each sample twice: out[2i] = out[2i+1] = in[i]; n counts outputs, the last may stand
    // alone.
    void (*twice_row)(uint8_t *out, const uint8_t *in, int n);
    // blend_row onto a sample that 2x2 of src and alpha lie over, the rows row[0] and
    // row[1] of each: dst moves to their mean by alpha, rounded to nearest. n counts
    // samples of dst.
    void (*blend_half)(uint8_t *dst, const uint8_t *const src[2],
                       const uint8_t *const alpha[2], int n);
    // half_row of pixels of four bytes.
    void (*half_rgbx)(uint8_t *out, const uint8_t *a, const uint8_t *b, int n);
    // A row of n pixels R G B A times gains: out = (in * gain + 256) >> 9, at most 255.
    // gain: rows above and below, of (n >> shift) pixels of 4 uint16 with 8 bits of
    // fraction, at most 4095, which are mixed in the parts 8-part : part (0..8), and
    // interpolated to n pixels as bt_texture's; shift is 0, 1 or 2, n a multiple of
    // 1 << shift.
    void (*lit_row)(uint8_t *out, const uint8_t *rgba, const uint16_t *const gain[2],
                    int part, int n, int shift);
    // A row of n pixels of four bytes, mixed with a picture of half its size: out = in +
    // (soft - in) * part / 256, rounded to nearest, part 0..256. soft is that picture's row
    // near, and the one beyond, far, interpolated with weights of 3 and 1 both ways; its
    // ends are extended. n is even; out may be no other row.
    void (*soften_row)(uint8_t *out, const uint8_t *in, const uint8_t *near,
                       const uint8_t *far, int part, int n);
    // Luma of R G B x by BT.601's weights in 1/256, rounded.
    void (*luma_row)(uint8_t *out, const uint8_t *rgbx, int n);
    // Adds noise to R G B where alpha is above 0: at pixel i the sum of the four bytes of
    // scramble(seed ^ (first + i)) (see loops.c), less its mean, times scale / 65536,
    // rounded. scale is 0 to 8192.
    void (*noise_row)(uint8_t *rgba, int n, uint32_t seed, uint32_t first, int scale);
    // Adds (wave * scale + 2048) >> 12 to bytes and clamps; scale is 0 to 128, and wave *
    // scale within 15 bits.
    void (*wave_row)(uint8_t *dst, const int16_t *wave, int scale, int n);
    // Natural logarithm of positive, normal floats, and e to the power of floats within
    // +-80, to within 3e-7 of the result (of .3 where a logarithm is less). out may be in.
    void (*log_row)(float *out, const float *in, int n);
    void (*exp_row)(float *out, const float *in, int n);
    // Four values at the corners of triangles, interpolated: out = sum of weight[k] *
    // value[corner[k]].
    void (*interpolate)(float (*out)[4], const float (*value)[4],
                        const uint16_t (*corner)[3], const float (*weight)[3], int n);
    // Bilinear samples R G B of a picture of 4-byte pixels at places x, y (the first two
    // of four; the middle of the first pixel is at 0), outside of it those of its edge.
    // width and height are 2 to 16384.
    void (*sample)(float (*out)[3], const float (*place)[4], const uint8_t *rgbx,
                   int width, int height, int stride, int n);
    // count textured spans: texture * gain + add, clamped to 0..255; nothing is added to
    // alpha. Both maps are sampled bilinearly.
    void (*spans)(const struct bt_span *span, int count, const struct bt_span_step *step,
                  const struct bt_texture *texture);
};

// The table for this processor (bt_cpu_flags). bt_dsp_for is for tests.
const struct bt_dsp *bt_dsp_get(void);
void bt_dsp_for(struct bt_dsp *dsp, unsigned cpu_flags);

// Triangles with textures, of either winding, painted in the order given (painter's
// algorithm and culling are the caller's): pixel centres inside (top-left rule, so that
// neighbours neither overlap nor gap) are overwritten in a R G B A picture. The centre of
// pixel (i, j) is at (i+.5, j+.5), that of texel k at k+.5. Positions are rounded to
// 1/256 pixel. A triangle is left out where a value of its vertices is not finite, a
// position is beyond 2^20 or a texel beyond 16384 from 0; a colour offset is held within
// +-1024.
struct bt_raster_vertex {
    float x, y; // pixels of the target picture
    float u, v; // texels
    float add[3]; // 0..255, added after the gain
};
void bt_raster_textured(uint8_t *rgba, int width, int height, int stride,
                        const struct bt_texture *texture,
                        const struct bt_raster_vertex *vertex,
                        const uint16_t (*triangle)[3], int count);

// Blur of an interleaved float picture (1 to 8 channels of finite floats a pixel), edges
// extended: three box passes of the odd width 2*radius+1 in each direction, near a
// Gaussian of variance radius*(radius+1). A radius below 1 leaves the picture as it is.
// scratch: width*height*channels floats at least.
void bt_blur(float *picture, int width, int height, int channels, int radius,
             float *scratch);

#endif
