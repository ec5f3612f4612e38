// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_LIVE_FAN_H
#define BT_ENGINE_LIVE_FAN_H

#include <stdatomic.h>
#include <stdbool.h>

#include <bauta/live.h>

#include "base/stats.h"
#include "base/thread.h"
#include "engine/live/live.h"
#include "engine/provenance/provenance.h"
#include "frame/marked.h"
#include "io/av/relay.h"
#include "io/io.h"

enum { BT_OUTPUT_DEPTH = 3 };

// A marked frame that waits, when it was ready, and whether it is a card.
struct bt_waiting {
    struct bt_marked marked;
    int64_t ready_ns;
    bool card;
};

// One output: a sink, its thread, and the newest frames that wait for it.
struct bt_fan_output {
    struct bt_fan *fan;
    struct bauta_output_info info;    // without the percentiles
    char *url;
    struct bt_sink *sink;
    struct bt_tracks *sound;          // or NULL
    bt_thread thread;
    bool threaded;                    // to be joined
    bool joining;                     // by one caller
    bool ending;
    bt_cond filled;
    struct bt_waiting ring[BT_OUTPUT_DEPTH];
    int first, count;
    int64_t last_ns;                  // end of the last writing
    struct bt_recent age, interval;
    struct bt_pacer pacer;            // its thread's
};

// All outputs of a stream. They take the frames by reference, each at its own pace.
struct bt_fan {
    bt_mutex lock;                    // guards all of it but sinks that are written to
    struct bt_fan_output **output;
    int count, room;
    bool open, over;                  // between start and end; after it
    struct bt_relay relay;            // of sound; has a lock of its own
    struct bt_provenance provenance;  // signs files, one at a time
    bt_mutex signing;
    struct bt_format format;
    struct bt_options *options;       // of sinks, a copy that outlives them
    atomic_int *cover;                // while set, only cards are written
    int fault_every;
};

// One output (output.c): opens its sink and starts its thread; without the lock, as devices
// may take long. A sink that is lasting and fails later is opened again until it works.
int bt_fan_open(struct bt_fan_output *output);
void bt_fan_join(struct bt_fan_output *output);

int bt_fan_init(struct bt_fan *fan);
void bt_fan_finish(struct bt_fan *fan);
// Forgets the outputs of a stream that ended and opens those that were noted. One that
// does not open is FAILED.
int bt_fan_start(struct bt_fan *fan, struct bauta *engine,
                 const struct bt_format *format);
// A face was put on: its ground goes into the manifests of this stream.
void bt_fan_note_map(struct bt_fan *fan, struct bauta *engine);
// Gives every output a reference of its own; the caller keeps its.
void bt_fan_send(struct bt_fan *fan, struct bt_marked marked, bool card);
// Ends every output, side by side, and waits for all of them.
void bt_fan_end(struct bt_fan *fan);

#endif
