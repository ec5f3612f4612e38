// SPDX-License-Identifier: Apache-2.0
#ifndef BT_BASE_CPU_H
#define BT_BASE_CPU_H

enum bt_cpu_flag {
    BT_CPU_AVX2 = 1 << 0,   // with FMA and usable by the operating system
};

// What this processor can do, less what bt_cpu_mask took away. Thread-safe.
unsigned bt_cpu_flags(void);

// For tests: only these flags are reported from now on; ~0u restores.
void bt_cpu_mask(unsigned allowed);

// Processors this process may run on, at least 1.
int bt_cpu_count(void);

#endif
