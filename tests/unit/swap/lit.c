// SPDX-License-Identifier: Apache-2.0
// The texture by rows against plain arithmetic, texel by texel, where the face is.
#include "base/alloc.h"
#include "made.h"
#include "swap/lit.h"

static struct bt_uvmap map;
static struct bt_lit_rows rows;
static struct bt_source_face who;

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

// Bilinear, the middle of texel (0, 0) at (0, 0), edges extended.
static float at_bytes(const uint8_t *p, int n, float x, float y, int c)
{
    const int most = n - 1;
    x = clamp(x, 0, (float)most), y = clamp(y, 0, (float)most);
    const int x0 = (int)x, y0 = (int)y, x1 = x0 < most ? x0 + 1 : x0,
              y1 = y0 < most ? y0 + 1 : y0;
    const float fx = x - (float)x0, fy = y - (float)y0;
    return (1 - fy) * ((1 - fx) * p[(y0 * n + x0) * 4 + c] + fx * p[(y0 * n + x1) * 4 + c]) +
           fy * ((1 - fx) * p[(y1 * n + x0) * 4 + c] + fx * p[(y1 * n + x1) * 4 + c]);
}

static bool in_face(int x, int y, int size)
{
    const int k = size / BT_MAP_SIZE;
    return map.triangle[y / k * BT_MAP_SIZE + x / k] != BT_UV_NONE;
}

static void check_fit(float level)
{
    const int n = bt_lit_size(level), l = (int)level;
    uint8_t *out = bt_zalloc((size_t)n * (size_t)n * 4);
    float worst = 0;
    int written = 0;
    bt_lit_fit(out, &rows, &who, level);
    for (int y = 0; y < n; y++) {
        for (int x = 0; x < n; x++) {
            written += out[(y * n + x) * 4 + 3] > 0;
            for (int c = 0; c < 4 && in_face(x, y, n); c++) {
                const float soft = at_bytes(who.atlas[l + 1], n / 2, ((float)x - .5f) / 2,
                                            ((float)y - .5f) / 2, c);
                const float fine = who.atlas[l][(y * n + x) * 4 + c];
                const float want = fine + (soft - fine) * (level - (float)l);
                worst = fmaxf(worst, fabsf(want - out[(y * n + x) * 4 + c]));
            }
        }
    }
    EXPECT(worst < 2, "level %.2f: off by %.2f", (double)level, (double)worst);
    EXPECT(written < n * n * 95 / 100, "level %.2f: %d texels written", (double)level,
           written);
    bt_free(out);
}

static void check_light(int size)
{
    static uint16_t gain[BT_MAP_SIZE * (BT_MAP_SIZE + 1) + 1][4];
    const size_t bytes = (size_t)size * (size_t)size * 4;
    uint8_t *in = bt_alloc(bytes), *out = bt_zalloc(bytes);
    const int k = size / BT_MAP_SIZE;
    float worst = 0;
    for (size_t i = 0; i < bytes; i++)
        in[i] = (uint8_t)(rand() % 256);
    for (int i = 0; i < BT_MAP_SIZE * BT_MAP_SIZE; i++)
        for (int c = 0; c < 4; c++)
            gain[i][c] = (uint16_t)(c == 3 ? 256 : rand() % 600);
    bt_lit_run(out, in, size, &rows, (const uint16_t(*)[4])gain);
    for (int y = 0; y < size; y++) {
        for (int x = 0; x < size; x++) {
            for (int c = 0; c < 4 && in_face(x, y, size); c++) {
                const float u = clamp(((float)x + .5f) / (float)k - .5f, 0, BT_MAP_SIZE - 1);
                const float v = clamp(((float)y + .5f) / (float)k - .5f, 0, BT_MAP_SIZE - 1);
                const int a = (int)v * BT_MAP_SIZE + (int)u;
                const float fx = u - floorf(u), fy = v - floorf(v);
                const float g = (1 - fy) * ((1 - fx) * gain[a][c] + fx * gain[a + 1][c]) +
                                fy * ((1 - fx) * gain[a + BT_MAP_SIZE][c] +
                                      fx * gain[a + BT_MAP_SIZE + 1][c]);
                const float want = fminf(in[(y * size + x) * 4 + c] * g / 256, 255);
                worst = fmaxf(worst, fabsf(want - out[(y * size + x) * 4 + c]));
            }
        }
    }
    EXPECT(worst < 1.2f, "size %d: off by %.2f", size, (double)worst);
    bt_free(in);
    bt_free(out);
}

int main(void)
{
    if (!CHECK(bt_uvmap_init(&map, BT_MAP_SIZE) == 0))
        return check_end();
    bt_lit_rows_init(&rows, &map);
    for (int l = 0; l < BT_ATLAS_LEVELS; l++) {
        const size_t bytes = (size_t)(BT_ATLAS_SIZE >> l) * (size_t)(BT_ATLAS_SIZE >> l) * 4;
        who.atlas[l] = bt_alloc(bytes);
        for (size_t i = 0; i < bytes; i++)
            who.atlas[l][i] = (uint8_t)(rand() % 255 + 1);
    }
    CHECK(bt_lit_level(-3) == 0 && bt_lit_size(bt_lit_level(9)) == 128);
    for (float level = 0; level < 3; level += .31f)
        check_fit(bt_lit_level(level));
    for (int size = 128; size <= 512; size *= 2)
        check_light(size);
    for (int l = 0; l < BT_ATLAS_LEVELS; l++)
        bt_free(who.atlas[l]);
    bt_uvmap_finish(&map);
    return check_end();
}
