// SPDX-License-Identifier: Apache-2.0
#include "io/av/decode.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/log.h"
#include "io/sources.h"

enum { ERRORS_IN_A_ROW = 64 };

static int check_file(const char *path)
{
    struct stat info;
    if (stat(path, &info)) {
        const int error = errno;
        bt_error("%s: %s", path, strerror(error));
        return bt_file_error(error);
    }
    if (!S_ISREG(info.st_mode)) {
        bt_error("%s: is %s; a regular file is needed", path,
                 S_ISDIR(info.st_mode) ? "a folder" : "a device or pipe");
        return BAUTA_E_FORMAT;
    }
    if (!info.st_size) {
        bt_error("%s: is empty", path);
        return BAUTA_E_FORMAT;
    }
    return 0;
}

// A name for guessing the kind: the path's ending and nothing that means more to libav.
static void hint(const char *path, char *out, size_t size)
{
    const char *dot = strrchr(path, '.');
    size_t n = 0;
    snprintf(out, size, "input.");
    for (n = 6; dot && dot[n - 5] && n < size - 1; n++) {
        const char c = dot[n - 5];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9');
        if (!plain)
            break;
        out[n] = c;
    }
    out[n] = 0;
}

// Kinds that are lists of other files, or text that libav draws as pictures.
static bool is_refused(const AVInputFormat *kind)
{
    static const char *const names[] = {"hls", "concat", "dash", "imf", "tty", "sdp",
                                        "lavfi", "ffmetadata", "rtsp", "rtp", "bin",
                                        "adf", "idf", "xbin", "vapoursynth", "avisynth",
                                        "webm_dash_manifest", NULL};
    for (int i = 0; names[i]; i++) {
        if (av_match_name(names[i], kind->name))
            return true;
    }
    return false;
}

static int not_media(const struct bt_decode *d)
{
    bt_error("%s: not a video or picture that libav knows%s%s", d->name,
             *bt_av_said() ? ", or damaged: " : "", bt_av_said());
    return BAUTA_E_FORMAT;
}

static int open_bytes(struct bt_decode *d, const char *path)
{
    if (d->live)
        return bt_network_open(&d->io, path, AVIO_FLAG_READ, &d->patience, d->name);
    const int error = bt_av_open_file(&d->io, path, AVIO_FLAG_READ);
    if (error >= 0)
        return 0;
    bt_error("%s: cannot open: %s", path, av_err2str(error));
    return bt_av_error(error);
}

// What only a stream that goes on for ever needs: little looked at before it begins,
// nothing kept back, and an end to waiting.
static void hurry(struct bt_decode *d)
{
    d->format->flags |= AVFMT_FLAG_NOBUFFER;
    d->format->probesize = 1 << 20;
    d->format->max_analyze_duration = AV_TIME_BASE;
    d->format->interrupt_callback = bt_patience_callback(&d->patience);
}

// A protocol that is a demuxer too, and opens its own connections.
static int open_rtsp(struct bt_decode *d, const char *url)
{
    AVDictionary *options = NULL;
    d->format = avformat_alloc_context();
    if (!d->format || av_dict_set(&options, "rtsp_transport", "tcp", 0) < 0 ||
        av_dict_set(&options, "protocol_whitelist", "rtsp,rtp,tcp,udp", 0) < 0) {
        av_dict_free(&options);
        return BAUTA_E_NO_MEMORY;
    }
    hurry(d);
    bt_patience_renew(&d->patience);
    const int error = avformat_open_input(&d->format, url, av_find_input_format("rtsp"),
                                          &options);
    av_dict_free(&options);
    return error < 0 ? bt_network_error(error, d->name) : 0;
}

static int open_input(struct bt_decode *d, const char *path)
{
    char url[32];
    if (d->live && bt_is_rtsp(path))
        return open_rtsp(d, path);
    hint(path, url, sizeof(url));
    int error = open_bytes(d, path);
    if (error < 0)
        return error;
    const AVInputFormat *kind = NULL;
    error = av_probe_input_buffer2(d->io, &kind, url, NULL, 0, d->live ? 1 << 20 : 0);
    if (d->live && error < 0 && error != AVERROR_INVALIDDATA)
        return bt_network_error(error, d->name);
    if (error < 0)
        return error == AVERROR(ENOMEM) ? BAUTA_E_NO_MEMORY : not_media(d);
    if (av_match_name("image2", kind->name))
        kind = av_find_input_format("image2pipe");
    if (!kind || is_refused(kind)) {
        bt_error("%s: a file of kind '%s' is not taken", d->name,
                 kind ? kind->name : "image2");
        return BAUTA_E_FORMAT;
    }
    d->format = avformat_alloc_context();
    if (!d->format)
        return BAUTA_E_NO_MEMORY;
    d->format->pb = d->io;
    d->format->io_open = bt_av_refuse;
    d->format->flags |= AVFMT_FLAG_CUSTOM_IO;
    if (d->live)
        hurry(d);
    d->still = av_match_name("image2pipe", kind->name) || strstr(kind->name, "_pipe");
    error = avformat_open_input(&d->format, url, kind, NULL);
    if (error < 0)
        return error == AVERROR(ENOMEM) ? BAUTA_E_NO_MEMORY : not_media(d);
    return 0;
}

// Looks into the streams with limits on what a decoder may be made to allocate.
static int find_streams(struct bt_decode *d)
{
    const unsigned n = d->format->nb_streams;
    AVDictionary **options = av_calloc(n ? n : 1, sizeof(*options));
    if (!options)
        return BAUTA_E_NO_MEMORY;
    for (unsigned i = 0; i < n; i++)
        av_dict_set_int(&options[i], "max_pixels", BT_VIDEO_SIDE * BT_VIDEO_SIDE, 0);
    const int error = avformat_find_stream_info(d->format, n ? options : NULL);
    for (unsigned i = 0; i < n; i++)
        av_dict_free(&options[i]);
    av_free(options);
    return error < 0 ? not_media(d) : 0;
}

static int choose_stream(struct bt_decode *d)
{
    const AVCodec *codec = NULL;
    const int index =
        av_find_best_stream(d->format, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    AVStream *stream = index >= 0 ? d->format->streams[index] : NULL;
    if (index == AVERROR_DECODER_NOT_FOUND || (stream && !codec)) {
        bt_error("%s: its video codec is not decoded by this libavcodec", d->name);
        return BAUTA_E_UNSUPPORTED;
    }
    if (!stream || stream->disposition & AV_DISPOSITION_ATTACHED_PIC) {
        bt_error("%s: has no video stream", d->name);
        return BAUTA_E_NO_VIDEO;
    }
    const AVCodecParameters *par = stream->codecpar;
    if (par->width > BT_VIDEO_SIDE || par->height > BT_VIDEO_SIDE) {
        bt_error("%s: %dx%d is larger than %dx%d", d->name, par->width, par->height,
                 BT_VIDEO_SIDE, BT_VIDEO_SIDE);
        return BAUTA_E_TOO_LARGE;
    }
    d->stream = stream;
    for (unsigned i = 0; i < d->format->nb_streams; i++) {
        const enum AVMediaType type = d->format->streams[i]->codecpar->codec_type;
        const bool wanted = type == AVMEDIA_TYPE_AUDIO || type == AVMEDIA_TYPE_SUBTITLE;
        if ((int)i != index && (!wanted || d->glance))
            d->format->streams[i]->discard = AVDISCARD_ALL;
    }
    d->dec = avcodec_alloc_context3(codec);
    if (!d->dec || avcodec_parameters_to_context(d->dec, par) < 0)
        return BAUTA_E_NO_MEMORY;
    d->dec->pkt_timebase = stream->time_base;
    // Threads that work on frames hold as many of them back.
    d->dec->thread_count = 0;
    if (d->glance)
        d->dec->skip_frame = AVDISCARD_NONREF;
    // At such a rate the edges of blocks are hardly seen, and smoothing them takes long.
    if (d->glance && d->format->bit_rate > 12000000)
        d->dec->skip_loop_filter = AVDISCARD_ALL;
    if (d->live) {
        d->dec->thread_type = FF_THREAD_SLICE;
        d->dec->flags |= AV_CODEC_FLAG_LOW_DELAY;
    }
    d->dec->max_pixels = BT_VIDEO_SIDE * BT_VIDEO_SIDE;
    const int error = avcodec_open2(d->dec, codec, NULL);
    if (error >= 0)
        return 0;
    bt_error("%s: the decoder %s does not start: %s", d->name, codec->name,
             av_err2str(error));
    return bt_av_error(error);
}

int bt_decode_open(struct bt_decode *d, const char *path, struct bt_tracks *tracks)
{
    bt_av_init();
    bt_av_forget();
    d->reached_us = INT64_MIN;
    d->live = bt_is_network(path);
    int result = d->live ? 0 : check_file(path);
    if (result < 0)
        return result;
    result = BAUTA_E_NO_MEMORY;
    d->packet = av_packet_alloc();
    d->frame = av_frame_alloc();
    if (d->packet && d->frame)
        result = open_input(d, path);
    if (result >= 0)
        result = find_streams(d);
    if (result >= 0)
        result = choose_stream(d);
    if (result >= 0)
        result = bt_tracks_describe(tracks, d->format, d->stream->index, d->name);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory", d->name);
    d->tracks = tracks;
    return result;
}

static void note(struct bt_decode *d, const AVPacket *packet)
{
    const AVStream *stream = d->format->streams[packet->stream_index];
    const int64_t pts = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
    d->last_corrupt = packet->flags & AV_PKT_FLAG_CORRUPT;
    if (pts == AV_NOPTS_VALUE)
        return;
    const int64_t end = av_sat_add64(pts, packet->duration);
    const int64_t end_us = av_rescale_q(end, stream->time_base, AV_TIME_BASE_Q);
    d->reached_us = end_us > d->reached_us ? end_us : d->reached_us;
}

// Whether the file promised more than it held, at its end.
static bool falls_short(const struct bt_decode *d, int error)
{
    if (error != AVERROR_EOF || d->last_corrupt)
        return true;
    if (d->still || d->format->duration_estimation_method == AVFMT_DURATION_FROM_BITRATE)
        return false;
    const int64_t start =
        d->format->start_time != AV_NOPTS_VALUE ? d->format->start_time : 0;
    const int64_t promised = d->format->duration;
    const AVRational rate = d->stream->avg_frame_rate;
    const int64_t frame =
        rate.num > 0 && rate.den > 0 ? av_rescale(AV_TIME_BASE, rate.den, rate.num) : 0;
    // Durations are rounded, and the last frame's is often not said.
    const int64_t slack = promised / 50 + AV_TIME_BASE / 10 + 2 * frame;
    return promised > 0 && d->reached_us != INT64_MIN &&
           d->reached_us - start < promised - slack;
}

// The next packet of any stream. False at the end, whatever its reason.
static bool read_packet(struct bt_decode *d)
{
    bt_patience_renew(&d->patience);
    const int error = av_read_frame(d->format, d->packet);
    if (error >= 0) {
        note(d, d->packet);
        return true;
    }
    if (d->live)
        d->failed = error == AVERROR_EOF ? 0 : error;
    else
        d->truncated = d->truncated || falls_short(d, error) || d->io->error < 0;
    return false;
}

static int to_tracks(struct bt_decode *d)
{
    const int result = bt_tracks_push(d->tracks, d->packet);
    if (result < 0)
        bt_error("%s: out of memory for its sound", d->name);
    return result;
}

static void count_damage(struct bt_decode *d, int error)
{
    if (!d->damaged++)
        bt_warn("%s: damaged pictures inside; they are left out or repaired as far as "
                "the decoder can (%s)",
                d->name, av_err2str(error));
}

// Gives the decoder one packet of pictures, or the news that there is none.
static int feed(struct bt_decode *d)
{
    while (read_packet(d)) {
        if (d->packet->stream_index != d->stream->index) {
            const int result = to_tracks(d);
            if (result < 0)
                return result;
            continue;
        }
        d->packets++;
        const int error = avcodec_send_packet(d->dec, d->packet);
        av_packet_unref(d->packet);
        if (error == AVERROR(ENOMEM))
            return BAUTA_E_NO_MEMORY;
        if (error < 0 && error != AVERROR(EAGAIN))
            count_damage(d, error);
        return 0;
    }
    d->drained = true;
    avcodec_send_packet(d->dec, NULL);
    return 0;
}

int bt_decode_next(struct bt_decode *d)
{
    int errors = 0;
    for (;;) {
        int error = avcodec_receive_frame(d->dec, d->frame);
        if (error >= 0) {
            if (d->frame->flags & AV_FRAME_FLAG_CORRUPT || d->frame->decode_error_flags)
                count_damage(d, AVERROR_INVALIDDATA);
            return 0;
        }
        if (error == AVERROR_EOF || (d->drained && error == AVERROR(EAGAIN)))
            return BAUTA_E_END;
        if (error == AVERROR(ENOMEM)) {
            bt_error("%s: out of memory for a picture", d->name);
            return BAUTA_E_NO_MEMORY;
        }
        if (error != AVERROR(EAGAIN)) {
            count_damage(d, error);
            if (++errors < ERRORS_IN_A_ROW)
                continue;
            if (d->drained)
                return BAUTA_E_END;
        }
        errors = 0;
        error = d->drained ? 0 : feed(d);
        if (error < 0)
            return error;
    }
}

bool bt_decode_seek(struct bt_decode *d, int64_t time)
{
    const int index = d->stream->index;
    if (avformat_seek_file(d->format, index, INT64_MIN, time, time, 0) < 0 &&
        av_seek_frame(d->format, index, time, AVSEEK_FLAG_BACKWARD) < 0)
        return false;
    avcodec_flush_buffers(d->dec);
    d->drained = false;
    return true;
}

void bt_decode_skip_rest(struct bt_decode *d)
{
    // Sound may lie far behind its pictures, but not without end.
    for (int i = 0; i < 100000 && !bt_tracks_past_end(d->tracks); i++) {
        if (!read_packet(d))
            break;
        if (d->packet->stream_index == d->stream->index)
            av_packet_unref(d->packet);
        else if (to_tracks(d) < 0)
            break;
    }
}

void bt_decode_close(struct bt_decode *d)
{
    avcodec_free_context(&d->dec);
    avformat_close_input(&d->format);
    avio_closep(&d->io);
    av_frame_free(&d->frame);
    av_packet_free(&d->packet);
}
