// SPDX-License-Identifier: Apache-2.0
// The book's file: magic and version (8 bytes), scrypt's log2 N, r, p and a zero, salt
// (16), a value that only the right passphrase gives (16), nonce (12), what is encrypted
// with AES-256-GCM, its tag (16). The 56 bytes before are authenticated with it.
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/alloc.h"
#include "base/log.h"
#include "verify/words/seam.h"
#include "verify/words/words.h"

enum {
    AT_COST = 8,
    AT_SALT = 12,
    AT_PROOF = 28,
    AT_NONCE = 44,
    SALT_BYTES = 16,
    PROOF_BYTES = 16,
    NONCE_BYTES = 12,
    LOG2_N = 17, // with r = 8: 128 MiB
    LOG2_N_MIN = 4,
    LOG2_N_MAX = 20,
    R = 8,
    P = 1,
};

static const uint8_t magic[AT_COST] = {'b', 'a', 'u', 't', 'a', 'c', 'w', 1};

static int fail_crypto(void)
{
    bt_error("libcrypto computes no scrypt or AES-256-GCM; is its installation whole?");
    return BAUTA_E_FAILED;
}

// The key, and the proof that the passphrase is right.
static int derive(const uint8_t *head, const char *passphrase, uint8_t key[BT_KEY_BYTES],
                  uint8_t proof[PROOF_BYTES])
{
    uint8_t made[BT_KEY_BYTES + PROOF_BYTES];
    const uint64_t n = (uint64_t)1 << head[AT_COST];
    const uint64_t memory = 128 * (n + 2) * R + ((uint64_t)1 << 20);
    if (EVP_PBE_scrypt(passphrase, strlen(passphrase), head + AT_SALT, SALT_BYTES, n, R,
                       P, memory, made, sizeof made) != 1) {
        bt_error("the passphrase's key cannot be computed; that needs %llu MiB of memory",
                 (unsigned long long)(memory >> 20));
        return BAUTA_E_NO_MEMORY;
    }
    memcpy(key, made, BT_KEY_BYTES);
    memcpy(proof, made + BT_KEY_BYTES, PROOF_BYTES);
    OPENSSL_cleanse(made, sizeof made);
    return 0;
}

int bt_seal_new(const char *passphrase, struct bt_seal *out)
{
    const struct bt_words_seam *seam = bt_words_seam();
    uint8_t *head = out->head;
    memset(out, 0, sizeof *out);
    memcpy(head, magic, sizeof magic);
    head[AT_COST] = (uint8_t)(seam && seam->log2_n ? seam->log2_n : LOG2_N);
    head[AT_COST + 1] = R;
    head[AT_COST + 2] = P;
    const int result = bt_words_random(head + AT_SALT, SALT_BYTES);
    return result < 0 ? result : derive(head, passphrase, out->key, head + AT_PROOF);
}

int bt_seal_check(const uint8_t *data, size_t size, const char *path)
{
    if (size < BT_SEAL_HEAD + BT_SEAL_TAG || memcmp(data, magic, sizeof magic - 1) != 0) {
        bt_error("%s: is no book of code words, or is cut short", path);
        return BAUTA_E_FORMAT;
    }
    // What asks for more memory or time than any book of ours is not tried.
    if (data[7] != magic[7] || data[AT_COST] < LOG2_N_MIN || data[AT_COST] > LOG2_N_MAX ||
        data[AT_COST + 1] != R || data[AT_COST + 2] != P || data[AT_COST + 3]) {
        bt_error("%s: is a book of code words of version %u that cannot be read; a newer "
                 "bauta may know it",
                 path, data[7]);
        return BAUTA_E_UNSUPPORTED;
    }
    return 0;
}

int bt_seal_open(const uint8_t *data, size_t size, const char *passphrase,
                 const char *path, struct bt_seal *out)
{
    struct bt_seal seal;
    uint8_t proof[PROOF_BYTES];
    int result = bt_seal_check(data, size, path);
    if (result < 0)
        return result;
    memcpy(seal.head, data, BT_SEAL_HEAD);
    result = derive(data, passphrase, seal.key, proof);
    if (!result && CRYPTO_memcmp(proof, data + AT_PROOF, PROOF_BYTES) != 0) {
        bt_error("%s: the passphrase is not this book's; there is no other way in", path);
        result = BAUTA_E_PASSPHRASE;
    }
    if (!result)
        *out = seal;
    OPENSSL_cleanse(&seal, sizeof seal);
    OPENSSL_cleanse(proof, sizeof proof);
    return result;
}

int bt_seal_write(const struct bt_seal *seal, const uint8_t *data, size_t size,
                  uint8_t **out, size_t *out_size)
{
    const size_t all = BT_SEAL_HEAD + size + BT_SEAL_TAG;
    if (all > BT_BOOK_MAX) {
        bt_error("the book of code words would be over its limit of %d bytes",
                 BT_BOOK_MAX);
        return BAUTA_E_TOO_LARGE;
    }
    uint8_t *made = bt_alloc(all);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    int length = 0, rest = 0, result = 0;
    if (!made || !cipher) {
        bt_error("out of memory for the book of code words");
        result = BAUTA_E_NO_MEMORY;
        goto fail;
    }
    memcpy(made, seal->head, BT_SEAL_HEAD);
    result = bt_words_random(made + AT_NONCE, NONCE_BYTES);
    if (result < 0)
        goto fail;
    if (EVP_EncryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, seal->key, made + AT_NONCE) !=
            1 ||
        EVP_EncryptUpdate(cipher, NULL, &length, made, BT_SEAL_HEAD) != 1 ||
        EVP_EncryptUpdate(cipher, made + BT_SEAL_HEAD, &length, data, (int)size) != 1 ||
        EVP_EncryptFinal_ex(cipher, made + BT_SEAL_HEAD + length, &rest) != 1 ||
        EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_GET_TAG, BT_SEAL_TAG,
                            made + BT_SEAL_HEAD + size) != 1) {
        result = fail_crypto();
        goto fail;
    }
    EVP_CIPHER_CTX_free(cipher);
    *out = made;
    *out_size = all;
    return 0;

fail:
    EVP_CIPHER_CTX_free(cipher);
    bt_free(made);
    return result;
}

int bt_seal_read(const struct bt_seal *seal, const uint8_t *data, size_t size,
                 const char *path, uint8_t **out, size_t *out_size)
{
    int length = 0, rest = 0;
    int result = bt_seal_check(data, size, path);
    if (result < 0)
        return result;
    if (memcmp(seal->head, data, AT_NONCE) != 0) {
        bt_error("%s: was given another passphrase meanwhile; open it again", path);
        return BAUTA_E_PASSPHRASE;
    }
    const size_t inner = size - BT_SEAL_HEAD - BT_SEAL_TAG;
    uint8_t tag[BT_SEAL_TAG], *made = bt_alloc(inner + 1);
    EVP_CIPHER_CTX *cipher = EVP_CIPHER_CTX_new();
    memcpy(tag, data + size - BT_SEAL_TAG, BT_SEAL_TAG);
    if (!made || !cipher) {
        bt_error("%s: out of memory", path);
        result = BAUTA_E_NO_MEMORY;
    } else if (EVP_DecryptInit_ex(cipher, EVP_aes_256_gcm(), NULL, seal->key,
                                  data + AT_NONCE) != 1 ||
               EVP_DecryptUpdate(cipher, NULL, &length, data, BT_SEAL_HEAD) != 1 ||
               EVP_DecryptUpdate(cipher, made, &length, data + BT_SEAL_HEAD,
                                 (int)inner) != 1 ||
               EVP_CIPHER_CTX_ctrl(cipher, EVP_CTRL_GCM_SET_TAG, BT_SEAL_TAG, tag) != 1) {
        result = fail_crypto();
    } else if (EVP_DecryptFinal_ex(cipher, made + length, &rest) != 1) {
        bt_error("%s: was changed since it was written, or is damaged; nothing in it is "
                 "used. Put a copy back, or remove it and pair anew",
                 path);
        result = BAUTA_E_TAMPERED;
    }
    EVP_CIPHER_CTX_free(cipher);
    if (result < 0) {
        if (made)
            OPENSSL_cleanse(made, inner + 1);
        bt_free(made);
        return result;
    }
    *out = made;
    *out_size = inner;
    return 0;
}
