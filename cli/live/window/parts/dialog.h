// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_LIVE_WINDOW_DIALOG_H
#define BT_CLI_LIVE_WINDOW_DIALOG_H

#include <stdbool.h>
#include <stddef.h>

// The dialog that asks on what ground the person in a photo is shown (dialog.c). Nothing
// is enrolled without an answer, and none is chosen beforehand.
enum bt_ground {
    BT_GROUND_NONE = -1,
    BT_GROUND_SELF,
    BT_GROUND_WRITTEN,
    BT_GROUND_LICENSED,
    BT_GROUND_SYNTHETIC,
    BT_GROUND_COUNT,
};

struct bt_ground_text {
    const char *name, *text;
    bool reference;          // it needs one
    const char *asked;       // what the reference is
};
extern const struct bt_ground_text bt_grounds[BT_GROUND_COUNT];

struct bt_dialog {
    bool open;
    char path[1024];         // of the photo
    enum bt_ground ground;
    char reference[128];     // UTF-8
};

// False where the path is too long, or a dialog is open: one photo after the other.
bool bt_dialog_open(struct bt_dialog *dialog, const char *path);
void bt_dialog_move(struct bt_dialog *dialog, int by);   // to the next or last ground
// What was typed; taken where the ground needs a reference. Control bytes are left out,
// and so is what does not fit.
void bt_dialog_type(struct bt_dialog *dialog, const char *text);
void bt_dialog_erase(struct bt_dialog *dialog);          // the last letter
// The ground as --consent takes it, or NULL where the answer is not whole yet.
const char *bt_dialog_consent(const struct bt_dialog *dialog, char *out, size_t size);

#endif
