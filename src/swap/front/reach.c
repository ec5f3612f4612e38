// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "swap/occlude.h"

enum { CELLS = BT_OCCLUDE_CELLS, SIDE = BT_OCCLUDE_SIZE / 2 };

// A hand comes from somewhere: what lies between it and that border is the hand's, too.
static void reach_out(struct bt_occlude *o, int count, const float toward[2])
{
    for (int i = 0; i < count; i++) {
        const int x = o->queue[i] % SIDE, y = o->queue[i] / SIDE;
        for (int t = 1; t < SIDE; t++) {
            const int ax = x + (int)lroundf(toward[0] * (float)t);
            const int ay = y + (int)lroundf(toward[1] * (float)t);
            const int at = ay * SIDE + ax;
            if (ax < 0 || ay < 0 || ax >= SIDE || ay >= SIDE || !o->inside[at] ||
                o->mark[at])
                break;
            o->on[at] = 2;
        }
    }
}

// Takes one connected region of cells marked 1 from a seed; marks it 2. What it is decides
// whether it is taken over into o->on.
static void region(struct bt_occlude *o, struct bt_occlude_state *s, int seed)
{
    int count = 1, head = 0, border = 0, before = 0, thick = 0;
    int edges[2] = {0}, all[2] = {0};
    float strange = 0, score = 0;
    o->queue[0] = (uint16_t)seed;
    o->mark[seed] = 2;
    while (head < count) {
        const int i = o->queue[head++], x = i % SIDE, y = i / SIDE;
        const int next[4] = {x > 0 ? i - 1 : i, x < SIDE - 1 ? i + 1 : i,
                             y > 0 ? i - SIDE : i, y < SIDE - 1 ? i + SIDE : i};
        bool edge = false;
        for (int k = 0; k < 4; k++)
            edge |= !o->inside[next[k]] || o->facing[next[k]] <= .3f;
        if (edge && o->border[i])
            border++, edges[0] += x, edges[1] += y;
        all[0] += x, all[1] += y;
        before += s->on[i] != 0;
        thick += x > 1 && x < SIDE - 2 && y > 1 && y < SIDE - 2 && o->mark[i - 2] &&
                 o->mark[i + 2] && o->mark[i - 2 * SIDE] && o->mark[i + 2 * SIDE];
        strange += o->foreign[i];
        score += smaller(o->score[i], 30);
        for (int k = 0; k < 4; k++) {
            if (o->mark[next[k]] != 1)
                continue;
            o->mark[next[k]] = 2;
            o->queue[count++] = (uint16_t)next[k];
        }
    }
    strange /= (float)count, score /= (float)count;
    const bool known = before * 4 > count;
    const bool thing = strange > (known ? .25f : .4f) && count >= 4;
    // While all of a face moves, no hand is seen to come.
    const bool hand = known ? score > 3 && count >= 20
                            : score > 5 && count >= 45 && border >= 3 &&
                                  (float)thick > .35f * (float)count && o->unrest < 1.3f;
    for (int i = 0; (thing || hand) && i < count; i++)
        o->on[o->queue[i]] = thing ? 1 : 2;
    if (hand && !thing) {
        if (border >= 3) {
            const float dx = (float)edges[0] / (float)border - (float)all[0] / (float)count;
            const float dy = (float)edges[1] / (float)border - (float)all[1] / (float)count;
            const float length = hypotf(dx, dy) + 1e-3f;
            s->toward[0] = dx / length;
            s->toward[1] = dy / length;
        }
        if (s->toward[0] != 0 || s->toward[1] != 0)
            reach_out(o, count, s->toward);
    }
}

// What is seen from the side goes with what is next to it, and so does for a hand what is
// not known.
static void extend(struct bt_occlude *o, int cell, int next)
{
    if (!o->on[cell] && o->on[next] &&
        (o->facing[cell] <= .3f || (o->unknown[cell] && o->on[next] == 2)))
        o->on[cell] = o->on[next];
}

void bt_occlude_regions(struct bt_occlude *o, struct bt_occlude_state *s)
{
    memset(o->on, 0, sizeof o->on);
    for (int i = 0; i < CELLS; i++)
        if (o->mark[i] == 1)
            region(o, s, i);
    for (int y = 0; y < SIDE; y++) {
        for (int x = SIDE / 2; x < SIDE - 1; x++) {
            extend(o, y * SIDE + x + 1, y * SIDE + x);
            extend(o, y * SIDE + SIDE - 2 - x, y * SIDE + SIDE - 1 - x);
        }
    }
}
