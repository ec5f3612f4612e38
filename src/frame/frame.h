// SPDX-License-Identifier: Apache-2.0
#ifndef BT_FRAME_FRAME_H
#define BT_FRAME_FRAME_H

#include <bauta/frame.h>

#include "frame/format.h"
#include "frame/geom.h"

// A pool hands out frames of one format and takes their memory back when the last
// reference goes, so that a running stream allocates nothing. Thread-safe. The pool may
// be destroyed while frames are out; they stay valid.
struct bt_pool;
struct bt_pool *bt_pool_create(const struct bt_format *format);
void bt_pool_destroy(struct bt_pool **pool);
// A frame with uninitialised pixels and the pool's format. NULL when out of memory.
struct bauta_frame *bt_pool_get(struct bt_pool *pool);

// Copies the fields that describe a frame (colour, time, number …), not its pixels.
void bt_frame_copy_props(struct bauta_frame *to, const struct bauta_frame *from);
// Copies pixels between frames of one format and size.
void bt_frame_copy_pixels(struct bauta_frame *to, const struct bauta_frame *from);
// 1 when the caller's is the only reference and the pixels are ours.
int bt_frame_is_writable(const struct bauta_frame *frame);
// As bauta_frame_writable, taking the copy's memory from pool.
// NULL, or a pool of another format or size, gives fresh memory.
int bt_frame_writable(struct bauta_frame **frame, struct bt_pool *pool);
// BAUTA_E_USAGE with a log line where a foreign frame's fields make no sense.
int bt_frame_check(const struct bauta_frame *frame);

#endif
