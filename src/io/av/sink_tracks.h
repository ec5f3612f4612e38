// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_SINK_TRACKS_H
#define BT_IO_AV_SINK_TRACKS_H

#include "io/av/encode.h"
#include "io/av/transcode.h"
#include "io/io.h"

// Where the tracks of a source go in a container.
struct bt_sink_tracks {
    const char *name;             // of the output; the caller's
    AVFormatContext *mux;         // the caller's
    struct bt_tracks *tracks;     // the caller's, may be NULL
    bool sound_only;              // subtitles are left out, with a warning
    AVPacket *packet;
    struct {
        AVStream *stream;         // NULL: left out
        struct bt_transcode *transcode;   // NULL: copied
        int64_t last_dts;
    } to[BT_TRACKS_MAX];
};

// Adds a stream to mux for every track, chapters and metadata. Errors are logged.
int bt_sink_tracks_open(struct bt_sink_tracks *st, const struct bt_io_options *options);
// Whether this is one of several outputs of a live stream, which may begin at any time.
bool bt_sink_tracks_own(const struct bt_sink *s);
// For a live stream's output, after the first picture went into its encoder: the times of
// both count from there.
void bt_sink_tracks_begin(struct bt_sink_tracks *st, const struct bt_encode *encode);
// Writes what is due up to limit_us.
int bt_sink_tracks_write(struct bt_sink_tracks *st, int64_t limit_us);
// Writes all that belongs to pictures up to until_us and ends every track.
int bt_sink_tracks_finish(struct bt_sink_tracks *st, int64_t until_us);
void bt_sink_tracks_close(struct bt_sink_tracks *st);

// Hands a packet to the muxer; takes its data. Errors, the disk's too, are logged.
int bt_mux_write(AVFormatContext *mux, AVPacket *packet, const char *name);
int bt_mux_error(int error, const char *name);

#endif
