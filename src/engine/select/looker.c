// SPDX-License-Identifier: Apache-2.0
#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"
#include "engine/live/live.h"
#include "engine/select/wearer.h"

enum state {
    LOADING,
    IDLE,       // the net's input belongs to the caller
    GIVEN,      // the net works
    ANSWERED,   // the vector is the caller's
    FAILED,
};

struct bt_looker {
    struct bt_embedder embedder;
    char *models;
    float vector[BT_EMBEDDING];
    int id;
    bool own_thread, has_lock, has_wake, quit;
    enum state state;
    bt_mutex lock;   // guards state and quit
    bt_cond wake;
    bt_thread thread;
};

static void *looker_main(void *opaque)
{
    struct bt_looker *l = opaque;
    bt_live_yield();
    const int loaded = bt_embedder_open(&l->embedder, l->models);
    bt_mutex_lock(&l->lock);
    l->state = loaded < 0 ? FAILED : IDLE;
    while (!l->quit && l->state != FAILED) {
        if (l->state != GIVEN) {
            bt_cond_wait(&l->wake, &l->lock);
            continue;
        }
        bt_mutex_unlock(&l->lock);
        const int result = bt_embed_run(&l->embedder, l->vector);
        bt_mutex_lock(&l->lock);
        l->state = result < 0 ? IDLE : ANSWERED;
    }
    bt_mutex_unlock(&l->lock);
    if (loaded < 0)
        bt_error("wearers cannot be told apart: their faces stay covered");
    return NULL;
}

static int start(struct bt_looker *l, const char *models)
{
    if (models) {
        l->models = bt_strdup(models);
        if (!l->models)
            return BAUTA_E_NO_MEMORY;
    }
    int result = bt_mutex_init(&l->lock);
    l->has_lock = result >= 0;
    if (result >= 0)
        result = bt_cond_init(&l->wake);
    l->has_wake = result >= 0;
    if (result >= 0 && l->own_thread) {
        result = bt_thread_start(&l->thread, looker_main, l);
        l->own_thread = result >= 0;
    } else if (result >= 0) {
        result = bt_embedder_open(&l->embedder, l->models);
        l->state = IDLE;
    }
    return result;
}

int bt_looker_open(struct bt_looker **out, const char *models, bool own_thread)
{
    struct bt_looker *l = bt_zalloc(sizeof(*l));
    int result = BAUTA_E_NO_MEMORY;
    if (l) {
        l->own_thread = own_thread;
        l->state = LOADING;
        result = start(l, models);
    }
    if (result < 0) {
        if (result == BAUTA_E_NO_MEMORY)
            bt_error("wearers: out of memory");
        bt_looker_close(&l);
        return result;
    }
    *out = l;
    return 0;
}

static enum state state_of(struct bt_looker *l)
{
    bt_mutex_lock(&l->lock);
    const enum state state = l->state;
    bt_mutex_unlock(&l->lock);
    return state;
}

bool bt_looker_idle(struct bt_looker *looker)
{
    return state_of(looker) == IDLE;
}

int bt_looker_offer(struct bt_looker *l, const struct bauta_frame *frame,
                    const struct bauta_face *face)
{
    int result =
        bt_embed_take(&l->embedder, frame, face, &bt_embed_cut[BT_EMBED_WEARER]);
    if (result < 0)
        return result;
    l->id = face->id;
    if (!l->own_thread) {
        result = bt_embed_run(&l->embedder, l->vector);
        l->state = result < 0 ? IDLE : ANSWERED;
        return result;
    }
    bt_mutex_lock(&l->lock);
    l->state = GIVEN;
    bt_cond_signal(&l->wake);
    bt_mutex_unlock(&l->lock);
    return 0;
}

const float *bt_looker_answer(struct bt_looker *l, int *id)
{
    bt_mutex_lock(&l->lock);
    const bool there = l->state == ANSWERED;
    if (there)
        l->state = IDLE;
    bt_mutex_unlock(&l->lock);
    *id = l->id;
    return there ? l->vector : NULL;
}

void bt_looker_close(struct bt_looker **looker)
{
    if (!looker || !*looker)
        return;
    struct bt_looker *l = *looker;
    if (l->own_thread && l->has_wake) {
        bt_mutex_lock(&l->lock);
        l->quit = true;
        bt_cond_signal(&l->wake);
        bt_mutex_unlock(&l->lock);
        bt_thread_join(l->thread);
    }
    if (l->embedder.net)
        bt_embedder_close(&l->embedder);
    if (l->has_wake)
        bt_cond_finish(&l->wake);
    if (l->has_lock)
        bt_mutex_finish(&l->lock);
    bt_free(l->models);
    bt_freep(looker);
}
