// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "mark/c2pa/read/read.h"

static const uint8_t png_head[8] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
static const uint8_t uuid[16] = {0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                 0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81};

static uint64_t be(const uint8_t *b, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value = value << 8 | b[i];
    return value;
}

static bool read_at(struct bt_c2pa_file *f, uint64_t at, void *out, size_t size)
{
    return !fseeko(f->file, (off_t)at, SEEK_SET) && fread(out, 1, size, f->file) == size;
}

// Adds bytes of the file to the store.
static int add(struct bt_c2pa_file *f, uint64_t at, size_t size)
{
    if (size > BT_C2PA_READ_MAX - f->store_size) {
        f->malformed = true;
        return 0;
    }
    uint8_t *more = bt_alloc(f->store_size + size + 1);
    if (!more)
        return BAUTA_E_NO_MEMORY;
    if (f->store_size)
        memcpy(more, f->store, f->store_size);
    if (!read_at(f, at, more + f->store_size, size))
        f->malformed = true;
    bt_free(f->store);
    f->store = more;
    f->store_size += size;
    return 0;
}

// The first box that fills segments with numbers 1, 2, ...; they lie side by side.
static int locate_jpeg(struct bt_c2pa_file *f)
{
    uint64_t at = 2;
    uint32_t expected = 1;
    for (;;) {
        uint8_t h[20] = {0};
        if (!read_at(f, at, h, 4) || h[0] != 0xff) {
            f->malformed = true;
            return 0;
        }
        if (h[1] == 0xda || h[1] == 0xd9)
            return 0;
        const uint64_t size = 2 + be(h + 2, 2);
        const bool app11 = h[1] == 0xeb && size >= 20 && read_at(f, at, h, 20) &&
                           !memcmp(h + 4, "JP", 2) && !memcmp(h + 16, "jumb", 4);
        if (app11) {
            const bool follows = be(h + 8, 4) == expected &&
                                 (expected == 1 || at == f->at + f->length);
            if (!follows) {
                f->malformed = true;
                return 0;
            }
            const uint64_t from = expected == 1 ? 12 : 20;
            const int result = add(f, at + from, (size_t)(size - from));
            if (result < 0)
                return result;
            f->at = expected == 1 ? at : f->at;
            f->length += size;
            expected++;
        }
        at += size;
    }
}

static int locate_png(struct bt_c2pa_file *f)
{
    for (uint64_t at = 8; at + 12 <= f->size;) {
        uint8_t h[8];
        if (!read_at(f, at, h, 8))
            break;
        const uint64_t size = be(h, 4);
        if (size > f->size - at - 12)
            break;
        if (!memcmp(h + 4, "caBX", 4)) {
            f->malformed |= f->store != NULL;
            const int result = f->store ? 0 : add(f, at + 8, (size_t)size);
            if (result < 0)
                return result;
            f->at = at;
            f->length = size + 12;
        }
        at += size + 12;
        if (!memcmp(h + 4, "IEND", 4)) {
            f->malformed |= at != f->size;
            return 0;
        }
    }
    f->malformed = true;
    return 0;
}

static int take_uuid(struct bt_c2pa_file *f, const struct bt_c2pa_box *b)
{
    static const char *const others[] = {"merkle", "original", "update"};
    if (b->head_size < 24 || memcmp(b->head + 8, uuid, 16) != 0)
        return 0;
    // Head, kind, version and flags, purpose, offset of what this does not read.
    const char *purpose = (const char *)b->head + 28;
    const size_t room = b->head_size > 28 ? (size_t)b->head_size - 28 : 0;
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        if (room > strlen(others[i]) && !strcmp(purpose, others[i])) {
            f->unknown = true;
            return 0;
        }
    }
    // Hashes leave out such boxes whatever is in them, so that one which nobody reads
    // would be a place to append things.
    if (room < 9 || b->size < 45 || memcmp(purpose, "manifest", 9) != 0) {
        f->malformed = true;
        return 0;
    }
    f->malformed |= f->store != NULL;
    f->at = b->at;
    f->length = b->size;
    return f->store ? 0 : add(f, b->at + 45, (size_t)(b->size - 45));
}

// What hashes leave out besides the manifest may only be where it belongs: one ftyp, and
// an index of fragments at the end of a film that has some.
static void check_left_out(struct bt_c2pa_file *f)
{
    bool fragments = false;
    for (int i = 0; i < f->box_count; i++) {
        const char *type = f->box[i].type;
        const bool last = i == f->box_count - 1;
        fragments |= !strcmp(type, "moof");
        f->malformed |= i > 0 && !strcmp(type, "ftyp");
        f->malformed |= !strcmp(type, "mfra") && !(fragments && last);
    }
}

static int locate_bmff(struct bt_c2pa_file *f)
{
    f->box = bt_alloc_array(BT_C2PA_BOXES, sizeof(*f->box));
    if (!f->box)
        return BAUTA_E_NO_MEMORY;
    for (uint64_t at = 0; at < f->size;) {
        struct bt_c2pa_box *b = &f->box[f->box_count];
        *b = (struct bt_c2pa_box){.at = at};
        const uint64_t left = f->size - at;
        b->head_size = left < sizeof(b->head) ? (int)left : (int)sizeof(b->head);
        if (left < 8 || f->box_count == BT_C2PA_BOXES - 1 ||
            !read_at(f, at, b->head, (size_t)b->head_size)) {
            f->malformed = true;
            return 0;
        }
        b->size = be(b->head, 4);
        if (b->size == 1)
            b->size = left >= 16 ? be(b->head + 8, 8) : 0;
        else if (b->size == 0)
            b->size = left;
        if (b->size < 8 || b->size > left) {
            f->malformed = true;
            return 0;
        }
        memcpy(b->type, b->head + 4, 4);
        f->box_count++;
        const int result = !strcmp(b->type, "uuid") ? take_uuid(f, b) : 0;
        if (result < 0)
            return result;
        at += b->size;
    }
    check_left_out(f);
    return 0;
}

int bt_c2pa_file_open(struct bt_c2pa_file *f, const char *path)
{
    struct stat info;
    uint8_t head[12] = {0};
    *f = (struct bt_c2pa_file){.file = fopen(path, "rbe")};
    if (!f->file || fstat(fileno(f->file), &info)) {
        const int error = errno;
        bt_error("%s: cannot be read: %s", path, strerror(error));
        bt_c2pa_file_close(f);
        return bt_file_error(error);
    }
    f->size = (uint64_t)info.st_size;
    int result = 0;
    if (!S_ISREG(info.st_mode) || !read_at(f, 0, head, sizeof(head)))
        return 0;
    if (head[0] == 0xff && head[1] == 0xd8) {
        f->kind = BT_C2PA_JPEG;
        result = locate_jpeg(f);
    } else if (!memcmp(head, png_head, sizeof(png_head))) {
        f->kind = BT_C2PA_PNG;
        result = locate_png(f);
    } else if (!memcmp(head + 4, "ftyp", 4)) {
        f->kind = BT_C2PA_BMFF;
        result = locate_bmff(f);
    }
    if (result < 0) {
        bt_error("%s: out of memory for its manifest", path);
        bt_c2pa_file_close(f);
    }
    return result;
}

int bt_c2pa_file_beside(struct bt_c2pa_file *f, const char *path)
{
    char beside[4096];
    if (f->store || snprintf(beside, sizeof(beside), "%s.c2pa", path) >= (int)sizeof(beside) ||
        access(beside, F_OK))
        return 0;
    return bt_file_read(beside, BT_C2PA_READ_MAX, &f->store, &f->store_size);
}

void bt_c2pa_file_close(struct bt_c2pa_file *f)
{
    if (f->file)
        fclose(f->file);
    bt_free(f->store);
    bt_free(f->box);
    *f = (struct bt_c2pa_file){0};
}
