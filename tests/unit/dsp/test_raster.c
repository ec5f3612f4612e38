// SPDX-License-Identifier: Apache-2.0
// Which pixels a triangle covers.
#include <stdlib.h>

#include "../check.h"
#include "dsp/dsp.h"

#define WIDTH 96
#define HEIGHT 80
#define GUARD 3

static uint8_t picture[(HEIGHT + 2 * GUARD) * (WIDTH + 2 * GUARD) * 4];
static int covered[HEIGHT][WIDTH];
static const uint8_t white[16] = {255, 255, 255, 255, 255, 255, 255, 255,
                                  255, 255, 255, 255, 255, 255, 255, 255};
static const struct bt_texture texture = {
    .rgba = white, .width = 2, .height = 2, .stride = 8};

static float uniform(float low, float high)
{
    return low + (high - low) * (float)(rand() % 100000) / 100000;
}

// Draws triangles one by one and counts for each pixel how often it was covered. False
// where something was written outside of the picture.
static int draw(const struct bt_raster_vertex *vertex, const uint16_t (*triangle)[3],
                int count)
{
    const int stride = (WIDTH + 2 * GUARD) * 4;
    memset(covered, 0, sizeof(covered));
    for (int t = 0; t < count; t++) {
        memset(picture, 0, sizeof(picture));
        bt_raster_textured(picture + GUARD * stride + GUARD * 4, WIDTH, HEIGHT, stride,
                           &texture, vertex, triangle + t, 1);
        for (int i = 0; i < (int)sizeof(picture); i++) {
            const int x = i % stride / 4 - GUARD, y = i / stride - GUARD;
            if (!picture[i])
                continue;
            if (x < 0 || x >= WIDTH || y < 0 || y >= HEIGHT)
                return 0;
            covered[y][x] += i % 4 == 0;
        }
    }
    return 1;
}

static int total(void)
{
    int sum = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            sum += covered[y][x];
    return sum;
}

static int uneven(int from_x, int from_y, int to_x, int to_y)
{
    int wrong = 0;
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            wrong += covered[y][x] !=
                     (x >= from_x && x < to_x && y >= from_y && y < to_y);
    return wrong;
}

static struct bt_raster_vertex at(float x, float y)
{
    return (struct bt_raster_vertex){.x = x, .y = y, .u = 1, .v = 1};
}

// A fan around a point inside a rectangle, its rim cut at random places, tiles it.
static void check_fan(float x0, float y0, float x1, float y1, int grid)
{
    struct bt_raster_vertex vertex[21];
    uint16_t triangle[20][3];
    int n = 0;
    vertex[20] = at(uniform(x0, x1), uniform(y0, y1));
    for (int side = 0; side < 4; side++) {
        const float ax = side == 0 || side == 3 ? x0 : x1, ay = side < 2 ? y0 : y1;
        const float bx = side < 2 ? x1 : x0, by = side == 0 || side == 3 ? y0 : y1;
        float share = 0;
        for (int k = 0; k < 5; k++) {
            vertex[n++] = at(ax + share * (bx - ax), ay + share * (by - ay));
            share += uniform(0, .2f);
        }
    }
    // Centres of pixels on edges and corners are the difficult case.
    if (grid)
        for (int i = 0; i < 21; i++) {
            vertex[i].x = floorf(vertex[i].x) + .5f;
            vertex[i].y = floorf(vertex[i].y) + .5f;
        }
    for (int i = 0; i < 20; i++) {
        const uint16_t a = (uint16_t)i, b = (uint16_t)((i + 1) % 20);
        triangle[i][0] = rand() % 2 ? a : b;
        triangle[i][1] = triangle[i][0] == a ? b : a;
        triangle[i][2] = 20;
    }
    CHECK(draw(vertex, (const uint16_t(*)[3])triangle, 20));
    // The centre of pixel 0 is at .5; a rim right on centres has its left and upper part.
    const int from_x = (int)ceilf(vertex[0].x - .5f),
              from_y = (int)ceilf(vertex[0].y - .5f);
    const int to_x = (int)ceilf(vertex[10].x - .5f),
              to_y = (int)ceilf(vertex[10].y - .5f);
    if (!CHECK_INT(uneven(from_x, from_y, to_x, to_y), 0))
        fprintf(stderr, "rectangle %g %g %g %g, grid %d\n", (double)x0, (double)y0,
                (double)x1, (double)y1, grid);
}

static void check_clipping(void)
{
    static const uint16_t whole[2][3] = {{0, 1, 2}, {2, 3, 0}};
    const float far[] = {0, 1000, 100000, 1048576};
    for (int i = 0; i < 4; i++) {
        const float f = far[i];
        const struct bt_raster_vertex v[4] = {
            at(-f, -f), at(WIDTH + fminf(f, 900000), -f),
            at(WIDTH + fminf(f, 900000), HEIGHT), at(-f, HEIGHT)};
        CHECK(draw(v, whole, 2));
        CHECK_INT(uneven(0, 0, WIDTH, HEIGHT), 0);
    }
    // On each side outside.
    for (int side = 0; side < 4; side++) {
        const float x = side == 0 ? -50 : side == 1 ? WIDTH : 10;
        const float y = side == 2 ? -50 : side == 3 ? HEIGHT : 10;
        const struct bt_raster_vertex v[3] = {at(x, y), at(x + 50, y), at(x, y + 50)};
        CHECK(draw(v, whole, 1));
        CHECK_INT(total(), 0);
    }
}

static void check_nonsense(void)
{
    static const uint16_t order[3][3] = {{0, 1, 2}, {1, 2, 0}, {2, 1, 0}};
    const float odd[] = {NAN, INFINITY, -INFINITY, 1e9f, -1e9f, 3e38f, 1048577};
    for (size_t i = 0; i < sizeof(odd) / sizeof(*odd); i++)
        for (int field = 0; field < 8; field++) {
            struct bt_raster_vertex v[3] = {at(0, 0), at(90, 0), at(0, 70)};
            float *value[8] = {&v[0].x, &v[1].y,      &v[2].x,      &v[0].u,
                               &v[1].v, &v[2].add[0], &v[0].add[1], &v[1].add[2]};
            *value[field] = odd[i];
            CHECK(draw(v, order, 3));
            // Large finite offsets of colour are held within their range instead.
            const int left_out = field < 5 || !isfinite(odd[i]);
            CHECK((total() == 0) == left_out);
        }
    // Degenerate ones cover nothing.
    const struct bt_raster_vertex line[3] = {at(1, 1), at(50, 50), at(70, 70)};
    CHECK(draw(line, order, 3) && total() == 0);
    const struct bt_raster_vertex flat[3] = {at(1, 7.5f), at(50, 7.5f), at(70, 7.5f)};
    CHECK(draw(flat, order, 3) && total() == 0);
    const struct bt_raster_vertex point[3] = {at(8.5f, 8.5f), at(8.5f, 8.5f),
                                              at(8.5f, 8.5f)};
    CHECK(draw(point, order, 3) && total() == 0);
    // Slivers with steep gradients, and random ones far beyond the picture.
    for (int i = 0; i < 3000; i++) {
        struct bt_raster_vertex v[3];
        const float reach = i % 3 == 0 ? 100 : i % 3 == 1 ? 5000 : 1000000;
        for (int k = 0; k < 3; k++) {
            v[k] = at(uniform(-reach, reach), uniform(-reach, reach));
            v[k].u = uniform(-16384, 16384);
            v[k].v = uniform(-16384, 16384);
            v[k].add[1] = uniform(-1000, 1000);
        }
        if (i % 2) {
            v[2].x = v[0].x + 1.f / 256;
            v[2].y = v[0].y;
        }
        if (!CHECK(draw(v, order, 1)))
            break;
    }
}

int main(void)
{
    srand(5);
    for (int i = 0; i < 150; i++) {
        check_fan(0, 0, WIDTH, HEIGHT, 0);
        check_fan(uniform(0, 20), uniform(0, 20), uniform(60, 90), uniform(50, 80), 0);
        check_fan((float)(rand() % 20), (float)(rand() % 20), (float)(60 + rand() % 30),
                  (float)(40 + rand() % 30), 1);
    }
    check_clipping();
    check_nonsense();
    return check_end();
}
