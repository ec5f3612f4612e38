// SPDX-License-Identifier: Apache-2.0
// Manifests in JPEG (APP11 segments) and PNG (a chunk caBX).
#include <string.h>

#include <openssl/sha.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "mark/c2pa/embed.h"

enum {
    SEGMENT_HEAD = 12,         // marker, length, JP, number of the box, of the segment
    SEGMENT_MOST = 65000,      // of content in one
    BOX_HEAD = 8,
    TRIES_MOST = 6,
};

// A picture, and where in it the manifest goes.
struct picture {
    uint8_t *data;
    size_t size, at;
};

// The store for what is inserted at that place: wrap turns it into the bytes of the file.
typedef void wrap_fn(struct bt_c2pa_buf *out, const struct bt_c2pa_buf *store);

// The exclusion is what is inserted, so what is hashed is the picture as it was.
static int insert(const struct picture *p, FILE *out, wrap_fn *wrap,
                  const struct bt_c2pa_info *info, const struct bt_c2pa_signer *signer)
{
    struct bt_c2pa_hash hash = {.start = p->at, .length = 1};
    struct bt_c2pa_buf store = {0}, bytes = {0};
    SHA256(p->data, p->size, hash.digest);
    int result = 0;
    // The length stands in what it is the length of. It grows with its number of bytes,
    // so that the second or third time it is the same.
    for (int tries = 0; result >= 0 && bytes.size != hash.length; tries++) {
        hash.length = tries ? bytes.size : 1;
        bt_c2pa_buf_free(&store);
        bt_c2pa_buf_free(&bytes);
        result = bt_c2pa_store(&store, info, signer, &hash);
        if (result >= 0) {
            wrap(&bytes, &store);
            result = bytes.error ? bytes.error
                     : tries == TRIES_MOST ? bt_c2pa_damaged(info->title) : 0;
        }
    }
    if (result >= 0 && (fwrite(p->data, 1, p->at, out) != p->at ||
                        fwrite(bytes.data, 1, bytes.size, out) != bytes.size ||
                        fwrite(p->data + p->at, 1, p->size - p->at, out) !=
                            p->size - p->at))
        result = 0;            // ferror tells
    bt_c2pa_buf_free(&store);
    bt_c2pa_buf_free(&bytes);
    return result;
}

// Every segment begins with the head of the outermost box.
static void wrap_jpeg(struct bt_c2pa_buf *out, const struct bt_c2pa_buf *store)
{
    uint32_t number = 1;
    for (size_t at = 0; at < store->size; number++) {
        const size_t repeated = at ? BOX_HEAD : 0;
        size_t n = store->size - at;
        n = n > SEGMENT_MOST ? SEGMENT_MOST : n;
        bt_c2pa_put_be(out, 0xffeb, 2);
        bt_c2pa_put_be(out, SEGMENT_HEAD - 2 + repeated + n, 2);
        bt_c2pa_put(out, "JP", 2);
        bt_c2pa_put_be(out, 0x0211, 2);
        bt_c2pa_put_be(out, number, 4);
        bt_c2pa_put(out, store->data, repeated);
        bt_c2pa_put(out, store->data + at, n);
        at += n;
    }
}

int bt_c2pa_jpeg(FILE *in, FILE *out, const struct bt_c2pa_info *info,
                 const struct bt_c2pa_signer *signer)
{
    struct picture p = {0};
    int result = bt_c2pa_read_all(in, info->title, &p.data, &p.size);
    if (result < 0)
        return result;
    // After the start, and after JFIF's segment where that follows.
    p.at = 2;
    if (p.size > 6 && p.data[2] == 0xff && p.data[3] == 0xe0)
        p.at = 4 + ((size_t)p.data[4] << 8 | p.data[5]);
    result = p.at < p.size && p.data[p.at] == 0xff
                 ? insert(&p, out, wrap_jpeg, info, signer)
                 : bt_c2pa_damaged(info->title);
    bt_free(p.data);
    return result;
}

// PNG's own check sum (ISO 3309, as its specification gives it).
static uint32_t crc32_of(const uint8_t *data, size_t size)
{
    uint32_t crc = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int k = 0; k < 8; k++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320 : crc >> 1;
    }
    return ~crc;
}

static void wrap_png(struct bt_c2pa_buf *out, const struct bt_c2pa_buf *store)
{
    bt_c2pa_put_be(out, store->size, 4);
    const size_t from = out->size;
    bt_c2pa_put(out, "caBX", 4);
    bt_c2pa_put(out, store->data, store->size);
    if (!out->error)
        bt_c2pa_put_be(out, crc32_of(out->data + from, out->size - from), 4);
}

int bt_c2pa_png(FILE *in, FILE *out, const struct bt_c2pa_info *info,
                const struct bt_c2pa_signer *signer)
{
    struct picture p = {0};
    int result = bt_c2pa_read_all(in, info->title, &p.data, &p.size);
    if (result < 0)
        return result;
    p.at = 8;
    while (p.size - p.at >= 12 && memcmp(p.data + p.at + 4, "IDAT", 4) != 0) {
        const uint8_t *b = p.data + p.at;
        const size_t length =
            (size_t)b[0] << 24 | (size_t)b[1] << 16 | (size_t)b[2] << 8 | b[3];
        if (length > p.size - p.at - 12)
            break;
        p.at += length + 12;
    }
    result = p.size - p.at >= 12 && !memcmp(p.data + p.at + 4, "IDAT", 4)
                 ? insert(&p, out, wrap_png, info, signer)
                 : bt_c2pa_damaged(info->title);
    bt_free(p.data);
    return result;
}
