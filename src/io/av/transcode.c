// SPDX-License-Identifier: Apache-2.0
#include "io/av/transcode.h"

#include <libavutil/audio_fifo.h>
#include <libavutil/channel_layout.h>
#include <libswresample/swresample.h>

#include "base/alloc.h"
#include "base/log.h"

enum {
    SUBTITLE_BYTES = 1 << 18,
    PACKET_SAMPLES = 1024,        // where the encoder takes any number
    CHANNELS_MAX = 8,
};

struct bt_transcode {
    const char *name;
    int stream;
    AVCodecContext *dec, *enc;
    AVPacket *packet;
    AVFrame *decoded, *chunk;
    struct SwrContext *swr;
    AVAudioFifo *fifo;
    int64_t next;                 // time of the first sample in fifo, NOPTS: not known
    int damaged;
    uint8_t *text;                // an encoded subtitle
};

static int fail(const struct bt_transcode *t, const char *what, int error)
{
    bt_error("%s: stream %d: %s: %s", t->name, t->stream, what, av_err2str(error));
    return error == AVERROR(ENOMEM) ? BAUTA_E_NO_MEMORY : BAUTA_E_FAILED;
}

static int open_decoder(struct bt_transcode *t, const struct bt_track *track)
{
    const AVCodec *codec = avcodec_find_decoder(track->par->codec_id);
    if (!codec) {
        bt_error("%s: stream %d: no decoder for %s, which the container cannot hold as "
                 "it is",
                 t->name, t->stream, avcodec_get_name(track->par->codec_id));
        return BAUTA_E_CONTAINER;
    }
    t->dec = avcodec_alloc_context3(codec);
    if (!t->dec)
        return BAUTA_E_NO_MEMORY;
    int error = avcodec_parameters_to_context(t->dec, track->par);
    t->dec->pkt_timebase = track->time_base;
    if (error >= 0)
        error = avcodec_open2(t->dec, codec, NULL);
    return error < 0 ? fail(t, "the decoder does not start", error) : 0;
}

static int choose_rate(const AVCodec *codec, int rate)
{
    int best = 0;
    for (const int *r = codec->supported_samplerates; r && *r; r++) {
        if (*r == rate)
            return rate;
        best = *r == 48000 || !best ? *r : best;
    }
    return best ? best : rate;
}

static int open_sound(struct bt_transcode *t, const AVCodec *codec)
{
    AVCodecContext *enc = t->enc;
    int channels = t->dec->ch_layout.nb_channels;
    if (t->dec->sample_rate <= 0 || channels <= 0) {
        bt_error("%s: stream %d: its sound has no sample rate or no channels", t->name,
                 t->stream);
        return BAUTA_E_FORMAT;
    }
    channels = channels > CHANNELS_MAX ? 2 : channels;
    enc->sample_rate = choose_rate(codec, t->dec->sample_rate);
    enc->sample_fmt = codec->sample_fmts ? codec->sample_fmts[0] : t->dec->sample_fmt;
    av_channel_layout_default(&enc->ch_layout, channels);
    enc->time_base = (AVRational){1, enc->sample_rate};
    enc->bit_rate = (int64_t)(channels == 1 ? 96000 : 80000 * channels);
    if (t->dec->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC)
        av_channel_layout_default(&t->dec->ch_layout, t->dec->ch_layout.nb_channels);
    const int error = avcodec_open2(enc, codec, NULL);
    if (error < 0)
        return fail(t, "the encoder of the sound does not start", error);
    t->fifo = av_audio_fifo_alloc(enc->sample_fmt, enc->ch_layout.nb_channels, 1 << 14);
    t->next = AV_NOPTS_VALUE;
    return t->fifo ? 0 : BAUTA_E_NO_MEMORY;
}

static int open_text(struct bt_transcode *t, const AVCodec *codec)
{
    if (t->dec->subtitle_header_size > 0) {
        const size_t size = (size_t)t->dec->subtitle_header_size;
        t->enc->subtitle_header = av_mallocz(size + 1);
        if (!t->enc->subtitle_header)
            return BAUTA_E_NO_MEMORY;
        memcpy(t->enc->subtitle_header, t->dec->subtitle_header, size);
        t->enc->subtitle_header_size = (int)size;
    }
    t->enc->time_base = AV_TIME_BASE_Q;
    const int error = avcodec_open2(t->enc, codec, NULL);
    if (error < 0)
        return fail(t, "the encoder of the subtitles does not start", error);
    t->text = bt_alloc(SUBTITLE_BYTES);
    return t->text ? 0 : BAUTA_E_NO_MEMORY;
}

int bt_transcode_open(struct bt_transcode **out, const struct bt_track *track,
                      const AVCodec *encoder, bool global_header, const char *name)
{
    struct bt_transcode *t = bt_zalloc(sizeof(*t));
    int result = BAUTA_E_NO_MEMORY;
    if (!t)
        goto fail;
    t->name = name;
    t->stream = track->stream;
    t->packet = av_packet_alloc();
    t->decoded = av_frame_alloc();
    t->chunk = av_frame_alloc();
    t->enc = avcodec_alloc_context3(encoder);
    if (!t->packet || !t->decoded || !t->chunk || !t->enc)
        goto fail;
    if (global_header)
        t->enc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    result = open_decoder(t, track);
    if (result >= 0)
        result = encoder->type == AVMEDIA_TYPE_AUDIO ? open_sound(t, encoder)
                                                     : open_text(t, encoder);
    if (result < 0)
        goto fail;
    *out = t;
    return 0;

fail:
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory for converting stream %d", name, track->stream);
    bt_transcode_close(&t);
    return result;
}

const AVCodecContext *bt_transcode_encoder(const struct bt_transcode *t)
{
    return t->enc;
}

void bt_transcode_close(struct bt_transcode **transcode)
{
    if (!transcode || !*transcode)
        return;
    struct bt_transcode *t = *transcode;
    if (t->fifo)
        av_audio_fifo_free(t->fifo);
    swr_free(&t->swr);
    avcodec_free_context(&t->dec);
    avcodec_free_context(&t->enc);
    av_frame_free(&t->decoded);
    av_frame_free(&t->chunk);
    av_packet_free(&t->packet);
    bt_free(t->text);
    bt_free(t);
    *transcode = NULL;
}

// Sound -----------------------------------------------------------------------------

static int receive(struct bt_transcode *t, bt_transcode_out *out, void *opaque)
{
    for (;;) {
        const int error = avcodec_receive_packet(t->enc, t->packet);
        if (error == AVERROR(EAGAIN) || error == AVERROR_EOF)
            return 0;
        if (error < 0)
            return fail(t, "the encoder of the sound fails", error);
        const int result = out(opaque, t->packet);
        av_packet_unref(t->packet);
        if (result < 0)
            return result;
    }
}

// Encodes whole packets' worth of samples, at the end the rest as well.
static int drain_fifo(struct bt_transcode *t, bool all, bt_transcode_out *out,
                      void *opaque)
{
    AVCodecContext *enc = t->enc;
    const int size = enc->frame_size > 0 ? enc->frame_size : PACKET_SAMPLES;
    for (;;) {
        const int ready = av_audio_fifo_size(t->fifo);
        if (!ready || (ready < size && !all))
            return 0;
        const int n = ready < size ? ready : size;
        t->chunk->nb_samples = n;
        t->chunk->format = enc->sample_fmt;
        t->chunk->sample_rate = enc->sample_rate;
        int error = av_channel_layout_copy(&t->chunk->ch_layout, &enc->ch_layout);
        if (error >= 0)
            error = av_frame_get_buffer(t->chunk, 0);
        if (error >= 0)
            error = av_audio_fifo_read(t->fifo, (void **)t->chunk->extended_data, n);
        t->chunk->pts = t->next;
        t->next += n;
        if (error >= 0)
            error = avcodec_send_frame(enc, t->chunk);
        av_frame_unref(t->chunk);
        if (error < 0)
            return fail(t, "the encoder of the sound fails", error);
        const int result = receive(t, out, opaque);
        if (result < 0)
            return result;
    }
}

// Puts silence where sound is missing, so that what follows stays with its pictures.
static int fill_gap(struct bt_transcode *t, const AVFrame *frame)
{
    const AVRational tb = t->enc->time_base;
    if (frame->best_effort_timestamp == AV_NOPTS_VALUE) {
        t->next = t->next == AV_NOPTS_VALUE ? 0 : t->next;
        return 0;
    }
    const int64_t at =
        av_rescale_q(frame->best_effort_timestamp, t->dec->pkt_timebase, tb);
    if (t->next == AV_NOPTS_VALUE)
        t->next = at;
    const int64_t inside = swr_get_delay(t->swr, t->enc->sample_rate);
    int64_t gap = at - (t->next + av_audio_fifo_size(t->fifo) + inside);
    if (gap > (int64_t)60 * t->enc->sample_rate && !av_audio_fifo_size(t->fifo)) {
        t->next = at;
        return 0;
    }
    if (gap < t->enc->sample_rate / 20 || gap > (int64_t)60 * t->enc->sample_rate)
        return 0;
    uint8_t **silence = NULL;
    const int channels = t->enc->ch_layout.nb_channels;
    int error = av_samples_alloc_array_and_samples(&silence, NULL, channels, (int)gap,
                                                   t->enc->sample_fmt, 0);
    if (error >= 0)
        av_samples_set_silence(silence, 0, (int)gap, channels, t->enc->sample_fmt);
    if (error >= 0)
        error = av_audio_fifo_write(t->fifo, (void **)silence, (int)gap);
    if (silence)
        av_freep(&silence[0]);
    av_freep(&silence);
    return error < 0 ? fail(t, "silence cannot be put in", error) : 0;
}

static int prepare_swr(struct bt_transcode *t, AVFrame *frame)
{
    AVChannelLayout *layout = &frame->ch_layout;
    AVChannelLayout plain = {0};
    if (layout->order == AV_CHANNEL_ORDER_UNSPEC) {
        av_channel_layout_default(&plain, layout->nb_channels);
        layout = &plain;
    }
    int error = swr_alloc_set_opts2(&t->swr, &t->enc->ch_layout, t->enc->sample_fmt,
                                    t->enc->sample_rate, layout, frame->format,
                                    frame->sample_rate, 0, NULL);
    if (error >= 0)
        error = swr_init(t->swr);
    return error < 0 ? fail(t, "no conversion of the sound", error) : 0;
}

// Resamples into fifo; frame NULL takes what the resampler still holds.
static int resample(struct bt_transcode *t, const AVFrame *frame)
{
    if (!t->swr)
        return 0;
    const int in = frame ? frame->nb_samples : 0;
    const int room = swr_get_out_samples(t->swr, in);
    if (room <= 0)
        return 0;
    uint8_t **samples = NULL;
    int n = av_samples_alloc_array_and_samples(
        &samples, NULL, t->enc->ch_layout.nb_channels, room, t->enc->sample_fmt, 0);
    if (n >= 0)
        n = swr_convert(t->swr, samples, room,
                        frame ? (const uint8_t **)frame->extended_data : NULL, in);
    if (n > 0)
        n = av_audio_fifo_write(t->fifo, (void **)samples, n);
    if (samples)
        av_freep(&samples[0]);
    av_freep(&samples);
    return n < 0 ? fail(t, "the sound cannot be resampled", n) : 0;
}

static int send_sound(struct bt_transcode *t, AVPacket *packet, bt_transcode_out *out,
                      void *opaque)
{
    int error = avcodec_send_packet(t->dec, packet);
    if (error < 0 && error != AVERROR_EOF && !t->damaged++)
        bt_warn("%s: stream %d: damaged sound is left out", t->name, t->stream);
    int result = 0;
    while (result >= 0 && avcodec_receive_frame(t->dec, t->decoded) >= 0) {
        if (!t->swr)
            result = prepare_swr(t, t->decoded);
        if (result >= 0)
            result = fill_gap(t, t->decoded);
        if (result >= 0)
            result = resample(t, t->decoded);
        av_frame_unref(t->decoded);
        if (result >= 0)
            result = drain_fifo(t, false, out, opaque);
    }
    if (packet || result < 0)
        return result;
    result = resample(t, NULL);
    if (result >= 0)
        result = drain_fifo(t, true, out, opaque);
    if (result < 0)
        return result;
    error = avcodec_send_frame(t->enc, NULL);
    return error < 0 ? fail(t, "the encoder of the sound fails", error)
                     : receive(t, out, opaque);
}

// Subtitles -------------------------------------------------------------------------

static int write_text(struct bt_transcode *t, AVSubtitle *subtitle, bt_transcode_out *out,
                      void *opaque)
{
    const int64_t shown =
        (int64_t)subtitle->end_display_time - subtitle->start_display_time;
    subtitle->pts += (int64_t)subtitle->start_display_time * 1000;
    subtitle->end_display_time -= subtitle->start_display_time;
    subtitle->start_display_time = 0;
    const int size = avcodec_encode_subtitle(t->enc, t->text, SUBTITLE_BYTES, subtitle);
    if (size < 0)
        return fail(t, "a subtitle cannot be converted", size);
    if (!size)
        return 0;
    const int error = av_new_packet(t->packet, size);
    if (error < 0)
        return fail(t, "no memory for a subtitle", error);
    memcpy(t->packet->data, t->text, (size_t)size);
    t->packet->pts = t->packet->dts = subtitle->pts;
    t->packet->duration = shown > 0 ? shown * 1000 : 0;
    const int result = out(opaque, t->packet);
    av_packet_unref(t->packet);
    return result;
}

static int send_text(struct bt_transcode *t, AVPacket *packet, bt_transcode_out *out,
                     void *opaque)
{
    if (!packet)
        return 0;
    AVSubtitle subtitle = {0};
    int got = 0;
    const int error = avcodec_decode_subtitle2(t->dec, &subtitle, &got, packet);
    if (error < 0 && !t->damaged++)
        bt_warn("%s: stream %d: a damaged subtitle is left out", t->name, t->stream);
    if (error < 0 || !got)
        return 0;
    const int result =
        subtitle.num_rects ? write_text(t, &subtitle, out, opaque) : 0;
    avsubtitle_free(&subtitle);
    return result;
}

int bt_transcode_send(struct bt_transcode *t, AVPacket *packet, bt_transcode_out *out,
                      void *opaque)
{
    return t->enc->codec_type == AVMEDIA_TYPE_AUDIO ? send_sound(t, packet, out, opaque)
                                                    : send_text(t, packet, out, opaque);
}
