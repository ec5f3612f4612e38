// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_CBOR_H
#define BT_MARK_C2PA_CBOR_H

#include <stddef.h>
#include <stdint.h>

// Bytes that grow. Zero-initialise. The first failure stays in error (a bauta_error), and
// every later call does nothing, so that a writer asks once, at the end. At most
// BT_C2PA_STORE_MAX bytes. Not thread-safe.
#define BT_C2PA_STORE_MAX ((size_t)256 << 20)
struct bt_c2pa_buf {
    uint8_t *data;
    size_t size, capacity;
    int error;
};

void bt_c2pa_buf_free(struct bt_c2pa_buf *b);
void bt_c2pa_put(struct bt_c2pa_buf *b, const void *bytes, size_t size);
void bt_c2pa_put_be(struct bt_c2pa_buf *b, uint64_t value, int bytes);   // bytes: 1 to 8

// CBOR, RFC 8949: shortest heads and definite lengths. The order of a map's keys (section
// 4.2.1: by their encoded bytes) is the caller's.
void bt_cbor_uint(struct bt_c2pa_buf *b, uint64_t value);
void bt_cbor_int(struct bt_c2pa_buf *b, int64_t value);
void bt_cbor_bytes(struct bt_c2pa_buf *b, const void *bytes, size_t size);
void bt_cbor_text(struct bt_c2pa_buf *b, const char *text);
void bt_cbor_array(struct bt_c2pa_buf *b, uint64_t items);    // the items follow
void bt_cbor_map(struct bt_c2pa_buf *b, uint64_t pairs);      // key, value, key, ...
void bt_cbor_tag(struct bt_c2pa_buf *b, uint64_t tag);        // the tagged item follows
void bt_cbor_null(struct bt_c2pa_buf *b);

#endif
