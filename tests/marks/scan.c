// SPDX-License-Identifier: Apache-2.0
// Prints what the watermark's detector finds in each window of a file.
// usage: wmscan [--search] FILE...
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "engine/engine.h"
#include "mark/watermark/detect.h"
#include "mark/watermark/grid.h"

static void print(const char *name, const struct bt_wm_result *r)
{
    printf("%s\t%.2f\t%.2f\t%d\t%.1f\t%d\t%u\t%d\t%d\t%d\t%.3f %.3f %.3f %.3f\n", name, r->start,
           r->end, r->marked, (double)r->z, r->payload_known, bt_wm_session(r->payload),
           r->errors, r->mirrored, r->rotation, (double)r->x0, (double)r->y0, (double)r->x1,
           (double)r->y1);
}

static int scan(const char *name, bool search)
{
    struct bt_options options;
    struct bt_source *source = NULL;
    struct bt_wm_detector *detector = NULL;
    struct bt_wm_result result;
    struct bauta_frame *frame = NULL;
    bt_options_init(&options);
    if (bt_source_open(&source, name, &options.io) < 0 || bt_wm_detector_open(&detector) < 0)
        return 1;
    while (bt_source_read(source, &frame) >= 0) {
        const struct bt_pixel_format *pf = bt_pixel_format(frame->format);
        const double seconds = (double)frame->pts * frame->time_base.num / frame->time_base.den;
        const int full = bt_wm_push(detector, frame->data[0] + (pf->rgb ? pf->g : 0),
                                    frame->stride[0], pf->step[0], frame->width,
                                    frame->height, seconds);
        bauta_frame_unref(&frame);
        if (full > 0 && bt_wm_result(detector, search, &result) >= 0)
            print(name, &result);
    }
    if (bt_wm_result(detector, search, &result) >= 0)
        print(name, &result);
    bt_wm_detector_close(&detector);
    bt_source_close(&source);
    bt_options_finish(&options);
    return 0;
}

int main(int argc, char **argv)
{
    const bool search = argc > 1 && !strcmp(argv[1], "--search");
    int failed = 0;
    for (int i = search ? 2 : 1; i < argc; i++)
        failed |= scan(argv[i], search);
    return failed;
}
