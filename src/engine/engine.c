// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <sys/random.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/engine.h"

// The number in the watermark, 1 to 4095.
static int choose_session(unsigned *session)
{
    uint16_t number = 0;
    do {
        if (getrandom(&number, sizeof(number), 0) != sizeof(number)) {
            bt_error("engine: the system gives no random numbers");
            return BAUTA_E_IO;
        }
        number &= 0xfff;
    } while (!number);
    *session = number;
    return 0;
}

void bt_engine_set_session(struct bauta *engine, unsigned session)
{
    engine->session = engine->options.mark.session = session;
}

int bauta_create(struct bauta **out)
{
    int result = BAUTA_E_NO_MEMORY;
    struct bauta *engine = bt_zalloc(sizeof(*engine));
    if (!engine) {
        bt_error("engine: out of memory");
        return result;
    }
    result = bt_options_init(&engine->options);
    if (result < 0)
        goto fail;
    result = choose_session(&engine->session);
    if (result < 0) {
        bt_options_finish(&engine->options);
        goto fail;
    }
    engine->options.mark.session = engine->session;
    result = bt_mutex_init(&engine->lock);
    if (result < 0) {
        bt_options_finish(&engine->options);
        goto fail;
    }
    result = bt_fan_init(&engine->fan);
    if (result >= 0) {
        result = bt_watch_init(&engine->watch, engine);
        if (result < 0)
            bt_fan_finish(&engine->fan);
    }
    if (result < 0) {
        bt_mutex_finish(&engine->lock);
        bt_options_finish(&engine->options);
        goto fail;
    }
    atomic_init(&engine->changes, 0);
    atomic_init(&engine->maps, 0);
    atomic_init(&engine->cover, 0);
    atomic_init(&engine->stop, 0);
    engine->options.io.stop = &engine->stop;
    atomic_init(&engine->cut_us, 0);
    engine->options.mark.cut_us = &engine->cut_us;
    *out = engine;
    return 0;

fail:
    bt_free(engine);
    return result;
}

void bauta_destroy(struct bauta **engine)
{
    if (!engine || !*engine)
        return;
    struct bauta *e = *engine;
    bt_live_destroy(e);
    bt_fan_finish(&e->fan);
    bt_watch_finish(&e->watch);
    if (e->flow)
        bt_flow_fail(e->flow, BAUTA_E_STOPPED);
    bt_flow_finish(&e->flow);
    bt_engine_stop_processing(e);
    for (int i = 0; i < e->map_count; i++)
        bauta_identity_unref(&e->map[i].identity);
    for (int i = 0; i < e->wearer_count; i++)
        bt_wearer_free(&e->wearer[i]);
    bt_options_finish(&e->options);
    bt_mutex_finish(&e->lock);
    bt_freep(engine);
}

int bauta_set(struct bauta *engine, const char *name, const char *value)
{
    if (!engine || !name || !value) {
        bt_error("bauta_set: an argument is missing");
        return BAUTA_E_USAGE;
    }
    bt_mutex_lock(&engine->lock);
    const bool running = engine->state != BT_ENGINE_IDLE;
    const int result = bt_options_set(&engine->options, name, value, running);
    bt_mutex_unlock(&engine->lock);
    if (result >= 0)
        atomic_fetch_add(&engine->changes, 1);
    return result;
}

static bool same_target(struct bt_target a, struct bt_target b)
{
    return a.kind == b.kind && a.number == b.number;
}

static int find_wearer(const struct bauta *engine, const char *path)
{
    int at = 0;
    while (at < engine->wearer_count && strcmp(engine->wearer[at]->path, path) != 0)
        at++;
    return at;
}

// A photo is read once. What takes time is done without the lock.
static int know_wearer(struct bauta *engine, const char *path, struct bt_target *out)
{
    struct bt_wearer *wearer = NULL;
    struct bt_options options;
    bt_mutex_lock(&engine->lock);
    int result = bt_options_copy(&options, &engine->options);
    const bool there = find_wearer(engine, path) < engine->wearer_count;
    bt_mutex_unlock(&engine->lock);
    if (result < 0)
        return result;
    const char *models = options.engine.models;
    if (!there)
        result = bt_wearer_read(&wearer, path, models && models[0] ? models : NULL);
    bt_options_finish(&options);
    if (result < 0)
        return result;
    bt_mutex_lock(&engine->lock);
    const int at = find_wearer(engine, path);
    if (at == BT_WEARERS_MAX) {
        bt_error("%s: more than %d people to tell apart by photos", path, BT_WEARERS_MAX);
        result = BAUTA_E_USAGE;
    } else if (at == engine->wearer_count) {
        engine->wearer[engine->wearer_count++] = wearer;
        wearer = NULL;
    }
    bt_mutex_unlock(&engine->lock);
    bt_wearer_free(&wearer);
    *out = (struct bt_target){.kind = BT_TARGET_WEARER, .number = at};
    return result;
}

static int read_target(struct bauta *engine, const char *target, struct bt_target *out)
{
    static const char photo[] = "photo:";
    if (strncmp(target, photo, sizeof(photo) - 1) != 0)
        return bt_target_parse("target", target, out);
    if (target[sizeof(photo) - 1])
        return know_wearer(engine, target + sizeof(photo) - 1, out);
    bt_error("target photo: names no file; it has the form photo:FILE");
    return BAUTA_E_USAGE;
}

int bauta_map(struct bauta *engine, const char *target, struct bauta_identity *identity)
{
    struct bt_target wanted;
    if (!engine || !target || !identity) {
        bt_error("bauta_map: an argument is missing");
        return BAUTA_E_USAGE;
    }
    const int result = read_target(engine, target, &wanted);
    if (result < 0)
        return result;
    bt_mutex_lock(&engine->lock);
    if (engine->state != BT_ENGINE_IDLE && engine->state != BT_ENGINE_LIVES) {
        bt_mutex_unlock(&engine->lock);
        bt_error("bauta_map: identities are given before running");
        return BAUTA_E_USAGE;
    }
    int at = 0;
    while (at < engine->map_count && !same_target(engine->map[at].target, wanted))
        at++;
    // There are fewer different targets than rows.
    struct bauta_identity *before = NULL;
    bauta_identity_ref(identity);
    if (at < engine->map_count)
        before = engine->map[at].identity;
    else
        engine->map_count++;
    engine->map[at] = (struct bt_map_row){wanted, identity};
    atomic_fetch_add(&engine->maps, 1);
    bt_mutex_unlock(&engine->lock);
    bt_fan_note_map(&engine->fan, engine);
    bauta_identity_unref(&before);
    return 0;
}

_Static_assert(BT_TARGETS_MAX >= BAUTA_FACES_MAX + 4 + BT_WEARERS_MAX,
               "a row for every target");

void bauta_stop(struct bauta *engine)
{
    if (engine)
        atomic_store(&engine->stop, 1);
}

int bt_engine_enter(struct bauta *engine, enum bt_engine_state state)
{
    static const char *const doing[] = {
        [BT_ENGINE_RUNS] = "inside bauta_run",
        [BT_ENGINE_PUSHES] = "in use by bauta_push",
        [BT_ENGINE_PROCESSES] = "in use by bauta_process",
        [BT_ENGINE_LIVES] = "in a live stream",
    };
    bt_mutex_lock(&engine->lock);
    const enum bt_engine_state before = engine->state;
    if (before == BT_ENGINE_IDLE) {
        engine->options.mark.end = 0;
        atomic_store(&engine->cut_us, 0);
        engine->state = state;
    }
    bt_mutex_unlock(&engine->lock);
    if (before != BT_ENGINE_IDLE) {
        bt_error("engine: it is %s; make another one for another stream", doing[before]);
        return BAUTA_E_USAGE;
    }
    bt_report_begin(engine);
    return 0;
}

void bt_engine_leave(struct bauta *engine)
{
    bt_report_end(engine);
    bt_mutex_lock(&engine->lock);
    engine->state = BT_ENGINE_IDLE;
    bt_mutex_unlock(&engine->lock);
}

void bt_engine_set_tap(struct bauta *engine, bt_tap_fn *fn, void *opaque)
{
    engine->tap = fn;
    engine->tap_opaque = opaque;
}

void bt_engine_set_fault(struct bauta *engine, enum bauta_stage stage, int every)
{
    engine->fault_every[stage] = every;
}

void bt_engine_set_gate(struct bauta *engine, const void *net, size_t size)
{
    engine->gate_net = net;
    engine->gate_size = size;
}
