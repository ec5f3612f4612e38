// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_SEAM_H
#define BT_ENGINE_SEAM_H

#include <bauta/bauta.h>

#include "swap/swap.h"

// A way for tests that link the objects to see a frame right before it is marked. The
// library's own symbols do not show it, and what it shows cannot be handed on from there.
struct bt_tap_info {
    const struct bauta_frame *frame;
    const struct bt_mask *touched;    // what the swap wrote; empty rectangle: nothing
    const struct bt_faces *faces;
    const int *swapped;               // one for each face
    int covered;                      // regions the guard covered
    int failed;
};
typedef void bt_tap_fn(void *opaque, const struct bt_tap_info *info);
// Before running only. fn NULL takes it away. Called on the thread that swaps.
void bt_engine_set_tap(struct bauta *engine, bt_tap_fn *fn, void *opaque);

// Lets a stage fail on purpose on every frame whose count is a multiple of every, from
// the first; 0: never. For tests of what leaves then.
void bt_engine_set_fault(struct bauta *engine, enum bauta_stage stage, int every);

// The number in the watermark, for tests that compare outputs. Before running only.
void bt_engine_set_session(struct bauta *engine, unsigned session);

// Another net in place of the content gate's, for tests of what leaves when it closes. The
// bytes stay the caller's and must outlive the stream. Before running only.
void bt_engine_set_gate(struct bauta *engine, const void *net, size_t size);

#endif
