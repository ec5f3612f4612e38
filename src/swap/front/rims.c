// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "swap/occlude.h"
#include "swap/ramp.h"

enum { SIZE = BT_OCCLUDE_SIZE, TEXELS = BT_OCCLUDE_TEXELS };
// Rows of the texture that can hold a fringe, and those that can hold rims.
enum { FRINGE_END = 47, RIMS_START = 32, RIMS_END = 73, REACH = 5 };

// How surely a texel of the forehead is no skin.
static float odd(const struct bt_occlude *o, const struct bt_occlude_state *s, int i)
{
    const float *v = o->value[i];
    const float dark = bt_occlude_skin(o, s) - v[2];
    const float a = v[0] - s->skin[0] - o->light[0], b = v[1] - s->skin[1] - o->light[1];
    const float colour = a * a + b * b;
    if (o->above[i] == 3)
        return bt_ramp(dark, .75f, .95f);
    return larger(bt_ramp(fabsf(dark), .36f, .6f), bt_ramp(colour, .09f, .2f));
}

void bt_occlude_fringe(struct bt_occlude *o, const struct bt_occlude_state *s)
{
    float *level = o->scratch;
    int count = 0, head = 0;
    memset(o->mark, 0, FRINGE_END * SIZE);
    for (int i = 0; i < FRINGE_END * SIZE; i++) {
        if (!o->above[i])
            continue;
        level[i] = odd(o, s, i);
        o->mark[i] = level[i] > .2f;
        if (o->mark[i] && o->above[i] == 2) {
            o->mark[i] = 2;
            o->queue[count++] = (uint16_t)i;
        }
    }
    while (head < count) {
        const int i = o->queue[head++];
        o->now[i] = larger(o->now[i], level[i]);
        static const int step[8] = {1,        -1,       SIZE,     -SIZE,
                                    SIZE + 1, SIZE - 1, 1 - SIZE, -1 - SIZE};
        for (int k = 0; k < 8; k++) {
            const int n = i + step[k];
            if (n < 0 || n >= FRINGE_END * SIZE || o->mark[n] != 1)
                continue;
            o->mark[n] = 2;
            o->queue[count++] = (uint16_t)n;
        }
    }
}

// How much darker a texel is than both sides of it, at best of four directions.
static float line(const struct bt_occlude *o, int i)
{
    static const int step[4] = {1, SIZE, SIZE + 1, SIZE - 1};
    float best = 0;
    for (int k = 0; k < 4; k++) {
        const int far = k < 2 ? REACH : REACH - 1;
        const float a = o->value[i + far * step[k]][2],
                    b = o->value[i - far * step[k]][2];
        best = larger(best, smaller(a, b));
        best = k ? best : smaller(a, b);
    }
    return best - o->value[i][2];
}

float bt_occlude_wears(const struct bt_occlude_state *s)
{
    return s->wears ? bt_ramp(s->rims, 35, 55) : bt_ramp(s->rims, 68, 95);
}

void bt_occlude_rims(struct bt_occlude *o, struct bt_occlude_state *s,
                     const float *facing, double dt)
{
    float *level = o->scratch;
    int sure = 0;
    for (int i = RIMS_START * SIZE; i < RIMS_END * SIZE; i++) {
        level[i] = 0;
        if (!o->eyes[i] || facing[i] < .2f)
            continue;
        const float dark = bt_occlude_skin(o, s) - o->value[i][2];
        level[i] = smaller(line(o, i), dark);
        sure += o->eyes[i] == 2 && level[i] > .28f;
    }
    // Two rims pass through a few hundred texels, wrinkles through some dozens.
    const float a = s->frames ? (float)(1 - exp(-dt / .4)) : 1;
    s->rims += a * ((float)sure - s->rims);
    s->wears = s->rims > (s->wears ? 40 : 80);
    // Where motion or a turn hides much of what was seen, pieces look worse than none.
    const float quick = s->frames ? (float)(1 - exp(-dt / .08)) : 1;
    const float slow = s->frames ? (float)(1 - exp(-dt / 2)) : 1;
    s->shown += quick * ((float)sure - s->shown);
    s->lasting += slow * ((float)sure - s->lasting);
    const float trust =
        bt_occlude_wears(s) * bt_ramp(s->shown / (s->lasting + 1), .45f, .7f);
    for (int i = RIMS_START * SIZE; i < RIMS_END * SIZE; i++) {
        const float now = bt_ramp(level[i], .15f, .4f);
        s->line[i] += a * (now - s->line[i]);
        const float limit = o->eyes[i] == 3 ? .75f : s->line[i] > .3f ? .12f : .3f;
        o->now[i] = larger(o->now[i], trust * bt_ramp(level[i], limit, limit + .12f));
    }
}
