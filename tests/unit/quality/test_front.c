// SPDX-License-Identifier: Apache-2.0
// Objects drawn before a face: what is counted, fed with masks whose answer is known.
#include <stdlib.h>

#include "../check.h"
#include "canon/canon.h"
#include "quality/front.h"
#include "quality/objects.h"

enum { SIDE = 256, AREA = SIDE * SIDE };

static uint8_t would[AREA], cover[AREA], other[AREA];

static struct bauta_frame *grey(int value)
{
    struct bauta_frame *f = bauta_frame_new(BAUTA_PIXEL_YUV420P, SIDE, SIDE);
    if (!f)
        abort();
    for (int p = 0; p < 3; p++)
        memset(f->data[p], p ? 128 : value, (size_t)f->stride[p] * (p ? SIDE / 2 : SIDE));
    return f;
}

static struct bt_mask whole(int value)
{
    struct bt_mask mask = {0};
    if (bt_mask_resize(&mask, (struct bt_rect){0, 0, SIDE, SIDE}) < 0)
        abort();
    memset(mask.value, value, AREA);
    return mask;
}

static struct bauta_face face_at(float x, float y, float size)
{
    struct bauta_face face = {.presence = 1};
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        face.landmark[v][0] = x + bt_canon_vertex[v][0] * size / 15.3f;
        face.landmark[v][1] = y + bt_canon_vertex[v][1] * size / 15.3f;
    }
    return face;
}

// The left half of the picture is under the thing.
static void check_counts(void)
{
    struct bauta_frame *in = grey(100), *out = grey(140);
    struct bt_mask mask = whole(255);
    memset(would, 255, sizeof would);
    for (int i = 0; i < AREA; i++)
        cover[i] = i % SIDE < SIDE / 2 ? 255 : 0;
    struct bt_q_scene scene = {in, out, &mask, would, cover};
    struct bt_q_front sum = {0};
    bt_q_front_add(&sum, &scene);
    CHECK_INT(sum.covered, AREA / 2);
    CHECK_INT(sum.kept, 0);
    CHECK_INT(sum.bare, AREA / 2);
    CHECK_INT(sum.left, 0);
    // A quarter of the rows is left to what is there, of the thing and of the skin.
    for (int i = 0; i < AREA / 4; i++)
        mask.value[i] = 40;
    sum = (struct bt_q_front){0};
    bt_q_front_add(&sum, &scene);
    CHECK_NEAR(bt_q_percent((double)sum.kept, (double)sum.covered), 25, 1e-9);
    CHECK_NEAR(bt_q_percent((double)sum.left, (double)sum.bare), 25, 1e-9);
    // What looks as before is kept, however it was drawn; skin is judged by the mask.
    memset(out->data[0], 106, (size_t)out->stride[0] * SIDE);
    sum = (struct bt_q_front){0};
    bt_q_front_add(&sum, &scene);
    CHECK_INT(sum.kept, sum.covered);
    CHECK_NEAR(bt_q_percent((double)sum.left, (double)sum.bare), 25, 1e-9);
    // Nothing counts where nothing would be replaced.
    memset(would, 100, sizeof would);
    sum = (struct bt_q_front){0};
    bt_q_front_add(&sum, &scene);
    CHECK_INT(sum.covered + sum.bare, 0);
    CHECK(isnan(bt_q_percent(0, 0)));
    bt_mask_finish(&mask);
    bauta_frame_unref(&in);
    bauta_frame_unref(&out);
}

static void check_turns(void)
{
    struct bauta_frame *in = grey(100);
    struct bt_mask mask = whole(255);
    struct bt_q_scene scene = {in, in, &mask, would, cover};
    struct bt_q_front sum = {0};
    memset(would, 255, sizeof would);
    memset(other, 255, sizeof other);
    bt_q_front_turn(&sum, &scene, other, cover, would);
    CHECK(sum.watched > AREA * 9 / 10 && sum.watched < AREA);
    CHECK_INT(sum.turned, 0);
    memset(other, 0, sizeof other);
    bt_q_front_turn(&sum, &scene, other, cover, would);
    CHECK_INT(sum.turned, sum.watched / 2);
    struct bt_q_open open = {0};
    memset(other, 200, sizeof other);
    memset(mask.value, 150, AREA);
    bt_q_open_add(&open, other, &mask, SIDE, SIDE);
    CHECK_NEAR(bt_q_percent(open.lost, open.off), 25, 1e-9);
    bt_mask_finish(&mask);
    bauta_frame_unref(&in);
}

static int count(void)
{
    int n = 0;
    for (int i = 0; i < AREA; i++)
        n += cover[i] == 255;
    return n;
}

// Each object changes the picture where it says that it covers it, and nowhere else.
static void check_objects(void)
{
    static const int shown[BT_Q_OBJECTS] = {60, 60, 0, 0, 36};
    const struct bauta_face face = face_at(128, 128, 120);
    for (int k = 0; k < BT_Q_OBJECTS; k++) {
        struct bauta_frame *plain = grey(120), *drawn = grey(120);
        const struct bt_q_tone tone = bt_q_tone(plain, &face);
        CHECK_NEAR(tone.y, 120, 1e-3);
        bt_q_object_draw((enum bt_q_object)k, drawn, &face, &tone, shown[k], cover);
        CHECK(count() > 300);
        int wrong = 0, changed = 0;
        for (int i = 0; i < AREA; i++) {
            const int d = drawn->data[0][i / SIDE * drawn->stride[0] + i % SIDE] - 120;
            wrong += cover[i] == 0 && d;
            changed += cover[i] == 255 && d;
        }
        CHECK_INT(wrong, 0);
        CHECK(changed > count() * 2 / 3);
        bauta_frame_unref(&plain);
        bauta_frame_unref(&drawn);
    }
    // The hand is away at first, lies on the cheek later; the glasses leave the eye free.
    struct bauta_frame *f = grey(120);
    const struct bt_q_tone tone = bt_q_tone(f, &face);
    bt_q_object_draw(BT_Q_HAND, f, &face, &tone, 10, cover);
    CHECK_INT(count(), 0);
    bt_q_object_draw(BT_Q_HAND, f, &face, &tone, 60, cover);
    const float *cheek = face.landmark[425], *eye = face.landmark[159];
    CHECK(cover[(int)cheek[1] * SIDE + (int)cheek[0]] == 255);
    bt_q_object_draw(BT_Q_RIMS, f, &face, &tone, 60, cover);
    CHECK(cover[(int)eye[1] * SIDE + (int)eye[0]] == 0);
    bauta_frame_unref(&f);
}

int main(void)
{
    check_counts();
    check_turns();
    check_objects();
    return check_end();
}
