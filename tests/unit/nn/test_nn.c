// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "nn/nn.h"

#include "../check.h"

static char last_error[4096];

static void keep_error(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR)
        snprintf(last_error, sizeof(last_error), "%s", line);
}

static void check_missing_runtime(void)
{
    CHECK_TEXT(bt_runtime_version(), "");
    char version[64] = "?", path[1024] = "?";
    static const char *const places[] = { "/nonexistent/libonnxruntime.so.1", "/dev/null",
                                          "libm.so.6" };
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        setenv("BAUTA_RUNTIME", places[i], 1);
        last_error[0] = '\0';
        CHECK_INT(bt_runtime_open(), BAUTA_E_RUNTIME);
        CHECK(strstr(last_error, "BAUTA_RUNTIME") != NULL);
        CHECK_INT(bauta_runtime_info(version, path), BAUTA_E_RUNTIME);
    }
    CHECK_TEXT(version, "?");
    struct bt_net *net = NULL;
    CHECK_INT(bt_net_open(&net, "a net", "abc", 3, 1), BAUTA_E_RUNTIME);
    CHECK(net == NULL);
}

static bool write_file(const char *path, const void *data, size_t size)
{
    FILE *f = fopen(path, "wb");
    const bool good = f && fwrite(data, 1, size, f) == size;
    return f && !fclose(f) && good;
}

static int state_of(int id, const char *folder)
{
    struct bauta_model_info info;
    return CHECK_INT(bauta_model_at(id, folder, &info), 0) ? (int)info.state : -1;
}

// The folder holds one sound file that was damaged in several ways, one after the other.
static void check_damaged_model(const uint8_t *sound, size_t size)
{
    char folder[] = "/tmp/bauta-models-XXXXXX", path[256];
    if (!CHECK(mkdtemp(folder) != NULL))
        return;
    struct bauta_model_info info;
    CHECK_INT(bauta_model_at(BT_MODEL_MESH, folder, &info), 0);
    CHECK(info.state == BAUTA_MODEL_MISSING);
    snprintf(path, sizeof(path), "%s/%s", folder, info.name);
    CHECK_TEXT(info.path, path);
    struct bt_net *net = NULL;
    CHECK_INT(bt_net_open_model(&net, BT_MODEL_MESH, folder, 1), BAUTA_E_MODEL);
    CHECK(strstr(last_error, path) != NULL && strstr(last_error, "setup.sh") != NULL);

    uint8_t *bad = malloc(size + 1);
    memcpy(bad, sound, size);
    CHECK(write_file(path, bad, size));
    CHECK_INT(state_of(BT_MODEL_MESH, folder), BAUTA_MODEL_GOOD);
    bad[size / 2] ^= 1;
    bad[size] = 0;
    const size_t lengths[] = { size, size - 1, size + 1, 1, 0 };
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        bad[size / 2] = i > 0 ? sound[size / 2] : bad[size / 2];
        CHECK(write_file(path, bad, lengths[i]));
        CHECK_INT(state_of(BT_MODEL_MESH, folder), BAUTA_MODEL_DAMAGED);
        last_error[0] = '\0';
        CHECK_INT(bt_net_open_model(&net, BT_MODEL_MESH, folder, 1), BAUTA_E_MODEL);
        CHECK(strstr(last_error, path) != NULL);
    }
    CHECK(net == NULL);
    unlink(path);
    mkdir(path, 0700);
    CHECK_INT(bt_net_open_model(&net, BT_MODEL_MESH, folder, 1), BAUTA_E_MODEL);
    rmdir(path);
    rmdir(folder);
    free(bad);
    CHECK_INT(bauta_model_at(-1, NULL, &info), BAUTA_E_END);
    CHECK_INT(bauta_model_at(BT_MODEL_COUNT, NULL, &info), BAUTA_E_END);
}

// The runtime itself gets to see these: whatever comes out, no crash and no leak.
static void check_hostile_bytes(const uint8_t *sound, size_t size)
{
    struct bt_net *net = NULL;
    uint8_t *bad = malloc(size);
    static const size_t lengths[] = { 1, 2, 16, 100, 4096, 100000 };
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        last_error[0] = '\0';
        CHECK_INT(bt_net_open(&net, "cut.onnx", sound, lengths[i], 1), BAUTA_E_MODEL);
        CHECK(strstr(last_error, "cut.onnx") != NULL);
        for (size_t k = 0; k < lengths[i]; k++)
            bad[k] = (uint8_t)rand();
        CHECK_INT(bt_net_open(&net, "noise.onnx", bad, lengths[i], 1), BAUTA_E_MODEL);
        CHECK(strstr(last_error, "noise.onnx") != NULL);
    }
    CHECK(net == NULL);
    int opened = 0, refused = 0;
    for (int i = 0; i < 24; i++) {
        memcpy(bad, sound, size);
        // The graph's structure lies in few bytes at both ends; hit those more often.
        for (int k = 0; k < 8; k++) {
            const size_t at = (size_t)rand() % (i % 2 ? size : 4000);
            bad[i % 4 == 2 ? size - 1 - at : at] ^= (uint8_t)(1 << rand() % 8);
        }
        const int result = bt_net_open(&net, "flipped.onnx", bad, size, 1);
        opened += result >= 0;
        refused += result == BAUTA_E_MODEL || result == BAUTA_E_NO_MEMORY;
        bt_net_close(&net);
    }
    CHECK_INT(opened + refused, 24);
    CHECK(refused > 0);
    CHECK_INT(bt_net_open(&net, "a net", NULL, 0, 1), BAUTA_E_USAGE);
    CHECK_INT(bt_net_open(&net, "a net", sound, size, 0), BAUTA_E_USAGE);
    free(bad);
}

static void check_run(void)
{
    struct bt_net *net = NULL;
    if (!CHECK_INT(bt_net_open_model(&net, BT_MODEL_DETECTOR, NULL, 1), 0))
        return;
    const struct bt_net_info *info = bt_net_info(net);
    CHECK_INT(info->inputs, 1);
    CHECK_INT(info->outputs, 2);
    CHECK_TEXT(info->input[0].name, "input");
    CHECK_INT(info->input[0].count, 3 * 128 * 128);
    CHECK_INT(info->input[0].shape[1], 3);
    CHECK_INT((intptr_t)info->input[0].data % 64, 0);
    for (size_t i = 0; i < info->input[0].count; i++)
        info->input[0].data[i] = (float)(i % 17) / 8.5f - 1;
    CHECK_INT(bt_net_run(net), 0);
    double first = 0, second = 0;
    for (size_t i = 0; i < info->output[0].count; i++)
        first += fabs(info->output[0].data[i]);
    CHECK(isfinite(first) && first > 0);
    const int64_t before = bt_alloc_count();
    CHECK_INT(bt_net_run(net), 0);
    CHECK_INT(bt_alloc_count(), before);
    for (size_t i = 0; i < info->output[0].count; i++)
        second += fabs(info->output[0].data[i]);
    CHECK(first == second);
    bt_net_close(&net);
    CHECK(net == NULL);
    bt_net_close(&net);
    bt_net_close(NULL);
}

static void check_memory(void)
{
    int n = 1;
    for (;; n++) {
        struct bt_net *net = NULL;
        bt_alloc_fail_after(n);
        const int result = bt_net_open_model(&net, BT_MODEL_DETECTOR, NULL, 1);
        bt_alloc_fail_after(0);
        bt_net_close(&net);
        if (result >= 0)
            break;
        if (!CHECK_INT(result, BAUTA_E_NO_MEMORY))
            break;
    }
    CHECK(n > 3);
}

static void check_providers(const uint8_t *sound, size_t size)
{
    char name[BT_PROVIDER_NAME];
    struct bt_net *net = NULL;
    int cpu = 0, count = 0;
    while (bauta_runtime_provider_at(count, name) >= 0) {
        cpu += !strcmp(name, BT_PROVIDER_CPU);
        CHECK_INT(bt_provider_find(name, name), 0);
        count++;
    }
    CHECK_INT(cpu, 1);
    CHECK_INT(bauta_runtime_provider_at(count, name), BAUTA_E_END);
    CHECK_INT(bauta_runtime_provider_at(-1, name), BAUTA_E_END);
    static const char *const words[] = {"cpu", "CPU", "cpuexecutionprovider"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        name[0] = 0;
        CHECK_INT(bt_provider_find(words[i], name), 0);
        CHECK_TEXT(name, BT_PROVIDER_CPU);
    }
    CHECK_INT(bt_provider_find("auto", name), 0);
    CHECK_INT(bt_provider_find(NULL, name), 0);
    CHECK_INT(bt_provider_find("abacus", name), BAUTA_E_PROVIDER);
    CHECK(strstr(last_error, "abacus") && strstr(last_error, "CPU"));
    // What is not in the runtime does not start, and no other takes its place.
    CHECK_INT(bt_net_load_on(&net, "a net", sound, size, 1, "AbacusExecutionProvider"),
              BAUTA_E_PROVIDER);
    CHECK(!net && strstr(last_error, "Abacus"));
    if (bt_provider_find("cuda", name) < 0)
        for (int i = 0; i < 3; i++) {
            static const char *const absent[] = {"CUDA", "Tensorrt", "OpenVINO"};
            char whole[BT_PROVIDER_NAME];
            snprintf(whole, sizeof whole, "%sExecutionProvider", absent[i]);
            CHECK_INT(bt_net_load_on(&net, "a net", sound, size, 1, whole), BAUTA_E_PROVIDER);
        }
}

int main(void)
{
    srand(11);
    bauta_log_set(keep_error, NULL);
    const char *given = getenv("BAUTA_RUNTIME");
    char *runtime = given ? strdup(given) : NULL;
    check_missing_runtime();
    if (runtime)
        setenv("BAUTA_RUNTIME", runtime, 1);
    else
        unsetenv("BAUTA_RUNTIME");
    free(runtime);

    uint8_t *sound = NULL;
    size_t size = 0;
    if (bt_model_load(BT_MODEL_MESH, NULL, &sound, &size) < 0 || bt_runtime_open() < 0) {
        printf("skipped after %d checks: %s\n", check_count, last_error);
        bt_free(sound);
        return check_failures ? 1 : 77;
    }
    char version[64], path[1024];
    CHECK_INT(bauta_runtime_info(version, path), 0);
    CHECK_TEXT(version, bt_runtime_version());
    CHECK(path[0] == '/' && version[0]);
    check_providers(sound, size);
    CHECK_INT(state_of(BT_MODEL_DETECTOR, NULL), BAUTA_MODEL_GOOD);
    check_damaged_model(sound, size);
    check_hostile_bytes(sound, size);
    check_run();
    check_memory();
    bt_free(sound);
    return check_end();
}
