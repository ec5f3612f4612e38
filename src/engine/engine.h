// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_ENGINE_H
#define BT_ENGINE_ENGINE_H

#include <stdatomic.h>
#include <stdbool.h>

#include <bauta/bauta.h>

#include "base/queue.h"
#include "base/stats.h"
#include "base/thread.h"
#include "engine/live/fan.h"
#include "engine/live/live.h"
#include "engine/live/watch.h"
#include "engine/live/worn.h"
#include "engine/seam.h"
#include "engine/select/select.h"
#include "face/face.h"
#include "frame/frame.h"
#include "guard/guard.h"
#include "io/io.h"
#include "mark/mark.h"
#include "nn/nn.h"
#include "swap/swap.h"

// The one option table (options.c) ------------------------------------------------------

struct bt_engine_options {
    char *faces;        // whom the target "all" means
    int threads;        // of each net
    int queue_depth;    // frames between two threads
    char *models;       // folder, NULL or "": the usual places
    int max_delay;      // ms, 0: none; older live frames are not worked on
    int pace;           // live frames leave for devices evenly
    int loop;           // a live file begins again at its end
    int session_log;    // days, 0: none
    int watch_view;     // CHOICE: enum bt_watch_view
    int watch_mirror;
};

// The values of every module's rows.
struct bt_options {
    struct bt_engine_options engine;
    struct bt_io_options io;
    struct bt_face_options face;
    struct bt_swap_options swap;
    struct bt_guard_options guard;
    struct bt_mark_options mark;
};

enum bt_module {
    BT_MODULE_ENGINE,
    BT_MODULE_IO,
    BT_MODULE_FACE,
    BT_MODULE_SWAP,
    BT_MODULE_GUARD,
    BT_MODULE_MARK,
    BT_MODULE_COUNT
};

int bt_options_init(struct bt_options *options);
// to is uninitialised and owns its strings afterwards.
int bt_options_copy(struct bt_options *to, const struct bt_options *from);
// running: only live rows are taken.
int bt_options_set(struct bt_options *options, const char *name, const char *value,
                   bool running);
// Copies the live rows of one module; they are never strings.
void bt_options_take_live(struct bt_options *to, const struct bt_options *from,
                          enum bt_module module);
void bt_options_finish(struct bt_options *options);

// The engine (engine.c) -----------------------------------------------------------------

struct bt_map_row {
    struct bt_target target;
    struct bauta_identity *identity;
};

enum bt_engine_state {
    BT_ENGINE_IDLE,
    BT_ENGINE_RUNS,       // inside bauta_run or bauta_bench
    BT_ENGINE_PUSHES,
    BT_ENGINE_PROCESSES,
    BT_ENGINE_LIVES,
};

struct bt_tally {
    struct bauta_report counts;   // the counters and texts only
    struct bt_stats stage[BAUTA_STAGE_COUNT];
    struct bt_stats path;
    int64_t started_ns, ended_ns; // 0: not yet
};

struct bauta {
    bt_mutex lock;                // guards options, state, map, tally and live
    struct bt_options options;
    unsigned session;             // in the watermark, 1 to 4095
    atomic_int changes;           // counts calls of bauta_set while running
    atomic_int stop;
    _Atomic int64_t cut_us;       // where a work that was stopped ends, 0: it was not
    enum bt_engine_state state;
    struct bt_map_row map[BT_TARGETS_MAX];
    int map_count;
    struct bt_wearer *wearer[BT_WEARERS_MAX];   // once there they stay as they are
    int wearer_count;
    atomic_int maps;              // counts calls of bauta_map
    atomic_int cover;             // the panic key
    struct bt_tally tally;
    struct bt_flow *flow;         // of push and pull
    struct bt_path *path;         // of bauta_process
    struct bt_job *job;           // of bauta_process, kept from frame to frame
    struct bt_live *live;         // the stream, or the one that ended last
    struct bt_fan fan;
    struct bt_watch watch;
    struct bt_format format;      // of the frames pushed or processed
    bt_tap_fn *tap;
    void *tap_opaque;
    int fault_every[BAUTA_STAGE_COUNT];
    const void *gate_net;         // of tests
    size_t gate_size;
};

// Goes from idle to state and starts a new report, or BAUTA_E_USAGE with a log line.
int bt_engine_enter(struct bauta *engine, enum bt_engine_state state);
void bt_engine_leave(struct bauta *engine);
// Ends a stream of bauta_process, if there is one.
void bt_engine_stop_processing(struct bauta *engine);

// The report (report.c); each takes the lock --------------------------------------------

void bt_report_begin(struct bauta *engine);
void bt_report_end(struct bauta *engine);
void bt_report_time(struct bauta *engine, enum bauta_stage stage, int64_t ns);
// Counts a frame that was worked on; swapped has one for each face.
struct bt_job;
void bt_report_frame(struct bauta *engine, const struct bt_job *job, const int *swapped,
                     int covered);
// The path's identity: engine and, where nets run, the runtime.
void bt_report_tools(struct bauta *engine, const char *swap, const char *provider,
                     bool nets);
void bt_report_stage(const struct bt_stats *stats, struct bauta_stage_times *out);
// Hashes of the files behind two urls; where there is no file, or digest is given for the
// output, no file is read.
void bt_report_input(struct bauta *engine, const char *url);
void bt_report_output(struct bauta *engine, const char *url, const char *digest);

// What is remembered of frames while the bridge holds them (notes.c), a ring -------------

struct bt_note {
    int64_t ns;
    int failed;
};
struct bt_notes {
    struct bt_note *note;
    size_t first, count, size;
};
int bt_notes_add(struct bt_notes *notes, struct bt_note note);
struct bt_note bt_notes_take(struct bt_notes *notes);   // the oldest; there is one

// One frame's way (path.c) --------------------------------------------------------------

// A frame with what is known of it, from the face stage on.
struct bt_job {
    struct bauta_frame *frame;    // until marked
    struct bt_marked marked;
    struct bt_faces faces;
    int failed;                   // a stage failed on it
    bool card;                    // nothing of the picture is seen
    enum bauta_live_state state;
    int64_t path_ns;              // work so far
    struct bt_queue *home;        // where a spent job goes, or NULL
};
void bt_job_clear(struct bt_job *job);   // drops the frame

struct bt_path;
// look_ahead: gaps are bridged from both sides, which holds frames back; else what is
// lost is treated as on a live stream.
int bt_path_open(struct bt_path **out, struct bauta *engine,
                 const struct bt_format *format, bool look_ahead);
// The face side, one thread: takes the next frame (the reference always), and gives out
// what is decided. BAUTA_E_AGAIN, and BAUTA_E_END when flushed empty.
int bt_path_see(struct bt_path *path, struct bauta_frame *frame);
int bt_path_next(struct bt_path *path, bool flush, struct bt_job *job);
// The other side, one thread: swap, guard, mark; job->marked holds the frame on success
// and job->frame is NULL in any case.
int bt_path_work(struct bt_path *path, struct bt_job *job);
void bt_path_close(struct bt_path **path);

// The path on two threads (flow.c) ------------------------------------------------------

struct bt_flow {
    struct bauta *engine;
    struct bt_path *path;
    struct bt_queue *in;          // frames
    struct bt_queue *decided;     // jobs
    struct bt_queue *out;         // jobs, marked
    struct bt_queue *spare;       // jobs without work
    bt_thread face_thread, work_thread;
    bool face_runs, work_runs;
    atomic_int error;             // the first one
    atomic_int dropped;           // for their age
    int64_t max_delay_ns;         // 0: none
    bool live;
    bool ended;                   // the caller gave the last frame
};

int bt_flow_start(struct bt_flow **out, struct bauta *engine,
                  const struct bt_format *format);
// Keeps the first error and lets every queue give up, so that all threads end.
void bt_flow_fail(struct bt_flow *flow, int error);
// What ended the flow when a queue says BAUTA_E_STOPPED.
int bt_flow_error(struct bt_flow *flow);
// Waits for the threads, frees. Accepts NULL inside.
void bt_flow_finish(struct bt_flow **flow);
void bt_job_home(struct bt_job *job);   // drops the frame and gives the job back

#endif
