// SPDX-License-Identifier: Apache-2.0
#include "swap/swap.h"

static int none_open(struct bt_swap *s, const struct bt_format *format)
{
    (void)s;
    (void)format;
    return 0;
}

static int none_face(struct bt_swap *s, struct bauta_frame *frame,
                     const struct bauta_face *at, const struct bt_source_face *who,
                     double seconds, struct bt_mask *touched)
{
    (void)s, (void)frame, (void)at, (void)who, (void)seconds, (void)touched;
    return 0;
}

static void none_nothing(struct bt_swap *s)
{
    (void)s;
}

extern const struct bt_swap_impl bt_swap_none;
const struct bt_swap_impl bt_swap_none = {
    .name = "none",
    .desc = "leaves every face as it is",
    .open = none_open,
    .face = none_face,
    .reset = none_nothing,
    .close = none_nothing,
};
