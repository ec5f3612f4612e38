// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"
#include "engine/engine.h"
#include "engine/live/fan.h"
#include "engine/live/live.h"

#define WAIT_FIRST_NS ((int64_t)250000000)
#define WAIT_MOST_NS ((int64_t)4000000000)

static void drop_waiting(struct bt_fan_output *o)
{
    for (; o->count > 0; o->count--) {
        bauta_frame_unref(&o->ring[o->first].marked.frame);
        o->first = (o->first + 1) % BT_OUTPUT_DEPTH;
    }
}

// Waits for a frame. False when no more will come.
static bool take(struct bt_fan_output *o, struct bt_waiting *out)
{
    bt_mutex_lock(&o->fan->lock);
    while (!o->count && !o->ending)
        bt_cond_wait(&o->filled, &o->fan->lock);
    const bool some = o->count > 0;
    if (some) {
        *out = o->ring[o->first];
        o->ring[o->first].marked.frame = NULL;
        o->first = (o->first + 1) % BT_OUTPUT_DEPTH;
        o->count--;
    }
    bt_mutex_unlock(&o->fan->lock);
    return some;
}

static void count_written(struct bt_fan_output *o, int64_t captured_ns)
{
    const int64_t now = bt_now_ns();
    bt_mutex_lock(&o->fan->lock);
    o->info.frames++;
    bt_recent_add(&o->age, now - captured_ns);
    if (o->last_ns)
        bt_recent_add(&o->interval, now - o->last_ns);
    o->last_ns = now;
    bt_mutex_unlock(&o->fan->lock);
}

static bool fault(const struct bt_fan_output *o)
{
    const int every = o->fan->fault_every;
    if (!every || (o->info.frames + 1) % every)
        return false;
    bt_error("stage sink: fails because a test wants it to");
    return true;
}

static int write_waiting(struct bt_fan_output *o, struct bt_waiting *w)
{
    // What was made before the panic key does not leave after it.
    if (!w->card && atomic_load(o->fan->cover)) {
        bauta_frame_unref(&w->marked.frame);
        bt_mutex_lock(&o->fan->lock);
        o->info.dropped++;
        bt_mutex_unlock(&o->fan->lock);
        return 0;
    }
    if (fault(o)) {
        bauta_frame_unref(&w->marked.frame);
        return BAUTA_E_IO;
    }
    const int64_t captured_ns = w->marked.frame->captured_ns;
    int result = 0;
    if (o->sink->impl->pictures)
        result = bt_mark_picture(&w->marked, &o->fan->format,
                                 o->fan->options->mark.session);
    if (result >= 0)
        result = bt_sink_write(o->sink, w->marked);
    if (result >= 0)
        count_written(o, captured_ns);
    return result;
}

// Closes what failed and drops what waits. False when the output is to end.
static bool close_failed(struct bt_fan_output *o, int error)
{
    bt_mutex_lock(&o->fan->lock);
    const bool goes_on = !o->ending;
    if (goes_on) {
        o->info.state = BAUTA_OUTPUT_REOPENS;
        o->info.error = error;
        drop_waiting(o);
    }
    bt_mutex_unlock(&o->fan->lock);
    bt_sink_close(&o->sink);
    bt_relay_untap(&o->fan->relay, &o->sound);
    return goes_on;
}

// False when the output is to end.
static bool rest(struct bt_fan_output *o, int64_t ns)
{
    const int64_t until = bt_now_ns() + ns;
    bt_mutex_lock(&o->fan->lock);
    while (!o->ending && bt_now_ns() < until)
        bt_cond_wait_until(&o->filled, &o->fan->lock, until);
    const bool goes_on = !o->ending;
    bt_mutex_unlock(&o->fan->lock);
    return goes_on;
}

// A device's frame waits until it is as old as nearly all are when they are ready.
static void pace(struct bt_fan_output *o, const struct bt_waiting *w)
{
    if (!o->sink->impl->paced || !o->fan->options->engine.pace || w->card)
        return;
    const int64_t captured = w->marked.frame->captured_ns;
    const int64_t until = w->ready_ns + bt_pacer_hold(&o->pacer, captured, w->ready_ns);
    const int64_t now = bt_now_ns();
    if (until > now)
        rest(o, until - now);
}

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

// An encoder's threads are as urgent as the thread that opened it: less so than those that
// make the pictures. What hands frames on to a device keeps its usual priority.
static int open_own(struct bt_fan_output *o)
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

static int open_sink(struct bt_fan_output *o)
{
    int result = bt_relay_tap(&o->fan->relay, &o->sound);
    if (result >= 0)
        result = open_own(o);
    if (result >= 0)
        result = bt_provenance_check(o->sink);
    if (result < 0) {
        bt_sink_close(&o->sink);
        bt_relay_untap(&o->fan->relay, &o->sound);
    }
    return result;
}

// Opens it again for as long as it takes. False when the output is to end without.
static bool open_again(struct bt_fan_output *o, int error)
{
    bt_warn("%s: %s; it is opened again until it works", o->info.url,
            bauta_strerror(error));
    if (!close_failed(o, error))
        return false;
    for (int64_t wait = WAIT_FIRST_NS;;) {
        if (!rest(o, wait))
            return false;
        const int result = open_sink(o);
        bt_mutex_lock(&o->fan->lock);
        o->info.error = result < 0 ? result : 0;
        if (result >= 0)
            o->info.state = BAUTA_OUTPUT_RUNS;
        bt_mutex_unlock(&o->fan->lock);
        if (result >= 0)
            break;
        wait = 2 * wait < WAIT_MOST_NS ? 2 * wait : WAIT_MOST_NS;
    }
    bt_warn("%s: works again", o->info.url);
    return true;
}

// Writes what comes, until no more does or until it fails for good.
static int write_all(struct bt_fan_output *o)
{
    struct bt_waiting w;
    int result = 0;
    bool full = false;
    while (result >= 0 && !full && take(o, &w)) {
        pace(o, &w);
        result = write_waiting(o, &w);
        if (result < 0 && o->sink->impl->lasting)
            result = open_again(o, result) ? 0 : result;
        full = o->sink && (o->sink->full || (o->sink->impl->single && o->info.frames > 0));
    }
    return result;
}

// A stream that ends before its first frame leaves no file.
static int complete(struct bt_fan_output *o)
{
    if (!o->info.frames)
        return 0;
    int result = bt_sink_finish(o->sink);
    bt_mutex_lock(&o->fan->signing);
    if (result >= 0) {
        result = bt_provenance_sign(&o->fan->provenance, o->sink);
        if (result >= 0)
            result = bt_sink_commit(o->sink);
        if (result < 0)
            bt_provenance_undo(&o->fan->provenance);
    }
    bt_mutex_unlock(&o->fan->signing);
    return result;
}

static void *output_main(void *opaque)
{
    struct bt_fan_output *o = opaque;
    if (o->sink->impl->paced)
        bt_live_realtime("device");
    int result = write_all(o);
    if (result >= 0)
        result = complete(o);
    const bool short_of_room = o->sink && o->sink->full;
    bt_sink_close(&o->sink);
    bt_relay_untap(&o->fan->relay, &o->sound);
    if (result < 0)
        bt_warn("%s: this output ended: %s", o->info.url, bauta_strerror(result));
    else if (short_of_room)
        bt_warn("%s: the disk is full: the recording ends here, and is whole", o->info.url);
    bt_mutex_lock(&o->fan->lock);
    o->info.state = result < 0 ? BAUTA_OUTPUT_FAILED : BAUTA_OUTPUT_ENDED;
    o->info.error = result < 0 ? result : short_of_room ? BAUTA_E_DISK_FULL : 0;
    drop_waiting(o);
    bt_mutex_unlock(&o->fan->lock);
    return NULL;
}

int bt_fan_open(struct bt_fan_output *o)
{
    int result = open_sink(o);
    if (result < 0)
        return result;
    bt_mutex_lock(&o->fan->lock);
    result = bt_thread_start(&o->thread, output_main, o);
    if (result >= 0) {
        o->threaded = true;
        o->info.state = BAUTA_OUTPUT_RUNS;
    }
    bt_mutex_unlock(&o->fan->lock);
    if (result < 0) {
        bt_sink_close(&o->sink);
        bt_relay_untap(&o->fan->relay, &o->sound);
    }
    return result;
}

void bt_fan_join(struct bt_fan_output *o)
{
    if (o->threaded)
        bt_thread_join(o->thread);
    o->threaded = false;
}
