// SPDX-License-Identifier: Apache-2.0
#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"

enum { LIVE_DEPTH = 2 };

void bt_job_clear(struct bt_job *job)
{
    bauta_frame_unref(&job->frame);
    bauta_frame_unref(&job->marked.frame);
    job->faces.count = 0;
    job->failed = 0;
    job->card = false;
    job->state = BAUTA_LIVE_WAITING;
    job->path_ns = 0;
}

void bt_job_home(struct bt_job *job)
{
    if (!job)
        return;
    bt_job_clear(job);
    // The queue has room for every job there is, and is closed last.
    if (bt_queue_try_push(job->home, job) < 0)
        bt_free(job);
}

static void drop_frame(void *item)
{
    struct bauta_frame *frame = item;
    bauta_frame_unref(&frame);
}

static void drop_job(void *item)
{
    bt_job_home(item);
}

static void free_job(void *item)
{
    bt_free(item);
}

void bt_flow_fail(struct bt_flow *flow, int error)
{
    int none = 0;
    atomic_compare_exchange_strong(&flow->error, &none, error);
    bt_queue_close(flow->in);
    bt_queue_close(flow->decided);
    bt_queue_close(flow->out);
}

int bt_flow_error(struct bt_flow *flow)
{
    const int error = atomic_load(&flow->error);
    return error ? error : BAUTA_E_STOPPED;
}

// Hands on what is decided; *job is a spare one, kept until there is something for it.
static int hand_on(struct bt_flow *flow, bool flush, struct bt_job **job)
{
    for (;;) {
        void *item = *job;
        int result = item ? 0 : bt_queue_pop(flow->spare, &item);
        if (result < 0)
            return result;
        *job = item;
        result = bt_path_next(flow->path, flush, *job);
        if (result < 0)
            return result;
        result = bt_queue_push(flow->decided, *job);
        if (result < 0)
            return result;
        *job = NULL;
    }
}

// A live frame that waited for too long is not worked on.
static bool is_late(struct bt_flow *flow, const struct bauta_frame *frame)
{
    const int64_t age = bt_now_ns() - frame->captured_ns;
    const bool late = flow->live && flow->max_delay_ns && age > flow->max_delay_ns;
    if (late)
        atomic_fetch_add(&flow->dropped, 1);
    return late;
}

static void *face_main(void *opaque)
{
    struct bt_flow *flow = opaque;
    if (flow->live)
        bt_live_nice("face");
    struct bt_job *job = NULL;
    int result = 0;
    while (result >= 0) {
        void *frame = NULL;
        result = bt_queue_pop(flow->in, &frame);
        const bool flush = result == BAUTA_E_END;
        if (result < 0 && !flush)
            break;
        struct bauta_frame *late = frame;
        if (!flush && is_late(flow, late)) {
            bauta_frame_unref(&late);
            continue;
        }
        if (!flush)
            result = bt_path_see(flow->path, frame);
        if (flush || result >= 0)
            result = hand_on(flow, flush, &job);
        if (result == BAUTA_E_AGAIN)
            result = 0;
    }
    bt_job_home(job);
    if (result == BAUTA_E_END)
        bt_queue_end(flow->decided);
    else
        bt_flow_fail(flow, result);
    return NULL;
}

static void *work_main(void *opaque)
{
    struct bt_flow *flow = opaque;
    int result = 0;
    if (flow->live)
        bt_live_nice("work");
    while (result >= 0) {
        void *item = NULL;
        result = bt_queue_pop(flow->decided, &item);
        if (result < 0)
            break;
        struct bt_job *job = item;
        if (is_late(flow, job->frame)) {
            bt_job_home(job);
            continue;
        }
        const int worked = bt_path_work(flow->path, job);
        if (worked >= 0)
            result = bt_queue_push(flow->out, job);
        else if (!flow->live)
            result = worked;
        // A live stream goes on without the frame.
        if (worked < 0 || result < 0)
            bt_job_home(job);
    }
    if (result == BAUTA_E_END)
        bt_queue_end(flow->out);
    else
        bt_flow_fail(flow, result);
    return NULL;
}

static int make_queues(struct bt_flow *flow, int depth, bool live)
{
    // Besides those in the two queues, one job is in each thread's hand, and the
    // caller's.
    const int jobs = 2 * depth + 4;
    flow->in = bt_queue_create(depth, live, drop_frame);
    // What waits here only gets older.
    flow->decided = bt_queue_create(live ? 1 : depth, false, drop_job);
    flow->out = bt_queue_create(depth, false, drop_job);
    flow->spare = bt_queue_create(jobs, false, free_job);
    if (!flow->in || !flow->decided || !flow->out || !flow->spare)
        return BAUTA_E_NO_MEMORY;
    for (int i = 0; i < jobs; i++) {
        struct bt_job *job = bt_zalloc(sizeof(*job));
        if (!job)
            return BAUTA_E_NO_MEMORY;
        job->home = flow->spare;
        bt_job_home(job);
    }
    return 0;
}

int bt_flow_start(struct bt_flow **out, struct bauta *engine,
                  const struct bt_format *format)
{
    struct bt_flow *flow = bt_zalloc(sizeof(*flow));
    int result = BAUTA_E_NO_MEMORY;
    if (!flow)
        goto fail;
    flow->engine = engine;
    flow->live = format->live;
    atomic_init(&flow->error, 0);
    atomic_init(&flow->dropped, 0);
    bt_mutex_lock(&engine->lock);
    const int depth = format->live ? LIVE_DEPTH : engine->options.engine.queue_depth;
    flow->max_delay_ns = (int64_t)engine->options.engine.max_delay * 1000000;
    bt_mutex_unlock(&engine->lock);
    result = make_queues(flow, depth, format->live);
    if (result < 0)
        goto fail;
    result = bt_path_open(&flow->path, engine, format, true);
    if (result < 0)
        goto fail;
    result = bt_thread_start(&flow->face_thread, face_main, flow);
    flow->face_runs = result >= 0;
    if (result < 0)
        goto fail;
    result = bt_thread_start(&flow->work_thread, work_main, flow);
    flow->work_runs = result >= 0;
    if (result < 0)
        goto fail;
    *out = flow;
    return 0;

fail:
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("engine: out of memory");
    bt_flow_finish(&flow);
    return result;
}

void bt_flow_finish(struct bt_flow **flow)
{
    if (!flow || !*flow)
        return;
    struct bt_flow *f = *flow;
    // Threads that are still at work give up; those that ended are joined alike.
    if (f->face_runs || f->work_runs)
        bt_flow_fail(f, BAUTA_E_STOPPED);
    if (f->face_runs)
        bt_thread_join(f->face_thread);
    if (f->work_runs)
        bt_thread_join(f->work_thread);
    bt_path_close(&f->path);
    bt_queue_destroy(&f->in);
    bt_queue_destroy(&f->decided);
    bt_queue_destroy(&f->out);
    bt_queue_destroy(&f->spare);
    bt_freep(flow);
}
