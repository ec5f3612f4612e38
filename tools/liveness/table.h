// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TOOLS_LIVENESS_TABLE_H
#define BT_TOOLS_LIVENESS_TABLE_H

#include "tools/liveness/liveness.h"

// Runs everything and writes the table between the markers of the file at path, or to
// standard output where path is NULL.
int table_write(const struct bank *b, const char *media, const char *folder,
                const char *path);

#endif
