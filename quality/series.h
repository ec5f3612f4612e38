// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_SERIES_H
#define BT_QUALITY_SERIES_H

#include <bauta/face.h>

// Figures from what was noted frame by frame. Nothing here knows a picture.

struct bt_q_mean {
    double sum;
    int count;
};
static inline void bt_q_mean_add(struct bt_q_mean *mean, double value)
{
    mean->sum += value;
    mean->count++;
}
double bt_q_mean_of(const struct bt_q_mean *mean);   // NAN for none

// The turn from rotation a to b (row-major) as axis times angle in degrees.
void bt_q_turn(const float a[9], const float b[9], double out[3]);
// bias: length of the mean of n turns; error: mean distance from it. NAN for n = 0.
void bt_q_pose_error(const double (*turn)[3], int n, double *error, double *bias);

// Frames from the first to the last, both included, in which the eyes are closed: below
// .6 of what is usual within a second and a half around, up to .8 at either side.
struct bt_q_event {
    int first, last;
};
// open: how far the eyes are open in each frame, NAN where no face was seen. Returns how
// many were written, at most max.
int bt_q_blinks(const double *open, int n, struct bt_q_event *out, int max);
// F1 of two lists in order; two events are one where they overlap or at most slack frames
// lie from one to the other. NAN where both are empty.
double bt_q_f1(const struct bt_q_event *a, int na, const struct bt_q_event *b, int nb,
               int slack);

// Least-squares slope of y over x through the origin. NAN where x is all but 0.
double bt_q_slope(const double *x, const double *y, int n);
// Milliseconds from the first value on until the answer stays within a tenth of its final
// value, the mean of the last quarter.
double bt_q_settled(const double *answer, int n, double ms_a_frame);

// Root mean square of the second difference of n frames of landmarks, x and y.
double bt_q_tremble(const float (*landmark)[BAUTA_LANDMARKS][3], int n);

#endif
