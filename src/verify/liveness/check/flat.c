// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "verify/liveness/liveness.h"

static const float TURNED = 10; // degrees from rest
static const float FLAT = .012f, DOUBT = .018f;
enum { LEAST = 3, UNKNOWNS = 8 };

// Solves n equations by elimination with pivots; false where they are singular.
static bool solve(double a[UNKNOWNS][UNKNOWNS + 1])
{
    for (int k = 0; k < UNKNOWNS; k++) {
        int best = k;
        for (int i = k + 1; i < UNKNOWNS; i++)
            best = fabs(a[i][k]) > fabs(a[best][k]) ? i : best;
        if (fabs(a[best][k]) < 1e-12)
            return false;
        for (int j = 0; j <= UNKNOWNS && best != k; j++) {
            const double t = a[k][j];
            a[k][j] = a[best][j], a[best][j] = t;
        }
        for (int i = 0; i < UNKNOWNS; i++) {
            const double f = i == k ? 0 : a[i][k] / a[k][k];
            for (int j = k; j <= UNKNOWNS; j++)
                a[i][j] -= f * a[k][j];
        }
    }
    return true;
}

static void centre(const float (*p)[2], int n, double at[2], double *size)
{
    double least[2] = {1e9, 1e9}, most[2] = {-1e9, -1e9};
    at[0] = at[1] = 0;
    for (int i = 0; i < n; i++) {
        for (int k = 0; k < 2; k++) {
            at[k] += (double)p[i][k] / n;
            least[k] = fmin(least[k], (double)p[i][k]);
            most[k] = fmax(most[k], (double)p[i][k]);
        }
    }
    *size = fmax(most[0] - least[0], 1e-9);
}

// Least squares of the homography's linear form (Hartley and Zisserman, 4.1), in
// coordinates relative to the points' middle and size, h33 = 1.
float bt_flat_residual(const float (*a)[2], const float (*b)[2], int count)
{
    double m[UNKNOWNS][UNKNOWNS + 1], ca[2], cb[2], sa, sb, sum = 0;
    if (count < 8)
        return -1;
    centre(a, count, ca, &sa);
    centre(b, count, cb, &sb);
    memset(m, 0, sizeof m);
    for (int i = 0; i < count; i++) {
        const double x = ((double)a[i][0] - ca[0]) / sa,
                     y = ((double)a[i][1] - ca[1]) / sa;
        const double u = ((double)b[i][0] - cb[0]) / sa,
                     v = ((double)b[i][1] - cb[1]) / sa;
        const double row[2][UNKNOWNS + 1] = {{x, y, 1, 0, 0, 0, -u * x, -u * y, u},
                                             {0, 0, 0, x, y, 1, -v * x, -v * y, v}};
        for (int r = 0; r < 2; r++)
            for (int j = 0; j < UNKNOWNS; j++)
                for (int k = 0; k <= UNKNOWNS; k++)
                    m[j][k] += row[r][j] * row[r][k];
    }
    if (!solve(m))
        return -1;
    double h[UNKNOWNS];
    for (int k = 0; k < UNKNOWNS; k++)
        h[k] = m[k][UNKNOWNS] / m[k][k];
    for (int i = 0; i < count; i++) {
        const double x = ((double)a[i][0] - ca[0]) / sa,
                     y = ((double)a[i][1] - ca[1]) / sa;
        const double w = h[6] * x + h[7] * y + 1;
        const double u = ((double)b[i][0] - cb[0]) / sa,
                     v = ((double)b[i][1] - cb[1]) / sa;
        if (fabs(w) < 1e-6)
            return -1;
        sum += pow((h[0] * x + h[1] * y + h[2]) / w - u, 2) +
               pow((h[3] * x + h[4] * y + h[5]) / w - v, 2);
    }
    return (float)sqrt(sum / count);
}

// Mean points of the frames at rest, or of those turned by more than limit, each moved to
// the middle of its face.
static int mean_points(const struct bt_stream *s, const struct bt_baseline *b, int side,
                       float limit, float out[BAUTA_LIVENESS_POINTS][2])
{
    double sum[BAUTA_LIVENESS_POINTS][2] = {{0}};
    int n = 0;
    for (int i = 0; i < s->count; i++) {
        const struct bauta_liveness_sample *p = &s->sample[i];
        const float turned = p->yaw - b->yaw;
        const bool in = side ? (float)side * turned >= limit
                             : fabsf(turned) < 4 && fabsf(p->pitch - b->pitch) < 4 &&
                                   fabsf(p->open - b->open) < .3f;
        if (!p->faces || !in || p->size <= 0 ||
            (p->point[0][0] == 0 && p->point[0][1] == 0))
            continue;
        n++;
        for (int k = 0; k < BAUTA_LIVENESS_POINTS; k++) {
            sum[k][0] += (double)((p->point[k][0] - p->x) / p->size);
            sum[k][1] += (double)((p->point[k][1] - p->y) / p->size);
        }
    }
    for (int k = 0; k < BAUTA_LIVENESS_POINTS && n; k++)
        for (int j = 0; j < 2; j++)
            out[k][j] = (float)(sum[k][j] / n);
    return n;
}

void bt_check_flatness(const struct bt_stream *s, const struct bt_baseline *b,
                       struct bauta_evidence *out)
{
    float rest[BAUTA_LIVENESS_POINTS][2], turned[BAUTA_LIVENESS_POINTS][2], residual = -1;
    float most[2] = {0, 0};
    for (int i = 0; i < s->count; i++) {
        if (!s->sample[i].faces)
            continue;
        most[0] = fmaxf(most[0], b->yaw - s->sample[i].yaw);
        most[1] = fmaxf(most[1], s->sample[i].yaw - b->yaw);
    }
    const int resting = mean_points(s, b, 0, 0, rest);
    for (int side = -1; side <= 1 && resting >= LEAST; side += 2) {
        const float far = most[side > 0];
        if (far < TURNED || mean_points(s, b, side, .8f * far, turned) < LEAST)
            continue;
        residual = fmaxf(residual, bt_flat_residual((const float(*)[2])rest,
                                                    (const float(*)[2])turned,
                                                    BAUTA_LIVENESS_POINTS));
    }
    if (residual < 0)
        bt_evidence(out, BAUTA_FINDING_SKIPPED, 0, 0, "the head was not seen turned");
    else if (residual < FLAT)
        bt_evidence(out, BAUTA_FINDING_BAD, (double)residual, (double)FLAT,
                    "what turned is flat as a picture");
    else if (residual < DOUBT)
        bt_evidence(out, BAUTA_FINDING_DOUBTFUL, (double)residual, (double)DOUBT,
                    "what turned is nearly flat");
    else
        bt_evidence(out, BAUTA_FINDING_GOOD, (double)residual, (double)DOUBT,
                    "the face has depth when it turns");
}
