// SPDX-License-Identifier: Apache-2.0
#ifndef BT_FRAME_MARKED_H
#define BT_FRAME_MARKED_H

#include <bauta/frame.h>

// A frame that carries its marks. Only src/mark makes one; a sink takes nothing else.
struct bt_marked {
    struct bauta_frame *frame;
};

#endif
