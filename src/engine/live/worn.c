// SPDX-License-Identifier: Apache-2.0
#include "engine/live/worn.h"

#include "engine/engine.h"

void bt_worn_take(struct bt_worn *worn, struct bauta *engine)
{
    bt_mutex_lock(&engine->lock);
    worn->maps = atomic_load(&engine->maps);
    worn->count = engine->map_count;
    for (int i = 0; i < worn->count; i++) {
        worn->rows[i] = engine->map[i].target;
        worn->identity[i] = engine->map[i].identity;
        worn->who[i] = bt_identity_face(worn->identity[i]);
        bauta_identity_ref(worn->identity[i]);
    }
    worn->wearers = engine->wearer_count;
    for (int i = 0; i < worn->wearers; i++)
        worn->wearer[i] = engine->wearer[i];
    bt_mutex_unlock(&engine->lock);
}

bool bt_worn_renew(struct bt_worn *worn, struct bauta *engine)
{
    if (worn->maps == atomic_load(&engine->maps))
        return false;
    struct bt_worn before = *worn;
    bt_worn_take(worn, engine);
    bt_worn_drop(&before);
    return true;
}

void bt_worn_drop(struct bt_worn *worn)
{
    for (int i = 0; i < worn->count; i++)
        bauta_identity_unref(&worn->identity[i]);
    worn->count = 0;
}
