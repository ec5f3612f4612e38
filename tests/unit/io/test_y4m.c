// SPDX-License-Identifier: Apache-2.0
// The synthetic source, y4m and the hash: none of them loses or makes up a sample.
#include "media.h"

#include "io/sources.h"
#include "io/y4m.h"

static void hash(const char *input, struct media_result *out)
{
    const struct bt_io_options options = media_options();
    CHECK_INT(media_move(input, "hash:", &options, out), 0);
    CHECK_INT((int)strlen(out->digest), 64);
}

static void same_twice(const char *url)
{
    struct media_result a, b;
    hash(url, &a);
    hash(url, &b);
    CHECK_TEXT(a.digest, b.digest);
}

static void through_y4m(const char *format, const char *size)
{
    char url[256];
    snprintf(url, sizeof(url), "test:%s@25,frames=7,format=%s", size, format);
    fprintf(stderr, "%s\n", url);
    struct media_result direct, read;
    hash(url, &direct);
    CHECK_INT(direct.frames, 7);
    const struct bt_io_options options = media_options();
    CHECK_INT(media_move(url, media_path("t.y4m"), &options, NULL), 0);
    hash(media_path("t.y4m"), &read);
    CHECK_TEXT(read.digest, direct.digest);
    // Another reader agrees on what is in it.
    char pixels[128];
    snprintf(pixels, sizeof(pixels), "%s", media_pictures("t.y4m", format));
    struct bt_io_options lossless = media_options();
    lossless.codec = bt_strdup("ffv1");
    CHECK_INT(media_move(url, media_path("t.mkv"), &lossless, NULL), 0);
    CHECK_TEXT(media_pictures("t.mkv", format), pixels);
    bt_opt_finish(bt_io_opts, &lossless);
}

static void frames_differ(void)
{
    struct media_result a, b;
    hash("test:64x48@25,frames=1", &a);
    struct bt_io_options options = media_options();
    options.start = 0.04f;
    CHECK_INT(media_move("test:64x48@25,frames=2", "hash:", &options, &b), 0);
    CHECK_INT(b.frames, 1);
    CHECK(strcmp(a.digest, b.digest));
    options.start = 0;
    options.duration = 0.2f;
    CHECK_INT(media_move("test:64x48@25,frames=0", "hash:", &options, &b), 0);
    CHECK_INT(b.frames, 5);
}

static void with_face(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i color=0x123456:size=200x200 "
                        "-frames:v 1 -pix_fmt rgb24 'fa,ce.png'"),
              0);
    char url[512];
    snprintf(url, sizeof(url), "test:320x240@30,frames=3,format=rgb24,face=%s",
             media_path("fa,ce.png"));
    same_twice(url);
    struct bt_source *source = NULL;
    const struct bt_io_options options = media_options();
    struct bauta_frame *frame = NULL;
    CHECK_INT(bt_source_open(&source, url, &options), 0);
    CHECK_INT(bt_source_read(source, &frame), 0);
    const uint8_t *middle = frame->data[0] + 120 * frame->stride[0] + 160 * 3;
    // Scaling rounds.
    CHECK_NEAR(middle[0], 0x12, 2);
    CHECK_NEAR(middle[1], 0x34, 2);
    CHECK_NEAR(middle[2], 0x56, 2);
    CHECK(frame->captured_ns > 0 && frame->number == 0 && frame->pts == 0);
    bauta_frame_unref(&frame);
    bt_source_close(&source);
}

static void urls(void)
{
    struct bt_test_params p;
    CHECK_INT(bt_test_parse("", &p), 0);
    CHECK_INT(p.width, 640);
    CHECK_INT(bt_test_parse("1920x1080@30000/1001,frames=5,format=nv12,face=/a,b", &p),
              0);
    CHECK(p.width == 1920 && p.height == 1080 && p.rate.num == 30000 &&
          p.rate.den == 1001);
    CHECK(p.frames == 5 && p.pixel == BAUTA_PIXEL_NV12 && !strcmp(p.face, "/a,b"));
    CHECK_INT(bt_test_parse("64x64@29.97", &p), 0);
    CHECK(p.rate.num == 2997 && p.rate.den == 100);
    CHECK_INT(bt_test_parse("frames=3", &p), 0);
    static const char *const bad[] = {"0x5",
                                      "5x",
                                      "5",
                                      "99999x2",
                                      "5x5@",
                                      "5x5@0",
                                      "5x5@1/0",
                                      "5x5@1e9",
                                      "5x5,",
                                      "5x5,frames",
                                      "5x5,frames=-1",
                                      "5x5,frames=2x",
                                      "5x5,format=",
                                      "5x5,format=yuv",
                                      "5x5,face=",
                                      "5x5x5",
                                      "-5x5",
                                      ",,",
                                      "5x5,unknown=1"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (!CHECK_INT(bt_test_parse(bad[i], &p), BAUTA_E_USAGE))
            fprintf(stderr, "  %s\n", bad[i]);
    }
}

static int header(const char *text)
{
    char line[256];
    struct bt_format format;
    enum AVFieldOrder order;
    snprintf(line, sizeof(line), "%s", text);
    return bt_y4m_parse(line, "a test", &format, &order);
}

static void headers(void)
{
    CHECK_INT(header("YUV4MPEG2 W64 H48 F25:1 Ip A1:1 C420jpeg"), 0);
    CHECK_INT(header("YUV4MPEG2 W64 H48"), 0);
    CHECK_INT(header("YUV4MPEG2 W64 H48 C420p10"), BAUTA_E_UNSUPPORTED);
    static const char *const bad[] = {"", "YUV4MPEG", "YUV4MPEG2", "YUV4MPEG2 W64",
                                      "YUV4MPEG2 W0 H5", "YUV4MPEG2 W99999 H5",
                                      "YUV4MPEG2 W-4 H5", "YUV4MPEG2 W4 H5 F25",
                                      "YUV4MPEG2 W4 H5 F-1:5", "YUV4MPEG2 W4 H5 A1:x"};
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        CHECK_INT(header(bad[i]), BAUTA_E_FORMAT);
}

static void cut_off(void)
{
    const struct bt_io_options options = media_options();
    CHECK_INT(media_move("test:64x48@25,frames=5", media_path("w.y4m"), &options, NULL),
              0);
    CHECK_INT(media_run("head -c 12000 w.y4m > cut.y4m && head -c 30 w.y4m > head.y4m && "
                        ": > zero.y4m"), 0);
    struct media_result r;
    hash(media_path("cut.y4m"), &r);
    CHECK_INT(r.frames, 2);
    CHECK_INT(r.truncated, 1);
    CHECK(media_said("cut.y4m: is damaged or cut off at picture 2"));
    CHECK_INT(media_copy("head.y4m", "x.y4m", NULL, NULL), BAUTA_E_FORMAT);
    CHECK_INT(media_copy("zero.y4m", "x.y4m", NULL, NULL), BAUTA_E_FORMAT);
    CHECK_INT(media_copy("none.y4m", "x.y4m", NULL, NULL), BAUTA_E_NOT_FOUND);
}

int main(void)
{
    media_begin();
    static const char *const formats[] = {"yuv420p", "yuv422p", "yuv444p", "gray"};
    for (int i = 0; i < 4; i++) {
        through_y4m(formats[i], "64x48");
        through_y4m(formats[i], "65x47");
    }
    same_twice("test:64x48@25,frames=4,format=nv12");
    same_twice("test:65x47@25,frames=4,format=bgra");
    frames_differ();
    with_face();
    urls();
    headers();
    cut_off();
    return media_end();
}
