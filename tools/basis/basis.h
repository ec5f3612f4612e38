// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TOOLS_BASIS_H
#define BT_TOOLS_BASIS_H

#include <stdbool.h>
#include <stdint.h>

#include "face/face.h"

// The tool that computes src/canon/expression.tsv. Its steps hand each other samples: the
// pose-free vertices of one person in one picture.
#define BASIS_VALUES (3 * BAUTA_LANDMARKS)

struct basis_sample {
    int32_t person;      // portraits and clips number theirs together
    int32_t clip;        // 1: a frame of a clip, 0: a portrait
    int32_t smiles;      // 1: a portrait that is known to smile
    int32_t name;        // the portrait's number, or the frame's
    float yaw, pitch;    // degrees
    float x[BAUTA_LANDMARKS][3];
};

struct basis_samples {
    struct basis_sample *one;
    int count, room, persons;
};

// Meshes every portrait and every frame of the clips in the folder of media. 0 or an error.
int basis_collect(const char *media, struct basis_samples *out);
int basis_samples_write(const struct basis_samples *s, const char *path);
int basis_samples_read(struct basis_samples *s, const char *path);
void basis_samples_finish(struct basis_samples *s);

// Linear algebra of doubles, row-major -------------------------------------------------

// Solves a x = b for m right sides (b is n x m and is replaced by x); a is symmetric and
// positive definite, n at most BASIS_UNKNOWNS, and is destroyed. False where it is not.
#define BASIS_UNKNOWNS 64
bool basis_solve(double *a, double *b, int n, int m);
// The first k principal directions of rows x columns (centred by the caller), of length 1,
// the strongest first, and their variances. Deterministic.
void basis_principal(const double *data, int rows, int columns, int k, double *direction,
                     double *variance);

// The measures that the modes are named after, in canonical centimetres ----------------

enum basis_measure {
    BASIS_GAP,          // of the inner lips
    BASIS_WIDTH,        // of the mouth
    BASIS_LIFT,         // of the corners over the lips' middle
    BASIS_UPPER,        // the upper lip's height over its rest
    BASIS_CHIN,         // the chin's depth
    BASIS_BROW_LEFT,
    BASIS_BROW_RIGHT,
    BASIS_FROWN,        // inner ends of the brows towards each other
    BASIS_LID_LEFT,
    BASIS_LID_RIGHT,
    BASIS_SIDE,         // the mouth to one side
    BASIS_TILT,         // one corner higher than the other
    BASIS_POUT,         // the lips forward
    BASIS_MEASURES
};
extern const char *const basis_measure_name[BASIS_MEASURES];
void basis_measure(const float x[BAUTA_LANDMARKS][3], double out[BASIS_MEASURES]);

// Vertices mirrored to the other half.
void basis_mirror(const double in[BAUTA_LANDMARKS][3], double out[BAUTA_LANDMARKS][3]);

// The model ----------------------------------------------------------------------------

#define BASIS_JAW 2.0     // gap in centimetres at weight 1 of mode 0, the jaw
#define BASIS_MODES_MAX 24
#define BASIS_PERSONAL_MAX 24

struct basis_model {
    int modes, of_clips, personal;
    double gap[BAUTA_LANDMARKS][3];     // a centimetre of the lips' gap, the rest at rest
    char name[BASIS_MODES_MAX][16];
    double mean[BAUTA_LANDMARKS][3];
    double mode[BASIS_MODES_MAX][BAUTA_LANDMARKS][3];
    double person[BASIS_PERSONAL_MAX][BAUTA_LANDMARKS][3];   // one deviation each
    double usual[BASIS_MODES_MAX];      // size of a weight in a photo of anybody
    double noise;                       // centimetres, what neither explains
};

// The weights of a face whose neutral is known, or of any face (NULL): least squares with
// a prior on the weights and on persons.
void basis_fit(const struct basis_model *m, const float x[BAUTA_LANDMARKS][3],
               const double neutral[BAUTA_LANDMARKS][3], double w[BASIS_MODES_MAX]);
// How a person at rest differs from the mean. Returns how many samples there are.
int basis_person(const struct basis_samples *s, int person, const struct basis_model *m,
                 double out[BAUTA_LANDMARKS][3]);
// without: a person whose samples are left out, or -1.
int basis_make(const struct basis_samples *s, int without, struct basis_model *m);
// The same where m was made without another portrait: what clips tell is kept.
int basis_remake(const struct basis_samples *s, int without, struct basis_model *m);
int basis_write(const struct basis_model *m, const char *path);
void basis_judge(const struct basis_samples *s);
int basis_draw(const struct basis_samples *s, const struct basis_model *m,
               const char *folder);

#endif
