// SPDX-License-Identifier: Apache-2.0
#include "guard/cover.h"

#include <math.h>
#include <string.h>

#include "guard/guard.h"

#define GROW_UP .35f
#define GROW_SIDE .2f
#define GROW_DOWN .2f
#define FEATHER .08f          // of the head's shorter side
#define CARD_GREY 38.f

enum {
    GRID_SHORT = 6,           // blocks along the head's shorter side
    GRID_MAX = 8,
    COLUMNS = 256,            // painted at once
    BLOCK_MIN = 6,            // samples, so that small heads lose their features too
};

// How a head is covered: means of nx x ny blocks of core, a soft edge of feather samples.
struct cover {
    struct bt_rect core;
    int nx, ny, feather;
};

// The head grown from the box, x0 y0 x1 y1, not clipped.
static void grow(const struct bauta_frame *frame, const float box[4], float head[4])
{
    float w = box[2] - box[0], h = box[3] - box[1];
    // What is up in the stored picture: growth beyond x0, y0, x1, y1.
    float up = GROW_UP, down = GROW_DOWN, side = GROW_SIDE;
    float by[4] = {side, up, side, down};
    if (frame->rotation == 90)
        memcpy(by, (float[4]){up, side, down, side}, sizeof(by));
    else if (frame->rotation == 180)
        memcpy(by, (float[4]){side, down, side, up}, sizeof(by));
    else if (frame->rotation == 270)
        memcpy(by, (float[4]){down, side, up, side}, sizeof(by));
    head[0] = box[0] - by[0] * w;
    head[1] = box[1] - by[1] * h;
    head[2] = box[2] + by[2] * w;
    head[3] = box[3] + by[3] * h;
}

static struct bt_rect clip(const struct bauta_frame *frame, const float head[4])
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    float w = (float)frame->width, h = (float)frame->height;
    struct bt_rect r = {(int)floorf(fminf(fmaxf(head[0], 0), w)),
                        (int)floorf(fminf(fmaxf(head[1], 0), h)),
                        (int)ceilf(fminf(fmaxf(head[2], 0), w)),
                        (int)ceilf(fminf(fmaxf(head[3], 0), h))};
    if (bt_rect_empty(r))
        return (struct bt_rect){0, 0, 0, 0};
    return bt_rect_align(r, 1 << f->chroma_x, 1 << f->chroma_y, frame->width,
                         frame->height);
}

struct bt_rect bt_cover_region(const struct bauta_frame *frame, const float box[4])
{
    float head[4];
    grow(frame, box, head);
    return clip(frame, head);
}

static int blocks(int samples, float block)
{
    long n = lrintf((float)samples / block);
    return n < 1 ? 1 : n > GRID_MAX ? GRID_MAX : (int)n;
}

// Means of one component; first is its first byte in the plane's rectangle r.
static void means(const struct bauta_frame *frame, int plane, int byte, int step,
                  struct bt_rect r, int nx, int ny, float mean[GRID_MAX][GRID_MAX])
{
    int w = r.x1 - r.x0, h = r.y1 - r.y0;
    for (int j = 0; j < ny; j++) {
        int y0 = r.y0 + j * h / ny, y1 = r.y0 + (j + 1) * h / ny;
        for (int i = 0; i < nx; i++) {
            int x0 = r.x0 + i * w / nx, x1 = r.x0 + (i + 1) * w / nx;
            uint64_t sum = 0;
            for (int y = y0; y < y1; y++) {
                const uint8_t *row = frame->data[plane] + y * frame->stride[plane] + byte;
                for (int x = x0; x < x1; x++)
                    sum += row[x * step];
            }
            mean[j][i] = (float)sum / ((float)(x1 - x0) * (float)(y1 - y0));
        }
    }
}

// Where sample i of n lies among count block centres: the left one and the part of the
// way to the next.
static float between(int i, int n, int count, int *left)
{
    float at = ((float)i + .5f) * (float)count / (float)n - .5f;
    at = fminf(fmaxf(at, 0), (float)(count - 1));
    *left = at >= (float)(count - 1) && count > 1 ? count - 2 : (int)at;
    return count > 1 ? at - (float)*left : 0;
}

// 1 inside of a..b, falling smoothly to 0 over feather samples outside.
static float soft(int i, int a, int b, int feather)
{
    int out = i < a ? a - i : i >= b ? i - b + 1 : 0;
    float t = 1 - (float)out / (float)(feather + 1);
    return t <= 0 ? 0 : t * t * (3 - 2 * t);
}

// What is alike in every row: some columns of the painted rectangle.
struct columns {
    int x0, count;
    uint8_t left[COLUMNS];
    float part[COLUMNS], soft[COLUMNS];
};

static void set_columns(struct columns *k, int x0, int x1, struct bt_rect r, int nx,
                        int feather)
{
    k->x0 = x0;
    k->count = x1 - x0;
    for (int i = 0; i < k->count; i++) {
        int left;
        k->part[i] = between(x0 + i - r.x0, r.x1 - r.x0, nx, &left);
        k->left[i] = (uint8_t)left;
        k->soft[i] = soft(x0 + i, r.x0, r.x1, feather);
    }
}

// line holds the colours of the blocks' centres in this row.
static void paint_row(uint8_t *row, int step, const struct columns *k, const float *line,
                      float soft_y)
{
    for (int i = 0; i < k->count; i++, row += step) {
        int left = k->left[i];
        float value = line[left] + (line[left + 1] - line[left]) * k->part[i];
        float alpha = soft_y * k->soft[i], old = *row;
        value = alpha < 1 ? old + (value - old) * alpha : value;
        *row = (uint8_t)(value + .5f);
    }
}

static void paint(struct bauta_frame *frame, int plane, int byte, int step,
                  struct bt_rect r, struct bt_rect outer, int feather,
                  const struct cover *c)
{
    float mean[GRID_MAX][GRID_MAX];
    means(frame, plane, byte, step, r, c->nx, c->ny, mean);
    for (int x0 = outer.x0; x0 < outer.x1; x0 += COLUMNS) {
        struct columns k;
        int x1 = x0 + COLUMNS < outer.x1 ? x0 + COLUMNS : outer.x1;
        set_columns(&k, x0, x1, r, c->nx, feather);
        for (int y = outer.y0; y < outer.y1; y++) {
            int j;
            float line[GRID_MAX + 1], v = between(y - r.y0, r.y1 - r.y0, c->ny, &j);
            const float *below = mean[c->ny > 1 ? j + 1 : j];
            for (int i = 0; i < c->nx; i++)
                line[i] = mean[j][i] + (below[i] - mean[j][i]) * v;
            line[c->nx] = line[c->nx - 1];
            paint_row(frame->data[plane] + y * frame->stride[plane] + x0 * step + byte,
                      step, &k, line, soft(y, r.y0, r.y1, feather));
        }
    }
}

// A rectangle of the frame in samples of a plane.
static struct bt_rect in_plane(struct bt_rect r, int sx, int sy)
{
    return (struct bt_rect){r.x0 >> sx, r.y0 >> sy, (r.x1 + (1 << sx) - 1) >> sx,
                            (r.y1 + (1 << sy) - 1) >> sy};
}

void bt_cover_blur(struct bauta_frame *frame, const float box[4])
{
    for (int i = 0; i < 4; i++) {
        // A box that is no box says nothing of where the face is.
        if (!isfinite(box[i])) {
            bt_cover_card(frame);
            return;
        }
    }
    float head[4];
    grow(frame, box, head);
    struct cover c = {.core = clip(frame, head)};
    if (bt_rect_empty(c.core))
        return;
    float shorter = fminf(head[2] - head[0], head[3] - head[1]);
    float block = fmaxf(shorter / GRID_SHORT, BLOCK_MIN);
    c.nx = blocks(c.core.x1 - c.core.x0, block);
    c.ny = blocks(c.core.y1 - c.core.y0, block);
    float edge = fminf(shorter * FEATHER, (float)(frame->width + frame->height));
    c.feather = (int)fmaxf(edge, 2);

    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    for (int p = 0; p < f->planes; p++) {
        int sx = p ? f->chroma_x : 0, sy = p ? f->chroma_y : 0, step = f->step[p];
        struct bt_rect r = in_plane(c.core, sx, sy);
        int feather = c.feather >> sx, w, h;
        bt_plane_size(frame->format, frame->width, frame->height, p, &w, &h);
        struct bt_rect outer = {r.x0 - feather, r.y0 - feather, r.x1 + feather,
                                r.y1 + feather};
        outer = bt_rect_intersect(outer, (struct bt_rect){0, 0, w, h});
        for (int i = 0; i < step; i++) {
            bool opacity = f->rgb && i != f->r && i != f->g && i != f->b;
            if (!opacity)
                paint(frame, p, i, step, r, outer, feather, &c);
        }
    }
}

void bt_cover_card(struct bauta_frame *frame)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    struct bt_matrix m = bt_matrix_for(&frame->colour, frame->height);
    float luma = m.yo + (m.yr + m.yg + m.yb) * CARD_GREY;
    for (int p = 0; p < f->planes; p++) {
        int w, h, step = f->step[p];
        bt_plane_size(frame->format, frame->width, frame->height, p, &w, &h);
        int value = f->rgb ? (int)CARD_GREY : p ? 128 : (int)lrintf(luma);
        for (int y = 0; y < h; y++) {
            uint8_t *row = frame->data[p] + y * frame->stride[p];
            if (step < 4) {
                memset(row, value, (size_t)w * (size_t)step);
                continue;
            }
            for (int x = 0; x < w; x++, row += 4)
                row[f->r] = row[f->g] = row[f->b] = (uint8_t)value;
        }
    }
}
