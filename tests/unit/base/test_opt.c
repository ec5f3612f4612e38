// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include <stdint.h>

#include "../check.h"
#include "base/alloc.h"
#include "base/log.h"
#include "base/opt.h"

struct options {
    int hold;
    int covered;
    float alpha;
    int engine;
    char *label;
    char *none;
};

static const char *const engines[] = {"mesh", "neural", "none", NULL};

static const struct bt_opt table[] = {
    {{"hold", BAUTA_OPTION_INT, "12", -5, 240, .unit = "frames"},
     offsetof(struct options, hold)},
    {{"covered", BAUTA_OPTION_BOOL, "yes"}, offsetof(struct options, covered)},
    {{"alpha", BAUTA_OPTION_FLOAT, "0.7", 0, 1}, offsetof(struct options, alpha)},
    {{"engine", BAUTA_OPTION_CHOICE, "neural", .choices = engines},
     offsetof(struct options, engine)},
    {{"label", BAUTA_OPTION_STRING, "AI face"}, offsetof(struct options, label)},
    {{"none", BAUTA_OPTION_STRING, NULL}, offsetof(struct options, none)},
    {{0}},
};

static char last_line[2100];
static int lines;

static void record(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level;
    lines++;
    snprintf(last_line, sizeof(last_line), "%s", line);
}

static const struct bt_opt *row(const char *name)
{
    const struct bt_opt *opt = bt_opt_find(table, name);
    CHECK(opt && !strcmp(opt->row.name, name));
    return opt;
}

static const char *get(const char *name, const struct options *options)
{
    static char text[64];
    bt_opt_get(row(name), options, text, sizeof(text));
    return text;
}

// The value is refused, named in the log, and the old one stays.
static void refused(struct options *options, const char *name, const char *value)
{
    char before[64];
    const int count = lines;
    snprintf(before, sizeof(before), "%s", get(name, options));
    if (!CHECK_INT(bt_opt_set(row(name), options, value), BAUTA_E_USAGE))
        fprintf(stderr, "  %s=%s\n", name, value ? value : "(null)");
    CHECK_TEXT(get(name, options), before);
    CHECK_INT(lines, count + 1);
    CHECK(strstr(last_line, name) && (!value || strstr(last_line, value)));
}

static void accepted(struct options *options, const char *name, const char *value,
                     const char *read_back)
{
    CHECK_INT(bt_opt_set(row(name), options, value), 0);
    CHECK_TEXT(get(name, options), read_back);
}

static void test_values(void)
{
    struct options o = {0};
    CHECK_INT(bt_opt_defaults(table, &o), 0);
    CHECK_INT(o.hold, 12);
    CHECK_INT(o.covered, 1);
    CHECK(o.alpha == 0.7f);
    CHECK_INT(o.engine, 1);
    CHECK_TEXT(o.label, "AI face");
    CHECK(!o.none);
    CHECK_TEXT(get("none", &o), "");
    CHECK_TEXT(get("alpha", &o), "0.7");

    accepted(&o, "hold", "-5", "-5");
    accepted(&o, "hold", "240", "240");
    static const char *const bad_int[] = {"241", "-6", "", " ", "12x", "1.5", "0x10",
                                          "1e2", "99999999999999999999", "4294967297",
                                          "nan"};
    for (size_t i = 0; i < sizeof(bad_int) / sizeof(bad_int[0]); i++)
        refused(&o, "hold", bad_int[i]);
    refused(&o, "hold", NULL);

    accepted(&o, "alpha", "0", "0");
    accepted(&o, "alpha", "1", "1");
    accepted(&o, "alpha", ".25", "0.25");
    accepted(&o, "alpha", "1e-3", "0.001");
    accepted(&o, "alpha", "0.1", "0.1");
    static const char *const bad_float[] = {"1.0001", "-0.1", "nan", "inf", "-inf", "",
                                            "0,5", "0.5 ", "half"};
    for (size_t i = 0; i < sizeof(bad_float) / sizeof(bad_float[0]); i++)
        refused(&o, "alpha", bad_float[i]);

    static const char *const truths[] = {"yes", "true", "1", "on", "YES"};
    static const char *const lies[] = {"no", "false", "0", "off", "Off"};
    for (int i = 0; i < 5; i++) {
        accepted(&o, "covered", lies[i], "no");
        accepted(&o, "covered", truths[i], "yes");
    }
    refused(&o, "covered", "maybe");
    refused(&o, "covered", "");
    refused(&o, "covered", "2");

    accepted(&o, "engine", "none", "none");
    CHECK_INT(o.engine, 2);
    refused(&o, "engine", "Mesh");
    refused(&o, "engine", "");
    refused(&o, "engine", "gan");
    CHECK(strstr(last_line, "mesh, neural, none"));

    accepted(&o, "label", "", "");
    accepted(&o, "label", "KI-Gesicht", "KI-Gesicht");
    char small[4] = "";
    bt_opt_get(row("label"), &o, small, sizeof(small));
    CHECK_TEXT(small, "KI-");
    bt_opt_finish(table, &o);
    CHECK(!o.label && !o.none);
    bt_opt_finish(table, &o);
}

static void test_every_float_reads_back(void)
{
    static const struct bt_opt wide = {{"wide", BAUTA_OPTION_FLOAT, "0", -1e30, 1e30}, 0};
    uint32_t bits = 12345;
    for (int i = 0; i < 20000; i++) {
        float value, back = 0;
        char text[64];
        bits = bits * 1664525u + 1013904223u;
        memcpy(&value, &bits, sizeof(value));
        if (!(fabsf(value) < 1e30f))
            continue;
        bt_opt_get(&wide, &value, text, sizeof(text));
        if (!CHECK_INT(bt_opt_set(&wide, &back, text), 0) || !CHECK(back == value))
            break;
    }
}

static void test_memory(void)
{
    struct options o = {0};
    bt_alloc_fail_after(1);
    CHECK_INT(bt_opt_defaults(table, &o), BAUTA_E_NO_MEMORY);
    CHECK(!o.label);
    CHECK_INT(bt_opt_defaults(table, &o), 0);
    bt_alloc_fail_after(1);
    CHECK_INT(bt_opt_set(row("label"), &o, "other"), BAUTA_E_NO_MEMORY);
    CHECK_TEXT(o.label, "AI face");
    bt_opt_finish(table, &o);
}

static void test_names(void)
{
    CHECK(!bt_opt_find(table, "holds"));
    CHECK(!bt_opt_find(table, ""));
    CHECK_INT(bt_opt_distance("", ""), 0);
    CHECK_INT(bt_opt_distance("hold", "hold"), 0);
    CHECK_INT(bt_opt_distance("", "abc"), 3);
    CHECK_INT(bt_opt_distance("abc", ""), 3);
    CHECK_INT(bt_opt_distance("kitten", "sitting"), 3);
    CHECK_INT(bt_opt_distance("sitting", "kitten"), 3);
    CHECK_INT(bt_opt_distance("swap-engine", "swap-enigne"), 2);
    char name[301];
    memset(name, 'a', sizeof(name));
    name[300] = 0;
    CHECK_INT(bt_opt_distance(name, "hold"), 300);
    name[63] = 0;
    CHECK_INT(bt_opt_distance(name, "a"), 62);
}

int main(void)
{
    bauta_log_set(record, NULL);
    test_values();
    test_every_float_reads_back();
    test_memory();
    test_names();
    return check_end();
}
