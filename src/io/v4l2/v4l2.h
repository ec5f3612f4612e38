// SPDX-License-Identifier: Apache-2.0
// Video4Linux: cameras, and v4l2loopback's virtual ones. Device files are foreign: every
// size that a driver gives is checked before memory is touched.
#ifndef BT_IO_V4L2_V4L2_H
#define BT_IO_V4L2_V4L2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bauta/frame.h>

#include "frame/format.h"

enum {
    BT_V4L2_MODES = 256,     // looked at in one device
    BT_V4L2_NUMBERS = 256,   // /dev/video0 to 255
};

#define BT_V4L2_LOOPBACK_HINT \
    "sudo modprobe v4l2loopback video_nr=9 card_label=bauta exclusive_caps=1"

struct bt_v4l2_device {
    char path[64], card[33], driver[17];
    uint32_t caps;           // of this node: V4L2_CAP_*
    bool loopback;
};

// What a camera can do: one size, one rate, one layout of samples.
struct bt_v4l2_mode {
    uint32_t fourcc;
    int width, height;
    struct bauta_rational rate;   // frames a second, 0/1: unknown
};

// What the text after "v4l2:" asks for.
struct bt_v4l2_wish {
    char path[1024];         // empty: the first camera
    int width, height;       // 1280x720
    struct bauta_rational rate;   // 30/1
    uint32_t fourcc;         // 0: any
};

// "/dev/video0,size=1280x720,rate=30,format=mjpeg". Errors are logged.
int bt_v4l2_parse(const char *url, struct bt_v4l2_wish *wish);

// The same for other kinds of cameras: path is the first n bytes of url, words follow.
// NULL, or where it is not understood; nothing is logged and wish untouched then.
const char *bt_v4l2_parse_at(const char *url, size_t n, struct bt_v4l2_wish *wish);

// "mjpeg", "yuyv", "nv12", "yu12", and those that only PipeWire's cameras are read in:
// "yuv444", "rgb24", "bgr24", "rgbx", "bgrx"; NULL for what is not handled.
const char *bt_v4l2_format_name(uint32_t fourcc);

// The index of the best mode, or -1 where none fits. What counts, in this order of
// weight: a rate that reaches the wish, a size near it (larger rather than smaller, of
// the same shape), and layouts that need less work (NV12, YU12, YUYV, RGB, MJPEG).
int bt_v4l2_choose(const struct bt_v4l2_mode *modes, int count,
                   const struct bt_v4l2_wish *wish);

// Opens path for reading and writing, without blocking, and asks what it is. Logged:
// BAUTA_E_NOT_FOUND, BAUTA_E_PERMISSION, BAUTA_E_UNSUPPORTED where it is no video device.
int bt_v4l2_open(const char *path, int *fd, struct bt_v4l2_device *device);
// As ioctl, again after a signal; 0 or a negative errno.
int bt_v4l2_ioctl(int fd, unsigned long request, void *argument);
// Fills device with what number index of those present is; nothing is logged.
// BAUTA_E_END past the last. Those that may not be opened have an empty card.
int bt_v4l2_device_at(int index, struct bt_v4l2_device *device);
bool bt_v4l2_is_camera(const struct bt_v4l2_device *device);
// Modes of a camera that are handled; sizes that it takes in steps are tried at what wish
// asks for. Returns the count.
int bt_v4l2_modes(int fd, const struct bt_v4l2_wish *wish, struct bt_v4l2_mode *modes,
                  int max);

// Samples as a driver lays them out in one buffer.
struct bt_v4l2_layout {
    uint32_t fourcc;
    int width, height;       // even
    int stride;              // bytes of a row of plane 0
};
// The bytes that a picture of this layout takes, 0 for MJPEG and what is not handled.
size_t bt_v4l2_bytes(const struct bt_v4l2_layout *layout);
// The pixel format that bt_v4l2_unpack fills.
enum bauta_pixel_format bt_v4l2_pixel(uint32_t fourcc);
// Copies bt_v4l2_bytes(layout) from data into a frame of the format above, same size.
void bt_v4l2_unpack(struct bauta_frame *frame, const struct bt_v4l2_layout *layout,
                    const uint8_t *data);
// Copies a frame of YUV420P, NV12 or YUV422P into YUYV or YU12. Chroma rows are repeated
// or averaged where the layouts differ.
void bt_v4l2_pack(uint8_t *data, const struct bt_v4l2_layout *layout,
                  const struct bauta_frame *frame);

// Pictures of motion JPEG, one a call. Not thread-safe.
struct bt_mjpeg;
struct bt_mjpeg *bt_mjpeg_create(void);
void bt_mjpeg_destroy(struct bt_mjpeg **reader);
// Size and pixel format of the picture in data. BAUTA_E_FORMAT where that is no JPEG, or
// one with odd sides, sides over 8192, or other chroma than 4:2:0, 4:2:2 and 4:4:4.
// Nothing is logged.
int bt_mjpeg_head(struct bt_mjpeg *reader, const uint8_t *data, size_t size, int *width,
                  int *height, enum bauta_pixel_format *format);
// Decodes into a frame of that size and format; BAUTA_E_FORMAT for others and for damage,
// where pixels are undefined.
int bt_mjpeg_read(struct bt_mjpeg *reader, const uint8_t *data, size_t size,
                  struct bauta_frame *frame);

#endif
