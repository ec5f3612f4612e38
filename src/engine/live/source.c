// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"
#include "io/av/network.h"

#define WAIT_FIRST_NS ((int64_t)250000000)
#define WAIT_MOST_NS ((int64_t)2000000000)
#define AWRY_US 60000

struct bt_feed {
    struct bauta *engine;
    struct bt_flow *flow;
    struct bt_options options;
    char *input;
    bool file;                    // its end and its errors are final
    struct bt_source *source;
    struct bt_microphone *microphone;   // or NULL: the sound is the source's
    int64_t shift_us;             // from its clock to the stream's time
    struct bt_format format;
    struct bt_timeline line;
    int64_t count, count_at_open;
    bt_thread thread;
    bool runs;
    bt_mutex lock;                // guards what follows
    bt_cond woken;
    bool closing;
    struct bt_feed_info info;
    struct bt_rate rate;
};

static bool is_file(const char *url)
{
    struct stat info;
    return !stat(url, &info) && S_ISREG(info.st_mode);
}

static int open_source(struct bt_feed *f)
{
    const int result = bt_source_open(&f->source, f->input, &f->options.io);
    f->count_at_open = f->count;
    if (result < 0 || f->microphone)
        return result;
    struct bt_relay *relay = &f->engine->fan.relay;
    const int heard = bt_relay_source(relay, f->source->tracks, f->source->name);
    if (heard < 0)
        bt_source_close(&f->source);
    return heard;
}

static int open_microphone(struct bt_feed *f)
{
    const char *name = f->options.io.microphone;
    if (!name || !*name)
        return 0;
    const int result = bt_microphone_open(&f->microphone, name, &f->engine->stop);
    return result < 0 ? result
                      : bt_relay_source(&f->engine->fan.relay,
                                        bt_microphone_tracks(f->microphone), name);
}

int bt_feed_open(struct bt_feed **out, struct bauta *engine, const char *input)
{
    int result = BAUTA_E_NO_MEMORY;
    struct bt_feed *f = bt_zalloc(sizeof(*f));
    if (!f)
        goto memory;
    if (bt_mutex_init(&f->lock) < 0)
        goto memory;
    if (bt_cond_init(&f->woken) < 0) {
        bt_mutex_finish(&f->lock);
        goto memory;
    }
    f->engine = engine;
    f->input = bt_strdup(input);
    bt_mutex_lock(&engine->lock);
    result = f->input ? bt_options_copy(&f->options, &engine->options)
                      : BAUTA_E_NO_MEMORY;
    bt_mutex_unlock(&engine->lock);
    if (result < 0) {
        memset(&f->options, 0, sizeof(f->options));
        goto fail;
    }
    f->options.io.realtime = 1;
    f->file = is_file(input);
    result = open_microphone(f);
    if (result >= 0)
        result = open_source(f);
    if (result < 0)
        goto fail;
    f->format = f->source->format;
    f->format.live = true;
    f->format.still = false;
    *out = f;
    return 0;

memory:
    bt_error("live: out of memory");
    bt_free(f);
    return result;
fail:
    bt_feed_close(&f);
    return result;
}

const struct bt_format *bt_feed_format(const struct bt_feed *feed)
{
    return &feed->format;
}

const char *bt_feed_name(const struct bt_feed *feed)
{
    return feed->source ? feed->source->name : feed->input;
}

static bool ended(struct bt_feed *f)
{
    bt_mutex_lock(&f->lock);
    const bool closing = f->closing;
    bt_mutex_unlock(&f->lock);
    return closing || atomic_load(&f->engine->stop);
}

static bool fault(const struct bt_feed *f)
{
    const int every = f->engine->fault_every[BAUTA_STAGE_SOURCE];
    if (!every || (f->count + 1) % every)
        return false;
    bt_error("stage source: fails because a test wants it to");
    return true;
}

static void tell(struct bt_feed *f, int error)
{
    bt_mutex_lock(&f->lock);
    if (error < 0)
        snprintf(f->info.error, sizeof(f->info.error), "%s; trying again",
                 bauta_strerror(error));
    else
        f->info.error[0] = 0;
    bt_mutex_unlock(&f->lock);
}

// How sound's times are moved to those of the frames, in microseconds. A microphone has the
// clock's: what was heard when a frame was captured belongs to it, but no frame's own
// lateness moves the sound.
static int64_t sound_shift(struct bt_feed *f, const struct bauta_frame *frame)
{
    const double unit = 1e6 * frame->time_base.num / frame->time_base.den;
    if (!f->microphone)
        return (int64_t)((double)f->line.offset * unit);
    const int64_t shift = (int64_t)((double)frame->pts * unit) - frame->captured_ns / 1000;
    if (f->count <= 1 || llabs(shift - f->shift_us) > AWRY_US)
        f->shift_us = shift;
    return f->shift_us;
}

static int read_frame(struct bt_feed *f)
{
    struct bauta_frame *frame = NULL;
    const int64_t start = bt_now_ns();
    const int result = fault(f) ? BAUTA_E_IO : bt_source_read(f->source, &frame);
    if (result < 0) {
        f->count += result != BAUTA_E_END;
        return result;
    }
    const int64_t now = bt_now_ns();
    bt_report_time(f->engine, BAUTA_STAGE_SOURCE, now - start);
    const bool fits = bt_timeline_put(&f->line, frame);
    frame->number = f->count++;
    if (bt_relay_move(&f->engine->fan.relay, sound_shift(f, frame)) < 0)
        bt_error("%s: out of memory for its sound", bt_feed_name(f));
    bt_mutex_lock(&f->lock);
    f->info.frames++;
    bt_rate_add(&f->rate, now);
    bt_mutex_unlock(&f->lock);
    if (!fits) {
        atomic_fetch_add(&f->flow->dropped, 1);
        bauta_frame_unref(&frame);
        return 0;
    }
    const int pushed = bt_queue_push(f->flow->in, frame);
    if (pushed < 0)
        bauta_frame_unref(&frame);
    return pushed;
}

// False when the stream is to end.
static bool rest(struct bt_feed *f, int64_t ns)
{
    const int64_t until = bt_now_ns() + ns;
    while (!ended(f) && bt_now_ns() < until) {
        // bauta_stop wakes nobody, as it may come from a signal.
        const int64_t soon = bt_now_ns() + 50000000;
        bt_mutex_lock(&f->lock);
        if (!f->closing)
            bt_cond_wait_until(&f->woken, &f->lock, soon < until ? soon : until);
        bt_mutex_unlock(&f->lock);
    }
    return !ended(f);
}

static int check_format(const struct bt_feed *f, const char *name)
{
    const struct bt_format *is = &f->source->format;
    if (is->pixel == f->format.pixel && is->width == f->format.width &&
        is->height == f->format.height)
        return 0;
    bt_error("%s: it came back as %s %dx%d and was %s %dx%d; start the stream anew",
             name, bt_pixel_format(is->pixel)->name, is->width, is->height,
             bt_pixel_format(f->format.pixel)->name, f->format.width, f->format.height);
    return BAUTA_E_UNSUPPORTED;
}

// A file begins again. One that gives nothing ends.
static int begin_again(struct bt_feed *f)
{
    if (f->count == f->count_at_open)
        return BAUTA_E_END;
    bt_source_close(&f->source);
    const int result = open_source(f);
    return result < 0 ? result : check_format(f, f->input);
}

// Opens the input again, for as long as it takes. BAUTA_E_STOPPED: the stream ended.
static int open_again(struct bt_feed *f, int error)
{
    char name[128];
    snprintf(name, sizeof(name), "%s", bt_feed_name(f));
    bt_warn("%s: %s; it is opened again until it works", name, bauta_strerror(error));
    tell(f, error);
    bt_source_close(&f->source);
    for (int64_t wait = WAIT_FIRST_NS;;) {
        if (!rest(f, wait))
            return BAUTA_E_STOPPED;
        const int result = open_source(f);
        if (result >= 0)
            break;
        tell(f, result);
        wait = 2 * wait < WAIT_MOST_NS ? 2 * wait : WAIT_MOST_NS;
    }
    const int fits = check_format(f, name);
    if (fits < 0)
        return fits;
    bt_mutex_lock(&f->lock);
    f->info.reconnects++;
    bt_mutex_unlock(&f->lock);
    tell(f, 0);
    return 0;
}

// What a sender of the network ends it may begin again: often only the connection ended.
// A file behind http ends, but where it broke off.
static bool is_final(const struct bt_feed *f, int result)
{
    if (result == BAUTA_E_STOPPED || f->file)
        return true;
    const bool sent = bt_is_network(f->input) && strncmp(f->input, "http", 4) != 0;
    return result == BAUTA_E_END && !f->source->truncated && !sent;
}

static void *feed_main(void *opaque)
{
    struct bt_feed *f = opaque;
    int result = 0;
    bt_live_nice("source");
    while (result >= 0) {
        result = ended(f) ? BAUTA_E_STOPPED : read_frame(f);
        if (result == BAUTA_E_END && f->file && f->options.engine.loop)
            result = begin_again(f);
        if (result < 0 && !is_final(f, result))
            result = open_again(f, result);
    }
    if (result == BAUTA_E_END)
        bt_queue_end(f->flow->in);
    else
        bt_flow_fail(f->flow, result);
    return NULL;
}

int bt_feed_start(struct bt_feed *feed, struct bt_flow *flow)
{
    feed->flow = flow;
    const int result = bt_thread_start(&feed->thread, feed_main, feed);
    feed->runs = result >= 0;
    return result;
}

void bt_feed_info(struct bt_feed *feed, struct bt_feed_info *info)
{
    bt_mutex_lock(&feed->lock);
    *info = feed->info;
    info->fps = bt_rate_get(&feed->rate, bt_now_ns());
    bt_mutex_unlock(&feed->lock);
}

void bt_feed_close(struct bt_feed **feed)
{
    if (!feed || !*feed)
        return;
    struct bt_feed *f = *feed;
    bt_mutex_lock(&f->lock);
    f->closing = true;
    bt_cond_broadcast(&f->woken);
    bt_mutex_unlock(&f->lock);
    if (f->runs)
        bt_thread_join(f->thread);
    bt_source_close(&f->source);
    bt_microphone_close(&f->microphone);
    bt_options_finish(&f->options);
    bt_cond_finish(&f->woken);
    bt_mutex_finish(&f->lock);
    bt_free(f->input);
    bt_freep(feed);
}
