// SPDX-License-Identifier: Apache-2.0
// Recorded times as text, and signatures under names.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "base/opt.h"
#include "verify/shelf.h"
#include "verify/typing/typing.h"

enum { TEXT_MAX = 4 << 20, NUMBERS_MAX = 2 * BAUTA_TYPING_KEYS_MAX - 1 };

static const struct bt_shelf shelf = {"/typing", ".typing", "typing signature", 1 << 16};

// The numbers of one line, -1: there is something else, or too many.
static int read_line(const char *line, double out[NUMBERS_MAX])
{
    int count = 0;
    for (const char *at = line;;) {
        char *end = NULL;
        at += strspn(at, " \t\r,;");
        if (!*at || *at == '#')
            return count;
        const double number = bt_number(at, &end);
        if (end == at || count == NUMBERS_MAX || !isfinite(number) ||
            !strchr(" \t\r,;#", *end))
            return -1;
        out[count++] = number;
        at = end;
    }
}

static void to_keys(const double *number, int keys, struct bauta_key_time *out)
{
    double at = 0;
    for (int i = 0; i < keys; i++) {
        out[i] = (struct bauta_key_time){at, at + number[2 * i]};
        if (i + 1 < keys)
            at = out[i].up + number[2 * i + 1];
    }
}

int bt_typing_parse(char *text, const char *name, struct bauta_key_time **keys, int *count,
                    int *samples)
{
    struct bauta_key_time *made = bt_alloc_array(
        (size_t)BAUTA_TYPING_SAMPLES_MAX * BAUTA_TYPING_KEYS_MAX, sizeof *made);
    int found = 0, wide = 0, line = 0;
    if (!made) {
        bt_error("%s: out of memory", name);
        return BAUTA_E_NO_MEMORY;
    }
    for (char *at = text, *next; at; at = next) {
        double number[NUMBERS_MAX];
        next = strchr(at, '\n');
        if (next)
            *next++ = 0;
        line++;
        const int got = read_line(at, number);
        if (!got)
            continue;
        if (got < 0 || got % 2 == 0 || (wide && got != 2 * wide - 1)) {
            bt_error("%s: line %d: a line is one repetition: how long the first key was "
                     "held, the time to the next, how long that was held, and so on, in "
                     "seconds; all lines have as many", name, line);
            bt_free(made);
            return BAUTA_E_FORMAT;
        }
        if (found == BAUTA_TYPING_SAMPLES_MAX) {
            bt_error("%s: line %d: more than %d repetitions", name, line,
                     BAUTA_TYPING_SAMPLES_MAX);
            bt_free(made);
            return BAUTA_E_TOO_LARGE;
        }
        wide = (got + 1) / 2;
        to_keys(number, wide, made + (size_t)found++ * (size_t)wide);
    }
    if (!found) {
        bt_error("%s: holds no times of keys", name);
        bt_free(made);
        return BAUTA_E_FORMAT;
    }
    *keys = made;
    *count = wide;
    *samples = found;
    return 0;
}

int bauta_typing_times(const char *path, struct bauta_key_time **keys, int *count,
                       int *samples)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!path || !keys || !count || !samples) {
        bt_error("bauta_typing_times: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_file_read(path, TEXT_MAX, &data, &size);
    if (result >= 0 && memchr(data, 0, size)) {
        bt_error("%s: is no text", path);
        result = BAUTA_E_FORMAT;
    }
    if (result >= 0)
        result = bt_typing_parse((char *)data, path, keys, count, samples);
    bt_free(data);
    return result;
}

void bauta_typing_times_free(struct bauta_key_time **keys)
{
    if (keys)
        bt_freep(keys);
}

int bauta_typing_keep(const struct bauta_typing *typing, const char *name, int overwrite)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!typing) {
        bt_error("bauta_typing_keep: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_typing_pack(typing, &data, &size);
    if (!result)
        result = bt_shelf_write(&shelf, name, overwrite, data, size);
    bt_free(data);
    return result;
}

int bauta_typing_find(const char *name, struct bauta_typing **out)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!out) {
        bt_error("bauta_typing_find: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_shelf_read(&shelf, name, &data, &size);
    if (!result)
        result = bt_typing_unpack(data, size, name, out);
    bt_free(data);
    return result;
}

int bauta_typing_remove(const char *name)
{
    return bt_shelf_remove(&shelf, name);
}

int bauta_typing_list(bauta_name_fn *each, void *opaque)
{
    return bt_shelf_list(&shelf, each, opaque);
}
