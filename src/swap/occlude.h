// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_OCCLUDE_H
#define BT_SWAP_OCCLUDE_H

#include <stdbool.h>

#include "swap/uvmap.h"

#define BT_OCCLUDE_TEXELS (128 * 128)

// What stands in front of one face: something that is not skin by its colour, and that was
// not there before; above the brows also what was there from the start (a fringe, a hat).
// Skin-coloured things do not count, so that the target's own skin is never uncovered.
// Around the eyes only what goes on beyond them counts: glasses are drawn over whole.
struct bt_occlude_state {
    bool started;
    float mean[BT_OCCLUDE_TEXELS][3]; // two colour differences and brightness, logs
    float skin[3];                    // the same of the skin as a whole
    float mask[BT_OCCLUDE_TEXELS];    // 0..1, 1: keep what the picture shows
    bool on[BT_OCCLUDE_TEXELS];
    float seconds; // for how long a large part was covered
};

struct bt_occlude {
    float log[256];
    float zone[BT_OCCLUDE_TEXELS]; // 1 around the eyes, where glasses sit
    float wide[BT_OCCLUDE_TEXELS][2];
    float strange[BT_OCCLUDE_TEXELS]; // the result beside the mask: no bare skin here
    float value[BT_OCCLUDE_TEXELS][3], raw[BT_OCCLUDE_TEXELS][2];
    float scratch[BT_OCCLUDE_TEXELS * 2];
};

void bt_occlude_init(struct bt_occlude *o);

// Updates state->mask. seen: display values of the target over the texture; expected: log
// brightness that the light alone gives there; facing: 0..1, how squarely a texel is seen.
// dt in seconds.
void bt_occlude_run(struct bt_occlude *o, struct bt_occlude_state *state,
                    const struct bt_regions *regions, const float (*seen)[3],
                    const float *expected, const float *facing, double dt);

#endif
