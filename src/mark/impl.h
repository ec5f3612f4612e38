// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_IMPL_H
#define BT_MARK_IMPL_H

#include <stdbool.h>

#include "mark/mark.h"

// When a frame is shown.
struct bt_mark_moment {
    double seconds;
    bool gap;          // the stream starts with this frame, or goes on after a gap
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
extern const struct bt_mark_impl bt_mark_label;

#endif
