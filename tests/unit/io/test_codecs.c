// SPDX-License-Identifier: Apache-2.0
// Every kind of output from every kind of frame, sizes that codecs do not like, no
// memory, no room on the disk.
#include "media.h"

#include <sys/mount.h>

static void one(const char *format, const char *size, const char *output,
                const char *want)
{
    char url[256];
    snprintf(url, sizeof(url), "test:%s@25,frames=12,format=%s", size, format);
    fprintf(stderr, "%s to %s\n", url, output);
    struct bt_io_options options = media_options();
    CHECK_INT(media_move(url, media_path(output), &options, NULL), 0);
    const char *shown = media_ask("ffprobe -v error -count_frames -select_streams v "
                                  "-show_entries "
                                  "stream=codec_name,width,height,pix_fmt,nb_read_frames "
                                  "-of csv=p=0 %s",
                                  output);
    CHECK_TEXT(shown, want);
}

static double likeness(const char *output)
{
    const struct bt_io_options options = media_options();
    CHECK_INT(media_move("test:161x91@25,frames=12,format=rgb24", media_path("ref/"),
                         &options, NULL),
              0);
    return atof(media_ask("ffmpeg -v info -i ref/%%06d.png -i %s -lavfi "
                          "'[1]crop=161:91:0:0:exact=1,format=gbrp[b];[0]format=gbrp[a];"
                          "[a][b]psnr' -f null - 2>&1 | grep -oE 'average:[0-9a-z.]+' | "
                          "cut -c9-", output));
}

static void disk(void)
{
    char folder[128];
    snprintf(folder, sizeof(folder), "%s/full", media_dir);
    if (mkdir(folder, 0777) || mount("tmpfs", folder, "tmpfs", 0, "size=16k")) {
        fprintf(stderr, "no small file system can be mounted here: a full disk is not "
                        "tried\n");
        return;
    }
    static const char *const outputs[] = {"full/a.mp4", "full/a.mkv", "full/a.y4m",
                                          "full/p/", "full/a.mov"};
    const struct bt_io_options options = media_options();
    for (size_t i = 0; i < sizeof(outputs) / sizeof(outputs[0]); i++) {
        fprintf(stderr, "%s\n", outputs[i]);
        const char *path = media_path(outputs[i]);
        CHECK_INT(media_move("test:640x360@25,frames=40", path, &options, NULL),
                  BAUTA_E_DISK_FULL);
        CHECK(media_said("error: "));
        CHECK_TEXT(media_ask("ls -A full"), "");
    }
    CHECK_INT(umount2(folder, MNT_DETACH), 0);
}

// Whichever allocation fails, it ends with an error and nothing is left behind.
static void memory(const char *input, const char *output, struct bt_io_options *options)
{
    int failed = 0;
    for (int n = 1; n < 400; n++) {
        bt_alloc_fail_after(n);
        const int result = media_move(input, output, options, NULL);
        bt_alloc_fail_after(0);
        if (result >= 0)
            break;
        failed++;
        CHECK_INT(result, BAUTA_E_NO_MEMORY);
    }
    fprintf(stderr, "%s to %s: %d allocations\n", input, output, failed);
    CHECK(failed > 3 && failed < 399);
    CHECK_TEXT(media_ask("ls -A | grep -c '^\\.' || true"), "0\n");
}

static void without_memory(void)
{
    struct bt_io_options options = media_options();
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i "
                        "testsrc2=size=64x48:rate=25:d=0.2 -f "
                        "lavfi -i sine=d=0.2 -c:v libx264 -preset ultrafast -c:a aac "
                        "m.mp4 && mkdir m && cp ref/000000.png ref/000001.png m/"),
              0);
    char input[128], output[128];
    snprintf(input, sizeof(input), "%s", media_path("m.mp4"));
    snprintf(output, sizeof(output), "%s", media_path("m-out.mp4"));
    memory(input, output, &options);
    memory("test:33x17@25,frames=2,format=nv12", media_path("m-out.y4m"), &options);
    snprintf(input, sizeof(input), "%s", media_path("m"));
    snprintf(output, sizeof(output), "%s", media_path("m-out/"));
    memory(input, output, &options);
}

int main(void)
{
    media_begin();
    static const char *const to420[] = {"yuv420p", "nv12", "rgb24", "bgra"};
    for (int i = 0; i < 4; i++) {
        const char *is = i == 1 ? "h264,160,90,nv12,12\n" : "h264,160,90,yuv420p,12\n";
        one(to420[i], "160x90", "o.mp4", i == 1 ? "h264,160,90,yuv420p,12\n" : is);
        one(to420[i], "161x91", "o.mov", "h264,162,92,yuv420p,12\n");
        CHECK(likeness("o.mov") > 28);
        one(to420[i], "161x91", "o.webm", "vp9,161,91,yuv420p,12\n");
        CHECK(likeness("o.webm") > 24);
    }
    one("yuv422p", "161x91", "o.mkv", "h264,162,91,yuv422p,12\n");
    CHECK(likeness("o.mkv") > 28);
    one("yuv444p", "161x91", "o.mkv", "h264,161,91,yuv444p,12\n");
    CHECK(likeness("o.mkv") > 28);
    one("gray", "161x91", "o.mkv", "h264,161,91,yuvj420p,12\n");
    one("gray", "161x91", "o.webm", "vp9,161,91,yuv420p,12\n");
    one("yuv420p", "1x1", "o.mp4", "h264,2,2,yuv420p,12\n");
    one("yuv420p", "3x5", "o.webm", "vp9,3,5,yuv420p,12\n");
    disk();
    without_memory();
    return media_end();
}
