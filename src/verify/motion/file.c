// SPDX-License-Identifier: Apache-2.0
// The file of a motion signature: magic and version (8 bytes), films and windows (4 bytes
// each), when it was made (8), then as float32 seconds, the length of a window, mean,
// covariance and own scores, all big-endian, and SHA-256 of what is before it, against
// damage.
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "verify/motion/motion.h"
#include "verify/pack.h"
#include "verify/shelf.h"

enum { HEAD = 24, HASH = BT_PACK_HASH, NUMBER = BT_PACK_NUMBER, FILE_MAX = 1 << 18 };

static const uint8_t magic[8] = {'b', 'a', 'u', 't', 'a', 'm', 'o', 1};

static const struct bt_shelf shelf = {"/signatures", ".motion", "motion signature",
                                      FILE_MAX};

static size_t size_of(int windows)
{
    return HEAD + HASH +
           NUMBER * (size_t)(2 + BT_MOTION_FEATURES + BT_MOTION_PACKED + windows);
}

int bt_motion_pack(const struct bauta_motion *motion, uint8_t **data, size_t *size)
{
    const size_t all = size_of(motion->windows);
    uint8_t *made = bt_alloc(all), *at = made;
    if (!made) {
        bt_error("motion signature: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    memcpy(at, magic, sizeof magic);
    at = bt_pack_whole(at + sizeof magic, (uint64_t)motion->films, 4);
    at = bt_pack_whole(at, (uint64_t)motion->windows, 4);
    at = bt_pack_whole(at, (uint64_t)motion->made, 8);
    at = bt_pack_numbers(at, &motion->seconds, 1);
    at = bt_pack_numbers(at, &motion->length, 1);
    at = bt_pack_numbers(at, motion->mean, BT_MOTION_FEATURES);
    at = bt_pack_numbers(at, motion->covariance, BT_MOTION_PACKED);
    bt_pack_numbers(at, motion->own, motion->windows);
    const int result = bt_pack_seal(made, all);
    if (result < 0) {
        bt_free(made);
        return result;
    }
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
    if (!bt_unpack_numbers(&at, &out->seconds, 1, 0, 1e8) ||
        !bt_unpack_numbers(&at, &out->length, 1, 1, 60) ||
        !bt_unpack_numbers(&at, out->mean, BT_MOTION_FEATURES, -4, 4) ||
        !bt_unpack_numbers(&at, out->covariance, BT_MOTION_PACKED, -16, 16) ||
        !bt_unpack_numbers(&at, out->own, out->windows, 0, 1e9))
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
    if (size < HEAD + HASH || memcmp(data, magic, sizeof magic - 1) != 0)
        return fail_format(name);
    if (data[7] != magic[7]) {
        bt_error("%s: is of version %u; a newer bauta reads it", name, data[7]);
        return BAUTA_E_UNSUPPORTED;
    }
    const uint64_t films = bt_unpack_whole(data + 8, 4);
    const uint64_t windows = bt_unpack_whole(data + 12, 4);
    const uint64_t made_at = bt_unpack_whole(data + 16, 8);
    if (films < 1 || films > BAUTA_MOTION_CLIPS_MAX || windows < 2 ||
        windows > BT_MOTION_WINDOWS_MAX || made_at > INT64_MAX ||
        size != size_of((int)windows))
        return fail_format(name);
    const int result = bt_pack_check(data, size);
    if (result < 0)
        return result == BAUTA_E_FORMAT ? fail_format(name) : result;
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
