// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_SLOTS_H
#define BT_SWAP_SLOTS_H

#include <math.h>
#include <stdbool.h>

#include <bauta/face.h>

// Places for what an engine remembers of the faces of a stream.
struct bt_slot {
    int id;      // -1: free
    double last; // seconds, of the last frame that showed it
    const void *who;
};

#define BT_SLOT_FORGET 2 // seconds after which an unseen face is new

// How readily a place is given to a new face: free, long unseen, new memory (NULL), the
// longest unseen of all.
static inline double bt_slot_readiness(const struct bt_slot *slot, double seconds)
{
    if (!slot)
        return 1e8;
    if (slot->id < 0)
        return 1e9;
    const double unseen = fabs(seconds - slot->last);
    return unseen > BT_SLOT_FORGET ? 2e8 + unseen : unseen;
}

// The place of this face among BAUTA_FACES_MAX. known: what it remembers is of this face
// wearing who; else it is to be begun anew.
static inline int bt_slot_choose(const struct bt_slot *const slot[BAUTA_FACES_MAX], int id,
                                 const void *who, double seconds, bool *known)
{
    int best = 0;
    *known = false;
    for (int i = 0; i < BAUTA_FACES_MAX; i++) {
        const struct bt_slot *s = slot[i];
        if (s && s->id == id) {
            *known = s->who == who && seconds - s->last < BT_SLOT_FORGET &&
                     seconds >= s->last;
            return i;
        }
        if (bt_slot_readiness(s, seconds) > bt_slot_readiness(slot[best], seconds))
            best = i;
    }
    return best;
}

#endif
