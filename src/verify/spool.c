// SPDX-License-Identifier: Apache-2.0
#include "verify/spool.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bauta/error.h>

#include "base/file.h"
#include "base/log.h"

enum { CHUNK = 1 << 16 };

static int make_file(struct bt_spool *spool, const char *name)
{
    char path[4096];
    const char *folder = getenv("TMPDIR");
    if (!folder || !*folder)
        folder = "/tmp";
    const int n = snprintf(path, sizeof(path), "%s/bauta-inspect-XXXXXX", folder);
    spool->fd = n > 0 && (size_t)n < sizeof(path) ? mkostemp(path, O_CLOEXEC) : -1;
    if (spool->fd < 0) {
        const int error = n < (int)sizeof(path) ? errno : ENAMETOOLONG;
        bt_error("%s: cannot be kept in %s while it is looked at: %s; TMPDIR names another "
                 "folder", name, folder, strerror(error));
        return bt_file_error(error);
    }
    unlink(path);
    snprintf(spool->path, sizeof(spool->path), "/proc/self/fd/%d", spool->fd);
    return 0;
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        const ssize_t n = write(fd, data, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        data += n;
        size -= (size_t)n;
    }
    return 0;
}

static int copy(struct bt_spool *spool, int from, int64_t most, const char *name)
{
    char data[CHUNK];
    int64_t total = 0;
    for (;;) {
        const ssize_t n = read(from, data, sizeof(data));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            const int error = errno;
            bt_error("%s: cannot be read: %s", name, strerror(error));
            return bt_file_error(error);
        }
        if (n == 0)
            break;
        total += n;
        if (total > most) {
            bt_error("%s: is larger than %lld bytes, which is what is kept of it; write it "
                     "to a file and name that", name, (long long)most);
            return BAUTA_E_TOO_LARGE;
        }
        const int error = write_all(spool->fd, data, (size_t)n);
        if (error) {
            bt_error("%s: cannot be kept while it is looked at: %s; TMPDIR names another "
                     "folder", name, strerror(error));
            return bt_file_error(error);
        }
    }
    if (total > 0)
        return 0;
    bt_error("%s: is empty", name);
    return BAUTA_E_FORMAT;
}

int bt_spool_read(struct bt_spool *spool, int from, int64_t most, const char *name)
{
    int result = make_file(spool, name);
    if (result < 0)
        return result;
    result = copy(spool, from, most, name);
    if (result < 0)
        bt_spool_close(spool);
    return result;
}

void bt_spool_close(struct bt_spool *spool)
{
    if (spool->fd >= 0)
        close(spool->fd);
    spool->fd = -1;
}
