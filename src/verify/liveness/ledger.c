// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "verify/liveness/liveness.h"

// A text of lines: "used HASH TIME" for a seed, of which half of the SHA-256 is kept, and
// "failed TIME". The newest come last.
static const char HEAD[] = "bauta liveness ledger 1\n";
enum { HASH_DIGITS = 32, LINE_MAX_BYTES = 64, FILE_MAX = 4 << 20 };

struct ledger {
    char (*used)[LINE_MAX_BYTES]; // lines, without their ends
    int count, most;
    int64_t failed[BT_LEDGER_FAILURES]; // the newest; 0: none
    int lock;
};

static void finish(struct ledger *l)
{
    bt_free(l->used);
    if (l->lock >= 0)
        close(l->lock);
    *l = (struct ledger){.lock = -1};
}

static int place(const char *given, char path[PATH_MAX])
{
    if (given) {
        if (snprintf(path, PATH_MAX, "%s", given) < PATH_MAX)
            return 0;
        bt_error("%.80s...: the path is too long", given);
        return BAUTA_E_USAGE;
    }
    const int result = bt_data_folder(path, PATH_MAX, "", "liveness sessions", 1);
    if (result >= 0)
        strcat(path, "/liveness");
    return result;
}

// The folder is locked, since the file is replaced.
static int lock_folder(const char *path, int *fd)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
             slash ? path : ".");
    *fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool failed = *fd < 0;
    while (!failed && flock(*fd, LOCK_EX))
        failed = errno != EINTR;
    if (!failed)
        return 0;
    const int why = errno;
    bt_error("%s: its folder cannot be locked: %s", path, strerror(why));
    return bt_file_error(why);
}

static void add_failure(struct ledger *l, int64_t when)
{
    memmove(l->failed, l->failed + 1, sizeof l->failed - sizeof l->failed[0]);
    l->failed[BT_LEDGER_FAILURES - 1] = when;
}

static bool take_time(const char *text, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    *out = strtoll(text, &end, 10);
    return end != text && !*end && !errno && *out > 0;
}

static bool take_line(struct ledger *l, const char *line, int length)
{
    int64_t when;
    if (length >= LINE_MAX_BYTES)
        return false;
    if (!strncmp(line, "failed ", 7)) {
        if (!take_time(line + 7, &when))
            return false;
        add_failure(l, when);
        return true;
    }
    if (strncmp(line, "used ", 5) != 0 ||
        strspn(line + 5, "0123456789abcdef") != HASH_DIGITS ||
        line[5 + HASH_DIGITS] != ' ' || !take_time(line + 6 + HASH_DIGITS, &when) ||
        l->count >= l->most)
        return false;
    memcpy(l->used[l->count++], line, (size_t)length + 1);
    return true;
}

static int parse(struct ledger *l, char *text, const char *path)
{
    bool good = !strncmp(text, HEAD, sizeof HEAD - 1);
    for (char *line = text + sizeof HEAD - 1, *end; good && *line; line = end + 1) {
        end = strchr(line, '\n');
        if (!end) {
            good = false;
            break;
        }
        *end = 0;
        good = take_line(l, line, (int)(end - line));
    }
    if (good)
        return 0;
    bt_error(
        "%s: is no list of used seeds, or it is damaged; move it away, then a new one "
        "is begun, and seeds that were used are not known any more",
        path);
    return BAUTA_E_FORMAT;
}

static int load(const char *path, struct ledger *l)
{
    uint8_t *data = NULL;
    size_t size = 0;
    struct stat info;
    *l = (struct ledger){.lock = -1, .most = BT_LEDGER_SEEDS + 1};
    l->used = bt_alloc_array((size_t)l->most, sizeof *l->used);
    int result = l->used ? lock_folder(path, &l->lock) : BAUTA_E_NO_MEMORY;
    if (result >= 0 && (!lstat(path, &info) || errno != ENOENT)) {
        result = bt_file_read(path, FILE_MAX, &data, &size);
        if (result >= 0)
            result = parse(l, (char *)data, path);
        bt_free(data);
    }
    if (result < 0)
        finish(l);
    return result;
}

static int store(const char *path, const struct ledger *l)
{
    const size_t room =
        sizeof HEAD + (size_t)(l->count + BT_LEDGER_FAILURES) * LINE_MAX_BYTES;
    char *text = bt_alloc(room);
    size_t n = 0;
    if (!text)
        return BAUTA_E_NO_MEMORY;
    n += (size_t)snprintf(text, room, "%s", HEAD);
    const int first = l->count > BT_LEDGER_SEEDS ? l->count - BT_LEDGER_SEEDS : 0;
    for (int i = first; i < l->count; i++)
        n += (size_t)snprintf(text + n, room - n, "%s\n", l->used[i]);
    for (int i = 0; i < BT_LEDGER_FAILURES; i++)
        if (l->failed[i])
            n += (size_t)snprintf(text + n, room - n, "failed %lld\n",
                                  (long long)l->failed[i]);
    const int result = bt_file_save_private(path, text, n, 1);
    bt_free(text);
    return result;
}

static void hash_of(const uint8_t seed[BT_SEED_BYTES], char hex[HASH_DIGITS + 1])
{
    char whole[65];
    bt_sha256(seed, BT_SEED_BYTES, whole);
    memcpy(hex, whole, HASH_DIGITS);
    hex[HASH_DIGITS] = 0;
}

int bt_ledger_begin(const char *given, const uint8_t seed[BT_SEED_BYTES], int64_t now)
{
    char path[PATH_MAX], hex[HASH_DIGITS + 1];
    struct ledger l;
    int result = place(given, path);
    if (result >= 0)
        result = load(path, &l);
    if (result < 0)
        return result;
    // Also after a clock was set back: what lies ahead counts.
    const int64_t oldest = l.failed[0];
    if (oldest && now - oldest < BT_LEDGER_SECONDS) {
        bt_error("%d sessions within three minutes did not pass; try again in %lld s",
                 BT_LEDGER_FAILURES, (long long)(oldest + BT_LEDGER_SECONDS - now));
        result = BAUTA_E_AGAIN;
    }
    hash_of(seed, hex);
    for (int i = 0; result >= 0 && i < l.count; i++) {
        if (!memcmp(l.used[i] + 5, hex, HASH_DIGITS)) {
            bt_error(
                "the seed was used before; a challenge that somebody may have seen is "
                "worth nothing: take another, or none");
            result = BAUTA_E_EXISTS;
        }
    }
    if (result >= 0) {
        snprintf(l.used[l.count++], LINE_MAX_BYTES, "used %s %lld", hex, (long long)now);
        result = store(path, &l);
    }
    finish(&l);
    return result;
}

int bt_ledger_failed(const char *given, int64_t now)
{
    char path[PATH_MAX];
    struct ledger l;
    int result = place(given, path);
    if (result >= 0)
        result = load(path, &l);
    if (result < 0)
        return result;
    add_failure(&l, now);
    result = store(path, &l);
    finish(&l);
    return result;
}
