// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <openssl/crypto.h>
#include <qrencode.h>

#include "base/alloc.h"
#include "base/log.h"
#include "verify/words/words.h"

enum { QUIET = 4, SCALE = 8, PNG_PALETTE_BITS = 1 };

struct text {
    char *data;
    size_t size, room;
};

static void put(struct text *text, const void *data, size_t size)
{
    // Rooms are computed beforehand; what would not fit is a mistake that the end sees.
    if (size < text->room - text->size)
        memcpy(text->data + text->size, data, size);
    text->size += size < text->room - text->size ? size : 0;
}

static void print(struct text *text, const char *format, ...) BAUTA_PRINTF(2, 3);
static void print(struct text *text, const char *format, ...)
{
    char line[256];
    va_list list;
    va_start(list, format);
    const int size = vsnprintf(line, sizeof line, format, list);
    va_end(list);
    put(text, line, size > 0 && size < (int)sizeof line ? (size_t)size : 0);
}

// Whether a module is dark; around the code it is not.
static bool is_dark(const QRcode *code, int x, int y)
{
    return x >= 0 && y >= 0 && x < code->width && y < code->width &&
           (code->data[y * code->width + x] & 1);
}

static void draw_terminal(const QRcode *code, struct text *out)
{
    static const char *const blocks[] = {" ", "\u2580", "\u2584", "\u2588"};
    for (int y = -QUIET; y < code->width + QUIET; y += 2) {
        print(out, "\033[38;5;16;48;5;231m");
        for (int x = -QUIET; x < code->width + QUIET; x++)
            print(out, "%s", blocks[is_dark(code, x, y) + 2 * is_dark(code, x, y + 1)]);
        print(out, "\033[0m\n");
    }
}

static void draw_svg(const QRcode *code, struct text *out)
{
    const int side = code->width + 2 * QUIET;
    print(out,
          "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
          "width=\"%d\" height=\"%d\" shape-rendering=\"crispEdges\">\n"
          "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>\n<path d=\"",
          side, side, side * SCALE, side * SCALE, side, side);
    for (int y = 0; y < code->width; y++) {
        for (int x = 0; x < code->width; x++) {
            if (is_dark(code, x, y))
                print(out, "M%d %dh1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    print(out, "\" fill=\"#000\"/>\n</svg>\n");
}

// PNG (ISO/IEC 15948), its zlib stream stored, not compressed (RFC 1950, RFC 1951).

static void put_number(struct text *out, uint32_t value)
{
    const uint8_t data[] = {(uint8_t)(value >> 24), (uint8_t)(value >> 16),
                            (uint8_t)(value >> 8), (uint8_t)value};
    put(out, data, sizeof data);
}

static uint32_t crc(const uint8_t *data, size_t size)
{
    uint32_t value = 0xffffffff;
    for (size_t i = 0; i < size; i++) {
        value ^= data[i];
        for (int bit = 0; bit < 8; bit++)
            value = value >> 1 ^ (value & 1 ? 0xedb88320 : 0);
    }
    return ~value;
}

static void put_chunk(struct text *out, const char type[5], const void *data, size_t size)
{
    put_number(out, (uint32_t)size);
    const size_t start = out->size;
    put(out, type, 4);
    put(out, data, size);
    put_number(out, crc((const uint8_t *)out->data + start, out->size - start));
}

static void put_row(const QRcode *code, int y, uint8_t *row, size_t bytes)
{
    memset(row, 0, bytes);
    for (int x = 0; x < (code->width + 2 * QUIET) * SCALE; x++) {
        if (!is_dark(code, x / SCALE - QUIET, y / SCALE - QUIET))
            row[1 + x / 8] |= (uint8_t)(128 >> x % 8);
    }
}

static int draw_png(const QRcode *code, struct text *out)
{
    static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    const int side = (code->width + 2 * QUIET) * SCALE;
    const size_t bytes = 1 + (size_t)(side + 7) / 8, all = bytes * (size_t)side;
    const uint8_t header[] = {0,
                              0,
                              (uint8_t)(side >> 8),
                              (uint8_t)side,
                              0,
                              0,
                              (uint8_t)(side >> 8),
                              (uint8_t)side,
                              PNG_PALETTE_BITS,
                              0,
                              0,
                              0,
                              0};
    if (all > UINT16_MAX)
        return BAUTA_E_TOO_LARGE;
    const size_t stream_size = 2 + 5 + all + 4;
    uint8_t *stream = bt_zalloc(stream_size), *rows = stream ? stream + 7 : NULL;
    if (!stream)
        return BAUTA_E_NO_MEMORY;
    const uint8_t head[] = {0x78,
                            0x01,
                            1,
                            (uint8_t)all,
                            (uint8_t)(all >> 8),
                            (uint8_t)~all,
                            (uint8_t)(~all >> 8)};
    memcpy(stream, head, sizeof head);
    uint32_t a = 1, b = 0;
    for (int y = 0; y < side; y++)
        put_row(code, y, rows + (size_t)y * bytes, bytes);
    for (size_t i = 0; i < all; i++) {
        a = (a + rows[i]) % 65521;
        b = (b + a) % 65521;
    }
    const uint8_t sum[] = {(uint8_t)(b >> 8), (uint8_t)b, (uint8_t)(a >> 8), (uint8_t)a};
    memcpy(rows + all, sum, sizeof sum);
    put(out, signature, sizeof signature);
    put_chunk(out, "IHDR", header, sizeof header);
    put_chunk(out, "IDAT", stream, stream_size);
    put_chunk(out, "IEND", "", 0);
    OPENSSL_cleanse(stream, stream_size);
    bt_free(stream);
    return 0;
}

static int draw(const QRcode *code, enum bauta_qr_form form, struct text *out)
{
    const size_t side = (size_t)(code->width + 2 * QUIET);
    int result = 0;
    out->room = form == BAUTA_QR_PNG ? side * SCALE * (side * SCALE / 8 + 2) + 256
                                     : side * side * 20 + side * 32 + 512;
    out->data = bt_zalloc(out->room);
    if (!out->data) {
        bt_error("out of memory for a QR code");
        return BAUTA_E_NO_MEMORY;
    }
    if (form == BAUTA_QR_TERMINAL)
        draw_terminal(code, out);
    else if (form == BAUTA_QR_SVG)
        draw_svg(code, out);
    else
        result = draw_png(code, out);
    return result;
}

int bauta_codeword_draw(const char *message, enum bauta_qr_form form, char **data,
                        size_t *size)
{
    struct text text = {0};
    if (!message || !data || !size || (int)form < 0 || form > BAUTA_QR_SVG ||
        strnlen(message, BAUTA_CODEWORD_MESSAGE_BYTES) >= BAUTA_CODEWORD_MESSAGE_BYTES) {
        bt_error("bauta_codeword_draw: an argument is missing or no message");
        return BAUTA_E_USAGE;
    }
    QRcode *code = QRcode_encodeString(message, 0, QR_ECLEVEL_M, QR_MODE_8, 1);
    if (!code) {
        bt_error("libqrencode makes no QR code of the message");
        return BAUTA_E_FAILED;
    }
    const int result = draw(code, form, &text);
    OPENSSL_cleanse(code->data, (size_t)code->width * (size_t)code->width);
    QRcode_free(code);
    if (result < 0) {
        bauta_codeword_free(&text.data, text.room);
        return result;
    }
    *data = text.data;
    *size = text.size;
    return 0;
}

void bauta_codeword_free(char **data, size_t size)
{
    if (!data || !*data)
        return;
    OPENSSL_cleanse(*data, size);
    bt_freep(data);
}
