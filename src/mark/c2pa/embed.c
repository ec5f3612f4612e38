// SPDX-License-Identifier: Apache-2.0
#include "mark/c2pa/embed.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"

enum { PICTURE_MAX = 1 << 30, PATH_BYTES = 4096 + 16 };

int bt_c2pa_damaged(const char *name)
{
    bt_error("%s: was not written as it should be, so it cannot be signed", name);
    return BAUTA_E_FAILED;
}

int bt_c2pa_read_all(FILE *in, const char *name, uint8_t **data, size_t *size)
{
    struct stat info;
    if (fstat(fileno(in), &info) || info.st_size <= 0 || info.st_size > PICTURE_MAX)
        return bt_c2pa_damaged(name);
    *size = (size_t)info.st_size;
    *data = bt_alloc(*size);
    if (!*data)
        return BAUTA_E_NO_MEMORY;
    rewind(in);
    if (fread(*data, 1, *size, in) == *size)
        return 0;
    bt_free(*data);
    *data = NULL;
    bt_error("%s: cannot be read again to be signed", name);
    return BAUTA_E_IO;
}

typedef int embed_fn(FILE *in, FILE *out, const struct bt_c2pa_info *info,
                     const struct bt_c2pa_signer *signer);

static embed_fn *kind_of(FILE *in)
{
    static const uint8_t png[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    uint8_t head[12] = {0};
    const size_t n = fread(head, 1, sizeof(head), in);
    rewind(in);
    if (n < sizeof(head))
        return NULL;
    if (head[0] == 0xff && head[1] == 0xd8)
        return bt_c2pa_jpeg;
    if (!memcmp(head, png, sizeof(png)))
        return bt_c2pa_png;
    return !memcmp(head + 4, "ftyp", 4) ? bt_c2pa_bmff : NULL;
}

static int fail(const char *name)
{
    const int error = errno;
    bt_error("%s: cannot be signed: %s", name, strerror(error));
    return bt_file_error(error);
}

static FILE *create(const char *path)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *file = fd >= 0 ? fdopen(fd, "w+b") : NULL;
    if (fd >= 0 && !file)
        close(fd);
    return file;
}

int bt_c2pa_embed(const char *path, const struct bt_c2pa_info *info,
                  const struct bt_c2pa_signer *signer)
{
    char other[PATH_BYTES];
    if (snprintf(other, sizeof(other), "%s.sign", path) >= (int)sizeof(other))
        return BAUTA_E_USAGE;
    FILE *in = fopen(path, "rbe"), *out = NULL;
    if (!in)
        return fail(info->title);
    embed_fn *embed = kind_of(in);
    int result = embed != NULL;
    if (!embed)
        goto done;
    out = create(other);
    if (!out) {
        result = fail(info->title);
        goto done;
    }
    result = embed(in, out, info, signer);
    if (result >= 0 && (fflush(out) || ferror(out)))
        result = fail(info->title);
    if (fclose(out) && result >= 0)
        result = fail(info->title);
    if (result >= 0 && rename(other, path))
        result = fail(info->title);
    if (result < 0)
        unlink(other);
    else
        result = 1;

done:
    fclose(in);
    return result;
}

static int hash_all(const char *path, uint8_t digest[32], const char *name)
{
    char hex[65];
    const int result = bt_file_sha256(path, hex);
    if (result < 0) {
        bt_error("%s: cannot be read again to be signed", name);
        return result;
    }
    for (int i = 0; i < 32; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        digest[i] = (uint8_t)byte;
    }
    return 0;
}

int bt_c2pa_sidecar(const char *path, const char *sidecar, const struct bt_c2pa_info *info,
                    const struct bt_c2pa_signer *signer)
{
    struct bt_c2pa_hash hash = {0};
    struct bt_c2pa_buf store = {0};
    int result = hash_all(path, hash.digest, info->title);
    if (result >= 0)
        result = bt_c2pa_store(&store, info, signer, &hash);
    FILE *out = result >= 0 ? create(sidecar) : NULL;
    if (result >= 0 && !out)
        result = fail(sidecar);
    if (out && fwrite(store.data, 1, store.size, out) != store.size)
        result = fail(sidecar);
    if (out && fclose(out) && result >= 0)
        result = fail(sidecar);
    if (out && result < 0)
        unlink(sidecar);
    bt_c2pa_buf_free(&store);
    return result;
}
