// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "dsp/dsp.h"

#define SUBPIXEL 256
#define POSITION_LIMIT 1048576.f
#define TEXEL_LIMIT 16384.f
#define ADD_LIMIT 1024.f
#define VALUES 5 // u, v, add[3]
#define CHUNK 256 // pixels after which the rounding of steps starts anew
#define SPANS 64 // drawn at once

struct corner {
    int32_t x, y; // 1/256 pixel
    double value[VALUES]; // 16.16
};

// One edge, walked from row to row: the first pixel whose centre is not left of it. Both
// triangles of a shared edge see the same integers, hence neither gaps nor overlaps.
struct edge {
    int64_t x, rest, whole; // rest / whole is what rounding up has added to x
    int64_t step, step_rest;
};

// Values at the centre of pixel (0, 0) and their gradients, 32.32.
struct plane {
    int64_t origin[VALUES], dx[VALUES], dy[VALUES];
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
    const bool good = fabsf(vertex->x) <= POSITION_LIMIT &&
                      fabsf(vertex->y) <= POSITION_LIMIT &&
                      fabsf(vertex->u) <= TEXEL_LIMIT &&
                      fabsf(vertex->v) <= TEXEL_LIMIT && isfinite(vertex->add[0]) &&
                      isfinite(vertex->add[1]) && isfinite(vertex->add[2]);
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

// 16.16 to 32.32; what no span of a picture needs is cut off, so that the cast is
// defined.
static int64_t to_fixed(double value, double limit)
{
    value = value > -limit ? value : -limit;
    return (int64_t)((value < limit ? value : limit) * 65536);
}

static void plane_from(struct plane *plane, const struct corner *a,
                       const struct corner *b, const struct corner *c, int64_t area)
{
    const double to_pixels = SUBPIXEL / (double)area;
    const double bx = (double)b->x - a->x, by = (double)b->y - a->y;
    const double cx = (double)c->x - a->x, cy = (double)c->y - a->y;
    const double x = .5 - a->x / (double)SUBPIXEL, y = .5 - a->y / (double)SUBPIXEL;
    for (int k = 0; k < VALUES; k++) {
        const double vb = b->value[k] - a->value[k], vc = c->value[k] - a->value[k];
        const double dx = (vb * cy - vc * by) * to_pixels;
        const double dy = (vc * bx - vb * cx) * to_pixels;
        plane->dx[k] = to_fixed(dx, 0x1p30);
        plane->dy[k] = to_fixed(dy, 0x1p30);
        // The half is for the rounding to 16.16 below.
        plane->origin[k] = to_fixed(a->value[k] + dx * x + dy * y, 0x1p45) + 0x8000;
    }
}

// Spans of one triangle, drawn together.
struct batch {
    const struct bt_dsp *dsp;
    const struct bt_texture *texture;
    const struct plane *plane;
    struct bt_span_step step;
    int count;
    struct bt_span span[SPANS];
};

static int32_t value_at(const struct plane *plane, int k, int x, int y)
{
    // Slivers may wrap around.
    const uint64_t at = (uint64_t)plane->origin[k] +
                        (uint64_t)plane->dx[k] * (uint64_t)x +
                        (uint64_t)plane->dy[k] * (uint64_t)y;
    return (int32_t)(uint32_t)(at >> 16);
}

static int32_t step_of(int64_t dx)
{
    return (int32_t)((dx + 0x8000) >> 16);
}

static void draw_batch(struct batch *batch)
{
    batch->dsp->spans(batch->span, batch->count, &batch->step, batch->texture);
    batch->count = 0;
}

static void add_row(struct batch *batch, uint8_t *row, int from, int to, int y)
{
    const struct plane *plane = batch->plane;
    for (int x = from; x < to; x += CHUNK) {
        if (batch->count == SPANS)
            draw_batch(batch);
        struct bt_span *span = &batch->span[batch->count++];
        span->out = row + 4 * (ptrdiff_t)x;
        span->n = to - x < CHUNK ? to - x : CHUNK;
        span->u = value_at(plane, 0, x, y);
        span->v = value_at(plane, 1, x, y);
        for (int c = 0; c < 3; c++)
            span->add[c] = value_at(plane, 2 + c, x, y);
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
    const int end = first_centre(c->y) < target->height ? first_centre(c->y)
                                                        : target->height;
    if (!area || top >= end)
        return;
    // The long edge goes from a to c; b lies to its left where the area is negative.
    int turn = first_centre(b->y);
    turn = turn < top ? top : turn > end ? end : turn;
    struct plane plane;
    plane_from(&plane, a, b, c, area);
    struct batch batch;
    batch.dsp = dsp;
    batch.texture = texture;
    batch.plane = &plane;
    batch.count = 0;
    batch.step.u = step_of(plane.dx[0]);
    batch.step.v = step_of(plane.dx[1]);
    for (int k = 0; k < 3; k++)
        batch.step.add[k] = step_of(plane.dx[2 + k]);
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
            add_row(&batch, target->rgba + (ptrdiff_t)y * target->stride, from, to, y);
        edge_down(&far);
        edge_down(&near);
    }
    draw_batch(&batch);
}

void bt_raster_textured(uint8_t *rgba, int width, int height, int stride,
                        const struct bt_texture *texture,
                        const struct bt_raster_vertex *vertex,
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
