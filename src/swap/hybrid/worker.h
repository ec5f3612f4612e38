// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_HYBRID_WORKER_H
#define BT_SWAP_HYBRID_WORKER_H

#include "swap/hybrid/key.h"
#include "swap/neural/generator.h"

// A frame for the generator, and whose face it is to show.
struct bt_key_job {
    struct bt_view view;
    float (*seen)[3];                   // the aligned square, R G B, 0..255
    float landmark[BAUTA_LANDMARKS][2]; // in the square, pixels
    float novelty;                      // for its maker
    uint64_t owner;                     // of the portrait (bt_portrait_key)
    uint8_t *portrait;                  // a copy of the portrait of this owner
    uint64_t portrait_owner;
    float portrait_point[5][2];
};

// A thread with the generator. One user, whose calls never wait unless they are told to,
// and allocate nothing.
struct bt_worker;

// Takes the generator, on success and on failure. idle: the thread runs only when the
// processors have nothing else to do.
int bt_worker_open(struct bt_worker **out, struct bt_generator *generator, bool idle);
// Ends a run that is in progress.
void bt_worker_close(struct bt_worker **worker);

// The job to fill in next; its memory is the worker's.
struct bt_key_job *bt_worker_blank(struct bt_worker *worker);
// Remembers the portrait for the blank job.
void bt_worker_tell(struct bt_worker *worker, const struct bt_source_face *who,
                    uint64_t owner);
bool bt_worker_busy(const struct bt_worker *worker);
// Starts on the blank job, where the worker is not busy; another one becomes blank.
void bt_worker_start(struct bt_worker *worker);
// The result of the job in progress: 0 with a key that stays the worker's until it is
// exchanged, BAUTA_E_AGAIN: not yet (never with wait), or what went wrong.
int bt_worker_take(struct bt_worker *worker, bool wait, struct bt_key **key);
// The owner of the last job that was taken.
uint64_t bt_worker_owner(const struct bt_worker *worker);

const struct bt_generator *bt_worker_generator(const struct bt_worker *worker);
const struct bt_key_maker *bt_worker_maker(const struct bt_worker *worker);

#endif
