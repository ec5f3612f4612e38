// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_IMPL_H
#define BT_MARK_IMPL_H

#include <stdbool.h>

#include "mark/mark.h"

// When a frame is shown.
struct bt_mark_moment {
    double seconds;
    bool gap;          // the stream starts with this frame, or goes on after a gap
    bool alone;        // no frame is near it in time
};

// What a kind of mark is. The rows of the table in mark.c are applied in its order to
// every frame; one that fails stops the frame.
struct bt_mark_impl {
    const char *name;
    int (*open)(void **priv, const struct bt_format *format,
                const struct bt_mark_options *options);
    // The frame is writable and of the format given to open.
    int (*apply)(void *priv, struct bauta_frame *frame,
                 const struct bt_mark_moment *when);
    void (*close)(void **priv);    // accepts NULL inside
};
extern const struct bt_mark_impl bt_mark_label, bt_mark_watermark;

// The watermark of a stream swings in time. Brings that of a frame that is kept as a
// picture of its own to a still's strength. The frame is writable, and marked for that moment.
int bt_watermark_fill(struct bauta_frame *frame, unsigned session, double seconds);

#endif
