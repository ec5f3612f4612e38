// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/provenance/provenance.h"

enum { PATH_BYTES = 4096, LINE_BYTES = 2048, FILE_MAX = 8 << 20, STAMP = 20 };

static bool find_file(char path[PATH_BYTES])
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    int length = -1;
    if (state && state[0] == '/')
        length = snprintf(path, PATH_BYTES, "%s/bauta/sessions.tsv", state);
    else if (home && home[0] == '/')
        length = snprintf(path, PATH_BYTES, "%s/.local/state/bauta/sessions.tsv", home);
    if (length < 0 || length >= PATH_BYTES)
        return false;
    for (char *at = path + 1; (at = strchr(at, '/')); at++) {
        *at = 0;
        mkdir(path, 0700);
        *at = '/';
    }
    return true;
}

static void stamp(char out[STAMP + 1], time_t when)
{
    struct tm tm;
    gmtime_r(&when, &tm);
    strftime(out, STAMP + 1, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

// Tabs and line ends would be read as the file's own.
static void put_field(char *line, const char *text)
{
    size_t used = strlen(line);
    if (used)
        line[used++] = '\t';
    for (; *text && used < LINE_BYTES - 2; text++)
        line[used++] = (unsigned char)*text < 0x20 ? ' ' : *text;
    line[used] = 0;
}

// Takes out what is older. The lines are in the order of their times.
static void forget(int fd, const char *path, int days)
{
    struct stat info;
    char oldest[STAMP + 1];
    stamp(oldest, time(NULL) - (time_t)days * 86400);
    if (fstat(fd, &info) || info.st_size <= 0)
        return;
    const size_t size = info.st_size < FILE_MAX ? (size_t)info.st_size : FILE_MAX;
    char *data = bt_alloc(size);
    // Of a file that grew too large the newest part is kept.
    if (!data || pread(fd, data, size, info.st_size - (off_t)size) != (ssize_t)size) {
        bt_free(data);
        return;
    }
    size_t keep = 0;
    while (keep < size && (size - keep < STAMP || memcmp(data + keep, oldest, STAMP) < 0)) {
        const char *end = memchr(data + keep, '\n', size - keep);
        keep = end ? (size_t)(end - data) + 1 : size;
    }
    if ((keep > 0 || size < (size_t)info.st_size) &&
        (ftruncate(fd, 0) || pwrite(fd, data + keep, size - keep, 0) < 0))
        bt_warn("%s: what is older cannot be taken out: %s", path, strerror(errno));
    bt_free(data);
}

void bt_sessions_note(const struct bt_provenance *p, const char *what, int days)
{
    char path[PATH_BYTES], line[LINE_BYTES] = "", text[128];
    if (days <= 0 || !p->ready || !find_file(path))
        return;
    const int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) {
        bt_warn("%s: the session is not noted: %s", path, strerror(errno));
        return;
    }
    flock(fd, LOCK_EX);
    forget(fd, path, days);
    stamp(text, time(NULL));
    put_field(line, text);
    snprintf(text, sizeof(text), "%u", p->info.session);
    put_field(line, text);
    put_field(line, what);
    for (int i = 0; i < p->info.consents; i++) {
        snprintf(text, sizeof(text), "%.30s: %.90s", p->info.consent[i].target,
                 p->info.consent[i].ground);
        put_field(line, text);
    }
    strcat(line, "\n");
    if (write(fd, line, strlen(line)) < 0)
        bt_warn("%s: the session is not noted: %s", path, strerror(errno));
    close(fd);
}
