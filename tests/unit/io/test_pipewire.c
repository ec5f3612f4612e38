// SPDX-License-Identifier: Apache-2.0
// What of PipeWire needs no daemon: urls, the formats that nodes tell, buffers.
#include <string.h>

#include <bauta/log.h>
#include <linux/videodev2.h>
#include <spa/param/buffers.h>

#include "io/pipewire/stream.h"
#include "../check.h"

static void quiet(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level, (void)line;
}

static void test_urls(void)
{
    static const char *const bad[] = {"a,size=3", "a,rate=0", "a,format=h264",
                                      ",size=640x480,b"};
    struct bt_v4l2_wish w;
    CHECK(bt_pipewire_parse("", &w) == 0 && !*w.path && w.width == 1280 && !w.fourcc);
    CHECK(bt_pipewire_parse("Cam, the left one", &w) == 0);
    CHECK(!strcmp(w.path, "Cam, the left one"));
    CHECK(bt_pipewire_parse("a, b,size=640x480,rate=15,format=rgbx", &w) == 0);
    CHECK(!strcmp(w.path, "a, b") && w.width == 640 && w.height == 480);
    CHECK(w.rate.num == 15 && w.fourcc == V4L2_PIX_FMT_RGBX32);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
        CHECK(bt_pipewire_parse(bad[i], &w) == BAUTA_E_USAGE && w.width == 640);
}

// What a camera tells: two layouts in two sizes at two rates; sizes and rates in ranges;
// one in the memory of a graphics card; sound.
static void test_modes(void)
{
    const struct spa_rectangle vga = {640, 480}, hd = {1280, 720}, least = {16, 16},
                               most = {1920, 1080}, step = {16, 8};
    const struct spa_fraction fast = {30, 1}, slow = {15, 1}, low = {1, 1}, top = {24, 1};
    struct bt_v4l2_mode m[16];
    struct bt_v4l2_wish w;
    uint8_t memory[2048];
    struct spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    CHECK(bt_pipewire_parse(",size=1000x700", &w) == 0);
    const struct spa_pod *lists = spa_pod_builder_add_object(&b,
        SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
        SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video),
        SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw),
        SPA_FORMAT_VIDEO_format, SPA_POD_CHOICE_ENUM_Id(4, SPA_VIDEO_FORMAT_YUY2,
            SPA_VIDEO_FORMAT_YUY2, SPA_VIDEO_FORMAT_GRAY8, SPA_VIDEO_FORMAT_NV12),
        SPA_FORMAT_VIDEO_size, SPA_POD_CHOICE_ENUM_Rectangle(3, &hd, &hd, &vga),
        SPA_FORMAT_VIDEO_framerate, SPA_POD_CHOICE_ENUM_Fraction(3, &fast, &fast, &slow));
    CHECK(bt_pipewire_add_modes(lists, &w, m, 0, 16) == 8);
    CHECK(m[0].fourcc == V4L2_PIX_FMT_YUYV && m[0].width == 1280 && m[0].rate.num == 30);
    CHECK(m[7].fourcc == V4L2_PIX_FMT_NV12 && m[7].width == 640 && m[7].rate.num == 15);
    CHECK(bt_pipewire_add_modes(lists, &w, m, 2, 5) == 5);
    const struct spa_pod *ranges = spa_pod_builder_add_object(&b,
        SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
        SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video),
        SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_mjpg),
        SPA_FORMAT_VIDEO_size, SPA_POD_CHOICE_STEP_Rectangle(&vga, &least, &most, &step),
        SPA_FORMAT_VIDEO_framerate, SPA_POD_CHOICE_RANGE_Fraction(&slow, &low, &top));
    CHECK(bt_pipewire_add_modes(ranges, &w, m, 0, 16) == 1);
    CHECK(m[0].fourcc == V4L2_PIX_FMT_MJPEG && m[0].width == 992 && m[0].height == 696);
    CHECK(m[0].rate.num == 24);
    const struct spa_pod *card = spa_pod_builder_add_object(&b,
        SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
        SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video),
        SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw),
        SPA_FORMAT_VIDEO_format, SPA_POD_Id(SPA_VIDEO_FORMAT_NV12),
        SPA_FORMAT_VIDEO_modifier, SPA_POD_Long(0),
        SPA_FORMAT_VIDEO_size, SPA_POD_Rectangle(&hd));
    CHECK(bt_pipewire_add_modes(card, &w, m, 0, 16) == 0);
    const struct spa_pod *sound = spa_pod_builder_add_object(&b,
        SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
        SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_audio),
        SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw));
    CHECK(bt_pipewire_add_modes(sound, &w, m, 0, 16) == 0);
}

// What is offered has to fit into its memory, the mode first.
static void test_offer(void)
{
    const struct bt_v4l2_mode mode = {V4L2_PIX_FMT_RGBX32, 640, 480, {30, 1}};
    const struct spa_pod *params[3];
    struct bt_v4l2_mode m[16];
    struct bt_v4l2_wish w;
    uint8_t memory[4096];
    struct spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    CHECK(bt_pipewire_parse(",format=rgbx", &w) == 0);
    CHECK(bt_pipewire_offer(&b, &w, &mode, params) == 2 && params[0] && params[1]);
    CHECK(bt_pipewire_add_modes(params[0], &w, m, 0, 16) == 1);
    CHECK(m[0].fourcc == mode.fourcc && m[0].width == 640 && m[0].rate.num == 30);
    CHECK(bt_pipewire_parse("", &w) == 0);
    b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    CHECK(bt_pipewire_offer(&b, &w, NULL, params) == 2 && params[0] && params[1]);
    CHECK(bt_pipewire_add_modes(params[0], &w, m, 0, 16) == 8 && m[0].width == 1280);
    CHECK(bt_pipewire_add_modes(params[1], &w, m, 0, 16) == 1);
    CHECK(m[0].fourcc == V4L2_PIX_FMT_MJPEG);
}

enum { W = 34, H = 6 };

static void paint(struct bauta_frame *f)
{
    for (int p = 0; p < bt_pixel_format(f->format)->planes; p++) {
        int w = 0, h = 0;
        bt_plane_size(f->format, f->width, f->height, p, &w, &h);
        for (int y = 0; y < h; y++)
            for (int x = 0; x < w * bt_pixel_format(f->format)->step[p]; x++)
                f->data[p][y * f->stride[p] + x] =
                    (uint8_t)(bt_pixel_format(f->format)->step[p] == 4 && x % 4 == 3
                                  ? 255 : 40 * p + 7 * y + x);
    }
}

static bool same(const struct bauta_frame *a, const struct bauta_frame *b)
{
    bool is = true;
    for (int p = 0; p < bt_pixel_format(a->format)->planes; p++) {
        int w = 0, h = 0;
        bt_plane_size(a->format, a->width, a->height, p, &w, &h);
        for (int y = 0; y < h; y++)
            is &= !memcmp(a->data[p] + y * a->stride[p], b->data[p] + y * b->stride[p],
                          (size_t)w * bt_pixel_format(a->format)->step[p]);
    }
    return is;
}

static uint8_t data[3][8 * W * H];
static struct spa_chunk chunks[3];
static struct spa_data blocks[3];
static struct spa_buffer buffer = {.n_datas = 1, .datas = blocks};

static void set_block(int i, uint32_t maxsize, uint32_t offset, uint32_t size, int stride)
{
    chunks[i] = (struct spa_chunk){.offset = offset, .size = size, .stride = stride};
    blocks[i] = (struct spa_data){.type = SPA_DATA_MemFd,
                                  .maxsize = maxsize,
                                  .data = data[i],
                                  .chunk = &chunks[i]};
}

// All of them there and back, and every way of being too small.
static void test_one_block(void)
{
    static const enum bauta_pixel_format pixels[] = {
        BAUTA_PIXEL_YUV420P, BAUTA_PIXEL_NV12, BAUTA_PIXEL_YUV422P, BAUTA_PIXEL_YUV444P,
        BAUTA_PIXEL_RGB24, BAUTA_PIXEL_BGRA};
    for (size_t i = 0; i < sizeof(pixels) / sizeof(*pixels); i++) {
        struct bauta_frame *a = bauta_frame_new(pixels[i], W, H);
        struct bauta_frame *b = bauta_frame_new(pixels[i], W, H);
        struct bt_pipewire_layout l;
        bt_pipewire_lay_out(&l, bt_pipewire_format_pixel(pixels[i]), W, H);
        const uint32_t size = (uint32_t)bt_pipewire_bytes(&l);
        paint(a);
        CHECK(size < sizeof(data[0]) - 8);
        memset(data[0], 0xEE, sizeof(data[0]));
        bt_pipewire_pack(data[0] + 8, &l, a);
        CHECK(data[0][8 + size] == 0xEE);
        buffer.n_datas = 1;
        set_block(0, size + 8, 8, size, bt_pipewire_stride(&l, 0));
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == 0 && same(a, b));
        // A writer that tells no stride has that one.
        chunks[0].stride = 0;
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == 0 && same(a, b));
        set_block(0, size + 8, 8, size - 16, 0);
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == BAUTA_E_FORMAT);
        set_block(0, size - 8, 8, size, 0);
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == BAUTA_E_FORMAT);
        set_block(0, size + 8, UINT32_MAX, UINT32_MAX, 0);
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == BAUTA_E_FORMAT);
        set_block(0, size + 8, 8, UINT32_MAX, -l.bytes[0]);
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == BAUTA_E_FORMAT);
        set_block(0, size + 8, 8, size, 1 << 30);
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == BAUTA_E_FORMAT);
        set_block(0, size + 8, 8, size, 0);
        chunks[0].flags = SPA_CHUNK_FLAG_CORRUPTED;
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == BAUTA_E_FORMAT);
        set_block(0, size + 8, 8, size, 0);
        blocks[0].type = SPA_DATA_DmaBuf;
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == BAUTA_E_FORMAT);
        buffer.n_datas = 0;
        CHECK(bt_pipewire_unpack(b, &l, &buffer) == BAUTA_E_FORMAT);
        bauta_frame_unref(&a);
        bauta_frame_unref(&b);
    }
}

// Planes in blocks of their own, and one block in which chroma halves luma's stride.
static void test_other_blocks(void)
{
    struct bauta_frame *a = bauta_frame_new(BAUTA_PIXEL_YUV420P, W, H);
    struct bauta_frame *b = bauta_frame_new(BAUTA_PIXEL_YUV420P, W, H);
    struct bt_pipewire_layout l;
    bt_pipewire_lay_out(&l, bt_pipewire_format_pixel(a->format), W, H);
    paint(a);
    for (int i = 0; i < 3; i++) {
        const int stride = l.bytes[i] + 5 + i;
        for (int y = 0; y < l.rows[i]; y++)
            memcpy(data[i] + y * stride, a->data[i] + y * a->stride[i],
                   (size_t)l.bytes[i]);
        set_block(i, sizeof(data[i]), 0, (uint32_t)(stride * l.rows[i]), stride);
    }
    buffer.n_datas = 3;
    CHECK(bt_pipewire_unpack(b, &l, &buffer) == 0 && same(a, b));
    chunks[2].size = 4;
    CHECK(bt_pipewire_unpack(b, &l, &buffer) == BAUTA_E_FORMAT);
    const struct bt_v4l2_layout halved = {V4L2_PIX_FMT_YUV420, W, H, 64};
    bt_v4l2_pack(data[0], &halved, a);
    set_block(0, sizeof(data[0]), 0, (uint32_t)bt_v4l2_bytes(&halved), 64);
    buffer.n_datas = 1;
    CHECK(bt_pipewire_unpack(b, &l, &buffer) == 0 && same(a, b));
    bauta_frame_unref(&a);
    bauta_frame_unref(&b);
}

// Odd sides lie as GStreamer has them: an even count of rows before chroma.
static void test_odd(void)
{
    struct bt_pipewire_layout l;
    bt_pipewire_lay_out(&l, bt_pipewire_format_pixel(BAUTA_PIXEL_YUV420P), 321, 241);
    CHECK(bt_pipewire_bytes(&l) == 324 * 242 + 2 * 164 * 121);
    bt_pipewire_lay_out(&l, bt_pipewire_format_pixel(BAUTA_PIXEL_NV12), 321, 241);
    CHECK(bt_pipewire_bytes(&l) == 324 * 242 + 324 * 121);
    bt_pipewire_lay_out(&l, bt_pipewire_format_pixel(BAUTA_PIXEL_RGB24), 321, 241);
    CHECK(bt_pipewire_bytes(&l) == 964 * 241);
}

int main(void)
{
    bauta_log_set(quiet, NULL);
    test_urls();
    test_modes();
    test_offer();
    test_one_block();
    test_other_blocks();
    test_odd();
    return check_end();
}
