// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "swap/source.h"

// Skin of one person hardly varies more than this in its colour, as a natural logarithm;
// beyond it, light of another colour is at work: a shine, a reflection of clothes.
static const float LIMIT = .18f;

void bt_atlas_chroma(const struct bt_regions *regions, float (*rgb)[3])
{
    const int count = regions->size * regions->size;
    double mean[2] = {0}, total = 1e-9;
    for (int i = 0; i < count; i += 3) {
        const double w = regions->core[i];
        if (w <= 0)
            continue;
        const float green = logf(fmaxf(rgb[i][1], 3));
        mean[0] += w * (double)(logf(fmaxf(rgb[i][0], 3)) - green);
        mean[1] += w * (double)(logf(fmaxf(rgb[i][2], 3)) - green);
        total += w;
    }
    for (int i = 0; i < count; i++) {
        const float w = regions->skin[i];
        if (w <= 0)
            continue;
        for (int k = 0; k < 2; k++) {
            float *value = &rgb[i][2 * k];
            const float rest = (float)(mean[k] / total) + logf(fmaxf(rgb[i][1], 3));
            const float off = logf(fmaxf(*value, 3)) - rest;
            const float bounded = expf(rest + LIMIT * tanhf(off / LIMIT));
            *value += w * (bounded - *value);
        }
    }
}
