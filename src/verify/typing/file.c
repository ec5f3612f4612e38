// SPDX-License-Identifier: Apache-2.0
// The file of a typing signature: magic and version (8 bytes), keys and samples (2 bytes
// each), means, deviations and own scores as float32, all big-endian, and SHA-256 of what
// is before it, against damage.
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "verify/typing/typing.h"
#include "verify/pack.h"

enum { HEAD = 12, HASH = BT_PACK_HASH, NUMBER = BT_PACK_NUMBER, FILE_MAX = 1 << 16 };

static const uint8_t magic[8] = {'b', 'a', 'u', 't', 'a', 't', 'y', 1};

static size_t size_of(int keys, int samples)
{
    return HEAD + NUMBER * (size_t)(2 * (3 * keys - 2) + samples) + HASH;
}

int bt_typing_pack(const struct bauta_typing *typing, uint8_t **data, size_t *size)
{
    const int features = 3 * typing->keys - 2;
    const size_t all = size_of(typing->keys, typing->samples);
    uint8_t *made = bt_alloc(all), *at = made;
    if (!made) {
        bt_error("typing: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    memcpy(at, magic, sizeof magic);
    at[8] = 0;
    at[9] = (uint8_t)typing->keys;
    at[10] = (uint8_t)(typing->samples >> 8);
    at[11] = (uint8_t)typing->samples;
    at = bt_pack_numbers(at + HEAD, typing->mean, features);
    at = bt_pack_numbers(at, typing->deviation, features);
    bt_pack_numbers(at, typing->own, typing->samples);
    const int result = bt_pack_seal(made, all);
    if (result < 0) {
        bt_free(made);
        return result;
    }
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
    if (!bt_unpack_numbers(&at, out->mean, features, -BT_TYPING_HOLD_MAX,
                           BT_TYPING_PAUSE_MAX) ||
        !bt_unpack_numbers(&at, out->deviation, features, BT_TYPING_DEVIATION_MIN,
             BT_TYPING_PAUSE_MAX) ||
        !bt_unpack_numbers(&at, out->own, out->samples, 0, 1e6))
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
    const int result = bt_pack_check(data, size);
    if (result < 0)
        return result == BAUTA_E_FORMAT ? fail_format(path) : result;
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
