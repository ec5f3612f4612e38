// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_SHELF_H
#define BT_VERIFY_SHELF_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include <bauta/identity.h>

// Files of one kind that are kept in the user's data folder, one for each name.
struct bt_shelf {
    const char *folder;       // below it, such as "/signatures"
    const char *ending;       // of the files, such as ".motion"
    const char *what;         // for the log, such as "motion signature"
    size_t most;              // bytes of a file
};

// The path of a name. make: the folder is made, for this user alone.
int bt_shelf_path(const struct bt_shelf *shelf, const char *name, int make,
                  char path[PATH_MAX]);
int bt_shelf_write(const struct bt_shelf *shelf, const char *name, int overwrite,
                   const void *data, size_t size);
// *data is the caller's. BAUTA_E_NOT_FOUND with a log line.
int bt_shelf_read(const struct bt_shelf *shelf, const char *name, uint8_t **data,
                  size_t *size);
int bt_shelf_remove(const struct bt_shelf *shelf, const char *name);
int bt_shelf_list(const struct bt_shelf *shelf, bauta_name_fn *each, void *opaque);

#endif
