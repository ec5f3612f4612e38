// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "face/internal.h"

#include "../check.h"

static void check_anchors(void)
{
    static float anchor[BT_ANCHORS][2];
    bt_detect_anchors(anchor);
    // Two a cell on 16 x 16, then six a cell on 8 x 8, row by row.
    CHECK_NEAR(anchor[0][0], .5 / 16, 1e-6);
    CHECK_NEAR(anchor[1][0], .5 / 16, 1e-6);
    CHECK_NEAR(anchor[2][0], 1.5 / 16, 1e-6);
    CHECK_NEAR(anchor[2][1], .5 / 16, 1e-6);
    CHECK_NEAR(anchor[33][1], 1.5 / 16, 1e-6);
    CHECK_NEAR(anchor[511][0], 15.5 / 16, 1e-6);
    CHECK_NEAR(anchor[511][1], 15.5 / 16, 1e-6);
    CHECK_NEAR(anchor[512][0], .5 / 8, 1e-6);
    CHECK_NEAR(anchor[517][0], .5 / 8, 1e-6);
    CHECK_NEAR(anchor[518][0], 1.5 / 8, 1e-6);
    CHECK_NEAR(anchor[895][0], 7.5 / 8, 1e-6);
    CHECK_NEAR(anchor[895][1], 7.5 / 8, 1e-6);
    double sum = 0;
    for (int i = 0; i < BT_ANCHORS; i++)
        sum += anchor[i][0] - anchor[i][1];
    CHECK_NEAR(sum, 0, 1e-3);
}

static struct bt_detection box(float x, float y, float side, float score)
{
    struct bt_detection d = { .box = { x, y, x + side, y + side }, .score = score };
    for (int k = 0; k < 6; k++)
        d.key[k][0] = x + (float)k, d.key[k][1] = y;
    return d;
}

static void check_merge(void)
{
    struct bt_detection d[6] = {
        box(100, 100, 50, .5f), box(0, 0, 40, .9f),    box(102, 100, 50, .75f),
        box(4, 0, 40, .3f),     box(300, 10, 20, .6f), box(38, 0, 40, .4f),
    };
    const int n = bt_detect_merge(d, 6, .3f);
    CHECK_INT(n, 4);
    CHECK_NEAR(d[0].score, .9, 1e-6);
    CHECK_NEAR(d[0].box[0], (.9 * 0 + .3 * 4) / 1.2, 1e-4);
    CHECK_NEAR(d[0].box[2], (.9 * 40 + .3 * 44) / 1.2, 1e-4);
    CHECK_NEAR(d[0].key[5][0], (.9 * 5 + .3 * 9) / 1.2, 1e-4);
    CHECK_NEAR(d[1].score, .75, 1e-6);
    CHECK_NEAR(d[1].box[0], (.75 * 102 + .5 * 100) / 1.25, 1e-3);
    CHECK_NEAR(d[2].score, .6, 1e-6);
    CHECK_NEAR(d[3].score, .4, 1e-6);
    CHECK_NEAR(d[3].box[0], 38, 1e-4);
    CHECK_INT(bt_detect_merge(d, 0, .3f), 0);
    CHECK_INT(bt_detect_merge(d, 1, .3f), 1);
    CHECK_NEAR(d[0].box[2], 41, 1e-3);
}

// Each face from 1/18 of the picture's short side on lies whole in a window of which it
// takes at least 11 percent, and at most 85.
static void check_windows(void)
{
    static const int sizes[][2] = { { 1280, 720 }, { 1920, 1080 }, { 640, 480 },
                                    { 1080, 1920 }, { 400, 300 }, { 4000, 900 } };
    for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
        struct bt_window w[BT_WINDOWS_MAX];
        const int width = sizes[s][0], height = sizes[s][1];
        const int n = bt_detect_windows(width, height, w);
        CHECK(n >= 2 && n <= (width > 3 * height ? BT_WINDOWS_MAX : 24));
        const float least = (float)(width < height ? width : height);
        int missed = 0;
        for (int i = 0; i < 4000; i++) {
            const float side = least * (.0556f + .8f * powf((float)rand() / RAND_MAX, 2));
            const float x = (float)rand() / RAND_MAX * (width - side);
            const float y = (float)rand() / RAND_MAX * (height - side);
            bool seen = side < 40;
            for (int k = 0; k < n && !seen; k++)
                seen = x >= w[k].x - .5f && y >= w[k].y - .5f &&
                       x + side <= w[k].x + w[k].size + .5f &&
                       y + side <= w[k].y + w[k].size + .5f && side >= .11f * w[k].size &&
                       side <= .85f * w[k].size;
            missed += !seen;
        }
        if (!CHECK_INT(missed, 0))
            fprintf(stderr, "  %dx%d: %d windows\n", width, height, n);
    }
    struct bt_window w[BT_WINDOWS_MAX];
    CHECK(bt_detect_windows(1, 1, w) >= 1);
    CHECK(bt_detect_windows(16384, 1, w) >= 1);
    CHECK(bt_detect_windows(16384, 16384, w) <= BT_WINDOWS_MAX);
}

int main(void)
{
    srand(5);
    check_anchors();
    check_merge();
    check_windows();
    return check_end();
}
