// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/models/models.h"
#include "swap/neural/generator.h"

struct adding {
    char path[PATH_MAX], hex[65];
    uint8_t *data;
    size_t size;
    struct bauta_added added;
    struct bt_manifest manifest;
};

static const char *base_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

// A manifest that comes with bauta whose hash, or whose file's name, is this one's.
static bool find_shipped(struct adding *a, bool by_hash)
{
    const struct bt_shipped *s = NULL;
    for (int i = 0; (s = bt_shipped_at(i)); i++) {
        struct bt_manifest *m = &a->manifest;
        if (bt_manifest_parse(s->text, strlen(s->text), s->name, m))
            continue;
        if (by_hash ? !strcmp(m->sha256, a->hex) : !strcmp(m->file, base_of(a->path)))
            return true;
    }
    return false;
}

static int find_kind(struct adding *a)
{
    if (find_shipped(a, true)) {
        a->added.by = BAUTA_ADDED_BY_HASH;
        return 0;
    }
    if (find_shipped(a, false)) {
        const struct bt_manifest *m = &a->manifest;
        a->added.by = BAUTA_ADDED_BY_NAME;
        snprintf(a->added.guess, sizeof a->added.guess,
                 "it is %s, by its file's name%s", m->name,
                 m->sha256[0] ? "; its hash is another one than that of the known file" : "");
        const int error = bt_generator_fit(m, a->path, a->data, a->size);
        if (error != BAUTA_E_MODEL)
            return error;
        bt_warn("%s: has the name of %s, but not its shapes", a->path, m->name);
    }
    a->added.by = BAUTA_ADDED_BY_GUESS;
    const int error = bt_model_guess(a->data, a->size, a->path, &a->manifest,
                                     a->added.guess, sizeof a->added.guess);
    return error ? error : bt_generator_fit(&a->manifest, a->path, a->data, a->size);
}

// The name: the one given, the manifest's, or the file's without its ending.
static int choose_name(struct adding *a, const char *name)
{
    struct bt_manifest *m = &a->manifest;
    if (name && strlen(name) > BT_MODEL_NAME_MAX) {
        bt_error("'%.80s': a model's name has at most %d letters", name, BT_MODEL_NAME_MAX);
        return BAUTA_E_USAGE;
    }
    if (name)
        snprintf(m->name, sizeof m->name, "%s", name);
    else if (!m->name[0]) {
        const char *base = base_of(a->path), *dot = strrchr(base, '.');
        const int length = dot && dot != base ? (int)(dot - base) : (int)strlen(base);
        snprintf(m->name, sizeof m->name, "%.*s", length, base);
        for (char *c = m->name; *c; c++)
            if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-",
                        *c) || (c == m->name && (*c == '.' || *c == '-')))
                *c = '_';
    }
    return 0;
}

static int save(struct adding *a)
{
    char folder[900], path[1024], text[BT_MANIFEST_MAX];
    struct bt_manifest *m = &a->manifest;
    if (strlen(a->path) >= sizeof m->file) {
        bt_error("%s: this path is too long for a manifest", a->path);
        return BAUTA_E_USAGE;
    }
    snprintf(m->file, sizeof m->file, "%.*s", (int)sizeof m->file - 1, a->path);
    memcpy(m->sha256, a->hex, sizeof m->sha256);
    int error = bt_manifest_write(m, text, sizeof text);
    if (!error)
        error = bt_data_folder(folder, sizeof folder, BT_MODEL_FOLDER, "manifests of models", 1);
    if (error)
        return error;
    snprintf(path, sizeof path, "%s/%s.model", folder, m->name);
    error = bt_file_save_private(path, text, strlen(text), 1);
    if (error)
        return error;
    struct bt_found_model found = {.manifest = *m};
    snprintf(found.path, sizeof found.path, "%s", m->file);
    snprintf(found.from, sizeof found.from, "%s", path);
    bt_brought_fill(&a->added.info, &found);
    a->added.info.state = BAUTA_BROUGHT_GOOD;
    return 0;
}

int bauta_model_add(const char *file, const char *name, struct bauta_added *added)
{
    if (!file)
        return BAUTA_E_USAGE;
    struct adding *a = bt_zalloc(sizeof *a);
    if (!a)
        return BAUTA_E_NO_MEMORY;
    int error = bt_file_read(file, BT_MODEL_FILE_MAX, &a->data, &a->size);
    if (!error && !realpath(file, a->path)) {
        error = bt_file_error(errno);
        bt_error("%s: cannot be found: %s", file, strerror(errno));
    }
    if (!error) {
        bt_sha256(a->data, a->size, a->hex);
        error = find_kind(a);
    }
    if (!error)
        error = choose_name(a, name);
    if (!error)
        error = save(a);
    if (!error && added)
        *added = a->added;
    bt_free(a->data);
    bt_free(a);
    return error;
}
