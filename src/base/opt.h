// SPDX-License-Identifier: Apache-2.0
#ifndef BT_BASE_OPT_H
#define BT_BASE_OPT_H

#include <stddef.h>

#include <bauta/option.h>

// A module's option: the public row and where its value lives in the module's options
// structure. BOOL and CHOICE (its index) are int, INT is int, FLOAT is float, STRING is a
// char pointer owned by the structure (bt_strdup). Tables end with a row without a name.
struct bt_opt {
    struct bauta_option row;
    size_t offset;
};

// Writes every default into the zeroed structure at object. 0 or BAUTA_E_NO_MEMORY.
int bt_opt_defaults(const struct bt_opt *table, void *object);

// Parses value and stores it; BAUTA_E_USAGE with a log line that names the option, what
// was given and what is allowed; the old value is kept on failure.
int bt_opt_set(const struct bt_opt *opt, void *object, const char *value);

// The value in text form, as bt_opt_set takes it.
void bt_opt_get(const struct bt_opt *opt, const void *object, char *text, size_t size);

// Frees the strings.
void bt_opt_finish(const struct bt_opt *table, void *object);

// strtod with a decimal point whatever the program's locale is. Thread-safe.
double bt_number(const char *text, char **end);

const struct bt_opt *bt_opt_find(const struct bt_opt *table, const char *name);

// Edit distance of two short names, for suggestions.
int bt_opt_distance(const char *a, const char *b);

#endif
