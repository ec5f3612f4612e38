// SPDX-License-Identifier: Apache-2.0
//
// Pairing over a channel that others may change, the messages, and their QR codes.

#include "words.h"

#include <ctype.h>

#include "base/alloc.h"

typedef char message[BAUTA_CODEWORD_MESSAGE_BYTES];

// Runs the exchange to where words are read aloud; what each reads.
static void exchange(struct bauta_codebook *anna, struct bauta_codebook *ben,
                     struct bauta_phrase *a, struct bauta_phrase *b)
{
    message one, two, three, none;
    CHECK_INT(bauta_codebook_begin(anna, "ben", one), 0);
    CHECK_INT(bauta_codebook_take(ben, "anna", one, two), BAUTA_PAIR_REPLIED);
    CHECK_INT(bauta_codebook_take(anna, "ben", two, three), BAUTA_PAIR_ALOUD);
    CHECK_INT(bauta_codebook_take(ben, "anna", three, none), BAUTA_PAIR_ALOUD);
    CHECK_TEXT(none, "");
    CHECK_INT(bauta_codebook_aloud(anna, "ben", a), 0);
    CHECK_INT(bauta_codebook_aloud(ben, "anna", b), 0);
}

static void test_exchange(void)
{
    struct bauta_codebook *anna = book_of("x-anna"), *ben = book_of("x-ben");
    struct bauta_phrase a, b, said;
    struct bauta_codeword_result result;
    exchange(anna, ben, &a, &b);
    CHECK(strcmp(a.text, b.text) != 0);
    // Before the words were compared there are none of the moment.
    CHECK_INT(bauta_codebook_show(anna, "ben", &said), BAUTA_E_USAGE);
    CHECK(strstr(last_error, "aloud"));
    CHECK_INT(bauta_codebook_check(anna, "ben", a.text, &result), BAUTA_E_USAGE);
    // Who reads one's own words back has not the other's.
    CHECK_INT(bauta_codebook_confirm(anna, "ben", a.text, &result), 0);
    CHECK(result.verdict == BAUTA_CODEWORD_WRONG && result.left == 2);
    CHECK_INT(bauta_codebook_confirm(anna, "ben", b.text, &result), 0);
    CHECK_INT(result.verdict, BAUTA_CODEWORD_RIGHT);
    CHECK_INT(bauta_codebook_confirm(ben, "anna", a.text, &result), 0);
    CHECK_INT(result.verdict, BAUTA_CODEWORD_RIGHT);
    CHECK_INT(bauta_codebook_confirm(ben, "anna", a.text, &result), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_show(anna, "ben", &said), 0);
    CHECK_INT(check_of(ben, "anna", said.text), BAUTA_CODEWORD_RIGHT);
    CHECK_INT(bauta_codebook_show(ben, "anna", &said), 0);
    CHECK_INT(check_of(anna, "ben", said.text), BAUTA_CODEWORD_RIGHT);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_three_wrong(void)
{
    struct bauta_codebook *anna = book_of("w-anna"), *ben = book_of("w-ben");
    struct bauta_phrase a, b;
    struct bauta_codeword_result result;
    exchange(anna, ben, &a, &b);
    for (int i = 0; i < 3; i++) {
        CHECK_INT(bauta_codebook_confirm(anna, "ben", nonsense(i), &result), 0);
        CHECK(result.verdict == BAUTA_CODEWORD_WRONG && result.left == 2 - i);
    }
    CHECK_INT(bauta_codebook_confirm(anna, "ben", b.text, &result), BAUTA_E_NOT_FOUND);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

// A man in the middle who runs an exchange of his own with each side.
static void test_middle(void)
{
    int same = 0;
    for (int round = 0; round < 8; round++) {
        char names[4][16];
        struct bauta_codebook *book[4];
        struct bauta_phrase a, b, to_a, to_b;
        for (int i = 0; i < 4; i++) {
            snprintf(names[i], sizeof names[i], "m-%d-%d", round, i);
            book[i] = book_of(names[i]);
        }
        exchange(book[0], book[1], &a, &to_a);
        exchange(book[2], book[3], &to_b, &b);
        same += !strcmp(a.text, to_b.text) || !strcmp(b.text, to_a.text);
        for (int i = 0; i < 4; i++)
            bauta_codebook_close(&book[i]);
    }
    CHECK_INT(same, 0);
}

// The same message with one bit of its content changed and its check made right.
static void changed(const char *text, int bit, bool nonce, message out)
{
    struct bt_message read;
    CHECK_INT(bt_message_read(text, &read), 0);
    uint8_t *at = nonce ? read.nonce : read.key;
    at[bit / 8] ^= (uint8_t)(1 << bit % 8);
    CHECK_INT(bt_message_write(&read, out), 0);
}

static void test_changed_messages(void)
{
    struct bauta_codebook *anna = book_of("c-anna"), *ben = book_of("c-ben");
    message one, two, three, bad, out;
    struct bauta_phrase a, b;
    // Message 3 that is not what message 1 promised, key or nonce: the pairing ends.
    for (int nonce = 0; nonce < 2; nonce++) {
        CHECK_INT(bauta_codebook_begin(anna, "ben", one), 0);
        CHECK_INT(bauta_codebook_take(ben, "anna", one, two), BAUTA_PAIR_REPLIED);
        CHECK_INT(bauta_codebook_take(anna, "ben", two, three), BAUTA_PAIR_ALOUD);
        changed(three, 77, nonce, bad);
        CHECK_INT(bauta_codebook_take(ben, "anna", bad, out), BAUTA_E_TAMPERED);
        CHECK_INT(bauta_codebook_take(ben, "anna", three, out), BAUTA_E_NOT_FOUND);
        CHECK_INT(bauta_codebook_remove(anna, "ben"), 0);
    }
    // Message 2 with another key: the words differ.
    CHECK_INT(bauta_codebook_begin(anna, "ben", one), 0);
    CHECK_INT(bauta_codebook_take(ben, "anna", one, two), BAUTA_PAIR_REPLIED);
    changed(two, 3, true, bad);
    CHECK_INT(bauta_codebook_take(anna, "ben", bad, three), BAUTA_PAIR_ALOUD);
    CHECK_INT(bauta_codebook_take(ben, "anna", three, out), BAUTA_PAIR_ALOUD);
    CHECK_INT(bauta_codebook_aloud(anna, "ben", &a), 0);
    CHECK_INT(bauta_codebook_aloud(ben, "anna", &b), 0);
    struct bauta_codeword_result result;
    CHECK_INT(bauta_codebook_confirm(anna, "ben", b.text, &result), 0);
    CHECK_INT(result.verdict, BAUTA_CODEWORD_WRONG);
    CHECK_INT(bauta_codebook_remove(anna, "ben"), 0);
    // A key that makes the shared secret zero, and one's own sent back.
    CHECK_INT(bauta_codebook_begin(anna, "ben", one), 0);
    struct bt_message zero = {.kind = BT_MESSAGE_REPLY};
    CHECK_INT(bt_message_write(&zero, bad), 0);
    CHECK_INT(bauta_codebook_take(anna, "ben", bad, out), BAUTA_E_TAMPERED);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_own_key_back(void)
{
    struct bt_pair pair = {.state = BAUTA_PAIR_BEGUN, .people = 2};
    struct bt_message back = {.kind = BT_MESSAGE_REPLY};
    CHECK_INT(bt_exchange_begin(&pair), 0);
    CHECK_INT(bt_exchange_commit(pair.own_public, pair.own_nonce, pair.promised), 0);
    memcpy(back.key, pair.own_public, BT_POINT_BYTES);
    CHECK_INT(bt_exchange_finish(&pair, &back), BAUTA_E_TAMPERED);
    CHECK(strstr(last_error, "own"));
}

static void test_order(void)
{
    struct bauta_codebook *anna = book_of("o-anna"), *ben = book_of("o-ben");
    message one, two, three, out, invitation[1];
    CHECK_INT(bauta_codebook_begin(anna, "ben", one), 0);
    CHECK_INT(bauta_codebook_begin(anna, "ben", one), BAUTA_E_EXISTS);
    CHECK_INT(bauta_codebook_begin(anna, "-ben", one), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_begin(anna, "b/en", one), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_take(ben, "anna", one, two), BAUTA_PAIR_REPLIED);
    // Message 2 to who made it, message 3 to who sent it, and either to nobody.
    CHECK_INT(bauta_codebook_take(ben, "anna", two, out), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_take(anna, "carl", two, out), BAUTA_E_NOT_FOUND);
    CHECK_INT(bauta_codebook_take(anna, "ben", two, three), BAUTA_PAIR_ALOUD);
    CHECK_INT(bauta_codebook_take(anna, "ben", three, out), BAUTA_E_USAGE);
    CHECK_INT(bauta_codebook_take(anna, "ben", two, out), BAUTA_E_USAGE);
    // An invitation that is in the book, under any name.
    CHECK_INT(bauta_codebook_offer(anna, "carl", 2, invitation), 0);
    CHECK_INT(bauta_codebook_take(anna, "again", invitation[0], out), BAUTA_E_EXISTS);
    CHECK(strstr(last_error, "carl"));
    CHECK_INT(bauta_codebook_take(ben, "anna", invitation[0], out), BAUTA_E_EXISTS);
    bauta_codebook_close(&anna);
    bauta_codebook_close(&ben);
}

static void test_message(void)
{
    struct bt_message made = {.kind = BT_MESSAGE_OPEN}, read;
    message text;
    char other[BAUTA_CODEWORD_MESSAGE_BYTES + 8];
    for (int i = 0; i < BT_POINT_BYTES; i++)
        made.key[i] = (uint8_t)(i * 9), made.nonce[i] = (uint8_t)(255 - i);
    CHECK_INT(bt_message_write(&made, text), 0);
    CHECK(!strncmp(text, "BAUTA:", 6) && strlen(text) < sizeof text);
    CHECK_INT(strspn(text + 6, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"), strlen(text + 6));
    CHECK_INT(bt_message_read(text, &read), 0);
    CHECK(read.kind == made.kind && !memcmp(read.key, made.key, BT_POINT_BYTES) &&
          !memcmp(read.nonce, made.nonce, BT_POINT_BYTES));
    // Small letters and space around it are a matter of typing.
    snprintf(other, sizeof other, " \t%s \r\n", text);
    for (char *at = other; *at; at++)
        *at = (char)tolower((unsigned char)*at);
    CHECK_INT(bt_message_read(other, &read), 0);
    // Any other letter in any place, and any part of it, is noticed.
    int taken = 0;
    for (size_t i = 0; text[i]; i++) {
        snprintf(other, sizeof other, "%s", text);
        other[i] = other[i] == 'Q' ? 'R' : 'Q';
        taken += !bt_message_read(other, &read);
        other[i] = 0;
        taken += !bt_message_read(other, &read);
    }
    CHECK_INT(taken, 0);
    snprintf(other, sizeof other, "%sA", text);
    CHECK_INT(bt_message_read(other, &read), BAUTA_E_FORMAT);
    CHECK_INT(bt_message_read("", &read), BAUTA_E_FORMAT);
    CHECK_INT(bt_message_read("BAUTA:", &read), BAUTA_E_FORMAT);
    made.kind = BT_MESSAGE_INVITATION;
    const uint8_t bad[][2] = {{1, 1}, {2, 0}, {2, 2}, {9, 1}, {0, 0}, {255, 254}};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        made.people = bad[i][0], made.role = bad[i][1];
        CHECK_INT(bt_message_write(&made, text), 0);
        CHECK_INT(bt_message_read(text, &read), BAUTA_E_FORMAT);
    }
}

// QR codes ------------------------------------------------------------------------------

enum { SIDE_MAX = 200 };

// The modules that a terminal shows, the quiet zone included; their side.
static int from_terminal(const char *data, bool dark[SIDE_MAX][SIDE_MAX])
{
    int y = 0, wide = 0;
    for (const char *at = data; *at;) {
        int x = 0;
        at = strchr(at, 'm') + 1;
        for (; *at != '\033'; x++) {
            const bool upper = !strncmp(at, "\u2580", 3) || !strncmp(at, "\u2588", 3);
            const bool lower = !strncmp(at, "\u2584", 3) || !strncmp(at, "\u2588", 3);
            dark[y][x] = upper, dark[y + 1][x] = lower;
            at += upper || lower ? 3 : 1;
        }
        CHECK(!wide || x == wide);
        wide = x;
        at = strchr(at, '\n') + 1;
        y += 2;
    }
    CHECK(y == wide || y == wide + 1);
    return wide;
}

static void test_drawn(void)
{
    static bool dark[SIDE_MAX][SIDE_MAX], again[SIDE_MAX][SIDE_MAX];
    struct bauta_codebook *book = book_of("qr");
    message text[1];
    char *data = NULL;
    size_t size = 0;
    CHECK_INT(bauta_codebook_offer(book, "ben", 2, text), 0);
    CHECK_INT(bauta_codeword_draw(text[0], BAUTA_QR_TERMINAL, &data, &size), 0);
    CHECK_INT(strlen(data), size);
    const int side = from_terminal(data, dark);
    bauta_codeword_free(&data, size);
    CHECK(side >= 21 + 8 && side <= 49 + 8);
    int count = 0, border = 0;
    for (int y = 0; y < side; y++) {
        for (int x = 0; x < side; x++) {
            const bool edge = x < 4 || y < 4 || x >= side - 4 || y >= side - 4;
            count += dark[y][x];
            border += edge && dark[y][x];
        }
    }
    CHECK(count > side * side / 6);
    CHECK_INT(border, 0);
    // A finder's ring and centre.
    CHECK(dark[4][4] && dark[4][10] && !dark[5][5] && dark[7][7] && dark[10][4]);

    CHECK_INT(bauta_codeword_draw(text[0], BAUTA_QR_SVG, &data, &size), 0);
    CHECK(!strncmp(data, "<svg ", 5) && strlen(data) == size &&
          !strcmp(data + size - 7, "</svg>\n"));
    for (const char *at = strchr(data, 'M'); at; at = strchr(at + 1, 'M')) {
        int x = -1, y = -1;
        CHECK(sscanf(at, "M%d %dh1", &x, &y) == 2 && x >= 0 && x < side && y >= 0 &&
              y < side);
        again[y][x] = true;
    }
    CHECK(!memcmp(dark, again, sizeof dark));
    bauta_codeword_free(&data, size);
    CHECK(!data);

    CHECK_INT(bauta_codeword_draw(text[0], BAUTA_QR_PNG, &data, &size), 0);
    CHECK(size > 100 && !memcmp(data, "\x89PNG\r\n\x1a\n", 8) &&
          !memcmp(data + size - 8, "IEND", 4));
    // Rows are stored as they are behind signature, IHDR, IDAT's head and zlib's.
    const int wide = side * 8, bytes = 1 + (wide + 7) / 8;
    int differ = 0;
    for (int y = 0; y < wide; y++) {
        for (int x = 0; x < wide; x++) {
            const char *row = data + 8 + 25 + 8 + 7 + y * bytes;
            differ += !(row[1 + x / 8] >> (7 - x % 8) & 1) != dark[y / 8][x / 8];
        }
    }
    CHECK_INT(differ, 0);
    bauta_codeword_free(&data, size);

    CHECK_INT(bauta_codeword_draw(NULL, BAUTA_QR_PNG, &data, &size), BAUTA_E_USAGE);
    char large[400];
    memset(large, 'A', sizeof large - 1);
    large[sizeof large - 1] = 0;
    CHECK_INT(bauta_codeword_draw(large, BAUTA_QR_PNG, &data, &size), BAUTA_E_USAGE);
    bt_alloc_fail_after(1);
    CHECK_INT(bauta_codeword_draw(text[0], BAUTA_QR_SVG, &data, &size),
              BAUTA_E_NO_MEMORY);
    bt_alloc_fail_after(2);
    CHECK_INT(bauta_codeword_draw(text[0], BAUTA_QR_PNG, &data, &size),
              BAUTA_E_NO_MEMORY);
    bt_alloc_fail_after(0);
    bauta_codebook_close(&book);
}

int main(void)
{
    words_begin();
    test_exchange();
    test_three_wrong();
    test_middle();
    test_changed_messages();
    test_own_key_back();
    test_order();
    test_message();
    test_drawn();
    return words_end();
}
