// SPDX-License-Identifier: Apache-2.0
// Signs files with whatever key and certificates a PEM file holds, without the checks
// that bauta makes first: what a verifier must refuse has to come from somewhere.
// usage: c2pa-sign BUNDLE.pem FILE...
#include <string.h>

#include <openssl/pem.h>

#include "mark/c2pa/embed.h"

static int read_bundle(const char *path, struct bt_c2pa_signer *signer)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return -1;
    signer->key = PEM_read_PrivateKey(file, NULL, NULL, NULL);
    rewind(file);
    for (X509 *c; signer->count < BT_C2PA_CHAIN &&
                  (c = PEM_read_X509(file, NULL, NULL, NULL));) {
        uint8_t *der = NULL;
        const int size = i2d_X509(c, &der);
        bt_c2pa_put(&signer->certificate[signer->count++], der, (size_t)size);
        OPENSSL_free(der);
        X509_free(c);
    }
    fclose(file);
    return signer->key && signer->count ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct bt_c2pa_signer signer = {0};
    if (argc < 3 || read_bundle(argv[1], &signer) < 0)
        return 2;
    int result = 1;
    for (int i = 2; i < argc && result == 1; i++) {
        struct bt_c2pa_info info = {.title = "signed", .source_type = "composite",
                                    .edit = "none", .label = "persistent"};
        result = bt_c2pa_name(&info) < 0 ? -1 : bt_c2pa_embed(argv[i], &info, &signer);
    }
    bt_c2pa_signer_free(&signer);
    return result == 1 ? 0 : 1;
}
