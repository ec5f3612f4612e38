// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_PIXELS_H
#define BT_QUALITY_PIXELS_H

#include <stdint.h>

#include "frame/frame.h"
#include "swap/swap.h"

// Figures from luma inside and at the rim of a mask. The frames must be planar YUV of one
// format and size.

// Sums over frames; each figure is output over input.
struct bt_q_edges {
    double rim_in, rim_out;        // absolute gradients across the rim
    double inside_in, inside_out;  // squared gradients
};
// The rim is a band inside the mask's outer border, band samples wide; the direction
// across it comes from the mask. Openings have no rim. BAUTA_E_NO_MEMORY.
int bt_q_edges_add(struct bt_q_edges *edges, const struct bauta_frame *in,
                   const struct bauta_frame *out, const struct bt_mask *mask, int band);

// Squared differences and structural similarity (Wang et al. 2004, windows of 7x7 that
// lie inside the mask), summed over frames.
struct bt_q_likeness {
    double square, ssim;
    int64_t samples, windows;
};
void bt_q_likeness_add(struct bt_q_likeness *sum, const struct bauta_frame *a,
                       const struct bauta_frame *b, const struct bt_mask *mask);
double bt_q_psnr(const struct bt_q_likeness *sum);
double bt_q_ssim(const struct bt_q_likeness *sum);

// Samples of all planes that differ where the mask is 0.
int64_t bt_q_outside(const struct bauta_frame *in, const struct bauta_frame *out,
                     const struct bt_mask *mask);

// True where the mask holds the sample x, y of plane 0.
static inline bool bt_q_masked(const struct bt_mask *m, int x, int y)
{
    return x >= m->rect.x0 && y >= m->rect.y0 && x < m->rect.x1 && y < m->rect.y1
           && m->value[(y - m->rect.y0) * m->stride + x - m->rect.x0];
}

#endif
