// SPDX-License-Identifier: Apache-2.0
#ifndef BT_BASE_STATS_H
#define BT_BASE_STATS_H

#include <stdint.h>

// Percentiles of durations in constant memory: a histogram with 32 buckets an octave from
// 1 us to 100 s, so a percentile is right to about 2 %. One writer; readers take a copy.
#define BT_STATS_BUCKETS 896
struct bt_stats {
    int64_t count;
    double sum_ms;
    uint32_t bucket[BT_STATS_BUCKETS];
};
void bt_stats_add(struct bt_stats *stats, int64_t ns);
double bt_stats_percentile(const struct bt_stats *stats, double p);  // p in 0..1, ms

#endif
