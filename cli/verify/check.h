// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_VERIFY_CHECK_H
#define BT_CLI_VERIFY_CHECK_H

#include <stdio.h>

#include <bauta/check.h>

// What a level is called above its findings.
const char *bt_check_heading(enum bauta_check_level level);
// Foreign text for people: control bytes, broken UTF-8 and what turns the direction of
// writing become '?'; html: what means something there is escaped.
void bt_check_text(FILE *file, const char *text, int html);
// One self-contained page: no scripts, and nothing is fetched.
void bt_check_page(FILE *file, const char *path, const struct bauta_check *check);

#endif
