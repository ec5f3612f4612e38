// SPDX-License-Identifier: Apache-2.0
// Looks for label and watermark in whatever the program's own sources read.
// usage: look sinks
//        look [--rotation DEGREES] [--corner 0..3] [--size S] [--lang N] [--frames N]
//             [--search] FILE...
// The first prints the names of all sinks that there are, the second a line of JSON for
// each file.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/engine.h"
#include "look.h"

static int scan(const char *name, const struct bt_options *o, int rotation, int frames,
                bool search)
{
    struct bt_source *source = NULL;
    struct look look = {0};
    struct bauta_frame *frame = NULL;
    bool open = false;
    int result = bt_source_open(&source, name, &o->io);
    while (result >= 0 && (!frames || look.frames < frames)) {
        result = bt_source_read(source, &frame);
        if (result < 0)
            break;
        if (!open) {
            // Of a picture the format says less than the frame.
            struct bt_format format = bt_format_of(frame);
            format.rotation = rotation >= 0 ? rotation : frame->rotation;
            result = look_open(&look, &format, &o->mark, search);
            open = true;
        }
        if (result >= 0)
            result = look_at(&look, frame);
        bauta_frame_unref(&frame);
    }
    if (open && look.detector && (result >= 0 || result == BAUTA_E_END))
        result = look_end(&look);
    if (result >= 0)
        look_print(&look, name);
    look_close(&look);
    bt_source_close(&source);
    return result;
}

int main(int argc, char **argv)
{
    struct bt_options options;
    int i = 1, failed = 0, rotation = -1, frames = 0;
    bool search = false;
    if (argc > 1 && !strcmp(argv[1], "sinks")) {
        for (int k = 0; bt_sinks[k]; k++)
            puts(bt_sinks[k]->name);
        return 0;
    }
    bt_options_init(&options);
    for (; i < argc && !strncmp(argv[i], "--", 2); i++) {
        if (!strcmp(argv[i], "--search")) {
            search = true;
            continue;
        }
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (!strcmp(argv[i], "--rotation"))
            rotation = atoi(value);
        else if (!strcmp(argv[i], "--frames"))
            frames = atoi(value);
        else if (!strcmp(argv[i], "--corner"))
            options.mark.label_position = atoi(value);
        else if (!strcmp(argv[i], "--size"))
            options.mark.label_size = strtof(value, NULL);
        else if (!strcmp(argv[i], "--lang"))
            options.mark.label_lang = atoi(value);
        else
            return 2;
        i++;
    }
    for (; i < argc; i++)
        failed |= scan(argv[i], &options, rotation, frames, search) < 0;
    bt_options_finish(&options);
    return failed;
}
