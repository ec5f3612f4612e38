// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_WATCH_H
#define BT_VERIFY_WATCH_H

#include "face/expression.h"
#include "face/face.h"
#include "io/io.h"

// A film, picture or stream that is looked at frame by frame, its faces followed.
struct bt_watch {
    const char *path;         // or url, as of bt_source_open; a device by its path too
    const char *models;       // NULL: where they are looked for
    double most;              // seconds that are looked at, 0: all; of a live source, 6
};

// One frame as it is given to the caller, who keeps nothing of it. The main face is the
// largest that is followed, and stays so until another one is clearly larger.
struct bt_watched {
    const struct bauta_frame *frame;
    const struct bt_format *format;
    double seconds;           // from the first frame on
    double own;               // by the file's or device's own clock, -1: it has none
    bool cut;                 // a scene begins
    int faces;                // that are followed
    const struct bauta_face *face;    // the main one, NULL: none
    const struct bauta_face *smooth;  // the same, calmed
};

// each: 0 to go on, 1 to end, or an error. Returns 0 or an error, which is logged.
// *truncated (may be NULL): reading ended before the file's own end.
int bt_watch(const struct bt_watch *watch,
             int (*each)(void *opaque, const struct bt_watched *seen), void *opaque,
             struct bt_format *format, int *truncated);

#endif
