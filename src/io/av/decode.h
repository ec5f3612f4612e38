// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_DECODE_H
#define BT_IO_AV_DECODE_H

#include "io/av/network.h"
#include "io/av/tracks.h"

// A media file that is open for reading and the decoder of its pictures.
struct bt_decode {
    const char *name;             // for messages; the caller's
    AVIOContext *io;
    AVFormatContext *format;
    AVStream *stream;             // of the pictures
    AVCodecContext *dec;
    AVPacket *packet;
    AVFrame *frame;
    struct bt_tracks *tracks;     // takes the other streams' packets; the caller's
    bool still;                   // a kind of file that holds single pictures
    bool glance;                  // see bt_io_options
    bool live;                    // a stream of the network, see io/av/network.h
    struct bt_patience patience;  // of live ones
    int failed;                   // what ended a live one, 0: it came to its end
    bool drained;                 // the decoder was told that no more comes
    bool truncated;
    int64_t packets;              // of pictures, read so far
    int64_t reached_us; // time of the last packet of any stream, INT64_MIN: none
    int damaged;                  // packets or frames that did not decode
    bool last_corrupt;
};

// path: of a regular file, or a network stream's address. Errors are logged and leave everything to bt_decode_close.
int bt_decode_open(struct bt_decode *d, const char *path, struct bt_tracks *tracks);
// The next picture into d->frame. BAUTA_E_END after the last.
int bt_decode_next(struct bt_decode *d);
// Goes to the last key frame at or before that time of the stream's clock. False, with
// nothing changed, where the file cannot be searched.
bool bt_decode_seek(struct bt_decode *d, int64_t time);
// Reads on without decoding until all sound is past the end of the tracks' window.
void bt_decode_skip_rest(struct bt_decode *d);
void bt_decode_close(struct bt_decode *d);

#endif
