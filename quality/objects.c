// SPDX-License-Identifier: Apache-2.0
#include "quality/objects.h"

#include <math.h>
#include <string.h>

const char *const bt_q_object_name[BT_Q_OBJECTS] = {"hand", "microphone", "fringe",
                                                    "rims", "sheet"};

// Indices of MediaPipe's mesh.
enum { TOP = 10, CHIN = 152, LEFT = 234, RIGHT = 454, EYE_LEFT = 33, EYE_RIGHT = 263 };
static const int cheek[] = {50, 280, 117, 346, 205, 425};
static const int lids[2][4] = {{33, 133, 159, 145}, {263, 362, 386, 374}};

// From samples to the face's own widths.
struct place {
    float x, y, width, cos, sin, top;
    float eye[2][2];
};

// What one point shows: how deep it lies inside (negative), and how bright it is.
struct point {
    float distance, shade;
};

static void to_face(const struct place *p, float x, float y, float out[2])
{
    x = (x - p->x) / p->width, y = (y - p->y) / p->width;
    out[0] = p->cos * x + p->sin * y;
    out[1] = p->cos * y - p->sin * x;
}

static struct place place_of(const struct bauta_face *at)
{
    struct place p;
    const float (*l)[3] = at->landmark;
    const float dx = l[EYE_RIGHT][0] - l[EYE_LEFT][0];
    const float dy = l[EYE_RIGHT][1] - l[EYE_LEFT][1];
    const float length = hypotf(dx, dy) + 1e-6f;
    p.cos = dx / length, p.sin = dy / length;
    p.x = (l[TOP][0] + l[CHIN][0]) / 2, p.y = (l[TOP][1] + l[CHIN][1]) / 2;
    p.width = hypotf(hypotf(l[RIGHT][0] - l[LEFT][0], l[RIGHT][1] - l[LEFT][1]),
                     l[RIGHT][2] - l[LEFT][2]) + 1e-6f;
    float top[2];
    to_face(&p, l[TOP][0], l[TOP][1], top);
    p.top = top[1];
    for (int i = 0; i < 2; i++) {
        float x = 0, y = 0;
        for (int k = 0; k < 4; k++)
            x += l[lids[i][k]][0] / 4, y += l[lids[i][k]][1] / 4;
        to_face(&p, x, y, p.eye[i]);
    }
    return p;
}

struct bt_q_tone bt_q_tone(const struct bauta_frame *frame, const struct bauta_face *at)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    struct bt_q_tone tone = {0};
    int count = 0;
    for (int i = 0; i < (int)(sizeof cheek / sizeof *cheek); i++) {
        const int x = (int)at->landmark[cheek[i]][0], y = (int)at->landmark[cheek[i]][1];
        if (x < 0 || y < 0 || x >= frame->width || y >= frame->height)
            continue;
        const int c = x >> f->chroma_x, r = y >> f->chroma_y;
        tone.y += frame->data[0][y * frame->stride[0] + x];
        tone.u += frame->data[1][r * frame->stride[1] + c];
        tone.v += frame->data[2][r * frame->stride[2] + c];
        count++;
    }
    const float n = count ? (float)count : 1;
    return count ? (struct bt_q_tone){tone.y / n, tone.u / n, tone.v / n}
                 : (struct bt_q_tone){120, 118, 142};
}

// Shapes ------------------------------------------------------------------------------

// Distance to a rod whose half width goes from r0 to r1; *across: 0 on its axis, 1 at its
// edge.
static float rod(float x, float y, const float a[2], const float b[2], float r0, float r1,
                 float *across)
{
    const float dx = b[0] - a[0], dy = b[1] - a[1];
    float t = ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy + 1e-9f);
    t = t < 0 ? 0 : t > 1 ? 1 : t;
    const float r = r0 + t * (r1 - r0);
    const float d = hypotf(x - a[0] - t * dx, y - a[1] - t * dy);
    *across = d / r;
    return d - r;
}

static float box(float x, float y, float w, float h, float round)
{
    const float dx = fabsf(x) - w + round, dy = fabsf(y) - h + round;
    return hypotf(fmaxf(dx, 0), fmaxf(dy, 0)) + fminf(fmaxf(dx, dy), 0) - round;
}

static void add(struct point *p, float distance, float shade)
{
    if (distance < p->distance)
        *p = (struct point){distance, shade};
}

static float round_shade(float across)
{
    return .74f + .3f * sqrtf(fmaxf(1 - across * across, 0));
}

// 0 before from, 1 after to.
static float way(int number, int from, int to)
{
    const float t = (float)(number - from) / (float)(to - from);
    return t < 0 ? 0 : t > 1 ? 1 : t * t * (3 - 2 * t);
}

static struct point hand(float x, float y, int number)
{
    // Fingers, thumb, palm, arm: two ends and a half width.
    static const float part[][5] = {
        {0, -.10f, -.42f, -.20f, .055f},    {0, -.02f, -.48f, -.08f, .058f},
        {0, .06f, -.44f, .05f, .055f},      {0, .14f, -.34f, .17f, .047f},
        {.06f, .16f, -.12f, .33f, .06f},    {.05f, 0, .3f, .05f, .17f},
        {.3f, .05f, 1.6f, .5f, .13f},
    };
    const float away = 1 - way(number, 30, 44) + way(number, 78, 90);
    const float n = (float)number;
    x -= .40f + 1.1f * away + .012f * sinf(n * .35f);
    y -= .16f + .25f * away + .010f * sinf(n * .27f);
    struct point p = {9, 0};
    for (int i = 0; i < 7 && away < 1; i++) {
        float across;
        const float d = rod(x, y, part[i], part[i] + 2, part[i][4], part[i][4], &across);
        add(&p, d, round_shade(across));
    }
    // Lines and blotches, as skin has them.
    p.shade *= 1 + .02f * sinf(x * 61 + 2 * sinf(y * 23)) + .02f * sinf(y * 47 + x * 19);
    return p;
}

static struct point microphone(float x, float y, int number)
{
    const float n = (float)number, away = 1 - way(number, 18, 30) + way(number, 105, 116);
    const float middle[2] = {.03f + .09f * sinf(n * .16f),
                             .36f + .05f * sinf(n * .11f) + .9f * away};
    const float end[2] = {middle[0] + .25f, middle[1] + 1.2f};
    struct point p = {9, 0};
    if (away >= 1)
        return p;
    float across;
    const float stem = rod(x, y, middle, end, .055f, .05f, &across);
    add(&p, stem, .8f * round_shade(across));
    const float d = hypotf(x - middle[0], y - middle[1]);
    const float mesh = .12f * sinf((x - middle[0]) * 130) * sinf((y - middle[1]) * 130);
    add(&p, d - .15f, round_shade(d / .15f) + mesh);
    return p;
}

static struct point fringe(float x, float y, int number, float top)
{
    struct point p = {9, 0};
    for (int k = 0; k < 12; k++) {
        const float bend = .035f * sinf((float)number * .21f + (float)k * .6f);
        const float root = -.42f + .076f * (float)k;
        const float length = .24f + .05f * sinf((float)k * 2.3f);
        const float a[2] = {root, top - .1f};
        const float b[2] = {root + .02f + .3f * bend, top + .5f * length};
        const float c[2] = {root + .05f * sinf((float)k) + bend, top + length};
        float across;
        float d = rod(x, y, a, b, .034f, .026f, &across);
        add(&p, d, .8f + .3f * sinf(across * 5));
        d = rod(x, y, b, c, .026f, .005f, &across);
        add(&p, d, .8f + .3f * sinf(across * 5));
    }
    return p;
}

static struct point rims(float x, float y, const struct place *place)
{
    struct point p = {9, 0};
    float inner[2][2], across;
    for (int i = 0; i < 2; i++) {
        const float side = i ? 1.f : -1.f, *eye = place->eye[i];
        const float d = box(x - eye[0], y - eye[1] - .015f, .165f, .12f, .08f);
        add(&p, fabsf(d) - .0125f, 1);
        const float hinge[2] = {eye[0] + side * .165f, eye[1] - .04f};
        const float ear[2] = {hinge[0] + side * .25f, hinge[1]};
        add(&p, rod(x, y, hinge, ear, .0125f, .0125f, &across), 1);
        inner[i][0] = eye[0] - side * .165f, inner[i][1] = eye[1] - .03f;
    }
    add(&p, rod(x, y, inner[0], inner[1], .0125f, .0125f, &across), 1);
    return p;
}

static struct point sheet(float x, float y, int number)
{
    struct point p = {9, 0};
    for (int i = 0; i < 3; i++) {
        const float t = (float)(number - 30 - 30 * i) / 12;
        if (t < 0 || t > 1)
            continue;
        const float cx = (i & 1 ? -1.f : 1.f) * (2.6f * t - 1.3f);
        const float dx = x - cx, dy = y + .1f - .12f * (float)i;
        add(&p, box(.95f * dx + .3f * dy, .95f * dy - .3f * dx, .34f, .27f, .01f),
            1 + .05f * dy);
    }
    return p;
}

static struct point at_point(enum bt_q_object object, const struct place *place, float x,
                             float y, int number)
{
    switch (object) {
    case BT_Q_HAND:
        return hand(x, y, number);
    case BT_Q_MICROPHONE:
        return microphone(x, y, number);
    case BT_Q_FRINGE:
        return fringe(x, y, number, place->top);
    case BT_Q_RIMS:
        return rims(x, y, place);
    default:
        return sheet(x, y, number);
    }
}

// Drawing -----------------------------------------------------------------------------

static struct bt_q_tone colour_of(enum bt_q_object object, const struct bt_q_tone *skin)
{
    switch (object) {
    case BT_Q_HAND: // a little paler and darker than the cheek
        return (struct bt_q_tone){16 + (skin->y - 16) * .94f, skin->u + 1.5f,
                                  skin->v - 3};
    case BT_Q_MICROPHONE:
        return (struct bt_q_tone){48, 129, 127};
    case BT_Q_FRINGE:
        return (struct bt_q_tone){48, 124, 133};
    case BT_Q_RIMS:
        return (struct bt_q_tone){30, 128, 128};
    default:
        return (struct bt_q_tone){185, 142, 92};
    }
}

static uint8_t byte(float value)
{
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)(value + .5f);
}

static float noise(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return (float)(*state >> 8) / 8388608.f - 1;
}

// Chroma of one cell: the mean of what its samples of luma are covered by.
static void chroma(struct bauta_frame *frame, const struct bt_pixel_format *f, int cx,
                   int cy, const uint8_t *cover, const float *shade,
                   const struct bt_q_tone *colour)
{
    float sum = 0, light = 0;
    const int w = 1 << f->chroma_x, h = 1 << f->chroma_y;
    for (int y = cy * h; y < cy * h + h && y < frame->height; y++)
        for (int x = cx * w; x < cx * w + w && x < frame->width; x++) {
            sum += cover[y * frame->width + x] / 255.f;
            light += shade[x] * cover[y * frame->width + x] / 255.f;
        }
    if (sum <= 0)
        return;
    const float a = sum / (float)(w * h), gain = light / sum;
    const float value[2] = {colour->u, colour->v};
    for (int p = 0; p < 2; p++) {
        uint8_t *s = frame->data[1 + p] + cy * frame->stride[1 + p] + cx;
        *s = byte(*s + a * (128 + (value[p] - 128) * gain - *s));
    }
}

void bt_q_object_draw(enum bt_q_object object, struct bauta_frame *frame,
                      const struct bauta_face *at, const struct bt_q_tone *tone,
                      int number, uint8_t *cover)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    const struct place place = place_of(at);
    const struct bt_q_tone colour = colour_of(object, tone);
    float shade[8192] = {0};
    uint32_t state = (uint32_t)number * 2654435761u + 12345;
    const int width = frame->width < 8192 ? frame->width : 8192;
    memset(cover, 0, (size_t)frame->width * (size_t)frame->height);
    for (int y = 0; y < frame->height; y++) {
        uint8_t *row = frame->data[0] + y * frame->stride[0];
        for (int x = 0; x < width; x++) {
            float p[2];
            to_face(&place, (float)x + .5f, (float)y + .5f, p);
            const struct point point = at_point(object, &place, p[0], p[1], number);
            float a = .5f - point.distance * place.width;
            a = a < 0 ? 0 : a > 1 ? 1 : a;
            cover[y * frame->width + x] = (uint8_t)(255 * a + .5f);
            if (a <= 0)
                continue;
            shade[x] = point.shade;
            const float luma = 16 + (colour.y - 16) * point.shade + 2.5f * noise(&state);
            row[x] = byte(row[x] + a * (luma - row[x]));
        }
        if ((y + 1) % (1 << f->chroma_y) == 0 || y + 1 == frame->height)
            for (int x = 0; x < width >> f->chroma_x; x++)
                chroma(frame, f, x, y >> f->chroma_y, cover, shade, &colour);
    }
}
