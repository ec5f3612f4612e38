// SPDX-License-Identifier: Apache-2.0
#include "base/stats.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PER_OCTAVE = 32 };

void bt_stats_add(struct bt_stats *stats, int64_t ns)
{
    if (ns < 0)
        ns = 0;
    const double octaves = ns > 1000 ? log2((double)ns / 1000) : 0;
    int index = (int)(octaves * PER_OCTAVE);
    if (index >= BT_STATS_BUCKETS)
        index = BT_STATS_BUCKETS - 1;
    stats->bucket[index]++;
    stats->count++;
    stats->sum_ms += (double)ns / 1e6;
}

double bt_stats_percentile(const struct bt_stats *stats, double p)
{
    // Counted from the buckets, so that a copy taken during a write still adds up.
    uint64_t total = 0;
    for (int i = 0; i < BT_STATS_BUCKETS; i++)
        total += stats->bucket[i];
    if (!total)
        return 0;

    const double rank = ceil(fmin(fmax(p, 0), 1) * (double)total);
    const uint64_t wanted = rank < 1 ? 1 : (uint64_t)rank;
    uint64_t seen = 0;
    int index = 0;
    for (; index < BT_STATS_BUCKETS - 1; index++) {
        seen += stats->bucket[index];
        if (seen >= wanted)
            break;
    }
    return exp2((index + 0.5) / PER_OCTAVE) / 1000;
}

void bt_recent_add(struct bt_recent *recent, int64_t ns)
{
    recent->ms[recent->next] = (float)((double)ns / 1e6);
    recent->next = (recent->next + 1) % BT_RECENT_MAX;
    recent->count += recent->count < BT_RECENT_MAX;
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

void bt_recent_percentiles(const struct bt_recent *recent, double out[3])
{
    static const double part[3] = {.50, .95, .99};
    float ms[BT_RECENT_MAX];
    const int n = recent->count;
    memcpy(ms, recent->ms, (size_t)n * sizeof(ms[0]));
    qsort(ms, (size_t)n, sizeof(ms[0]), by_size);
    for (int i = 0; i < 3; i++)
        out[i] = n ? (double)ms[(int)(part[i] * (n - 1) + .5)] : 0;
}
