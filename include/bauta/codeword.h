// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_CODEWORD_H
#define BAUTA_CODEWORD_H

#include <stddef.h>
#include <stdint.h>

#include <bauta/error.h>

#ifdef __cplusplus
extern "C" {
#endif

// Code words: people who paired once can tell on a call that they speak with one another.
// Each says three words of the moment, which the other's program checks.
//
// What it does not stop: whoever has the real person on the line at the same moment can
// hand words on as they are spoken (a live relay); whoever has an unlocked device, or the
// file and its passphrase, has the words; of more than two people with one secret, each
// can say the words of all others. It says nothing about faces and voices.
//
// How the words come about
//   step       Unix time / 30 s, rounded down (RFC 6238 with T0 = 0, X = 30).
//   id         the first 16 bytes of SHA-256("bauta codeword id" || secret).
//   moment     HMAC-SHA256(secret, "bauta codeword moment" || id || role || step), whose
//              first 33 bits are three indices into the list. Text is without its zero
//              byte, role is a byte, step eight bytes, big-endian. Each role has its own
//              words, so what one person said cannot be said back.
//   question   two words, of whose 22 bits the last three are the step's and the others
//              chance, and one that proves them: the first 11 bits of the same over
//              "bauta codeword question", id, the role that asks, the two indices as two
//              bytes each, and the step. Only somebody who has the secret can ask, so a
//              stranger gets no answer out of anyone.
//   answer     33 bits over "bauta codeword answer", id, the role that answers, the three
//              indices of the question, and its step.
//   duress     22 bits over "bauta codeword duress", id, role, and step 0: two words to
//              learn by heart, said instead of the second and third word, or alone, by
//              somebody who is forced to speak.
// A word counts in its own step and the ones before and after; a question can be
// answered, and the answer checked, for BAUTA_CODEWORD_QUESTION_SECONDS. What was
// accepted is not accepted again, nor is what is older.
//
// How two people pair over a channel that others may change (X25519)
//   1  A sends SHA-256("bauta codeword commit" || public key A || nonce A): A is bound to
//      its key before it has seen any other.
//   2  B sends public key B and nonce B.
//   3  A sends public key A and nonce A; B compares them with 1.
// Both take T = SHA-256(messages 1, 2, 3) and from HKDF-SHA256(X25519, salt T) the secret
// and six words. A reads the first three aloud, B the last three, each types what it
// hears. A man in the middle must fix the keys that he shows to each side before he knows
// both keys of either exchange: he can neither try keys until the words agree nor wait
// and see, so each pairing gives him one guess at 33 bits a side (three, as a slip of the
// tongue is forgiven twice). This holds only if the voices are real: meet, or call a
// number that you knew before. Who can imitate a voice live while pairing can read any
// words aloud.
//
// The book of secrets is one file, readable by its user alone, encrypted with AES-256-GCM
// under a key that scrypt makes of a passphrase. An older copy put back in its place is
// not noticed: it forgets what was accepted, locked and removed since then.
//
// Errors of all calls: BAUTA_E_USAGE, BAUTA_E_NO_MEMORY, BAUTA_E_NOT_FOUND (no book, no
// such pair), BAUTA_E_EXISTS (the name is taken), BAUTA_E_FORMAT (no book, no message, or
// damaged), BAUTA_E_UNSUPPORTED (of a later version), BAUTA_E_PASSPHRASE,
// BAUTA_E_TAMPERED, BAUTA_E_PERMISSION, BAUTA_E_DISK_FULL, BAUTA_E_IO, BAUTA_E_TOO_LARGE,
// each with a line in the log. A call whose change cannot be written fails and gives
// nothing out.

#define BAUTA_CODEWORD_LIST 2048
#define BAUTA_CODEWORD_SECONDS 30          // a step
#define BAUTA_CODEWORD_QUESTION_SECONDS 90 // at least; 120 at most
#define BAUTA_CODEWORD_PEOPLE_MAX 8
#define BAUTA_CODEWORD_WRONG_MAX 3      // then the pair is locked, for
#define BAUTA_CODEWORD_LOCK_SECONDS 300 // and twice as long each time, up to
#define BAUTA_CODEWORD_LOCK_SECONDS_MAX 4800
#define BAUTA_CODEWORD_PASSPHRASE_MIN 8 // bytes
#define BAUTA_CODEWORD_PASSPHRASE_MAX 1024

// The list: 4 to 7 letters, sorted, no two within one letter or swap of each other. The
// word at an index, NULL out of range. Static storage. Thread-safe, as the next two.
BAUTA_API const char *bauta_codeword_word(int index);
// The index of a word, in any case, or BAUTA_E_NOT_FOUND without a line in the log.
BAUTA_API int bauta_codeword_find(const char *word);
// The only word one letter or swap away from what is none of the list, else NULL.
BAUTA_API const char *bauta_codeword_near(const char *word);

// Up to three words with a space between two, lower case.
struct bauta_phrase {
    char text[32];
    int seconds; // for which it is right from now on; 0: always
};

enum bauta_pair_state {
    BAUTA_PAIR_READY,
    BAUTA_PAIR_BEGUN,   // message 1 was made, message 2 is awaited
    BAUTA_PAIR_REPLIED, // message 2 was made, message 3 is awaited
    BAUTA_PAIR_ALOUD,   // the words read aloud are awaited
};
// "ready", "begun", "replied", "aloud"; NULL out of range. Static storage.
BAUTA_API const char *bauta_pair_state_name(enum bauta_pair_state state);

struct bauta_pair_info {
    char name[65]; // what this user calls it
    enum bauta_pair_state state;
    int people, role; // how many, and which of them this user is, from 0
    int64_t made;     // Unix time
    int64_t accepted; // of the last words that were right, 0: none yet
    int wrong;        // since then
    int locked;       // seconds until words are looked at again, 0: now
};

enum bauta_codeword_verdict {
    BAUTA_CODEWORD_RIGHT,
    BAUTA_CODEWORD_WRONG,
    BAUTA_CODEWORD_REPLAYED, // right, and accepted once already: somebody repeats them
    BAUTA_CODEWORD_OWN,      // one's own words, said back; counts as wrong
    BAUTA_CODEWORD_DURESS,   // right, from somebody who is forced to speak
    BAUTA_CODEWORD_LOCKED,   // not looked at
    BAUTA_CODEWORD_EXPIRED,  // an answer to no question, or to one too old
};
// "right", "wrong", "replayed", "own", "duress", "locked", "expired"; NULL out of range.
// Static storage.
BAUTA_API const char *bauta_codeword_verdict_name(enum bauta_codeword_verdict verdict);

struct bauta_codeword_result {
    enum bauta_codeword_verdict verdict;
    int role;   // who said them, where that is known, else -1
    int left;   // more wrong ones until the pair is locked
    int locked; // seconds that it is locked for, 0: it is not
};

// The book ------------------------------------------------------------------------------
// A handle keeps the key, not the secrets; close wipes it. One thread at a time uses one;
// several programs may have the same book open.
struct bauta_codebook;

// Where it lies: $XDG_DATA_HOME/bauta/codewords, else ~/.local/share/bauta/codewords.
// BAUTA_E_TOO_LARGE where size does not do.
BAUTA_API int bauta_codebook_path(char *path, size_t size);

// path NULL: bauta_codebook_path. make 1: where there is none one is made, with its
// folder; the passphrase then has a least length. BAUTA_E_PASSPHRASE: it is not this
// book's. Takes about half a second and 128 MiB. On success *out is the caller's, for
// bauta_codebook_close.
BAUTA_API int bauta_codebook_open(const char *path, const char *passphrase, int make,
                                  struct bauta_codebook **out);
// Sets *book to NULL. Accepts NULL inside.
BAUTA_API void bauta_codebook_close(struct bauta_codebook **book);
// Encrypts it anew under another passphrase.
BAUTA_API int bauta_codebook_rekey(struct bauta_codebook *book, const char *passphrase);

typedef int bauta_pair_fn(void *opaque, const struct bauta_pair_info *info);
// Calls each for every pair in the order of their names, until it returns other than 0,
// which is returned.
BAUTA_API int bauta_codebook_list(struct bauta_codebook *book, bauta_pair_fn *each,
                                  void *opaque);
BAUTA_API int bauta_codebook_info(struct bauta_codebook *book, const char *name,
                                  struct bauta_pair_info *out);
// Forgets a pair. A book that has none left is deleted.
BAUTA_API int bauta_codebook_remove(struct bauta_codebook *book, const char *name);

// Pairing -------------------------------------------------------------------------------
// Names follow bauta_name_check. A message is one line of text, without spaces, for a QR
// code, a file or a letter; the size holds it and its zero byte.
#define BAUTA_CODEWORD_MESSAGE_BYTES 160

// In person: makes a pair of 2 to BAUTA_CODEWORD_PEOPLE_MAX people, ready at once, of
// whom this user is the first, and people - 1 invitations, one for each other. Whoever
// sees an invitation has the secret.
BAUTA_API int bauta_codebook_offer(struct bauta_codebook *book, const char *name,
                                   int people,
                                   char (*invitation)[BAUTA_CODEWORD_MESSAGE_BYTES]);
// Over a channel: makes message 1.
BAUTA_API int bauta_codebook_begin(struct bauta_codebook *book, const char *name,
                                   char message[BAUTA_CODEWORD_MESSAGE_BYTES]);
// Takes an invitation or message 1 under a new name, message 2 or 3 under the name that
// waits for it. reply is the message to send back, empty where there is none. The state
// of the pair after it, or an error: BAUTA_E_EXISTS where the secret is in the book under
// another name, BAUTA_E_USAGE where another message is awaited, BAUTA_E_TAMPERED where
// message 3 does not hold what message 1 promised; that pairing is forgotten.
BAUTA_API int bauta_codebook_take(struct bauta_codebook *book, const char *name,
                                  const char *message,
                                  char reply[BAUTA_CODEWORD_MESSAGE_BYTES]);
// In state BAUTA_PAIR_ALOUD: the three words that this user reads aloud.
BAUTA_API int bauta_codebook_aloud(struct bauta_codebook *book, const char *name,
                                   struct bauta_phrase *out);
// The three that were heard. RIGHT: the pair is ready; WRONG: with left 0 it is
// forgotten.
BAUTA_API int bauta_codebook_confirm(struct bauta_codebook *book, const char *name,
                                     const char *words,
                                     struct bauta_codeword_result *out);

enum bauta_qr_form {
    BAUTA_QR_TERMINAL, // lines of half blocks, black on white by escape sequences
    BAUTA_QR_PNG,
    BAUTA_QR_SVG,
};
// Draws a message as a QR code. On success *data, size bytes and a zero byte behind them,
// is the caller's, for bauta_codeword_free. Thread-safe.
BAUTA_API int bauta_codeword_draw(const char *message, enum bauta_qr_form form,
                                  char **data, size_t *size);
// Wipes and frees; sets *data to NULL. Accepts NULL inside.
BAUTA_API void bauta_codeword_free(char **data, size_t size);

// Words ---------------------------------------------------------------------------------
// Words are taken in any case, with spaces or hyphens between them. One that is not in
// the list is BAUTA_E_USAGE, with what is near in the log, and does not count as wrong.

// The words for this user to say now.
BAUTA_API int bauta_codebook_show(struct bauta_codebook *book, const char *name,
                                  struct bauta_phrase *out);
// The two words for this user to learn for when they are forced to speak.
BAUTA_API int bauta_codebook_duress(struct bauta_codebook *book, const char *name,
                                    struct bauta_phrase *out);
// Three words of the moment, or those of duress, that somebody else said.
BAUTA_API int bauta_codebook_check(struct bauta_codebook *book, const char *name,
                                   const char *words, struct bauta_codeword_result *out);
// A question to read aloud. It takes the place of the one asked before.
BAUTA_API int bauta_codebook_ask(struct bauta_codebook *book, const char *name,
                                 struct bauta_phrase *question);
// The answer to a question that was heard; out says whether it was one, and answer is
// filled only where the verdict is RIGHT. A wrong question counts like wrong words.
BAUTA_API int bauta_codebook_answer(struct bauta_codebook *book, const char *name,
                                    const char *question, struct bauta_phrase *answer,
                                    struct bauta_codeword_result *out);
// Like bauta_codebook_check, for the answer to the question asked last, and nothing else.
BAUTA_API int bauta_codebook_check_answer(struct bauta_codebook *book, const char *name,
                                          const char *words,
                                          struct bauta_codeword_result *out);

#ifdef __cplusplus
}
#endif
#endif
