// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

static enum bauta_live_state state_of(const struct bt_job *job,
                                      const struct bt_guard *guard, const int *swapped,
                                      const int *wanted, bool passes)
{
    const enum bt_guard_deed deed = bt_guard_did(guard);
    int swaps = 0, missed = 0;
    for (int i = 0; i < job->faces.count; i++) {
        swaps += swapped[i] > 0;
        missed += wanted[i] && swapped[i] <= 0;
    }
    if (deed == BT_GUARD_CARD && !bt_guard_decided(guard))
        return BAUTA_LIVE_WAITING;
    if (deed == BT_GUARD_CARD)
        return BAUTA_LIVE_CARD;
    if (deed == BT_GUARD_HOLD)
        return BAUTA_LIVE_HELD;
    if (swaps && !missed)
        return BAUTA_LIVE_SWAPPED;
    return passes ? BAUTA_LIVE_PASSED : BAUTA_LIVE_COVERED;
}

bool bt_live_judge(struct bauta *engine, struct bt_job *job, const struct bt_guard *guard,
                   const int *swapped, const int *wanted, bool passes)
{
    const bool cover = atomic_load(&engine->cover) != 0;
    if (cover)
        job->state = BAUTA_LIVE_PANIC;
    else if (job->failed)
        job->state = BAUTA_LIVE_CARD;
    else if (guard)
        job->state = state_of(job, guard, swapped, wanted, passes);
    job->card = cover || job->failed || (guard && bt_guard_did(guard) == BT_GUARD_CARD);
    return cover;
}

const char *bauta_live_state_name(enum bauta_live_state state)
{
    static const char *const names[] = {
        "waiting", "swapped", "held", "covered", "card", "stalled", "panic", "passed",
    };
    const int index = (int)state;
    const int count = (int)(sizeof(names) / sizeof(names[0]));
    return index >= 0 && index < count ? names[index] : NULL;
}
