// SPDX-License-Identifier: Apache-2.0
// What source, sink and connection share of PipeWire's own types; empty where the build
// is without it.
#ifndef BT_IO_PIPEWIRE_STREAM_H
#define BT_IO_PIPEWIRE_STREAM_H
#ifdef BT_HAVE_PIPEWIRE

#include <pipewire/pipewire.h>
#include <spa/param/video/format-utils.h>

#include "io/pipewire/pipewire.h"

// A format by its names here, in V4L2 and in PipeWire.
struct bt_pipewire_format {
    enum bauta_pixel_format pixel;  // NONE: motion JPEG
    uint32_t spa;                   // SPA_VIDEO_FORMAT_*, ENCODED for motion JPEG
    uint32_t fourcc;
};
const struct bt_pipewire_format *bt_pipewire_format_spa(uint32_t spa);
const struct bt_pipewire_format *bt_pipewire_format_pixel(enum bauta_pixel_format pixel);

// Adds what one EnumFormat says to modes; returns the new count, at most max. The pod is
// foreign: only its total size is trusted.
int bt_pipewire_add_modes(const struct spa_pod *pod, const struct bt_v4l2_wish *wish,
                          struct bt_v4l2_mode *modes, int count, int max);
// Formats for a reader to offer, the best first: mode, where there is one, then all that
// is read. Returns how many, at most 3; they live in the builder's memory, some 2 KB.
int bt_pipewire_offer(struct spa_pod_builder *b, const struct bt_v4l2_wish *wish,
                      const struct bt_v4l2_mode *mode, const struct spa_pod *params[3]);

// How a picture lies in a buffer: in one block, plane after plane, or a block for each.
struct bt_pipewire_layout {
    const struct bt_pipewire_format *row;
    int width, height;
    int planes;                // 0: motion JPEG
    int bytes[3], rows[3];     // of the samples in each
};
void bt_pipewire_lay_out(struct bt_pipewire_layout *layout,
                         const struct bt_pipewire_format *row, int width, int height);
// Writers' own choice for one block, which GStreamer's defaults are as well: rows of a
// multiple of four bytes, an even number of them in plane 0 where chroma is halved.
int bt_pipewire_stride(const struct bt_pipewire_layout *layout, int plane);
size_t bt_pipewire_bytes(const struct bt_pipewire_layout *layout);
// Copies a frame of row->pixel and that size into that many bytes.
void bt_pipewire_pack(uint8_t *to, const struct bt_pipewire_layout *layout,
                      const struct bauta_frame *frame);
// The filled bytes of block i and what it says of its rows' length; NULL where there is
// none that can be read. The other side may change what it says while it is read.
const uint8_t *bt_pipewire_block(const struct spa_buffer *b, uint32_t i, size_t *size,
                                 int *stride);
// Copies the picture into a frame of row->pixel and the layout's even size, alpha 255.
// BAUTA_E_FORMAT where the buffer is too small or marked as damaged.
int bt_pipewire_unpack(struct bauta_frame *frame, const struct bt_pipewire_layout *layout,
                       const struct spa_buffer *b);

// The parts of a connection. All but wait and end_stream are called with the lock held, on any thread;
// callbacks of streams hold it already.
void bt_pipewire_lock(struct bt_pipewire *p);
void bt_pipewire_unlock(struct bt_pipewire *p);
struct pw_core *bt_pipewire_core(struct bt_pipewire *p);
// Whether the daemon went away.
bool bt_pipewire_lost(const struct bt_pipewire *p);
// Wakes bt_pipewire_wait.
void bt_pipewire_wake(struct bt_pipewire *p);
// Gives the lock back until something happened, at most until until_ns. BAUTA_E_AGAIN at
// that moment, BAUTA_E_STOPPED, BAUTA_E_IO where the daemon went away (not logged).
int bt_pipewire_wait(struct bt_pipewire *p, int64_t until_ns);
// Disconnects and destroys the stream; without the lock. Streams queue calls for the loop,
// which outlive them: those are run out first.
void bt_pipewire_end_stream(struct bt_pipewire *p, struct pw_stream **stream,
                            struct spa_hook *hook);
// Whether the node that was watched last is still there.
void bt_pipewire_watch(struct bt_pipewire *p, uint32_t id);
bool bt_pipewire_gone(const struct bt_pipewire *p);

#endif
#endif
