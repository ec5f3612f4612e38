// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_LIVE_WORN_H
#define BT_ENGINE_LIVE_WORN_H

#include <stdbool.h>

#include <bauta/identity.h>

#include "engine/select/select.h"

struct bauta;
struct bt_source_face;

// Whom a path puts on: its own references to what bauta_map gave, so that an identity may
// be replaced while frames are worked on. Zero it first.
struct bt_worn {
    struct bt_target rows[BT_TARGETS_MAX];
    struct bauta_identity *identity[BT_TARGETS_MAX];
    const struct bt_source_face *who[BT_TARGETS_MAX];
    int count;
    const struct bt_wearer *wearer[BT_WEARERS_MAX];   // the engine's
    int wearers;
    int maps;        // the engine's count when these were taken
};

void bt_worn_take(struct bt_worn *worn, struct bauta *engine);
// Between two frames: true where bauta_map was called since. What was worn is dropped.
bool bt_worn_renew(struct bt_worn *worn, struct bauta *engine);
void bt_worn_drop(struct bt_worn *worn);

#endif
