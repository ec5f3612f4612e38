// SPDX-License-Identifier: Apache-2.0
#include "swap/order.h"

#include <stdlib.h>
#include <string.h>

static void note_own(struct bt_order *o, const uint16_t (*closing)[3], int count,
                     uint8_t what)
{
    for (int i = 0; i < BT_CANON_TRIANGLES; i++)
        for (int k = 0; k < count; k++)
            if (!memcmp(bt_canon_triangle[i], closing[k], sizeof closing[k]))
                o->own[i] = what;
}

void bt_order_init(struct bt_order *order)
{
    memset(order->own, 0, sizeof order->own);
    note_own(order, bt_canon_mouth, BT_CANON_MOUTH, 1);
    note_own(order, bt_canon_eye[0], BT_CANON_EYE, 2);
    note_own(order, bt_canon_eye[1], BT_CANON_EYE, 2);
}

static int by_depth(const void *a, const void *b)
{
    const struct bt_order_entry *x = a, *y = b;
    if (x->depth != y->depth)
        return x->depth < y->depth ? 1 : -1;
    return (int)x->triangle - (int)y->triangle;
}

int bt_order_run(struct bt_order *o, const float (*shape)[3], bool eyes)
{
    int count = 0;
    for (int i = 0; i < BT_CANON_TRIANGLES; i++) {
        const uint16_t *t = bt_canon_triangle[i];
        const float *a = shape[t[0]], *b = shape[t[1]], *c = shape[t[2]];
        const float area = (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
        if (o->own[i] == 1 || (o->own[i] && !eyes) || !(area > 0))
            continue;
        o->entry[count++] = (struct bt_order_entry){a[2] + b[2] + c[2], (uint16_t)i};
    }
    qsort(o->entry, (size_t)count, sizeof *o->entry, by_depth);
    for (int i = 0; i < count; i++)
        memcpy(o->triangle[i], bt_canon_triangle[o->entry[i].triangle],
               sizeof o->triangle[i]);
    return count;
}
