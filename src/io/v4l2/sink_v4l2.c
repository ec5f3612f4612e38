// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "base/alloc.h"
#include "base/log.h"
#include "frame/frame.h"
#include "io/av/av.h"
#include "io/sources.h"
#include "io/v4l2/v4l2.h"

struct virtual_camera {
    struct bt_v4l2_device device;
    int fd;                  // 0: not open
    struct bt_v4l2_layout layout;
    uint8_t *data;
    size_t size;
    bool declared;           // as the writer, see below
    struct bt_convert convert;
    struct bauta_frame *converted;  // NULL: the stream's own format can be packed
};

// The loopback device labelled for us, else the only one there is.
static int find(struct bt_v4l2_device *out)
{
    struct bt_v4l2_device d, only = {0};
    int count = 0;
    for (int i = 0; bt_v4l2_device_at(i, &d) >= 0; i++) {
        if (!d.loopback)
            continue;
        if (strcasestr(d.card, "bauta")) {
            *out = d;
            return 0;
        }
        only = d;
        count++;
    }
    if (count == 1) {
        *out = only;
        return 0;
    }
    if (count)
        bt_error("v4l2: %d loopback devices and none is labelled bauta; name one: "
                 "v4l2:%s", count, only.path);
    else
        bt_error("v4l2: there is no virtual camera; make one (Debian package "
                 "v4l2loopback-dkms): " BT_V4L2_LOOPBACK_HINT);
    return count ? BAUTA_E_USAGE : BAUTA_E_NOT_FOUND;
}

static int open_device(struct virtual_camera *v, const char *url)
{
    struct bt_v4l2_device d = {0};
    int result = *url ? 0 : find(&d);
    if (result >= 0)
        result = bt_v4l2_open(*url ? url : d.path, &v->fd, &v->device);
    if (result < 0) {
        if (*url && result == BAUTA_E_NOT_FOUND)
            bt_error("%s: a virtual camera is made by: " BT_V4L2_LOOPBACK_HINT, url);
        return result;
    }
    if ((v->device.caps & V4L2_CAP_VIDEO_OUTPUT) && (v->device.caps & V4L2_CAP_READWRITE))
        return 0;
    if (v->device.loopback)
        bt_error("%s: another program writes to it already; end that, or make a second "
                 "one", v->device.path);
    else
        bt_error("%s: %s shows no frames that are written to it; a virtual camera is "
                 "made by: " BT_V4L2_LOOPBACK_HINT, v->device.path, v->device.card);
    return BAUTA_E_UNSUPPORTED;
}

// Whether the device takes frames of this layout; then it is set.
static bool set_format(struct virtual_camera *v, const struct bt_format *format,
                       uint32_t fourcc, int *error)
{
    const bool yuyv = fourcc == V4L2_PIX_FMT_YUYV;
    const uint32_t w = (uint32_t)format->width, h = (uint32_t)format->height;
    struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT};
    struct v4l2_pix_format *p = &f.fmt.pix;
    p->width = w;
    p->height = h;
    p->pixelformat = fourcc;
    p->field = V4L2_FIELD_NONE;
    p->bytesperline = yuyv ? 2 * w : w;
    p->sizeimage = yuyv ? 2 * w * h : w * h * 3 / 2;
    p->colorspace = format->colour.matrix == 1 ? V4L2_COLORSPACE_REC709
                                               : V4L2_COLORSPACE_SRGB;
    *error = bt_v4l2_ioctl(v->fd, VIDIOC_S_FMT, &f);
    if (*error < 0 || p->width != w || p->height != h || p->pixelformat != fourcc ||
        p->bytesperline > 1 << 20)
        return false;
    const uint32_t least = yuyv ? 2 * w : w;
    v->layout = (struct bt_v4l2_layout){fourcc, format->width, format->height,
                                        (int)(p->bytesperline > least ? p->bytesperline
                                                                      : least)};
    return true;
}

static void set_rate(struct virtual_camera *v, struct bauta_rational rate)
{
    struct v4l2_streamparm p = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT};
    if (rate.num < 1 || rate.den < 1)
        return;
    p.parm.output.timeperframe = (struct v4l2_fract){(uint32_t)rate.den,
                                                     (uint32_t)rate.num};
    // Only for display: a reader gets each frame when it is written.
    bt_v4l2_ioctl(v->fd, VIDIOC_S_PARM, &p);
}

static int negotiate(struct bt_sink *s)
{
    struct virtual_camera *v = s->priv;
    const struct bt_format *f = &s->format;
    if (f->width % 2 || f->height % 2) {
        bt_error("%s: a virtual camera has even sides, not %dx%d", s->name, f->width,
                 f->height);
        return BAUTA_E_UNSUPPORTED;
    }
    const bool fine = f->pixel == BAUTA_PIXEL_YUV422P;
    int error = 0;
    if (set_format(v, f, fine ? V4L2_PIX_FMT_YUYV : V4L2_PIX_FMT_YUV420, &error) ||
        set_format(v, f, fine ? V4L2_PIX_FMT_YUV420 : V4L2_PIX_FMT_YUYV, &error)) {
        set_rate(v, f->frame_rate);
        return 0;
    }
    if (error)
        bt_error("%s: takes no frames of %dx%d: %s", s->name, f->width, f->height,
                 strerror(-error));
    else
        bt_error("%s: a program that reads it holds it to another size or format than "
                 "%dx%d; end that program, then start again", s->name, f->width,
                 f->height);
    return BAUTA_E_IO;
}

static int prepare(struct bt_sink *s)
{
    struct virtual_camera *v = s->priv;
    const enum bauta_pixel_format pixel = s->format.pixel;
    v->size = bt_v4l2_bytes(&v->layout);
    v->data = bt_zalloc(v->size);
    if (!v->data)
        return BAUTA_E_NO_MEMORY;
    if (pixel == BAUTA_PIXEL_YUV420P || pixel == BAUTA_PIXEL_YUV422P ||
        pixel == BAUTA_PIXEL_NV12)
        return 0;
    v->converted = bauta_frame_new(BAUTA_PIXEL_YUV420P, s->format.width,
                                   s->format.height);
    if (!v->converted)
        return BAUTA_E_NO_MEMORY;
    v->converted->colour = s->format.colour;
    if (bt_pixel_format(pixel)->rgb)
        v->converted->colour = (struct bauta_colour){1, 1, 6, 0, 1};
    return 0;
}

static int open_parts(struct bt_sink *s, const char *url)
{
    struct virtual_camera *v = s->priv;
    int result = open_device(v, url);
    if (result < 0)
        return result;
    char *name = bt_strdup(v->device.path);
    if (!name)
        return BAUTA_E_NO_MEMORY;
    bt_free(s->name);
    s->name = name;
    result = negotiate(s);
    if (result >= 0)
        result = prepare(s);
    if (result >= 0)
        bt_info("%s: %s %dx%d to the virtual camera %s", s->name,
                bt_v4l2_format_name(v->layout.fourcc), s->format.width, s->format.height,
                v->device.card);
    return result;
}

static int virtual_open(struct bt_sink *s, const char *url)
{
    const int result = open_parts(s, url);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory", s->name);
    return result;
}

// v4l2loopback 0.12 takes a file for a writer that streams only when it was told so, and
// else never lets another writer in after it. Later versions refuse this after a write,
// which is as well.
static void declare(struct virtual_camera *v)
{
    int type = V4L2_BUF_TYPE_VIDEO_OUTPUT;
    if (!v->declared && v->device.loopback)
        bt_v4l2_ioctl(v->fd, VIDIOC_STREAMON, &type);
    v->declared = true;
}

static int virtual_write(struct bt_sink *s, struct bt_marked m)
{
    struct virtual_camera *v = s->priv;
    const struct bauta_frame *frame = m.frame;
    int result = 0;
    if (v->converted) {
        const struct bt_image from = bt_image_of(m.frame), to = bt_image_of(v->converted);
        result = bt_convert_run(&v->convert, &from, &to);
        frame = v->converted;
    }
    if (result >= 0)
        bt_v4l2_pack(v->data, &v->layout, frame);
    bauta_frame_unref(&m.frame);
    if (result < 0)
        return result;
    ssize_t n = 0;
    do
        n = write(v->fd, v->data, v->size);
    while (n < 0 && errno == EINTR);
    if (n == (ssize_t)v->size) {
        declare(v);
        return 0;
    }
    bt_error("%s: the virtual camera takes no frame: %s", s->name,
             n < 0 ? strerror(errno) : "it wants another size");
    return BAUTA_E_IO;
}

static int virtual_finish(struct bt_sink *s)
{
    (void)s;
    return 0;
}

static void virtual_close(struct bt_sink *s)
{
    struct virtual_camera *v = s->priv;
    if (v->fd > 0)
        close(v->fd);
    bt_convert_finish(&v->convert);
    bauta_frame_unref(&v->converted);
    bt_free(v->data);
}

const struct bt_sink_impl bt_sink_v4l2 = {
    .name = "v4l2",
    .desc = "a virtual camera: v4l2:/dev/video9, or v4l2: for the one labelled bauta",
    .priv_size = sizeof(struct virtual_camera),
    .paced = true,
    .lasting = true,
    .open = virtual_open,
    .write = virtual_write,
    .finish = virtual_finish,
    .close = virtual_close,
};
