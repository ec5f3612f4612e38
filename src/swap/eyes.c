// SPDX-License-Identifier: Apache-2.0
#include "swap/eyes.h"

#include <math.h>
#include <string.h>

#include "canon/canon.h"
#include "swap/ramp.h"

struct bt_eye_frame bt_eye_frame(const float (*vertex)[3], int side)
{
    // Both rings start at the outer corner.
    const float *outer = vertex[bt_canon_lid[side][0]];
    const float *inner = vertex[bt_canon_lid[side][BT_CANON_LID / 2]];
    const float *a = side ? inner : outer, *b = side ? outer : inner;
    struct bt_eye_frame f = {.x = (a[0] + b[0]) / 2, .y = (a[1] + b[1]) / 2};
    f.width = fmaxf(hypotf(b[0] - a[0], b[1] - a[1]), 1e-3f);
    f.ux = (b[0] - a[0]) / f.width;
    f.uy = (b[1] - a[1]) / f.width;
    return f;
}

float bt_eye_inside(const float (*vertex)[3], int side, float x, float y, float *upper)
{
    // Plain arrays, so that the edges go through vectors.
    float px[BT_CANON_LID + 1], py[BT_CANON_LID + 1], square[BT_CANON_LID];
    int crossed[BT_CANON_LID], inside = 0;
    for (int i = 0; i <= BT_CANON_LID; i++) {
        const float *p = vertex[bt_canon_lid[side][i % BT_CANON_LID]];
        px[i] = p[0];
        py[i] = p[1];
    }
    for (int i = 0; i < BT_CANON_LID; i++) {
        const float dx = px[i + 1] - px[i], dy = py[i + 1] - py[i];
        float t = ((x - px[i]) * dx + (y - py[i]) * dy) / (dx * dx + dy * dy + 1e-12f);
        t = t < 0 ? 0 : t;
        t = t > 1 ? 1 : t;
        const float ex = x - px[i] - t * dx, ey = y - py[i] - t * dy;
        square[i] = ex * ex + ey * ey;
        crossed[i] =
            ((py[i] > y) != (py[i + 1] > y)) & (x < dx * (y - py[i]) / dy + px[i]);
    }
    float nearest[2] = {1e9f, 1e9f};
    for (int i = 0; i < BT_CANON_LID; i++) {
        float *least = &nearest[i >= BT_CANON_LID / 2];
        *least = square[i] < *least ? square[i] : *least;
        inside ^= crossed[i];
    }
    *upper = sqrtf(nearest[0]);
    const float distance = sqrtf(nearest[0] < nearest[1] ? nearest[0] : nearest[1]);
    return inside ? distance : -distance;
}

// Where the iris lies between the corners, calm while the eye rests and without delay
// when it moves.
static void follow(struct bt_eyes_state *s, int side, float along, float across,
                   double dt)
{
    float *g = s->gaze[side];
    if (!s->started) {
        g[0] = along, g[1] = across, s->moving[side] = 0;
        return;
    }
    const float speed = hypotf(along - g[0], across - g[1]) / (float)dt;
    s->moving[side] += (float)(1 - exp(-dt / .05)) * (speed - s->moving[side]);
    const double cutoff = 1 + 5 * s->moving[side]; // Hz
    const float a = (float)(1 - exp(-dt * cutoff * 6.2831853));
    g[0] += a * (along - g[0]);
    g[1] += a * (across - g[1]);
}

static void sample(const uint8_t (*level)[4], int n, float x, float y, float out[4])
{
    x = fminf(fmaxf(x - .5f, 0), (float)n - 1.001f);
    y = fminf(fmaxf(y - .5f, 0), (float)n - 1.001f);
    const int x0 = (int)x, y0 = (int)y;
    const float fx = x - (float)x0, fy = y - (float)y0;
    const uint8_t(*p)[4] = level + y0 * n + x0;
    for (int c = 0; c < 4; c++)
        out[c] = (1 - fy) * ((1 - fx) * p[0][c] + fx * p[1][c]) +
                 fy * ((1 - fx) * p[n][c] + fx * p[n + 1][c]);
}

static const uint8_t *seen_at(const struct bt_patch *p, float x, float y)
{
    const int px = (int)floorf(x) - p->rect.x0, py = (int)floorf(y) - p->rect.y0;
    if (px < 0 || py < 0 || px >= p->width || py >= p->height)
        return NULL;
    return p->seen + (size_t)py * (size_t)p->stride + (size_t)px * 4;
}

static float luma(const uint8_t *p)
{
    return .3f * p[0] + .6f * p[1] + .1f * p[2];
}

struct eye {
    struct bt_eye_frame from, to; // in the target's shape and in the drawn one
    float ix, iy;                 // the iris in the target
    float cx, cy, rx, ry;         // the disc to draw
    float plain;                  // brightness of the target's iris
    float soft;                   // width of an edge, pixels
    float lash;                   // how far lashes and their shade hang down, pixels
    float gx, gy, glint; // where the light is mirrored, along the eye, and how brightly
};

static const float CORNEA = .78f; // radius, centimetres
static const float SHINE = 30;    // above the iris, levels

// Where a sphere mirrors the light's main direction into the camera.
static void mirror_light(const struct bt_light *light, struct eye *e, float scale)
{
    float l[3] = {0}, level = 0;
    for (int c = 0; c < 3; c++) {
        l[0] += light->sh[c][3], l[1] += light->sh[c][1], l[2] += light->sh[c][2];
        level += light->sh[c][0] * .282095f / 3;
    }
    // Light from behind and light from everywhere are mirrored as if from above.
    const float length = sqrtf(l[0] * l[0] + l[1] * l[1] + l[2] * l[2]) + .2f * level;
    float h[3] = {l[0] / length, l[1] / length - .15f, fminf(l[2] / length, 0) - 1.2f};
    const float norm = sqrtf(h[0] * h[0] + h[1] * h[1] + h[2] * h[2]);
    const float x = h[0] / norm * CORNEA * scale, y = h[1] / norm * CORNEA * scale;
    e->gx = x * e->to.ux + y * e->to.uy;
    e->gy = y * e->to.ux - x * e->to.uy;
    e->glint = .55f * bt_from_linear(fminf(fmaxf(level, 0), 1));
}

// The share of the target's iris that shines.
static float shining(const struct bt_patch *patch, const struct bauta_face *at, int side,
                     const struct eye *e)
{
    int shine = 0, count = 0;
    for (int j = -3; j <= 3; j++) {
        for (int i = -3; i <= 3; i++) {
            float upper;
            const float a = .28f * (float)i * e->ry, b = .28f * (float)j * e->ry;
            const float x = e->ix + a * e->from.ux - b * e->from.uy;
            const float y = e->iy + a * e->from.uy + b * e->from.ux;
            const uint8_t *p = seen_at(patch, x, y);
            if (!p || a * a + b * b > .7f * e->ry * e->ry ||
                bt_eye_inside(at->landmark, side, x, y, &upper) < .12f * e->ry)
                continue;
            shine += luma(p) > e->plain + SHINE;
            count++;
        }
    }
    return count ? (float)shine / (float)count : 0;
}

// The mean brightness of the lower half of the target's iris: highlights lie above.
static float plain_of(const struct bt_patch *patch, const struct eye *e)
{
    float sum = 0;
    int count = 0;
    for (int j = 0; j <= 4; j++) {
        for (int i = -4; i <= 4; i++) {
            const float a = .2f * (float)i * e->ry, b = .18f * (float)j * e->ry;
            const uint8_t *p = seen_at(patch, e->ix + a * e->from.ux - b * e->from.uy,
                                       e->iy + a * e->from.uy + b * e->from.ux);
            if (p && a * a + b * b < .7f * e->ry * e->ry)
                sum += luma(p), count++;
        }
    }
    return count ? sum / (float)count : 255;
}

static void draw_pixel(const struct bt_patch *patch, const struct bauta_face *at,
                       const struct eye *e, int side, const uint8_t (*level)[4], int n,
                       const float gain[3], const float add[3], float a, float b,
                       float cover, float deep, float shade, uint8_t *out)
{
    float iris[4];
    sample(level, n, (a / e->rx / BT_IRIS_SPAN + 1) / 2 * (float)n,
           (b / e->ry / BT_IRIS_SPAN + 1) / 2 * (float)n, iris);
    const float w = cover * iris[3] / 255;
    if (w <= 0)
        return;
    float shine = 0, upper;
    const float scale = e->from.width / e->to.width;
    const float sx = e->ix + scale * (a * e->from.ux - b * e->from.uy);
    const float sy = e->iy + scale * (a * e->from.uy + b * e->from.ux);
    const uint8_t *seen = seen_at(patch, sx, sy);
    if (seen && luma(seen) > e->plain + SHINE &&
        bt_eye_inside(at->landmark, side, sx, sy, &upper) > .12f * e->ry)
        shine = luma(seen) - e->plain - SHINE;
    const float gx = (a - e->gx) / (.15f * e->ry), gy = (b - e->gy) / (.15f * e->ry);
    const float far = gx * gx + gy * gy;
    if (far < 4)
        shine += e->glint * bt_ramp(far, 2.2f, .3f) * bt_ramp(deep, .15f, .45f);
    for (int c = 0; c < 3; c++) {
        const float v = (iris[c] * gain[c] + add[c]) * shade + shine;
        const float next = out[c] + w * (v - out[c]);
        out[c] = (uint8_t)(next < 0 ? 0 : next > 255 ? 255 : next + .5f);
    }
}

static void draw_eye(const struct bt_source_eyes *eyes, struct bt_patch *patch,
                     const struct bauta_face *at, const float (*shape)[3], int side,
                     const struct eye *e, const float gain[3], const float add[3])
{
    const uint8_t(*level)[4] = (const uint8_t(*)[4])eyes->iris[side];
    int n = BT_IRIS_SIZE;
    while (n > BT_IRIS_SIZE >> (BT_IRIS_LEVELS - 1) &&
           2 * e->ry * BT_IRIS_SPAN < .75f * e->soft * (float)n)
        level += n * n, n /= 2;
    const float reach = e->ry * BT_IRIS_SPAN;
    const int x0 = (int)fmaxf(e->cx - reach - (float)patch->rect.x0, 0);
    const int y0 = (int)fmaxf(e->cy - reach - (float)patch->rect.y0, 0);
    const int x1 =
        (int)fminf(e->cx + reach - (float)patch->rect.x0 + 1, (float)patch->width);
    const int y1 =
        (int)fminf(e->cy + reach - (float)patch->rect.y0 + 1, (float)patch->height);
    for (int y = y0; y < y1; y++) {
        for (int x = x0; x < x1; x++) {
            const float px = (float)(x + patch->rect.x0) + .5f - e->cx;
            const float py = (float)(y + patch->rect.y0) + .5f - e->cy;
            const float a = px * e->to.ux + py * e->to.uy;
            const float b = py * e->to.ux - px * e->to.uy;
            if (a * a / (e->rx * e->rx) + b * b / (e->ry * e->ry) > 1.2f)
                continue;
            float upper;
            const float in =
                bt_eye_inside(shape, side, px + e->cx, py + e->cy, &upper) / e->soft +
                .5f;
            if (in <= 0)
                continue;
            // Behind the lashes the white's own picture shows, with their shade.
            const float shade = 1 - .3f * bt_ramp(upper, 1.7f * e->lash, .5f * e->lash);
            const float cover = fminf(in, 1) * bt_ramp(upper, .2f * e->lash, e->lash);
            draw_pixel(patch, at, e, side, level, n, gain, add, a, b, cover,
                       in * e->soft / e->ry, shade,
                       patch->drawn + (size_t)y * (size_t)patch->stride + (size_t)x * 4);
        }
    }
}

void bt_eyes_draw(const struct bt_source_eyes *eyes, struct bt_eyes_state *state,
                  struct bt_patch *patch, const struct bauta_face *at,
                  const float (*shape)[3], const struct bt_light *light,
                  const float gain[2][3], const float add[2][3], float soft, double dt)
{
    for (int side = 0; side < 2; side++) {
        struct eye e = {.from = bt_eye_frame(at->landmark, side),
                        .to = bt_eye_frame(shape, side)};
        const float dx = at->iris[side][0] - e.from.x, dy = at->iris[side][1] - e.from.y;
        follow(state, side, (dx * e.from.ux + dy * e.from.uy) / e.from.width,
               (dy * e.from.ux - dx * e.from.uy) / e.from.width, dt);
        const float along = state->gaze[side][0], across = state->gaze[side][1];
        e.ix = e.from.x + e.from.width * (along * e.from.ux - across * e.from.uy);
        e.iy = e.from.y + e.from.width * (along * e.from.uy + across * e.from.ux);
        e.cx = e.to.x + e.to.width * (along * e.to.ux - across * e.to.uy);
        e.cy = e.to.y + e.to.width * (along * e.to.uy + across * e.to.ux);
        e.ry = fmaxf(eyes->radius * at->scale, .5f);
        e.rx = e.ry * fmaxf(cosf(at->yaw * 3.14159265f / 180), .55f);
        e.soft = soft;
        // Less of them hangs into an eye that is half shut.
        const float *above = shape[bt_canon_lid[side][BT_CANON_LID / 4]];
        const float *below = shape[bt_canon_lid[side][BT_CANON_LID * 3 / 4]];
        const float open = hypotf(above[0] - below[0], above[1] - below[1]);
        e.lash = .42f * fminf(e.ry, .6f * open);
        e.plain = plain_of(patch, &e);
        mirror_light(light, &e, at->scale);
        const float wanted = bt_ramp(shining(patch, at, side, &e), .08f, .01f);
        const float a = state->started ? (float)(1 - exp(-dt / .4)) : 1;
        state->glint[side] += a * (wanted - state->glint[side]);
        e.glint *= state->glint[side];
        draw_eye(eyes, patch, at, shape, side, &e, gain[side], add[side]);
    }
    state->started = true;
}
