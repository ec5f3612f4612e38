// SPDX-License-Identifier: Apache-2.0
// Drives source and sink without the rest of the path, inside of the test's machine.
// usage: probe capture URL FRAMES
//        probe loop SINK_URL SOURCE_URL FRAMES FORMAT
//        probe mjpeg DEVICE FRAMES
//        probe marks SINK_URL SOURCE_URL FRAMES
//        probe starve SOURCE_URL SINK_URL
// Prints one line of facts; exit 1 with the log's line where something failed.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/videodev2.h>
#include <turbojpeg.h>

#include <bauta/log.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "frame/frame.h"
#include "io/io.h"
#include "look.h"
#include "mark/mark.h"

static const struct bt_io_options options = {0};

static void say(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level <= BAUTA_LOG_INFO)
        printf("log %d: %s\n", (int)level, line);
}

// FNV-1a over all samples.
static uint64_t sum(const struct bauta_frame *f)
{
    uint64_t hash = 14695981039346656037u;
    for (int p = 0; p < bt_pixel_format(f->format)->planes; p++) {
        int width = 0, height = 0;
        bt_plane_size(f->format, f->width, f->height, p, &width, &height);
        for (int y = 0; y < height; y++) {
            const uint8_t *row = f->data[p] + y * f->stride[p];
            for (int x = 0; x < width * bt_pixel_format(f->format)->step[p]; x++)
                hash = (hash ^ row[x]) * 1099511628211u;
        }
    }
    return hash;
}

static int capture(const char *url, int frames)
{
    struct bt_source *s = NULL;
    int result = bt_source_open(&s, url, &options);
    if (result < 0)
        return result;
    int order = 1, differ = 0;
    int64_t first_ns = 0, last_ns = 0, last_pts = 0;
    uint64_t last_sum = 0;
    for (int i = 0; i < frames && result >= 0; i++) {
        struct bauta_frame *f = NULL;
        result = bt_source_read(s, &f);
        if (result < 0)
            break;
        const int64_t now = bt_now_ns();
        const uint64_t is = sum(f);
        first_ns = first_ns ? first_ns : f->captured_ns;
        order &= f->number == i && f->captured_ns > last_ns && f->captured_ns <= now;
        // The driver's time, which pts is made of, and not the time of reading.
        order &= f->pts == (f->captured_ns - first_ns) / 1000;
        differ += is != last_sum;
        last_sum = is;
        last_ns = f->captured_ns;
        last_pts = f->pts;
        bauta_frame_unref(&f);
    }
    if (result >= 0)
        printf("captured frames=%d pixel=%s size=%dx%d live=%d order=%d differ=%d "
               "span_us=%lld\n", frames, bt_pixel_format(s->format.pixel)->name,
               s->format.width, s->format.height, s->format.live, order, differ,
               (long long)last_pts);
    bt_source_close(&s);
    return result;
}

// Writes a frame of the test source, reads it back, and compares luma sample by sample
// with what was written; the same thread does both, so that nothing is left to chance.
static int loop(const char *to, const char *from, int frames, const char *format)
{
    struct bt_source *test = NULL, *back = NULL;
    struct bt_sink *sink = NULL;
    char url[128];
    snprintf(url, sizeof(url), "test:640x360@30,frames=%d,format=%s", frames + 8, format);
    int result = bt_source_open(&test, url, &options), same = 0, got = 0;
    if (result >= 0)
        result = bt_sink_open(&sink, to, &test->format, test, &options);
    for (int i = 0; result >= 0 && got < frames; i++) {
        struct bauta_frame *f = NULL, *r = NULL;
        result = bt_source_read(test, &f);
        if (result < 0)
            break;
        result = bt_sink_write(sink, (struct bt_marked){bauta_frame_ref(f)});
        // A loopback device is a camera only from the first frame on.
        if (result >= 0 && !back)
            result = bt_source_open(&back, from, &options);
        if (result >= 0)
            result = bt_source_read(back, &r);
        if (result >= 0) {
            int equal = r->width == f->width && r->height == f->height;
            for (int y = 0; equal && y < f->height; y++)
                equal = !memcmp(f->data[0] + y * f->stride[0],
                                r->data[0] + y * r->stride[0], (size_t)f->width);
            same += equal;
            got++;
        }
        bauta_frame_unref(&f);
        bauta_frame_unref(&r);
    }
    if (result >= 0)
        printf("looped frames=%d same=%d pixel=%s size=%dx%d\n", got, same,
               bt_pixel_format(back->format.pixel)->name, back->format.width,
               back->format.height);
    bt_source_close(&back);
    bt_sink_close(&sink);
    bt_source_close(&test);
    return result;
}

// Frames of the test source are marked and written; what a reader gets is looked at, and so
// is what was not marked.
static int marks(const char *to, const char *from, int frames)
{
    const struct bt_mark_options plain = {.label_size = 1, .session = 77};
    struct bt_source *test = NULL, *back = NULL;
    struct bt_sink *sink = NULL;
    struct bt_mark *mark = NULL;
    struct look look = {0}, bare = {0};
    int result = bt_source_open(&test, "test:640x360@25,format=yuv420p", &options);
    if (result >= 0)
        result = bt_sink_open(&sink, to, &test->format, test, &options);
    if (result >= 0)
        result = bt_mark_open(&mark, &test->format, &plain);
    if (result >= 0)
        result = look_open(&bare, &test->format, &plain, false);
    while (result >= 0 && look.frames < frames) {
        struct bauta_frame *f = NULL, *r = NULL;
        struct bt_marked marked = {NULL};
        result = bt_source_read(test, &f);
        if (result < 0)
            break;
        look_at(&bare, f);
        result = bt_mark_frame(mark, f, 0, &marked);
        if (result >= 0)
            result = bt_sink_write(sink, marked);
        if (result >= 0 && !back)
            result = bt_source_open(&back, from, &options);
        if (result >= 0 && !look.detector)
            result = look_open(&look, &back->format, &plain, false);
        if (result >= 0)
            result = bt_source_read(back, &r);
        if (result >= 0) {
            // The machine is slow; it is the pictures that count, not when they came.
            r->time_base = (struct bauta_rational){1, 25};
            r->pts = look.frames;
            result = look_at(&look, r);
        }
        bauta_frame_unref(&r);
    }
    if (result >= 0)
        result = look_end(&look);
    if (result >= 0)
        result = look_end(&bare);
    if (result >= 0) {
        look_print(&look, "marks");
        printf("bare labelled=%d marked=%d\n", bare.labelled, bare.marked);
    }
    look_close(&look);
    look_close(&bare);
    bt_mark_close(&mark);
    bt_source_close(&back);
    bt_sink_close(&sink);
    bt_source_close(&test);
    return result;
}

// A camera that speaks motion JPEG: frames of the test source, compressed here and
// written to the loopback device without the sink; every seventh is cut in the middle.
static int mjpeg(const char *device, int frames)
{
    struct bt_source *test = NULL, *back = NULL;
    char url[64];
    snprintf(url, sizeof(url), "v4l2:%s", device);
    struct v4l2_format f = {.type = V4L2_BUF_TYPE_VIDEO_OUTPUT};
    f.fmt.pix.width = 640;
    f.fmt.pix.height = 360;
    f.fmt.pix.pixelformat = V4L2_PIX_FMT_MJPEG;
    f.fmt.pix.sizeimage = 640 * 360 * 2;
    int type = V4L2_BUF_TYPE_VIDEO_OUTPUT, got = 0, near = 0;
    const int fd = open(device, O_RDWR);
    int result = bt_source_open(&test, "test:640x360,format=yuv422p", &options);
    if (fd < 0 || result < 0 || ioctl(fd, VIDIOC_S_FMT, &f) < 0)
        return BAUTA_E_IO;
    tjhandle encoder = tjInitCompress();
    for (int i = 0; result >= 0 && i < frames; i++) {
        struct bauta_frame *a = NULL, *b = NULL;
        unsigned char *jpeg = NULL;
        unsigned long size = 0;
        result = bt_source_read(test, &a);
        if (result < 0)
            break;
        const int strides[3] = {(int)a->stride[0], (int)a->stride[1], (int)a->stride[2]};
        tjCompressFromYUVPlanes(encoder, (const unsigned char **)a->data, 640, strides,
                                360, TJSAMP_422, &jpeg, &size, 95, 0);
        const bool cut = i % 7 == 3;
        result = write(fd, jpeg, cut ? size / 2 : size) > 0 ? 0 : BAUTA_E_IO;
        tjFree(jpeg);
        if (result >= 0 && !back) {
            ioctl(fd, VIDIOC_STREAMON, &type);
            // It takes one frame to look at, this one.
            result = bt_source_open(&back, url, &options);
        } else if (result >= 0 && !cut) {
            result = bt_source_read(back, &b);
        }
        int most = 256;
        for (int y = 0; b && y < 360; y++) {
            for (int x = 0; x < 640; x++) {
                const int d = abs(a->data[0][y * a->stride[0] + x] -
                                  b->data[0][y * b->stride[0] + x]);
                most = most == 256 || d > most ? d : most;
            }
        }
        got += b != NULL;
        near += b && most < 48;
        bauta_frame_unref(&a);
        bauta_frame_unref(&b);
    }
    printf("mjpeg frames=%d near=%d pixel=%s\n", got, near,
           back ? bt_pixel_format(back->format.pixel)->name : "none");
    bt_source_close(&back);
    bt_source_close(&test);
    tjDestroy(encoder);
    close(fd);
    return result;
}

// Lets each allocation fail in turn, until all is well.
static int starve(const char *from, const char *to)
{
    const struct bt_format format = {.pixel = BAUTA_PIXEL_RGB24,
                                     .width = 320,
                                     .height = 180,
                                     .time_base = {1, 30}};
    int failed = 0;
    for (int n = 1, result = -1; result < 0; n++) {
        struct bt_source *s = NULL;
        struct bt_sink *k = NULL;
        struct bauta_frame *f = NULL;
        bt_alloc_fail_after(n);
        result = bt_source_open(&s, from, &options);
        if (result >= 0)
            result = bt_source_read(s, &f);
        if (result >= 0)
            result = bt_sink_open(&k, to, &format, NULL, &options);
        bt_alloc_fail_after(0);
        bauta_frame_unref(&f);
        bt_source_close(&s);
        bt_sink_close(&k);
        failed += result < 0;
        if (result < 0 && result != BAUTA_E_NO_MEMORY)
            return result;
    }
    printf("starved failed=%d\n", failed);
    return 0;
}

int main(int argc, char **argv)
{
    int result = BAUTA_E_USAGE;
    setvbuf(stdout, NULL, _IOLBF, 0);
    bauta_log_set(say, NULL);
    if (argc == 4 && !strcmp(argv[1], "capture"))
        result = capture(argv[2], atoi(argv[3]));
    else if (argc == 6 && !strcmp(argv[1], "loop"))
        result = loop(argv[2], argv[3], atoi(argv[4]), argv[5]);
    else if (argc == 4 && !strcmp(argv[1], "starve"))
        result = starve(argv[2], argv[3]);
    else if (argc == 4 && !strcmp(argv[1], "mjpeg"))
        result = mjpeg(argv[2], atoi(argv[3]));
    else if (argc == 5 && !strcmp(argv[1], "marks"))
        result = marks(argv[2], argv[3], atoi(argv[4]));
    printf("result %d\n", result);
    return result < 0;
}
