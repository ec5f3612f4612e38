// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "dsp/dsp.h"

#define SUBPIXEL 256
#define POSITION_LIMIT 1048576.f
#define TEXEL_LIMIT 16384.f
#define ADD_LIMIT 1024.f
#define VALUES 5          // u, v, add[3]
#define CHUNK 256         // pixels after which the rounding of gradients starts anew

struct corner {
    int32_t x, y;         // 1/256 pixel
    double value[VALUES]; // 16.16
};

// One edge, walked from row to row: the first pixel whose centre is not left of it. Both
// triangles of a shared edge see the same integers, hence neither gaps nor overlaps.
struct edge {
    int64_t x, rest, whole;      // rest / whole is what rounding up has added to x
    int64_t step, step_rest;
};

// Values at the centre of pixel (0, 0) and their gradients.
struct plane {
    double origin[VALUES], dx[VALUES], dy[VALUES];
};

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

// The first pixel, or row, whose centre is at or after a position.
static int32_t first_centre(int32_t position)
{
    return (int32_t)floor_div((int64_t)position + SUBPIXEL / 2 - 1, SUBPIXEL);
}

// From a down to b, which must be lower, starting at the given row.
static struct edge edge_from(const struct corner *a, const struct corner *b, int row)
{
    const int64_t dx = (int64_t)b->x - a->x, dy = (int64_t)b->y - a->y;
    const int64_t below = (int64_t)row * SUBPIXEL + SUBPIXEL / 2 - a->y;
    const int64_t whole = dy * SUBPIXEL;
    const int64_t at = ((int64_t)a->x - SUBPIXEL / 2) * dy + below * dx;
    struct edge e = {.whole = whole};
    e.x = -floor_div(-at, whole);
    e.rest = e.x * whole - at;
    e.step = floor_div(dx, dy);
    e.step_rest = (dx - e.step * dy) * SUBPIXEL;
    return e;
}

static void edge_down(struct edge *e)
{
    e->x += e->step;
    e->rest -= e->step_rest;
    if (e->rest < 0) {
        e->rest += e->whole;
        e->x++;
    }
}

// False where the vertex is not finite or too far away.
static bool corner_from(struct corner *corner, const struct bt_raster_vertex *vertex)
{
    // Comparisons with NaN are false.
    const bool good = fabsf(vertex->x) <= POSITION_LIMIT && fabsf(vertex->y) <= POSITION_LIMIT &&
                      fabsf(vertex->u) <= TEXEL_LIMIT && fabsf(vertex->v) <= TEXEL_LIMIT &&
                      isfinite(vertex->add[0]) && isfinite(vertex->add[1]) &&
                      isfinite(vertex->add[2]);
    if (!good)
        return false;
    corner->x = (int32_t)lrintf(vertex->x * SUBPIXEL);
    corner->y = (int32_t)lrintf(vertex->y * SUBPIXEL);
    corner->value[0] = (vertex->u - .5) * 65536;
    corner->value[1] = (vertex->v - .5) * 65536;
    for (int c = 0; c < 3; c++) {
        const float add = vertex->add[c];
        corner->value[2 + c] = 65536. * (add > ADD_LIMIT    ? ADD_LIMIT
                                         : add < -ADD_LIMIT ? -ADD_LIMIT
                                                            : add);
    }
    return true;
}

// Rounds; what no span needs is cut off, so that the cast is defined.
static int32_t to_fixed(double value)
{
    const double limit = 2147000000;
    value = value > -limit ? value : -limit;
    value = value < limit ? value : limit;
    return (int32_t)((int64_t)(value + 2147483648.5) - 2147483648);
}

static void plane_from(struct plane *plane, const struct corner *a, const struct corner *b,
                       const struct corner *c, int64_t area)
{
    const double to_pixels = SUBPIXEL / (double)area;
    const double bx = (double)b->x - a->x, by = (double)b->y - a->y;
    const double cx = (double)c->x - a->x, cy = (double)c->y - a->y;
    const double x = .5 - a->x / (double)SUBPIXEL, y = .5 - a->y / (double)SUBPIXEL;
    for (int k = 0; k < VALUES; k++) {
        const double vb = b->value[k] - a->value[k], vc = c->value[k] - a->value[k];
        plane->dx[k] = (vb * cy - vc * by) * to_pixels;
        plane->dy[k] = (vc * bx - vb * cx) * to_pixels;
        plane->origin[k] = a->value[k] + plane->dx[k] * x + plane->dy[k] * y;
    }
}

static void paint_row(const struct bt_dsp *dsp, uint8_t *row, int from, int to, int y,
                      const struct plane *plane, struct bt_span *span)
{
    for (int x = from; x < to; x += CHUNK) {
        double at[VALUES];
        for (int k = 0; k < VALUES; k++)
            at[k] = plane->origin[k] + plane->dx[k] * x + plane->dy[k] * y;
        span->u = to_fixed(at[0]);
        span->v = to_fixed(at[1]);
        for (int c = 0; c < 3; c++)
            span->add[c] = to_fixed(at[2 + c]);
        dsp->span(row + 4 * (ptrdiff_t)x, to - x < CHUNK ? to - x : CHUNK, span);
    }
}

struct target {
    uint8_t *rgba;
    int width, height, stride;
};

static void paint(const struct bt_dsp *dsp, const struct target *target,
                  const struct bt_texture *texture, const struct corner corners[3])
{
    const struct corner *a = &corners[0], *b = &corners[1], *c = &corners[2];
    const struct corner *swap;
#define ORDER(p, q) (q->y < p->y ? (swap = p, p = q, q = swap) : p)
    ORDER(a, b);
    ORDER(b, c);
    ORDER(a, b);
#undef ORDER
    const int64_t area = ((int64_t)b->x - a->x) * ((int64_t)c->y - a->y) -
                         ((int64_t)c->x - a->x) * ((int64_t)b->y - a->y);
    const int top = first_centre(a->y) > 0 ? first_centre(a->y) : 0;
    const int end = first_centre(c->y) < target->height ? first_centre(c->y) : target->height;
    if (!area || top >= end)
        return;
    // The long edge goes from a to c; b lies to its left where the area is negative.
    int turn = first_centre(b->y);
    turn = turn < top ? top : turn > end ? end : turn;
    struct plane plane;
    plane_from(&plane, a, b, c, area);
    struct bt_span span = {.texture = texture, .du = to_fixed(plane.dx[0]),
                           .dv = to_fixed(plane.dx[1])};
    for (int k = 0; k < 3; k++)
        span.dadd[k] = to_fixed(plane.dx[2 + k]);
    struct edge far = edge_from(a, c, top), near = {0};
    for (int y = top; y < end; y++) {
        if (y == top && turn > top)
            near = edge_from(a, b, top);
        if (y == turn)
            near = edge_from(b, c, y);
        const int64_t left = area < 0 ? near.x : far.x, right = area < 0 ? far.x : near.x;
        const int from = left < 0 ? 0 : left > target->width ? target->width : (int)left;
        const int to = right > target->width ? target->width : right < 0 ? 0 : (int)right;
        if (from < to)
            paint_row(dsp, target->rgba + (ptrdiff_t)y * target->stride, from, to, y, &plane,
                      &span);
        edge_down(&far);
        edge_down(&near);
    }
}

void bt_raster_textured(uint8_t *rgba, int width, int height, int stride,
                        const struct bt_texture *texture, const struct bt_raster_vertex *vertex,
                        const uint16_t (*triangle)[3], int count)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const struct target target = {rgba, width, height, stride};
    for (int i = 0; i < count; i++) {
        struct corner corners[3];
        if (corner_from(&corners[0], &vertex[triangle[i][0]]) &&
            corner_from(&corners[1], &vertex[triangle[i][1]]) &&
            corner_from(&corners[2], &vertex[triangle[i][2]]))
            paint(dsp, &target, texture, corners);
    }
}
