// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_LIT_H
#define BT_SWAP_LIT_H

#include "swap/source.h"

// Where the face lies in the rows of a map of BT_MAP_SIZE, with a margin: columns from
// first up to end, which are even; none where end is 0.
struct bt_lit_rows {
    uint8_t first[BT_MAP_SIZE], end[BT_MAP_SIZE];
};
void bt_lit_rows_init(struct bt_lit_rows *rows, const struct bt_uvmap *map);

// Width of the texture for a level, in octaves below the atlas: BT_ATLAS_SIZE, halved once
// for each whole octave. Levels are held within 0 and a little below BT_ATLAS_LEVELS - 1.
float bt_lit_level(float level);
int bt_lit_size(float level);

// Mixes two neighbouring levels of the atlas, rows of R G B A, bt_lit_size wide and
// high, where the face is. level: as bt_lit_level gives it.
void bt_lit_fit(uint8_t *texture, const struct bt_lit_rows *rows,
                    const struct bt_source_face *who, float level);

// The texture of that size times the map of gains (R G B A, 256 is one, at most 4095)
// that lies over it, where the face is.
void bt_lit_run(uint8_t *lit, const uint8_t *texture, int size,
                      const struct bt_lit_rows *rows, const uint16_t (*gain)[4]);

#endif
