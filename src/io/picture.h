// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_PICTURE_H
#define BT_IO_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "frame/frame.h"

enum {
    BT_PICTURE_PIXELS = 64 << 20,
    BT_PICTURE_SIDE = 16384,
    BT_PICTURE_BYTES = 256 << 20,
    BT_PICTURE_SMALLEST = 16,
};

// What the first bytes of a JPEG, PNG or WebP file say. Zeroed where nothing is known.
struct bt_picture_head {
    bool known;          // one of the three
    bool moving;         // an animated PNG or WebP
    int width, height;   // as stored; 0: not said
    int orientation;     // 1..8 as EXIF has it, 0: not said
};
struct bt_picture_head bt_picture_head(const uint8_t *data, size_t size);
// Whether bytes look like a kind of file that holds one picture.
bool bt_picture_sniff(const uint8_t *data, size_t size);
// Whether the name's ending is that of a picture that can be written.
bool bt_picture_ending(const char *path);

// Reads a picture, upright, in the nearest pixel format of ours. Errors are logged.
int bt_picture_load(const char *path, struct bauta_frame **out);
// Converts pixels to another format, fitted into width x height with black edges. The
// colour is taken over from the description in like.
int bt_picture_fit(const struct bauta_frame *from, const struct bt_format *like,
                   struct bauta_frame *to);

// Turns and mirrors pixels as an EXIF orientation asks for; to has the format and the
// turned size. The chroma of the format must be as dense both ways where it is turned.
void bt_orient(const struct bauta_frame *from, int orientation, struct bauta_frame *to);
// The orientation that turns clockwise by degrees.
int bt_orient_turn(int degrees);
static inline bool bt_orient_swaps(int orientation)
{
    return orientation >= 5 && orientation <= 8;
}
// Replaces *frame by an upright copy: what the EXIF orientation asks for is done to it
// and its rotation is 0 then.
int bt_orient_frame(struct bauta_frame **frame, int orientation);

// Writes one picture; the kind by the ending of path. quality 0..100, -1: the default.
// Messages name it name.
int bt_picture_write(const char *path, const char *name, const struct bauta_frame *frame,
                     float quality);

#endif
