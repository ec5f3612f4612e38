// SPDX-License-Identifier: Apache-2.0
#include "verify/watch.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"

#define LIVE_SECONDS 6.
#define CHANGE 1.6f           // in size, from which another face is the main one

struct state {
    struct bt_source *source;
    struct bt_tracker *tracker;
    struct bt_smoother *smoother;
    struct bt_faces raw, smooth;
    int main;                 // id of the main face, -1: none yet
    double first, last;       // own clock
    int64_t frames;
    int64_t until_ns;         // of a live source
};

static double own_seconds(const struct bauta_frame *frame)
{
    const struct bauta_rational base = frame->time_base;
    return frame->pts != INT64_MIN && base.num > 0 && base.den > 0
               ? (double)frame->pts * base.num / base.den
               : NAN;
}

static double step_of(const struct bt_format *format)
{
    const struct bauta_rational rate = format->frame_rate;
    return rate.num > 0 && rate.den > 0 ? (double)rate.den / rate.num : .04;
}

static int find_main(struct state *s)
{
    int best = -1, kept = -1;
    for (int i = 0; i < s->raw.count; i++) {
        const struct bauta_face *f = &s->raw.face[i];
        if (f->origin != BAUTA_FACE_TRACKED)
            continue;
        if (best < 0 || f->scale > s->raw.face[best].scale)
            best = i;
        if (f->id == s->main)
            kept = i;
    }
    if (kept >= 0 && s->raw.face[best].scale < CHANGE * s->raw.face[kept].scale)
        best = kept;
    s->main = best >= 0 ? s->raw.face[best].id : s->main;
    return best;
}

static int count_faces(const struct bt_faces *faces)
{
    int count = 0;
    for (int i = 0; i < faces->count; i++)
        count += faces->face[i].origin == BAUTA_FACE_TRACKED;
    return count;
}

static int show(struct state *s, const struct bauta_frame *frame,
                int (*each)(void *opaque, const struct bt_watched *seen), void *opaque)
{
    const double own = own_seconds(frame), step = step_of(&s->source->format);
    struct bt_watched seen = {.frame = frame, .format = &s->source->format, .own = -1};
    if (isfinite(own)) {
        s->first = s->frames ? s->first : own;
        seen.own = own - s->first;
    }
    // Times that stand still or jump back are replaced by the usual step.
    seen.seconds = s->frames && !(seen.own > s->last && seen.own < s->last + 3600)
                       ? s->last + step
                       : fmax(seen.own, 0);
    s->last = seen.seconds;
    s->frames++;
    const int result = bt_tracker_update(s->tracker, frame, seen.seconds, &s->raw);
    if (result < 0)
        return result;
    s->smooth = s->raw;
    bt_smoother_apply(s->smoother, &s->smooth, seen.seconds);
    const int at = find_main(s);
    seen.cut = s->raw.cut && s->frames > 1;
    seen.faces = count_faces(&s->raw);
    seen.face = at >= 0 ? &s->raw.face[at] : NULL;
    for (int i = 0; at >= 0 && i < s->smooth.count; i++)
        seen.smooth = s->smooth.face[i].id == s->main ? &s->smooth.face[i] : seen.smooth;
    return each(opaque, &seen);
}

static int follow(struct state *s, double most,
                  int (*each)(void *opaque, const struct bt_watched *seen), void *opaque)
{
    struct bauta_frame *frame = NULL;
    int result = 0;
    if (s->source->format.live && most <= 0)
        most = LIVE_SECONDS;
    if (s->source->format.live)
        s->until_ns = bt_now_ns() + (int64_t)(2e9 * fmin(most, 1e6));
    while (!result && (result = bt_source_read(s->source, &frame)) >= 0) {
        result = show(s, frame, each, opaque);
        bauta_frame_unref(&frame);
        if ((most > 0 && s->last >= most) || (s->until_ns && bt_now_ns() > s->until_ns))
            break;
    }
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory for looking at it", s->source->name);
    return result < 0 && result != BAUTA_E_END ? result : 0;
}

int bt_watch(const struct bt_watch *watch,
             int (*each)(void *opaque, const struct bt_watched *seen), void *opaque,
             struct bt_format *format, int *truncated)
{
    const struct bt_face_options face = {.detector_threshold = .5f,
                                         .presence_threshold = .5f,
                                         .smoothing = 1,
                                         .net = BT_FACE_NET_ATTENTION};
    char url[4096 + 8];
    const char *path = watch->path;
    struct bt_io_options io = {0};
    struct stat info;
    struct state *s = bt_zalloc(sizeof *s);
    int result = s ? bt_opt_defaults(bt_io_opts, &io) : BAUTA_E_NO_MEMORY;
    if (result < 0) {
        bt_free(s);
        return result;
    }
    s->main = -1;
    if (strlen(path) <= 4096 && !stat(path, &info) && S_ISCHR(info.st_mode)) {
        snprintf(url, sizeof url, "v4l2:%s", path);
        path = url;
    }
    result = bt_source_open(&s->source, path, &io);
    if (result >= 0)
        result = bt_tracker_create(&s->tracker, &s->source->format, &face, watch->models, 1);
    if (result >= 0 && !(s->smoother = bt_smoother_create(&face)))
        result = BAUTA_E_NO_MEMORY;
    if (result >= 0)
        result = follow(s, watch->most, each, opaque);
    if (s->source && format)
        *format = s->source->format;
    if (s->source && truncated)
        *truncated = s->source->truncated;
    bt_smoother_destroy(&s->smoother);
    bt_tracker_destroy(&s->tracker);
    bt_source_close(&s->source);
    bt_opt_finish(bt_io_opts, &io);
    bt_free(s);
    return result;
}
