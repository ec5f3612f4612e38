// SPDX-License-Identifier: Apache-2.0
#include "base/opt.h"

#include <limits.h>
#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"

enum { NAME_LENGTH_MAX = 63 };

// Numbers are read and written with a decimal point whatever the program's locale is.
static locale_t neutral;
static pthread_once_t neutral_once = PTHREAD_ONCE_INIT;

static void make_neutral(void)
{
    neutral = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}

static locale_t enter_neutral(void)
{
    pthread_once(&neutral_once, make_neutral);
    return uselocale(neutral);
}

static void *field(const struct bt_opt *opt, void *object)
{
    return (char *)object + opt->offset;
}

double bt_number(const char *text, char **end)
{
    const locale_t before = enter_neutral();
    const double number = strtod(text, end);
    uselocale(before);
    return number;
}

static bool parse_number(const char *value, double *out)
{
    char *end = NULL;
    const double number = bt_number(value, &end);
    if (end == value || *end)
        return false;
    *out = number;
    return true;
}

static int set_int(const struct bt_opt *opt, int *out, const char *value)
{
    char *end = NULL;
    errno = 0;
    const long number = strtol(value, &end, 10);
    const bool good = end != value && !*end && !errno && number >= INT_MIN &&
                      number <= INT_MAX && (double)number >= opt->row.min &&
                      (double)number <= opt->row.max;
    if (!good) {
        bt_error("option %s: '%s' is not a whole number from %.0f to %.0f", opt->row.name,
                 value, opt->row.min, opt->row.max);
        return BAUTA_E_USAGE;
    }
    *out = (int)number;
    return 0;
}

static int set_float(const struct bt_opt *opt, float *out, const char *value)
{
    double number = 0;
    const bool read = parse_number(value, &number);
    if (!read || !(number >= opt->row.min && number <= opt->row.max)) {
        bt_error("option %s: '%s' is not a number from %g to %g", opt->row.name, value,
                 opt->row.min, opt->row.max);
        return BAUTA_E_USAGE;
    }
    *out = (float)number;
    return 0;
}

static int set_bool(const struct bt_opt *opt, int *out, const char *value)
{
    static const char *const words[][2] = {
        {"no", "yes"}, {"false", "true"}, {"0", "1"}, {"off", "on"}};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        for (int truth = 0; truth < 2; truth++) {
            if (!strcasecmp(value, words[i][truth])) {
                *out = truth;
                return 0;
            }
        }
    }
    bt_error("option %s: '%s' is neither yes nor no", opt->row.name, value);
    return BAUTA_E_USAGE;
}

static int set_choice(const struct bt_opt *opt, int *out, const char *value)
{
    char list[512] = "";
    size_t used = 0;
    for (int i = 0; opt->row.choices[i]; i++) {
        if (!strcmp(value, opt->row.choices[i])) {
            *out = i;
            return 0;
        }
        const int n = snprintf(list + used, sizeof(list) - used, "%s%s", i ? ", " : "",
                               opt->row.choices[i]);
        used = n > 0 && used + (size_t)n < sizeof(list) ? used + (size_t)n : used;
    }
    bt_error("option %s: '%s' is none of: %s", opt->row.name, value, list);
    return BAUTA_E_USAGE;
}

static int set_string(const struct bt_opt *opt, char **out, const char *value)
{
    char *copy = bt_strdup(value);
    if (!copy) {
        bt_error("option %s: out of memory", opt->row.name);
        return BAUTA_E_NO_MEMORY;
    }
    bt_free(*out);
    *out = copy;
    return 0;
}

int bt_opt_set(const struct bt_opt *opt, void *object, const char *value)
{
    if (!value) {
        bt_error("option %s: a value is missing", opt->row.name);
        return BAUTA_E_USAGE;
    }
    void *out = field(opt, object);
    switch (opt->row.type) {
    case BAUTA_OPTION_BOOL:
        return set_bool(opt, out, value);
    case BAUTA_OPTION_INT:
        return set_int(opt, out, value);
    case BAUTA_OPTION_FLOAT:
        return set_float(opt, out, value);
    case BAUTA_OPTION_STRING:
        return set_string(opt, out, value);
    case BAUTA_OPTION_CHOICE:
        return set_choice(opt, out, value);
    }
    bt_error("option %s: its table row has no known type", opt->row.name);
    return BAUTA_E_USAGE;
}

int bt_opt_defaults(const struct bt_opt *table, void *object)
{
    for (const struct bt_opt *opt = table; opt->row.name; opt++) {
        if (!opt->row.initial)
            continue;
        const int result = bt_opt_set(opt, object, opt->row.initial);
        if (result < 0) {
            bt_opt_finish(table, object);
            return result;
        }
    }
    return 0;
}

// The shortest text that reads back as the same float.
static void print_float(float value, char *text, size_t size)
{
    const locale_t before = enter_neutral();
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(text, size, "%.*g", digits, (double)value);
        if (strtof(text, NULL) == value)
            break;
    }
    uselocale(before);
}

void bt_opt_get(const struct bt_opt *opt, const void *object, char *text, size_t size)
{
    const void *at = (const char *)object + opt->offset;
    if (!size)
        return;
    text[0] = 0;
    switch (opt->row.type) {
    case BAUTA_OPTION_BOOL:
        snprintf(text, size, "%s", *(const int *)at ? "yes" : "no");
        break;
    case BAUTA_OPTION_INT:
        snprintf(text, size, "%d", *(const int *)at);
        break;
    case BAUTA_OPTION_FLOAT:
        print_float(*(const float *)at, text, size);
        break;
    case BAUTA_OPTION_STRING: {
        const char *string = *(char *const *)at;
        snprintf(text, size, "%s", string ? string : "");
        break;
    }
    case BAUTA_OPTION_CHOICE:
        snprintf(text, size, "%s", opt->row.choices[*(const int *)at]);
        break;
    }
}

void bt_opt_finish(const struct bt_opt *table, void *object)
{
    for (const struct bt_opt *opt = table; opt->row.name; opt++) {
        if (opt->row.type == BAUTA_OPTION_STRING) {
            char **string = field(opt, object);
            bt_freep(string);
        }
    }
}

const struct bt_opt *bt_opt_find(const struct bt_opt *table, const char *name)
{
    for (const struct bt_opt *opt = table; opt->row.name; opt++) {
        if (!strcmp(opt->row.name, name))
            return opt;
    }
    return NULL;
}

static int least(int a, int b, int c)
{
    const int ab = a < b ? a : b;
    return ab < c ? ab : c;
}

int bt_opt_distance(const char *a, const char *b)
{
    const size_t na = strlen(a), nb = strlen(b);
    // Longer names are no option's name, so they are as far apart as can be.
    if (na > NAME_LENGTH_MAX || nb > NAME_LENGTH_MAX)
        return (int)((na > nb ? na : nb) < INT_MAX ? (na > nb ? na : nb) : INT_MAX);

    int row[NAME_LENGTH_MAX + 1];
    for (size_t j = 0; j <= nb; j++)
        row[j] = (int)j;
    for (size_t i = 1; i <= na; i++) {
        int diagonal = row[0];
        row[0] = (int)i;
        for (size_t j = 1; j <= nb; j++) {
            const int above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[nb];
}
