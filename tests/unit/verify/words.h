// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_UNIT_VERIFY_WORDS_H
#define BT_TESTS_UNIT_VERIFY_WORDS_H

#include "../check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bauta/codeword.h>
#include <bauta/log.h>

#include "verify/words/seam.h"
#include "verify/words/words.h"

#define PASSPHRASE "correct mule battery"

static char last_error[2048];
static int64_t clock_now = 1800000000;

static inline void collect(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR)
        snprintf(last_error, sizeof(last_error), "%s", line);
}

static inline int64_t at_now(void)
{
    return clock_now;
}

static const struct bt_words_seam quick = {.now = at_now, .log2_n = 4};

static char folder[] = "/tmp/bauta-words-XXXXXX";

static inline void words_begin(void)
{
    bauta_log_set(collect, NULL);
    bt_words_set_seam(&quick);
    if (!mkdtemp(folder))
        exit(1);
}

static inline int words_end(void)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    CHECK_INT(system(command), 0);
    return check_end();
}

static inline const char *place(const char *name)
{
    static char path[4][128];
    static int next;
    char *out = path[next++ & 3];
    snprintf(out, 128, "%s/%s", folder, name);
    return out;
}

static inline struct bauta_codebook *book_of(const char *name)
{
    struct bauta_codebook *book = NULL;
    CHECK_INT(bauta_codebook_open(place(name), PASSPHRASE, 1, &book), 0);
    if (!book)
        exit(1);
    return book;
}

// Two books that share a pair: in the first "ben", in the second "anna".
static inline void pair_up(struct bauta_codebook *anna, struct bauta_codebook *ben)
{
    char text[1][BAUTA_CODEWORD_MESSAGE_BYTES], reply[BAUTA_CODEWORD_MESSAGE_BYTES];
    CHECK_INT(bauta_codebook_offer(anna, "ben", 2, text), 0);
    CHECK_INT(bauta_codebook_take(ben, "anna", text[0], reply), BAUTA_PAIR_READY);
    CHECK_TEXT(reply, "");
}

static inline enum bauta_codeword_verdict check_of(struct bauta_codebook *book,
                                                   const char *name, const char *words)
{
    struct bauta_codeword_result result = {.verdict = (enum bauta_codeword_verdict)99};
    CHECK_INT(bauta_codebook_check(book, name, words, &result), 0);
    return result.verdict;
}

// Three words of the list that are those of nobody, other ones for each number.
static inline const char *nonsense(int n)
{
    static char text[64];
    snprintf(text, sizeof text, "%s %s %s", bt_words_list[7 * n % 2048],
             bt_words_list[(31 * n + 5) % 2048], bt_words_list[(101 * n + 900) % 2048]);
    return text;
}

#endif
