// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "canon/canon.h"
#include "face/internal.h"

_Static_assert(BAUTA_LANDMARKS == BT_CANON_VERTICES, "one landmark a canonical vertex");

static const float DEGREES = (float)(180 / M_PI);

// A mesh that is further than this from the canonical face is none. Faces stay below 1,
// profiles and mouths wide open among them.
static const float RESIDUAL_MAX = 1.6f;
// Widths of a face in samples below which landmarks mean nothing.
static const float SIDE_MIN = 12;

void bt_pose_angles(struct bauta_face *face)
{
    // The nose points along the third column turned round; R = yaw * pitch * roll.
    const float *r = face->rotation;
    face->yaw = atan2f(-r[2], r[8]) * DEGREES;
    face->pitch = asinf(fminf(fmaxf(-r[5], -1), 1)) * DEGREES;
    face->roll = atan2f(r[3], r[4]) * DEGREES;
}

void bt_pose_fit(struct bauta_face *face)
{
    float r[9], t[3], scale = 0;
    if (!bt_similarity_fit3(bt_canon_vertex, (const float(*)[3])face->landmark,
                            bt_canon_weight, BAUTA_LANDMARKS, r, t, &scale)) {
        // All landmarks in one point: nothing has a direction.
        const float identity[9] = { 1, 0, 0, 0, 1, 0, 0, 0, 1 };
        memcpy(r, identity, sizeof(r));
        memcpy(t, face->landmark[0], sizeof(t));
        scale = 0;
    }
    memcpy(face->rotation, r, sizeof(r));
    memcpy(face->translation, t, sizeof(t));
    face->scale = scale;
    bt_pose_angles(face);
}

void bt_pose_free(const struct bauta_face *face, float out[BAUTA_LANDMARKS][3])
{
    const float *r = face->rotation, *t = face->translation;
    const float inverse = face->scale > 0 ? 1 / face->scale : 0;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float x = (face->landmark[i][0] - t[0]) * inverse;
        const float y = (face->landmark[i][1] - t[1]) * inverse;
        const float z = (face->landmark[i][2] - t[2]) * inverse;
        out[i][0] = r[0] * x + r[3] * y + r[6] * z;
        out[i][1] = r[1] * x + r[4] * y + r[7] * z;
        out[i][2] = r[2] * x + r[5] * y + r[8] * z;
    }
}

void bt_pose_apply(const struct bauta_face *face, const float in[BAUTA_LANDMARKS][3],
                   float out[BAUTA_LANDMARKS][3])
{
    const float *r = face->rotation, *t = face->translation, s = face->scale;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float x = in[i][0], y = in[i][1], z = in[i][2];
        out[i][0] = s * (r[0] * x + r[1] * y + r[2] * z) + t[0];
        out[i][1] = s * (r[3] * x + r[4] * y + r[5] * z) + t[1];
        out[i][2] = s * (r[6] * x + r[7] * y + r[8] * z) + t[2];
    }
}

float bt_pose_residual(const struct bauta_face *face)
{
    float shape[BAUTA_LANDMARKS][3];
    bt_pose_free(face, shape);
    double sum = 0;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 3; k++) {
            const double d = shape[i][k] - bt_canon_vertex[i][k];
            sum += d * d;
        }
    }
    return (float)sqrt(sum / BAUTA_LANDMARKS);
}

bool bt_face_plausible(const struct bauta_frame *frame, struct bauta_face *face)
{
    const float width = face->box[2] - face->box[0], height = face->box[3] - face->box[1];
    if (!(fmaxf(width, height) >= SIDE_MIN) || !isfinite(width) || !isfinite(height))
        return false;
    // At least a part of it must be in the picture, with its middle not far outside.
    const float x = (face->box[0] + face->box[2]) / 2,
                y = (face->box[1] + face->box[3]) / 2;
    if (x < -width / 4 || x > frame->width + width / 4 || y < -height / 4 ||
        y > frame->height + height / 4)
        return false;
    bt_pose_fit(face);
    return face->scale > 0 && bt_pose_residual(face) <= RESIDUAL_MAX;
}
