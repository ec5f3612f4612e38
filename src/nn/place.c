// SPDX-License-Identifier: Apache-2.0
#include "nn/place.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool bt_place_self(char *folder, size_t size)
{
    // The link map names the main program by an empty string; what dladdr() reports for
    // it is only the first argument, which anybody may choose.
    Dl_info info;
    struct link_map *map = NULL;
    const char *path = "/proc/self/exe";
    if (dladdr1((void *)&bt_place_self, &info, (void **)&map, RTLD_DL_LINKMAP) && map &&
        map->l_name && map->l_name[0])
        path = map->l_name;
    char full[PATH_MAX];
    if (!realpath(path, full))
        return false;
    char *slash = strrchr(full, '/');
    if (!slash || slash == full)
        return false;
    *slash = '\0';
    return snprintf(folder, size, "%s", full) < (int)size;
}

bool bt_place_usable(const char *path, bool owned)
{
    struct stat info;
    if (stat(path, &info) || !S_ISREG(info.st_mode) || access(path, R_OK))
        return false;
    if (!owned)
        return true;
    return (info.st_uid == 0 || info.st_uid == geteuid()) && !(info.st_mode & S_IWOTH);
}
