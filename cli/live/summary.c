// SPDX-License-Identifier: Apache-2.0
#include "live/live.h"

static const char *const said[] = {
    [BAUTA_LIVE_WAITING] = "no face yet: a card is shown",
    [BAUTA_LIVE_SWAPPED] = "replaced",
    [BAUTA_LIVE_HELD] = "face lost: the last picture is held",
    [BAUTA_LIVE_COVERED] = "face lost: the head is covered",
    [BAUTA_LIVE_CARD] = "a card is shown",
    [BAUTA_LIVE_STALLED] = "the input gives nothing: a card is shown",
    [BAUTA_LIVE_PANIC] = "COVERED",
    [BAUTA_LIVE_PASSED] = "WARNING: an unreplaced face may be seen (lost=pass)",
};

const char *bt_live_words(enum bauta_live_state state)
{
    return said[state];
}

void bt_live_line(struct bauta *engine, char *text, size_t size)
{
    struct bauta_live_info info;
    bauta_live_info(engine, &info);
    const int n = snprintf(text, size, "%s, %.1f fps of %.1f, latency %.0f ms (p95 %.0f), "
                           "cpu %.0f %%", said[info.state], info.fps_out, info.fps_in,
                           info.latency_p50, info.latency_p95, 100 * info.cpu);
    if (n > 0 && (size_t)n < size && info.source_error[0])
        snprintf(text + n, size - (size_t)n, ", input: %s", info.source_error);
}

void bt_live_summary(const struct bt_live_job *job)
{
    struct bauta_live_info info;
    struct bauta_output_info out;
    bauta_live_info(job->engine, &info);
    bt_say("%lld frames left, %lld of the input's %lld were late and dropped; latency "
           "p50 %.1f, p95 %.1f, p99 %.1f ms",
           (long long)info.frames, (long long)info.dropped, (long long)info.frames_in,
           info.latency_p50, info.latency_p95, info.latency_p99);
    for (int i = 0; bauta_output_at(job->engine, i, &out) >= 0; i++)
        bt_say("%s: %lld frames, %lld dropped, age p50 %.1f, p95 %.1f, p99 %.1f ms%s%s",
               out.url, (long long)out.frames, (long long)out.dropped, out.age_p50,
               out.age_p95, out.age_p99, out.error ? ": " : "",
               out.error ? bauta_strerror(out.error) : "");
}

static void put_percentiles(struct bt_json *json, const char *key, double p50, double p95,
                            double p99)
{
    bt_json_object(json, key);
    bt_json_number(json, "p50", p50);
    bt_json_number(json, "p95", p95);
    bt_json_number(json, "p99", p99);
    bt_json_end_object(json);
}

static void put_outputs(struct bt_json *json, struct bauta *engine)
{
    static const char *const states[] = {"noted", "runs", "failed", "ended",
                                         "reopens"};
    struct bauta_output_info out;
    bt_json_array(json, "outputs");
    for (int i = 0; bauta_output_at(engine, i, &out) >= 0; i++) {
        bt_json_object(json, NULL);
        bt_json_text(json, "url", out.url);
        bt_json_text(json, "state", states[out.state]);
        bt_json_text(json, "error", out.error ? bauta_strerror(out.error) : NULL);
        bt_json_int(json, "frames", out.frames);
        bt_json_int(json, "dropped", out.dropped);
        put_percentiles(json, "age_ms", out.age_p50, out.age_p95, out.age_p99);
        put_percentiles(json, "interval_ms", out.interval_p50, out.interval_p95,
                        out.interval_p99);
        bt_json_end_object(json);
    }
    bt_json_end_array(json);
}

int bt_live_json(struct bt_live_job *job, int result)
{
    struct bt_json *json = &job->json;
    struct bauta_live_info info;
    struct bauta_report report;
    bauta_live_info(job->engine, &info);
    bauta_report_get(job->engine, &report);
    bt_json_object(json, NULL);
    bt_json_text(json, "bauta", bauta_version());
    bt_json_text(json, "result", result == BAUTA_E_STOPPED ? "stopped"
                                 : result < 0              ? bauta_strerror(result)
                                                           : "done");
    bt_json_text(json, "input", info.source);
    bt_json_int(json, "width", info.width);
    bt_json_int(json, "height", info.height);
    bt_photos_json(json, &job->photos);
    bt_json_int(json, "frames_in", info.frames_in);
    bt_json_int(json, "frames", info.frames);
    bt_json_int(json, "frames_dropped", info.dropped);
    bt_json_int(json, "frames_made_up", info.made_up);
    bt_json_int(json, "frames_with_faces", report.frames_with_faces);
    bt_json_int(json, "frames_covered", report.frames_covered);
    bt_json_int(json, "frames_failed", report.frames_failed);
    bt_json_int(json, "faces_swapped", report.faces_swapped);
    bt_json_int(json, "reconnects", info.reconnects);
    put_percentiles(json, "latency_ms", info.latency_p50, info.latency_p95,
                    info.latency_p99);
    put_outputs(json, job->engine);
    bt_json_stages(json, &report);
    bt_json_tools(json, &report, bt_given_get(&job->given, "models"));
    bt_json_options(json, &job->given);
    bt_json_end_object(json);
    return bt_json_commit(json);
}
