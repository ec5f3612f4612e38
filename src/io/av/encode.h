// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_ENCODE_H
#define BT_IO_AV_ENCODE_H

#include "io/av/av.h"
#include "io/io.h"

enum { BT_ENCODE_DELAY = 1024 };   // more frames than any encoder holds back

// An encoder of moving pictures and the way of a frame into it.
struct bt_encode {
    const char *name;             // of the output, for messages; the caller's
    const AVCodec *codec;
    AVCodecContext *enc;
    AVFrame *frame;
    struct bt_convert convert;
    enum AVPixelFormat pixel;     // that the encoder is given
    struct bauta_colour colour;
    int orientation;              // pixels are turned, EXIF's number; 1: they are not
    bool direct;                  // frames go in as they are
    int top_field_first;
    AVRational from_base;         // of the frames' times; the encoder's may be another
    int64_t last_pts;
    bool from_zero;               // times count from the first frame's, first_pts
    int64_t first_pts;
    int64_t count;
    // Durations, by time, of frames inside the encoder, as not every one keeps them.
    struct {
        int64_t pts, duration;
    } held[BT_ENCODE_DELAY];
};

struct bt_encode_params {
    const struct bt_format *format;
    const struct bt_io_options *options;
    const AVOutputFormat *container;
    enum AVCodecID codec;         // the container's default
    bool turn;                    // turn pixels upright, the container cannot say it
    enum AVFieldOrder field_order;
    bool hurry;                   // nothing held back, a bounded rate: for a network
};

// Errors are logged and leave everything to bt_encode_close.
int bt_encode_open(struct bt_encode *e, const struct bt_encode_params *params);
// Takes the reference, also on failure. NULL: no more will come.
int bt_encode_send(struct bt_encode *e, struct bauta_frame *frame);
// The next packet, in the encoder's time base. BAUTA_E_AGAIN, BAUTA_E_END.
int bt_encode_receive(struct bt_encode *e, AVPacket *packet);
void bt_encode_close(struct bt_encode *e);

// Chooses an encoder by the user's word (a codec's or an encoder's name), NULL: the
// default one for codec. Errors are logged.
int bt_encoder_find(const char *word, enum AVCodecID codec, enum AVMediaType type,
                    const char *option, const AVCodec **out);
// Gives the encoder its quality and speed. live: a recording, which has no time to lose.
int bt_encode_tune(struct bt_encode *e, const struct bt_io_options *o, bool live);
// The same for a stream that is sent: no frame is held back, a key frame every two seconds, and a
// bit rate by size and rate that option quality moves.
int bt_encode_hurry(struct bt_encode *e, const struct bt_io_options *o);
// The encoder's pixel format that loses least of ours.
enum AVPixelFormat bt_encode_pixel(const AVCodec *codec, enum bauta_pixel_format pixel);
// 0, or BAUTA_E_CONTAINER with a log line.
int bt_container_check(const AVOutputFormat *container, enum AVCodecID codec,
                       const char *name, const char *what);
bool bt_container_holds(const AVOutputFormat *container, enum AVCodecID codec);

#endif
