// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_SELECT_SELECT_H
#define BT_ENGINE_SELECT_SELECT_H

#include <stdbool.h>

#include "engine/select/wearer.h"
#include "face/face.h"

// Whom an identity is for.
enum bt_target_kind {
    BT_TARGET_ALL,
    BT_TARGET_LARGEST,
    BT_TARGET_LEFT,
    BT_TARGET_RIGHT,
    BT_TARGET_NUMBER,
    BT_TARGET_WEARER,
};

struct bt_target {
    enum bt_target_kind kind;
    int number;   // of NUMBER: place from the left at first sight, from 1; of WEARER: the
                  // engine's number, from 0
};

// "all", "largest", "left", "right", or "1" to BAUTA_FACES_MAX. BAUTA_E_USAGE with a log
// line that starts with what. "photo:PATH" names somebody whom the engine has to know
// first: bauta_map reads that.
int bt_target_parse(const char *what, const char *text, struct bt_target *out);

// The text that bt_target_parse takes; of a wearer "photo" and a number from 1: what the
// file is called is nobody's business.
void bt_target_name(const struct bt_target *target, char *out, size_t size);

#define BT_TARGETS_MAX 29
#define BT_KNOWN_MAX 32

// A face of the present scene.
struct bt_known {
    int id;
    int place;            // from the left at first sight, from 0
    float box[4];         // when last seen
    double first, last;   // seconds
    struct bt_who who;
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

// Meets the faces of the next frame: index[i] is the place of faces->face[i] in known, -1
// where it is only suspected.
void bt_select_meet(struct bt_select *select, const struct bt_faces *faces, double seconds,
                    int index[BAUTA_FACES_MAX]);
// By the id of a face of the present scene, or NULL.
struct bt_known *bt_select_find(struct bt_select *select, int id);

// It may be a wearer or not, and is covered until that is known.
#define BT_ROW_OPEN (-2)

// row[i] gets the row of faces->face[i], -1: not chosen, or BT_ROW_OPEN. A suspected face
// that cannot be told from a chosen one counts as chosen, since it has to be covered then.
void bt_select_rows(struct bt_select *select, const struct bt_faces *faces,
                    const int index[BAUTA_FACES_MAX], int row[BAUTA_FACES_MAX]);

// Both, where there are no wearers.
void bt_select_faces(struct bt_select *select, const struct bt_faces *faces,
                     double seconds, int row[BAUTA_FACES_MAX]);

#endif
