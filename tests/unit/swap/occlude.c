// SPDX-License-Identifier: Apache-2.0
// What comes in front stays in front, a hand too; skin, light and shade open nothing, and
// nothing keeps the mask off for long. A fringe and rims may be there from the start.
#include "made.h"
#include "swap/occlude.h"

enum { N = 128 };

static struct bt_occlude work;
static struct bt_occlude_state state;
static struct bt_regions regions;
static float seen[N * N][3], expected[N * N], facing[N * N];
static uint32_t seed = 1;

static float noise(void)
{
    seed = seed * 1664525u + 1013904223u;
    return (float)(seed >> 8) / 8388608.f - 1;
}

static void paint(float light)
{
    for (int i = 0; i < N * N; i++) {
        const float wave = 1 + .03f * sinf((float)i * .7f);
        for (int c = 0; c < 3; c++)
            seen[i][c] = (c == 0 ? 180.f : c == 1 ? 130.f : 105.f) * light * wave + noise();
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

// Four fingers from the right: skin a little darker and less red, dark between them.
static void hand(int x0)
{
    for (int y = 64; y < 104; y++) {
        for (int x = x0; x < N; x++) {
            const float across = (float)((y - 64) % 10) / 5 - 1;
            const float shade = .7f + .3f * sqrtf(1 - across * across);
            seen[y * N + x][0] = 160 * shade + noise();
            seen[y * N + x][1] = 125 * shade + noise();
            seen[y * N + x][2] = 106 * shade + noise();
        }
    }
}

static void step(void)
{
    bt_occlude_run(&work, &state, &regions, (const float(*)[3])seen, expected, facing, .04);
}

static void run(int frames)
{
    for (int i = 0; i < frames; i++)
        step();
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
    for (int i = 0; i < 30; i++) {
        paint(1);
        step();
    }
    EXPECT(mean(0, 0, N, N) < .01f, "bare skin is covered by %.3f", (double)mean(0, 0, N, N));
}

static void check_thing(void)
{
    begin();
    block(70, 78, 92, 100, 30, 60, 170);
    run(1);
    EXPECT(mean(71, 79, 91, 99) > .9f, "a blue thing stays in front by %.2f",
           (double)mean(71, 79, 91, 99));
    EXPECT(mean(20, 60, 55, 110) < .02f, "and uncovers %.2f elsewhere",
           (double)mean(20, 60, 55, 110));
    EXPECT(mean(60, 78, 67, 100) < .05f && mean(95, 78, 102, 100) < .05f,
           "and %.2f beside it", (double)mean(60, 78, 67, 100));
    run(100);
    EXPECT(mean(71, 79, 91, 99) > .9f, "it stays for %.2f", (double)mean(71, 79, 91, 99));
    paint(1);
    run(3);
    EXPECT(mean(70, 78, 92, 100) < .05f, "it is gone, and %.2f stays open",
           (double)mean(70, 78, 92, 100));
}

static void check_hand(void)
{
    begin();
    for (int x = N; x >= 70; x -= 6) {
        paint(1);
        hand(x);
        step();
    }
    float least = 1, most = 0;
    for (int i = 0; i < 50; i++) {
        paint(1);
        hand(70);
        step();
        least = fminf(least, mean(74, 68, 110, 100));
        most = fmaxf(most, mean(20, 30, 60, 110));
    }
    EXPECT(least > .9f, "a hand stays in front by %.2f", (double)least);
    EXPECT(most < .03f, "and uncovers %.2f elsewhere", (double)most);
    paint(1);
    run(5);
    EXPECT(mean(0, 0, N, N) < .02f, "it is gone, and %.3f stays open",
           (double)mean(0, 0, N, N));
    // The same patch that reaches in from nowhere is a crease or a blush.
    begin();
    for (int i = 0; i < 5; i++) {
        paint(1);
        hand(70);
        for (int y = 0; y < N; y++)
            for (int x = 0; x < N; x++)
                if (x > 88 || y < 70 || y > 88)
                    for (int c = 0; c < 3; c++)
                        seen[y * N + x][c] = c == 0 ? 180 : c == 1 ? 130 : 105;
        step();
    }
    EXPECT(mean(0, 0, N, N) < .01f, "a fold uncovers %.3f", (double)mean(0, 0, N, N));
}

// What a mouth that talks does to the chin: dark and bright, of the skin's own colour.
static void creases(int x0, int x1)
{
    for (int y = 78; y < 102; y++)
        for (int x = x0; x < x1; x++)
            for (int c = 0; c < 3; c++)
                seen[y * N + x][c] *= y / 3 % 2 ? .72f : 1.1f;
}

// A face that changes beside a thing or a hand is no part of it, nor what is left of it.
static void check_beside(void)
{
    begin();
    for (int x = N; x > 56; x -= 8) {
        paint(1);
        creases(44, 84);
        block(x, 40, N, 100, 60, 150, 190);
        step();
    }
    EXPECT(mean(66, 44, 96, 96) > .9f, "a sheet stays in front by %.2f",
           (double)mean(66, 44, 96, 96));
    EXPECT(mean(46, 80, 54, 100) < .05f, "and uncovers %.2f of the chin",
           (double)mean(46, 80, 54, 100));
    paint(1);
    creases(44, 84);
    run(10);
    EXPECT(mean(30, 40, 100, 110) < .05f, "it is gone, and %.2f stays open",
           (double)mean(30, 40, 100, 110));
    begin();
    for (int i = 0; i < 40; i++) {
        paint(1);
        if (i > 12)
            creases(44, 84);
        hand(i < 9 ? N - 6 * i : 74);
        step();
    }
    EXPECT(mean(80, 68, 110, 100) > .9f, "a hand stays in front by %.2f",
           (double)mean(80, 68, 110, 100));
    EXPECT(mean(46, 80, 66, 100) < .2f, "and uncovers %.2f of the chin",
           (double)mean(46, 80, 66, 100));
    paint(1);
    creases(44, 84);
    run(10);
    EXPECT(mean(30, 40, 100, 110) < .05f, "it is gone, and %.2f stays open",
           (double)mean(30, 40, 100, 110));
}

static void check_light(void)
{
    begin();
    paint(.6f);
    run(3);
    EXPECT(mean(0, 0, N, N) < .02f, "darker light uncovers %.3f", (double)mean(0, 0, N, N));
    // An open mouth.
    begin();
    block(50, 88, 78, 100, 40, 15, 15);
    run(3);
    EXPECT(mean(20, 30, 108, 80) < .01f, "an open mouth uncovers %.3f",
           (double)mean(20, 30, 108, 80));
    begin();
    for (int i = 0; i < N * N; i++)
        seen[i][0] = 20, seen[i][1] = 160, seen[i][2] = 40;
    run(30);
    paint(1);
    run(30);
    EXPECT(mean(0, 0, N, N) < .02f, "after a flood of green %.3f stays open",
           (double)mean(0, 0, N, N));
}

// All of the face looks foreign at once, now and then and for long: the mask stays on.
static void check_all(void)
{
    const float tints[4][3] = {{1.17f, 1, 1}, {1.3f, 1, .8f}, {.5f, 1, .6f}, {.6f, .8f, 1.6f}};
    for (int k = 0; k < 4; k++) {
        begin();
        float most = 0;
        for (int i = 0; i < 40; i++) {
            paint(1);
            for (int t = 0; t < N * N && (i % 2 || i > 12); t++)
                for (int c = 0; c < 3; c++)
                    seen[t][c] = fminf(seen[t][c] * tints[k][c], 255);
            step();
            most = fmaxf(most, mean(20, 20, 108, 108));
        }
        EXPECT(most < .55f, "tint %d opens %.2f of the face", k, (double)most);
    }
}

static void check_start(void)
{
    // Strands from the hair to the brows, there in the first frame.
    state.started = false;
    paint(1);
    for (int x = 40; x < 90; x += 12)
        block(x, 0, x + 5, 32, 30, 25, 24);
    run(1);
    EXPECT(mean(41, 20, 44, 30) > .9f, "a strand stays in front by %.2f",
           (double)mean(41, 20, 44, 30));
    EXPECT(mean(46, 20, 51, 30) < .05f, "and uncovers %.2f beside it",
           (double)mean(46, 20, 51, 30));
    // The same spot that does not hang in from above is a mole or a shadow.
    state.started = false;
    paint(1);
    block(52, 22, 57, 30, 30, 25, 24);
    run(1);
    EXPECT(mean(50, 20, 60, 32) < .02f, "a spot opens %.2f", (double)mean(50, 20, 60, 32));
}

// Two frames with a bridge: four lines each, as thick as width.
static void rims(int width, float dark)
{
    for (int side = 0; side < 2; side++) {
        const int x0 = side ? 70 : 22, x1 = x0 + 36, y0 = 42, y1 = 64;
        block(x0, y0, x1, y0 + width, dark, dark, dark);
        block(x0, y1 - width, x1, y1, dark, dark, dark);
        block(x0, y0, x0 + width, y1, dark, dark, dark);
        block(x1 - width, y0, x1, y1, dark, dark, dark);
    }
    block(58, 46, 70, 46 + width, dark, dark, dark);
}

static void check_rims(void)
{
    state.started = false;
    for (int i = 0; i < 10; i++) {
        paint(1);
        rims(3, 28);
        step();
    }
    EXPECT(mean(26, 61, 54, 64) > .85f, "the lower rim stays in front by %.2f",
           (double)mean(26, 61, 54, 64));
    EXPECT(mean(26, 66, 54, 72) < .05f, "skin below it is uncovered by %.2f",
           (double)mean(26, 66, 54, 72));
    // One line is a wrinkle.
    state.started = false;
    for (int i = 0; i < 10; i++) {
        paint(1);
        block(30, 61, 50, 63, 100, 70, 55);
        step();
    }
    EXPECT(mean(20, 40, 108, 70) < .01f, "a wrinkle opens %.3f",
           (double)mean(20, 40, 108, 70));
}

int main(void)
{
    if (bt_regions_init(&regions, N))
        return 1;
    bt_occlude_init(&work, &regions);
    check_thing();
    check_hand();
    check_beside();
    check_light();
    check_all();
    check_start();
    check_rims();
    bt_regions_finish(&regions);
    return check_end();
}
