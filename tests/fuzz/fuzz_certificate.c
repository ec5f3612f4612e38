// SPDX-License-Identifier: Apache-2.0
// Certificates: as they lie in a manifest (DER), and as a file to import (PEM), behind a
// key that is good. The file has nowhere to go.
#include <stdlib.h>
#include <string.h>

#include <openssl/pem.h>

#include "fuzz.h"
#include "mark/c2pa/keys.h"
#include "mark/c2pa/read/profile.h"

static char *key_pem(size_t *size)
{
    EVP_PKEY *key = EVP_EC_gen("P-256");
    BIO *bio = BIO_new(BIO_s_mem());
    char *data = NULL, *copy = NULL;
    PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
    *size = (size_t)BIO_get_mem_data(bio, &data);
    copy = malloc(*size);
    if (copy)
        memcpy(copy, data, *size);
    BIO_free(bio);
    EVP_PKEY_free(key);
    return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static char *key;
    static size_t key_size;
    const uint8_t *at = data;
    bauta_log_set(bt_fuzz_quiet, NULL);
    if (!key && !(key = key_pem(&key_size)))
        return 0;
    X509 *c = d2i_X509(NULL, &at, (long)size);
    if (c)
        bt_c2pa_profile_fault(c);
    X509_free(c);
    char *both = malloc(key_size + size);
    if (both) {
        memcpy(both, key, key_size);
        if (size)
            memcpy(both + key_size, data, size);
        bt_c2pa_signer_import("/proc/self/none/signer.pem", both, key_size + size,
                              "data");
    }
    free(both);
    return 0;
}
