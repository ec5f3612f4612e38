// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "verify/liveness/liveness.h"

enum { LEAST_FRAMES = 12, MEDIAN_MOST = 1024 };

// What is enough, over the person at rest.
static const float SMILE = .45f, OPEN = .9f, BROWS = .4f, TURN = 15, UP = 9,
                   CLOSER = .18f, COVER = .45f;
// A blink: the lids below this share of their usual opening, for so long (2 to 12 frames
// of 30 a second).
static const float CLOSED = .65f;
static const double BLINK_LEAST = .05, BLINK_MOST = .42, BLINKS_WITHIN = 1.6;
// An action begins where its level leaves this, at most so long before it is reached.
static const float RESTING = .4f;
static const double RISE_MOST = 1.2;
// Beyond, expressions are not told from how a turned head looks.
static const float FACING_YAW = 20, FACING_PITCH = 18;

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float median(float *v, int n)
{
    qsort(v, (size_t)n, sizeof *v, by_value);
    return v[n / 2];
}

static float lids_of(const struct bauta_liveness_sample *s)
{
    return (s->lids[0] + s->lids[1]) / 2;
}

bool bt_baseline_make(const struct bt_stream *s, double until, struct bt_baseline *b)
{
    float v[8][MEDIAN_MOST];
    int n = 0, gaps = 0;
    for (int i = 0; i < s->count && s->sample[i].seconds < until && n < MEDIAN_MOST;
         i++) {
        const struct bauta_liveness_sample *p = &s->sample[i];
        if (i && gaps < MEDIAN_MOST)
            v[7][gaps++] = (float)(p->seconds - p[-1].seconds);
        if (!p->faces)
            continue;
        v[0][n] = p->yaw, v[1][n] = p->pitch, v[2][n] = p->size, v[3][n] = lids_of(p);
        v[4][n] = p->smile, v[5][n] = p->brows, v[6][n] = p->open;
        n++;
    }
    *b = (struct bt_baseline){.frames = n};
    if (n < LEAST_FRAMES || gaps < 1)
        return false;
    b->yaw = median(v[0], n), b->pitch = median(v[1], n), b->size = median(v[2], n);
    b->lids = median(v[3], n), b->smile = median(v[4], n), b->brows = median(v[5], n);
    b->open = median(v[6], n), b->interval = (double)median(v[7], gaps);
    return b->size > 0;
}

static bool faces_front(const struct bauta_liveness_sample *s,
                        const struct bt_baseline *b)
{
    return fabsf(s->yaw - b->yaw) < FACING_YAW &&
           fabsf(s->pitch - b->pitch) < FACING_PITCH;
}

// The place of one eye looks unlike the beginning, that of the other does not.
static float cover_level(const struct bauta_liveness_sample *s,
                         const struct bt_baseline *b)
{
    const float low = fminf(s->eye[0], s->eye[1]), high = fmaxf(s->eye[0], s->eye[1]);
    if (fabsf(s->yaw - b->yaw) > .8f * TURN || low > .5f)
        return 0;
    return (high - low) / COVER;
}

float bt_action_level(enum bauta_action action, const struct bauta_liveness_sample *s,
                      const struct bt_baseline *b)
{
    if (!s->faces)
        return 0;
    const bool front = faces_front(s, b);
    switch (action) {
    case BAUTA_ACTION_SMILE:
        return front ? (s->smile - b->smile) / SMILE : 0;
    case BAUTA_ACTION_OPEN_MOUTH:
        return front ? (s->open - b->open) / OPEN : 0;
    case BAUTA_ACTION_RAISE_BROWS:
        return front ? (s->brows - b->brows) / BROWS : 0;
    case BAUTA_ACTION_TURN_LEFT:
        return (s->yaw - b->yaw) / TURN;
    case BAUTA_ACTION_TURN_RIGHT:
        return (b->yaw - s->yaw) / TURN;
    case BAUTA_ACTION_LOOK_UP:
        return (b->pitch - s->pitch) / UP;
    case BAUTA_ACTION_COME_CLOSER:
        return (s->size / b->size - 1) / CLOSER;
    case BAUTA_ACTION_COVER_EYE:
        return cover_level(s, b);
    default:
        return 0;
    }
}

// How long it has to be held.
static double hold_of(enum bauta_action action)
{
    return action == BAUTA_ACTION_COVER_EYE ? .5 : .16;
}

static bool find_held(enum bauta_action action, const struct bt_stream *s,
                      const struct bt_baseline *b, double from, double to,
                      struct bt_event *out)
{
    const double hold = hold_of(action);
    double resting = -1, since = -1;
    for (int i = 0; i < s->count && s->sample[i].seconds <= to; i++) {
        const struct bauta_liveness_sample *p = &s->sample[i];
        const float level = bt_action_level(action, p, b);
        if (level < RESTING)
            resting = p->seconds;
        if (level < 1) {
            since = -1;
            continue;
        }
        since = since < 0 ? p->seconds : since;
        const double onset = fmax(resting, since - RISE_MOST);
        if (p->seconds - since >= hold - 1e-6 && onset >= from) {
            *out = (struct bt_event){onset, p->seconds};
            return true;
        }
    }
    return false;
}

// The next closing of both eyes from index *i on.
static bool next_blink(const struct bt_stream *s, const struct bt_baseline *b, int *i,
                       struct bt_event *out)
{
    double since = -1;
    for (; *i < s->count; ++*i) {
        const struct bauta_liveness_sample *p = &s->sample[*i];
        const bool closed =
            p->faces && lids_of(p) < CLOSED * b->lids && faces_front(p, b);
        if (closed && since < 0)
            since = p->seconds;
        if (closed || since < 0)
            continue;
        const double lasted = p->seconds - since;
        if (lasted >= BLINK_LEAST && lasted <= BLINK_MOST + b->interval) {
            *out = (struct bt_event){since, p->seconds};
            return true;
        }
        since = -1;
    }
    return false;
}

static bool find_blinks(const struct bt_stream *s, const struct bt_baseline *b,
                        double from, double to, struct bt_event *out)
{
    struct bt_event one, last = {-1e9, -1e9};
    for (int i = 0; next_blink(s, b, &i, &one) && one.reached <= to;) {
        if (one.onset - last.onset <= BLINKS_WITHIN && last.onset >= from) {
            *out = (struct bt_event){last.onset, one.reached};
            return true;
        }
        last = one;
    }
    return false;
}

bool bt_action_find(enum bauta_action action, const struct bt_stream *s,
                    const struct bt_baseline *b, double from, double to,
                    struct bt_event *out)
{
    if (action == BAUTA_ACTION_BLINK_TWICE)
        return find_blinks(s, b, from, to, out);
    return find_held(action, s, b, from, to, out);
}

bool bt_action_allows(enum bauta_action asked, enum bauta_action other)
{
#define BIT(a) (1u << BAUTA_ACTION_##a)
    // A face that does one thing does others a little, and covered or turned it is
    // measured less well. Blinks are everybody's, always.
    static const unsigned mouth = BIT(SMILE) | BIT(OPEN_MOUTH),
                          face = mouth | BIT(RAISE_BROWS);
    const unsigned with[BAUTA_ACTION_COUNT] = {
        [BAUTA_ACTION_BLINK_TWICE] = BIT(RAISE_BROWS) | BIT(SMILE),
        [BAUTA_ACTION_SMILE] = face,
        [BAUTA_ACTION_OPEN_MOUTH] = face | BIT(LOOK_UP) | BIT(COME_CLOSER),
        [BAUTA_ACTION_RAISE_BROWS] = face | BIT(LOOK_UP),
        [BAUTA_ACTION_TURN_LEFT] =
            face | BIT(COVER_EYE) | BIT(COME_CLOSER) | BIT(LOOK_UP),
        [BAUTA_ACTION_TURN_RIGHT] =
            face | BIT(COVER_EYE) | BIT(COME_CLOSER) | BIT(LOOK_UP),
        [BAUTA_ACTION_LOOK_UP] = face | BIT(COVER_EYE) | BIT(COME_CLOSER),
        [BAUTA_ACTION_COME_CLOSER] = face | BIT(LOOK_UP) | BIT(COVER_EYE),
        [BAUTA_ACTION_COVER_EYE] =
            face | BIT(LOOK_UP) | BIT(COME_CLOSER) | BIT(TURN_LEFT) | BIT(TURN_RIGHT),
    };
#undef BIT
    return other == BAUTA_ACTION_BLINK_TWICE || other == asked ||
           (with[asked] >> other & 1);
}
