// SPDX-License-Identifier: Apache-2.0
#include "io/av/sink_tracks.h"

#include <string.h>

#include "base/log.h"
#include "io/av/encode.h"

static const AVRational us = {1, 1000000};

int bt_mux_error(int error, const char *name)
{
    const int result = bt_av_error(error);
    if (result == BAUTA_E_DISK_FULL)
        bt_error("%s: no room left on the disk", name);
    else
        bt_error("%s: cannot be written: %s", name,
                 *bt_av_said() ? bt_av_said() : av_err2str(error));
    return result == BAUTA_E_FORMAT ? BAUTA_E_CONTAINER : result;
}

int bt_mux_write(AVFormatContext *mux, AVPacket *packet, const char *name)
{
    bt_av_forget();
    int error = av_interleaved_write_frame(mux, packet);
    if (error >= 0 && mux->pb && mux->pb->error < 0)
        error = mux->pb->error;
    return error < 0 ? bt_mux_error(error, name) : 0;
}

static bool is_text(enum AVCodecID codec)
{
    const AVCodecDescriptor *d = avcodec_descriptor_get(codec);
    return d && d->props & AV_CODEC_PROP_TEXT_SUB;
}

// The codec that stands for others in a container, NONE where there is none.
static enum AVCodecID default_for(const AVOutputFormat *of, enum AVMediaType type)
{
    const bool webm = !strcmp(of->name, "webm"), mkv = !strcmp(of->name, "matroska");
    if (type == AVMEDIA_TYPE_AUDIO)
        return webm || mkv ? AV_CODEC_ID_OPUS : AV_CODEC_ID_AAC;
    return webm ? AV_CODEC_ID_WEBVTT : mkv ? AV_CODEC_ID_SUBRIP : AV_CODEC_ID_MOV_TEXT;
}

static int cannot_hold(const struct bt_sink_tracks *st, const struct bt_track *track)
{
    bt_error("%s: the container %s cannot hold the %s stream %d (%s); an output ending "
             "in .mkv can",
             st->name, st->mux->oformat->name,
             av_get_media_type_string(track->par->codec_type), track->stream,
             avcodec_get_name(track->par->codec_id));
    return BAUTA_E_CONTAINER;
}

// Decides what becomes of a track: *encoder stays NULL where it is copied.
static int decide(const struct bt_sink_tracks *st, const struct bt_track *track,
                  const char *wanted, const AVCodec **encoder)
{
    const AVOutputFormat *of = st->mux->oformat;
    const enum AVMediaType type = track->par->codec_type;
    const bool sound = type == AVMEDIA_TYPE_AUDIO;
    const bool copies = bt_container_holds(of, track->par->codec_id);
    const bool asked = sound && wanted && strcmp(wanted, "copy");
    if (!asked && copies && !(track->raw && !wanted))
        return 0;
    if ((sound && wanted && !asked) || (!sound && !is_text(track->par->codec_id)))
        return cannot_hold(st, track);
    const int result = bt_encoder_find(asked ? wanted : NULL, default_for(of, type), type,
                                       sound ? "audio-codec" : "", encoder);
    if (result < 0)
        return result;
    if (!bt_container_holds(of, (*encoder)->id))
        return bt_container_check(of, (*encoder)->id, st->name, "sound");
    bt_info("%s: stream %d is converted from %s to %s", st->name, track->stream,
            avcodec_get_name(track->par->codec_id), avcodec_get_name((*encoder)->id));
    return 0;
}

static int add_stream(struct bt_sink_tracks *st, int index, const char *wanted)
{
    const struct bt_track *track = bt_tracks_at(st->tracks, index);
    const AVCodec *encoder = NULL;
    st->to[index].last_dts = INT64_MIN;
    if (track->par->codec_type == AVMEDIA_TYPE_AUDIO && wanted && !strcmp(wanted, "none"))
        return 0;
    if (st->sound_only && track->par->codec_type != AVMEDIA_TYPE_AUDIO) {
        bt_warn("%s: the subtitles of stream %d are left out", st->name, track->stream);
        return 0;
    }
    int result = decide(st, track, wanted, &encoder);
    if (result < 0)
        return result;
    AVStream *stream = avformat_new_stream(st->mux, NULL);
    if (!stream)
        return BAUTA_E_NO_MEMORY;
    int error = 0;
    if (encoder) {
        const bool global = st->mux->oformat->flags & AVFMT_GLOBALHEADER;
        result =
            bt_transcode_open(&st->to[index].transcode, track, encoder, global, st->name);
        if (result < 0)
            return result;
        const AVCodecContext *enc = bt_transcode_encoder(st->to[index].transcode);
        error = avcodec_parameters_from_context(stream->codecpar, enc);
        stream->time_base = enc->time_base;
    } else {
        error = avcodec_parameters_copy(stream->codecpar, track->par);
        stream->codecpar->codec_tag = 0;
        stream->time_base = track->time_base;
    }
    if (error < 0 || av_dict_copy(&stream->metadata, track->metadata, 0) < 0)
        return BAUTA_E_NO_MEMORY;
    stream->disposition = track->disposition;
    st->to[index].stream = stream;
    return 0;
}

static int add_chapters(struct bt_sink_tracks *st)
{
    const struct bt_chapter *chapters = NULL;
    const int count = bt_tracks_chapters(st->tracks, &chapters);
    if (!count)
        return 0;
    AVFormatContext *mux = st->mux;
    mux->chapters = av_calloc((size_t)count, sizeof(*mux->chapters));
    if (!mux->chapters)
        return BAUTA_E_NO_MEMORY;
    for (int i = 0; i < count; i++) {
        AVChapter *chapter = av_mallocz(sizeof(*chapter));
        if (!chapter)
            return BAUTA_E_NO_MEMORY;
        mux->chapters[mux->nb_chapters++] = chapter;
        chapter->id = i + 1;
        chapter->time_base = us;
        chapter->start = chapters[i].start_us;
        chapter->end = chapters[i].end_us;
        if (chapters[i].title &&
            av_dict_set(&chapter->metadata, "title", chapters[i].title, 0) < 0)
            return BAUTA_E_NO_MEMORY;
    }
    return 0;
}

int bt_sink_tracks_open(struct bt_sink_tracks *st, const struct bt_io_options *options)
{
    if (!st->tracks)
        return 0;
    int result = 0;
    st->packet = av_packet_alloc();
    if (!st->packet)
        result = BAUTA_E_NO_MEMORY;
    for (int i = 0; i < bt_tracks_count(st->tracks) && result >= 0; i++)
        result = add_stream(st, i, options->audio_codec);
    if (result >= 0)
        result = add_chapters(st);
    if (result >= 0 &&
        av_dict_copy(&st->mux->metadata, bt_tracks_metadata(st->tracks), 0) < 0)
        result = BAUTA_E_NO_MEMORY;
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory for its tracks", st->name);
    if (result >= 0)
        bt_tracks_attach(st->tracks, st->name);
    return result;
}

// What a callback of the transcoder needs to know.
struct target {
    struct bt_sink_tracks *st;
    int index;
};

static int put(void *opaque, AVPacket *packet)
{
    const struct target *target = opaque;
    struct bt_sink_tracks *st = target->st;
    AVStream *stream = st->to[target->index].stream;
    struct bt_transcode *transcode = st->to[target->index].transcode;
    const AVRational from = transcode
                                ? bt_transcode_encoder(transcode)->time_base
                                : bt_tracks_at(st->tracks, target->index)->time_base;
    av_packet_rescale_ts(packet, from, stream->time_base);
    // A muxer ends the whole file over one packet that is out of order.
    int64_t *last = &st->to[target->index].last_dts;
    if (*last != INT64_MIN && packet->dts <= *last) {
        const int64_t shift = *last + 1 - packet->dts;
        packet->dts += shift;
        packet->pts = packet->pts < packet->dts ? packet->dts : packet->pts;
        bt_debug("%s: a packet of stream %d is out of order", st->name, stream->index);
    }
    *last = packet->dts;
    packet->stream_index = stream->index;
    packet->pos = -1;
    return bt_mux_write(st->mux, packet, st->name);
}

bool bt_sink_tracks_own(const struct bt_sink *s)
{
    return s->format.live && (!s->tracks || bt_tracks_is_copy(s->tracks));
}

void bt_sink_tracks_begin(struct bt_sink_tracks *st, const struct bt_encode *encode)
{
    if (st->tracks && encode->from_zero && encode->count == 1)
        bt_tracks_window(st->tracks, encode->first_pts, encode->enc->time_base, true,
                         INT64_MAX);
}

int bt_sink_tracks_write(struct bt_sink_tracks *st, int64_t limit_us)
{
    while (st->tracks && bt_tracks_pop(st->tracks, limit_us, st->packet) >= 0) {
        struct target target = {st, st->packet->stream_index};
        struct bt_transcode *transcode = st->to[target.index].transcode;
        int result = 0;
        if (!st->to[target.index].stream)
            result = 0;
        else if (transcode)
            result = bt_transcode_send(transcode, st->packet, put, &target);
        else
            result = put(&target, st->packet);
        av_packet_unref(st->packet);
        if (result < 0)
            return result;
    }
    return 0;
}

int bt_sink_tracks_finish(struct bt_sink_tracks *st, int64_t until_us)
{
    if (!st->tracks)
        return 0;
    const bool whole = bt_tracks_ended(st->tracks);
    int result = bt_sink_tracks_write(st, whole ? INT64_MAX : until_us);
    for (int i = 0; i < bt_tracks_count(st->tracks) && result >= 0; i++) {
        struct target target = {st, i};
        if (st->to[i].transcode)
            result = bt_transcode_send(st->to[i].transcode, NULL, put, &target);
    }
    return result;
}

void bt_sink_tracks_close(struct bt_sink_tracks *st)
{
    for (int i = 0; i < BT_TRACKS_MAX; i++)
        bt_transcode_close(&st->to[i].transcode);
    av_packet_free(&st->packet);
}
