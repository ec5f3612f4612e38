// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_TEXTURE_H
#define BT_SWAP_TEXTURE_H

#include "swap/uvmap.h"

// Steps from a photo's colours to the face's own, on a texture of size x size float R G B
// (display values 0..255) with a weight 0..1 each: how sure a texel is. All work in place,
// are pure otherwise, may be called from any thread, and return 0 or BAUTA_E_NO_MEMORY.
// Radii and distances are shares of the size, so a texture of any size does; differences
// of light are natural logarithms of display values.

// Strands of hair and the shade beside them: what is darker or brighter than the skin
// around it and hangs together with what was rejected before loses its weight.
// blur: texels that one pixel of the photo covers.
int bt_atlas_strands(const struct bt_regions *regions, const float (*rgb)[3], float blur,
                     float *weight);
// Rims of glasses: told by a thin dark bar over the bridge of the nose. seen (may be NULL)
// takes 0..1: how surely glasses were seen.
int bt_atlas_rims(const struct bt_regions *regions, const float (*rgb)[3], float *weight,
                  float *seen);
// Cast shadow and side light: a face is nearly symmetric, so what is darker than its mirror
// image over a wider area is shade. Shadow edges are followed by a guided filter (He et al.
// 2010). What is taken out of rgb goes into shade.
int bt_atlas_even(const struct bt_uvmap *map, const struct bt_regions *regions,
                  float (*rgb)[3], const float *weight, float (*shade)[3]);
// What is hardly seen is taken from the other half of the face: its detail, on the light
// and colour that the half has where both are seen.
int bt_atlas_mirror(const struct bt_uvmap *map, const struct bt_regions *regions,
                    float (*rgb)[3], float *weight);
// Lifts what is dark on both sides: the sockets of the eyes, beside the nose.
int bt_atlas_lift(const struct bt_regions *regions, float (*rgb)[3]);
// Takes folds and creases that come with a smile (0..1) off the cheeks, beside the mouth
// and around the eyes; a little of the deep ones always. Pores, freckles, moles and
// stubble stay.
int bt_atlas_folds(const struct bt_regions *regions, float smile, float (*rgb)[3]);
// Lips up to their inner edge: teeth, gums and the dark between parted lips (open,
// centimetres) are covered by the lips' own colour.
int bt_atlas_lips(const struct bt_regions *regions, float open, float (*rgb)[3]);

// Parts of them -------------------------------------------------------------------------

// Brightness of a colour as a natural logarithm, values below 3 as 3.
float bt_log_luma(const float rgb[3]);
// out[i] = mean of value around i, by weight; size x size; out may be value.
int bt_texture_soft(int size, const float *value, const float *weight, int radius,
                    float *out);
// Guided filter: the locally linear function of guide that is nearest to value by weight.
// eps: variance of guide below which it is not followed. out may be value.
int bt_texture_guided(int size, const float *guide, const float *value,
                      const float *weight, int radius, float eps, float *out);
// Lines and spots of value at a distance of step texels, by its second derivatives: line
// is how strong a dark (positive) or bright (negative) line is, spot 0..1 how round what
// is dark there is. Either may be NULL.
void bt_texture_lines(int size, const float *value, int step, float *line, float *spot);

#endif
