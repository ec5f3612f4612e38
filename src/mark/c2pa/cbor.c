// SPDX-License-Identifier: Apache-2.0
#include "mark/c2pa/cbor.h"

#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"

enum major { UNSIGNED, NEGATIVE, BYTES, TEXT, ARRAY, MAP, TAG};

void bt_c2pa_buf_free(struct bt_c2pa_buf *b)
{
    bt_free(b->data);
    *b = (struct bt_c2pa_buf){0};
}

static int reserve(struct bt_c2pa_buf *b, size_t more)
{
    if (b->error)
        return b->error;
    if (more > BT_C2PA_STORE_MAX - b->size)
        return b->error = BAUTA_E_TOO_LARGE;
    if (b->size + more <= b->capacity)
        return 0;
    size_t capacity = b->capacity ? b->capacity : 512;
    while (capacity < b->size + more)
        capacity *= 2;
    uint8_t *data = bt_alloc(capacity);
    if (!data)
        return b->error = BAUTA_E_NO_MEMORY;
    if (b->size)
        memcpy(data, b->data, b->size);
    bt_free(b->data);
    b->data = data;
    b->capacity = capacity;
    return 0;
}

void bt_c2pa_put(struct bt_c2pa_buf *b, const void *bytes, size_t size)
{
    if (size == 0 || reserve(b, size))
        return;
    memcpy(b->data + b->size, bytes, size);
    b->size += size;
}

void bt_c2pa_put_be(struct bt_c2pa_buf *b, uint64_t value, int bytes)
{
    uint8_t out[8];
    for (int i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> (8 * (bytes - 1 - i)));
    bt_c2pa_put(b, out, (size_t)bytes);
}

static void head(struct bt_c2pa_buf *b, enum major major, uint64_t value)
{
    const unsigned top = (unsigned)major << 5;
    if (value < 24) {
        bt_c2pa_put_be(b, top | value, 1);
        return;
    }
    const int log = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFFFFFF ? 2 : 3;
    bt_c2pa_put_be(b, top | (unsigned)(24 + log), 1);
    bt_c2pa_put_be(b, value, 1 << log);
}

void bt_cbor_uint(struct bt_c2pa_buf *b, uint64_t value)
{
    head(b, UNSIGNED, value);
}

void bt_cbor_int(struct bt_c2pa_buf *b, int64_t value)
{
    if (value < 0)
        head(b, NEGATIVE, ~(uint64_t)value);
    else
        head(b, UNSIGNED, (uint64_t)value);
}

void bt_cbor_bytes(struct bt_c2pa_buf *b, const void *bytes, size_t size)
{
    head(b, BYTES, size);
    bt_c2pa_put(b, bytes, size);
}

void bt_cbor_text(struct bt_c2pa_buf *b, const char *text)
{
    const size_t size = strlen(text);
    head(b, TEXT, size);
    bt_c2pa_put(b, text, size);
}

void bt_cbor_array(struct bt_c2pa_buf *b, uint64_t items)
{
    head(b, ARRAY, items);
}

void bt_cbor_map(struct bt_c2pa_buf *b, uint64_t pairs)
{
    head(b, MAP, pairs);
}

void bt_cbor_tag(struct bt_c2pa_buf *b, uint64_t tag)
{
    head(b, TAG, tag);
}

void bt_cbor_null(struct bt_c2pa_buf *b)
{
    bt_c2pa_put_be(b, 0xF6, 1);
}
