// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include <spa/param/audio/format-utils.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "io/av/tracks.h"
#include "io/pipewire/stream.h"

enum {
    RATE = 48000,
    CHANNELS = 2,
    FRAME_BYTES = CHANNELS * 2,
    ANSWER_MS = 5000,
    CHUNK = 1 << 16,         // samples taken of one buffer at most
    AWRY = RATE * 60 / 1000, // samples by which times may be off the clock's
};

struct bt_microphone {
    struct bt_pipewire *p;
    struct pw_stream *stream;
    struct spa_hook hook;
    struct bt_tracks *tracks;
    char name[128];
    // With the loop locked:
    bool heard, failed;
    char error[128];
    int64_t next;            // time of the next sample, in samples of the clock; 0: none
    double off;              // what the clock says beyond that, over the last second
};

static void fail(struct bt_microphone *m, const char *why)
{
    if (!m->failed) {
        snprintf(m->error, sizeof(m->error), "%s", why);
        if (m->heard)
            bt_warn("microphone %s: %s; what follows is without sound", m->name, why);
    }
    m->failed = true;
    bt_pipewire_wake(m->p);
}

static void on_state(void *data, enum pw_stream_state old, enum pw_stream_state state,
                     const char *error)
{
    struct bt_microphone *m = data;
    if (state == PW_STREAM_STATE_ERROR)
        fail(m, error ? error : "unknown error");
    else if (state == PW_STREAM_STATE_UNCONNECTED && old != state)
        fail(m, "it was disconnected");
}

// The time of the first of count samples that are here now. Samples follow each other;
// only where the clock says something else for long is there a gap.
static int64_t place(struct bt_microphone *m, int64_t count)
{
    struct pw_time time = {0};
    double delay = 0;
    if (pw_stream_get_time_n(m->stream, &time, sizeof(time)) >= 0 && time.rate.denom)
        delay = (double)time.delay * time.rate.num / time.rate.denom;
    delay = delay > 0 && delay < 1 ? delay : 0;
    const double now = (double)bt_now_ns() / 1e9 - delay;
    const int64_t says = (int64_t)(now * RATE) - count;
    const double share = fmin((double)count / RATE, 1);
    m->off += share * ((double)(says - m->next) - m->off);
    if (!m->next || fabs(m->off) > AWRY || says - m->next > RATE) {
        m->next = says;
        m->off = 0;
    }
    const int64_t first = m->next;
    m->next += count;
    return first;
}

static void take(struct bt_microphone *m, const struct spa_buffer *b)
{
    AVPacket *packet = NULL;
    if (b->n_datas < 1 || !b->datas[0].data || !b->datas[0].chunk)
        return;
    const struct spa_data *d = &b->datas[0];
    // The other side may write while this reads.
    const uint32_t offset = d->chunk->offset, size = d->chunk->size;
    if (offset > d->maxsize || size > d->maxsize - offset)
        return;
    int64_t count = size / FRAME_BYTES;
    count = count < CHUNK ? count : CHUNK;
    if (!count)
        return;
    packet = av_packet_alloc();
    if (packet && av_new_packet(packet, (int)count * FRAME_BYTES) >= 0) {
        memcpy(packet->data, (const uint8_t *)d->data + offset,
               (size_t)count * FRAME_BYTES);
        packet->stream_index = 0;
        packet->pts = packet->dts = place(m, count);
        packet->duration = count;
        packet->flags = AV_PKT_FLAG_KEY;
        bt_tracks_push(m->tracks, packet);
        m->heard = true;
    }
    av_packet_free(&packet);
}

static void on_process(void *data)
{
    struct bt_microphone *m = data;
    struct pw_buffer *b = NULL;
    while ((b = pw_stream_dequeue_buffer(m->stream))) {
        take(m, b->buffer);
        pw_stream_queue_buffer(m->stream, b);
    }
    bt_pipewire_wake(m->p);
}

static const struct pw_stream_events events = {
    PW_VERSION_STREAM_EVENTS, .state_changed = on_state, .process = on_process,
};

static int make_tracks(struct bt_microphone *m)
{
    AVCodecParameters *par = avcodec_parameters_alloc();
    if (!par)
        return BAUTA_E_NO_MEMORY;
    par->codec_type = AVMEDIA_TYPE_AUDIO;
    par->codec_id = AV_CODEC_ID_PCM_S16LE;
    par->format = AV_SAMPLE_FMT_S16;
    par->sample_rate = RATE;
    par->bits_per_coded_sample = 16;
    par->block_align = FRAME_BYTES;
    par->bit_rate = (int64_t)RATE * FRAME_BYTES * 8;
    av_channel_layout_default(&par->ch_layout, CHANNELS);
    const int result = bt_tracks_create_sound(&m->tracks, par, (AVRational){1, RATE});
    avcodec_parameters_free(&par);
    return result;
}

// With the loop locked. NULL: the session's default microphone, also when that changes.
static int connect_stream(struct bt_microphone *m, const struct bt_pipewire_node *node)
{
    struct pw_properties *is = pw_properties_new(
        PW_KEY_MEDIA_TYPE, "Audio", PW_KEY_MEDIA_CATEGORY, "Capture", PW_KEY_MEDIA_ROLE,
        "Communication", PW_KEY_NODE_NAME, "bauta-microphone", NULL);
    if (is && node)
        pw_properties_set(is, PW_KEY_TARGET_OBJECT, node->serial);
    m->stream = is ? pw_stream_new(bt_pipewire_core(m->p), "bauta sound", is) : NULL;
    if (!m->stream)
        return BAUTA_E_IO;
    pw_stream_add_listener(m->stream, &m->hook, &events, m);
    uint8_t memory[1024];
    struct spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    struct spa_audio_info_raw info =
        SPA_AUDIO_INFO_RAW_INIT(.format = SPA_AUDIO_FORMAT_S16_LE, .rate = RATE,
                                .channels = CHANNELS);
    info.position[0] = SPA_AUDIO_CHANNEL_FL;
    info.position[1] = SPA_AUDIO_CHANNEL_FR;
    const struct spa_pod *params[] = {
        spa_format_audio_raw_build(&b, SPA_PARAM_EnumFormat, &info)};
    return pw_stream_connect(m->stream, PW_DIRECTION_INPUT, PW_ID_ANY,
                             PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS,
                             params, 1) < 0 ? BAUTA_E_IO : 0;
}

// Waits for the first samples. With the loop locked.
static int await(struct bt_microphone *m)
{
    const int64_t until = bt_now_ns() + (int64_t)ANSWER_MS * 1000000;
    int waited = 0;
    while (waited >= 0 && !m->heard && !m->failed)
        waited = bt_pipewire_wait(m->p, until);
    if (m->heard || waited == BAUTA_E_STOPPED)
        return m->heard ? 0 : waited;
    bt_error("microphone %s: gives no sound: %s", m->name,
             m->failed ? m->error : bt_pipewire_managed(m->p)
                 ? "nothing came in five seconds; is it muted or used by another program?"
                 : "nobody links us with it: start wireplumber");
    return BAUTA_E_IO;
}

int bt_microphone_open(struct bt_microphone **out, const char *name, const atomic_int *stop)
{
    struct bt_pipewire_node *node = NULL;
    struct bt_microphone *m = bt_zalloc(sizeof(*m));
    int result = m ? make_tracks(m) : BAUTA_E_NO_MEMORY;
    if (result < 0) {
        bt_error("microphone %s: out of memory", name);
        bt_microphone_close(&m);
        return result;
    }
    snprintf(m->name, sizeof(m->name), "%s", name);
    const bool standard = !strcmp(name, "default");
    result = bt_pipewire_open(&m->p, stop, false);
    if (result >= 0)
        result = bt_pipewire_find(m->p, true, standard ? "" : name, &node);
    if (result >= 0) {
        bt_pipewire_lock(m->p);
        result = connect_stream(m, standard ? NULL : node);
        if (result < 0)
            bt_error("microphone %s: cannot be opened", name);
        else
            result = await(m);
        bt_pipewire_unlock(m->p);
    }
    if (result < 0) {
        bt_microphone_close(&m);
        return result;
    }
    *out = m;
    return 0;
}

struct bt_tracks *bt_microphone_tracks(struct bt_microphone *microphone)
{
    return microphone->tracks;
}

void bt_microphone_close(struct bt_microphone **microphone)
{
    if (!microphone || !*microphone)
        return;
    struct bt_microphone *m = *microphone;
    bt_pipewire_end_stream(m->p, &m->stream, &m->hook);
    bt_pipewire_close(&m->p);
    bt_tracks_unref(&m->tracks);
    bt_freep(microphone);
}
