// SPDX-License-Identifier: Apache-2.0
#include "nn/ort/ort.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/thread.h"
#include "nn/nn.h"
#include "nn/place.h"

struct bt_ort bt_ort;
static pthread_mutex_t runtime_lock = PTHREAD_MUTEX_INITIALIZER;

static void ORT_API_CALL log_runtime(void *opaque, OrtLoggingLevel level,
                                     const char *category, const char *id,
                                     const char *where, const char *message)
{
    (void)opaque, (void)category, (void)id, (void)where;
    // What it calls an error is also returned as a status and logged there, with the name
    // of the model.
    (void)level;
    bt_debug("ONNX Runtime: %s", message);
}

static bool new_enough(const char *version)
{
    int major = 0, minor = 0;
    if (sscanf(version, "%d.%d", &major, &minor) != 2)
        return false;
    return major > 1 || (major == 1 && minor >= BT_ORT_API_VERSION);
}

static int start(const OrtApiBase *base, const char *path)
{
    const char *version = base->GetVersionString();
    if (!version || !new_enough(version)) {
        bt_warn("%s: is ONNX Runtime %s, at least 1.%d is needed", path,
                version ? version : "of unknown version", BT_ORT_API_VERSION);
        return BAUTA_E_RUNTIME;
    }
    const OrtApi *api = base->GetApi(BT_ORT_API_VERSION);
    if (!api) {
        bt_warn("%s: does not offer interface version %d", path, BT_ORT_API_VERSION);
        return BAUTA_E_RUNTIME;
    }
    OrtEnv *env = NULL;
    OrtStatus *status =
        api->CreateEnvWithCustomLogger(log_runtime, NULL, ORT_LOGGING_LEVEL_WARNING,
                                       "bauta", &env);
    if (failed(api, status, path, "cannot start"))
        return BAUTA_E_RUNTIME;
    status = api->DisableTelemetryEvents(env);
    if (failed(api, status, path, "cannot switch its telemetry off")) {
        api->ReleaseEnv(env);
        return BAUTA_E_RUNTIME;
    }
    snprintf(bt_ort.version, sizeof(bt_ort.version), "%s", version);
    snprintf(bt_ort.path, sizeof(bt_ort.path), "%s", path);
    bt_ort.env = env;
    bt_ort.api = api;
    bt_debug("ONNX Runtime %s from %s", bt_ort.version, bt_ort.path);
    return 0;
}

// Once started the library stays open for the life of the process.
static int try_library(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        bt_warn("cannot load ONNX Runtime: %s", dlerror());
        return BAUTA_E_RUNTIME;
    }
    const OrtApiBase *(*get)(void) = NULL;
    *(void **)&get = dlsym(library, "OrtGetApiBase");
    const OrtApiBase *base = get ? get() : NULL;
    if (!base) {
        bt_warn("%s: is not ONNX Runtime", path);
        dlclose(library);
        return BAUTA_E_RUNTIME;
    }
    Dl_info info;
    const bool known = dladdr(*(void **)&get, &info) && info.dli_fname;
    const int result = start(base, known ? info.dli_fname : path);
    if (result < 0)
        dlclose(library);
    return result;
}

static int search(void)
{
    static const struct {
        const char *place;
        bool owned;
    } beside[] = {
        { "bauta", false },
        { "../lib/bauta", false },
        { "../deps/onnxruntime/lib", true },
        { "../../deps/onnxruntime/lib", true },
        { "../../../deps/onnxruntime/lib", true },
        { "../../../../deps/onnxruntime/lib", true },
    };
    const char *given = secure_getenv("BAUTA_RUNTIME");
    if (given && given[0])
        return try_library(given);
    char path[PATH_MAX + 64] = BT_LIBDIR "/libonnxruntime.so.1";
    if (bt_place_usable(path, false) && try_library(path) >= 0)
        return 0;
    char folder[PATH_MAX];
    const bool placed = bt_place_self(folder, sizeof(folder));
    for (size_t i = 0; placed && i < sizeof(beside) / sizeof(beside[0]); i++) {
        const int n = snprintf(path, sizeof(path), "%s/%s/libonnxruntime.so.1", folder,
                               beside[i].place);
        if (n < (int)sizeof(path) && bt_place_usable(path, beside[i].owned) &&
            try_library(path) >= 0)
            return 0;
    }
    return try_library("libonnxruntime.so.1");
}

int bt_runtime_open(void)
{
    pthread_mutex_lock(&runtime_lock);
    int result = bt_ort.api ? 0 : search();
    if (result < 0)
        bt_error(
            "ONNX Runtime does not load: run tools/setup.sh, install version 1.%d or "
            "later, or name its library in BAUTA_RUNTIME",
            BT_ORT_API_VERSION);
    pthread_mutex_unlock(&runtime_lock);
    return result;
}

const char *bt_runtime_version(void)
{
    return bt_ort.version;
}

const char *bt_runtime_path(void)
{
    return bt_ort.path;
}
