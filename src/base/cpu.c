// SPDX-License-Identifier: Apache-2.0
#include "base/cpu.h"

#include <sched.h>
#include <stdatomic.h>
#include <unistd.h>

static atomic_uint mask = ~0u;

static unsigned detect(void)
{
    unsigned flags = 0;
#if defined(__x86_64__) || defined(__i386__)
    // The builtin also asks whether the operating system saves the wide registers.
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        flags |= BT_CPU_AVX2;
#endif
    return flags;
}

unsigned bt_cpu_flags(void)
{
    return detect() & atomic_load(&mask);
}

void bt_cpu_mask(unsigned allowed)
{
    atomic_store(&mask, allowed);
}

int bt_cpu_count(void)
{
    cpu_set_t set;
    if (!sched_getaffinity(0, sizeof(set), &set)) {
        const int count = CPU_COUNT(&set);
        if (count > 0)
            return count;
    }
    // More processors than a cpu_set_t holds.
    const long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (int)online : 1;
}
