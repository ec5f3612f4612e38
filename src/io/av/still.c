// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/log.h"
#include "io/av/av.h"
#include "io/picture.h"

enum { IO_BUFFER = 1 << 15 };

struct memory {
    const uint8_t *data;
    size_t size, at;
};

static int read_memory(void *opaque, uint8_t *to, int size)
{
    struct memory *m = opaque;
    const size_t left = m->size - m->at;
    const size_t n = left < (size_t)size ? left : (size_t)size;
    if (!n)
        return AVERROR_EOF;
    memcpy(to, m->data + m->at, n);
    m->at += n;
    return (int)n;
}

static int64_t seek_memory(void *opaque, int64_t offset, int whence)
{
    struct memory *m = opaque;
    if (whence == AVSEEK_SIZE)
        return (int64_t)m->size;
    const int64_t base = whence == SEEK_CUR ? (int64_t)m->at
                         : whence == SEEK_END ? (int64_t)m->size : 0;
    if (whence > SEEK_END || offset < -base || base + offset > (int64_t)m->size)
        return AVERROR(EINVAL);
    m->at = (size_t)(base + offset);
    return (int64_t)m->at;
}

// Refuses a picture before memory is spent on it. opaque remembers that it happened.
static int limited_buffer(AVCodecContext *dec, AVFrame *frame, int flags)
{
    if ((int64_t)frame->width * frame->height > BT_PICTURE_PIXELS ||
        frame->width > BT_PICTURE_SIDE || frame->height > BT_PICTURE_SIDE) {
        *(bool *)dec->opaque = true;
        return AVERROR(EINVAL);
    }
    return avcodec_default_get_buffer2(dec, frame, flags);
}

// The first picture of the first stream that is one.
static int decode_first(AVFormatContext *format, bool *too_large, AVFrame *out)
{
    AVPacket *packet = av_packet_alloc();
    AVCodecContext *dec = NULL;
    int result = AVERROR(ENOMEM);
    if (!packet)
        goto fail;
    do {
        av_packet_unref(packet);
        result = av_read_frame(format, packet);
        if (result < 0)
            goto fail;
    } while (format->streams[packet->stream_index]->codecpar->codec_type !=
             AVMEDIA_TYPE_VIDEO);
    const AVCodecParameters *par = format->streams[packet->stream_index]->codecpar;
    const AVCodec *codec = avcodec_find_decoder(par->codec_id);
    result = AVERROR_DECODER_NOT_FOUND;
    if (!codec)
        goto fail;
    dec = avcodec_alloc_context3(codec);
    result = dec ? avcodec_parameters_to_context(dec, par) : AVERROR(ENOMEM);
    if (result < 0)
        goto fail;
    dec->opaque = too_large;
    dec->get_buffer2 = limited_buffer;
    dec->thread_count = 1;
    result = avcodec_open2(dec, codec, NULL);
    if (result < 0)
        goto fail;
    // A damaged file may say so at any of these; what decoded in part is good enough only
    // when libav calls it a frame.
    result = avcodec_send_packet(dec, packet);
    if (result >= 0)
        result = avcodec_send_packet(dec, NULL);
    if (result >= 0)
        result = avcodec_receive_frame(dec, out);

fail:
    avcodec_free_context(&dec);
    av_packet_free(&packet);
    return result;
}

static int refuse(const char *name, int error, bool too_large)
{
    if (too_large) {
        bt_error("%s: is larger than %d megapixels or %d pixels on a side", name,
                 BT_PICTURE_PIXELS >> 20, BT_PICTURE_SIDE);
        return BAUTA_E_TOO_LARGE;
    }
    if (error == AVERROR(ENOMEM)) {
        bt_error("%s: out of memory for the picture", name);
        return BAUTA_E_NO_MEMORY;
    }
    if (error == AVERROR_DECODER_NOT_FOUND || error == AVERROR_PATCHWELCOME) {
        bt_error("%s: a kind of picture that libavcodec does not decode here", name);
        return BAUTA_E_UNSUPPORTED;
    }
    bt_error("%s: not a picture, or damaged (%s)", name,
             *bt_av_said() ? bt_av_said() : av_err2str(error));
    return BAUTA_E_FORMAT;
}

int bt_still_decode(const uint8_t *data, size_t size, const char *name, AVFrame **out)
{
    struct memory memory = {data, size, 0};
    bool too_large = false;
    AVIOContext *io = NULL;
    AVFrame *frame = av_frame_alloc();
    AVFormatContext *format = avformat_alloc_context();
    uint8_t *buffer = av_malloc(IO_BUFFER);
    bt_av_init();
    bt_av_forget();
    int error = AVERROR(ENOMEM);
    if (!frame || !format || !buffer)
        goto fail;
    io =
        avio_alloc_context(buffer, IO_BUFFER, 0, &memory, read_memory, NULL, seek_memory);
    if (!io)
        goto fail;
    buffer = NULL;
    format->pb = io;
    format->io_open = bt_av_refuse;
    format->flags |= AVFMT_FLAG_CUSTOM_IO;
    error = avformat_open_input(&format, "", NULL, NULL);
    if (error >= 0)
        error = decode_first(format, &too_large, frame);
    if (error < 0)
        goto fail;
    *out = frame;
    frame = NULL;

fail:
    avformat_close_input(&format);
    if (io)
        av_freep(&io->buffer);
    avio_context_free(&io);
    av_free(buffer);
    av_frame_free(&frame);
    return error < 0 ? refuse(name, error, too_large) : 0;
}
