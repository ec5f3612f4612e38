// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <bauta/error.h>

#include "base/file.h"
#include "base/log.h"

static bool is_folder(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISDIR(info.st_mode);
}

static int make_folders(char *path)
{
    for (char *at = path + 1; *at; at++) {
        if (*at != '/' && at[1])
            continue;
        const char kept = *at;
        if (kept == '/')
            *at = 0;
        const int why = mkdir(path, 0700) ? errno : 0;
        if (why && !is_folder(path)) {
            bt_error("%s: cannot make this folder: %s", path,
                     why == EEXIST ? "a file has that name" : strerror(why));
            return bt_file_error(why);
        }
        *at = kept;
    }
    return 0;
}

int bt_data_folder(char *path, size_t size, const char *below, const char *what, int make)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    int length = -1;
    // A relative one is to be ignored (XDG Base Directory Specification).
    if (data && data[0] == '/')
        length = snprintf(path, size, "%s/bauta%s", data, below);
    else if (home && home[0] == '/')
        length = snprintf(path, size, "%s/.local/share/bauta%s", home, below);
    if (length < 0 || (size_t)length + BT_FOLDER_ROOM >= size) {
        if (what)
            bt_error("there is no place for %s: set HOME or XDG_DATA_HOME to a folder's "
                     "whole path", what);
        return BAUTA_E_NOT_FOUND;
    }
    return make ? make_folders(path) : 0;
}
