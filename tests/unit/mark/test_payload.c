// SPDX-License-Identifier: Apache-2.0
//
// The watermark's payload: its code, how soft bits are read, how often that is wrong.

#include <math.h>

#include "../check.h"
#include "mark/watermark/fit.h"

static uint32_t dice(void)
{
    static uint32_t state = 7;
    state = state * 1664525 + 1013904223;
    return state >> 8;
}

static void test_code(void)
{
    static struct bt_wm_words words;
    uint64_t seen = 0, all = UINT64_MAX;
    int least = BT_WM_CODE;
    for (int trial = 0; trial < 20000; trial++) {
        const uint64_t word = bt_bch_encode(dice() & 0xffffff);
        const int ones = __builtin_popcountll(word);
        seen |= word;
        all &= word;
        least = ones && ones < least ? ones : least;
    }
    // Linear, and so two words differ as one differs from 0.
    CHECK(seen == (UINT64_C(1) << BT_WM_CODE) - 1 && all == 0);
    CHECK(least >= 15);
    for (int i = 0; i < 24; i++) {
        const uint32_t a = dice() & 0xffffff, b = 1u << i;
        CHECK(bt_bch_encode(a ^ b) == (bt_bch_encode(a) ^ bt_bch_encode(b)));
        CHECK(__builtin_popcountll(bt_bch_encode(b)) >= 15);
        CHECK_INT((int)(bt_bch_encode(a) >> 39), (int)a);
    }
    bt_wm_words_make(&words);
    for (unsigned session = 0; session < BT_WM_SESSIONS; session++)
        CHECK(words.word[session] == bt_bch_encode(bt_wm_payload(session)));
    CHECK_INT((int)bt_wm_session(bt_wm_payload(4095)), 4095);
}

static double beyond(double z)
{
    return erfc(z / sqrt(2)) / 2;
}

// That a word at a correlation of r with the right one is taken, the mark being strong.
static double taken(double r, double strong)
{
    const double step = .02;
    double sum = 0;
    for (double z = (double)BT_WM_Z_WORD; z < 20; z += step) {
        const double off = z - strong * r;
        const double lead = z - (double)BT_WM_Z_LEAD - strong - r * off;
        sum += step * exp(-off * off / 2) / 2.5066283 * beyond(-lead / sqrt(1 - r * r));
    }
    return sum;
}

// The bounds of fit.h.
static void test_bounds(void)
{
    static struct bt_wm_words words;
    int count[BT_WM_CODE + 1] = {0};
    double worst = 0, at = 0;
    bt_wm_words_make(&words);
    for (int s = 1; s < BT_WM_SESSIONS; s++)
        count[__builtin_popcountll(words.word[0] ^ words.word[s])]++;
    for (int d = 1; d < 15; d++)
        CHECK_INT(count[d], 0);
    for (double strong = 3; strong < 9; strong += .25) {
        double wrong = 0;
        for (int d = 15; d < BT_WM_CODE; d++)
            wrong += count[d] * taken(1 - 2. * d / BT_WM_CODE, strong);
        wrong *= beyond((double)BT_WM_Z - strong);
        worst = fmax(worst, wrong);
        at = wrong == worst ? strong : at;
    }
    printf("a wrong session: %.1e of windows at most, where z is %.2f; of noise %.1e\n", worst,
           at, BT_WM_SESSIONS * beyond((double)BT_WM_Z_WORD));
    CHECK(worst < 6.5e-5);
    CHECK(BT_WM_SESSIONS * beyond((double)BT_WM_Z_WORD) < 8e-5);
}

static float normal(void)
{
    const double u = (dice() + 1.) / (1 << 24), v = dice() / (double)(1 << 24);
    return (float)(sqrt(-2 * log(u)) * cos(6.283185307 * v));
}

// Soft bits of a known strength are read as those sums say, and never as another session.
static void test_reading(void)
{
    static struct bt_wm_words words;
    bt_wm_words_make(&words);
    for (int strong = 0; strong < 12; strong += 2) {
        int right = 0;
        for (int trial = 0; trial < 300; trial++) {
            const unsigned session = dice() % BT_WM_SESSIONS;
            float bit[BT_WM_CODE], z;
            unsigned read = 0;
            for (int i = 0; i < BT_WM_CODE; i++) {
                const float one = words.word[session] >> i & 1 ? -1 : 1;
                bit[i] = ((float)strong * one / sqrtf(63) + normal()) / sqrtf(63);
            }
            const int errors = bt_wm_read(&words, bit, &read, &z);
            CHECK(errors < 0 || read == session);
            right += errors >= 0;
        }
        printf("%d standard deviations: %d of 300 read\n", strong, right);
        CHECK(strong < 10 ? right <= 299 : right > 295);
        CHECK(strong > 2 || right == 0);
    }
}

int main(void)
{
    test_code();
    test_bounds();
    test_reading();
    return check_end();
}
