// SPDX-License-Identifier: Apache-2.0
#include <sched.h>
#include <time.h>

#include "../check.h"
#include "base/clock.h"
#include "base/cpu.h"

// The kernel's own list of what the processor can do.
static int kernel_says(const char *flag)
{
    FILE *file = fopen("/proc/cpuinfo", "r");
    char line[8192], wanted[64];
    int found = 0;
    snprintf(wanted, sizeof(wanted), " %s ", flag);
    while (file && !found && fgets(line, sizeof(line), file)) {
        line[strcspn(line, "\n")] = ' ';
        found = !strncmp(line, "flags", 5) && strstr(line, wanted);
    }
    if (file)
        fclose(file);
    return found;
}

int main(void)
{
    const unsigned flags = bt_cpu_flags();
#ifdef __x86_64__
    CHECK_INT(!!(flags & BT_CPU_AVX2), kernel_says("avx2") && kernel_says("fma"));
#endif
    bt_cpu_mask(~(unsigned)BT_CPU_AVX2);
    CHECK_INT(bt_cpu_flags() & BT_CPU_AVX2, 0);
    bt_cpu_mask(0);
    CHECK_INT(bt_cpu_flags(), 0);
    bt_cpu_mask(~0u);
    CHECK_INT(bt_cpu_flags(), flags);

    CHECK(bt_cpu_count() >= 1);
    cpu_set_t all, one;
    CHECK_INT(sched_getaffinity(0, sizeof(all), &all), 0);
    CHECK_INT(bt_cpu_count(), CPU_COUNT(&all));
    CPU_ZERO(&one);
    for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++) {
        if (CPU_ISSET(i, &all))
            CPU_SET(i, &one);
    }
    if (!sched_setaffinity(0, sizeof(one), &one))
        CHECK_INT(bt_cpu_count(), 1);

    const int64_t before = bt_now_ns();
    const struct timespec pause = {0, 20000000};
    nanosleep(&pause, NULL);
    const int64_t passed = bt_now_ns() - before;
    CHECK(before > 0);
    CHECK(passed >= 20000000 && passed < 10000000000);
    return check_end();
}
