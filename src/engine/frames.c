// SPDX-License-Identifier: Apache-2.0
#include "base/alloc.h"
#include "base/log.h"
#include "engine/engine.h"

static int check_frame(const struct bauta_frame *frame, const struct bt_format *format)
{
    const int result = bt_frame_check(frame);
    if (result < 0)
        return result;
    if (frame->format != format->pixel || frame->width != format->width ||
        frame->height != format->height) {
        bt_error("frame %lld: its size or format is not the first frame's",
                 (long long)frame->number);
        return BAUTA_E_USAGE;
    }
    return 0;
}

static int start_pushing(struct bauta *engine, const struct bauta_frame *frame)
{
    int result = bt_frame_check(frame);
    if (result < 0)
        return result;
    result = bt_engine_enter(engine, BT_ENGINE_PUSHES);
    if (result < 0)
        return result;
    engine->format = bt_format_of(frame);
    result = bt_flow_start(&engine->flow, engine, &engine->format);
    if (result < 0)
        bt_engine_leave(engine);
    return result;
}

int bauta_push(struct bauta *engine, struct bauta_frame *frame)
{
    int result = 0;
    if (!engine) {
        bt_error("bauta_push: an argument is missing");
        return BAUTA_E_USAGE;
    }
    if (!frame && !engine->flow) {
        bt_error("bauta_push: the end comes before any frame");
        return BAUTA_E_USAGE;
    }
    if (!engine->flow)
        result = start_pushing(engine, frame);
    if (result < 0)
        return result;
    struct bt_flow *flow = engine->flow;
    if (!frame) {
        bt_queue_end(flow->in);
        flow->ended = true;
        return 0;
    }
    if (flow->ended) {
        bt_error("bauta_push: a frame comes after the end; pull to the end first");
        return BAUTA_E_USAGE;
    }
    result = check_frame(frame, &engine->format);
    if (result < 0)
        return result;
    result = bt_queue_try_push(flow->in, frame);
    return result == BAUTA_E_STOPPED ? bt_flow_error(flow) : result;
}

int bauta_pull(struct bauta *engine, struct bauta_frame **frame)
{
    if (!engine || !frame || !engine->flow) {
        bt_error("bauta_pull: nothing was pushed");
        return BAUTA_E_USAGE;
    }
    struct bt_flow *flow = engine->flow;
    void *item = NULL;
    int result = flow->ended ? bt_queue_pop(flow->out, &item)
                             : bt_queue_try_pop(flow->out, &item);
    if (result == BAUTA_E_STOPPED)
        result = bt_flow_error(flow);
    if (result >= 0) {
        struct bt_job *job = item;
        *frame = job->marked.frame;
        job->marked.frame = NULL;
        bt_job_home(job);
        return 0;
    }
    // After the end, or an error, the engine is free for another stream.
    if (result != BAUTA_E_AGAIN) {
        bt_flow_finish(&engine->flow);
        bt_engine_leave(engine);
    }
    return result;
}

static int start_processing(struct bauta *engine, const struct bauta_frame *frame)
{
    int result = bt_frame_check(frame);
    if (result < 0)
        return result;
    result = bt_engine_enter(engine, BT_ENGINE_PROCESSES);
    if (result < 0)
        return result;
    engine->format = bt_format_of(frame);
    struct bt_job *job = bt_zalloc(sizeof(*job));
    result = job ? bt_path_open(&engine->path, engine, &engine->format, false)
                 : BAUTA_E_NO_MEMORY;
    if (result < 0) {
        bt_free(job);
        bt_engine_leave(engine);
        return result;
    }
    engine->job = job;
    return 0;
}

int bauta_process(struct bauta *engine, struct bauta_frame **frame)
{
    int result = 0;
    if (!engine || !frame || !*frame) {
        bt_error("bauta_process: an argument is missing");
        return BAUTA_E_USAGE;
    }
    if (!engine->path)
        result = start_processing(engine, *frame);
    if (result >= 0)
        result = check_frame(*frame, &engine->format);
    if (result < 0)
        return result;

    // The caller's reference stays untouched until all went well.
    struct bt_job *job = engine->job;
    bt_job_clear(job);
    result = bt_path_see(engine->path, bauta_frame_ref(*frame));
    if (result >= 0)
        result = bt_path_next(engine->path, false, job);
    if (result >= 0)
        result = bt_path_work(engine->path, job);
    if (result < 0) {
        bt_job_clear(job);
        return result;
    }
    bauta_frame_unref(frame);
    *frame = job->marked.frame;
    job->marked.frame = NULL;
    return 0;
}

void bt_engine_stop_processing(struct bauta *engine)
{
    if (!engine->path)
        return;
    bt_path_close(&engine->path);
    bt_freep(&engine->job);
    bt_engine_leave(engine);
}
