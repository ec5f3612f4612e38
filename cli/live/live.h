// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_LIVE_LIVE_H
#define BT_CLI_LIVE_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "cli.h"

// The wardrobe (wardrobe.c): faces to change between while a stream runs ----------------

// The first one is the one that -f gave; then come the enrolled ones by name, then nobody's
// of a seed of its own (unless the first is such a one), then those that were added. They are read and enrolled on a thread of its own, one after another;
// the engine puts a face on between two frames.
enum { BT_WARDROBE_MAX = 32, BT_WARDROBE_KEYS = 9 };
struct bt_wardrobe;

enum bt_wardrobe_state { BT_FACE_WAITS, BT_FACE_READY, BT_FACE_FAILED };

struct bt_wardrobe_face {
    char name[64];               // cut where longer
    enum bt_wardrobe_state state;
    int error;                   // of BT_FACE_FAILED
    bool worn;
    const uint8_t *thumbnail;    // size x size, R G B; NULL: none. Valid until close
    int size;
    char consent[64];            // its ground, cut where longer
};

// first may be NULL: nobody is worn. Keeps the engine and models, which must outlive it;
// takes a reference of first.
int bt_wardrobe_open(struct bt_wardrobe **out, struct bauta *engine, const char *name,
                     struct bauta_identity *first, const char *models);
// Describes number index, from 0. BAUTA_E_END past the last. Any thread.
int bt_wardrobe_get(struct bt_wardrobe *w, int index, struct bt_wardrobe_face *out);
// Puts number index on, now or as soon as it was read. BAUTA_E_END past the last, or
// what it failed with. Any thread.
int bt_wardrobe_wear(struct bt_wardrobe *w, int index);
// Enrols a photo on that ground and puts it on. Returns its index. Any thread.
int bt_wardrobe_add(struct bt_wardrobe *w, const char *path, const char *consent);
void bt_wardrobe_close(struct bt_wardrobe **w);

struct bt_window;

// One session of bauta live (command.c) -------------------------------------------------

struct bt_live_job {
    struct bauta *engine;
    struct bt_photos photos;
    struct bt_given given;
    struct bt_json json;
    struct bt_wardrobe *wardrobe;
    const char *input, *report;
    const char *output[BAUTA_OUTPUTS_MAX];
    int output_count;
    bool virtual_camera;
    double seconds;              // 0: until it is ended
    bool quiet, done;
    bool covered;                // the panic key
    bool no_window, on_air;      // as asked for; without a window it is always on air
    struct bt_window *window;    // NULL: there is none
};

// The panic key.
void bt_live_cover(struct bt_live_job *job, bool on);
// What the stream says of itself, in words of one line.
void bt_live_line(struct bauta *engine, char *text, size_t size);
// And of its state alone. Static storage.
const char *bt_live_words(enum bauta_live_state state);

// Without a window: a line of what goes on, and keys where there is a terminal
// (terminal.c). Returns what bauta_live_wait returns.
int bt_live_terminal(struct bt_live_job *job);

// The window (window/): it shows labelled frames, and has the keys. Opened hidden. why
// says in words why there is none: BAUTA_E_UNSUPPORTED where it was built without,
// BAUTA_E_NOT_FOUND where there is no display; what else fails is an error of its own.
int bt_window_open(struct bt_window **out, char *why, size_t size);
// Shows the stream until it ends; outputs that do not run yet begin when the user goes on
// air. Returns what bauta_live_wait returns.
int bt_window_run(struct bt_window *window, struct bt_live_job *job);
void bt_window_close(struct bt_window **window);

// The report at the end (summary.c).
void bt_live_summary(const struct bt_live_job *job);
int bt_live_json(struct bt_live_job *job, int result);

#endif
