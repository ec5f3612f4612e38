// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_HYBRID_CACHE_H
#define BT_SWAP_HYBRID_CACHE_H

#include "swap/hybrid/key.h"

// The key frames of all faces that are worn.
struct bt_cache {
    struct bt_key key[BT_KEYS_MAX];
    float apart[BT_KEYS_MAX][BT_KEYS_MAX]; // how unlike two of one owner are
    int count;                             // in use
};
int bt_cache_init(struct bt_cache *cache, const struct bt_key_maker *maker);
void bt_cache_finish(struct bt_cache *cache);

// Takes over what *key holds (and gives other memory for it) in a free place, else in that
// of the key which another one of its owner can best stand for, but for those that are
// held (one byte for each). Returns its place, or -1 where all are held.
int bt_cache_put(struct bt_cache *cache, const struct bt_parts *parts, struct bt_key *key,
                 const uint8_t held[BT_KEYS_MAX]);

// Distances of a view to all keys of an owner, others are far (BT_FAR).
#define BT_FAR 1e6f
void bt_cache_compare(const struct bt_cache *cache, const struct bt_parts *parts,
                      uint64_t owner, const struct bt_view *view,
                      float out[BT_KEYS_MAX][BT_PARTS]);
// The distance of all parts together.
float bt_parts_apart(const float distance[BT_PARTS]);

#endif
