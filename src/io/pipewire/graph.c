// SPDX-License-Identifier: Apache-2.0
#include "io/pipewire/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <pipewire/extensions/metadata.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "base/thread.h"

#define ANSWER_NS ((int64_t)3000000000)     // that the daemon has,
#define QUIET_NS ((int64_t)1000000000)      // where only its state is asked for
#define SLICE_NS ((int64_t)50000000)        // until a stop is seen

struct bt_pipewire {
    struct pw_thread_loop *loop;
    struct pw_context *context;
    struct pw_core *core;
    struct pw_registry *registry;
    struct pw_metadata *metadata;
    struct spa_hook core_hook, registry_hook, metadata_hook;
    const atomic_int *stop;
    int64_t patience_ns;
    bt_mutex mutex;              // guards events
    bt_cond woken;
    unsigned events;
    bool initialised, has_mutex, has_cond;
    // With the loop locked:
    int sent, done;              // numbers of core_sync
    bool flushed;
    int error;                   // the connection broke
    bool listed, managed, gone;
    uint32_t watched;
    char version[32], standard[128];
    struct bt_pipewire_node nodes[BT_PIPEWIRE_NODES];
    int count;
    // While modes are read:
    struct bt_pipewire_node *asked;
    const struct bt_v4l2_wish *wish;
};

void bt_pipewire_lock(struct bt_pipewire *p)
{
    pw_thread_loop_lock(p->loop);
}

void bt_pipewire_unlock(struct bt_pipewire *p)
{
    pw_thread_loop_unlock(p->loop);
}

struct pw_core *bt_pipewire_core(struct bt_pipewire *p)
{
    return p->core;
}

void bt_pipewire_wake(struct bt_pipewire *p)
{
    bt_mutex_lock(&p->mutex);
    p->events++;
    bt_cond_broadcast(&p->woken);
    bt_mutex_unlock(&p->mutex);
}

// The thread loop's own wait goes by the clock that people set.
int bt_pipewire_wait(struct bt_pipewire *p, int64_t until_ns)
{
    bt_mutex_lock(&p->mutex);
    const unsigned seen = p->events;
    bt_pipewire_unlock(p);
    int result = 0;
    while (p->events == seen && result >= 0) {
        const int64_t now = bt_now_ns(), soon = now + SLICE_NS;
        if (p->stop && atomic_load(p->stop))
            result = BAUTA_E_STOPPED;
        else if (now >= until_ns)
            result = BAUTA_E_AGAIN;
        else
            bt_cond_wait_until(&p->woken, &p->mutex, soon < until_ns ? soon : until_ns);
    }
    bt_mutex_unlock(&p->mutex);
    bt_pipewire_lock(p);
    return p->error ? BAUTA_E_IO : result;
}

void bt_pipewire_watch(struct bt_pipewire *p, uint32_t id)
{
    p->watched = id;
    p->gone = false;
}

bool bt_pipewire_lost(const struct bt_pipewire *p)
{
    return p->error != 0;
}

bool bt_pipewire_gone(const struct bt_pipewire *p)
{
    return p->gone;
}

static void on_info(void *data, const struct pw_core_info *info)
{
    struct bt_pipewire *p = data;
    if (info->version)
        snprintf(p->version, sizeof(p->version), "%s", info->version);
}

static void on_done(void *data, uint32_t id, int seq)
{
    struct bt_pipewire *p = data;
    if (id == PW_ID_CORE)
        p->done = seq;
    bt_pipewire_wake(p);
}

// Errors of single objects are told by those; that of the core is the connection's end.
static void on_error(void *data, uint32_t id, int seq, int res, const char *message)
{
    struct bt_pipewire *p = data;
    (void)seq;
    bt_debug("pipewire: object %u: %s (%d)", id, message ? message : "", res);
    if (id == PW_ID_CORE && res == -EPIPE)
        p->error = res;
    bt_pipewire_wake(p);
}

static const struct pw_core_events core_events = {
    PW_VERSION_CORE_EVENTS, .info = on_info, .done = on_done, .error = on_error,
};

// {"name":"NODE"} of key default.video.source.
static int on_property(void *data, uint32_t subject, const char *key, const char *type,
                       const char *value)
{
    struct bt_pipewire *p = data;
    (void)type;
    if (subject != PW_ID_CORE || !key || strcmp(key, "default.video.source"))
        return 0;
    const char *at = value ? strstr(value, "\"name\"") : NULL;
    at = at ? strchr(at + 6, ':') : NULL;
    at = at ? strchr(at, '"') : NULL;
    p->standard[0] = 0;
    if (at)
        snprintf(p->standard, sizeof(p->standard), "%.*s", (int)strcspn(at + 1, "\""),
                 at + 1);
    return 0;
}

static const struct pw_metadata_events metadata_events = {
    PW_VERSION_METADATA_EVENTS, .property = on_property,
};

static const char *get(const struct spa_dict *props, const char *key)
{
    const char *value = props ? spa_dict_lookup(props, key) : NULL;
    return value ? value : "";
}

// Whole characters as far as they fit; none of those that command a terminal.
static void copy_text(char *to, size_t size, const char *from)
{
    size_t n = strnlen(from, size);
    n = n < size ? n : size - 1;
    while (n && from[n] && (from[n] & 0xC0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++)
        to[i] = (unsigned char)from[i] < 32 || from[i] == 127 ? '?' : from[i];
    to[n] = 0;
}

static void add_node(struct bt_pipewire *p, uint32_t id, const struct spa_dict *props)
{
    const char *class = get(props, PW_KEY_MEDIA_CLASS);
    const bool microphone = !strncmp(class, "Audio/Source", 12);
    if (p->count == BT_PIPEWIRE_NODES ||
        (!microphone && strncmp(class, "Video/Source", 12)))
        return;
    struct bt_pipewire_node *n = &p->nodes[p->count++];
    n->id = id;
    n->microphone = microphone;
    n->priority = atoi(get(props, PW_KEY_PRIORITY_SESSION));
    copy_text(n->serial, sizeof(n->serial), get(props, PW_KEY_OBJECT_SERIAL));
    copy_text(n->name, sizeof(n->name), get(props, PW_KEY_NODE_NAME));
    copy_text(n->description, sizeof(n->description),
              get(props, PW_KEY_NODE_DESCRIPTION));
    if (!*n->name)
        memcpy(n->name, n->serial, sizeof(n->serial));
    n->ours = !strcmp(n->description, BT_PIPEWIRE_CARD);
}

static void on_global(void *data, uint32_t id, uint32_t permissions, const char *type,
                      uint32_t version, const struct spa_dict *props)
{
    struct bt_pipewire *p = data;
    (void)permissions;
    (void)version;
    if (p->listed)
        return;
    const char *program = get(props, PW_KEY_APP_NAME);
    if (!strcmp(type, PW_TYPE_INTERFACE_Client) &&
        (strstr(program, "ireplumber") || strstr(program, "irePlumber") ||
         strstr(program, "media-session")))
        p->managed = true;
    else if (!strcmp(type, PW_TYPE_INTERFACE_Node))
        add_node(p, id, props);
    else if (!strcmp(type, PW_TYPE_INTERFACE_Metadata) && !p->metadata &&
             !strcmp(get(props, PW_KEY_METADATA_NAME), "default"))
        p->metadata = pw_registry_bind(p->registry, id, type, PW_VERSION_METADATA, 0);
    if (p->metadata && !p->metadata_hook.cb.funcs)
        pw_metadata_add_listener(p->metadata, &p->metadata_hook, &metadata_events, p);
}

static void on_global_remove(void *data, uint32_t id)
{
    struct bt_pipewire *p = data;
    if (id != p->watched)
        return;
    p->gone = true;
    bt_pipewire_wake(p);
}

static const struct pw_registry_events registry_events = {
    PW_VERSION_REGISTRY_EVENTS, .global = on_global,
    .global_remove = on_global_remove,
};

// Waits until the daemon has answered all that was asked.
static int sync_all(struct bt_pipewire *p)
{
    const int64_t until = bt_now_ns() + p->patience_ns;
    p->sent = pw_core_sync(p->core, PW_ID_CORE, 0);
    int result = p->sent < 0 ? BAUTA_E_IO : 0;
    while (result >= 0 && p->done != p->sent)
        result = bt_pipewire_wait(p, until);
    return result;
}

static int start(struct bt_pipewire *p, int *error)
{
    p->context = pw_context_new(pw_thread_loop_get_loop(p->loop), NULL, 0);
    p->core = p->context ? pw_context_connect(p->context, NULL, 0) : NULL;
    if (!p->core) {
        *error = errno;
        return BAUTA_E_NOT_FOUND;
    }
    pw_core_add_listener(p->core, &p->core_hook, &core_events, p);
    p->registry = pw_core_get_registry(p->core, PW_VERSION_REGISTRY, 0);
    if (!p->registry) {
        *error = errno;
        return BAUTA_E_NOT_FOUND;
    }
    pw_registry_add_listener(p->registry, &p->registry_hook, &registry_events, p);
    int result = sync_all(p);
    // What was bound on the way answers after that.
    if (result >= 0 && p->metadata)
        result = sync_all(p);
    p->listed = true;
    *error = result == BAUTA_E_AGAIN ? ETIMEDOUT : EPIPE;
    return result < 0 && result != BAUTA_E_STOPPED ? BAUTA_E_NOT_FOUND : result;
}

static int prepare(struct bt_pipewire *p)
{
    p->watched = SPA_ID_INVALID;
    p->done = -1;
    p->has_mutex = bt_mutex_init(&p->mutex) >= 0;
    p->has_cond = bt_cond_init(&p->woken) >= 0;
    if (!p->has_mutex || !p->has_cond)
        return BAUTA_E_FAILED;
    pw_init(NULL, NULL);
    p->initialised = true;
    p->loop = pw_thread_loop_new("bauta-pipewire", NULL);
    return p->loop && pw_thread_loop_start(p->loop) >= 0 ? 0 : BAUTA_E_FAILED;
}

int bt_pipewire_open(struct bt_pipewire **out, const atomic_int *stop, bool quiet)
{
    struct bt_pipewire *p = bt_zalloc(sizeof(*p));
    if (!p) {
        bt_error("pipewire: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    p->stop = stop;
    p->patience_ns = quiet ? QUIET_NS : ANSWER_NS;
    int error = 0, result = prepare(p);
    if (result < 0) {
        bt_error("pipewire: no thread could be started");
        goto fail;
    }
    bt_pipewire_lock(p);
    result = start(p, &error);
    bt_pipewire_unlock(p);
    if (result >= 0) {
        *out = p;
        return 0;
    }
    if (result == BAUTA_E_NOT_FOUND && !quiet)
        bt_error("pipewire: no daemon answers (%s): start pipewire and wireplumber, for "
                 "instance " BT_PIPEWIRE_HINT, strerror(error));
fail:
    bt_pipewire_close(&p);
    return result;
}

static void on_flushed(void *data, uint64_t count)
{
    struct bt_pipewire *p = data;
    (void)count;
    p->flushed = true;
    bt_pipewire_wake(p);
}

// Waits until the loop has run what is in its queue now. Its lock is free meanwhile; when it
// is held again all that became ready together with the event was run.
static void flush(struct bt_pipewire *p)
{
    struct pw_loop *loop = pw_thread_loop_get_loop(p->loop);
    struct spa_source *event = pw_loop_add_event(loop, on_flushed, p);
    const int64_t until = bt_now_ns() + QUIET_NS;
    p->flushed = false;
    if (!event || pw_loop_signal_event(loop, event) < 0)
        p->flushed = true;
    while (!p->flushed && bt_now_ns() < until) {
        bt_mutex_lock(&p->mutex);
        const unsigned before = p->events;
        pw_thread_loop_unlock(p->loop);
        while (p->events == before && bt_now_ns() < until)
            bt_cond_wait_until(&p->woken, &p->mutex, until);
        bt_mutex_unlock(&p->mutex);
        pw_thread_loop_lock(p->loop);
    }
    if (event)
        pw_loop_destroy_source(loop, event);
}

void bt_pipewire_end_stream(struct bt_pipewire *p, struct pw_stream **stream,
                            struct spa_hook *hook)
{
    if (!*stream)
        return;
    pw_thread_loop_lock(p->loop);
    spa_hook_remove(hook);
    pw_stream_disconnect(*stream);
    flush(p);
    pw_stream_destroy(*stream);
    pw_thread_loop_unlock(p->loop);
    *stream = NULL;
}

void bt_pipewire_close(struct bt_pipewire **connection)
{
    struct bt_pipewire *p = connection ? *connection : NULL;
    if (!p)
        return;
    if (p->loop)
        pw_thread_loop_stop(p->loop);
    if (p->metadata)
        pw_proxy_destroy((struct pw_proxy *)p->metadata);
    if (p->registry)
        pw_proxy_destroy((struct pw_proxy *)p->registry);
    if (p->core)
        pw_core_disconnect(p->core);
    if (p->context)
        pw_context_destroy(p->context);
    if (p->loop)
        pw_thread_loop_destroy(p->loop);
    if (p->initialised)
        pw_deinit();
    for (int i = 0; i < p->count; i++)
        bt_free(p->nodes[i].modes);
    if (p->has_cond)
        bt_cond_finish(&p->woken);
    if (p->has_mutex)
        bt_mutex_finish(&p->mutex);
    bt_freep(connection);
}

struct bt_pipewire_node *bt_pipewire_node_at(struct bt_pipewire *p, int index)
{
    return index >= 0 && index < p->count ? &p->nodes[index] : NULL;
}

const char *bt_pipewire_version(const struct bt_pipewire *p)
{
    return p->version;
}

bool bt_pipewire_managed(const struct bt_pipewire *p)
{
    return p->managed;
}

// How well a camera or microphone fits: 0 not at all.
static int64_t fit(const struct bt_pipewire *p, const struct bt_pipewire_node *n,
                   bool microphone, const char *name)
{
    if (n->microphone != microphone)
        return 0;
    if (!*name && n->ours)
        return 0;
    if (!*name)
        return !strcmp(n->name, p->standard) ? INT64_MAX
                                             : (int64_t)n->priority + INT32_MAX;
    return !strcmp(n->serial, name) ? 3 : !strcmp(n->name, name) ? 2
                                        : !strcmp(n->description, name);
}

static void say_missing(const struct bt_pipewire *p, bool microphone, const char *name)
{
    const char *what = microphone ? "microphone" : "camera";
    char list[768] = "";
    for (int i = 0; i < p->count; i++) {
        const struct bt_pipewire_node *n = &p->nodes[i];
        const size_t length = strlen(list);
        if (n->microphone == microphone && length < sizeof(list) - 1)
            snprintf(list + length, sizeof(list) - length, "%s%s (%s)",
                     *list ? ", " : "", n->name, n->description);
    }
    bt_error("pipewire:%s: there is no %s%s; %s%s", name, *name ? "such " : "", what,
             *list ? "there is " : "there is none at all: plug one in, and see that "
             "wireplumber runs (bauta devices)", list);
}

int bt_pipewire_find(struct bt_pipewire *p, bool microphone, const char *name,
                     struct bt_pipewire_node **out)
{
    int64_t most = 0;
    for (int i = 0; i < p->count; i++) {
        const int64_t is = fit(p, &p->nodes[i], microphone, name);
        if (is > most) {
            most = is;
            *out = &p->nodes[i];
        }
    }
    if (most)
        return 0;
    say_missing(p, microphone, name);
    return BAUTA_E_NOT_FOUND;
}

static void on_param(void *data, int seq, uint32_t id, uint32_t index, uint32_t next,
                     const struct spa_pod *param)
{
    struct bt_pipewire *p = data;
    struct bt_pipewire_node *n = p->asked;
    (void)seq;
    (void)index;
    (void)next;
    if (id != SPA_PARAM_EnumFormat || !param)
        return;
    n->told++;
    n->count = bt_pipewire_add_modes(param, p->wish, n->modes, n->count,
                                     BT_PIPEWIRE_MODES);
}

static const struct pw_node_events node_events = {
    PW_VERSION_NODE_EVENTS, .param = on_param,
};

int bt_pipewire_modes(struct bt_pipewire *p, struct bt_pipewire_node *node,
                      const struct bt_v4l2_wish *wish)
{
    if (!node->modes)
        node->modes = bt_alloc_array(BT_PIPEWIRE_MODES, sizeof(*node->modes));
    if (!node->modes) {
        bt_error("pipewire: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    struct spa_hook hook = {0};
    bt_pipewire_lock(p);
    node->count = node->told = 0;
    p->asked = node;
    p->wish = wish;
    struct pw_node *proxy = pw_registry_bind(p->registry, node->id,
                                             PW_TYPE_INTERFACE_Node, PW_VERSION_NODE, 0);
    int result = proxy ? 0 : BAUTA_E_IO;
    if (proxy) {
        pw_node_add_listener(proxy, &hook, &node_events, p);
        pw_node_enum_params(proxy, 0, SPA_PARAM_EnumFormat, 0, UINT32_MAX, NULL);
        result = sync_all(p);
        spa_hook_remove(&hook);
        pw_proxy_destroy((struct pw_proxy *)proxy);
    }
    bt_pipewire_unlock(p);
    if (result < 0 && result != BAUTA_E_STOPPED)
        bt_error("pipewire: the daemon does not answer");
    return result == BAUTA_E_AGAIN ? BAUTA_E_IO : result;
}
