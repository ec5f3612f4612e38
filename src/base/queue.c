// SPDX-License-Identifier: Apache-2.0
#include "base/queue.h"

#include <stddef.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"

struct bt_queue {
    bt_mutex lock;
    bt_cond room, filled;
    void (*drop)(void *item);
    void **items;
    int depth, first, count;
    int dropped;
    bool drop_oldest, ended, closed;
};

struct bt_queue *bt_queue_create(int depth, bool drop_oldest, void (*drop)(void *item))
{
    if (depth < 1) {
        bt_error("queue depth %d: at least 1 is needed", depth);
        return NULL;
    }
    struct bt_queue *q = bt_zalloc(sizeof(*q));
    if (!q)
        return NULL;
    q->items = bt_alloc_array((size_t)depth, sizeof(*q->items));
    if (!q->items || bt_mutex_init(&q->lock) < 0)
        goto fail;
    if (bt_cond_init(&q->room) < 0)
        goto fail_lock;
    if (bt_cond_init(&q->filled) < 0)
        goto fail_room;
    q->depth = depth;
    q->drop_oldest = drop_oldest;
    q->drop = drop;
    return q;

fail_room:
    bt_cond_finish(&q->room);
fail_lock:
    bt_mutex_finish(&q->lock);
fail:
    bt_free(q->items);
    bt_free(q);
    return NULL;
}

static void *take(struct bt_queue *q)
{
    void *item = q->items[q->first];
    q->first = (q->first + 1) % q->depth;
    q->count--;
    return item;
}

void bt_queue_destroy(struct bt_queue **queue)
{
    if (!queue || !*queue)
        return;
    struct bt_queue *q = *queue;
    bt_queue_close(q);
    bt_cond_finish(&q->filled);
    bt_cond_finish(&q->room);
    bt_mutex_finish(&q->lock);
    bt_free(q->items);
    bt_freep(queue);
}

static int push(struct bt_queue *q, void *item, bool wait)
{
    int result = 0;
    bool dropping = false;
    void *oldest = NULL;

    bt_mutex_lock(&q->lock);
    while (wait && !q->drop_oldest && q->count == q->depth && !q->ended && !q->closed)
        bt_cond_wait(&q->room, &q->lock);
    if (q->ended || q->closed) {
        result = BAUTA_E_STOPPED;
    } else if (q->count == q->depth && !q->drop_oldest) {
        result = BAUTA_E_AGAIN;
    } else {
        if (q->count == q->depth) {
            oldest = take(q);
            dropping = true;
            q->dropped++;
        }
        q->items[(q->first + q->count) % q->depth] = item;
        q->count++;
        bt_cond_signal(&q->filled);
    }
    bt_mutex_unlock(&q->lock);

    if (dropping && q->drop)
        q->drop(oldest);
    return result;
}

int bt_queue_push(struct bt_queue *queue, void *item)
{
    return push(queue, item, true);
}

int bt_queue_try_push(struct bt_queue *queue, void *item)
{
    return push(queue, item, false);
}

// until_ns: INT64_MAX without limit, 0 not at all.
static int pop(struct bt_queue *q, void **item, int64_t until_ns)
{
    int result = 0;
    bool wait = until_ns > 0;
    bt_mutex_lock(&q->lock);
    while (wait && !q->count && !q->ended && !q->closed) {
        if (until_ns == INT64_MAX)
            bt_cond_wait(&q->filled, &q->lock);
        else
            wait = bt_cond_wait_until(&q->filled, &q->lock, until_ns);
    }
    if (q->closed) {
        result = BAUTA_E_STOPPED;
    } else if (q->count) {
        *item = take(q);
        bt_cond_signal(&q->room);
    } else {
        result = q->ended ? BAUTA_E_END : BAUTA_E_AGAIN;
    }
    bt_mutex_unlock(&q->lock);
    return result;
}

int bt_queue_pop(struct bt_queue *queue, void **item)
{
    return pop(queue, item, INT64_MAX);
}

int bt_queue_try_pop(struct bt_queue *queue, void **item)
{
    return pop(queue, item, 0);
}

int bt_queue_pop_until(struct bt_queue *queue, void **item, int64_t until_ns)
{
    return pop(queue, item, until_ns);
}

void bt_queue_end(struct bt_queue *queue)
{
    bt_mutex_lock(&queue->lock);
    queue->ended = true;
    bt_cond_broadcast(&queue->filled);
    bt_cond_broadcast(&queue->room);
    bt_mutex_unlock(&queue->lock);
}

void bt_queue_close(struct bt_queue *queue)
{
    bt_mutex_lock(&queue->lock);
    queue->closed = true;
    bt_cond_broadcast(&queue->filled);
    bt_cond_broadcast(&queue->room);
    bt_mutex_unlock(&queue->lock);

    // Nothing comes in any more; what is left goes one by one outside the lock, so that
    // a drop function may use the queue.
    for (;;) {
        bt_mutex_lock(&queue->lock);
        const bool left = queue->count > 0;
        void *item = left ? take(queue) : NULL;
        bt_mutex_unlock(&queue->lock);
        if (!left)
            return;
        if (queue->drop)
            queue->drop(item);
    }
}

int bt_queue_dropped(struct bt_queue *queue)
{
    bt_mutex_lock(&queue->lock);
    const int dropped = queue->dropped;
    bt_mutex_unlock(&queue->lock);
    return dropped;
}
