// SPDX-License-Identifier: Apache-2.0
// The signature is verified by libcrypto over a structure that the test builds byte by byte.
#include "../check.h"

#include <openssl/ec.h>
#include <openssl/ecdsa.h>

#include <bauta/error.h>

#include "mark/c2pa/sign.h"

enum { PROTECTED = 10, RAW = 64};
static const uint8_t header[PROTECTED] = {0xA2, 1, 0x26, 0x18, 33, 0x44, 'l', 'e', 'a', 'f'};

static int verifies(EVP_PKEY *key, const uint8_t raw[RAW], const char *claim)
{
    uint8_t text[64] = "\x84\x6aSignature1\x4a", *der = NULL;
    memcpy(text + 13, header, PROTECTED);
    text[23] = 0x40;
    text[24] = 0x45;
    memcpy(text + 25, claim, 5);
    ECDSA_SIG *pair = ECDSA_SIG_new();
    ECDSA_SIG_set0(pair, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
    const int size = i2d_ECDSA_SIG(pair, &der);
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    const int good = EVP_DigestVerifyInit(c, NULL, EVP_sha256(), NULL, key) == 1 &&
                     EVP_DigestVerify(c, der, (size_t)size, text, 30) == 1;
    EVP_MD_CTX_free(c);
    ECDSA_SIG_free(pair);
    OPENSSL_free(der);
    return good;
}

int main(void)
{
    struct bt_c2pa_buf out = {0}, claim = {0}, leaf = {0};
    bt_c2pa_put(&claim, "claim", 5);
    bt_c2pa_put(&leaf, "leaf", 4);
    EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-384");
    // Many, since r or s begins with a zero byte once in 128.
    for (int i = 0; i < 600; i++) {
        CHECK_INT(bt_c2pa_sign(&out, &claim, &leaf, 1, key), 0);
        CHECK_INT(out.size, 2 + 1 + PROTECTED + 2 + 2 + RAW);
        CHECK(!memcmp(out.data, "\xd2\x84\x4a", 3) &&
              !memcmp(out.data + 3, header, PROTECTED) &&
              !memcmp(out.data + 13, "\xa0\xf6\x58\x40", 4));
        CHECK(verifies(key, out.data + 17, "claim"));
        CHECK(!verifies(key, out.data + 17, "clain"));
        bt_c2pa_buf_free(&out);
    }
    CHECK_INT(bt_c2pa_sign(&out, &claim, &leaf, 1, other), BAUTA_E_FAILED);
    bt_c2pa_buf_free(&out);
    bt_c2pa_buf_free(&claim);
    bt_c2pa_buf_free(&leaf);
    EVP_PKEY_free(key);
    EVP_PKEY_free(other);
    return check_end();
}
