// SPDX-License-Identifier: Apache-2.0
#include "engine/live/fan.h"

#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"

enum { OUTPUTS_EVER = 4096 };

int bt_fan_init(struct bt_fan *fan)
{
    int result = bt_relay_init(&fan->relay);
    if (result >= 0)
        result = bt_mutex_init(&fan->signing);
    return result < 0 ? result : bt_mutex_init(&fan->lock);
}

static void free_output(struct bt_fan_output *o)
{
    if (!o)
        return;
    bt_cond_finish(&o->filled);
    bt_free(o->url);
    bt_free(o);
}

// With the lock, and no thread left.
static void forget(struct bt_fan *fan)
{
    for (int i = 0; i < fan->count; i++)
        free_output(fan->output[i]);
    fan->count = 0;
    fan->over = false;
}

void bt_fan_finish(struct bt_fan *fan)
{
    forget(fan);
    bt_free(fan->output);
    bt_relay_finish(&fan->relay);
    bt_mutex_finish(&fan->signing);
    bt_mutex_finish(&fan->lock);
}

// What may be shown of a url: no password, and of a stream only the host.
static void shown_url(const char *url, char *out, size_t size)
{
    const char *host = strstr(url, "://");
    if (!host) {
        snprintf(out, size, "%s", url);
        return;
    }
    host += 3;
    const size_t end = strcspn(host, "/?#");
    const char *at = memrchr(host, '@', end);
    const char *from = at ? at + 1 : host;
    snprintf(out, size, "%.*s%.*s%s", (int)(host - url), url,
             (int)(host + end - from), from, host[end] ? "/..." : "");
}

static struct bt_fan_output *make_output(struct bt_fan *fan, const char *url)
{
    struct bt_fan_output *o = bt_zalloc(sizeof(*o));
    if (!o)
        return NULL;
    if (bt_cond_init(&o->filled) < 0) {
        bt_free(o);
        return NULL;
    }
    o->fan = fan;
    o->url = bt_strdup(url);
    if (!o->url) {
        free_output(o);
        return NULL;
    }
    shown_url(url, o->info.url, sizeof(o->info.url));
    return o;
}

// With the lock: how many are noted, or at work.
static int in_use(const struct bt_fan *fan)
{
    int used = 0;
    for (int i = 0; i < fan->count; i++)
        used += fan->output[i]->info.state == BAUTA_OUTPUT_NOTED ||
                fan->output[i]->info.state == BAUTA_OUTPUT_RUNS;
    return used;
}

static int make_room(struct bt_fan *fan)
{
    if (fan->count < fan->room)
        return 0;
    const int room = fan->room ? 2 * fan->room : BAUTA_OUTPUTS_MAX;
    struct bt_fan_output **output = bt_alloc_array((size_t)room, sizeof(*output));
    if (!output)
        return BAUTA_E_NO_MEMORY;
    if (fan->count)
        memcpy(output, fan->output, (size_t)fan->count * sizeof(*output));
    bt_free(fan->output);
    fan->output = output;
    fan->room = room;
    return 0;
}

// With the lock. Returns its number.
static int note(struct bt_fan *fan, struct bt_fan_output *o)
{
    if (fan->over)
        forget(fan);
    if (in_use(fan) >= BAUTA_OUTPUTS_MAX || fan->count >= OUTPUTS_EVER) {
        bt_error("%s: there are %d outputs already; remove one first", o->info.url,
                 in_use(fan));
        return BAUTA_E_USAGE;
    }
    const int result = make_room(fan);
    if (result < 0)
        return result;
    o->info.number = fan->count;
    fan->output[fan->count++] = o;
    return o->info.number;
}

// One output's thread -------------------------------------------------------------------

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

static void *output_main(void *opaque)
{
    struct bt_fan_output *o = opaque;
    struct bt_waiting w;
    int result = 0;
    bool full = false;
    while (result >= 0 && !full && take(o, &w)) {
        result = write_waiting(o, &w);
        full = o->sink->full || (o->sink->impl->single && o->info.frames > 0);
    }
    // A stream that ends before its first frame leaves no file.
    if (result >= 0 && o->info.frames > 0) {
        result = bt_sink_finish(o->sink);
        bt_mutex_lock(&o->fan->signing);
        if (result >= 0) {
            result = bt_provenance_sign(&o->fan->provenance, o->sink);
            if (result >= 0)
                result = bt_sink_commit(o->sink);
            if (result < 0)
                bt_provenance_undo(&o->fan->provenance);
        }
        bt_mutex_unlock(&o->fan->signing);
    }
    const bool short_of_room = o->sink->full;
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

// Opens the sink and starts its thread; without the lock, as devices may take long.
static int open_output(struct bt_fan_output *o)
{
    struct bt_fan *fan = o->fan;
    int result = bt_relay_tap(&fan->relay, &o->sound);
    if (result >= 0)
        result = bt_fan_open_sink(o);
    if (result >= 0)
        result = bt_provenance_check(o->sink);
    if (result < 0) {
        bt_sink_close(&o->sink);
        bt_relay_untap(&fan->relay, &o->sound);
        return result;
    }
    bt_mutex_lock(&fan->lock);
    result = bt_thread_start(&o->thread, output_main, o);
    if (result >= 0) {
        o->threaded = true;
        o->info.state = BAUTA_OUTPUT_RUNS;
    }
    bt_mutex_unlock(&fan->lock);
    if (result < 0) {
        bt_sink_close(&o->sink);
        bt_relay_untap(&fan->relay, &o->sound);
    }
    return result;
}

static void join(struct bt_fan_output *o)
{
    if (o->threaded)
        bt_thread_join(o->thread);
    o->threaded = false;
}

// All of them ---------------------------------------------------------------------------

int bt_fan_start(struct bt_fan *fan, struct bauta *engine, const struct bt_format *format)
{
    struct bt_options *options = bt_zalloc(sizeof(*options));
    if (!options)
        return BAUTA_E_NO_MEMORY;
    bt_mutex_lock(&engine->lock);
    int result = bt_options_copy(options, &engine->options);
    bt_mutex_unlock(&engine->lock);
    if (result < 0) {
        bt_free(options);
        return result;
    }
    bt_mutex_lock(&fan->signing);
    result = bt_provenance_init(&fan->provenance, engine, NULL);
    if (result < 0)
        bt_provenance_finish(&fan->provenance);
    bt_mutex_unlock(&fan->signing);
    if (result < 0) {
        bt_options_finish(options);
        bt_free(options);
        return result;
    }
    bt_mutex_lock(&fan->lock);
    if (fan->over)
        forget(fan);
    fan->options = options;
    fan->format = *format;
    fan->cover = &engine->cover;
    fan->fault_every = engine->fault_every[BAUTA_STAGE_SINK];
    fan->open = true;
    const int noted = fan->count;
    bt_mutex_unlock(&fan->lock);
    for (int i = 0; i < noted; i++) {
        bt_mutex_lock(&fan->lock);
        struct bt_fan_output *o = fan->output[i];
        const bool wanted = o->info.state == BAUTA_OUTPUT_NOTED && !o->joining;
        o->joining = wanted;
        bt_mutex_unlock(&fan->lock);
        const int opened = wanted ? open_output(o) : 0;
        bt_mutex_lock(&fan->lock);
        o->joining = wanted ? false : o->joining;
        if (opened < 0) {
            o->info.state = BAUTA_OUTPUT_FAILED;
            o->info.error = opened;
        }
        bt_mutex_unlock(&fan->lock);
    }
    return 0;
}

void bt_fan_note_map(struct bt_fan *fan, struct bauta *engine)
{
    bt_mutex_lock(&fan->signing);
    bt_mutex_lock(&engine->lock);
    if (fan->provenance.ready)
        bt_provenance_add(&fan->provenance, engine);
    bt_mutex_unlock(&engine->lock);
    bt_mutex_unlock(&fan->signing);
}

void bt_fan_send(struct bt_fan *fan, struct bt_marked marked, bool card)
{
    bt_mutex_lock(&fan->lock);
    for (int i = 0; i < fan->count; i++) {
        struct bt_fan_output *o = fan->output[i];
        if (o->info.state != BAUTA_OUTPUT_RUNS || o->ending)
            continue;
        if (o->count == BT_OUTPUT_DEPTH) {
            bauta_frame_unref(&o->ring[o->first].marked.frame);
            o->first = (o->first + 1) % BT_OUTPUT_DEPTH;
            o->count--;
            o->info.dropped++;
        }
        struct bt_waiting *w = &o->ring[(o->first + o->count++) % BT_OUTPUT_DEPTH];
        w->marked = marked;
        bauta_frame_ref(marked.frame);
        w->card = card;
        bt_cond_signal(&o->filled);
    }
    bt_mutex_unlock(&fan->lock);
}

void bt_fan_end(struct bt_fan *fan)
{
    bt_mutex_lock(&fan->lock);
    fan->open = false;
    for (int i = 0; i < fan->count; i++) {
        fan->output[i]->ending = true;
        bt_cond_broadcast(&fan->output[i]->filled);
    }
    const int count = fan->count;
    bt_mutex_unlock(&fan->lock);
    for (int i = 0; i < count; i++) {
        // One that is being opened, or removed, by another thread is that thread's.
        bt_mutex_lock(&fan->lock);
        struct bt_fan_output *o = fan->output[i];
        while (o->joining)
            bt_cond_wait(&o->filled, &fan->lock);
        bt_mutex_unlock(&fan->lock);
        join(o);
    }
    bt_mutex_lock(&fan->lock);
    fan->over = true;
    const int days = fan->options ? fan->options->engine.session_log : 0;
    if (fan->options)
        bt_options_finish(fan->options);
    bt_freep(&fan->options);
    bt_mutex_unlock(&fan->lock);
    bt_mutex_lock(&fan->signing);
    bt_sessions_note(&fan->provenance, "live", days);
    bt_provenance_finish(&fan->provenance);
    bt_mutex_unlock(&fan->signing);
}

// Calls ---------------------------------------------------------------------------------

int bauta_output_add(struct bauta *engine, const char *url)
{
    if (!engine || !url || !*url) {
        bt_error("bauta_output_add: an argument is missing");
        return BAUTA_E_USAGE;
    }
    struct bt_fan *fan = &engine->fan;
    struct bt_fan_output *o = make_output(fan, url);
    if (!o) {
        bt_error("live: out of memory for an output");
        return BAUTA_E_NO_MEMORY;
    }
    bt_mutex_lock(&fan->lock);
    const int number = note(fan, o);
    const bool open = fan->open && number >= 0;
    o->joining = open;
    bt_mutex_unlock(&fan->lock);
    if (number < 0)
        free_output(o);
    if (!open)
        return number;
    const int result = open_output(o);
    bt_mutex_lock(&fan->lock);
    if (result < 0) {
        o->info.state = BAUTA_OUTPUT_FAILED;
        o->info.error = result;
    }
    o->joining = false;
    bt_cond_broadcast(&o->filled);
    bt_mutex_unlock(&fan->lock);
    return result < 0 ? result : number;
}

int bauta_output_remove(struct bauta *engine, int number)
{
    if (!engine) {
        bt_error("bauta_output_remove: an argument is missing");
        return BAUTA_E_USAGE;
    }
    struct bt_fan *fan = &engine->fan;
    bt_mutex_lock(&fan->lock);
    struct bt_fan_output *o = number >= 0 && number < fan->count && !fan->over
                              ? fan->output[number]
                              : NULL;
    const bool mine = o && !o->joining && !o->ending;
    if (mine && o->info.state == BAUTA_OUTPUT_NOTED)
        o->info.state = BAUTA_OUTPUT_ENDED;
    if (mine) {
        o->joining = o->ending = true;
        bt_cond_broadcast(&o->filled);
    }
    bt_mutex_unlock(&fan->lock);
    if (!mine) {
        bt_error("output %d: there is none of that number, or it is ending", number);
        return BAUTA_E_USAGE;
    }
    join(o);
    bt_mutex_lock(&fan->lock);
    o->joining = false;
    const int result = o->info.error;
    bt_cond_broadcast(&o->filled);
    bt_mutex_unlock(&fan->lock);
    return result;
}

int bauta_output_at(struct bauta *engine, int index, struct bauta_output_info *info)
{
    if (!engine || !info) {
        bt_error("bauta_output_at: an argument is missing");
        return BAUTA_E_USAGE;
    }
    struct bt_fan *fan = &engine->fan;
    struct bt_recent age, interval;
    double p[3];
    bt_mutex_lock(&fan->lock);
    const bool known = index >= 0 && index < fan->count;
    if (known) {
        *info = fan->output[index]->info;
        age = fan->output[index]->age;
        interval = fan->output[index]->interval;
    }
    bt_mutex_unlock(&fan->lock);
    if (!known)
        return BAUTA_E_END;
    bt_recent_percentiles(&age, p);
    info->age_p50 = p[0], info->age_p95 = p[1], info->age_p99 = p[2];
    bt_recent_percentiles(&interval, p);
    info->interval_p50 = p[0], info->interval_p95 = p[1], info->interval_p99 = p[2];
    return 0;
}
