// SPDX-License-Identifier: Apache-2.0
#define BT_LOOPS(name) name##_avx2
#include "dsp/loops.c"
