// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_ROOM_H
#define BT_IO_AV_ROOM_H

#include <libavformat/avio.h>
#include <stdbool.h>

// An output file that keeps room for its own end. A recording that goes on until the disk
// is full would otherwise have no place left for its index, and be lost. Zero it first.
struct bt_room {
    int fd, reserve;          // the latter has no name
    bool open;
    bool full;                // the reserve was given up: write the end now
};

// Opens path, which is there, for writing from its beginning. A negative AVERROR.
int bt_room_open(struct bt_room *room, AVIOContext **io, const char *path);
// Writes what is left and frees; a negative AVERROR. Accepts what is not open.
int bt_room_close(struct bt_room *room, AVIOContext **io);

#endif
