// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_LIVE_H
#define BAUTA_LIVE_H

#include <stdint.h>

#include <bauta/error.h>
#include <bauta/face.h>
#include <bauta/frame.h>
#include <bauta/identity.h>

#ifdef __cplusplus
extern "C" {
#endif

// A live stream: a camera, a node, a network stream or a file read in real time goes in,
// and labelled frames go to any number of outputs, each at its own pace. A frame that is
// late is dropped, never queued up; frames leave in order. Until a face was found, and
// whenever a stage fails, what leaves is a card or a cover, never the real face.
struct bauta;

#define BAUTA_OUTPUTS_MAX 8

// Opens input ("v4l2:/dev/video0", "pipewire:", "test:", a url or a path that libav reads)
// and starts the threads; returns once the input's format is known. Outputs that were
// added before are opened then. A source that fails while it runs, or that its sender
// ends, is opened again until it works; a file ends. bauta_stop before it ends the stream at once. BAUTA_E_USAGE
// while the engine does something else.
BAUTA_API int bauta_live_start(struct bauta *engine, const char *input);

// Waits for the end, at most timeout_ms (-1: without limit). BAUTA_E_AGAIN while it goes
// on. BAUTA_E_STOPPED after bauta_stop, 0 after the end of the input, or what ended it;
// every output is ended then, and the engine is free for another stream. A call without a
// stream is BAUTA_E_USAGE. Any thread, one at a time.
BAUTA_API int bauta_live_wait(struct bauta *engine, int timeout_ms);

// Outputs ---------------------------------------------------------------------------

// Adds an output: "v4l2:/dev/video9", "pipewire:NAME", "rtmp://…", "null:", a file.
// Before bauta_live_start it is only noted. While running it is opened on the calling
// thread and starts with the next frame. Returns its number, from 0, never used again
// within a stream; while running, one that does not open is an error, and listed as
// FAILED. An output that fails or is slow does not hold the others: it drops frames, or
// a file ends with state FAILED. A virtual camera or a connection that worked and fails is
// opened again until it works (REOPENS), after .25 to 4 s each time; one that did not come
// back before the end is FAILED. A picture (.png, .jpg, .webp) takes one frame, labelled as
// all are, and is ENDED then. Thread-safe.
BAUTA_API int bauta_output_add(struct bauta *engine, const char *url);

// Ends an output and waits for it; a file is completed and takes its name, without a
// frame there is none. Returns what the output failed with, or 0. Thread-safe.
BAUTA_API int bauta_output_remove(struct bauta *engine, int number);

enum bauta_output_state {
    BAUTA_OUTPUT_NOTED,     // waits for the start
    BAUTA_OUTPUT_RUNS,
    BAUTA_OUTPUT_FAILED,    // error says why; the stream goes on without it
    BAUTA_OUTPUT_ENDED,
    BAUTA_OUTPUT_REOPENS,   // failed, as error says, and is opened again until it works
};

struct bauta_output_info {
    int number;
    char url[256];          // cut where longer; without a password or a stream key
    enum bauta_output_state state;
    // Of FAILED and REOPENS; of ENDED: 0, or BAUTA_E_DISK_FULL where a recording was ended,
    // whole, since there was no room for more.
    int error;
    int64_t frames, dropped;
    // Milliseconds from the capture of a frame to the end of its writing, of the last
    // thousand or so frames, and between the ends of two writings.
    double age_p50, age_p95, age_p99;
    double interval_p50, interval_p95, interval_p99;
};

// Describes output number index of those that were ever added to this stream, from 0.
// BAUTA_E_END past the last. Thread-safe.
BAUTA_API int bauta_output_at(struct bauta *engine, int index,
                              struct bauta_output_info *info);

// What leaves, and why --------------------------------------------------------------

enum bauta_live_state {
    BAUTA_LIVE_WAITING,     // no face was found yet: a card
    BAUTA_LIVE_SWAPPED,     // every chosen face is replaced
    BAUTA_LIVE_HELD,        // lost a moment ago: the last good picture stands
    BAUTA_LIVE_COVERED,     // lost: the head is blurred
    BAUTA_LIVE_CARD,        // lost for long, or a stage failed: a card
    BAUTA_LIVE_STALLED,     // the source gives nothing: a card
    BAUTA_LIVE_PANIC,       // covered on request
    BAUTA_LIVE_PASSED,      // option lost=pass lets an unreplaced face through
};

struct bauta_live_info {
    enum bauta_live_state state;   // of the last frame that left
    char source[128];       // the device and its mode in words
    char source_error[128]; // what is wrong with the source now; empty: nothing
    int width, height;
    double fps_in, fps_out; // over the last second or so
    int64_t frames;         // that left
    int64_t frames_in;      // that the source gave
    int64_t dropped;        // before they were worked on
    int64_t made_up;        // cards shown while the source gave nothing
    double latency_p50, latency_p95, latency_p99;  // ms, capture to the last mark
    double cpu;             // of the process over the last second, 1: one core
    int faces;              // in the last frame
    int reconnects;         // how often the source was opened again
};
BAUTA_API void bauta_live_info(struct bauta *engine, struct bauta_live_info *info);

// "waiting", "swapped", …; NULL out of range. Static storage. Thread-safe.
BAUTA_API const char *bauta_live_state_name(enum bauta_live_state state);

// The panic key: on != 0 covers everything from the next frame on, until it is taken
// back. Before the start too. Any thread; async-signal-safe.
BAUTA_API void bauta_cover(struct bauta *engine, int on);

// Watching --------------------------------------------------------------------------

// For windows. Each frame is labelled; it is the caller's to read until the call returns,
// or longer with a reference of its own. Called on a thread of its own, which drops what
// comes while a call lasts. What it shows is set by the options watch-view (plain, side:
// the input beside the output, landmarks, the mask) and watch-mirror (text stays readable), which
// no output sees: those get the plain picture. faces: boxes, landmarks and irises are
// where the frame shown has them; the pose is the camera's. A card shows no faces, in no view.
typedef void bauta_watch_fn(void *opaque, struct bauta_frame *frame,
                            const struct bauta_face *faces, int count);
// Before or during a stream; fn NULL takes it away and waits for a call that lasts.
BAUTA_API int bauta_watch(struct bauta *engine, bauta_watch_fn *fn, void *opaque);

// Faces -----------------------------------------------------------------------------

// bauta_map may be called while a live stream runs: the identity is put on between two
// frames, without a stall. Making the identity (bauta_identity_open and the like) is the
// caller's work, on a thread of its own.

#ifdef __cplusplus
}
#endif
#endif
