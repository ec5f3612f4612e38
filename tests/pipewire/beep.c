// SPDX-License-Identifier: Apache-2.0
// A microphone in PipeWire that hears a tone in the first 200 ms of every second of the
// monotonic clock.
// usage: beep NAME
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <time.h>

#include <pipewire/pipewire.h>
#include <spa/param/audio/format-utils.h>

enum { RATE = 48000, MOST = 1024 };

struct beep {
    struct pw_main_loop *loop;
    struct pw_stream *stream;
    long long sample;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void on_process(void *data)
{
    struct beep *b = data;
    struct pw_buffer *buffer = pw_stream_dequeue_buffer(b->stream);
    if (!buffer)
        return;
    struct spa_data *d = &buffer->buffer->datas[0];
    int count = (int)(d->maxsize / 4);
    if (buffer->requested && (int)buffer->requested < count)
        count = (int)buffer->requested;
    count = count < MOST ? count : MOST;
    int16_t *out = d->data;
    const double start = now();
    for (int i = 0; i < count; i++, b->sample++) {
        const double time = start + (double)i / RATE;
        const double tone = sin(6.283185307 * 880 * (double)b->sample / RATE);
        out[2 * i] = out[2 * i + 1] = (int16_t)(fmod(time, 1) < .2 ? 16000 * tone : 0);
    }
    d->chunk->offset = 0;
    d->chunk->stride = 4;
    d->chunk->size = (uint32_t)count * 4;
    pw_stream_queue_buffer(b->stream, buffer);
}

static const struct pw_stream_events events = {
    PW_VERSION_STREAM_EVENTS, .process = on_process,
};

static void on_signal(void *data, int number)
{
    (void)number;
    pw_main_loop_quit(((struct beep *)data)->loop);
}

int main(int argc, char **argv)
{
    struct beep b = {0};
    uint8_t memory[1024];
    struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    if (argc != 2)
        return 2;
    pw_init(NULL, NULL);
    b.loop = pw_main_loop_new(NULL);
    if (!b.loop)
        return 1;
    struct pw_loop *loop = pw_main_loop_get_loop(b.loop);
    pw_loop_add_signal(loop, SIGTERM, on_signal, &b);
    b.stream = pw_stream_new_simple(loop, argv[1],
        pw_properties_new(PW_KEY_MEDIA_TYPE, "Audio", PW_KEY_MEDIA_CLASS, "Audio/Source",
            PW_KEY_NODE_NAME, argv[1], PW_KEY_NODE_DESCRIPTION, argv[1], NULL),
        &events, &b);
    struct spa_audio_info_raw info =
        SPA_AUDIO_INFO_RAW_INIT(.format = SPA_AUDIO_FORMAT_S16_LE, .rate = RATE,
                                .channels = 2);
    const struct spa_pod *params[] = {
        spa_format_audio_raw_build(&builder, SPA_PARAM_EnumFormat, &info)};
    if (!b.stream || pw_stream_connect(b.stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
                                       PW_STREAM_FLAG_MAP_BUFFERS, params, 1) < 0)
        return 1;
    pw_main_loop_run(b.loop);
    pw_stream_destroy(b.stream);
    pw_main_loop_destroy(b.loop);
    pw_deinit();
    return 0;
}
