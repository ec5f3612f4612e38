// SPDX-License-Identifier: Apache-2.0
#ifndef BT_GUARD_BRIDGE_H
#define BT_GUARD_BRIDGE_H

#include "guard/guard.h"

// What bt_tracker_look does, for tests without nets.
typedef int bt_bridge_look(void *opaque, const struct bauta_frame *frame,
                           const struct bauta_face *neighbour, float presence,
                           struct bauta_face *face);
int bt_bridge_make(struct bt_bridge **out, const struct bt_format *format,
                   const struct bt_guard_options *options, bt_bridge_look *look,
                   void *opaque);

// Below in fill.c, where no frames are known ------------------------------------------

// A face between a and b, t of the way, as BRIDGED with a's id. Over at most five frames
// landmarks move in straight lines; over more the pose turns and the shape changes apart.
void bt_fill_between(const struct bauta_face *a, const struct bauta_face *b, float t,
                     int frames, struct bauta_face *out);
// True where b, seen some seconds after a, may be the same head by place and size; the
// distance in box sizes goes to *distance.
bool bt_fill_near(const float a[4], const float b[4], double seconds, float *distance);
// True where a mesh is known, not only a box.
bool bt_fill_real(const struct bauta_face *face);
// The real face of that id, or NULL.
struct bauta_face *bt_fill_find(struct bt_faces *faces, int id);
// Adds a face. False without room.
bool bt_fill_insert(struct bt_faces *faces, const struct bauta_face *face);
// True where another real face stands in the same place.
bool bt_fill_taken(const struct bt_faces *faces, const struct bauta_face *face);
// Removes what is suspected where a real face stands.
void bt_fill_prune(struct bt_faces *faces);
void bt_fill_copy(struct bt_faces *to, const struct bt_faces *from);

#endif
