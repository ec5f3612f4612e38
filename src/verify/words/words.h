// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_WORDS_WORDS_H
#define BT_VERIFY_WORDS_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bauta/codeword.h>

// What the formulas mean stands in <bauta/codeword.h>.
enum {
    BT_SECRET_BYTES = 32,
    BT_ID_BYTES = 16,
    BT_MAC_BYTES = 32,
    BT_POINT_BYTES = 32, // an X25519 key, a nonce, a commitment
    BT_WORD_BITS = 11,
    BT_PHRASE_WORDS = 3,
    BT_DURESS_WORDS = 2,
    BT_ALOUD_WORDS = 6,
    BT_STEPS_AROUND = 1,   // that words of the moment may be off
    BT_STEPS_QUESTION = 3, // that a question may be old
    BT_STEP_BITS = 3,      // of the step, in a question: more than those and one ahead
    BT_PAIRS_MAX = 256,
};

// The list (list.c, made by tools/words.py).
extern const char *const bt_words_list[BAUTA_CODEWORD_LIST];

// One entry of the book. Wiped when it is dropped.
struct bt_pair {
    char name[65];
    uint8_t state, people, role;
    uint8_t secret[BT_SECRET_BYTES];         // from BAUTA_PAIR_ALOUD on
    int64_t made, accepted;                  // Unix time
    int64_t last[BAUTA_CODEWORD_PEOPLE_MAX]; // the newest step accepted of each role
    uint8_t wrong, locks;                    // since the last right words
    int64_t until;                           // locked, Unix time
    int64_t question_step;                   // 0: none is open
    uint16_t question[BT_PHRASE_WORDS];
    // Of a pairing that is not ready.
    uint8_t own_private[BT_POINT_BYTES], own_public[BT_POINT_BYTES];
    uint8_t own_nonce[BT_POINT_BYTES], promised[BT_POINT_BYTES];
    uint16_t aloud[BT_ALOUD_WORDS]; // A's three, then B's
    uint8_t tries;
};

// Phrases (phrase.c) --------------------------------------------------------------------

// Two or three words into index; how many, or BAUTA_E_USAGE with the word that is none.
int bt_phrase_read(const char *text, uint16_t index[BT_PHRASE_WORDS]);
void bt_phrase_write(const uint16_t *index, int count, struct bauta_phrase *out);
// The first count * 11 bits of data as indices.
void bt_phrase_bits(const uint8_t *data, int count, uint16_t *index);

// Words of a time (moment.c) ------------------------------------------------------------

int64_t bt_words_now(void); // Unix time
int64_t bt_words_step(int64_t time);
// HMAC-SHA256 over head and step as eight bytes, big-endian: with an empty head what
// RFC 4226 cuts its digits from. All of these: 0, or BAUTA_E_FAILED with a log line.
int bt_words_hmac(const uint8_t *key, size_t key_size, const uint8_t *head,
                  size_t head_size, int64_t step, uint8_t mac[BT_MAC_BYTES]);
int bt_words_moment(const struct bt_pair *pair, int role, int64_t step,
                    uint16_t index[BT_PHRASE_WORDS]);
int bt_words_duress(const struct bt_pair *pair, int role,
                    uint16_t index[BT_DURESS_WORDS]);
// The third word of a question.
int bt_words_proof(const struct bt_pair *pair, int role, int64_t step,
                   const uint16_t question[2], uint16_t *index);
int bt_words_answer(const struct bt_pair *pair, int role, int64_t step,
                    const uint16_t question[BT_PHRASE_WORDS],
                    uint16_t index[BT_PHRASE_WORDS]);
// A new question of this user's; the pair keeps it.
int bt_words_question(struct bt_pair *pair, int64_t step);

// Judging (judge.c) ---------------------------------------------------------------------
// They change what the pair remembers, and neither write nor read the book.

int bt_judge_words(struct bt_pair *pair, const uint16_t *index, int count, int64_t now,
                   struct bauta_codeword_result *out);
int bt_judge_answer(struct bt_pair *pair, const uint16_t *index, int count, int64_t now,
                    struct bauta_codeword_result *out);
int bt_judge_question(struct bt_pair *pair, const uint16_t *index, int count, int64_t now,
                      struct bauta_phrase *answer, struct bauta_codeword_result *out);
// Seconds until words are looked at again.
int bt_judge_locked(const struct bt_pair *pair, int64_t now);

// Messages (message.c) ------------------------------------------------------------------

enum bt_message_kind {
    BT_MESSAGE_INVITATION,
    BT_MESSAGE_COMMIT,
    BT_MESSAGE_REPLY,
    BT_MESSAGE_OPEN,
    BT_MESSAGE_KINDS,
};
struct bt_message {
    enum bt_message_kind kind;
    uint8_t people, role;          // of an invitation
    uint8_t key[BT_POINT_BYTES];   // the secret, the commitment, the public key
    uint8_t nonce[BT_POINT_BYTES]; // of BT_MESSAGE_REPLY and BT_MESSAGE_OPEN
};
// Version, kind and content as hashed and sent: at most BT_MESSAGE_BYTES_MAX.
enum { BT_MESSAGE_BYTES_MAX = 2 + 2 * BT_POINT_BYTES };
size_t bt_message_pack(const struct bt_message *message,
                       uint8_t out[BT_MESSAGE_BYTES_MAX]);
int bt_message_write(const struct bt_message *message,
                     char text[BAUTA_CODEWORD_MESSAGE_BYTES]);
// Space around it is left away. BAUTA_E_FORMAT or BAUTA_E_UNSUPPORTED with a log line.
int bt_message_read(const char *text, struct bt_message *out);

// Pairing over a channel (exchange.c) ---------------------------------------------------

// A key and a nonce of one's own.
int bt_exchange_begin(struct bt_pair *pair);
// What binds to a key and a nonce.
int bt_exchange_commit(const uint8_t key[BT_POINT_BYTES],
                       const uint8_t nonce[BT_POINT_BYTES], uint8_t out[BT_POINT_BYTES]);
// Takes message 2 (role 0) or 3 (role 1): the secret and the words to read aloud; what
// led to them is wiped. BAUTA_E_TAMPERED where the promise does not hold or the key is of
// no use.
int bt_exchange_finish(struct bt_pair *pair, const struct bt_message *theirs);

// The book (record.c, seal.c, book.c) ---------------------------------------------------

enum {
    BT_SEAL_HEAD = 56, // bytes before what is encrypted
    BT_SEAL_TAG = 16,
    BT_KEY_BYTES = 32,
    BT_BOOK_MAX = 1 << 20, // bytes of a book's file
};
struct bt_pages {
    struct bt_pair *pair; // sorted by name
    int count;
    int lock; // of the folder, -1: none
};
// The pages as bytes; *data is the caller's, to be wiped.
int bt_pages_pack(const struct bt_pages *pages, uint8_t **data, size_t *size);
// BAUTA_E_FORMAT, BAUTA_E_UNSUPPORTED; path is for the log.
int bt_pages_unpack(const uint8_t *data, size_t size, const char *path,
                    struct bt_pages *out);
void bt_pages_finish(struct bt_pages *pages);

struct bt_seal {
    uint8_t head[BT_SEAL_HEAD];
    uint8_t key[BT_KEY_BYTES];
};
// A seal for a new file.
int bt_seal_new(const char *passphrase, struct bt_seal *out);
// The seal of a file's first bytes. BAUTA_E_FORMAT, BAUTA_E_UNSUPPORTED,
// BAUTA_E_PASSPHRASE.
int bt_seal_open(const uint8_t *data, size_t size, const char *passphrase,
                 const char *path, struct bt_seal *out);
// The same without the passphrase: only whether the head is one.
int bt_seal_check(const uint8_t *data, size_t size, const char *path);
// Whole files; *out is the caller's. Each write draws a new nonce.
int bt_seal_write(const struct bt_seal *seal, const uint8_t *data, size_t size,
                  uint8_t **out, size_t *out_size);
// BAUTA_E_TAMPERED, BAUTA_E_PASSPHRASE where the file has another seal by now.
int bt_seal_read(const struct bt_seal *seal, const uint8_t *data, size_t size,
                 const char *path, uint8_t **out, size_t *out_size);

struct bauta_codebook {
    char *path;
    bool fresh; // it is not on the disk yet
    struct bt_seal seal;
};
// The pages as they are on the disk; with change nobody else changes them until
// bt_pages_finish.
int bt_book_read(struct bauta_codebook *book, bool change, struct bt_pages *out);
// Writes them; none: deletes the file.
int bt_book_write(struct bauta_codebook *book, const struct bt_pages *pages);
// The pair of that name, or NULL.
struct bt_pair *bt_pages_find(const struct bt_pages *pages, const char *name);
// The same, or BAUTA_E_NOT_FOUND with a log line; ready: BAUTA_E_USAGE where it is not.
int bt_pages_need(const struct bt_pages *pages, const char *name, bool ready,
                  struct bt_pair **out);
// A new pair in its place, zeroed but for its name and time.
int bt_pages_add(struct bt_pages *pages, const char *name, struct bt_pair **out);
void bt_pages_remove(struct bt_pages *pages, struct bt_pair *pair);

int bt_words_random(void *data, size_t size);

#endif
