// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"

#define STALL_NS ((int64_t)250000000)
#define CARD_NS ((int64_t)100000000)   // between two cards of a stall

struct bt_live {
    struct bauta *engine;
    struct bt_format format;
    struct bt_feed *feed;
    struct bt_flow *flow;
    struct bt_mark *mark;             // of cards
    struct bt_pool *pool;
    bt_thread thread;
    bool fan, watched, threaded;      // what was started
    int64_t stall_ns, last_pts, last_ns, arrived_ns;
    int64_t cpu_at_ns, cpu_ns;
    // The engine's lock guards what follows.
    bool over;                        // all is freed but this
    bt_cond ended;
    bool done;
    int result;
    struct bauta_live_info info;      // without what the feed and the rings know
    struct bt_rate rate;
    struct bt_recent latency;
};

// What leaves ---------------------------------------------------------------------------

static void measure_cpu(struct bt_live *live, int64_t now)
{
    struct timespec time;
    if (now - live->cpu_at_ns < 1000000000 ||
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time))
        return;
    const int64_t cpu = (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
    bt_mutex_lock(&live->engine->lock);
    if (live->cpu_at_ns)
        live->info.cpu = (double)(cpu - live->cpu_ns) / (double)(now - live->cpu_at_ns);
    bt_mutex_unlock(&live->engine->lock);
    live->cpu_at_ns = now;
    live->cpu_ns = cpu;
}

static void count_sent(struct bt_live *live, enum bauta_live_state state, int faces,
                       int64_t age_ns)
{
    const int64_t now = bt_now_ns();
    bt_mutex_lock(&live->engine->lock);
    live->info.state = state;
    live->info.frames++;
    live->info.faces = faces;
    bt_rate_add(&live->rate, now);
    if (age_ns >= 0)
        bt_recent_add(&live->latency, age_ns);
    else
        live->info.made_up++;
    bt_mutex_unlock(&live->engine->lock);
}

// A card of our own; what it replaces, or NULL, lends its time and number.
static int make_card(struct bt_live *live, const struct bauta_frame *like,
                     struct bt_marked *out)
{
    struct bauta_frame *card = bt_pool_get(live->pool);
    if (!card)
        return BAUTA_E_NO_MEMORY;
    const int64_t now = bt_now_ns();
    const struct bauta_rational base = card->time_base;
    if (like) {
        bt_frame_copy_props(card, like);
    } else {
        if (base.num <= 0 || base.den <= 0)
            card->time_base = (struct bauta_rational){1, 1000};
        card->pts = live->last_ns ? live->last_pts +
                                        bt_timeline_units(base, now - live->last_ns)
                                  : 0;
        card->captured_ns = now;
    }
    bt_cover_card(card);
    return bt_mark_frame(live->mark, card, 0, out);
}

static void send(struct bt_live *live, struct bt_marked marked,
                 const struct bt_faces *faces, bool card)
{
    live->last_pts = marked.frame->pts;
    live->last_ns = bt_now_ns();
    bt_fan_send(&live->engine->fan, marked, card);
    bt_watch_show(&live->engine->watch, marked, faces, card);
}

static void send_job(struct bt_live *live, struct bt_job *job)
{
    struct bt_marked marked = job->marked;
    enum bauta_live_state state = job->state;
    bool card = job->card;
    // A card of a stall was newer.
    if (marked.frame->pts <= live->last_pts && live->last_ns) {
        atomic_fetch_add(&live->flow->dropped, 1);
        return;
    }
    struct bt_marked other = {NULL};
    if (!card && atomic_load(&live->engine->cover)) {
        if (make_card(live, marked.frame, &other) < 0)
            return;
        marked = other;
        state = BAUTA_LIVE_PANIC;
        card = true;
    }
    const int64_t age = bt_now_ns() - marked.frame->captured_ns;
    send(live, marked, card ? NULL : &job->faces, card);
    count_sent(live, state, job->faces.count, age);
    bauta_frame_unref(&other.frame);
}

// While nothing comes a card leaves now and then, so that no program stands still on the
// last face.
static void send_stall(struct bt_live *live)
{
    struct bt_marked card = {NULL};
    if (make_card(live, NULL, &card) < 0)
        return;
    const bool cover = atomic_load(&live->engine->cover) != 0;
    bt_mutex_lock(&live->engine->lock);
    const bool began = live->info.frames > live->info.made_up;
    bt_mutex_unlock(&live->engine->lock);
    send(live, card, NULL, true);
    count_sent(live, cover   ? BAUTA_LIVE_PANIC
                     : began ? BAUTA_LIVE_STALLED
                             : BAUTA_LIVE_WAITING,
               0, -1);
    bauta_frame_unref(&card.frame);
}

// One frame, or one look at the clock.
static int step(struct bt_live *live)
{
    void *item = NULL;
    if (atomic_load(&live->engine->stop))
        return BAUTA_E_STOPPED;
    int64_t now = bt_now_ns();
    const int result = bt_queue_pop_until(live->flow->out, &item, now + CARD_NS / 2);
    now = bt_now_ns();
    measure_cpu(live, now);
    if (result >= 0) {
        live->arrived_ns = now;
        send_job(live, item);
        bt_job_home(item);
    } else if (result == BAUTA_E_AGAIN) {
        if (now - live->arrived_ns >= live->stall_ns && now - live->last_ns >= CARD_NS)
            send_stall(live);
    } else {
        return result == BAUTA_E_STOPPED ? bt_flow_error(live->flow) : result;
    }
    return 0;
}

static void *live_main(void *opaque)
{
    struct bt_live *live = opaque;
    bt_live_realtime("output");
    int result = 0;
    live->arrived_ns = bt_now_ns();
    while (result >= 0)
        result = step(live);
    bt_flow_fail(live->flow, BAUTA_E_STOPPED);
    bt_fan_end(&live->engine->fan);
    bt_mutex_lock(&live->engine->lock);
    live->result = result == BAUTA_E_END ? 0 : result;
    live->done = true;
    bt_cond_broadcast(&live->ended);
    bt_mutex_unlock(&live->engine->lock);
    return NULL;
}

// Start and end -------------------------------------------------------------------------

// What is true at the end is kept: info, and the report.
static void close_live(struct bt_live *live)
{
    struct bauta *engine = live->engine;
    if (live->threaded)
        bt_thread_join(live->thread);
    else if (live->fan)
        bt_fan_end(&engine->fan);
    if (live->flow)
        bt_flow_fail(live->flow, BAUTA_E_STOPPED);
    if (live->watched)
        bt_watch_end(&engine->watch);
    struct bauta_live_info info;
    bauta_live_info(engine, &info);
    struct bt_feed *feed = live->feed;
    struct bt_flow *flow = live->flow;
    bt_mutex_lock(&engine->lock);
    live->info = info;
    live->over = true;
    live->feed = NULL;
    live->flow = NULL;
    bt_mutex_unlock(&engine->lock);
    bt_feed_close(&feed);
    bt_relay_reset(&engine->fan.relay);
    bt_flow_finish(&flow);
    bt_mark_close(&live->mark);
    bt_pool_destroy(&live->pool);
}

static void free_live(struct bauta *engine)
{
    bt_mutex_lock(&engine->lock);
    struct bt_live *live = engine->live;
    engine->live = NULL;
    bt_mutex_unlock(&engine->lock);
    if (!live)
        return;
    bt_cond_finish(&live->ended);
    bt_free(live);
}

static void describe(struct bt_live *live)
{
    const struct bt_format *f = &live->format;
    const struct bauta_rational rate = f->frame_rate;
    char fps[32] = "";
    if (rate.num > 0 && rate.den > 0)
        snprintf(fps, sizeof(fps), ", %.4g fps", (double)rate.num / rate.den);
    snprintf(live->info.source, sizeof(live->info.source), "%.80s: %dx%d %s%s",
             bt_feed_name(live->feed), f->width, f->height,
             bt_pixel_format(f->pixel)->name, fps);
    live->info.width = f->width;
    live->info.height = f->height;
    live->stall_ns = STALL_NS;
    if (rate.num > 0 && rate.den > 0) {
        const int64_t some = (int64_t)(2.5e9 * rate.den / rate.num);
        live->stall_ns = some > STALL_NS ? some : STALL_NS;
    }
}

static int open_live(struct bt_live *live, const char *input)
{
    struct bauta *engine = live->engine;
    int result = bt_feed_open(&live->feed, engine, input);
    if (result < 0)
        return result;
    live->format = *bt_feed_format(live->feed);
    describe(live);
    bt_mutex_lock(&engine->lock);
    const struct bt_mark_options options = engine->options.mark;
    bt_mutex_unlock(&engine->lock);
    if (options.label == BT_LABEL_OPENING) {
        bt_error("option label: opening is for files; a live stream carries the label "
                 "always");
        return BAUTA_E_USAGE;
    }
    result = bt_mark_open(&live->mark, &live->format, &options);
    if (result < 0)
        return result;
    live->pool = bt_pool_create(&live->format);
    result = live->pool ? bt_flow_start(&live->flow, engine, &live->format)
                        : BAUTA_E_NO_MEMORY;
    if (result < 0)
        return result;
    result = bt_watch_start(&engine->watch);
    live->watched = result >= 0;
    if (result >= 0)
        result = bt_fan_start(&engine->fan, engine, &live->format);
    live->fan = result >= 0;
    if (result >= 0)
        result = bt_feed_start(live->feed, live->flow);
    if (result >= 0)
        result = bt_thread_start(&live->thread, live_main, live);
    live->threaded = result >= 0;
    return result;
}

int bauta_live_start(struct bauta *engine, const char *input)
{
    if (!engine || !input || !*input) {
        bt_error("bauta_live_start: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_engine_enter(engine, BT_ENGINE_LIVES);
    if (result < 0)
        return result;
    free_live(engine);
    struct bt_live *live = bt_zalloc(sizeof(*live));
    result = live ? bt_cond_init(&live->ended) : BAUTA_E_NO_MEMORY;
    if (result < 0) {
        bt_error("live: out of memory");
        bt_free(live);
        bt_engine_leave(engine);
        return result;
    }
    live->engine = engine;
    bt_mutex_lock(&engine->lock);
    engine->live = live;
    bt_mutex_unlock(&engine->lock);
    result = open_live(live, input);
    if (result >= 0)
        return 0;
    close_live(live);
    free_live(engine);
    bt_engine_leave(engine);
    return result;
}

int bauta_live_wait(struct bauta *engine, int timeout_ms)
{
    if (!engine) {
        bt_error("bauta_live_wait: an argument is missing");
        return BAUTA_E_USAGE;
    }
    const int64_t until = bt_now_ns() + (int64_t)timeout_ms * 1000000;
    bt_mutex_lock(&engine->lock);
    struct bt_live *live = engine->live;
    const bool runs = live && engine->state == BT_ENGINE_LIVES && !live->over;
    bool more = true;
    while (runs && more && !live->done) {
        if (timeout_ms < 0)
            bt_cond_wait(&live->ended, &engine->lock);
        else
            more = bt_cond_wait_until(&live->ended, &engine->lock, until);
    }
    const bool done = runs && live->done;
    const int result = done ? live->result : 0;
    bt_mutex_unlock(&engine->lock);
    if (!runs) {
        bt_error("bauta_live_wait: there is no live stream");
        return BAUTA_E_USAGE;
    }
    if (!done)
        return BAUTA_E_AGAIN;
    close_live(live);
    atomic_store(&engine->stop, 0);
    bt_engine_leave(engine);
    return result;
}

void bt_live_destroy(struct bauta *engine)
{
    bt_mutex_lock(&engine->lock);
    const bool runs = engine->state == BT_ENGINE_LIVES && engine->live;
    bt_mutex_unlock(&engine->lock);
    if (runs) {
        bauta_stop(engine);
        bauta_live_wait(engine, -1);
    }
    free_live(engine);
}

void bauta_live_info(struct bauta *engine, struct bauta_live_info *info)
{
    struct bt_feed_info feed = {.error = ""};
    struct bt_recent latency;
    double p[3];
    memset(info, 0, sizeof(*info));
    bt_mutex_lock(&engine->lock);
    struct bt_live *live = engine->live;
    const bool runs = live && !live->over && live->feed && live->flow;
    if (live)
        *info = live->info;
    if (runs) {
        bt_feed_info(live->feed, &feed);
        memcpy(info->source_error, feed.error, sizeof(info->source_error));
        info->fps_in = feed.fps;
        info->fps_out = bt_rate_get(&live->rate, bt_now_ns());
        info->frames_in = feed.frames;
        info->reconnects = feed.reconnects;
        info->dropped = bt_queue_dropped(live->flow->in) +
                        atomic_load(&live->flow->dropped);
        latency = live->latency;
    }
    bt_mutex_unlock(&engine->lock);
    if (!runs)
        return;
    bt_recent_percentiles(&latency, p);
    info->latency_p50 = p[0];
    info->latency_p95 = p[1];
    info->latency_p99 = p[2];
}

void bauta_cover(struct bauta *engine, int on)
{
    if (engine)
        atomic_store(&engine->cover, on != 0);
}
