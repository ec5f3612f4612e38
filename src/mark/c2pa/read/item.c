// SPDX-License-Identifier: Apache-2.0
#include "mark/c2pa/read/item.h"

#include <string.h>

enum { DEPTH_MAX = 16, ITEMS_MAX = 1 << 16 };

static const struct bt_item bad = {.kind = BT_ITEM_BAD};

static struct bt_view_bytes skip(struct bt_view_bytes v, size_t n)
{
    return (struct bt_view_bytes){v.data + n, v.size - n};
}

// The head alone; *head is its size, 0 where it is malformed.
static struct bt_item read_head(struct bt_view_bytes v, size_t *head)
{
    *head = 0;
    if (v.size == 0)
        return bad;
    const int major = v.data[0] >> 5, low = v.data[0] & 31;
    const int more = low < 24 ? 0 : low == 24 ? 1 : low == 25 ? 2 : low == 26 ? 4 : 8;
    if (low > 27 || v.size < (size_t)more + 1)
        return bad;
    struct bt_item item = {.kind = (enum bt_item_kind)major};
    item.value = more ? 0 : (uint64_t)low;
    for (int i = 0; i < more; i++)
        item.value = item.value << 8 | v.data[1 + i];
    *head = (size_t)more + 1;
    item.body = skip(v, *head);
    return item;
}

// The size of an item with all in it, 0 where it is malformed.
static size_t size_of(struct bt_view_bytes v, int depth)
{
    size_t head = 0;
    const struct bt_item item = read_head(v, &head);
    if (!head || depth > DEPTH_MAX)
        return 0;
    uint64_t items = 0;
    switch (item.kind) {
    case BT_ITEM_BYTES:
    case BT_ITEM_TEXT:
        return item.value <= item.body.size ? head + (size_t)item.value : 0;
    case BT_ITEM_ARRAY:
        items = item.value;
        break;
    case BT_ITEM_MAP:
        items = item.value <= ITEMS_MAX ? 2 * item.value : ITEMS_MAX + 1;
        break;
    case BT_ITEM_TAG:
        items = 1;
        break;
    default:
        return head;
    }
    size_t size = head;
    for (uint64_t i = 0; i < items; i++) {
        const size_t one = items <= 2 * ITEMS_MAX ? size_of(skip(v, size), depth + 1) : 0;
        if (!one)
            return 0;
        size += one;
    }
    return size;
}

struct bt_item bt_item_read(struct bt_view_bytes view)
{
    size_t head = 0;
    const size_t size = view.data ? size_of(view, 0) : 0;
    if (!size)
        return bad;
    struct bt_item item = read_head(view, &head);
    item.all = (struct bt_view_bytes){view.data, size};
    item.body = (struct bt_view_bytes){view.data + head, size - head};
    return item;
}

struct bt_item bt_item_at(const struct bt_item *array, uint64_t index)
{
    const uint64_t count = array->kind == BT_ITEM_ARRAY ? array->value
                           : array->kind == BT_ITEM_MAP ? 2 * array->value
                           : array->kind == BT_ITEM_TAG ? 1 : 0;
    struct bt_view_bytes rest = array->body;
    if (index >= count)
        return bad;
    for (uint64_t i = 0;; i++) {
        const struct bt_item item = bt_item_read(rest);
        if (i == index || item.kind == BT_ITEM_BAD)
            return item;
        rest = skip(rest, item.all.size);
    }
}

bool bt_item_is_text(const struct bt_item *item, const char *text)
{
    return item->kind == BT_ITEM_TEXT && item->body.size == strlen(text) &&
           !memcmp(item->body.data, text, item->body.size);
}

// The value whose key passes.
static struct bt_item get(const struct bt_item *map, const char *text, int64_t number)
{
    struct bt_view_bytes rest = map->body;
    for (uint64_t i = 0; map->kind == BT_ITEM_MAP && i < map->value; i++) {
        const struct bt_item key = bt_item_read(rest);
        if (key.kind == BT_ITEM_BAD)
            return bad;
        rest = skip(rest, key.all.size);
        const struct bt_item value = bt_item_read(rest);
        if (value.kind == BT_ITEM_BAD)
            return bad;
        rest = skip(rest, value.all.size);
        const bool same = text ? bt_item_is_text(&key, text)
                          : number >= 0 ? key.kind == BT_ITEM_UINT &&
                                              key.value == (uint64_t)number
                                        : key.kind == BT_ITEM_NEGATIVE &&
                                              key.value == (uint64_t)(-1 - number);
        if (same)
            return value;
    }
    return bad;
}

struct bt_item bt_item_get(const struct bt_item *map, const char *key)
{
    return get(map, key, 0);
}

struct bt_item bt_item_get_number(const struct bt_item *map, int64_t key)
{
    return get(map, NULL, key);
}

static void copy_text(char *out, size_t size, const uint8_t *data, size_t length)
{
    size_t n = length < size - 1 ? length : size - 1;
    // Not through the middle of a character.
    while (n < length && n > 0 && (data[n] & 0xc0) == 0x80)
        n--;
    for (size_t i = 0; i < n; i++)
        out[i] = data[i] < 0x20 || data[i] == 0x7f ? '?' : (char)data[i];
    out[n] = 0;
}

void bt_item_text(const struct bt_item *item, char *out, size_t size)
{
    out[0] = 0;
    if (item->kind == BT_ITEM_TEXT)
        copy_text(out, size, item->body.data, item->body.size);
}

// Boxes ---------------------------------------------------------------------------------

static uint32_t be32(const uint8_t *b)
{
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static const uint8_t uuid_end[12] = {0x00, 0x11, 0x00, 0x10, 0x80, 0x00,
                                     0x00, 0xaa, 0x00, 0x38, 0x9b, 0x71};

// Reads type UUID, toggles and label of a superbox.
static bool read_description(struct bt_box *box)
{
    struct bt_box d;
    box->kind[0] = box->label[0] = 0;
    if (!bt_box_read(box->content, &d) || strcmp(d.type, "jumd") != 0 || d.content.size < 17)
        return false;
    for (int i = 0; i < 4; i++)
        box->kind[i] = (char)(d.content.data[i] < 0x20 || d.content.data[i] > 0x7e
                                  ? '?' : d.content.data[i]);
    box->kind[4] = 0;
    // The rest of the UUID is the same in all kinds that are known here.
    if (memcmp(d.content.data + 4, uuid_end, sizeof(uuid_end)) != 0)
        box->kind[0] = 0;
    const uint8_t *text = d.content.data + 17;
    const size_t room = d.content.size - 17;
    const uint8_t *zero = d.content.data[16] & 2 && room ? memchr(text, 0, room) : NULL;
    if (d.content.data[16] & 2 && !zero)
        return false;
    if (zero && (size_t)(zero - text) >= sizeof(box->label))
        return false;
    if (zero)
        copy_text(box->label, sizeof(box->label), text, (size_t)(zero - text));
    return true;
}

bool bt_box_read(struct bt_view_bytes view, struct bt_box *out)
{
    if (view.size < 8)
        return false;
    uint64_t size = be32(view.data);
    size_t head = 8;
    if (size == 1 && view.size >= 16) {
        size = (uint64_t)be32(view.data + 8) << 32 | be32(view.data + 12);
        head = 16;
    } else if (size == 0) {
        size = view.size;
    }
    if (size < head || size > view.size)
        return false;
    *out = (struct bt_box){.all = {view.data, (size_t)size}};
    out->content = (struct bt_view_bytes){view.data + head, (size_t)size - head};
    memcpy(out->type, view.data + 4, 4);
    return strcmp(out->type, "jumb") != 0 || read_description(out);
}

struct bt_view_bytes bt_box_next(struct bt_view_bytes view, const struct bt_box *box)
{
    return skip(view, box->all.size);
}

bool bt_box_find(const struct bt_box *in, const char *label, const char *kind,
                 struct bt_box *out)
{
    struct bt_view_bytes rest = in->content;
    struct bt_box box;
    bool found = false;
    while (rest.size && bt_box_read(rest, &box)) {
        rest = bt_box_next(rest, &box);
        if (strcmp(box.type, "jumb") != 0 || (kind && strcmp(box.kind, kind) != 0) ||
            (label && strcmp(box.label, label) != 0))
            continue;
        *out = box;
        found = true;
        if (label)
            return true;
    }
    return found;
}

struct bt_view_bytes bt_box_content(const struct bt_box *in, const char *type)
{
    struct bt_view_bytes rest = in->content;
    struct bt_box box;
    while (rest.size && bt_box_read(rest, &box)) {
        if (!strcmp(box.type, type))
            return box.content;
        rest = bt_box_next(rest, &box);
    }
    return (struct bt_view_bytes){NULL, 0};
}
