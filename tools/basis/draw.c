// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "canon/canon.h"
#include "face/expression.h"
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

static void as_doubles(const float from[BAUTA_LANDMARKS][3], double to[BAUTA_LANDMARKS][3])
{
    for (int c = 0; c < BASIS_VALUES; c++)
        to[c / 3][c % 3] = from[c / 3][c % 3];
}

static void draw_shape(struct bauta_frame *f, int cell,
                       const float x[BAUTA_LANDMARKS][3], const uint8_t colour[3])
{
    static double drawn[BAUTA_LANDMARKS][3];
    as_doubles(x, drawn);
    wires(f, cell, (const double(*)[3])drawn, colour);
}

// By the table that the library has: portraits and their neutral, then the longest clip's
// frames, each above two portraits that it drives.
static int draw_driven(const struct basis_samples *s, const char *folder)
{
    enum { PHOTOS = 24, STEP = 17, ROWS = 9 };
    static float neutral[PHOTOS][BAUTA_LANDMARKS][3], out[BAUTA_LANDMARKS][3];
    static struct bt_expression_state state;
    struct bauta_frame *f = paper(PHOTOS), *g = paper(ROWS * COLUMNS);
    int photos = 0, shown = 0, person = -1;
    for (int i = 0; f && g && i < s->count; i++) {
        const struct basis_sample *one = &s->one[i];
        if (!one->clip && photos < PHOTOS) {
            bt_expression_neutral(one->x, neutral[photos], NULL);
            draw_shape(f, photos, one->x, grey);
            draw_shape(f, photos, (const float(*)[3])neutral[photos],
                       one->smiles ? red : black);
            photos++;
            continue;
        }
        person = person < 0 ? one->person : person;
        if (one->person != person || photos < 9)
            continue;
        bt_expression_learn(&state, one->x, .04f, 1);
        if (one->name % STEP || shown >= ROWS / 3 * COLUMNS)
            continue;
        const int cell = shown / COLUMNS * 3 * COLUMNS + shown % COLUMNS;
        draw_shape(g, cell, (const float(*)[3])state.neutral, grey);
        draw_shape(g, cell, one->x, black);
        for (int k = 0; k < 2; k++) {
            bt_expression_drive(one->x, (const float(*)[3])state.neutral,
                                (const float(*)[3])neutral[4 + 4 * k], .7f, out, NULL);
            draw_shape(g, cell + (k + 1) * COLUMNS, (const float(*)[3])out, red);
        }
        shown++;
    }
    const int a = f ? save(f, folder, "portraits.png") : BAUTA_E_NO_MEMORY;
    const int b = g ? save(g, folder, "driven.png") : BAUTA_E_NO_MEMORY;
    return a < 0 ? a : b;
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
    return result < 0 ? result : draw_driven(s, folder);
}
