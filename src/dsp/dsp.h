// SPDX-License-Identifier: Apache-2.0
#ifndef BT_DSP_DSP_H
#define BT_DSP_DSP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Pixel kernels on raw memory; they know no frames. The C version of each is its
// specification; others must give the same bytes (floats: the same bits, hence no fused
// multiply-add anywhere). All sizes are in samples, all strides in bytes.

// Conversion coefficients in 16.16 fixed point, see bt_matrix in frame/format.h.
struct bt_yuv_coeffs {
    int32_t yo, ys, rv, gu, gv, bu;               // to RGB
    int32_t yr, yg, yb, ur, ug, ub, vr, vg, vb;   // from RGB
};

// A horizontal run of pixels inside one triangle. Texture coordinates are 16.16 fixed
// point texels (of the sample whose centre is at +.5, so already less .5), colour offsets
// 16.16 of 0..255.
struct bt_texture {
    const uint8_t *rgba;       // alpha is the mask
    int width, height, stride; // stride in bytes
    // A map of gains over the same texture space: width>>gain_shift x height>>gain_shift
    // pixels of 4 uint16, 256 = 1.0: gains of R G B, and in the fourth what the alpha is
    // multiplied by (0 to 256), rounded to nearest; NULL: no gain.
    const uint16_t *gain;
    int gain_shift, gain_stride;   // stride in bytes
};
struct bt_span {
    const struct bt_texture *texture;
    int32_t u, v, du, dv;      // 16.16 texels
    int32_t add[3], dadd[3];   // 16.16, added after the gain
};

struct bt_dsp {
    // One row of Y, U, V (chroma already at one sample a pixel) to R G B 255.
    void (*yuv_to_rgbx)(uint8_t *rgbx, const uint8_t *y, const uint8_t *u, const uint8_t *v,
                        int n, const struct bt_yuv_coeffs *k);
    // One row of R G B x to Y, and to U and V at full resolution.
    void (*rgbx_to_yuv)(uint8_t *y, uint8_t *u, uint8_t *v, const uint8_t *rgbx, int n,
                        const struct bt_yuv_coeffs *k);
    // dst += (src - dst) * alpha / 255, rounded to nearest; alpha 0 leaves dst's byte as
    // it is and 255 gives src.
    void (*blend_row)(uint8_t *dst, const uint8_t *src, const uint8_t *alpha, int n);
    // Mean of 2x2: out[i] = (a[2i]+a[2i+1]+b[2i]+b[2i+1]+2)>>2.
    void (*half_row)(uint8_t *out, const uint8_t *a, const uint8_t *b, int n);
    // Gaussian-like blur of one float row or column pass is separable: three box passes are
    // done by bt_blur below through this running-sum kernel over n columns at once:
    // acc[i] += add[i] - sub[i]; out[i] = acc[i] * scale.
    void (*box_step)(float *acc, float *out, const float *add, const float *sub, float scale, int n);
    // Textured spans, see bt_raster_textured.
    void (*span)(uint8_t *out, int n, const struct bt_span *span);
};

// The table for this processor. Filled on first use; thread-safe. bt_dsp_for is for tests.
const struct bt_dsp *bt_dsp_get(void);
void bt_dsp_for(struct bt_dsp *dsp, unsigned cpu_flags);

// Triangles with textures, painted in the order given (painter's algorithm is the
// caller's): pixel centres inside (top-left rule, so that neighbours neither overlap nor
// gap) are overwritten in a R G B A picture.
struct bt_raster_vertex {
    float x, y;                // pixels of the target picture
    float u, v;                // texels
    float add[3];              // 0..255
};
void bt_raster_textured(uint8_t *rgba, int width, int height, int stride,
                        const struct bt_texture *texture, const struct bt_raster_vertex *vertex,
                        const uint16_t (*triangle)[3], int count);

// Blur of an interleaved float picture (channels floats a pixel), edges extended: three
// box passes of the odd width 2*radius+1 in each direction. scratch: width*height*channels
// floats at least.
void bt_blur(float *picture, int width, int height, int channels, int radius, float *scratch);

#endif
