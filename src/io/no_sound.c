// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"
#include "io/io.h"

int bt_microphone_open(struct bt_microphone **out, const char *name, const atomic_int *stop)
{
    (void)out, (void)stop;
    bt_error("microphone %s: this build is without PipeWire, by which microphones are read",
             name);
    return BAUTA_E_UNSUPPORTED;
}

struct bt_tracks *bt_microphone_tracks(struct bt_microphone *microphone)
{
    (void)microphone;
    return NULL;
}

void bt_microphone_close(struct bt_microphone **microphone)
{
    (void)microphone;
}
