// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "reference.h"

static double waves(int x, int y, int c, int size)
{
    (void)size;
    return 0.5 + 0.5 * sin(0.1 * x + 0.07 * y * (c + 1));
}

// Centre, radii and colour of each ellipse, as in pictures.mjs.
static const double ellipses[][7] = {
    { 0.50, 0.42, 0.320, 0.380, 0.16, 0.11, 0.08 },
    { 0.50, 0.52, 0.260, 0.350, 0.86, 0.66, 0.54 },
    { 0.39, 0.385, 0.070, 0.014, 0.20, 0.13, 0.09 },
    { 0.61, 0.385, 0.070, 0.014, 0.20, 0.13, 0.09 },
    { 0.39, 0.45, 0.055, 0.024, 0.95, 0.94, 0.92 },
    { 0.61, 0.45, 0.055, 0.024, 0.95, 0.94, 0.92 },
    { 0.39, 0.45, 0.021, 0.022, 0.13, 0.09, 0.07 },
    { 0.61, 0.45, 0.021, 0.022, 0.13, 0.09, 0.07 },
    { 0.50, 0.53, 0.022, 0.090, 0.93, 0.76, 0.65 },
    { 0.50, 0.61, 0.050, 0.022, 0.70, 0.48, 0.38 },
    { 0.50, 0.715, 0.095, 0.030, 0.68, 0.27, 0.27 },
    { 0.50, 0.715, 0.080, 0.005, 0.35, 0.10, 0.10 },
};

static double face_at(double u, double v, int c)
{
    double value = 0.25 + 0.1 * c + 0.2 * v;
    for (size_t i = 0; i < sizeof(ellipses) / sizeof(ellipses[0]); i++) {
        const double *e = ellipses[i];
        const double du = (u - e[0]) / e[2], dv = (v - e[1]) / e[3];
        const double cover = fmin(fmax(4 * (1 - (du * du + dv * dv)), 0), 1);
        value += cover * (e[4 + c] * (1 - 0.3 * (u - 0.5)) - value);
    }
    return value;
}

static double face(int x, int y, int c, int size)
{
    return face_at((x + 0.5) / size, (y + 0.5) / size, c);
}

// Turned, and moved until an eye and the mouth's corner reach the left border.
static double edge(int x, int y, int c, int size)
{
    const double u = (x + 0.5) / size, v = (y + 0.5) / size;
    return face_at(u + 0.25 * v + 0.2, v - 0.25 * u, c);
}

static const struct {
    const char *name;
    double (*draw)(int x, int y, int c, int size);
} pictures[] = { { "waves", waves }, { "face", face }, { "edge", edge } };

int reference_draw(const char *name, int size, double low, double high, float *planes)
{
    for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++) {
        if (strcmp(pictures[i].name, name))
            continue;
        for (int c = 0; c < 3; c++) {
            for (int y = 0; y < size; y++) {
                for (int x = 0; x < size; x++) {
                    const float value = (float)pictures[i].draw(x, y, c, size);
                    *planes++ = (float)(value * (high - low) + low);
                }
            }
        }
        return 0;
    }
    printf("FAIL no picture is called %s\n", name);
    return -1;
}

static int compare(FILE *file, const float *data, size_t total, size_t stride,
                   size_t count, const char *title)
{
    double worst = 0;
    if (count != (total + stride - 1) / stride) {
        printf("FAIL %s: the reference has %zu numbers\n", title, count);
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        double wanted;
        if (fscanf(file, "%lf", &wanted) != 1) {
            printf("FAIL %s: the reference ends early\n", title);
            return 1;
        }
        const double error =
            fabs((double)data[i * stride] - wanted) / fmax(1, fabs(wanted));
        // A NaN is never within the bound.
        if (!(error <= worst))
            worst = isnan(error) ? INFINITY : error;
    }
    const int bad = !(worst <= 1e-4);
    printf("%s %s: %zu numbers, largest error %.2g\n", bad ? "FAIL" : "ok", title, count,
           worst);
    return bad;
}

// Each block in the file is found by its names, so that the order in it is free.
int reference_check(const char *path, const char *net, const char *picture,
                    const char *output, const float *data, size_t count)
{
    char wanted[128], line[512];
    snprintf(wanted, sizeof(wanted), "%s %s %s ", net, picture, output);
    FILE *file = fopen(path, "r");
    if (!file) {
        perror(path);
        return 1;
    }
    int failed = -1;
    while (failed < 0 && fgets(line, sizeof(line), file)) {
        size_t stride, kept;
        if (strncmp(line, wanted, strlen(wanted)) == 0 &&
            sscanf(line + strlen(wanted), "%zu %zu", &stride, &kept) == 2 && stride)
            failed = compare(file, data, count, stride, kept, wanted);
    }
    fclose(file);
    if (failed < 0)
        printf("FAIL %s is not in the reference\n", wanted);
    return failed != 0;
}

void reference_write(const char *net, const char *picture, const char *output,
                     size_t stride, const float *data, size_t count)
{
    const size_t kept = (count + stride - 1) / stride;
    printf("%s %s %s %zu %zu\n", net, picture, output, stride, kept);
    for (size_t i = 0; i < kept; i++)
        printf("%.7g%c", (double)data[i * stride],
               i % 8 == 7 || i + 1 == kept ? '\n' : ' ');
}
