// SPDX-License-Identifier: Apache-2.0
// Figures over the face's texture, the changes of light, the oracle and the cut, on a
// canonical face drawn into a picture.
#include <stdlib.h>

#include "../check.h"
#include "canon/canon.h"
#include "quality/film.h"
#include "face/embed.h"
#include "quality/oracle.h"
#include "quality/pixels.h"
#include "quality/unwrap.h"

enum { SIDE = 256 };

static struct bt_q_space space;
static float before_in[BT_Q_TEXELS], before_out[BT_Q_TEXELS];
static float in[BT_Q_TEXELS], out[BT_Q_TEXELS];

static struct bauta_face made_face(float cx, float cy, float scale)
{
    struct bauta_face face = {.scale = scale, .rotation = {1, 0, 0, 0, 1, 0, 0, 0, 1},
                              .translation = {cx, cy, 0},
                              .box = {INFINITY, INFINITY, -INFINITY, -INFINITY}};
    bt_pose_apply(&face, bt_canon_vertex, face.landmark);
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *p = face.landmark[i];
        face.box[0] = fminf(face.box[0], p[0]), face.box[1] = fminf(face.box[1], p[1]);
        face.box[2] = fmaxf(face.box[2], p[0]), face.box[3] = fmaxf(face.box[3], p[1]);
    }
    return face;
}

// A picture with waves in it that moves by (dx, dy).
static struct bauta_frame *made_frame(int value, int waves, int dx, int dy)
{
    struct bauta_frame *f = bauta_frame_new(BAUTA_PIXEL_YUV420P, SIDE, SIDE);
    if (!f)
        abort();
    for (int p = 1; p < 3; p++)
        memset(f->data[p], 128, (size_t)f->stride[p] * SIDE / 2);
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++)
            f->data[0][y * f->stride[0] + x] = (uint8_t)(
                value + waves * sin((x - dx) * .35) * cos((y - dy) * .25));
    }
    return f;
}

static void unwrap(int value, const struct bauta_face *face, float texture[BT_Q_TEXELS])
{
    struct bauta_frame *f = made_frame(value, 0, 0, 0);
    bt_q_unwrap(&space, f, face, texture);
    bauta_frame_unref(&f);
}

static double flicker_of(int in0, int in1, int out0, int out1, double *skin)
{
    const struct bauta_face face = made_face(128, 128, 10);
    struct bt_q_flicker sum = {0};
    unwrap(in0, &face, before_in);
    unwrap(in1, &face, in);
    unwrap(out0, &face, before_out);
    unwrap(out1, &face, out);
    bt_q_flicker_add(&sum, &space, before_in, in, before_out, out);
    *skin = sum.skin_out / sum.skin_in;
    return sum.out / sum.in;
}

static void check_flicker(void)
{
    double skin;
    CHECK_NEAR(flicker_of(100, 104, 100, 104, &skin), 1, 1e-6);
    CHECK_NEAR(skin, 1, 1e-6);
    CHECK_NEAR(flicker_of(100, 104, 60, 60, &skin), 0, 1e-6);
    CHECK_NEAR(skin, 0, 1e-6);
    CHECK_NEAR(flicker_of(100, 104, 90, 98, &skin), 2, 1e-6);
    CHECK_NEAR(skin, 2, 1e-6);
}

static void check_unwrap(void)
{
    // A face half out of the picture, and one seen from behind, have nothing there.
    struct bauta_frame *f = made_frame(50, 0, 0, 0);
    struct bauta_face face = made_face(0, 128, 10);
    bt_q_unwrap(&space, f, &face, in);
    int seen = 0, inside = 0;
    for (int i = 0; i < BT_Q_TEXELS; i++) {
        inside += space.map.triangle[i] != BT_UV_NONE;
        seen += in[i] >= 0;
        CHECK(in[i] < 0 || fabsf(in[i] - 50) < 1e-3f);
    }
    CHECK(seen > inside / 4 && seen < inside * 3 / 4);
    face = made_face(128, 128, 10);
    for (int i = 0; i < BAUTA_LANDMARKS; i++)
        face.landmark[i][0] = 256 - face.landmark[i][0];
    bt_q_unwrap(&space, f, &face, in);
    for (seen = 0, inside = 0; inside < BT_Q_TEXELS; inside++)
        seen += in[inside] >= 0;
    CHECK(seen < BT_Q_TEXELS / 10);
    bauta_frame_unref(&f);
}

static void check_light(void)
{
    const struct bauta_face face = made_face(128, 128, 10);
    struct bauta_frame *plain = made_frame(116, 0, 0, 0);
    struct bauta_frame *half = made_frame(116, 0, 0, 0), *side = made_frame(116, 0, 0, 0);
    double all[3], lean[3];
    plain->data[1][0] = 148;
    half->data[1][0] = 148;
    bt_q_relight(half, 0, SIDE, .5f, .5f);
    CHECK_INT(half->data[1][0], 138);
    bt_q_relight(side, face.box[0], face.box[2], .7f, 1);
    struct bauta_frame *const frame[3] = {plain, half, side};
    for (int i = 0; i < 3; i++) {
        bt_q_unwrap(&space, frame[i], &face, in);
        bt_q_brightness(&space, in, &all[i], &lean[i]);
    }
    CHECK_NEAR(all[0], log(100), 1e-3);
    CHECK_NEAR(all[1] - all[0], log(.5), 1e-3);
    CHECK_NEAR(lean[0], 0, 1e-3);
    CHECK_NEAR(lean[1], 0, 1e-3);
    // Between the darkest and the brightest half that a ramp of .7 to 1 allows.
    CHECK(lean[2] > .08 && lean[2] < log(1 / .7));
    for (int i = 0; i < BT_Q_TEXELS; i++)
        in[i] = -1;
    bt_q_brightness(&space, in, &all[0], &lean[0]);
    CHECK(isnan(all[0]) && isnan(lean[0]));
    bauta_frame_unref(&plain);
    bauta_frame_unref(&half);
    bauta_frame_unref(&side);
}

static struct bt_mask whole(void)
{
    struct bt_mask mask = {0};
    if (bt_mask_resize(&mask, (struct bt_rect){0, 0, SIDE, SIDE}) < 0)
        abort();
    memset(mask.value, 1, (size_t)mask.stride * SIDE);
    return mask;
}

// What moves as a whole is drawn again as it is; what gets darker, too; another picture
// is not.
static double oracle_psnr(struct bauta_frame *first, struct bauta_frame *second, int dx,
                          int dy, int64_t *samples)
{
    const struct bauta_face a = made_face(120, 125, 9);
    const struct bauta_face b = made_face((float)(120 + dx), (float)(125 + dy), 9);
    struct bt_q_oracle oracle;
    struct bt_q_likeness sum = {0};
    struct bt_mask mask = whole();
    struct bauta_frame *drawn = bauta_frame_ref(second);
    if (bt_q_oracle_init(&oracle, first, &a) < 0 || bauta_frame_writable(&drawn) < 0)
        abort();
    bt_q_oracle_draw(&oracle, drawn, &b, &mask);
    bt_q_likeness_add(&sum, second, drawn, &mask);
    *samples = sum.samples;
    bt_mask_finish(&mask);
    bt_q_oracle_finish(&oracle);
    bauta_frame_unref(&drawn);
    return bt_q_psnr(&sum);
}

static void check_oracle(void)
{
    struct bauta_frame *a = made_frame(120, 40, 0, 0), *b = made_frame(120, 40, 7, 4);
    struct bauta_frame *dark = made_frame(60, 20, 7, 4);
    struct bauta_frame *other = made_frame(120, 40, 12, 9);
    int64_t samples;
    CHECK(oracle_psnr(a, b, 7, 4, &samples) > 45);
    CHECK(samples > 15000 && samples < 30000);
    CHECK(oracle_psnr(a, dark, 7, 4, &samples) > 35);
    CHECK(oracle_psnr(a, other, 7, 4, &samples) < 25);
    bauta_frame_unref(&a);
    bauta_frame_unref(&b);
    bauta_frame_unref(&dark);
    bauta_frame_unref(&other);
}

static void check_cut(void)
{
    struct bauta_face face = made_face(100, 90, 6), larger = made_face(100, 90, 12);
    const struct bt_embed_cut cut = {.side = 3, .drop = 0, .upright = 1};
    float x, y, u, v;
    struct bt_affine map = bt_embed_map(&cut, &face, 200);
    bt_affine_apply(map, 100, 100, &x, &y);
    // In the middle, between eyes and mouth.
    CHECK(fabsf(x - 100) < 1);
    CHECK(y > face.landmark[168][1] && y < face.landmark[13][1]);
    const struct bt_affine twice = bt_embed_map(&cut, &larger, 200);
    CHECK_NEAR(twice.m[0] / map.m[0], 2, 1e-3);
    CHECK_NEAR(map.m[1], 0, 1e-3);
    // Turned by a quarter the upright cut turns too, the other does not.
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float px = face.landmark[i][0] - 100, py = face.landmark[i][1] - 90;
        face.landmark[i][0] = 100 - py;
        face.landmark[i][1] = 90 + px;
    }
    map = bt_embed_map(&cut, &face, 200);
    bt_affine_apply(map, 100, 100, &x, &y);
    bt_affine_apply(map, 200, 100, &u, &v);
    CHECK_NEAR(u - x, 0, .05);
    CHECK(v - y > 10);
    map = bt_embed_map(&(struct bt_embed_cut){3, 0, 0}, &face, 200);
    CHECK_NEAR(map.m[1], 0, 1e-6);
}

int main(void)
{
    if (bt_q_space_init(&space) < 0)
        return 1;
    check_unwrap();
    check_flicker();
    check_light();
    check_oracle();
    check_cut();
    bt_q_space_finish(&space);
    return check_end();
}
