// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_WORDS_H
#define BT_MARK_WORDS_H

// What the label says, in the official languages of the European Union. A label begins
// with AI in Latin letters, as everywhere; where a language has letters of its own for
// that, they stand beside it.
struct bt_words {
    const char *code;        // ISO 639-1
    const char *label;       // capitals
    const char *line;        // the whole sentence of disclosure
    const char *brief;       // the same for small pictures
};
enum { BT_LANGUAGES = 24 };
extern const struct bt_words bt_words[BT_LANGUAGES];   // English, the others by code
// The codes, ended by NULL.
extern const char *const bt_languages[BT_LANGUAGES + 1];

#endif
