// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_MARK_MADE_H
#define BT_TESTS_MARK_MADE_H

#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "mark/layout.h"
#include "mark/mark.h"
#include "mark/overlay.h"
#include "mark/watermark/grid.h"

static inline struct bt_format made_format(int pixel, int width, int height, int rotation)
{
    return (struct bt_format){.pixel = (enum bauta_pixel_format)pixel, .width = width,
                              .height = height, .rotation = rotation,
                              .colour = {1, 1, 1, 0, 1}, .sample_aspect = {1, 1},
                              .time_base = {1, 1000}, .frame_rate = {25, 1}};
}

// A frame of that format at a time in seconds; every byte of its planes, padding too, is
// grey, or noise for a grey below 0.
static inline struct bauta_frame *made_frame(const struct bt_format *f, int grey,
                                             double seconds)
{
    struct bauta_frame *frame = bauta_frame_new(f->pixel, f->width, f->height);
    if (!frame)
        exit(1);
    frame->colour = f->colour;
    frame->sample_aspect = f->sample_aspect;
    frame->rotation = f->rotation;
    frame->time_base = f->time_base;
    frame->pts = (int64_t)lrint(seconds * f->time_base.den / f->time_base.num);
    unsigned state = 1;
    for (int p = 0; p < bt_pixel_format(f->pixel)->planes; p++) {
        int w, h;
        bt_plane_size(f->pixel, f->width, f->height, p, &w, &h);
        for (ptrdiff_t i = 0; i < frame->stride[p] * h; i++) {
            state = state * 1664525 + 1013904223;
            frame->data[p][i] = (uint8_t)(grey < 0 ? (int)(state >> 24)
                                                   : p ? 128 : grey);
        }
    }
    return frame;
}

// Where label and disclosure lie in the stored picture, by the layout itself.
static inline int made_rects(const struct bt_format *f, const struct bt_mark_options *o,
                             struct bt_rect rect[2])
{
    struct bt_text *text;
    struct bt_plate label, line;
    if (bt_text_open(&text) < 0)
        exit(1);
    struct bt_view view = bt_view_of(f, o);
    bt_layout_label(text, &view, o->label_size, &label);
    int n = 1 + bt_layout_disclosure(text, &view, &label, &line);
    bt_text_close(&text);
    rect[0] = bt_overlay_stored(label.rect, f->rotation, f->width, f->height);
    if (n > 1)
        rect[1] = bt_overlay_stored(line.rect, f->rotation, f->width, f->height);
    return n;
}

static inline int made_inside(const struct bt_rect *rect, int n, int x, int y)
{
    for (int i = 0; i < n; i++) {
        if (x >= rect[i].x0 && x < rect[i].x1 && y >= rect[i].y0 && y < rect[i].y1)
            return 1;
    }
    return 0;
}

// Bytes of all planes that differ by more than the watermark, padding included, split into
// those that belong to a sample touching one of the rectangles and others.
static inline void made_difference(const struct bauta_frame *a,
                                   const struct bauta_frame *b,
                                   const struct bt_rect *rect, int n, int *in,
                                   int *out)
{
    const struct bt_pixel_format *f = bt_pixel_format(a->format);
    *in = *out = 0;
    for (int p = 0; p < f->planes; p++) {
        int w, h, sx = p ? f->chroma_x : 0, sy = p ? f->chroma_y : 0;
        bt_plane_size(a->format, a->width, a->height, p, &w, &h);
        struct bt_rect r[2];
        for (int i = 0; i < n; i++)
            r[i] = (struct bt_rect){rect[i].x0 >> sx, rect[i].y0 >> sy,
                                    ((rect[i].x1 - 1) >> sx) + 1,
                                    ((rect[i].y1 - 1) >> sy) + 1};
        for (int y = 0; y < h; y++) {
            for (ptrdiff_t i = 0; i < a->stride[p]; i++) {
                ptrdiff_t o = y * a->stride[p] + i;
                if (abs(a->data[p][o] - b->data[p][o]) <= BT_WM_MOST)
                    continue;
                int x = (int)(i / f->step[p]);
                *(x < w && made_inside(r, n, x, y) ? in : out) += 1;
            }
        }
    }
}

#endif
