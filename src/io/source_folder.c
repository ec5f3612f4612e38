// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/picture.h"
#include "io/sources.h"

enum { PICTURES_MAX = 1000000, LIST_START = 64 };

struct folder {
    char *path;
    char **names;             // in the order of their numbers
    int count, room, next;
    struct bt_pool *pool;
    struct bauta_frame *first;
    bool fitted;              // warned about it
};

static bool is_picture(const char *name)
{
    static const char *const endings[] = {".jpg", ".jpeg", ".png",  ".webp",
                                          ".bmp", ".tif",  ".tiff", ".ppm",
                                          ".pgm", ".tga",  NULL};
    const char *dot = strrchr(name, '.');
    for (int i = 0; dot && dot != name && endings[i]; i++) {
        if (!strcasecmp(dot, endings[i]))
            return true;
    }
    return false;
}

static int by_number(const void *a, const void *b)
{
    const char *const *left = a, *const *right = b;
    return strverscmp(*left, *right);
}

static char *join(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = bt_alloc(size);
    if (path)
        snprintf(path, size, "%s/%s", folder, name);
    return path;
}

static int add(struct folder *f, const char *name)
{
    if (f->count == f->room) {
        const int room = f->room ? f->room * 2 : LIST_START;
        char **names = bt_alloc_array((size_t)room, sizeof(*names));
        if (!names)
            return BAUTA_E_NO_MEMORY;
        if (f->count)
            memcpy(names, f->names, (size_t)f->count * sizeof(*names));
        bt_free(f->names);
        f->names = names;
        f->room = room;
    }
    f->names[f->count] = bt_strdup(name);
    return f->names[f->count++] ? 0 : BAUTA_E_NO_MEMORY;
}

static bool is_file(const char *folder, const char *name)
{
    struct stat info;
    char *path = join(folder, name);
    const bool file = path && !stat(path, &info) && S_ISREG(info.st_mode);
    bt_free(path);
    return file;
}

static int list(struct folder *f)
{
    DIR *dir = opendir(f->path);
    if (!dir) {
        const int error = errno;
        bt_error("%s: cannot be listed: %s", f->path, strerror(error));
        return bt_file_error(error);
    }
    int result = 0;
    const struct dirent *entry;
    while (result >= 0 && f->count < PICTURES_MAX && (entry = readdir(dir))) {
        if (is_picture(entry->d_name) && is_file(f->path, entry->d_name))
            result = add(f, entry->d_name);
    }
    closedir(dir);
    if (result >= 0 && !f->count) {
        bt_error("%s: the folder holds no pictures (.jpg, .png, .webp …)", f->path);
        return BAUTA_E_NOT_FOUND;
    }
    if (f->count)
        qsort(f->names, (size_t)f->count, sizeof(*f->names), by_number);
    return result;
}

static bool fits(const struct bt_format *format, const struct bauta_frame *frame)
{
    return frame->format == format->pixel && frame->width == format->width &&
           frame->height == format->height &&
           frame->colour.matrix == format->colour.matrix &&
           frame->colour.full_range == format->colour.full_range;
}

// Loads the next picture that can be read; others are warned of and left out.
static int load_next(struct bt_source *s, struct bauta_frame **out)
{
    struct folder *f = s->priv;
    while (f->next < f->count) {
        char *path = join(f->path, f->names[f->next]);
        if (!path)
            return BAUTA_E_NO_MEMORY;
        struct bauta_frame *frame = NULL;
        const int result = bt_picture_load(path, &frame);
        if (result >= 0)
            frame->pts = f->next;
        else if (result != BAUTA_E_NO_MEMORY)
            bt_warn("%s: is left out", path);
        bt_free(path);
        f->next++;
        if (result >= 0) {
            *out = frame;
            return 0;
        }
        if (result == BAUTA_E_NO_MEMORY)
            return result;
        s->truncated = 1;
    }
    return BAUTA_E_END;
}

static int open_list(struct folder *f, const char *url)
{
    size_t length = strlen(url);
    while (length > 1 && url[length - 1] == '/')
        length--;
    f->path = bt_strdup(url);
    if (!f->path)
        return BAUTA_E_NO_MEMORY;
    f->path[length] = 0;
    return list(f);
}

static void close_list(struct folder *f)
{
    for (int i = 0; i < f->count; i++)
        bt_free(f->names[i]);
    bt_free(f->names);
    bt_free(f->path);
}

int bt_folder_each(const char *folder, int (*each)(void *opaque, const char *path),
                   void *opaque)
{
    struct folder f = {0};
    int result = open_list(&f, folder);
    for (int i = 0; i < f.count && !result; i++) {
        char *path = join(f.path, f.names[i]);
        result = path ? each(opaque, path) : BAUTA_E_NO_MEMORY;
        bt_free(path);
    }
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory", folder);
    close_list(&f);
    return result;
}

static int folder_open(struct bt_source *s, const char *url)
{
    struct folder *f = s->priv;
    int result = open_list(f, url);
    if (result >= 0)
        result = load_next(s, &f->first);
    if (result == BAUTA_E_END) {
        bt_error("%s: not one of its pictures can be read", s->name);
        return BAUTA_E_FORMAT;
    }
    if (result >= 0) {
        s->format = bt_format_of(f->first);
        s->format.frame_rate = (struct bauta_rational){BT_PICTURE_RATE, 1};
        s->format.still = true;
        s->frames_total = f->count;
        f->pool = bt_pool_create(&s->format);
        result = f->pool ? 0 : BAUTA_E_NO_MEMORY;
    }
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory", s->name);
    return result;
}

static int folder_read(struct bt_source *s, struct bauta_frame **out)
{
    struct folder *f = s->priv;
    struct bauta_frame *frame = f->first;
    f->first = NULL;
    int result = frame ? 0 : load_next(s, &frame);
    if (result < 0)
        return result;
    if (!fits(&s->format, frame)) {
        if (!f->fitted &&
            (frame->width != s->format.width || frame->height != s->format.height)) {
            bt_warn("%s: pictures differ in size; all are fitted into %dx%d, that of the "
                    "first", s->name, s->format.width, s->format.height);
            f->fitted = true;
        }
        struct bauta_frame *fitted = bt_pool_get(f->pool);
        result = fitted ? bt_picture_fit(frame, &s->format, fitted) : BAUTA_E_NO_MEMORY;
        if (fitted) {
            bt_frame_copy_props(fitted, frame);
            fitted->colour = s->format.colour;
            fitted->sample_aspect = s->format.sample_aspect;
        }
        bauta_frame_unref(&frame);
        frame = fitted;
    }
    if (result < 0) {
        bauta_frame_unref(&frame);
        return result;
    }
    *out = frame;
    return 0;
}

static void folder_close(struct bt_source *s)
{
    struct folder *f = s->priv;
    bauta_frame_unref(&f->first);
    bt_pool_destroy(&f->pool);
    close_list(f);
}

const char *bt_folder_name(const struct bt_source *source, int64_t index)
{
    if (!source || source->impl != &bt_source_folder)
        return NULL;
    const struct folder *f = source->priv;
    return index >= 0 && index < f->count ? f->names[index] : NULL;
}

const struct bt_source_impl bt_source_folder = {
    .name = "folder",
    .desc = "a folder of pictures",
    .priv_size = sizeof(struct folder),
    .open = folder_open,
    .read = folder_read,
    .close = folder_close,
};
