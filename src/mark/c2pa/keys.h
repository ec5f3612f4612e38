// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_KEYS_H
#define BT_MARK_C2PA_KEYS_H

#include <openssl/evp.h>

#include "mark/c2pa/cbor.h"

// The key that manifests are signed with, and its certificates, the leaf first, without
// the root.
enum { BT_C2PA_CHAIN = 4 };
struct bt_c2pa_signer {
    EVP_PKEY *key;
    struct bt_c2pa_buf certificate[BT_C2PA_CHAIN];
    int count;
};

// Reads the PEM file at path, which holds a P-256 private key and certificates in this
// order, the root last where it is there. Without one, and where the one that we made has
// expired, makes a key, a certificate for it and a root that signs it and whose own key is
// forgotten; the file is this user's alone (0600), and its folders are made. Errors are
// logged with the path and what to do.
int bt_c2pa_signer_load(struct bt_c2pa_signer *signer, const char *path);
void bt_c2pa_signer_free(struct bt_c2pa_signer *signer);

// Checks that a PEM text (key and chain) can sign, and writes it to path, 0600, replacing
// what is there. name: of the text's file, for messages.
int bt_c2pa_signer_import(const char *path, const void *pem, size_t size, const char *name);
// The same from a PKCS#12 file's bytes; password may be NULL.
int bt_c2pa_signer_import_p12(const char *path, const void *data, size_t size,
                              const char *password, const char *name);
// The certificates at path as PEM, the root too: what a verifier takes as an anchor is the
// last. *pem is bt_alloc'ed, with a zero byte behind it.
int bt_c2pa_signer_show(const char *path, char **pem);

#endif
