// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "canon/canon.h"
#include "tools/basis/basis.h"

// The modes are found by regression: within one person's clip, each vertex is a linear
// function of a few measures (the lips' gap, a brow's height), of the head's turn, which
// the mesh net does not take out wholly, and of a rest. The slope on a measure is a mode:
// what the face does when that measure grows and the others stay. Each clip counts also
// mirrored, so that modes are symmetric, antisymmetric, or a pair of mirror images.
// Principal directions of the rest around the mouth follow. Clips hold no smiles to speak
// of; that mode is the difference between portraits that smile and those that do not.

enum { TURNS = 5, REGRESSORS = BASIS_MEASURES + TURNS };

enum region { MOUTH, LIPS, CHEEKS, BROWS, BROW_LEFT, BROW_RIGHT, LID_LEFT, LID_RIGHT };

static const struct {
    const char *name;
    enum basis_measure measure;
    double strong;       // centimetres of the measure at weight 1
    enum region region;
    double usual;        // size of the weight in a photo; small where persons differ alike
} slopes[] = {
    {"jaw", BASIS_GAP, BASIS_JAW, MOUTH, .4},
    {"wide", BASIS_WIDTH, .8, MOUTH, .2},
    {"upper", BASIS_UPPER, .4, MOUTH, .2},
    {"chin", BASIS_CHIN, .8, MOUTH, .2},
    {"pout", BASIS_POUT, .6, MOUTH, .25},
    {"side", BASIS_SIDE, .6, MOUTH, .2},
    {"tilt", BASIS_TILT, .6, MOUTH, .2},
    {"brow_left", BASIS_BROW_LEFT, .8, BROW_LEFT, .3},
    {"brow_right", BASIS_BROW_RIGHT, .8, BROW_RIGHT, .3},
    {"frown", BASIS_FROWN, .4, BROWS, .25},
    {"blink_left", BASIS_LID_LEFT, -.8, LID_LEFT, .4},
    {"blink_right", BASIS_LID_RIGHT, -.8, LID_RIGHT, .4},
};
enum { SLOPES = sizeof slopes / sizeof slopes[0], RESTS = 3, PERSONAL = 10 };

static const double SMILE_LIFT = .6;   // centimetres that the corners rise at weight 1
static const double TURN_MAX = 28, NOD_MAX = 22;   // degrees

static double ramp(double x, double from, double to)
{
    return fmin(fmax((x - from) / (to - from), 0), 1);
}

static double nearest(int v, const uint16_t *ring, int count)
{
    double best = 1e9;
    for (int i = 0; i < count; i++) {
        const float *a = bt_canon_vertex[v], *b = bt_canon_vertex[ring[i]];
        best = fmin(best, hypot(hypot(a[0] - b[0], a[1] - b[1]), a[2] - b[2]));
    }
    return best;
}

// How much of a mode a vertex takes part in.
static double mask(enum region region, int v)
{
    const double x = bt_canon_vertex[v][0], y = bt_canon_vertex[v][1];
    const double nose = 1.2 * ramp(fabs(x), 2.2, 1.2);
    switch (region) {
    case MOUTH:
        return ramp(y, -.6 + nose, 1.4 + nose);
    case LIPS:
        return mask(MOUTH, v) * ramp(nearest(v, bt_canon_lips, BT_CANON_RING), 3, 1.2);
    case CHEEKS:
        return ramp(y, -1.9 + nose, .6 + nose) * ramp(y, 9.2, 7);
    case BROWS:
        return ramp(y, -3.1, -3.7);
    case BROW_LEFT:
        return ramp(y, -3.1, -3.7) * ramp(x, 1.5, -.8);
    case BROW_RIGHT:
        return ramp(y, -3.1, -3.7) * ramp(x, -1.5, .8);
    case LID_LEFT:
    case LID_RIGHT:
        return ramp(nearest(v, bt_canon_lid[region - LID_LEFT], BT_CANON_LID), 1.3, .4);
    }
    return 0;
}

static void symmetric(double x[BAUTA_LANDMARKS][3])
{
    static double other[BAUTA_LANDMARKS][3];
    basis_mirror((const double(*)[3])x, other);
    for (int i = 0; i < BASIS_VALUES; i++)
        x[i / 3][i % 3] = (x[i / 3][i % 3] + other[i / 3][i % 3]) / 2;
}

// Keeps the symmetric or the antisymmetric part, the larger one.
static void pure(double x[BAUTA_LANDMARKS][3])
{
    static double other[BAUTA_LANDMARKS][3];
    double both = 0;
    basis_mirror((const double(*)[3])x, other);
    for (int i = 0; i < BASIS_VALUES; i++)
        both += x[i / 3][i % 3] * other[i / 3][i % 3];
    for (int i = 0; i < BASIS_VALUES; i++)
        x[i / 3][i % 3] = (x[i / 3][i % 3] + copysign(1, both) * other[i / 3][i % 3]) / 2;
}

// Clip frames as rows, each person about its own mean ----------------------------------

struct rows {
    int count;
    double (*regressor)[REGRESSORS];
    double (*value)[BASIS_VALUES];
};

static void fill_row(const struct basis_sample *one, bool mirrored, double *regressor,
                     double *value)
{
    float x[BAUTA_LANDMARKS][3];
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *from = one->x[mirrored ? bt_canon_mirror[i] : i];
        x[i][0] = mirrored ? -from[0] : from[0];
        x[i][1] = from[1], x[i][2] = from[2];
    }
    basis_measure((const float(*)[3])x, regressor);
    const double yaw = (mirrored ? -one->yaw : one->yaw) / 15, pitch = one->pitch / 15;
    const double turn[TURNS] = {yaw, pitch, yaw * yaw, pitch * pitch, yaw * pitch};
    memcpy(regressor + BASIS_MEASURES, turn, sizeof turn);
    for (int i = 0; i < BASIS_VALUES; i++)
        value[i] = x[i / 3][i % 3];
}

static bool counts(const struct basis_sample *one, int without)
{
    return one->clip && one->person != without && fabsf(one->yaw) < TURN_MAX
           && fabsf(one->pitch) < NOD_MAX;
}

// Takes the mean off the last rows and weighs them, so that a clip counts by the root of
// its length.
static void centre(struct rows *r, int first)
{
    const int n = r->count - first;
    double weight = n > 0 ? sqrt(1 / sqrt((double)n)) : 0;
    for (int c = 0; c < REGRESSORS + BASIS_VALUES; c++) {
        double mean = 0;
        for (int i = first; i < r->count; i++)
            mean += (c < REGRESSORS ? r->regressor[i][c] : r->value[i][c - REGRESSORS]) / n;
        for (int i = first; i < r->count; i++) {
            double *at = c < REGRESSORS ? &r->regressor[i][c] : &r->value[i][c - REGRESSORS];
            *at = (*at - mean) * weight;
        }
    }
}

static int gather(const struct basis_samples *s, int without, struct rows *r)
{
    r->count = 0;
    r->regressor = malloc((size_t)s->count * 2 * sizeof *r->regressor);
    r->value = malloc((size_t)s->count * 2 * sizeof *r->value);
    if (!r->regressor || !r->value)
        return BAUTA_E_NO_MEMORY;
    for (int p = 0; p < s->persons; p++) {
        const int first = r->count;
        for (int m = 0; m < 2; m++) {
            const int half = r->count;
            for (int i = 0; i < s->count; i++) {
                const struct basis_sample *one = &s->one[i];
                if (one->person != p || !counts(one, without) || one->name % 2)
                    continue;
                fill_row(one, m > 0, r->regressor[r->count], r->value[r->count]);
                r->count++;
            }
            centre(r, half);
        }
        if (r->count - first < 20)
            r->count = first;
    }
    return r->count > 100 ? 0 : BAUTA_E_FORMAT;
}

static void release(struct rows *r)
{
    free(r->regressor);
    free(r->value);
}

// Slopes of every value on every regressor, ridge by a part of each one's variance.
static bool regress(const struct rows *r, double (*slope)[BASIS_VALUES])
{
    static double gram[REGRESSORS * REGRESSORS];
    memset(gram, 0, sizeof gram);
    memset(slope, 0, REGRESSORS * sizeof *slope);
    for (int i = 0; i < r->count; i++) {
        for (int a = 0; a < REGRESSORS; a++) {
            for (int b = 0; b < REGRESSORS; b++)
                gram[a * REGRESSORS + b] += r->regressor[i][a] * r->regressor[i][b];
            for (int c = 0; c < BASIS_VALUES; c++)
                slope[a][c] += r->regressor[i][a] * r->value[i][c];
        }
    }
    for (int a = 0; a < REGRESSORS; a++)
        gram[a * REGRESSORS + a] *= 1.03;
    return basis_solve(gram, slope[0], REGRESSORS, BASIS_VALUES);
}

// What no slope explains, the head's turn and the measures taken off, around the mouth.
static void take_off(struct rows *r, const double (*slope)[BASIS_VALUES])
{
    for (int i = 0; i < r->count; i++) {
        for (int c = 0; c < BASIS_VALUES; c++) {
            for (int a = 0; a < REGRESSORS; a++)
                r->value[i][c] -= r->regressor[i][a] * slope[a][c];
            r->value[i][c] *= mask(LIPS, c / 3) * (c % 3 == 2 ? .5 : 1);
        }
    }
}

static double (*new_mode(struct basis_model *m, const char *name, double usual))[3]
{
    strcpy(m->name[m->modes], name);
    m->usual[m->modes] = usual;
    return m->mode[m->modes++];
}

// How far the chin goes down for a centimetre between the lips.
static double chin_of_gap(const struct rows *r)
{
    double both = 0, square = 0;
    for (int i = 0; i < r->count; i++) {
        const double gap = r->regressor[i][BASIS_GAP];
        both += gap * r->regressor[i][BASIS_CHIN];
        square += gap * gap;
    }
    return both / square;
}

static int clip_modes(const struct basis_samples *s, int without, struct basis_model *m)
{
    static double slope[REGRESSORS][BASIS_VALUES], rest[RESTS * BASIS_VALUES];
    double variance[RESTS];
    struct rows r = {0};
    int result = gather(s, without, &r);
    if (result >= 0 && !regress(&r, slope))
        result = BAUTA_E_FORMAT;
    const double chin = result >= 0 ? chin_of_gap(&r) : 0;
    for (int c = 0; result >= 0 && c < BASIS_VALUES; c++) {
        m->gap[c / 3][c % 3] = slope[BASIS_GAP][c];
        slope[BASIS_GAP][c] += chin * slope[BASIS_CHIN][c];
    }
    for (int k = 0; result >= 0 && k < SLOPES; k++) {
        double(*mode)[3] = new_mode(m, slopes[k].name, slopes[k].usual);
        for (int c = 0; c < BASIS_VALUES; c++)
            mode[c / 3][c % 3] = slopes[k].strong * slope[slopes[k].measure][c]
                                 * mask(slopes[k].region, c / 3);
    }
    for (int c = 0; result >= 0 && c < BASIS_VALUES; c++)
        slope[BASIS_GAP][c] = m->gap[c / 3][c % 3];
    if (result >= 0) {
        take_off(&r, (const double(*)[BASIS_VALUES])slope);
        basis_principal(r.value[0], r.count, BASIS_VALUES, RESTS, rest, variance);
    }
    for (int k = 0; result >= 0 && k < RESTS; k++) {
        static const char *const names[RESTS] = {"lips1", "lips2", "lips3"};
        double(*mode)[3] = new_mode(m, names[k], .2), most = 0;
        for (int i = 0; i < BAUTA_LANDMARKS; i++) {
            const double *d = rest + (size_t)k * BASIS_VALUES + 3 * i;
            most = fmax(most, hypot(d[0], d[1]));
        }
        for (int c = 0; c < BASIS_VALUES; c++)
            mode[c / 3][c % 3] =
                .5 / most * rest[(size_t)k * BASIS_VALUES + c] * (c % 3 == 2 ? 2 : 1);
        pure(mode);
    }
    m->of_clips = m->modes;
    release(&r);
    return result;
}

// Portraits ----------------------------------------------------------------------------

// The mean of each value over portraits that smile, or do not, those with their lips
// closed.
static int portrait_mean(const struct basis_samples *s, int without, bool smiling,
                         const struct basis_model *m, double out[BAUTA_LANDMARKS][3])
{
    int n = 0;
    double parted = 0, measure[BASIS_MEASURES];
    memset(out, 0, BASIS_VALUES * sizeof(double));
    for (int i = 0; i < s->count; i++) {
        const struct basis_sample *one = &s->one[i];
        if (one->clip || one->person == without || (one->smiles != 0) != smiling)
            continue;
        n++;
        basis_measure(one->x, measure);
        parted += smiling ? 0 : measure[BASIS_GAP] / BASIS_JAW;
        for (int c = 0; c < BASIS_VALUES; c++)
            out[c / 3][c % 3] += one->x[c / 3][c % 3];
    }
    for (int c = 0; n && c < BASIS_VALUES; c++)
        out[c / 3][c % 3] = (out[c / 3][c % 3] - parted * m->mode[0][c / 3][c % 3]) / n;
    symmetric(out);
    return n;
}

// Moves each vertex towards the mean of its neighbours; the closing triangles of mouth and
// eyes join nobody.
static void smooth(double x[BAUTA_LANDMARKS][3], int times)
{
    static double sum[BAUTA_LANDMARKS][4];
    for (; times > 0; times--) {
        memset(sum, 0, sizeof sum);
        for (int t = 0; t < BT_CANON_TRIANGLES; t++) {
            bool closing = false;
            const uint16_t *p = bt_canon_triangle[t];
            for (int i = 0; i < BT_CANON_MOUTH; i++)
                closing |= !memcmp(p, bt_canon_mouth[i], sizeof bt_canon_mouth[i]);
            for (int i = 0; i < 2 * BT_CANON_EYE; i++)
                closing |= !memcmp(p, bt_canon_eye[i % 2][i / 2], 6);
            for (int e = 0; !closing && e < 6; e++) {
                const double *from = x[p[(e + 1 + e / 3) % 3]];
                double *to = sum[p[e % 3]];
                to[0] += from[0], to[1] += from[1], to[2] += from[2], to[3] += 1;
            }
        }
        for (int c = 0; c < BASIS_VALUES; c++) {
            const double *n = sum[c / 3];
            x[c / 3][c % 3] += .5 * (n[c % 3] / n[3] - x[c / 3][c % 3]);
        }
    }
}

static double measured(const double x[BAUTA_LANDMARKS][3], enum basis_measure measure,
                       const double mean[BAUTA_LANDMARKS][3])
{
    static float at[BAUTA_LANDMARKS][3];
    double with[BASIS_MEASURES], none[BASIS_MEASURES];
    for (int c = 0; c < BASIS_VALUES; c++)
        at[c / 3][c % 3] = (float)mean[c / 3][c % 3];
    basis_measure((const float(*)[3])at, none);
    for (int c = 0; c < BASIS_VALUES; c++)
        at[c / 3][c % 3] += (float)x[c / 3][c % 3];
    basis_measure((const float(*)[3])at, with);
    return with[measure] - none[measure];
}

static int smile_mode(const struct basis_samples *s, int without, struct basis_model *m)
{
    static double smiling[BAUTA_LANDMARKS][3];
    if (portrait_mean(s, without, true, m, smiling) < 2)
        return BAUTA_E_FORMAT;
    double(*mode)[3] = new_mode(m, "smile", .6);
    for (int c = 0; c < BASIS_VALUES; c++)
        mode[c / 3][c % 3] = smiling[c / 3][c % 3] - m->mean[c / 3][c % 3];
    // Teeth that show are a matter of the modes that part the lips.
    const double(*mean)[3] = (const double(*)[3])m->mean;
    const double parted = measured((const double(*)[3])mode, BASIS_GAP, mean);
    for (int c = 0; c < BASIS_VALUES; c++)
        mode[c / 3][c % 3] =
            (mode[c / 3][c % 3] - parted * m->gap[c / 3][c % 3]) * mask(CHEEKS, c / 3);
    smooth(mode, 2);
    const double lift = measured((const double(*)[3])mode, BASIS_LIFT, mean);
    for (int c = 0; c < BASIS_VALUES; c++)
        mode[c / 3][c % 3] *= SMILE_LIFT / lift;
    return lift > .1 ? 0 : BAUTA_E_FORMAT;
}

// How persons differ: principal directions over portraits and clips, what a face did taken
// off, each also mirrored.
static int personal(const struct basis_samples *s, int without, struct basis_model *m)
{
    static double directions[PERSONAL * BASIS_VALUES];
    double variance[PERSONAL], total = 0;
    double(*row)[BAUTA_LANDMARKS][3] = calloc(2 * (size_t)s->persons, sizeof *row);
    if (!row)
        return BAUTA_E_NO_MEMORY;
    int rows = 0;
    for (int p = 0; p < s->persons; p++) {
        rows += p != without && basis_person(s, p, m, row[rows]) > 0;
    }
    for (int i = 0; i < rows; i++)
        basis_mirror((const double(*)[3])row[i], row[rows + i]);
    basis_principal(row[0][0], 2 * rows, BASIS_VALUES, PERSONAL, directions, variance);
    for (int i = 0; i < 2 * rows * BAUTA_LANDMARKS; i++) {
        const double *d = row[i / BAUTA_LANDMARKS][i % BAUTA_LANDMARKS];
        total += (d[0] * d[0] + d[1] * d[1] + d[2] * d[2]) / (2 * rows);
    }
    m->personal = PERSONAL;
    for (int k = 0; k < PERSONAL; k++) {
        total -= variance[k];
        for (int c = 0; c < BASIS_VALUES; c++)
            m->person[k][c / 3][c % 3] =
                sqrt(variance[k]) * directions[k * BASIS_VALUES + c];
    }
    m->noise = sqrt(fmax(total, 0) / BASIS_VALUES);
    free(row);
    return 0;
}

int basis_remake(const struct basis_samples *s, int without, struct basis_model *m)
{
    m->modes = m->of_clips;
    m->personal = 0;
    if (portrait_mean(s, without, false, m, m->mean) < 5)
        return BAUTA_E_FORMAT;
    const int result = smile_mode(s, without, m);
    return result >= 0 ? personal(s, without, m) : result;
}

int basis_make(const struct basis_samples *s, int without, struct basis_model *m)
{
    memset(m, 0, sizeof *m);
    const int result = clip_modes(s, without, m);
    return result >= 0 ? basis_remake(s, without, m) : result;
}
