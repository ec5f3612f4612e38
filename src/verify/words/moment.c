// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <time.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "base/log.h"
#include "verify/words/seam.h"
#include "verify/words/words.h"

enum { HEAD_MAX = 64, STEP_BYTES = 8 };

static const struct bt_words_seam *seam;

void bt_words_set_seam(const struct bt_words_seam *given)
{
    seam = given;
}

const struct bt_words_seam *bt_words_seam(void)
{
    return seam;
}

int64_t bt_words_now(void)
{
    return seam && seam->now ? seam->now() : (int64_t)time(NULL);
}

int64_t bt_words_step(int64_t time)
{
    return time < 0 ? 0 : time / BAUTA_CODEWORD_SECONDS;
}

static int fail_crypto(void)
{
    bt_error("libcrypto computes no HMAC-SHA256; is its installation whole?");
    return BAUTA_E_FAILED;
}

int bt_words_random(void *data, size_t size)
{
    if (RAND_priv_bytes(data, (int)size) == 1)
        return 0;
    bt_error("libcrypto gives no random numbers; is its installation whole?");
    return BAUTA_E_FAILED;
}

int bt_words_hmac(const uint8_t *key, size_t key_size, const uint8_t *head,
                  size_t head_size, int64_t step, uint8_t mac[BT_MAC_BYTES])
{
    uint8_t text[HEAD_MAX + STEP_BYTES];
    unsigned size = 0;
    if (head_size > HEAD_MAX)
        return BAUTA_E_USAGE;
    if (head_size)
        memcpy(text, head, head_size);
    for (int i = 0; i < STEP_BYTES; i++)
        text[head_size + (size_t)i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
    if (!HMAC(EVP_sha256(), key, (int)key_size, text, head_size + STEP_BYTES, mac,
              &size) ||
        size != BT_MAC_BYTES)
        return fail_crypto();
    return 0;
}

// The indices that come out of a label, the pair's id, what more there is, and a step.
static int derive(const struct bt_pair *pair, const char *label, const uint8_t *more,
                  size_t more_size, int64_t step, int count, uint16_t *index)
{
    static const char id_label[] = "bauta codeword id";
    const size_t id_length = sizeof id_label - 1, length = strlen(label);
    uint8_t head[HEAD_MAX], id[EVP_MAX_MD_SIZE], mac[BT_MAC_BYTES];
    uint8_t secret[sizeof id_label - 1 + BT_SECRET_BYTES];
    memcpy(secret, id_label, id_length);
    memcpy(secret + id_length, pair->secret, BT_SECRET_BYTES);
    const int hashed = EVP_Digest(secret, sizeof secret, id, NULL, EVP_sha256(), NULL);
    OPENSSL_cleanse(secret, sizeof secret);
    if (hashed != 1 || length + BT_ID_BYTES + more_size > sizeof head)
        return fail_crypto();
    memcpy(head, label, length);
    memcpy(head + length, id, BT_ID_BYTES);
    memcpy(head + length + BT_ID_BYTES, more, more_size);
    const int result = bt_words_hmac(pair->secret, BT_SECRET_BYTES, head,
                                     length + BT_ID_BYTES + more_size, step, mac);
    if (!result)
        bt_phrase_bits(mac, count, index);
    OPENSSL_cleanse(mac, sizeof mac);
    return result;
}

int bt_words_moment(const struct bt_pair *pair, int role, int64_t step,
                    uint16_t index[BT_PHRASE_WORDS])
{
    const uint8_t more[] = {(uint8_t)role};
    return derive(pair, "bauta codeword moment", more, sizeof more, step, BT_PHRASE_WORDS,
                  index);
}

int bt_words_duress(const struct bt_pair *pair, int role, uint16_t index[BT_DURESS_WORDS])
{
    const uint8_t more[] = {(uint8_t)role};
    return derive(pair, "bauta codeword duress", more, sizeof more, 0, BT_DURESS_WORDS,
                  index);
}

int bt_words_proof(const struct bt_pair *pair, int role, int64_t step,
                   const uint16_t question[2], uint16_t *index)
{
    const uint8_t more[] = {(uint8_t)role, (uint8_t)(question[0] >> 8),
                            (uint8_t)question[0], (uint8_t)(question[1] >> 8),
                            (uint8_t)question[1]};
    return derive(pair, "bauta codeword question", more, sizeof more, step, 1, index);
}

int bt_words_answer(const struct bt_pair *pair, int role, int64_t step,
                    const uint16_t question[BT_PHRASE_WORDS],
                    uint16_t index[BT_PHRASE_WORDS])
{
    uint8_t more[1 + 2 * BT_PHRASE_WORDS] = {(uint8_t)role};
    for (int i = 0; i < BT_PHRASE_WORDS; i++) {
        more[1 + 2 * i] = (uint8_t)(question[i] >> 8);
        more[2 + 2 * i] = (uint8_t)question[i];
    }
    return derive(pair, "bauta codeword answer", more, sizeof more, step, BT_PHRASE_WORDS,
                  index);
}

int bt_words_question(struct bt_pair *pair, int64_t step)
{
    uint8_t chance[4];
    uint16_t question[BT_PHRASE_WORDS];
    int result = bt_words_random(chance, sizeof chance);
    if (result < 0)
        return result;
    bt_phrase_bits(chance, 2, question);
    question[1] = (uint16_t)((question[1] >> BT_STEP_BITS << BT_STEP_BITS) |
                             (step & ((1 << BT_STEP_BITS) - 1)));
    result = bt_words_proof(pair, pair->role, step, question, &question[2]);
    if (result < 0)
        return result;
    memcpy(pair->question, question, sizeof question);
    pair->question_step = step;
    return 0;
}
