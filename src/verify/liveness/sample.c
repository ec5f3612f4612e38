// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "verify/liveness/liveness.h"

// Brows and forehead, eyes, nose, mouth, chin and jaw, cheeks, temples.
const uint16_t bt_liveness_point[BAUTA_LIVENESS_POINTS] = {
    10,  151, 33, 133, 362, 263, 168, 1,   2,   98,  327, 61,
    291, 0,   17, 152, 172, 397, 50,  280, 205, 425, 127, 356};

// A number of the sample: how it is reached, its steps in a unit, and its limits.
enum kind { DOUBLE, INT, FLOAT };
static const struct field {
    size_t offset;
    enum kind kind;
    int count;
    double scale, least, most;
} fields[] = {
#define AT(name) offsetof(struct bauta_liveness_sample, name)
    {AT(seconds), DOUBLE, 1, 1e5, -1, 1e6},
    {AT(faces), INT, 1, 1, 0, 64},
    {AT(track), INT, 1, 1, -1, 1e9},
    {AT(cut), INT, 1, 1, 0, 1},
    {AT(x), FLOAT, 3, 1e4, -20, 20},     // x, y, size
    {AT(yaw), FLOAT, 3, 1e2, -360, 360}, // yaw, pitch, roll
    {AT(lids), FLOAT, 2, 1e3, -20, 20},
    {AT(smile), FLOAT, 2, 1e3, -50, 50}, // smile, brows
    {AT(open), FLOAT, 1, 1e3, -50, 50},
    {AT(eye), FLOAT, 2, 1e3, -1, 1},
    {AT(alike), FLOAT, 1, 1e3, -2, 1.001},
    {AT(light), FLOAT, 3, 1e5, 0, 2},
    {AT(point), FLOAT, 2 * BAUTA_LIVENESS_POINTS, 2e4, -20, 20},
    {AT(watermark), INT, 1, 1, 0, 1},
    {AT(noise), FLOAT, 1, 1e3, 0, 256},
    {AT(change), FLOAT, 1, 1e3, -1, 256},
    {AT(cell), FLOAT, BAUTA_LIVENESS_CELLS, 1e2, 0, 256},
};
enum { FIELDS = sizeof fields / sizeof fields[0] };

static size_t width_of(enum kind kind)
{
    return kind == DOUBLE ? sizeof(double) : kind == INT ? sizeof(int) : sizeof(float);
}

static double get(const void *at, enum kind kind)
{
    return kind == DOUBLE ? *(const double *)at
           : kind == INT  ? (double)*(const int *)at
                          : (double)*(const float *)at;
}

static void put(void *at, enum kind kind, double value)
{
    if (kind == DOUBLE)
        *(double *)at = value;
    else if (kind == INT)
        *(int *)at = (int)value;
    else
        *(float *)at = (float)value;
}

bool bt_sample_round(struct bauta_liveness_sample *s)
{
    int64_t number[BT_SAMPLE_NUMBERS];
    for (int i = 0; i < FIELDS; i++) {
        const struct field *f = &fields[i];
        for (int k = 0; k < f->count; k++) {
            const double v =
                get((char *)s + f->offset + (size_t)k * width_of(f->kind), f->kind);
            if (!(v >= f->least && v <= f->most))
                return false;
        }
    }
    bt_sample_pack(s, number);
    return bt_sample_unpack(number, s);
}

void bt_sample_pack(const struct bauta_liveness_sample *s, int64_t out[BT_SAMPLE_NUMBERS])
{
    int n = 0;
    for (int i = 0; i < FIELDS; i++) {
        const struct field *f = &fields[i];
        for (int k = 0; k < f->count; k++)
            out[n++] =
                llround(get((const char *)s + f->offset + (size_t)k * width_of(f->kind),
                            f->kind) *
                        f->scale);
    }
}

bool bt_sample_unpack(const int64_t in[BT_SAMPLE_NUMBERS],
                      struct bauta_liveness_sample *s)
{
    struct bauta_liveness_sample out = {0};
    int n = 0;
    for (int i = 0; i < FIELDS; i++) {
        const struct field *f = &fields[i];
        for (int k = 0; k < f->count; k++, n++) {
            const double v = (double)in[n] / f->scale;
            if (!(v >= f->least - .5 / f->scale && v <= f->most + .5 / f->scale))
                return false;
            put((char *)&out + f->offset + (size_t)k * width_of(f->kind), f->kind, v);
        }
    }
    *s = out;
    return true;
}

_Static_assert(BT_SAMPLE_NUMBERS == 1 + 3 + 3 + 3 + 2 + 2 + 1 + 2 + 1 + 3 +
                                        2 * BAUTA_LIVENESS_POINTS + 3 +
                                        BAUTA_LIVENESS_CELLS + 2,
               "every field of a sample is counted");
