// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>

#include "tools/basis/basis.h"

// One line: what it is, its name, the step of its numbers in centimetres, the usual size of its
// weight, and the numbers, x y z of each vertex.
static void row(FILE *file, const char *kind, const char *name,
                double usual, const double x[BAUTA_LANDMARKS][3], int levels)
{
    double most = 1e-9;
    for (int c = 0; c < BASIS_VALUES; c++)
        most = fmax(most, fabs(x[c / 3][c % 3]));
    fprintf(file, "%s\t%s\t%.6g\t%g\t", kind, name, most / levels, usual);
    for (int c = 0; c < BASIS_VALUES; c++)
        fprintf(file, "%s%ld", c ? " " : "", lround(x[c / 3][c % 3] / most * levels));
    fputc('\n', file);
}

int basis_write(const struct basis_model *m, const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file) {
        fprintf(stderr, "%s cannot be written\n", path);
        return BAUTA_E_IO;
    }
    fprintf(file, "# The expression basis, computed by tools/basis; see HACKING.md.\n"
                  "noise\t\t%.6g\t1\t\n", m->noise);
    row(file, "rest", "mean", 1, (const double(*)[3])m->mean, 9999);
    for (int k = 0; k < m->modes; k++)
        row(file, "mode", m->name[k], m->usual[k],
            (const double(*)[3])m->mode[k], 127);
    for (int k = 0; k < m->personal; k++) {
        char name[16];
        snprintf(name, sizeof name, "%d", k + 1);
        row(file, "person", name, 1, (const double(*)[3])m->person[k], 127);
    }
    const int failed = ferror(file);
    return fclose(file) || failed ? BAUTA_E_IO : 0;
}
