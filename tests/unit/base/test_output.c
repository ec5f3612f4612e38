// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bauta/error.h>

#include "../check.h"
#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"

// These take the place of libc's, so that a full disk and a simple file system can be had
// without mounting one: an errno that is not 0 is what the next calls fail with.
static int open_errno, fsync_errno, renameat2_errno, link_errno;
static int links;

int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    const int mode = flags & O_CREAT ? va_arg(args, int) : 0;
    va_end(args);
    if (open_errno && flags & O_CREAT) {
        errno = open_errno;
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int fsync(int fd)
{
    if (fsync_errno) {
        errno = fsync_errno;
        return -1;
    }
    return (int)syscall(SYS_fsync, fd);
}

int renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
    if (renameat2_errno) {
        errno = renameat2_errno;
        return -1;
    }
    return (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
}

int link(const char *from, const char *to)
{
    links++;
    if (link_errno) {
        errno = link_errno;
        return -1;
    }
    return (int)syscall(SYS_linkat, AT_FDCWD, from, AT_FDCWD, to, 0);
}

static char last_line[2100];

static void record(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR)
        snprintf(last_line, sizeof(last_line), "%s", line);
}

static void put(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");
    CHECK(file && fputs(text, file) >= 0 && !fclose(file));
}

static int holds(const char *path, const char *text)
{
    char got[64] = "";
    FILE *file = fopen(path, "rb");
    const size_t n = file ? fread(got, 1, sizeof(got) - 1, file) : 0;
    if (file)
        fclose(file);
    return file && n == strlen(text) && !strcmp(got, text);
}

// Entries of the working folder, hidden ones included.
static int entries(void)
{
    int count = 0;
    DIR *folder = opendir(".");
    while (folder && readdir(folder))
        count++;
    if (folder)
        closedir(folder);
    return count - 2;
}

static void test_way(const char *path, const char *ending)
{
    struct bt_output out = {0};
    const int before = entries();
    if (!CHECK_INT(bt_output_open(&out, path, 0), 0))
        return;
    CHECK_TEXT(out.path, path);
    CHECK(access(path, F_OK) < 0);
    const char *slash = strrchr(out.temp, '/');
    const char *name = slash ? slash + 1 : out.temp;
    const size_t length = strlen(name), end = strlen(ending);
    CHECK(name[0] == '.' && length <= 255);
    CHECK(length > end && !strcmp(name + length - end, ending));
    struct stat info;
    CHECK(!stat(out.temp, &info) && !info.st_size && (info.st_mode & 0777) == 0640);
    put(out.temp, "whole");
    CHECK_INT(bt_output_commit(&out), 0);
    CHECK(!out.temp && holds(path, "whole"));
    bt_output_finish(&out);
    CHECK(!out.path);
    CHECK(holds(path, "whole"));
    unlink(path);
    CHECK_INT(entries(), before);
}

static void test_names(void)
{
    umask(027);
    test_way("clip.mp4", ".mp4");
    test_way("./sub/clip.tar.mkv", ".mkv");
    test_way("no-extension", "");
    test_way(".hidden", "");
    test_way(".hidden.mov", ".mov");
    test_way("two words.webm", ".webm");
    test_way("ends.", ".");
    test_way("a.this-is-no-extension-at-all", "");
    char name[256];
    for (int length = 244; length <= 255; length++) {
        memset(name, 'n', sizeof(name));
        memcpy(name + length - 4, ".mp4", 5);
        test_way(name, ".mp4");
    }
    // Cut where characters have two bytes: half of one would not be UTF-8.
    for (int i = 0; i < 125; i++)
        memcpy(name + 2 * i, "\xc3\xa4", 2);
    memcpy(name + 250, ".mp4", 5);
    struct bt_output out = {0};
    CHECK_INT(bt_output_open(&out, name, 0), 0);
    const char *tail = out.temp ? strchr(out.temp + 1, '.') : NULL;
    CHECK(tail && (unsigned char)tail[-1] == 0xa4 && (tail - out.temp) % 2 == 1);
    bt_output_finish(&out);

    char long_name[300];
    memset(long_name, 'n', sizeof(long_name));
    long_name[256] = 0;
    CHECK_INT(bt_output_open(&out, long_name, 0), BAUTA_E_USAGE);
}

static void test_exists(void)
{
    struct bt_output out = {0};
    put("there.mp4", "old");
    CHECK_INT(bt_output_open(&out, "there.mp4", 0), BAUTA_E_EXISTS);
    CHECK(strstr(last_line, "there.mp4"));
    CHECK(!out.path && !out.temp);

    CHECK_INT(bt_output_open(&out, "there.mp4", 1), 0);
    put(out.temp, "new");
    CHECK(holds("there.mp4", "old"));
    CHECK_INT(bt_output_commit(&out), 0);
    CHECK(holds("there.mp4", "new"));
    bt_output_finish(&out);

    // Given up: the old one stays.
    CHECK_INT(bt_output_open(&out, "there.mp4", 1), 0);
    put(out.temp, "half");
    bt_output_finish(&out);
    CHECK(holds("there.mp4", "new"));
    unlink("there.mp4");
    CHECK_INT(entries(), 1);

    // A link to nowhere occupies the name, too.
    CHECK_INT(symlink("nowhere", "link.mp4"), 0);
    CHECK_INT(bt_output_open(&out, "link.mp4", 0), BAUTA_E_EXISTS);
    unlink("link.mp4");
}

// The name is taken while the output is written: it is not overwritten, by any of the
// three ways to rename.
static void test_race(int how)
{
    struct bt_output out = {0};
    renameat2_errno = how > 0 ? EINVAL : 0;
    link_errno = how > 1 ? EPERM : 0;
    links = 0;
    CHECK_INT(bt_output_open(&out, "race.mp4", 0), 0);
    put(out.temp, "late");
    put("race.mp4", "first");
    CHECK_INT(bt_output_commit(&out), BAUTA_E_EXISTS);
    CHECK(holds("race.mp4", "first"));
    CHECK(!out.temp);
    bt_output_finish(&out);
    unlink("race.mp4");
    CHECK_INT(entries(), 1);

    CHECK_INT(bt_output_open(&out, "free.mp4", 0), 0);
    put(out.temp, "whole");
    CHECK_INT(bt_output_commit(&out), 0);
    CHECK(holds("free.mp4", "whole"));
    bt_output_finish(&out);
    CHECK_INT(links, how > 0 ? 2 : 0);
    unlink("free.mp4");
    CHECK_INT(entries(), 1);
    renameat2_errno = link_errno = 0;
}

static void test_full_disk(void)
{
    struct bt_output out = {0};
    open_errno = ENOSPC;
    CHECK_INT(bt_output_open(&out, "full.mp4", 0), BAUTA_E_DISK_FULL);
    open_errno = EROFS;
    CHECK_INT(bt_output_open(&out, "full.mp4", 0), BAUTA_E_PERMISSION);
    open_errno = EEXIST;   // no name is ever free
    CHECK_INT(bt_output_open(&out, "full.mp4", 0), BAUTA_E_IO);
    open_errno = 0;
    CHECK(!out.path && !out.temp);

    put("full.mp4", "old");
    CHECK_INT(bt_output_open(&out, "full.mp4", 1), 0);
    put(out.temp, "half");
    fsync_errno = ENOSPC;
    CHECK_INT(bt_output_commit(&out), BAUTA_E_DISK_FULL);
    fsync_errno = 0;
    CHECK(strstr(last_line, "full.mp4"));
    bt_output_finish(&out);
    CHECK(holds("full.mp4", "old"));
    unlink("full.mp4");
    CHECK_INT(entries(), 1);
}

static void test_bad_targets(void)
{
    struct bt_output out = {0};
    CHECK_INT(bt_output_open(&out, "sub", 1), BAUTA_E_USAGE);
    CHECK(strstr(last_line, "folder"));
    CHECK_INT(bt_output_open(&out, "sub/", 1), BAUTA_E_USAGE);
    CHECK_INT(bt_output_open(&out, "", 1), BAUTA_E_USAGE);
    CHECK_INT(bt_output_open(&out, ".", 1), BAUTA_E_USAGE);
    CHECK_INT(bt_output_open(&out, "/dev/null", 1), BAUTA_E_USAGE);
    CHECK(strstr(last_line, "device"));
    CHECK_INT(mkfifo("pipe.mp4", 0600), 0);
    CHECK_INT(bt_output_open(&out, "pipe.mp4", 1), BAUTA_E_USAGE);
    unlink("pipe.mp4");
    CHECK_INT(bt_output_open(&out, "no/folder/x.mp4", 0), BAUTA_E_NOT_FOUND);
    put("file", "x");
    CHECK_INT(bt_output_open(&out, "file/x.mp4", 0), BAUTA_E_NOT_FOUND);
    unlink("file");
    // A muxer that lost the file.
    CHECK_INT(bt_output_open(&out, "lost.mp4", 0), 0);
    unlink(out.temp);
    CHECK_INT(bt_output_commit(&out), BAUTA_E_NOT_FOUND);
    CHECK(access("lost.mp4", F_OK) < 0);
    bt_output_finish(&out);
    bt_output_finish(NULL);
    CHECK_INT(entries(), 1);
}

// As a user without rights: root may write everywhere.
static void test_permission(void)
{
    CHECK_INT(chmod("sub", 0555), 0);
    const pid_t child = fork();
    if (!child) {
        struct bt_output out = {0};
        if (!geteuid() && setuid(65534))
            _exit(2);
        _exit(bt_output_open(&out, "sub/x.mp4", 0) != BAUTA_E_PERMISSION);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK_INT(chmod("sub", 0755), 0);
}

static void test_memory(void)
{
    struct bt_output out = {0};
    int failures = 0;
    for (int n = 1; n < 10; n++) {
        bt_alloc_fail_after(n);
        const int result = bt_output_open(&out, "memory.mp4", 0);
        bt_alloc_fail_after(0);
        if (result >= 0)
            break;
        failures++;
        CHECK_INT(result, BAUTA_E_NO_MEMORY);
        CHECK(!out.path && !out.temp);
        CHECK_INT(entries(), 1);
    }
    CHECK_INT(failures, 2);
    bt_output_finish(&out);
    CHECK_INT(entries(), 1);
}

int main(void)
{
    char folder[] = "/tmp/bauta-output-XXXXXX";
    if (!mkdtemp(folder) || chdir(folder) || chmod(folder, 0755) || mkdir("sub", 0755)) {
        perror(folder);
        return 1;
    }
    bauta_log_set(record, NULL);
    test_names();
    test_exists();
    for (int how = 0; how < 3; how++)
        test_race(how);
    test_full_disk();
    test_bad_targets();
    test_permission();
    test_memory();
    rmdir("sub");
    CHECK_INT(rmdir(folder), 0);
    return check_end();
}
