// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_KEYS_H
#define BAUTA_KEYS_H

#include <bauta/error.h>

#ifdef __cplusplus
extern "C" {
#endif

// The key that signs what is made, in $XDG_CONFIG_HOME/bauta/signer.pem or
// ~/.config/bauta/signer.pem. It is made on first use, with a certificate of this machine.

// Where it lies and its certificates in words and as PEM, the signer's first, the root
// last; makes it where there is none. The private key is not in it. On success *text is
// the caller's, to be freed with bauta_keys_free. Thread-safe.
BAUTA_API int bauta_keys_show(char **text);

// Puts another key in its place: a PEM file with a P-256 key and its chain, the signer's
// certificate first, or a PKCS#12 file; password is of the latter, NULL: none. The file is
// checked before anything is replaced. BAUTA_E_NOT_FOUND, BAUTA_E_FORMAT,
// BAUTA_E_UNSUPPORTED (another kind of key), BAUTA_E_PERMISSION, BAUTA_E_IO with a log line.
BAUTA_API int bauta_keys_import(const char *path, const char *password);

// Sets *text to NULL. Accepts NULL inside.
BAUTA_API void bauta_keys_free(char **text);

#ifdef __cplusplus
}
#endif
#endif
