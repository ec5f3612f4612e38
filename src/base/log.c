// SPDX-License-Identifier: Apache-2.0
#include "base/log.h"

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/thread.h"

enum { LINE_MAX_BYTES = 2048 };

static bt_mutex lock = PTHREAD_MUTEX_INITIALIZER;
static bauta_log_fn *sink;
static void *sink_opaque;

// Length of the well-formed UTF-8 character at s, 0 where there is none. The controls
// U+0080 to U+009F count as none, since terminals obey them.
static size_t character(const unsigned char *s)
{
    size_t length = 0;
    unsigned value = 0, least = 0;
    if (s[0] >= 0x20 && s[0] < 0x7f)
        return 1;
    if (s[0] >= 0xc2 && s[0] < 0xe0) {
        length = 2, value = s[0] & 0x1f, least = 0xa0;
    } else if (s[0] >= 0xe0 && s[0] < 0xf0) {
        length = 3, value = s[0] & 0x0f, least = 0x800;
    } else if (s[0] >= 0xf0 && s[0] < 0xf5) {
        length = 4, value = s[0] & 0x07, least = 0x10000;
    }
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (s[i] & 0x3f);
    }
    const int surrogate = value >= 0xd800 && value < 0xe000;
    return value < least || value > 0x10ffff || surrogate ? 0 : length;
}

static void clean(char *line)
{
    unsigned char *s = (unsigned char *)line;
    while (*s) {
        const size_t length = character(s);
        if (!length)
            *s = '?';
        s += length ? length : 1;
    }
}

// Takes a character off the end that the cut went through.
static void trim(char *line)
{
    const size_t length = strlen(line);
    for (size_t back = 1; back <= 3 && back <= length; back++) {
        const unsigned char c = (unsigned char)line[length - back];
        if (c < 0x80)
            return;
        if (c >= 0xc0) {
            const size_t need = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : 2;
            if (need > back)
                line[length - back] = 0;
            return;
        }
    }
}

void bt_log(enum bauta_log_level level, const char *format, ...)
{
    char line[LINE_MAX_BYTES + 1];
    va_list args;
    va_start(args, format);
    const int length = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    if (length < 0)
        snprintf(line, sizeof(line), "a log line could not be formatted");
    if (length >= (int)sizeof(line))
        trim(line);
    clean(line);

    bt_mutex_lock(&lock);
    if (sink)
        sink(sink_opaque, level, line);
    else if (level <= BAUTA_LOG_WARNING)
        fprintf(stderr, "bauta: %s: %s\n",
                level == BAUTA_LOG_ERROR ? "error" : "warning", line);
    bt_mutex_unlock(&lock);
}

void bauta_log_set(bauta_log_fn *fn, void *opaque)
{
    bt_mutex_lock(&lock);
    sink = fn;
    sink_opaque = opaque;
    bt_mutex_unlock(&lock);
}
