// SPDX-License-Identifier: Apache-2.0
#include <string.h>
#include <strings.h>

#include <libavutil/display.h>

#include "base/log.h"
#include "io/av/encode.h"
#include "io/av/room.h"
#include "io/av/sink_tracks.h"
#include "io/sources.h"

struct file {
    struct bt_encode encode;
    struct bt_sink_tracks tracks;
    AVFormatContext *mux;
    AVStream *stream;
    AVPacket *packet;
    AVPacket *held;           // the one before, until it is known whether it is the last
    int64_t first_pts, first_dts, end_pts; // of the pictures, in the encoder's time base
    int64_t end_us;           // the same as end_pts
    struct bt_room room;      // open for a live stream only
    bool begun, whole;
};

static const AVRational us = {1, 1000000};

static const struct container {
    const char *ending, *muxer;
    enum AVCodecID video;
    bool matrix;              // can say how pictures are to be turned
} containers[] = {
    {".mp4", "mp4", AV_CODEC_ID_H264, true},
    {".m4v", "mp4", AV_CODEC_ID_H264, true},
    {".mov", "mov", AV_CODEC_ID_H264, true},
    {".mkv", "matroska", AV_CODEC_ID_H264, false},
    {".webm", "webm", AV_CODEC_ID_VP9, false},
};

static const struct container *container_of(const char *path)
{
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof(containers) / sizeof(containers[0]); i++) {
        if (!strcasecmp(dot, containers[i].ending))
            return &containers[i];
    }
    bt_error("%s: no kind of output is known by this ending; use .mp4, .mov, .mkv or "
             ".webm for video, .jpg, .png or .webp for a picture, a folder for pictures",
             path);
    return NULL;
}

static int close_io(struct file *f)
{
    return f->room.open ? bt_room_close(&f->room, &f->mux->pb) : avio_closep(&f->mux->pb);
}

static int out_of_memory(const struct bt_sink *s)
{
    bt_error("%s: out of memory", s->name);
    return BAUTA_E_NO_MEMORY;
}

static int open_mux(struct bt_sink *s, struct file *f, const struct container *c)
{
    // The muxer reads its own file again to put the index in front.
    char *url = av_asprintf("file:%s", s->output.temp);
    if (!url)
        return out_of_memory(s);
    int error = avformat_alloc_output_context2(&f->mux, NULL, c->muxer, url);
    av_free(url);
    if (error < 0) {
        bt_error("%s: this libavformat writes no %s", s->name, c->muxer);
        return BAUTA_E_UNSUPPORTED;
    }
    // The file says nothing about the machine and the minute that made it.
    f->mux->flags |= AVFMT_FLAG_BITEXACT;
    error = s->format.live ? bt_room_open(&f->room, &f->mux->pb, s->output.temp)
                           : bt_av_open_file(&f->mux->pb, s->output.temp, AVIO_FLAG_WRITE);
    return error < 0 ? bt_mux_error(error, s->name) : 0;
}

static int add_pictures(struct bt_sink *s, struct file *f, const struct container *c)
{
    struct bt_tracks_picture *picture = s->tracks ? bt_tracks_picture(s->tracks) : NULL;
    const struct bt_encode_params params = {
        .format = &s->format,
        .options = s->options,
        .container = f->mux->oformat,
        .codec = c->video,
        .turn = !c->matrix && s->format.rotation,
        .field_order = picture ? picture->field_order : AV_FIELD_UNKNOWN,
    };
    int result = bt_encode_open(&f->encode, &params);
    if (result < 0)
        return result;
    if (params.turn)
        bt_info("%s: pictures are turned by %d degrees, as the container cannot say it",
                s->name, s->format.rotation);
    f->stream = avformat_new_stream(f->mux, NULL);
    if (!f->stream ||
        avcodec_parameters_from_context(f->stream->codecpar, f->encode.enc) < 0)
        return out_of_memory(s);
    f->stream->time_base = f->encode.enc->time_base;
    f->stream->avg_frame_rate = f->encode.enc->framerate;
    f->stream->sample_aspect_ratio = f->encode.enc->sample_aspect_ratio;
    const bool exact = picture && picture->has_matrix;
    if (!c->matrix || (!exact && !s->format.rotation))
        return 0;
    uint8_t *matrix = av_stream_new_side_data(f->stream, AV_PKT_DATA_DISPLAYMATRIX,
                                              9 * sizeof(int32_t));
    if (!matrix)
        return out_of_memory(s);
    if (exact)
        memcpy(matrix, picture->matrix, sizeof(picture->matrix));
    else
        av_display_rotation_set((int32_t *)matrix, -s->format.rotation);
    return 0;
}

static int write_header(struct bt_sink *s, struct file *f)
{
    AVDictionary *options = NULL;
    const bool mov = !strcmp(f->mux->oformat->name, "mp4") ||
                     !strcmp(f->mux->oformat->name, "mov");
    int error = mov ? av_dict_set(&options, "movflags", "+write_colr", 0) : 0;
    bt_av_forget();
    if (error >= 0)
        error = avformat_write_header(f->mux, &options);
    av_dict_free(&options);
    return error < 0 ? bt_mux_error(error, s->name) : 0;
}

static int file_open(struct bt_sink *s, const char *url)
{
    struct file *f = s->priv;
    bt_av_init();
    const struct container *c = container_of(url);
    if (!c)
        return BAUTA_E_UNSUPPORTED;
    int result = bt_sink_output(s, url);
    if (result < 0)
        return result;
    f->encode.name = f->tracks.name = s->name;
    f->tracks.tracks = s->tracks;
    f->encode.from_zero = bt_sink_tracks_own(s);
    f->packet = av_packet_alloc();
    f->held = av_packet_alloc();
    f->first_dts = AV_NOPTS_VALUE;
    result = f->packet && f->held ? open_mux(s, f, c) : out_of_memory(s);
    if (result >= 0)
        result = add_pictures(s, f, c);
    f->tracks.mux = f->mux;
    if (result >= 0)
        result = bt_sink_tracks_open(&f->tracks, s->options);
    if (result >= 0)
        result = write_header(s, f);
    f->begun = result >= 0;
    return result;
}

static int put(struct bt_sink *s, struct file *f)
{
    if (!f->held->data)
        return 0;
    av_packet_rescale_ts(f->held, f->encode.enc->time_base, f->stream->time_base);
    f->held->stream_index = f->stream->index;
    return bt_mux_write(f->mux, f->held, s->name);
}

// Moves packets from the encoder to the muxer. expected is what ends it well.
static int move_packets(struct bt_sink *s, struct file *f, int expected)
{
    for (;;) {
        const int result = bt_encode_receive(&f->encode, f->packet);
        if (result < 0)
            return result == expected ? 0 : result;
        if (!f->held->data && f->first_dts == AV_NOPTS_VALUE)
            f->first_dts = f->packet->dts;
        const int written = put(s, f);
        if (written < 0)
            return written;
        av_packet_unref(f->held);
        av_packet_move_ref(f->held, f->packet);
    }
}

// The last packet lasts so long that all of them add up to the time of all pictures, as
// MP4 counts in the order of decoding.
static int put_last(struct bt_sink *s, struct file *f)
{
    const int64_t shown = f->end_pts - f->first_pts;
    const int64_t before = f->held->dts - f->first_dts;
    if (f->held->dts != AV_NOPTS_VALUE && shown > before)
        f->held->duration = shown - before;
    return put(s, f);
}

static int file_write(struct bt_sink *s, struct bt_marked m)
{
    struct file *f = s->priv;
    int result = bt_encode_send(&f->encode, m.frame);
    if (result < 0)
        return result;
    const int slot = (int)((f->encode.count - 1) % BT_ENCODE_DELAY);
    const int64_t pts = f->encode.held[slot].pts;
    if (f->encode.count == 1)
        f->first_pts = pts;
    f->end_pts = pts + f->encode.held[slot].duration;
    bt_sink_tracks_begin(&f->tracks, &f->encode);
    f->end_us = av_rescale_q(f->end_pts, f->encode.enc->time_base, us);
    result = move_packets(s, f, BAUTA_E_AGAIN);
    if (result >= 0)
        result = bt_sink_tracks_write(&f->tracks, f->end_us);
    s->full = f->room.full;
    return result;
}

static int file_finish(struct bt_sink *s)
{
    struct file *f = s->priv;
    if (!f->encode.count) {
        bt_error("%s: not one picture came", s->name);
        return BAUTA_E_FAILED;
    }
    int result = bt_encode_send(&f->encode, NULL);
    if (result >= 0)
        result = move_packets(s, f, BAUTA_E_END);
    if (result >= 0)
        result = put_last(s, f);
    if (result >= 0)
        result = bt_sink_tracks_finish(&f->tracks, f->end_us);
    if (result < 0)
        return result;
    bt_av_forget();
    int error = av_write_trailer(f->mux);
    if (error >= 0 && f->mux->pb->error < 0)
        error = f->mux->pb->error;
    const int closed = close_io(f);
    error = error < 0 ? error : closed;
    if (error < 0)
        return bt_mux_error(error, s->name);
    f->whole = true;
    return 0;
}

static void file_close(struct bt_sink *s)
{
    struct file *f = s->priv;
    bt_encode_close(&f->encode);
    bt_sink_tracks_close(&f->tracks);
    av_packet_free(&f->packet);
    av_packet_free(&f->held);
    if (!f->mux)
        return;
    if (f->begun && !f->whole)
        bt_debug("%s: was not finished", s->name);
    close_io(f);
    avformat_free_context(f->mux);
}

const struct bt_sink_impl bt_sink_file = {
    .name = "file",
    .desc = "a video: .mp4, .mov, .mkv or .webm",
    .priv_size = sizeof(struct file),
    .film = true,
    .open = file_open,
    .write = file_write,
    .finish = file_finish,
    .close = file_close,
};
