// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/dsp.h"
#include "face/expression.h"
#include "face/internal.h"
#include "io/io.h"
#include "swap/order.h"
#include "tools/liveness/liveness.h"

// The photo is a sheet of triangles: the face's own, a ring around the oval that moves
// with the head, and a border that stays.
enum { RING = BT_CANON_OVAL, VERTICES = BT_CANON_VERTICES + 2 * RING, STRIPS = 4 * RING };

struct head {
    uint8_t *photo; // SIDE x SIDE, R G B A
    struct bauta_frame *frame;
    struct bauta_face face;
    float shape[BAUTA_LANDMARKS][3], ring[RING][3], border[RING][2];
    uint16_t strip[STRIPS][3];
    struct bt_order order;
    float lids; // opening of the eyes in the photo, centimetres
    float skin[3];
};

double chance(uint64_t *state)
{
    // Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
    uint64_t z = *state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return (double)((z ^ z >> 31) >> 11) / 9007199254740992.;
}

void head_close(struct head **head)
{
    struct head *h = head ? *head : NULL;
    if (!h)
        return;
    bt_free(h->photo);
    bauta_frame_unref(&h->frame);
    bt_freep(head);
}

// Means of boxes.
static void reduce(const struct bauta_frame *from, uint8_t *to)
{
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const int x0 = x * from->width / SIDE, x1 = (x + 1) * from->width / SIDE;
            const int y0 = y * from->height / SIDE, y1 = (y + 1) * from->height / SIDE;
            for (int c = 0; c < 3; c++) {
                int sum = 0, n = 0;
                for (int j = y0; j < (y1 > y0 ? y1 : y0 + 1); j++)
                    for (int i = x0; i < (x1 > x0 ? x1 : x0 + 1); i++, n++)
                        sum += from->data[0][j * from->stride[0] + 3 * i + c];
                to[4 * (y * SIDE + x) + c] = (uint8_t)(sum / n);
            }
            to[4 * (y * SIDE + x) + 3] = 255;
        }
}

static int find_face(struct head *h)
{
    struct bt_face_nets *nets = NULL;
    struct bauta_face faces[4];
    int result = bt_face_nets_open(&nets, NULL, 1);
    if (result >= 0)
        result = bt_face_nets_use(nets, BT_FACE_NET_ATTENTION, NULL, 1);
    if (result >= 0)
        result = bt_face_still(nets, h->frame, faces, 4);
    bt_face_nets_close(&nets);
    if (result < 1)
        return result < 0 ? result : BAUTA_E_NO_FACE;
    h->face = faces[0];
    for (int i = 1; i < result; i++)
        if (faces[i].scale > h->face.scale)
            h->face = faces[i];
    return 0;
}

static void build(struct head *h)
{
    float weight[BT_CANON_MODES];
    struct bt_expression_signs signs;
    float middle[3] = {0};
    bt_pose_free(&h->face, h->shape);
    bt_expression_fit((const float(*)[3])h->shape, NULL, weight);
    bt_expression_signs((const float(*)[3])h->shape, weight, &signs);
    h->lids = (signs.lids[0] + signs.lids[1]) / 2;
    for (int i = 0; i < RING; i++)
        for (int k = 0; k < 3; k++)
            middle[k] += h->shape[bt_canon_oval[i]][k] / RING;
    for (int i = 0; i < RING; i++) {
        const float *o = h->shape[bt_canon_oval[i]];
        h->ring[i][0] = middle[0] + 1.45f * (o[0] - middle[0]);
        h->ring[i][1] = middle[1] + 1.45f * (o[1] - middle[1]);
        h->ring[i][2] = o[2] + 3;
        const float dx = o[0] - middle[0], dy = o[1] - middle[1];
        const float far = fmaxf(fabsf(dx), fabsf(dy)) + 1e-6f;
        h->border[i][0] = SIDE / 2.f + SIDE / 2.f * dx / far;
        h->border[i][1] = SIDE / 2.f + SIDE / 2.f * dy / far;
        const int n = (i + 1) % RING, base = BT_CANON_VERTICES;
        const uint16_t quad[4][3] = {
            {(uint16_t)(base + RING + i), (uint16_t)(base + RING + n),
             (uint16_t)(base + i)},
            {(uint16_t)(base + RING + n), (uint16_t)(base + n), (uint16_t)(base + i)},
            {(uint16_t)(base + i), (uint16_t)(base + n), bt_canon_oval[i]},
            {(uint16_t)(base + n), bt_canon_oval[n], bt_canon_oval[i]}};
        for (int q = 0; q < 2; q++) {
            memcpy(h->strip[2 * i + q], quad[q], sizeof quad[q]);
            memcpy(h->strip[2 * RING + 2 * i + q], quad[2 + q], sizeof quad[q]);
        }
    }
    const float *cheek = h->face.landmark[205];
    for (int c = 0; c < 3; c++)
        h->skin[c] = h->photo[4 * ((int)cheek[1] * SIDE + (int)cheek[0]) + c];
}

int head_open(struct head **out, const char *photo)
{
    struct bauta_frame *picture = NULL;
    struct head *h = bt_zalloc(sizeof *h);
    int result = h ? bt_picture_read(photo, &picture) : BAUTA_E_NO_MEMORY;
    if (result >= 0) {
        h->photo = bt_alloc((size_t)4 * SIDE * SIDE);
        h->frame = bauta_frame_new(BAUTA_PIXEL_RGBA, SIDE, SIDE);
        result = h->photo && h->frame ? 0 : BAUTA_E_NO_MEMORY;
    }
    if (result >= 0) {
        reduce(picture, h->photo);
        for (int y = 0; y < SIDE; y++)
            memcpy(h->frame->data[0] + y * h->frame->stride[0], h->photo + 4 * SIDE * y,
                   4 * SIDE);
        result = find_face(h);
    }
    bauta_frame_unref(&picture);
    if (result < 0) {
        head_close(&h);
        return result;
    }
    bt_order_init(&h->order);
    build(h);
    *out = h;
    return 0;
}

// Posing --------------------------------------------------------------------------------

static void turn(const struct pose *p, const float in[3], float out[3])
{
    const float deg = (float)M_PI / 180;
    const float cy = cosf(p->yaw * deg), sy = sinf(p->yaw * deg);
    const float cp = cosf(p->pitch * deg), sp = sinf(p->pitch * deg);
    const float cr = cosf(p->roll * deg), sr = sinf(p->roll * deg);
    const float x = cy * in[0] - sy * in[2], z = sy * in[0] + cy * in[2];
    const float y = cp * in[1] - sp * z;
    out[2] = sp * in[1] + cp * z;
    out[0] = cr * x - sr * y;
    out[1] = sr * x + cr * y;
}

static void rotate(const float r[9], const float in[3], float out[3])
{
    for (int i = 0; i < 3; i++)
        out[i] = r[3 * i] * in[0] + r[3 * i + 1] * in[1] + r[3 * i + 2] * in[2];
}

// Where a point of the head is, in samples; the third is depth.
static void place(const struct head *h, const struct pose *p, const float in[3],
                  float out[3])
{
    float a[3], b[3];
    rotate(h->face.rotation, in, a);
    turn(p, a, b);
    const float scale = h->face.scale * (1 + p->closer), width = h->face.scale * 14;
    for (int k = 0; k < 3; k++)
        out[k] = scale * b[k] + h->face.translation[k];
    out[0] += p->x * width;
    out[1] += p->y * width;
}

// Skin of the upper lids where eyes are shut.
static void close_eyes(const struct head *h, const struct pose *p,
                       const struct bt_raster_vertex *from, uint8_t *rgba, int stride)
{
    static const int lid[2][2] = {{159, 52}, {386, 282}};
    const struct bt_texture texture = {
        .rgba = h->photo, .width = SIDE, .height = SIDE, .stride = 4 * SIDE};
    for (int e = 0; e < 2 && p->blink > .5f; e++) {
        struct bt_raster_vertex v[BT_CANON_VERTICES];
        const struct bt_raster_vertex *a = &from[lid[e][0]], *b = &from[lid[e][1]];
        memcpy(v, from, sizeof v);
        for (int i = 0; i < BT_CANON_LID; i++) {
            v[bt_canon_lid[e][i]].u = (a->u + b->u) / 2;
            v[bt_canon_lid[e][i]].v = (a->v + b->v) / 2;
        }
        bt_raster_textured(rgba, SIDE, SIDE, stride, &texture, v, bt_canon_eye[e],
                           BT_CANON_EYE);
    }
}

static void draw_triangles(struct head *h, const struct pose *p, uint8_t *rgba,
                           int stride)
{
    static const struct pose still;
    struct bt_raster_vertex v[VERTICES] = {0};
    float shape[BAUTA_LANDMARKS][3], moved[BAUTA_LANDMARKS][3], q[3];
    const struct bt_texture texture = {
        .rgba = h->photo, .width = SIDE, .height = SIDE, .stride = 4 * SIDE};
    struct pose pose = *p;
    const float close = p->blink * 1.1f * fmaxf(h->lids - .02f, 0) / .8f;
    pose.weight[BT_MODE_BLINK_LEFT] += close;
    pose.weight[BT_MODE_BLINK_RIGHT] += close;
    memcpy(shape, h->shape, sizeof shape);
    bt_expression_add(pose.weight, 1, shape);
    for (int i = 0; i < VERTICES; i++) {
        const int r = i - BT_CANON_VERTICES;
        if (r >= RING) {
            v[i].u = v[i].x = h->border[r - RING][0];
            v[i].v = v[i].y = h->border[r - RING][1];
            continue;
        }
        place(h, &still, r < 0 ? h->shape[i] : h->ring[r], q);
        v[i].u = q[0], v[i].v = q[1];
        place(h, p, r < 0 ? shape[i] : h->ring[r], q);
        v[i].x = q[0], v[i].y = q[1];
        if (r < 0)
            memcpy(moved[i], q, sizeof q);
    }
    bt_raster_textured(rgba, SIDE, SIDE, stride, &texture, v, h->strip, STRIPS);
    const int n = bt_order_run(&h->order, (const float(*)[3])moved, true);
    bt_raster_textured(rgba, SIDE, SIDE, stride, &texture, v, h->order.triangle, n);
    close_eyes(h, p, v, rgba, stride);
    // Between parted lips it is dark.
    for (int i = 0; i < BT_CANON_VERTICES; i++)
        for (int c = 0; c < 3; c++)
            v[i].add[c] = -200 * fminf(p->open, 1);
    bt_raster_textured(rgba, SIDE, SIDE, stride, &texture, v, bt_canon_mouth,
                       BT_CANON_MOUTH);
}

// A hand before one eye: a long ellipse of the skin's colour with some light and shade.
static void draw_hand(const struct head *h, const struct pose *p, uint8_t *rgba,
                      int stride)
{
    float a[3], b[3];
    place(h, p, h->shape[p->left ? 33 : 263], a);
    place(h, p, h->shape[p->left ? 133 : 362], b);
    const float width = h->face.scale * 14,
                cx = (a[0] + b[0]) / 2 + (p->left ? -.06f : .06f) * width;
    const float cy = (a[1] + b[1]) / 2 + .05f * width + (1 - p->cover) * 1.6f * width;
    for (int y = 0; y < SIDE; y++)
        for (int x = 0; x < SIDE; x++) {
            const float u = ((float)x - cx) / (.24f * width),
                        w = ((float)y - cy) / (.36f * width);
            const float d = u * u + w * w;
            if (d > 1)
                continue;
            const float shade = (1 - .25f * d) * (.86f + .1f * sinf(u * 9)) * .92f;
            uint8_t *to = rgba + y * stride + 4 * x;
            for (int c = 0; c < 3; c++)
                to[c] = (uint8_t)fminf(h->skin[c] * shade, 255);
        }
}

// Gains act in linear light; noise has a deviation of about two levels.
static void expose(struct bauta_frame *f, const float gain[3], uint64_t seed)
{
    float scale[3];
    for (int c = 0; c < 3; c++)
        scale[c] = gain[c] > 0 ? powf(gain[c], 1 / 2.2f) : 1;
    uint64_t state = seed * 0x9e3779b97f4a7c15u + 1;
    for (int y = 0; y < SIDE; y++) {
        uint8_t *row = f->data[0] + y * f->stride[0];
        for (int x = 0; x < SIDE; x++) {
            state ^= state << 13, state ^= state >> 7, state ^= state << 17;
            const int n = (int)(state & 7) + (int)(state >> 8 & 7) - 7;
            for (int c = 0; c < 3; c++) {
                const float v = (float)row[4 * x + c] * scale[c] + .6f * (float)n + .5f;
                row[4 * x + c] = (uint8_t)fminf(fmaxf(v, 0), 255);
            }
            row[4 * x + 3] = 255;
        }
    }
}

const struct bauta_frame *head_draw(struct head *h, const struct pose *p, uint64_t seed)
{
    struct bauta_frame *f = h->frame;
    for (int y = 0; y < SIDE; y++)
        memcpy(f->data[0] + y * f->stride[0], h->photo + 4 * SIDE * y, 4 * SIDE);
    draw_triangles(h, p, f->data[0], (int)f->stride[0]);
    if (p->cover > 0)
        draw_hand(h, p, f->data[0], (int)f->stride[0]);
    expose(f, p->gain, seed);
    return f;
}

const struct bauta_frame *head_photo(struct head *h, double t, double amount,
                                     uint64_t seed)
{
    static const float plain[3];
    struct bauta_frame *f = h->frame;
    const double turnx = amount * .9 * sin(t * 1.3),
                 turny = amount * .6 * sin(t * .9 + 1);
    const double bend = amount * .8 * sin(t * .7 + 2),
                 zoom = 1 - amount * .25 * sin(t * .5);
    for (int y = 0; y < SIDE; y++) {
        uint8_t *row = f->data[0] + y * f->stride[0];
        for (int x = 0; x < SIDE; x++) {
            double u = (x - SIDE / 2.) / SIDE * zoom, v = (y - SIDE / 2.) / SIDE * zoom;
            // Perspective of a sheet that is turned, then bent about the vertical.
            const double w = 1 + turnx * u + turny * v;
            u = u / cos(turnx) / w, v = v / cos(turny) / w;
            u += bend * u * u - bend * .06;
            const double px = (u + .5) * SIDE, py = (v + .5) * SIDE;
            const int i = (int)px, j = (int)py;
            if (i < 0 || j < 0 || i + 1 >= SIDE || j + 1 >= SIDE) {
                memset(row + 4 * x, 90, 3);
                continue;
            }
            const double a = px - i, b = py - j;
            const uint8_t *s = h->photo + 4 * (j * SIDE + i);
            for (int c = 0; c < 3; c++)
                row[4 * x + c] =
                    (uint8_t)((s[c] * (1 - a) + s[4 + c] * a) * (1 - b) +
                              (s[4 * SIDE + c] * (1 - a) + s[4 * SIDE + 4 + c] * a) * b);
        }
    }
    expose(f, plain, seed);
    return f;
}

// What people do ------------------------------------------------------------------------

// Rises, stays, falls.
static float bump(double t, double rise, double hold, double fall)
{
    if (t <= 0 || t >= rise + hold + fall)
        return 0;
    const double x = t < rise          ? t / rise
                     : t < rise + hold ? 1
                                       : 1 - (t - rise - hold) / fall;
    return (float)(x * x * (3 - 2 * x));
}

void pose_of(int action, double since, const uint64_t *who, struct pose *out)
{
    uint64_t state = *who * 31 + (uint64_t)action;
    const double rise = .25 + .25 * chance(&state), hold = .7 + .6 * chance(&state);
    const float size = (float)(.85 + .4 * chance(&state)),
                up = bump(since, rise, hold, .35);
    const bool left = chance(&state) < .5;
    switch (action) {
    case BAUTA_ACTION_BLINK_TWICE:
        out->blink = bump(since, .1, .12, .12) + bump(since - .6, .1, .12, .12);
        break;
    case BAUTA_ACTION_SMILE:
        out->weight[BT_MODE_SMILE] += .9f * size * up;
        out->weight[BT_MODE_WIDE] += .5f * size * up;
        break;
    case BAUTA_ACTION_OPEN_MOUTH:
        out->weight[BT_MODE_JAW] += size * up;
        out->open = size * up;
        break;
    case BAUTA_ACTION_RAISE_BROWS:
        out->weight[BT_MODE_BROW_LEFT] += .9f * size * up;
        out->weight[BT_MODE_BROW_RIGHT] += .9f * size * up;
        break;
    case BAUTA_ACTION_TURN_LEFT:
        out->yaw += 25 * size * up;
        break;
    case BAUTA_ACTION_TURN_RIGHT:
        out->yaw -= 25 * size * up;
        break;
    case BAUTA_ACTION_LOOK_UP:
        out->pitch -= 17 * size * up;
        break;
    case BAUTA_ACTION_COME_CLOSER:
        out->closer += .32f * size * up;
        break;
    case BAUTA_ACTION_COVER_EYE:
        out->cover = bump(since, rise, hold + .6, .35);
        out->left = left;
        break;
    default:
        break;
    }
}

void pose_sway(double t, const uint64_t *who, bool blinks, struct pose *out)
{
    uint64_t state = *who;
    double phase[6];
    for (int i = 0; i < 6; i++)
        phase[i] = 6.28 * chance(&state);
    out->yaw += (float)(1.6 * sin(t * .83 + phase[0]) + .7 * sin(t * 2.1 + phase[1]));
    out->pitch += (float)(1.2 * sin(t * .71 + phase[2]));
    out->roll += (float)(.9 * sin(t * .57 + phase[3]));
    out->x += (float)(.02 * sin(t * .9 + phase[4]));
    out->y += (float)(.012 * sin(t * 1.6 + phase[5]));
    // A blink each three to five seconds.
    const double period = 3 + 2 * chance(&state),
                 at = fmod(t + 5 * chance(&state), period);
    if (blinks)
        out->blink = fmaxf(out->blink, bump(at, .08, .1, .12));
    for (int i = 0; i < BT_CANON_MODES; i++)
        out->weight[i] += (float)(.03 * sin(t * (.6 + .2 * i) + phase[i % 6]));
}
