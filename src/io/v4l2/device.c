// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "base/log.h"
#include "io/v4l2/v4l2.h"

enum { STEPS_MAX = 64 };     // formats, sizes and rates asked for of one kind

int bt_v4l2_ioctl(int fd, unsigned long request, void *argument)
{
    int result = 0;
    do
        result = ioctl(fd, request, argument);
    while (result < 0 && errno == EINTR);
    return result < 0 ? -errno : 0;
}

static int query(int fd, const char *path, struct bt_v4l2_device *device)
{
    struct v4l2_capability c = {0};
    if (bt_v4l2_ioctl(fd, VIDIOC_QUERYCAP, &c) < 0)
        return BAUTA_E_UNSUPPORTED;
    struct bt_v4l2_device d = {.caps = c.capabilities & V4L2_CAP_DEVICE_CAPS
                                           ? c.device_caps
                                           : c.capabilities};
    snprintf(d.path, sizeof(d.path), "%s", path);
    snprintf(d.card, sizeof(d.card), "%.32s", (const char *)c.card);
    snprintf(d.driver, sizeof(d.driver), "%.16s", (const char *)c.driver);
    d.loopback = !strncmp(d.driver, "v4l2 loopback", 13);
    *device = d;
    return 0;
}

static int fail_open(const char *path, int error)
{
    switch (error) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
        bt_error("%s: there is no such video device; ls /dev/video* and bauta devices "
                 "show those that are here", path);
        return BAUTA_E_NOT_FOUND;
    case EACCES:
    case EPERM:
        bt_error("%s: may not be opened; be a member of the group video: sudo usermod "
                 "-aG video $USER, then log in again", path);
        return BAUTA_E_PERMISSION;
    case EBUSY:
        bt_error("%s: another program holds it; fuser %s shows which", path, path);
        return BAUTA_E_IO;
    default:
        bt_error("%s: cannot be opened: %s", path, strerror(error));
        return BAUTA_E_IO;
    }
}

int bt_v4l2_open(const char *path, int *fd, struct bt_v4l2_device *device)
{
    // What is no device is not opened at all: that could have effects of its own.
    struct stat info;
    if (stat(path, &info))
        return fail_open(path, errno);
    const int got = S_ISCHR(info.st_mode) ? open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
                                          : -1;
    if (got < 0 && S_ISCHR(info.st_mode))
        return fail_open(path, errno);
    if (got < 0 || query(got, path, device) < 0) {
        bt_error("%s: is no video device; bauta devices lists them", path);
        if (got >= 0)
            close(got);
        return BAUTA_E_UNSUPPORTED;
    }
    *fd = got;
    return 0;
}

int bt_v4l2_device_at(int index, struct bt_v4l2_device *device)
{
    for (int i = 0; i < BT_V4L2_NUMBERS; i++) {
        struct bt_v4l2_device d = {0};
        struct stat info;
        snprintf(d.path, sizeof(d.path), "/dev/video%d", i);
        if (stat(d.path, &info) || !S_ISCHR(info.st_mode) || index-- > 0)
            continue;
        const int fd = open(d.path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        char path[64];
        memcpy(path, d.path, sizeof(path));
        if (fd >= 0) {
            query(fd, path, &d);
            close(fd);
        }
        *device = d;
        return 0;
    }
    return BAUTA_E_END;
}

bool bt_v4l2_is_camera(const struct bt_v4l2_device *device)
{
    return (device->caps & V4L2_CAP_VIDEO_CAPTURE) &&
           (device->caps & V4L2_CAP_STREAMING) && !(device->caps & V4L2_CAP_VIDEO_M2M);
}

// Modes ---------------------------------------------------------------------------------

struct list {
    int fd;
    const struct bt_v4l2_wish *wish;
    struct bt_v4l2_mode *modes;
    int count, max;
};

static void add(struct list *list, struct bt_v4l2_mode mode, struct v4l2_fract interval)
{
    if (list->count == list->max)
        return;
    mode.rate = (struct bauta_rational){0, 1};
    if (interval.numerator > 0 && interval.numerator <= 1000000 &&
        interval.denominator > 0 && interval.denominator <= 1000000000)
        mode.rate = (struct bauta_rational){(int)interval.denominator,
                                            (int)interval.numerator};
    list->modes[list->count++] = mode;
}

static double length(struct v4l2_fract f)
{
    return f.denominator ? (double)f.numerator / f.denominator : 0;
}

static void list_rates(struct list *list, const struct bt_v4l2_mode *mode)
{
    struct v4l2_frmivalenum e = {.pixel_format = mode->fourcc,
                                 .width = (uint32_t)mode->width,
                                 .height = (uint32_t)mode->height};
    for (; e.index < STEPS_MAX; e.index++) {
        if (bt_v4l2_ioctl(list->fd, VIDIOC_ENUM_FRAMEINTERVALS, &e) < 0)
            break;
        if (e.type == V4L2_FRMIVAL_TYPE_DISCRETE) {
            add(list, *mode, e.discrete);
            continue;
        }
        const struct v4l2_fract asked = {(uint32_t)list->wish->rate.den,
                                         (uint32_t)list->wish->rate.num};
        const bool fast = length(asked) < length(e.stepwise.min);
        const bool slow = length(asked) > length(e.stepwise.max);
        add(list, *mode, fast ? e.stepwise.min : slow ? e.stepwise.max : asked);
        return;
    }
    if (!e.index)
        add(list, *mode, (struct v4l2_fract){0, 1});
}

static int within(int wanted, uint32_t min, uint32_t max, uint32_t step)
{
    const int64_t low = min, high = max;
    if (wanted <= low)
        return low > INT32_MAX ? 0 : (int)low;
    const int64_t top = wanted < high ? wanted : high;
    return (int)(low + (top - low) / (step ? step : 1) * (step ? step : 1));
}

static void list_sizes(struct list *list, uint32_t fourcc)
{
    struct v4l2_frmsizeenum e = {.pixel_format = fourcc};
    const struct bt_v4l2_wish *wish = list->wish;
    struct bt_v4l2_mode mode = {fourcc, wish->width, wish->height, {0, 1}};
    for (; e.index < STEPS_MAX; e.index++) {
        if (bt_v4l2_ioctl(list->fd, VIDIOC_ENUM_FRAMESIZES, &e) < 0)
            break;
        const bool discrete = e.type == V4L2_FRMSIZE_TYPE_DISCRETE;
        if (discrete && (e.discrete.width > 16384 || e.discrete.height > 16384))
            continue;
        const struct v4l2_frmsize_stepwise *s = &e.stepwise;
        mode.width = discrete ? (int)e.discrete.width
                              : within(wish->width, s->min_width, s->max_width,
                                       s->step_width);
        mode.height = discrete ? (int)e.discrete.height
                               : within(wish->height, s->min_height, s->max_height,
                                        s->step_height);
        list_rates(list, &mode);
        if (!discrete)
            return;
    }
    if (!e.index)
        list_rates(list, &mode);
}

static bool is_read(uint32_t fourcc)
{
    const char *name = bt_v4l2_format_name(fourcc);
    return name && (bt_v4l2_pixel(fourcc) != BAUTA_PIXEL_NONE || !strcmp(name, "mjpeg"));
}

int bt_v4l2_modes(int fd, const struct bt_v4l2_wish *wish, struct bt_v4l2_mode *modes,
                  int max)
{
    struct list list = {.fd = fd, .wish = wish, .modes = modes, .max = max};
    struct v4l2_fmtdesc d = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    for (; d.index < STEPS_MAX; d.index++) {
        if (bt_v4l2_ioctl(fd, VIDIOC_ENUM_FMT, &d) < 0)
            break;
        // What libv4l makes up out of another format costs more than ours would.
        if (is_read(d.pixelformat) && !(d.flags & V4L2_FMT_FLAG_EMULATED))
            list_sizes(&list, d.pixelformat);
    }
    return list.count;
}
