// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "frame/frame.h"
#include "io/sources.h"
#include "io/v4l2/v4l2.h"

enum {
    BUFFERS = 4,
    SILENCE_MS = 2000,       // without a frame: an error
    SLICE_MS = 50,           // until a stop is seen
    BAD_MAX = 100,           // useless frames in a row until it is one too
    TRIES = 30,              // frames looked at for the first good one
};

struct camera {
    struct bt_v4l2_device device;
    int fd;                  // 0: not open
    bool streams;
    struct {
        uint8_t *data;
        size_t size;
    } buffer[BUFFERS];
    int buffers;
    struct bt_v4l2_layout layout;
    bool jpeg;
    struct bt_mjpeg *reader;
    struct bt_pool *pool;
    int64_t first_ns;        // capture time of the first frame
    int bad_in_a_row;
    int64_t bad;             // frames dropped because they were damaged
};

static int gone(const struct bt_source *s, int error, const char *what)
{
    if (error == -ENODEV || error == -ENXIO) {
        bt_error("%s: the camera was unplugged", s->name);
        return BAUTA_E_NOT_FOUND;
    }
    if (error == -EBUSY)
        bt_error("%s: another program uses the camera; end it, or choose another camera: "
                 "bauta devices lists them", s->name);
    else
        bt_error("%s: the camera cannot %s: %s", s->name, what, strerror(-error));
    return BAUTA_E_IO;
}

// Opens what the wish names, or the first camera that is no loopback device.
static int open_device(struct bt_source *s, const struct bt_v4l2_wish *wish)
{
    struct camera *c = s->priv;
    const char *path = wish->path;
    struct bt_v4l2_device d = {0};
    for (int i = 0; !*path && bt_v4l2_device_at(i, &d) >= 0; i++) {
        // One that may not be opened is tried last of all, for its message.
        if (bt_v4l2_is_camera(&d) && !d.loopback)
            path = d.path;
    }
    if (!*path && bt_v4l2_device_at(0, &d) >= 0 && !*d.card)
        path = d.path;
    if (!*path) {
        bt_error("v4l2: no camera was found: plug one in and look at ls /dev/video* and "
                 "bauta devices");
        return BAUTA_E_NOT_FOUND;
    }
    const int result = bt_v4l2_open(path, &c->fd, &c->device);
    if (result < 0)
        return result;
    if (bt_v4l2_is_camera(&c->device))
        return 0;
    if (c->device.loopback)
        bt_error("%s: nobody writes to this loopback device now", path);
    else
        bt_error("%s: %s captures no video; bauta devices lists what does", path,
                 c->device.card);
    return c->device.loopback ? BAUTA_E_NOT_FOUND : BAUTA_E_UNSUPPORTED;
}

static int choose(struct bt_source *s, const struct bt_v4l2_wish *wish,
                  struct bt_v4l2_mode *mode)
{
    struct camera *c = s->priv;
    struct bt_v4l2_mode *modes = bt_alloc_array(BT_V4L2_MODES, sizeof(*modes));
    if (!modes)
        return BAUTA_E_NO_MEMORY;
    const int count = bt_v4l2_modes(c->fd, wish, modes, BT_V4L2_MODES);
    const int best = bt_v4l2_choose(modes, count, wish);
    if (best >= 0)
        *mode = modes[best];
    bt_free(modes);
    if (best >= 0)
        return 0;
    const char *name = wish->fourcc ? bt_v4l2_format_name(wish->fourcc) : NULL;
    bt_error("%s: gives no %s%s; bauta devices shows its modes", c->device.path,
             name ? "frames of format=" : "format of yuyv, nv12, yu12 and mjpeg",
             name ? name : "");
    return BAUTA_E_UNSUPPORTED;
}

static struct bauta_colour colour_of(const struct v4l2_pix_format *p, bool jpeg)
{
    const bool hd = p->colorspace == V4L2_COLORSPACE_REC709;
    const bool sd = p->colorspace == V4L2_COLORSPACE_SMPTE170M;
    const bool known = p->priv == V4L2_PIX_FMT_PRIV_MAGIC;
    const bool bt709 = known && p->ycbcr_enc == V4L2_YCBCR_ENC_709;
    const bool full = jpeg || p->colorspace == V4L2_COLORSPACE_JPEG ||
                      (known && p->quantization == V4L2_QUANTIZATION_FULL_RANGE);
    const bool unnamed = !known || p->ycbcr_enc == V4L2_YCBCR_ENC_DEFAULT;
    const bool matrix709 = !jpeg && (bt709 || (unnamed && hd));
    return (struct bauta_colour){
        .primaries = (uint8_t)(sd ? 6 : 1),
        .transfer = (uint8_t)(sd ? 6 : 1),
        .matrix = (uint8_t)(matrix709 ? 1 : jpeg ? 5 : 6),
        .full_range = full,
        .chroma_location = (uint8_t)(jpeg ? 2 : 1),
    };
}

static struct bauta_rational set_rate(int fd, const struct bt_v4l2_mode *mode)
{
    struct v4l2_streamparm p = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    if (bt_v4l2_ioctl(fd, VIDIOC_G_PARM, &p) < 0)
        return mode->rate;
    if (mode->rate.num > 0 && (p.parm.capture.capability & V4L2_CAP_TIMEPERFRAME)) {
        p.parm.capture.timeperframe.numerator = (uint32_t)mode->rate.den;
        p.parm.capture.timeperframe.denominator = (uint32_t)mode->rate.num;
        if (bt_v4l2_ioctl(fd, VIDIOC_S_PARM, &p) < 0)
            return mode->rate;
    }
    const struct v4l2_fract f = p.parm.capture.timeperframe;
    if (!f.numerator || f.numerator > 1000000 || !f.denominator ||
        f.denominator > 1000000000)
        return mode->rate;
    return (struct bauta_rational){(int)f.denominator, (int)f.numerator};
}

static int set_mode(struct bt_source *s, const struct bt_v4l2_mode *mode)
{
    struct camera *c = s->priv;
    struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    struct v4l2_pix_format *p = &f.fmt.pix;
    p->width = (uint32_t)mode->width;
    p->height = (uint32_t)mode->height;
    p->pixelformat = mode->fourcc;
    p->field = V4L2_FIELD_NONE;
    const int result = bt_v4l2_ioctl(c->fd, VIDIOC_S_FMT, &f);
    if (result < 0)
        return gone(s, result, "take its mode");
    // The driver may have changed its mind.
    const char *name = bt_v4l2_format_name(p->pixelformat);
    c->jpeg = name && !strcmp(name, "mjpeg");
    const uint32_t row = p->pixelformat == V4L2_PIX_FMT_YUYV ? 2 * p->width : p->width;
    const bool known = c->jpeg || bt_v4l2_pixel(p->pixelformat) != BAUTA_PIXEL_NONE;
    if (!known || p->width < 16 || p->height < 16 || p->width > BT_VIDEO_SIDE ||
        p->height > BT_VIDEO_SIDE || p->width % 2 || p->height % 2 ||
        (!c->jpeg && (p->bytesperline < row || p->bytesperline > 1 << 20))) {
        bt_error("%s: the driver sets another mode than was asked for, one that cannot "
                 "be read: %ux%u; name another by size= and format=", s->name, p->width,
                 p->height);
        return BAUTA_E_UNSUPPORTED;
    }
    c->layout = (struct bt_v4l2_layout){p->pixelformat, (int)p->width, (int)p->height,
                                        (int)p->bytesperline};
    s->format = (struct bt_format){
        .pixel = bt_v4l2_pixel(p->pixelformat),
        .width = (int)p->width,
        .height = (int)p->height,
        .colour = colour_of(p, c->jpeg),
        .sample_aspect = {1, 1},
        .time_base = {1, 1000000},
        .frame_rate = set_rate(c->fd, mode),
        .live = true,
    };
    return 0;
}

static int queue(struct camera *c, int index)
{
    struct v4l2_buffer b = {.index = (uint32_t)index,
                            .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                            .memory = V4L2_MEMORY_MMAP};
    return bt_v4l2_ioctl(c->fd, VIDIOC_QBUF, &b);
}

static int map_buffers(struct camera *c)
{
    struct v4l2_requestbuffers r = {.count = BUFFERS,
                                    .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                    .memory = V4L2_MEMORY_MMAP};
    int result = bt_v4l2_ioctl(c->fd, VIDIOC_REQBUFS, &r);
    for (uint32_t i = 0; result >= 0 && i < r.count && i < BUFFERS; i++) {
        struct v4l2_buffer b = {.index = i,
                                .type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                .memory = V4L2_MEMORY_MMAP};
        result = bt_v4l2_ioctl(c->fd, VIDIOC_QUERYBUF, &b);
        if (result < 0)
            break;
        if (b.length < bt_v4l2_bytes(&c->layout))
            return -EPROTO;
        void *data = mmap(NULL, b.length, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd,
                          b.m.offset);
        if (data == MAP_FAILED)
            return -errno;
        c->buffer[i].data = data;
        c->buffer[i].size = b.length;
        c->buffers++;
        result = queue(c, (int)i);
    }
    if (result >= 0 && !c->buffers)
        return -ENOMEM;
    return result;
}

static int start(struct bt_source *s)
{
    struct camera *c = s->priv;
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    int result = map_buffers(c);
    if (result >= 0)
        result = bt_v4l2_ioctl(c->fd, VIDIOC_STREAMON, &type);
    c->streams = result >= 0;
    return result < 0 ? gone(s, result, "stream") : 0;
}

// Waits for a filled buffer and takes it; its time is 0 where the driver's is of no use.
static int take(struct bt_source *s, struct v4l2_buffer *b, int64_t *captured_ns)
{
    struct camera *c = s->priv;
    const int64_t until = bt_now_ns() + (int64_t)SILENCE_MS * 1000000;
    for (;;) {
        *b = (struct v4l2_buffer){.type = V4L2_BUF_TYPE_VIDEO_CAPTURE,
                                  .memory = V4L2_MEMORY_MMAP};
        const int result = bt_v4l2_ioctl(c->fd, VIDIOC_DQBUF, b);
        if (result >= 0)
            break;
        if (result != -EAGAIN)
            return gone(s, result, "give a frame");
        const int64_t left = (until - bt_now_ns()) / 1000000;
        struct pollfd p = {.fd = c->fd, .events = POLLIN};
        const int slice = left < SLICE_MS ? (int)left : SLICE_MS;
        const int ready = left > 0 ? poll(&p, 1, slice) : 0;
        if (s->options->stop && atomic_load(s->options->stop))
            return BAUTA_E_STOPPED;
        if (!ready && left <= 0) {
            bt_error("%s: no frame for %d seconds; is another program at the camera, or "
                     "is its cable loose?", s->name, SILENCE_MS / 1000);
            return BAUTA_E_IO;
        }
        // A device that went away says so, whatever else is set.
        if (ready > 0 && (p.revents & (POLLERR | POLLHUP | POLLNVAL)) &&
            !(p.revents & POLLIN))
            return gone(s, -ENODEV, "give a frame");
    }
    if (b->index >= (uint32_t)c->buffers)
        return gone(s, -EPROTO, "number its buffers");
    const int64_t now = bt_now_ns();
    const int64_t time = b->timestamp.tv_sec * (int64_t)1000000000 +
                         b->timestamp.tv_usec * (int64_t)1000;
    const bool monotonic = (b->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) ==
                           V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    const bool sound = monotonic && time > 0 && time <= now && now - time < 10000000000;
    *captured_ns = sound ? time : now;
    return 0;
}

static int fill(struct camera *c, const struct v4l2_buffer *b, struct bauta_frame *frame)
{
    const uint8_t *data = c->buffer[b->index].data;
    const size_t mapped = c->buffer[b->index].size;
    const size_t used = b->bytesused < mapped ? b->bytesused : mapped;
    if (b->flags & V4L2_BUF_FLAG_ERROR)
        return BAUTA_E_FORMAT;
    if (c->jpeg)
        return bt_mjpeg_read(c->reader, data, used, frame);
    if (used < bt_v4l2_bytes(&c->layout))
        return BAUTA_E_FORMAT;
    bt_v4l2_unpack(frame, &c->layout, data);
    return 0;
}

static int count_bad(struct bt_source *s)
{
    struct camera *c = s->priv;
    c->bad++;
    if (++c->bad_in_a_row < BAD_MAX)
        return 0;
    bt_error("%s: %d damaged frames in a row; try another cable or port, or format=yuyv",
             s->name, BAD_MAX);
    return BAUTA_E_IO;
}

static int camera_read(struct bt_source *s, struct bauta_frame **out)
{
    struct camera *c = s->priv;
    for (;;) {
        struct v4l2_buffer b;
        int64_t captured = 0;
        int result = take(s, &b, &captured);
        if (result < 0)
            return result;
        struct bauta_frame *frame = bt_pool_get(c->pool);
        const int filled = frame ? fill(c, &b, frame) : BAUTA_E_NO_MEMORY;
        result = queue(c, (int)b.index);
        if (result >= 0 && filled >= 0) {
            c->first_ns = c->first_ns ? c->first_ns : captured;
            c->bad_in_a_row = 0;
            frame->captured_ns = captured;
            frame->pts = (captured - c->first_ns) / 1000;
            *out = frame;
            return 0;
        }
        bauta_frame_unref(&frame);
        if (result < 0)
            return gone(s, result, "take a buffer back");
        if (filled == BAUTA_E_NO_MEMORY) {
            bt_error("%s: out of memory for a frame", s->name);
            return filled;
        }
        result = count_bad(s);
        if (result < 0)
            return result;
    }
}

// Only a picture says what chroma a camera's JPEG has.
static int look_at_jpeg(struct bt_source *s)
{
    struct camera *c = s->priv;
    for (int i = 0; i < TRIES; i++) {
        struct v4l2_buffer b;
        int64_t captured = 0;
        int result = take(s, &b, &captured);
        if (result < 0)
            return result;
        const size_t size = c->buffer[b.index].size;
        int width = 0, height = 0;
        const int head = bt_mjpeg_head(c->reader, c->buffer[b.index].data,
                                       b.bytesused < size ? b.bytesused : size, &width,
                                       &height, &s->format.pixel);
        result = queue(c, (int)b.index);
        if (result < 0)
            return gone(s, result, "take a buffer back");
        if (head >= 0 && width == s->format.width && height == s->format.height)
            return 0;
        c->bad++;
    }
    bt_error("%s: its JPEG pictures cannot be read; try format=yuyv", s->name);
    return BAUTA_E_FORMAT;
}

static int describe(struct bt_source *s)
{
    const struct camera *c = s->priv;
    const struct bauta_rational rate = s->format.frame_rate;
    char text[192];
    snprintf(text, sizeof(text), "%s (%s) %dx%d %s", c->device.path, c->device.card,
             s->format.width, s->format.height, bt_v4l2_format_name(c->layout.fourcc));
    if (rate.num > 0)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " at %.4g/s",
                 (double)rate.num / rate.den);
    char *name = bt_strdup(text);
    if (!name)
        return BAUTA_E_NO_MEMORY;
    bt_free(s->name);
    s->name = name;
    return 0;
}

static int open_parts(struct bt_source *s, const char *url)
{
    struct camera *c = s->priv;
    struct bt_v4l2_wish wish;
    struct bt_v4l2_mode mode;
    int result = bt_v4l2_parse(url, &wish);
    if (result >= 0)
        result = open_device(s, &wish);
    if (result >= 0)
        result = choose(s, &wish, &mode);
    if (result >= 0)
        result = set_mode(s, &mode);
    if (result >= 0)
        result = describe(s);
    if (result >= 0)
        result = start(s);
    if (result >= 0 && c->jpeg) {
        c->reader = bt_mjpeg_create();
        result = c->reader ? look_at_jpeg(s) : BAUTA_E_NO_MEMORY;
    }
    if (result < 0)
        return result;
    c->pool = bt_pool_create(&s->format);
    return c->pool ? 0 : BAUTA_E_NO_MEMORY;
}

static int camera_open(struct bt_source *s, const char *url)
{
    const int result = open_parts(s, url);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory", s->name);
    return result;
}

static void camera_close(struct bt_source *s)
{
    struct camera *c = s->priv;
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (c->streams)
        bt_v4l2_ioctl(c->fd, VIDIOC_STREAMOFF, &type);
    for (int i = 0; i < c->buffers; i++)
        munmap(c->buffer[i].data, c->buffer[i].size);
    if (c->fd > 0)
        close(c->fd);
    if (c->bad)
        bt_warn("%s: %lld damaged frames were dropped", s->name, (long long)c->bad);
    bt_mjpeg_destroy(&c->reader);
    bt_pool_destroy(&c->pool);
}

const struct bt_source_impl bt_source_v4l2 = {
    .name = "v4l2",
    .desc = "a camera: v4l2:/dev/video0,size=1280x720,rate=30,format=mjpeg",
    .priv_size = sizeof(struct camera),
    .open = camera_open,
    .read = camera_read,
    .close = camera_close,
};
