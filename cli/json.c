// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail_system(const char *path, const char *what)
{
    const int error = errno;
    bt_say_error("%s: cannot %s: %s", path, what, strerror(error));
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return BAUTA_E_NOT_FOUND;
    case EACCES:
    case EPERM:
    case EROFS:
        return BAUTA_E_PERMISSION;
    case ENOSPC:
        return BAUTA_E_DISK_FULL;
    default:
        return BAUTA_E_IO;
    }
}

static int open_temp(struct bt_json *json, const char *path)
{
    struct stat info;
    if (!stat(path, &info) && !S_ISREG(info.st_mode)) {
        bt_say_error("%s: the report needs a regular file, or - for standard output",
                     path);
        return BAUTA_E_USAGE;
    }
    const char *slash = strrchr(path, '/');
    const int folder = slash ? (int)(slash - path) + 1 : 0;
    char *temp = NULL;
    json->path = strdup(path);
    if (asprintf(&temp, "%.*s.%s.XXXXXX", folder, path, path + folder) < 0)
        temp = NULL;
    if (!json->path || !temp) {
        bt_say_error("%s: out of memory", path);
        free(temp);
        return BAUTA_E_NO_MEMORY;
    }
    const int fd = mkstemp(temp);
    if (fd < 0) {
        free(temp);
        return fail_system(path, "write there");
    }
    json->temp = temp;
    const mode_t mask = umask(0);
    umask(mask);
    json->file = fchmod(fd, 0666 & ~mask) ? NULL : fdopen(fd, "w");
    if (!json->file) {
        const int result = fail_system(path, "write there");
        close(fd);
        return result;
    }
    return 0;
}

int bt_json_open(struct bt_json *json, const char *path)
{
    *json = (struct bt_json){.empty = true};
    if (!strcmp(path, "-")) {
        json->file = stdout;
        return 0;
    }
    const int result = open_temp(json, path);
    if (result < 0)
        bt_json_finish(json);
    return result;
}

int bt_json_commit(struct bt_json *json)
{
    int result = 0;
    if (!json->file)
        return 0;
    fputc('\n', json->file);
    const char *name = json->path ? json->path : "standard output";
    if (fflush(json->file) || ferror(json->file))
        result = fail_system(name, "write");
    if (json->path) {
        if (result >= 0 && (fsync(fileno(json->file)) || rename(json->temp, json->path)))
            result = fail_system(name, "write");
        if (result >= 0) {
            free(json->temp);
            json->temp = NULL;
        }
    }
    bt_json_finish(json);
    return result;
}

void bt_json_finish(struct bt_json *json)
{
    if (json->file && json->file != stdout)
        fclose(json->file);
    if (json->temp)
        unlink(json->temp);
    free(json->temp);
    free(json->path);
    *json = (struct bt_json){0};
}

// How many bytes a whole UTF-8 character at text has, 0: none stands there.
static int character(const unsigned char *text)
{
    static const unsigned char lead[][3] = {
        // first byte from, to; bytes that follow
        {0xC2, 0xDF, 1}, {0xE0, 0xEF, 2}, {0xF0, 0xF4, 3}};
    for (int i = 0; i < 3; i++) {
        if (text[0] < lead[i][0] || text[0] > lead[i][1])
            continue;
        for (int k = 1; k <= lead[i][2]; k++) {
            if ((text[k] & 0xC0) != 0x80)
                return 0;
        }
        // Overlong forms, surrogates, and what lies above the last plane.
        const bool wrong = (text[0] == 0xE0 && text[1] < 0xA0) ||
                           (text[0] == 0xED && text[1] > 0x9F) ||
                           (text[0] == 0xF0 && text[1] < 0x90) ||
                           (text[0] == 0xF4 && text[1] > 0x8F);
        return wrong ? 0 : 1 + lead[i][2];
    }
    return 0;
}

static void put_string(FILE *file, const char *string)
{
    const unsigned char *at = (const unsigned char *)string;
    fputc('"', file);
    while (*at) {
        const int length = *at < 128 ? 1 : character(at);
        if (*at == '"' || *at == '\\')
            fprintf(file, "\\%c", *at);
        else if (*at < 32 || *at == 127)
            fprintf(file, "\\u%04x", *at);
        else if (length)
            fwrite(at, 1, (size_t)length, file);
        else
            fputs("\\ufffd", file);
        at += length ? length : 1;
    }
    fputc('"', file);
}

static void begin(struct bt_json *json, const char *key)
{
    if (!json->empty)
        fputc(',', json->file);
    if (json->depth > 0)
        fprintf(json->file, "\n%*s", 2 * json->depth, "");
    if (key) {
        put_string(json->file, key);
        fputs(": ", json->file);
    }
    json->empty = false;
}

static void enter(struct bt_json *json, const char *key, char bracket)
{
    begin(json, key);
    fputc(bracket, json->file);
    json->depth++;
    json->empty = true;
}

static void leave(struct bt_json *json, char bracket)
{
    json->depth--;
    if (!json->empty)
        fprintf(json->file, "\n%*s", 2 * json->depth, "");
    fputc(bracket, json->file);
    json->empty = false;
}

void bt_json_object(struct bt_json *json, const char *key)
{
    enter(json, key, '{');
}

void bt_json_array(struct bt_json *json, const char *key)
{
    enter(json, key, '[');
}

void bt_json_end_object(struct bt_json *json)
{
    leave(json, '}');
}

void bt_json_end_array(struct bt_json *json)
{
    leave(json, ']');
}

void bt_json_text(struct bt_json *json, const char *key, const char *text)
{
    begin(json, key);
    if (text)
        put_string(json->file, text);
    else
        fputs("null", json->file);
}

void bt_json_int(struct bt_json *json, const char *key, long long number)
{
    begin(json, key);
    fprintf(json->file, "%lld", number);
}

void bt_json_number(struct bt_json *json, const char *key, double number)
{
    begin(json, key);
    if (isfinite(number))
        fprintf(json->file, "%.6g", number);
    else
        fputs("null", json->file);
}
