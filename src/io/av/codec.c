// SPDX-License-Identifier: Apache-2.0
// Which encoder, with which settings.
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <libavutil/opt.h>

#include "base/log.h"
#include "io/av/encode.h"

// The encoder to take where a codec has several or libav's first one is not the best.
static const struct {
    const char *word;
    const char *encoder;
} preferred[] = {
    {"h264", "libx264"},  {"avc", "libx264"},      {"hevc", "libx265"},
    {"h265", "libx265"},  {"vp9", "libvpx-vp9"},   {"vp8", "libvpx"},
    {"opus", "libopus"},  {"vorbis", "libvorbis"}, {"mp3", "libmp3lame"},
    {"av1", "libsvtav1"},
};

static const AVCodec *find_word(const char *word)
{
    for (size_t i = 0; i < sizeof(preferred) / sizeof(preferred[0]); i++) {
        const AVCodec *codec = !strcmp(word, preferred[i].word)
                                   ? avcodec_find_encoder_by_name(preferred[i].encoder)
                                   : NULL;
        if (codec)
            return codec;
    }
    const AVCodec *exact = avcodec_find_encoder_by_name(word);
    if (exact)
        return exact;
    const AVCodecDescriptor *d = avcodec_descriptor_get_by_name(word);
    return d ? avcodec_find_encoder(d->id) : NULL;
}

int bt_encoder_find(const char *word, enum AVCodecID codec, enum AVMediaType type,
                    const char *option, const AVCodec **out)
{
    const char *name = word ? word : avcodec_get_name(codec);
    const AVCodec *found = find_word(name);
    if (found && found->type == type) {
        *out = found;
        return 0;
    }
    if (word && !found) {
        bt_error("option %s: this libavcodec has no encoder '%s'", option, word);
        return BAUTA_E_USAGE;
    }
    if (word) {
        bt_error("option %s: '%s' encodes something else than %s", option, word,
                 av_get_media_type_string(type));
        return BAUTA_E_USAGE;
    }
    bt_error("this libavcodec has no encoder for %s; choose another with option %s", name,
             option);
    return BAUTA_E_UNSUPPORTED;
}

bool bt_container_holds(const AVOutputFormat *container, enum AVCodecID codec)
{
    // The muxer's table lists these, and then it refuses them.
    static const enum AVCodecID not_mov[] = {AV_CODEC_ID_OPUS, AV_CODEC_ID_FLAC,
                                             AV_CODEC_ID_VP8, AV_CODEC_ID_VP9,
                                             AV_CODEC_ID_AV1};
    // These muxers have no table to ask.
    static const enum AVCodecID streamed[] = {
        AV_CODEC_ID_H264, AV_CODEC_ID_HEVC, AV_CODEC_ID_MPEG2VIDEO, AV_CODEC_ID_AAC,
        AV_CODEC_ID_MP3, AV_CODEC_ID_AC3, AV_CODEC_ID_OPUS};
    if (!strcmp(container->name, "mpegts") || !strcmp(container->name, "rtsp")) {
        for (size_t i = 0; i < sizeof(streamed) / sizeof(streamed[0]); i++) {
            if (codec == streamed[i])
                return true;
        }
        return false;
    }
    if (codec == AV_CODEC_ID_TRUEHD && strcmp(container->name, "matroska"))
        return false;
    for (size_t i = 0; i < sizeof(not_mov) / sizeof(not_mov[0]); i++) {
        if (!strcmp(container->name, "mov") && codec == not_mov[i])
            return false;
    }
    return avformat_query_codec(container, codec, FF_COMPLIANCE_NORMAL) == 1;
}

int bt_container_check(const AVOutputFormat *container, enum AVCodecID codec,
                       const char *name, const char *what)
{
    if (bt_container_holds(container, codec))
        return 0;
    bt_error("%s: the container %s cannot hold %s (%s); an output ending in .mkv can",
             name, container->name, what, avcodec_get_name(codec));
    return BAUTA_E_CONTAINER;
}

static int set(AVCodecContext *enc, const char *key, const char *value)
{
    const int result = av_opt_set(enc->priv_data, key, value, 0);
    if (result < 0)
        bt_debug("encoder %s takes no %s=%s", enc->codec->name, key, value);
    return result;
}

static int set_preset(struct bt_encode *e, const char *key, const char *word)
{
    if (set(e->enc, key, word) >= 0)
        return 0;
    bt_error("option preset: the encoder %s does not know '%s'", e->codec->name, word);
    return BAUTA_E_USAGE;
}

// libx264 and libx265 complain of a wrong one on standard error and later only.
static int set_x26_preset(struct bt_encode *e, const char *word)
{
    static const char *const words[] = {"ultrafast", "superfast", "veryfast", "faster",
                                        "fast", "medium", "slow", "slower", "veryslow",
                                        "placebo"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (!strcmp(word, words[i]))
            return set_preset(e, "preset", word);
    }
    bt_error("option preset: the encoder %s does not know '%s'; it knows ultrafast, "
             "superfast, veryfast, faster, fast, medium, slow, slower, veryslow, placebo",
             e->codec->name, word);
    return BAUTA_E_USAGE;
}

// quality 0..100 on a scale of constant-quality encoders, where 0 is the best.
static void set_crf(AVCodecContext *enc, float quality, double worst, double initial)
{
    char text[32];
    const double crf = quality < 0 ? initial : (100 - (double)quality) / 100 * worst;
    snprintf(text, sizeof(text), "%d", (int)(crf + 0.5));
    set(enc, "crf", text);
}

static int tune_vp9(struct bt_encode *e, const struct bt_io_options *o, bool live)
{
    set(e->enc, "deadline", "realtime");
    set(e->enc, "row-mt", "1");
    set(e->enc, "tile-columns", "2");
    set_crf(e->enc, bt_quality(o), 54, 24);
    return set_preset(e, "cpu-used", o->preset ? o->preset : live ? "8" : "6");
}

// What each encoder is told. Others work by libav's defaults and a quantiser.
int bt_encode_tune(struct bt_encode *e, const struct bt_io_options *o, bool live)
{
    AVCodecContext *enc = e->enc;
    const char *name = e->codec->name;
    switch (e->codec->id) {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_HEVC:
        set_crf(enc, bt_quality(o), 40, e->codec->id == AV_CODEC_ID_H264 ? 18 : 20);
        // It would print its settings on standard error.
        if (!strcmp(name, "libx265"))
            set(enc, "x265-params", "log-level=error");
        if (!strncmp(name, "libx26", 6))
            return set_x26_preset(e, o->preset ? o->preset : live ? "ultrafast" : "faster");
        break;
    case AV_CODEC_ID_VP8:
    case AV_CODEC_ID_VP9:
        return tune_vp9(e, o, live);
    case AV_CODEC_ID_AV1:
        set_crf(enc, bt_quality(o), 60, 24);
        return set_preset(e, !strcmp(name, "libsvtav1") ? "preset" : "cpu-used",
                          o->preset ? o->preset : "8");
    case AV_CODEC_ID_FFV1:
        enc->level = 3;
        set(enc, "slicecrc", "1");
        break;
    default:
        enc->flags |= AV_CODEC_FLAG_QSCALE;
        enc->global_quality =
            (int)(FF_QP2LAMBDA * (o->quality < 0 ? 3 : 31 - 0.3 * (double)bt_quality(o)));
        break;
    }
    if (o->preset) {
        bt_error("option preset: the encoder %s has none", name);
        return BAUTA_E_USAGE;
    }
    return 0;
}

int bt_encode_hurry(struct bt_encode *e, const struct bt_io_options *o)
{
    AVCodecContext *enc = e->enc;
    const double fps = enc->framerate.num > 0 ? av_q2d(enc->framerate) : 30;
    // 720p at 30 frames a second gets 2.8 Mb/s, half or twice of it for 25 and 75. Less
    // would leave nothing of the watermark.
    const double quality = o->quality < 0 ? 50 : fmax((double)o->quality, 25);
    const double bits = .1 * enc->width * enc->height * fps * exp2((quality - 50) / 25);
    enc->bit_rate = (int64_t)fmin(fmax(bits, 100e3), 50e6);
    enc->rc_max_rate = enc->bit_rate;
    enc->rc_buffer_size = (int)enc->bit_rate;
    enc->gop_size = (int)(2 * fps + .5);
    enc->max_b_frames = 0;
    enc->thread_type = FF_THREAD_SLICE;
    if (!strncmp(e->codec->name, "libx26", 6)) {
        set(enc, "tune", "zerolatency");
        return set_x26_preset(e, o->preset ? o->preset : "veryfast");
    }
    if (!strncmp(e->codec->name, "libvpx", 6)) {
        set(enc, "deadline", "realtime");
        set(enc, "lag-in-frames", "0");
        return set_preset(e, "cpu-used", o->preset ? o->preset : "8");
    }
    if (!o->preset)
        return 0;
    bt_error("option preset: the encoder %s has none for live streams", e->codec->name);
    return BAUTA_E_USAGE;
}

static bool takes(const AVCodec *codec, enum AVPixelFormat pixel)
{
    for (const enum AVPixelFormat *p = codec->pix_fmts; p && *p != AV_PIX_FMT_NONE; p++) {
        if (*p == pixel)
            return true;
    }
    return !codec->pix_fmts;
}

// The first of the encoder's formats in order of what is lost least.
enum AVPixelFormat bt_encode_pixel(const AVCodec *codec, enum bauta_pixel_format pixel)
{
    static const enum AVPixelFormat rgb[] = {AV_PIX_FMT_RGB24, AV_PIX_FMT_BGR24,
                                             AV_PIX_FMT_BGR0, AV_PIX_FMT_RGB0,
                                             AV_PIX_FMT_GBRP, AV_PIX_FMT_BGRA};
    static const enum AVPixelFormat rgba[] = {AV_PIX_FMT_RGBA, AV_PIX_FMT_BGRA,
                                              AV_PIX_FMT_GBRAP};
    const enum AVPixelFormat own = bt_av_pixel(pixel);
    const struct bt_pixel_format *f = bt_pixel_format(pixel);
    if (takes(codec, own))
        return own;
    const bool alpha = pixel == BAUTA_PIXEL_RGBA || pixel == BAUTA_PIXEL_BGRA;
    for (size_t i = 0; alpha && i < sizeof(rgba) / sizeof(rgba[0]); i++) {
        if (takes(codec, rgba[i]))
            return rgba[i];
    }
    // VP9 takes planar RGB, but hardly a player shows it.
    const bool exact = codec->id != AV_CODEC_ID_VP9;
    for (size_t i = 0; f->rgb && exact && i < sizeof(rgb) / sizeof(rgb[0]); i++) {
        if (takes(codec, rgb[i]))
            return rgb[i];
    }
    if ((f->rgb || pixel == BAUTA_PIXEL_NV12 || pixel == BAUTA_PIXEL_GRAY8) &&
        takes(codec, AV_PIX_FMT_YUV420P))
        return AV_PIX_FMT_YUV420P;
    if (!codec->pix_fmts)
        return own;
    int loss = 0;
    return avcodec_find_best_pix_fmt_of_list(codec->pix_fmts, own, 0, &loss);
}
