// SPDX-License-Identifier: Apache-2.0
#include "engine/provenance/provenance.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/engine.h"

enum { PATH_BYTES = 4096, GROUNDS_BYTES = 8192 };

static const struct {
    const char *ending, *type;
} types[] = {{"jpg", "image/jpeg"},   {"jpeg", "image/jpeg"},   {"png", "image/png"},
             {"webp", "image/webp"},  {"mp4", "video/mp4"},     {"mov", "video/quicktime"},
             {"m4v", "video/mp4"},    {"mkv", "video/x-matroska"}, {"webm", "video/webm"},
             {"y4m", "video/x-yuv4mpeg"}, {"avi", "video/x-msvideo"}};

static const char *name_in(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *type_of(const char *path)
{
    const char *dot = strrchr(name_in(path), '.');
    for (size_t i = 0; dot && i < sizeof(types) / sizeof(types[0]); i++) {
        if (!strcasecmp(dot + 1, types[i].ending))
            return types[i].type;
    }
    return "application/octet-stream";
}

int bt_config_path(char *path, size_t size, const char *name)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");
    int length = -1;
    if (config && config[0] == '/')
        length = snprintf(path, size, "%s/bauta/%s", config, name);
    else if (home && home[0] == '/')
        length = snprintf(path, size, "%s/.config/bauta/%s", home, name);
    if (length >= 0 && (size_t)length < size)
        return 0;
    bt_error("there is no place for the key that signs what is made: set HOME or "
             "XDG_CONFIG_HOME to a folder's whole path");
    return BAUTA_E_NOT_FOUND;
}

static bool is_known(const struct bt_provenance *p, const char *target, const char *ground)
{
    for (int i = 0; i < p->info.consents; i++) {
        if (!strcmp(p->info.consent[i].target, target) &&
            !strcmp(p->info.consent[i].ground, ground))
            return true;
    }
    return false;
}

void bt_provenance_add(struct bt_provenance *p, const struct bauta *engine)
{
    for (int i = 0; p->grounds && i < engine->map_count; i++) {
        struct bauta_identity_info info;
        char target[32];
        bauta_identity_info(engine->map[i].identity, &info);
        bt_target_name(&engine->map[i].target, target, sizeof(target));
        const size_t a = strlen(target) + 1, b = strlen(info.consent) + 1;
        if (is_known(p, target, info.consent))
            continue;
        if (p->used + a + b > GROUNDS_BYTES || p->info.consents == BT_C2PA_CONSENTS) {
            bt_warn("manifest: more than %d faces were put on; the last are not listed",
                    p->info.consents);
            return;
        }
        char *to = p->grounds + p->used;
        memcpy(to, target, a);
        memcpy(to + a, info.consent, b);
        p->info.consent[p->info.consents].target = to;
        p->info.consent[p->info.consents++].ground = to + a;
        p->used += a + b;
    }
    // Where nobody's face was put on, what was added is the label.
    p->info.source_type = p->info.consents ? "compositeSynthetic" : "composite";
    p->info.edit = p->info.consents ? "Faces were replaced and the picture was labelled"
                                    : "The picture was labelled";
}

int bt_provenance_init(struct bt_provenance *p, struct bauta *engine, const char *input)
{
    char path[PATH_BYTES];
    struct stat info;
    *p = (struct bt_provenance){0};
    int result = bt_config_path(path, sizeof(path), BT_KEYS_FILE);
    if (result >= 0)
        result = bt_c2pa_signer_load(&p->signer, path);
    if (result < 0)
        return result;
    p->ready = true;
    if (input && !stat(input, &info)) {
        p->input = bt_strdup(name_in(input));
        p->input_path = bt_strdup(input);
        p->input_is_folder = S_ISDIR(info.st_mode);
        result = p->input && p->input_path ? 0 : BAUTA_E_NO_MEMORY;
    }
    p->grounds = bt_zalloc(GROUNDS_BYTES);
    if (!p->grounds)
        result = BAUTA_E_NO_MEMORY;
    bt_mutex_lock(&engine->lock);
    bt_provenance_add(p, engine);
    p->info.session = engine->options.mark.session;
    bt_mutex_unlock(&engine->lock);
    const struct bt_mark_options *mark = &engine->options.mark;
    p->info.label = mark->end > 0 ? "opening" : "persistent";
    p->info.label_ground = mark->end > 0 ? mark->label_ground : NULL;
    if (result < 0)
        bt_error("manifest: out of memory");
    return result;
}

void bt_provenance_finish(struct bt_provenance *p)
{
    bt_c2pa_signer_free(&p->signer);
    bt_free(p->grounds);
    bt_free(p->input);
    bt_free(p->input_path);
    bt_free(p->sidecar);
    *p = (struct bt_provenance){0};
}

static bool holds_manifest(const char *path)
{
    const char *type = type_of(path);
    return !strcmp(type, "image/jpeg") || !strcmp(type, "image/png") ||
           !strcmp(type, "video/mp4") || !strcmp(type, "video/quicktime");
}

// What is piped from program to program is not a file that is kept.
static bool wants_none(const char *path)
{
    return !strcmp(type_of(path), "video/x-yuv4mpeg");
}

static int sidecar_of(const char *path, char *out, size_t size)
{
    return snprintf(out, size, "%s.c2pa", path) < (int)size ? 0 : BAUTA_E_USAGE;
}

int bt_provenance_check(const struct bt_sink *sink)
{
    char path[PATH_BYTES];
    if (!sink->output.path || holds_manifest(sink->output.path) ||
        wants_none(sink->output.path))
        return 0;
    const int result = sidecar_of(sink->output.path, path, sizeof(path));
    if (result < 0 || sink->output.overwrite || access(path, F_OK))
        return result;
    bt_error("%s: exists already, and is where the output's manifest goes; choose another "
             "name or allow overwriting", path);
    return BAUTA_E_EXISTS;
}

// A file that was written under one name and will have another.
static int sign_file(struct bt_provenance *p, const char *written, const char *final,
                     const char *input, bool overwrite)
{
    char sidecar[PATH_BYTES];
    struct bt_c2pa_info *info = &p->info;
    info->title = name_in(final);
    info->format = type_of(final);
    info->input_title = input;
    info->input_format = input ? type_of(input) : NULL;
    int result = bt_c2pa_name(info);
    if (result >= 0 && !p->no_room)
        result = bt_c2pa_embed(written, info, &p->signer);
    if (result != 0)
        return result < 0 ? result : 0;
    result = sidecar_of(final, sidecar, sizeof(sidecar));
    if (result >= 0 && overwrite)
        unlink(sidecar);
    bt_freep(&p->sidecar);
    if (result >= 0)
        result = bt_c2pa_sidecar(written, sidecar, info, &p->signer);
    if (result >= 0)
        p->sidecar = bt_strdup(sidecar);
    if (result >= 0)
        bt_info("%s: %s; that lies beside, in %s", info->title,
                p->no_room ? "there is no room to put the manifest in"
                           : "its kind of file holds no manifest", sidecar);
    return result;
}

// Signs a file that was made of the one at that path, whose manifests travel.
static int sign_made_of(struct bt_provenance *p, const char *written, const char *final,
                        const char *input, const char *input_path, bool overwrite)
{
    struct stat info;
    struct bt_c2pa_parent parent = {.valid = false};
    int result = 0;
    if (input_path && !stat(input_path, &info) && S_ISREG(info.st_mode))
        result = bt_c2pa_parent_read(&parent, input_path);
    p->info.parent = result > 0 ? &parent : NULL;
    if (result >= 0)
        result = sign_file(p, written, final, input, overwrite);
    p->info.parent = NULL;
    bt_c2pa_parent_free(&parent);
    return result;
}

// Each picture of a folder, whose names are those of the input's where that is one, too.
// What is beside them is not theirs to wait for.
static int sign_folder(struct bt_provenance *p, const char *folder)
{
    DIR *dir = opendir(folder);
    int result = 0;
    if (!dir) {
        bt_error("%s: cannot be read again to be signed: %s", folder, strerror(errno));
        return BAUTA_E_IO;
    }
    for (const struct dirent *entry; result >= 0 && (entry = readdir(dir));) {
        char path[PATH_BYTES], from[PATH_BYTES];
        struct stat info;
        snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
        snprintf(from, sizeof(from), "%s/%s", p->input_path ? p->input_path : "",
                 entry->d_name);
        const char *dot = strrchr(entry->d_name, '.');
        if (stat(path, &info) || !S_ISREG(info.st_mode) || (dot && !strcmp(dot, ".c2pa")))
            continue;
        result = sign_made_of(p, path, path, p->input ? entry->d_name : NULL,
                              p->input_is_folder ? from : NULL, true);
    }
    closedir(dir);
    return result;
}

void bt_provenance_undo(struct bt_provenance *p)
{
    if (p->sidecar)
        unlink(p->sidecar);
    bt_freep(&p->sidecar);
}

int bt_provenance_sign(struct bt_provenance *p, const struct bt_sink *sink)
{
    struct stat info;
    bt_freep(&p->sidecar);
    if (!sink->temp || stat(sink->temp, &info) ||
        (sink->output.path && wants_none(sink->output.path)))
        return 0;
    if (S_ISDIR(info.st_mode))
        return sign_folder(p, sink->temp);
    // To be put in, the manifest needs the file's size once more.
    p->no_room = sink->full;
    return sign_made_of(p, sink->temp, sink->output.path, p->input, p->input_path,
                        sink->output.overwrite);
}
