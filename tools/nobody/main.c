// SPDX-License-Identifier: Apache-2.0
// usage: nobody MEDIA OUT.tsv
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "swap/nobody/nobody.h"
#include "tools/nobody/nobody.h"

static void base64(FILE *file, const uint8_t *bytes, size_t count)
{
    static const char letter[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < count; i += 3) {
        const unsigned a = bytes[i], b = i + 1 < count ? bytes[i + 1] : 0,
                       c = i + 2 < count ? bytes[i + 2] : 0;
        fputc(letter[a >> 2], file);
        fputc(letter[(a & 3) << 4 | b >> 4], file);
        fputc(i + 1 < count ? letter[(b & 15) << 2 | c >> 6] : '=', file);
        fputc(i + 2 < count ? letter[c & 63] : '=', file);
    }
    fputc('\n', file);
}

static uint8_t byte(double v, double least, double most)
{
    return (uint8_t)(int)lround(v < least ? least : v > most ? most : v);
}

// One line: what it is, the step of its numbers, and its bytes.
static void write_textures(FILE *file, const struct nobody_model *m)
{
    static uint8_t bytes[NOBODY_FINE];
    for (int i = 0; i < NOBODY_FINE; i++)
        bytes[i] = byte((double)BT_CANON_FINE_UNIT * exp(m->fine[i]), 0, 255);
    fprintf(file, "fine\t1\t");
    base64(file, bytes, NOBODY_FINE);
    for (int k = 0; k < BT_CANON_LOOKS; k++) {
        double most = 1e-9;
        for (int i = 0; i < NOBODY_LOOK; i++)
            most = fmax(most, fabs(m->look[k][i]));
        for (int i = 0; i < NOBODY_LOOK; i++)
            bytes[i] = byte(m->look[k][i] / most * 127, -127, 127);
        fprintf(file, "look\t%.6g\t", most / 127);
        base64(file, bytes, NOBODY_LOOK);
    }
    for (int k = 0; k < BT_CANON_GRAINS; k++) {
        for (int i = 0; i < NOBODY_GRAIN; i++)
            bytes[i] = byte((double)(m->grain[k][i] / BT_CANON_GRAIN_UNIT), 0, 255);
        fprintf(file, "grain\t%g\t", (double)BT_CANON_GRAIN_UNIT);
        base64(file, bytes, NOBODY_GRAIN);
    }
    for (int k = 0; k < 6; k++) {
        for (int i = 0; i < NOBODY_GRAIN; i++)
            bytes[i] = byte((double)(m->limit[k / 3][k % 3][i] / BT_CANON_LIMIT_UNIT), -127,
                            127);
        fprintf(file, "limit\t%g\t", (double)BT_CANON_LIMIT_UNIT);
        base64(file, bytes, NOBODY_GRAIN);
    }
}

static double distance(const double *a, const double *b)
{
    double square = 0;
    for (int k = 0; k < NOBODY_BITS; k++)
        square += (a[k] - b[k]) * (a[k] - b[k]);
    return sqrt(square);
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void say(const char *what, double *value, int count)
{
    qsort(value, (size_t)count, sizeof *value, by_value);
    fprintf(stderr, "%s, to the nearest portrait: least %.2f, median %.2f deviations\n",
            what, value[0], value[count / 2]);
}

static double nearest_to(const struct nobody_model *m, int count, const double *at,
                         int without)
{
    double nearest = 1e9;
    for (int p = 0; p < count; p++)
        if (p != without)
            nearest = fmin(nearest, distance(m->weight[p], at));
    return nearest;
}

// Says how far faces of nobody lie from the portraits, beside how far those lie from each
// other. The seeds are those that were drawn with the table that was built in.
static void tell(const struct nobody_model *m, int count)
{
    enum { SEEDS = 10000 };
    static double value[SEEDS];
    for (int p = 0; p < count; p++)
        value[p] = nearest_to(m, count, m->weight[p], p);
    say("portraits", value, count);
    for (int seed = 0; seed < SEEDS; seed++) {
        struct bt_traits t;
        double at[NOBODY_BITS];
        bt_traits_draw(&t, (uint64_t)seed);
        for (int k = 0; k < BT_CANON_LOOKS; k++)
            at[k] = (double)t.look[k];
        for (int k = 0; k < BT_CANON_PERSONAL; k++)
            at[BT_CANON_LOOKS + k] = (double)t.person[k];
        value[seed] = nearest_to(m, count, at, -1);
    }
    say("faces of nobody", value, SEEDS);
}

int nobody_write(const struct nobody_model *m, int count, const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        fprintf(stderr, "%s cannot be written\n", path);
        return BAUTA_E_IO;
    }
    fprintf(file, "# Textures of faces, computed by tools/nobody; see HACKING.md.\n"
                  "tone\t1\t%.4f %.4f %.4f\n", m->tone[0], m->tone[1], m->tone[2]);
    for (int k = 0; k < BT_CANON_TONES; k++)
        fprintf(file, "tones\t1\t%.4f %.4f %.4f\n", m->tones[k][0], m->tones[k][1],
                m->tones[k][2]);
    fprintf(file, "sides\t1\t");
    for (int p = 0; p < count; p++) {
        uint32_t bits = 0;
        for (int k = 0; k < NOBODY_BITS; k++)
            bits |= (uint32_t)(m->weight[p][k] > 0) << k;
        fprintf(file, "%s%u", p ? " " : "", bits);
    }
    fputc('\n', file);
    write_textures(file, m);
    const int failed = ferror(file);
    return fclose(file) || failed ? BAUTA_E_IO : 0;
}

int main(int argc, char **argv)
{
    static struct nobody_person people[NOBODY_PEOPLE];
    static struct nobody_model model;
    if (argc != 3) {
        fprintf(stderr, "usage: nobody MEDIA OUT.tsv\n");
        return 2;
    }
    const int count = nobody_collect(argv[1], people);
    if (count < 0 || nobody_make(people, count, &model))
        return 1;
    tell(&model, count);
    const int result = nobody_write(&model, count, argv[2]);
    return result < 0;
}
