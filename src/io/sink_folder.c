// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/picture.h"
#include "io/sources.h"

enum { NAME_BYTES = 512, TRIES = 64 };

struct folder {
    char *path;               // where it will be
    char *temp;               // the hidden folder beside it
    char **names;             // of the pictures of a source that is a folder
    int64_t count;            // of names
    int64_t skipped;          // pictures that the options cut off in front
    int64_t written;
};

static int fail_errno(const char *what, const char *path)
{
    const int error = errno;
    bt_error("%s: cannot %s: %s", path, what, strerror(error));
    return bt_file_error(error);
}

static bool is_empty(const char *path)
{
    DIR *dir = opendir(path);
    int entries = 0;
    while (dir && entries < 3 && readdir(dir))
        entries++;
    if (dir)
        closedir(dir);
    return entries <= 2;
}

static int check_target(struct bt_sink *s, const char *path)
{
    struct stat info;
    if (stat(path, &info))
        return errno == ENOENT ? 0 : fail_errno("write", path);
    if (!S_ISDIR(info.st_mode)) {
        bt_error("%s: is not a folder", path);
        return BAUTA_E_USAGE;
    }
    if (s->options->force || is_empty(path))
        return 0;
    bt_error("%s: the folder is there and not empty; choose another name or allow "
             "overwriting", path);
    return BAUTA_E_EXISTS;
}

// The folder and file names that the pictures keep.
static int take_names(struct folder *f, const struct bt_source *origin)
{
    int64_t count = 0;
    while (bt_folder_name(origin, count))
        count++;
    if (!count)
        return 0;
    f->names = bt_alloc_array((size_t)count, sizeof(*f->names));
    for (; f->names && f->count < count; f->count++) {
        f->names[f->count] = bt_strdup(bt_folder_name(origin, f->count));
        if (!f->names[f->count])
            return BAUTA_E_NO_MEMORY;
    }
    return f->names ? 0 : BAUTA_E_NO_MEMORY;
}

// A hidden folder beside the final one, with the rights that any new folder gets.
static int make_temp(struct folder *f)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
    const char *slash = strrchr(f->path, '/');
    const size_t before = slash ? (size_t)(slash - f->path) + 1 : 0;
    const size_t size = strlen(f->path) + sizeof("..XXXXXX");
    f->temp = bt_alloc(size);
    if (!f->temp)
        return BAUTA_E_NO_MEMORY;
    for (int i = 0; i < TRIES; i++) {
        unsigned char bytes[6] = {0};
        if (getrandom(bytes, sizeof(bytes), GRND_NONBLOCK) != (ssize_t)sizeof(bytes))
            bytes[0] = (unsigned char)i;
        snprintf(f->temp, size, "%.*s.%s.XXXXXX", (int)before, f->path, f->path + before);
        for (int j = 0; j < 6; j++)
            f->temp[size - 7 + j] = letters[bytes[j] & 31];
        if (!mkdir(f->temp, 0777))
            return 0;
        if (errno != EEXIST)
            break;
    }
    const int result = fail_errno("make a folder beside it", f->path);
    bt_freep(&f->temp);
    return result;
}

static int folder_open(struct bt_sink *s, const char *url)
{
    struct folder *f = s->priv;
    size_t length = strlen(url);
    while (length > 1 && url[length - 1] == '/')
        length--;
    f->path = bt_strdup(url);
    if (!f->path)
        return BAUTA_E_NO_MEMORY;
    f->path[length] = 0;
    f->skipped = (int64_t)((double)s->options->start * BT_PICTURE_RATE + 0.5);
    int result = check_target(s, f->path);
    if (result >= 0)
        result = take_names(f, s->origin);
    if (result >= 0)
        result = make_temp(f);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory", s->name);
    return result;
}

// The name of a frame's picture: that of the input's with an ending that can be written.
static void name_of(const struct folder *f, const struct bauta_frame *frame, char *out)
{
    const int64_t i = frame->pts + f->skipped;
    const char *from = i >= 0 && i < f->count ? f->names[i] : NULL;
    if (!from)
        snprintf(out, NAME_BYTES, "%06lld.png", (long long)frame->number);
    else if (bt_picture_ending(from))
        snprintf(out, NAME_BYTES, "%s", from);
    else
        snprintf(out, NAME_BYTES, "%s.png", from);
}

static char *join(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = bt_alloc(size);
    if (path)
        snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static int folder_write(struct bt_sink *s, struct bt_marked m)
{
    struct folder *f = s->priv;
    char name[NAME_BYTES];
    name_of(f, m.frame, name);
    char *path = join(f->temp, name), *shown = join(f->path, name);
    int result = BAUTA_E_NO_MEMORY;
    if (path && shown)
        result = bt_picture_write(path, shown, m.frame, bt_quality(s->options));
    f->written += result >= 0;
    bt_free(path);
    bt_free(shown);
    bauta_frame_unref(&m.frame);
    return result;
}

static int folder_finish(struct bt_sink *s)
{
    struct folder *f = s->priv;
    if (!f->written) {
        bt_error("%s: no picture came", s->name);
        return BAUTA_E_FAILED;
    }
    s->temp = f->temp;
    return 0;
}

// Does something with every file of the temporary folder, then with the folder.
static int empty_temp(struct folder *f, bool keep)
{
    DIR *dir = opendir(f->temp);
    if (!dir)
        return fail_errno("read", f->path);
    int result = 0;
    const struct dirent *entry;
    while (result >= 0 && (entry = readdir(dir))) {
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        char *from = join(f->temp, entry->d_name), *to = join(f->path, entry->d_name);
        if (!from || !to)
            result = BAUTA_E_NO_MEMORY;
        else if (!keep)
            unlink(from);
        else if (rename(from, to))
            result = fail_errno("take its name", to);
        bt_free(from);
        bt_free(to);
    }
    closedir(dir);
    if (result >= 0 && rmdir(f->temp))
        result = fail_errno("remove the temporary folder of", f->path);
    return result;
}

static int folder_commit(struct bt_sink *s)
{
    struct folder *f = s->priv;
    int result = check_target(s, f->path);
    if (result < 0)
        return result;
    if (rename(f->temp, f->path)) {
        const bool there = errno == ENOTEMPTY || errno == EEXIST;
        if (!there || !s->options->force)
            return fail_errno("take its name", f->path);
        result = empty_temp(f, true);
    }
    if (result >= 0)
        bt_freep(&f->temp);
    return result;
}

static void folder_close(struct bt_sink *s)
{
    struct folder *f = s->priv;
    if (f->temp)
        empty_temp(f, false);
    for (int64_t i = 0; i < f->count; i++)
        bt_free(f->names[i]);
    bt_free(f->names);
    bt_free(f->temp);
    bt_free(f->path);
}

const struct bt_sink_impl bt_sink_folder = {
    .name = "folder",
    .desc = "a folder of pictures",
    .priv_size = sizeof(struct folder),
    .pictures = true,
    .open = folder_open,
    .write = folder_write,
    .finish = folder_finish,
    .commit = folder_commit,
    .close = folder_close,
};
