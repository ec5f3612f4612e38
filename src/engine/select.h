// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_SELECT_H
#define BT_ENGINE_SELECT_H

#include <stdbool.h>

#include "face/face.h"

// Whom an identity is for.
enum bt_target_kind {
    BT_TARGET_ALL,
    BT_TARGET_LARGEST,
    BT_TARGET_LEFT,
    BT_TARGET_RIGHT,
    BT_TARGET_NUMBER,
};

struct bt_target {
    enum bt_target_kind kind;
    int number;   // of NUMBER: place from the left at first sight, from 1
};

// "all", "largest", "left", "right", or "1" to BAUTA_FACES_MAX. BAUTA_E_USAGE with a log
// line that starts with what.
int bt_target_parse(const char *what, const char *text, struct bt_target *out);

// The text that bt_target_parse takes.
void bt_target_name(const struct bt_target *target, char *out, size_t size);

#define BT_TARGETS_MAX 20
#define BT_KNOWN_MAX 32

// A face of the present scene.
struct bt_known {
    int id;
    int place;            // from the left at first sight, from 0
    float box[4];         // when last seen
    double first, last;   // seconds
};

// Says which row of targets each face belongs to. A place is taken at first sight in a
// scene and kept, so people may cross. A lost face that comes back under a new id where
// it was last seen is the same one. Zero it, then bt_select_init.
struct bt_select {
    struct bt_target rows[BT_TARGETS_MAX];
    int row_count;
    struct bt_target all;   // whom a row with BT_TARGET_ALL means
    struct bt_known known[BT_KNOWN_MAX];
    int known_count;
    int left, right, largest;   // in known, -1: nobody yet
};

void bt_select_init(struct bt_select *select, const struct bt_target *rows, int count,
                    struct bt_target all);

// row[i] gets the row of faces->face[i], -1: not chosen. A suspected face that cannot be
// told from a chosen one counts as chosen, since it has to be covered then.
void bt_select_faces(struct bt_select *select, const struct bt_faces *faces,
                     double seconds, int row[BAUTA_FACES_MAX]);

#endif
