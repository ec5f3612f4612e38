// SPDX-License-Identifier: Apache-2.0
#include "swap/hybrid/cache.h"

#include <math.h>

int bt_cache_init(struct bt_cache *cache, const struct bt_key_maker *maker)
{
    int error = 0;
    for (int i = 0; i < BT_KEYS_MAX && !error; i++)
        error = bt_key_init(&cache->key[i], maker);
    return error;
}

void bt_cache_finish(struct bt_cache *cache)
{
    for (int i = 0; i < BT_KEYS_MAX; i++)
        bt_key_finish(&cache->key[i]);
}

float bt_parts_apart(const float distance[BT_PARTS])
{
    // Eyes and mouth are looked at.
    return .15f * distance[BT_PART_BROWS] + .25f * distance[BT_PART_EYES] +
           .2f * distance[BT_PART_NOSE] + .25f * distance[BT_PART_MOUTH] +
           .15f * distance[BT_PART_CHIN];
}

static int choose(const struct bt_cache *cache, const uint8_t held[BT_KEYS_MAX])
{
    float least = BT_FAR * 2;
    int best = -1;
    for (int i = 0; i < BT_KEYS_MAX; i++) {
        float nearest = BT_FAR;
        if (!cache->key[i].owner)
            return i;
        for (int j = 0; j < BT_KEYS_MAX; j++)
            if (j != i && cache->key[j].owner == cache->key[i].owner)
                nearest = fminf(nearest, cache->apart[i][j]);
        if (!held[i] && nearest < least) {
            least = nearest;
            best = i;
        }
    }
    return best;
}

int bt_cache_put(struct bt_cache *cache, const struct bt_parts *parts, struct bt_key *key,
                 const uint8_t held[BT_KEYS_MAX])
{
    const int at = choose(cache, held);
    if (at < 0)
        return -1;
    struct bt_key *to = &cache->key[at];
    uint8_t *texture = to->texture;
    cache->count += !to->owner;
    *to = *key;
    key->texture = texture;
    key->owner = 0;
    float distance[BT_KEYS_MAX][BT_PARTS];
    bt_cache_compare(cache, parts, to->owner, &to->view, distance);
    for (int i = 0; i < BT_KEYS_MAX; i++)
        cache->apart[at][i] = cache->apart[i][at] = bt_parts_apart(distance[i]);
    return at;
}

void bt_cache_compare(const struct bt_cache *cache, const struct bt_parts *parts,
                      uint64_t owner, const struct bt_view *view,
                      float out[BT_KEYS_MAX][BT_PARTS])
{
    for (int i = 0; i < BT_KEYS_MAX; i++) {
        const struct bt_key *k = &cache->key[i];
        if (k->owner == owner)
            bt_view_distance(view, &k->view, parts, out[i]);
        else
            for (int p = 0; p < BT_PARTS; p++)
                out[i][p] = BT_FAR;
    }
}
