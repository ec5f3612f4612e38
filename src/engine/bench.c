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

// Plays the frames forth and back, so that faces move on without a jump.
static int process_frames(struct bauta *engine, struct bauta_frame *const *kept,
                          int count, int wanted)
{
    const int round = count > 1 ? 2 * count - 2 : 1;
    for (int i = 0; i < wanted && !atomic_load(&engine->stop); i++) {
        const int at = i % round;
        struct bauta_frame *frame = bauta_frame_ref(kept[at < count ? at : round - at]);
        const int result = bauta_process(engine, &frame);
        bauta_frame_unref(&frame);
        if (result < 0)
            return result;
    }
    return 0;
}

int bauta_bench(struct bauta *engine, const char *input, int frames)
{
    if (!engine || !input || frames < 1 || frames > 100000) {
        bt_error("bauta_bench: an argument is missing or out of range");
        return BAUTA_E_USAGE;
    }
    if (engine->state != BT_ENGINE_IDLE) {
        bt_error("bauta_bench: the engine is in use");
        return BAUTA_E_USAGE;
    }
    int count = 0;
    struct bauta_frame **kept = bt_alloc_array((size_t)frames, sizeof(*kept));
    if (!kept) {
        bt_error("bauta_bench: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    int result = read_frames(engine, input, kept, frames);
    count = result > 0 ? result : 0;
    if (result > 0)
        result = process_frames(engine, kept, count, frames);
    if (result >= 0 && atomic_load(&engine->stop))
        result = BAUTA_E_STOPPED;
    for (int i = 0; i < count; i++)
        bauta_frame_unref(&kept[i]);
    bt_free(kept);
    atomic_store(&engine->stop, 0);
    bt_engine_stop_processing(engine);
    return result;
}

static int compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

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
