// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/basis/basis.h"
#include "tools/nobody/nobody.h"

static void tones(const struct nobody_person *people, int count, struct nobody_model *m)
{
    double row[NOBODY_PEOPLE][3], direction[BT_CANON_TONES][3], variance[BT_CANON_TONES];
    for (int c = 0; c < 3; c++) {
        m->tone[c] = 0;
        for (int p = 0; p < count; p++)
            m->tone[c] += (double)people[p].tone[c] / count;
        for (int p = 0; p < count; p++)
            row[p][c] = (double)people[p].tone[c] - m->tone[c];
    }
    basis_principal(row[0], count, 3, BT_CANON_TONES, direction[0], variance);
    for (int k = 0; k < BT_CANON_TONES; k++)
        for (int c = 0; c < 3; c++)
            m->tones[k][c] = direction[k][c] * sqrt(variance[k]);
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Of detail the median: a strand of hair in one portrait is nobody else's.
static void grains(const struct nobody_person *people, int count, struct nobody_model *m)
{
    for (int band = 0; band < BT_CANON_GRAINS; band++)
        for (int i = 0; i < NOBODY_GRAIN; i++) {
            float value[NOBODY_PEOPLE];
            for (int p = 0; p < count; p++)
                value[p] = people[p].grain[band][i];
            qsort(value, (size_t)count, sizeof *value, by_value);
            m->grain[band][i] = value[count / 2];
        }
}

// Of one person on one place: brightness and two differences of colour, over the mean's.
static void deviation(const double *row, int cell, float out[3])
{
    const int scale = BT_CANON_LOOK_WIDTH / BT_CANON_GRAIN_WIDTH;
    const int x = cell % BT_CANON_GRAIN_WIDTH * scale;
    const int y = cell / BT_CANON_GRAIN_WIDTH * scale;
    double rgb[3] = {0};
    for (int k = 0; k < scale * scale; k++)
        for (int c = 0; c < 3; c++)
            rgb[c] += row[((y + k / scale) * BT_CANON_LOOK_WIDTH + x + k % scale) * 3 + c] /
                      (scale * scale);
    out[0] = (float)(.3 * rgb[0] + .6 * rgb[1] + .1 * rgb[2]);
    out[1] = (float)(rgb[0] - rgb[1]);
    out[2] = (float)(rgb[2] - rgb[1]);
}

// The third from each end: what few people have on a place is left out.
static void limits(const double *rows, int count, struct nobody_model *m)
{
    for (int i = 0; i < NOBODY_GRAIN; i++) {
        float value[3][NOBODY_PEOPLE], of[3];
        for (int p = 0; p < count; p++) {
            deviation(rows + p * NOBODY_LOOK, i, of);
            for (int c = 0; c < 3; c++)
                value[c][p] = of[c];
        }
        for (int c = 0; c < 3; c++) {
            qsort(value[c], (size_t)count, sizeof(float), by_value);
            m->limit[0][c][i] = value[c][2];
            m->limit[1][c][i] = value[c][count - 3];
        }
    }
}

int nobody_make(const struct nobody_person *people, int count, struct nobody_model *m)
{
    double variance[BT_CANON_LOOKS];
    double *rows = calloc((size_t)count * NOBODY_LOOK, sizeof *rows);
    if (!rows)
        return -1;
    tones(people, count, m);
    grains(people, count, m);
    for (int i = 0; i < NOBODY_FINE; i++)
        for (int p = 0; p < count; p++)
            m->fine[i] += (double)people[p].fine[i] / count;
    for (int i = 0; i < NOBODY_LOOK; i++) {
        double mean = 0;
        for (int p = 0; p < count; p++)
            mean += (double)people[p].coarse[i] / count;
        for (int p = 0; p < count; p++)
            rows[p * NOBODY_LOOK + i] = (double)people[p].coarse[i] - mean;
    }
    limits(rows, count, m);
    basis_principal(rows, count, NOBODY_LOOK, BT_CANON_LOOKS, m->look[0], variance);
    for (int k = 0; k < BT_CANON_LOOKS; k++) {
        const double deviation = sqrt(variance[k]);
        for (int p = 0; p < count; p++) {
            double sum = 0;
            for (int i = 0; i < NOBODY_LOOK; i++)
                sum += rows[p * NOBODY_LOOK + i] * m->look[k][i];
            m->weight[p][k] = sum / deviation;
        }
        for (int i = 0; i < NOBODY_LOOK; i++)
            m->look[k][i] *= deviation;
    }
    for (int p = 0; p < count; p++)
        for (int k = 0; k < BT_CANON_PERSONAL; k++)
            m->weight[p][BT_CANON_LOOKS + k] = (double)people[p].shape[k];
    free(rows);
    return 0;
}
