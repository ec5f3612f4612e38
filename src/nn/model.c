// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "nn/nn.h"
#include "nn/place.h"

static const size_t MODEL_SIZE_MAX = (size_t)64 << 20;

// The hashes are those of the files that tools/setup.sh writes; the importer's output
// depends on its input alone.
static const struct {
    const char *file, *purpose, *licence, *origin, *sha256;
    int optional;
    const char *step;   // of tools/setup.sh, where it is not one of the usual
} models[BT_MODEL_COUNT] = {
    [BT_MODEL_DETECTOR] = {
        "face_detection_short_range.onnx", "finds faces", "Apache-2.0",
        "npm @mediapipe/face_mesh 0.4.1657299874",
        "ddc78de91b2cb69335930c794238f5d435d42ce8f70c474ee637c5d98890e622",
    },
    [BT_MODEL_MESH] = {
        "face_landmark.onnx", "places 468 landmarks on a face", "Apache-2.0",
        "npm @mediapipe/face_mesh 0.4.1657299874",
        "203f697e66e3967de035e506e45b27804d073c24bbc09e7098b6539b0e3d2205",
    },
    [BT_MODEL_ATTENTION] = {
        "face_landmark_attention.onnx", "places 468 landmarks, lips and eyes finely",
        "Apache-2.0", "npm @mediapipe/face_mesh 0.4.1657299874",
        "652cd902e8df96eb2777b6d70861b0df21126a074dff2bba64b8e16aa90ad2e7",
    },
    [BT_MODEL_CONTENT] = {
        "content.onnx", "tells intimate pictures, in which no face is replaced", "MIT",
        "npm nsfwjs 4.3.0",
        "bef5e8f9c4047c507f704ca8c8c4353df753140ac07cc3707fb2deca5b5c4a4b",
    },
    [BT_MODEL_FACERES] = {
        "faceres.onnx", "tells how alike two faces are, for --map photo:", "MIT",
        "npm @vladmandic/human 3.3.6",
        "f393a39da32e87166deb3b1f8101dcae53440659c4242413c96d38cb4a3dfed8",
        .optional = 1, .step = "quality",
    },
};

bool bt_model_place(const char *file, const char *folder, char *path, size_t size)
{
    static const struct {
        const char *place;
        bool owned;
    } beside[] = {
        { "../share/bauta/models", false }, { "../../share/bauta/models", false },
        { "../deps/models", true },         { "../../deps/models", true },
        { "../../../deps/models", true },   { "../../../../deps/models", true },
    };
    if (!folder || !folder[0])
        folder = secure_getenv("BAUTA_MODELS");
    if (folder && folder[0])
        return snprintf(path, size, "%s/%s", folder, file) < (int)size &&
               bt_place_usable(path, false);
    if (snprintf(path, size, BT_DATADIR "/models/%s", file) < (int)size &&
        bt_place_usable(path, false))
        return true;
    char self[PATH_MAX], trial[PATH_MAX + 128];
    const bool placed = bt_place_self(self, sizeof(self));
    for (size_t i = 0; placed && i < sizeof(beside) / sizeof(beside[0]); i++) {
        const int n =
            snprintf(trial, sizeof(trial), "%s/%s/%s", self, beside[i].place, file);
        if (n < (int)sizeof(trial) && bt_place_usable(trial, beside[i].owned))
            return snprintf(path, size, "%s", trial) < (int)size;
    }
    return false;
}

int bt_model_load(enum bt_model_id id, const char *folder, uint8_t **data, size_t *size)
{
    char path[PATH_MAX];
    const char *file = models[id].file;
    if (!bt_model_place(file, folder, path, sizeof(path))) {
        bt_error("%s: no such file; run tools/setup.sh %s to get the models, or name "
                 "their folder in BAUTA_MODELS",
                 path, models[id].step ? models[id].step : "models");
        return BAUTA_E_MODEL;
    }
    uint8_t *bytes = NULL;
    size_t count = 0;
    const int result = bt_file_read(path, MODEL_SIZE_MAX, &bytes, &count);
    if (result < 0)
        return result == BAUTA_E_NO_MEMORY ? result : BAUTA_E_MODEL;
    char hex[65];
    bt_sha256(bytes, count, hex);
    if (strcmp(hex, models[id].sha256)) {
        bt_error(
            "%s: is damaged or another version (SHA-256 %s, expected %s); delete it and "
            "run tools/setup.sh %s again",
            path, hex, models[id].sha256, models[id].step ? models[id].step : "models");
        bt_free(bytes);
        return BAUTA_E_MODEL;
    }
    *data = bytes;
    *size = count;
    return 0;
}

int bt_net_open_model(struct bt_net **out, enum bt_model_id id, const char *folder,
                      int threads)
{
    uint8_t *data = NULL;
    size_t size = 0;
    int result = bt_model_load(id, folder, &data, &size);
    if (result < 0)
        return result;
    result = bt_net_open(out, models[id].file, data, size, threads);
    bt_free(data);
    return result;
}

int bauta_model_at(int index, const char *folder, struct bauta_model_info *info)
{
    if (index < 0 || index >= BT_MODEL_COUNT)
        return BAUTA_E_END;
    struct bauta_model_info found = {
        .name = models[index].file,
        .purpose = models[index].purpose,
        .licence = models[index].licence,
        .origin = models[index].origin,
        .sha256 = models[index].sha256,
        .state = BAUTA_MODEL_MISSING,
        .optional = models[index].optional,
    };
    char hex[65];
    if (bt_model_place(found.name, folder, found.path, sizeof(found.path))) {
        const bool same =
            bt_file_sha256(found.path, hex) >= 0 && !strcmp(hex, found.sha256);
        found.state = same ? BAUTA_MODEL_GOOD : BAUTA_MODEL_DAMAGED;
    }
    *info = found;
    return 0;
}

int bauta_runtime_info(char version[64], char path[1024])
{
    const int result = bt_runtime_open();
    if (result < 0)
        return result;
    snprintf(version, 64, "%s", bt_runtime_version());
    snprintf(path, 1024, "%s", bt_runtime_path());
    return 0;
}

int bauta_runtime_provider_at(int index, char name[64])
{
    char list[BT_PROVIDERS_MAX][BT_PROVIDER_NAME];
    const int count = bt_provider_list(list);
    if (count < 0)
        return count;
    if (index < 0 || index >= count)
        return BAUTA_E_END;
    memcpy(name, list[index], BT_PROVIDER_NAME);
    return 0;
}
