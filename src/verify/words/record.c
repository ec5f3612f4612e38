// SPDX-License-Identifier: Apache-2.0
// The pages of the book as bytes: version, count, then each pair; numbers big-endian.
#include <string.h>

#include <openssl/crypto.h>

#include <bauta/identity.h>

#include "base/alloc.h"
#include "base/log.h"
#include "verify/words/words.h"

enum { VERSION = 1, HEAD_BYTES = 4, PAIR_BYTES_MAX = 512 };

// Either writes or reads; bad from the first byte on that is not there or not allowed.
struct cursor {
    uint8_t *out;
    const uint8_t *in;
    size_t at, size;
    bool bad;
};

static void bytes(struct cursor *c, void *data, size_t size)
{
    if (c->bad || size > c->size - c->at) {
        c->bad = true;
        return;
    }
    if (c->out)
        memcpy(c->out + c->at, data, size);
    else
        memcpy(data, c->in + c->at, size);
    c->at += size;
}

static void number(struct cursor *c, int64_t *value, int size)
{
    uint8_t data[8] = {0};
    for (int i = 0; i < size; i++)
        data[i] = (uint8_t)((uint64_t)*value >> (8 * (size - 1 - i)));
    bytes(c, data, (size_t)size);
    uint64_t read = 0;
    for (int i = 0; i < size; i++)
        read = read << 8 | data[i];
    *value = (int64_t)read;
}

static void small(struct cursor *c, uint8_t *value, int least, int most)
{
    bytes(c, value, 1);
    if (*value < least || *value > most)
        c->bad = true;
}

// Not before 1970, and far enough from the end of numbers to be added to.
static void instant(struct cursor *c, int64_t *value)
{
    number(c, value, 8);
    if (*value < 0 || *value > INT64_MAX / 4)
        c->bad = true;
}

static void words(struct cursor *c, uint16_t *index, int count)
{
    for (int i = 0; i < count; i++) {
        int64_t value = index[i];
        number(c, &value, 2);
        if (value < 0 || value >= BAUTA_CODEWORD_LIST)
            c->bad = true;
        index[i] = (uint16_t)value;
    }
}

static void name(struct cursor *c, char text[65])
{
    uint8_t length = c->out ? (uint8_t)strlen(text) : 0;
    small(c, &length, 1, 64);
    if (c->bad)
        return;
    bytes(c, text, length);
    text[length] = 0;
    if (strlen(text) != length || bauta_name_check(text))
        c->bad = true;
}

static void entry(struct cursor *c, struct bt_pair *pair)
{
    name(c, pair->name);
    small(c, &pair->state, BAUTA_PAIR_READY, BAUTA_PAIR_ALOUD);
    small(c, &pair->people, 2, BAUTA_CODEWORD_PEOPLE_MAX);
    small(c, &pair->role, 0, pair->people - 1);
    bytes(c, pair->secret, sizeof pair->secret);
    instant(c, &pair->made);
    instant(c, &pair->accepted);
    for (int i = 0; i < pair->people && !c->bad; i++)
        instant(c, &pair->last[i]);
    small(c, &pair->wrong, 0, BAUTA_CODEWORD_WRONG_MAX - 1);
    small(c, &pair->locks, 0, UINT8_MAX);
    instant(c, &pair->until);
    instant(c, &pair->question_step);
    words(c, pair->question, BT_PHRASE_WORDS);
    if (c->bad || pair->state == BAUTA_PAIR_READY)
        return;
    bytes(c, pair->own_private, BT_POINT_BYTES);
    bytes(c, pair->own_public, BT_POINT_BYTES);
    bytes(c, pair->own_nonce, BT_POINT_BYTES);
    bytes(c, pair->promised, BT_POINT_BYTES);
    words(c, pair->aloud, BT_ALOUD_WORDS);
    small(c, &pair->tries, 0, BAUTA_CODEWORD_WRONG_MAX - 1);
    if (pair->people != 2)
        c->bad = true;
}

int bt_pages_pack(const struct bt_pages *pages, uint8_t **data, size_t *size)
{
    const size_t room = HEAD_BYTES + (size_t)pages->count * PAIR_BYTES_MAX;
    uint8_t *made = bt_alloc(room);
    struct cursor c = {.out = made, .size = room};
    int64_t version = VERSION, count = pages->count;
    if (!made) {
        bt_error("out of memory for the book of code words");
        return BAUTA_E_NO_MEMORY;
    }
    number(&c, &version, 2);
    number(&c, &count, 2);
    for (int i = 0; i < pages->count; i++)
        entry(&c, &pages->pair[i]);
    if (c.bad) {
        bt_error("the book of code words cannot be written: an entry is out of range");
        OPENSSL_cleanse(made, room);
        bt_free(made);
        return BAUTA_E_FAILED;
    }
    *data = made;
    *size = c.at;
    return 0;
}

int bt_pages_unpack(const uint8_t *data, size_t size, const char *path,
                    struct bt_pages *out)
{
    struct bt_pages pages = {.lock = -1};
    struct cursor c = {.in = data, .size = size};
    int64_t version = 0, count = 0;
    number(&c, &version, 2);
    number(&c, &count, 2);
    if (!c.bad && version != VERSION) {
        bt_error("%s: is of version %d; a newer bauta reads it", path, (int)version);
        return BAUTA_E_UNSUPPORTED;
    }
    if (c.bad || count > BT_PAIRS_MAX)
        goto damaged;
    if (count) {
        pages.pair = bt_alloc_array((size_t)count, sizeof *pages.pair);
        if (!pages.pair) {
            bt_error("%s: out of memory", path);
            return BAUTA_E_NO_MEMORY;
        }
    }
    for (pages.count = 0; pages.count < count && !c.bad; pages.count++) {
        struct bt_pair *pair = &pages.pair[pages.count];
        entry(&c, pair);
        // Sorted, so that no name is there twice.
        if (!c.bad && pages.count && strcmp(pair[-1].name, pair->name) >= 0)
            c.bad = true;
    }
    if (c.bad || c.at != size)
        goto damaged;
    *out = pages;
    return 0;

damaged:
    bt_pages_finish(&pages);
    bt_error("%s: is damaged: what is in it makes no book of code words", path);
    return BAUTA_E_FORMAT;
}
