// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/basis/basis.h"

// One weight's usual size where the neutral is known, and how much depth counts: the net
// guesses it.
static const double USUAL = .5, DEPTH = .5;
// Neighbouring vertices err alike, so that they tell less than their number says.
static const double ALIKE = 6;

void basis_fit(const struct basis_model *m, const float x[BAUTA_LANDMARKS][3],
               const double neutral[BAUTA_LANDMARKS][3], double w[BASIS_MODES_MAX])
{
    const int n = m->modes + (neutral ? 0 : m->personal);
    const double(*from)[3] = neutral ? neutral : m->mean;
    const double noise = ALIKE * fmax(m->noise * m->noise, 1e-4);
    static double a[BASIS_UNKNOWNS * BASIS_UNKNOWNS], b[BASIS_UNKNOWNS];
    for (int i = 0; i < n; i++) {
        const double *p = i < m->modes ? m->mode[i][0] : m->person[i - m->modes][0];
        b[i] = 0;
        for (int c = 0; c < BASIS_VALUES; c++)
            b[i] += (c % 3 == 2 ? DEPTH : 1) * p[c] * (x[c / 3][c % 3] - from[c / 3][c % 3]);
        for (int j = 0; j <= i; j++) {
            const double *q = j < m->modes ? m->mode[j][0] : m->person[j - m->modes][0];
            double sum = 0;
            for (int c = 0; c < BASIS_VALUES; c++)
                sum += (c % 3 == 2 ? DEPTH : 1) * p[c] * q[c];
            a[i * n + j] = a[j * n + i] = sum;
        }
        const double usual = i >= m->modes ? 1 : neutral ? USUAL : m->usual[i];
        a[i * n + i] += noise / (usual * usual);
    }
    basis_solve(a, b, n, 1);
    memcpy(w, b, (size_t)m->modes * sizeof *w);
}

// What a portrait's face does: where it does not smile, at most its lips are parted.
static void basis_part(const struct basis_model *m, const struct basis_sample *one,
                       double w[BASIS_MODES_MAX])
{
    double measure[BASIS_MEASURES];
    memset(w, 0, BASIS_MODES_MAX * sizeof *w);
    if (one->smiles) {
        static struct basis_model nobody;
        nobody = *m;
        nobody.personal = 0;
        basis_fit(&nobody, one->x, NULL, w);
        return;
    }
    basis_measure(one->x, measure);
    w[0] = measure[BASIS_GAP] / BASIS_JAW;
}

static int up(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

int basis_person(const struct basis_samples *s, int person, const struct basis_model *m,
                 double out[BAUTA_LANDMARKS][3])
{
    int n = 0;
    const struct basis_sample *last = NULL;
    float *list = malloc((size_t)s->count * sizeof *list);
    for (int c = 0; list && c < BASIS_VALUES; c++) {
        n = 0;
        for (int i = 0; i < s->count; i++) {
            const struct basis_sample *one = &s->one[i];
            if (one->person != person || fabsf(one->yaw) > 25 || fabsf(one->pitch) > 22)
                continue;
            list[n++] = one->x[c / 3][c % 3];
            last = one;
        }
        if (!n)
            break;
        qsort(list, (size_t)n, sizeof *list, up);
        out[c / 3][c % 3] = (list[n / 2] + list[(n - 1) / 2]) / 2 - m->mean[c / 3][c % 3];
    }
    free(list);
    if (n && !last->clip) {
        double w[BASIS_MODES_MAX];
        basis_part(m, last, w);
        for (int k = 0; k < m->modes; k++) {
            for (int c = 0; c < BASIS_VALUES; c++)
                out[c / 3][c % 3] -= w[k] * m->mode[k][c / 3][c % 3];
        }
    }
    return n;
}
