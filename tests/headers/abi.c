// SPDX-License-Identifier: Apache-2.0
#include <stddef.h>
#include <stdio.h>

#include <bauta/bauta.h>
#include <bauta/device.h>
#include <bauta/verify.h>

// The binary interface of x86-64 Linux as it was released: programs compiled against it
// rely on each number here. A change is a new soname, or a new structure beside the old.
struct row {
    const char *name;
    long long is, was;
};

#define SIZE(type, was) {"sizeof " #type, sizeof(struct type), was}
#define FIELD(type, field, was) {#type "." #field, offsetof(struct type, field), was}
#define VALUE(name, was) {#name, name, was}

static const struct row rows[] = {
    SIZE(bauta_rational, 8),
    FIELD(bauta_rational, num, 0), FIELD(bauta_rational, den, 4),
    SIZE(bauta_colour, 5),
    FIELD(bauta_colour, primaries, 0), FIELD(bauta_colour, transfer, 1),
    FIELD(bauta_colour, matrix, 2), FIELD(bauta_colour, full_range, 3),
    FIELD(bauta_colour, chroma_location, 4),
    SIZE(bauta_frame, 152),
    FIELD(bauta_frame, format, 0), FIELD(bauta_frame, width, 4),
    FIELD(bauta_frame, height, 8), FIELD(bauta_frame, data, 16),
    FIELD(bauta_frame, stride, 48), FIELD(bauta_frame, colour, 80),
    FIELD(bauta_frame, sample_aspect, 88), FIELD(bauta_frame, rotation, 96),
    FIELD(bauta_frame, pts, 104), FIELD(bauta_frame, duration, 112),
    FIELD(bauta_frame, time_base, 120), FIELD(bauta_frame, captured_ns, 128),
    FIELD(bauta_frame, number, 136), FIELD(bauta_frame, interlaced, 144),
    SIZE(bauta_face, 5740),
    FIELD(bauta_face, id, 0), FIELD(bauta_face, order, 4), FIELD(bauta_face, origin, 8),
    FIELD(bauta_face, presence, 12), FIELD(bauta_face, box, 16),
    FIELD(bauta_face, landmark, 32), FIELD(bauta_face, rotation, 5648),
    FIELD(bauta_face, translation, 5684), FIELD(bauta_face, scale, 5696),
    FIELD(bauta_face, yaw, 5700), FIELD(bauta_face, pitch, 5704),
    FIELD(bauta_face, roll, 5708), FIELD(bauta_face, iris, 5712),
    FIELD(bauta_face, has_iris, 5736),
    SIZE(bauta_identity_params, 24),
    FIELD(bauta_identity_params, consent, 0), FIELD(bauta_identity_params, face, 8),
    FIELD(bauta_identity_params, models, 16),
    SIZE(bauta_identity_info, 56),
    FIELD(bauta_identity_info, faces, 0), FIELD(bauta_identity_info, chosen, 4),
    FIELD(bauta_identity_info, width, 8), FIELD(bauta_identity_info, height, 12),
    FIELD(bauta_identity_info, box, 16), FIELD(bauta_identity_info, yaw, 32),
    FIELD(bauta_identity_info, pitch, 36), FIELD(bauta_identity_info, roll, 40),
    FIELD(bauta_identity_info, consent, 48),
    SIZE(bauta_photo, 16), FIELD(bauta_photo, path, 0), FIELD(bauta_photo, face, 8),
    SIZE(bauta_score, 80), FIELD(bauta_score, total, 0), FIELD(bauta_score, part, 4),
    FIELD(bauta_score, yaw, 36), FIELD(bauta_score, pitch, 40),
    FIELD(bauta_score, width, 44), FIELD(bauta_score, uneven, 48),
    FIELD(bauta_score, clipped, 52), FIELD(bauta_score, bright, 56),
    FIELD(bauta_score, covered, 60), FIELD(bauta_score, outside, 64),
    FIELD(bauta_score, mouth, 68), FIELD(bauta_score, smile, 72),
    FIELD(bauta_score, blur, 76),
    SIZE(bauta_photo_info, 272), FIELD(bauta_photo_info, sha256, 0),
    FIELD(bauta_photo_info, name, 65), FIELD(bauta_photo_info, given, 132),
    FIELD(bauta_photo_info, info, 136), FIELD(bauta_photo_info, score, 192),
    VALUE(BAUTA_SCORE_POSE, 0), VALUE(BAUTA_SCORE_SIZE, 1), VALUE(BAUTA_SCORE_LIGHT, 2),
    VALUE(BAUTA_SCORE_COVER, 3), VALUE(BAUTA_SCORE_EXPRESSION, 4),
    VALUE(BAUTA_SCORE_SHARPNESS, 5), VALUE(BAUTA_SCORE_COUNT, 6),
    SIZE(bauta_option, 72),
    FIELD(bauta_option, name, 0), FIELD(bauta_option, type, 8),
    FIELD(bauta_option, initial, 16), FIELD(bauta_option, min, 24),
    FIELD(bauta_option, max, 32), FIELD(bauta_option, choices, 40),
    FIELD(bauta_option, unit, 48), FIELD(bauta_option, help, 56),
    FIELD(bauta_option, live, 64),
    SIZE(bauta_progress, 32),
    FIELD(bauta_progress, frames, 0), FIELD(bauta_progress, frames_total, 8),
    FIELD(bauta_progress, seconds, 16), FIELD(bauta_progress, fps, 24),
    SIZE(bauta_stage_times, 40),
    FIELD(bauta_stage_times, count, 0), FIELD(bauta_stage_times, p50_ms, 8),
    FIELD(bauta_stage_times, p95_ms, 16), FIELD(bauta_stage_times, p99_ms, 24),
    FIELD(bauta_stage_times, mean_ms, 32),
    SIZE(bauta_bench_nets, 128),
    FIELD(bauta_bench_nets, face_pixels, 0), FIELD(bauta_bench_nets, path, 8),
    FIELD(bauta_bench_nets, mesh, 48), FIELD(bauta_bench_nets, attention, 88),
    SIZE(bauta_report, 640),
    FIELD(bauta_report, frames, 0), FIELD(bauta_report, frames_with_faces, 8),
    FIELD(bauta_report, faces_found, 16), FIELD(bauta_report, faces_swapped, 24),
    FIELD(bauta_report, faces_bridged, 32), FIELD(bauta_report, frames_covered, 40),
    FIELD(bauta_report, frames_failed, 48), FIELD(bauta_report, seconds, 56),
    FIELD(bauta_report, stage, 64), FIELD(bauta_report, path, 304),
    FIELD(bauta_report, engine, 344), FIELD(bauta_report, provider, 376),
    FIELD(bauta_report, runtime, 440), FIELD(bauta_report, input_sha256, 504),
    FIELD(bauta_report, output_sha256, 569),
    SIZE(bauta_model_info, 1072),
    FIELD(bauta_model_info, name, 0), FIELD(bauta_model_info, purpose, 8),
    FIELD(bauta_model_info, licence, 16), FIELD(bauta_model_info, origin, 24),
    FIELD(bauta_model_info, sha256, 32), FIELD(bauta_model_info, state, 40),
    FIELD(bauta_model_info, path, 44), FIELD(bauta_model_info, optional, 1068),
    VALUE(BAUTA_OK, 0), VALUE(BAUTA_E_FAILED, -1),
    VALUE(BAUTA_E_USAGE, -2), VALUE(BAUTA_E_NO_MEMORY, -3), VALUE(BAUTA_E_NOT_FOUND, -4),
    VALUE(BAUTA_E_PERMISSION, -5), VALUE(BAUTA_E_EXISTS, -6),
    VALUE(BAUTA_E_DISK_FULL, -7), VALUE(BAUTA_E_IO, -8), VALUE(BAUTA_E_FORMAT, -9),
    VALUE(BAUTA_E_NO_VIDEO, -10), VALUE(BAUTA_E_UNSUPPORTED, -11),
    VALUE(BAUTA_E_CONTAINER, -12), VALUE(BAUTA_E_NO_FACE, -13),
    VALUE(BAUTA_E_CONSENT, -14), VALUE(BAUTA_E_MODEL, -15), VALUE(BAUTA_E_RUNTIME, -16),
    VALUE(BAUTA_E_TOO_LARGE, -17), VALUE(BAUTA_E_TOO_SMALL, -18),
    VALUE(BAUTA_E_STOPPED, -19), VALUE(BAUTA_E_END, -20), VALUE(BAUTA_E_AGAIN, -21),
    VALUE(BAUTA_E_CONTENT, -22),
    VALUE(BAUTA_LOG_ERROR, 0), VALUE(BAUTA_LOG_WARNING, 1), VALUE(BAUTA_LOG_INFO, 2),
    VALUE(BAUTA_LOG_DEBUG, 3), VALUE(BAUTA_PIXEL_NONE, 0), VALUE(BAUTA_PIXEL_YUV420P, 1),
    VALUE(BAUTA_PIXEL_YUV422P, 2), VALUE(BAUTA_PIXEL_YUV444P, 3),
    VALUE(BAUTA_PIXEL_NV12, 4), VALUE(BAUTA_PIXEL_RGB24, 5), VALUE(BAUTA_PIXEL_BGR24, 6),
    VALUE(BAUTA_PIXEL_RGBA, 7), VALUE(BAUTA_PIXEL_BGRA, 8), VALUE(BAUTA_PIXEL_GRAY8, 9),
    VALUE(BAUTA_PIXEL_COUNT, 10), VALUE(BAUTA_FACE_TRACKED, 0),
    VALUE(BAUTA_FACE_BRIDGED, 1), VALUE(BAUTA_FACE_HELD, 2),
    VALUE(BAUTA_FACE_SUSPECTED, 3), VALUE(BAUTA_OPTION_BOOL, 0),
    VALUE(BAUTA_OPTION_INT, 1), VALUE(BAUTA_OPTION_FLOAT, 2),
    VALUE(BAUTA_OPTION_STRING, 3), VALUE(BAUTA_OPTION_CHOICE, 4),
    VALUE(BAUTA_STAGE_SOURCE, 0), VALUE(BAUTA_STAGE_FACE, 1), VALUE(BAUTA_STAGE_SWAP, 2),
    VALUE(BAUTA_STAGE_GUARD, 3), VALUE(BAUTA_STAGE_MARK, 4), VALUE(BAUTA_STAGE_SINK, 5),
    VALUE(BAUTA_STAGE_COUNT, 6), VALUE(BAUTA_MODEL_GOOD, 0),
    SIZE(bauta_span, 32), FIELD(bauta_span, start, 0), FIELD(bauta_span, end, 8),
    FIELD(bauta_span, looked, 16), FIELD(bauta_span, marked, 24),
    FIELD(bauta_span, z, 28), SIZE(bauta_inspection, 3784),
    FIELD(bauta_inspection, sha256, 0), FIELD(bauta_inspection, width, 68),
    FIELD(bauta_inspection, height, 72), FIELD(bauta_inspection, seconds, 80),
    FIELD(bauta_inspection, part, 88), FIELD(bauta_inspection, looked, 96),
    FIELD(bauta_inspection, windows, 104), FIELD(bauta_inspection, manifest, 108),
    FIELD(bauta_inspection, why, 112), FIELD(bauta_inspection, title, 272),
    FIELD(bauta_inspection, generator, 400), FIELD(bauta_inspection, signer, 464),
    FIELD(bauta_inspection, source_type, 592), FIELD(bauta_inspection, actions, 656),
    FIELD(bauta_inspection, grounds, 912), FIELD(bauta_inspection, ingredient, 1424),
    FIELD(bauta_inspection, label, 1552), FIELD(bauta_inspection, manifests, 1584),
    FIELD(bauta_inspection, watermark, 1588), FIELD(bauta_inspection, z, 1592),
    FIELD(bauta_inspection, payload_known, 1596), FIELD(bauta_inspection, session, 1600),
    FIELD(bauta_inspection, sessions_differ, 1604),
    FIELD(bauta_inspection, manifest_session, 1608),
    FIELD(bauta_inspection, mirrored, 1612), FIELD(bauta_inspection, rotation, 1616),
    FIELD(bauta_inspection, place, 1620), FIELD(bauta_inspection, span_count, 1636),
    FIELD(bauta_inspection, span, 1640), FIELD(bauta_inspection, visible, 3688),
    FIELD(bauta_inspection, label_frames, 3692),
    FIELD(bauta_inspection, label_looked, 3696),
    FIELD(bauta_inspection, label_score, 3700),
    FIELD(bauta_inspection, label_place, 3704), FIELD(bauta_inspection, label_text, 3720),
    SIZE(bauta_inspect_params, 32), FIELD(bauta_inspect_params, anchors, 0),
    FIELD(bauta_inspect_params, most_seconds, 8),
    FIELD(bauta_inspect_params, thorough, 16),
    FIELD(bauta_inspect_params, spool_bytes, 24), VALUE(BAUTA_MANIFEST_NONE, 0),
    VALUE(BAUTA_MANIFEST_UNKNOWN, 1), VALUE(BAUTA_MANIFEST_INVALID, 2),
    VALUE(BAUTA_MANIFEST_VALID, 3), VALUE(BAUTA_MANIFEST_TRUSTED, 4),
    VALUE(BAUTA_MANIFEST_SKIPPED, 5), VALUE(BAUTA_LABEL_SKIPPED, 0),
    VALUE(BAUTA_LABEL_ABSENT, 1), VALUE(BAUTA_LABEL_SEEN, 2), VALUE(BAUTA_PART_ALL, 0),
    VALUE(BAUTA_PART_SAMPLES, 1), VALUE(BAUTA_PART_BEGINNING, 2),
    VALUE(BAUTA_PART_STREAM, 3),
    SIZE(bauta_device, 1828), FIELD(bauta_device, kind, 0), FIELD(bauta_device, name, 4),
    FIELD(bauta_device, url, 132), FIELD(bauta_device, modes, 292),
    FIELD(bauta_device, missing, 1316), FIELD(bauta_device, command, 1572),
    VALUE(BAUTA_DEVICE_CAMERA, 0), VALUE(BAUTA_DEVICE_VIRTUAL_CAMERA, 1),
    VALUE(BAUTA_DEVICE_MICROPHONE, 2), VALUE(BAUTA_DEVICE_PIPEWIRE, 3),
    VALUE(BAUTA_DEVICE_COUNT, 4),
    VALUE(BAUTA_MODEL_MISSING, 1), VALUE(BAUTA_MODEL_DAMAGED, 2),
    SIZE(bauta_output_info, 336), FIELD(bauta_output_info, number, 0),
    FIELD(bauta_output_info, url, 4), FIELD(bauta_output_info, state, 260),
    FIELD(bauta_output_info, error, 264), FIELD(bauta_output_info, frames, 272),
    FIELD(bauta_output_info, dropped, 280), FIELD(bauta_output_info, age_p50, 288),
    FIELD(bauta_output_info, age_p95, 296), FIELD(bauta_output_info, age_p99, 304),
    FIELD(bauta_output_info, interval_p50, 312),
    FIELD(bauta_output_info, interval_p95, 320),
    FIELD(bauta_output_info, interval_p99, 328), SIZE(bauta_live_info, 360),
    FIELD(bauta_live_info, state, 0), FIELD(bauta_live_info, source, 4),
    FIELD(bauta_live_info, source_error, 132), FIELD(bauta_live_info, width, 260),
    FIELD(bauta_live_info, height, 264), FIELD(bauta_live_info, fps_in, 272),
    FIELD(bauta_live_info, fps_out, 280), FIELD(bauta_live_info, frames, 288),
    FIELD(bauta_live_info, frames_in, 296), FIELD(bauta_live_info, dropped, 304),
    FIELD(bauta_live_info, made_up, 312), FIELD(bauta_live_info, latency_p50, 320),
    FIELD(bauta_live_info, latency_p95, 328), FIELD(bauta_live_info, latency_p99, 336),
    FIELD(bauta_live_info, cpu, 344), FIELD(bauta_live_info, faces, 352),
    FIELD(bauta_live_info, reconnects, 356), VALUE(BAUTA_OUTPUT_NOTED, 0),
    VALUE(BAUTA_OUTPUT_RUNS, 1), VALUE(BAUTA_OUTPUT_FAILED, 2),
    VALUE(BAUTA_OUTPUT_ENDED, 3), VALUE(BAUTA_LIVE_WAITING, 0),
    VALUE(BAUTA_LIVE_SWAPPED, 1), VALUE(BAUTA_LIVE_HELD, 2), VALUE(BAUTA_LIVE_COVERED, 3),
    VALUE(BAUTA_LIVE_CARD, 4), VALUE(BAUTA_LIVE_STALLED, 5), VALUE(BAUTA_LIVE_PANIC, 6),
    VALUE(BAUTA_LIVE_PASSED, 7),
};

int main(void)
{
#if !defined(__x86_64__) || !defined(__LP64__)
    printf("skipped: the table is that of x86-64\n");
    return 77;
#endif
    int changed = 0;
    const size_t count = sizeof(rows) / sizeof(rows[0]);
    for (size_t i = 0; i < count; i++) {
        if (rows[i].is == rows[i].was)
            continue;
        changed++;
        fprintf(stderr, "%s is %lld, was %lld\n", rows[i].name, rows[i].is, rows[i].was);
    }
    printf("%zu numbers, %d changed\n", count, changed);
    return changed != 0;
}
