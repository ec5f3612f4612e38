// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_LIGHT_H
#define BT_SWAP_LIGHT_H

#include "canon/canon.h"

// Light as second-order real spherical harmonics (Ramamoorthi & Hanrahan 2001): nine
// coefficients for each of R, G, B, linear light. The sum for a unit normal is the
// brightness of skin of even albedo there.
struct bt_light {
    float sh[3][9];
};

// Value 0..255 in the display's terms to linear light 0..1 (power 2.2), and back.
float bt_to_linear(float value);
float bt_from_linear(float light);

void bt_sh_basis(const float normal[3], float out[9]);
// Light on a unit normal, not below a tenth of the mean.
void bt_light_at(const struct bt_light *light, const float normal[3], float rgb[3]);

// Robust weighted fit (iteratively reweighted, higher bands damped) of count samples of
// linear rgb at unit normals. -1 where there are too few samples; light is then unchanged.
int bt_light_fit(struct bt_light *light, const float (*normal)[3], const float (*rgb)[3],
                 const float *weight, int count);

// Moves light towards next by the share a.
void bt_light_mix(struct bt_light *light, const struct bt_light *next, float a);

// Unit normals of the vertices of a mesh on x right, y down, z away: they point to the
// outside of the head, so a face looking into the camera has z near -1.
void bt_normals(const float (*vertex)[3], float (*normal)[3]);

#endif
