// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "canon/canon.h"
#include "io/picture.h"
#include "tools/basis/basis.h"

enum { CELL = 300, COLUMNS = 6 };

static void dot(struct bauta_frame *f, int x, int y, const uint8_t colour[3])
{
    if (x >= 0 && y >= 0 && x < f->width && y < f->height)
        memcpy(f->data[0] + (size_t)y * f->stride[0] + 3 * x, colour, 3);
}

static void line(struct bauta_frame *f, const double a[2], const double b[2],
                 const uint8_t colour[3])
{
    const double steps = fmax(1, ceil(fmax(fabs(a[0] - b[0]), fabs(a[1] - b[1]))));
    for (double t = 0; t <= steps && steps < 4 * CELL; t++)
        dot(f, (int)lround(a[0] + (b[0] - a[0]) * t / steps),
            (int)lround(a[1] + (b[1] - a[1]) * t / steps), colour);
}

static void wires(struct bauta_frame *f, int cell, const double x[BAUTA_LANDMARKS][3],
                  const uint8_t colour[3])
{
    const double cx = (cell % COLUMNS + .5) * CELL, cy = (cell / COLUMNS + .5) * CELL;
    for (int t = 0; t < BT_CANON_TRIANGLES; t++) {
        for (int e = 0; e < 3; e++) {
            const double *p = x[bt_canon_triangle[t][e]],
                         *q = x[bt_canon_triangle[t][(e + 1) % 3]];
            const double a[2] = {cx + 15.5 * p[0], cy + 15.5 * (p[1] - .5)},
                         b[2] = {cx + 15.5 * q[0], cy + 15.5 * (q[1] - .5)};
            line(f, a, b, colour);
        }
    }
}

static const uint8_t grey[3] = {205, 205, 205}, black[3] = {0, 0, 0}, red[3] = {190, 30, 30};

static struct bauta_frame *paper(int cells)
{
    struct bauta_frame *f = bauta_frame_new(BAUTA_PIXEL_RGB24, COLUMNS * CELL,
                                            (cells + COLUMNS - 1) / COLUMNS * CELL);
    for (int y = 0; f && y < f->height; y++)
        memset(f->data[0] + (size_t)y * f->stride[0], 255, (size_t)f->width * 3);
    return f;
}

static int save(struct bauta_frame *f, const char *folder, const char *name)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    const int result = bt_picture_write(path, path, f, -1);
    bauta_frame_unref(&f);
    return result;
}

int basis_draw(const struct basis_samples *s, const struct basis_model *m,
               const char *folder)
{
    static double x[BAUTA_LANDMARKS][3];
    struct bauta_frame *f = paper(m->modes);
    for (int k = 0; f && k < m->modes; k++) {
        for (int c = 0; c < BASIS_VALUES; c++)
            x[c / 3][c % 3] = m->mean[c / 3][c % 3] + m->mode[k][c / 3][c % 3];
        wires(f, k, m->mean, grey);
        wires(f, k, (const double(*)[3])x, black);
    }
    int result = f ? save(f, folder, "modes.png") : BAUTA_E_NO_MEMORY;
    f = paper(24);
    for (int i = 0, cell = 0; f && i < s->count; i++) {
        const struct basis_sample *one = &s->one[i];
        double w[BASIS_MODES_MAX];
        if (one->clip)
            continue;
        for (int c = 0; c < BASIS_VALUES; c++)
            x[c / 3][c % 3] = one->x[c / 3][c % 3];
        wires(f, cell, (const double(*)[3])x, grey);
        basis_fit(m, one->x, NULL, w);
        for (int k = 0; k < m->modes; k++) {
            for (int c = 0; c < BASIS_VALUES; c++)
                x[c / 3][c % 3] -= w[k] * m->mode[k][c / 3][c % 3];
        }
        wires(f, cell++, (const double(*)[3])x, one->smiles ? red : black);
    }
    if (result >= 0)
        result = f ? save(f, folder, "portraits.png") : BAUTA_E_NO_MEMORY;
    return result;
}
