// SPDX-License-Identifier: Apache-2.0
// Manifests in MP4 and MOV: a box uuid behind ftyp, then the index, then all else.
#include <string.h>
#include <sys/stat.h>

#include <openssl/evp.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/log.h"
#include "mark/c2pa/embed.h"

enum { BOXES_MAX = 4096, INDEX_MAX = 200 << 20, CHUNK = 1 << 20, DEPTH_MAX = 8 };
static const char containers[][5] = {"moov", "trak", "mdia", "minf", "stbl"};

struct box {
    char type[5];
    uint64_t at, size;         // in the input
    uint64_t to;               // in the output
};

struct film {
    FILE *in, *out;
    const char *name;
    struct box *box;
    int count, index;          // index: which is moov
    uint64_t size;
    struct bt_c2pa_buf moov;
    EVP_MD_CTX *hash;
    uint8_t *chunk;
};

static uint64_t be(const uint8_t *b, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | b[i];
    return value;
}

static int find_boxes(struct film *f)
{
    struct stat info;
    if (fstat(fileno(f->in), &info))
        return BAUTA_E_IO;
    f->size = (uint64_t)info.st_size;
    f->index = -1;
    for (uint64_t at = 0; at < f->size; f->count++) {
        uint8_t head[16];
        if (f->count == BOXES_MAX || fseeko(f->in, (off_t)at, SEEK_SET) ||
            fread(head, 1, 8, f->in) != 8)
            return bt_c2pa_damaged(f->name);
        struct box *box = &f->box[f->count];
        *box = (struct box){.at = at, .size = be(head, 4)};
        memcpy(box->type, head + 4, 4);
        if (box->size == 1 && fread(head + 8, 1, 8, f->in) == 8)
            box->size = be(head + 8, 8);
        else if (box->size == 0)
            box->size = f->size - at;
        if (box->size < 8 || box->size > f->size - at)
            return bt_c2pa_damaged(f->name);
        if (!strcmp(box->type, "moov"))
            f->index = f->count;
        at += box->size;
    }
    const bool good = f->count > 1 && !strcmp(f->box[0].type, "ftyp") && f->index > 0 &&
                      f->box[f->index].size < INDEX_MAX;
    return good ? 0 : bt_c2pa_damaged(f->name);
}

// Where what was at that offset lies in the output.
static uint64_t moved(const struct film *f, uint64_t offset)
{
    for (int i = 0; i < f->count; i++) {
        if (offset >= f->box[i].at && offset < f->box[i].at + f->box[i].size)
            return offset - f->box[i].at + f->box[i].to;
    }
    return offset;
}

static bool is_container(const uint8_t *type)
{
    for (size_t i = 0; i < sizeof(containers) / sizeof(containers[0]); i++) {
        if (!memcmp(type, containers[i], 4))
            return true;
    }
    return false;
}

// A table of chunks, wide where it has to be.
static bool put_offsets(const struct film *f, struct bt_c2pa_buf *out, const uint8_t *data,
                        size_t size, bool wide)
{
    const int bytes = wide ? 8 : 4;
    const uint64_t count = size >= 16 ? be(data + 12, 4) : 0;
    if (size < 16 || count > (size - 16) / (size_t)bytes)
        return false;
    bool widens = wide;
    for (uint64_t i = 0; i < count && !widens; i++)
        widens = moved(f, be(data + 16 + 4 * i, 4)) > UINT32_MAX;
    const int to = widens ? 8 : 4;
    bt_c2pa_put_be(out, 16 + count * (uint64_t)to, 4);
    bt_c2pa_put(out, widens ? "co64" : "stco", 4);
    bt_c2pa_put(out, data + 8, 8);
    for (uint64_t i = 0; i < count; i++)
        bt_c2pa_put_be(out, moved(f, be(data + 16 + (uint64_t)bytes * i, bytes)), to);
    return true;
}

static bool put_index(const struct film *f, struct bt_c2pa_buf *out, const uint8_t *data,
                      size_t size, int depth)
{
    const size_t mark = out->size;
    if (depth > DEPTH_MAX)
        return false;
    bt_c2pa_put(out, data, 8);
    for (size_t at = 8; at < size;) {
        const size_t left = size - at;
        const size_t n = left >= 8 ? (size_t)be(data + at, 4) : 0;
        const uint8_t *type = data + at + 4;
        if (n < 8 || n > left)
            return false;
        bool good = true;
        if (is_container(type))
            good = put_index(f, out, data + at, n, depth + 1);
        else if (!memcmp(type, "stco", 4) || !memcmp(type, "co64", 4))
            good = put_offsets(f, out, data + at, n, type[0] == 'c');
        else
            bt_c2pa_put(out, data + at, n);
        if (!good)
            return false;
        at += n;
    }
    if (out->error)
        return true;
    const uint64_t length = out->size - mark;
    for (int i = 0; i < 4; i++)
        out->data[mark + (size_t)i] = (uint8_t)(length >> (24 - 8 * i));
    return length <= UINT32_MAX;
}

// Places the boxes for an index of that size, and makes the index for those places. Again
// where its size changes, which only tables that become wide do.
static int lay_out(struct film *f, uint64_t before)
{
    const struct box *index = &f->box[f->index];
    uint8_t *data = bt_alloc(index->size);
    uint64_t size = index->size;
    int result = data ? 0 : BAUTA_E_NO_MEMORY;
    if (data && (fseeko(f->in, (off_t)index->at, SEEK_SET) ||
                 fread(data, 1, index->size, f->in) != index->size))
        result = BAUTA_E_IO;
    for (int tries = 0; tries < 3 && result >= 0; tries++) {
        uint64_t to = f->box[0].size + before;
        f->box[f->index].to = to;
        to += size;
        for (int i = 1; i < f->count; i++) {
            if (i == f->index)
                continue;
            f->box[i].to = to;
            to += f->box[i].size;
        }
        bt_c2pa_buf_free(&f->moov);
        if (!put_index(f, &f->moov, data, index->size, 0))
            result = bt_c2pa_damaged(f->name);
        else if (f->moov.error)
            result = f->moov.error;
        else if (f->moov.size == size)
            break;
        size = f->moov.size;
    }
    bt_free(data);
    return result;
}

static void put_uuid(struct bt_c2pa_buf *out, const struct bt_c2pa_buf *store)
{
    static const uint8_t kind[16] = {0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                     0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81};
    bt_c2pa_put_be(out, 8 + 16 + 4 + 9 + 8 + store->size, 4);
    bt_c2pa_put(out, "uuid", 4);
    bt_c2pa_put(out, kind, sizeof(kind));
    bt_c2pa_put_be(out, 0, 4);
    bt_c2pa_put(out, "manifest", 9);
    bt_c2pa_put_be(out, 0, 8);
    bt_c2pa_put(out, store->data, store->size);
}

static void hash_place(struct film *f, uint64_t at)
{
    uint8_t place[8];
    for (int i = 0; i < 8; i++)
        place[i] = (uint8_t)(at >> (56 - 8 * i));
    EVP_DigestUpdate(f->hash, place, sizeof(place));
}

// Copies a box; hashed, but for those that the standard leaves out.
static int copy(struct film *f, const struct box *box)
{
    const bool hashed = strcmp(box->type, "ftyp") != 0 && strcmp(box->type, "mfra") != 0;
    if (fseeko(f->in, (off_t)box->at, SEEK_SET))
        return BAUTA_E_IO;
    if (hashed)
        hash_place(f, box->to);
    for (uint64_t left = box->size; left > 0;) {
        const size_t n = left < CHUNK ? (size_t)left : CHUNK;
        if (fread(f->chunk, 1, n, f->in) != n) {
            bt_error("%s: cannot be read again to be signed", f->name);
            return BAUTA_E_IO;
        }
        if (hashed)
            EVP_DigestUpdate(f->hash, f->chunk, n);
        fwrite(f->chunk, 1, n, f->out);
        left -= n;
    }
    return 0;
}

static int write_film(struct film *f, const struct bt_c2pa_info *info,
                      const struct bt_c2pa_signer *signer)
{
    struct bt_c2pa_hash hash = {.bmff = true};
    struct bt_c2pa_buf store = {0}, uuid = {0};
    int result = bt_c2pa_store(&store, info, signer, &hash);
    if (result < 0)
        goto done;
    put_uuid(&uuid, &store);
    const size_t reserved = uuid.size;
    result = uuid.error ? uuid.error : lay_out(f, reserved);
    if (result < 0)
        goto done;
    result = copy(f, &f->box[0]);
    fwrite(uuid.data, 1, reserved, f->out);
    hash_place(f, f->box[f->index].to);
    EVP_DigestUpdate(f->hash, f->moov.data, f->moov.size);
    fwrite(f->moov.data, 1, f->moov.size, f->out);
    for (int i = 1; i < f->count && result >= 0; i++) {
        if (i != f->index)
            result = copy(f, &f->box[i]);
    }
    if (result < 0)
        goto done;
    EVP_DigestFinal_ex(f->hash, hash.digest, NULL);
    bt_c2pa_buf_free(&store);
    bt_c2pa_buf_free(&uuid);
    result = bt_c2pa_store(&store, info, signer, &hash);
    if (result >= 0) {
        put_uuid(&uuid, &store);
        result = uuid.size == reserved ? uuid.error : bt_c2pa_damaged(f->name);
    }
    if (result >= 0 && !ferror(f->out) && !fseeko(f->out, (off_t)f->box[0].size, SEEK_SET))
        fwrite(uuid.data, 1, uuid.size, f->out);

done:
    bt_c2pa_buf_free(&store);
    bt_c2pa_buf_free(&uuid);
    return result;
}

int bt_c2pa_bmff(FILE *in, FILE *out, const struct bt_c2pa_info *info,
                 const struct bt_c2pa_signer *signer)
{
    struct film f = {.in = in, .out = out, .name = info->title};
    f.box = bt_alloc_array(BOXES_MAX, sizeof(*f.box));
    f.chunk = bt_alloc(CHUNK);
    f.hash = EVP_MD_CTX_new();
    int result = BAUTA_E_NO_MEMORY;
    if (f.box && f.chunk && f.hash && EVP_DigestInit_ex(f.hash, EVP_sha256(), NULL) == 1)
        result = find_boxes(&f);
    if (result >= 0)
        result = write_film(&f, info, signer);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory for its manifest", info->title);
    EVP_MD_CTX_free(f.hash);
    bt_c2pa_buf_free(&f.moov);
    bt_free(f.box);
    bt_free(f.chunk);
    return result;
}
