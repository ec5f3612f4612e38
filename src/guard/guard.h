// SPDX-License-Identifier: Apache-2.0
#ifndef BT_GUARD_GUARD_H
#define BT_GUARD_GUARD_H

#include "base/opt.h"
#include "face/face.h"
#include "frame/frame.h"

enum bt_lost { BT_LOST_COVER, BT_LOST_CARD, BT_LOST_PASS };
struct bt_guard_options {
    float look_ahead;    // seconds a file may be looked ahead to bridge gaps, 1.0
    float hold;          // seconds a lost face is carried on, .3
    int lost;            // CHOICE of live streams: enum bt_lost
};
extern const struct bt_opt bt_guard_opts[];

// Look-ahead for files: frames go in with what the tracker saw and come out, in order,
// with gaps filled. Backward looks use the tracker on the same thread.
struct bt_bridge;
int bt_bridge_create(struct bt_bridge **out, const struct bt_format *format,
                     const struct bt_guard_options *options, struct bt_tracker *tracker);
// Takes the frame's reference on success.
int bt_bridge_push(struct bt_bridge *bridge, struct bauta_frame *frame,
                   const struct bt_faces *faces);
// The next decided frame; flush: no more will be pushed. BAUTA_E_AGAIN, BAUTA_E_END.
int bt_bridge_pull(struct bt_bridge *bridge, int flush, struct bauta_frame **frame,
                   struct bt_faces *faces);
void bt_bridge_destroy(struct bt_bridge **bridge);

// Covers the head region around box (grown by its rule) by a strong blur that leaves no
// features: coarse blocks smoothed, feathered at the edge. The frame must be writable.
void bt_cover_blur(struct bauta_frame *frame, const float box[4]);
// Covers the whole picture by an even, dark card.
void bt_cover_card(struct bauta_frame *frame);

// What leaves in place of a face that is not swapped, on streams without look-ahead:
// decides for each frame after the swap. covered counts what was covered.
struct bt_guard;
int bt_guard_create(struct bt_guard **out, const struct bt_format *format,
                    const struct bt_guard_options *options);
// swapped[i] tells of faces->face[i]; wanted[i] is 0 for a face the user did not choose.
// failed: a stage failed on this frame. frame must be writable when something is to be
// covered: *frame may be replaced. Returns how many regions were covered, or an error.
int bt_guard_frame(struct bt_guard *guard, struct bauta_frame **frame,
                   const struct bt_faces *faces, const int *swapped, const int *wanted,
                   int failed, double seconds);
// What the last call of bt_guard_frame did, the strongest of it: a card hides the whole
// picture, a held one stands in its place.
enum bt_guard_deed { BT_GUARD_NOTHING, BT_GUARD_BLUR, BT_GUARD_HOLD, BT_GUARD_CARD };
enum bt_guard_deed bt_guard_did(const struct bt_guard *guard);
// Whether a face of this live stream was swapped yet.
bool bt_guard_decided(const struct bt_guard *guard);
void bt_guard_destroy(struct bt_guard **guard);

#endif
