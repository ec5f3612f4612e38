// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_MARK_H
#define BT_MARK_MARK_H

#include <stdatomic.h>

#include "base/opt.h"
#include "frame/frame.h"
#include "frame/marked.h"

// Live streams and pictures carry the label always.
enum bt_label_when { BT_LABEL_PERSISTENT, BT_LABEL_OPENING };
// How long the line of disclosure stands, and the label of a work at either end.
#define BT_LABEL_SECONDS 4.

struct bt_mark_options {
    int label_position;   // CHOICE: top-right (default), top-left, bottom-right,
                          // bottom-left
    float label_size;     // 1: the default height
    int label_lang;       // CHOICE: index in bt_words
    int label;            // CHOICE: enum bt_label_when
    char *label_ground;   // why the label of a work is at its opening and end only
    double end;           // seconds at which the film ends, set by the engine; 0: unknown,
                          // and the label stays all the time
    // Microseconds at which a film ends that is stopped before that, 0: it is not; or NULL.
    // Set by the engine, at any time.
    const _Atomic int64_t *cut_us;
    unsigned session;     // 12 bits, in the watermark; set by the engine, no option
};
extern const struct bt_opt bt_mark_opts[];

struct bt_mark;

// Prepares the marks for frames of one format: renders the label with FreeType for the
// picture as it is displayed (rotation and pixel aspect). still: a single picture, which
// carries the persistent label only. BAUTA_E_NOT_FOUND with a log line that names the
// package when no font is found.
int bt_mark_open(struct bt_mark **out, const struct bt_format *format,
                 const struct bt_mark_options *options);

// Marks the frame and takes its reference: the only maker of struct bt_marked. The frame
// is made writable if needed. discontinuity: after a gap the disclosure line shows again
// for its 4 s. On failure the reference is dropped too and out->frame is NULL.
int bt_mark_frame(struct bt_mark *mark, struct bauta_frame *frame, int discontinuity,
                  struct bt_marked *out);

// The time of a frame of that format. Without a time stamp its number counts at the nominal
// rate.
double bt_mark_seconds(const struct bt_format *format, const struct bauta_frame *frame);

// Of a marked frame of a stream: makes a picture that stands alone. The label is there;
// the watermark, which swings in time, gets the strength of a still's. format: the stream's;
// session: the one it was marked with. The frame is copied if anybody else holds it. On
// failure the reference is dropped and marked->frame is NULL.
int bt_mark_picture(struct bt_marked *marked, const struct bt_format *format,
                    unsigned session);

void bt_mark_close(struct bt_mark **mark);

#endif
