// SPDX-License-Identifier: Apache-2.0
// The messages by which people pair: the bytes as the line that somebody pastes, and as
// what such a line holds, with the check behind it made right. What is read is written
// back to the same line, and taken by a pairing that waits for it.
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "fuzz.h"
#include "verify/words/words.h"

enum { TEXT_MAX = 2 * BAUTA_CODEWORD_MESSAGE_BYTES };

static void encode(const uint8_t *data, size_t size, char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    out = stpcpy(out, "BAUTA:");
    for (size_t bit = 0; bit < 8 * size; bit += 5) {
        unsigned value = 0;
        for (size_t b = bit; b < bit + 5; b++)
            value = 2 * value + (b < 8 * size ? data[b / 8] >> (7 - b % 8) & 1u : 0);
        *out++ = letters[value];
    }
    *out = 0;
}

static void take(const struct bt_message *message, int role)
{
    struct bt_pair pair = {.people = 2, .role = (uint8_t)role};
    memset(pair.own_private, 7, BT_POINT_BYTES);
    memset(pair.own_public, 9, BT_POINT_BYTES);
    const bool second = role == 1;
    bt_exchange_commit(second ? message->key : pair.own_public,
                       second ? message->nonce : pair.own_nonce, pair.promised);
    const int result = bt_exchange_finish(&pair, message);
    for (int i = 0; !result && i < BT_ALOUD_WORDS; i++) {
        if (pair.aloud[i] >= BAUTA_CODEWORD_LIST)
            __builtin_trap();
    }
}

static void once(const char *text)
{
    struct bt_message read, again;
    char line[BAUTA_CODEWORD_MESSAGE_BYTES];
    if (bt_message_read(text, &read) < 0)
        return;
    if (bt_message_write(&read, line) || bt_message_read(line, &again) ||
        again.kind != read.kind || memcmp(again.key, read.key, BT_POINT_BYTES) != 0)
        __builtin_trap();
    if (read.kind == BT_MESSAGE_REPLY || read.kind == BT_MESSAGE_OPEN)
        take(&read, read.kind == BT_MESSAGE_OPEN);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[TEXT_MAX];
    uint16_t index[BT_PHRASE_WORDS];
    uint8_t raw[BT_MESSAGE_BYTES_MAX + 8 + EVP_MAX_MD_SIZE];
    bauta_log_set(bt_fuzz_quiet, NULL);
    const size_t length = size < TEXT_MAX - 1 ? size : TEXT_MAX - 1;
    memcpy(text, data, length);
    text[length] = 0;
    once(text);
    if (bt_phrase_read(text, index) > BT_PHRASE_WORDS)
        __builtin_trap();
    if (size > BT_MESSAGE_BYTES_MAX + 4)
        return 0;
    memcpy(raw, data, size);
    if (EVP_Digest(data, size, raw + size, NULL, EVP_sha256(), NULL) != 1)
        return 0;
    encode(raw, size + 4, text);
    once(text);
    return 0;
}
