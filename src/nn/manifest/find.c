// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "nn/manifest.h"
#include "nn/nn.h"

static const char ending[] = ".model";

static bool ends(const char *name)
{
    const size_t length = strlen(name), all = strlen(ending);
    return length > all && !strcmp(name + length - all, ending);
}

int bt_model_folder(char *path, size_t size)
{
    return bt_data_folder(path, size, BT_MODEL_FOLDER, NULL, 0);
}

static int read_manifest(const char *path, struct bt_found_model *out)
{
    uint8_t *text = NULL;
    size_t size = 0;
    int error = bt_file_read(path, BT_MANIFEST_MAX, &text, &size);
    if (!error)
        error = bt_manifest_parse((const char *)text, size, path, &out->manifest);
    bt_free(text);
    if (error)
        return error;
    snprintf(out->from, sizeof out->from, "%s", path);
    // The model lies beside its manifest.
    const char *slash = strrchr(path, '/'), *file = out->manifest.file;
    const int folder = slash && file[0] != '/' ? (int)(slash - path + 1) : 0;
    if (snprintf(out->path, sizeof out->path, "%.*s%s", folder, path, file) <
        (int)sizeof out->path)
        return 0;
    bt_error("%s: the path of its model is too long", path);
    return BAUTA_E_USAGE;
}

static bool there(const char *path)
{
    return !access(path, F_OK);
}

static int find_shipped(const char *name, const char *models, struct bt_found_model *out)
{
    for (int i = 0; bt_shipped_at(i); i++) {
        const struct bt_shipped *s = bt_shipped_at(i);
        if (strcmp(s->name, name) != 0)
            continue;
        const int error = bt_manifest_parse(s->text, strlen(s->text), s->name, &out->manifest);
        if (error)
            return error;
        out->from[0] = 0;
        bt_model_place(out->manifest.file, models, out->path, sizeof out->path);
        return 0;
    }
    return BAUTA_E_NOT_FOUND;
}

int bt_model_find(const char *name, const char *beside, const char *models,
                  struct bt_found_model *out)
{
    char path[1024], folder[900];
    if (strchr(name, '/') || ends(name)) {
        if (strlen(name) < sizeof path)
            return read_manifest(name, out);
        bt_error("%.60s…: the path of this manifest is too long", name);
        return BAUTA_E_USAGE;
    }
    if (beside && beside[0]) {
        const char *slash = strrchr(beside, '/');
        const int length = slash ? (int)(slash - beside + 1) : 0;
        if (snprintf(path, sizeof path, "%.*s%s%s", length, beside, name, ending) <
                (int)sizeof path &&
            there(path))
            return read_manifest(path, out);
    }
    if (!bt_model_folder(folder, sizeof folder) &&
        snprintf(path, sizeof path, "%s/%s%s", folder, name, ending) < (int)sizeof path &&
        there(path))
        return read_manifest(path, out);
    const int error = find_shipped(name, models, out);
    if (error == BAUTA_E_NOT_FOUND)
        bt_error("%s: no model of this name is known; bauta models lists them, bauta "
                 "models add FILE makes one known", name);
    return error;
}

int bt_found_model_read(const struct bt_found_model *model, uint8_t **data, size_t *size)
{
    const struct bt_manifest *m = &model->manifest;
    uint8_t *bytes = NULL;
    size_t count = 0;
    char hex[65];
    if (!there(model->path)) {
        bt_error("%s: its file %s is not there; bring it and run bauta models add FILE "
                 "(its licence: %s)", m->name, model->path,
                 m->licence[0] ? m->licence : "unknown");
        return BAUTA_E_MODEL;
    }
    if (!m->sha256[0]) {
        bt_error("%s: no hash is known of its file; bauta models add %s pins the one that "
                 "is there", m->name, model->path);
        return BAUTA_E_MODEL;
    }
    const int error = bt_file_read(model->path, BT_MODEL_FILE_MAX, &bytes, &count);
    if (error)
        return error == BAUTA_E_NO_MEMORY ? error : BAUTA_E_MODEL;
    bt_sha256(bytes, count, hex);
    if (strcmp(hex, m->sha256) != 0) {
        bt_error("%s: %s is damaged or another file (SHA-256 %s, the manifest has %s)",
                 m->name, model->path, hex, m->sha256);
        bt_free(bytes);
        return BAUTA_E_MODEL;
    }
    *data = bytes;
    *size = count;
    return 0;
}
