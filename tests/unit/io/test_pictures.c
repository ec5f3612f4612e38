// SPDX-License-Identifier: Apache-2.0
// Single pictures and folders of them.
#include "media.h"

#include "io/picture.h"

// Puts a file together: a JPEG with an EXIF block that holds nothing but an orientation.
static void with_exif(const char *from, const char *to, int orientation)
{
    static uint8_t data[1 << 20];
    FILE *in = fopen(media_path(from), "rb"), *out = fopen(media_path(to), "wb");
    const size_t n = fread(data, 1, sizeof(data), in);
    const uint8_t head[] = {0xff, 0xd8, 0xff, 0xe1, 0, 34, 'E', 'x', 'i', 'f', 0, 0,
                            'M', 'M', 0, '*', 0, 0, 0, 8, 0, 1,
                            1, 0x12, 0, 3, 0, 0, 0, 1, 0, (uint8_t)orientation, 0, 0,
                            0, 0, 0, 0};
    fwrite(head, 1, sizeof(head), out);
    fwrite(data + 2, 1, n - 2, out);
    fclose(in);
    fclose(out);
}

static int near(const uint8_t *at, int r, int g, int b)
{
    return abs(at[0] - r) < 40 && abs(at[1] - g) < 40 && abs(at[2] - b) < 40;
}

// Which of the four corner colours lies at each corner, clockwise from the top left.
static void corners(const struct bauta_frame *f, char out[5])
{
    for (int i = 0; i < 4; i++) {
        const int x = i == 1 || i == 2 ? f->width - 4 : 3, y = i > 1 ? f->height - 4 : 3;
        const uint8_t *at = f->data[0] + y * f->stride[0] + 3 * x;
        out[i] = near(at, 255, 0, 0) ? 'r' : near(at, 0, 255, 0) ? 'g'
                 : near(at, 0, 0, 255) ? 'b' : near(at, 255, 255, 255) ? 'w' : '?';
    }
    out[4] = 0;
}

static void orientations(const char *options)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i color=red:size=48x32 -vf "
                        "'drawbox=24:0:24:16:0x00ff00:fill,drawbox=24:16:24:16:blue:fill,"
                        "drawbox=0:16:24:16:white:fill' -frames:v 1 %s -q:v 1 four.jpg",
                        options), 0);
    // What is seen of r g / w b, stored, when it is turned as EXIF's number says.
    static const char *const seen[] = {"rgbw", "rgbw", "grwb", "bwrg", "wbgr",
                                       "rwbg", "wrgb", "bgrw", "gbwr"};
    for (int i = 1; i <= 8; i++) {
        with_exif("four.jpg", "exif.jpg", i);
        struct bauta_frame *frame = NULL;
        char got[5];
        if (CHECK_INT(bt_picture_read(media_path("exif.jpg"), &frame), 0)) {
            CHECK_INT(frame->format, BAUTA_PIXEL_RGB24);
            CHECK_INT(frame->width, i > 4 ? 32 : 48);
            corners(frame, got);
            fprintf(stderr, "orientation %d %s\n", i, options);
            CHECK_TEXT(got, seen[i]);
        }
        bauta_frame_unref(&frame);
        // Through source and sink: upright pixels and no word of a turn.
        CHECK_INT(media_copy("exif.jpg", "upright.png", NULL, NULL), 0);
        if (CHECK_INT(bt_picture_read(media_path("upright.png"), &frame), 0)) {
            corners(frame, got);
            CHECK_TEXT(got, seen[i]);
        }
        bauta_frame_unref(&frame);
        CHECK_INT(media_copy("exif.jpg", "upright.jpg", NULL, NULL), 0);
        CHECK_TEXT(media_ask("grep -c Exif upright.jpg || true"), "0\n");
        if (CHECK_INT(bt_picture_read(media_path("upright.jpg"), &frame), 0)) {
            corners(frame, got);
            CHECK_TEXT(got, seen[i]);
        }
        bauta_frame_unref(&frame);
    }
}

static double psnr(const char *a, const char *b)
{
    const char *text = media_ask("ffmpeg -v info -i '%s' -i '%s' -lavfi psnr -f null - "
                                 "2>&1 | grep -oE 'average:[0-9a-z.]+' | cut -c9-",
                                 a, b);
    return strstr(text, "inf") ? 200 : atof(text);
}

static void kinds(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i testsrc2=size=97x65 -frames:v 1 "
                        "-vf format=rgb24 a.png && ffmpeg -v error -y -f lavfi -i "
                        "\"testsrc2=size=97x65,format=rgba,geq=r='r(X,Y)':g='g(X,Y)':"
                        "b='b(X,Y)':a='2*X'\" -frames:v 1 alpha.png"), 0);
    CHECK_INT(media_copy("a.png", "b.png", NULL, NULL), 0);
    CHECK(psnr("a.png", "b.png") > 100);
    struct media_result r;
    CHECK_INT(media_copy("alpha.png", "alpha-out.png", NULL, &r), 0);
    CHECK_INT(r.format.pixel, BAUTA_PIXEL_RGBA);
    CHECK_INT(r.format.still, 1);
    char before[128];
    snprintf(before, sizeof(before), "%s", media_pictures("alpha.png", "rgba"));
    CHECK_TEXT(media_pictures("alpha-out.png", "rgba"), before);
    CHECK_INT(media_copy("alpha.png", "alpha-out.webp", NULL, NULL), 0);
    CHECK_INT(media_copy("a.png", "b.jpg", NULL, NULL), 0);
    CHECK(psnr("a.png", "b.jpg") > 30);
    CHECK_INT(media_copy("a.png", "b.webp", NULL, NULL), 0);
    CHECK(psnr("a.png", "b.webp") > 24);
    CHECK_INT(media_copy("b.webp", "c.jpeg", NULL, NULL), 0);
    CHECK(psnr("b.webp", "c.jpeg") > 30);
    struct bt_io_options options = media_options();
    options.quality = 10;
    CHECK_INT(media_copy("a.png", "low.jpg", &options, NULL), 0);
    struct stat low, high;
    CHECK(!stat(media_path("low.jpg"), &low) && !stat(media_path("b.jpg"), &high));
    CHECK(low.st_size * 2 < high.st_size);
}

// A colour of BT.709 video arrive in a JPEG, which is of BT.601.
static void colours(void)
{
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i color=0x30a060:size=64x64:d=0.04 "
                        "-vf scale=out_color_matrix=bt709:out_range=tv,format=yuv420p "
                        "-colorspace "
                        "bt709 -color_range tv -frames:v 1 -c:v ffv1 colour.mkv"),
              0);
    static const char *const outputs[] = {"colour.jpg", "colour.png", "colour.webp"};
    for (int i = 0; i < 3; i++) {
        struct bauta_frame *frame = NULL;
        CHECK_INT(media_copy("colour.mkv", outputs[i], NULL, NULL), 0);
        if (CHECK_INT(bt_picture_read(media_path(outputs[i]), &frame), 0)) {
            // Y 127, U 110, V 81 by BT.709.
            const uint8_t *at = frame->data[0] + 20 * frame->stride[0] + 60;
            fprintf(stderr, "%s: %d %d %d\n", outputs[i], at[0], at[1], at[2]);
            CHECK(abs(at[0] - 45) < 4 && abs(at[1] - 158) < 4 && abs(at[2] - 91) < 4);
        }
        bauta_frame_unref(&frame);
    }
}

static void limits(void)
{
    struct bauta_frame *frame = NULL;
    CHECK_INT(media_run("ffmpeg -v error -y -f lavfi -i color=red:size=8x8 -frames:v 1 "
                        "s.png && "
                        "ffmpeg -v error -y -f lavfi -i color=gray:size=9000x8000 "
                        "-frames:v 1 "
                        "-pix_fmt gray large.png && : > empty.jpg && head -c 600 a.png > "
                        "cut.png && echo hello > text.jpg"),
              0);
    CHECK_INT(bt_picture_read(media_path("s.png"), &frame), BAUTA_E_TOO_SMALL);
    CHECK_INT(bt_picture_read(media_path("large.png"), &frame), BAUTA_E_TOO_LARGE);
    CHECK(media_said("large.png: 9000x8000"));
    CHECK_INT(bt_picture_read(media_path("empty.jpg"), &frame), BAUTA_E_FORMAT);
    CHECK_INT(bt_picture_read(media_path("text.jpg"), &frame), BAUTA_E_FORMAT);
    CHECK_INT(bt_picture_read(media_path("none.jpg"), &frame), BAUTA_E_NOT_FOUND);
    CHECK_INT(bt_picture_read(media_dir, &frame), BAUTA_E_FORMAT);
    CHECK(!frame);
    CHECK_INT(media_copy("a.png", "b.png/none/c.png", NULL, NULL), BAUTA_E_NOT_FOUND);
    struct bt_io_options options = media_options();
    options.force = 0;
    CHECK_INT(media_copy("a.png", "b.png", &options, NULL), BAUTA_E_EXISTS);
}

static void folders(void)
{
    CHECK_INT(media_run("mkdir -p f empty && ffmpeg -v error -y -f lavfi -i "
                        "testsrc2=size=96x64:rate=5 -frames:v 11 -start_number 1 "
                        "f/p%%d.jpg && "
                        "echo no > f/readme.txt && echo broken > f/p5x.png"),
              0);
    struct media_result r;
    CHECK_INT(media_copy("f", "g/", NULL, &r), 0);
    CHECK_INT(r.frames, 11);
    CHECK(media_said("p5x.png: is left out"));
    CHECK_TEXT(media_ask("ls g | sort -V | tr '\\n' ' '"), "p1.jpg p2.jpg p3.jpg p4.jpg "
                                                           "p5.jpg p6.jpg p7.jpg p8.jpg "
                                                           "p9.jpg p10.jpg p11.jpg ");
    CHECK(psnr("f/p10.jpg", "g/p10.jpg") > 32);
    CHECK(psnr("f/p10.jpg", "g/p11.jpg") < 32);
    CHECK_TEXT(media_ask("ls -A | grep -c '^\\.' || true"), "0\n");
    struct bt_io_options options = media_options();
    options.force = 0;
    CHECK_INT(media_copy("f", "g", &options, NULL), BAUTA_E_EXISTS);
    CHECK_INT(media_run("touch g/mine.txt"), 0);
    CHECK_INT(media_copy("f", "g", NULL, NULL), 0);
    CHECK_INT(media_run("test -e g/mine.txt -a -e g/p3.jpg"), 0);
    CHECK_INT(media_copy("f", "g.mp4", NULL, NULL), 0);
    CHECK_TEXT(media_ask("ffprobe -v error -count_frames -show_entries "
                         "stream=nb_read_frames -of csv=p=0 g.mp4"),
               "11\n");
    CHECK_INT(media_copy("g.mp4", "frames/", NULL, NULL), 0);
    CHECK_TEXT(media_ask("ls frames | tail -1"), "000010.png\n");
    CHECK_INT(media_copy("empty", "h/", NULL, NULL), BAUTA_E_NOT_FOUND);
    CHECK(media_said("holds no pictures"));
    CHECK_INT(media_copy("g.mp4", "one.jpg", NULL, NULL), BAUTA_E_USAGE);
    CHECK(media_said("give a folder"));
    CHECK_INT(media_copy("f", "one.jpg", NULL, NULL), BAUTA_E_USAGE);
}

// Heads of files, cut at every byte.
static void heads(void)
{
    uint8_t *data = NULL;
    size_t size = 0;
    static const char *const names[] = {"exif.jpg", "a.png", "b.webp"};
    for (int i = 0; i < 3; i++) {
        CHECK_INT(bt_file_read(media_path(names[i]), 1 << 20, &data, &size), 0);
        const struct bt_picture_head head = bt_picture_head(data, size);
        CHECK(head.known && head.width > 0 && head.height > 0 && !head.moving);
        for (size_t n = 0; n < size && n < 300; n++) {
            uint8_t *copy = malloc(n ? n : 1);
            memcpy(copy, data, n);
            bt_picture_head(copy, n);
            free(copy);
        }
        bt_free(data);
    }
}

int main(void)
{
    media_begin();
    orientations("-pix_fmt yuvj420p");
    orientations("-pix_fmt yuvj422p");
    kinds();
    colours();
    limits();
    folders();
    heads();
    return media_end();
}
