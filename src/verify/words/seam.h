// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_WORDS_SEAM_H
#define BT_VERIFY_WORDS_SEAM_H

#include <stdint.h>

// For tests that link the objects; the library's own symbols do not show it.
struct bt_words_seam {
    int64_t (*now)(void); // Unix time, NULL: the system's
    int log2_n;           // scrypt's cost of new books, 0: the usual
};
// Kept by address; NULL: none. Not while a book is in use.
void bt_words_set_seam(const struct bt_words_seam *seam);
const struct bt_words_seam *bt_words_seam(void);

#endif
