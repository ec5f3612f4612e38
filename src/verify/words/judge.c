// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <openssl/crypto.h>

#include "base/log.h"
#include "verify/words/words.h"

_Static_assert(BT_STEPS_QUESTION * BAUTA_CODEWORD_SECONDS ==
                   BAUTA_CODEWORD_QUESTION_SECONDS,
               "a question is good for as long as is said");
_Static_assert(BT_STEPS_QUESTION + BT_STEPS_AROUND + 1 <= 1 << BT_STEP_BITS,
               "a question names its step among all that it may have");

static int lock_seconds(int locks)
{
    int seconds = BAUTA_CODEWORD_LOCK_SECONDS;
    for (int i = 1; i < locks && seconds < BAUTA_CODEWORD_LOCK_SECONDS_MAX; i++)
        seconds *= 2;
    return seconds < BAUTA_CODEWORD_LOCK_SECONDS_MAX ? seconds
                                                     : BAUTA_CODEWORD_LOCK_SECONDS_MAX;
}

int bt_judge_locked(const struct bt_pair *pair, int64_t now)
{
    if (!pair->locks || now >= pair->until)
        return 0;
    // A clock that was set back lets nobody wait longer than the whole time.
    const int64_t left = pair->until - now;
    return left < lock_seconds(pair->locks) ? (int)left : lock_seconds(pair->locks);
}

static bool is_same(const uint16_t *a, const uint16_t *b, int count)
{
    return !CRYPTO_memcmp(a, b, (size_t)count * sizeof *a);
}

static void right(struct bt_pair *pair, int64_t now, int role,
                  struct bauta_codeword_result *out)
{
    pair->wrong = pair->locks = 0;
    pair->accepted = now;
    out->verdict = BAUTA_CODEWORD_RIGHT;
    out->role = role;
    out->left = BAUTA_CODEWORD_WRONG_MAX;
}

static void wrong(struct bt_pair *pair, int64_t now, enum bauta_codeword_verdict verdict,
                  struct bauta_codeword_result *out)
{
    out->verdict = verdict;
    if (++pair->wrong >= BAUTA_CODEWORD_WRONG_MAX) {
        pair->wrong = 0;
        pair->locks += pair->locks < UINT8_MAX;
        pair->until = now + lock_seconds(pair->locks);
        out->locked = lock_seconds(pair->locks);
        out->left = 0;
    } else {
        out->left = BAUTA_CODEWORD_WRONG_MAX - pair->wrong;
    }
}

// What comes before every judgement: 1 where the verdict is there already.
static int first(struct bt_pair *pair, const uint16_t *index, int count, int64_t now,
                 struct bauta_codeword_result *out)
{
    *out = (struct bauta_codeword_result){.role = -1};
    out->left = BAUTA_CODEWORD_WRONG_MAX - pair->wrong;
    for (int role = 0; role < pair->people; role++) {
        uint16_t duress[BT_DURESS_WORDS];
        const int result = bt_words_duress(pair, role, duress);
        if (result < 0)
            return result;
        // Somebody in need is heard while the pair is locked, too.
        if (role != pair->role && is_same(index + count - 2, duress, BT_DURESS_WORDS)) {
            out->verdict = BAUTA_CODEWORD_DURESS;
            out->role = role;
            return 1;
        }
    }
    out->locked = bt_judge_locked(pair, now);
    if (out->locked) {
        pair->until = now + out->locked;
        out->verdict = BAUTA_CODEWORD_LOCKED;
        out->left = 0;
        return 1;
    }
    if (count == BT_PHRASE_WORDS)
        return 0;
    bt_error("two words are given; three are needed");
    return BAUTA_E_USAGE;
}

int bt_judge_words(struct bt_pair *pair, const uint16_t *index, int count, int64_t now,
                   struct bauta_codeword_result *out)
{
    const int64_t step = bt_words_step(now);
    int result = first(pair, index, count, now, out);
    if (result)
        return result < 0 ? result : 0;
    for (int role = 0; role < pair->people; role++) {
        for (int64_t s = step - BT_STEPS_AROUND; s <= step + BT_STEPS_AROUND; s++) {
            uint16_t words[BT_PHRASE_WORDS];
            result = bt_words_moment(pair, role, s, words);
            if (result < 0)
                return result;
            if (!is_same(index, words, BT_PHRASE_WORDS))
                continue;
            if (role == pair->role) {
                wrong(pair, now, BAUTA_CODEWORD_OWN, out);
                return 0;
            }
            if (s > pair->last[role]) {
                pair->last[role] = s;
                right(pair, now, role, out);
            } else {
                out->verdict = BAUTA_CODEWORD_REPLAYED;
                out->role = role;
            }
            return 0;
        }
    }
    wrong(pair, now, BAUTA_CODEWORD_WRONG, out);
    return 0;
}

int bt_judge_answer(struct bt_pair *pair, const uint16_t *index, int count, int64_t now,
                    struct bauta_codeword_result *out)
{
    int result = first(pair, index, count, now, out);
    if (result)
        return result < 0 ? result : 0;
    const int64_t asked = pair->question_step, step = bt_words_step(now);
    if (!asked || step < asked - BT_STEPS_AROUND || step > asked + BT_STEPS_QUESTION) {
        pair->question_step = 0;
        out->verdict = BAUTA_CODEWORD_EXPIRED;
        return 0;
    }
    for (int role = 0; role < pair->people; role++) {
        uint16_t words[BT_PHRASE_WORDS];
        result = bt_words_answer(pair, role, asked, pair->question, words);
        if (result < 0)
            return result;
        if (role == pair->role || !is_same(index, words, BT_PHRASE_WORDS))
            continue;
        pair->question_step = 0;
        right(pair, now, role, out);
        return 0;
    }
    wrong(pair, now, BAUTA_CODEWORD_WRONG, out);
    return 0;
}

// The step that a question says it is of, or -1.
static int64_t step_of(const uint16_t *question, int64_t step)
{
    const int mask = (1 << BT_STEP_BITS) - 1;
    for (int64_t s = step - BT_STEPS_QUESTION; s <= step + BT_STEPS_AROUND; s++) {
        if ((s & mask) == (question[1] & mask))
            return s;
    }
    return -1;
}

int bt_judge_question(struct bt_pair *pair, const uint16_t *index, int count, int64_t now,
                      struct bauta_phrase *answer, struct bauta_codeword_result *out)
{
    uint16_t words[BT_PHRASE_WORDS];
    bool own = false;
    int result = first(pair, index, count, now, out);
    if (result)
        return result < 0 ? result : 0;
    const int64_t step = step_of(index, bt_words_step(now));
    for (int role = 0; step > 0 && role < pair->people; role++) {
        uint16_t proof = 0;
        result = bt_words_proof(pair, role, step, index, &proof);
        if (result < 0)
            return result;
        if (!is_same(index + 2, &proof, 1))
            continue;
        // One's own question, heard back, is nobody else's.
        own = own || role == pair->role;
        if (role != pair->role)
            out->role = role;
    }
    if (out->role < 0) {
        wrong(pair, now, own ? BAUTA_CODEWORD_OWN : BAUTA_CODEWORD_WRONG, out);
        return 0;
    }
    result = bt_words_answer(pair, pair->role, step, index, words);
    if (result < 0)
        return result;
    bt_phrase_write(words, BT_PHRASE_WORDS, answer);
    answer->seconds =
        (int)((step + BT_STEPS_QUESTION + 1) * BAUTA_CODEWORD_SECONDS - now);
    out->verdict = BAUTA_CODEWORD_RIGHT;
    return 0;
}
