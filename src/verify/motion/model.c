// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "verify/motion/motion.h"

enum { P = BT_MOTION_FEATURES, FOLDS = 10 };

static size_t at(int row, int column)
{
    return (size_t)row * ((size_t)row + 1) / 2 + (size_t)column;
}

bool bt_motion_factor(struct bauta_motion *motion)
{
    double *l = motion->root;
    for (int i = 0; i < P; i++) {
        for (int k = 0; k <= i; k++) {
            double sum = motion->covariance[at(i, k)];
            for (int j = 0; j < k; j++)
                sum -= l[at(i, j)] * l[at(k, j)];
            if (k < i)
                l[at(i, k)] = sum / l[at(k, k)];
            else if (sum > 1e-12)
                l[at(i, i)] = sqrt(sum);
            else
                return false;
        }
    }
    return true;
}

double bt_motion_score(const struct bauta_motion *motion, const float feature[P])
{
    double y[P], square = 0;
    for (int i = 0; i < P; i++) {
        double sum = (double)feature[i] - motion->mean[i];
        for (int k = 0; k < i; k++)
            sum -= motion->root[at(i, k)] * y[k];
        y[i] = sum / motion->root[at(i, i)];
        square += y[i] * y[i];
    }
    return square / P;
}

double bt_motion_limit(const struct bauta_motion *motion)
{
    return motion->own[(motion->windows * 19 + 19) / 20 - 1];
}

// How many windows that do not overlap the used ones amount to.
static double independent(const struct bt_motion_windows *w, const bool *used)
{
    double seconds = 0, covered = -INFINITY;
    for (int n = 0; n < w->count; n++) {
        if (!used[n])
            continue;
        seconds += fmin(w->length, w->start[n] + w->length - covered);
        covered = w->start[n] + w->length;
    }
    return seconds / w->length;
}

// Mean and covariance of the used windows, shrunk towards the mean variance (Ledoit and
// Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004).
// False where there are fewer than two.
static bool fit(const struct bt_motion_windows *w, const bool *used,
                struct bauta_motion *out)
{
    double *s = out->covariance, x[P], fourth = 0, trace = 0, square = 0, apart = 0;
    int count = 0;
    memset(out->mean, 0, sizeof out->mean);
    memset(s, 0, sizeof out->covariance);
    for (int n = 0; n < w->count; n++) {
        count += used[n];
        for (int i = 0; used[n] && i < P; i++)
            out->mean[i] += (double)w->feature[n][i];
    }
    const double many = independent(w, used);
    if (many < 1.999)
        return false;
    for (int i = 0; i < P; i++)
        out->mean[i] /= count;
    for (int n = 0; n < w->count; n++) {
        double norm = 0;
        if (!used[n])
            continue;
        for (int i = 0; i < P; i++) {
            x[i] = (double)w->feature[n][i] - out->mean[i];
            norm += x[i] * x[i];
            double *row = s + at(i, 0);
            for (int k = 0; k <= i; k++)
                row[k] += x[i] * x[k];
        }
        fourth += norm * norm;
    }
    for (int i = 0; i < P; i++) {
        for (int k = 0; k <= i; k++) {
            s[at(i, k)] /= count;
            square += (k < i ? 2 : 1) * s[at(i, k)] * s[at(i, k)];
        }
        trace += s[at(i, i)];
    }
    const double usual = fmax(trace / P, 1e-6);
    apart = fmax(square - P * usual * usual, 1e-12);
    const double error = fmax(fourth / count - square, 0) / many;
    // However many windows: what never varied in them may vary yet.
    const double shrink = fmin(fmax(error / apart, .01), 1);
    for (int i = 0; i < P; i++) {
        for (int k = 0; k <= i; k++)
            s[at(i, k)] = (1 - shrink) * s[at(i, k)] + (k == i ? shrink * usual : 0);
    }
    return bt_motion_factor(out);
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// Each window's score by a model of those that overlap none of its fold's.
static bool score_own(const struct bt_motion_windows *w, struct bauta_motion *scratch,
                      bool *used, double *own)
{
    const int folds = w->count < FOLDS ? w->count : FOLDS;
    for (int f = 0; f < folds; f++) {
        const int from = w->count * f / folds, to = w->count * (f + 1) / folds;
        for (int n = 0; n < w->count; n++)
            used[n] = w->start[n] <= w->start[from] - w->length + 1e-6 ||
                      w->start[n] >= w->start[to - 1] + w->length - 1e-6;
        if (!fit(w, used, scratch))
            return false;
        for (int n = from; n < to; n++)
            own[n] = bt_motion_score(scratch, w->feature[n]);
    }
    return true;
}

int bt_motion_learn(const struct bt_motion_windows *windows, struct bauta_motion **out)
{
    if (windows->count < 2)
        return BAUTA_E_TOO_SMALL;
    struct bauta_motion *made = bt_zalloc(sizeof *made);
    bool *used = bt_alloc_array((size_t)windows->count, sizeof *used);
    int result = BAUTA_E_NO_MEMORY;
    if (made)
        made->own = bt_alloc_array((size_t)windows->count, sizeof *made->own);
    if (!made || !used || !made->own)
        goto fail;
    result = BAUTA_E_TOO_SMALL;
    if (!score_own(windows, made, used, made->own))
        goto fail;
    memset(used, 1, (size_t)windows->count * sizeof *used);
    if (!fit(windows, used, made))
        goto fail;
    qsort(made->own, (size_t)windows->count, sizeof *made->own, ascending);
    made->windows = windows->count;
    made->length = windows->length;
    made->seconds = windows->seconds;
    made->made = time(NULL);
    bt_free(used);
    *out = made;
    return 0;

fail:
    bt_free(used);
    bauta_motion_free(&made);
    return result;
}

static double deviation(const double *x, int count)
{
    double mean = 0, sum = 0;
    for (int i = 0; i < count; i++)
        mean += x[i] / count;
    for (int i = 0; i < count; i++)
        sum += (x[i] - mean) * (x[i] - mean);
    return count > 1 ? sqrt(sum / (count - 1)) : 0;
}

void bt_motion_judge(const struct bauta_motion *motion,
                     const struct bt_motion_windows *windows,
                     struct bauta_motion_result *out)
{
    double mean = 0, square = 0;
    int inside = 0;
    *out = (struct bauta_motion_result){.windows = windows->count,
                                        .seconds = windows->seconds,
                                        .limit = bt_motion_limit(motion)};
    for (int n = 0; n < windows->count; n++) {
        const double score = bt_motion_score(motion, windows->feature[n]);
        mean += score;
        square += score * score;
        inside += score <= out->limit;
    }
    if (!windows->count)
        return;
    mean /= windows->count;
    out->inside = (double)inside / windows->count;
    const double own = deviation(motion->own, motion->windows);
    const double theirs = sqrt(fmax(square / windows->count - mean * mean, 0));
    const double many = fmax(windows->seconds / windows->length, 1);
    out->score = mean;
    out->error = fmax(own, theirs) / sqrt(many);
    out->verdict = out->score + 2 * out->error <= out->limit  ? BAUTA_MOTION_ALIKE
                   : out->score - 2 * out->error > out->limit ? BAUTA_MOTION_UNLIKE
                                                              : BAUTA_MOTION_UNCLEAR;
}
