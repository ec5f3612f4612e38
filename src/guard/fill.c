// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "guard/bridge.h"

#define LINEAR_FRAMES 5       // gaps up to this long are filled with straight lines
#define TAKEN_IOU .4f
#define PRUNE_IOU .2f
#define NEAR_DISTANCE .75f    // in box sizes, at once
#define NEAR_SPEED 1.f        // and more for each second
#define NEAR_SIZE 2.f         // ratio of sizes

static void quaternion_of(const float r[9], float q[4])
{
    // The largest of the four components is taken from the diagonal: Shepperd 1978.
    float trace = r[0] + r[4] + r[8];
    float d[4] = {trace, r[0], r[4], r[8]};
    int best = 0;
    for (int i = 1; i < 4; i++)
        best = d[i] > d[best] ? i : best;
    if (best == 0) {
        float s = 2 * sqrtf(fmaxf(1 + trace, 1e-12f));
        float v[4] = {s / 4, (r[7] - r[5]) / s, (r[2] - r[6]) / s, (r[3] - r[1]) / s};
        memcpy(q, v, sizeof(v));
        return;
    }
    int i = best - 1, j = (i + 1) % 3, k = (i + 2) % 3;
    float s = 2 * sqrtf(fmaxf(1 + r[i * 4] - r[j * 4] - r[k * 4], 1e-12f));
    q[0] = (r[k * 3 + j] - r[j * 3 + k]) / s;
    q[1 + i] = s / 4;
    q[1 + j] = (r[j * 3 + i] + r[i * 3 + j]) / s;
    q[1 + k] = (r[k * 3 + i] + r[i * 3 + k]) / s;
}

static void rotation_of(const float q[4], float r[9])
{
    float w = q[0], x = q[1], y = q[2], z = q[3];
    float m[9] = {1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y),
                  2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x),
                  2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)};
    memcpy(r, m, sizeof(m));
}

// Spherical linear interpolation, the short way round.
static void slerp(const float a[9], const float b[9], float t, float out[9])
{
    float p[4], q[4], m[4], dot = 0, length = 0;
    quaternion_of(a, p);
    quaternion_of(b, q);
    for (int i = 0; i < 4; i++)
        dot += p[i] * q[i];
    float sign = dot < 0 ? -1 : 1, angle = acosf(fminf(fabsf(dot), 1));
    float wp = 1 - t, wq = t * sign;
    if (angle > 1e-3f) {
        wp = sinf((1 - t) * angle) / sinf(angle);
        wq = sign * sinf(t * angle) / sinf(angle);
    }
    for (int i = 0; i < 4; i++) {
        m[i] = wp * p[i] + wq * q[i];
        length += m[i] * m[i];
    }
    for (int i = 0; i < 4; i++)
        m[i] /= sqrtf(length);
    rotation_of(m, out);
}

static float mix(float a, float b, float t)
{
    return a + (b - a) * t;
}

static void mix_points(const float a[][3], const float b[][3], float t, float out[][3])
{
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 3; k++)
            out[i][k] = mix(a[i][k], b[i][k], t);
    }
}

static void box_of(struct bauta_face *face)
{
    float *box = face->box;
    box[0] = box[2] = face->landmark[0][0];
    box[1] = box[3] = face->landmark[0][1];
    for (int i = 1; i < BAUTA_LANDMARKS; i++) {
        box[0] = fminf(box[0], face->landmark[i][0]);
        box[1] = fminf(box[1], face->landmark[i][1]);
        box[2] = fmaxf(box[2], face->landmark[i][0]);
        box[3] = fmaxf(box[3], face->landmark[i][1]);
    }
}

void bt_fill_between(const struct bauta_face *a, const struct bauta_face *b, float t,
                     int frames, struct bauta_face *out)
{
    *out = *a;
    out->origin = BAUTA_FACE_BRIDGED;
    out->presence = fminf(a->presence, b->presence);
    bool posed = a->scale > 0 && b->scale > 0;
    if (posed) {
        slerp(a->rotation, b->rotation, t, out->rotation);
        for (int i = 0; i < 3; i++)
            out->translation[i] = mix(a->translation[i], b->translation[i], t);
        out->scale = a->scale * powf(b->scale / a->scale, t);
        out->yaw = mix(a->yaw, b->yaw, t);
        out->pitch = mix(a->pitch, b->pitch, t);
        out->roll = a->roll + remainderf(b->roll - a->roll, 360) * t;
    }
    if (posed && frames > LINEAR_FRAMES) {
        float from[BAUTA_LANDMARKS][3], to[BAUTA_LANDMARKS][3];
        bt_pose_free(a, from);
        bt_pose_free(b, to);
        mix_points(from, to, t, from);
        bt_pose_apply(out, from, out->landmark);
    } else {
        mix_points(a->landmark, b->landmark, t, out->landmark);
    }
    out->has_iris = 0;
    box_of(out);
}

static float size_of(const float box[4])
{
    return fmaxf((box[2] - box[0] + box[3] - box[1]) / 2, 1);
}

bool bt_fill_near(const float a[4], const float b[4], double seconds, float *distance)
{
    float sa = size_of(a), sb = size_of(b);
    float dx = (b[0] + b[2] - a[0] - a[2]) / 2, dy = (b[1] + b[3] - a[1] - a[3]) / 2;
    *distance = hypotf(dx, dy) / ((sa + sb) / 2);
    return sa < NEAR_SIZE * sb && sb < NEAR_SIZE * sa &&
           *distance < NEAR_DISTANCE + NEAR_SPEED * (float)seconds;
}

bool bt_fill_real(const struct bauta_face *face)
{
    return face->origin != BAUTA_FACE_SUSPECTED;
}

struct bauta_face *bt_fill_find(struct bt_faces *faces, int id)
{
    for (int i = 0; i < faces->count; i++) {
        if (bt_fill_real(&faces->face[i]) && faces->face[i].id == id)
            return &faces->face[i];
    }
    return NULL;
}

bool bt_fill_insert(struct bt_faces *faces, const struct bauta_face *face)
{
    if (faces->count == BAUTA_FACES_MAX)
        return false;
    faces->face[faces->count++] = *face;
    return true;
}

bool bt_fill_taken(const struct bt_faces *faces, const struct bauta_face *face)
{
    for (int i = 0; i < faces->count; i++) {
        const struct bauta_face *f = &faces->face[i];
        if (bt_fill_real(f) && f->id != face->id &&
            bt_box_iou(f->box, face->box) > TAKEN_IOU)
            return true;
    }
    return false;
}

static bool stands_at(const struct bauta_face *face, const float box[4])
{
    float x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
    const float *b = face->box;
    return bt_box_iou(b, box) > PRUNE_IOU ||
           (x > b[0] && x < b[2] && y > b[1] && y < b[3]);
}

void bt_fill_prune(struct bt_faces *faces)
{
    int kept = 0;
    for (int i = 0; i < faces->count; i++) {
        bool drop = false;
        for (int k = 0; k < faces->count && !bt_fill_real(&faces->face[i]); k++)
            drop |= bt_fill_real(&faces->face[k]) &&
                    stands_at(&faces->face[k], faces->face[i].box);
        if (drop)
            continue;
        if (kept != i)
            faces->face[kept] = faces->face[i];
        kept++;
    }
    faces->count = kept;
}

void bt_fill_copy(struct bt_faces *to, const struct bt_faces *from)
{
    to->count = from->count;
    to->cut = from->cut;
    memcpy(to->face, from->face, (size_t)from->count * sizeof(from->face[0]));
}
