// SPDX-License-Identifier: Apache-2.0
#include "swap/shape.h"

#include <math.h>

#include "canon/canon.h"
#include "swap/ramp.h"

// How much of what the expression's modes do not explain is carried over.
static const float REST = .85f;
// No vertex moves much further than this, centimetres.
static const float FARTHEST = 1.1f;

void bt_shape_weights(float weight[BAUTA_LANDMARKS])
{
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        float oval = 1;
        for (int k = 0; k < BT_CANON_OVAL; k++) {
            const float *a = bt_canon_uv[v], *b = bt_canon_uv[bt_canon_oval[k]];
            oval = fminf(oval, hypotf(a[0] - b[0], a[1] - b[1]));
        }
        weight[v] = bt_ramp(oval, 0, .16f);
    }
}

void bt_shape_run(struct bt_expression_state *state, const struct bauta_face *at,
                  const float source[BAUTA_LANDMARKS][3],
                  const float weight[BAUTA_LANDMARKS], float amount, float silhouette,
                  double dt, float out[BAUTA_LANDMARKS][3], float closed[2])
{
    static const float none[BT_CANON_MODES];
    struct bt_expression_signs rest, shown;
    float now[BAUTA_LANDMARKS][3], driven[BAUTA_LANDMARKS][3];
    // A turned head shows the shape as a silhouette, where it must meet what is around.
    const float turned =
        bt_ramp(fabsf(at->yaw), 50, 22) * bt_ramp(fabsf(at->pitch), 45, 25);
    const float share = amount * (.25f + .75f * turned);
    const float outline =
        silhouette * bt_ramp(fabsf(at->yaw), 25, 12) * bt_ramp(fabsf(at->pitch), 30, 15);
    bt_pose_free(at, now);
    bt_expression_learn(state, (const float(*)[3])now, (float)dt, turned);
    bt_expression_drive((const float(*)[3])now, (const float(*)[3])state->neutral, source,
                        REST, driven, NULL);
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        float d[3], square = 0;
        const float w = weight[v] + outline * (1 - weight[v]);
        for (int k = 0; k < 3; k++) {
            d[k] = w * (driven[v][k] - now[v][k]);
            square += d[k] * d[k];
        }
        const float bound = 1 / sqrtf(1 + square / (FARTHEST * FARTHEST));
        for (int k = 0; k < 3; k++)
            now[v][k] += share * bound * d[k];
    }
    bt_expression_signs(source, none, &rest);
    bt_expression_signs((const float(*)[3])now, none, &shown);
    for (int side = 0; side < 2; side++)
        closed[side] =
            bt_ramp(shown.lids[side] / fmaxf(rest.lids[side], .05f), .65f, .2f);
    bt_pose_apply(at, (const float(*)[3])now, out);
}
