// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_OPTION_H
#define BAUTA_OPTION_H

#include <bauta/error.h>

#ifdef __cplusplus
extern "C" {
#endif

enum bauta_option_type {
    BAUTA_OPTION_BOOL,    // yes/no, true/false, 1/0, on/off
    BAUTA_OPTION_INT,
    BAUTA_OPTION_FLOAT,
    BAUTA_OPTION_STRING,
    BAUTA_OPTION_CHOICE,  // one of choices
};

// One row of the one option table: from it come the command-line flag, the help text, the
// manual's entry and the properties of plugins.
struct bauta_option {
    const char *name;             // lower case, words joined by '-'
    enum bauta_option_type type;
    const char *initial;          // the default, in the form that bauta_set takes
    double min, max;              // of INT and FLOAT
    const char *const *choices;   // of CHOICE, NULL-terminated
    const char *unit;             // "ms", "degrees", or NULL
    const char *help;             // one sentence
    int live;                     // 1: may be changed while running
};

// Row number index, counted from 0; NULL after the last. Static storage. Thread-safe.
BAUTA_API const struct bauta_option *bauta_option_at(int index);

// The row of that name, or NULL. Static storage. Thread-safe.
BAUTA_API const struct bauta_option *bauta_option_find(const char *name);

// The name of the row nearest in spelling, or NULL when none is near. Thread-safe.
BAUTA_API const char *bauta_option_suggest(const char *name);

#ifdef __cplusplus
}
#endif
#endif
