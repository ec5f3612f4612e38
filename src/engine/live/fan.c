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
                fan->output[i]->info.state == BAUTA_OUTPUT_RUNS ||
                fan->output[i]->info.state == BAUTA_OUTPUT_REOPENS;
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
        const int opened = wanted ? bt_fan_open(o) : 0;
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
    const int64_t now = bt_now_ns();
    bt_mutex_lock(&fan->lock);
    for (int i = 0; i < fan->count; i++) {
        struct bt_fan_output *o = fan->output[i];
        o->info.dropped += o->info.state == BAUTA_OUTPUT_REOPENS;
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
        w->ready_ns = now;
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
        bt_fan_join(o);
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
    const int result = bt_fan_open(o);
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
    bt_fan_join(o);
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
