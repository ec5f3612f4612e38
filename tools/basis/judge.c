// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/basis/basis.h"

static struct basis_model model, whole;

static void apply(const struct basis_model *m, const double *w, double sign,
                  double x[BAUTA_LANDMARKS][3])
{
    for (int k = 0; k < m->modes; k++) {
        for (int c = 0; c < BASIS_VALUES; c++)
            x[c / 3][c % 3] += sign * w[k] * m->mode[k][c / 3][c % 3];
    }
}

// How much of a clip's deviations from its person's rest the modes that were learnt
// without that person explain, for frames that look ahead, all and below the nose.
static void held_out(const struct basis_samples *s, int person)
{
    double rest[BAUTA_LANDMARKS][3], energy[2][2] = {{0}};
    const int n = basis_person(s, person, &whole, rest);
    if (n < 20 || basis_make(s, person, &model) < 0)
        return;
    for (int c = 0; c < BASIS_VALUES; c++)
        rest[c / 3][c % 3] += whole.mean[c / 3][c % 3];
    for (int i = 0; i < s->count; i++) {
        const struct basis_sample *one = &s->one[i];
        if (one->person != person || fabsf(one->yaw) > 15 || fabsf(one->pitch) > 15)
            continue;
        double w[BASIS_MODES_MAX], left[BAUTA_LANDMARKS][3];
        basis_fit(&model, one->x, (const double(*)[3])rest, w);
        for (int c = 0; c < BASIS_VALUES; c++)
            left[c / 3][c % 3] = one->x[c / 3][c % 3] - rest[c / 3][c % 3];
        for (int pass = 0; pass < 2; pass++) {
            for (int v = 0; v < BAUTA_LANDMARKS; v++) {
                const double e = left[v][0] * left[v][0] + left[v][1] * left[v][1];
                energy[0][pass] += e;
                energy[1][pass] += model.mean[v][1] > 2.2 ? e : 0;
            }
            apply(&model, w, -1, left);
        }
    }
    printf("person %d, %d frames, held out: explained %.1f %% of all, %.1f %% of the "
           "mouth and chin\n", person, n, 100 - 100 * energy[0][1] / energy[0][0],
           100 - 100 * energy[1][1] / energy[1][0]);
}

static double lift_of(const double x[BAUTA_LANDMARKS][3])
{
    const double corners = (x[61][1] + x[291][1]) / 2, middle = (x[0][1] + x[17][1]) / 2;
    return (middle - corners) / hypot(x[61][0] - x[291][0], x[61][1] - x[291][1]);
}

static void portraits(const struct basis_samples *s)
{
    double sum[BASIS_MODES_MAX] = {0}, square[BASIS_MODES_MAX] = {0};
    int n = 0;
    model = whole;
    printf("%-10s lift before, after; gap before, after; weights\n", "portrait");
    for (int i = 0; i < s->count; i++) {
        const struct basis_sample *one = &s->one[i];
        double w[BASIS_MODES_MAX], x[BAUTA_LANDMARKS][3];
        double before[BASIS_MEASURES], after[BASIS_MEASURES];
        float y[BAUTA_LANDMARKS][3];
        if (one->clip || basis_remake(s, one->person, &model) < 0)
            continue;
        basis_fit(&model, one->x, NULL, w);
        for (int c = 0; c < BASIS_VALUES; c++)
            x[c / 3][c % 3] = one->x[c / 3][c % 3];
        const double lift = lift_of((const double(*)[3])x);
        apply(&model, w, -1, x);
        for (int c = 0; c < BASIS_VALUES; c++)
            y[c / 3][c % 3] = (float)x[c / 3][c % 3];
        basis_measure(one->x, before);
        basis_measure((const float(*)[3])y, after);
        printf("%03d%s %6.3f %6.3f  %5.2f %5.2f ", one->name, one->smiles ? " smiles" : "       ",
               lift, lift_of((const double(*)[3])x), before[BASIS_GAP], after[BASIS_GAP]);
        for (int k = 0; k < model.modes; k++) {
            printf(" %5.2f", w[k]);
            sum[k] += one->smiles ? 0 : w[k];
            square[k] += one->smiles ? 0 : w[k] * w[k];
        }
        n += !one->smiles;
        printf("\n");
    }
    printf("weights of %d portraits at rest, each held out:\n", n);
    for (int k = 0; k < model.modes; k++)
        printf("  %-12s mean %6.3f spread %.3f\n", model.name[k], sum[k] / n,
               sqrt(square[k] / n - sum[k] * sum[k] / n / n));
}

void basis_judge(const struct basis_samples *s)
{
    if (basis_make(s, -1, &whole) < 0)
        return;
    printf("%d modes, %d of persons, noise %.3f cm\n", whole.modes, whole.personal,
           whole.noise);
    for (int p = 0; p < s->persons; p++)
        held_out(s, p);
    portraits(s);
}
