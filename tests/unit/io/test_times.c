// SPDX-License-Identifier: Apache-2.0
// Times of pictures and sound: kept, cut and in step.
#include "media.h"

static char before[1 << 15];

static void keep(const char *text)
{
    snprintf(before, sizeof(before), "%s", text);
}

// A clip with sound whose frames come at uneven times.
static void make(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i testsrc2=size=96x64:rate=25:d=4 "
                        "-f lavfi -i sine=f=440:d=4 -vf \"select='not(eq(mod(n,7),3)+"
                        "between(n,40,55))'\" -vsync vfr -c:v libx264 -preset ultrafast "
                        "-bf 2 -g 25 -c:a aac -video_track_timescale 90000 in.mp4"), 0);
}

// Times of all pictures less that of the first, since a container may not go below 0.
static void take_times(const char *name, char *out, size_t size)
{
    const char *at = media_ask("ffprobe -v error -select_streams v -show_entries "
                               "frame=pts_time -of csv=p=0 %s", name);
    const double first = atof(at);
    size_t used = 0;
    out[0] = 0;
    for (; *at && used + 32 < size; at += strcspn(at, "\n"), at += *at == '\n')
        used += (size_t)snprintf(out + used, size - used, "%.3f ", atof(at) - first);
}

static void uneven(const char *output)
{
    static char after[1 << 15];
    fprintf(stderr, "uneven %s\n", output);
    CHECK_INT(media_copy("in.mp4", output, NULL, NULL), 0);
    take_times("in.mp4", before, sizeof(before));
    take_times(output, after, sizeof(after));
    CHECK(strlen(before) > 300);
    CHECK_TEXT(after, before);
}

// The same packets, less what ffprobe tells of their side data.
static void sound(const char *output, const char *keys)
{
    static const char *const ask = "ffprobe -v error -select_streams a -show_entries "
                                   "packet=%s -show_data_hash md5 -of csv=p=0 %s | "
                                   "grep -oE '([0-9]+,)*MD5:[0-9a-f]+'";
    char line[512];
    snprintf(line, sizeof(line), ask, keys, "in.mp4");
    keep(media_ask("%s", line));
    CHECK(strlen(before) > 1000);
    snprintf(line, sizeof(line), ask, keys, output);
    CHECK_TEXT(media_ask("%s", line), before);
}

// A cut starts and ends where it was asked to, with the sound in step.
static void cut(const char *input)
{
    fprintf(stderr, "cut %s\n", input);
    struct bt_io_options options = media_options();
    options.start = 1.2f;
    options.duration = 1;
    struct media_result r;
    CHECK_INT(media_copy(input, "cut.mp4", &options, &r), 0);
    const double length = atof(media_ask("ffprobe -v error -select_streams v "
                                         "-show_entries "
                                         "stream=duration -of csv=p=0 cut.mp4"));
    CHECK_NEAR(length, 1, 0.1);
    CHECK_NEAR(atof(media_ask("ffprobe -v error -select_streams v -show_entries "
                              "frame=pts_time -of csv=p=0 cut.mp4")), 0, 1e-9);
    const double heard = atof(media_ask("ffprobe -v error -select_streams a "
                                        "-show_entries "
                                        "stream=duration -of csv=p=0 cut.mp4"));
    CHECK_NEAR(heard, 1, 0.05);
    // The first picture is the one of that time.
    keep(media_ask("ffmpeg -v error -i %s -map 0:v -vf \"select='gte(t,1.2)'\" -frames:v "
                   "1 -f md5 -",
                   input));
    options.codec = bt_strdup("ffv1");
    options.audio_codec = bt_strdup("none");
    options.duration = 0.2f;
    CHECK_INT(media_copy(input, "cut.mkv", &options, NULL), 0);
    CHECK_TEXT(media_ask("ffmpeg -v error -i cut.mkv -frames:v 1 -f md5 -"), before);
    bt_opt_finish(bt_io_opts, &options);
}

// Each second begins with a flash and a click; their distance must not change.
static void in_step(const char *name, const char *command)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i "
                        "\"color=black:size=96x64:rate=25:d=4,"
                        "drawbox=t=fill:c=white:enable='lt(mod(t,1),0.12)'\" -f lavfi -i "
                        "\"aevalsrc='0.8*sin(2000*t)*lt(mod(t,1),0.12)':d=4:s=48000\" %s "
                        "%s",
                        command, name),
              0);
    static const char *const outputs[] = {"step.mp4", "step.mkv", "step.mov"};
    for (int i = 0; i < 3; i++) {
        fprintf(stderr, "in step: %s to %s\n", name, outputs[i]);
        struct bt_io_options options = media_options();
        options.start = i == 1 ? 1.5f : 0;
        CHECK_INT(media_copy(name, outputs[i], &options, NULL), 0);
        const char *probe =
            media_ask("ffmpeg -v info -i %s -vf blackdetect=d=0.1:pix_th=0.5 -af "
                      "silencedetect=n=0.05:d=0.1 -f null - 2>&1 | grep -oE "
                      "'(black|silence)_end: ?[0-9.]+' | tr -d ' '", outputs[i]);
        const char *black = strstr(probe, "black_end:");
        const char *silence = strstr(probe, "silence_end:");
        CHECK(black && silence);
        if (black && silence)
            CHECK_NEAR(atof(black + 10), atof(silence + 12), 0.05);
    }
}

static void past_the_end(void)
{
    struct bt_io_options options = media_options();
    options.start = 100;
    CHECK_INT(media_copy("in.mp4", "never.mp4", &options, NULL), BAUTA_E_USAGE);
    CHECK(media_said("in.mp4: ends before second 100"));
    CHECK(access(media_path("never.mp4"), F_OK) < 0);
}

// One frame of a second each, the last one's duration too.
static void last_duration(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i testsrc2=size=96x64:rate=1:d=3 "
                        "-c:v libx264 slow.mp4"), 0);
    CHECK_INT(media_copy("slow.mp4", "slow-out.mp4", NULL, NULL), 0);
    CHECK_NEAR(atof(media_ask("ffprobe -v error -show_entries format=duration -of "
                              "csv=p=0 slow-out.mp4")),
               3, 0.001);
}

int main(void)
{
    media_begin();
    make();
    uneven("out.mp4");
    sound("out.mp4", "pts,duration,size,data_hash");
    uneven("out.mov");
    uneven("out.mkv");
    sound("out.mkv", "data_hash");
    cut("in.mp4");
    CHECK_INT(media_run("ffmpeg -v error -y -i in.mp4 -c copy in.ts && "
                        "ffmpeg -v error -y -i in.mp4 -c copy in.mkv"), 0);
    cut("in.mkv");
    in_step("flash.mp4", "-c:v libx264 -bf 2 -c:a aac");
    in_step("flash.ts", "-c:v libx264 -bf 2 -c:a aac");
    in_step("flash.avi", "-c:v mpeg4 -c:a pcm_s16le");
    in_step("flash.mkv", "-c:v libx264 -bf 2 -c:a libopus -output_ts_offset 5");
    past_the_end();
    last_duration();
    return media_end();
}
