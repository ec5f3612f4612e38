// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_NEURAL_BESIDE_H
#define BT_SWAP_NEURAL_BESIDE_H

#include "swap/neural/generator.h"
#include "swap/patch.h"
#include "swap/swap.h"

// An aligned square: what it shows, what is to be shown, and how far.
struct bt_square {
    int size;
    struct bt_affine map;         // pixels of it to samples of the frame
    float (*seen)[3], (*made)[3]; // R G B, 0..255
    float *mask;                  // 0..1
};

// Nets that work beside a generator: one says what of a picture is face, one makes what was
// drawn better. One user at a time. Zero it first.
struct bt_beside {
    struct bt_generator *net[2];  // by enum bt_beside_net, or NULL
    bool given_up[2];
    int failures[2];              // in a row
    float share;                  // of the enhancer, 0..1: the caller's
    struct bt_square cover;       // the mask net's
    struct bt_square better;      // the enhancer's
    float (*enhanced)[3];
    float *scratch;
};
enum bt_beside_net { BT_BESIDE_MASK, BT_BESIDE_ENHANCER };

// Opens the nets that the options name; errors are those of bt_generator_open.
int bt_beside_open(struct bt_beside *beside, const struct bt_swap_options *options);
void bt_beside_close(struct bt_beside *beside);

// The square that will be pasted, where a generator's has that many pixels and is where map
// takes it: the enhancer's, if there is one. False where the points coincide.
bool bt_beside_square(const struct bt_beside *beside, const float point[5][2], int size,
                      struct bt_affine map, int *out_size, struct bt_affine *out_map);

// Takes the mask net's mask to the square's, and replaces the square by the enhancer's, whose
// arrays stay beside's own. The square's map goes to samples of the frame; point: as
// bt_align_points has them. A net that fails is left out of that frame, after three failures
// in a row for good, with a log line; so is a mask that covers less than half of the middle:
// what is in front of a face is found without it too.
void bt_beside_run(struct bt_beside *beside, const struct bt_patch *patch,
                   const float point[5][2], struct bt_square *square);

#endif
