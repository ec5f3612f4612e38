// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_BAUTA_H
#define BAUTA_BAUTA_H

#include <stdint.h>

#include <bauta/error.h>
#include <bauta/face.h>
#include <bauta/frame.h>
#include <bauta/identity.h>
#include <bauta/live.h>
#include <bauta/log.h>
#include <bauta/model.h>
#include <bauta/option.h>
#include <bauta/version.h>

#ifdef __cplusplus
extern "C" {
#endif

// One engine works on one stream. Calls on one engine must not overlap, but for
// bauta_set, bauta_stop and bauta_report_get, which any thread may call at any time.
// Everything an engine gives out is labelled: there is no way to have it otherwise.
struct bauta;

// Makes an engine with every option at its default. Loads nothing yet.
BAUTA_API int bauta_create(struct bauta **out);

// Stops whatever runs, frees everything and sets *engine to NULL. Accepts NULL inside.
BAUTA_API void bauta_destroy(struct bauta **engine);

// Sets an option (bauta/option.h) from its text form. While running only rows marked live
// may be set; they take effect at a frame's boundary. BAUTA_E_USAGE with a log line
// otherwise.
BAUTA_API int bauta_set(struct bauta *engine, const char *name, const char *value);

// Gives identity to a target: "all", "largest", "left", "right", or a number from the
// left at first sight, from "1"; or "photo:PATH", whoever the photo shows, wherever they
// are. A later call for the same target replaces the earlier one; "all" is whoever has no
// row of their own, and a wearer's photo comes before every other target. The engine adds
// its own reference.
// Of "photo:PATH" the file is read once, in this call, which takes about a second, and
// the vector that FaceRes makes of its largest face is kept in memory until the engine is
// destroyed. At most 9 such people. Tracks are compared with them by and by; a face that
// is not decided yet, about .2 s, is covered, on files too. Errors besides BAUTA_E_USAGE:
// those of bauta_identity_open.
// Before running, or while a live stream runs (bauta/live.h): between two frames then.
BAUTA_API int bauta_map(struct bauta *engine, const char *target,
                        struct bauta_identity *identity);

// Whole files -----------------------------------------------------------------------

struct bauta_progress {
    int64_t frames;          // written so far
    int64_t frames_total;    // expected, 0: unknown
    double seconds;          // since the start
    double fps;              // over the last second or so
};

// Called about four times a second from the thread inside bauta_run.
typedef void bauta_progress_fn(void *opaque, const struct bauta_progress *progress);

// Reads input, replaces faces, labels, writes output. Both are a path, or a scheme and
// what follows it: "test:", "null:", "hash:" (src/io lists them); a folder of pictures is
// an input too. The output appears under its name only when it is whole. After
// bauta_stop the output is ended cleanly, kept, and BAUTA_E_STOPPED returned.
BAUTA_API int bauta_run(struct bauta *engine, const char *input, const char *output,
                        bauta_progress_fn *progress, void *opaque);

// Asks bauta_run to end soon: what was read is still written. Before bauta_run it makes
// the next one end at once. Async-signal-safe.
BAUTA_API void bauta_stop(struct bauta *engine);

// Frame by frame --------------------------------------------------------------------

// Runs all stages on the calling thread: no look-ahead, so a frame without a face found
// is treated as live (held, then covered). Takes the reference of *frame on success and
// stores the labelled frame in *frame; on failure *frame is unchanged and must not be
// shown. The first call decides format and size.
BAUTA_API int bauta_process(struct bauta *engine, struct bauta_frame **frame);

// Hands a frame to the pipeline, which works on threads of its own and may look ahead.
// Takes the reference on success. BAUTA_E_AGAIN when there is no room: pull first.
// NULL says that no more will come.
BAUTA_API int bauta_push(struct bauta *engine, struct bauta_frame *frame);

// Takes the next labelled frame, in order; the caller owns the reference. BAUTA_E_AGAIN
// when none is ready; after the NULL it waits instead. BAUTA_E_END after the last: the
// engine is then free for another stream, as it is after an error.
BAUTA_API int bauta_pull(struct bauta *engine, struct bauta_frame **frame);

// What was done ---------------------------------------------------------------------

enum bauta_stage {
    BAUTA_STAGE_SOURCE,
    BAUTA_STAGE_FACE,
    BAUTA_STAGE_SWAP,
    BAUTA_STAGE_GUARD,
    BAUTA_STAGE_MARK,
    BAUTA_STAGE_SINK,
    BAUTA_STAGE_COUNT
};

struct bauta_stage_times {
    int64_t count;
    double p50_ms, p95_ms, p99_ms, mean_ms;
};

struct bauta_report {
    int64_t frames;            // that left
    int64_t frames_with_faces; // in which at least one face was found
    int64_t faces_found;       // summed over frames, tracked or bridged
    int64_t faces_swapped;     // summed over frames
    int64_t faces_bridged;     // of those, from look-ahead
    int64_t frames_covered;    // with something covered by the guard
    int64_t frames_failed;     // a stage failed on them; they were covered
    double seconds;            // of wall time
    struct bauta_stage_times stage[BAUTA_STAGE_COUNT];
    struct bauta_stage_times path;  // face to mark, the work on one frame
    char engine[32];           // swap engine in use
    char provider[64];         // ONNX Runtime's execution provider in use
    char runtime[64];          // ONNX Runtime's version
    char input_sha256[65];     // of files; empty where there is none
    char output_sha256[65];
};

BAUTA_API void bauta_report_get(struct bauta *engine, struct bauta_report *report);

// "source", "face", …; NULL out of range. Static storage. Thread-safe.
BAUTA_API const char *bauta_stage_name(enum bauta_stage stage);

// Models ----------------------------------------------------------------------------

enum bauta_model_state {
    BAUTA_MODEL_GOOD,
    BAUTA_MODEL_MISSING,
    BAUTA_MODEL_DAMAGED,     // there, but its hash is not the one pinned
};

struct bauta_model_info {
    const char *name;        // file name
    const char *purpose;     // one phrase
    const char *licence;
    const char *origin;      // package and version
    const char *sha256;      // pinned
    enum bauta_model_state state;
    char path[1024];         // where it was found, or looked for first
    int optional;            // 1: faces are replaced without it
};

// Describes model number index, from 0; reads and hashes the file. BAUTA_E_END past the
// last. models: a folder, or NULL for the usual places. Thread-safe.
BAUTA_API int bauta_model_at(int index, const char *models, struct bauta_model_info *info);

// Fills version and path of the ONNX Runtime that would be used; BAUTA_E_RUNTIME with a
// log line where none loads. Thread-safe.
BAUTA_API int bauta_runtime_info(char version[64], char path[1024]);
// Its execution providers by number, as option provider takes them, whether or not they
// work on this machine. BAUTA_E_END past the last, BAUTA_E_RUNTIME.
BAUTA_API int bauta_runtime_provider_at(int index, char name[64]);

// Measuring -------------------------------------------------------------------------

// For benchmarks: keeps frames of input decoded in memory (at most 1 GB of them, played
// forth and back) and runs bauta_process on as many as asked, 1 to 100,000, on the calling
// thread. bauta_report_get then tells the times; nothing is written.
BAUTA_API int bauta_bench(struct bauta *engine, const char *input, int frames);

// Times to be compared, in processor time of the calling thread: what other programs take
// meanwhile does not count, nor do the nets' own threads where option threads is above 1.
struct bauta_bench_nets {
    double face_pixels;                       // mean width of the first face, samples
    struct bauta_stage_times path;            // bauta_process
    struct bauta_stage_times mesh, attention; // a run of each net that places landmarks
};

// The same, and now and then between two frames the nets are run on the same thread, so
// that the state of the machine meets both alike. nets is filled on success.
BAUTA_API int bauta_bench_beside(struct bauta *engine, const char *input, int frames,
                                 struct bauta_bench_nets *nets);

// For benchmarks: opens any ONNX model of float tensors, at most 2 GB, in the runtime that
// is used here and stores the median time of a run on fixed random input. threads: 1 to
// 256; runs: 1 to 100,000.
BAUTA_API int bauta_net_time(const char *path, int threads, int runs, double *median_ms);

#ifdef __cplusplus
}
#endif
#endif
