// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_SPOOL_H
#define BT_VERIFY_SPOOL_H

#include <stdint.h>

// What comes in at a file descriptor, kept in a file without a name, since some checks need
// all of it and go back in it.
struct bt_spool {
    int fd;                  // -1: none
    char path[32];           // opens it again, in this process
};

// Reads to the end, at most that many bytes. The file lies in $TMPDIR, else /tmp, and loses
// its name before anything is written. name: for messages. BAUTA_E_TOO_LARGE,
// BAUTA_E_FORMAT where nothing came, what reading and writing give; all logged, and then
// there is nothing to close.
int bt_spool_read(struct bt_spool *spool, int from, int64_t most, const char *name);
void bt_spool_close(struct bt_spool *spool);

#endif
