// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"
#include "gate/gate.h"

#define GAP .3   // seconds

struct bt_path {
    struct bauta *engine;
    struct bt_format format;
    struct bt_options options;           // live rows are renewed at frame boundaries
    struct bt_guard_options look_ahead;  // the bridge's own, on the face side
    bool nets;                           // faces are looked for
    bool replaces;                       // the swap engine is another than none
    struct bt_worn worn;                 // renewed at frame boundaries too

    // The face side.
    struct bt_tracker *tracker;
    struct bt_bridge *bridge;            // NULL: each frame goes on at once
    struct bt_smoother *smoother;        // NULL for single pictures
    struct bt_faces seen;
    struct bauta_frame *waiting;         // without a bridge: between see and next
    struct bt_notes notes;
    int64_t seen_count, next_count;
    int face_changes;

    // The other side.
    struct bt_gate *gate;                // NULL where no face is replaced
    bool refuses;                        // what the gate stops ends the run
    struct bt_select select;
    struct bt_wearers wearers;           // told apart by their photos
    struct bt_swap *swap;
    struct bt_guard *guard;
    struct bt_mark *mark;
    struct bt_pool *pool;
    struct bt_mask touched;
    int64_t work_count;
    double last_seconds, last_duration;
    int work_changes;
};

static bool fault(const struct bt_path *p, enum bauta_stage stage, int64_t count)
{
    const int every = p->engine->fault_every[stage];
    if (!every || count % every)
        return false;
    bt_error("stage %s: fails because a test wants it to", bauta_stage_name(stage));
    return true;
}

// A frame's own time, else by counting.
static double seconds_of(const struct bt_path *p, const struct bauta_frame *frame,
                         int64_t count)
{
    const struct bauta_rational base = frame->time_base, rate = p->format.frame_rate;
    if (frame->pts != INT64_MIN && base.num > 0 && base.den > 0)
        return (double)frame->pts * base.num / base.den;
    if (rate.num > 0 && rate.den > 0)
        return (double)count * rate.den / rate.num;
    return (double)count / 25;
}

static int open_faces(struct bt_path *p, bool look_ahead)
{
    const char *models = p->options.engine.models;
    if (models && !models[0])
        models = NULL;
    int result = bt_tracker_create(&p->tracker, &p->format, &p->options.face, models,
                                   p->options.engine.threads);
    if (result < 0)
        return result;
    if (!p->format.still) {
        p->smoother = bt_smoother_create(&p->options.face);
        if (!p->smoother)
            return BAUTA_E_NO_MEMORY;
    }
    if (look_ahead && !p->format.still && !p->format.live) {
        p->look_ahead = p->options.guard;
        result = bt_bridge_create(&p->bridge, &p->format, &p->look_ahead, p->tracker);
    }
    return result;
}

static int open_selection(struct bt_path *p)
{
    struct bt_target all;
    const int result = bt_target_parse("option faces", p->options.engine.faces, &all);
    if (result < 0)
        return result;
    bt_worn_take(&p->worn, p->engine);
    bt_select_init(&p->select, p->worn.rows, p->worn.count, all);
    const bool live = p->format.live;
    int opened = bt_wearers_init(&p->wearers, p->options.engine.models, live);
    if (opened >= 0 && p->replaces)
        opened = bt_wearers_set(&p->wearers, p->worn.wearer, p->worn.wearers);
    if (opened < 0)
        return opened;
    if (p->replaces && p->worn.count == 0) {
        bt_error("engine %s: no face was given to put on; give a photo, or choose engine "
                 "none", p->swap->impl->name);
        return BAUTA_E_USAGE;
    }
    return 0;
}

static int open_gate(struct bt_path *p, bool live)
{
    const char *models = p->options.engine.models;
    p->refuses = !live;
    if (p->engine->gate_net)
        return bt_gate_create_with(&p->gate, p->engine->gate_net, p->engine->gate_size,
                                   live);
    return bt_gate_create(&p->gate, models && models[0] ? models : NULL, live);
}

int bt_path_open(struct bt_path **out, struct bauta *engine,
                 const struct bt_format *format, bool look_ahead)
{
    struct bt_path *p = bt_zalloc(sizeof(*p));
    if (!p) {
        bt_error("engine: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    p->engine = engine;
    p->format = *format;
    bt_mutex_lock(&engine->lock);
    int result = bt_options_copy(&p->options, &engine->options);
    bt_mutex_unlock(&engine->lock);
    if (result < 0) {
        bt_free(p);
        return result;
    }
    p->face_changes = p->work_changes = atomic_load(&engine->changes);

    p->options.swap.models = p->options.engine.models;
    p->options.swap.threads = p->options.engine.threads;
    // Without look-ahead somebody waits for each frame, as on a live stream.
    p->options.swap.live = format->live || (!look_ahead && !format->still);
    result = bt_swap_open(&p->swap, format, &p->options.swap);
    if (result < 0)
        goto fail;
    p->replaces = strcmp(p->swap->impl->name, "none") != 0;
    // Engine none lets faces through on files; what a live source shows stays covered.
    p->nets = p->replaces || format->live;
    result = open_selection(p);
    if (result < 0)
        goto fail;
    result = bt_mark_open(&p->mark, format, &p->options.mark);
    if (result < 0)
        goto fail;
    p->pool = bt_pool_create(format);
    if (!p->pool) {
        result = BAUTA_E_NO_MEMORY;
        goto fail;
    }
    if (p->nets) {
        result = open_faces(p, look_ahead);
        if (result < 0)
            goto fail;
        // Without look-ahead a frame is decided as on a live stream.
        struct bt_format guarded = *format;
        guarded.live = format->live || (!look_ahead && !format->still);
        result = bt_guard_create(&p->guard, &guarded, &p->options.guard);
        if (result >= 0 && p->replaces)
            result = open_gate(p, guarded.live);
        if (result < 0)
            goto fail;
    }
    bt_report_tools(engine, p->swap->impl->name, p->swap->provider, p->nets);
    *out = p;
    return 0;

fail:
    bt_path_close(&p);
    return result;
}

void bt_path_close(struct bt_path **path)
{
    if (!path || !*path)
        return;
    struct bt_path *p = *path;
    bt_bridge_destroy(&p->bridge);
    bt_smoother_destroy(&p->smoother);
    bt_tracker_destroy(&p->tracker);
    bt_gate_destroy(&p->gate);
    bt_guard_destroy(&p->guard);
    bt_wearers_finish(&p->wearers);
    bt_swap_close(&p->swap);
    bt_mark_close(&p->mark);
    bt_mask_finish(&p->touched);
    bauta_frame_unref(&p->waiting);
    bt_worn_drop(&p->worn);
    bt_pool_destroy(&p->pool);
    bt_options_finish(&p->options);
    bt_free(p->notes.note);
    bt_freep(path);
}

static void take_live(struct bt_path *p, int *changes, enum bt_module first,
                      enum bt_module last)
{
    const int now = atomic_load(&p->engine->changes);
    if (now == *changes)
        return;
    *changes = now;
    bt_mutex_lock(&p->engine->lock);
    for (int m = (int)first; m <= (int)last; m++)
        bt_options_take_live(&p->options, &p->engine->options, (enum bt_module)m);
    bt_mutex_unlock(&p->engine->lock);
}

// The face side -------------------------------------------------------------------------

// Pictures of a folder have nothing to do with each other. The second look starts from
// the first one's landmarks, which places the region better.
static int look_still(struct bt_path *p, const struct bauta_frame *frame, double seconds)
{
    bt_tracker_reset(p->tracker);
    int result = bt_tracker_update(p->tracker, frame, seconds, &p->seen);
    if (result >= 0 && p->seen.count > 0)
        result = bt_tracker_update(p->tracker, frame, seconds, &p->seen);
    p->seen.cut = true;
    return result;
}

int bt_path_see(struct bt_path *p, struct bauta_frame *frame)
{
    const int64_t start = bt_now_ns();
    const int64_t count = p->seen_count++;
    const double seconds = seconds_of(p, frame, count);
    struct bt_note note = {0};
    int result = 0;

    p->seen.count = 0;
    p->seen.cut = false;
    if (p->nets) {
        take_live(p, &p->face_changes, BT_MODULE_FACE, BT_MODULE_FACE);
        if (fault(p, BAUTA_STAGE_FACE, count))
            result = BAUTA_E_FAILED;
        else if (p->format.still)
            result = look_still(p, frame, seconds);
        else
            result = bt_tracker_update(p->tracker, frame, seconds, &p->seen);
    }
    if (result < 0) {
        note.failed = 1;
        p->seen.count = 0;
    }
    if (p->bridge) {
        result = bt_bridge_push(p->bridge, frame, &p->seen);
        if (result < 0) {
            bauta_frame_unref(&frame);
            return result;
        }
    } else {
        bauta_frame_unref(&p->waiting);
        p->waiting = frame;
    }
    note.ns = bt_now_ns() - start;
    return bt_notes_add(&p->notes, note);
}

static int next_frame(struct bt_path *p, bool flush, struct bt_job *job)
{
    if (p->bridge)
        return bt_bridge_pull(p->bridge, flush, &job->frame, &job->faces);
    if (!p->waiting)
        return flush ? BAUTA_E_END : BAUTA_E_AGAIN;
    job->frame = p->waiting;
    p->waiting = NULL;
    job->faces = p->seen;
    return 0;
}

int bt_path_next(struct bt_path *p, bool flush, struct bt_job *job)
{
    const int64_t start = bt_now_ns();
    const int result = next_frame(p, flush, job);
    if (result < 0)
        return result;
    const struct bt_note note = bt_notes_take(&p->notes);
    if (p->smoother) {
        bt_smoother_set(p->smoother, p->options.face.smoothing);
        bt_smoother_apply(p->smoother, &job->faces,
                          seconds_of(p, job->frame, p->next_count));
    }
    p->next_count++;
    job->failed = note.failed;
    job->path_ns = note.ns + bt_now_ns() - start;
    if (p->nets)
        bt_report_time(p->engine, BAUTA_STAGE_FACE, job->path_ns);
    return 0;
}

// The other side ------------------------------------------------------------------------

struct outcome {
    int swapped[BAUTA_FACES_MAX], wanted[BAUTA_FACES_MAX];
    int covered;
    bool stopped;              // by the content gate: all of it is covered
};

// What the gate stops is covered on a live stream, and ends any other.
static int ask_gate(struct bt_path *p, const struct bt_job *job, double seconds,
                    struct outcome *outcome)
{
    const int stops =
        p->gate ? bt_gate_frame(p->gate, job->frame, seconds, p->format.still) : 0;
    outcome->stopped = stops != 0;
    if (!stops || !p->refuses)
        return 0;
    if (stops > 0)
        bt_error("content gate: an intimate picture at second %.1f of the input; no face "
                 "is replaced in it, and nothing is made", seconds);
    return stops < 0 ? stops : BAUTA_E_CONTENT;
}

// A face that was lost may be anywhere after a gap in a live stream: as after a cut.
static void take_changes(struct bt_path *p, struct bt_job *job, double seconds)
{
    take_live(p, &p->work_changes, BT_MODULE_SWAP, BT_MODULE_MARK);
    if (p->format.live && p->work_count &&
        seconds > p->last_seconds + 1.5 * p->last_duration + GAP)
        job->faces.cut = true;
    if (!bt_worn_renew(&p->worn, p->engine))
        return;
    if (p->worn.count != p->select.row_count)
        bt_select_init(&p->select, p->worn.rows, p->worn.count, p->select.all);
    if (p->replaces &&
        bt_wearers_set(&p->wearers, p->worn.wearer, p->worn.wearers) < 0)
        job->failed = 1;
    bt_swap_reset(p->swap);
}

// The panic key, and what is told of a live frame.
static int judge(struct bt_path *p, struct bt_job *job, struct outcome *outcome)
{
    const bool passes = p->options.guard.lost == BT_LOST_PASS;
    if (!bt_live_judge(p->engine, job, p->guard, outcome->swapped, outcome->wanted,
                       passes))
        return 0;
    const int result = bt_frame_writable(&job->frame, p->pool);
    if (result < 0)
        return result;
    bt_cover_card(job->frame);
    outcome->covered = 1;
    return 0;
}

static void swap_faces(struct bt_path *p, struct bt_job *job, double seconds,
                       struct outcome *outcome)
{
    int index[BAUTA_FACES_MAX], row[BAUTA_FACES_MAX];
    bt_select_meet(&p->select, &job->faces, seconds, index);
    if (bt_wearers_look(&p->wearers, &p->select, job->frame, &job->faces, index, seconds) <
        0)
        job->failed = 1;
    bt_select_rows(&p->select, &job->faces, index, row);
    if (job->faces.cut)
        bt_swap_reset(p->swap);
    for (int i = 0; i < job->faces.count; i++) {
        const struct bauta_face *face = &job->faces.face[i];
        outcome->wanted[i] = p->replaces && row[i] != -1;
        if (!p->replaces || row[i] < 0 || face->origin == BAUTA_FACE_SUSPECTED)
            continue;
        int result = bt_frame_writable(&job->frame, p->pool);
        if (result >= 0 && fault(p, BAUTA_STAGE_SWAP, p->work_count))
            result = BAUTA_E_FAILED;
        if (result >= 0)
            result = bt_swap_face(p->swap, job->frame, face, p->worn.who[row[i]], seconds,
                                  p->engine->tap ? &p->touched : NULL);
        if (result < 0)
            job->failed = 1;
        outcome->swapped[i] = result > 0;
    }
}

// Covers what must not be seen. Where even that fails nothing of the picture is shown.
static int guard_frame(struct bt_path *p, struct bt_job *job, double seconds,
                       struct outcome *outcome)
{
    int result = BAUTA_E_FAILED;
    if (!fault(p, BAUTA_STAGE_GUARD, p->work_count))
        result = bt_guard_frame(p->guard, &job->frame, &job->faces, outcome->swapped,
                                outcome->wanted, job->failed || outcome->stopped,
                                seconds);
    if (result >= 0) {
        outcome->covered = result;
        return 0;
    }
    job->failed = 1;
    result = bt_frame_writable(&job->frame, p->pool);
    if (result < 0) {
        bt_error("engine: out of memory for covering a frame");
        return result;
    }
    bt_cover_card(job->frame);
    outcome->covered = 1;
    return 0;
}

// More than a second missing before this frame, or time running backwards.
static int is_gap(struct bt_path *p, const struct bauta_frame *frame, double seconds)
{
    const double expected = p->last_seconds + p->last_duration;
    const bool first = p->work_count == 0;
    const bool gap = !first && (seconds > expected + 1 || seconds < p->last_seconds);
    const struct bauta_rational base = frame->time_base;
    p->last_seconds = seconds;
    p->last_duration = frame->duration > 0 && base.den > 0
                           ? (double)frame->duration * base.num / base.den
                           : 0;
    return gap;
}

static void show_tap(struct bt_path *p, const struct bt_job *job,
                     const struct outcome *outcome)
{
    if (!p->engine->tap)
        return;
    const struct bt_tap_info info = {.frame = job->frame,
                                     .touched = &p->touched,
                                     .faces = &job->faces,
                                     .swapped = outcome->swapped,
                                     .covered = outcome->covered,
                                     .failed = job->failed};
    p->engine->tap(p->engine->tap_opaque, &info);
}

int bt_path_work(struct bt_path *p, struct bt_job *job)
{
    struct outcome outcome = {{0}, {0}, 0, false};
    const double seconds = seconds_of(p, job->frame, p->work_count);
    const int gap = is_gap(p, job->frame, seconds);
    const int64_t start = bt_now_ns();
    int64_t swapped_at = start, guarded_at = start;
    int result = 0;

    take_changes(p, job, seconds);
    struct bauta_frame *input = bt_watch_input(&p->engine->watch, job->frame);
    p->touched.rect = (struct bt_rect){0, 0, 0, 0};
    result = ask_gate(p, job, seconds, &outcome);
    if (p->nets && result >= 0) {
        if (!outcome.stopped)
            swap_faces(p, job, seconds, &outcome);
        swapped_at = bt_now_ns();
        bt_report_time(p->engine, BAUTA_STAGE_SWAP, swapped_at - start);
        result = guard_frame(p, job, seconds, &outcome);
        guarded_at = bt_now_ns();
        bt_report_time(p->engine, BAUTA_STAGE_GUARD, guarded_at - swapped_at);
    }
    if (result >= 0)
        result = judge(p, job, &outcome);
    if (result >= 0 && fault(p, BAUTA_STAGE_MARK, p->work_count))
        result = BAUTA_E_FAILED;
    if (result >= 0) {
        show_tap(p, job, &outcome);
        bt_watch_offer(&p->engine->watch, job, input);
        result = bt_mark_frame(p->mark, job->frame, gap, &job->marked);
        job->frame = NULL;
    }
    bauta_frame_unref(&input);
    if (result < 0) {
        bauta_frame_unref(&job->frame);
        job->failed = 1;
    }
    const int64_t end = bt_now_ns();
    bt_report_time(p->engine, BAUTA_STAGE_MARK, end - guarded_at);
    job->path_ns += end - start;
    bt_report_frame(p->engine, job, outcome.swapped, outcome.covered);
    p->work_count++;
    return result;
}
