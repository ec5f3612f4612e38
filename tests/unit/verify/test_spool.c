// SPDX-License-Identifier: Apache-2.0
//
// What comes in by a pipe is kept whole, without a name, and not beyond its limit.

#include "../check.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bauta/error.h>

#include "base/log.h"
#include "verify/spool.h"

static char last_error[1024];

static void collect(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR)
        snprintf(last_error, sizeof(last_error), "%s", line);
}

// The reading end of a pipe that holds the first size bytes of data, 30,000 at most.
static int pipe_of(const void *data, size_t size)
{
    int ends[2];
    if (pipe(ends) || write(ends[1], data, size) != (ssize_t)size)
        exit(1);
    close(ends[1]);
    return ends[0];
}

static void test_kept(void)
{
    static char data[30000], back[30001];
    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (char)(i * 7 + i / 256);
    struct bt_spool spool;
    struct stat info;
    const int from = pipe_of(data, sizeof(data));
    CHECK_INT(bt_spool_read(&spool, from, sizeof(data), "the pipe"), 0);
    for (int k = 0; k < 2; k++) {
        const int fd = open(spool.path, O_RDONLY);
        CHECK_INT(read(fd, back, sizeof(back)), (int)sizeof(data));
        CHECK(!memcmp(back, data, sizeof(data)));
        CHECK(!fstat(fd, &info) && S_ISREG(info.st_mode) && info.st_nlink == 0);
        CHECK_INT(info.st_mode & 077, 0);
        close(fd);
    }
    bt_spool_close(&spool);
    CHECK(spool.fd < 0);
    CHECK(stat(spool.path, &info) != 0);
    close(from);
}

static void test_refused(void)
{
    struct bt_spool spool;
    int from = pipe_of("abcdef", 6);
    CHECK_INT(bt_spool_read(&spool, from, 5, "the pipe"), BAUTA_E_TOO_LARGE);
    CHECK(spool.fd < 0);
    CHECK(strstr(last_error, "the pipe") && strstr(last_error, "5 bytes"));
    close(from);

    from = pipe_of("", 0);
    CHECK_INT(bt_spool_read(&spool, from, 5, "the pipe"), BAUTA_E_FORMAT);
    CHECK(strstr(last_error, "empty"));
    close(from);

    // A descriptor that is closed cannot be read.
    CHECK(bt_spool_read(&spool, from, 5, "the pipe") < 0 && spool.fd < 0);

    from = pipe_of("abc", 3);
    setenv("TMPDIR", "/nonexistent/folder", 1);
    CHECK_INT(bt_spool_read(&spool, from, 5, "the pipe"), BAUTA_E_NOT_FOUND);
    CHECK(strstr(last_error, "TMPDIR") && strstr(last_error, "/nonexistent/folder"));
    unsetenv("TMPDIR");
    close(from);
}

int main(void)
{
    bauta_log_set(collect, NULL);
    test_kept();
    test_refused();
    return check_end();
}
