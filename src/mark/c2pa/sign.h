// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_SIGN_H
#define BT_MARK_C2PA_SIGN_H

#include <openssl/evp.h>

#include "mark/c2pa/cbor.h"

// Appends a tagged COSE_Sign1 (RFC 9052) with ES256 and a detached payload: claim.
// certificate: count of them in DER, the leaf first and the root left out, which go into
// the protected header (33, x5chain). key: the leaf's P-256 private key. 0, or a bauta_error with a word in the log; b->error is set then, too.
int bt_c2pa_sign(struct bt_c2pa_buf *b, const struct bt_c2pa_buf *claim,
                 const struct bt_c2pa_buf *certificate, int count, EVP_PKEY *key);

#endif
