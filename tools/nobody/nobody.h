// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TOOLS_NOBODY_H
#define BT_TOOLS_NOBODY_H

#include "canon/canon.h"
#include "swap/source.h"

// The tool that computes src/canon/nobody.tsv: how the textures of faces vary, as a mean
// and principal components over many portraits. Textures are even: both halves of each
// portrait are averaged and the image-left one is kept.

#define NOBODY_PEOPLE 32
#define NOBODY_FINE (BT_CANON_FINE_HEIGHT * BT_CANON_FINE_WIDTH * 3)
#define NOBODY_LOOK (BT_CANON_LOOK_HEIGHT * BT_CANON_LOOK_WIDTH * 3)
#define NOBODY_GRAIN (BT_CANON_GRAIN_HEIGHT * BT_CANON_GRAIN_WIDTH)
#define NOBODY_BITS (BT_CANON_LOOKS + BT_CANON_PERSONAL)

struct nobody_person {
    float tone[3];                      // mean logarithm of skin, of value / 255
    // Logarithms over the tone, R G B: fine and coarse halves.
    float fine[NOBODY_FINE];
    float coarse[NOBODY_LOOK];
    // Strength of detail, by bands.
    float grain[BT_CANON_GRAINS][NOBODY_GRAIN];
    float shape[BT_CANON_PERSONAL];     // weights of bt_canon_person
};

struct nobody_model {
    double tone[3], tones[BT_CANON_TONES][3];
    double fine[NOBODY_FINE];
    double look[BT_CANON_LOOKS][NOBODY_LOOK];   // one deviation each
    float grain[BT_CANON_GRAINS][NOBODY_GRAIN];
    float limit[2][3][NOBODY_GRAIN]; // of bt_canon_limit
    double weight[NOBODY_PEOPLE][NOBODY_BITS];  // of each person, in deviations
};

// Enrols the portraits and halves their textures; the number of people or an error.
int nobody_collect(const char *media, struct nobody_person *people);
// 0, or -1 where memory lacks.
int nobody_make(const struct nobody_person *people, int count, struct nobody_model *model);
int nobody_write(const struct nobody_model *model, int count, const char *path);

#endif
