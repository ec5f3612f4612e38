// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_LIVE_LIVE_H
#define BT_ENGINE_LIVE_LIVE_H

#include <stdbool.h>

#include <bauta/live.h>

#include "face/face.h"
#include "frame/frame.h"
#include "guard/guard.h"

struct bauta;
struct bt_flow;
struct bt_job;

// What a frame is said to show (judge.c) ------------------------------------------------

// Says in job what its frame shows, after the guard; swapped and wanted have one for each
// face, passes is lost=pass. True where the panic key asks for a card.
bool bt_live_judge(struct bauta *engine, struct bt_job *job, const struct bt_guard *guard,
                   const int *swapped, const int *wanted, bool passes);

// Time and priority (pace.c) ------------------------------------------------------------

// Frames in a time that goes on: the source's own stamps, moved where they fall behind or
// run ahead of the clock, as after a stall or another opening. Zero it first.
struct bt_timeline {
    bool started;
    int64_t first_ns, first_pts;  // the clock's and ours
    int64_t offset, last_pts;
};
// Gives the frame its pts, always more than the one before. False for a frame that is to
// be dropped: one of a burst that made up for a stall and would run a second ahead.
bool bt_timeline_put(struct bt_timeline *line, struct bauta_frame *frame);
// How many units of the time base pass in ns, at least 1.
int64_t bt_timeline_units(struct bauta_rational base, int64_t ns);

// Events a second, over the last second or so. Zero it first.
struct bt_rate {
    int64_t begun_ns, count;
    double value;
};
void bt_rate_add(struct bt_rate *rate, int64_t now_ns);
double bt_rate_get(const struct bt_rate *rate, int64_t now_ns);

// When live frames leave, so that the time between two is even: at an age at which 97 of 100
// are ready, but no more than 8 ms, or half the time of a frame, above that at which half
// of them are. Zero it first.
#define BT_PACER_FRAMES 128
struct bt_pacer {
    int64_t age_ns[BT_PACER_FRAMES];  // at which the last ones were ready
    int64_t count;
    int64_t target_ns;                // the age at which they leave
    int64_t wanted_ns;                // where it goes, .1 ms a frame
    int64_t captured_ns;              // of the last frame
    int64_t frame_ns;                 // between two of them, followed
};
// How long a frame waits after it was ready.
int64_t bt_pacer_hold(struct bt_pacer *pacer, int64_t captured_ns, int64_t ready_ns);

// Of the calling thread; where the system does not allow it, a line in the log is all.
void bt_live_nice(const char *what);      // for threads that compute
void bt_live_yield(void);                 // for those that encode, and what they start
void bt_live_realtime(const char *what);  // for threads that only hand on

// The source's thread (source.c) --------------------------------------------------------

struct bt_feed;
// Opens the input; its format is live whatever it is. Starts nothing.
int bt_feed_open(struct bt_feed **out, struct bauta *engine, const char *input);
const struct bt_format *bt_feed_format(const struct bt_feed *feed);
const char *bt_feed_name(const struct bt_feed *feed);
// Reads into the flow until the end, or until it fails for good. The flow outlives it.
int bt_feed_start(struct bt_feed *feed, struct bt_flow *flow);
struct bt_feed_info {
    char error[128];              // empty: nothing
    int reconnects;
    int64_t frames;
    double fps;
};
void bt_feed_info(struct bt_feed *feed, struct bt_feed_info *info);  // any thread
// Waits for the thread. The flow must have been told to give up, or to end.
void bt_feed_close(struct bt_feed **feed);

// The stream (live.c) -------------------------------------------------------------------

struct bt_live;
void bt_live_destroy(struct bauta *engine);   // stops what runs

#endif
