// SPDX-License-Identifier: Apache-2.0
// The file of a motion signature: magic and version (8 bytes), films and windows (4 bytes
// each), when it was made (8), then as float32 seconds, the length of a window, mean,
// covariance and own scores, all big-endian, and SHA-256 of what is before it, against
// damage.
#include <math.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "verify/motion/motion.h"
#include "verify/shelf.h"

enum { HEAD = 24, HASH = 32, NUMBER = 4, FILE_MAX = 1 << 18 };

static const uint8_t magic[8] = {'b', 'a', 'u', 't', 'a', 'm', 'o', 1};

static const struct bt_shelf shelf = {"/signatures", ".motion", "motion signature",
                                      FILE_MAX};

static size_t size_of(int windows)
{
    return HEAD + HASH +
           NUMBER * (size_t)(2 + BT_MOTION_FEATURES + BT_MOTION_PACKED + windows);
}

static int hash(const uint8_t *data, size_t size, uint8_t out[EVP_MAX_MD_SIZE])
{
    if (EVP_Digest(data, size, out, NULL, EVP_sha256(), NULL) == 1)
        return 0;
    bt_error("libcrypto computes no SHA-256; is its installation whole?");
    return BAUTA_E_FAILED;
}

static uint8_t *put_whole(uint8_t *at, uint64_t number, int bytes)
{
    for (int b = 0; b < bytes; b++)
        *at++ = (uint8_t)(number >> (8 * (bytes - 1 - b)));
    return at;
}

static uint64_t get_whole(const uint8_t *at, int bytes)
{
    uint64_t number = 0;
    for (int b = 0; b < bytes; b++)
        number = number << 8 | at[b];
    return number;
}

static uint8_t *put(uint8_t *at, const double *numbers, int count)
{
    for (int i = 0; i < count; i++) {
        const float value = (float)numbers[i];
        uint32_t bits = 0;
        memcpy(&bits, &value, sizeof bits);
        at = put_whole(at, bits, NUMBER);
    }
    return at;
}

// False where one is no number or out of range.
static bool get(const uint8_t **at, double *numbers, int count, double least, double most)
{
    for (int i = 0; i < count; i++, *at += NUMBER) {
        const uint32_t bits = (uint32_t)get_whole(*at, NUMBER);
        float value = 0;
        memcpy(&value, &bits, sizeof value);
        if (!(value >= (float)least && value <= (float)most))
            return false;
        numbers[i] = (double)value;
    }
    return true;
}

int bt_motion_pack(const struct bauta_motion *motion, uint8_t **data, size_t *size)
{
    const size_t all = size_of(motion->windows);
    uint8_t digest[EVP_MAX_MD_SIZE], *made = bt_alloc(all), *at = made;
    if (!made) {
        bt_error("motion signature: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    memcpy(at, magic, sizeof magic);
    at = put_whole(at + sizeof magic, (uint64_t)motion->films, 4);
    at = put_whole(at, (uint64_t)motion->windows, 4);
    at = put_whole(at, (uint64_t)motion->made, 8);
    at = put(at, &motion->seconds, 1);
    at = put(at, &motion->length, 1);
    at = put(at, motion->mean, BT_MOTION_FEATURES);
    at = put(at, motion->covariance, BT_MOTION_PACKED);
    at = put(at, motion->own, motion->windows);
    const int result = hash(made, all - HASH, digest);
    if (result < 0) {
        bt_free(made);
        return result;
    }
    memcpy(at, digest, HASH);
    *data = made;
    *size = all;
    return 0;
}

static int fail_format(const char *name)
{
    bt_error("%s: is no motion signature, or is damaged", name);
    return BAUTA_E_FORMAT;
}

static bool read_numbers(const uint8_t *at, struct bauta_motion *out)
{
    if (!get(&at, &out->seconds, 1, 0, 1e8) || !get(&at, &out->length, 1, 1, 60) ||
        !get(&at, out->mean, BT_MOTION_FEATURES, -4, 4) ||
        !get(&at, out->covariance, BT_MOTION_PACKED, -16, 16) ||
        !get(&at, out->own, out->windows, 0, 1e9))
        return false;
    for (int s = 1; s < out->windows; s++) {
        if (out->own[s] < out->own[s - 1])
            return false;
    }
    return bt_motion_factor(out);
}

int bt_motion_unpack(const uint8_t *data, size_t size, const char *name,
                     struct bauta_motion **out)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (size < HEAD + HASH || memcmp(data, magic, sizeof magic - 1) != 0)
        return fail_format(name);
    if (data[7] != magic[7]) {
        bt_error("%s: is of version %u; a newer bauta reads it", name, data[7]);
        return BAUTA_E_UNSUPPORTED;
    }
    const uint64_t films = get_whole(data + 8, 4), windows = get_whole(data + 12, 4),
                   made_at = get_whole(data + 16, 8);
    if (films < 1 || films > BAUTA_MOTION_CLIPS_MAX || windows < 2 ||
        windows > BT_MOTION_WINDOWS_MAX || made_at > INT64_MAX ||
        size != size_of((int)windows))
        return fail_format(name);
    const int result = hash(data, size - HASH, digest);
    if (result < 0)
        return result;
    if (memcmp(digest, data + size - HASH, HASH) != 0)
        return fail_format(name);
    struct bauta_motion *made = bt_zalloc(sizeof *made);
    if (made)
        made->own = bt_alloc_array((size_t)windows, sizeof *made->own);
    if (!made || !made->own) {
        bt_error("%s: out of memory", name);
        bauta_motion_free(&made);
        return BAUTA_E_NO_MEMORY;
    }
    made->films = (int)films;
    made->windows = (int)windows;
    made->made = (int64_t)made_at;
    if (!read_numbers(data + HEAD, made)) {
        bauta_motion_free(&made);
        return fail_format(name);
    }
    *out = made;
    return 0;
}

int bauta_motion_save(const struct bauta_motion *motion, const char *name, int overwrite)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!motion) {
        bt_error("bauta_motion_save: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_motion_pack(motion, &data, &size);
    if (!result)
        result = bt_shelf_write(&shelf, name, overwrite, data, size);
    bt_free(data);
    return result;
}

int bauta_motion_load(const char *name, struct bauta_motion **out)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!out) {
        bt_error("bauta_motion_load: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_shelf_read(&shelf, name, &data, &size);
    if (!result)
        result = bt_motion_unpack(data, size, name, out);
    bt_free(data);
    return result;
}

int bauta_motion_remove(const char *name)
{
    return bt_shelf_remove(&shelf, name);
}

int bauta_motion_list(bauta_name_fn *each, void *opaque)
{
    return bt_shelf_list(&shelf, each, opaque);
}
