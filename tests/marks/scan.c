// SPDX-License-Identifier: Apache-2.0
// Prints what the watermark's detector finds in each window of a file. Crops are looked for
// in all, or in the first as bauta inspect does, or in none. --short: so too, and windows are
// of two seconds.
// usage: wmscan [--search|--first|--short] FILE...
#include <limits.h>
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

// All windows of one file.
struct windows {
    struct bt_wm_result *result;
    int count;
    int searched;              // in so many of them
};

static int keep(struct windows *w, struct bt_wm_detector *detector)
{
    struct bt_wm_result result;
    if (bt_wm_result(detector, w->count < w->searched, &result) < 0)
        return 0;
    void *more = realloc(w->result, (size_t)(w->count + 1) * sizeof(result));
    if (!more)
        return -1;
    w->result = more;
    w->result[w->count++] = result;
    return 0;
}

static int read_all(struct bt_source *source, struct bt_wm_detector *detector,
                    bool shortened, struct windows *w)
{
    if (shortened)
        bt_wm_shorten(detector, 2);
    struct bauta_frame *frame = NULL;
    while (bt_source_read(source, &frame) >= 0) {
        const struct bt_pixel_format *pf = bt_pixel_format(frame->format);
        const double seconds = (double)frame->pts * frame->time_base.num / frame->time_base.den;
        const int full = bt_wm_push(detector, frame->data[0] + (pf->rgb ? pf->g : 0),
                                    frame->stride[0], pf->step[0], frame->width,
                                    frame->height, seconds);
        bauta_frame_unref(&frame);
        if (full > 0 && keep(w, detector) < 0)
            return -1;
    }
    return keep(w, detector);
}

static int scan(const char *name, int searched, bool shortened)
{
    struct bt_options options;
    struct bt_source *source = NULL;
    struct bt_wm_detector *detector = NULL;
    struct windows w = {.searched = searched};
    int failed = 1;
    bt_options_init(&options);
    if (bt_source_open(&source, name, &options.io) >= 0 && bt_wm_detector_open(&detector) >= 0)
        failed = read_all(source, detector, shortened, &w) < 0;
    if (!failed)
        bt_wm_review(detector, w.result, w.count);
    for (int i = 0; i < w.count && !failed; i++)
        print(name, &w.result[i]);
    free(w.result);
    bt_wm_detector_close(&detector);
    bt_source_close(&source);
    bt_options_finish(&options);
    return failed;
}

int main(int argc, char **argv)
{
    static const char *const ways[] = {"--search", "--first", "--short"};
    static const int searched[] = {INT_MAX, 1, 1, 0};
    int failed = 0, way = 0;
    while (way < 3 && (argc < 2 || strcmp(argv[1], ways[way])))
        way++;
    for (int i = way < 3 ? 2 : 1; i < argc; i++)
        failed |= scan(argv[i], searched[way], way == 2);
    return failed;
}
