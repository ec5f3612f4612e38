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

static int inverse(const struct field *f, int a)
{
    return f->power[(N - f->log[a]) % N];
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

static bool syndromes(const struct field *f, uint64_t word, int s[2 * T + 1])
{
    bool any = false;
    for (int k = 1; k <= 2 * T; k++) {
        s[k] = 0;
        for (int i = 0; i < N; i++)
            s[k] ^= word >> i & 1 ? f->power[i * k % N] : 0;
        any |= s[k] != 0;
    }
    return any;
}

// Berlekamp and Massey: the polynomial whose roots are the errors' places, and its degree.
static int locate(const struct field *f, const int s[2 * T + 1], int c[2 * T + 2])
{
    int b[2 * T + 2] = {1}, kept[2 * T + 2], length = 0, shift = 1, last = 1;
    memset(c, 0, (2 * T + 2) * sizeof(*c));
    c[0] = 1;
    for (int n = 0; n < 2 * T; n++, shift++) {
        int d = s[n + 1];
        for (int i = 1; i <= length; i++)
            d ^= times(f, c[i], s[n + 1 - i]);
        if (!d)
            continue;
        memcpy(kept, c, sizeof(kept));
        const int factor = times(f, d, inverse(f, last));
        for (int i = 0; i + shift < 2 * T + 2; i++)
            c[i + shift] ^= times(f, factor, b[i]);
        if (2 * length > n)
            continue;
        length = n + 1 - length;
        memcpy(b, kept, sizeof(kept));
        last = d;
        shift = 0;
    }
    return length;
}

int bt_bch_decode(uint64_t word, uint32_t *data)
{
    struct field f;
    int s[2 * T + 1], c[2 * T + 2];
    make_field(&f);
    word &= (UINT64_C(1) << N) - 1;
    int errors = 0;
    if (syndromes(&f, word, s)) {
        const int degree = locate(&f, s, c);
        for (int i = 0; i < N && degree <= T; i++) {
            int sum = 0;
            for (int k = 0; k <= degree; k++)
                sum ^= times(&f, c[k], f.power[(N - i) * k % N]);
            if (sum)
                continue;
            word ^= UINT64_C(1) << i;
            errors++;
        }
        if (degree > T || errors != degree || syndromes(&f, word, s))
            return -1;
    }
    *data = (uint32_t)(word >> CHECK_BITS);
    return errors;
}
