// SPDX-License-Identifier: Apache-2.0
#include "live/live.h"

// Stands for the window where it was built without one.

int bt_window_open(struct bt_window **out, char *why, size_t size)
{
    *out = NULL;
    snprintf(why, size, "this bauta was built without one (SDL2 was missing)");
    return BAUTA_E_UNSUPPORTED;
}

int bt_window_run(struct bt_window *window, struct bt_live_job *job)
{
    (void)window;
    (void)job;
    return BAUTA_E_UNSUPPORTED;
}

void bt_window_close(struct bt_window **window)
{
    *window = NULL;
}
