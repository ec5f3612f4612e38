// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_AV_H
#define BT_IO_AV_AV_H

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

#include "frame/frame.h"

// Sends libav's own messages to our log at debug level, once for the process.
void bt_av_init(void);
// The last error that libav logged on this thread, for the tail of a message; "" if none.
// bt_av_forget empties it.
const char *bt_av_said(void);
void bt_av_forget(void);

// The enum bauta_error that a negative return of libav means.
int bt_av_error(int error);

// Refuses whatever a demuxer or muxer wants to open besides its own file.
int bt_av_refuse(AVFormatContext *format, AVIOContext **io, const char *url, int flags,
                 AVDictionary **options);

// Opens a local file whatever its name looks like. flags as of avio_open. A negative
// return is libav's.
int bt_av_open_file(AVIOContext **io, const char *path, int flags);

// Pixels of somebody else.
struct bt_image {
    uint8_t *data[4];
    int stride[4];
    enum AVPixelFormat format;
    int width, height;
    struct bauta_colour colour;
};
struct bt_image bt_image_of(const struct bauta_frame *frame);
struct bt_image bt_image_of_av(const AVFrame *frame);

enum AVPixelFormat bt_av_pixel(enum bauta_pixel_format format);
// The format of ours that stands for one of libav's, or the nearest; *same says which.
// BAUTA_PIXEL_NONE where there is no way (hardware surfaces).
enum bauta_pixel_format bt_av_nearest(enum AVPixelFormat format, bool *same);
struct bauta_colour bt_av_colour(const AVFrame *frame);

// Converts between pixel formats, ranges, matrices and sizes; equal ones are copied.
// Zeroed is ready; it may be used for changing sizes.
struct bt_convert {
    struct SwsContext *sws;
    struct bt_image from, to;   // only the description
};
int bt_convert_run(struct bt_convert *convert, const struct bt_image *from,
                   const struct bt_image *to);
void bt_convert_finish(struct bt_convert *convert);

// Fills the empty to so that it shows frame's pixels and holds its reference, which is
// taken also on failure.
int bt_av_wrap(AVFrame *to, struct bauta_frame *frame);
// Writes all properties but size and pixel format.
void bt_av_props(AVFrame *to, const struct bauta_frame *from);

// Decodes one picture out of memory. name is for messages. The caller frees *out.
int bt_still_decode(const uint8_t *data, size_t size, const char *name, AVFrame **out);

#endif
