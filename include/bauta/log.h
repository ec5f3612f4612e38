// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_LOG_H
#define BAUTA_LOG_H

#include <bauta/version.h>

#ifdef __cplusplus
extern "C" {
#endif

enum bauta_log_level {
    BAUTA_LOG_ERROR,    // Why a call failed.
    BAUTA_LOG_WARNING,  // Something the user should know although it goes on.
    BAUTA_LOG_INFO,     // What was chosen: codec, size, model, face.
    BAUTA_LOG_DEBUG,
};

// One line without a newline, UTF-8, valid during the call only. Called from any thread,
// one call at a time. Must not call back into the library.
typedef void bauta_log_fn(void *opaque, enum bauta_log_level level, const char *line);

// Sets where log lines go; fn NULL restores the default (errors and warnings to standard
// error). Process-wide. Thread-safe. opaque must stay valid until replaced.
BAUTA_API void bauta_log_set(bauta_log_fn *fn, void *opaque);

#ifdef __cplusplus
}
#endif
#endif
