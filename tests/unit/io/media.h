// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_UNIT_IO_MEDIA_H
#define BT_TESTS_UNIT_IO_MEDIA_H

// Inputs are made by the ffmpeg program when a test runs, and outputs looked at by
// ffprobe.

#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../check.h"
#include "base/alloc.h"
#include "base/log.h"
#include "io/io.h"

static char media_dir[64];
static char media_log[1 << 16];
static int media_shown;

static inline void media_take_line(void *opaque, enum bauta_log_level level,
                                   const char *line)
{
    (void)opaque;
    static const char *const names[] = {"error", "warning", "info", "debug"};
    const size_t used = strlen(media_log);
    if (level <= BAUTA_LOG_INFO)
        snprintf(media_log + used, sizeof(media_log) - used, "%s: %s\n", names[level],
                 line);
    if (media_shown)
        fprintf(stderr, "  %s: %s\n", names[level], line);
}

// Runs a shell command in the test's folder. 0: it ended well.
static inline int media_run(const char *format, ...) BAUTA_PRINTF(1, 2);
static inline int media_run(const char *format, ...)
{
    char text[8192], whole[8400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    snprintf(whole, sizeof(whole), "cd '%s' && %s", media_dir, text);
    const int status = system(whole);
    if (status)
        fprintf(stderr, "failed: %s\n", text);
    return status;
}

// What a command prints, in memory that the call after the next uses again.
static inline const char *media_ask(const char *format, ...) BAUTA_PRINTF(1, 2);
static inline const char *media_ask(const char *format, ...)
{
    static char answer[2][1 << 16];
    static int turn;
    char text[8192], whole[8400], *out = answer[turn++ & 1];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    snprintf(whole, sizeof(whole), "cd '%s' && %s", media_dir, text);
    out[0] = 0;
    FILE *pipe = popen(whole, "r");
    const size_t n = pipe ? fread(out, 1, sizeof(answer[0]) - 1, pipe) : 0;
    out[n] = 0;
    if (pipe && pclose(pipe))
        fprintf(stderr, "failed: %s\n", text);
    return out;
}

static inline const char *media_path(const char *name)
{
    static char path[4][512];
    static int turn;
    char *out = path[turn++ & 3];
    snprintf(out, sizeof(path[0]), "%s/%s", media_dir, name);
    return out;
}

static inline void media_begin(void)
{
    media_shown = getenv("BAUTA_TEST_LOG") != NULL;
    if (system("ffmpeg -version >/dev/null 2>&1 && ffprobe -version >/dev/null 2>&1")) {
        printf("skipped: the programs ffmpeg and ffprobe are missing\n");
        exit(77);
    }
    snprintf(media_dir, sizeof(media_dir), "/tmp/bauta-io-XXXXXX");
    if (!mkdtemp(media_dir))
        exit(1);
    bauta_log_set(media_take_line, NULL);
}

static inline int media_end(void)
{
    char command[128];
    bauta_log_set(NULL, NULL);
    snprintf(command, sizeof(command), "rm -rf '%s'", media_dir);
    CHECK_INT(system(command), 0);
    return check_end();
}

static inline struct bt_io_options media_options(void)
{
    struct bt_io_options options = {0};
    if (bt_opt_defaults(bt_io_opts, &options) < 0)
        abort();
    options.force = 1;
    return options;
}

struct media_result {
    int frames;
    int truncated;
    char digest[65];
    struct bt_format format;
};

// Moves every frame from input to output, names as the program takes them.
static inline int media_move(const char *input, const char *output,
                             const struct bt_io_options *options,
                             struct media_result *out)
{
    struct bt_source *source = NULL;
    struct bt_sink *sink = NULL;
    struct media_result r = {0};
    media_log[0] = 0;
    int result = bt_source_open(&source, input, options);
    if (result >= 0)
        result = bt_sink_open(&sink, output, &source->format, source, options);
    while (result >= 0) {
        struct bauta_frame *frame = NULL;
        result = bt_source_read(source, &frame);
        if (result < 0)
            break;
        r.frames++;
        result = bt_sink_write(sink, (struct bt_marked){frame});
    }
    if (result == BAUTA_E_END)
        result = bt_sink_finish(sink);
    if (result >= 0) {
        memcpy(r.digest, sink->digest, sizeof(r.digest));
        r.truncated = source->truncated;
        r.format = source->format;
        result = bt_sink_commit(sink);
    }
    bt_sink_close(&sink);
    bt_source_close(&source);
    if (out)
        *out = r;
    return result;
}

// The same with names inside the test's folder and, where options is NULL, defaults.
static inline int media_copy(const char *input, const char *output,
                             const struct bt_io_options *options,
                             struct media_result *out)
{
    const struct bt_io_options defaults = media_options();
    return media_move(media_path(input), media_path(output),
                      options ? options : &defaults, out);
}

static inline int media_said(const char *text)
{
    const int found = strstr(media_log, text) != NULL;
    if (!found)
        fprintf(stderr, "the log says:\n%s", media_log);
    return found;
}

// MD5 of the decoded pictures.
static inline const char *media_pictures(const char *name, const char *pixel)
{
    return media_ask("ffmpeg -v error -noautorotate -i '%s' -map 0:v -pix_fmt %s -f md5 "
                     "-",
                     name, pixel);
}

// Times and sizes of packets of a stream, as ffprobe has them.
static inline const char *media_packets(const char *name, const char *stream,
                                        const char *keys)
{
    return media_ask("ffprobe -v error -select_streams %s -show_entries packet=%s "
                     "-show_data_hash md5 -of csv=p=0 '%s'", stream, keys, name);
}

static inline const char *media_stream(const char *name, const char *stream,
                                       const char *keys)
{
    return media_ask("ffprobe -v error -select_streams %s -show_entries stream=%s "
                     "-of default=nw=1 '%s'", stream, keys, name);
}

#endif
