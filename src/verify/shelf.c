// SPDX-License-Identifier: Apache-2.0
#include "verify/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"

enum { NAMES_MAX = 10000 };

static int fail_system(const char *path, const char *what)
{
    const int why = errno;
    bt_error("%s: cannot be %s: %s", path, what, strerror(why));
    return bt_file_error(why);
}

static int find_folder(const struct bt_shelf *shelf, int make, char path[PATH_MAX])
{
    struct stat info;
    const int result = bt_data_folder(path, PATH_MAX, shelf->folder, shelf->what, make);
    if (result < 0 || !make)
        return result;
    // Also a folder that was there is nobody else's business.
    if ((stat(path, &info) || (info.st_mode & 0777) != 0700) && chmod(path, 0700))
        return fail_system(path, "made a folder for you alone");
    return 0;
}

int bt_shelf_path(const struct bt_shelf *shelf, const char *name, int make,
                  char path[PATH_MAX])
{
    if (bauta_name_check(name) < 0) {
        bt_error("'%.80s': the name of a %s has 1 to %d letters (a to z), digits, - and _, "
                 "and does not begin with -",
                 name ? name : "", shelf->what, BAUTA_NAME_MAX);
        return BAUTA_E_USAGE;
    }
    const int result = find_folder(shelf, make, path);
    if (result < 0)
        return result;
    const size_t length = strlen(path);
    snprintf(path + length, PATH_MAX - length, "/%s%s", name, shelf->ending);
    return 0;
}

int bt_shelf_write(const struct bt_shelf *shelf, const char *name, int overwrite,
                   const void *data, size_t size)
{
    char path[PATH_MAX];
    const int result = bt_shelf_path(shelf, name, 1, path);
    return result < 0 ? result : bt_file_save_private(path, data, size, overwrite);
}

static int fail_missing(const struct bt_shelf *shelf, const char *name)
{
    bt_error("%s: there is no %s of this name", name, shelf->what);
    return BAUTA_E_NOT_FOUND;
}

int bt_shelf_read(const struct bt_shelf *shelf, const char *name, uint8_t **data,
                  size_t *size)
{
    char path[PATH_MAX];
    struct stat info;
    const int result = bt_shelf_path(shelf, name, 0, path);
    if (result < 0)
        return result;
    if (lstat(path, &info) && (errno == ENOENT || errno == ENOTDIR))
        return fail_missing(shelf, name);
    return bt_file_read(path, shelf->most, data, size);
}

int bt_shelf_remove(const struct bt_shelf *shelf, const char *name)
{
    char path[PATH_MAX];
    const int result = bt_shelf_path(shelf, name, 0, path);
    if (result < 0)
        return result;
    if (unlink(path))
        return errno == ENOENT || errno == ENOTDIR ? fail_missing(shelf, name)
                                                   : fail_system(path, "removed");
    // Goes only when nothing is left in it.
    *strrchr(path, '/') = 0;
    rmdir(path);
    return 0;
}

static int by_name(const void *a, const void *b)
{
    return strverscmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(const struct bt_shelf *shelf, const char *folder, char **names,
                      int *count)
{
    DIR *dir = opendir(folder);
    const size_t tail = strlen(shelf->ending);
    if (!dir)
        return errno == ENOENT || errno == ENOTDIR ? 0 : fail_system(folder, "listed");
    int result = 0;
    for (const struct dirent *e; *count < NAMES_MAX && (e = readdir(dir));) {
        char name[NAME_MAX + 1];
        const size_t all = strlen(e->d_name);
        if (all <= tail || strcmp(e->d_name + all - tail, shelf->ending) != 0)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)(all - tail), e->d_name);
        if (bauta_name_check(name) < 0)
            continue;
        names[*count] = bt_strdup(name);
        if (!names[*count]) {
            result = BAUTA_E_NO_MEMORY;
            break;
        }
        ++*count;
    }
    closedir(dir);
    return result;
}

int bt_shelf_list(const struct bt_shelf *shelf, bauta_name_fn *each, void *opaque)
{
    char folder[PATH_MAX];
    int count = 0;
    if (!each)
        return BAUTA_E_USAGE;
    char **names = bt_alloc_array(NAMES_MAX, sizeof *names);
    int result = names ? find_folder(shelf, 0, folder) : BAUTA_E_NO_MEMORY;
    if (!result)
        result = read_names(shelf, folder, names, &count);
    if (count)
        qsort(names, (size_t)count, sizeof *names, by_name);
    for (int i = 0; i < count && !result; i++)
        result = each(opaque, names[i]);
    for (int i = 0; i < count; i++)
        bt_free(names[i]);
    bt_free(names);
    return result;
}
