// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "canon/canon.h"
#include "tools/basis/basis.h"

const char *const basis_measure_name[BASIS_MEASURES] = {
    "gap",       "width",      "lift",  "upper",    "chin",      "brow_left",
    "brow_right", "frown",     "lid_left", "lid_right", "side", "tilt", "pout",
};

// Indices of MediaPipe's mesh; image-left comes first.
static const int brow[2][4] = {{52, 53, 65, 55}, {282, 283, 295, 285}};
static const int brow_outer[2][2] = {{105, 63}, {334, 293}};

static double distance(const float a[3], const float b[3])
{
    const double x = (double)a[0] - b[0], y = (double)a[1] - b[1], z = (double)a[2] - b[2];
    return sqrt(x * x + y * y + z * z);
}

static double brow_height(const float x[BAUTA_LANDMARKS][3], int side)
{
    double sum = 0;
    for (int i = 0; i < 4; i++)
        sum -= x[brow[side][i]][1] / 6;
    for (int i = 0; i < 2; i++)
        sum -= x[brow_outer[side][i]][1] / 6;
    return sum;
}

static double lid_gap(const float x[BAUTA_LANDMARKS][3], int side)
{
    double sum = 0;
    for (int i = 3; i <= 5; i++)
        sum += ((double)x[bt_canon_lid[side][16 - i]][1] - x[bt_canon_lid[side][i]][1]) / 3;
    return sum;
}

void basis_measure(const float x[BAUTA_LANDMARKS][3], double out[BASIS_MEASURES])
{
    const double corners = ((double)x[61][1] + x[291][1]) / 2;
    out[BASIS_GAP] = 0;
    for (int i = 4; i <= 6; i++)
        out[BASIS_GAP] +=
            ((double)x[bt_canon_lips[20 - i]][1] - x[bt_canon_lips[i]][1]) / 3;
    out[BASIS_WIDTH] = distance(x[61], x[291]);
    out[BASIS_LIFT] = x[2][1] - corners;
    out[BASIS_UPPER] = (double)x[2][1] - x[0][1];
    out[BASIS_CHIN] = (double)x[152][1] - x[2][1];
    for (int side = 0; side < 2; side++) {
        out[BASIS_BROW_LEFT + side] = brow_height(x, side);
        out[BASIS_LID_LEFT + side] = lid_gap(x, side);
    }
    out[BASIS_FROWN] = -distance(x[55], x[285]);
    out[BASIS_SIDE] = ((double)x[61][0] + x[291][0] + x[0][0] + x[17][0]) / 4;
    out[BASIS_TILT] = (double)x[61][1] - x[291][1];
    out[BASIS_POUT] =
        ((double)x[61][2] + x[291][2]) / 2 - ((double)x[0][2] + x[17][2]) / 2;
}

void basis_mirror(const double in[BAUTA_LANDMARKS][3], double out[BAUTA_LANDMARKS][3])
{
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const double *from = in[bt_canon_mirror[i]];
        out[i][0] = -from[0];
        out[i][1] = from[1];
        out[i][2] = from[2];
    }
}
