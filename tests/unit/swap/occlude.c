// SPDX-License-Identifier: Apache-2.0
// Things of another colour stay in front, skin-coloured ones and new light do not, and
// nothing keeps the mask off for long.
#include "made.h"
#include "swap/occlude.h"

enum { N = 128 };

static struct bt_occlude work;
static struct bt_occlude_state state;
static struct bt_regions regions;
static float seen[N * N][3], expected[N * N], facing[N * N];

static void paint(float light)
{
    for (int i = 0; i < N * N; i++) {
        const float wave = 1 + .03f * sinf((float)i * .7f);
        seen[i][0] = 180 * light * wave;
        seen[i][1] = 130 * light * wave;
        seen[i][2] = 105 * light * wave;
        expected[i] = -.6f;
        facing[i] = 1;
    }
}

static void block(int x0, int y0, int x1, int y1, float r, float g, float b)
{
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            seen[y * N + x][0] = r, seen[y * N + x][1] = g, seen[y * N + x][2] = b;
}

static void run(int frames)
{
    for (int i = 0; i < frames; i++)
        bt_occlude_run(&work, &state, &regions, (const float(*)[3])seen, expected, facing, .04);
}

static float mean(int x0, int y0, int x1, int y1)
{
    double sum = 0;
    for (int y = y0; y < y1; y++)
        for (int x = x0; x < x1; x++)
            sum += state.mask[y * N + x];
    return (float)(sum / ((x1 - x0) * (y1 - y0)));
}

static void begin(void)
{
    state.started = false;
    paint(1);
    run(20);
    EXPECT(mean(0, 0, N, N) < .01f, "bare skin is covered by %.3f", (double)mean(0, 0, N, N));
}

int main(void)
{
    if (bt_regions_init(&regions, N))
        return 1;
    bt_occlude_init(&work, &regions);

    begin();
    block(70, 78, 92, 100, 30, 60, 170);
    run(1);
    EXPECT(mean(73, 81, 89, 97) > .9f, "a blue thing stays in front by %.2f",
           (double)mean(73, 81, 89, 97));
    EXPECT(mean(20, 60, 55, 110) < .02f, "and uncovers %.2f elsewhere",
           (double)mean(20, 60, 55, 110));
    paint(1);
    run(15);
    EXPECT(mean(70, 78, 92, 100) < .05f, "it is gone, and %.2f stays open",
           (double)mean(70, 78, 92, 100));

    begin();
    block(40, 20, 90, 110, 165, 118, 97);
    run(3);
    EXPECT(mean(0, 0, N, N) < .01f, "a hand uncovers skin by %.3f", (double)mean(0, 0, N, N));

    begin();
    paint(.6f);
    run(3);
    EXPECT(mean(0, 0, N, N) < .02f, "darker light uncovers %.3f", (double)mean(0, 0, N, N));

    begin();
    for (int i = 0; i < N * N; i++)
        seen[i][0] = 20, seen[i][1] = 160, seen[i][2] = 40;
    run(30);
    paint(1);
    run(30);
    EXPECT(mean(0, 0, N, N) < .02f, "after a flood of green %.3f stays open",
           (double)mean(0, 0, N, N));
    bt_regions_finish(&regions);
    return check_end();
}
