// SPDX-License-Identifier: Apache-2.0
// The user's enrolled faces: a folder with a file for each name.
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "swap/swap.h"

static const char ending[] = ".face";

enum { NAMES_MAX = 100000 };

static bool is_name(const char *name, size_t length)
{
    if (length < 1 || length > BAUTA_NAME_MAX || name[0] == '-')
        return false;
    for (size_t i = 0; i < length; i++) {
        const char c = name[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '_')
            return false;
    }
    return true;
}

int bauta_name_check(const char *name)
{
    return name && is_name(name, strnlen(name, BAUTA_NAME_MAX + 1)) ? 0 : BAUTA_E_USAGE;
}

static int need_name(const char *name)
{
    if (!bauta_name_check(name))
        return 0;
    bt_error("'%.80s': a face's name has 1 to %d letters (a to z), digits, - and _, and "
             "does not begin with -", name ? name : "", BAUTA_NAME_MAX);
    return BAUTA_E_USAGE;
}

static int find_folder(char path[PATH_MAX], bool make)
{
    return bt_data_folder(path, PATH_MAX, "/faces", "enrolled faces", make);
}

// Whose faces they are is nobody else's business, also in a folder that was there.
static int open_folder(char path[PATH_MAX])
{
    int result = find_folder(path, true);
    if (result < 0)
        return result;
    struct stat info;
    if (stat(path, &info) || !S_ISDIR(info.st_mode) ||
        (info.st_mode & 0777) != 0700) {
        if (chmod(path, 0700)) {
            const int why = errno;
            bt_error("%s: cannot be made a folder for you alone: %s", path,
                     strerror(why));
            return bt_file_error(why);
        }
    }
    return 0;
}

static void add_name(char path[PATH_MAX], const char *name)
{
    const size_t length = strlen(path);
    snprintf(path + length, PATH_MAX - length, "/%s%s", name, ending);
}

int bauta_identity_save(const struct bauta_identity *identity, const char *name,
                        int overwrite)
{
    char path[PATH_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    if (!identity)
        return BAUTA_E_USAGE;
    int result = need_name(name);
    if (!result && !strcmp(name, "anonymous")) {
        bt_error("anonymous: this name means a face of nobody; give another one");
        return BAUTA_E_USAGE;
    }
    if (!result)
        result = open_folder(path);
    if (result < 0)
        return result;
    add_name(path, name);
    result = bt_identity_pack(identity, &data, &size);
    if (!result)
        result = bt_file_save_private(path, data, size, overwrite);
    bt_free(data);
    return result;
}

int bauta_identity_load(const char *name, struct bauta_identity **out)
{
    char path[PATH_MAX];
    uint8_t *data = NULL;
    size_t size = 0;
    struct stat info;
    if (!out)
        return BAUTA_E_USAGE;
    int result = need_name(name);
    if (!result)
        result = find_folder(path, false);
    if (result < 0)
        return result;
    add_name(path, name);
    if (lstat(path, &info) && (errno == ENOENT || errno == ENOTDIR))
        return BAUTA_E_NOT_FOUND;
    result = bt_file_read(path, BT_PACK_MAX, &data, &size);
    if (!result)
        result = bt_identity_unpack(data, size, path, out);
    bt_free(data);
    return result;
}

// What bt_output_open makes beside NAME.face: .NAME.XXXXXX.face
static bool is_left_over(const char *file, const char *name)
{
    const size_t length = strlen(name);
    return file[0] == '.' && !strncmp(file + 1, name, length) &&
           file[1 + length] == '.' && strlen(file) == 1 + length + 1 + 6 + strlen(ending) &&
           !strcmp(file + 1 + length + 1 + 6, ending);
}

static int remove_all(const char *folder, const char *name, int *removed)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    char own[BAUTA_NAME_MAX + sizeof ending];
    if (!dir)
        return errno == ENOENT || errno == ENOTDIR ? 0 : bt_file_error(errno);
    snprintf(own, sizeof own, "%s%s", name, ending);
    int result = 0;
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, own) != 0 && !is_left_over(entry->d_name, name))
            continue;
        if (!unlinkat(dirfd(dir), entry->d_name, 0)) {
            ++*removed;
        } else if (errno != ENOENT) {
            const int why = errno;
            bt_error("%s/%s: cannot remove: %s", folder, entry->d_name, strerror(why));
            result = bt_file_error(why);
        }
    }
    if (*removed)
        fsync(dirfd(dir));
    closedir(dir);
    return result;
}

int bauta_identity_remove(const char *name)
{
    char folder[PATH_MAX];
    int removed = 0;
    int result = need_name(name);
    if (!result)
        result = find_folder(folder, false);
    if (!result)
        result = remove_all(folder, name, &removed);
    if (result < 0)
        return result;
    if (!removed) {
        bt_error("%s: no face of this name is enrolled in %s", name, folder);
        return BAUTA_E_NOT_FOUND;
    }
    // Neither goes while something is left in it.
    if (!rmdir(folder)) {
        *strrchr(folder, '/') = 0;
        rmdir(folder);
    }
    return 0;
}

// Listing -------------------------------------------------------------------------------

struct names {
    char (*name)[BAUTA_NAME_MAX + 1];
    int count, room;
};

static int add(struct names *names, const char *name, size_t length)
{
    if (names->count == names->room) {
        const int room = names->room ? 2 * names->room : 32;
        char(*more)[BAUTA_NAME_MAX + 1] = bt_alloc_array((size_t)room, sizeof *more);
        if (!more)
            return BAUTA_E_NO_MEMORY;
        if (names->count)
            memcpy(more, names->name, (size_t)names->count * sizeof *more);
        bt_free(names->name);
        names->name = more;
        names->room = room;
    }
    memcpy(names->name[names->count], name, length);
    names->name[names->count++][length] = 0;
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strverscmp(a, b);
}

static int read_names(const char *folder, struct names *names)
{
    DIR *dir = opendir(folder);
    const struct dirent *entry;
    int result = 0;
    if (!dir && (errno == ENOENT || errno == ENOTDIR))
        return 0;
    if (!dir) {
        const int why = errno;
        bt_error("%s: cannot be listed: %s", folder, strerror(why));
        return bt_file_error(why);
    }
    while (!result && names->count < NAMES_MAX && (entry = readdir(dir))) {
        const size_t all = strlen(entry->d_name), length = all - strlen(ending);
        if (all > strlen(ending) && !strcmp(entry->d_name + length, ending) &&
            is_name(entry->d_name, length))
            result = add(names, entry->d_name, length);
    }
    closedir(dir);
    if (names->count)
        qsort(names->name, (size_t)names->count, sizeof *names->name, by_name);
    return result;
}

int bauta_identity_list(bauta_name_fn *each, void *opaque)
{
    char folder[PATH_MAX];
    struct names names = {0};
    if (!each)
        return BAUTA_E_USAGE;
    int result = find_folder(folder, false);
    if (!result)
        result = read_names(folder, &names);
    for (int i = 0; i < names.count && !result; i++)
        result = each(opaque, names.name[i]);
    bt_free(names.name);
    return result;
}
