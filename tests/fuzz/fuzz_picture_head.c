// SPDX-License-Identifier: Apache-2.0
// What a picture's first bytes say.
#include "fuzz.h"
#include "io/picture.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bt_picture_head head = bt_picture_head(data, size);
    if (head.orientation < 0 || head.orientation > 8 || head.width < 0 || head.height < 0)
        __builtin_trap();
    return 0;
}
