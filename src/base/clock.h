// SPDX-License-Identifier: Apache-2.0
#ifndef BT_BASE_CLOCK_H
#define BT_BASE_CLOCK_H

#include <stdint.h>

// Nanoseconds of the monotonic clock. Thread-safe, async-signal-safe.
int64_t bt_now_ns(void);
// Processor time that the calling thread has taken, for measuring beside other programs.
int64_t bt_thread_ns(void);

#endif
