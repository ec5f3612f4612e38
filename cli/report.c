// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

static void put_times(struct bt_json *json, const char *key,
                      const struct bauta_stage_times *times)
{
    bt_json_object(json, key);
    bt_json_int(json, "count", times->count);
    bt_json_number(json, "p50", times->p50_ms);
    bt_json_number(json, "p95", times->p95_ms);
    bt_json_number(json, "p99", times->p99_ms);
    bt_json_number(json, "mean", times->mean_ms);
    bt_json_end_object(json);
}

void bt_json_stages(struct bt_json *json, const struct bauta_report *report)
{
    bt_json_object(json, "stages_ms");
    for (int i = 0; i < BAUTA_STAGE_COUNT; i++) {
        if (report->stage[i].count)
            put_times(json, bauta_stage_name((enum bauta_stage)i), &report->stage[i]);
    }
    put_times(json, "path", &report->path);
    bt_json_end_object(json);
}

void bt_json_tools(struct bt_json *json, const struct bauta_report *report,
                   const char *models)
{
    bt_json_text(json, "engine", report->engine);
    // Where no net ran there is neither a provider nor a model to name.
    const bool nets = report->runtime[0];
    bt_json_text(json, "provider", nets ? report->provider : NULL);
    bt_json_text(json, "onnx_runtime", nets ? report->runtime : NULL);
    bt_json_array(json, "models");
    struct bauta_model_info info;
    for (int i = 0; nets && bauta_model_at(i, models, &info) >= 0; i++) {
        if (info.optional)
            continue;
        bt_json_object(json, NULL);
        bt_json_text(json, "name", info.name);
        bt_json_text(json, "sha256", info.sha256);
        bt_json_end_object(json);
    }
    bt_json_end_array(json);
}

void bt_json_options(struct bt_json *json, const struct bt_given *given)
{
    bt_json_object(json, "options");
    for (int i = 0; i < given->count; i++) {
        if (!bt_given_is_default(given->row[i], given->value[i]))
            bt_json_text(json, given->row[i]->name, given->value[i]);
    }
    bt_json_end_object(json);
}
