// SPDX-License-Identifier: Apache-2.0
// The photo's eyes: found, taken apart, made whole, and drawn where the target looks.
#include <math.h>
#include <string.h>

#include "made.h"
#include "swap/eyes.h"

enum { WIDTH = 640, ATLAS = 256 };
static const float RADIUS = .57f; // of the painted irises, centimetres

static void set(struct bauta_frame *f, int x, int y, int r, int g, int b)
{
    uint8_t *p = f->data[0] + y * f->stride[0] + x * 3;
    p[0] = (uint8_t)r, p[1] = (uint8_t)g, p[2] = (uint8_t)b;
}

// Skin, white eyes with green irises and a highlight; look: of the gaze, in radii.
static struct bauta_frame *paint(struct bauta_face *face, float look)
{
    struct bauta_frame *photo = bauta_frame_new(BAUTA_PIXEL_RGB24, WIDTH, WIDTH);
    pose_canonical(face, WIDTH / 2, WIDTH / 2, 480, 0);
    face->has_iris = 1;
    const float r = RADIUS * face->scale;
    for (int side = 0; side < 2; side++) {
        const struct bt_eye_frame e =
            bt_eye_frame((const float(*)[3])face->landmark, side);
        face->iris[side][0] = e.x + look * r;
        face->iris[side][1] = e.y;
    }
    for (int y = 0; photo && y < WIDTH; y++) {
        for (int x = 0; x < WIDTH; x++) {
            set(photo, x, y, 190, 140, 110);
            for (int side = 0; side < 2; side++) {
                float upper;
                const float px = (float)x + .5f, py = (float)y + .5f;
                if (bt_eye_inside((const float(*)[3])face->landmark, side, px, py,
                                  &upper) <= 0)
                    continue;
                const float dx = px - face->iris[side][0], dy = py - face->iris[side][1];
                const float far = hypotf(dx, dy) / r;
                set(photo, x, y, 225, 222, 220);
                if (far < 1)
                    set(photo, x, y, 40, far < .35f ? 40 : 120, 60);
                if (hypotf(dx - .3f * r, dy + .2f * r) < .15f * r)
                    set(photo, x, y, 255, 255, 255);
            }
        }
    }
    return photo;
}

struct learnt {
    struct bt_uvmap map;
    float (*rgb)[3], (*shade)[3];
    struct bt_source_eyes eyes;
};

static void learn(struct learnt *l, const struct bauta_frame *photo,
                  const struct bauta_face *face)
{
    const size_t count = ATLAS * ATLAS;
    CHECK(bt_uvmap_init(&l->map, ATLAS) == 0);
    l->rgb = calloc(count, sizeof *l->rgb);
    l->shade = calloc(count, sizeof *l->shade);
    for (size_t i = 0; i < count; i++) {
        l->shade[i][0] = l->shade[i][1] = l->shade[i][2] = 1;
        if (l->map.triangle[i] == BT_UV_NONE)
            continue;
        float p[3];
        bt_uvmap_at(&l->map, (int)i, face->landmark, p);
        const uint8_t *q = photo->data[0] + (int)p[1] * photo->stride[0] + (int)p[0] * 3;
        for (int c = 0; c < 3; c++)
            l->rgb[i][c] = q[c];
    }
    CHECK(bt_eyes_learn(&l->eyes, photo, face, &l->map, (const float(*)[3])l->shade,
                        l->rgb) == 0);
}

static void finish(struct learnt *l)
{
    bt_uvmap_finish(&l->map);
    free(l->rgb);
    free(l->shade);
}

static void test_learn(void)
{
    struct bauta_face face;
    struct bauta_frame *photo = paint(&face, 0);
    struct learnt l = {0};
    // The net's middle is a little off.
    for (int side = 0; side < 2; side++)
        face.iris[side][0] += .1f * RADIUS * face.scale;
    learn(&l, photo, &face);
    EXPECT(l.eyes.usable, "open eyes are usable");
    EXPECT(fabsf(l.eyes.radius - RADIUS) < .04f, "radius %.3f", (double)l.eyes.radius);
    // The upper half lies under the lid in the photo, and the highlight is gone.
    for (int side = 0; side < 2; side++) {
        const int up = (int)((1 - .7f / BT_IRIS_SPAN) / 2 * BT_IRIS_SIZE);
        const uint8_t *p = l.eyes.iris[side][up * BT_IRIS_SIZE + BT_IRIS_SIZE / 2];
        EXPECT(abs(p[1] - 120) < 16 && abs(p[0] - 40) < 16, "above: %d %d", p[0], p[1]);
        int bright = 0;
        for (int i = 0; i < BT_IRIS_SIZE * BT_IRIS_SIZE; i++) {
            const float x = (((float)(i % BT_IRIS_SIZE) + .5f) / BT_IRIS_SIZE * 2 - 1);
            const float y = (((float)(i / BT_IRIS_SIZE) + .5f) / BT_IRIS_SIZE * 2 - 1);
            if (hypotf(x, y) * BT_IRIS_SPAN < .8f)
                bright += l.eyes.iris[side][i][0] > 120;
        }
        EXPECT(bright < 8, "%d texels of the highlight remain", bright);
    }
    // Where the irises were the atlas is white, but below the upper lid.
    int dark = 0, white = 0;
    for (int i = 0; i < ATLAS * ATLAS; i++) {
        float p[3], upper;
        if (l.map.triangle[i] == BT_UV_NONE)
            continue;
        bt_uvmap_at(&l.map, i, face.landmark, p);
        const int side = p[0] > WIDTH / 2;
        if (bt_eye_inside((const float(*)[3])face.landmark, side, p[0], p[1], &upper) < 3)
            continue;
        // Lashes may be what is right below the upper lid.
        if (upper < .5f * RADIUS * face.scale)
            continue;
        white += l.rgb[i][0] > 190;
        dark += l.rgb[i][0] < 120;
    }
    EXPECT(white > 100 && dark == 0, "%d white, %d dark", white, dark);
    finish(&l);
    bauta_frame_unref(&photo);
}

static void test_hidden(void)
{
    struct bauta_face face;
    struct bauta_frame *photo = paint(&face, 0);
    struct learnt l = {0};
    // Both eyes closed: nothing of an iris shows.
    for (int side = 0; side < 2; side++)
        for (int k = 1; k < BT_CANON_LID; k++)
            if (k != BT_CANON_LID / 2)
                face.landmark[bt_canon_lid[side][k]][1] =
                    face.landmark[bt_canon_lid[side][0]][1];
    learn(&l, photo, &face);
    EXPECT(!l.eyes.usable, "closed eyes are not usable");
    finish(&l);
    memset(&l, 0, sizeof l);
    face.has_iris = 0;
    learn(&l, photo, &face);
    EXPECT(!l.eyes.usable, "no iris was found");
    finish(&l);
    bauta_frame_unref(&photo);
}

// The mean place of the dark pixels drawn in the image-left eye.
static float drawn_at(const struct learnt *l, float look, int *count)
{
    struct bauta_face at;
    struct bauta_frame *target = paint(&at, look);
    struct bt_patch patch = {0};
    struct bt_eyes_state state = {0};
    struct bt_light light = {{{0}}};
    const float gain[2][3] = {{1, 1, 1}, {1, 1, 1}}, add[2][3] = {{0}};
    for (int c = 0; c < 3; c++)
        light.sh[c][0] = 1;
    CHECK(bt_patch_read(&patch, target, (struct bt_rect){0, 0, WIDTH, WIDTH}, 128) == 0);
    memset(patch.drawn, 230, (size_t)patch.stride * (size_t)patch.height);
    bt_eyes_draw(&l->eyes, &state, &patch, &at, (const float(*)[3])at.landmark, &light,
                 gain, add, 1, .04);
    double sum = 0;
    int n = 0, outside = 0;
    for (int y = 0; y < patch.height; y++) {
        for (int x = 0; x < patch.width / 2; x++) {
            float upper;
            if (patch.drawn[y * patch.stride + x * 4] > 100)
                continue;
            sum += x + .5;
            n++;
            outside += bt_eye_inside((const float(*)[3])at.landmark, 0, (float)x + .5f,
                                     (float)y + .5f, &upper) < -1;
        }
    }
    EXPECT(outside == 0, "%d pixels on the lids", outside);
    *count = n;
    const float wanted = at.iris[0][0];
    bt_patch_finish(&patch);
    bauta_frame_unref(&target);
    return n ? (float)(sum / n) - wanted : NAN;
}

static void test_draw(void)
{
    struct bauta_face face;
    struct bauta_frame *photo = paint(&face, 0);
    struct learnt l = {0};
    learn(&l, photo, &face);
    for (int k = -1; k <= 1; k++) {
        int count;
        const float off = drawn_at(&l, .45f * (float)k, &count);
        EXPECT(fabsf(off) < 1.5f && count > 200, "look %d: off by %.2f, %d pixels", k,
               (double)off, count);
    }
    finish(&l);
    bauta_frame_unref(&photo);
}

int main(void)
{
    test_learn();
    test_hidden();
    test_draw();
    return check_end();
}
