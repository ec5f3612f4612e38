// SPDX-License-Identifier: Apache-2.0
#include "base/alloc.h"
#include "base/log.h"
#include "engine/engine.h"

int bt_notes_add(struct bt_notes *n, struct bt_note note)
{
    if (n->count == n->size) {
        const size_t size = n->size ? 2 * n->size : 256;
        struct bt_note *grown = bt_alloc_array(size, sizeof(*grown));
        if (!grown) {
            bt_error("engine: out of memory");
            return BAUTA_E_NO_MEMORY;
        }
        for (size_t i = 0; i < n->count; i++)
            grown[i] = n->note[(n->first + i) % n->size];
        bt_free(n->note);
        n->note = grown;
        n->first = 0;
        n->size = size;
    }
    n->note[(n->first + n->count++) % n->size] = note;
    return 0;
}

struct bt_note bt_notes_take(struct bt_notes *n)
{
    const struct bt_note note = n->note[n->first];
    n->first = (n->first + 1) % n->size;
    n->count--;
    return note;
}
