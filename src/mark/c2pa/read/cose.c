// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "mark/c2pa/cbor.h"
#include "mark/c2pa/read/profile.h"
#include "mark/c2pa/read/read.h"

enum { CHAIN_MAX = 8, CERTIFICATE_MAX = 1 << 16, ANCHORS_MAX = 2000 };

struct method {
    int64_t id;
    const EVP_MD *(*digest)(void);
    int half;                  // bytes of r and of s; 0: not ECDSA
    bool pss;
};
static const struct method methods[] = {{-7, EVP_sha256, 32, false},
                                        {-35, EVP_sha384, 48, false},
                                        {-36, EVP_sha512, 66, false},
                                        {-37, EVP_sha256, 0, true},
                                        {-38, EVP_sha384, 0, true},
                                        {-39, EVP_sha512, 0, true},
                                        {-8, NULL, 0, false}};

static const struct method *method_of(const struct bt_item *protected)
{
    const struct bt_item alg = bt_item_get_number(protected, 1);
    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        if (alg.kind == BT_ITEM_NEGATIVE && alg.value == (uint64_t)(-1 - methods[i].id))
            return &methods[i];
    }
    return NULL;
}

static X509 *certificate_of(const struct bt_item *item)
{
    const uint8_t *at = item->body.data;
    if (item->kind != BT_ITEM_BYTES || item->body.size > CERTIFICATE_MAX)
        return NULL;
    X509 *c = d2i_X509(NULL, &at, (long)item->body.size);
    // Nothing may follow it.
    if (c && at != item->body.data + item->body.size) {
        X509_free(c);
        return NULL;
    }
    return c;
}

// The chain from a header of COSE; the leaf is first.
static STACK_OF(X509) *read_chain(const struct bt_item *header)
{
    struct bt_item list = bt_item_get_number(header, 33);
    if (list.kind == BT_ITEM_BAD)
        list = bt_item_get(header, "x5chain");
    STACK_OF(X509) *chain = sk_X509_new_null();
    const uint64_t count = list.kind == BT_ITEM_ARRAY ? list.value : 1;
    for (uint64_t i = 0; chain && i < count; i++) {
        const struct bt_item one = list.kind == BT_ITEM_ARRAY ? bt_item_at(&list, i) : list;
        X509 *c = i < CHAIN_MAX ? certificate_of(&one) : NULL;
        if (!c || sk_X509_push(chain, c) <= 0) {
            X509_free(c);
            sk_X509_pop_free(chain, X509_free);
            return NULL;
        }
    }
    return chain;
}

// The DER form of a pair that COSE holds as two numbers side by side.
static int to_der(const uint8_t *raw, int half, uint8_t **der)
{
    ECDSA_SIG *pair = ECDSA_SIG_new();
    BIGNUM *r = BN_bin2bn(raw, half, NULL), *s = BN_bin2bn(raw + half, half, NULL);
    int size = -1;
    if (pair && r && s && ECDSA_SIG_set0(pair, r, s) == 1)
        size = i2d_ECDSA_SIG(pair, der);
    else
        BN_free(r), BN_free(s);
    ECDSA_SIG_free(pair);
    return size;
}

static bool verifies(const struct method *m, EVP_PKEY *key, const struct bt_c2pa_buf *text,
                     struct bt_view_bytes raw)
{
    uint8_t *der = NULL;
    EVP_PKEY_CTX *more = NULL;
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (m->half) {
        const int size = raw.size == 2 * (size_t)m->half ? to_der(raw.data, m->half, &der) : -1;
        raw = (struct bt_view_bytes){der, size > 0 ? (size_t)size : 0};
    }
    const int kind = m->half ? EVP_PKEY_EC : m->pss ? EVP_PKEY_RSA : EVP_PKEY_ED25519;
    const int found = EVP_PKEY_get_base_id(key);
    bool good = context && raw.size > 0 &&
                (found == kind || (m->pss && found == EVP_PKEY_RSA_PSS)) &&
                EVP_DigestVerifyInit(context, &more, m->digest ? m->digest() : NULL, NULL,
                                     key) == 1;
    if (good && m->pss)
        good = EVP_PKEY_CTX_set_rsa_padding(more, RSA_PKCS1_PSS_PADDING) == 1 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(more, RSA_PSS_SALTLEN_DIGEST) == 1;
    good = good &&
           EVP_DigestVerify(context, raw.data, raw.size, text->data, text->size) == 1;
    EVP_MD_CTX_free(context);
    OPENSSL_free(der);
    return good;
}

static bool leads_to(STACK_OF(X509) *chain, const char *anchors)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    BIO *bio = BIO_new_mem_buf(anchors, -1);
    bool good = false;
    for (int i = 0; store && bio && i < ANCHORS_MAX; i++) {
        X509 *c = PEM_read_bio_X509(bio, NULL, NULL, (void *)"");
        if (!c)
            break;
        X509_STORE_add_cert(store, c);
        X509_free(c);
    }
    if (store && context &&
        X509_STORE_CTX_init(context, store, sk_X509_value(chain, 0), chain) == 1) {
        X509_STORE_CTX_set_flags(context, X509_V_FLAG_PARTIAL_CHAIN);
        X509_VERIFY_PARAM_set_purpose(X509_STORE_CTX_get0_param(context), X509_PURPOSE_ANY);
        good = X509_verify_cert(context) == 1;
    }
    BIO_free(bio);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return good;
}

static void name_signer(X509 *leaf, char *out, size_t size)
{
    char part[2][64] = {"", ""};
    X509_NAME *name = X509_get_subject_name(leaf);
    X509_NAME_get_text_by_NID(name, NID_commonName, part[0], sizeof(part[0]));
    X509_NAME_get_text_by_NID(name, NID_organizationName, part[1], sizeof(part[1]));
    snprintf(out, size, "%s%s%s", part[0], part[1][0] ? ", " : "", part[1]);
    for (char *c = out; *c; c++)
        *c = (unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c;
}

bool bt_c2pa_cose(struct bt_view_bytes signature, struct bt_view_bytes claim,
                  const char *anchors, bool *trusted, char *signer, size_t signer_size,
                  const char **why)
{
    struct bt_item cose = bt_item_read(signature);
    struct bt_c2pa_buf text = {0};
    *trusted = false;
    *why = "its signature is malformed";
    if (cose.kind == BT_ITEM_TAG && cose.value == 18)
        cose = bt_item_at(&cose, 0);
    const struct bt_item wrapped = bt_item_at(&cose, 0), open = bt_item_at(&cose, 1);
    const struct bt_item raw = bt_item_at(&cose, 3);
    if (cose.kind != BT_ITEM_ARRAY || cose.value != 4 || wrapped.kind != BT_ITEM_BYTES ||
        raw.kind != BT_ITEM_BYTES)
        return false;
    const struct bt_item protected = bt_item_read(wrapped.body);
    const struct method *m = method_of(&protected);
    if (!m) {
        *why = "its signature is of a kind that is not known";
        return false;
    }
    STACK_OF(X509) *chain = read_chain(&protected);
    if (!chain)
        chain = read_chain(&open);
    if (!chain)
        return false;
    bt_cbor_array(&text, 4);
    bt_cbor_text(&text, "Signature1");
    bt_cbor_bytes(&text, wrapped.body.data, wrapped.body.size);
    bt_cbor_bytes(&text, NULL, 0);
    bt_cbor_bytes(&text, claim.data, claim.size);
    X509 *leaf = sk_X509_value(chain, 0);
    name_signer(leaf, signer, signer_size);
    EVP_PKEY *key = X509_get0_pubkey(leaf);
    bool good = false;
    if (text.error || !key || !verifies(m, key, &text, raw.body))
        *why = text.error ? "it is too large to be checked, or there is no memory for it"
                          : "its signature does not fit its claim";
    else
        good = !(*why = bt_c2pa_profile_fault(leaf));
    *trusted = good && anchors && leads_to(chain, anchors);
    sk_X509_pop_free(chain, X509_free);
    bt_c2pa_buf_free(&text);
    return good;
}
