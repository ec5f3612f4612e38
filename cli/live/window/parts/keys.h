// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_LIVE_WINDOW_KEYS_H
#define BT_CLI_LIVE_WINDOW_KEYS_H

#include <stddef.h>
#include <stdio.h>

// What the window can be told to do (keys.c). One table gives the keys, the help on F1,
// the rows of bauta live --help and those of the manual.
enum bt_action {
    BT_DO_NOTHING,
    BT_DO_AIR,               // begin or end the outputs
    BT_DO_COVER,
    BT_DO_FACE,              // with the number of a face
    BT_DO_VIEW,
    BT_DO_MIRROR,
    BT_DO_PHOTO,
    BT_DO_GRAPH,
    BT_DO_FULL,
    BT_DO_PANEL,
    BT_DO_LARGER,
    BT_DO_SMALLER,
    BT_DO_HELP,
    BT_DO_BACK,              // out of what is open, or of the full screen
    BT_DO_QUIT,
};

// Keys that write a letter are that letter, in lower case.
enum bt_key {
    BT_KEY_TAB = 9,
    BT_KEY_ENTER = 13,
    BT_KEY_ESCAPE = 27,
    BT_KEY_ERASE = 8,
    BT_KEY_UP = 256, BT_KEY_DOWN,
    BT_KEY_F1, BT_KEY_F11,
};

struct bt_binding {
    int key, other;          // 0: only one
    enum bt_action action;
    const char *shown;       // the keys in words
    const char *text;        // what they do, in words that begin a line
};
// Ends with a row of BT_DO_NOTHING.
extern const struct bt_binding bt_bindings[];

// The action of a key; of BT_DO_FACE the face's number in *face, from 0.
enum bt_action bt_action_of(int key, int *face);
// The keys of an action in words, or "".
const char *bt_action_keys(enum bt_action action);
void bt_print_bindings(FILE *file);       // for the help
void bt_print_bindings_man(FILE *file);   // for the manual

#endif
