// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TOOLS_LIVENESS_TABLE_H
#define BT_TOOLS_LIVENESS_TABLE_H

#include <stdio.h>

#include "tools/liveness/liveness.h"

struct row {
    const char *species, *brief;
    bool bona_fide;
    int count, pass, fail, doubt, retried;
    int bad[BAUTA_PAD_COUNT];     // by which check, each counted
    int looked[BAUTA_PAD_COUNT];  // that were not skipped
};
// Judges a session and counts it.
void row_count(struct row *row, const struct bt_challenge *c, const struct session *s,
               bool virtual_camera);

// Runs everything and prints the tables.
int table_write(const struct bank *b, const char *media, const char *folder);

// rendered.c: performances before the measuring code from start to end, the light, and
// our own output.
int rendered_sessions(const char *media, const char *folder, struct row *row);
int rendered_light(const char *media, const char *folder);
int rendered_watermark(const char *folder);

#endif
