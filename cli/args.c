// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { WORD_MAX = 48 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

// How many letters have to be changed, added or taken away.
static int distance(const char *a, const char *b)
{
    int row[WORD_MAX + 1];
    const int n = (int)strlen(a), m = (int)strlen(b);
    if (n > WORD_MAX || m > WORD_MAX)
        return WORD_MAX;
    for (int j = 0; j <= m; j++)
        row[j] = j;
    for (int i = 1; i <= n; i++) {
        int corner = row[0];
        row[0] = i;
        for (int j = 1; j <= m; j++) {
            const int above = row[j];
            const int change = corner + (a[i - 1] != b[j - 1]);
            row[j] = least(change, least(above, row[j - 1]) + 1);
            corner = above;
        }
    }
    return row[m];
}

static void offer(const char *word, const char *candidate, const char **best, int *limit)
{
    const int apart = distance(word, candidate);
    if (apart < *limit) {
        *limit = apart;
        *best = candidate;
    }
}

static int first_limit(const char *word)
{
    const int length = (int)strlen(word);
    return length < 6 ? 3 : length / 3 + 1;
}

const char *bt_nearest(const char *word, const char *const *words)
{
    const char *best = NULL;
    int limit = first_limit(word);
    for (int i = 0; words[i]; i++)
        offer(word, words[i], &best, &limit);
    return best;
}

int bt_fail_action(const char *command, const char *action, const char *const *words,
                   const char *has)
{
    const char *near = bt_nearest(action, words);
    bt_say_error("%s %s: %s%s%s%s", command, action, has, near ? "; did you mean " : "",
                 near ? near : "", near ? "?" : "");
    return BAUTA_E_USAGE;
}

static int fail_unknown(const struct bt_args *args, const char *given, const char *name)
{
    const char *best = NULL;
    int limit = first_limit(name);
    for (const struct bt_flag *flag = args->flags; flag->name; flag++)
        offer(name, flag->name, &best, &limit);
    const char *row = args->rows ? bauta_option_suggest(name) : NULL;
    if (row)
        offer(name, row, &best, &limit);
    if (best)
        bt_say_error("unknown option %s; did you mean --%s?", given, best);
    else
        bt_say_error("unknown option %s; bauta %s --help lists them", given,
                     args->argv[0]);
    return BAUTA_E_USAGE;
}

// The value behind '=', or the next argument.
static int take_value(struct bt_args *args, const char *given, const char *inner)
{
    if (inner) {
        args->value = inner;
        return 0;
    }
    if (args->at >= args->argc) {
        bt_say_error("option %s: a value is missing", given);
        return BAUTA_E_USAGE;
    }
    args->value = args->argv[args->at++];
    return 0;
}

static int take_flag(struct bt_args *args, int index, const char *given,
                     const char *inner)
{
    if (args->flags[index].takes_value) {
        const int result = take_value(args, given, inner);
        return result < 0 ? result : index;
    }
    if (inner) {
        bt_say_error("option %s: it takes no value", given);
        return BAUTA_E_USAGE;
    }
    return index;
}

static int take_row(struct bt_args *args, const char *given, const char *name,
                    const char *inner)
{
    const struct bauta_option *row = bauta_option_find(name);
    if (row && row->type != BAUTA_OPTION_BOOL) {
        const int result = take_value(args, given, inner);
        args->row = row;
        return result < 0 ? result : BT_ARG_ROW;
    }
    const bool no = !row && !strncmp(name, "no-", 3);
    if (no)
        row = bauta_option_find(name + 3);
    if (!row || row->type != BAUTA_OPTION_BOOL || (no && inner))
        return fail_unknown(args, given, name);
    args->row = row;
    args->value = no ? "no" : inner ? inner : "yes";
    return BT_ARG_ROW;
}

static int take_long(struct bt_args *args, const char *given)
{
    char name[WORD_MAX + 1];
    const char *equals = strchr(given, '=');
    const size_t length = (equals ? (size_t)(equals - given) : strlen(given)) - 2;
    if (length > WORD_MAX) {
        bt_say_error("unknown option %.60s", given);
        return BAUTA_E_USAGE;
    }
    memcpy(name, given + 2, length);
    name[length] = 0;
    const char *inner = equals ? equals + 1 : NULL;
    for (int i = 0; args->flags[i].name; i++) {
        if (!strcmp(args->flags[i].name, name))
            return take_flag(args, i, given, inner);
    }
    return args->rows ? take_row(args, given, name, inner)
                      : fail_unknown(args, given, name);
}

int bt_args_next(struct bt_args *args)
{
    if (args->at == 0)
        args->at = 1;
    if (args->at >= args->argc)
        return BT_ARG_END;
    const char *given = args->argv[args->at++];
    if (given[0] != '-' || !given[1]) {
        args->value = given;
        return BT_ARG_WORD;
    }
    if (given[1] == '-')
        return take_long(args, given);
    for (int i = 0; args->flags[i].name; i++) {
        if (args->flags[i].letter == given[1])
            return take_flag(args, i, given, given[2] ? given + 2 : NULL);
    }
    return fail_unknown(args, given, given + 1);
}

void bt_print_flags(FILE *file, const struct bt_flag *flags)
{
    for (; flags->name; flags++)
        fprintf(file, "--%s\n", flags->name);
}

int bt_parse_int(const char *what, const char *text, int min, int max, int *out)
{
    char *end = NULL;
    const long number = strtol(text, &end, 10);
    if (end == text || *end || number < min || number > max) {
        bt_say_error("%s: '%s' is not a whole number from %d to %d", what, text, min,
                     max);
        return BAUTA_E_USAGE;
    }
    *out = (int)number;
    return 0;
}

int bt_take_once(const char **place, const char *name, const char *value)
{
    if (*place) {
        bt_say_error("--%s %s: it was given already, %s", name, value, *place);
        return BAUTA_E_USAGE;
    }
    *place = value;
    return 0;
}

int bt_given_set(struct bt_given *given, struct bauta *engine,
                 const struct bauta_option *row, const char *value)
{
    const int result = bauta_set(engine, row->name, value);
    if (result < 0)
        return result;
    int at = 0;
    while (at < given->count && given->row[at] != row)
        at++;
    if (at == (int)(sizeof(given->row) / sizeof(given->row[0])))
        return 0;
    given->row[at] = row;
    given->value[at] = value;
    given->count += at == given->count;
    return 0;
}

const char *bt_given_get(const struct bt_given *given, const char *name)
{
    for (int i = 0; i < given->count; i++) {
        if (!strcmp(given->row[i]->name, name))
            return given->value[i];
    }
    return NULL;
}

static bool is_yes(const char *word)
{
    return strchr("yYtT1", word[0]) || !strcmp(word, "on") || !strcmp(word, "ON");
}

bool bt_given_is_default(const struct bauta_option *row, const char *value)
{
    if (!row->initial)
        return !value[0];
    if (row->type == BAUTA_OPTION_INT || row->type == BAUTA_OPTION_FLOAT)
        return strtod(value, NULL) == strtod(row->initial, NULL);
    if (row->type == BAUTA_OPTION_BOOL)
        return is_yes(value) == is_yes(row->initial);
    return !strcmp(value, row->initial);
}
