// SPDX-License-Identifier: Apache-2.0
// What travels beside the pictures, and what must not.
#include "media.h"

static char before[1 << 15];

static void keep(const char *text)
{
    snprintf(before, sizeof(before), "%s", text);
}

static void make(void)
{
    FILE *file = fopen(media_path("sub.srt"), "w");
    fputs("1\n00:00:00,500 --> 00:00:01,250\nfirst line\n\n"
          "2\n00:00:01,500 --> 00:00:02,750\nsecond <i>line</i>\n\n", file);
    fclose(file);
    file = fopen(media_path("meta.txt"), "w");
    fputs(";FFMETADATA1\ntitle=The title\nartist=Somebody\nlocation=+48.8577+002.295/\n"
          "com.apple.quicktime.location.ISO6709=+48.8577+002.295+000.000/\n"
          "creation_time=2020-02-02T02:02:02Z\nmake=Camera\n"
          "[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\ntitle=One\n"
          "[CHAPTER]\nTIMEBASE=1/1000\nSTART=1500\nEND=3000\ntitle=Two\n", file);
    fclose(file);
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i testsrc2=size=96x64:rate=25:d=3 "
                        "-f lavfi -i sine=f=440:d=3 -f lavfi -i sine=f=220:d=3 -i "
                        "sub.srt -i meta.txt -map 0 -map 1 -map 2 -map 3 -map_metadata 4 "
                        "-map_chapters 4 -c:v libx264 -c:a aac -c:s srt "
                        "-metadata:s:a:0 language=fra -metadata:s:a:1 language=ger "
                        "-metadata:s:s:0 language=eng -disposition:a:1 default "
                        "-disposition:a:0 0 in.mkv"),
              0);
    CHECK_INT(media_run("ffmpeg -v error -y -i in.mkv -f lavfi -i "
                        "color=red:size=64x64:d=0.04 "
                        "-map 0:v -map 0:a -map 0:s -map 1:v -c:v:0 copy -c:a copy "
                        "-c:s mov_text -c:v:1 png -disposition:v:1 attached_pic "
                        "-map_metadata 0 -timecode 01:00:00:00 "
                        "in.mp4"),
              0);
}

static void same(const char *input, const char *output, const char *what,
                 const char *filter)
{
    keep(media_ask("ffprobe -v error %s '%s' %s", what, input, filter));
    CHECK(strlen(before) > 10);
    CHECK_TEXT(media_ask("ffprobe -v error %s '%s' %s", what, output, filter), before);
}

static void chapters(const char *input, const char *output)
{
    fprintf(stderr, "%s to %s\n", input, output);
    CHECK_INT(media_copy(input, output, NULL, NULL), 0);
    same(input, output,
         "-show_entries chapter=start_time,end_time:chapter_tags=title -of csv",
         "| sed 's/chapter,//'");
    same(input, output,
         "-select_streams a -show_entries stream=codec_name:stream_tags=language:"
         "stream_disposition=default -of csv",
         "");
    same(input, output, "-show_entries format_tags=title,artist -of default=nw=1",
         "| tr A-Z a-z | sort");
    const char *texts = media_ask("ffmpeg -v error -i '%s' -map 0:s:0 -f srt - | grep -E "
                                  "'line|-->'", output);
    CHECK(strstr(texts, "00:00:00,5") && strstr(texts, "first line"));
    CHECK(strstr(texts, "00:00:02,7") && strstr(texts, "second <i>line</i>"));
    CHECK(strstr(media_stream(output, "s", "codec_type:stream_tags=language"), "eng"));
}

// Nothing of where and when, no other picture, no data.
static void harmless(const char *output)
{
    const char *all =
        media_ask("ffprobe -v error -show_format -show_streams '%s'", output);
    CHECK(!strstr(all, "48.85") && !strstr(all, "2020-02-02") && !strstr(all, "Camera"));
    CHECK(!strstr(all, "attached_pic=1") && !strstr(all, "timecode"));
    CHECK_TEXT(media_ask("ffprobe -v error -select_streams v -show_entries "
                         "stream=codec_name -of csv=p=0 '%s'",
                         output),
               "h264\n");
    CHECK_TEXT(media_ask("grep -c 48.85 '%s' || true", output), "0\n");
}

static void converted(void)
{
    CHECK_INT(media_copy("in.mkv", "out.webm", NULL, NULL), 0);
    CHECK(media_said("is converted from aac to opus"));
    CHECK(media_said("is converted from subrip to webvtt"));
    CHECK_TEXT(media_ask("ffprobe -v error -show_entries stream=codec_name -of csv=p=0 "
                         "out.webm"),
               "vp9\nopus\nopus\nwebvtt\n");
    CHECK_NEAR(atof(media_ask("ffmpeg -v info -i out.webm -map 0:a:0 -f null - 2>&1 | "
                              "grep -oE 'time=00:00:0[0-9.]+' | tail -1 | cut -c12-")),
               3, 0.05);
    struct bt_io_options options = media_options();
    options.audio_codec = bt_strdup("copy");
    CHECK_INT(media_copy("in.mkv", "never.webm", &options, NULL), BAUTA_E_CONTAINER);
    CHECK(media_said("webm cannot hold the audio stream 1 (aac)"));
    CHECK(access(media_path("never.webm"), F_OK) < 0);
    bt_opt_finish(bt_io_opts, &options);
    options = media_options();
    options.audio_codec = bt_strdup("none");
    CHECK_INT(media_copy("in.mkv", "mute.mp4", &options, NULL), 0);
    CHECK_TEXT(media_ask("ffprobe -v error -select_streams a -show_entries stream=index "
                         "-of csv=p=0 mute.mp4"), "");
    bt_opt_finish(bt_io_opts, &options);
}

static void opus_to_mov(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -i in.mkv -map 0:v -map 0:a:0 -c:v copy "
                        "-c:a libopus opus.mkv"), 0);
    CHECK_INT(media_copy("opus.mkv", "opus.mov", NULL, NULL), 0);
    CHECK_TEXT(media_ask("ffprobe -v error -select_streams a -show_entries "
                         "stream=codec_name -of csv=p=0 opus.mov"),
               "aac\n");
    CHECK_INT(media_copy("opus.mkv", "opus.mp4", NULL, NULL), 0);
    CHECK_TEXT(media_ask("ffprobe -v error -select_streams a -show_entries "
                         "stream=codec_name -of csv=p=0 opus.mp4"),
               "opus\n");
}

// A turned video says so where the container can, else its pixels are turned.
static void rotation(int degrees)
{
    CHECK_INT(media_run("ffmpeg -v error -y -i in.mp4 -map 0:v:0 -c copy -metadata:s:v:0 "
                        "rotate=%d turned.mp4", degrees), 0);
    struct media_result r;
    CHECK_INT(media_copy("turned.mp4", "turned-out.mp4", NULL, &r), 0);
    fprintf(stderr, "rotation %d is %d\n", degrees, r.format.rotation);
    CHECK_INT(r.format.rotation, (360 - degrees) % 360 == 90 ? 90
                                 : degrees == 90             ? 270
                                                             : 180);
    const char *ask = "ffprobe -v error -select_streams v -show_entries "
                      "stream_side_data=displaymatrix,rotation -of csv=p=0 %s | tr -d "
                      "'\\n'";
    char line[512];
    snprintf(line, sizeof(line), ask, "turned.mp4");
    keep(media_ask("%s", line));
    CHECK(strlen(before) > 30);
    snprintf(line, sizeof(line), ask, "turned-out.mp4");
    CHECK_TEXT(media_ask("%s", line), before);
    CHECK_INT(media_copy("turned.mp4", "turned-out.mkv", NULL, NULL), 0);
    // As a player shows both: the one turned by the player, the other as it is.
    CHECK_INT(media_run("ffmpeg -v error -y -i turned.mp4 -vframes 1 a.png && "
                        "ffmpeg -v error -y -i turned-out.mkv -vframes 1 b.png"), 0);
    const double psnr = atof(media_ask("ffmpeg -v info -i a.png -i b.png -lavfi psnr -f "
                                       "null - "
                                       "2>&1 | grep -oE 'average:[0-9a-z.]+' | cut "
                                       "-c9-"));
    CHECK(psnr > 28);
}

// Subtitles that are pictures cannot become text.
static void bitmaps(void)
{
    // Two segments, of a composition without objects and of its end, at one second.
    static const uint8_t sup[] = {
        'P', 'G', 0, 1, 0x5f, 0x90, 0, 0, 0, 0, 0x16, 0, 11,
        0, 96, 0, 64, 0x10, 0, 0, 0x80, 0, 0, 0,
        'P', 'G', 0, 1, 0x5f, 0x90, 0, 0, 0, 0, 0x80, 0, 0};
    FILE *file = fopen(media_path("sub.sup"), "wb");
    fwrite(sup, 1, sizeof(sup), file);
    fclose(file);
    CHECK_INT(media_run("ffmpeg -v error -y -i in.mkv -i sub.sup -map 0:v -map 1:s -c "
                        "copy bitmaps.mkv"),
              0);
    CHECK_INT(media_copy("bitmaps.mkv", "never.mp4", NULL, NULL), BAUTA_E_CONTAINER);
    CHECK(media_said("mp4 cannot hold the subtitle stream 1 (hdmv_pgs_subtitle)"));
    CHECK(access(media_path("never.mp4"), F_OK) < 0);
    CHECK_INT(media_copy("bitmaps.mkv", "bitmaps-out.mkv", NULL, NULL), 0);
    CHECK_TEXT(media_ask("ffprobe -v error -select_streams s -show_entries "
                         "stream=codec_name -of csv=p=0 bitmaps-out.mkv"),
               "hdmv_pgs_subtitle\n");
}

static void interlaced(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i "
                        "testsrc2=size=96x72:rate=50:d=0.4 -vf "
                        "format=yuv420p,interlace=scan=tff -c:v mpeg2video -flags "
                        "+ildct+ilme fields.mpg"),
              0);
    static const char *const outputs[] = {"fields.mp4", "fields.mkv", "fields.y4m"};
    for (int i = 0; i < 3; i++) {
        CHECK_INT(media_copy("fields.mpg", outputs[i], NULL, NULL), 0);
        CHECK(strstr(media_stream(outputs[i], "v", "field_order"), "=tt"));
    }
}

int main(void)
{
    media_begin();
    make();
    chapters("in.mkv", "out.mkv");
    harmless("out.mkv");
    chapters("in.mkv", "out.mp4");
    harmless("out.mp4");
    chapters("in.mp4", "out2.mp4");
    CHECK(media_said("the attached picture (stream"));
    harmless("out2.mp4");
    chapters("in.mp4", "out2.mov");
    harmless("out2.mov");
    chapters("in.mp4", "out2.mkv");
    harmless("out2.mkv");
    converted();
    bitmaps();
    interlaced();
    opus_to_mov();
    rotation(90);
    rotation(180);
    rotation(270);
    return media_end();
}
