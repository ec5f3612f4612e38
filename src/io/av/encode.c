// SPDX-License-Identifier: Apache-2.0
#include "io/av/encode.h"

#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/picture.h"

static bool is_rgb(enum AVPixelFormat format)
{
    return av_pix_fmt_desc_get(format)->flags & AV_PIX_FMT_FLAG_RGB;
}

static bool is_interlaced(enum AVFieldOrder order)
{
    return order != AV_FIELD_UNKNOWN && order != AV_FIELD_PROGRESSIVE;
}

// H.264 and HEVC can only say an even size where chroma is halved; fields need it twice.
static int round_up(const struct bt_encode *e, int size, int shift, bool fields)
{
    const bool needed =
        e->codec->id == AV_CODEC_ID_H264 || e->codec->id == AV_CODEC_ID_HEVC;
    const int step = needed ? (1 << shift) * (fields ? 2 : 1) : 1;
    return (size + step - 1) / step * step;
}

static void choose_colour(struct bt_encode *e, const struct bt_format *format)
{
    const bool from_rgb = bt_pixel_format(format->pixel)->rgb;
    e->colour = format->colour;
    if (from_rgb && !is_rgb(e->pixel)) {
        // What most players take an unnamed video of this size for, and it is named.
        const bool large = format->height >= 720;
        e->colour.matrix = large ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M;
        e->colour.full_range = 0;
        e->colour.chroma_location = AVCHROMA_LOC_LEFT;
    }
    // Motion JPEG is JPEG, which knows the full range only.
    if (e->codec->id == AV_CODEC_ID_MJPEG && !is_rgb(e->pixel))
        e->colour.full_range = 1;
}

// The encoder's unit of time: the format's, but for those that want another.
static void choose_time(struct bt_encode *e, const struct bt_format *format)
{
    AVCodecContext *enc = e->enc;
    e->from_base = (AVRational){format->time_base.num, format->time_base.den};
    enc->time_base = e->from_base;
    if (format->frame_rate.num > 0)
        enc->framerate = (AVRational){format->frame_rate.num, format->frame_rate.den};
    const AVRational *rates = e->codec->supported_framerates;
    if (rates) {
        const AVRational wanted = enc->framerate.num > 0 ? enc->framerate
                                                         : (AVRational){25, 1};
        enc->framerate = rates[av_find_nearest_q_idx(wanted, rates)];
        enc->time_base = av_inv_q(enc->framerate);
    } else if (e->codec->id == AV_CODEC_ID_MPEG4 && enc->time_base.den > 65535) {
        // MPEG-4 writes it in 16 bits.
        enc->time_base = (AVRational){1, 60000};
    }
}

static void say_conversion(const struct bt_encode *e, const struct bt_format *format)
{
    const char *from = bt_pixel_format(format->pixel)->name;
    const char *to = av_get_pix_fmt_name(e->pixel);
    const bool alpha =
        format->pixel == BAUTA_PIXEL_RGBA || format->pixel == BAUTA_PIXEL_BGRA;
    if (alpha && !(av_pix_fmt_desc_get(e->pixel)->flags & AV_PIX_FMT_FLAG_ALPHA))
        bt_warn("%s: %s is converted to %s for %s; its transparency is lost", e->name,
                from, to, e->codec->name);
    else if (e->pixel != bt_av_pixel(format->pixel))
        bt_info("%s: %s is converted to %s for %s", e->name, from, to, e->codec->name);
}

static void describe(struct bt_encode *e, const struct bt_encode_params *p)
{
    const struct bt_format *format = p->format;
    AVCodecContext *enc = e->enc;
    const bool swaps = bt_orient_swaps(e->orientation);
    const int width = swaps ? format->height : format->width;
    const int height = swaps ? format->width : format->height;
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(e->pixel);
    const bool fields = is_interlaced(p->field_order);
    enc->width = round_up(e, width, d->log2_chroma_w, false);
    enc->height = round_up(e, height, d->log2_chroma_h, fields);
    if (enc->width != width || enc->height != height)
        bt_info("%s: %dx%d is made %dx%d by repeating its edge, as %s needs", e->name,
                width, height, enc->width, enc->height, e->codec->name);
    enc->pix_fmt = e->pixel;
    choose_time(e, format);
    AVRational aspect = {format->sample_aspect.num, format->sample_aspect.den};
    enc->sample_aspect_ratio = swaps && aspect.num > 0 ? av_inv_q(aspect) : aspect;
    enc->color_primaries = e->colour.primaries;
    enc->color_trc = e->colour.transfer;
    enc->colorspace = is_rgb(e->pixel) ? AVCOL_SPC_RGB : e->colour.matrix;
    const bool full = is_rgb(e->pixel) || e->colour.full_range;
    enc->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
    enc->chroma_sample_location = e->colour.chroma_location;
    enc->field_order = p->field_order;
    if (fields &&
        (e->codec->id == AV_CODEC_ID_H264 || e->codec->id == AV_CODEC_ID_MPEG2VIDEO))
        enc->flags |= AV_CODEC_FLAG_INTERLACED_DCT | AV_CODEC_FLAG_INTERLACED_ME;
    e->top_field_first = p->field_order == AV_FIELD_TT || p->field_order == AV_FIELD_TB;
    if (p->container->flags & AVFMT_GLOBALHEADER)
        enc->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
    enc->thread_count = 0;
    e->direct = e->orientation == 1 && e->pixel == bt_av_pixel(format->pixel) &&
                enc->width == format->width && enc->height == format->height &&
                (is_rgb(e->pixel) || e->colour.full_range == format->colour.full_range);
}

int bt_encode_open(struct bt_encode *e, const struct bt_encode_params *p)
{
    const struct bt_format *format = p->format;
    int result = bt_encoder_find(p->options->codec, p->codec, AVMEDIA_TYPE_VIDEO, "codec",
                                 &e->codec);
    if (result >= 0)
        result = bt_container_check(p->container, e->codec->id, e->name, "its pictures");
    if (result < 0)
        return result;
    e->orientation = p->turn ? bt_orient_turn(format->rotation) : 1;
    e->pixel = bt_encode_pixel(e->codec, format->pixel);
    e->last_pts = INT64_MIN;
    e->frame = av_frame_alloc();
    e->enc = avcodec_alloc_context3(e->codec);
    if (!e->frame || !e->enc || e->pixel == AV_PIX_FMT_NONE) {
        bt_error("%s: out of memory for the encoder", e->name);
        return BAUTA_E_NO_MEMORY;
    }
    choose_colour(e, format);
    say_conversion(e, format);
    describe(e, p);
    result = p->hurry ? bt_encode_hurry(e, p->options) : bt_encode_tune(e, p->options, format->live);
    if (result < 0)
        return result;
    bt_av_forget();
    const int error = avcodec_open2(e->enc, e->codec, NULL);
    if (error >= 0) {
        bt_info("%s: %s, %s %dx%d", e->name, e->codec->name,
                av_get_pix_fmt_name(e->pixel), e->enc->width, e->enc->height);
        return 0;
    }
    bt_error("%s: the encoder %s takes no %s of %dx%d: %s", e->name, e->codec->name,
             av_get_pix_fmt_name(e->pixel), e->enc->width, e->enc->height,
             *bt_av_said() ? bt_av_said() : av_err2str(error));
    return error == AVERROR(ENOMEM) ? BAUTA_E_NO_MEMORY : BAUTA_E_UNSUPPORTED;
}

// Repeats the last column and row of each plane up to the size of the frame.
static void extend(AVFrame *frame, int width, int height)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(frame->format);
    const int planes = av_pix_fmt_count_planes(frame->format);
    for (int i = 0; i < planes; i++) {
        const bool chroma =
            (i == 1 || i == 2) && planes > 1 && !(d->flags & AV_PIX_FMT_FLAG_RGB);
        const int sx = chroma ? d->log2_chroma_w : 0, sy = chroma ? d->log2_chroma_h : 0;
        const size_t step = (size_t)d->comp[planes > 1 ? i : 0].step;
        const int w = AV_CEIL_RSHIFT(width, sx), h = AV_CEIL_RSHIFT(height, sy);
        const int all_w = AV_CEIL_RSHIFT(frame->width, sx);
        const int all_h = AV_CEIL_RSHIFT(frame->height, sy);
        uint8_t *data = frame->data[i];
        const ptrdiff_t stride = frame->linesize[i];
        for (int y = 0; y < h; y++) {
            uint8_t *row = data + y * stride;
            for (int x = w; x < all_w; x++)
                memcpy(row + (size_t)x * step, row + (size_t)(w - 1) * step, step);
        }
        for (int y = h; y < all_h; y++)
            memcpy(data + y * stride, data + (h - 1) * stride, (size_t)all_w * step);
    }
}

// Fills e->frame with a converted, turned, enlarged copy. Takes the reference.
static int convert(struct bt_encode *e, struct bauta_frame *frame)
{
    int result = bt_orient_frame(&frame, e->orientation);
    if (result < 0)
        goto done;
    e->frame->format = e->pixel;
    e->frame->width = e->enc->width;
    e->frame->height = e->enc->height;
    if (av_frame_get_buffer(e->frame, 0) < 0) {
        result = BAUTA_E_NO_MEMORY;
        goto done;
    }
    bt_av_props(e->frame, frame);
    e->frame->colorspace = e->enc->colorspace;
    e->frame->color_range = e->enc->color_range;
    e->frame->chroma_location = e->enc->chroma_sample_location;
    const struct bt_image from = bt_image_of(frame);
    struct bt_image to = bt_image_of_av(e->frame);
    to.width = frame->width;
    to.height = frame->height;
    result = bt_convert_run(&e->convert, &from, &to);
    if (result >= 0)
        extend(e->frame, frame->width, frame->height);

done:
    bauta_frame_unref(&frame);
    return result;
}

// The frame's time, made one where it has none, and its duration for the packet.
static void keep_time(struct bt_encode *e)
{
    const AVRational rate = e->enc->framerate, tb = e->enc->time_base;
    const int64_t step = rate.num > 0 ? av_rescale_q(1, av_inv_q(rate), tb) : 0;
    AVFrame *frame = e->frame;
    if (frame->pts != AV_NOPTS_VALUE)
        frame->pts = av_rescale_q(frame->pts, e->from_base, tb);
    frame->pkt_duration = av_rescale_q(frame->pkt_duration, e->from_base, tb);
    if (frame->pts == AV_NOPTS_VALUE)
        frame->pts = e->count ? e->last_pts + (step > 0 ? step : 1) : 0;
    if (e->from_zero && !e->count)
        e->first_pts = frame->pts;
    frame->pts -= e->from_zero ? e->first_pts : 0;
    if (e->count && frame->pts <= e->last_pts)
        frame->pts = e->last_pts + 1;
    e->last_pts = frame->pts;
    const int slot = (int)(e->count++ % BT_ENCODE_DELAY);
    e->held[slot].pts = frame->pts;
    e->held[slot].duration = frame->pkt_duration > 0 ? frame->pkt_duration : step;
}

int bt_encode_send(struct bt_encode *e, struct bauta_frame *frame)
{
    int error = 0;
    if (frame) {
        const int result = e->direct ? bt_av_wrap(e->frame, frame) : convert(e, frame);
        if (result < 0) {
            bt_error("%s: no frame for the encoder: %s", e->name, bauta_strerror(result));
            av_frame_unref(e->frame);
            return result;
        }
        keep_time(e);
        e->frame->top_field_first = e->top_field_first;
        e->frame->quality = e->enc->global_quality;
        error = avcodec_send_frame(e->enc, e->frame);
        av_frame_unref(e->frame);
    } else {
        error = avcodec_send_frame(e->enc, NULL);
    }
    if (error >= 0 || error == AVERROR_EOF)
        return 0;
    bt_error("%s: the encoder %s fails: %s", e->name, e->codec->name, av_err2str(error));
    return error == AVERROR(ENOMEM) ? BAUTA_E_NO_MEMORY : BAUTA_E_FAILED;
}

int bt_encode_receive(struct bt_encode *e, AVPacket *packet)
{
    const int error = avcodec_receive_packet(e->enc, packet);
    if (error == AVERROR(EAGAIN))
        return BAUTA_E_AGAIN;
    if (error == AVERROR_EOF)
        return BAUTA_E_END;
    if (error < 0) {
        bt_error("%s: the encoder %s fails: %s", e->name, e->codec->name,
                 av_err2str(error));
        return error == AVERROR(ENOMEM) ? BAUTA_E_NO_MEMORY : BAUTA_E_FAILED;
    }
    for (int i = 0; i < BT_ENCODE_DELAY && i < e->count; i++) {
        if (e->held[i].pts == packet->pts) {
            packet->duration = e->held[i].duration;
            break;
        }
    }
    return 0;
}

void bt_encode_close(struct bt_encode *e)
{
    avcodec_free_context(&e->enc);
    av_frame_free(&e->frame);
    bt_convert_finish(&e->convert);
}
