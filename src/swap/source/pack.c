// SPDX-License-Identifier: Apache-2.0
// An identity as bytes. All numbers are little-endian; floats are IEEE 754.
//
//     0  8  "bautafac"
//     8  4  version of the format
//    12  4  number of fields
//    16     a field each: 4 bytes of tag, 4 of kind, 4 of count, 4 of offset
//           the fields' bytes
//    end-32 SHA-256 of all before
//
// Of every version, past and to come, the first 12 bytes and the last 32 are as here. A
// field that is not in the table is left alone, so one may be added for older programs
// without raising the version. One that older programs cannot do without raises it.
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "swap/source.h"

enum {
    VERSION = 1,
    HEAD = 16,
    ENTRY = 16,
    HASH = 32,
    FIELDS_MAX = 256,
    CONSENT_MAX = 256,
};
static const char magic[9] = "bautafac";

enum kind { BYTES, TEXT, I32, I64, F32, BOOL };

// A field: count values in each of repeat places, which lie stride apart.
struct row {
    const char *tag; // four letters, never used again for another thing
    enum kind kind;
    int since;    // the version of the format that brought it
    bool needed;  // else all zero is a good value where a file lacks it or has none of it
    bool pointer; // the place holds a pointer to the values
    size_t offset, count, repeat, stride;
    double limit; // of the numbers' magnitude
};

#define OF(field) (((struct bauta_identity *)0)->field)
#define ROW(tag, kind, since, needed, field, type, limit)                                \
    {                                                                                    \
        tag, kind, since, needed, false, offsetof(struct bauta_identity, field),         \
            sizeof OF(field) / sizeof(type), 1, 0, limit                                 \
    }
#define POINTER(tag, kind, since, field, count)                                          \
    {                                                                                    \
        tag, kind, since, true, true, offsetof(struct bauta_identity, field), count, 1,  \
            0, 0                                                                         \
    }
#define OPTIONAL(tag, kind, since, field, count)                                         \
    {                                                                                    \
        tag, kind, since, false, true, offsetof(struct bauta_identity, field), count, 1, \
            0, 0                                                                         \
    }
#define PHOTO(tag, kind, since, field, type, limit)                                      \
    {                                                                                    \
        tag, kind, since, true, false, offsetof(struct bauta_identity, photo[0].field),  \
            sizeof OF(photo[0].field) / sizeof(type), BAUTA_PHOTOS_MAX,                  \
            sizeof OF(photo[0]), limit                                                   \
    }

// Adding a field of struct bt_source_face is one line here and a higher VERSION, which is
// also the new line's since.
static const struct row rows[] = {
    POINTER("cons", TEXT, 1, consent, CONSENT_MAX),
    ROW("time", I64, 1, true, created, int64_t, 1e12),
    ROW("phot", I32, 1, true, photo_count, int, BAUTA_PHOTOS_MAX),
    PHOTO("hash", BYTES, 1, sha256, char, 0),
    PHOTO("give", I32, 1, given, int, 1e6),
    PHOTO("name", BYTES, 1, name, char, 0),
    PHOTO("face", I32, 1, info.faces, int, BAUTA_FACES_MAX),
    PHOTO("chos", I32, 1, info.chosen, int, BAUTA_FACES_MAX),
    PHOTO("wide", I32, 1, info.width, int, 1e6),
    PHOTO("high", I32, 1, info.height, int, 1e6),
    PHOTO("box ", F32, 1, info.box, float, 1e6),
    PHOTO("yaw ", F32, 1, info.yaw, float, 360),
    PHOTO("nod ", F32, 1, info.pitch, float, 360),
    PHOTO("roll", F32, 1, info.roll, float, 360),
    PHOTO("scor", F32, 1, score, float, 1e6),
    POINTER("thum", BYTES, 1, thumbnail, 3 * BT_THUMBNAIL_SIZE * BT_THUMBNAIL_SIZE),
    ROW("vert", F32, 1, true, face.vertex, float, 100),
    ROW("sign", F32, 1, true, face.signs, float, 100),
    ROW("eyes", BOOL, 1, true, face.eyes.usable, bool, 0),
    ROW("irad", F32, 1, true, face.eyes.radius, float, 100),
    ROW("iris", BYTES, 1, true, face.eyes.iris, uint8_t, 0),
    POINTER("atla", BYTES, 1, face.atlas[0], 4 * BT_ATLAS_SIZE * BT_ATLAS_SIZE),
    POINTER("lids", BYTES, 1, face.lids[0], 4 * BT_LIDS_WIDTH * BT_LIDS_HEIGHT),
    ROW("albe", F32, 1, true, face.log_albedo, float, 100),
    ROW("mean", F32, 1, true, face.mean_log, float, 100),
    // Older programs do without these, so the version stays.
    OPTIONAL("port", BYTES, VERSION + 1, face.portrait,
             3 * BT_PORTRAIT_SIZE * BT_PORTRAIT_SIZE),
    ROW("five", F32, VERSION + 1, false, face.portrait_point, float, 1e4),
};
enum { ROWS = sizeof rows / sizeof *rows };

// struct bauta_score is floats throughout.
_Static_assert(sizeof(struct bauta_score) == 20 * sizeof(float), "no padding");
_Static_assert(sizeof(struct bt_expression_signs) == 6 * sizeof(float), "no padding");
_Static_assert(sizeof(float) == 4 && sizeof(int) == 4, "kinds are 4 bytes wide");

static size_t width(enum kind kind)
{
    return kind == I64 ? 8 : kind == I32 || kind == F32 ? 4 : 1;
}

static void put(uint8_t *to, uint64_t value, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        to[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get(const uint8_t *from, size_t bytes)
{
    uint64_t value = 0;
    for (size_t i = 0; i < bytes; i++)
        value |= (uint64_t)from[i] << 8 * i;
    return value;
}

// Host memory to the file's order and back; both are arrays of count values.
static void encode(uint8_t *to, const void *from, enum kind kind, size_t count)
{
    const size_t bytes = width(kind);
    if (bytes == 1) {
        memcpy(to, from, count);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        uint32_t word = 0;
        uint64_t value = 0;
        if (bytes == 4) {
            memcpy(&word, (const uint8_t *)from + i * 4, 4);
            value = word;
        } else {
            memcpy(&value, (const uint8_t *)from + i * 8, 8);
        }
        put(to + i * bytes, value, bytes);
    }
}

static bool decode(void *to, const uint8_t *from, enum kind kind, size_t count,
                   double limit)
{
    const size_t bytes = width(kind);
    if (bytes == 1) {
        // Any other byte is no value of that type.
        for (size_t i = 0; i < count && kind == BOOL; i++)
            if (from[i] > 1)
                return false;
        memcpy(to, from, count);
        return true;
    }
    for (size_t i = 0; i < count; i++) {
        const uint64_t value = get(from + i * bytes, bytes);
        const uint32_t word = (uint32_t)value;
        float number;
        memcpy(&number, &word, 4);
        const double size = kind == F32   ? fabs((double)number)
                            : kind == I32 ? fabs((double)(int32_t)word)
                                          : fabs((double)(int64_t)value);
        if (!(size <= limit))
            return false;
        memcpy((uint8_t *)to + i * bytes, bytes == 4 ? (const void *)&word : &value,
               bytes);
    }
    return true;
}

static bool digest(const uint8_t *data, size_t size, uint8_t out[HASH])
{
    char hex[65];
    bt_sha256(data, size, hex);
    for (int i = 0; i < HASH; i++) {
        unsigned byte = 0;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            return false;
        out[i] = (uint8_t)byte;
    }
    return true;
}

// Values of the row that are in use.
static size_t row_count(const struct row *row, const void *place)
{
    if (row->pointer && !*(void *const *)place)
        return 0;
    if (row->kind == TEXT)
        return strlen(*(char *const *)place);
    return row->count * row->repeat;
}

int bt_identity_pack(const struct bauta_identity *identity, uint8_t **data, size_t *size)
{
    const uint8_t *base = (const uint8_t *)identity;
    size_t total = HEAD + ENTRY * ROWS;
    for (int i = 0; i < ROWS; i++)
        total += row_count(&rows[i], base + rows[i].offset) * width(rows[i].kind);
    uint8_t *out = bt_zalloc(total + HASH);
    if (!out) {
        bt_error("out of memory for a face of %zu bytes", total);
        return BAUTA_E_NO_MEMORY;
    }
    memcpy(out, magic, 8);
    put(out + 8, VERSION, 4);
    put(out + 12, ROWS, 4);
    size_t at = HEAD + ENTRY * ROWS;
    for (int i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        const uint8_t *place = base + row->offset;
        const size_t count = row_count(row, place), bytes = width(row->kind);
        uint8_t *entry = out + HEAD + ENTRY * i;
        memcpy(entry, row->tag, 4);
        put(entry + 4, row->kind, 4);
        put(entry + 8, count, 4);
        put(entry + 12, at, 4);
        if (row->pointer && count)
            encode(out + at, *(void *const *)place, row->kind, count);
        for (size_t k = 0; !row->pointer && k < row->repeat; k++)
            encode(out + at + k * row->count * bytes, place + k * row->stride, row->kind,
                   row->count);
        at += count * bytes;
    }
    if (!digest(out, total, out + total)) {
        bt_free(out);
        return BAUTA_E_FAILED;
    }
    *data = out;
    *size = total + HASH;
    return 0;
}

// Reading -------------------------------------------------------------------------------

static int damaged(const char *name, const char *what)
{
    bt_error("%s: is no enrolled face, or damaged: %s; enrol it again from the photos",
             name, what);
    return BAUTA_E_FORMAT;
}

static int check_head(const uint8_t *data, size_t size, const char *name)
{
    uint8_t hash[HASH];
    if (size < HEAD + HASH || memcmp(data, magic, 8) != 0)
        return damaged(name, "it does not begin as one");
    if (!digest(data, size - HASH, hash))
        return BAUTA_E_FAILED;
    if (memcmp(hash, data + size - HASH, HASH) != 0)
        return damaged(name, "its hash is another one");
    const uint64_t version = get(data + 8, 4);
    if (version > VERSION) {
        bt_error("%s: was enrolled by a newer bauta (format %llu, this one reads up to "
                 "%d); use that, or enrol it again",
                 name, (unsigned long long)version, VERSION);
        return BAUTA_E_UNSUPPORTED;
    }
    const uint64_t count = get(data + 12, 4);
    if (!version || count > FIELDS_MAX || HEAD + ENTRY * count > size - HASH)
        return damaged(name, "its table of fields does not fit");
    return 0;
}

static int too_old(const char *name)
{
    bt_error("%s: was enrolled by an older bauta and lacks what this one needs; enrol it "
             "again from the photos",
             name);
    return BAUTA_E_UNSUPPORTED;
}

// The bytes of a row's field, NULL where there is none; 0 or an error.
static int locate(const uint8_t *data, size_t size, const char *name,
                  const struct row *row, const uint8_t **from, size_t *count)
{
    const size_t fields = (size_t)get(data + 12, 4);
    const int version = (int)get(data + 8, 4);
    *from = NULL;
    for (size_t i = 0; i < fields; i++) {
        const uint8_t *entry = data + HEAD + ENTRY * i;
        if (memcmp(entry, row->tag, 4) != 0)
            continue;
        const uint64_t kind = get(entry + 4, 4), n = get(entry + 8, 4),
                       at = get(entry + 12, 4);
        const bool fits = row->kind == TEXT ? n <= row->count
                                            : n == row->count * row->repeat ||
                                                  (!row->needed && row->pointer && !n);
        // A size that has changed since then.
        if (!fits && version < VERSION)
            return too_old(name);
        if (*from || kind != row->kind || !fits || at < HEAD + ENTRY * fields ||
            at + n * width(row->kind) > size - HASH)
            return damaged(name, "a field does not fit");
        *from = data + at;
        *count = (size_t)n;
    }
    if (*from || (!row->needed && version < row->since))
        return 0;
    return version < row->since ? too_old(name) : damaged(name, "a field is missing");
}

static int read_row(struct bauta_identity *identity, const struct row *row,
                    const uint8_t *from, size_t count, const char *name)
{
    uint8_t *place = (uint8_t *)identity + row->offset;
    const size_t bytes = width(row->kind);
    if (!row->pointer) {
        for (size_t k = 0; k < row->repeat; k++)
            if (!decode(place + k * row->stride, from + k * row->count * bytes, row->kind,
                        row->count, row->limit))
                return damaged(name, "a value is out of range");
        return 0;
    }
    if (!row->needed && !count)
        return 0;
    // One zero more ends a text.
    void *memory = bt_zalloc(count * bytes + 1);
    if (!memory) {
        bt_error("%s: out of memory", name);
        return BAUTA_E_NO_MEMORY;
    }
    memcpy(place, &memory, sizeof memory);
    return decode(memory, from, row->kind, count, row->limit)
               ? 0
               : damaged(name, "a value is out of range");
}

static bool is_digest(const char hex[65])
{
    const size_t digits = strspn(hex, "0123456789abcdef");
    return !hex[digits] && (digits == 0 || digits == 64);
}

// Text that a terminal may be shown.
static bool is_plain(const char *text, size_t room)
{
    const size_t length = strnlen(text, room);
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 127)
            return false;
    return length < room;
}

// What the limits of single values do not say.
static int check_whole(const struct bauta_identity *identity, const char *name)
{
    if (bauta_consent_check(identity->consent))
        return damaged(name, "its ground of consent is malformed");
    bool good = identity->photo_count >= 1;
    for (int i = 0; i < identity->photo_count && good; i++) {
        const struct bauta_photo_info *photo = &identity->photo[i];
        good = !photo->sha256[64] && is_digest(photo->sha256) &&
               photo->info.chosen >= 1 && photo->info.faces >= photo->info.chosen &&
               photo->info.width >= 1 && photo->info.height >= 1 && photo->given >= 0 &&
               is_plain(photo->name, sizeof photo->name);
    }
    return good ? 0 : damaged(name, "what it says of its photos makes no sense");
}

int bt_identity_unpack(const uint8_t *data, size_t size, const char *name,
                       struct bauta_identity **out)
{
    int error = check_head(data, size, name);
    if (error)
        return error;
    struct bauta_identity *identity = bt_zalloc(sizeof *identity);
    if (!identity)
        return BAUTA_E_NO_MEMORY;
    atomic_init(&identity->references, 1);
    for (int i = 0; i < ROWS && !error; i++) {
        const uint8_t *from = NULL;
        size_t count = 0;
        error = locate(data, size, name, &rows[i], &from, &count);
        if (!error && from)
            error = read_row(identity, &rows[i], from, count, name);
    }
    if (!error)
        error = check_whole(identity, name);
    if (!error)
        error = bt_atlas_pyramid(&identity->face);
    if (error)
        bauta_identity_unref(&identity);
    else
        *out = identity;
    return error;
}
