// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bauta/error.h>

#include "../check.h"
#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"

static char last_line[2100];

static void record(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level;
    snprintf(last_line, sizeof(last_line), "%s", line);
}

static void write_file(const char *path, const void *data, size_t size)
{
    FILE *file = fopen(path, "wb");
    CHECK(file && fwrite(data, 1, size, file) == size && !fclose(file));
}

static void test_hashes(void)
{
    // Published vectors: FIPS 180-4 examples.
    static const char empty[] =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    static const char abc[] =
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    static const char million[] =
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    char hex[65] = "";
    bt_sha256("", 0, hex);
    CHECK_TEXT(hex, empty);
    bt_sha256("abc", 3, hex);
    CHECK_TEXT(hex, abc);

    write_file("hash", "", 0);
    CHECK_INT(bt_file_sha256("hash", hex), 0);
    CHECK_TEXT(hex, empty);
    write_file("hash", "abc", 3);
    CHECK_INT(bt_file_sha256("hash", hex), 0);
    CHECK_TEXT(hex, abc);
    char *letters = malloc(1000000);
    memset(letters, 'a', 1000000);
    write_file("hash", letters, 1000000);
    CHECK_INT(bt_file_sha256("hash", hex), 0);
    CHECK_TEXT(hex, million);
    // A whole number of chunks.
    write_file("hash", letters, 131072);
    char other[65];
    bt_sha256(letters, 131072, other);
    CHECK_INT(bt_file_sha256("hash", hex), 0);
    CHECK_TEXT(hex, other);
    free(letters);

    snprintf(hex, sizeof(hex), "kept");
    CHECK_INT(bt_file_sha256("missing", hex), BAUTA_E_NOT_FOUND);
    bt_alloc_fail_after(1);
    CHECK_INT(bt_file_sha256("hash", hex), BAUTA_E_NO_MEMORY);
    CHECK_TEXT(hex, "kept");
}

static void test_read(void)
{
    uint8_t *data = NULL;
    size_t size = 0;
    write_file("five", "12\0" "45", 5);
    CHECK_INT(bt_file_read("five", 5, &data, &size), 0);
    CHECK(size == 5 && !memcmp(data, "12\0" "45\0", 6));
    bt_freep(&data);
    write_file("empty", "", 0);
    CHECK_INT(bt_file_read("empty", 0, &data, &size), 0);
    CHECK(size == 0 && data && !data[0]);
    bt_freep(&data);

    size = 77;
    CHECK_INT(bt_file_read("five", 4, &data, &size), BAUTA_E_TOO_LARGE);
    CHECK(strstr(last_line, "five") && strstr(last_line, "limit"));
    CHECK_INT(bt_file_read("no/such", 5, &data, &size), BAUTA_E_NOT_FOUND);
    CHECK(strstr(last_line, "no/such"));
    CHECK_INT(bt_file_read("five/below", 5, &data, &size), BAUTA_E_NOT_FOUND);
    CHECK_INT(bt_file_read("", 5, &data, &size), BAUTA_E_NOT_FOUND);
    CHECK_INT(bt_file_read(".", 5, &data, &size), BAUTA_E_FORMAT);
    CHECK_INT(bt_file_read("/dev/zero", 5, &data, &size), BAUTA_E_FORMAT);
    // A pipe without a writer must not block.
    CHECK_INT(mkfifo("pipe", 0600), 0);
    CHECK_INT(bt_file_read("pipe", 5, &data, &size), BAUTA_E_FORMAT);
    // Larger than any allocation, with a limit that would allow it.
    write_file("sparse", "", 0);
    if (!truncate("sparse", (off_t)BT_ALLOC_MAX))
        CHECK_INT(bt_file_read("sparse", SIZE_MAX, &data, &size), BAUTA_E_TOO_LARGE);
    bt_alloc_fail_after(1);
    CHECK_INT(bt_file_read("five", 5, &data, &size), BAUTA_E_NO_MEMORY);
    CHECK(!data && size == 77);
}

// As a user without rights: root may read everything.
static void test_permission(void)
{
    write_file("secret", "x", 1);
    CHECK_INT(chmod("secret", 0), 0);
    const pid_t child = fork();
    if (!child) {
        uint8_t *data = NULL;
        size_t size = 0;
        if (!geteuid() && setuid(65534))
            _exit(2);
        _exit(bt_file_read("secret", 9, &data, &size) != BAUTA_E_PERMISSION);
    }
    int status = -1;
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void test_errors(void)
{
    CHECK_INT(bt_file_error(0), 0);
    CHECK_INT(bt_file_error(ENOENT), BAUTA_E_NOT_FOUND);
    CHECK_INT(bt_file_error(ENODEV), BAUTA_E_NOT_FOUND);
    CHECK_INT(bt_file_error(EACCES), BAUTA_E_PERMISSION);
    CHECK_INT(bt_file_error(EROFS), BAUTA_E_PERMISSION);
    CHECK_INT(bt_file_error(EEXIST), BAUTA_E_EXISTS);
    CHECK_INT(bt_file_error(ENOSPC), BAUTA_E_DISK_FULL);
    CHECK_INT(bt_file_error(EDQUOT), BAUTA_E_DISK_FULL);
    CHECK_INT(bt_file_error(EFBIG), BAUTA_E_TOO_LARGE);
    CHECK_INT(bt_file_error(ENOMEM), BAUTA_E_NO_MEMORY);
    CHECK_INT(bt_file_error(EIO), BAUTA_E_IO);
    CHECK_INT(bt_file_error(99999), BAUTA_E_IO);
}

int main(void)
{
    char folder[] = "/tmp/bauta-file-XXXXXX";
    if (!mkdtemp(folder) || chdir(folder) || chmod(folder, 0755)) {
        perror(folder);
        return 1;
    }
    bauta_log_set(record, NULL);
    test_hashes();
    test_read();
    test_permission();
    test_errors();
    static const char *const made[] = {"hash", "five", "empty", "pipe", "sparse",
                                       "secret"};
    for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
        unlink(made[i]);
    CHECK_INT(rmdir(folder), 0);
    return check_end();
}
