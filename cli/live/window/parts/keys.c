// SPDX-License-Identifier: Apache-2.0
#include "live/window/parts/keys.h"

const struct bt_binding bt_bindings[] = {
    {BT_KEY_ENTER, 0, BT_DO_AIR, "Enter", "go on air: outputs begin; again: they end"},
    {' ', 0, BT_DO_COVER, "Space", "cover everything at once; again: uncover"},
    {'1', '9', BT_DO_FACE, "1 to 9", "change the face"},
    {'v', 0, BT_DO_VIEW, "v", "the picture, the input beside it, landmarks, the mask"},
    {'m', 0, BT_DO_MIRROR, "m", "mirror image, in this window only"},
    {'p', 0, BT_DO_PHOTO, "p", "take a photo, into your folder of pictures"},
    {'i', 0, BT_DO_GRAPH, "i", "rate, latency and processor time"},
    {'f', BT_KEY_F11, BT_DO_FULL, "f, F11", "full screen"},
    {BT_KEY_TAB, 0, BT_DO_PANEL, "Tab", "show or hide the panel"},
    {'+', '=', BT_DO_LARGER, "+", "larger letters and buttons"},
    {'-', 0, BT_DO_SMALLER, "-", "smaller ones"},
    {BT_KEY_F1, 'h', BT_DO_HELP, "F1, h", "this list"},
    {BT_KEY_ESCAPE, 0, BT_DO_BACK, "Esc", "close what is open, leave the full screen"},
    {'q', 0, BT_DO_QUIT, "q", "end"},
    {0, 0, BT_DO_NOTHING, NULL, NULL},
};

enum bt_action bt_action_of(int key, int *face)
{
    for (const struct bt_binding *b = bt_bindings; key && b->shown; b++) {
        const int many = b->action == BT_DO_FACE;
        if (many ? key >= b->key && key <= b->other : key == b->key || key == b->other) {
            *face = many ? key - b->key : 0;
            return b->action;
        }
    }
    return BT_DO_NOTHING;
}

const char *bt_action_keys(enum bt_action action)
{
    for (const struct bt_binding *b = bt_bindings; b->shown; b++) {
        if (b->action == action)
            return b->shown;
    }
    return "";
}

void bt_print_bindings(FILE *file)
{
    for (const struct bt_binding *b = bt_bindings; b->shown; b++)
        fprintf(file, "  %-7s  %s\n", b->shown, b->text);
}

void bt_print_bindings_man(FILE *file)
{
    for (const struct bt_binding *b = bt_bindings; b->shown; b++)
        fprintf(file, ".TP\n.B %s%s\n%s\n", b->shown[0] == '-' ? "\\" : "", b->shown,
                b->text);
}
