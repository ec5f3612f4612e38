// SPDX-License-Identifier: Apache-2.0
//
// Runs the imported nets through ONNX Runtime on two drawn pictures and compares them
// with the numbers that their own runtimes give: reference.txt was made by reference.mjs,
// reference_tfjs.txt by reference_tfjs.mjs,
// reference_keras.txt by TensorFlow.js 4.22.0 in the same way, and reference_attention.txt by test_naive.c,
// for no runtime at hand has its operators. Exit code 77 where a net was not fetched.
//
//   test_import RUNTIME_LIBRARY MODELS_FOLDER REFERENCE_FILE NET...

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <onnxruntime_c_api.h>

#include "reference.h"

// The runtime may be older than the header: this version has all that is used here.
#define API_VERSION 17

static const OrtApi *ort;

static void must(OrtStatus *status, const char *what)
{
    if (!status)
        return;
    printf("FAIL %s: %s\n", what, ort->GetErrorMessage(status));
    exit(1);
}

#define OUTPUTS 8
struct net {
    const char *name, *file;
    int size;
    float low, high;                // what a picture's 0 and 1 become
    const char *outputs[OUTPUTS];   // up to the first NULL
    size_t counts[OUTPUTS];
    int edge;                       // whether it is tried on the picture "edge", too
};

static const struct net nets[] = {
    {"detector", "face_detection_short_range.onnx", 128, -1, 1, {"boxes", "scores"},
     {896 * 16, 896}, 0},
    {"mesh", "face_landmark.onnx", 192, 0, 1, {"landmarks", "presence"}, {1404, 1},
     0},
    {"attention", "face_landmark_attention.onnx", 192, 0, 1,
     {"landmarks", "lips", "left_eye", "right_eye", "left_iris", "right_iris",
      "presence"},
     {1404, 160, 142, 142, 10, 10, 1}, 1},
    {"custom", "custom.onnx", 8, 0, 8, {"picture", "points"}, {105, 192}, 1},
    {"content", "content.onnx", 224, 0, 1, {"classes"}, {5}, 0},
    {"faceres", "faceres.onnx", 224, 0, 255, {"embedding"}, {1024}, 0},
};

static const char *const pictures[] = {"waves", "face", "edge"};

// The results of one net on one picture; the values live until release.
struct result {
    OrtValue *values[OUTPUTS];
    const float *data[OUTPUTS];
};

static size_t outputs_of(const struct net *net)
{
    size_t count = 0;
    while (count < OUTPUTS && net->outputs[count])
        count++;
    return count;
}

static struct result run(OrtSession *session, const struct net *net, const char *picture)
{
    size_t side = (size_t)net->size, count = 3 * side * side;
    float *input = malloc(count * sizeof(*input));
    if (!input)
        exit(1);
    if (reference_draw(picture, net->size, net->low, net->high, input))
        exit(1);
    OrtMemoryInfo *memory;
    must(ort->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory),
         "memory");
    const int64_t shape[] = {1, 3, net->size, net->size};
    OrtValue *value;
    must(ort->CreateTensorWithDataAsOrtValue(memory, input, count * sizeof(*input),
                                             shape, 4,
                                             ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &value),
         "input");
    struct result result = {0};
    const char *names[] = {"input"};
    must(ort->Run(session, NULL, names, (const OrtValue *const *)&value, 1, net->outputs,
                  outputs_of(net), result.values),
         net->file);
    for (size_t i = 0; i < outputs_of(net); i++) {
        OrtTensorTypeAndShapeInfo *info;
        size_t elements;
        must(ort->GetTensorTypeAndShape(result.values[i], &info), net->outputs[i]);
        must(ort->GetTensorShapeElementCount(info, &elements), net->outputs[i]);
        ort->ReleaseTensorTypeAndShapeInfo(info);
        if (elements != net->counts[i]) {
            printf("FAIL %s %s has %zu elements\n", net->name, net->outputs[i], elements);
            exit(1);
        }
        must(ort->GetTensorMutableData(result.values[i], (void **)&result.data[i]),
             net->outputs[i]);
    }
    ort->ReleaseValue(value);
    ort->ReleaseMemoryInfo(memory);
    free(input);
    return result;
}

static OrtSession *open_session(OrtEnv *env, const char *path)
{
    OrtSessionOptions *options;
    OrtSession *session;
    must(ort->CreateSessionOptions(&options), "options");
    must(ort->SetIntraOpNumThreads(options, 1), "threads");
    must(ort->CreateSession(env, path, options, &session), path);
    ort->ReleaseSessionOptions(options);
    return session;
}

static void open_runtime(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        printf("FAIL %s\n", dlerror());
        exit(1);
    }
    const OrtApiBase *(*base)(void);
    *(void **)&base = dlsym(library, "OrtGetApiBase");
    ort = base ? base()->GetApi(API_VERSION) : NULL;
    if (!ort) {
        printf("FAIL %s does not offer version %d\n", path, API_VERSION);
        exit(1);
    }
}

static const struct net *find(const char *name)
{
    for (size_t n = 0; n < sizeof(nets) / sizeof(nets[0]); n++)
        if (!strcmp(nets[n].name, name))
            return &nets[n];
    fprintf(stderr, "%s: no net has this name\n", name);
    exit(2);
}

int main(int argc, char **argv)
{
    if (argc < 5) {
        fprintf(stderr, "usage: test_import RUNTIME_LIBRARY MODELS_FOLDER REFERENCE "
                        "NET...\n");
        return 2;
    }
    int passed = 0, failed = 0;
    open_runtime(argv[1]);
    OrtEnv *env;
    must(ort->CreateEnv(ORT_LOGGING_LEVEL_WARNING, "test_import", &env), "runtime");
    for (int n = 4; n < argc; n++) {
        const struct net *net = find(argv[n]);
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", argv[2], net->file);
        if (access(path, F_OK)) {
            printf("skipped: %s is missing, tools/setup.sh brings it\n", path);
            return 77;
        }
        OrtSession *session = open_session(env, path);
        for (int p = 0; p < (net->edge ? 3 : 2); p++) {
            struct result result = run(session, net, pictures[p]);
            for (size_t i = 0; i < outputs_of(net); i++) {
                if (reference_check(argv[3], net->name, pictures[p], net->outputs[i],
                                    result.data[i], net->counts[i]))
                    failed++;
                else
                    passed++;
                ort->ReleaseValue(result.values[i]);
            }
        }
        ort->ReleaseSession(session);
    }
    ort->ReleaseEnv(env);
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
