// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_NOBODY_H
#define BT_SWAP_NOBODY_H

#include "canon/canon.h"
#include "swap/source.h"

// The face of nobody, made from a seed: the mean face with drawn weights on the modes in
// which faces differ, and detail that is drawn, too. All functions are pure: the same seed
// gives the same bytes; they may be called from any thread.

// A stream of numbers; the tag keeps those of one seed apart.
struct bt_draw {
    uint64_t state;
};
struct bt_draw bt_draw_start(uint64_t seed, uint64_t tag);
float bt_draw_even(struct bt_draw *draw, float from, float to);
// Mean 0, deviation 1, within +-3.
float bt_draw_bell(struct bt_draw *draw);

// What tells one face of nobody from another.
struct bt_traits {
    uint64_t seed;
    float look[BT_CANON_LOOKS];       // in deviations, as are the next two
    float person[BT_CANON_PERSONAL];
    float tone[BT_CANON_TONES];
    float brow;      // 0..1: how strong the brows are
    float hair[3];   // their colour, 0..255
    float iris[3];   // the colour of the eyes, 0..255
    float freckles;  // 0..1
    int moles;
};
// No portrait of those that the modes were computed from agrees with more of a face's sides
// (bt_canon_sides) than this many of all.
#define BT_TRAITS (BT_CANON_LOOKS + BT_CANON_PERSONAL)
#define BT_TRAITS_AGREE 15
// Length of the weights on looks and persons, deviations.
#define BT_TRAITS_LENGTH 6.f
void bt_traits_draw(struct bt_traits *traits, uint64_t seed);

// The shape at rest and what it shows.
void bt_nobody_shape(const struct bt_traits *traits, struct bt_source_face *face);
// The texture, BT_ATLAS_SIZE x BT_ATLAS_SIZE times R G B. 0 or BAUTA_E_NO_MEMORY.
int bt_nobody_skin(const struct bt_traits *traits, const struct bt_regions *regions,
                   float (*rgb)[3]);
// Hairs of the brows, on logarithms of value / 255.
void bt_nobody_brows(const struct bt_traits *traits, float (*rgb)[3]);
void bt_nobody_eyes(const struct bt_traits *traits, struct bt_source_eyes *eyes);
// A picture of the finished face, BT_THUMBNAIL_SIZE squared R G B.
int bt_nobody_thumbnail(const struct bt_source_face *face, uint8_t *out);

#endif
