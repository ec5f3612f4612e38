// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/log.h"
#include "verify/words/words.h"

const char *bauta_codeword_verdict_name(enum bauta_codeword_verdict verdict)
{
    static const char *const names[] = {"right",  "wrong",  "replayed", "own",
                                        "duress", "locked", "expired"};
    const int count = (int)(sizeof names / sizeof *names);
    return (int)verdict >= 0 && (int)verdict < count ? names[verdict] : NULL;
}

const char *bauta_pair_state_name(enum bauta_pair_state state)
{
    static const char *const names[] = {"ready", "begun", "replied", "aloud"};
    const int count = (int)(sizeof names / sizeof *names);
    return (int)state >= 0 && (int)state < count ? names[state] : NULL;
}

// What is in the book -------------------------------------------------------------------

static void tell(const struct bt_pair *pair, struct bauta_pair_info *out)
{
    memset(out, 0, sizeof *out);
    memcpy(out->name, pair->name, sizeof out->name);
    out->state = pair->state;
    out->people = pair->people;
    out->role = pair->role;
    out->made = pair->made;
    out->accepted = pair->accepted;
    out->wrong = pair->wrong;
    out->locked = bt_judge_locked(pair, bt_words_now());
}

int bauta_codebook_list(struct bauta_codebook *book, bauta_pair_fn *each, void *opaque)
{
    struct bt_pages pages;
    if (!book || !each)
        return BAUTA_E_USAGE;
    int result = bt_book_read(book, false, &pages);
    if (result < 0)
        return result;
    for (int i = 0; i < pages.count && !result; i++) {
        struct bauta_pair_info info;
        tell(&pages.pair[i], &info);
        result = each(opaque, &info);
    }
    bt_pages_finish(&pages);
    return result;
}

int bauta_codebook_info(struct bauta_codebook *book, const char *name,
                        struct bauta_pair_info *out)
{
    struct bt_pages pages;
    struct bt_pair *pair = NULL;
    if (!book || !out)
        return BAUTA_E_USAGE;
    int result = bt_book_read(book, false, &pages);
    if (result < 0)
        return result;
    result = bt_pages_need(&pages, name, false, &pair);
    if (!result)
        tell(pair, out);
    bt_pages_finish(&pages);
    return result;
}

int bauta_codebook_remove(struct bauta_codebook *book, const char *name)
{
    struct bt_pages pages;
    struct bt_pair *pair = NULL;
    if (!book)
        return BAUTA_E_USAGE;
    int result = bt_book_read(book, true, &pages);
    if (result < 0)
        return result;
    result = bt_pages_need(&pages, name, false, &pair);
    if (!result) {
        bt_pages_remove(&pages, pair);
        result = bt_book_write(book, &pages);
    }
    bt_pages_finish(&pages);
    return result;
}

// Words to say --------------------------------------------------------------------------

static int say(struct bauta_codebook *book, const char *name, bool duress,
               struct bauta_phrase *out)
{
    struct bt_pages pages;
    struct bt_pair *pair = NULL;
    uint16_t index[BT_PHRASE_WORDS];
    const int64_t now = bt_words_now();
    if (!book || !out)
        return BAUTA_E_USAGE;
    int result = bt_book_read(book, false, &pages);
    if (result < 0)
        return result;
    result = bt_pages_need(&pages, name, true, &pair);
    if (!result)
        result = duress ? bt_words_duress(pair, pair->role, index)
                        : bt_words_moment(pair, pair->role, bt_words_step(now), index);
    if (!result) {
        bt_phrase_write(index, duress ? BT_DURESS_WORDS : BT_PHRASE_WORDS, out);
        // The step after is good, too.
        if (!duress)
            out->seconds = (int)((bt_words_step(now) + 1 + BT_STEPS_AROUND) *
                                     BAUTA_CODEWORD_SECONDS -
                                 now);
    }
    bt_pages_finish(&pages);
    return result;
}

int bauta_codebook_show(struct bauta_codebook *book, const char *name,
                        struct bauta_phrase *out)
{
    return say(book, name, false, out);
}

int bauta_codebook_duress(struct bauta_codebook *book, const char *name,
                          struct bauta_phrase *out)
{
    return say(book, name, true, out);
}

int bauta_codebook_ask(struct bauta_codebook *book, const char *name,
                       struct bauta_phrase *question)
{
    struct bt_pages pages;
    struct bt_pair *pair = NULL;
    const int64_t now = bt_words_now();
    if (!book || !question)
        return BAUTA_E_USAGE;
    int result = bt_book_read(book, true, &pages);
    if (result < 0)
        return result;
    result = bt_pages_need(&pages, name, true, &pair);
    if (!result)
        result = bt_words_question(pair, bt_words_step(now));
    if (!result)
        result = bt_book_write(book, &pages);
    if (!result) {
        bt_phrase_write(pair->question, BT_PHRASE_WORDS, question);
        question->seconds =
            (int)((pair->question_step + BT_STEPS_QUESTION + 1) * BAUTA_CODEWORD_SECONDS -
                  now);
    }
    bt_pages_finish(&pages);
    return result;
}

// Words heard ---------------------------------------------------------------------------

enum heard { MOMENT, ANSWER, QUESTION };

// Nothing is given out unless the book remembers it.
static int hear(struct bauta_codebook *book, const char *name, const char *words,
                enum heard heard, struct bauta_phrase *answer,
                struct bauta_codeword_result *out)
{
    struct bt_pages pages;
    struct bt_pair *pair = NULL;
    struct bauta_codeword_result made = {.role = -1};
    struct bauta_phrase phrase;
    uint16_t index[BT_PHRASE_WORDS];
    const int64_t now = bt_words_now();
    if (!book || !out || (heard == QUESTION && !answer))
        return BAUTA_E_USAGE;
    const int count = bt_phrase_read(words, index);
    if (count < 0)
        return count;
    int result = bt_book_read(book, true, &pages);
    if (result < 0)
        return result;
    result = bt_pages_need(&pages, name, true, &pair);
    if (!result && heard == MOMENT)
        result = bt_judge_words(pair, index, count, now, &made);
    else if (!result && heard == ANSWER)
        result = bt_judge_answer(pair, index, count, now, &made);
    else if (!result)
        result = bt_judge_question(pair, index, count, now, &phrase, &made);
    // Duress changes nothing, and is heard on a full disk, too.
    if (!result && made.verdict != BAUTA_CODEWORD_DURESS)
        result = bt_book_write(book, &pages);
    bt_pages_finish(&pages);
    if (result < 0)
        return result;
    if (heard == QUESTION && made.verdict == BAUTA_CODEWORD_RIGHT)
        *answer = phrase;
    *out = made;
    return 0;
}

int bauta_codebook_check(struct bauta_codebook *book, const char *name, const char *words,
                         struct bauta_codeword_result *out)
{
    return hear(book, name, words, MOMENT, NULL, out);
}

int bauta_codebook_check_answer(struct bauta_codebook *book, const char *name,
                                const char *words, struct bauta_codeword_result *out)
{
    return hear(book, name, words, ANSWER, NULL, out);
}

int bauta_codebook_answer(struct bauta_codebook *book, const char *name,
                          const char *question, struct bauta_phrase *answer,
                          struct bauta_codeword_result *out)
{
    return hear(book, name, question, QUESTION, answer, out);
}
