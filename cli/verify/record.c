// SPDX-License-Identifier: Apache-2.0
#include "verify/record.h"

#include <stdlib.h>
#include <string.h>

bool bt_record_open(struct bt_recorder *r, int wanted, int keys)
{
    *r = (struct bt_recorder){.wanted = wanted, .keys = keys};
    r->times = calloc((size_t)wanted * BAUTA_TYPING_KEYS_MAX, sizeof *r->times);
    return r->times != NULL;
}

void bt_record_close(struct bt_recorder *r)
{
    free(r->times);
    memset(r, 0, sizeof *r);
}

static void begin(struct bt_recorder *r)
{
    r->count = 0;
    r->ended = r->over = false;
    memset(r->down, 0, sizeof r->down);
}

static const char *judge(const struct bt_recorder *r)
{
    if (r->over || r->count < BAUTA_TYPING_KEYS_MIN)
        return "A text of 6 to 64 keys is needed.";
    if ((r->keys && r->count != r->keys) ||
        (r->known && memcmp(r->symbol, r->typed, (size_t)r->count * sizeof *r->typed) != 0))
        return "That was another text, or a slip: it is not counted.";
    for (int i = 0; i < r->count; i++) {
        const struct bauta_key_time *t = &r->now[i];
        // What bauta_typing_enrol takes.
        if (t->up - t->down > 2 || (i && t->down - t[-1].down > 5))
            return "There was a pause: it is not counted.";
    }
    return NULL;
}

static void finish(struct bt_recorder *r)
{
    r->say = r->count || r->over ? judge(r) : r->say;
    if (r->count && !r->say && r->samples < r->wanted) {
        if (!r->known)
            memcpy(r->symbol, r->typed, sizeof r->symbol);
        r->known = true;
        r->keys = r->count;
        memcpy(r->times + (size_t)r->samples++ * (size_t)r->keys, r->now,
               (size_t)r->keys * sizeof *r->now);
    }
    begin(r);
}

static bool all_up(const struct bt_recorder *r)
{
    for (int i = 0; i < r->count; i++) {
        if (r->down[i])
            return false;
    }
    return true;
}

void bt_record_down(struct bt_recorder *r, int symbol, double seconds)
{
    if (r->ended)
        return;
    if (r->count == BAUTA_TYPING_KEYS_MAX) {
        r->over = true;
        return;
    }
    r->typed[r->count] = symbol;
    r->now[r->count] = (struct bauta_key_time){seconds, seconds};
    r->down[r->count++] = true;
}

void bt_record_up(struct bt_recorder *r, int symbol, double seconds)
{
    for (int i = 0; i < r->count; i++) {
        if (!r->down[i] || r->typed[i] != symbol)
            continue;
        r->now[i].up = seconds;
        r->down[i] = false;
        break;
    }
    if (r->ended && all_up(r))
        finish(r);
}

void bt_record_enter(struct bt_recorder *r)
{
    r->ended = true;
    if (all_up(r))
        finish(r);
}

void bt_record_again(struct bt_recorder *r)
{
    begin(r);
    r->say = NULL;
}
