// SPDX-License-Identifier: Apache-2.0
// Tables that are written can be read again; aims, means and changes.
#include <stdlib.h>

#include "../check.h"
#include "quality/report.h"

static void fill(struct bt_q_row rows[3])
{
    bt_q_row_init(&rows[0], BT_Q_PAIRS, "one-clip");
    bt_q_row_init(&rows[1], BT_Q_PAIRS, "two-clip");
    bt_q_row_init(&rows[2], BT_Q_CLIPS, "clip");
    rows[0].value[BT_Q_SOURCE] = .8;
    rows[1].value[BT_Q_SOURCE] = .7;
    rows[0].value[BT_Q_FLICKER] = 1.2;
    rows[1].value[BT_Q_FLICKER] = .75;
    rows[1].value[BT_Q_BIAS] = 2;
    rows[2].value[BT_Q_PSNR] = 31.2;
    rows[2].value[BT_Q_BEHIND] = -.5;
}

static void check_totals(void)
{
    struct bt_q_row rows[3];
    fill(rows);
    struct bt_q_total t = bt_q_total(rows, 3, BT_Q_SOURCE);
    CHECK_INT(t.count, 2);
    CHECK_INT(t.missed, 1);
    CHECK_NEAR(t.mean, .75, 1e-9);
    CHECK_NEAR(t.worst, .7, 0);
    CHECK_TEXT(t.where, "two-clip");
    t = bt_q_total(rows, 3, BT_Q_FLICKER);
    CHECK_INT(t.missed, 2);
    CHECK_NEAR(t.worst, 1.2, 0);
    t = bt_q_total(rows, 3, BT_Q_BIAS);
    CHECK_INT(t.count, 1);
    CHECK_INT(t.missed, 0);
    t = bt_q_total(rows, 3, BT_Q_POSE);
    CHECK_INT(t.count, 0);
    CHECK(isnan(t.mean) && !t.where);
    CHECK_NEAR(bt_q_miss(BT_Q_SOURCE, .7), .08, 1e-9);
    CHECK_NEAR(bt_q_miss(BT_Q_SMILE, -.05), .02, 1e-9);
    CHECK_NEAR(bt_q_miss(BT_Q_PSNR, 3), 0, 0);
    CHECK_NEAR(bt_q_miss(BT_Q_SOURCE, NAN), 0, 0);
}

static char *text_of(const struct bt_q_row *rows, int count, int json)
{
    char *text = NULL;
    size_t size;
    FILE *file = open_memstream(&text, &size);
    if (!file)
        abort();
    if (json)
        bt_q_write_json(file, rows, count);
    else
        bt_q_write_tables(file, rows, count);
    fclose(file);
    return text;
}

static int read_text(char *text, struct bt_q_row *rows, int max)
{
    FILE *file = fmemopen(text, strlen(text), "r");
    if (!file)
        abort();
    const int count = bt_q_read_tables(file, rows, max);
    fclose(file);
    return count;
}

static void check_round_trip(void)
{
    struct bt_q_row rows[3], back[8];
    fill(rows);
    char *text = text_of(rows, 3, 0);
    CHECK_INT(read_text(text, back, 8), 3);
    for (int i = 0; i < 3; i++) {
        CHECK_TEXT(back[i].label, rows[i].label);
        CHECK_INT(back[i].group, rows[i].group);
        for (int f = 0; f < BT_Q_FIGURES; f++) {
            const double a = rows[i].value[f], b = back[i].value[f];
            CHECK(isnan(a) ? isnan(b) : fabs(a - b) < 1e-9);
        }
    }
    CHECK_INT(read_text(text, back, 2), 2);
    free(text);
    text = text_of(rows, 3, 1);
    CHECK(strstr(text, "\"label\": \"one-clip\", \"kind\": \"pair\", \"source\": 0.8"));
    CHECK(strstr(text, "nan") == NULL);
    free(text);
}

static void check_foreign_tables(void)
{
    struct bt_q_row back[4];
    char odd[] = "| a | b |\n|---|---|\n| x | 1 |\n\n"
                 "| pair | gone | source |\n|---|--:|--:|\n"
                 "| p | 5 | .5 |\n| q | 5 |\n| r | 1 | x |\n| s | 2";
    CHECK_INT(read_text(odd, back, 4), 2);
    CHECK_TEXT(back[0].label, "p");
    CHECK_NEAR(back[0].value[BT_Q_SOURCE], .5, 0);
    CHECK_TEXT(back[1].label, "r");
    CHECK(isnan(back[1].value[BT_Q_SOURCE]));
}

static void check_change(void)
{
    struct bt_q_row before[3], now[3];
    char *text = NULL;
    size_t size;
    fill(before);
    fill(now);
    // Only rows of both count: two-clip is new.
    snprintf(before[1].label, sizeof before[1].label, "other");
    now[0].value[BT_Q_SOURCE] = .85;
    FILE *file = open_memstream(&text, &size);
    bt_q_write_change(file, before, 3, now, 3);
    fclose(file);
    CHECK(strstr(text, "| source       |     0.800 |     0.850 |    +0.050 |    1 |"));
    CHECK(strstr(text, "bias") == NULL);
    free(text);
}

int main(void)
{
    check_totals();
    check_round_trip();
    check_foreign_tables();
    check_change();
    return check_end();
}
