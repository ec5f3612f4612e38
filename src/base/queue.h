// SPDX-License-Identifier: Apache-2.0
#ifndef BT_BASE_QUEUE_H
#define BT_BASE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

struct bt_queue;

// A bounded first-in first-out queue of pointers between two threads. drop(opaque of the
// push) frees an item: the oldest when full in dropping mode, all of them when closed.
struct bt_queue *bt_queue_create(int depth, bool drop_oldest, void (*drop)(void *item));
void bt_queue_destroy(struct bt_queue **queue);

// Takes the item on success. Waits for room, or drops the oldest in dropping mode.
// BAUTA_E_STOPPED after bt_queue_close; the item stays the caller's.
int bt_queue_push(struct bt_queue *queue, void *item);
// BAUTA_E_AGAIN instead of waiting.
int bt_queue_try_push(struct bt_queue *queue, void *item);

// Waits for an item. BAUTA_E_END after bt_queue_end once empty, BAUTA_E_STOPPED after
// bt_queue_close.
int bt_queue_pop(struct bt_queue *queue, void **item);
// Waits until that moment of bt_now_ns at most: BAUTA_E_AGAIN then.
int bt_queue_pop_until(struct bt_queue *queue, void **item, int64_t until_ns);
int bt_queue_try_pop(struct bt_queue *queue, void **item);  // BAUTA_E_AGAIN when empty

void bt_queue_end(struct bt_queue *queue);    // no more will be pushed
void bt_queue_close(struct bt_queue *queue);  // gives up: drops all, wakes both sides
int bt_queue_dropped(struct bt_queue *queue); // how many were dropped for room

#endif
