// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "verify/check/check.h"

enum { FRAMES_MAX = 1500 };
static const double STEP = .1;         // seconds between frames that are compared
static const double APART = 1;         // of a stretch from where it comes again
static const double LEAST = 2;         // of a stretch that counts
static const double MOTION = 4;        // sixteenths of a brightness step: less tells nothing
static const double LIKENESS = 5;      // how much more a stretch moves than it differs

struct film {
    const struct bt_sample **frame;
    int count;
    double near;              // differences below are those of one picture
};

static double difference(const struct film *f, int a, int b)
{
    const uint16_t *x = f->frame[a]->grid, *y = f->frame[b]->grid;
    int sum = 0;
    for (int c = 0; c < BT_GRID_CELLS; c++)
        sum += abs(x[c] - y[c]);
    return (double)sum / BT_GRID_CELLS;
}

// How much the frames of a stretch differ among each other.
static double motion(const struct film *f, int from, int to)
{
    double sum = 0;
    int pairs = 0;
    for (int d = (to - from) / 3; d > 0 && from + d <= to; d = 0) {
        for (int i = from; i + d <= to; i++, pairs++)
            sum += difference(f, i, i + d);
    }
    return pairs ? sum / pairs : 0;
}

// A stretch from..to that is like the frames from other on, step 1 or -1.
static void judge(const struct film *f, int from, int to, int other, int step, double error,
                  struct bauta_check_facts *facts)
{
    const double seconds = f->frame[to]->seconds - f->frame[from]->seconds;
    if (seconds < LEAST || seconds <= facts->loop_seconds)
        return;
    const double moves = motion(f, from, to);
    if (moves < MOTION || moves < LIKENESS * error)
        return;
    const int end = other + step * (to - from), first = step > 0 ? other : end;
    facts->loop_seconds = seconds;
    facts->loop_at = f->frame[from]->seconds;
    facts->loop_again = f->frame[first]->seconds;
    facts->loop_backwards = step < 0;
}

// Goes along pairs i, other + step * (i - start) while i is before its fellow.
static void walk(const struct film *f, int start, int other, int step,
                 struct bauta_check_facts *facts)
{
    int from = -1;
    double sum = 0;
    for (int i = start, k = other;; i++, k += step) {
        const bool ends = k < 0 || k >= f->count || i >= f->count ||
                          f->frame[k]->seconds - f->frame[i]->seconds < APART;
        const double d = ends ? INFINITY : difference(f, i, k);
        if (d <= f->near) {
            sum = from < 0 ? d : sum + d;
            from = from < 0 ? i : from;
            continue;
        }
        if (from >= 0)
            judge(f, from, i - 1, other + step * (from - start), step, sum / (i - from),
                  facts);
        from = -1;
        if (ends)
            return;
    }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// A quarter of what frames that lie apart differ by.
static double near_of(const struct film *f)
{
    double some[256];
    int count = 0;
    for (int k = 0; k < 256; k++) {
        const int a = k * (f->count - 1) / 255, b = (a + f->count / 3 + k) % f->count;
        if (a != b)
            some[count++] = difference(f, a, b);
    }
    qsort(some, (size_t)count, sizeof *some, ascending);
    return fmax(count ? some[count / 2] / 4 : 0, 1.5);
}

int bt_cue_loops(const struct bt_samples *samples, struct bauta_check_facts *facts)
{
    struct film f = {.frame = bt_alloc_array(FRAMES_MAX, sizeof *f.frame)};
    facts->loop_seconds = facts->loop_at = facts->loop_again = -1;
    facts->loop_backwards = 0;
    if (!f.frame)
        return BAUTA_E_NO_MEMORY;
    double next = -INFINITY;
    for (int i = 0; i < samples->count && f.count < FRAMES_MAX; i++) {
        if (samples->one[i].seconds < next)
            continue;
        f.frame[f.count++] = &samples->one[i];
        next = samples->one[i].seconds + STEP - 1e-3;
    }
    if (f.count > 20) {
        facts->loop_seconds = 0;
        f.near = near_of(&f);
        for (int lag = 1; lag < f.count; lag++)
            walk(&f, 0, lag, 1, facts);
        // Backwards: pairs with one sum.
        for (int sum = 1; sum < 2 * f.count - 2; sum++) {
            const int start = sum < f.count ? 0 : sum - f.count + 1;
            walk(&f, start, sum - start, -1, facts);
        }
    }
    bt_free(f.frame);
    return 0;
}
