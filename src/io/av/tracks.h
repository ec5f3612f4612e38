// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_TRACKS_H
#define BT_IO_AV_TRACKS_H

#include "io/av/av.h"

// What travels beside the pictures from a source to a sink: packets of sound and
// subtitles, chapters, harmless metadata. Counted, since either side may close first; the
// queue is locked, everything else is written before the source's open returns.
struct bt_tracks;

enum { BT_TRACKS_MAX = 64, BT_CHAPTERS_MAX = 4096 };

struct bt_track {
    int stream;                   // its number in the input
    AVCodecParameters *par;
    AVRational time_base;
    AVDictionary *metadata;       // language and title
    int disposition;
    bool raw;                     // sound of a device: encoded, unless it is to be copied
};

struct bt_chapter {
    int64_t start_us, end_us;     // of the output
    char *title;                  // may be NULL
};

// 1 reference.
struct bt_tracks *bt_tracks_create(void);
struct bt_tracks *bt_tracks_ref(struct bt_tracks *tracks);
void bt_tracks_unref(struct bt_tracks **tracks);

// Side of the source ----------------------------------------------------------------

// Collects every stream but the one of the pictures, chapters and metadata, and says what
// is left behind.
int bt_tracks_describe(struct bt_tracks *tracks, const AVFormatContext *format, int video,
                       const char *name);
// Time 0 of the output is base in base_tb of the input; packets before it (where cut) or
// after end_us of the output (INT64_MAX: none) are left out.
void bt_tracks_window(struct bt_tracks *tracks, int64_t base, AVRational base_tb,
                      bool cut, int64_t end_us);
// Takes the packet's data, which belongs to input stream packet->stream_index; others
// than the tracks are dropped.
int bt_tracks_push(struct bt_tracks *tracks, AVPacket *packet);
// No more will be pushed: the input was read to its end.
void bt_tracks_end(struct bt_tracks *tracks);
// Whether every track of sound has reached the window's end.
bool bt_tracks_past_end(struct bt_tracks *tracks);

// How pictures lie; not locked, written at open only.
struct bt_tracks_picture {
    bool has_matrix;
    int32_t matrix[9];            // libav's display matrix
    enum AVFieldOrder field_order;
};
struct bt_tracks_picture *bt_tracks_picture(struct bt_tracks *tracks);

// Side of the sink ------------------------------------------------------------------

// One track of sound from a device, stream 0, to be pushed by whoever reads it; the oldest
// packet goes where more than some MB wait. par is copied.
int bt_tracks_create_sound(struct bt_tracks **out, const AVCodecParameters *par,
                           AVRational time_base);
// From now on packets are kept for this sink. Warns with name where some are lost
// already.
void bt_tracks_attach(struct bt_tracks *tracks, const char *name);
// For a sink beside others of a live stream: the sound's tracks alone, one reference and
// no packets; the oldest packet goes where more than some MB wait. *out is NULL where
// there is no sound.
int bt_tracks_copy_sound(const struct bt_tracks *tracks, struct bt_tracks **out);
bool bt_tracks_is_copy(const struct bt_tracks *tracks);
// No sink wants packets: nothing is kept.
void bt_tracks_discard(struct bt_tracks *tracks);
int bt_tracks_count(const struct bt_tracks *tracks);
const struct bt_track *bt_tracks_at(const struct bt_tracks *tracks, int index);
int bt_tracks_chapters(const struct bt_tracks *tracks,
                       const struct bt_chapter **chapters);
const AVDictionary *bt_tracks_metadata(const struct bt_tracks *tracks);
// The next packet that starts at or before limit_us of the output, its times those of the
// output in its track's time_base and stream_index the track's. BAUTA_E_AGAIN: none yet.
int bt_tracks_pop(struct bt_tracks *tracks, int64_t limit_us, AVPacket *packet);
// The input was read to its end, so everything in the queue belongs to the output.
bool bt_tracks_ended(struct bt_tracks *tracks);

#endif
