// SPDX-License-Identifier: Apache-2.0
// Pixels come through a lossless codec as they are, in every pixel format and size.
#include "media.h"

static void round_trip(const char *pixel, const char *taken, const char *size)
{
    fprintf(stderr, "%s %s\n", pixel, size);
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i testsrc2=size=%s:rate=10:d=0.5 "
                        "-vf format=%s -c:v ffv1 in.mkv", size, pixel), 0);
    struct bt_io_options options = media_options();
    options.codec = bt_strdup("ffv1");
    struct media_result r;
    CHECK_INT(media_copy("in.mkv", "out.mkv", &options, &r), 0);
    CHECK_INT(r.frames, 5);
    CHECK_TEXT(bt_pixel_format(r.format.pixel)->name, taken);
    char before[128];
    snprintf(before, sizeof(before), "%s", media_pictures("in.mkv", taken));
    CHECK(strlen(before) > 32);
    CHECK_TEXT(media_pictures("out.mkv", taken), before);
    bt_opt_finish(bt_io_opts, &options);
}

// NV12 and packed RGB come out of raw video in NUT only.
static void raw_trip(const char *pixel, const char *size)
{
    fprintf(stderr, "raw %s %s\n", pixel, size);
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i testsrc2=size=%s:rate=10:d=0.5 "
                        "-pix_fmt %s -c:v rawvideo -f nut in.nut", size, pixel), 0);
    struct bt_io_options options = media_options();
    options.codec = bt_strdup("ffv1");
    struct media_result r;
    CHECK_INT(media_copy("in.nut", "out.mkv", &options, &r), 0);
    CHECK_TEXT(bt_pixel_format(r.format.pixel)->name, pixel);
    char before[128];
    snprintf(before, sizeof(before), "%s", media_pictures("in.nut", pixel));
    CHECK_TEXT(media_pictures("out.mkv", pixel), before);
    bt_opt_finish(bt_io_opts, &options);
}

static void properties(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i "
                        "testsrc2=size=96x64:rate=10:d=0.5 "
                        "-vf setsar=4/3,format=yuv420p -color_range pc -color_primaries "
                        "bt470bg "
                        "-color_trc gamma28 -colorspace bt470bg -c:v libx264 in.mp4"),
              0);
    const char *keys = "sample_aspect_ratio,color_range,color_space,color_transfer,"
                       "color_primaries,pix_fmt";
    char before[512];
    snprintf(before, sizeof(before), "%s", media_stream("in.mp4", "v", keys));
    CHECK(strstr(before, "color_range=pc") && strstr(before, "4:3"));
    CHECK_INT(media_copy("in.mp4", "out.mp4", NULL, NULL), 0);
    CHECK_TEXT(media_stream("out.mp4", "v", keys), before);
    CHECK_INT(media_copy("in.mp4", "out.mkv", NULL, NULL), 0);
    CHECK_TEXT(media_stream("out.mkv", "v", keys), before);
}

// Deeper samples are brought to 8 bits, and it is said.
static void deep(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i "
                        "testsrc2=size=96x64:rate=10:d=0.5 "
                        "-pix_fmt yuv420p10le -c:v ffv1 deep.mkv"),
              0);
    struct media_result r;
    CHECK_INT(media_copy("deep.mkv", "out.mkv", NULL, &r), 0);
    CHECK_INT(r.format.pixel, BAUTA_PIXEL_YUV420P);
    CHECK(media_said("yuv420p10le is converted to yuv420p"));
}

int main(void)
{
    media_begin();
    static const char *const formats[] = {"yuv420p", "yuv422p", "yuv444p", "gray"};
    for (int i = 0; i < 4; i++) {
        round_trip(formats[i], formats[i], "96x64");
        round_trip(formats[i], formats[i], "97x63");
    }
    round_trip("bgr0", "rgb24", "98x64");
    round_trip("bgra", "bgra", "97x63");
    static const char *const raw[] = {"nv12", "rgb24", "bgr24", "rgba", "bgra"};
    for (int i = 0; i < 5; i++) {
        raw_trip(raw[i], "96x64");
        raw_trip(raw[i], "95x63");
    }
    properties();
    deep();
    return media_end();
}
