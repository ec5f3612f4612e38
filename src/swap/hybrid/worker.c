// SPDX-License-Identifier: Apache-2.0
#include "swap/hybrid/worker.h"

#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"

enum { SOURCES_MAX = 16 };
static const size_t PORTRAIT_BYTES = (size_t)3 * BT_PORTRAIT_SIZE * BT_PORTRAIT_SIZE;

// What the generator is told of a face; made at its first use.
struct source {
    uint64_t owner; // 0: free
    int error;
    int64_t asked;
    float *value;
};

struct bt_worker {
    struct bt_generator *generator;
    struct bt_key_maker maker;
    bt_thread thread;
    bool started, idle;
    sem_t asked, done;
    atomic_bool stop;
    // The thread's while it is busy, the user's otherwise.
    bool busy;
    int error;
    struct bt_key_job job[2], *blank, *work;
    struct bt_key key;
    // The thread's.
    struct source source[SOURCES_MAX];
    int64_t count;
    float (*made)[3], *mask;
};

static int source_of(struct bt_worker *w, const struct bt_key_job *job, const float **out)
{
    struct source *s = &w->source[0];
    for (int i = 0; i < SOURCES_MAX && s->owner != job->owner; i++)
        if (w->source[i].owner == job->owner || w->source[i].asked < s->asked)
            s = &w->source[i];
    s->asked = ++w->count;
    if (s->owner != job->owner) {
        struct bt_source_face who = {.portrait = job->portrait};
        memcpy(who.portrait_point, job->portrait_point, sizeof who.portrait_point);
        const size_t count = w->generator->source_count;
        if (!s->value && count)
            s->value = bt_alloc(count * sizeof(float));
        if (!s->value && count)
            return BAUTA_E_NO_MEMORY;
        s->error = bt_generator_source(w->generator, &who, s->value);
        s->owner = s->error ? 0 : job->owner;
    }
    *out = s->value;
    return s->error;
}

static int work_on(struct bt_worker *w, const struct bt_key_job *job)
{
    const float *source = NULL;
    int error = source_of(w, job, &source);
    if (!error)
        error = bt_generator_run(w->generator, (const float(*)[3])job->seen, source, w->made,
                                 w->mask);
    if (error)
        return error;
    w->key.owner = job->owner;
    w->key.view = job->view;
    bt_key_make(&w->key, &w->maker, (const float(*)[3])w->made, w->mask,
                (const float(*)[2])job->landmark);
    return 0;
}

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore))
        ;
}

static void *run(void *opaque)
{
    struct bt_worker *w = opaque;
    const struct sched_param none = {0};
    if (w->idle && pthread_setschedparam(pthread_self(), SCHED_IDLE, &none))
        bt_debug("engine hybrid: the generator's thread runs at the usual priority");
    for (;;) {
        wait_for(&w->asked);
        if (atomic_load(&w->stop))
            return NULL;
        w->error = work_on(w, w->work);
        sem_post(&w->done);
    }
}

static int reserve(struct bt_worker *w)
{
    const size_t side = (size_t)w->generator->size, pixels = side * side;
    w->made = bt_alloc(pixels * sizeof *w->made);
    w->mask = bt_alloc(pixels * sizeof *w->mask);
    if (!w->made || !w->mask)
        return BAUTA_E_NO_MEMORY;
    for (int i = 0; i < 2; i++) {
        w->job[i].seen = bt_alloc(pixels * sizeof *w->job[i].seen);
        w->job[i].portrait = bt_alloc(PORTRAIT_BYTES);
        if (!w->job[i].seen || !w->job[i].portrait)
            return BAUTA_E_NO_MEMORY;
    }
    w->blank = &w->job[0];
    w->work = &w->job[1];
    const int error = bt_key_maker_init(&w->maker, w->generator->size);
    return error ? error : bt_key_init(&w->key, &w->maker);
}

int bt_worker_open(struct bt_worker **out, struct bt_generator *generator, bool idle)
{
    struct bt_worker *w = bt_zalloc(sizeof *w);
    if (!w) {
        bt_generator_close(&generator);
        return BAUTA_E_NO_MEMORY;
    }
    w->generator = generator;
    w->idle = idle;
    sem_init(&w->asked, 0, 0);
    sem_init(&w->done, 0, 0);
    int error = reserve(w);
    if (!error)
        error = bt_thread_start(&w->thread, run, w);
    w->started = !error;
    if (error)
        bt_worker_close(&w);
    *out = w;
    return error;
}

void bt_worker_close(struct bt_worker **worker)
{
    struct bt_worker *w = *worker;
    if (!w)
        return;
    if (w->started) {
        atomic_store(&w->stop, true);
        bt_net_stop(w->generator->net);
        sem_post(&w->asked);
        bt_thread_join(w->thread);
    }
    sem_destroy(&w->asked);
    sem_destroy(&w->done);
    bt_generator_close(&w->generator);
    bt_key_finish(&w->key);
    bt_key_maker_finish(&w->maker);
    for (int i = 0; i < 2; i++) {
        bt_free(w->job[i].seen);
        bt_free(w->job[i].portrait);
    }
    for (int i = 0; i < SOURCES_MAX; i++)
        bt_free(w->source[i].value);
    bt_free(w->made);
    bt_free(w->mask);
    bt_freep(worker);
}

struct bt_key_job *bt_worker_blank(struct bt_worker *w)
{
    return w->blank;
}

void bt_worker_tell(struct bt_worker *w, const struct bt_source_face *who, uint64_t owner)
{
    struct bt_key_job *job = w->blank;
    job->owner = owner;
    memcpy(job->portrait_point, who->portrait_point, sizeof job->portrait_point);
    if (job->portrait_owner != owner)
        memcpy(job->portrait, who->portrait, PORTRAIT_BYTES);
    job->portrait_owner = owner;
}

bool bt_worker_busy(const struct bt_worker *w)
{
    return w->busy;
}

void bt_worker_start(struct bt_worker *w)
{
    struct bt_key_job *job = w->blank;
    w->blank = w->work;
    w->work = job;
    w->busy = true;
    sem_post(&w->asked);
}

int bt_worker_take(struct bt_worker *w, bool wait, struct bt_key **key)
{
    if (!w->busy)
        return BAUTA_E_AGAIN;
    if (wait)
        wait_for(&w->done);
    else if (sem_trywait(&w->done))
        return BAUTA_E_AGAIN;
    w->busy = false;
    if (!w->error)
        *key = &w->key;
    return w->error;
}

uint64_t bt_worker_owner(const struct bt_worker *w)
{
    return w->work->owner;
}

const struct bt_generator *bt_worker_generator(const struct bt_worker *w)
{
    return w->generator;
}

const struct bt_key_maker *bt_worker_maker(const struct bt_worker *w)
{
    return &w->maker;
}
