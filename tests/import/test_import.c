// SPDX-License-Identifier: Apache-2.0
//
// Runs the imported nets through ONNX Runtime on two drawn pictures and compares them
// with the numbers that their own runtimes give: reference.txt was made by reference.mjs,
// reference_tfjs.txt by reference_tfjs.mjs. Exit code 77 where a net was not fetched.
//
//   test_import RUNTIME_LIBRARY MODELS_FOLDER REFERENCE_FILE NET...

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <onnxruntime_c_api.h>

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

static float waves(int x, int y, int c, int size)
{
    (void)size;
    return (float)(0.5 + 0.5 * sin(0.1 * x + 0.07 * y * (c + 1)));
}

// Centre, radii and colour of each ellipse, as in reference.mjs.
static const double ellipses[][7] = {
    {0.50, 0.42, 0.320, 0.380, 0.16, 0.11, 0.08},
    {0.50, 0.52, 0.260, 0.350, 0.86, 0.66, 0.54},
    {0.39, 0.385, 0.070, 0.014, 0.20, 0.13, 0.09},
    {0.61, 0.385, 0.070, 0.014, 0.20, 0.13, 0.09},
    {0.39, 0.45, 0.055, 0.024, 0.95, 0.94, 0.92},
    {0.61, 0.45, 0.055, 0.024, 0.95, 0.94, 0.92},
    {0.39, 0.45, 0.021, 0.022, 0.13, 0.09, 0.07},
    {0.61, 0.45, 0.021, 0.022, 0.13, 0.09, 0.07},
    {0.50, 0.53, 0.022, 0.090, 0.93, 0.76, 0.65},
    {0.50, 0.61, 0.050, 0.022, 0.70, 0.48, 0.38},
    {0.50, 0.715, 0.095, 0.030, 0.68, 0.27, 0.27},
    {0.50, 0.715, 0.080, 0.005, 0.35, 0.10, 0.10},
};

static float face(int x, int y, int c, int size)
{
    double u = (x + 0.5) / size, v = (y + 0.5) / size;
    double value = 0.25 + 0.1 * c + 0.2 * v;
    for (size_t i = 0; i < sizeof(ellipses) / sizeof(ellipses[0]); i++) {
        const double *e = ellipses[i];
        double du = (u - e[0]) / e[2], dv = (v - e[1]) / e[3];
        double cover = fmin(fmax(4 * (1 - (du * du + dv * dv)), 0), 1);
        value += cover * (e[4 + c] * (1 - 0.3 * (u - 0.5)) - value);
    }
    return (float)value;
}

#define OUTPUTS 8
struct net {
    const char *name, *file;
    int size;
    float low, high;                // what a picture's 0 and 1 become
    const char *outputs[OUTPUTS];   // up to the first NULL
    size_t counts[OUTPUTS];
};

static const struct net nets[] = {
    {"detector", "face_detection_short_range.onnx", 128, -1, 1, {"boxes", "scores"},
     {896 * 16, 896}},
    {"mesh", "face_landmark.onnx", 192, 0, 1, {"landmarks", "presence"}, {1404, 1}},
    {"faceres", "faceres.onnx", 224, 0, 255, {"embedding"}, {1024}},
};

static const struct {
    const char *name;
    float (*draw)(int x, int y, int c, int size);
} pictures[] = {{"waves", waves}, {"face", face}};

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

static struct result run(OrtSession *session, const struct net *net, int picture)
{
    size_t side = (size_t)net->size, count = 3 * side * side;
    float *input = malloc(count * sizeof(*input));
    if (!input)
        exit(1);
    for (int c = 0; c < 3; c++)
        for (int y = 0; y < net->size; y++)
            for (int x = 0; x < net->size; x++)
                input[((size_t)c * side + (size_t)y) * side + (size_t)x] =
                    pictures[picture].draw(x, y, c, net->size) * (net->high - net->low) +
                    net->low;

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

// Reads one block of numbers and says whether each lies within 1e-4 max(1, |reference|).
static int compare(FILE *file, const float *data, size_t total, size_t stride,
                   size_t count, const char *title)
{
    double worst = 0;
    if (count != (total + stride - 1) / stride) {
        printf("FAIL %s: the reference has %zu numbers\n", title, count);
        return 1;
    }
    for (size_t i = 0; i < count; i++) {
        double wanted;
        if (fscanf(file, "%lf", &wanted) != 1) {
            printf("FAIL %s: the reference ends early\n", title);
            return 1;
        }
        double error = fabs((double)data[i * stride] - wanted) / fmax(1, fabs(wanted));
        // A NaN is never within the bound.
        if (!(error <= worst))
            worst = isnan(error) ? INFINITY : error;
    }
    int bad = !(worst <= 1e-4);
    printf("%s %s: %zu numbers, largest error %.2g\n", bad ? "FAIL" : "ok", title, count,
           worst);
    return bad;
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

// Each block in the file is found by its names, so that the order in it is free.
static int check_output(const char *reference, const struct net *net, int picture,
                        size_t which, const float *data)
{
    char wanted[64], line[512];
    snprintf(wanted, sizeof(wanted), "%s %s %s ", net->name, pictures[picture].name,
             net->outputs[which]);
    FILE *file = fopen(reference, "r");
    if (!file) {
        perror(reference);
        return 1;
    }
    int failed = -1;
    while (failed < 0 && fgets(line, sizeof(line), file)) {
        size_t stride, count;
        if (strncmp(line, wanted, strlen(wanted)) == 0 &&
            sscanf(line + strlen(wanted), "%zu %zu", &stride, &count) == 2 && stride)
            failed = compare(file, data, net->counts[which], stride, count, wanted);
    }
    fclose(file);
    if (failed < 0)
        printf("FAIL %s is not in the reference\n", wanted);
    return failed != 0;
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
        for (int p = 0; p < 2; p++) {
            struct result result = run(session, net, p);
            for (size_t i = 0; i < outputs_of(net); i++) {
                if (check_output(argv[3], net, p, i, result.data[i]))
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
