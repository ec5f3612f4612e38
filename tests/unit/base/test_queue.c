// SPDX-License-Identifier: Apache-2.0
#include <stdatomic.h>
#include <stdint.h>
#include <unistd.h>

#include "../check.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/queue.h"
#include "base/thread.h"

static atomic_int drops;
static atomic_intptr_t last_drop;

static void drop(void *item)
{
    atomic_fetch_add(&drops, 1);
    atomic_store(&last_drop, (intptr_t)item);
}

static void *number(intptr_t n)
{
    return (void *)n;
}

static void test_order(void)
{
    struct bt_queue *q = bt_queue_create(3, false, drop);
    void *item = number(99);
    CHECK(q);
    CHECK_INT(bt_queue_try_pop(q, &item), BAUTA_E_AGAIN);
    CHECK(item == number(99));
    for (intptr_t round = 0; round < 5; round++) {
        for (intptr_t i = 0; i < 3; i++)
            CHECK_INT(bt_queue_push(q, number(10 * round + i)), 0);
        CHECK_INT(bt_queue_try_push(q, number(7)), BAUTA_E_AGAIN);
        for (intptr_t i = 0; i < 3; i++) {
            CHECK_INT(bt_queue_pop(q, &item), 0);
            CHECK(item == number(10 * round + i));
        }
    }
    CHECK_INT(bt_queue_push(q, number(1)), 0);
    bt_queue_end(q);
    CHECK_INT(bt_queue_push(q, number(2)), BAUTA_E_STOPPED);
    CHECK_INT(bt_queue_pop(q, &item), 0);
    CHECK(item == number(1));
    CHECK_INT(bt_queue_pop(q, &item), BAUTA_E_END);
    CHECK_INT(bt_queue_try_pop(q, &item), BAUTA_E_END);
    CHECK_INT(atomic_load(&drops), 0);
    CHECK_INT(bt_queue_dropped(q), 0);
    bt_queue_destroy(&q);
    CHECK(!q);
    bt_queue_destroy(&q);
    bt_queue_destroy(NULL);
}

static void test_dropping(void)
{
    struct bt_queue *q = bt_queue_create(2, true, drop);
    void *item = NULL;
    atomic_store(&drops, 0);
    for (intptr_t i = 1; i <= 5; i++)
        CHECK_INT((i % 2 ? bt_queue_push : bt_queue_try_push)(q, number(i)), 0);
    CHECK_INT(atomic_load(&drops), 3);
    CHECK_INT(atomic_load(&last_drop), 3);
    CHECK_INT(bt_queue_dropped(q), 3);
    CHECK_INT(bt_queue_pop(q, &item), 0);
    CHECK(item == number(4));
    // Closing frees the rest, but does not count it as dropped for room.
    bt_queue_close(q);
    CHECK_INT(atomic_load(&drops), 4);
    CHECK_INT(atomic_load(&last_drop), 5);
    CHECK_INT(bt_queue_dropped(q), 3);
    CHECK_INT(bt_queue_push(q, number(6)), BAUTA_E_STOPPED);
    CHECK_INT(bt_queue_pop(q, &item), BAUTA_E_STOPPED);
    CHECK_INT(atomic_load(&drops), 4);
    bt_queue_destroy(&q);
    CHECK_INT(atomic_load(&drops), 4);

    q = bt_queue_create(4, false, drop);
    bt_queue_push(q, number(1));
    bt_queue_push(q, number(2));
    bt_queue_destroy(&q);
    CHECK_INT(atomic_load(&drops), 6);
}

enum { ITEMS = 20000 };

static void *produce(void *opaque)
{
    for (intptr_t i = 1; i <= ITEMS; i++) {
        if (bt_queue_push(opaque, number(i)) < 0)
            break;
    }
    bt_queue_end(opaque);
    return NULL;
}

// Everything arrives once and in order; in dropping mode what is missing was dropped.
static void test_two_threads(int depth, bool drop_oldest)
{
    struct bt_queue *q = bt_queue_create(depth, drop_oldest, drop);
    bt_thread thread;
    atomic_store(&drops, 0);
    CHECK_INT(bt_thread_start(&thread, produce, q), 0);
    void *item = NULL;
    intptr_t last = 0;
    int got = 0, disorder = 0, result = 0;
    while ((result = bt_queue_pop(q, &item)) == 0) {
        disorder += (intptr_t)item <= last;
        last = (intptr_t)item;
        got++;
    }
    bt_thread_join(thread);
    CHECK_INT(result, BAUTA_E_END);
    CHECK_INT(disorder, 0);
    CHECK_INT(last, ITEMS);
    CHECK_INT(got + atomic_load(&drops), ITEMS);
    CHECK_INT(bt_queue_dropped(q), atomic_load(&drops));
    if (!drop_oldest)
        CHECK_INT(got, ITEMS);
    bt_queue_destroy(&q);
}

struct waiter {
    struct bt_queue *queue;
    bool push;
    int result;
};

static void *wait_on(void *opaque)
{
    struct waiter *w = opaque;
    void *item = NULL;
    w->result = w->push ? bt_queue_push(w->queue, number(3))
                        : bt_queue_pop(w->queue, &item);
    return NULL;
}

// A thread that waits wakes when the queue is ended or closed.
static void test_wakes(bool push, bool close, int expected)
{
    struct waiter w = {bt_queue_create(1, false, NULL), push, 12345};
    if (push)
        bt_queue_push(w.queue, number(1));
    bt_thread thread;
    CHECK_INT(bt_thread_start(&thread, wait_on, &w), 0);
    usleep(20000);
    if (close)
        bt_queue_close(w.queue);
    else
        bt_queue_end(w.queue);
    bt_thread_join(thread);
    CHECK_INT(w.result, expected);
    bt_queue_destroy(&w.queue);
}

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
}

int main(void)
{
    alarm(60);   // a lost wake-up ends the test instead of hanging it
    test_order();
    test_dropping();
    test_two_threads(1, false);
    test_two_threads(7, false);
    test_two_threads(2, true);
    test_wakes(false, false, BAUTA_E_END);
    test_wakes(false, true, BAUTA_E_STOPPED);
    test_wakes(true, false, BAUTA_E_STOPPED);
    test_wakes(true, true, BAUTA_E_STOPPED);

    for (int n = 1; n <= 2; n++) {
        bt_alloc_fail_after(n);
        CHECK(!bt_queue_create(4, false, NULL));
    }
    bt_alloc_fail_after(0);
    bauta_log_set(quiet, NULL);
    CHECK(!bt_queue_create(0, false, NULL));
    CHECK(!bt_queue_create(-1, false, NULL));
    return check_end();
}
