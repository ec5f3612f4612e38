// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "canon/canon.h"
#include "face/internal.h"

// One Euro (Casiez, Roussel & Vogel, CHI 2012): a low-pass whose cutoff rises with speed.
// Speeds are in canonical centimetres, radians and e-foldings a second, so that neither
// the face's size in the picture nor the frame rate matters.
struct law {
    float least; // Hz, at rest
    float beta;  // Hz more for each unit of speed
    float rate;  // Hz, cutoff of the speed itself
};
static const struct law PLACE = { 1.2f, 1.1f, 3 };
static const struct law TURN = { 1.2f, 14, 3 };
static const struct law SCALE = { 1.0f, 18, 2 };
static const struct law SHAPE = { 1.7f, 3, 2 };
static const struct law QUICK = { 5, 6, 4 }; // lips and lids

// Canonical centimetres by which the filter may leave the place that was measured, for a
// start, a turn or a steady run is otherwise seen as a mask that comes late.
static const float LEASH = .05f;

static const double GAP_MAX = .5; // seconds after which a face starts afresh

struct quaternion {
    float w, x, y, z;
};

struct slot {
    bool used;
    int id;
    double seconds;
    float place[3], raw_place[3], place_speed[3];
    struct quaternion turn, raw_turn;
    float turn_speed[3];
    float scale, raw_scale, scale_speed; // logarithms
    float shape[BAUTA_LANDMARKS][3], raw_shape[BAUTA_LANDMARKS][3];
    float shape_speed[BAUTA_LANDMARKS][3];
};

struct bt_smoother {
    float strength;
    float pivot[3];               // weighted middle of the canonical face
    float quick[BAUTA_LANDMARKS]; // 1: lips and lids, 0: far from them
    struct slot slot[BAUTA_FACES_MAX];
};

static float distance(int a, int b)
{
    const float *p = bt_canon_vertex[a], *q = bt_canon_vertex[b];
    return sqrtf((p[0] - q[0]) * (p[0] - q[0]) + (p[1] - q[1]) * (p[1] - q[1]) +
                 (p[2] - q[2]) * (p[2] - q[2]));
}

// 1 within near centimetres of the vertices, falling to 0 at twice that.
static float closeness(int vertex, const uint16_t *to, int count, float near)
{
    float least = INFINITY;
    for (int i = 0; i < count; i++)
        least = fminf(least, distance(vertex, to[i]));
    return fminf(fmaxf(2 - least / near, 0), 1);
}

struct bt_smoother *bt_smoother_create(const struct bt_face_options *options)
{
    struct bt_smoother *s = bt_zalloc(sizeof(*s));
    if (!s)
        return NULL;
    s->strength = options->smoothing;
    double sum = 0, pivot[3] = { 0 };
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        sum += bt_canon_weight[i];
        for (int k = 0; k < 3; k++)
            pivot[k] += bt_canon_weight[i] * bt_canon_vertex[i][k];
        s->quick[i] = fmaxf(closeness(i, bt_canon_lips, BT_CANON_RING, 1.f),
                            fmaxf(closeness(i, bt_canon_lid[0], BT_CANON_LID, .5f),
                                  closeness(i, bt_canon_lid[1], BT_CANON_LID, .5f)));
    }
    for (int k = 0; k < 3; k++)
        s->pivot[k] = (float)(pivot[k] / sum);
    return s;
}

void bt_smoother_set(struct bt_smoother *smoother, float strength)
{
    smoother->strength = strength;
}

void bt_smoother_destroy(struct bt_smoother **smoother)
{
    if (smoother)
        bt_freep(smoother);
}

// Rotations ----------------------------------------------------------------------------

static struct quaternion to_quaternion(const float r[9])
{
    const float d[4] = { 1 + r[0] + r[4] + r[8], 1 + r[0] - r[4] - r[8],
                         1 - r[0] + r[4] - r[8], 1 - r[0] - r[4] + r[8] };
    int big = 0;
    for (int i = 1; i < 4; i++)
        big = d[i] > d[big] ? i : big;
    const float k = .5f / sqrtf(d[big]), a = r[7] - r[5], b = r[2] - r[6],
                c = r[3] - r[1];
    const float e = r[1] + r[3], f = r[2] + r[6], g = r[5] + r[7];
    switch (big) {
    case 0:
        return (struct quaternion){ d[0] * k, a * k, b * k, c * k };
    case 1:
        return (struct quaternion){ a * k, d[1] * k, e * k, f * k };
    case 2:
        return (struct quaternion){ b * k, e * k, d[2] * k, g * k };
    default:
        return (struct quaternion){ c * k, f * k, g * k, d[3] * k };
    }
}

static void to_matrix(struct quaternion q, float r[9])
{
    const float w = q.w, x = q.x, y = q.y, z = q.z;
    const float m[9] = {
        1 - 2 * (y * y + z * z), 2 * (x * y - w * z),     2 * (x * z + w * y),
        2 * (x * y + w * z),     1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
        2 * (x * z - w * y),     2 * (y * z + w * x),     1 - 2 * (x * x + y * y),
    };
    memcpy(r, m, sizeof(m));
}

static struct quaternion multiply(struct quaternion a, struct quaternion b)
{
    return (struct quaternion){
        a.w * b.w - a.x * b.x - a.y * b.y - a.z * b.z,
        a.w * b.x + a.x * b.w + a.y * b.z - a.z * b.y,
        a.w * b.y - a.x * b.z + a.y * b.w + a.z * b.x,
        a.w * b.z + a.x * b.y - a.y * b.x + a.z * b.w,
    };
}

// The rotation from a to b as an axis times an angle.
static void turn_between(struct quaternion a, struct quaternion b, float v[3])
{
    struct quaternion d = multiply(b, (struct quaternion){ a.w, -a.x, -a.y, -a.z });
    if (d.w < 0)
        d = (struct quaternion){ -d.w, -d.x, -d.y, -d.z };
    const float s = sqrtf(d.x * d.x + d.y * d.y + d.z * d.z);
    const float k = s > 1e-9f ? 2 * atan2f(s, d.w) / s : 2;
    v[0] = k * d.x, v[1] = k * d.y, v[2] = k * d.z;
}

static struct quaternion turned(struct quaternion q, const float v[3], float part)
{
    const float angle = sqrtf(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
    const float half = .5f * part * angle, k = angle > 1e-9f ? sinf(half) / angle : 0;
    const struct quaternion d = { cosf(half), k * v[0], k * v[1], k * v[2] };
    const struct quaternion r = multiply(d, q);
    const float n = 1 / sqrtf(r.w * r.w + r.x * r.x + r.y * r.y + r.z * r.z);
    return (struct quaternion){ r.w * n, r.x * n, r.y * n, r.z * n };
}

// Filters ------------------------------------------------------------------------------

// How much of the new value a one-pole low-pass takes.
static float share(float cutoff, float dt)
{
    const float k = 2 * (float)M_PI * cutoff * dt;
    return k / (1 + k);
}

static float norm(const float v[3])
{
    return sqrtf(v[0] * v[0] + v[1] * v[1] + v[2] * v[2]);
}

// Brings speed up to date by the move since the last frame; returns the new value's
// share.
static float respond(const struct law *law, float strength, float speed[3],
                     const float move[3], float unit, float dt)
{
    const float a = share(law->rate, dt);
    for (int k = 0; k < 3; k++)
        speed[k] += a * (move[k] * unit / dt - speed[k]);
    return share((law->least + law->beta * norm(speed)) / strength, dt);
}

static void filter_shape(const struct bt_smoother *s, struct slot *slot,
                         const float raw[BAUTA_LANDMARKS][3], float dt)
{
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float q = s->quick[i];
        const struct law law = { SHAPE.least + q * (QUICK.least - SHAPE.least),
                                 SHAPE.beta + q * (QUICK.beta - SHAPE.beta),
                                 SHAPE.rate + q * (QUICK.rate - SHAPE.rate) };
        float move[3];
        for (int k = 0; k < 3; k++)
            move[k] = raw[i][k] - slot->raw_shape[i][k];
        const float a = respond(&law, s->strength, slot->shape_speed[i], move, 1, dt);
        for (int k = 0; k < 3; k++)
            slot->shape[i][k] += a * (raw[i][k] - slot->shape[i][k]);
    }
    memcpy(slot->raw_shape, raw, sizeof(slot->raw_shape));
}

static void filter_pose(const struct bt_smoother *s, struct slot *slot,
                        const float place[3], struct quaternion turn, float scale,
                        float dt)
{
    float move[3];
    for (int k = 0; k < 3; k++)
        move[k] = place[k] - slot->raw_place[k];
    float a = respond(&PLACE, s->strength, slot->place_speed, move, expf(-scale), dt);
    for (int k = 0; k < 3; k++) {
        slot->place[k] += a * (place[k] - slot->place[k]);
        slot->raw_place[k] = place[k];
    }
    const float behind = hypotf(slot->place[0] - place[0], slot->place[1] - place[1]);
    const float most = LEASH * s->strength * expf(scale);
    for (int k = 0; k < 2 && behind > most; k++)
        slot->place[k] = place[k] + (slot->place[k] - place[k]) * most / behind;
    turn_between(slot->raw_turn, turn, move);
    a = respond(&TURN, s->strength, slot->turn_speed, move, 1, dt);
    turn_between(slot->turn, turn, move);
    slot->turn = turned(slot->turn, move, a);
    slot->raw_turn = turn;

    const float b = share(SCALE.rate, dt);
    slot->scale_speed += b * ((scale - slot->raw_scale) / dt - slot->scale_speed);
    a = share((SCALE.least + SCALE.beta * fabsf(slot->scale_speed)) / s->strength, dt);
    slot->scale += a * (scale - slot->scale);
    slot->raw_scale = scale;
}

static struct slot *slot_for(struct bt_smoother *s, int id)
{
    struct slot *oldest = &s->slot[0];
    for (int i = 0; i < BAUTA_FACES_MAX; i++) {
        struct slot *slot = &s->slot[i];
        if (slot->used && slot->id == id)
            return slot;
        if (!slot->used || (oldest->used && slot->seconds < oldest->seconds))
            oldest = slot;
    }
    oldest->used = false;
    return oldest;
}

static void pivot_of(const struct bt_smoother *s, const float r[9], float scale,
                     float out[3])
{
    for (int k = 0; k < 3; k++)
        out[k] = scale * (r[3 * k] * s->pivot[0] + r[3 * k + 1] * s->pivot[1] +
                          r[3 * k + 2] * s->pivot[2]);
}

static void start(struct slot *slot, int id, const float place[3], struct quaternion turn,
                  float scale, const float shape[BAUTA_LANDMARKS][3])
{
    memset(slot, 0, sizeof(*slot));
    slot->used = true;
    slot->id = id;
    memcpy(slot->place, place, sizeof(slot->place));
    memcpy(slot->raw_place, place, sizeof(slot->raw_place));
    slot->turn = slot->raw_turn = turn;
    slot->scale = slot->raw_scale = scale;
    memcpy(slot->shape, shape, sizeof(slot->shape));
    memcpy(slot->raw_shape, shape, sizeof(slot->raw_shape));
}

static void write_back(const struct bt_smoother *s, const struct slot *slot,
                       struct bauta_face *face)
{
    const struct bauta_face raw = *face;
    float offset[3], box[4] = { INFINITY, INFINITY, -INFINITY, -INFINITY };
    to_matrix(slot->turn, face->rotation);
    face->scale = expf(slot->scale);
    pivot_of(s, face->rotation, face->scale, offset);
    for (int k = 0; k < 3; k++)
        face->translation[k] = slot->place[k] - offset[k];
    bt_pose_apply(face, slot->shape, face->landmark);
    bt_refine_follow(&raw, face);
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *p = face->landmark[i];
        box[0] = fminf(box[0], p[0]), box[1] = fminf(box[1], p[1]);
        box[2] = fmaxf(box[2], p[0]), box[3] = fmaxf(box[3], p[1]);
    }
    memcpy(face->box, box, sizeof(box));
    bt_pose_angles(face);
}

static void smooth_one(struct bt_smoother *s, struct bauta_face *face, double seconds)
{
    if (!(face->scale > 0))
        return;
    struct slot *slot = slot_for(s, face->id);
    float shape[BAUTA_LANDMARKS][3], place[3];
    bt_pose_free(face, shape);
    pivot_of(s, face->rotation, face->scale, place);
    for (int k = 0; k < 3; k++)
        place[k] += face->translation[k];
    const struct quaternion turn = to_quaternion(face->rotation);
    const float scale = logf(face->scale);
    const double dt = seconds - slot->seconds;
    if (!slot->used || dt > GAP_MAX || dt < 0) {
        start(slot, face->id, place, turn, scale, shape);
    } else if (dt > 1e-6) {
        filter_pose(s, slot, place, turn, scale, (float)dt);
        filter_shape(s, slot, shape, (float)dt);
    }
    slot->seconds = seconds;
    write_back(s, slot, face);
}

void bt_smoother_apply(struct bt_smoother *smoother, struct bt_faces *faces,
                       double seconds)
{
    if (smoother->strength <= 0)
        return;
    for (int i = 0; faces->cut && i < BAUTA_FACES_MAX; i++)
        smoother->slot[i].used = false;
    for (int i = 0; i < faces->count; i++) {
        struct bauta_face *face = &faces->face[i];
        if (face->origin == BAUTA_FACE_TRACKED || face->origin == BAUTA_FACE_BRIDGED)
            smooth_one(smoother, face, seconds);
    }
}
