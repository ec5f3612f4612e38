// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_LIVE_WATCH_H
#define BT_ENGINE_LIVE_WATCH_H

#include <stdbool.h>

#include <bauta/live.h>

#include "base/thread.h"
#include "face/face.h"
#include "frame/marked.h"

struct bauta;
struct bt_job;
struct bt_mark;
struct bt_pool;

// How the watcher's picture is made (view.c) --------------------------------------------

enum bt_watch_view { BT_VIEW_PLAIN, BT_VIEW_SIDE, BT_VIEW_LANDMARKS, BT_VIEW_MASK };

// A picture before it is marked, in a frame of its own: marks are put on the whole of it.
struct bt_view_maker {
    enum bt_watch_view view;
    bool mirror;
    bool open;
    struct bt_format format;      // of what is made
    struct bt_pool *pool;
    struct bt_mark *mark;
};
// Makes and marks; input is NULL but for BT_VIEW_SIDE and _MASK. faces are moved along: boxes,
// landmarks and irises, not the pose. The references stay the caller's.
int bt_view_make(struct bt_view_maker *maker, struct bauta *engine,
                 const struct bauta_frame *picture, const struct bauta_frame *input,
                 struct bt_faces *faces, struct bt_marked *out);
void bt_view_close(struct bt_view_maker *maker);

// The watcher's thread (watch.c) --------------------------------------------------------

// The newest frame for the watcher.
struct bt_glimpse {
    bool fresh, card;
    struct bt_marked marked;      // a plain one, else
    struct bauta_frame *picture;  // before it is marked, and
    struct bauta_frame *input;    // of BT_VIEW_SIDE and BT_VIEW_MASK
    enum bt_watch_view view;
    bool mirror;
    struct bt_faces faces;
};

struct bt_watch {
    struct bauta *engine;
    bt_mutex lock;                // guards what follows
    bt_cond woken, idle;
    bauta_watch_fn *fn;
    void *opaque;
    bool busy, ending, runs;
    struct bt_glimpse *next;      // of a running stream
    struct bt_glimpse *shown;     // the thread's own
    struct bt_view_maker maker;   // the thread's own
    bt_thread thread;
};

int bt_watch_init(struct bt_watch *watch, struct bauta *engine);
void bt_watch_finish(struct bt_watch *watch);
int bt_watch_start(struct bt_watch *watch);
void bt_watch_end(struct bt_watch *watch);

// From the thread that works, before the swap: a reference to the input where the view
// wants it, else NULL.
struct bauta_frame *bt_watch_input(struct bt_watch *watch, struct bauta_frame *frame);
// And before the frame is marked: takes what a view other than plain is made of. A card
// is left to bt_watch_show. The references stay the caller's.
void bt_watch_offer(struct bt_watch *watch, const struct bt_job *job,
                    struct bauta_frame *input);
// From the distributor: every marked frame. Taken where the view is plain, or where it is
// a card.
void bt_watch_show(struct bt_watch *watch, struct bt_marked marked,
                   const struct bt_faces *faces, bool card);

#endif
