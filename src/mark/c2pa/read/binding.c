// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <openssl/evp.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "mark/c2pa/read/read.h"

enum { CHUNK = 1 << 18, EXCLUSIONS_MAX = 64 };

struct range {
    uint64_t start, length;
};

static bool hash_range(struct bt_c2pa_file *f, EVP_MD_CTX *hash, uint8_t *chunk,
                       uint64_t from, uint64_t to)
{
    if (fseeko(f->file, (off_t)from, SEEK_SET))
        return false;
    while (from < to) {
        const size_t n = to - from < CHUNK ? (size_t)(to - from) : CHUNK;
        if (fread(chunk, 1, n, f->file) != n)
            return false;
        EVP_DigestUpdate(hash, chunk, n);
        from += n;
    }
    return true;
}

// Every byte but those of the exclusions, which come in order and do not overlap.
static int hash_data(struct bt_c2pa_file *f, const struct bt_item *map, EVP_MD_CTX *hash,
                     uint8_t *chunk)
{
    const struct bt_item list = bt_item_get(map, "exclusions");
    uint64_t at = 0;
    const uint64_t count = list.kind == BT_ITEM_ARRAY ? list.value : 0;
    bool covers = f->length == 0;
    for (uint64_t i = 0; i < count; i++) {
        const struct bt_item one = bt_item_at(&list, i);
        const struct bt_item start = bt_item_get(&one, "start");
        const struct bt_item length = bt_item_get(&one, "length");
        if (i == EXCLUSIONS_MAX || start.kind != BT_ITEM_UINT ||
            length.kind != BT_ITEM_UINT || start.value < at || start.value > f->size ||
            length.value > f->size - start.value)
            return 0;
        // Nothing but the manifest may be left out.
        if (start.value < f->at || start.value + length.value > f->at + f->length)
            return 0;
        covers |= start.value <= f->at && length.value >= f->length;
        if (!hash_range(f, hash, chunk, at, start.value))
            return BAUTA_E_IO;
        at = start.value + length.value;
    }
    if (!covers)
        return 0;
    return hash_range(f, hash, chunk, at, f->size) ? 1 : BAUTA_E_IO;
}

// 1: this exclusion leaves the box out. BAUTA_E_UNSUPPORTED: it may, in a way not known.
static int leaves_out(const struct bt_item *one, const struct bt_c2pa_box *box)
{
    char path[64];
    const struct bt_item xpath = bt_item_get(one, "xpath");
    bt_item_text(&xpath, path, sizeof(path));
    const size_t n = strcspn(path + (path[0] == '/'), "/");
    if (path[0] != '/' || n != 4 || memcmp(path + 1, box->type, 4) != 0)
        return 0;
    if (path[5])
        return BAUTA_E_UNSUPPORTED;
    const struct bt_item length = bt_item_get(one, "length");
    if (length.kind == BT_ITEM_UINT && length.value != box->size)
        return 0;
    const struct bt_item subset = bt_item_get(one, "subset");
    const struct bt_item version = bt_item_get(one, "version");
    const struct bt_item flags = bt_item_get(one, "flags");
    if (subset.kind == BT_ITEM_ARRAY || version.kind == BT_ITEM_UINT ||
        flags.kind == BT_ITEM_BYTES)
        return BAUTA_E_UNSUPPORTED;
    const struct bt_item data = bt_item_get(one, "data");
    for (uint64_t i = 0; data.kind == BT_ITEM_ARRAY && i < data.value && i < 8; i++) {
        const struct bt_item part = bt_item_at(&data, i);
        const struct bt_item offset = bt_item_get(&part, "offset");
        const struct bt_item value = bt_item_get(&part, "value");
        if (offset.kind != BT_ITEM_UINT || value.kind != BT_ITEM_BYTES)
            return BAUTA_E_UNSUPPORTED;
        if (offset.value > (uint64_t)box->head_size ||
            value.body.size > (uint64_t)box->head_size - offset.value)
            return BAUTA_E_UNSUPPORTED;
        if (memcmp(box->head + offset.value, value.body.data, value.body.size) != 0)
            return 0;
    }
    return 1;
}

static int is_left_out(const struct bt_item *list, const struct bt_c2pa_box *box)
{
    for (uint64_t i = 0; list->kind == BT_ITEM_ARRAY && i < list->value; i++) {
        const struct bt_item one = bt_item_at(list, i);
        const int result = i < EXCLUSIONS_MAX ? leaves_out(&one, box) : BAUTA_E_UNSUPPORTED;
        if (result)
            return result;
    }
    return 0;
}

// The boxes of the top level; from version 2 on each after its place in the file.
static int hash_bmff(struct bt_c2pa_file *f, const struct bt_item *map, bool places,
                     EVP_MD_CTX *hash, uint8_t *chunk)
{
    static const char *const harmless[] = {"uuid", "ftyp", "mfra", "free", "skip"};
    const struct bt_item list = bt_item_get(map, "exclusions");
    const struct bt_item merkle = bt_item_get(map, "merkle");
    if (merkle.kind == BT_ITEM_ARRAY)
        return BAUTA_E_UNSUPPORTED;
    for (int i = 0; i < f->box_count; i++) {
        const struct bt_c2pa_box *box = &f->box[i];
        const int out = is_left_out(&list, box);
        if (out < 0)
            return out;
        if (out) {
            // Pictures, sound and their index are never left out.
            bool good = false;
            for (size_t k = 0; k < sizeof(harmless) / sizeof(harmless[0]); k++)
                good |= !strcmp(box->type, harmless[k]);
            if (!good)
                return 0;
            continue;
        }
        uint8_t place[8];
        for (int k = 0; k < 8; k++)
            place[k] = (uint8_t)(box->at >> (56 - 8 * k));
        if (places)
            EVP_DigestUpdate(hash, place, sizeof(place));
        if (!hash_range(f, hash, chunk, box->at, box->at + box->size))
            return BAUTA_E_IO;
    }
    return 1;
}

int bt_c2pa_binding(struct bt_c2pa_file *f, const char *label, const struct bt_item *map)
{
    char alg[16];
    uint8_t digest[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    const struct bt_item name = bt_item_get(map, "alg");
    const struct bt_item wanted = bt_item_get(map, "hash");
    bt_item_text(&name, alg, sizeof(alg));
    const EVP_MD *md = !alg[0] || !strcmp(alg, "sha256") ? EVP_sha256()
                       : !strcmp(alg, "sha384")          ? EVP_sha384()
                       : !strcmp(alg, "sha512")          ? EVP_sha512()
                                                         : NULL;
    if (!md || wanted.kind != BT_ITEM_BYTES)
        return md ? 0 : BAUTA_E_UNSUPPORTED;
    uint8_t *chunk = bt_alloc(CHUNK);
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    int result = BAUTA_E_NO_MEMORY;
    if (chunk && hash && EVP_DigestInit_ex(hash, md, NULL) == 1) {
        // Of a film whose manifest lies beside, all bytes are hashed as they are.
        const bool beside = f->length == 0;
        if (!strcmp(label, "c2pa.hash.data") && (beside || f->kind != BT_C2PA_BMFF))
            result = hash_data(f, map, hash, chunk);
        else if (!strncmp(label, "c2pa.hash.bmff", 14) && f->kind == BT_C2PA_BMFF)
            result = hash_bmff(f, map, label[14] != 0, hash, chunk);
        else
            result = BAUTA_E_UNSUPPORTED;
    }
    if (result == 1) {
        EVP_DigestFinal_ex(hash, digest, &size);
        result = size == wanted.body.size && !memcmp(digest, wanted.body.data, size);
    }
    EVP_MD_CTX_free(hash);
    bt_free(chunk);
    return result;
}
