// SPDX-License-Identifier: Apache-2.0
// The file of a typing signature: magic and version (8 bytes), keys and samples (2 bytes
// each), means, deviations and own scores as float32, all big-endian, and SHA-256 of what
// is before it, against damage.
#include <math.h>
#include <string.h>

#include <openssl/evp.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "verify/typing/typing.h"

enum { HEAD = 12, HASH = 32, NUMBER = 4, FILE_MAX = 1 << 16 };

static const uint8_t magic[8] = {'b', 'a', 'u', 't', 'a', 't', 'y', 1};

static size_t size_of(int keys, int samples)
{
    return HEAD + NUMBER * (size_t)(2 * (3 * keys - 2) + samples) + HASH;
}

static int hash(const uint8_t *data, size_t size, uint8_t out[EVP_MAX_MD_SIZE])
{
    if (EVP_Digest(data, size, out, NULL, EVP_sha256(), NULL) == 1)
        return 0;
    bt_error("libcrypto computes no SHA-256; is its installation whole?");
    return BAUTA_E_FAILED;
}

static uint8_t *put(uint8_t *at, const double *numbers, int count)
{
    for (int i = 0; i < count; i++, at += NUMBER) {
        const float value = (float)numbers[i];
        uint32_t bits = 0;
        memcpy(&bits, &value, sizeof bits);
        for (int b = 0; b < NUMBER; b++)
            at[b] = (uint8_t)(bits >> (24 - 8 * b));
    }
    return at;
}

// False where one is no number or out of range.
static int get(const uint8_t **at, double *numbers, int count, double least, double most)
{
    for (int i = 0; i < count; i++, *at += NUMBER) {
        const uint32_t bits = (uint32_t)(*at)[0] << 24 | (uint32_t)(*at)[1] << 16 |
                              (uint32_t)(*at)[2] << 8 | (*at)[3];
        float value = 0;
        memcpy(&value, &bits, sizeof value);
        if (!(value >= (float)least && value <= (float)most))
            return 0;
        numbers[i] = value;
    }
    return 1;
}

int bt_typing_pack(const struct bauta_typing *typing, uint8_t **data, size_t *size)
{
    const int features = 3 * typing->keys - 2;
    const size_t all = size_of(typing->keys, typing->samples);
    uint8_t digest[EVP_MAX_MD_SIZE], *made = bt_alloc(all), *at = made;
    if (!made) {
        bt_error("typing: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    memcpy(at, magic, sizeof magic);
    at[8] = 0;
    at[9] = (uint8_t)typing->keys;
    at[10] = (uint8_t)(typing->samples >> 8);
    at[11] = (uint8_t)typing->samples;
    at = put(at + HEAD, typing->mean, features);
    at = put(at, typing->deviation, features);
    at = put(at, typing->own, typing->samples);
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

static int fail_format(const char *path)
{
    bt_error("%s: is no typing signature, or is damaged", path);
    return BAUTA_E_FORMAT;
}

static int read_numbers(const uint8_t *data, struct bauta_typing *out)
{
    const int features = 3 * out->keys - 2;
    const uint8_t *at = data + HEAD;
    // Keys may overlap: a time from up to down may be as long as a hold, below zero.
    if (!get(&at, out->mean, features, -BT_TYPING_HOLD_MAX, BT_TYPING_PAUSE_MAX) ||
        !get(&at, out->deviation, features, BT_TYPING_DEVIATION_MIN,
             BT_TYPING_PAUSE_MAX) ||
        !get(&at, out->own, out->samples, 0, 1e6))
        return 0;
    for (int s = 1; s < out->samples; s++) {
        if (out->own[s] < out->own[s - 1])
            return 0;
    }
    return 1;
}

int bt_typing_unpack(const uint8_t *data, size_t size, const char *path,
                     struct bauta_typing **out)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (size < HEAD + HASH || memcmp(data, magic, sizeof magic - 1) != 0)
        return fail_format(path);
    if (data[7] != magic[7]) {
        bt_error("%s: is of version %u; a newer bauta reads it", path, data[7]);
        return BAUTA_E_UNSUPPORTED;
    }
    const int keys = data[8] << 8 | data[9], samples = data[10] << 8 | data[11];
    if (keys < BAUTA_TYPING_KEYS_MIN || keys > BAUTA_TYPING_KEYS_MAX ||
        samples < BAUTA_TYPING_SAMPLES_MIN || samples > BAUTA_TYPING_SAMPLES_MAX ||
        size != size_of(keys, samples))
        return fail_format(path);
    int result = hash(data, size - HASH, digest);
    if (result < 0)
        return result;
    if (memcmp(digest, data + size - HASH, HASH) != 0)
        return fail_format(path);
    struct bauta_typing *made = bt_zalloc(sizeof *made);
    if (made)
        made->own = bt_alloc_array((size_t)samples, sizeof *made->own);
    if (!made || !made->own) {
        bt_error("%s: out of memory", path);
        bauta_typing_free(&made);
        return BAUTA_E_NO_MEMORY;
    }
    made->keys = keys;
    made->samples = samples;
    if (!read_numbers(data, made)) {
        bauta_typing_free(&made);
        return fail_format(path);
    }
    *out = made;
    return 0;
}

int bauta_typing_save(const struct bauta_typing *typing, const char *path, int overwrite)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!typing || !path) {
        bt_error("bauta_typing_save: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_typing_pack(typing, &data, &size);
    if (!result)
        result = bt_file_save_private(path, data, size, overwrite);
    bt_free(data);
    return result;
}

int bauta_typing_load(const char *path, struct bauta_typing **out)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!path || !out) {
        bt_error("bauta_typing_load: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_file_read(path, FILE_MAX, &data, &size);
    if (!result)
        result = bt_typing_unpack(data, size, path, out);
    bt_free(data);
    return result;
}
