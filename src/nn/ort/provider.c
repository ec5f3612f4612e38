// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "nn/nn.h"
#include "nn/ort/ort.h"

static const char SUFFIX[] = "ExecutionProvider";
static const char CUDA[] = "CUDAExecutionProvider";

bool bt_provider_is_auto(const char *wish)
{
    return !wish || !wish[0] || !strcmp(wish, "auto");
}

int bt_provider_list(char name[BT_PROVIDERS_MAX][BT_PROVIDER_NAME])
{
    char **list = NULL;
    int count = 0;
    const int result = bt_runtime_open();
    if (result < 0)
        return result;
    const OrtApi *api = bt_ort.api;
    if (failed(api, api->GetAvailableProviders(&list, &count), bt_ort.path,
               "does not say what its providers are"))
        return BAUTA_E_RUNTIME;
    const int kept = count < BT_PROVIDERS_MAX ? count : BT_PROVIDERS_MAX;
    for (int i = 0; i < kept; i++)
        snprintf(name[i], BT_PROVIDER_NAME, "%s", list[i]);
    OrtStatus *status = api->ReleaseAvailableProviders(list, count);
    if (status)
        api->ReleaseStatus(status);
    return kept;
}

// What stands before "ExecutionProvider".
static size_t stem(const char *name)
{
    const size_t length = strlen(name), end = sizeof(SUFFIX) - 1;
    return length > end && !strcasecmp(name + length - end, SUFFIX) ? length - end : length;
}

static bool means(const char *wish, const char *name)
{
    const size_t length = stem(wish);
    return length == stem(name) && !strncasecmp(wish, name, length);
}

int bt_provider_find(const char *wish, char name[BT_PROVIDER_NAME])
{
    char list[BT_PROVIDERS_MAX][BT_PROVIDER_NAME], all[512] = "";
    const int count = bt_provider_list(list);
    if (count < 0)
        return count;
    const bool any = bt_provider_is_auto(wish);
    for (int i = 0; i < count; i++)
        if (means(any ? CUDA : wish, list[i])) {
            memcpy(name, list[i], BT_PROVIDER_NAME);
            return 0;
        }
    if (any) {
        snprintf(name, BT_PROVIDER_NAME, "%s", BT_PROVIDER_CPU);
        return 0;
    }
    for (int i = 0; i < count; i++) {
        const size_t at = strlen(all);
        snprintf(all + at, sizeof(all) - at, "%s%.*s", at ? ", " : "", (int)stem(list[i]),
                 list[i]);
    }
    bt_error("provider %s: ONNX Runtime %s (%s) offers %s; choose one of these or auto, or "
             "name another build's library in BAUTA_RUNTIME", wish, bt_ort.version,
             bt_ort.path, all);
    return BAUTA_E_PROVIDER;
}

// Each provider --------------------------------------------------------------------------

static OrtStatus *append_cuda(const OrtApi *api, OrtSessionOptions *options)
{
    static const char *const keys[] = {"device_id"}, *const values[] = {"0"};
    OrtCUDAProviderOptionsV2 *cuda = NULL;
    OrtStatus *status = api->CreateCUDAProviderOptions(&cuda);
    if (!status)
        status = api->UpdateCUDAProviderOptions(cuda, keys, values, 1);
    if (!status)
        status = api->SessionOptionsAppendExecutionProvider_CUDA_V2(options, cuda);
    if (cuda)
        api->ReleaseCUDAProviderOptions(cuda);
    return status;
}

// Where TensorRT keeps what it builds, which takes it minutes.
static bool cache_folder(char path[1024])
{
    const char *cache = secure_getenv("XDG_CACHE_HOME"), *home = secure_getenv("HOME");
    int n = -1;
    if (cache && cache[0] == '/')
        n = snprintf(path, 1024, "%s/bauta", cache);
    else if (home && home[0] == '/')
        n = snprintf(path, 1024, "%s/.cache/bauta", home);
    if (n < 0 || n > 1000)
        return false;
    mkdir(path, 0700);
    snprintf(path + n, 1024 - (size_t)n, "/tensorrt");
    mkdir(path, 0700);
    struct stat info;
    return !stat(path, &info) && S_ISDIR(info.st_mode);
}

// The provider for CUDA takes what TensorRT leaves.
static OrtStatus *append_tensorrt(const OrtApi *api, OrtSessionOptions *options)
{
    char folder[1024];
    const char *keys[] = {"device_id", "trt_engine_cache_enable", "trt_engine_cache_path"};
    const char *values[] = {"0", "1", folder};
    const size_t count = cache_folder(folder) ? 3 : 1;
    OrtTensorRTProviderOptionsV2 *tensorrt = NULL;
    OrtStatus *status = api->CreateTensorRTProviderOptions(&tensorrt);
    if (!status)
        status = api->UpdateTensorRTProviderOptions(tensorrt, keys, values, count);
    if (!status)
        status = api->SessionOptionsAppendExecutionProvider_TensorRT_V2(options, tensorrt);
    if (tensorrt)
        api->ReleaseTensorRTProviderOptions(tensorrt);
    return status ? status : append_cuda(api, options);
}

int bt_ort_append(OrtSessionOptions *options, const char *name, const char *provider)
{
    const OrtApi *api = bt_ort.api;
    char word[BT_PROVIDER_NAME], what[BT_PROVIDER_NAME + 32];
    OrtStatus *status;
    snprintf(word, sizeof(word), "%.*s", (int)stem(provider), provider);
    if (!strcasecmp(word, "CUDA"))
        status = append_cuda(api, options);
    else if (!strcasecmp(word, "Tensorrt"))
        status = append_tensorrt(api, options);
    else if (!strcasecmp(word, "OpenVINO"))
        status = api->SessionOptionsAppendExecutionProvider_OpenVINO_V2(options, NULL, NULL, 0);
    else
        status = api->SessionOptionsAppendExecutionProvider(options, word, NULL, NULL, 0);
    snprintf(what, sizeof(what), "provider %s does not start", word);
    return failed(api, status, name, what) ? BAUTA_E_PROVIDER : 0;
}
