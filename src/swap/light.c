// SPDX-License-Identifier: Apache-2.0
#include "swap/light.h"

#include <math.h>
#include <string.h>

#define GAMMA 2.2f
#define BANDS 9

float bt_to_linear(float value)
{
    return powf(fmaxf(value, 0) / 255, GAMMA);
}

float bt_from_linear(float light)
{
    return 255 * powf(fmaxf(light, 0), 1 / GAMMA);
}

void bt_sh_basis(const float n[3], float out[9])
{
    const float x = n[0], y = n[1], z = n[2];
    out[0] = .282095f;
    out[1] = .488603f * y;
    out[2] = .488603f * z;
    out[3] = .488603f * x;
    out[4] = 1.092548f * x * y;
    out[5] = 1.092548f * y * z;
    out[6] = .315392f * (3 * z * z - 1);
    out[7] = 1.092548f * x * z;
    out[8] = .546274f * (x * x - y * y);
}

void bt_light_at(const struct bt_light *light, const float normal[3], float rgb[3])
{
    // Normals that look away from the camera are seen by no sample: the fit says nothing
    // there, so they take the light of the nearest rim that is seen.
    float basis[BANDS], n[3] = {normal[0], normal[1], fminf(normal[2], -.3f)};
    const float length = sqrtf(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    for (int k = 0; k < 3; k++)
        n[k] /= length;
    bt_sh_basis(n, basis);
    for (int c = 0; c < 3; c++) {
        float sum = 0;
        for (int k = 0; k < BANDS; k++)
            sum += basis[k] * light->sh[c][k];
        const float mean = fmaxf(light->sh[c][0] * .282095f, 1e-4f);
        rgb[c] = fmaxf(sum, mean / 10);
    }
}

// Cholesky on the symmetric positive definite a; the solution replaces b.
static int solve(double a[BANDS][BANDS], double b[BANDS])
{
    for (int i = 0; i < BANDS; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= a[i][k] * a[j][k];
            if (i == j && sum <= 1e-12)
                return -1;
            a[i][j] = i == j ? sqrt(sum) : sum / a[j][j];
        }
    }
    for (int i = 0; i < BANDS; i++) {
        for (int k = 0; k < i; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (int i = BANDS - 1; i >= 0; i--) {
        for (int k = i + 1; k < BANDS; k++)
            b[i] -= a[k][i] * b[k];
        b[i] /= a[i][i];
    }
    return 0;
}

enum { PAIRS = BANDS * (BANDS + 1) / 2 };

// The fit of one channel as it goes on.
struct fit {
    double mean;
    float now[BANDS];
    double a[PAIRS], b[BANDS]; // the normal equations, the lower triangle in rows
};

static int start_fit(struct fit *fit, const float (*rgb)[3], const float *weight,
                     int count, int channel, double *total)
{
    double mean = 0;
    *total = 0;
    for (int i = 0; i < count; i++) {
        *total += weight[i];
        mean += (double)weight[i] * rgb[i][channel];
    }
    if (*total < 12 || mean <= 0)
        return -1;
    *fit = (struct fit){.mean = mean / *total};
    fit->now[0] = (float)(fit->mean / .282095);
    return 0;
}

static void add_sample(struct fit *fit, const float basis[BANDS],
                       const double pair[PAIRS], float light, float weight)
{
    float value = 0;
    for (int k = 0; k < BANDS; k++)
        value += basis[k] * fit->now[k];
    // Cauchy weights: an eyebrow, a strand or a highlight counts little.
    const double e = (light - value) / (.2 * fit->mean);
    const double w = weight / (1 + e * e);
    for (int k = 0; k < BANDS; k++)
        fit->b[k] += w * basis[k] * light;
    for (int k = 0; k < PAIRS; k++)
        fit->a[k] += w * pair[k];
}

static int solve_fit(struct fit *fit, double total)
{
    double a[BANDS][BANDS] = {{0}}, b[BANDS];
    for (int k = 0, p = 0; k < BANDS; k++)
        for (int l = 0; l <= k; l++)
            a[k][l] = fit->a[p++];
    for (int k = 0; k < BANDS; k++)
        a[k][k] += total * (k == 0 ? 1e-6 : k < 4 ? .004 : .02);
    memcpy(b, fit->b, sizeof b);
    if (solve(a, b))
        return -1;
    for (int k = 0; k < BANDS; k++)
        fit->now[k] = (float)b[k];
    memset(fit->a, 0, sizeof fit->a);
    memset(fit->b, 0, sizeof fit->b);
    return 0;
}

int bt_light_fit(struct bt_light *light, const float (*normal)[3], const float (*rgb)[3],
                 const float *weight, int count)
{
    struct fit fit[3];
    double total;
    for (int c = 0; c < 3; c++)
        if (start_fit(&fit[c], rgb, weight, count, c, &total))
            return -1;
    for (int pass = 0; pass < 4; pass++) {
        for (int i = 0; i < count; i++) {
            float basis[BANDS];
            double pair[PAIRS];
            bt_sh_basis(normal[i], basis);
            for (int k = 0, p = 0; k < BANDS; k++)
                for (int l = 0; l <= k; l++)
                    pair[p++] = (double)basis[k] * basis[l];
            for (int c = 0; c < 3; c++)
                add_sample(&fit[c], basis, pair, rgb[i][c], weight[i]);
        }
        for (int c = 0; c < 3; c++)
            if (solve_fit(&fit[c], total))
                return -1;
    }
    for (int c = 0; c < 3; c++)
        memcpy(light->sh[c], fit[c].now, sizeof light->sh[c]);
    return 0;
}

void bt_light_mix(struct bt_light *light, const struct bt_light *next, float a)
{
    for (int c = 0; c < 3; c++)
        for (int k = 0; k < BANDS; k++)
            light->sh[c][k] += a * (next->sh[c][k] - light->sh[c][k]);
}

void bt_normals(const float (*vertex)[3], float (*normal)[3])
{
    memset(normal, 0, BT_CANON_VERTICES * sizeof *normal);
    for (int i = 0; i < BT_CANON_TRIANGLES; i++) {
        const uint16_t *t = bt_canon_triangle[i];
        float a[3], b[3];
        for (int k = 0; k < 3; k++) {
            a[k] = vertex[t[1]][k] - vertex[t[0]][k];
            b[k] = vertex[t[2]][k] - vertex[t[0]][k];
        }
        // Triangles turn clockwise on the screen (y down), so a x b points into the head.
        const float n[3] = {b[1] * a[2] - b[2] * a[1], b[2] * a[0] - b[0] * a[2],
                            b[0] * a[1] - b[1] * a[0]};
        for (int v = 0; v < 3; v++)
            for (int k = 0; k < 3; k++)
                normal[t[v]][k] += n[k];
    }
    for (int i = 0; i < BT_CANON_VERTICES; i++) {
        float *n = normal[i];
        const float length = sqrtf(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
        for (int k = 0; k < 3; k++)
            n[k] = length > 1e-12f ? n[k] / length : k == 2 ? -1.f : 0;
    }
}
