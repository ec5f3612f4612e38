// SPDX-License-Identifier: Apache-2.0
#ifndef BT_BASE_FILE_H
#define BT_BASE_FILE_H

#include <stddef.h>
#include <stdint.h>

// Reads a whole regular file of at most limit bytes. *data is bt_alloc'ed (one zero byte
// follows the content). Errors are logged with the path: NOT_FOUND, PERMISSION,
// TOO_LARGE, FORMAT (not a regular file), IO, NO_MEMORY.
int bt_file_read(const char *path, size_t limit, uint8_t **data, size_t *size);

// The error that an errno value means, for files.
int bt_file_error(int error_number);

// SHA-256 as 64 lower-case hex digits and a zero byte.
void bt_sha256(const void *data, size_t size, char hex[65]);
int bt_file_sha256(const char *path, char hex[65]);

// Where the program keeps what is the user's: $XDG_DATA_HOME/bauta or
// ~/.local/share/bauta with below, such as "/faces", behind it; what, such as "enrolled
// faces", is for the log, NULL: nothing is logged where there is no place. make: the folder is made with those above it, for this user
// alone. Leaves room for BT_FOLDER_ROOM more bytes in path.
enum { BT_FOLDER_ROOM = 96 };
int bt_data_folder(char *path, size_t size, const char *below, const char *what,
                   int make);

// A file that takes its name only when it is whole: writes go to a hidden file beside it.
struct bt_output {
    char *path;   // where it will be
    char *temp;   // where it is written; open this one
    int overwrite;
};
// The temporary name keeps the extension of path. A path that is a folder, device or pipe
// is BAUTA_E_USAGE.
// Checks that the folder is there and writable and that path is free or overwrite is set.
// Creates the temporary file, empty, mode 0666 less umask. All errors are logged.
int bt_output_open(struct bt_output *out, const char *path, int overwrite);
// Flushes to disk and renames; on failure the temporary file is removed.
int bt_output_commit(struct bt_output *out);
// Removes the temporary file if it was not committed; frees. Accepts a zeroed structure.
void bt_output_finish(struct bt_output *out);

// All of these: a whole file for this user alone, mode 0600, or none. Errors are logged.
int bt_file_save_private(const char *path, const void *data, size_t size, int overwrite);

#endif
