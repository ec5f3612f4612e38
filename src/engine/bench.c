// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/engine.h"

// Decoded pictures kept in memory take no more than this.
static const int64_t pictures_bytes_max = (int64_t)1 << 30;

static int64_t frame_bytes(const struct bauta_frame *frame)
{
    int64_t bytes = 0;
    for (int i = 0; i < 4; i++)
        bytes += frame->data[i] ? llabs((long long)frame->stride[i]) * frame->height : 0;
    return bytes;
}

static int read_frames(struct bauta *engine, const char *input,
                       struct bauta_frame **frames, int wanted)
{
    struct bt_options options;
    struct bt_source *source = NULL;
    int64_t bytes = 0;
    int count = 0;
    bt_mutex_lock(&engine->lock);
    int result = bt_options_copy(&options, &engine->options);
    bt_mutex_unlock(&engine->lock);
    if (result < 0)
        return result;
    result = bt_source_open(&source, input, &options.io);
    while (result >= 0 && count < wanted && bytes < pictures_bytes_max) {
        result = bt_source_read(source, &frames[count]);
        if (result >= 0)
            bytes += frame_bytes(frames[count++]);
    }
    bt_source_close(&source);
    bt_options_finish(&options);
    if (result < 0 && result != BAUTA_E_END)
        return result;
    if (!count) {
        bt_error("%s: holds no picture", input);
        return BAUTA_E_FORMAT;
    }
    return count;
}

// The nets that the path's times are compared with.
struct beside {
    struct bt_net *net[2];
    struct bt_stats times[2], path;
    double width;
    int64_t faces;
};

static void fill(struct bt_net *net)
{
    // The same numbers every time, from 0 to 1 (Numerical Recipes' generator).
    uint32_t seed = 1;
    const struct bt_net_info *info = bt_net_info(net);
    for (int i = 0; i < info->inputs; i++) {
        for (size_t k = 0; k < info->input[i].count; k++) {
            seed = seed * 1664525u + 1013904223u;
            info->input[i].data[k] = (float)(seed >> 8) / (1 << 24);
        }
    }
}

static int open_beside(struct beside *b, struct bauta *engine)
{
    static const enum bt_model_id id[2] = {BT_MODEL_MESH, BT_MODEL_ATTENTION};
    struct bt_options options;
    bt_mutex_lock(&engine->lock);
    int result = bt_options_copy(&options, &engine->options);
    bt_mutex_unlock(&engine->lock);
    if (result < 0)
        return result;
    const char *models = options.engine.models;
    for (int i = 0; i < 2 && result >= 0; i++) {
        result = bt_net_open_model(&b->net[i], id[i], models && models[0] ? models : NULL,
                                   options.engine.threads);
        if (result >= 0)
            fill(b->net[i]);
    }
    bt_options_finish(&options);
    return result;
}

// Some runs of each net. The first, which finds the caches full of something else, is not
// counted.
static int time_beside(struct beside *b)
{
    enum { RUNS = 6 };
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < RUNS; k++) {
            const int64_t start = bt_thread_ns();
            const int result = bt_net_run(b->net[i]);
            if (result < 0)
                return result;
            if (k)
                bt_stats_add(&b->times[i], bt_thread_ns() - start);
        }
    }
    return 0;
}

// Plays the frames forth and back, so that faces move on without a jump.
static int process_frames(struct bauta *engine, struct bauta_frame *const *kept,
                          int count, int wanted, struct beside *beside)
{
    enum { EVERY = 25 };
    const int round = count > 1 ? 2 * count - 2 : 1;
    for (int i = 0; i < wanted && !atomic_load(&engine->stop); i++) {
        const int at = i % round;
        struct bauta_frame *frame = bauta_frame_ref(kept[at < count ? at : round - at]);
        const int64_t start = bt_thread_ns();
        int result = bauta_process(engine, &frame);
        if (beside && i) // The first one opens the nets.
            bt_stats_add(&beside->path, bt_thread_ns() - start);
        bauta_frame_unref(&frame);
        if (result >= 0 && beside && i % EVERY == EVERY / 2)
            result = time_beside(beside);
        if (result < 0)
            return result;
        const struct bt_faces *faces = &engine->job->faces;
        if (beside && faces->count) {
            beside->width += faces->face[0].box[2] - faces->face[0].box[0];
            beside->faces++;
        }
    }
    return 0;
}

static int run_bench(struct bauta *engine, const char *input, int frames,
                     struct beside *beside)
{
    int count = 0;
    struct bauta_frame **kept = bt_alloc_array((size_t)frames, sizeof(*kept));
    if (!kept) {
        bt_error("bauta_bench: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    int result = read_frames(engine, input, kept, frames);
    count = result > 0 ? result : 0;
    if (result > 0)
        result = process_frames(engine, kept, count, frames, beside);
    if (result >= 0 && atomic_load(&engine->stop))
        result = BAUTA_E_STOPPED;
    for (int i = 0; i < count; i++)
        bauta_frame_unref(&kept[i]);
    bt_free(kept);
    atomic_store(&engine->stop, 0);
    bt_engine_stop_processing(engine);
    return result;
}

static int check_bench(struct bauta *engine, const char *input, int frames)
{
    if (!engine || !input || frames < 1 || frames > 100000) {
        bt_error("bauta_bench: an argument is missing or out of range");
        return BAUTA_E_USAGE;
    }
    if (engine->state != BT_ENGINE_IDLE) {
        bt_error("bauta_bench: the engine is in use");
        return BAUTA_E_USAGE;
    }
    return 0;
}

int bauta_bench(struct bauta *engine, const char *input, int frames)
{
    const int result = check_bench(engine, input, frames);
    return result < 0 ? result : run_bench(engine, input, frames, NULL);
}

int bauta_bench_beside(struct bauta *engine, const char *input, int frames,
                       struct bauta_bench_nets *nets)
{
    int result = check_bench(engine, input, frames);
    if (result < 0)
        return result;
    if (!nets) {
        bt_error("bauta_bench_beside: there is no place for the result");
        return BAUTA_E_USAGE;
    }
    struct beside *b = bt_zalloc(sizeof(*b));
    if (!b) {
        bt_error("bauta_bench_beside: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    result = open_beside(b, engine);
    if (result >= 0)
        result = run_bench(engine, input, frames, b);
    if (result >= 0) {
        *nets = (struct bauta_bench_nets){
            .face_pixels = b->faces ? b->width / (double)b->faces : 0};
        bt_report_stage(&b->path, &nets->path);
        bt_report_stage(&b->times[0], &nets->mesh);
        bt_report_stage(&b->times[1], &nets->attention);
    }
    for (int i = 0; i < 2; i++)
        bt_net_close(&b->net[i]);
    bt_free(b);
    return result;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int bauta_net_time(const char *path, int threads, int runs, double *median_ms)
{
    uint8_t *data = NULL;
    size_t size = 0;
    struct bt_net *net = NULL;
    double *times = NULL;
    if (!path || !median_ms || threads < 1 || threads > 256 || runs < 1 ||
        runs > 100000) {
        bt_error("bauta_net_time: an argument is missing or out of range");
        return BAUTA_E_USAGE;
    }
    int result = bt_file_read(path, BT_ALLOC_MAX - 1, &data, &size);
    if (result < 0)
        return result;
    result = bt_net_open(&net, path, data, size, threads);
    if (result < 0)
        goto fail;
    times = bt_alloc_array((size_t)runs, sizeof(*times));
    if (!times) {
        bt_error("%s: out of memory", path);
        result = BAUTA_E_NO_MEMORY;
        goto fail;
    }
    fill(net);
    // The first run, which warms up, is not counted.
    for (int i = -1; i < runs && result >= 0; i++) {
        const int64_t start = bt_now_ns();
        result = bt_net_run(net);
        if (i >= 0)
            times[i] = (double)(bt_now_ns() - start) / 1e6;
    }
    if (result < 0)
        goto fail;
    qsort(times, (size_t)runs, sizeof(*times), compare);
    *median_ms = runs % 2 ? times[runs / 2] : (times[runs / 2 - 1] + times[runs / 2]) / 2;
    result = 0;

fail:
    bt_net_close(&net);
    bt_free(times);
    bt_free(data);
    return result;
}
