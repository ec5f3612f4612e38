// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "tools/liveness/liveness.h"

// Recorded rest that was not shown yet: what is shown twice would be a loop.
struct rest {
    const struct film *film;
    int at; // index of the next frame
};

static int atom_start(int action)
{
    return REST_FIRST + action * (ATOM_LEAD + ATOM + REST_EACH);
}

static int next_rest(struct rest *r)
{
    const int each = ATOM_LEAD + ATOM + REST_EACH, past = r->at - REST_FIRST;
    if (past >= 0 && past % each < ATOM_LEAD + ATOM)
        r->at += ATOM_LEAD + ATOM - past % each;
    if (r->at >= r->film->count)
        r->at = 0;
    return r->at++;
}

static void add(struct session *s, const struct bauta_liveness_sample *from)
{
    struct bauta_liveness_sample *to = &s->sample[s->count];
    *to = *from;
    to->seconds = (double)s->count / RATE;
    to->cut = 0;
    s->count++;
}

// When each action of the challenge begins, in seconds; by no means always as asked.
static void plan(const struct bt_challenge *c, int steps, enum timing timing,
                 uint64_t *state, double onset[], int action[])
{
    for (int k = 0; k < steps; k++) {
        double at, until;
        bt_challenge_times(c, k, &at, &until);
        action[k] = (int)c->step[k].action;
        onset[k] = at + .25 + 1.15 * chance(state);
        if (timing == TOO_EARLY)
            onset[k] = at - .3 - (c->step[k].pause - .3) * chance(state);
        if (timing == TOO_LATE)
            onset[k] = until + .05 + .5 * chance(state);
    }
    if (timing != OTHER_ORDER)
        return;
    // Each action at the place of the one before.
    const int last = action[steps - 1];
    for (int k = steps - 1; k > 0; k--)
        action[k] = action[k - 1];
    action[0] = last;
}

void compose(const struct bank *b, int person, const struct bt_challenge *c, bool retry,
             enum timing timing, uint64_t *state, struct session *out)
{
    const struct film *f = &b->person[person];
    const int steps = c->steps + retry,
              frames = (int)(bt_challenge_end(c, retry) * RATE) + 2;
    double onset[BAUTA_LIVENESS_STEPS_MAX + 1];
    int action[BAUTA_LIVENESS_STEPS_MAX + 1] = {0}, k = 0, in = -1;
    struct rest rest = {f, 0};
    plan(c, steps, timing, state, onset, action);
    out->count = 0;
    while (out->count < frames) {
        const double now = (double)out->count / RATE;
        if (in < 0 && k < steps && now >= onset[k] - (double)ATOM_LEAD / RATE)
            in = 0;
        add(out, &f->sample[in < 0 ? next_rest(&rest) : atom_start(action[k]) + in]);
        // The next action may begin before this one's return was shown to its end.
        const bool due = k + 1 < steps && now >= onset[k + 1] - (double)ATOM_LEAD / RATE;
        if (in >= 0 && (++in == ATOM_LEAD + ATOM || (due && in > ATOM_LEAD + 2 * RATE)))
            in = -1, k++;
    }
}

void replay(const struct film *f, double from, double seconds, bool loop, double length,
            struct session *out)
{
    int first = 0, n = 0;
    while (first + 1 < f->count && f->sample[first].seconds < from)
        first++;
    while (first + n < f->count && f->sample[first + n].seconds < from + length)
        n++;
    out->count = 0;
    double t = 0, step = 1. / 25;
    for (int i = 0; t < seconds && out->count < BT_SAMPLES_MAX && n > 1; i++) {
        // To and fro where it is not looped: no cut, and nothing comes again as it was.
        const int turn = i / (n - 1) % 2, in = i % (n - 1);
        const int at = loop ? first + i % n : first + (turn ? n - 1 - in : in);
        struct bauta_liveness_sample *s = &out->sample[out->count++];
        *s = f->sample[at];
        s->seconds = t;
        s->cut = 0;
        s->track = s->faces ? 0 : -1;
        step =
            at + 1 < f->count ? f->sample[at + 1].seconds - f->sample[at].seconds : step;
        t += step > 0 ? step : 1. / 25;
    }
}

void freeze(struct session *s, double at, double seconds)
{
    const int first = (int)(at * RATE), n = (int)(seconds * RATE);
    for (int i = first + 1; i <= first + n && i < s->count; i++) {
        const double t = s->sample[i].seconds;
        s->sample[i] = s->sample[first];
        s->sample[i].seconds = t;
        s->sample[i].change = 0;
        s->sample[i].alike = -2;
    }
}

// The second person takes over for each second action. The change itself is taken to be
// perfect: no cut, one track, places alike. What remains is who it is.
void swap_people(const struct bank *b, struct session *s, const struct session *other,
                 int a, int other_person, const struct bt_challenge *c)
{
    for (int i = 0; i < s->count && i < other->count; i++) {
        bool theirs = false;
        for (int k = 0; k < c->steps; k++) {
            double at, until;
            bt_challenge_times(c, k, &at, &until);
            if (s->sample[i].seconds >= at - .5 && s->sample[i].seconds < until)
                theirs = k & 1;
        }
        if (!theirs)
            continue;
        const struct bauta_liveness_sample mine = s->sample[i];
        s->sample[i] = other->sample[i];
        s->sample[i].seconds = mine.seconds;
        s->sample[i].track = mine.track;
        s->sample[i].x = mine.x, s->sample[i].y = mine.y, s->sample[i].size = mine.size;
        memcpy(s->sample[i].cell, mine.cell, sizeof mine.cell);
        s->sample[i].noise = mine.noise;
        if (s->sample[i].alike > -1.5f)
            s->sample[i].alike =
                (float)fmin(1, b->cross[a][other_person] * (double)s->sample[i].alike);
    }
}

void judge(const struct bt_challenge *c, const struct session *s, bool virtual_camera,
           struct bauta_liveness_result *out)
{
    struct bauta_evidence device = {.finding = BAUTA_FINDING_NOTED};
    struct bt_stream stream = {s->sample, s->count};
    double at, until;
    if (virtual_camera)
        bt_evidence(&device, BAUTA_FINDING_DOUBTFUL, 0, 0, "a virtual camera");
    bt_challenge_times(c, c->steps - 1, &at, &until);
    struct bt_stream so_far = {s->sample, 0};
    while (so_far.count < s->count && s->sample[so_far.count].seconds < until)
        so_far.count++;
    const bool whole = so_far.count < s->count;
    so_far.count += whole;
    const bool retry = whole && bt_liveness_wants_retry(c, &so_far);
    // Nothing is kept beyond the end.
    const double end = bt_challenge_end(c, retry);
    while (stream.count > 1 && s->sample[stream.count - 2].seconds >= end)
        stream.count--;
    bt_liveness_judge(c, &stream, retry, &device, out);
}
