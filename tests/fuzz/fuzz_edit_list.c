// SPDX-License-Identifier: Apache-2.0
// The index of an MP4 file, as bauta check reads edit lists out of it.
#include "fuzz.h"
#include "io/facts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (bt_facts_edits(data, size) < 0)
        __builtin_trap();
    return 0;
}
