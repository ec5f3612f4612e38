// SPDX-License-Identifier: Apache-2.0
#include "mark/c2pa/read/profile.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509v3.h>

enum { RSA_BITS_LEAST = 2048 };

static bool is_strong_digest(int nid)
{
    return nid == NID_sha256 || nid == NID_sha384 || nid == NID_sha512;
}

// How the certificate itself was signed.
static bool is_signed_well(X509 *leaf)
{
    int digest = NID_undef;
    switch (X509_get_signature_nid(leaf)) {
    case NID_sha256WithRSAEncryption:
    case NID_sha384WithRSAEncryption:
    case NID_sha512WithRSAEncryption:
    case NID_ecdsa_with_SHA256:
    case NID_ecdsa_with_SHA384:
    case NID_ecdsa_with_SHA512:
    case NID_ED25519:
        return true;
    case NID_rsassaPss:
        return X509_get_signature_info(leaf, &digest, NULL, NULL, NULL) == 1 &&
               is_strong_digest(digest);
    default:
        return false;
    }
}

static bool is_strong_key(const EVP_PKEY *key)
{
    static const char *const curves[] = {"prime256v1", "secp384r1", "secp521r1"};
    char group[32] = "";
    if (!key)
        return false;
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_ED25519:
        return true;
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        return EVP_PKEY_get_bits(key) >= RSA_BITS_LEAST;
    case EVP_PKEY_EC:
        if (EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) != 1)
            return false;
        for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
            if (!strcmp(group, curves[i]))
                return true;
        }
        return false;
    default:
        return false;
    }
}

// Mail, or stamps or answers of an authority alone; purposes that are not named are none.
static bool is_for_claims(X509 *leaf)
{
    const uint32_t uses = X509_get_extended_key_usage(leaf);
    const uint32_t single = uses & (XKU_OCSP_SIGN | XKU_TIMESTAMP);
    if (!(X509_get_extension_flags(leaf) & EXFLAG_XKUSAGE) || uses & XKU_ANYEKU)
        return false;
    if (!single)
        return uses & XKU_SMIME;
    EXTENDED_KEY_USAGE *list = X509_get_ext_d2i(leaf, NID_ext_key_usage, NULL, NULL);
    const bool alone = list && sk_ASN1_OBJECT_num(list) == 1;
    EXTENDED_KEY_USAGE_free(list);
    return alone;
}

static bool may_sign(X509 *leaf)
{
    const uint32_t uses = X509_get_key_usage(leaf);
    return X509_get_extension_flags(leaf) & EXFLAG_KUSAGE && !(uses & KU_KEY_CERT_SIGN) &&
           uses & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION);
}

const char *bt_c2pa_profile_fault(X509 *leaf)
{
    const ASN1_BIT_STRING *issuer = NULL, *subject = NULL;
    const uint32_t flags = X509_get_extension_flags(leaf);
    X509_get0_uids(leaf, &issuer, &subject);
    if (X509_get_version(leaf) != X509_VERSION_3 || flags & EXFLAG_CA || issuer ||
        subject)
        return "the signer's certificate is none of a signer";
    if (X509_cmp_current_time(X509_get0_notBefore(leaf)) >= 0 ||
        X509_cmp_current_time(X509_get0_notAfter(leaf)) <= 0)
        return "the signer's certificate is not valid today";
    if (!is_signed_well(leaf))
        return "the signer's certificate is signed in a way that is too weak";
    if (!is_strong_key(X509_get0_pubkey(leaf)))
        return "the signer's key is too weak, or of a kind that may not sign manifests";
    if (!may_sign(leaf))
        return "the signer's certificate is not for signatures";
    if (!is_for_claims(leaf))
        return "the signer's certificate is for other purposes";
    if (flags & (EXFLAG_INVALID | EXFLAG_CRITICAL) ||
        X509_get_ext_by_NID(leaf, NID_authority_key_identifier, -1) < 0)
        return "the signer's certificate lacks what its profile asks for";
    return NULL;
}
