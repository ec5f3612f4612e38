// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "engine/engine.h"

enum { BLOCK = 4 };               // samples, whole ones of chroma

void bt_view_close(struct bt_view_maker *maker)
{
    bt_mark_close(&maker->mark);
    bt_pool_destroy(&maker->pool);
    maker->open = false;
}

// Halves of whole chroma samples; 0 where there is no room for two.
static int half_of(const struct bauta_frame *picture)
{
    const int half = picture->width & ~1;
    return half >= 2 && half <= 8192 ? half : 0;
}

static int prepare(struct bt_view_maker *m, struct bauta *engine,
                   const struct bauta_frame *picture, int width)
{
    struct bt_format f = bt_format_of(picture);
    f.width = width;
    f.live = true;
    if (m->open && m->format.width == width && m->format.height == f.height &&
        m->format.pixel == f.pixel)
        return 0;
    bt_view_close(m);
    bt_mutex_lock(&engine->lock);
    const struct bt_mark_options options = engine->options.mark;
    bt_mutex_unlock(&engine->lock);
    m->format = f;
    int result = bt_mark_open(&m->mark, &f, &options);
    if (result < 0)
        return result;
    m->pool = bt_pool_create(&f);
    m->open = m->pool != NULL;
    return m->open ? 0 : BAUTA_E_NO_MEMORY;
}

// Copies width samples a row of from to column x of to.
static void put(struct bauta_frame *to, int x, const struct bauta_frame *from, int width)
{
    const struct bt_pixel_format *f = bt_pixel_format(to->format);
    for (int i = 0; i < f->planes; i++) {
        int w = 0, h = 0, at = 0, unused = 0;
        bt_plane_size(to->format, width, to->height, i, &w, &h);
        bt_plane_size(to->format, x, to->height, i, &at, &unused);
        for (int y = 0; y < h; y++)
            memcpy(to->data[i] + y * to->stride[i] + (size_t)at * f->step[i],
                   from->data[i] + y * from->stride[i], (size_t)w * f->step[i]);
    }
}

static void swap_bytes(uint8_t *a, uint8_t *b, int n)
{
    for (int i = 0; i < n; i++) {
        const uint8_t kept = a[i];
        a[i] = b[i];
        b[i] = kept;
    }
}

// Turns left and right of the upright picture: up and down of one that lies on its side.
static void mirror(struct bauta_frame *frame)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    const bool lies = frame->rotation % 180 != 0;
    for (int i = 0; i < f->planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(frame->format, frame->width, frame->height, i, &w, &h);
        const int step = f->step[i], rows = lies ? h / 2 : h;
        for (int y = 0; y < rows; y++) {
            uint8_t *row = frame->data[i] + y * frame->stride[i];
            if (lies)
                swap_bytes(row, frame->data[i] + (h - 1 - y) * frame->stride[i],
                           w * step);
            for (int x = 0; x < w / 2 && !lies; x++)
                swap_bytes(row + x * step, row + (w - 1 - x) * step, step);
        }
    }
}

static void dot(struct bauta_frame *frame, float x, float y)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    const int step = f->step[0], size = frame->height < 720 ? 1 : 2;
    if (!(x > -1e5f && x < 1e5f && y > -1e5f && y < 1e5f))
        return;
    const int left = (int)x, top = (int)y;
    for (int r = top; r < top + size; r++) {
        for (int c = left; c < left + size; c++) {
            if (r >= 0 && c >= 0 && r < frame->height && c < frame->width)
                memset(frame->data[0] + r * frame->stride[0] + c * step, 235,
                       (size_t)step);
        }
    }
}

static void draw_landmarks(struct bauta_frame *frame, const struct bt_faces *faces)
{
    for (int i = 0; i < faces->count; i++) {
        const struct bauta_face *face = &faces->face[i];
        // Of a suspicion only the box is known.
        for (int k = 0; k < BAUTA_LANDMARKS && face->origin != BAUTA_FACE_SUSPECTED; k++)
            dot(frame, face->landmark[k][0], face->landmark[k][1]);
    }
}

// Whether a block of samples differs from the input's; what is replaced alone does.
static bool differs(const struct bauta_frame *frame, const struct bauta_frame *input, int x,
                    int y)
{
    const int step = bt_pixel_format(frame->format)->step[0];
    const int w = frame->width - x < BLOCK ? frame->width - x : BLOCK;
    for (int r = y; r < y + BLOCK && r < frame->height; r++) {
        if (memcmp(frame->data[0] + r * frame->stride[0] + x * step,
                   input->data[0] + r * input->stride[0] + x * step, (size_t)(w * step)) != 0)
            return true;
    }
    return false;
}

// Brings a block nearer to a dark grey, in every plane.
static void dim(struct bauta_frame *frame, int x, int y)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    for (int i = 0; i < f->planes; i++) {
        const int sx = i ? f->chroma_x : 0, sy = i ? f->chroma_y : 0;
        const int to = f->rgb || !i ? 40 : 128;
        int w = 0, h = 0;
        bt_plane_size(frame->format, frame->width, frame->height, i, &w, &h);
        const int right = (x + BLOCK) >> sx, bottom = (y + BLOCK) >> sy;
        for (int r = y >> sy; r < bottom && r < h; r++) {
            uint8_t *row = frame->data[i] + r * frame->stride[i];
            for (int c = (x >> sx) * f->step[i]; c < right * f->step[i] && c < w * f->step[i];
                 c++)
                if (c % f->step[i] < 3)   // not what is seen through
                    row[c] = (uint8_t)((row[c] + 3 * to) / 4);
        }
    }
}

static void draw_mask(struct bauta_frame *frame, const struct bauta_frame *input)
{
    if (input->width != frame->width || input->height != frame->height ||
        input->format != frame->format)
        return;
    for (int y = 0; y < frame->height; y += BLOCK)
        for (int x = 0; x < frame->width; x += BLOCK)
            if (!differs(frame, input, x, y))
                dim(frame, x, y);
}

// New positions: x*sx+tx, y*sy+ty.
struct move {
    float sx, tx, sy, ty;
};

static void move_face(struct bauta_face *face, const struct move *m)
{
    const float x0 = face->box[0] * m->sx + m->tx, x1 = face->box[2] * m->sx + m->tx;
    const float y0 = face->box[1] * m->sy + m->ty, y1 = face->box[3] * m->sy + m->ty;
    face->box[0] = x0 < x1 ? x0 : x1;
    face->box[2] = x0 < x1 ? x1 : x0;
    face->box[1] = y0 < y1 ? y0 : y1;
    face->box[3] = y0 < y1 ? y1 : y0;
    for (int k = 0; k < BAUTA_LANDMARKS; k++) {
        face->landmark[k][0] = face->landmark[k][0] * m->sx + m->tx;
        face->landmark[k][1] = face->landmark[k][1] * m->sy + m->ty;
    }
    for (int k = 0; k < 2; k++) {
        face->iris[k][0] = face->iris[k][0] * m->sx + m->tx;
        face->iris[k][1] = face->iris[k][1] * m->sy + m->ty;
    }
}

static void move_faces(struct bt_faces *faces, const struct bauta_frame *frame, int shift,
                       bool mirrored)
{
    const bool lies = frame->rotation % 180 != 0;
    struct move m = {1, (float)shift, 1, 0};
    if (mirrored && lies)
        m.sy = -1, m.ty = (float)frame->height;
    else if (mirrored)
        m.sx = -1, m.tx = (float)(frame->width - shift);
    for (int i = 0; i < faces->count; i++)
        move_face(&faces->face[i], &m);
}

int bt_view_make(struct bt_view_maker *maker, struct bauta *engine,
                 const struct bauta_frame *picture, const struct bauta_frame *input,
                 struct bt_faces *faces, struct bt_marked *out)
{
    const int half = maker->view == BT_VIEW_SIDE && input ? half_of(picture) : 0;
    int result = prepare(maker, engine, picture, half ? 2 * half : picture->width);
    if (result < 0)
        return result;
    struct bauta_frame *frame = bt_pool_get(maker->pool);
    if (!frame)
        return BAUTA_E_NO_MEMORY;
    bt_frame_copy_props(frame, picture);
    // Mirrored, the input stays at the left.
    const int at = half && !maker->mirror ? half : 0;
    if (half)
        put(frame, half - at, input, half);
    put(frame, at, picture, half ? half : picture->width);
    if (maker->view == BT_VIEW_LANDMARKS)
        draw_landmarks(frame, faces);
    if (maker->view == BT_VIEW_MASK && input)
        draw_mask(frame, input);
    if (maker->mirror)
        mirror(frame);
    move_faces(faces, frame, at, maker->mirror);
    return bt_mark_frame(maker->mark, frame, 0, out);
}
