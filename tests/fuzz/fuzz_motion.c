// SPDX-License-Identifier: Apache-2.0
// The file of a motion signature: the bytes as they are, and put into a good file at the
// place that the first three say, with the hash behind made right, so that what it guards
// is reached. What is taken for good is written back to the same bytes and judges.
#include <math.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "verify/motion/motion.h"

enum { HASH = 32, WINDOWS = 8 };

static void once(const uint8_t *data, size_t size)
{
    struct bauta_motion *motion = NULL;
    float x[BT_MOTION_FEATURES] = {0};
    uint8_t *back = NULL;
    size_t back_size = 0;
    if (bt_motion_unpack(data, size, "fuzz", &motion))
        return;
    if (bt_motion_pack(motion, &back, &back_size) || back_size != size ||
        memcmp(back, data, size) != 0)
        __builtin_trap();
    if (!(bt_motion_score(motion, x) >= 0) || !(bt_motion_limit(motion) >= 0))
        __builtin_trap();
    bt_free(back);
    bauta_motion_free(&motion);
}

static size_t make(uint8_t **out)
{
    struct bauta_motion *motion = bt_zalloc(sizeof *motion);
    size_t size = 0;
    motion->films = 1;
    motion->windows = WINDOWS;
    motion->length = 10;
    motion->own = bt_alloc_array(WINDOWS, sizeof *motion->own);
    for (int i = 0; i < BT_MOTION_FEATURES; i++)
        motion->covariance[i * (i + 1) / 2 + i] = 1;
    bt_motion_pack(motion, out, &size);
    bauta_motion_free(&motion);
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t *good, *copy;
    static size_t whole;
    uint8_t digest[EVP_MAX_MD_SIZE];
    bauta_log_set(bt_fuzz_quiet, NULL);
    if (!good) {
        whole = make(&good);
        copy = bt_alloc(whole);
    }
    once(data, size);
    if (size < 3 || !copy)
        return 0;
    const size_t at = ((size_t)data[0] << 16 | (size_t)data[1] << 8 | data[2]) % whole;
    memcpy(copy, good, whole);
    memcpy(copy + at, data + 3, size - 3 < whole - at ? size - 3 : whole - at);
    if (EVP_Digest(copy, whole - HASH, digest, NULL, EVP_sha256(), NULL) == 1) {
        memcpy(copy + whole - HASH, digest, HASH);
        once(copy, whole);
    }
    return 0;
}
