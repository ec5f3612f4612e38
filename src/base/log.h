// SPDX-License-Identifier: Apache-2.0
#ifndef BT_BASE_LOG_H
#define BT_BASE_LOG_H

#include <bauta/log.h>

// One line to the log callback; longer lines are cut at 2,048 bytes; control bytes are
// replaced by '?', since names of files and streams are foreign text. Thread-safe.
void bt_log(enum bauta_log_level level, const char *format, ...) BAUTA_PRINTF(2, 3);

#define bt_error(...) bt_log(BAUTA_LOG_ERROR, __VA_ARGS__)
#define bt_warn(...) bt_log(BAUTA_LOG_WARNING, __VA_ARGS__)
#define bt_info(...) bt_log(BAUTA_LOG_INFO, __VA_ARGS__)
#define bt_debug(...) bt_log(BAUTA_LOG_DEBUG, __VA_ARGS__)

#endif
