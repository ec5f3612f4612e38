// SPDX-License-Identifier: Apache-2.0
// Files that are not what they say, names that look like something else.
#include "media.h"

static void refused(const char *name, int error, const char *text)
{
    fprintf(stderr, "%s\n", name);
    CHECK_INT(media_copy(name, "out.mp4", NULL, NULL), error);
    CHECK(media_said("error: "));
    CHECK(media_said(text));
    CHECK(access(media_path("out.mp4"), F_OK) < 0);
}

static void make(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i testsrc2=size=96x64:rate=25:d=2 "
                        "-f lavfi "
                        "-i sine=f=440:d=2 -c:v libx264 -g 10 -c:a aac in.mp4 && "
                        "ffmpeg -v error -y -i in.mp4 -c copy in.mkv && "
                        "ffmpeg -v error -y -i in.mp4 -c copy -movflags +faststart "
                        "fast.mp4 && "
                        "ffmpeg -v error -y -i in.mp4 -vn -c:a copy sound.m4a && "
                        "ffmpeg -v error -y -i sound.m4a -f lavfi -i "
                        "color=red:size=64x64:d=0.04 -map 0 "
                        "-map 1 -frames:v 1 -c:a libmp3lame -c:v png -disposition:v "
                        "attached_pic cover.mp3"),
              0);
}

static void not_videos(void)
{
    CHECK_INT(media_run(": > zero.mp4 && for i in 1 2 3 4 5 6 7 8 9; do echo \"just some "
                        "text, line $i\"; done > text.mp4 && head -c 5000 /dev/urandom > "
                        "noise.mp4 && "
                        "head -c 3000 in.mp4 > noindex.mp4 && cp text.mp4 text.txt && "
                        "printf '1\\n00:00:01,000 --> 00:00:02,000\\nhello\\n' > "
                        "sub.srt"),
              0);
    refused("zero.mp4", BAUTA_E_FORMAT, "zero.mp4: is empty");
    refused("text.mp4", BAUTA_E_FORMAT, "text.mp4: ");
    refused("text.txt", BAUTA_E_FORMAT, "text.txt: ");
    refused("noise.mp4", BAUTA_E_FORMAT, "noise.mp4: ");
    refused("noindex.mp4", BAUTA_E_FORMAT, "noindex.mp4: ");
    refused("missing.mp4", BAUTA_E_NOT_FOUND, "missing.mp4: No such file");
    refused("sound.m4a", BAUTA_E_NO_VIDEO, "sound.m4a: has no video");
    refused("cover.mp3", BAUTA_E_NO_VIDEO, "cover.mp3: has no video");
    refused("sub.srt", BAUTA_E_NO_VIDEO, "sub.srt: has no video");
}

// Lists of files must not make us open them.
static void lists(void)
{
    CHECK_INT(media_run("printf "
                        "'#EXTM3U\\n#EXT-X-TARGETDURATION:3\\n#EXTINF:2,\\n%s/in.mp4\\n"
                        "#EXT-X-ENDLIST\\n' > list.mp4 && printf 'ffconcat version "
                        "1.0\\nfile in.mp4\\n' > cat.mp4",
                        media_dir),
              0);
    refused("list.mp4", BAUTA_E_FORMAT, "kind 'hls' is not taken");
    refused("cat.mp4", BAUTA_E_FORMAT, "kind 'concat' is not taken");
}

static void names(void)
{
    static const char *const odd[] = {"a:b.mp4",         "-x.mp4",
                                      "http:x.mp4",      "concat:in.mp4",
                                      "per%03dcent.mp4", "sp ace'quote.mp4",
                                      "caf\xc3\xa9.mp4", "x\n.mp4",
                                      "[1].mp4",         ".mp4",
                                      "noending",        "test.y4m.mp4"};
    for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
        char command[1024];
        snprintf(command, sizeof(command), "%s/%s", media_dir, odd[i]);
        FILE *from = fopen(media_path("in.mp4"), "rb"), *to = fopen(command, "wb");
        static uint8_t data[1 << 20];
        fwrite(data, 1, fread(data, 1, sizeof(data), from), to);
        fclose(from);
        fclose(to);
        fprintf(stderr, "%s\n", odd[i]);
        struct media_result r;
        CHECK_INT(media_copy(odd[i], "named.mp4", NULL, &r), 0);
        CHECK_INT(r.frames, 50);
        // As an output, and relative to the folder as well.
        if (strstr(odd[i], ".mp4") && strcmp(odd[i], ".mp4"))
            CHECK_INT(media_copy("in.mp4", odd[i], NULL, &r), 0);
    }
    CHECK(!chdir(media_dir));
    const struct bt_io_options options = media_options();
    CHECK_INT(media_move("a:b.mp4", "-y.mp4", &options, NULL), 0);
    CHECK_INT(media_move("-y.mp4", "c:d.mkv", &options, NULL), 0);
    CHECK_INT(access("c:d.mkv", F_OK), 0);
}

static void cut_off(const char *name, int least)
{
    fprintf(stderr, "cut %s\n", name);
    CHECK_INT(media_run("head -c $(( $(stat -c %%s %s) * 6 / 10 )) %s > cut-%s", name,
                        name, name),
              0);
    char cut[64];
    snprintf(cut, sizeof(cut), "cut-%s", name);
    struct media_result r;
    CHECK_INT(media_copy(cut, "rest.mp4", NULL, &r), 0);
    CHECK(r.frames >= least && r.frames < 50);
    CHECK_INT(r.truncated, 1);
    CHECK(media_said("is damaged or cut off"));
    struct media_result whole;
    CHECK_INT(media_copy(name, "rest.mp4", NULL, &whole), 0);
    CHECK_INT(whole.truncated, 0);
}

static void damaged(void)
{
    static uint8_t data[1 << 20];
    FILE *file = fopen(media_path("in.mkv"), "rb");
    const size_t n = fread(data, 1, sizeof(data), file);
    fclose(file);
    unsigned state = 7;
    for (size_t i = n / 3; i < n * 2 / 3; i += 97) {
        state = state * 1103515245u + 12345u;
        data[i] = (uint8_t)(state >> 16);
    }
    file = fopen(media_path("damaged.mkv"), "wb");
    fwrite(data, 1, n, file);
    fclose(file);
    struct media_result r;
    CHECK_INT(media_copy("damaged.mkv", "rest.mp4", NULL, &r), 0);
    CHECK(r.frames > 5);
    CHECK(media_said("warning: "));
}

static void outputs(void)
{
    CHECK_INT(media_copy("in.mp4", "none/out.mp4", NULL, NULL), BAUTA_E_NOT_FOUND);
    CHECK_INT(media_copy("in.mp4", "out.xyz", NULL, NULL), BAUTA_E_UNSUPPORTED);
    CHECK(media_said("no kind of output is known by this ending"));
    struct bt_io_options options = media_options();
    options.force = 0;
    CHECK_INT(media_copy("in.mp4", "in.mkv", &options, NULL), BAUTA_E_EXISTS);
    options.codec = bt_strdup("nonsense");
    CHECK_INT(media_copy("in.mp4", "out.mkv", &options, NULL), BAUTA_E_USAGE);
    bt_opt_finish(bt_io_opts, &options);
    options = media_options();
    options.codec = bt_strdup("ffv1");
    CHECK_INT(media_copy("in.mp4", "out.mp4", &options, NULL), BAUTA_E_CONTAINER);
    CHECK_INT(media_copy("in.mp4", "out.webm", &options, NULL), BAUTA_E_CONTAINER);
    bt_opt_finish(bt_io_opts, &options);
    options = media_options();
    options.preset = bt_strdup("warp");
    CHECK_INT(media_copy("in.mp4", "out.mp4", &options, NULL), BAUTA_E_USAGE);
    CHECK(media_said("does not know 'warp'"));
    bt_opt_finish(bt_io_opts, &options);
    CHECK(access(media_path("out.mp4"), F_OK) < 0);
    CHECK_TEXT(media_ask("ls -A | grep -c '^\\.out' || true"), "0\n");
}

// Nobody may read it, nobody may write there. Root may do all.
static void permissions(void)
{
    if (!geteuid())
        return;
    CHECK_INT(media_run("cp in.mp4 shut.mp4 && chmod 0 shut.mp4 && mkdir shut && chmod "
                        "555 shut"),
              0);
    CHECK_INT(media_copy("shut.mp4", "out.mp4", NULL, NULL), BAUTA_E_PERMISSION);
    CHECK_INT(media_copy("in.mp4", "shut/out.mp4", NULL, NULL), BAUTA_E_PERMISSION);
}

int main(void)
{
    media_begin();
    make();
    not_videos();
    lists();
    names();
    cut_off("in.mkv", 15);
    cut_off("fast.mp4", 15);
    damaged();
    outputs();
    permissions();
    CHECK(!chdir("/"));
    return media_end();
}
