// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/thread.h"
#include "engine/engine.h"
#include "engine/live/fan.h"
#include "engine/live/live.h"

struct opening {
    struct bt_fan_output *output;
    int result;
};

static void *open_main(void *opaque)
{
    struct opening *opening = opaque;
    struct bt_fan_output *o = opening->output;
    const struct bt_source origin = {.tracks = o->sound};
    bt_live_yield();
    opening->result = bt_sink_open(&o->sink, o->url, &o->fan->format, &origin,
                                   &o->fan->options->io);
    return NULL;
}

int bt_fan_open_sink(struct bt_fan_output *o)
{
    struct opening opening = {.output = o};
    const struct bt_source origin = {.tracks = o->sound};
    bt_thread thread;
    if (!strncmp(o->url, "v4l2:", 5) || !strncmp(o->url, "pipewire:", 9))
        return bt_sink_open(&o->sink, o->url, &o->fan->format, &origin,
                            &o->fan->options->io);
    const int result = bt_thread_start(&thread, open_main, &opening);
    if (result < 0)
        return result;
    bt_thread_join(thread);
    return opening.result;
}
