// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/opt.h"
#include "frame/frame.h"
#include "io/io.h"
#include "verify/liveness/liveness.h"

struct reader {
    struct bt_source *source;
    double offset, last; // added where times begin anew
    bool any;
};

// Of a live source the time of capture, which prompts are shown by; of a file its own.
static double seconds_of(struct reader *r, const struct bauta_frame *f)
{
    const struct bt_format *format = &r->source->format;
    double t;
    if (format->live)
        return (double)f->captured_ns * 1e-9;
    if (f->pts != INT64_MIN && f->time_base.num > 0 && f->time_base.den > 0)
        t = (double)f->pts * f->time_base.num / f->time_base.den;
    else
        t = (double)f->number / 30;
    if (r->any && t + r->offset <= r->last)
        r->offset = r->last + 1. / 60 - t;
    r->any = true;
    return r->last = t + r->offset;
}

static int read_all(struct bauta_liveness *l, struct reader *r,
                    bauta_liveness_show_fn *show, void *opaque)
{
    const bool live = r->source->format.live;
    struct bauta_liveness_prompt prompt;
    struct bauta_frame *f = NULL;
    double clock = live ? (double)bt_now_ns() * 1e-9 : 0, last = -1;
    int result = 0;
    for (;;) {
        if (live)
            clock = (double)bt_now_ns() * 1e-9;
        result = bauta_liveness_now(l, clock, &prompt);
        if (result < 0 || (show && show(opaque, &prompt)))
            break;
        result = bt_source_read(r->source, &f);
        if (result < 0)
            break;
        const double t = seconds_of(r, f);
        // A camera whose clock stands still gives nothing to judge.
        result = last >= 0 && t <= last ? 0 : bauta_liveness_push(l, f, t);
        last = fmax(last, t);
        clock = live ? clock : t;
        bauta_frame_unref(&f);
        if (result)
            break;
    }
    bauta_frame_unref(&f);
    return result == BAUTA_E_END ? 0 : result < 0 ? result : 0;
}

int bauta_liveness_run(struct bauta_liveness *session, const char *source,
                       bauta_liveness_show_fn *show, void *opaque)
{
    struct bt_io_options options = {0};
    struct reader reader = {0};
    struct stat info;
    char url[4096];
    if (!session || !source) {
        bt_error("bauta_liveness_run: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_opt_defaults(bt_io_opts, &options);
    if (result < 0)
        return result;
    if (strlen(source) < sizeof url - 8 && !stat(source, &info) &&
        S_ISCHR(info.st_mode)) {
        snprintf(url, sizeof url, "v4l2:%s", source);
        source = url;
    }
    result = bt_source_open(&reader.source, source, &options);
    if (result >= 0 && reader.source->format.still) {
        bt_error("%s: is a picture; liveness needs a camera or a film",
                 reader.source->name);
        result = BAUTA_E_UNSUPPORTED;
    }
    if (result >= 0)
        result = read_all(session, &reader, show, opaque);
    bt_source_close(&reader.source);
    bt_opt_finish(bt_io_opts, &options);
    return result;
}
