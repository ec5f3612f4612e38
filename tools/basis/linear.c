// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "tools/basis/basis.h"

bool basis_solve(double *a, double *b, int n, int m)
{
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = a[i * n + j];
            for (int k = 0; k < j; k++)
                sum -= a[i * n + k] * a[j * n + k];
            if (i == j && !(sum > 0))
                return false;
            a[i * n + j] = i == j ? sqrt(sum) : sum / a[j * n + j];
        }
    }
    for (int c = 0; c < m; c++) {
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < i; k++)
                b[i * m + c] -= a[i * n + k] * b[k * m + c];
            b[i * m + c] /= a[i * n + i];
        }
        for (int i = n - 1; i >= 0; i--) {
            for (int k = i + 1; k < n; k++)
                b[i * m + c] -= a[k * n + i] * b[k * m + c];
            b[i * m + c] /= a[i * n + i];
        }
    }
    return true;
}

static double dot(const double *a, const double *b, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

// Gram and Schmidt, twice, on k rows.
static void orthonormal(double *q, int k, int n)
{
    for (int i = 0; i < k; i++) {
        double *row = q + (size_t)i * n;
        for (int pass = 0; pass < 2; pass++) {
            for (int j = 0; j < i; j++) {
                const double *other = q + (size_t)j * n;
                const double d = dot(row, other, n);
                for (int c = 0; c < n; c++)
                    row[c] -= d * other[c];
            }
        }
        const double length = sqrt(dot(row, row, n));
        for (int c = 0; c < n; c++)
            row[c] = length > 1e-12 ? row[c] / length : 0;
    }
}

// Sorts the directions by variance, which the iteration does only nearly.
static void by_variance(double *direction, double *variance, int k, int n)
{
    for (int i = 1; i < k; i++) {
        for (int j = i; j > 0 && variance[j] > variance[j - 1]; j--) {
            double *a = direction + (size_t)j * n, *b = a - n;
            const double v = variance[j];
            variance[j] = variance[j - 1];
            variance[j - 1] = v;
            for (int c = 0; c < n; c++) {
                const double t = a[c];
                a[c] = b[c];
                b[c] = t;
            }
        }
    }
}

void basis_principal(const double *data, int rows, int columns, int k, double *direction,
                     double *variance)
{
    enum { ROUNDS = 25 };
    uint32_t seed = 12345;
    double *next = calloc((size_t)k * columns, sizeof *next);
    if (!next)
        abort();
    for (int i = 0; i < k * columns; i++) {
        seed = seed * 1664525u + 1013904223u;
        direction[i] = (double)(seed >> 8) / (1 << 24) - .5;
    }
    for (int round = 0; round < ROUNDS; round++) {
        orthonormal(direction, k, columns);
        memset(next, 0, (size_t)k * columns * sizeof *next);
        for (int i = 0; i < k; i++)
            variance[i] = 0;
        for (int r = 0; r < rows; r++) {
            const double *row = data + (size_t)r * columns;
            for (int i = 0; i < k; i++) {
                const double d = dot(row, direction + (size_t)i * columns, columns);
                variance[i] += d * d / rows;
                for (int c = 0; c < columns; c++)
                    next[(size_t)i * columns + c] += d * row[c];
            }
        }
        if (round < ROUNDS - 1)
            memcpy(direction, next, (size_t)k * columns * sizeof *next);
    }
    by_variance(direction, variance, k, columns);
    free(next);
}
