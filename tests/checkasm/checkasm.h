// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_CHECKASM_H
#define BT_TESTS_CHECKASM_H

#include "dsp/dsp.h"

// A repeatable stream of random numbers.
uint32_t random32(void);
int random_in(int low, int high); // both included

// Prints nanoseconds a sample of each kernel for the flags and for C.
void bench(unsigned cpu_flags);

#endif
