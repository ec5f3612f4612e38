// SPDX-License-Identifier: Apache-2.0
// What a picture's head says about how to hold it. Sources: Exif 2.32, 4.5 to 4.6 and
// 4.7.2 (JPEG); PNG 1.2 with eXIf; RFC 9649 (WebP).
#include <string.h>

#include "io/picture.h"

enum { TAG_ORIENTATION = 0x0112, TYPE_SHORT = 3, ENTRIES_MAX = 1024, CHUNKS_MAX = 65536 };

// Bytes of which none is read past the end.
struct bytes {
    const uint8_t *data;
    size_t size;
};

static struct bytes part(struct bytes b, size_t from, size_t size)
{
    if (from > b.size)
        return (struct bytes){b.data, 0};
    const size_t left = b.size - from;
    return (struct bytes){b.data + from, size < left ? size : left};
}

static uint32_t number(struct bytes b, size_t at, int count, bool little)
{
    if (at > b.size || b.size - at < (size_t)count)
        return 0;
    uint32_t value = 0;
    for (int i = 0; i < count; i++)
        value |= (uint32_t)b.data[at + i] << 8 * (little ? i : count - 1 - i);
    return value;
}

static bool starts(struct bytes b, size_t at, const char *text, size_t size)
{
    return at <= b.size && b.size - at >= size && !memcmp(b.data + at, text, size);
}

// The orientation in a TIFF header and its first directory, 0 where there is none.
static int tiff_orientation(struct bytes b)
{
    const bool little = starts(b, 0, "II*\0", 4);
    if (!little && !starts(b, 0, "MM\0*", 4))
        return 0;
    const size_t directory = number(b, 4, 4, little);
    const uint32_t entries = number(b, directory, 2, little);
    for (uint32_t i = 0; i < entries && i < ENTRIES_MAX; i++) {
        const size_t entry = directory + 2 + (size_t)i * 12;
        if (number(b, entry, 2, little) != TAG_ORIENTATION)
            continue;
        const uint32_t value = number(b, entry + 8, 2, little);
        const bool good = number(b, entry + 2, 2, little) == TYPE_SHORT;
        return good && value >= 1 && value <= 8 ? (int)value : 0;
    }
    return 0;
}

static bool is_frame_header(int marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
           marker != 0xcc;
}

static void read_jpeg(struct bytes b, struct bt_picture_head *head)
{
    size_t at = 2;
    for (int i = 0; i < CHUNKS_MAX && at + 4 <= b.size; i++) {
        if (b.data[at] != 0xff)
            return;
        const int marker = b.data[at + 1];
        if (marker == 0xff) {
            at++;
            continue;
        }
        const size_t length = number(b, at + 2, 2, false);
        if (marker == 0xda || marker == 0xd9 || length < 2)
            return;
        const struct bytes body = part(b, at + 4, length - 2);
        if (marker == 0xe1 && starts(body, 0, "Exif\0", 5) && !head->orientation)
            head->orientation = tiff_orientation(part(body, 6, body.size));
        if (is_frame_header(marker) && !head->width) {
            head->height = (int)number(body, 1, 2, false);
            head->width = (int)number(body, 3, 2, false);
        }
        at += 2 + length;
    }
}

static int limited(uint32_t value)
{
    return value > INT32_MAX ? INT32_MAX : (int)value;
}

static void read_png(struct bytes b, struct bt_picture_head *head)
{
    size_t at = 8;
    bool pixels = false;
    for (int i = 0; i < CHUNKS_MAX && at + 8 <= b.size; i++) {
        const size_t length = number(b, at, 4, false);
        const struct bytes body = part(b, at + 8, length);
        if (starts(b, at + 4, "IHDR", 4)) {
            head->width = limited(number(body, 0, 4, false));
            head->height = limited(number(body, 4, 4, false));
        } else if (starts(b, at + 4, "eXIf", 4) && !head->orientation) {
            head->orientation = tiff_orientation(body);
        } else if (starts(b, at + 4, "acTL", 4) && !pixels) {
            head->moving = true;
        } else if (starts(b, at + 4, "IDAT", 4)) {
            pixels = true;
        }
        at += 12 + length;
    }
}

static void read_webp(struct bytes b, struct bt_picture_head *head)
{
    size_t at = 12;
    for (int i = 0; i < CHUNKS_MAX && at + 8 <= b.size; i++) {
        const size_t length = number(b, at + 4, 4, true);
        const struct bytes body = part(b, at + 8, length);
        if (starts(b, at, "VP8X", 4) && body.size >= 10) {
            head->moving = body.data[0] & 2;
            head->width = (int)number(body, 4, 3, true) + 1;
            head->height = (int)number(body, 7, 3, true) + 1;
        } else if (starts(b, at, "EXIF", 4) && !head->orientation) {
            const size_t skip = starts(body, 0, "Exif\0\0", 6) ? 6 : 0;
            head->orientation = tiff_orientation(part(body, skip, body.size));
        } else if (starts(b, at, "VP8 ", 4) && !head->width && body.size >= 10) {
            head->width = (int)(number(body, 6, 2, true) & 0x3fff);
            head->height = (int)(number(body, 8, 2, true) & 0x3fff);
        } else if (starts(b, at, "VP8L", 4) && !head->width && body.size >= 5) {
            const uint32_t bits = number(body, 1, 4, true);
            head->width = (int)(bits & 0x3fff) + 1;
            head->height = (int)(bits >> 14 & 0x3fff) + 1;
        }
        at += 8 + length + (length & 1);
    }
}

struct bt_picture_head bt_picture_head(const uint8_t *data, size_t size)
{
    const struct bytes b = {data, size};
    struct bt_picture_head head = {0};
    head.known = true;
    if (starts(b, 0, "\xff\xd8\xff", 3))
        read_jpeg(b, &head);
    else if (starts(b, 0, "\x89PNG\r\n\x1a\n", 8))
        read_png(b, &head);
    else if (starts(b, 0, "RIFF", 4) && starts(b, 8, "WEBP", 4))
        read_webp(b, &head);
    else
        head.known = false;
    if (starts(b, 0, "II*\0", 4) || starts(b, 0, "MM\0*", 4))
        head.orientation = tiff_orientation(b);
    return head;
}

bool bt_picture_sniff(const uint8_t *data, size_t size)
{
    const struct bytes b = {data, size};
    return bt_picture_head(data, size).known || starts(b, 0, "BM", 2) ||
           starts(b, 0, "II*\0", 4) || starts(b, 0, "MM\0*", 4);
}
