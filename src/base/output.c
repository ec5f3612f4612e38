// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"

enum {
    NAME_BYTES = 255,      // what a Linux file system allows at most, mostly
    EXTENSION_BYTES = 16,  // a longer ending is no extension that a muxer knows
    RANDOM_BYTES = 6,
    TRIES = 64,
};

static int fail_errno(const char *what, const char *path)
{
    const int error = errno;
    bt_error("%s: cannot %s: %s", path, what, strerror(error));
    return bt_file_error(error);
}

static int fail_exists(const char *path)
{
    bt_error("%s: exists already; choose another name or allow overwriting", path);
    return BAUTA_E_EXISTS;
}

// Where the last part of a path begins.
static size_t name_at(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? (size_t)(slash - path) + 1 : 0;
}

// Refuses what cannot be replaced by a file, and what may not.
static int check_target(const char *path, int overwrite)
{
    struct stat info;
    if (!path[name_at(path)]) {
        bt_error("'%s': names no file to write", path);
        return BAUTA_E_USAGE;
    }
    if (!stat(path, &info) && !S_ISREG(info.st_mode)) {
        bt_error("%s: is %s; the output must be a regular file", path,
                 S_ISDIR(info.st_mode) ? "a folder" : "a device, pipe or socket");
        return BAUTA_E_USAGE;
    }
    // A link that leads nowhere occupies its name, too.
    if (!lstat(path, &info))
        return overwrite ? 0 : fail_exists(path);
    return errno == ENOENT ? 0 : fail_errno("write", path);
}

static void random_letters(char out[RANDOM_BYTES + 1])
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    unsigned char bytes[RANDOM_BYTES] = {0};
    // Names only need to differ, O_EXCL guards the rest.
    if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != (ssize_t)sizeof(bytes)) {
        static unsigned counter;
        const unsigned mixed = (unsigned)getpid() * 2654435761u + ++counter;
        memcpy(bytes, &mixed, sizeof(mixed));
    }
    for (int i = 0; i < RANDOM_BYTES; i++)
        out[i] = letters[bytes[i] & 31];
    out[RANDOM_BYTES] = 0;
}

// ".stem.XXXXXX.ext" beside path. The stem is cut where the name would be too long, the
// extension stays, since muxers go by it.
static char *temp_name(const char *path)
{
    const size_t folder = name_at(path);
    const char *name = path + folder;
    const char *dot = strrchr(name, '.');
    const bool known = dot && dot > name && strlen(dot) <= EXTENSION_BYTES;
    const char *extension = known ? dot : "";
    size_t stem = strlen(name) - strlen(extension);
    const size_t room = NAME_BYTES - 2 - RANDOM_BYTES - strlen(extension);
    if (stem > room) {
        // Not through the middle of a UTF-8 character.
        stem = room;
        while (stem && ((unsigned char)name[stem] & 0xc0) == 0x80)
            stem--;
    }

    const size_t size = folder + stem + strlen(extension) + 3 + RANDOM_BYTES;
    char *temp = bt_alloc(size);
    if (!temp)
        return NULL;
    char random[RANDOM_BYTES + 1];
    random_letters(random);
    memcpy(temp, path, folder);
    temp[folder] = '.';
    memcpy(temp + folder + 1, name, stem);
    const size_t used = folder + 1 + stem;
    snprintf(temp + used, size - used, ".%s%s", random, extension);
    return temp;
}

// Creates the temporary file under a name that nobody has.
static int create_temp(const char *path, char **out)
{
    for (int i = 0; i < TRIES; i++) {
        char *temp = temp_name(path);
        if (!temp) {
            bt_error("%s: out of memory", path);
            return BAUTA_E_NO_MEMORY;
        }
        const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
        const int fd = open(temp, flags, 0666);
        if (fd >= 0) {
            close(fd);
            *out = temp;
            return 0;
        }
        const int error = errno;
        bt_free(temp);
        errno = error;
        if (error != EEXIST)
            return fail_errno("create a file in its folder", path);
    }
    bt_error("%s: no free name for a temporary file beside it", path);
    return BAUTA_E_IO;
}

int bt_output_open(struct bt_output *out, const char *path, int overwrite)
{
    int result = check_target(path, overwrite);
    if (result < 0)
        return result;
    char *copy = bt_strdup(path), *temp = NULL;
    if (!copy) {
        bt_error("%s: out of memory", path);
        return BAUTA_E_NO_MEMORY;
    }
    result = create_temp(path, &temp);
    if (result < 0) {
        bt_free(copy);
        return result;
    }
    out->path = copy;
    out->temp = temp;
    out->overwrite = overwrite;
    return 0;
}

static int write_private(const struct bt_output *out, const void *data, size_t size)
{
    const int fd = open(out->temp, O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    bool good = fd >= 0 && !fchmod(fd, 0600);
    for (size_t done = 0; good && done < size;) {
        const ssize_t n = write(fd, (const char *)data + done, size - done);
        if (n < 0 && errno == EINTR)
            continue;
        good = n > 0;
        done += good ? (size_t)n : 0;
    }
    const int why = good ? 0 : errno ? errno : EIO;
    if (fd >= 0)
        close(fd);
    if (good)
        return 0;
    bt_error("%s: cannot write: %s", out->path, strerror(why));
    // A limit on the size of files is met like a full disk.
    return why == EFBIG ? BAUTA_E_DISK_FULL : bt_file_error(why);
}

static int flush_file(const char *path, const char *shown)
{
    const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return fail_errno("find what was written", shown);
    const int flushed = fsync(fd);
    const int result = flushed < 0 ? fail_errno("write to disk", shown) : 0;
    close(fd);
    return result;
}

// Makes the new name itself lasting. Some file systems cannot, and the file is whole
// without it.
static void flush_folder(const char *path)
{
    const size_t folder = name_at(path);
    char *name = folder ? bt_strdup(path) : bt_strdup(".");
    if (!name)
        return;
    if (folder)
        name[folder] = 0;
    const int fd = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || fsync(fd) < 0)
        bt_debug("%s: the folder is not flushed: %s", name, strerror(errno));
    if (fd >= 0)
        close(fd);
    bt_free(name);
}

static bool not_offered(int error)
{
    return error == EINVAL || error == ENOSYS || error == EPERM || error == EOPNOTSUPP;
}

// Renames unless the new name is taken, with the strongest means the file system has.
static int rename_to_free(const char *from, const char *to)
{
    if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
        return 0;
    if (!not_offered(errno))
        return -1;
    if (!link(from, to))
        return unlink(from);
    if (!not_offered(errno))
        return -1;
    // Neither is offered, as on FAT over some drivers: look, then rename.
    struct stat info;
    if (!lstat(to, &info)) {
        errno = EEXIST;
        return -1;
    }
    return errno == ENOENT ? rename(from, to) : -1;
}

int bt_output_commit(struct bt_output *out)
{
    int result = flush_file(out->temp, out->path);
    if (result < 0)
        goto fail;
    const int renamed = out->overwrite ? rename(out->temp, out->path)
                                       : rename_to_free(out->temp, out->path);
    if (renamed < 0) {
        result = errno == EEXIST ? fail_exists(out->path)
                                 : fail_errno("take its name", out->path);
        goto fail;
    }
    bt_freep(&out->temp);
    flush_folder(out->path);
    return 0;

fail:
    unlink(out->temp);
    bt_freep(&out->temp);
    return result;
}

void bt_output_finish(struct bt_output *out)
{
    if (!out)
        return;
    if (out->temp)
        unlink(out->temp);
    bt_freep(&out->temp);
    bt_freep(&out->path);
}

int bt_file_save_private(const char *path, const void *data, size_t size, int overwrite)
{
    struct bt_output output = {0};
    int result = bt_output_open(&output, path, overwrite);
    if (!result)
        result = write_private(&output, data, size);
    if (!result)
        result = bt_output_commit(&output);
    bt_output_finish(&output);
    return result;
}
