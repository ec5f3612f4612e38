// SPDX-License-Identifier: Apache-2.0
#include "verify/pack.h"

#include <string.h>

#include <openssl/evp.h>

#include <bauta/error.h>

#include "base/log.h"

uint8_t *bt_pack_whole(uint8_t *at, uint64_t number, int bytes)
{
    for (int b = 0; b < bytes; b++)
        *at++ = (uint8_t)(number >> (8 * (bytes - 1 - b)));
    return at;
}

uint64_t bt_unpack_whole(const uint8_t *at, int bytes)
{
    uint64_t number = 0;
    for (int b = 0; b < bytes; b++)
        number = number << 8 | at[b];
    return number;
}

uint8_t *bt_pack_numbers(uint8_t *at, const double *numbers, int count)
{
    for (int i = 0; i < count; i++) {
        const float value = (float)numbers[i];
        uint32_t bits = 0;
        memcpy(&bits, &value, sizeof bits);
        at = bt_pack_whole(at, bits, BT_PACK_NUMBER);
    }
    return at;
}

bool bt_unpack_numbers(const uint8_t **at, double *numbers, int count, double least,
                       double most)
{
    for (int i = 0; i < count; i++, *at += BT_PACK_NUMBER) {
        const uint32_t bits = (uint32_t)bt_unpack_whole(*at, BT_PACK_NUMBER);
        float value = 0;
        memcpy(&value, &bits, sizeof value);
        if (!(value >= (float)least && value <= (float)most))
            return false;
        numbers[i] = (double)value;
    }
    return true;
}

static int hash(const uint8_t *data, size_t size, uint8_t out[EVP_MAX_MD_SIZE])
{
    if (EVP_Digest(data, size, out, NULL, EVP_sha256(), NULL) == 1)
        return 0;
    bt_error("libcrypto computes no SHA-256; is its installation whole?");
    return BAUTA_E_FAILED;
}

int bt_pack_seal(uint8_t *data, size_t size)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    const int result = hash(data, size - BT_PACK_HASH, digest);
    if (!result)
        memcpy(data + size - BT_PACK_HASH, digest, BT_PACK_HASH);
    return result;
}

int bt_pack_check(const uint8_t *data, size_t size)
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    const int result = hash(data, size - BT_PACK_HASH, digest);
    if (result < 0)
        return result;
    return memcmp(digest, data + size - BT_PACK_HASH, BT_PACK_HASH) ? BAUTA_E_FORMAT : 0;
}
