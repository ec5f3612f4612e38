// SPDX-License-Identifier: Apache-2.0
#ifndef BT_GUARD_COVER_H
#define BT_GUARD_COVER_H

#include "frame/frame.h"

// The head around a face's box, as bt_cover_blur takes it: 35 % of the box higher, 20 %
// wider on each side and 20 % lower as the picture is displayed, whole chroma samples,
// clipped to the picture. Empty where the head lies outside.
struct bt_rect bt_cover_region(const struct bauta_frame *frame, const float box[4]);

#endif
