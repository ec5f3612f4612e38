// SPDX-License-Identifier: Apache-2.0
#ifndef NAIVE_H
#define NAIVE_H

#include <stddef.h>

// A second opinion on the imported nets: reads a TensorFlow Lite file by its own means
// and evaluates it as the operators are defined, one loop an axis, in double precision.
// It shares nothing with the importer or with ONNX Runtime. Not for speed, and it ends
// the program with a message where a file has what it does not know.

struct naive_net;

struct naive_net *naive_open(const char *path);
// The input is NHWC. Afterwards naive_output gives the numbers, valid until the next run.
void naive_run(struct naive_net *net, const float *input, size_t count);
const double *naive_output(const struct naive_net *net, int index, size_t *count);
void naive_close(struct naive_net *net);

// The operators that are MediaPipe's own. options: the operator's bytes, a FlexBuffer.
// landmarks are x, y, z; a matrix is 4 by 4, rows first; pictures are HWC.
void naive_transform_matrix(const unsigned char *options, size_t size,
                            const double *landmarks, size_t points, double matrix[16]);
void naive_transform_picture(const double *in, const int shape[3],
                             const double matrix[16], double *out,
                             const int out_shape[3]);
void naive_transform_landmarks(const double *in, size_t points, int dimensions,
                               const double matrix[16], double *out);

void naive_fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

#endif
