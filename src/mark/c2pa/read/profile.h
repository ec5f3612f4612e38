// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_READ_PROFILE_H
#define BT_MARK_C2PA_READ_PROFILE_H

#include <openssl/x509.h>

// What a signer's certificate lacks of what C2PA 2.3 asks for in section 14.5.1 (version,
// dates, algorithms and key sizes, purposes, extensions), as words for a message; NULL:
// it may sign manifests. Where the reference validator is more generous (nonRepudiation
// instead of digitalSignature) so is this. Thread-safe for a certificate of one's own.
const char *bt_c2pa_profile_fault(X509 *leaf);

#endif
