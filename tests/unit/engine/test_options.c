// SPDX-License-Identifier: Apache-2.0
// The one option table: names, ranges and defaults fit together whoever wrote the row.
#include <ctype.h>
#include <stdlib.h>

#include "../check.h"
#include "base/alloc.h"
#include "engine/engine.h"

static void ignore(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
}

static void check_name(const char *name)
{
    CHECK(islower((unsigned char)name[0]));
    for (const char *c = name; *c; c++)
        CHECK(islower((unsigned char)*c) || isdigit((unsigned char)*c) || *c == '-');
    CHECK(strlen(name) < 40);
    // "--no-NAME" means the row NAME, so no row may be called so.
    CHECK(strncmp(name, "no-", 3) != 0);
}

// The flags of the program's own; a row of that name could never be set there.
static void check_not_taken(const char *name)
{
    static const char *const taken[] = {"face",    "consent",     "input",  "output",
                                        "map",     "source-face", "json",   "quiet",
                                        "verbose", "help",        "names",  "size",
                                        "frames",  "net",         "version"};
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
        CHECK(strcmp(name, taken[i]) != 0);
}

static void check_row(struct bt_options *options, const struct bauta_option *row)
{
    char text[64];
    check_name(row->name);
    check_not_taken(row->name);
    CHECK(row->help && row->help[0]);
    CHECK(row->help && isupper((unsigned char)row->help[0]));
    CHECK(row->help && row->help[strlen(row->help) - 1] == '.');
    CHECK(bauta_option_find(row->name) == row);
    CHECK(!row->live || row->type != BAUTA_OPTION_STRING);
    if (row->initial)
        CHECK_INT(bt_options_set(options, row->name, row->initial, false), 0);
    CHECK_INT(bt_options_set(options, row->name, row->initial ? row->initial : "x", true),
              row->live ? 0 : BAUTA_E_USAGE);
    if (row->type == BAUTA_OPTION_INT || row->type == BAUTA_OPTION_FLOAT) {
        CHECK(row->min < row->max);
        CHECK(row->initial != NULL);
        snprintf(text, sizeof(text), "%.0f", row->max + 1000);
        CHECK_INT(bt_options_set(options, row->name, text, false), BAUTA_E_USAGE);
        CHECK_INT(bt_options_set(options, row->name, "nan", false), BAUTA_E_USAGE);
        CHECK_INT(bt_options_set(options, row->name, "", false), BAUTA_E_USAGE);
    }
    if (row->type == BAUTA_OPTION_CHOICE) {
        for (int i = 0; row->choices[i]; i++)
            CHECK_INT(bt_options_set(options, row->name, row->choices[i], false), 0);
        CHECK_INT(bt_options_set(options, row->name, "nonsense", false), BAUTA_E_USAGE);
    }
}

static void test_rows(void)
{
    struct bt_options options;
    int count = 0;
    CHECK_INT(bt_options_init(&options), 0);
    for (; bauta_option_at(count); count++) {
        check_row(&options, bauta_option_at(count));
        for (int k = 0; k < count; k++)
            CHECK(strcmp(bauta_option_at(k)->name, bauta_option_at(count)->name) != 0);
    }
    CHECK(count > 15);
    CHECK(!bauta_option_at(-1));
    CHECK(!bauta_option_at(count + 1));
    CHECK(!bauta_option_find("nonsense"));
    CHECK(!bauta_option_find(NULL));
    bt_options_finish(&options);
}

static void test_suggestions(void)
{
    CHECK_TEXT(bauta_option_suggest("shap"), "shape");
    CHECK_TEXT(bauta_option_suggest("quue-depth"), "queue-depth");
    CHECK_TEXT(bauta_option_suggest("labelposition"), "label-position");
    CHECK(!bauta_option_suggest("entirely-different-word"));
    CHECK(!bauta_option_suggest(""));
    CHECK(!bauta_option_suggest(NULL));
}

static void test_copy(void)
{
    struct bt_options a, b;
    CHECK_INT(bt_options_init(&a), 0);
    CHECK_INT(bt_options_set(&a, "faces", "left", false), 0);
    CHECK_INT(bt_options_set(&a, "faces", "middle", false), BAUTA_E_USAGE);
    CHECK_INT(bt_options_set(&a, "faces", "17", false), BAUTA_E_USAGE);
    CHECK_INT(bt_options_copy(&b, &a), 0);
    CHECK_INT(bt_options_set(&a, "faces", "3", false), 0);
    CHECK_TEXT(b.engine.faces, "left");
    CHECK_TEXT(a.engine.faces, "3");

    CHECK_INT(bt_options_set(&a, "shape", "0.25", true), 0);
    CHECK_INT(bt_options_set(&a, "face-smoothing", "2.5", true), 0);
    CHECK_INT(bt_options_set(&a, "queue-depth", "9", false), 0);
    bt_options_take_live(&b, &a, BT_MODULE_FACE);
    CHECK_NEAR(b.face.smoothing, 2.5, 1e-6);
    bt_options_take_live(&b, &a, BT_MODULE_SWAP);
    bt_options_take_live(&b, &a, BT_MODULE_ENGINE);
    CHECK_NEAR(b.swap.shape, .25, 1e-6);
    CHECK_INT(b.engine.queue_depth, 4);
    bt_options_finish(&b);

    // Whichever allocation fails, nothing is lost and nothing is half there.
    int failed = 0, result = BAUTA_E_NO_MEMORY;
    while (result == BAUTA_E_NO_MEMORY && failed < 100) {
        bt_alloc_fail_after(++failed);
        result = bt_options_copy(&b, &a);
    }
    bt_alloc_fail_after(0);
    CHECK_INT(result, 0);
    CHECK(failed > 1);
    bt_options_finish(&b);
    bt_options_finish(&a);
}

int main(void)
{
    bauta_log_set(ignore, NULL);
    test_rows();
    test_suggestions();
    test_copy();
    return check_end();
}
