// SPDX-License-Identifier: Apache-2.0
// Sends to the network as it comes: to a media server, or to whoever listens.
#include <string.h>
#include <strings.h>

#include "base/log.h"
#include "io/av/encode.h"
#include "io/av/network.h"
#include "io/av/sink_tracks.h"
#include "io/sources.h"

struct stream {
    struct bt_encode encode;
    struct bt_sink_tracks tracks;
    struct bt_patience patience;
    AVFormatContext *mux;
    AVStream *stream;
    AVPacket *packet;
    bool begun;
};

static const AVRational us = {1, 1000000};

static const char *muxer_of(const char *url)
{
    if (!strncasecmp(url, "rtmp", 4))
        return "flv";
    if (bt_is_rtsp(url))
        return "rtsp";
    return "mpegts";
}

static int open_mux(struct bt_sink *s, struct stream *t, const char *url)
{
    const char *muxer = muxer_of(url);
    if (!strncasecmp(url, "http", 4)) {
        bt_error("%s: nothing is sent by HTTP; use rtmp, srt, rtsp, udp or tcp", s->name);
        return BAUTA_E_UNSUPPORTED;
    }
    if (avformat_alloc_output_context2(&t->mux, NULL, muxer, url) < 0) {
        bt_error("%s: this libavformat writes no %s", s->name, muxer);
        return BAUTA_E_UNSUPPORTED;
    }
    t->mux->interrupt_callback = bt_patience_callback(&t->patience);
    t->mux->flags |= AVFMT_FLAG_FLUSH_PACKETS;
    // Packets are sent as they come, not put in order of time with those of the sound.
    t->mux->max_interleave_delta = 100000;
    if (t->mux->oformat->flags & AVFMT_NOFILE)
        return 0;
    return bt_network_open(&t->mux->pb, url, AVIO_FLAG_WRITE, &t->patience, s->name);
}

static int add_pictures(struct bt_sink *s, struct stream *t)
{
    const struct bt_encode_params params = {
        .format = &s->format,
        .options = s->options,
        .container = t->mux->oformat,
        .codec = AV_CODEC_ID_H264,
        .turn = s->format.rotation != 0,
        .field_order = AV_FIELD_UNKNOWN,
        .hurry = true,
    };
    const int result = bt_encode_open(&t->encode, &params);
    if (result < 0)
        return result;
    t->stream = avformat_new_stream(t->mux, NULL);
    if (!t->stream ||
        avcodec_parameters_from_context(t->stream->codecpar, t->encode.enc) < 0) {
        bt_error("%s: out of memory", s->name);
        return BAUTA_E_NO_MEMORY;
    }
    t->stream->time_base = t->encode.enc->time_base;
    t->stream->avg_frame_rate = t->encode.enc->framerate;
    t->stream->sample_aspect_ratio = t->encode.enc->sample_aspect_ratio;
    return 0;
}

static int write_header(struct bt_sink *s, struct stream *t)
{
    AVDictionary *options = NULL;
    int error = bt_is_rtsp(t->mux->url)
                    ? av_dict_set(&options, "rtsp_transport", "tcp", 0) : 0;
    bt_patience_renew(&t->patience);
    if (error >= 0)
        error = avformat_write_header(t->mux, &options);
    av_dict_free(&options);
    return error < 0 ? bt_network_error(error, s->name) : 0;
}

static int stream_open(struct bt_sink *s, const char *url)
{
    struct stream *t = s->priv;
    bt_av_init();
    t->encode.name = t->tracks.name = s->name;
    t->tracks.tracks = s->tracks;
    t->encode.from_zero = bt_sink_tracks_own(s);
    t->tracks.sound_only = true;
    t->packet = av_packet_alloc();
    if (!t->packet) {
        bt_error("%s: out of memory", s->name);
        return BAUTA_E_NO_MEMORY;
    }
    int result = open_mux(s, t, url);
    if (result >= 0)
        result = add_pictures(s, t);
    t->tracks.mux = t->mux;
    if (result >= 0)
        result = bt_sink_tracks_open(&t->tracks, s->options);
    if (result >= 0)
        result = write_header(s, t);
    t->begun = result >= 0;
    return result;
}

static int move_packets(struct bt_sink *s, struct stream *t, int expected)
{
    for (;;) {
        const int result = bt_encode_receive(&t->encode, t->packet);
        if (result < 0)
            return result == expected ? 0 : result;
        av_packet_rescale_ts(t->packet, t->encode.enc->time_base, t->stream->time_base);
        t->packet->stream_index = t->stream->index;
        bt_patience_renew(&t->patience);
        const int error = av_interleaved_write_frame(t->mux, t->packet);
        if (error < 0)
            return bt_network_error(error, s->name);
    }
}

static int stream_write(struct bt_sink *s, struct bt_marked m)
{
    struct stream *t = s->priv;
    int result = bt_encode_send(&t->encode, m.frame);
    if (result >= 0)
        result = move_packets(s, t, BAUTA_E_AGAIN);
    if (result < 0)
        return result;
    bt_sink_tracks_begin(&t->tracks, &t->encode);
    const int64_t now = av_rescale_q(t->encode.last_pts, t->encode.enc->time_base, us);
    bt_patience_renew(&t->patience);
    return bt_sink_tracks_write(&t->tracks, now);
}

static int stream_finish(struct bt_sink *s)
{
    struct stream *t = s->priv;
    if (!t->encode.count)
        return 0;
    int result = bt_encode_send(&t->encode, NULL);
    if (result >= 0)
        result = move_packets(s, t, BAUTA_E_END);
    if (result < 0)
        return result;
    bt_patience_renew(&t->patience);
    const int error = av_write_trailer(t->mux);
    t->begun = false;
    return error < 0 ? bt_network_error(error, s->name) : 0;
}

static void stream_close(struct bt_sink *s)
{
    struct stream *t = s->priv;
    // What the muxer of some protocols frees only here.
    bt_patience_renew(&t->patience);
    if (t->begun)
        av_write_trailer(t->mux);
    bt_encode_close(&t->encode);
    bt_sink_tracks_close(&t->tracks);
    av_packet_free(&t->packet);
    if (!t->mux)
        return;
    if (!(t->mux->oformat->flags & AVFMT_NOFILE))
        avio_closep(&t->mux->pb);
    avformat_free_context(t->mux);
}

const struct bt_sink_impl bt_sink_stream = {
    .name = "stream",
    .desc = "a stream of the network: rtmp://, srt://, rtsp://, udp:// or tcp://",
    .priv_size = sizeof(struct stream),
    .lasting = true,
    .open = stream_open,
    .write = stream_write,
    .finish = stream_finish,
    .close = stream_close,
};
