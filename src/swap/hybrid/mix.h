// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_HYBRID_MIX_H
#define BT_SWAP_HYBRID_MIX_H

#include "swap/hybrid/cache.h"

// What of the key frames is shown of one person.
struct bt_mix {
    bool started;
    int from[BT_PARTS], to[BT_PARTS]; // places in the cache; the same: no fade
    float faded[BT_PARTS];            // 0: from, 1: to
    bool stale;                       // texture and maps are to be made anew
    uint8_t *texture;                 // size x size R G B and the mask
    float tone[BT_VIEW_TEXELS][3], ratio[BT_VIEW_TEXELS][3]; // of what is shown
    float colour[BT_VIEW_TEXELS][3]; // ratios of near keys together, followed over time
};
int bt_mix_init(struct bt_mix *mix, int size);
void bt_mix_finish(struct bt_mix *mix);

// The parts at the textures' size, and scratch.
struct bt_mixer {
    int size;
    uint8_t *share[BT_PARTS]; // size x size, their sum is 255
    uint16_t *sum;            // a row
    float low[BT_VIEW_TEXELS][3], scratch[BT_VIEW_TEXELS * 8];
    float gain[BT_VIEW_TEXELS][4];
};
int bt_mixer_init(struct bt_mixer *mixer, int size);
void bt_mixer_finish(struct bt_mixer *mixer);

// Chooses a key for each part by the distances (at least one must be near), goes on with
// fades, and follows the colours. dt in seconds.
void bt_mix_choose(struct bt_mix *mix, const struct bt_cache *cache,
                   const float distance[BT_KEYS_MAX][BT_PARTS], double dt);
// Makes texture and maps, where they are stale.
void bt_mix_draw(struct bt_mix *mix, struct bt_mixer *mixer, const struct bt_parts *parts,
                 const struct bt_cache *cache);
// What the texture is to be multiplied with so that it follows the target from the key
// frames to this view: R G B, 256 is one, over BT_MAP_SIZE; alpha is left alone.
void bt_mix_gain(const struct bt_mix *mix, struct bt_mixer *mixer,
                 const struct bt_view *view, uint16_t (*gain)[4]);
// Marks the keys that are shown.
void bt_mix_hold(const struct bt_mix *mix, uint8_t held[BT_KEYS_MAX]);

#endif
