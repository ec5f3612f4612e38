// SPDX-License-Identifier: Apache-2.0
#include "mark/c2pa/sign.h"

#include <openssl/ecdsa.h>
#include <openssl/objects.h>

#include <bauta/error.h>

#include "base/log.h"

enum { ALGORITHM = 1, X5CHAIN = 33, ES256 = -7, HALF = 32, DER_MAX = 128};

// The signature as r and s of 32 bytes each, not as DER.
static int sign_raw(const struct bt_c2pa_buf *text, EVP_PKEY *key, uint8_t out[2 * HALF])
{
    uint8_t der[DER_MAX];
    size_t size = sizeof(der);
    char group[32] = "";
    ECDSA_SIG *pair = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int good = context && EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
               OBJ_txt2nid(group) == NID_X9_62_prime256v1 &&
               EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
               EVP_DigestSign(context, der, &size, text->data, text->size) == 1;
    if (good) {
        const uint8_t *at = der;
        pair = d2i_ECDSA_SIG(NULL, &at, (long)size);
        good = pair && BN_bn2binpad(ECDSA_SIG_get0_r(pair), out, HALF) == HALF &&
               BN_bn2binpad(ECDSA_SIG_get0_s(pair), out + HALF, HALF) == HALF;
    }
    ECDSA_SIG_free(pair);
    EVP_MD_CTX_free(context);
    return good ? 0 : BAUTA_E_FAILED;
}

int bt_c2pa_sign(struct bt_c2pa_buf *b, const struct bt_c2pa_buf *claim,
                 const struct bt_c2pa_buf *certificate, int count, EVP_PKEY *key)
{
    struct bt_c2pa_buf header = {0}, text = {0};
    uint8_t signature[2 * HALF];
    bt_cbor_map(&header, 2);
    bt_cbor_int(&header, ALGORITHM);
    bt_cbor_int(&header, ES256);
    bt_cbor_int(&header, X5CHAIN);
    if (count > 1)
        bt_cbor_array(&header, (uint64_t)count);
    for (int i = 0; i < count; i++)
        bt_cbor_bytes(&header, certificate[i].data, certificate[i].size);
    bt_cbor_array(&text, 4);
    bt_cbor_text(&text, "Signature1");
    bt_cbor_bytes(&text, header.data, header.size);
    bt_cbor_bytes(&text, NULL, 0);
    bt_cbor_bytes(&text, claim->data, claim->size);
    int error = header.error ? header.error : text.error;
    if (!error && (error = sign_raw(&text, key, signature)) < 0)
        bt_error("the manifest cannot be signed: the key is no usable P-256 key; import "
                 "another");
    if (error && !b->error)
        b->error = error;
    bt_cbor_tag(b, 18);
    bt_cbor_array(b, 4);
    bt_cbor_bytes(b, header.data, header.size);
    bt_cbor_map(b, 0);
    bt_cbor_null(b);
    if (!b->error)
        bt_cbor_bytes(b, signature, sizeof(signature));
    bt_c2pa_buf_free(&header);
    bt_c2pa_buf_free(&text);
    return b->error;
}
