// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/log.h"
#include "verify/words/words.h"

enum { VERSION = 1, CHECK_BYTES = 4, ALL_BYTES = BT_MESSAGE_BYTES_MAX + CHECK_BYTES };

static const char prefix[] = "BAUTA:";
// Base 32 of RFC 4648: with the prefix all of it is of a QR code's smallest alphabet.
static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static size_t content_size(enum bt_message_kind kind)
{
    static const size_t sizes[BT_MESSAGE_KINDS] = {
        [BT_MESSAGE_INVITATION] = 2 + BT_SECRET_BYTES,
        [BT_MESSAGE_COMMIT] = BT_POINT_BYTES,
        [BT_MESSAGE_REPLY] = 2 * BT_POINT_BYTES,
        [BT_MESSAGE_OPEN] = 2 * BT_POINT_BYTES,
    };
    return sizes[kind];
}

size_t bt_message_pack(const struct bt_message *message,
                       uint8_t out[BT_MESSAGE_BYTES_MAX])
{
    uint8_t *at = out;
    *at++ = VERSION;
    *at++ = (uint8_t)message->kind;
    if (message->kind == BT_MESSAGE_INVITATION) {
        *at++ = message->people;
        *at++ = message->role;
    }
    memcpy(at, message->key, BT_POINT_BYTES);
    at += BT_POINT_BYTES;
    if (message->kind == BT_MESSAGE_REPLY || message->kind == BT_MESSAGE_OPEN) {
        memcpy(at, message->nonce, BT_POINT_BYTES);
        at += BT_POINT_BYTES;
    }
    return (size_t)(at - out);
}

// Against slips of the hand only; what makes it good is checked elsewhere.
static int check_bytes(const uint8_t *data, size_t size, uint8_t out[CHECK_BYTES])
{
    uint8_t digest[EVP_MAX_MD_SIZE];
    if (EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) != 1) {
        bt_error("libcrypto computes no SHA-256; is its installation whole?");
        return BAUTA_E_FAILED;
    }
    memcpy(out, digest, CHECK_BYTES);
    return 0;
}

int bt_message_write(const struct bt_message *message,
                     char text[BAUTA_CODEWORD_MESSAGE_BYTES])
{
    uint8_t data[ALL_BYTES];
    size_t size = bt_message_pack(message, data);
    const int result = check_bytes(data, size, data + size);
    if (result < 0)
        return result;
    size += CHECK_BYTES;
    char *at = stpcpy(text, prefix);
    unsigned kept = 0, bits = 0;
    for (size_t i = 0; i < size; i++) {
        kept = (kept << 8 | data[i]) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            *at++ = letters[kept >> (bits - 5) & 31];
    }
    if (bits)
        *at++ = letters[kept << (5 - bits) & 31];
    *at = 0;
    OPENSSL_cleanse(data, sizeof data);
    return 0;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// The bytes that the letters of text mean; how many, or -1.
static int decode(const char *text, size_t length, uint8_t out[ALL_BYTES])
{
    unsigned kept = 0, bits = 0;
    int size = 0;
    for (size_t i = 0; i < length; i++) {
        const char c = text[i] >= 'a' && text[i] <= 'z' ? (char)(text[i] - 32) : text[i];
        const char *found = c ? strchr(letters, c) : NULL;
        if (!found)
            return -1;
        kept = (kept << 5 | (unsigned)(found - letters)) & 0xfff;
        bits += 5;
        if (bits < 8)
            continue;
        if (size == ALL_BYTES)
            return -1;
        bits -= 8;
        out[size++] = (uint8_t)(kept >> bits);
    }
    // The bits that are left over are zero and fewer than a letter's.
    return bits >= 5 || (kept & ((1u << bits) - 1)) ? -1 : size;
}

static int fail_format(void)
{
    bt_error("the message is none of bauta codeword, or a part of it is missing or "
             "misread: it is one line that begins with %s",
             prefix);
    return BAUTA_E_FORMAT;
}

static int unpack(const uint8_t *data, size_t size, struct bt_message *out)
{
    uint8_t check[CHECK_BYTES];
    if (size < 2 + CHECK_BYTES)
        return fail_format();
    const int result = check_bytes(data, size - CHECK_BYTES, check);
    if (result < 0)
        return result;
    if (memcmp(check, data + size - CHECK_BYTES, CHECK_BYTES) != 0)
        return fail_format();
    if (data[0] != VERSION || data[1] >= BT_MESSAGE_KINDS) {
        bt_error("the message is of version %u, kind %u; a newer bauta may know it",
                 data[0], data[1]);
        return BAUTA_E_UNSUPPORTED;
    }
    struct bt_message message = {.kind = data[1]};
    if (size != 2 + content_size(message.kind) + CHECK_BYTES)
        return fail_format();
    const uint8_t *at = data + 2;
    if (message.kind == BT_MESSAGE_INVITATION) {
        message.people = *at++;
        message.role = *at++;
        if (message.people < 2 || message.people > BAUTA_CODEWORD_PEOPLE_MAX ||
            message.role < 1 || message.role >= message.people)
            return fail_format();
    }
    memcpy(message.key, at, BT_POINT_BYTES);
    if (message.kind == BT_MESSAGE_REPLY || message.kind == BT_MESSAGE_OPEN)
        memcpy(message.nonce, at + BT_POINT_BYTES, BT_POINT_BYTES);
    *out = message;
    OPENSSL_cleanse(&message, sizeof message);
    return 0;
}

int bt_message_read(const char *text, struct bt_message *out)
{
    uint8_t data[ALL_BYTES];
    while (is_space(*text))
        text++;
    size_t length = strnlen(text, BAUTA_CODEWORD_MESSAGE_BYTES + 16);
    while (length && is_space(text[length - 1]))
        length--;
    const size_t head = sizeof prefix - 1;
    if (length <= head || length >= BAUTA_CODEWORD_MESSAGE_BYTES ||
        strncasecmp(text, prefix, head) != 0)
        return fail_format();
    const int size = decode(text + head, length - head, data);
    const int result = size < 0 ? fail_format() : unpack(data, (size_t)size, out);
    OPENSSL_cleanse(data, sizeof data);
    return result;
}
