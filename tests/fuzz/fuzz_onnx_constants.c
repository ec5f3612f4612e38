// SPDX-License-Identifier: Apache-2.0
// An ONNX file as anybody may write it, read for its constants.
#include <string.h>

#include "fuzz.h"
#include "nn/manifest.h"

static int each(void *opaque, const struct bt_onnx_constant *c)
{
    static float values[4096];
    size_t *sum = opaque;
    size_t count = 1;
    for (int i = 0; i < 4; i++)
        count = count <= 4096 && c->shape[i] <= 4096 ? count * (size_t)c->shape[i] : 4097;
    if (!memchr(c->name, 0, sizeof c->name))
        __builtin_trap();
    if (count <= 4096 && !bt_onnx_values(c, values, count))
        *sum += count;
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t sum = 0;
    bauta_log_set(bt_fuzz_quiet, NULL);
    bt_onnx_constants(data, size, each, &sum);
    return 0;
}
