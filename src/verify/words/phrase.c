// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "verify/words/words.h"

enum { LETTERS_MAX = 24 };

const char *bauta_codeword_word(int index)
{
    return index >= 0 && index < BAUTA_CODEWORD_LIST ? bt_words_list[index] : NULL;
}

static int compare(const void *word, const void *row)
{
    return strcasecmp(word, *(const char *const *)row);
}

int bauta_codeword_find(const char *word)
{
    const char *const *row = word ? bsearch(word, bt_words_list, BAUTA_CODEWORD_LIST,
                                            sizeof *bt_words_list, compare)
                                  : NULL;
    return row ? (int)(row - bt_words_list) : BAUTA_E_NOT_FOUND;
}

// Whether one letter more, less, changed or swapped with its neighbour makes b of a.
static bool is_near(const char *a, const char *b)
{
    const size_t na = strlen(a), nb = strlen(b);
    size_t same = 0;
    while (same < na && same < nb && a[same] == b[same])
        same++;
    const char *x = a + same, *y = b + same;
    if (na == nb)
        return *x && (!strcmp(x + 1, y + 1) ||
                      (x[0] == y[1] && x[1] == y[0] && x[1] && !strcmp(x + 2, y + 2)));
    return na + 1 == nb ? !strcmp(x, y + 1) : na == nb + 1 && !strcmp(x + 1, y);
}

const char *bauta_codeword_near(const char *word)
{
    char lower[LETTERS_MAX + 1];
    const char *found = NULL;
    const size_t length = word ? strnlen(word, LETTERS_MAX + 1) : 0;
    if (length < 1 || length > LETTERS_MAX)
        return NULL;
    for (size_t i = 0; i <= length; i++)
        lower[i] = (char)tolower((unsigned char)word[i]);
    for (int i = 0; i < BAUTA_CODEWORD_LIST; i++) {
        if (!is_near(lower, bt_words_list[i]))
            continue;
        if (found)
            return NULL;
        found = bt_words_list[i];
    }
    return found;
}

static bool is_gap(char c)
{
    return c == ' ' || c == '-' || c == '\t' || c == '\n' || c == '\r' || c == ',';
}

int bt_phrase_read(const char *text, uint16_t index[BT_PHRASE_WORDS])
{
    int count = 0;
    for (const char *at = text; at && *at;) {
        char word[LETTERS_MAX + 1];
        size_t length = 0;
        if (is_gap(*at)) {
            at++;
            continue;
        }
        while (at[length] && !is_gap(at[length]) && length < LETTERS_MAX) {
            word[length] = at[length];
            length++;
        }
        word[length] = 0;
        const int found = bauta_codeword_find(word);
        const char *near = found < 0 ? bauta_codeword_near(word) : NULL;
        if (near)
            bt_error("'%s' is no code word; did they say %s?", word, near);
        else if (found < 0)
            bt_error("'%s' is no code word; ask them to spell it", word);
        if (found < 0)
            return BAUTA_E_USAGE;
        if (count < BT_PHRASE_WORDS)
            index[count] = (uint16_t)found;
        count++;
        at += length;
    }
    if (count < BT_DURESS_WORDS || count > BT_PHRASE_WORDS) {
        bt_error("%d word%s given; three are needed", count,
                 count == 1 ? " is" : "s are");
        return BAUTA_E_USAGE;
    }
    return count;
}

void bt_phrase_write(const uint16_t *index, int count, struct bauta_phrase *out)
{
    char *at = out->text;
    memset(out, 0, sizeof *out);
    for (int i = 0; i < count; i++) {
        if (i)
            *at++ = ' ';
        at = stpcpy(at, bt_words_list[index[i]]);
    }
}

void bt_phrase_bits(const uint8_t *data, int count, uint16_t *index)
{
    for (int i = 0; i < count; i++) {
        unsigned value = 0;
        for (int bit = i * BT_WORD_BITS; bit < (i + 1) * BT_WORD_BITS; bit++)
            value = value << 1 | (data[bit / 8] >> (7 - bit % 8) & 1u);
        index[i] = (uint16_t)value;
    }
}
