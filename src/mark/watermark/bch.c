// SPDX-License-Identifier: Apache-2.0
#include "mark/watermark/grid.h"

#include <string.h>

enum { N = 63, DATA = 24, CHECK_BITS = N - DATA, T = 7 };

struct field {
    uint8_t power[2 * N];      // of alpha
    uint8_t log[N + 1];
    uint64_t generator;        // bit i: the coefficient of x^i
};

static int times(const struct field *f, int a, int b)
{
    return a && b ? f->power[f->log[a] + f->log[b]] : 0;
}

// The smallest polynomial with coefficients 0 and 1 that has alpha^root as a root.
static uint64_t minimal(const struct field *f, int root)
{
    uint8_t poly[8] = {1};
    int degree = 0, at = root;
    do {
        for (int i = ++degree; i > 0; i--)
            poly[i] = (uint8_t)(poly[i - 1] ^ times(f, poly[i], f->power[at]));
        poly[0] = (uint8_t)times(f, poly[0], f->power[at]);
        at = 2 * at % N;
    } while (at != root);
    uint64_t bits = 0;
    for (int i = 0; i <= degree; i++)
        bits |= (uint64_t)(poly[i] & 1) << i;
    return bits;
}

static void make_field(struct field *f)
{
    int value = 1;
    memset(f, 0, sizeof(*f));
    for (int i = 0; i < N; i++) {
        f->power[i] = f->power[i + N] = (uint8_t)value;
        f->log[value] = (uint8_t)i;
        value = value << 1 ^ (value & 32 ? 0x43 : 0);
    }
    f->generator = 1;
    for (int root = 1; root < 2 * T; root += 2) {
        const uint64_t factor = minimal(f, root);
        uint64_t product = 0;
        for (int i = 0; i < 8; i++)
            product ^= factor >> i & 1 ? f->generator << i : 0;
        f->generator = product;
    }
}

uint64_t bt_bch_encode(uint32_t data)
{
    struct field f;
    make_field(&f);
    const uint64_t word = (uint64_t)(data & 0xffffff) << CHECK_BITS;
    uint64_t rest = word;
    for (int i = N - 1; i >= CHECK_BITS; i--)
        rest ^= rest >> i & 1 ? f.generator << (i - CHECK_BITS) : 0;
    return word | rest;
}
