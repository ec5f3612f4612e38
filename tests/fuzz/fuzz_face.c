// SPDX-License-Identifier: Apache-2.0
// The file of an enrolled face as anybody may write it: the bytes as they are, and the
// bytes laid over the beginning of a good file whose hash is then made right, so that what
// stands behind the hash is reached.
#include <stdio.h>
#include <string.h>

#include "../unit/swap/person.h"
#include "base/file.h"
#include "fuzz.h"

enum { HASH = 32 };

static uint8_t *whole;
static size_t whole_size;

static void hash_again(uint8_t *data, size_t size)
{
    char hex[65];
    bt_sha256(data, size - HASH, hex);
    for (int i = 0; i < HASH; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        data[size - HASH + (size_t)i] = (uint8_t)byte;
    }
}

static void once(const uint8_t *data, size_t size)
{
    struct bauta_identity *who = NULL;
    if (bt_identity_unpack(data, size, "fuzz", &who))
        return;
    // What is taken for good is whole.
    int side = 0;
    struct bauta_photo_info info;
    if (bauta_identity_photos(who) < 1 || bauta_identity_photo(who, 0, &info) ||
        bauta_consent_check(info.info.consent) || !bauta_identity_thumbnail(who, &side) ||
        !bt_identity_face(who)->atlas[BT_ATLAS_LEVELS - 1])
        __builtin_trap();
    bauta_identity_unref(&who);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bauta_log_set(bt_fuzz_quiet, NULL);
    if (!whole) {
        struct bauta_identity *made = made_person("synthetic");
        if (!made || bt_identity_pack(made, &whole, &whole_size))
            __builtin_trap();
        bauta_identity_unref(&made);
    }
    once(data, size);
    if (size >= whole_size - HASH)
        return 0;
    uint8_t *copy = bt_alloc(whole_size);
    if (!copy)
        return 0;
    memcpy(copy, whole, whole_size);
    memcpy(copy, data, size);
    hash_again(copy, whole_size);
    once(copy, whole_size);
    bt_free(copy);
    return 0;
}
