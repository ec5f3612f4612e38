// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "engine/models/models.h"

static const char ending[] = ".model";

void bt_brought_fill(struct bauta_brought_info *info, const struct bt_found_model *model)
{
    const struct bt_manifest *m = &model->manifest;
    *info = (struct bauta_brought_info){
        .size = m->role == BT_ROLE_CONVERTER ? 0 : m->input.size,
        .state = BAUTA_BROUGHT_MISSING,
    };
    snprintf(info->name, sizeof info->name, "%s", m->name);
    snprintf(info->role, sizeof info->role, "%s", bt_role_word(m->role));
    snprintf(info->licence, sizeof info->licence, "%s", m->licence);
    snprintf(info->origin, sizeof info->origin, "%s", m->origin);
    snprintf(info->sha256, sizeof info->sha256, "%s", m->sha256);
    snprintf(info->file, sizeof info->file, "%s", model->path);
    snprintf(info->manifest, sizeof info->manifest, "%s", model->from);
}

static int is_manifest(const struct dirent *entry)
{
    const size_t all = strlen(entry->d_name), length = all - strlen(ending);
    return all > strlen(ending) && all < BT_MODEL_NAME_MAX + sizeof ending &&
           entry->d_name[0] != '.' && !strcmp(entry->d_name + length, ending);
}

// The user's own by name: a count of them, and the path of number index where there is one.
static int own(int index, char *path, size_t size)
{
    char folder[900];
    struct dirent **entry = NULL;
    path[0] = 0;
    const int count = bt_model_folder(folder, sizeof folder) < 0
                          ? 0
                          : scandir(folder, &entry, is_manifest, versionsort);
    for (int i = 0; i < count; i++) {
        if (i == index)
            snprintf(path, size, "%s/%.*s", folder, BT_MODEL_NAME_MAX + 6,
                     entry[i]->d_name);
        free(entry[i]);
    }
    free(entry);
    return count < 0 ? 0 : count;
}

static int replaced(const char *name)
{
    char path[1024];
    if (bt_model_folder(path, sizeof path) < 0)
        return 0;
    const size_t at = strlen(path);
    return snprintf(path + at, sizeof path - at, "/%s%s", name, ending) <
               (int)(sizeof path - at) &&
           !access(path, F_OK);
}

static const char *shipped_name(int index)
{
    const struct bt_shipped *s = NULL;
    for (int i = 0; (s = bt_shipped_at(i)); i++)
        if (!replaced(s->name) && index-- == 0)
            return s->name;
    return NULL;
}

int bauta_brought_at(int index, const char *models, struct bauta_brought_info *info)
{
    char path[1024], hex[65];
    struct bt_found_model model;
    if (index < 0)
        return BAUTA_E_END;
    const int count = own(index, path, sizeof path);
    const char *name = index < count ? path : shipped_name(index - count);
    if (!name)
        return BAUTA_E_END;
    const int error = bt_model_find(name, NULL, models, &model);
    if (error)
        return error == BAUTA_E_NO_MEMORY ? error : BAUTA_E_FORMAT;
    bt_brought_fill(info, &model);
    if (access(model.path, F_OK))
        return 0;
    const char *pinned = model.manifest.sha256;
    const int good = pinned[0] && bt_file_sha256(model.path, hex) >= 0 && !strcmp(hex, pinned);
    info->state = !pinned[0] ? BAUTA_BROUGHT_UNPINNED
                  : good     ? BAUTA_BROUGHT_GOOD
                             : BAUTA_BROUGHT_DAMAGED;
    return 0;
}
