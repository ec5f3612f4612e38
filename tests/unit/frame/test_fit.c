// SPDX-License-Identifier: Apache-2.0
#include <stdint.h>

#include "../check.h"
#include "frame/geom.h"

static uint64_t state = 88172645463325252u;

// Evenly from -1 to 1.
static double random_number(void)
{
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (double)(state >> 11) / 4503599627370496.0 - 1;
}

static void test_flat(void)
{
    for (int round = 0; round < 200; round++) {
        const double angle = 3.14159265 * random_number();
        const double scale = exp(random_number() * 3);
        const double c = scale * cos(angle), s = scale * sin(angle);
        const double tx = 500 * random_number(), ty = 500 * random_number();
        const int n = 2 + round % 9;
        float a[10][2], b[10][2];
        for (int i = 0; i < n; i++) {
            a[i][0] = (float)(100 * random_number());
            a[i][1] = (float)(100 * random_number());
            b[i][0] = (float)(c * a[i][0] - s * a[i][1] + tx);
            b[i][1] = (float)(s * a[i][0] + c * a[i][1] + ty);
        }
        struct bt_affine fit;
        if (!CHECK(bt_similarity_fit(a, b, n, &fit)))
            continue;
        const double want[6] = {c, -s, tx, s, c, ty};
        for (int i = 0; i < 6; i++)
            CHECK_NEAR(fit.m[i], want[i], i % 3 == 2 ? 0.02 : 5e-4 * scale + 1e-4);
    }
}

static double error2(const float (*a)[2], const float (*b)[2], int n, struct bt_affine m)
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        float x = 0, y = 0;
        bt_affine_apply(m, a[i][0], a[i][1], &x, &y);
        sum += pow(x - b[i][0], 2) + pow(y - b[i][1], 2);
    }
    return sum;
}

// With noise no similarity near the answer is better, and a mirrored set is not mirrored.
static void test_flat_least_squares(void)
{
    float a[8][2], b[8][2];
    for (int i = 0; i < 8; i++) {
        for (int k = 0; k < 2; k++) {
            a[i][k] = (float)(10 * random_number());
            b[i][k] = (float)((k ? -2 : 2) * a[i][k] + random_number());
        }
    }
    struct bt_affine fit;
    CHECK(bt_similarity_fit(a, b, 8, &fit));
    CHECK_NEAR(fit.m[0], fit.m[4], 1e-6);
    CHECK_NEAR(fit.m[1], -fit.m[3], 1e-6);
    const double best = error2(a, b, 8, fit);
    for (int i = 0; i < 200; i++) {
        const float dc = (float)(0.05 * random_number());
        const float ds = (float)(0.05 * random_number());
        struct bt_affine near = fit;
        near.m[0] += dc, near.m[4] += dc, near.m[1] -= ds, near.m[3] += ds;
        near.m[2] += (float)(0.1 * random_number());
        near.m[5] += (float)(0.1 * random_number());
        CHECK(error2(a, b, 8, near) >= best - 1e-4);
    }
}

static void test_flat_degenerate(void)
{
    const float same[3][2] = {{0.1f, 700.3f}, {0.1f, 700.3f}, {0.1f, 700.3f}};
    const float other[3][2] = {{1, 2}, {3, 4}, {5, 7}};
    const float bad[3][2] = {{NAN, 2}, {3, 4}, {5, 7}};
    struct bt_affine fit = {{7, 7, 7, 7, 7, 7}};
    CHECK(!bt_similarity_fit(same, other, 3, &fit));
    CHECK(!bt_similarity_fit(other, other, 1, &fit));
    CHECK(!bt_similarity_fit(other, other, 0, &fit));
    CHECK(!bt_similarity_fit(bad, other, 3, &fit));
    CHECK(!bt_similarity_fit(other, bad, 3, &fit));
    for (int i = 0; i < 6; i++)
        CHECK_NEAR(fit.m[i], 7, 0);
}

// A rotation from angles, row-major.
static void rotation_of(double yaw, double pitch, double roll, double r[9])
{
    const double cy = cos(yaw), sy = sin(yaw), cp = cos(pitch), sp = sin(pitch);
    const double cr = cos(roll), sr = sin(roll);
    const double m[9] = {
        cr * cy, cr * sy * sp - sr * cp, cr * sy * cp + sr * sp,
        sr * cy, sr * sy * sp + cr * cp, sr * sy * cp - cr * sp,
        -sy, cy * sp, cy * cp,
    };
    memcpy(r, m, sizeof(m));
}

static void move(const double r[9], double scale, const double t[3], const float *from,
                 float *to)
{
    for (int i = 0; i < 3; i++)
        to[i] = (float)(scale * (r[3 * i] * from[0] + r[3 * i + 1] * from[1] +
                                 r[3 * i + 2] * from[2]) + t[i]);
}

static double determinant(const float m[9])
{
    return (double)m[0] * (m[4] * m[8] - m[5] * m[7]) -
           (double)m[1] * (m[3] * m[8] - m[5] * m[6]) +
           (double)m[2] * (m[3] * m[7] - m[4] * m[6]);
}

enum { N = 40 };

// Known transforms come back, half turns and flat sets of points included.
static void test_known(void)
{
    for (int round = 0; round < 300; round++) {
        const double pi = 3.14159265358979;
        double r[9];
        if (round < 8)
            rotation_of(round & 1 ? pi : 0, round & 2 ? pi : 0, round & 4 ? pi : 0, r);
        else
            rotation_of(pi * random_number(), pi * random_number(), pi * random_number(),
                        r);
        const double scale = exp(random_number() * 3);
        const double t[3] = {900 * random_number(), 900 * random_number(),
                             900 * random_number()};
        float a[N][3], b[N][3], weight[N];
        for (int i = 0; i < N; i++) {
            for (int k = 0; k < 3; k++)
                a[i][k] = (float)(8 * random_number());
            a[i][2] *= round % 3 ? 1 : 0;
            weight[i] = (float)(random_number() + 1.001);
            move(r, scale, t, a[i], b[i]);
        }
        const int n = round % 5 ? N : 4;
        float rotation[9], translation[3], size = 0;
        if (!CHECK(bt_similarity_fit3(a, b, round % 2 ? weight : NULL, n, rotation,
                                      translation, &size)))
            continue;
        CHECK_NEAR(size, scale, 2e-4 * scale + 2e-5);
        CHECK_NEAR(determinant(rotation), 1, 1e-5);
        for (int i = 0; i < 9; i++)
            CHECK_NEAR(rotation[i], r[i], 1e-3);
        for (int i = 0; i < 3; i++)
            CHECK_NEAR(translation[i], t[i], 0.02);
    }
}

static double error3(const float (*a)[3], const float (*b)[3], const float *w, int n,
                     const double r[9], double scale, const double t[3])
{
    double sum = 0;
    for (int i = 0; i < n; i++) {
        float moved[3];
        move(r, scale, t, a[i], moved);
        for (int k = 0; k < 3; k++)
            sum += (double)w[i] * pow(moved[k] - b[i][k], 2);
    }
    return sum;
}

// With noise and weights no similarity near the answer is better.
static void test_least_squares(void)
{
    double r[9], t[3] = {1, -2, 3};
    float a[N][3], b[N][3], w[N], rotation[9], translation[3], size = 0;
    rotation_of(0.4, -0.3, 0.2, r);
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 3; k++)
            a[i][k] = (float)(5 * random_number());
        w[i] = (float)(random_number() + 1.01);
        move(r, 1.7, t, a[i], b[i]);
        for (int k = 0; k < 3; k++)
            b[i][k] += (float)(2 * random_number());
    }
    CHECK(bt_similarity_fit3(a, b, w, N, rotation, translation, &size));
    double best[9], at[3];
    for (int i = 0; i < 9; i++)
        best[i] = rotation[i];
    for (int i = 0; i < 3; i++)
        at[i] = translation[i];
    const double least = error3(a, b, w, N, best, size, at);
    CHECK(least < error3(a, b, w, N, r, 1.7, t));
    for (int i = 0; i < 300; i++) {
        double turn[9], near[9] = {0}, shift[3];
        rotation_of(0.03 * random_number(), 0.03 * random_number(),
                    0.03 * random_number(), turn);
        for (int y = 0; y < 3; y++) {
            for (int x = 0; x < 3; x++) {
                for (int k = 0; k < 3; k++)
                    near[3 * y + x] += turn[3 * y + k] * best[3 * k + x];
            }
            shift[y] = at[y] + 0.05 * random_number();
        }
        const double scale = size * (1 + 0.03 * random_number());
        CHECK(error3(a, b, w, N, near, scale, shift) >= least - 1e-3);
    }
}

// A weight of zero takes a point out; a mirrored set never gives a reflection.
static void test_outlier_and_mirror(void)
{
    float a[N][3], b[N][3], w[N], rotation[9], translation[3], size = 0;
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 3; k++) {
            a[i][k] = (float)random_number();
            b[i][k] = 2 * a[i][k];
        }
        w[i] = 1;
    }
    b[7][0] = 1e6f, w[7] = 0;
    CHECK(bt_similarity_fit3(a, b, w, N, rotation, translation, &size));
    CHECK_NEAR(size, 2, 1e-4);
    CHECK_NEAR(rotation[0], 1, 1e-5);

    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 3; k++)
            b[i][k] = k == 2 ? -0.2f * a[i][k] : a[i][k];
    }
    CHECK(bt_similarity_fit3(a, b, NULL, N, rotation, translation, &size));
    CHECK_NEAR(determinant(rotation), 1, 1e-5);
}

static void test_degenerate(void)
{
    float same[N][3], line[N][3], good[N][3], w[N];
    for (int i = 0; i < N; i++) {
        for (int k = 0; k < 3; k++) {
            same[i][k] = 600.7f;
            line[i][k] = 600.7f + (float)(i * (k + 1)) * 0.3f;
            good[i][k] = (float)random_number();
        }
        w[i] = 0;
    }
    float r[9] = {7}, t[3] = {7}, s = 7;
    CHECK(!bt_similarity_fit3(same, good, NULL, N, r, t, &s));
    CHECK(!bt_similarity_fit3(good, same, NULL, N, r, t, &s));
    CHECK(!bt_similarity_fit3(line, line, NULL, N, r, t, &s));
    CHECK(!bt_similarity_fit3(good, good, NULL, 2, r, t, &s));
    CHECK(!bt_similarity_fit3(good, good, NULL, 0, r, t, &s));
    CHECK(!bt_similarity_fit3(good, good, w, N, r, t, &s));
    w[0] = -1, w[1] = 5, w[2] = 5, w[3] = 5;
    CHECK(!bt_similarity_fit3(good, good, w, N, r, t, &s));
    good[3][1] = NAN;
    CHECK(!bt_similarity_fit3(good, good, NULL, N, r, t, &s));
    good[3][1] = INFINITY;
    CHECK(!bt_similarity_fit3(good, good, NULL, N, r, t, &s));
    CHECK(r[0] == 7 && t[0] == 7 && s == 7);
}

int main(void)
{
    test_flat();
    test_flat_least_squares();
    test_flat_degenerate();
    test_known();
    test_least_squares();
    test_outlier_and_mirror();
    test_degenerate();
    return check_end();
}
