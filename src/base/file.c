// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/log.h"

enum { CHUNK = 1 << 16 };

int bt_file_error(int error_number)
{
    switch (error_number) {
    case 0:
        return 0;
    case ENOENT:
    case ENOTDIR:
    case ENXIO:
    case ENODEV:
        return BAUTA_E_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return BAUTA_E_PERMISSION;
    case EEXIST:
        return BAUTA_E_EXISTS;
    case ENOSPC:
    case EDQUOT:
        return BAUTA_E_DISK_FULL;
    case EFBIG:
    case EOVERFLOW:
        return BAUTA_E_TOO_LARGE;
    case ENOMEM:
        return BAUTA_E_NO_MEMORY;
    case ENAMETOOLONG:
    case EISDIR:
        return BAUTA_E_USAGE;
    default:
        return BAUTA_E_IO;
    }
}

static int fail_errno(const char *what, const char *path)
{
    const int error = errno;
    bt_error("%s: cannot %s: %s", path, what, strerror(error));
    return bt_file_error(error);
}

// Opens a regular file for reading. Does not wait on a pipe that has no writer.
static int open_regular(const char *path, int *fd, struct stat *info)
{
    int result = 0;
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0)
        return fail_errno("open", path);
    if (fstat(file, info) < 0) {
        result = fail_errno("read", path);
        goto fail;
    }
    if (!S_ISREG(info->st_mode)) {
        bt_error("%s: is %s; a regular file is needed", path,
                 S_ISDIR(info->st_mode) ? "a folder" : "a device or pipe");
        result = BAUTA_E_FORMAT;
        goto fail;
    }
    *fd = file;
    return 0;

fail:
    close(file);
    return result;
}

// Reads up to size bytes; fewer only at the end of the file.
static int read_fully(int fd, const char *path, uint8_t *to, size_t size, size_t *got)
{
    size_t done = 0;
    while (done < size) {
        const ssize_t n = read(fd, to + done, size - done);
        if (n == 0)
            break;
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return fail_errno("read", path);
        done += (size_t)n;
    }
    *got = done;
    return 0;
}

int bt_file_read(const char *path, size_t limit, uint8_t **data, size_t *size)
{
    int fd = -1;
    struct stat info;
    uint8_t *memory = NULL;
    int result = open_regular(path, &fd, &info);
    if (result < 0)
        return result;

    const uint64_t length = (uint64_t)info.st_size;
    if (length > limit || length >= BT_ALLOC_MAX) {
        bt_error("%s: %llu bytes are over the limit of %zu", path,
                 (unsigned long long)length,
                 limit < BT_ALLOC_MAX ? limit : BT_ALLOC_MAX - 1);
        result = BAUTA_E_TOO_LARGE;
        goto fail;
    }
    memory = bt_alloc((size_t)length + 1);
    if (!memory) {
        bt_error("%s: out of memory for its %llu bytes", path,
                 (unsigned long long)length);
        result = BAUTA_E_NO_MEMORY;
        goto fail;
    }
    size_t got = 0;
    result = read_fully(fd, path, memory, (size_t)length, &got);
    if (result < 0)
        goto fail;
    close(fd);
    memory[got] = 0;
    *data = memory;
    *size = got;
    return 0;

fail:
    bt_free(memory);
    close(fd);
    return result;
}

static void to_hex(const unsigned char digest[32], char hex[65])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 32; i++) {
        hex[2 * i] = digits[digest[i] >> 4];
        hex[2 * i + 1] = digits[digest[i] & 15];
    }
    hex[64] = 0;
}

void bt_sha256(const void *data, size_t size, char hex[65])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    if (EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) != 1) {
        // An empty text equals no hash, so nothing is taken for good by mistake.
        bt_error("libcrypto computes no SHA-256; is its installation whole?");
        hex[0] = 0;
        return;
    }
    to_hex(digest, hex);
}

int bt_file_sha256(const char *path, char hex[65])
{
    int fd = -1;
    struct stat info;
    unsigned char digest[EVP_MAX_MD_SIZE];
    EVP_MD_CTX *hash = NULL;
    uint8_t *chunk = NULL;
    int result = open_regular(path, &fd, &info);
    if (result < 0)
        return result;

    chunk = bt_alloc(CHUNK);
    hash = EVP_MD_CTX_new();
    if (!chunk || !hash) {
        bt_error("%s: out of memory for its hash", path);
        result = BAUTA_E_NO_MEMORY;
        goto fail;
    }
    int good = EVP_DigestInit_ex(hash, EVP_sha256(), NULL) == 1;
    size_t got = CHUNK;
    while (good && got == CHUNK) {
        result = read_fully(fd, path, chunk, CHUNK, &got);
        if (result < 0)
            goto fail;
        good = EVP_DigestUpdate(hash, chunk, got) == 1;
    }
    if (!good || EVP_DigestFinal_ex(hash, digest, NULL) != 1) {
        bt_error("%s: libcrypto computes no SHA-256; is its installation whole?", path);
        result = BAUTA_E_FAILED;
        goto fail;
    }
    to_hex(digest, hex);

fail:
    EVP_MD_CTX_free(hash);
    bt_free(chunk);
    close(fd);
    return result;
}
