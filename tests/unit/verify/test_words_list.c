// SPDX-License-Identifier: Apache-2.0
//
// The list and the time: 2048 words that keep their rules, phrases as people type them,
// and the steps and HMACs of RFC 6238.

#include "words.h"

#include <ctype.h>

#include "base/file.h"

static int least(int a, int b)
{
    return a < b ? a : b;
}

// Letters that are to be added, taken away, changed or swapped with the next to make b of
// a (optimal string alignment).
static int distance(const char *a, const char *b)
{
    int d[9][9];
    const int na = (int)strlen(a), nb = (int)strlen(b);
    for (int i = 0; i <= na; i++) {
        for (int j = 0; j <= nb; j++) {
            if (!i || !j) {
                d[i][j] = i + j;
                continue;
            }
            const int change = a[i - 1] != b[j - 1];
            d[i][j] =
                least(least(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + change);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = least(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[na][nb];
}

static void test_list(void)
{
    int nearest = 99, begins = 0, wrong = 0;
    CHECK_INT(distance("angel", "angle"), 1);
    CHECK_INT(distance("river", "driver"), 1);
    CHECK_INT(distance("mango", "tango"), 1);
    CHECK_INT(distance("mango", "melon"), 4);
    for (int i = 0; i < BAUTA_CODEWORD_LIST; i++) {
        const char *word = bt_words_list[i];
        const size_t length = strlen(word);
        wrong += length < 4 || length > 7 ||
                 strspn(word, "abcdefghijklmnopqrstuvwxyz") != length;
        wrong += i && strcmp(bt_words_list[i - 1], word) >= 0;
        for (int k = 0; k < i; k++) {
            nearest = least(nearest, distance(word, bt_words_list[k]));
            begins += !strncmp(word, bt_words_list[k], strlen(bt_words_list[k]));
        }
    }
    CHECK_INT(wrong, 0);
    CHECK_INT(begins, 0);
    CHECK_INT(nearest, 2);
}

// Both sides of a pair need the same list, also those who pair in ten years.
static void test_list_stays(void)
{
    static char all[BAUTA_CODEWORD_LIST * 8 + 1];
    char hex[65], *at = all;
    for (int i = 0; i < BAUTA_CODEWORD_LIST; i++)
        at = stpcpy(stpcpy(at, bauta_codeword_word(i)), "\n");
    bt_sha256(all, strlen(all), hex);
    CHECK_TEXT(hex, "68d99aa53a514b8cff91fe6ae3ec19743b0719cc117136ed5ed28b0004e728aa");
    CHECK(!bauta_codeword_word(-1) && !bauta_codeword_word(BAUTA_CODEWORD_LIST));
}

static void test_find(void)
{
    int found = 0;
    for (int i = 0; i < BAUTA_CODEWORD_LIST; i++)
        found += bauta_codeword_find(bt_words_list[i]) == i;
    CHECK_INT(found, BAUTA_CODEWORD_LIST);
    CHECK_INT(bauta_codeword_find("BANANA"), bauta_codeword_find("banana"));
    CHECK(bauta_codeword_find("banana") >= 0);
    CHECK_INT(bauta_codeword_find("bananas"), BAUTA_E_NOT_FOUND);
    CHECK_INT(bauta_codeword_find(""), BAUTA_E_NOT_FOUND);
    CHECK_INT(bauta_codeword_find(NULL), BAUTA_E_NOT_FOUND);
    CHECK_TEXT(bauta_codeword_near("Bananas"), "banana");
    CHECK_TEXT(bauta_codeword_near("bannaa"), "banana");
    CHECK_TEXT(bauta_codeword_near("bananq"), "banana");
    CHECK(!bauta_codeword_near("xyzzyx") && !bauta_codeword_near("") &&
          !bauta_codeword_near(NULL));
    CHECK(!bauta_codeword_near("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"));
}

static void test_phrase(void)
{
    uint16_t index[3] = {0}, back[3] = {9, 9, 9};
    struct bauta_phrase phrase;
    const uint8_t bits[] = {0x00, 0x20, 0x0b, 0xff, 0x80};
    bt_phrase_bits(bits, 3, index);
    CHECK(index[0] == 1 && index[1] == 2 && index[2] == 2047);
    bt_phrase_write(index, 3, &phrase);
    CHECK_INT(bt_phrase_read(phrase.text, back), 3);
    CHECK(!memcmp(index, back, sizeof index));
    for (char *at = phrase.text; *at; at++)
        *at = *at == ' ' ? '-' : (char)toupper((unsigned char)*at);
    CHECK_INT(bt_phrase_read(phrase.text, back), 3);
    CHECK(!memcmp(index, back, sizeof index));
    CHECK_INT(bt_phrase_read(" banana,\tfalcon\n", back), 2);
    last_error[0] = 0;
    CHECK_INT(bt_phrase_read("banana falcon bananq", back), BAUTA_E_USAGE);
    CHECK(strstr(last_error, "bananq") && strstr(last_error, "banana"));
    CHECK_INT(bt_phrase_read("banana falcon banana falcon", back), BAUTA_E_USAGE);
    CHECK(strstr(last_error, "4 words"));
    CHECK_INT(bt_phrase_read("banana", back), BAUTA_E_USAGE);
    CHECK_INT(bt_phrase_read("", back), BAUTA_E_USAGE);
    CHECK_INT(bt_phrase_read(NULL, back), BAUTA_E_USAGE);
    // The longest words fill the text and no more.
    CHECK(3 * 7 + 2 + 1 <= (int)sizeof phrase.text);
}

// RFC 6238, appendix B: the time, its step, and the eight digits of SHA-256.
static const struct {
    int64_t time, step;
    unsigned digits;
} vectors[] = {
    {59, 0x1, 46119246},
    {1111111109, 0x23523EC, 68084774},
    {1111111111, 0x23523ED, 67062674},
    {1234567890, 0x273EF07, 91819424},
    {2000000000, 0x3F940AA, 90698825},
    {20000000000, 0x27BC86AA, 77737706},
};
static const char key[] = "12345678901234567890123456789012";

// The dynamic truncation of RFC 4226, for eight digits.
static unsigned digits_of(const uint8_t mac[BT_MAC_BYTES])
{
    const uint8_t *at = mac + (mac[31] & 15);
    const unsigned value = (unsigned)(at[0] & 127) << 24 | (unsigned)at[1] << 16 |
                           (unsigned)at[2] << 8 | at[3];
    return value % 100000000;
}

static void test_rfc6238(void)
{
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        uint8_t mac[BT_MAC_BYTES];
        CHECK_INT(bt_words_step(vectors[i].time), vectors[i].step);
        CHECK_INT(bt_words_hmac((const uint8_t *)key, 32, NULL, 0,
                                bt_words_step(vectors[i].time), mac),
                  0);
        CHECK_INT(digits_of(mac), vectors[i].digits);
    }
    CHECK_INT(bt_words_step(0), 0);
    CHECK_INT(bt_words_step(29), 0);
    CHECK_INT(bt_words_step(30), 1);
    CHECK_INT(bt_words_step(-5), 0);
}

// The same from another program, for times that no table has.
static void test_oathtool(void)
{
    if (system("command -v oathtool >/dev/null 2>&1")) {
        printf("oathtool is not there; only the vectors were tried\n");
        return;
    }
    for (int64_t time = 31; time < 4000000000; time = time * 7 + 13) {
        char command[200], line[32] = "";
        uint8_t mac[BT_MAC_BYTES];
        snprintf(command, sizeof command,
                 "oathtool --totp=sha256 --digits=8 --now='@%lld' "
                 "3132333435363738393031323334353637383930313233343536373839303132",
                 (long long)time);
        FILE *pipe = popen(command, "r");
        CHECK(pipe && fgets(line, sizeof line, pipe));
        CHECK_INT(pipe ? pclose(pipe) : -1, 0);
        CHECK_INT(
            bt_words_hmac((const uint8_t *)key, 32, NULL, 0, bt_words_step(time), mac),
            0);
        CHECK_INT(digits_of(mac), strtoul(line, NULL, 10));
    }
}

// The words of a secret, computed apart from the library with Python's hmac.
static void test_vector(void)
{
    struct bt_pair pair = {.people = 2};
    struct bauta_phrase phrase;
    uint16_t index[3];
    for (int i = 0; i < BT_SECRET_BYTES; i++)
        pair.secret[i] = (uint8_t)i;
    const char *const moment[2] = {"immense archive steady", "memoir swerve secret"};
    const char *const duress[2] = {"compact attire", "event detect"};
    for (int role = 0; role < 2; role++) {
        CHECK_INT(bt_words_moment(&pair, role, 60000000, index), 0);
        bt_phrase_write(index, 3, &phrase);
        CHECK_TEXT(phrase.text, moment[role]);
        CHECK_INT(bt_words_duress(&pair, role, index), 0);
        bt_phrase_write(index, 2, &phrase);
        CHECK_TEXT(phrase.text, duress[role]);
    }
    const uint16_t question[3] = {100, 200, 300};
    CHECK_INT(bt_words_proof(&pair, 0, 60000000, question, index), 0);
    CHECK_TEXT(bauta_codeword_word(index[0]), "layout");
    CHECK_INT(bt_words_answer(&pair, 1, 60000000, question, index), 0);
    bt_phrase_write(index, 3, &phrase);
    CHECK_TEXT(phrase.text, "buffet dance aside");
}

int main(void)
{
    bauta_log_set(collect, NULL);
    test_list();
    test_list_stays();
    test_find();
    test_phrase();
    test_rfc6238();
    test_oathtool();
    test_vector();
    return check_end();
}
