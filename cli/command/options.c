// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <string.h>

enum { NAMES, MAN, HELP };
static const struct bt_flag flags[] = {
    [NAMES] = {"names", 0, false},
    [MAN] = {"man", 0, false},
    [HELP] = {"help", 'h', false},
    {NULL, 0, false},
};

static const char help[] =
    "usage: bauta options [--names | --man]\n"
    "\n"
    "Lists every option that swap and bench take, with its range and default.\n"
    "  --names   only the flags, one a line\n"
    "  --man     as a part of a manual page\n";

// What may stand behind the flag: a range, the choices, or a word for it.
static void format_value(const struct bauta_option *row, char *text, size_t size)
{
    size_t used = 0;
    const char *unit = row->unit ? row->unit : "";
    text[0] = 0;
    switch (row->type) {
    case BAUTA_OPTION_BOOL:
        break;
    case BAUTA_OPTION_INT:
    case BAUTA_OPTION_FLOAT:
        snprintf(text, size, "%g..%g%s%s", row->min, row->max, *unit ? " " : "", unit);
        break;
    case BAUTA_OPTION_STRING:
        snprintf(text, size, "TEXT");
        break;
    case BAUTA_OPTION_CHOICE:
        for (int i = 0; row->choices[i] && used < size; i++)
            used += (size_t)snprintf(text + used, size - used, "%s%s", i ? "|" : "",
                                     row->choices[i]);
        break;
    }
}

static void print_row(const struct bauta_option *row)
{
    char value[256];
    format_value(row, value, sizeof(value));
    if (row->type == BAUTA_OPTION_BOOL)
        printf("  --%s, --no-%s\n", row->name, row->name);
    else
        printf("  --%s %s\n", row->name, value);
    printf("      %s%s%s%s%s\n", row->help,
           row->initial && row->initial[0] ? " Default: " : "",
           row->initial ? row->initial : "", row->initial && row->initial[0] ? "." : "",
           row->live ? " May change while running." : "");
}

static void print_name(const struct bauta_option *row)
{
    printf("--%s\n", row->name);
    if (row->type == BAUTA_OPTION_BOOL)
        printf("--no-%s\n", row->name);
}

// Dashes and backslashes mean something else in roff; so does a dot that begins a line.
static void put_roff(const char *text)
{
    if (*text == '.' || *text == '\'')
        fputs("\\&", stdout);
    for (; *text; text++) {
        if (*text == '-')
            fputs("\\-", stdout);
        else if (*text == '\\')
            fputs("\\e", stdout);
        else
            putchar(*text);
    }
}

static void print_man(const struct bauta_option *row)
{
    char value[256];
    format_value(row, value, sizeof(value));
    fputs(".TP\n\\fB\\-\\-", stdout);
    put_roff(row->name);
    fputs("\\fR", stdout);
    if (row->type == BAUTA_OPTION_BOOL) {
        fputs(", \\fB\\-\\-no\\-", stdout);
        put_roff(row->name);
        fputs("\\fR", stdout);
    } else {
        fputs(" \\fI", stdout);
        put_roff(value);
        fputs("\\fR", stdout);
    }
    putchar('\n');
    put_roff(row->help);
    if (row->initial && row->initial[0]) {
        fputs("\nDefault: ", stdout);
        put_roff(row->initial);
        putchar('.');
    }
    if (row->live)
        fputs("\nMay change while running.", stdout);
    putchar('\n');
}

int bt_cmd_options(int argc, char **argv)
{
    struct bt_args args = {.argc = argc, .argv = argv, .flags = flags};
    void (*print)(const struct bauta_option *row) = print_row;
    int flag = 0;
    while ((flag = bt_args_next(&args)) != BT_ARG_END) {
        switch (flag) {
        case NAMES:
            print = print_name;
            break;
        case MAN:
            print = print_man;
            break;
        case HELP:
            fputs(help, stdout);
            return 0;
        case BT_ARG_WORD:
            bt_say_error("%s: what is this? bauta options --help says more", args.value);
            return BAUTA_E_USAGE;
        default:
            return flag;
        }
    }
    for (int i = 0; bauta_option_at(i); i++)
        print(bauta_option_at(i));
    return 0;
}
