// SPDX-License-Identifier: Apache-2.0
#include "verify/look.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "frame/frame.h"
#include "mark/layout.h"
#include "mark/seen/find.h"
#include "mark/watermark/detect.h"
#include "mark/watermark/grid.h"

enum {
    FIRST = 4,              // windows that any film is looked at in
    FIRST_MOST = 16,        // and a long one
    BETWEEN_MOST = 48,      // windows between those that differ
    WINDOWS_MOST = 1 << 20,
    LABELS_MOST = 8,        // frames that are looked at for the label
};
#define EACH_SECONDS 300.   // for so much of a film there is one window more
// Of a film of so many bits a second, whose decoding takes long and leaves the mark whole.
#define MANY_BITS 12e6
#define SHORT_WINDOW 2.
#define ALL_BELOW ((FIRST + 1) * BT_WM_WINDOW)   // a film so short is looked at whole

struct look {
    struct bt_source *source;
    struct bt_wm_detector *detector;
    struct bt_label_finder *finder;  // NULL: the label cannot be looked for
    struct bt_label_found label;     // the best
    int label_frames, label_looked, label_most;
    float x_scale;
    bool begins;                     // the next frame is a window's first
    double most;
    double length;                   // seconds of a window
    int64_t until_ns;              // of a live source; 0: no limit
    struct bt_wm_result *window;   // by time
    int count, room;
    bool any;                      // a frame was read
    double first, last;            // its seconds, and those of the last one
    bool searched;                 // a turned or cropped picture was looked for
    bool ended;
    bool tiny;                     // too small for a mark
};

static double seconds_of(const struct bauta_frame *frame)
{
    const struct bauta_rational base = frame->time_base;
    return frame->pts != INT64_MIN && base.num > 0 && base.den > 0
               ? (double)frame->pts * base.num / base.den
               : (double)frame->number / 25;
}

static int keep(struct look *l, const struct bt_wm_result *r)
{
    if (l->count == WINDOWS_MOST)
        return BAUTA_E_TOO_LARGE;
    if (l->count == l->room) {
        const int room = l->room ? 2 * l->room : 32;
        struct bt_wm_result *more = bt_alloc_array((size_t)room, sizeof(*more));
        if (!more)
            return BAUTA_E_NO_MEMORY;
        if (l->count)
            memcpy(more, l->window, (size_t)l->count * sizeof(*more));
        bt_free(l->window);
        l->window = more;
        l->room = room;
    }
    int at = l->count++;
    for (; at > 0 && l->window[at - 1].start > r->start; at--)
        l->window[at] = l->window[at - 1];
    l->window[at] = *r;
    return 0;
}

static int finish_window(struct look *l)
{
    struct bt_wm_result r;
    const int result = bt_wm_result(l->detector, !l->searched, &r);
    if (result < 0)
        return result == BAUTA_E_END ? 0 : result;
    l->searched = true;
    return keep(l, &r);
}

// One frame of each window is looked at for the label.
static int look_for_label(struct look *l, const struct bauta_frame *frame)
{
    const struct bt_pixel_format *pf = bt_pixel_format(frame->format);
    const struct bt_label_picture picture = {
        frame->data[0] + (pf->rgb ? pf->g : 0), frame->stride[0], pf->step[0],
        frame->width, frame->height, frame->rotation, l->x_scale};
    struct bt_label_found found;
    if (!l->finder || l->label_looked == l->label_most)
        return 0;
    const int result = bt_label_find(l->finder, &picture, &found);
    if (result < 0)
        return result == BAUTA_E_TOO_SMALL ? 0 : result;
    l->label_looked++;
    l->label_frames += found.seen;
    if (found.score > l->label.score)
        l->label = found;
    return 0;
}

// Whether a frame is to be looked at, and where it is.
static int take_frame(struct look *l, struct bauta_frame *frame, double from)
{
    const struct bt_pixel_format *pf = bt_pixel_format(frame->format);
    const double seconds = seconds_of(frame);
    if (!l->any)
        l->first = l->last = seconds;
    l->any = true;
    l->last = seconds > l->last ? seconds : l->last;
    if (seconds < from || !bt_wm_wants(l->detector, seconds))
        return 0;
    const int result = l->begins ? look_for_label(l, frame) : 0;
    l->begins = false;
    if (result < 0)
        return result;
    return bt_wm_push(l->detector, frame->data[0] + (pf->rgb ? pf->g : 0),
                      frame->stride[0], pf->step[0], frame->width, frame->height, seconds);
}

// Reads one window, of frames at from or later; where the next frame is at fresh or later,
// it begins with that. l->ended: there is no more.
static int read_window(struct look *l, double from, double fresh)
{
    struct bauta_frame *frame = NULL;
    int result = 0, full = 0, frames = 0;
    l->begins = true;
    while (full == 0 && (result = bt_source_read(l->source, &frame)) >= 0) {
        if (frames++ == 0 && seconds_of(frame) >= fresh)
            from = fresh;
        full = take_frame(l, frame, from);
        bauta_frame_unref(&frame);
        l->ended = (l->most > 0 && l->last - l->first >= l->most) ||
                   (l->until_ns && bt_now_ns() > l->until_ns);
        if (l->ended)
            break;
    }
    if (full == BAUTA_E_TOO_SMALL) {
        l->tiny = l->ended = true;
        return 0;
    }
    if (full < 0 || (result < 0 && result != BAUTA_E_END))
        return full < 0 ? full : result;
    l->ended |= result < 0;
    return finish_window(l);
}

static int read_all(struct look *l)
{
    int result = 0;
    while (result >= 0 && !l->ended)
        result = read_window(l, -INFINITY, -INFINITY);
    return result;
}

// The window at that time, or, where that is after from, at the last picture before it
// that can be decoded by itself.
static int read_at(struct look *l, double seconds, double from)
{
    l->ended = false;
    const int result = bt_source_seek(l->source, seconds);
    if (result < 0)
        return result == BAUTA_E_END ? 0 : result;
    return read_window(l, seconds, result > 0 ? INFINITY : from);
}

// The next two neighbours that differ and have room for a window between them; -1: none.
static int find_border(const struct look *l)
{
    for (int i = 0; i + 1 < l->count; i++) {
        const struct bt_wm_result *a = &l->window[i], *b = a + 1;
        if (a->marked != b->marked && b->start - a->end > l->length)
            return i;
    }
    return -1;
}

static int narrow_borders(struct look *l)
{
    int result = 0;
    bt_wm_review(l->detector, l->window, l->count);
    for (int k = 0; k < BETWEEN_MOST && result >= 0; k++) {
        const int i = find_border(l), before = l->count;
        if (i < 0)
            break;
        const double from = l->window[i].end + 1e-3, to = l->window[i + 1].start;
        result = read_at(l, fmax(from, fmin((from + to) / 2, to - l->length)), from);
        if (l->count == before)
            break;
    }
    return result;
}

// BAUTA_E_UNSUPPORTED, with nothing read: the source cannot be searched.
static int read_samples(struct look *l)
{
    const double length = l->source->length;
    bt_wm_shorten(l->detector, l->length);
    const int count = FIRST + (int)fmin(length / EACH_SECONDS, FIRST_MOST - FIRST);
    int result = 0;
    for (int i = 0; i < count && result >= 0; i++) {
        const double from = l->count ? l->window[l->count - 1].end + 1e-3 : -INFINITY;
        const double at = (length - l->length) * i / (count - 1);
        result = read_at(l, fmax(at, from), from);
    }
    return result < 0 ? result : narrow_borders(l);
}

// Results ------------------------------------------------------------------------------

// Windows of the same kind that follow each other are one stretch.
static void add_span(struct bauta_inspection *out, const struct bt_wm_result *r)
{
    struct bauta_span *last = out->span_count ? &out->span[out->span_count - 1] : NULL;
    if (last && (last->marked == r->marked || out->span_count == BAUTA_SPANS_MAX)) {
        last->end = r->end;
        last->looked += r->end - r->start;
        last->z = r->z > last->z ? r->z : last->z;
        return;
    }
    out->span[out->span_count++] = (struct bauta_span){.start = r->start,
                                                       .end = r->end,
                                                       .looked = r->end - r->start,
                                                       .marked = r->marked,
                                                       .z = r->z};
}

static void add_window(struct bauta_inspection *out, const struct bt_wm_result *r)
{
    add_span(out, r);
    out->windows++;
    out->looked += r->end - r->start;
    if (r->z > out->z)
        out->z = r->z;
    if (!r->marked)
        return;
    if (r->payload_known) {
        const unsigned session = bt_wm_session(r->payload);
        out->sessions_differ |= out->payload_known && out->session != session;
        if (!out->payload_known)
            out->session = session;
        out->payload_known = 1;
    }
    if (out->watermark)
        return;
    out->watermark = 1;
    out->mirrored = r->mirrored;
    out->rotation = r->rotation;
    out->place[0] = r->x0, out->place[1] = r->y0;
    out->place[2] = r->x1, out->place[3] = r->y1;
}

static void add_label(struct bauta_inspection *out, const struct look *l)
{
    const struct bt_label_found *b = &l->label;
    out->visible = l->label_frames ? BAUTA_LABEL_SEEN
                   : l->label_looked ? BAUTA_LABEL_ABSENT : BAUTA_LABEL_SKIPPED;
    out->label_frames = l->label_frames;
    out->label_looked = l->label_looked;
    out->label_score = b->score;
    if (!l->label_frames)
        return;
    out->label_place[0] = b->x0, out->label_place[1] = b->y0;
    out->label_place[2] = b->x1, out->label_place[3] = b->y1;
    snprintf(out->label_text, sizeof(out->label_text), "%s", bt_words[b->language].label);
}

static int open_look(struct look *l, bool thorough)
{
    const struct bt_format *format = &l->source->format;
    const struct bt_mark_options plain = {.label_size = 1};
    l->x_scale = bt_view_of(format, &plain).x_scale;
    l->label_most = thorough ? -1 : LABELS_MOST;
    const int result = bt_label_finder_open(&l->finder);
    // Without a font the rest can still be looked for.
    return result == BAUTA_E_NO_MEMORY ? result : bt_wm_detector_open(&l->detector);
}

int bt_look(struct bt_source *source, double most, bool thorough, int64_t bytes,
            struct bauta_inspection *out)
{
    struct look l = {.source = source, .most = most};
    // A stream whose times stand still ends too.
    if (source->format.live && most > 0)
        l.until_ns = bt_now_ns() + (int64_t)(2e9 * fmin(most, 1e6));
    int result = open_look(&l, thorough);
    const bool samples = !thorough && most <= 0 && source->length > ALL_BELOW;
    l.length = samples && 8 * (double)bytes > MANY_BITS * source->length ? SHORT_WINDOW
                                                                         : BT_WM_WINDOW;
    if (result >= 0) {
        result = samples ? read_samples(&l) : BAUTA_E_UNSUPPORTED;
        out->part = result == BAUTA_E_UNSUPPORTED ? BAUTA_PART_ALL : BAUTA_PART_SAMPLES;
    }
    if (result == BAUTA_E_UNSUPPORTED)
        result = read_all(&l);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory for looking at it", source->name);
    if (result >= 0)
        bt_wm_review(l.detector, l.window, l.count);
    for (int i = 0; i < l.count && result >= 0; i++)
        add_window(out, &l.window[i]);
    add_label(out, &l);
    const double seen = l.any ? l.last - l.first : 0;
    out->seconds = source->format.still ? 0 : fmax(seen, samples ? source->length : 0);
    if (source->format.live)
        out->part = BAUTA_PART_STREAM;
    else if (most > 0 && seen >= most)
        out->part = BAUTA_PART_BEGINNING;
    bt_wm_detector_close(&l.detector);
    bt_label_finder_close(&l.finder);
    bt_free(l.window);
    return result;
}
