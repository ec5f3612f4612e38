// SPDX-License-Identifier: Apache-2.0
// CBOR against the examples of RFC 8949, appendix A; JUMBF against boxes written by hand.
#include "../check.h"

#include <bauta/error.h>

#include "base/alloc.h"
#include "mark/c2pa/jumbf.h"

#define IS(b, bytes) \
    CHECK((b).size == sizeof(bytes) - 1 && !memcmp((b).data, bytes, sizeof(bytes) - 1))

static void numbers(void)
{
    struct bt_c2pa_buf b = {0};
    bt_cbor_uint(&b, 0);
    bt_cbor_uint(&b, 23);
    bt_cbor_uint(&b, 24);
    bt_cbor_uint(&b, 255);
    bt_cbor_uint(&b, 256);
    bt_cbor_uint(&b, 1000000);
    bt_cbor_uint(&b, 1000000000000);
    bt_cbor_int(&b, -7);
    bt_cbor_int(&b, -1000);
    IS(b, "\x00\x17\x18\x18\x18\xff\x19\x01\x00\x1a\x00\x0f\x42\x40"
          "\x1b\x00\x00\x00\xe8\xd4\xa5\x10\x00\x26\x39\x03\xe7");
    bt_c2pa_buf_free(&b);
}

static void items(void)
{
    struct bt_c2pa_buf b = {0};
    bt_cbor_tag(&b, 18);
    bt_cbor_array(&b, 3);
    bt_cbor_bytes(&b, "\x01\x02", 2);
    bt_cbor_map(&b, 1);
    bt_cbor_text(&b, "IETF");
    bt_cbor_null(&b);
    bt_cbor_text(&b, "");
    IS(b, "\xd2\x83\x42\x01\x02\xa1\x64IETF\xf6\x60");
    bt_c2pa_buf_free(&b);
}

static void boxes(void)
{
    struct bt_c2pa_buf b = {0};
    const size_t outer = bt_jumbf_open_super(&b, "c2pa", "c2pa");
    const size_t inner = bt_jumbf_open(&b, "cbor");
    bt_cbor_uint(&b, 5);
    bt_jumbf_close(&b, inner);
    bt_jumbf_close(&b, outer);
    IS(b, "\0\0\0\x2f" "jumb" "\0\0\0\x1e" "jumd" "c2pa"
          "\0\x11\0\x10\x80\0\0\xaa\0\x38\x9b\x71"
          "\x03" "c2pa\0" "\0\0\0\x09" "cbor" "\x05");
    bt_c2pa_buf_free(&b);
}

static void limits(void)
{
    struct bt_c2pa_buf b = {0};
    bt_alloc_fail_after(1);
    const size_t mark = bt_jumbf_open(&b, "cbor");
    bt_alloc_fail_after(0);
    bt_cbor_uint(&b, 1);
    bt_jumbf_close(&b, mark);
    CHECK(b.error == BAUTA_E_NO_MEMORY && b.size == 0);
    bt_c2pa_buf_free(&b);
    bt_c2pa_put(&b, "", BT_C2PA_STORE_MAX + 1);
    CHECK(b.error == BAUTA_E_TOO_LARGE && b.size == 0);
    bt_c2pa_buf_free(&b);
    for (int i = 0; i < 5000; i++)
        bt_cbor_uint(&b, (uint64_t)i % 24);
    CHECK(!b.error && b.size == 5000 && b.data[4999] == 4999 % 24);
    bt_c2pa_buf_free(&b);
}

int main(void)
{
    numbers();
    items();
    boxes();
    limits();
    return check_end();
}
