// SPDX-License-Identifier: Apache-2.0
#include <bauta/keys.h>

#include <string.h>

#include <openssl/crypto.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/provenance/provenance.h"

enum { PATH_BYTES = 4096, FILE_MAX = 1 << 20 };

int bauta_keys_show(char **text)
{
    char path[PATH_BYTES], *pem = NULL;
    if (!text) {
        bt_error("bauta_keys_show: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_config_path(path, sizeof(path), BT_KEYS_FILE);
    if (result >= 0)
        result = bt_c2pa_signer_show(path, &pem);
    if (result < 0)
        return result;
    const size_t size = strlen(path) + strlen(pem) + 2;
    *text = bt_alloc(size);
    if (*text)
        snprintf(*text, size, "%s\n%s", path, pem);
    bt_free(pem);
    return *text ? 0 : BAUTA_E_NO_MEMORY;
}

int bauta_keys_import(const char *from, const char *password)
{
    char path[PATH_BYTES];
    uint8_t *data = NULL;
    size_t size = 0;
    if (!from) {
        bt_error("bauta_keys_import: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_config_path(path, sizeof(path), BT_KEYS_FILE);
    if (result >= 0)
        result = bt_file_read(from, FILE_MAX, &data, &size);
    if (result < 0)
        return result;
    // PEM is text that says so; DER begins with a sequence.
    if (size && data[0] == 0x30)
        result = bt_c2pa_signer_import_p12(path, data, size, password, from);
    else
        result = bt_c2pa_signer_import(path, data, size, from);
    OPENSSL_cleanse(data, size);
    bt_free(data);
    return result;
}

void bauta_keys_free(char **text)
{
    if (text)
        bt_freep(text);
}
