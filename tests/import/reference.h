// SPDX-License-Identifier: Apache-2.0
#ifndef REFERENCE_H
#define REFERENCE_H

#include <stddef.h>

// The drawn pictures that the nets are tried on, and files of the numbers that they give.

// Draws a picture of size by size by its name, "waves", "face" or "edge" (a face that the
// border cuts), as planes of red, green, blue; 0..1 becomes low..high. pictures.mjs draws
// the first two, too. Returns -1 for another name.
int reference_draw(const char *name, int size, double low, double high, float *planes);

// Compares with the block of this net, picture and output: each of its numbers must lie
// within 1e-4 max(1, |number|). Says what it found; returns 0 where all is well.
int reference_check(const char *path, const char *net, const char *picture,
                    const char *output, const float *data, size_t count);

// Writes such a block of every stride-th number.
void reference_write(const char *net, const char *picture, const char *output,
                     size_t stride, const float *data, size_t count);

#endif
