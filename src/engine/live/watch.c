// SPDX-License-Identifier: Apache-2.0
#include "engine/live/watch.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/engine.h"

int bt_watch_init(struct bt_watch *watch, struct bauta *engine)
{
    watch->engine = engine;
    if (bt_mutex_init(&watch->lock) < 0)
        return BAUTA_E_FAILED;
    if (bt_cond_init(&watch->woken) < 0)
        goto fail_lock;
    if (bt_cond_init(&watch->idle) < 0)
        goto fail_woken;
    return 0;

fail_woken:
    bt_cond_finish(&watch->woken);
fail_lock:
    bt_mutex_finish(&watch->lock);
    return BAUTA_E_FAILED;
}

void bt_watch_finish(struct bt_watch *watch)
{
    bt_cond_finish(&watch->idle);
    bt_cond_finish(&watch->woken);
    bt_mutex_finish(&watch->lock);
}

static void clear(struct bt_glimpse *g)
{
    bauta_frame_unref(&g->marked.frame);
    bauta_frame_unref(&g->picture);
    bauta_frame_unref(&g->input);
    g->fresh = false;
}

static void look_at(struct bt_watch *w, struct bt_glimpse *g, bauta_watch_fn *fn,
                    void *opaque)
{
    // What was made before the panic key is not shown after it.
    if (!g->card && atomic_load(&w->engine->cover))
        return;
    w->maker.view = g->view;
    w->maker.mirror = g->mirror;
    const int result = g->marked.frame
                           ? 0
                           : bt_view_make(&w->maker, w->engine, g->picture, g->input,
                                          &g->faces, &g->marked);
    if (result >= 0)
        fn(opaque, g->marked.frame, g->faces.face, g->faces.count);
}

static void *watch_main(void *opaque)
{
    struct bt_watch *w = opaque;
    bt_mutex_lock(&w->lock);
    for (;;) {
        while (!w->ending && !(w->fn && w->next->fresh))
            bt_cond_wait(&w->woken, &w->lock);
        if (w->ending)
            break;
        struct bt_glimpse *const g = w->next;
        bauta_watch_fn *const fn = w->fn;
        void *const for_fn = w->opaque;
        w->next = w->shown;
        w->shown = g;
        w->busy = true;
        bt_mutex_unlock(&w->lock);
        look_at(w, g, fn, for_fn);
        clear(g);
        bt_mutex_lock(&w->lock);
        w->busy = false;
        bt_cond_broadcast(&w->idle);
    }
    bt_mutex_unlock(&w->lock);
    return NULL;
}

int bt_watch_start(struct bt_watch *watch)
{
    struct bt_glimpse *a = bt_zalloc(sizeof(*a)), *b = bt_zalloc(sizeof(*b));
    int result = a && b ? 0 : BAUTA_E_NO_MEMORY;
    if (result >= 0) {
        watch->next = a;
        watch->shown = b;
        watch->ending = false;
        result = bt_thread_start(&watch->thread, watch_main, watch);
    }
    if (result < 0) {
        bt_free(a);
        bt_free(b);
        watch->next = watch->shown = NULL;
        bt_error("live: no thread for watching: %s", bauta_strerror(result));
        return result;
    }
    bt_mutex_lock(&watch->lock);
    watch->runs = true;
    bt_mutex_unlock(&watch->lock);
    return 0;
}

void bt_watch_end(struct bt_watch *watch)
{
    bt_mutex_lock(&watch->lock);
    const bool runs = watch->runs;
    watch->runs = false;
    watch->ending = true;
    bt_cond_broadcast(&watch->woken);
    bt_mutex_unlock(&watch->lock);
    if (!runs)
        return;
    bt_thread_join(watch->thread);
    clear(watch->next);
    clear(watch->shown);
    bt_freep(&watch->next);
    bt_freep(&watch->shown);
    bt_view_close(&watch->maker);
}

// The options as they are now.
static enum bt_watch_view view_now(struct bt_watch *w, bool *mirror)
{
    bt_mutex_lock(&w->engine->lock);
    const struct bt_engine_options *o = &w->engine->options.engine;
    const enum bt_watch_view view = (enum bt_watch_view)o->watch_view;
    *mirror = o->watch_mirror != 0;
    bt_mutex_unlock(&w->engine->lock);
    return view;
}

static bool is_watched(struct bt_watch *w)
{
    bt_mutex_lock(&w->lock);
    const bool watched = w->fn && w->runs;
    bt_mutex_unlock(&w->lock);
    return watched;
}

static bool compares(enum bt_watch_view view)
{
    return view == BT_VIEW_SIDE || view == BT_VIEW_MASK;
}

struct bauta_frame *bt_watch_input(struct bt_watch *watch, struct bauta_frame *frame)
{
    bool mirror = false;
    if (!is_watched(watch) || !compares(view_now(watch, &mirror)))
        return NULL;
    return bauta_frame_ref(frame);
}

static void copy_faces(struct bt_faces *to, const struct bt_faces *from)
{
    to->count = from ? from->count : 0;
    to->cut = false;
    if (to->count)
        memcpy(to->face, from->face, (size_t)to->count * sizeof(to->face[0]));
}

void bt_watch_offer(struct bt_watch *watch, const struct bt_job *job,
                    struct bauta_frame *input)
{
    bool mirror = false;
    if (job->card || !is_watched(watch))
        return;
    const enum bt_watch_view view = view_now(watch, &mirror);
    if ((view == BT_VIEW_PLAIN && !mirror) || (compares(view) && !input))
        return;
    bt_mutex_lock(&watch->lock);
    if (watch->runs) {
        struct bt_glimpse *g = watch->next;
        clear(g);
        g->picture = bauta_frame_ref(job->frame);
        g->input = compares(view) ? bauta_frame_ref(input) : NULL;
        g->view = view;
        g->mirror = mirror;
        g->card = false;
        copy_faces(&g->faces, &job->faces);
        g->fresh = true;
        bt_cond_signal(&watch->woken);
    }
    bt_mutex_unlock(&watch->lock);
}

void bt_watch_show(struct bt_watch *watch, struct bt_marked marked,
                   const struct bt_faces *faces, bool card)
{
    bool mirror = false;
    if (!is_watched(watch))
        return;
    const enum bt_watch_view view = view_now(watch, &mirror);
    if (!card && (view != BT_VIEW_PLAIN || mirror))
        return;
    bt_mutex_lock(&watch->lock);
    if (watch->runs) {
        struct bt_glimpse *g = watch->next;
        clear(g);
        g->marked = marked;
        bauta_frame_ref(marked.frame);
        g->card = card;
        copy_faces(&g->faces, faces);
        g->fresh = true;
        bt_cond_signal(&watch->woken);
    }
    bt_mutex_unlock(&watch->lock);
}

int bauta_watch(struct bauta *engine, bauta_watch_fn *fn, void *opaque)
{
    if (!engine) {
        bt_error("bauta_watch: an argument is missing");
        return BAUTA_E_USAGE;
    }
    struct bt_watch *w = &engine->watch;
    bt_mutex_lock(&w->lock);
    w->fn = fn;
    w->opaque = opaque;
    // From inside of the call nobody can wait for its end.
    const bool inside = w->busy && pthread_equal(w->thread, pthread_self());
    while (!fn && w->busy && !inside)
        bt_cond_wait(&w->idle, &w->lock);
    bt_cond_broadcast(&w->woken);
    bt_mutex_unlock(&w->lock);
    return 0;
}
