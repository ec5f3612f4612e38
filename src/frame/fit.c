// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "frame/geom.h"

bool bt_similarity_fit(const float (*a)[2], const float (*b)[2], int n,
                       struct bt_affine *out)
{
    if (n < 1)
        return false;
    double ax = 0, ay = 0, bx = 0, by = 0;
    for (int i = 0; i < n; i++) {
        ax += a[i][0], ay += a[i][1];
        bx += b[i][0], by += b[i][1];
    }
    ax /= n, ay /= n, bx /= n, by /= n;

    // With points as complex numbers the best map is sum(conj(a) b) / sum(|a|^2).
    double re = 0, im = 0, spread = 0;
    for (int i = 0; i < n; i++) {
        const double px = a[i][0] - ax, py = a[i][1] - ay;
        const double qx = b[i][0] - bx, qy = b[i][1] - by;
        re += px * qx + py * qy;
        im += px * qy - py * qx;
        spread += px * px + py * py;
    }
    if (!(spread > 1e-18 * n * (ax * ax + ay * ay)))
        return false;
    const double c = re / spread, s = im / spread;
    const struct bt_affine fit = {{
        (float)c, (float)-s, (float)(bx - c * ax + s * ay),
        (float)s, (float)c, (float)(by - s * ax - c * ay),
    }};
    for (int i = 0; i < 6; i++) {
        if (!isfinite(fit.m[i]))
            return false;
    }
    *out = fit;
    return true;
}

// Makes m[p][q] of a symmetric matrix zero by a rotation, noted in the columns of v.
static void jacobi_rotate(double m[4][4], double v[4][4], int p, int q)
{
    if (m[p][q] == 0)
        return;
    const double theta = (m[q][q] - m[p][p]) / (2 * m[p][q]);
    const double t = copysign(1, theta) / (fabs(theta) + hypot(theta, 1));
    const double c = 1 / hypot(t, 1), s = t * c;
    for (int k = 0; k < 4; k++) {
        const double kp = m[k][p], kq = m[k][q];
        m[k][p] = c * kp - s * kq;
        m[k][q] = s * kp + c * kq;
    }
    for (int k = 0; k < 4; k++) {
        const double pk = m[p][k], qk = m[q][k];
        m[p][k] = c * pk - s * qk;
        m[q][k] = s * pk + c * qk;
    }
    for (int k = 0; k < 4; k++) {
        const double kp = v[k][p], kq = v[k][q];
        v[k][p] = c * kp - s * kq;
        v[k][q] = s * kp + c * kq;
    }
}

// The eigenvector of the largest eigenvalue of a symmetric matrix, which is destroyed.
// False where no other eigenvalue is clearly smaller, so that the vector is arbitrary.
static bool largest_eigenvector(double m[4][4], double vector[4])
{
    enum { SWEEPS = 24 };   // quadratic convergence: some six are enough
    double v[4][4] = {{1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
    for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (int pair = 0; pair < 6; pair++) {
            static const int first[] = {0, 0, 0, 1, 1, 2}, second[] = {1, 2, 3, 2, 3, 3};
            jacobi_rotate(m, v, first[pair], second[pair]);
        }
    }
    int best = 0;
    for (int i = 1; i < 4; i++)
        best = m[i][i] > m[best][best] ? i : best;
    double next = -INFINITY;
    for (int i = 0; i < 4; i++)
        next = i != best ? fmax(next, m[i][i]) : next;
    if (!(m[best][best] - next > 1e-9 * fabs(m[best][best])))
        return false;
    for (int i = 0; i < 4; i++)
        vector[i] = v[i][best];
    return true;
}

static void quaternion_to_matrix(const double q[4], double r[9])
{
    const double w = q[0], x = q[1], y = q[2], z = q[3];
    r[0] = w * w + x * x - y * y - z * z;
    r[1] = 2 * (x * y - w * z);
    r[2] = 2 * (x * z + w * y);
    r[3] = 2 * (x * y + w * z);
    r[4] = w * w - x * x + y * y - z * z;
    r[5] = 2 * (y * z - w * x);
    r[6] = 2 * (x * z - w * y);
    r[7] = 2 * (y * z + w * x);
    r[8] = w * w - x * x - y * y + z * z;
}

// Sums over centred points: cross[i][j] = sum(w a_i b_j), spread = sum(w |a|^2).
struct moments {
    double a[3], b[3];
    double cross[3][3];
    double spread;
};

static bool gather(const float (*a)[3], const float (*b)[3], const float *weight, int n,
                   struct moments *out)
{
    struct moments m = {0};
    double total = 0;
    for (int i = 0; i < n; i++) {
        const double w = weight ? weight[i] : 1;
        if (!(w >= 0))
            return false;
        total += w;
        for (int k = 0; k < 3; k++) {
            m.a[k] += w * a[i][k];
            m.b[k] += w * b[i][k];
        }
    }
    if (!(total > 0))
        return false;
    for (int k = 0; k < 3; k++) {
        m.a[k] /= total;
        m.b[k] /= total;
    }
    for (int i = 0; i < n; i++) {
        const double w = weight ? weight[i] : 1;
        for (int k = 0; k < 3; k++) {
            const double p = a[i][k] - m.a[k];
            m.spread += w * p * p;
            for (int l = 0; l < 3; l++)
                m.cross[k][l] += w * p * (b[i][l] - m.b[l]);
        }
    }
    const double far = m.a[0] * m.a[0] + m.a[1] * m.a[1] + m.a[2] * m.a[2];
    *out = m;
    return isfinite(m.spread) && m.spread > 1e-18 * total * far;
}

bool bt_similarity_fit3(const float (*a)[3], const float (*b)[3], const float *weight,
                        int n, float rotation[9], float translation[3], float *scale)
{
    struct moments m;
    if (n < 3 || !gather(a, b, weight, n, &m))
        return false;
    double (*s)[3] = m.cross;
    double horn[4][4] = {
        {s[0][0] + s[1][1] + s[2][2], s[1][2] - s[2][1], s[2][0] - s[0][2],
         s[0][1] - s[1][0]},
        {0, s[0][0] - s[1][1] - s[2][2], s[0][1] + s[1][0], s[2][0] + s[0][2]},
        {0, 0, -s[0][0] + s[1][1] - s[2][2], s[1][2] + s[2][1]},
        {0, 0, 0, -s[0][0] - s[1][1] + s[2][2]},
    };
    for (int i = 0; i < 4; i++) {
        for (int j = 0; j < i; j++)
            horn[i][j] = horn[j][i];
    }
    double q[4], r[9];
    if (!largest_eigenvector(horn, q))
        return false;
    quaternion_to_matrix(q, r);

    double along = 0;   // sum(w b . R a)
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++)
            along += r[3 * i + j] * s[j][i];
    }
    const double size = along / m.spread;
    if (!isfinite(size) || !(size > 0))
        return false;
    for (int i = 0; i < 3; i++) {
        const double turned = r[3 * i] * m.a[0] + r[3 * i + 1] * m.a[1] +
                              r[3 * i + 2] * m.a[2];
        translation[i] = (float)(m.b[i] - size * turned);
    }
    for (int i = 0; i < 9; i++)
        rotation[i] = (float)r[i];
    *scale = (float)size;
    return true;
}
