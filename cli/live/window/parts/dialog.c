// SPDX-License-Identifier: Apache-2.0
#include "live/window/parts/dialog.h"

#include <stdio.h>
#include <string.h>

const struct bt_ground_text bt_grounds[BT_GROUND_COUNT] = {
    [BT_GROUND_SELF] = {"self", "It is me.", false, NULL},
    [BT_GROUND_WRITTEN] = {"written", "The person agreed in writing.", true,
                           "Where the agreement is to be found"},
    [BT_GROUND_LICENSED] = {"licensed", "The photo's licence allows this use.", true,
                            "Which licence or contract"},
    [BT_GROUND_SYNTHETIC] = {"synthetic", "It shows nobody who exists.", false, NULL},
};

bool bt_dialog_open(struct bt_dialog *dialog, const char *path)
{
    if (dialog->open || !*path || strlen(path) >= sizeof(dialog->path))
        return false;
    *dialog = (struct bt_dialog){.open = true, .ground = BT_GROUND_NONE};
    snprintf(dialog->path, sizeof(dialog->path), "%s", path);
    return true;
}

void bt_dialog_move(struct bt_dialog *dialog, int by)
{
    const int from = dialog->ground == BT_GROUND_NONE && by < 0 ? 0 : (int)dialog->ground;
    dialog->ground = (enum bt_ground)((from + by + BT_GROUND_COUNT) % BT_GROUND_COUNT);
}

static bool needs_reference(const struct bt_dialog *dialog)
{
    return dialog->ground != BT_GROUND_NONE && bt_grounds[dialog->ground].reference;
}

void bt_dialog_type(struct bt_dialog *dialog, const char *text)
{
    char *const to = dialog->reference;
    size_t length = strlen(to);
    if (!needs_reference(dialog))
        return;
    while (*text) {
        // A letter is taken whole or not at all.
        size_t bytes = 1;
        while (((unsigned char)text[bytes] & 0xc0) == 0x80)
            bytes++;
        if (length + bytes >= sizeof(dialog->reference))
            return;
        if ((unsigned char)text[0] >= 32 && text[0] != 127) {
            memcpy(to + length, text, bytes);
            length += bytes;
            to[length] = '\0';
        }
        text += bytes;
    }
}

void bt_dialog_erase(struct bt_dialog *dialog)
{
    size_t length = strlen(dialog->reference);
    while (length > 0 && ((unsigned char)dialog->reference[--length] & 0xc0) == 0x80)
        ;
    dialog->reference[length] = '\0';
}

const char *bt_dialog_consent(const struct bt_dialog *dialog, char *out, size_t size)
{
    if (!dialog->open || dialog->ground == BT_GROUND_NONE)
        return NULL;
    const char *reference = dialog->reference;
    while (*reference == ' ')
        reference++;
    if (!needs_reference(dialog))
        snprintf(out, size, "%s", bt_grounds[dialog->ground].name);
    else if (*reference)
        snprintf(out, size, "%s:%s", bt_grounds[dialog->ground].name, reference);
    else
        return NULL;
    return out;
}
