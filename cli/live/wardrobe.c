// SPDX-License-Identifier: Apache-2.0
#include "live/live.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct entry {
    char *path;                  // of a photo, the name of an enrolled face, anonymous:SEED
    char *consent;               // of a photo; NULL: enrolled, or nobody
    struct bauta_identity *identity;
    enum bt_wardrobe_state state;
    int error;
};

struct bt_wardrobe {
    struct bauta *engine;
    const char *models;
    pthread_mutex_t lock;        // guards what follows
    pthread_cond_t more;
    struct entry entry[BT_WARDROBE_MAX];
    int count;
    int worn, wanted;            // -1: nobody
    bool closing;
    pthread_t thread;
};

// The thread ----------------------------------------------------------------------------

// With the lock: the one that was asked for goes first.
static int next_to_read(const struct bt_wardrobe *w)
{
    if (w->wanted >= 0 && w->entry[w->wanted].state == BT_FACE_WAITS)
        return w->wanted;
    for (int i = 0; i < w->count; i++) {
        if (w->entry[i].state == BT_FACE_WAITS)
            return i;
    }
    return -1;
}

static int read_face(const struct bt_wardrobe *w, const struct entry *e,
                     struct bauta_identity **out)
{
    uint64_t seed;
    if (!e->consent && bauta_anonymous_parse(e->path, &seed, NULL) > 0)
        return bauta_identity_anonymous(seed, out);
    if (!e->consent)
        return bauta_identity_load(e->path, out);
    const struct bauta_identity_params params = {.consent = e->consent,
                                                 .models = w->models};
    return bauta_identity_open(e->path, &params, out);
}

// With the lock: puts the wanted one on when it is there.
static int put_on(struct bt_wardrobe *w)
{
    const int index = w->wanted;
    if (index < 0 || w->entry[index].state == BT_FACE_WAITS)
        return 0;
    w->wanted = -1;
    int result = w->entry[index].error;
    if (w->entry[index].state == BT_FACE_READY)
        result = bauta_map(w->engine, "all", w->entry[index].identity);
    if (result >= 0)
        w->worn = index;
    return result;
}

static void *read_all(void *opaque)
{
    struct bt_wardrobe *w = opaque;
    pthread_mutex_lock(&w->lock);
    while (!w->closing) {
        const int index = next_to_read(w);
        if (index < 0) {
            pthread_cond_wait(&w->more, &w->lock);
            continue;
        }
        // An entry's path and ground do not change once it is there.
        struct entry *e = &w->entry[index];
        pthread_mutex_unlock(&w->lock);
        struct bauta_identity *identity = NULL;
        const int result = read_face(w, e, &identity);
        pthread_mutex_lock(&w->lock);
        e->identity = identity;
        e->error = result < 0 ? result : 0;
        e->state = result < 0 ? BT_FACE_FAILED : BT_FACE_READY;
        put_on(w);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

// Calls ---------------------------------------------------------------------------------

// With the lock, or before the thread.
static int append(struct bt_wardrobe *w, const char *path, const char *consent)
{
    if (w->count == BT_WARDROBE_MAX)
        return BAUTA_E_USAGE;
    struct entry *e = &w->entry[w->count];
    *e = (struct entry){.path = strdup(path), .consent = consent ? strdup(consent) : NULL};
    if (!e->path || (consent && !e->consent)) {
        free(e->path);
        return BAUTA_E_NO_MEMORY;
    }
    return w->count++;
}

static int append_enrolled(void *opaque, const char *name)
{
    struct bt_wardrobe *w = opaque;
    // What is worn from the start is there already.
    if (w->count && w->entry[0].state == BT_FACE_READY && !strcmp(w->entry[0].path, name))
        return 0;
    const int result = append(w, name, NULL);
    return result == BAUTA_E_USAGE ? 1 : result < 0 ? result : 0;
}

// A face of nobody comes last, where there is room and the first is none.
static int append_nobody(struct bt_wardrobe *w)
{
    uint64_t seed;
    char name[40];
    if (w->count == BT_WARDROBE_MAX ||
        (w->count && bauta_anonymous_parse(w->entry[0].path, &seed, NULL) > 0) ||
        bauta_anonymous_parse("anonymous", &seed, NULL) < 1)
        return 0;
    snprintf(name, sizeof(name), "anonymous:%llu", (unsigned long long)seed);
    return append(w, name, NULL);
}

int bt_wardrobe_open(struct bt_wardrobe **out, struct bauta *engine, const char *name,
                     struct bauta_identity *first, const char *models)
{
    struct bt_wardrobe *w = calloc(1, sizeof(*w));
    if (!w)
        return BAUTA_E_NO_MEMORY;
    w->engine = engine;
    w->models = models;
    w->worn = w->wanted = -1;
    int result = first ? append(w, name, NULL) : 0;
    if (result >= 0 && first) {
        w->entry[0].identity = bauta_identity_ref(first);
        w->entry[0].state = BT_FACE_READY;
        w->worn = 0;
    }
    if (result >= 0)
        result = bauta_identity_list(append_enrolled, w);
    if (result >= 0)
        result = append_nobody(w);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->more, NULL);
    if (result >= 0 && !pthread_create(&w->thread, NULL, read_all, w)) {
        *out = w;
        return 0;
    }
    for (int i = 0; i < w->count; i++)
        free(w->entry[i].path);
    if (first)
        bauta_identity_unref(&w->entry[0].identity);
    free(w);
    return result < 0 ? result : BAUTA_E_NO_MEMORY;
}

int bt_wardrobe_get(struct bt_wardrobe *w, int index, struct bt_wardrobe_face *out)
{
    int result = BAUTA_E_END;
    pthread_mutex_lock(&w->lock);
    if (index >= 0 && index < w->count) {
        const struct entry *e = &w->entry[index];
        const char *slash = strrchr(e->path, '/');
        struct bauta_identity_info info = {.consent = e->consent};
        *out = (struct bt_wardrobe_face){
            .state = e->state, .error = e->error, .worn = index == w->worn};
        snprintf(out->name, sizeof(out->name), "%s", slash ? slash + 1 : e->path);
        if (e->identity) {
            out->thumbnail = bauta_identity_thumbnail(e->identity, &out->size);
            bauta_identity_info(e->identity, &info);
        }
        snprintf(out->consent, sizeof(out->consent), "%s",
                 info.consent ? info.consent : "");
        result = 0;
    }
    pthread_mutex_unlock(&w->lock);
    return result;
}

int bt_wardrobe_wear(struct bt_wardrobe *w, int index)
{
    int result = BAUTA_E_END;
    pthread_mutex_lock(&w->lock);
    if (index >= 0 && index < w->count) {
        w->wanted = index;
        result = put_on(w);
        pthread_cond_signal(&w->more);
    }
    pthread_mutex_unlock(&w->lock);
    return result;
}

int bt_wardrobe_add(struct bt_wardrobe *w, const char *path, const char *consent)
{
    int result = bauta_consent_check(consent);
    if (result < 0)
        return result;
    pthread_mutex_lock(&w->lock);
    result = append(w, path, consent);
    if (result >= 0)
        w->wanted = result;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
    if (result == BAUTA_E_USAGE)
        bt_say_error("%s: there are %d faces already", path, BT_WARDROBE_MAX);
    return result;
}

void bt_wardrobe_close(struct bt_wardrobe **wardrobe)
{
    struct bt_wardrobe *w = *wardrobe;
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->closing = true;
    pthread_cond_signal(&w->more);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
    for (int i = 0; i < w->count; i++) {
        bauta_identity_unref(&w->entry[i].identity);
        free(w->entry[i].path);
        free(w->entry[i].consent);
    }
    pthread_cond_destroy(&w->more);
    pthread_mutex_destroy(&w->lock);
    free(w);
    *wardrobe = NULL;
}
