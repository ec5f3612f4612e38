// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <openssl/crypto.h>

#include "base/log.h"
#include "verify/words/words.h"

// Reads the book, adds a pair of this name.
static int add(struct bauta_codebook *book, const char *name, struct bt_pages *pages,
               struct bt_pair **pair)
{
    if (!book)
        return BAUTA_E_USAGE;
    int result = bt_book_read(book, true, pages);
    if (result < 0)
        return result;
    result = bt_pages_add(pages, name, pair);
    if (result < 0)
        bt_pages_finish(pages);
    return result;
}

int bauta_codebook_offer(struct bauta_codebook *book, const char *name, int people,
                         char (*invitation)[BAUTA_CODEWORD_MESSAGE_BYTES])
{
    struct bt_pages pages;
    struct bt_pair *pair = NULL;
    if (people < 2 || people > BAUTA_CODEWORD_PEOPLE_MAX || !invitation) {
        bt_error("%d people: 2 to %d can share code words", people,
                 BAUTA_CODEWORD_PEOPLE_MAX);
        return BAUTA_E_USAGE;
    }
    int result = add(book, name, &pages, &pair);
    if (result < 0)
        return result;
    pair->state = BAUTA_PAIR_READY;
    pair->people = (uint8_t)people;
    result = bt_words_random(pair->secret, BT_SECRET_BYTES);
    for (int role = 1; role < people && !result; role++) {
        struct bt_message message = {
            BT_MESSAGE_INVITATION, (uint8_t)people, (uint8_t)role, {0}, {0}};
        memcpy(message.key, pair->secret, BT_SECRET_BYTES);
        result = bt_message_write(&message, invitation[role - 1]);
        OPENSSL_cleanse(&message, sizeof message);
    }
    if (!result)
        result = bt_book_write(book, &pages);
    if (result < 0)
        OPENSSL_cleanse(invitation, (size_t)(people - 1) * sizeof *invitation);
    bt_pages_finish(&pages);
    return result;
}

int bauta_codebook_begin(struct bauta_codebook *book, const char *name,
                         char message[BAUTA_CODEWORD_MESSAGE_BYTES])
{
    struct bt_pages pages;
    struct bt_pair *pair = NULL;
    struct bt_message commit = {.kind = BT_MESSAGE_COMMIT};
    if (!message)
        return BAUTA_E_USAGE;
    int result = add(book, name, &pages, &pair);
    if (result < 0)
        return result;
    pair->state = BAUTA_PAIR_BEGUN;
    pair->people = 2;
    result = bt_exchange_begin(pair);
    if (!result)
        result = bt_exchange_commit(pair->own_public, pair->own_nonce, pair->promised);
    if (!result)
        result = bt_book_write(book, &pages);
    memcpy(commit.key, pair->promised, BT_POINT_BYTES);
    if (!result)
        result = bt_message_write(&commit, message);
    bt_pages_finish(&pages);
    return result;
}

// Messages ------------------------------------------------------------------------------

static int join(struct bt_pages *pages, const char *name,
                const struct bt_message *message)
{
    struct bt_pair *pair = NULL;
    for (int i = 0; i < pages->count; i++) {
        if (CRYPTO_memcmp(pages->pair[i].secret, message->key, BT_SECRET_BYTES) != 0)
            continue;
        bt_error("%s: this invitation's pair is in the book already, as %s", name,
                 pages->pair[i].name);
        return BAUTA_E_EXISTS;
    }
    const int result = bt_pages_add(pages, name, &pair);
    if (result < 0)
        return result;
    pair->state = BAUTA_PAIR_READY;
    pair->people = message->people;
    pair->role = message->role;
    memcpy(pair->secret, message->key, BT_SECRET_BYTES);
    return BAUTA_PAIR_READY;
}

// A message with the own key and nonce.
static int write_own(const struct bt_pair *pair, enum bt_message_kind kind, char *text)
{
    struct bt_message own = {.kind = kind};
    memcpy(own.key, pair->own_public, BT_POINT_BYTES);
    memcpy(own.nonce, pair->own_nonce, BT_POINT_BYTES);
    return bt_message_write(&own, text);
}

static int reply(struct bt_pages *pages, const char *name,
                 const struct bt_message *message, char *text)
{
    struct bt_pair *pair = NULL;
    int result = bt_pages_add(pages, name, &pair);
    if (result < 0)
        return result;
    pair->state = BAUTA_PAIR_REPLIED;
    pair->people = 2;
    pair->role = 1;
    memcpy(pair->promised, message->key, BT_POINT_BYTES);
    result = bt_exchange_begin(pair);
    if (!result)
        result = write_own(pair, BT_MESSAGE_REPLY, text);
    return result < 0 ? result : BAUTA_PAIR_REPLIED;
}

static int finish(struct bt_pages *pages, const char *name,
                  const struct bt_message *message, char *text)
{
    struct bt_pair *pair = NULL;
    int result = bt_pages_need(pages, name, false, &pair);
    if (result < 0)
        return result;
    const bool second = message->kind == BT_MESSAGE_REPLY;
    if (pair->state != (second ? BAUTA_PAIR_BEGUN : BAUTA_PAIR_REPLIED)) {
        bt_error("%s: message %d is of no use here: the pairing is in state %s", name,
                 second ? 2 : 3, bauta_pair_state_name(pair->state));
        return BAUTA_E_USAGE;
    }
    if (second)
        result = write_own(pair, BT_MESSAGE_OPEN, text);
    if (!result)
        result = bt_exchange_finish(pair, message);
    if (result < 0)
        return result;
    pair->state = BAUTA_PAIR_ALOUD;
    return BAUTA_PAIR_ALOUD;
}

static int take(struct bt_pages *pages, const char *name,
                const struct bt_message *message, char *text)
{
    switch (message->kind) {
    case BT_MESSAGE_INVITATION:
        return join(pages, name, message);
    case BT_MESSAGE_COMMIT:
        return reply(pages, name, message, text);
    default:
        return finish(pages, name, message, text);
    }
}

int bauta_codebook_take(struct bauta_codebook *book, const char *name,
                        const char *message, char out[BAUTA_CODEWORD_MESSAGE_BYTES])
{
    struct bt_pages pages;
    struct bt_message read;
    char text[BAUTA_CODEWORD_MESSAGE_BYTES] = "";
    if (!book || !name || !message || !out)
        return BAUTA_E_USAGE;
    int result = bt_message_read(message, &read);
    if (result < 0)
        return result;
    int written = bt_book_read(book, true, &pages);
    if (written < 0) {
        OPENSSL_cleanse(&read, sizeof read);
        return written;
    }
    result = take(&pages, name, &read, text);
    if (result == BAUTA_E_TAMPERED && bt_pages_find(&pages, name)) {
        bt_error("%s: this pairing is forgotten; begin another one", name);
        bt_pages_remove(&pages, bt_pages_find(&pages, name));
    }
    if (result >= 0 || result == BAUTA_E_TAMPERED)
        written = bt_book_write(book, &pages);
    bt_pages_finish(&pages);
    OPENSSL_cleanse(&read, sizeof read);
    if (result >= 0 && written < 0)
        return written;
    if (result >= 0)
        memcpy(out, text, sizeof text);
    return result;
}

// Aloud ---------------------------------------------------------------------------------

static int need_aloud(const struct bt_pages *pages, const char *name,
                      struct bt_pair **pair)
{
    const int result = bt_pages_need(pages, name, false, pair);
    if (result < 0 || (*pair)->state == BAUTA_PAIR_ALOUD)
        return result;
    bt_error("%s: there is nothing to read aloud in state %s", name,
             bauta_pair_state_name((*pair)->state));
    return BAUTA_E_USAGE;
}

int bauta_codebook_aloud(struct bauta_codebook *book, const char *name,
                         struct bauta_phrase *out)
{
    struct bt_pages pages;
    struct bt_pair *pair = NULL;
    if (!book || !out)
        return BAUTA_E_USAGE;
    int result = bt_book_read(book, false, &pages);
    if (result < 0)
        return result;
    result = need_aloud(&pages, name, &pair);
    if (!result)
        bt_phrase_write(pair->aloud + pair->role * BT_PHRASE_WORDS, BT_PHRASE_WORDS, out);
    bt_pages_finish(&pages);
    return result;
}

static void judge(struct bt_pages *pages, struct bt_pair *pair, const uint16_t *index,
                  struct bauta_codeword_result *out)
{
    const uint16_t *theirs = pair->aloud + !pair->role * BT_PHRASE_WORDS;
    *out = (struct bauta_codeword_result){.role = -1, .left = BAUTA_CODEWORD_WRONG_MAX};
    if (!CRYPTO_memcmp(index, theirs, BT_PHRASE_WORDS * sizeof *index)) {
        pair->state = BAUTA_PAIR_READY;
        OPENSSL_cleanse(pair->aloud, sizeof pair->aloud);
        pair->tries = 0;
        out->role = !pair->role;
        return;
    }
    out->verdict = BAUTA_CODEWORD_WRONG;
    out->left -= ++pair->tries;
    if (!out->left)
        bt_pages_remove(pages, pair);
}

int bauta_codebook_confirm(struct bauta_codebook *book, const char *name,
                           const char *words, struct bauta_codeword_result *out)
{
    struct bt_pages pages;
    struct bt_pair *pair = NULL;
    struct bauta_codeword_result made;
    uint16_t index[BT_PHRASE_WORDS];
    if (!book || !out)
        return BAUTA_E_USAGE;
    const int count = bt_phrase_read(words, index);
    if (count < 0)
        return count;
    if (count != BT_PHRASE_WORDS) {
        bt_error("two words are given; three are needed");
        return BAUTA_E_USAGE;
    }
    int result = bt_book_read(book, true, &pages);
    if (result < 0)
        return result;
    result = need_aloud(&pages, name, &pair);
    if (!result) {
        judge(&pages, pair, index, &made);
        result = bt_book_write(book, &pages);
    }
    if (!result)
        *out = made;
    bt_pages_finish(&pages);
    return result;
}
