// SPDX-License-Identifier: Apache-2.0
#include "quality/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { CELL = 128, LINE = 4096, COLUMNS = BT_Q_FIGURES + 1 };

static void put_value(char cell[CELL], enum bt_q_figure f, double value)
{
    if (isnan(value))
        snprintf(cell, CELL, "-");
    else
        snprintf(cell, CELL, "%.*f", bt_q_kinds[f].decimals, value);
}

static void put_aim(char cell[CELL], enum bt_q_figure f)
{
    const struct bt_q_kind *k = &bt_q_kinds[f];
    if (isnan(k->low))
        snprintf(cell, CELL, "-");
    else if (isinf(k->high))
        snprintf(cell, CELL, ">= %g", k->low);
    else if (isinf(k->low))
        snprintf(cell, CELL, "<= %g", k->high);
    else
        snprintf(cell, CELL, "%g to %g", k->low, k->high);
}

// The summary -------------------------------------------------------------------------

static void write_summary(FILE *file, const struct bt_q_row *rows, int count)
{
    char aim[CELL], mean[CELL], worst[CELL], missed[CELL];
    fprintf(file, "| %-12s | %-12s | %9s | %9s | %9s | %-24s | %s |\n", "figure", "aim",
            "mean", "worst", "missed", "where", "what");
    fprintf(file, "|---|---|--:|--:|--:|---|---|\n");
    for (int f = 0; f < BT_Q_FIGURES; f++) {
        const enum bt_q_figure figure = (enum bt_q_figure)f;
        const struct bt_q_total total = bt_q_total(rows, count, figure);
        put_aim(aim, figure);
        put_value(mean, figure, total.mean);
        put_value(worst, figure, total.worst);
        snprintf(missed, CELL, "%d of %d", total.missed, total.count);
        fprintf(file, "| %-12s | %-12s | %9s | %9s | %9s | %-24s | %s%s |\n",
                bt_q_kinds[f].name, aim, mean, worst, missed,
                total.where ? total.where : "-", bt_q_kinds[f].about,
                bt_q_kinds[f].machine ? " (says as much about the machine)" : "");
    }
}

// All rows ----------------------------------------------------------------------------

static const struct {
    const char *kind, *title;
} groups[BT_Q_GROUPS] = {
    [BT_Q_PAIRS] = {"pair", "Pairs"},
    [BT_Q_CLIPS] = {"clip", "Clips"},
    [BT_Q_FRONTS] = {"object", "Objects in front"},
};

static void write_rows(FILE *file, const struct bt_q_row *rows, int count,
                       enum bt_q_group group)
{
    char cell[CELL];
    fprintf(file, "| %-24s |", groups[group].kind);
    for (int f = 0; f < BT_Q_FIGURES; f++) {
        if (bt_q_kinds[f].group == group)
            fprintf(file, " %s |", bt_q_kinds[f].name);
    }
    fprintf(file, "\n|---|");
    for (int f = 0; f < BT_Q_FIGURES; f++) {
        if (bt_q_kinds[f].group == group)
            fprintf(file, "--:|");
    }
    for (int i = 0; i < count; i++) {
        if (rows[i].group != group)
            continue;
        fprintf(file, "\n| %-24s |", rows[i].label);
        for (int f = 0; f < BT_Q_FIGURES; f++) {
            if (bt_q_kinds[f].group != group)
                continue;
            put_value(cell, (enum bt_q_figure)f, rows[i].value[f]);
            fprintf(file, " %*s |", (int)strlen(bt_q_kinds[f].name), cell);
        }
    }
    fprintf(file, "\n");
}

void bt_q_write_tables(FILE *file, const struct bt_q_row *rows, int count)
{
    write_summary(file, rows, count);
    for (int g = 0; g < BT_Q_GROUPS; g++) {
        fprintf(file, "\n## %s\n\n", groups[g].title);
        write_rows(file, rows, count, (enum bt_q_group)g);
    }
}

void bt_q_write_json(FILE *file, const struct bt_q_row *rows, int count)
{
    fprintf(file, "{\"rows\": [");
    for (int i = 0; i < count; i++) {
        // Labels are made of file names: what JSON would have to escape is left out.
        fprintf(file, "%s\n  {\"label\": \"", i ? "," : "");
        for (const char *c = rows[i].label; *c; c++) {
            if (*c >= ' ' && *c != '"' && *c != '\\' && *c != 127)
                fputc(*c, file);
        }
        fprintf(file, "\", \"kind\": \"%s\"",
                groups[rows[i].group].kind);
        for (int f = 0; f < BT_Q_FIGURES; f++) {
            if (bt_q_kinds[f].group == rows[i].group && isfinite(rows[i].value[f]))
                fprintf(file, ", \"%s\": %.6g", bt_q_kinds[f].name, rows[i].value[f]);
        }
        fprintf(file, "}");
    }
    fprintf(file, "\n]}\n");
}

// Reading -----------------------------------------------------------------------------

// Cuts a line at its bars, in place; the cells have no blanks around them.
static int split(char *line, char *cell[], int max)
{
    int count = 0;
    char *at = strchr(line, '|');
    while (at && count < max) {
        char *start = at + 1, *end = strchr(start, '|');
        if (!end)
            break;
        at = end;
        while (start < end && *start == ' ')
            start++;
        while (end > start && end[-1] == ' ')
            end--;
        *end = 0;
        cell[count++] = start;
    }
    return count;
}

// What each column of a table's head holds, -1 what is not known. Returns their number, 0
// where it is no table of rows.
static int read_head(char *cell[], int count, int figure[], enum bt_q_group *group)
{
    int known = 0;
    while (count > 0 && known < BT_Q_GROUPS && strcmp(cell[0], groups[known].kind))
        known++;
    if (count < 2 || known == BT_Q_GROUPS)
        return 0;
    *group = (enum bt_q_group)known;
    for (int i = 1; i < count; i++) {
        figure[i] = -1;
        for (int f = 0; f < BT_Q_FIGURES; f++) {
            if (bt_q_kinds[f].group == *group && !strcmp(cell[i], bt_q_kinds[f].name))
                figure[i] = f;
        }
    }
    return count;
}

int bt_q_read_tables(FILE *file, struct bt_q_row *rows, int max)
{
    char line[LINE], *cell[COLUMNS];
    int figure[COLUMNS], columns = 0, count = 0;
    enum bt_q_group group = BT_Q_PAIRS;
    while (count < max && fgets(line, sizeof line, file)) {
        if (line[0] != '|') {
            columns = 0;
            continue;
        }
        const int cells = split(line, cell, COLUMNS);
        if (!columns) {
            columns = read_head(cell, cells, figure, &group);
            continue;
        }
        if (cells != columns || cell[0][0] == '-')
            continue;
        struct bt_q_row *row = &rows[count++];
        bt_q_row_init(row, group, cell[0]);
        for (int i = 1; i < cells; i++) {
            char *end;
            const double value = strtod(cell[i], &end);
            if (figure[i] >= 0 && end != cell[i] && !*end)
                row->value[figure[i]] = value;
        }
    }
    return count;
}

// Comparing ---------------------------------------------------------------------------

static const struct bt_q_row *find(const struct bt_q_row *rows, int count,
                                   const struct bt_q_row *like)
{
    for (int i = 0; i < count; i++) {
        if (rows[i].group == like->group && !strcmp(rows[i].label, like->label))
            return &rows[i];
    }
    return NULL;
}

void bt_q_write_change(FILE *file, const struct bt_q_row *before, int before_count,
                       const struct bt_q_row *now, int now_count)
{
    fprintf(file, "| %-12s | %9s | %9s | %9s | %4s |\n|---|--:|--:|--:|--:|\n", "figure",
            "before", "now", "change", "rows");
    for (int f = 0; f < BT_Q_FIGURES; f++) {
        double a = 0, b = 0;
        int count = 0;
        for (int i = 0; i < now_count; i++) {
            const struct bt_q_row *old = find(before, before_count, &now[i]);
            if (!old || isnan(old->value[f]) || isnan(now[i].value[f]))
                continue;
            a += old->value[f];
            b += now[i].value[f];
            count++;
        }
        const int decimals = bt_q_kinds[f].decimals;
        if (count)
            fprintf(file, "| %-12s | %9.*f | %9.*f | %+9.*f | %4d |\n",
                    bt_q_kinds[f].name, decimals, a / count, decimals, b / count,
                    decimals, (b - a) / count, count);
    }
}
