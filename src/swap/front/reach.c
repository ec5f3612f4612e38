// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "swap/occlude.h"

enum { CELLS = BT_OCCLUDE_CELLS, SIDE = BT_OCCLUDE_SIZE / 2 };
enum {
    EDGE = 2,              // cells beside a thing that its edge changes
    MANY = 100,            // cells of things, from which on what changes is due to them
};

// Of a hand's colour against the face's: the least that tells, and how much of it a cell has.
static const float HUE_LEAST = .02f, HUE_SHARE = .3f;

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

static void neighbours(int i, int next[4])
{
    const int x = i % SIDE, y = i / SIDE;
    next[0] = x > 0 ? i - 1 : i;
    next[1] = x < SIDE - 1 ? i + 1 : i;
    next[2] = y > 0 ? i - SIDE : i;
    next[3] = y < SIDE - 1 ? i + SIDE : i;
}

// Adds to the queue, from head to count, what is marked from and lies beside it. Returns the
// new count.
static int grow(struct bt_occlude *o, int head, int count, int from, int to)
{
    for (const int end = count; head < end; head++) {
        int next[4];
        neighbours(o->queue[head], next);
        for (int k = 0; k < 4; k++) {
            if (o->mark[next[k]] != from)
                continue;
            o->mark[next[k]] = (uint8_t)to;
            o->queue[count++] = (uint16_t)next[k];
        }
    }
    return count;
}

// Takes one connected region of cells that are unlike skin from a seed; where it is large
// enough, that and what changed right beside it is a thing.
static void thing(struct bt_occlude *o, int seed)
{
    int count = 1, head = 0;
    o->queue[0] = (uint16_t)seed;
    o->mark[seed] = BT_MARK_THING;
    for (int before = 0; head < count; head = before) {
        before = count;
        count = grow(o, head, count, BT_MARK_FOREIGN, BT_MARK_THING);
    }
    if (count < 4)
        return;
    for (int step = 0, from = 0; step < EDGE; step++) {
        const int end = count;
        count = grow(o, from, count, BT_MARK_CHANGED, BT_MARK_THING);
        from = end;
    }
    for (int i = 0; i < count; i++)
        o->on[o->queue[i]] = 1;
}

// A hand has one colour, whatever it covers: of the queue only the cells stay that differ
// from the face as it did when it came. Where it is as the face all stay. Returns how many.
static int keep_hue(struct bt_occlude *o, struct bt_occlude_state *s, int count, bool known)
{
    float mean[2] = {0}, now[2] = {0};
    int kept = 0;
    for (int i = 0; i < count; i++)
        for (int k = 0; k < 2; k++)
            mean[k] += o->change[o->queue[i]][k] / (float)count;
    if (!known)
        memcpy(s->hue, mean, sizeof s->hue);
    const float square = s->hue[0] * s->hue[0] + s->hue[1] * s->hue[1];
    if (square < HUE_LEAST * HUE_LEAST)
        return count;
    for (int i = 0; i < count; i++) {
        const float *c = o->change[o->queue[i]];
        if (c[0] * s->hue[0] + c[1] * s->hue[1] < HUE_SHARE * square)
            continue;
        now[0] += c[0], now[1] += c[1];
        o->queue[kept++] = o->queue[i];
    }
    for (int k = 0; k < 2 && kept; k++)
        s->hue[k] += .1f * (now[k] / (float)kept - s->hue[k]);
    return kept;
}

// Takes one connected region of marked cells from a seed, which may be a hand. many: things
// are about; none comes then, and they are no part of it.
static void hand(struct bt_occlude *o, struct bt_occlude_state *s, int seed,
                 bool many)
{
    int count = 1, border = 0, before = 0, thick = 0;
    int edges[2] = {0}, all[2] = {0};
    float score = 0;
    o->queue[0] = (uint16_t)seed;
    o->mark[seed] = BT_MARK_DONE;
    for (int head = 0; head < count; head++) {
        const int i = o->queue[head], x = i % SIDE, y = i / SIDE;
        int next[4];
        bool edge = false;
        neighbours(i, next);
        for (int k = 0; k < 4; k++)
            edge |= !o->inside[next[k]] || o->facing[next[k]] <= .3f;
        if (edge && o->border[i])
            border++, edges[0] += x, edges[1] += y;
        all[0] += x, all[1] += y;
        before += s->on[i] == 2;
        thick += x > 1 && x < SIDE - 2 && y > 1 && y < SIDE - 2 && o->mark[i - 2] &&
                 o->mark[i + 2] && o->mark[i - 2 * SIDE] && o->mark[i + 2 * SIDE];
        score += smaller(o->score[i], 30);
        for (int k = 0; k < 4; k++) {
            if (o->mark[next[k]] != BT_MARK_CHANGED &&
                (many || o->mark[next[k]] != BT_MARK_THING))
                continue;
            o->mark[next[k]] = BT_MARK_DONE;
            o->queue[count++] = (uint16_t)next[k];
        }
    }
    score /= (float)count;
    // While all of a face moves, no hand is seen to come.
    const bool known = before * 4 > count;
    if (known ? score <= 3 || count < 20
              : many || score <= 5 || count < 45 || border < 3 ||
                    (float)thick <= .35f * (float)count || o->unrest >= 1.3f)
        return;
    count = keep_hue(o, s, count, known);
    if (count < 20)
        return;
    for (int i = 0; i < count; i++)
        if (!o->on[o->queue[i]])
            o->on[o->queue[i]] = 2;
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
    int things = 0;
    memset(o->on, 0, sizeof o->on);
    for (int i = 0; i < CELLS; i++)
        if (o->mark[i] == BT_MARK_FOREIGN)
            thing(o, i);
    for (int i = 0; i < CELLS; i++)
        things += o->on[i] != 0;
    for (int i = 0; i < CELLS; i++)
        if (o->mark[i] == BT_MARK_CHANGED)
            hand(o, s, i, things > MANY);
    for (int y = 0; y < SIDE; y++) {
        for (int x = SIDE / 2; x < SIDE - 1; x++) {
            extend(o, y * SIDE + x + 1, y * SIDE + x);
            extend(o, y * SIDE + SIDE - 2 - x, y * SIDE + SIDE - 1 - x);
        }
    }
}
