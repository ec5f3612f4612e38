// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_RELAY_H
#define BT_IO_AV_RELAY_H

#include "base/thread.h"
#include "io/av/tracks.h"

// The sound of a live source, which may be opened again, on its way to sinks that come and
// go: each has a tap, tracks of its own with a copy of every packet that arrived since.
struct bt_relay {
    bt_mutex lock;
    struct bt_tracks *like;       // of the first source; NULL: there is no sound
    struct bt_tracks *from;       // of the source that is open
    AVPacket *packet;
    struct bt_tracks **tap;
    int count, room;
    int of_like[BT_TRACKS_MAX];   // by track of from; -1: none
};

int bt_relay_init(struct bt_relay *relay);
void bt_relay_finish(struct bt_relay *relay);
// Forgets the source; what taps hold stays.
void bt_relay_reset(struct bt_relay *relay);

// Side of the source ----------------------------------------------------------------

// The source was opened: tracks are its own, or NULL. The first one decides which sound
// there is; of a later one what is not like it is left out, with a warning.
int bt_relay_source(struct bt_relay *relay, struct bt_tracks *tracks, const char *name);
// Hands on what the source has read, its times moved by shift_us.
int bt_relay_move(struct bt_relay *relay, int64_t shift_us);

// Side of the sinks -----------------------------------------------------------------

// *tap holds one reference of the caller's, or is NULL where there is no sound.
int bt_relay_tap(struct bt_relay *relay, struct bt_tracks **tap);
// Nothing more arrives. Drops the caller's reference. Accepts NULL inside.
void bt_relay_untap(struct bt_relay *relay, struct bt_tracks **tap);

#endif
