// SPDX-License-Identifier: Apache-2.0
#include "quality/look.h"

#include <math.h>
#include <string.h>

// Indices of MediaPipe's mesh.
enum {
    LIP_UPPER = 13, LIP_LOWER = 14, CORNER_A = 61, CORNER_B = 291,
    LIP_TOP = 0, LIP_BOTTOM = 17,
};
// Corner, corner, upper lid, lower lid.
static const int eye[2][4] = {{33, 133, 159, 145}, {263, 362, 386, 374}};

static double distance(const float a[3], const float b[3])
{
    double sum = 0;
    for (int k = 0; k < 3; k++)
        sum += ((double)a[k] - b[k]) * ((double)a[k] - b[k]);
    return sqrt(sum);
}

struct bt_q_expression bt_q_expression(const struct bauta_face *face)
{
    struct bt_q_expression e = {0};
    float centre[2][3], upright[BAUTA_LANDMARKS][3];
    const float (*p)[3] = face->landmark;
    for (int i = 0; i < 2; i++) {
        const int *k = eye[i];
        for (int c = 0; c < 3; c++)
            centre[i][c] = (p[k[0]][c] + p[k[1]][c]) / 2;
        e.eyes += distance(p[k[2]], p[k[3]]) / distance(p[k[0]], p[k[1]]) / 2;
    }
    e.lips = distance(p[LIP_UPPER], p[LIP_LOWER]) / distance(centre[0], centre[1]);
    bt_pose_free(face, upright);
    const double corners = ((double)upright[CORNER_A][1] + upright[CORNER_B][1]) / 2;
    const double middle = ((double)upright[LIP_TOP][1] + upright[LIP_BOTTOM][1]) / 2;
    e.lift = (middle - corners) / distance(upright[CORNER_A], upright[CORNER_B]);
    return e;
}

int bt_q_look(struct bt_face_nets *nets, const struct bauta_frame *frame,
              const struct bauta_face *at, struct bauta_face *out)
{
    float centre[2], size, angle;
    struct bauta_face face = *at;
    bt_region_from_landmarks(at, centre, &size, &angle);
    const int result = bt_mesh_run(nets, frame, centre, size, angle, &face);
    if (result < 0)
        return result;
    if (face.presence < .5f)
        return BAUTA_E_NO_FACE;
    bt_pose_fit(&face);
    *out = face;
    return 0;
}
