// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "verify/liveness/liveness.h"

static const double FROZEN_MOST = 1, FROZEN_DOUBT = .5;
// A stretch so long has to come again after so long, to within SAME of a level, where the
// picture goes away from the stretch's beginning by at least MOVES on average.
static const double LOOP_LEAST = 1.2, LOOP_LAG = 1;
static const float SAME = .12f, MOVES = .6f, RATIO = 8;
static const double SLOWEST = .11;

static void check_frozen(const struct bt_stream *s, struct bauta_evidence *e)
{
    double longest = 0, since = -1;
    int same = 0;
    for (int i = 1; i < s->count; i++) {
        const struct bauta_liveness_sample *p = &s->sample[i];
        const bool still = p->change >= 0 && p->change < .0005f;
        same += still;
        if (!still) {
            since = -1;
            continue;
        }
        since = since < 0 ? p[-1].seconds : since;
        longest = fmax(longest, p->seconds - since);
    }
    if (longest > FROZEN_MOST)
        bt_evidence(e, BAUTA_FINDING_BAD, longest, FROZEN_MOST,
                    "the picture stood still for %.1f s", longest);
    else if (longest > FROZEN_DOUBT)
        bt_evidence(e, BAUTA_FINDING_DOUBTFUL, longest, FROZEN_DOUBT,
                    "the picture stood still for %.1f s", longest);
    else
        bt_evidence(e, BAUTA_FINDING_GOOD, longest, FROZEN_DOUBT,
                    "%d of %d frames were like the one before", same, s->count);
}

static float apart(const struct bauta_liveness_sample *a,
                   const struct bauta_liveness_sample *b)
{
    float sum = 0;
    for (int k = 0; k < BAUTA_LIVENESS_CELLS; k++)
        sum += fabsf(a->cell[k] - b->cell[k]) / BAUTA_LIVENESS_CELLS;
    return sum;
}

// How long the stretch is that begins at i and comes again lag frames later, where it
// moves enough to be told.
static double repeats(const struct bt_stream *s, int i, int lag)
{
    float differs = 0, moves = 0;
    int n = 0;
    for (; i + n + lag < s->count; n++) {
        const float d = apart(&s->sample[i + n], &s->sample[i + n + lag]);
        if (d > SAME)
            break;
        differs += d;
        moves += apart(&s->sample[i + n], &s->sample[i]);
    }
    if (n < 2)
        return 0;
    const bool tells = moves / (float)n > MOVES && moves > RATIO * differs;
    return tells ? s->sample[i + n - 1].seconds - s->sample[i].seconds : 0;
}

static void check_loop(const struct bt_stream *s, struct bauta_evidence *e)
{
    double longest = 0, lag_seconds = 0;
    for (int i = 0; i + 1 < s->count; i++) {
        for (int j = i + 1; j < s->count; j++) {
            const double lag = s->sample[j].seconds - s->sample[i].seconds;
            // Only where a run begins.
            if (lag < LOOP_LAG || apart(&s->sample[i], &s->sample[j]) > SAME ||
                (i && apart(&s->sample[i - 1], &s->sample[j - 1]) <= SAME))
                continue;
            const double run = repeats(s, i, j - i);
            if (run > longest)
                longest = run, lag_seconds = lag;
        }
    }
    if (longest >= LOOP_LEAST)
        bt_evidence(e, BAUTA_FINDING_BAD, longest, LOOP_LEAST,
                    "%.1f s of it came again after %.1f s", longest, lag_seconds);
    else
        bt_evidence(e, BAUTA_FINDING_GOOD, longest, LOOP_LEAST, "nothing came again");
}

static void check_cadence(const struct bt_stream *s, struct bauta_evidence *e)
{
    double mean = 0, square = 0;
    int same = 0;
    const int n = s->count - 1;
    if (n < 10) {
        bt_evidence(e, BAUTA_FINDING_SKIPPED, 0, 0, "too few frames");
        return;
    }
    for (int i = 1; i <= n; i++) {
        const double dt = s->sample[i].seconds - s->sample[i - 1].seconds;
        mean += dt / n;
        square += dt * dt / n;
        same += s->sample[i].change >= 0 && s->sample[i].change < .0005f;
    }
    const double jitter = sqrt(fmax(square - mean * mean, 0));
    bt_evidence(e, mean > SLOWEST ? BAUTA_FINDING_DOUBTFUL : BAUTA_FINDING_NOTED,
                1 / mean, 1 / SLOWEST,
                "%.1f frames a second, intervals vary by %.1f ms, %d of %d like "
                "the one before",
                1 / mean, jitter * 1e3, same, n);
}

void bt_check_repeats(const struct bt_stream *s, struct bauta_liveness_result *out)
{
    check_frozen(s, &out->check[BAUTA_PAD_FROZEN]);
    check_loop(s, &out->check[BAUTA_PAD_LOOP]);
    check_cadence(s, &out->check[BAUTA_PAD_CADENCE]);
}
