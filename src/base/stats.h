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

// The last thousand or so durations, so that percentiles follow what happens now. Zero it
// before use; one user at a time. What is kept allocates nothing.
#define BT_RECENT_MAX 1024
struct bt_recent {
    float ms[BT_RECENT_MAX];
    int next, count;
};
void bt_recent_add(struct bt_recent *recent, int64_t ns);
// Sorts a copy on the stack; out gets p50, p95 and p99 in ms, 0 where nothing was added.
void bt_recent_percentiles(const struct bt_recent *recent, double out[3]);

#endif
