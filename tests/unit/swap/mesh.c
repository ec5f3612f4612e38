// SPDX-License-Identifier: Apache-2.0
// The mesh engine on a made-up face: it draws, keeps the oval and its bounds, follows the
// light, and takes any coordinates.
#include "made.h"

static struct bt_swap *open_mesh(const struct bauta_frame *frame,
                                 const struct bt_swap_options *options)
{
    struct bt_swap *s = NULL;
    const struct bt_format format = bt_format_of(frame);
    EXPECT(bt_swap_open(&s, &format, options) == 0, "the engine does not open");
    return s;
}

static void fill(struct bauta_frame *f, int r, int g, int b)
{
    for (int y = 0; y < f->height; y++)
        for (int x = 0; x < f->width; x++) {
            uint8_t *p = f->data[0] + y * f->stride[0] + x * 3;
            p[0] = (uint8_t)r, p[1] = (uint8_t)g, p[2] = (uint8_t)b;
        }
}

// Mean brightness of the cheeks after a swap on an even target of the given brightness.
static float cheek(struct bt_source_face *who, const struct bt_swap_options *options, int level)
{
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, 320, 320);
    struct bauta_face at;
    struct bt_mask mask = {0};
    fill(frame, level, level * 3 / 4, level * 3 / 5);
    pose_canonical(&at, 160, 160, 180, 0);
    struct bt_swap *s = open_mesh(frame, options);
    EXPECT(bt_swap_face(s, frame, &at, who, 0, &mask) == 1, "not swapped");
    double sum = 0;
    int count = 0;
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        const int x = (int)at.landmark[v][0], y = (int)at.landmark[v][1];
        if (v != 50 && v != 280 && v != 205 && v != 425)
            continue;
        sum += frame->data[0][y * frame->stride[0] + x * 3 + 1];
        count++;
    }
    int inside = 0;
    for (int i = 0; i < mask.stride * (mask.rect.y1 - mask.rect.y0); i++)
        inside += mask.value[i] != 0;
    EXPECT(inside > 12000, "only %d pixels were drawn", inside);
    EXPECT(frame->data[0][0] == level, "the corner changed");
    bt_swap_close(&s);
    bt_mask_finish(&mask);
    bauta_frame_unref(&frame);
    return (float)(sum / count);
}

static void anywhere(struct bt_source_face *who, const struct bt_swap_options *options)
{
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_YUV420P, 161, 121);
    struct bt_swap *s = open_mesh(frame, options);
    static const float place[][4] = {{80, 60, 90, 0}, {0, 0, 100, 30}, {160, 120, 60, -50},
                                     {-500, 60, 90, 0}, {80, 60, 3, 0}, {80, 60, 1500, 10},
                                     {80, 60, 90, 89}, {1e5f, 1e5f, 50, 0}};
    for (size_t i = 0; i < sizeof place / sizeof *place; i++) {
        struct bauta_face at;
        pose_canonical(&at, place[i][0], place[i][1], place[i][2], place[i][3]);
        at.id = (int)i;
        EXPECT(bt_swap_face(s, frame, &at, who, .04 * (double)i, NULL) == 1, "place %zu", i);
    }
    struct bauta_face at;
    pose_canonical(&at, 80, 60, 90, 0);
    at.landmark[33][0] = NAN;
    EXPECT(bt_swap_face(s, frame, &at, who, 1, NULL) < 0, "not a number is no place");
    bt_swap_close(&s);
    bauta_frame_unref(&frame);
}

int main(void)
{
    struct bt_source_face who = {0};
    struct bt_swap_options options = {0};
    struct bauta_face found;
    struct bauta_frame *photo = paint_photo(400, 400);
    EXPECT(bt_opt_defaults(bt_swap_opts, &options) == 0, "no defaults");
    pose_canonical(&found, 200, 200, 300, 0);
    EXPECT(bt_atlas_init(&who, photo, &found) == 0, "no texture");
    options.tone = 1;
    const float dark = cheek(&who, &options, 70), bright = cheek(&who, &options, 180);
    EXPECT(fabsf(dark - 70 * .75f) < 12, "dark cheek %.1f", (double)dark);
    EXPECT(fabsf(bright - 180 * .75f) < 12, "bright cheek %.1f", (double)bright);
    anywhere(&who, &options);
    bt_opt_finish(bt_swap_opts, &options);
    bt_atlas_finish(&who);
    bauta_frame_unref(&photo);
    return check_end();
}
