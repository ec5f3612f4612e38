// SPDX-License-Identifier: Apache-2.0
// Recorded times of keys as text. What is taken has as many keys in each repetition as
// was said, and can be given to enrolment.
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "verify/typing/typing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bauta_key_time *keys = NULL;
    struct bauta_typing *typing = NULL;
    int count = 0, samples = 0;
    bauta_log_set(bt_fuzz_quiet, NULL);
    if (size > 1 << 20 || memchr(data, 0, size))
        return 0;
    char *text = bt_alloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = 0;
    if (!bt_typing_parse(text, "fuzz", &keys, &count, &samples)) {
        if (count < 1 || count > BAUTA_TYPING_KEYS_MAX || samples < 1 ||
            samples > BAUTA_TYPING_SAMPLES_MAX)
            __builtin_trap();
        bauta_typing_enrol(keys, count, samples, &typing);
    }
    bauta_typing_free(&typing);
    bauta_typing_times_free(&keys);
    bt_free(text);
    return 0;
}
