// SPDX-License-Identifier: Apache-2.0
#include "cli.h"
#include "verify/record.h"

// Stands for the window where it was built without one.
int bt_record_window(struct bt_recorder *recorder, const char *title)
{
    (void)recorder, (void)title;
    bt_say_error("this bauta was built without a window (SDL2 was missing); give a file of "
                 "times");
    return BAUTA_E_UNSUPPORTED;
}
