// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_FUZZ_FUZZ_H
#define BT_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

#include <bauta/log.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Foreign bytes are expected to be complained about.
static inline void bt_fuzz_quiet(void *opaque, enum bauta_log_level level,
                                 const char *line)
{
    (void)opaque, (void)level, (void)line;
}

#endif
