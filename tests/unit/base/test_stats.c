// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "../check.h"
#include "base/stats.h"

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Every percentile within 2 % of the sorted list's, over the whole range.
static void test_against_sorting(void)
{
    enum { N = 20001 };
    static int64_t ns[N];
    static struct bt_stats stats;
    uint64_t random = 88172645463325252u;
    double sum = 0;
    for (int i = 0; i < N; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        // From 1 us to 100 s, evenly on a logarithmic scale.
        const double share = (double)(random >> 11) / 9007199254740992.0;
        ns[i] = (int64_t)(1000 * pow(10, 8 * share));
        bt_stats_add(&stats, ns[i]);
        sum += (double)ns[i] / 1e6;
    }
    qsort(ns, N, sizeof(ns[0]), ascending);
    CHECK_INT(stats.count, N);
    CHECK_NEAR(stats.sum_ms, sum, sum * 1e-9);
    for (int percent = 0; percent <= 100; percent++) {
        int rank = (int)ceil(percent / 100.0 * N);
        rank = rank < 1 ? 1 : rank;
        const double exact = (double)ns[rank - 1] / 1e6;
        CHECK_NEAR(bt_stats_percentile(&stats, percent / 100.0), exact, 0.02 * exact);
    }
}

static void test_edges(void)
{
    static struct bt_stats stats;
    CHECK_NEAR(bt_stats_percentile(&stats, 0.5), 0, 0);

    bt_stats_add(&stats, 5000000);
    for (double p = -1; p <= 2; p += 0.25)
        CHECK_NEAR(bt_stats_percentile(&stats, p), 5, 0.1);

    // One slow frame in a hundred shows in the hundredth percentile only.
    for (int i = 0; i < 98; i++)
        bt_stats_add(&stats, 5000000);
    bt_stats_add(&stats, 800000000);
    CHECK_NEAR(bt_stats_percentile(&stats, 0.99), 5, 0.1);
    CHECK_NEAR(bt_stats_percentile(&stats, 1), 800, 16);

    // Out of the histogram's range at both ends.
    static struct bt_stats wild;
    bt_stats_add(&wild, -5);
    bt_stats_add(&wild, 0);
    bt_stats_add(&wild, 1);
    CHECK(bt_stats_percentile(&wild, 1) < 0.0011);
    bt_stats_add(&wild, INT64_MAX);
    CHECK(bt_stats_percentile(&wild, 1) > 100000);
    CHECK_INT(wild.count, 4);
}

int main(void)
{
    test_against_sorting();
    test_edges();
    return check_end();
}
