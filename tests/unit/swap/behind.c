// SPDX-License-Identifier: Apache-2.0
// What lies behind the drawn face is the target's own picture in the drawn shape.
#include <math.h>
#include <string.h>

#include "made.h"
#include "swap/behind.h"

static void set(struct bauta_frame *f, int x, int y, int r, int g, int b)
{
    uint8_t *p = f->data[0] + y * f->stride[0] + x * 3;
    p[0] = (uint8_t)r, p[1] = (uint8_t)g, p[2] = (uint8_t)b;
}

// A red mouth opening moves with the lips that are drawn.
static void test_mouth(void)
{
    struct bauta_face at;
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, 400, 400);
    float shape[BAUTA_LANDMARKS][3];
    struct bt_patch patch = {0};
    struct bt_behind behind = {0};
    pose_canonical(&at, 200, 200, 300, 0);
    for (int k = 1; k < 10; k++)
        at.landmark[bt_canon_lips[BT_CANON_RING - k]][1] += 30;
    float lips[BT_CANON_RING][2];
    for (int k = 0; k < BT_CANON_RING; k++)
        for (int c = 0; c < 2; c++)
            lips[k][c] = at.landmark[bt_canon_lips[k]][c];
    for (int y = 0; y < 400; y++)
        for (int x = 0; x < 400; x++) {
            bool in = false;
            for (int i = 0, j = BT_CANON_RING - 1; i < BT_CANON_RING; j = i++)
                if ((lips[i][1] > (float)y + .5f) != (lips[j][1] > (float)y + .5f) &&
                    (float)x + .5f < (lips[j][0] - lips[i][0]) *
                                             ((float)y + .5f - lips[i][1]) /
                                             (lips[j][1] - lips[i][1]) + lips[i][0])
                    in = !in;
            set(frame, x, y, in ? 250 : 100, 60, 60);
        }
    memcpy(shape, at.landmark, sizeof shape);
    for (int v = 0; v < BAUTA_LANDMARKS; v++)
        shape[v][0] += 12;
    bt_behind_init(&behind);
    CHECK(bt_patch_read(&patch, frame, (struct bt_rect){0, 0, 400, 400}, 128) == 0);
    CHECK(bt_behind_draw(&behind, &patch, (const float(*)[3])at.landmark,
                        (const float(*)[3])shape, false) == 0);
    double seen = 0, drawn = 0;
    int red_in = 0, red_out = 0;
    for (int y = 0; y < 400; y++)
        for (int x = 0; x < 400; x++) {
            const uint8_t *p = patch.seen + y * patch.stride + x * 4;
            const uint8_t *q = patch.drawn + y * patch.stride + x * 4;
            if (p[0] > 200)
                seen += x, red_in++;
            if (q[3] && q[0] > 200)
                drawn += x, red_out++;
        }
    EXPECT(red_in > 300 && abs(red_out - red_in) < red_in / 20, "%d in, %d out", red_in,
           red_out);
    EXPECT(fabs(drawn / red_out - seen / red_in - 12) < .5, "moved by %.2f",
           drawn / red_out - seen / red_in);
    bt_behind_finish(&behind);
    bt_patch_finish(&patch);
    bauta_frame_unref(&frame);
}

// Where the oval grows by a tenth the ring holds what was around it, and at the ring's
// outer line the frame is as it was.
static void test_ring(void)
{
    struct bauta_face at;
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, 500, 500);
    float shape[BAUTA_LANDMARKS][3];
    struct bt_patch patch = {0};
    struct bt_behind behind = {0};
    pose_canonical(&at, 250, 250, 240, 0);
    for (int y = 0; y < 500; y++)
        for (int x = 0; x < 500; x++)
            set(frame, x, y, x / 2, y / 2, 90);
    memcpy(shape, at.landmark, sizeof shape);
    for (int v = 0; v < BAUTA_LANDMARKS; v++)
        shape[v][0] += .1f * (shape[v][0] - 250);
    bt_behind_init(&behind);
    CHECK(bt_patch_read(&patch, frame, (struct bt_rect){0, 0, 500, 500}, 128) == 0);
    CHECK(bt_behind_draw(&behind, &patch, (const float(*)[3])at.landmark,
                         (const float(*)[3])shape, true) == 0);
    // Beside the right cheek the picture's columns were pushed outward.
    const float *cheek = at.landmark[454], *moved = shape[454];
    int changed = 0, outside = 0;
    for (int y = 0; y < 500; y++) {
        for (int x = 0; x < 500; x++) {
            const uint8_t *p = patch.drawn + y * patch.stride + x * 4;
            const float far = hypotf((float)x - 250, (float)y - 250);
            changed += p[3] != 0;
            outside += p[3] && far > 260;
        }
    }
    const uint8_t *p = patch.drawn + (int)moved[1] * patch.stride + (int)moved[0] * 4;
    EXPECT(fabsf(2 * (float)p[0] - cheek[0]) < 4, "at the cheek: column %d for %.0f",
           2 * p[0], (double)cheek[0]);
    const int edge = (int)(cheek[0] + .34f * 240);
    const uint8_t *q = patch.drawn + (int)cheek[1] * patch.stride + edge * 4;
    EXPECT(!q[3] || abs(q[0] - edge / 2) <= 1, "the ring's edge shows column %d for %d",
           2 * q[0], edge);
    EXPECT(changed > 60000 && !outside, "%d changed, %d far outside", changed, outside);
    bt_behind_finish(&behind);
    bt_patch_finish(&patch);
    bauta_frame_unref(&frame);
}

int main(void)
{
    test_mouth();
    test_ring();
    return check_end();
}
