// SPDX-License-Identifier: Apache-2.0
// The text after "test:".
#include <string.h>

#include "fuzz.h"
#include "io/sources.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[4096];
    struct bt_test_params p;
    bauta_log_set(bt_fuzz_quiet, NULL);
    const size_t n = size < sizeof(text) - 1 ? size : sizeof(text) - 1;
    memcpy(text, data, n);
    text[n] = 0;
    if (bt_test_parse(text, &p) >= 0 &&
        (p.width < 1 || p.height < 1 || p.rate.num < 1 || p.rate.den < 1 ||
         p.frames < 0 || !bt_pixel_format(p.pixel) || strlen(p.face) >= sizeof(p.face)))
        __builtin_trap();
    return 0;
}
