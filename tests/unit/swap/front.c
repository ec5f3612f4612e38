// SPDX-License-Identifier: Apache-2.0
// What the mask holds is cut out of what was drawn where it is in the picture, with an
// edge as sharp as the picture's.
#include "made.h"
#include "swap/front.h"

enum { SIZE = 480, N = 128 };

static float mask[N * N], facing[N * N];

// Skin with a dark thing right of a line.
static void read_patch(struct bt_patch *p, int edge)
{
    struct bauta_frame *f = bauta_frame_new(BAUTA_PIXEL_RGB24, SIZE, SIZE);
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE; x++) {
            uint8_t *to = f->data[0] + y * f->stride[0] + x * 3;
            to[0] = x < edge ? 180 : 40, to[1] = x < edge ? 130 : 40, to[2] = x < edge ? 100 : 45;
        }
    EXPECT(bt_patch_read(p, f, (struct bt_rect){0, 0, SIZE, SIZE}, 192) == 0, "no patch");
    memset(p->drawn, 255, (size_t)p->stride * SIZE);
    bauta_frame_unref(&f);
}

static int alpha(const struct bt_patch *p, int x, int y)
{
    return p->drawn[y * p->stride + x * 4 + 3];
}

int main(void)
{
    struct bt_uvmap map;
    struct bt_patch patch = {0};
    struct bt_front front = {0};
    struct bauta_face at;
    const int edge = 263;
    if (bt_uvmap_init(&map, N))
        return 1;
    pose_canonical(&at, 240, 240, 400, 0);
    for (int i = 0; i < N * N; i++) {
        facing[i] = map.triangle[i] != BT_UV_NONE;
        float p[3] = {0};
        if (facing[i] > 0)
            bt_uvmap_at(&map, i, at.landmark, p);
        // The texture's own idea of the edge is five pixels off.
        mask[i] = p[0] > (float)edge + 5;
    }
    read_patch(&patch, edge);
    EXPECT(patch.small_shift == 2, "reduced by %d", patch.small_shift);
    EXPECT(bt_front_cut(&front, &patch, &at, &map, mask, facing, 1) == 0, "not cut");
    int wrong = 0;
    for (int y = 180; y < 300; y++)
        for (int x = 180; x < 340; x++)
            if (x < edge - 2 || x > edge + 2)
                wrong += (alpha(&patch, x, y) > 127) != (x < edge);
    EXPECT(wrong < 120 * 160 / 100, "%d pixels more than two from the edge are wrong", wrong);

    read_patch(&patch, edge);
    EXPECT(bt_front_cut(&front, &patch, &at, &map, mask, facing, .5f) == 0, "not cut");
    EXPECT(abs(alpha(&patch, 310, 240) - 128) <= 1, "half leaves %d", alpha(&patch, 310, 240));

    // What is turned away covers nothing, and an empty mask costs nothing.
    read_patch(&patch, edge);
    memset(facing, 0, sizeof facing);
    EXPECT(bt_front_cut(&front, &patch, &at, &map, mask, facing, 1) == 0, "not cut");
    EXPECT(alpha(&patch, 310, 240) == 255, "a hidden mask cuts");
    bt_front_finish(&front);
    bt_patch_finish(&patch);
    bt_uvmap_finish(&map);
    return check_end();
}
