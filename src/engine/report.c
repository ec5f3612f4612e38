// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/engine.h"

void bt_report_begin(struct bauta *engine)
{
    bt_mutex_lock(&engine->lock);
    memset(&engine->tally, 0, sizeof(engine->tally));
    engine->tally.started_ns = bt_now_ns();
    bt_mutex_unlock(&engine->lock);
}

void bt_report_end(struct bauta *engine)
{
    bt_mutex_lock(&engine->lock);
    if (!engine->tally.ended_ns)
        engine->tally.ended_ns = bt_now_ns();
    bt_mutex_unlock(&engine->lock);
}

void bt_report_time(struct bauta *engine, enum bauta_stage stage, int64_t ns)
{
    bt_mutex_lock(&engine->lock);
    bt_stats_add(&engine->tally.stage[stage], ns);
    bt_mutex_unlock(&engine->lock);
}

void bt_report_frame(struct bauta *engine, const struct bt_job *job, const int *swapped,
                     int covered)
{
    int found = 0, bridged = 0, swaps = 0;
    for (int i = 0; i < job->faces.count; i++) {
        const enum bauta_face_origin origin = job->faces.face[i].origin;
        found += origin == BAUTA_FACE_TRACKED || origin == BAUTA_FACE_BRIDGED;
        bridged += origin == BAUTA_FACE_BRIDGED;
        swaps += swapped[i];
    }
    bt_mutex_lock(&engine->lock);
    struct bauta_report *r = &engine->tally.counts;
    r->frames += job->marked.frame != NULL;
    r->frames_with_faces += found > 0;
    r->faces_found += found;
    r->faces_bridged += bridged;
    r->faces_swapped += swaps;
    r->frames_covered += covered > 0;
    r->frames_failed += job->failed != 0;
    bt_stats_add(&engine->tally.path, job->path_ns);
    bt_mutex_unlock(&engine->lock);
}

void bt_report_tools(struct bauta *engine, const char *swap, const char *provider,
                     bool nets)
{
    bt_mutex_lock(&engine->lock);
    struct bauta_report *r = &engine->tally.counts;
    snprintf(r->engine, sizeof(r->engine), "%s", swap);
    if (nets) {
        snprintf(r->provider, sizeof(r->provider), "%s", provider);
        snprintf(r->runtime, sizeof(r->runtime), "%s", bt_runtime_version());
    }
    bt_mutex_unlock(&engine->lock);
}

static bool is_file(const char *path)
{
    struct stat info;
    return !stat(path, &info) && S_ISREG(info.st_mode);
}

// A path, or what follows the scheme; "" where that names no regular file.
static void hash_file(const char *url, char hex[65])
{
    const char *colon = strchr(url, ':');
    const char *path = is_file(url)                  ? url
                       : colon && is_file(colon + 1) ? colon + 1
                                                     : NULL;
    hex[0] = 0;
    if (path && bt_file_sha256(path, hex) < 0)
        hex[0] = 0;
}

void bt_report_input(struct bauta *engine, const char *url)
{
    char hex[65];
    hash_file(url, hex);
    bt_mutex_lock(&engine->lock);
    memcpy(engine->tally.counts.input_sha256, hex, sizeof(hex));
    bt_mutex_unlock(&engine->lock);
}

void bt_report_output(struct bauta *engine, const char *url, const char *digest)
{
    char hex[65];
    if (digest && digest[0])
        snprintf(hex, sizeof(hex), "%s", digest);
    else
        hash_file(url, hex);
    bt_mutex_lock(&engine->lock);
    memcpy(engine->tally.counts.output_sha256, hex, sizeof(hex));
    bt_mutex_unlock(&engine->lock);
}

void bt_report_stage(const struct bt_stats *stats, struct bauta_stage_times *out)
{
    *out = (struct bauta_stage_times){
        .count = stats->count,
        .p50_ms = bt_stats_percentile(stats, .50),
        .p95_ms = bt_stats_percentile(stats, .95),
        .p99_ms = bt_stats_percentile(stats, .99),
        .mean_ms = stats->count ? stats->sum_ms / (double)stats->count : 0,
    };
}

void bauta_report_get(struct bauta *engine, struct bauta_report *report)
{
    bt_mutex_lock(&engine->lock);
    const struct bt_tally *tally = &engine->tally;
    *report = tally->counts;
    for (int i = 0; i < BAUTA_STAGE_COUNT; i++)
        bt_report_stage(&tally->stage[i], &report->stage[i]);
    bt_report_stage(&tally->path, &report->path);
    if (tally->started_ns) {
        const int64_t end = tally->ended_ns ? tally->ended_ns : bt_now_ns();
        report->seconds = (double)(end - tally->started_ns) / 1e9;
    }
    bt_mutex_unlock(&engine->lock);
}

const char *bauta_stage_name(enum bauta_stage stage)
{
    static const char *const names[] = {"source", "face", "swap",
                                        "guard",  "mark", "sink"};
    const int index = (int)stage;
    return index >= 0 && index < BAUTA_STAGE_COUNT ? names[index] : NULL;
}
