// SPDX-License-Identifier: Apache-2.0
#include "swap/shape.h"

#include <math.h>
#include <string.h>

#include "canon/canon.h"
#include "swap/ramp.h"

static float nearest(int vertex, const uint16_t *ring, int count)
{
    float best = 1e9f;
    for (int i = 0; i < count; i++) {
        const float *a = bt_canon_uv[vertex], *b = bt_canon_uv[ring[i]];
        best = fminf(best, hypotf(a[0] - b[0], a[1] - b[1]));
    }
    return best;
}

void bt_shape_weights(float weight[BAUTA_LANDMARKS])
{
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        const float oval = nearest(v, bt_canon_oval, BT_CANON_OVAL);
        const float lips = nearest(v, bt_canon_lips, BT_CANON_RING);
        const float lids = fminf(nearest(v, bt_canon_lid[0], BT_CANON_LID),
                                 nearest(v, bt_canon_lid[1], BT_CANON_LID));
        weight[v] =
            bt_ramp(oval, 0, .16f) * bt_ramp(lids, 0, .07f) * bt_ramp(lips, 0, .11f);
    }
}

// Follows the person's shape, quickly at first and then slowly, less while the mouth is
// far open or the lids move.
static void learn(struct bt_shape_state *s, const float now[BAUTA_LANDMARKS][3],
                  double dt)
{
    if (!s->started) {
        memcpy(s->neutral, now, sizeof s->neutral);
        s->started = true;
        s->seconds = 0;
        return;
    }
    float sum = 0;
    for (int i = 0; i < BT_CANON_RING; i++)
        for (int k = 0; k < 3; k++) {
            const int v = bt_canon_lips[i];
            sum += (now[v][k] - s->neutral[v][k]) * (now[v][k] - s->neutral[v][k]);
        }
    const float strain = sqrtf(sum / BT_CANON_RING) / .35f;
    s->seconds += dt;
    const double constant = fmin(fmax(s->seconds, .5), 4);
    const float a = (float)(1 - exp(-dt / constant)) / (1 + strain * strain);
    for (int v = 0; v < BAUTA_LANDMARKS; v++)
        for (int k = 0; k < 3; k++)
            s->neutral[v][k] += a * (now[v][k] - s->neutral[v][k]);
}

void bt_shape_run(struct bt_shape_state *state, const struct bauta_face *at,
                  const float source[BAUTA_LANDMARKS][3],
                  const float weight[BAUTA_LANDMARKS], float amount, double dt,
                  float out[BAUTA_LANDMARKS][3])
{
    float now[BAUTA_LANDMARKS][3];
    bt_pose_free(at, now);
    learn(state, (const float(*)[3])now, dt);
    // A turned head shows the shape as a silhouette, where it must meet what is around.
    const float turned =
        bt_ramp(fabsf(at->yaw), 50, 22) * bt_ramp(fabsf(at->pitch), 45, 25);
    const float share = amount * (.25f + .75f * turned);
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        float d[3], length = 0;
        for (int k = 0; k < 3; k++) {
            d[k] = source[v][k] - state->neutral[v][k];
            length += d[k] * d[k];
        }
        length = sqrtf(length);
        // At most 0.9 cm, softly.
        const float bound = 1 / (1 + length * length / (.9f * .9f));
        for (int k = 0; k < 3; k++)
            now[v][k] += share * weight[v] * bound * d[k];
    }
    bt_pose_apply(at, (const float(*)[3])now, out);
}
