// SPDX-License-Identifier: Apache-2.0
#include "mark/c2pa/jumbf.h"

#include <string.h>

enum { REQUESTABLE_WITH_LABEL = 3};

size_t bt_jumbf_open(struct bt_c2pa_buf *b, const char *type)
{
    const size_t mark = b->size;
    bt_c2pa_put_be(b, 0, 4);
    bt_c2pa_put(b, type, 4);
    return mark;
}

void bt_jumbf_close(struct bt_c2pa_buf *b, size_t mark)
{
    if (b->error)
        return;
    const size_t length = b->size - mark;
    for (int i = 0; i < 4; i++)
        b->data[mark + (size_t)i] = (uint8_t)(length >> (24 - 8 * i));
}

size_t bt_jumbf_open_super(struct bt_c2pa_buf *b, const char *kind, const char *label)
{
    static const uint8_t family[12] = {0x00, 0x11, 0x00, 0x10, 0x80, 0x00,
                                        0x00, 0xAA, 0x00, 0x38, 0x9B, 0x71};
    const size_t mark = bt_jumbf_open(b, "jumb");
    const size_t description = bt_jumbf_open(b, "jumd");
    bt_c2pa_put(b, kind, 4);
    bt_c2pa_put(b, family, sizeof(family));
    bt_c2pa_put_be(b, REQUESTABLE_WITH_LABEL, 1);
    bt_c2pa_put(b, label, strlen(label) + 1);
    bt_jumbf_close(b, description);
    return mark;
}
