// SPDX-License-Identifier: Apache-2.0
#include "quality/series.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define DEGREES (180 / 3.14159265358979323846)
enum { AROUND = 18, WINDOW = 2 * AROUND + 1 };
static const double CLOSED = .6, CLOSING = .8;

double bt_q_mean_of(const struct bt_q_mean *mean)
{
    return mean->count ? mean->sum / mean->count : NAN;
}

void bt_q_turn(const float a[9], const float b[9], double out[3])
{
    double r[9];
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            r[3 * i + j] = 0;
            for (int k = 0; k < 3; k++)
                r[3 * i + j] += (double)b[3 * i + k] * (double)a[3 * j + k];
        }
    }
    const double axis[3] = {r[7] - r[5], r[2] - r[6], r[3] - r[1]};
    const double sine = hypot(hypot(axis[0], axis[1]), axis[2]) / 2;
    const double angle = atan2(sine, (r[0] + r[4] + r[8] - 1) / 2);
    // Near no turn at all the angle is the sine.
    const double factor = sine > 1e-9 ? angle / (2 * sine) : .5;
    for (int k = 0; k < 3; k++)
        out[k] = axis[k] * factor * DEGREES;
}

void bt_q_pose_error(const double (*turn)[3], int n, double *error, double *bias)
{
    double mean[3] = {0}, sum = 0;
    *error = *bias = NAN;
    if (n < 1)
        return;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 3; k++)
            mean[k] += turn[i][k] / n;
    }
    for (int i = 0; i < n; i++) {
        double square = 0;
        for (int k = 0; k < 3; k++)
            square += (turn[i][k] - mean[k]) * (turn[i][k] - mean[k]);
        sum += sqrt(square);
    }
    *error = sum / n;
    *bias = sqrt(mean[0] * mean[0] + mean[1] * mean[1] + mean[2] * mean[2]);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// What is usual around a frame: the upper quartile, since eyes are mostly open.
static double usual(const double *open, int n, int at)
{
    double near[WINDOW];
    int count = 0;
    for (int i = at - AROUND; i <= at + AROUND; i++) {
        if (i >= 0 && i < n && !isnan(open[i]))
            near[count++] = open[i];
    }
    if (count == 0)
        return NAN;
    qsort(near, (size_t)count, sizeof near[0], by_value);
    return near[count * 3 / 4];
}

int bt_q_blinks(const double *open, int n, struct bt_q_event *out, int max)
{
    int count = 0;
    for (int i = 0; i < n && count < max; i++) {
        if (!(open[i] < CLOSED * usual(open, n, i)))
            continue;
        struct bt_q_event event = {i, i};
        while (event.first > 0
               && open[event.first - 1] < CLOSING * usual(open, n, event.first - 1))
            event.first--;
        while (event.last + 1 < n
               && open[event.last + 1] < CLOSING * usual(open, n, event.last + 1))
            event.last++;
        out[count++] = event;
        i = event.last;
    }
    return count;
}

double bt_q_f1(const struct bt_q_event *a, int na, const struct bt_q_event *b, int nb,
               int slack)
{
    int hits = 0, j = 0;
    for (int i = 0; i < na; i++) {
        while (j < nb && b[j].last + slack < a[i].first)
            j++;
        if (j < nb && b[j].first <= a[i].last + slack) {
            hits++;
            j++;
        }
    }
    return na + nb ? 2. * hits / (na + nb) : NAN;
}

double bt_q_slope(const double *x, const double *y, int n)
{
    double xx = 0, xy = 0;
    for (int i = 0; i < n; i++) {
        xx += x[i] * x[i];
        xy += x[i] * y[i];
    }
    return xx > 1e-6 ? xy / xx : NAN;
}

double bt_q_settled(const double *answer, int n, double ms_a_frame)
{
    if (n < 4)
        return NAN;
    double final = 0;
    const int from = n - n / 4;
    for (int i = from; i < n; i++)
        final += answer[i] / (n - from);
    int settled = n;
    while (settled > 0 && fabs(answer[settled - 1] - final) <= .1 * fabs(final))
        settled--;
    return settled * ms_a_frame;
}

double bt_q_tremble(const float (*landmark)[BAUTA_LANDMARKS][3], int n)
{
    double sum = 0;
    for (int t = 2; t < n; t++) {
        for (int i = 0; i < BAUTA_LANDMARKS; i++) {
            for (int k = 0; k < 2; k++) {
                const double d = (double)landmark[t][i][k] - 2. * landmark[t - 1][i][k]
                                 + landmark[t - 2][i][k];
                sum += d * d;
            }
        }
    }
    return n > 2 ? sqrt(sum / ((n - 2.) * BAUTA_LANDMARKS)) : NAN;
}
