// SPDX-License-Identifier: Apache-2.0
// An identity as bytes: it comes back as it was, and what is damaged is told from it.
#include "made.h"
#include "person.h"

#include "base/file.h"
#include "base/log.h"

static uint8_t *data;
static size_t size;

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)level;
    snprintf(opaque, 512, "%s", line);
}
static char said[512];

static void round_trip(const struct bauta_identity *who)
{
    struct bauta_identity *back = NULL;
    CHECK_INT(bt_identity_pack(who, &data, &size), 0);
    CHECK_INT(bt_identity_unpack(data, size, "made", &back), 0);
    if (!CHECK(back != NULL))
        return;
    CHECK_TEXT(back->consent, who->consent);
    CHECK_INT(back->created, who->created);
    CHECK_INT(back->photo_count, 2);
    CHECK(!memcmp(back->photo, who->photo, sizeof who->photo));
    CHECK(!memcmp(back->thumbnail, who->thumbnail,
                  (size_t)BT_THUMBNAIL_SIZE * BT_THUMBNAIL_SIZE * 3));
    // Every level of the texture, and all else of the face but the pointers.
    for (int l = 0; l < BT_ATLAS_LEVELS; l++)
        CHECK(!memcmp(back->face.atlas[l], who->face.atlas[l],
                      (size_t)(BT_ATLAS_SIZE >> l) * (BT_ATLAS_SIZE >> l) * 4));
    for (int l = 0; l < BT_ATLAS_LEVELS; l++)
        CHECK(!memcmp(back->face.lids[l], who->face.lids[l],
                      (size_t)(BT_LIDS_WIDTH >> l) * (BT_LIDS_HEIGHT >> l) * 4));
    struct bt_source_face a = back->face, b = who->face;
    memset(a.atlas, 0, sizeof a.atlas);
    memset(b.atlas, 0, sizeof b.atlas);
    memset(a.lids, 0, sizeof a.lids);
    memset(b.lids, 0, sizeof b.lids);
    CHECK(!a.portrait == !b.portrait);
    CHECK(!a.portrait || !memcmp(a.portrait, b.portrait,
                                 (size_t)BT_PORTRAIT_SIZE * BT_PORTRAIT_SIZE * 3));
    a.portrait = b.portrait = NULL;
    CHECK(!memcmp(&a, &b, sizeof a));
    struct bauta_photo_info info;
    CHECK_INT(bauta_identity_photo(back, 2, &info), BAUTA_E_USAGE);
    CHECK_INT(bauta_identity_photo(back, 1, &info), 0);
    CHECK_TEXT(info.info.consent, "written:letter 5");
    // The same bytes each time.
    uint8_t *again = NULL;
    size_t length = 0;
    CHECK_INT(bt_identity_pack(back, &again, &length), 0);
    CHECK(length == size && !memcmp(again, data, size));
    bt_free(again);
    bauta_identity_unref(&back);
}

// A face may have a portrait or none; so may an older file.
static void portrait(struct bauta_identity *who)
{
    const size_t bytes = (size_t)BT_PORTRAIT_SIZE * BT_PORTRAIT_SIZE * 3;
    who->face.portrait = bt_alloc(bytes);
    if (!CHECK(who->face.portrait != NULL))
        return;
    for (size_t i = 0; i < bytes; i++)
        who->face.portrait[i] = (uint8_t)(i % 251);
    for (int i = 0; i < 5; i++)
        who->face.portrait_point[i][0] = 100.5f + (float)i;
    round_trip(who);
    bt_freep(&data);
    bt_freep(&who->face.portrait);
}

static void hash_again(uint8_t *bytes, size_t length)
{
    char hex[65];
    bt_sha256(bytes, length - 32, hex);
    for (int i = 0; i < 32; i++) {
        unsigned byte = 0;
        sscanf(hex + 2 * i, "%2x", &byte);
        bytes[length - 32 + (size_t)i] = (uint8_t)byte;
    }
}

// What a change gives, with the hash as it was or made good again.
static int with(size_t at, uint8_t value, size_t length, bool rehash)
{
    struct bauta_identity *back = NULL;
    uint8_t *copy = bt_alloc(size);
    memcpy(copy, data, size);
    copy[at] = value;
    if (rehash)
        hash_again(copy, length);
    const int error = bt_identity_unpack(copy, length, "/faces/anna.face", &back);
    CHECK((error == 0) == (back != NULL));
    bauta_identity_unref(&back);
    bt_free(copy);
    return error;
}

// Where the entry of a tag is, and where its field.
static size_t entry_of(const char *tag, size_t *field)
{
    for (size_t i = 16; i < 16 + 16 * 64; i += 16)
        if (!memcmp(data + i, tag, 4)) {
            *field = data[i + 12] | (size_t)data[i + 13] << 8 |
                     (size_t)data[i + 14] << 16;
            return i;
        }
    CHECK(!"the tag is there");
    return 0;
}

static void damage(void)
{
    bauta_log_set(quiet, said);
    for (size_t at = 0; at < size; at += at < 2000 ? 7 : 50021)
        CHECK_INT(with(at, data[at] ^ 4, size, false), BAUTA_E_FORMAT);
    CHECK(strstr(said, "/faces/anna.face") && strstr(said, "enrol it again"));
    CHECK_INT(with(size - 1, data[size - 1] ^ 128, size, false), BAUTA_E_FORMAT);
    for (size_t length = 0; length < size; length += length < 2000 ? 13 : 70001)
        CHECK_INT(with(0, data[0], length, false), BAUTA_E_FORMAT);
    for (size_t length = 48; length < size; length += length < 2000 ? 13 : 70001)
        CHECK(with(0, data[0], length, true) < 0);
    // What somebody made on purpose, with a good hash.
    size_t field = 0;
    CHECK_INT(with(8, 2, size, true), BAUTA_E_UNSUPPORTED);
    CHECK(strstr(said, "newer"));
    CHECK_INT(with(8, 0, size, true), BAUTA_E_FORMAT);
    CHECK_INT(with(13, 200, size, true), BAUTA_E_FORMAT);
    CHECK_INT(with(12, 5, size, true), BAUTA_E_FORMAT);
    const size_t vertices = entry_of("vert", &field);
    CHECK_INT(with(vertices + 4, 1, size, true), BAUTA_E_FORMAT);
    CHECK_INT(with(vertices + 8, 1, size, true), BAUTA_E_FORMAT);
    CHECK_INT(with(vertices + 15, 255, size, true), BAUTA_E_FORMAT);
    CHECK_INT(with(field + 3, 0x7f, size, true), BAUTA_E_FORMAT);
    entry_of("phot", &field);
    CHECK_INT(with(field, 17, size, true), BAUTA_E_FORMAT);
    CHECK_INT(with(field, 0, size, true), BAUTA_E_FORMAT);
    CHECK_INT(with(field, 1, size, true), 0);
    CHECK_INT(with(field + 3, 255, size, true), BAUTA_E_FORMAT);
    entry_of("cons", &field);
    CHECK_INT(with(field, 'W', size, true), BAUTA_E_FORMAT);
    entry_of("hash", &field);
    CHECK_INT(with(field, 'x', size, true), BAUTA_E_FORMAT);
    CHECK_INT(with(field + 64, 'x', size, true), BAUTA_E_FORMAT);
    entry_of("name", &field);
    CHECK_INT(with(field, 27, size, true), BAUTA_E_FORMAT);
    CHECK_INT(with(field, '/', size, true), 0);
    // A field that this program does not know is left alone; one that it needs is missed.
    CHECK_INT(with(entry_of("time", &field), 'T', size, true), BAUTA_E_FORMAT);
    CHECK(strstr(said, "missing"));
    bauta_log_set(NULL, NULL);
}

static void no_memory(const struct bauta_identity *who)
{
    bauta_log_set(quiet, said);
    for (int n = 1;; n++) {
        struct bauta_identity *back = NULL;
        bt_alloc_fail_after(n);
        const int error = bt_identity_unpack(data, size, "made", &back);
        bt_alloc_fail_after(0);
        CHECK(error == 0 || (error == BAUTA_E_NO_MEMORY && !back));
        bauta_identity_unref(&back);
        if (!error) {
            CHECK(n > 5);
            break;
        }
    }
    uint8_t *none = NULL;
    size_t length = 0;
    bt_alloc_fail_after(1);
    CHECK_INT(bt_identity_pack(who, &none, &length), BAUTA_E_NO_MEMORY);
    bt_alloc_fail_after(0);
    CHECK(!none);
    bauta_log_set(NULL, NULL);
}

int main(void)
{
    struct bauta_identity *who = made_person("written:letter 5");
    if (who)
        portrait(who);
    if (!CHECK(who != NULL))
        return check_end();
    round_trip(who);
    damage();
    no_memory(who);
    bt_free(data);
    bauta_identity_unref(&who);
    return check_end();
}
