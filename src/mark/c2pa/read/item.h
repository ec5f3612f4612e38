// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_READ_ITEM_H
#define BT_MARK_C2PA_READ_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Views into bytes that stay the caller's. All of it is untrusted: nothing outside of a
// view is read, and depth and counts are limited.
struct bt_view_bytes {
    const uint8_t *data;       // NULL: there is none
    size_t size;
};

// CBOR (RFC 8949): one item with what is in it.
enum bt_item_kind {
    BT_ITEM_UINT, BT_ITEM_NEGATIVE, BT_ITEM_BYTES, BT_ITEM_TEXT, BT_ITEM_ARRAY, BT_ITEM_MAP,
    BT_ITEM_TAG, BT_ITEM_SIMPLE, BT_ITEM_BAD,
};
struct bt_item {
    enum bt_item_kind kind;
    uint64_t value;            // of UINT; -1 - value of NEGATIVE; items of ARRAY and MAP
    struct bt_view_bytes body; // of BYTES and TEXT, or all that follows the head
    struct bt_view_bytes all;  // head and content
};
// The first item of view; BAD where it is cut, malformed or nested too deep. Items of
// indefinite length are BAD: what C2PA signs has none.
struct bt_item bt_item_read(struct bt_view_bytes view);
// Item number index of an ARRAY; BAD past the last.
struct bt_item bt_item_at(const struct bt_item *array, uint64_t index);
// The value of a text or number key of a MAP; BAD where there is none.
struct bt_item bt_item_get(const struct bt_item *map, const char *key);
struct bt_item bt_item_get_number(const struct bt_item *map, int64_t key);
bool bt_item_is_text(const struct bt_item *item, const char *text);
// Copies a text, cut to size, control bytes replaced.
void bt_item_text(const struct bt_item *item, char *out, size_t size);

// JUMBF: one box of a superbox's content, or of a file.
struct bt_box {
    struct bt_view_bytes all;      // with its head
    struct bt_view_bytes content;  // of a superbox: its description and what follows
    char type[5];
    char kind[5];                  // of a superbox: the first four bytes of its UUID;
                                   // empty where the others are not C2PA's
    char label[128];               // of a superbox
};
// The box that view begins with; false where it is cut or malformed.
bool bt_box_read(struct bt_view_bytes view, struct bt_box *out);
// What follows the box in view.
struct bt_view_bytes bt_box_next(struct bt_view_bytes view, const struct bt_box *box);
// The first superbox of that label in a superbox; label NULL: the last of that kind.
bool bt_box_find(const struct bt_box *in, const char *label, const char *kind,
                 struct bt_box *out);
// The content of the first box of that type in a superbox.
struct bt_view_bytes bt_box_content(const struct bt_box *in, const char *type);

#endif
