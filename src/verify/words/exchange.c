// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "base/log.h"
#include "verify/words/words.h"

enum { ALOUD_BYTES = (BT_ALOUD_WORDS * BT_WORD_BITS + 7) / 8 };

static int fail_crypto(void)
{
    bt_error("libcrypto computes no X25519; is its installation whole?");
    return BAUTA_E_FAILED;
}

int bt_exchange_begin(struct bt_pair *pair)
{
    size_t size = BT_POINT_BYTES;
    int result = bt_words_random(pair->own_private, BT_POINT_BYTES);
    if (!result)
        result = bt_words_random(pair->own_nonce, BT_POINT_BYTES);
    if (result < 0)
        return result;
    EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, pair->own_private,
                                                 BT_POINT_BYTES);
    if (!key || EVP_PKEY_get_raw_public_key(key, pair->own_public, &size) != 1 ||
        size != BT_POINT_BYTES)
        result = fail_crypto();
    EVP_PKEY_free(key);
    return result;
}

int bt_exchange_commit(const uint8_t key[BT_POINT_BYTES],
                       const uint8_t nonce[BT_POINT_BYTES], uint8_t out[BT_POINT_BYTES])
{
    static const char label[] = "bauta codeword commit";
    uint8_t text[sizeof label - 1 + 2 * BT_POINT_BYTES], digest[EVP_MAX_MD_SIZE];
    memcpy(text, label, sizeof label - 1);
    memcpy(text + sizeof label - 1, key, BT_POINT_BYTES);
    memcpy(text + sizeof label - 1 + BT_POINT_BYTES, nonce, BT_POINT_BYTES);
    if (EVP_Digest(text, sizeof text, digest, NULL, EVP_sha256(), NULL) != 1)
        return fail_crypto();
    memcpy(out, digest, BT_POINT_BYTES);
    OPENSSL_cleanse(text, sizeof text);
    return 0;
}

// A key of small order gives the same for every secret, and is refused.
static int agree(const uint8_t private[BT_POINT_BYTES],
                 const uint8_t public[BT_POINT_BYTES], uint8_t out[BT_POINT_BYTES])
{
    size_t size = BT_POINT_BYTES;
    EVP_PKEY *own =
        EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, NULL, private, BT_POINT_BYTES);
    EVP_PKEY *theirs =
        EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, NULL, public, BT_POINT_BYTES);
    EVP_PKEY_CTX *context = own ? EVP_PKEY_CTX_new(own, NULL) : NULL;
    int result = 0;
    if (!context || !theirs || EVP_PKEY_derive_init(context) != 1)
        result = fail_crypto();
    else if (EVP_PKEY_derive_set_peer(context, theirs) != 1 ||
             EVP_PKEY_derive(context, out, &size) != 1 || size != BT_POINT_BYTES) {
        bt_error("the key in the message is of no use; somebody may have changed it");
        result = BAUTA_E_TAMPERED;
    }
    EVP_PKEY_CTX_free(context);
    EVP_PKEY_free(theirs);
    EVP_PKEY_free(own);
    return result;
}

// SHA-256 over the three messages as they were sent.
static int transcript(const struct bt_message message[3], uint8_t out[BT_POINT_BYTES])
{
    uint8_t text[3 * BT_MESSAGE_BYTES_MAX], digest[EVP_MAX_MD_SIZE];
    size_t size = 0;
    for (int i = 0; i < 3; i++)
        size += bt_message_pack(&message[i], text + size);
    if (EVP_Digest(text, size, digest, NULL, EVP_sha256(), NULL) != 1)
        return fail_crypto();
    memcpy(out, digest, BT_POINT_BYTES);
    return 0;
}

static int expand(const uint8_t shared[BT_POINT_BYTES],
                  const uint8_t salt[BT_POINT_BYTES], uint8_t *out, size_t size)
{
    static const char info[] = "bauta codeword pair";
    EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, NULL);
    const bool good = context && EVP_PKEY_derive_init(context) == 1 &&
                      EVP_PKEY_CTX_set_hkdf_md(context, EVP_sha256()) == 1 &&
                      EVP_PKEY_CTX_set1_hkdf_salt(context, salt, BT_POINT_BYTES) == 1 &&
                      EVP_PKEY_CTX_set1_hkdf_key(context, shared, BT_POINT_BYTES) == 1 &&
                      EVP_PKEY_CTX_add1_hkdf_info(context, (const uint8_t *)info,
                                                  sizeof info - 1) == 1 &&
                      EVP_PKEY_derive(context, out, &size) == 1;
    EVP_PKEY_CTX_free(context);
    return good ? 0 : fail_crypto();
}

int bt_exchange_finish(struct bt_pair *pair, const struct bt_message *theirs)
{
    uint8_t shared[BT_POINT_BYTES], salt[BT_POINT_BYTES], commit[BT_POINT_BYTES];
    uint8_t made[BT_SECRET_BYTES + ALOUD_BYTES];
    const bool first = pair->role == 0;
    struct bt_message own = {.kind = first ? BT_MESSAGE_OPEN : BT_MESSAGE_REPLY};
    memcpy(own.key, pair->own_public, BT_POINT_BYTES);
    memcpy(own.nonce, pair->own_nonce, BT_POINT_BYTES);
    const struct bt_message *open = first ? &own : theirs;
    struct bt_message message[3] = {
        {.kind = BT_MESSAGE_COMMIT}, first ? *theirs : own, *open};
    int result = bt_exchange_commit(open->key, open->nonce, commit);
    if (!result && CRYPTO_memcmp(commit, pair->promised, BT_POINT_BYTES) != 0) {
        bt_error(
            "the key in the message is not the one that was promised: somebody "
            "changed a message on its way, or messages of two pairings were mixed up");
        result = BAUTA_E_TAMPERED;
    }
    if (!result && !memcmp(own.key, theirs->key, BT_POINT_BYTES)) {
        bt_error("the key in the message is this side's own: somebody sent it back");
        result = BAUTA_E_TAMPERED;
    }
    memcpy(message[0].key, commit, BT_POINT_BYTES);
    if (!result)
        result = transcript(message, salt);
    if (!result)
        result = agree(pair->own_private, theirs->key, shared);
    if (!result)
        result = expand(shared, salt, made, sizeof made);
    if (!result) {
        memcpy(pair->secret, made, BT_SECRET_BYTES);
        bt_phrase_bits(made + BT_SECRET_BYTES, BT_ALOUD_WORDS, pair->aloud);
        OPENSSL_cleanse(pair->own_private, BT_POINT_BYTES);
        OPENSSL_cleanse(pair->own_public, BT_POINT_BYTES);
        OPENSSL_cleanse(pair->own_nonce, BT_POINT_BYTES);
        OPENSSL_cleanse(pair->promised, BT_POINT_BYTES);
    }
    OPENSSL_cleanse(shared, sizeof shared);
    OPENSSL_cleanse(made, sizeof made);
    return result;
}
