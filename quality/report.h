// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_REPORT_H
#define BT_QUALITY_REPORT_H

#include <stdio.h>

#include "quality/figures.h"

// The tables as Markdown: what each figure is and its mean and worst, then every row.
void bt_q_write_tables(FILE *file, const struct bt_q_row *rows, int count);
// The rows as JSON.
void bt_q_write_json(FILE *file, const struct bt_q_row *rows, int count);
// Reads rows out of such tables, at most max. Returns how many; tables and columns that
// are not known are passed over.
int bt_q_read_tables(FILE *file, struct bt_q_row *rows, int max);
// For each figure the means over the rows that both have.
void bt_q_write_change(FILE *file, const struct bt_q_row *before, int before_count,
                       const struct bt_q_row *now, int now_count);

#endif
