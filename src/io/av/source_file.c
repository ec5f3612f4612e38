// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include <libavutil/display.h>

#include "base/log.h"
#include "io/av/decode.h"
#include "io/sources.h"

struct file {
    struct bt_decode decode;
    struct bt_pool *pool;
    struct bt_convert convert;
    int64_t base;             // time 0 of the output, in the stream's time base
    int64_t end;              // of the output, in the stream's time base
    int64_t last, step;       // time of the last frame delivered and its duration
    AVFrame *held; // the next to deliver, once the time of its successor is known
    bool any;                 // a frame was delivered or is held
    bool ended;
    bool first_given;         // of a live stream: the one that open found
    bool resized;             // warned about it
};

static int64_t to_ticks(const struct file *f, double seconds)
{
    const AVRational tb = f->decode.stream->time_base;
    return (int64_t)(seconds * tb.den / tb.num + 0.5);
}

static int64_t time_of(const struct file *f, const AVFrame *frame)
{
    if (frame->best_effort_timestamp != AV_NOPTS_VALUE)
        return av_sat_sub64(frame->best_effort_timestamp, f->base);
    return f->any ? f->last + f->step : 0;
}

static int64_t usual_step(const AVFormatContext *format, AVStream *stream)
{
    const AVRational rate = av_guess_frame_rate((AVFormatContext *)format, stream, NULL);
    if (rate.num <= 0 || rate.den <= 0)
        return 1;
    const int64_t step = av_rescale_q(1, av_inv_q(rate), stream->time_base);
    return step > 0 ? step : 1;
}

// Goes to the last key frame at or before the start that was asked for.
static void seek(struct bt_source *s, struct file *f)
{
    if (!bt_decode_seek(&f->decode, f->base))
        bt_info("%s: cannot be searched; it is read from its beginning", s->name);
}

// Keeps the decoded frame with the time that it will have.
static void hold(struct file *f)
{
    AVFrame *frame = f->decode.frame;
    int64_t time = time_of(f, frame);
    // Times must grow; a file where they do not gets the least that does.
    if (f->any && time <= f->last)
        time = f->last + 1;
    av_frame_move_ref(f->held, frame);
    f->held->pts = time;
    f->last = time;
    f->step = f->held->pkt_duration > 0 ? f->held->pkt_duration : f->step;
    f->any = true;
}

// Decodes until the first frame of the output.
static int find_first(struct bt_source *s, struct file *f)
{
    struct bt_decode *d = &f->decode;
    const bool cut = s->options->start > 0;
    for (;;) {
        const int result = bt_decode_next(d);
        if (result == BAUTA_E_END && cut && !d->damaged) {
            bt_error("%s: ends before second %g, where it was to start", s->name,
                     (double)s->options->start);
            return BAUTA_E_USAGE;
        }
        if (result == BAUTA_E_END) {
            bt_error("%s: not one picture in it can be decoded", s->name);
            return BAUTA_E_FORMAT;
        }
        if (result < 0)
            return result;
        if (!cut || time_of(f, d->frame) >= 0)
            break;
        av_frame_unref(d->frame);
    }
    if (cut)
        f->base += time_of(f, d->frame);
    hold(f);
    return 0;
}

static void read_rotation(struct bt_source *s, struct file *f)
{
    const AVStream *stream = f->decode.stream;
    const AVFrameSideData *of_frame =
        av_frame_get_side_data(f->held, AV_FRAME_DATA_DISPLAYMATRIX);
    size_t size = 0;
    const uint8_t *data =
        av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
    struct bt_tracks_picture *picture = bt_tracks_picture(s->tracks);
    if (!data && of_frame) {
        data = of_frame->data;
        size = of_frame->size;
    }
    if (!data || size < sizeof(picture->matrix))
        return;
    memcpy(picture->matrix, data, sizeof(picture->matrix));
    picture->has_matrix = true;
    const double angle = av_display_rotation_get(picture->matrix);
    if (!isfinite(angle))
        return;
    const int quarter = (int)lround(-angle / 90);
    s->format.rotation = ((quarter % 4) + 4) % 4 * 90;
}

static struct bauta_rational rational(AVRational r)
{
    return r.num > 0 && r.den > 0 ? (struct bauta_rational){r.num, r.den}
                                  : (struct bauta_rational){0, 1};
}

// The nominal rate, unknown where frames come at uneven times.
static struct bauta_rational rate_of(const AVStream *stream)
{
    const AVRational mean = stream->avg_frame_rate, base = stream->r_frame_rate;
    if (mean.num <= 0 || mean.den <= 0)
        return rational(base);
    const double ratio = base.num > 0 && base.den > 0 ? av_q2d(base) / av_q2d(mean) : 1;
    return ratio > 0.95 && ratio < 1.05 ? rational(mean) : (struct bauta_rational){0, 1};
}

static void say_conversion(const struct bt_source *s, const AVFrame *frame)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(frame->format);
    const char *to = bt_pixel_format(s->format.pixel)->name;
    const bool alpha =
        d->flags & AV_PIX_FMT_FLAG_ALPHA && s->format.pixel != BAUTA_PIXEL_RGBA;
    if (d->comp[0].depth > 8 || alpha)
        bt_warn("%s: %s is converted to %s; %s is lost", s->name, d->name, to,
                alpha ? "its transparency" : "the depth beyond 8 bits");
    else
        bt_info("%s: %s is converted to %s", s->name, d->name, to);
}

static int describe(struct bt_source *s, struct file *f)
{
    struct bt_decode *d = &f->decode;
    AVFrame *frame = f->held;
    bool same = true;
    struct bt_format *format = &s->format;
    format->pixel = bt_av_nearest(frame->format, &same);
    if (!format->pixel) {
        bt_error("%s: pixel format %s cannot be converted", s->name,
                 av_get_pix_fmt_name(frame->format));
        return BAUTA_E_UNSUPPORTED;
    }
    if (frame->width > BT_VIDEO_SIDE || frame->height > BT_VIDEO_SIDE)
        return BAUTA_E_TOO_LARGE;
    if (!same)
        say_conversion(s, frame);
    format->width = frame->width;
    format->height = frame->height;
    format->colour = bt_av_colour(frame);
    if (bt_pixel_format(format->pixel)->rgb)
        format->colour.full_range = 1;
    format->sample_aspect =
        rational(av_guess_sample_aspect_ratio(d->format, d->stream, frame));
    format->time_base = rational(d->stream->time_base);
    format->frame_rate = rate_of(d->stream);
    format->still = d->still;
    format->live = d->live;
    read_rotation(s, f);
    enum AVFieldOrder *order = &bt_tracks_picture(s->tracks)->field_order;
    *order = d->stream->codecpar->field_order;
    if (frame->interlaced_frame &&
        (*order == AV_FIELD_UNKNOWN || *order == AV_FIELD_PROGRESSIVE))
        *order = frame->top_field_first ? AV_FIELD_TT : AV_FIELD_BB;
    f->pool = bt_pool_create(format);
    return f->pool ? 0 : BAUTA_E_NO_MEMORY;
}

static void count_frames(struct bt_source *s, const struct file *f)
{
    const AVStream *stream = f->decode.stream;
    const double length = f->decode.format->duration > 0
                              ? (double)f->decode.format->duration / AV_TIME_BASE : 0;
    const double rate =
        stream->avg_frame_rate.den > 0 ? av_q2d(stream->avg_frame_rate) : 0;
    const double start = (double)s->options->start,
                 duration = (double)s->options->duration;
    double total = stream->nb_frames > 0 ? (double)stream->nb_frames : length * rate;
    if (start > 0 || duration > 0) {
        double left = length > start ? length - start : 0;
        left = duration > 0 && duration < left ? duration : left;
        total = left * rate;
    }
    s->length = length > start ? length - start : 0;
    if (duration > 0 && duration < s->length)
        s->length = duration;
    s->frames_total = total > 0 && total < 1e12 ? llround(total) : 0;
}

static int file_open(struct bt_source *s, const char *url)
{
    struct file *f = s->priv;
    struct bt_decode *d = &f->decode;
    const struct bt_io_options *o = s->options;
    d->name = s->name;
    d->glance = o->glance;
    if (bt_is_network(url) && o->start > 0) {
        bt_error("%s: option start: a stream of the network has no beginning to count "
                 "from", s->name);
        return BAUTA_E_USAGE;
    }
    s->tracks = bt_tracks_create();
    f->held = av_frame_alloc();
    int result =
        s->tracks && f->held ? bt_decode_open(d, url, s->tracks) : BAUTA_E_NO_MEMORY;
    if (result < 0)
        return result;
    const AVRational tb = d->stream->time_base;
    const bool known = d->format->start_time != AV_NOPTS_VALUE;
    f->base = known ? av_rescale_q(d->format->start_time, AV_TIME_BASE_Q, tb) : 0;
    f->step = usual_step(d->format, d->stream);
    if (o->start > 0) {
        f->base += to_ticks(f, (double)o->start);
        seek(s, f);
    }
    result = find_first(s, f);
    if (result >= 0)
        result = describe(s, f);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory", s->name);
    if (result < 0)
        return result;
    f->end = o->duration > 0 ? to_ticks(f, (double)o->duration) : INT64_MAX;
    const int64_t end_us =
        o->duration > 0 ? (int64_t)((double)o->duration * 1e6 + 0.5) : INT64_MAX;
    // Without a cut the sound moves by exactly what the pictures move by.
    bt_tracks_window(s->tracks, f->base, tb, o->start > 0, end_us);
    count_frames(s, f);
    return 0;
}

// Copies the picture held into a frame of the pool, shown until next.
static int deliver(struct bt_source *s, struct file *f, int64_t next,
                   struct bauta_frame **out)
{
    const AVFrame *decoded = f->held;
    struct bauta_frame *frame = bt_pool_get(f->pool);
    if (!frame) {
        bt_error("%s: out of memory for a frame", s->name);
        return BAUTA_E_NO_MEMORY;
    }
    const bool resized =
        decoded->width != frame->width || decoded->height != frame->height;
    if (resized && !f->resized) {
        f->resized = true;
        bt_warn("%s: its pictures change from %dx%d to %dx%d; they are scaled to the "
                "first",
                s->name, frame->width, frame->height, decoded->width, decoded->height);
    }
    const struct bt_image from = bt_image_of_av(decoded);
    frame->colour = s->format.colour;
    const struct bt_image to = bt_image_of(frame);
    const int result = bt_convert_run(&f->convert, &from, &to);
    if (result < 0) {
        bauta_frame_unref(&frame);
        return result;
    }
    frame->sample_aspect = s->format.sample_aspect;
    frame->rotation = s->format.rotation;
    frame->time_base = s->format.time_base;
    frame->pts = decoded->pts;
    frame->duration = next - decoded->pts;
    frame->interlaced = decoded->interlaced_frame;
    *out = frame;
    return 0;
}

static int end(struct bt_source *s, struct file *f, bool cut)
{
    struct bt_decode *d = &f->decode;
    if (!f->ended) {
        if (cut)
            bt_decode_skip_rest(d);
        bt_tracks_end(s->tracks);
        if (d->damaged > 1)
            bt_warn("%s: %d places in its pictures were damaged", s->name, d->damaged);
        if (d->truncated && !cut) {
            s->truncated = 1;
            bt_warn("%s: is damaged or cut off; what could be read was used", s->name);
        }
    }
    if (!f->ended && d->failed) {
        s->truncated = 1;
        bt_network_error(d->failed, s->name);
    }
    f->ended = true;
    return BAUTA_E_END;
}

// Delivers the picture held, then decodes until there is another one: nothing waits for
// its successor's time.
static int live_read(struct bt_source *s, struct file *f, struct bauta_frame **out)
{
    if (!f->first_given) {
        f->first_given = true;
    } else {
        av_frame_unref(f->held);
        const int result = bt_decode_next(&f->decode);
        if (result == BAUTA_E_END)
            return end(s, f, false);
        if (result < 0)
            return result;
        hold(f);
    }
    return deliver(s, f, f->held->pts + f->step, out);
}

static int file_read(struct bt_source *s, struct bauta_frame **out)
{
    struct file *f = s->priv;
    if (f->ended)
        return BAUTA_E_END;
    if ((!f->held->buf[0] && !f->decode.live) || f->held->pts >= f->end)
        return end(s, f, f->held->buf[0]);
    struct bauta_frame *frame = NULL;
    if (f->decode.live)
        return live_read(s, f, out);
    // What the last frame's packet says of its duration is all that is known of it.
    int64_t next = f->held->pts + f->step;
    int result = bt_decode_next(&f->decode);
    if (result < 0 && result != BAUTA_E_END)
        return result;
    const bool more = result >= 0;
    if (more) {
        const int64_t time = time_of(f, f->decode.frame);
        next = time > f->held->pts ? time : f->held->pts + 1;
    }
    result = deliver(s, f, next < f->end ? next : f->end, &frame);
    av_frame_unref(f->held);
    if (more)
        hold(f);
    if (result >= 0)
        *out = frame;
    return result;
}

static int file_seek(struct bt_source *s, double seconds)
{
    struct file *f = s->priv;
    struct bt_decode *d = &f->decode;
    // Without times in the file nobody knows where one comes out.
    const bool times = d->stream->start_time != AV_NOPTS_VALUE &&
                       !(d->format->iformat->flags & AVFMT_NOTIMESTAMPS);
    const int64_t to = f->base + to_ticks(f, seconds), here = f->base + f->last;
    if (d->live || d->still || !times)
        return BAUTA_E_UNSUPPORTED;
    // Reading on gets there with less.
    const AVIndexEntry *key = avformat_index_get_entry_from_timestamp(
        d->stream, to, AVSEEK_FLAG_BACKWARD);
    if (f->held->buf[0] && to >= here && key && key->timestamp <= here)
        return 1;
    if (!bt_decode_seek(d, to))
        return BAUTA_E_UNSUPPORTED;
    av_frame_unref(f->held);
    f->any = f->ended = false;
    const int result = bt_decode_next(d);
    if (result < 0) {
        f->ended = result == BAUTA_E_END;
        return result;
    }
    hold(f);
    return 0;
}

static void file_close(struct bt_source *s)
{
    struct file *f = s->priv;
    bt_decode_close(&f->decode);
    av_frame_free(&f->held);
    bt_convert_finish(&f->convert);
    bt_pool_destroy(&f->pool);
}

const struct bt_source_impl bt_source_file = {
    .name = "file",
    .desc = "a video that libav reads",
    .priv_size = sizeof(struct file),
    .open = file_open,
    .read = file_read,
    .close = file_close,
    .seek = file_seek,
};
