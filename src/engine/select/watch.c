// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/select/select.h"

int bt_wearers_init(struct bt_wearers *wearers, const char *models, bool live)
{
    *wearers = (struct bt_wearers){.live = live};
    if (!models || !models[0])
        return 0;
    wearers->models = bt_strdup(models);
    return wearers->models ? 0 : BAUTA_E_NO_MEMORY;
}

int bt_wearers_set(struct bt_wearers *wearers, const struct bt_wearer *const *wearer,
                   int count)
{
    if (count && !wearers->looker) {
        const int result =
            bt_looker_open(&wearers->looker, wearers->models, wearers->live);
        if (result < 0)
            return result;
    }
    memcpy(wearers->wearer, wearer, (size_t)count * sizeof(wearer[0]));
    wearers->count = count;
    return 0;
}

// The answer belongs to a face that may have left meanwhile.
static void take_answer(struct bt_wearers *wearers, struct bt_select *select,
                        double seconds)
{
    int id = -1;
    const float *vector = bt_looker_answer(wearers->looker, &id);
    struct bt_known *known = vector ? bt_select_find(select, id) : NULL;
    if (!known)
        return;
    float cosine[BT_WEARERS_MAX] = {0};
    for (int i = 0; i < wearers->count; i++)
        cosine[i] = (float)bt_embed_cosine(vector, wearers->wearer[i]->vector);
    bt_who_add(&known->who, cosine, wearers->count, seconds);
    bt_debug("wearers: face %d, look %d, likeness %.3f %.3f", id, known->who.looks,
             known->who.likeness[0], wearers->count > 1 ? known->who.likeness[1] : 0.f);
}

// Those not decided first, and of them those not looked at for longest.
static int choose(const struct bt_select *select, const struct bt_faces *faces,
                  const int *index, double seconds)
{
    int best = -1;
    for (int i = 0; i < faces->count; i++) {
        const struct bt_who *who = index[i] >= 0 ? &select->known[index[i]].who : NULL;
        if (!who || !bt_who_seen(&faces->face[i]) || !bt_who_due(who, seconds))
            continue;
        const struct bt_who *other = best >= 0 ? &select->known[index[best]].who : NULL;
        const bool open = who->person == BT_WHO_OPEN;
        const bool other_open = other && other->person == BT_WHO_OPEN;
        if (!other || open > other_open ||
            (open == other_open && who->looked < other->looked))
            best = i;
    }
    return best;
}

int bt_wearers_look(struct bt_wearers *wearers, struct bt_select *select,
                    const struct bauta_frame *frame, const struct bt_faces *faces,
                    const int *index, double seconds)
{
    struct bt_who *who[BAUTA_FACES_MAX];
    int count = 0, result = 0;
    if (!wearers->count)
        return 0;
    take_answer(wearers, select, seconds);
    while (result >= 0 && bt_looker_idle(wearers->looker)) {
        const int at = choose(select, faces, index, seconds);
        if (at < 0)
            break;
        result = bt_looker_offer(wearers->looker, frame, &faces->face[at]);
        if (result >= 0 && !wearers->live)
            take_answer(wearers, select, seconds);
    }
    for (int i = 0; i < faces->count; i++) {
        if (index[i] >= 0)
            who[count++] = &select->known[index[i]].who;
    }
    bt_who_settle(who, count, wearers->count);
    return result;
}

void bt_wearers_finish(struct bt_wearers *wearers)
{
    bt_looker_close(&wearers->looker);
    bt_free(wearers->models);
    *wearers = (struct bt_wearers){0};
}
