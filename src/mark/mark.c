// SPDX-License-Identifier: Apache-2.0
#include "mark/mark.h"

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/log.h"
#include "mark/impl.h"

// Every frame gets every mark, in this order.
static const struct bt_mark_impl *const marks[] = {&bt_mark_label, &bt_mark_watermark};
// What swings in time would be caught at the same moment again and again.
#define ALONE_SECONDS .75
#define NO_TIME .0005    // no film has so many frames a second
enum { MARKS = sizeof(marks) / sizeof(marks[0]) };

struct bt_mark {
    struct bt_format format;
    struct bt_mark_options options;
    struct bt_pool *pool;
    void *priv[MARKS];
    bool open;               // the marks fit format
    bool started;
    double last;             // seconds of the frame before
};

static void close_marks(struct bt_mark *mark)
{
    for (int i = 0; i < MARKS; i++)
        marks[i]->close(&mark->priv[i]);
}

static int open_marks(struct bt_mark *mark, const struct bt_format *format)
{
    close_marks(mark);
    mark->open = false;
    for (int i = 0; i < MARKS; i++) {
        int r = marks[i]->open(&mark->priv[i], format, &mark->options);
        if (r < 0)
            return r;
    }
    mark->format = *format;
    mark->open = true;
    return 0;
}

int bt_mark_open(struct bt_mark **out, const struct bt_format *format,
                 const struct bt_mark_options *options)
{
    struct bt_mark *mark = bt_zalloc(sizeof(*mark));
    int r = BAUTA_E_NO_MEMORY;
    if (!mark)
        goto fail;
    mark->options = *options;
    mark->pool = bt_pool_create(format);
    if (!mark->pool)
        goto fail;
    r = open_marks(mark, format);
    if (r < 0)
        goto fail;
    *out = mark;
    return 0;
fail:
    if (r == BAUTA_E_NO_MEMORY)
        bt_error("no memory for the marks of a %dx%d picture", format->width,
                 format->height);
    bt_mark_close(&mark);
    return r;
}

double bt_mark_seconds(const struct bt_format *format, const struct bauta_frame *frame)
{
    struct bauta_rational base = frame->time_base;
    if (base.num <= 0 || base.den <= 0)
        base = format->time_base;
    if (frame->pts != INT64_MIN && base.num > 0 && base.den > 0)
        return (double)frame->pts * base.num / base.den;
    struct bauta_rational rate = format->frame_rate;
    if (rate.num <= 0 || rate.den <= 0)
        rate = (struct bauta_rational){25, 1};
    return (double)frame->number * rate.den / rate.num;
}

// Makes the marks anew when a stream changes how its pictures are displayed.
static int follow_format(struct bt_mark *mark, const struct bauta_frame *frame)
{
    const struct bt_format *f = &mark->format;
    if (frame->format != f->pixel || frame->width != f->width ||
        frame->height != f->height) {
        bt_error("a frame of %dx%d came in a stream of %dx%d, or in another pixel "
                 "format: it cannot be marked", frame->width, frame->height, f->width,
                 f->height);
        return BAUTA_E_USAGE;
    }
    bool same = frame->rotation == f->rotation &&
                frame->sample_aspect.num == f->sample_aspect.num &&
                frame->sample_aspect.den == f->sample_aspect.den &&
                frame->colour.matrix == f->colour.matrix &&
                frame->colour.full_range == f->colour.full_range;
    if (same && mark->open)
        return 0;
    struct bt_format changed = *f;
    changed.rotation = frame->rotation;
    changed.sample_aspect = frame->sample_aspect;
    changed.colour = frame->colour;
    mark->started = false;
    return open_marks(mark, &changed);
}

int bt_mark_frame(struct bt_mark *mark, struct bauta_frame *frame, int discontinuity,
                  struct bt_marked *out)
{
    out->frame = NULL;
    int r = bt_frame_check(frame);
    if (r < 0)
        goto fail;
    r = follow_format(mark, frame);
    if (r < 0)
        goto fail;
    r = bt_frame_writable(&frame, mark->pool);
    if (r < 0)
        goto fail;
    double seconds = bt_mark_seconds(&mark->format, frame);
    const double since = seconds - mark->last;
    const struct bt_mark_moment when = {
        .seconds = seconds,
        .gap = discontinuity || !mark->started || since < 0,
        .alone = !mark->started || since < NO_TIME || since >= ALONE_SECONDS,
    };
    for (int i = 0; i < MARKS; i++) {
        r = marks[i]->apply(mark->priv[i], frame, &when);
        if (r < 0)
            goto fail;
    }
    mark->started = true;
    mark->last = seconds;
    out->frame = frame;
    return 0;
fail:
    bauta_frame_unref(&frame);
    return r;
}

int bt_mark_picture(struct bt_marked *marked, const struct bt_format *format,
                    unsigned session)
{
    if (format->still)
        return 0;
    struct bauta_frame *frame = marked->frame;
    marked->frame = NULL;
    int r = bauta_frame_writable(&frame);
    if (r >= 0)
        r = bt_watermark_fill(frame, session, bt_mark_seconds(format, frame));
    if (r < 0)
        bauta_frame_unref(&frame);
    marked->frame = frame;
    return r;
}

void bt_mark_close(struct bt_mark **mark)
{
    if (!*mark)
        return;
    close_marks(*mark);
    bt_pool_destroy(&(*mark)->pool);
    bt_freep(mark);
}
