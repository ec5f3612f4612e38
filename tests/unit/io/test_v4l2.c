// SPDX-License-Identifier: Apache-2.0
// What needs no device: the text of a wish, the choice of a mode, layouts, motion JPEG.
#include <stdlib.h>

#include <linux/videodev2.h>
#include <turbojpeg.h>

#include <bauta/log.h>

#include "../check.h"
#include "frame/frame.h"
#include "io/io.h"
#include "io/v4l2/v4l2.h"

enum { W = 64, H = 48 };

static char last[2048];

static void keep(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR)
        snprintf(last, sizeof(last), "%s", line);
}

static void test_parse(void)
{
    struct bt_v4l2_wish w;
    CHECK(bt_v4l2_parse("", &w) == 0);
    CHECK(!*w.path && w.width == 1280 && w.height == 720 && w.rate.num == 30 &&
          w.rate.den == 1 && !w.fourcc);
    CHECK(bt_v4l2_parse("/dev/video3,size=640x480,rate=30000/1001,format=yuyv", &w) == 0);
    CHECK(!strcmp(w.path, "/dev/video3") && w.width == 640 && w.height == 480 &&
          w.rate.den == 1001 && w.fourcc == V4L2_PIX_FMT_YUYV);
    static const char *const bad[] = {
        "/dev/video0,", "/dev/video0,size=", "/dev/video0,size=640", ",size=640x480x2",
        ",size=9000x10", ",size=2x2", ",rate=0", ",rate=30/0", ",rate=1001",
        ",rate=30fps",
        ",format=", ",format=h264", ",format=yuyv2", ",speed=3",
        ",size=99999999999999999999x3"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        w.width = 7;
        CHECK(bt_v4l2_parse(bad[i], &w) == BAUTA_E_USAGE && w.width == 7);
    }
}

static void test_choose(void)
{
    // What a common USB camera offers.
    const struct bt_v4l2_mode modes[] = {
        {V4L2_PIX_FMT_YUYV, 640, 480, {30, 1}},
        {V4L2_PIX_FMT_YUYV, 1280, 720, {10, 1}},
        {V4L2_PIX_FMT_MJPEG, 1280, 720, {30, 1}},
        {V4L2_PIX_FMT_MJPEG, 1920, 1080, {30, 1}},
        {V4L2_PIX_FMT_YUYV, 1920, 1080, {5, 1}},
        {V4L2_PIX_FMT_MJPEG, 1280, 720, {60, 1}},
        {V4L2_PIX_FMT_H264, 1280, 720, {30, 1}},
        {V4L2_PIX_FMT_YUYV, 1281, 720, {30, 1}},
    };
    struct bt_v4l2_wish w;
    CHECK(bt_v4l2_parse("", &w) == 0);
    CHECK(bt_v4l2_choose(modes, 8, &w) == 2);
    CHECK(bt_v4l2_choose(modes, 2, &w) == 0);
    CHECK(bt_v4l2_choose(modes + 6, 2, &w) == -1);
    CHECK(bt_v4l2_choose(modes, 0, &w) == -1);
    CHECK(bt_v4l2_parse(",rate=60", &w) == 0);
    CHECK(bt_v4l2_choose(modes, 8, &w) == 5);
    CHECK(bt_v4l2_parse(",size=1920x1080", &w) == 0);
    CHECK(bt_v4l2_choose(modes, 8, &w) == 3);
    CHECK(bt_v4l2_parse(",size=640x480", &w) == 0);
    CHECK(bt_v4l2_choose(modes, 8, &w) == 0);
    CHECK(bt_v4l2_parse(",rate=10,format=yuyv", &w) == 0);
    CHECK(bt_v4l2_choose(modes, 8, &w) == 1);
    CHECK(bt_v4l2_parse(",format=nv12", &w) == 0);
    CHECK(bt_v4l2_choose(modes, 8, &w) == -1);
}

static struct bauta_frame *make_frame(enum bauta_pixel_format format)
{
    struct bauta_frame *f = bauta_frame_new(format, W, H);
    if (!CHECK(f != NULL))
        exit(1);
    for (int p = 0; p < bt_pixel_format(format)->planes; p++) {
        int width = 0, height = 0;
        bt_plane_size(format, W, H, p, &width, &height);
        const int step = bt_pixel_format(format)->step[p];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width * step; x++)
                f->data[p][y * f->stride[p] + x] = (uint8_t)(x * 3 + y * 5 + p * 50);
        }
    }
    return f;
}

static int difference(const struct bauta_frame *a, const struct bauta_frame *b)
{
    int most = 0;
    for (int p = 0; p < bt_pixel_format(a->format)->planes; p++) {
        int width = 0, height = 0;
        bt_plane_size(a->format, W, H, p, &width, &height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width * bt_pixel_format(a->format)->step[p]; x++) {
                const int d = abs(a->data[p][y * a->stride[p] + x] -
                                  b->data[p][y * b->stride[p] + x]);
                most = d > most ? d : most;
            }
        }
    }
    return most;
}

static void test_layouts(void)
{
    // The stride is wider than the picture, and what lies there stays as it was.
    static uint8_t data[2 * (2 * W + 16) * H];
    static const struct {
        uint32_t fourcc;
        enum bauta_pixel_format pixel;
    } cases[] = {{V4L2_PIX_FMT_YUYV, BAUTA_PIXEL_YUV422P},
                 {V4L2_PIX_FMT_YUV420, BAUTA_PIXEL_YUV420P}};
    for (int i = 0; i < 2; i++) {
        const struct bt_v4l2_layout l = {cases[i].fourcc, W, H,
                                         (i ? W : 2 * W) + 16};
        CHECK(bt_v4l2_pixel(l.fourcc) == cases[i].pixel);
        struct bauta_frame *a = make_frame(cases[i].pixel);
        struct bauta_frame *b = bauta_frame_new(cases[i].pixel, W, H);
        memset(data, 0xEE, sizeof(data));
        bt_v4l2_pack(data, &l, a);
        CHECK(data[l.stride - 1] == 0xEE && data[bt_v4l2_bytes(&l)] == 0xEE);
        bt_v4l2_unpack(b, &l, data);
        CHECK(difference(a, b) == 0);
        bauta_frame_unref(&a);
        bauta_frame_unref(&b);
    }
    const struct bt_v4l2_layout yuyv = {V4L2_PIX_FMT_YUYV, W, H, 2 * W};
    const struct bt_v4l2_layout yu12 = {V4L2_PIX_FMT_YUV420, W, H, W};
    const struct bt_v4l2_layout nv12 = {V4L2_PIX_FMT_NV12, W, H, W};
    CHECK(bt_v4l2_bytes(&yuyv) == 2 * W * H && bt_v4l2_bytes(&nv12) == W * H * 3 / 2);
    // The known bytes of the first pixels: Y at 3x, U at 3x+50, V at 3x+100.
    struct bauta_frame *f = make_frame(BAUTA_PIXEL_YUV422P);
    bt_v4l2_pack(data, &yuyv, f);
    static const uint8_t start[8] = {0, 50, 3, 100, 6, 53, 9, 103};
    CHECK(!memcmp(data, start, 8));
    bt_v4l2_pack(data, &yu12, f);
    CHECK(data[W * H] == 53 && data[W * H + W * H / 4] == 103);
    bauta_frame_unref(&f);
    struct bauta_frame *n = make_frame(BAUTA_PIXEL_NV12);
    bt_v4l2_pack(data, &yu12, n);
    CHECK(data[W * H] == 50 && data[W * H + 1] == 56 && data[W * H + W * H / 4] == 53);
    bt_v4l2_pack(data, &yuyv, n);
    CHECK(data[1] == 50 && data[3] == 53 && data[2 * W + 1] == 50);
    bauta_frame_unref(&n);
}

static void test_mjpeg(void)
{
    struct bauta_frame *a = bauta_frame_new(BAUTA_PIXEL_YUV422P, W, H);
    struct bauta_frame *b = bauta_frame_new(BAUTA_PIXEL_YUV422P, W, H);
    for (int p = 0; p < 3; p++) {
        for (int y = 0; y < H; y++)
            memset(a->data[p] + y * a->stride[p], 40 + y + 40 * p, W / (p ? 2 : 1));
    }
    const int strides[3] = {(int)a->stride[0], (int)a->stride[1], (int)a->stride[2]};
    unsigned char *jpeg = NULL;
    unsigned long size = 0;
    tjhandle encoder = tjInitCompress();
    CHECK(!tjCompressFromYUVPlanes(encoder, (const unsigned char **)a->data, W, strides,
                                   H, TJSAMP_422, &jpeg, &size, 95, 0));
    struct bt_mjpeg *reader = bt_mjpeg_create();
    int width = 0, height = 0;
    enum bauta_pixel_format format = BAUTA_PIXEL_NONE;
    CHECK(bt_mjpeg_head(reader, jpeg, size, &width, &height, &format) == 0);
    CHECK(width == W && height == H && format == BAUTA_PIXEL_YUV422P);
    CHECK(bt_mjpeg_read(reader, jpeg, size, b) == 0);
    CHECK(difference(a, b) <= 4);
    // Cut at any place, or with another size, it is refused and the next is good again.
    for (size_t n = 0; n + 2 < size; n += 1 + size / 40)
        CHECK(bt_mjpeg_read(reader, jpeg, n, b) == BAUTA_E_FORMAT);
    struct bauta_frame *other = bauta_frame_new(BAUTA_PIXEL_YUV420P, W, H);
    CHECK(bt_mjpeg_read(reader, jpeg, size, other) == BAUTA_E_FORMAT);
    CHECK(bt_mjpeg_read(reader, jpeg, size, b) == 0);
    CHECK(difference(a, b) <= 4);
    bt_mjpeg_destroy(&reader);
    tjFree(jpeg);
    tjDestroy(encoder);
    bauta_frame_unref(&other);
    bauta_frame_unref(&a);
    bauta_frame_unref(&b);
}

static void test_no_device(void)
{
    const struct bt_io_options options = {0};
    struct bt_source *source = NULL;
    struct bt_sink *sink = NULL;
    const struct bt_format format = {.pixel = BAUTA_PIXEL_YUV420P,
                                     .width = W,
                                     .height = H,
                                     .time_base = {1, 25}};
    CHECK(bt_source_open(&source, "v4l2:/dev/video250", &options) == BAUTA_E_NOT_FOUND);
    CHECK(strstr(last, "/dev/video250") && strstr(last, "bauta devices"));
    CHECK(bt_source_open(&source, "v4l2:/dev/null", &options) == BAUTA_E_UNSUPPORTED);
    CHECK(bt_source_open(&source, "v4l2:/etc/passwd", &options) == BAUTA_E_UNSUPPORTED);
    CHECK(bt_sink_open(&sink, "v4l2:/dev/video250", &format, NULL, &options) ==
          BAUTA_E_NOT_FOUND);
    CHECK(strstr(last, "modprobe v4l2loopback"));
    CHECK(bt_sink_open(&sink, "v4l2:/dev/null", &format, NULL, &options) ==
          BAUTA_E_UNSUPPORTED);
    CHECK(!source && !sink);
}

int main(void)
{
    bauta_log_set(keep, NULL);
    test_parse();
    test_choose();
    test_layouts();
    test_mjpeg();
    test_no_device();
    return check_end();
}
