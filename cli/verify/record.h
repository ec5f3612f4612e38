// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_VERIFY_RECORD_H
#define BT_CLI_VERIFY_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include <bauta/typing.h>

// Repetitions of a text as they are typed (record.c), without a window. Which keys they are
// is compared with the first repetition, and forgotten with it.
struct bt_recorder {
    int wanted;               // repetitions, at most BAUTA_TYPING_SAMPLES_MAX
    int keys;                 // of the text, 0: the first repetition says how many
    bool known;               // symbol holds the first repetition
    int symbol[BAUTA_TYPING_KEYS_MAX];
    struct bauta_key_time *times;   // wanted * BAUTA_TYPING_KEYS_MAX; of keys each
    int samples;              // that are whole
    // The one that is being typed.
    int count, typed[BAUTA_TYPING_KEYS_MAX];
    struct bauta_key_time now[BAUTA_TYPING_KEYS_MAX];
    bool down[BAUTA_TYPING_KEYS_MAX];
    bool ended;               // Enter came while a key was still down
    bool over;                // more keys than there may be
    const char *say;          // what was wrong with the last one, NULL: nothing
};

// keys 0: the first repetition says how many. False without memory.
bool bt_record_open(struct bt_recorder *recorder, int wanted, int keys);
void bt_record_close(struct bt_recorder *recorder);
// A key that makes a letter goes down, or up, at a time in seconds.
void bt_record_down(struct bt_recorder *recorder, int symbol, double seconds);
void bt_record_up(struct bt_recorder *recorder, int symbol, double seconds);
// Enter ends a repetition, Backspace begins it anew.
void bt_record_enter(struct bt_recorder *recorder);
void bt_record_again(struct bt_recorder *recorder);

// Shows a window until all repetitions are there (record_window.c). 0, BAUTA_E_STOPPED
// where it was closed before, BAUTA_E_NOT_FOUND without a display; the message is said.
int bt_record_window(struct bt_recorder *recorder, const char *title);

#endif
