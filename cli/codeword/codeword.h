// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_CODEWORD_CODEWORD_H
#define BT_CLI_CODEWORD_CODEWORD_H

#include <stdbool.h>
#include <stddef.h>

#include <bauta/codeword.h>

#include "cli.h"

// Exit statuses of verdicts, below zero like an enum bauta_error.
enum {
    BT_EXIT_WRONG = -25, // wrong or one's own words
    BT_EXIT_REPLAYED = -26,
    BT_EXIT_LOCKED = -27,
    BT_EXIT_DURESS = -28,
    BT_EXIT_EXPIRED = -29,
};

enum { BT_WORDS_MAX = 4 };

// What stood on the command line.
struct bt_codeword {
    const char *action, *step, *name; // step of pairing
    const char *word[BT_WORDS_MAX];   // behind the name
    int words;
    const char *passphrase_file, *new_passphrase_file;
    const char *output, *png, *svg; // files for messages
    int people;                     // 0: not given
    bool answer, duress, force, json, quiet, done;
};

// The words behind the name, joined by spaces.
void bt_codeword_phrase(const struct bt_codeword *c, char *out, size_t size);

// Reads the passphrase and opens the book; make: one that is not there is begun, for
// which the passphrase is asked twice.
int bt_codeword_open(const struct bt_codeword *c, bool make, struct bauta_codebook **out);

// A passphrase, from the first line of a file, else from the terminal without echo, twice
// where it is new. passphrase has BAUTA_CODEWORD_PASSPHRASE_MAX + 2 bytes, to be wiped by
// the caller.
int bt_read_passphrase(const char *file, const char *prompt, bool twice,
                       char *passphrase);
void bt_wipe(void *data, size_t size);

// The subcommands; book is open.
int bt_codeword_pair(const struct bt_codeword *c);
// What a verdict means, in words or as JSON; the exit status.
int bt_codeword_tell(const struct bt_codeword *c,
                     const struct bauta_codeword_result *result,
                     const struct bauta_phrase *answer);

#endif
