// SPDX-License-Identifier: Apache-2.0
#ifndef BT_BASE_THREAD_H
#define BT_BASE_THREAD_H

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include <bauta/error.h>

typedef pthread_t bt_thread;
typedef pthread_mutex_t bt_mutex;
typedef pthread_cond_t bt_cond;

static inline int bt_thread_start(bt_thread *thread, void *(*run)(void *), void *opaque)
{
    int error = pthread_create(thread, NULL, run, opaque);
    return error ? (error == ENOMEM ? BAUTA_E_NO_MEMORY : BAUTA_E_FAILED) : 0;
}

static inline void bt_thread_join(bt_thread thread) { pthread_join(thread, NULL); }
static inline int bt_mutex_init(bt_mutex *m)
{
    return pthread_mutex_init(m, NULL) ? BAUTA_E_FAILED : 0;
}
static inline void bt_mutex_finish(bt_mutex *m) { pthread_mutex_destroy(m); }
static inline void bt_mutex_lock(bt_mutex *m) { pthread_mutex_lock(m); }
static inline void bt_mutex_unlock(bt_mutex *m) { pthread_mutex_unlock(m); }
// Its timed waits go by the monotonic clock, as bt_now_ns does.
static inline int bt_cond_init(bt_cond *c)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr))
        return BAUTA_E_FAILED;
    int error = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    error = error ? error : pthread_cond_init(c, &attr);
    pthread_condattr_destroy(&attr);
    return error ? BAUTA_E_FAILED : 0;
}
static inline void bt_cond_finish(bt_cond *c) { pthread_cond_destroy(c); }
static inline void bt_cond_wait(bt_cond *c, bt_mutex *m) { pthread_cond_wait(c, m); }
// False when until_ns of the monotonic clock has passed.
static inline int bt_cond_wait_until(bt_cond *c, bt_mutex *m, int64_t until_ns)
{
    const struct timespec until = {until_ns / 1000000000, until_ns % 1000000000};
    return pthread_cond_timedwait(c, m, &until) != ETIMEDOUT;
}
static inline void bt_cond_signal(bt_cond *c) { pthread_cond_signal(c); }
static inline void bt_cond_broadcast(bt_cond *c) { pthread_cond_broadcast(c); }

#endif
