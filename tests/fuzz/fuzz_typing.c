// SPDX-License-Identifier: Apache-2.0
// The file of a typing signature: the bytes as they are, and with the hash behind them
// made right, so that what it guards is reached. What is taken for good is written back
// to the same bytes and judges any times.
#include <string.h>

#include <openssl/evp.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "verify/typing/typing.h"

enum { HASH = 32, SIZE_MAX_TRIED = 1 << 14 };

static void once(const uint8_t *data, size_t size)
{
    struct bauta_typing *typing = NULL;
    struct bauta_key_time keys[BAUTA_TYPING_KEYS_MAX];
    struct bauta_typing_result result;
    uint8_t *back = NULL;
    size_t back_size = 0;
    if (bt_typing_unpack(data, size, "fuzz", &typing))
        return;
    if (bt_typing_pack(typing, &back, &back_size) || back_size != size ||
        memcmp(back, data, size) != 0)
        __builtin_trap();
    for (int i = 0; i < typing->keys; i++)
        keys[i] = (struct bauta_key_time){.2 * i, .2 * i + data[i] / 256.};
    if (bauta_typing_verify(typing, keys, typing->keys, &result) ||
        !(result.score >= 0) || !(result.share > 0 && result.share <= 1))
        __builtin_trap();
    bt_free(back);
    bauta_typing_free(&typing);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t copy[SIZE_MAX_TRIED + EVP_MAX_MD_SIZE];
    bauta_log_set(bt_fuzz_quiet, NULL);
    once(data, size);
    if (size < HASH || size > SIZE_MAX_TRIED)
        return 0;
    memcpy(copy, data, size);
    if (EVP_Digest(copy, size - HASH, copy + size - HASH, NULL, EVP_sha256(), NULL) == 1)
        once(copy, size);
    return 0;
}
