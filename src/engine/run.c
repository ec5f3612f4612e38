// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"
#include "engine/provenance/provenance.h"

struct run {
    struct bauta *engine;
    const char *input, *output;
    struct bt_options options;    // those of source and sink
    bool have_options;
    struct bt_source *source;
    struct bt_sink *sink;
    struct bt_provenance provenance;
    struct bt_flow *flow;
    bt_thread thread;             // reads the source
    bool thread_runs;
    bool closes;                  // the label of a work is seen at the end
    double last;                  // seconds of the frame that was read last
    int64_t written;
    bauta_progress_fn *progress;
    void *opaque;
    int64_t started_ns, shown_ns, shown_frames;
};

static bool stopped(const struct run *run)
{
    return atomic_load(&run->engine->stop) != 0;
}

static bool fault(const struct run *run, enum bauta_stage stage, int64_t count)
{
    const int every = run->engine->fault_every[stage];
    if (!every || (count + 1) % every)
        return false;
    bt_error("stage %s: fails because a test wants it to", bauta_stage_name(stage));
    return true;
}

// Whether no more is read. A work that is stopped goes on for as long as its closing label is
// seen.
static bool ends_here(struct run *run)
{
    _Atomic int64_t *cut_us = &run->engine->cut_us;
    if (!stopped(run))
        return false;
    if (!run->closes || !run->source->count)
        return true;
    if (!atomic_load(cut_us)) {
        bt_info("%s: stopped; it goes on for %.0f seconds with the closing label", run->input,
                BT_LABEL_SECONDS);
        atomic_store(cut_us, (int64_t)(1e6 * (run->last + BT_LABEL_SECONDS)));
    }
    return run->last >= (double)atomic_load(cut_us) / 1e6;
}

static int read_frame(struct run *run, struct bauta_frame **frame)
{
    if (ends_here(run))
        return BAUTA_E_END;
    if (fault(run, BAUTA_STAGE_SOURCE, run->source->count))
        return BAUTA_E_IO;
    const int64_t start = bt_now_ns();
    const int result = bt_source_read(run->source, frame);
    if (result >= 0) {
        bt_report_time(run->engine, BAUTA_STAGE_SOURCE, bt_now_ns() - start);
        run->last = bt_mark_seconds(&run->source->format, *frame);
    }
    // A stop that came while a camera was waited for ends the stream well.
    return result == BAUTA_E_STOPPED ? BAUTA_E_END : result;
}

static void *source_main(void *opaque)
{
    struct run *run = opaque;
    int result = 0;
    while (result >= 0) {
        struct bauta_frame *frame = NULL;
        result = read_frame(run, &frame);
        if (result < 0)
            break;
        result = bt_queue_push(run->flow->in, frame);
        if (result < 0)
            bauta_frame_unref(&frame);
    }
    if (result != BAUTA_E_END) {
        bt_flow_fail(run->flow, result);
        return NULL;
    }
    bt_queue_end(run->flow->in);
    bt_report_input(run->engine, run->input);
    return NULL;
}

static void show_progress(struct run *run, bool last)
{
    const int64_t now = bt_now_ns();
    const int64_t passed = now - run->shown_ns;
    if (!run->progress || (passed < 250000000 && !last))
        return;
    const double rate = passed > 0 ? (double)(run->written - run->shown_frames) * 1e9 /
                                         (double)passed
                                   : 0;
    const struct bauta_progress progress = {
        .frames = run->written,
        .frames_total = run->source->frames_total,
        .seconds = (double)(now - run->started_ns) / 1e9,
        .fps = rate,
    };
    run->shown_ns = now;
    run->shown_frames = run->written;
    run->progress(run->opaque, &progress);
}

static int write_job(struct run *run, struct bt_job *job)
{
    if (fault(run, BAUTA_STAGE_SINK, run->written))
        return BAUTA_E_IO;
    const int64_t start = bt_now_ns();
    struct bt_marked marked = job->marked;
    job->marked.frame = NULL;
    int result = 0;
    if (run->sink->impl->pictures)
        result = bt_mark_picture(&marked, &run->source->format,
                                 run->options.mark.session);
    if (result >= 0)
        result = bt_sink_write(run->sink, marked);
    if (result < 0)
        return result;
    bt_report_time(run->engine, BAUTA_STAGE_SINK, bt_now_ns() - start);
    run->written++;
    return 0;
}

// Writes all that comes. 0 after the last frame.
static int drain(struct run *run)
{
    for (;;) {
        void *item = NULL;
        int result = bt_queue_pop(run->flow->out, &item);
        if (result == BAUTA_E_END)
            return 0;
        if (result < 0)
            return bt_flow_error(run->flow);
        result = write_job(run, item);
        bt_job_home(item);
        if (result < 0) {
            bt_flow_fail(run->flow, result);
            return result;
        }
        show_progress(run, false);
    }
}

static int complete(struct run *run)
{
    if (run->written == 0) {
        if (stopped(run))
            return BAUTA_E_STOPPED;
        bt_error("%s: holds no picture that can be shown; nothing was written",
                 run->input);
        return BAUTA_E_FORMAT;
    }
    int result = bt_sink_finish(run->sink);
    if (result >= 0)
        result = bt_provenance_sign(&run->provenance, run->sink);
    if (result >= 0)
        result = bt_sink_commit(run->sink);
    if (result < 0) {
        bt_provenance_undo(&run->provenance);
        return result;
    }
    if (run->sink->output.path)
        bt_sessions_note(&run->provenance, run->sink->output.path,
                         run->options.engine.session_log);
    show_progress(run, true);
    bt_report_output(run->engine, run->output, run->sink->digest);
    return stopped(run) ? BAUTA_E_STOPPED : 0;
}

// A film whose label is at its opening and its end needs a reason and a known end.
static int find_end(struct run *run)
{
    struct bauta *engine = run->engine;
    const struct bt_source *source = run->source;
    const struct bauta_rational rate = source->format.frame_rate;
    const struct bt_mark_options *mark = &run->options.mark;
    if (mark->label != BT_LABEL_OPENING)
        return 0;
    if (!mark->label_ground || !*mark->label_ground) {
        bt_error("option label: opening is for works of art; say why this is one with "
                 "label-ground");
        return BAUTA_E_USAGE;
    }
    // Who joins a stream late would never see it, and a picture stands alone.
    if (!run->sink->impl->film) {
        bt_error("option label: opening is for a film that is kept as one file; %s "
                 "carries the label always", run->sink->name);
        return BAUTA_E_USAGE;
    }
    double end = 0;
    if (source->frames_total > 0 && rate.num > 0 && rate.den > 0)
        end = (double)source->frames_total * rate.den / rate.num;
    if (end <= 0)
        bt_warn("%s: its end is not known, so the label stays all the time", run->input);
    bt_mutex_lock(&engine->lock);
    engine->options.mark.end = end;
    run->closes = end > 0;
    bt_mutex_unlock(&engine->lock);
    return 0;
}

static int open_all(struct run *run)
{
    struct bauta *engine = run->engine;
    bt_mutex_lock(&engine->lock);
    // A hash of frames leaves no frame behind, and is to be the same for the same frames.
    engine->options.mark.session = strncmp(run->output, "hash:", 5) ? engine->session : 0;
    int result = bt_options_copy(&run->options, &engine->options);
    bt_mutex_unlock(&engine->lock);
    if (result < 0)
        return result;
    run->have_options = true;
    const char *microphone = run->options.io.microphone;
    if (microphone && *microphone) {
        bt_error("option microphone: it is for live streams; of a file the sound is kept");
        return BAUTA_E_USAGE;
    }
    result = bt_source_open(&run->source, run->input, &run->options.io);
    if (result < 0)
        return result;
    const struct bt_format *format = &run->source->format;
    result = bt_sink_open(&run->sink, run->output, format, run->source, &run->options.io);
    if (result >= 0)
        result = find_end(run);
    if (result >= 0)
        result = bt_provenance_check(run->sink);
    if (result >= 0)
        result = bt_provenance_init(&run->provenance, engine, run->input);
    if (result < 0)
        return result;
    return bt_flow_start(&run->flow, engine, format);
}

int bauta_run(struct bauta *engine, const char *input, const char *output,
              bauta_progress_fn *progress, void *opaque)
{
    if (!engine || !input || !output) {
        bt_error("bauta_run: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_engine_enter(engine, BT_ENGINE_RUNS);
    if (result < 0)
        return result;
    struct run run = {.engine = engine, .input = input, .output = output,
                      .progress = progress, .opaque = opaque};
    run.started_ns = run.shown_ns = bt_now_ns();

    result = stopped(&run) ? BAUTA_E_STOPPED : open_all(&run);
    if (result < 0)
        goto fail;
    result = bt_thread_start(&run.thread, source_main, &run);
    run.thread_runs = result >= 0;
    if (result < 0)
        goto fail;
    result = drain(&run);
    if (result >= 0)
        result = complete(&run);

fail:
    if (run.thread_runs)
        bt_thread_join(run.thread);
    bt_flow_finish(&run.flow);
    bt_sink_close(&run.sink);
    bt_source_close(&run.source);
    bt_provenance_finish(&run.provenance);
    if (run.have_options)
        bt_options_finish(&run.options);
    atomic_store(&engine->stop, 0);
    bt_engine_leave(engine);
    return result;
}
