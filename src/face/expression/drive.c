// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "face/expression.h"
#include "face/internal.h"

static float ramp(float x, float from, float to)
{
    return fminf(fmaxf((x - from) / (to - from), 0), 1);
}

static float distance(const float a[3], const float b[3])
{
    return hypotf(hypotf(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

// Lips ---------------------------------------------------------------------------------

// The finer net's rings of the lips from the inside out: where in its list they begin. A
// ring is the lower lip's 11 points from corner to corner, then the upper lip's 9 between.
static const struct {
    int start;
    float share; // how far the ring follows the inner one
} lip_ring[] = {{20, 1}, {60, .85f}, {40, .6f}, {0, .3f}};
enum { LIP_RINGS = sizeof lip_ring / sizeof lip_ring[0] };

void bt_lips_gap(const float shape[BAUTA_LANDMARKS][3], float gap[BT_LIP_PAIRS][3])
{
    for (int i = 0; i < BT_LIP_PAIRS; i++) {
        const float *upper = shape[bt_canon_lips[i + 1]],
                    *lower = shape[bt_canon_lips[BT_CANON_RING - 1 - i]];
        for (int c = 0; c < 3; c++)
            gap[i][c] = lower[c] - upper[c];
    }
}

void bt_lips_part(float shape[BAUTA_LANDMARKS][3], const float gap[BT_LIP_PAIRS][3])
{
    const uint16_t *index = bt_refine_parts[0].index;
    float now[BT_LIP_PAIRS][3];
    bt_lips_gap((const float(*)[3])shape, now);
    for (int r = 0; r < LIP_RINGS; r++) {
        for (int i = 0; i < BT_LIP_PAIRS; i++) {
            float *lower = shape[index[lip_ring[r].start + 1 + i]],
                  *upper = shape[index[lip_ring[r].start + 11 + i]];
            for (int c = 0; c < 3; c++) {
                const float half = .5f * lip_ring[r].share * (gap[i][c] - now[i][c]);
                lower[c] += half;
                upper[c] -= half;
            }
        }
    }
}

// Lids ---------------------------------------------------------------------------------

// The finer net's rings about an eye: the lower lid's 9 points, then the upper lid's 7.
static const float lid_share[3] = {1, .6f, .2f};
enum { LID_PAIRS = 7, LID_RING = 16 };

// The way from the lower lid to the upper one at rest; that of closed eyes is made up.
static void lid_axis(const float lower[3], const float upper[3], float least,
                     float axis[3])
{
    float length = distance(lower, upper);
    for (int c = 0; c < 3; c++)
        axis[c] = length > 1e-3f ? (upper[c] - lower[c]) / length : c == 1 ? -1 : 0;
    if (axis[1] > -.3f)
        axis[0] = axis[2] = 0, axis[1] = -1;
    length = fmaxf(length, least);
    for (int c = 0; c < 3; c++)
        axis[c] *= length;
}

static float along(const float from[3], const float to[3], const float axis[3])
{
    float sum = 0, square = 0;
    for (int c = 0; c < 3; c++) {
        sum += (to[c] - from[c]) * axis[c];
        square += axis[c] * axis[c];
    }
    return sum / square;
}

static void set_lids(int eye, const float target[BAUTA_LANDMARKS][3],
                     const float neutral[BAUTA_LANDMARKS][3],
                     const float source[BAUTA_LANDMARKS][3],
                     float out[BAUTA_LANDMARKS][3])
{
    const uint16_t *index = bt_refine_parts[1 + eye].index;
    const uint16_t *other = bt_refine_parts[1 + !eye].index;
    for (int i = 1; i <= LID_PAIRS; i++) {
        const int lower = index[i], upper = index[8 + i];
        float theirs[3], ours[3], move[2][3];
        const float usual = distance(bt_canon_rest[lower], bt_canon_rest[upper]);
        // Who squints in the sun or is seen from one side has wider eyes than are seen.
        const float both = (distance(neutral[lower], neutral[upper]) +
                            distance(neutral[other[i]], neutral[other[8 + i]])) /
                           2;
        lid_axis(neutral[lower], neutral[upper], fmaxf(.65f * usual, .85f * both), theirs);
        lid_axis(source[lower], source[upper], .5f * usual, ours);
        const float from = along(neutral[lower], target[lower], theirs),
                    seen = along(neutral[lower], target[upper], theirs) - from;
        // The nets see half-closed eyes wider than they are.
        const float to = from + (seen > 0 && seen < 1 ? seen * sqrtf(seen) : seen);
        const float down = from - along(source[lower], out[lower], ours),
                    up = fmaxf(to, from) - along(source[lower], out[upper], ours);
        // Lids that touch do so in every direction.
        const float shut = ramp(to - from, .4f, .1f);
        for (int c = 0; c < 3; c++) {
            move[0][c] = down * ours[c];
            move[1][c] = up * ours[c];
            const float apart = out[upper][c] + move[1][c] - out[lower][c] - move[0][c];
            const float wanted = fmaxf(to - from, 0) * ours[c];
            move[0][c] += .5f * shut * (apart - wanted);
            move[1][c] -= .5f * shut * (apart - wanted);
        }
        for (int r = 0; r < 3; r++) {
            for (int c = 0; c < 3; c++) {
                out[index[r * LID_RING + i]][c] += lid_share[r] * move[0][c];
                out[index[r * LID_RING + 8 + i]][c] += lid_share[r] * move[1][c];
            }
        }
    }
}

// Learning -----------------------------------------------------------------------------

static void compose(struct bt_expression_state *s)
{
    memcpy(s->neutral, s->person, sizeof s->neutral);
    bt_expression_add(s->rest, 1, s->neutral);
}

void bt_expression_learn(struct bt_expression_state *state,
                         const float shape[BAUTA_LANDMARKS][3], float dt, float trust)
{
    static const float FAR = .12f, STEP = .12f, LONG = 20;
    float weight[BT_CANON_MODES], bare[BAUTA_LANDMARKS][3];
    bt_expression_fit(shape, NULL, weight);
    memcpy(bare, shape, sizeof bare);
    bt_expression_add(weight, -1, bare);
    if (!state->started) {
        memset(state, 0, sizeof *state);
        state->started = true;
        memcpy(state->person, bare, sizeof state->person);
        compose(state);
        return;
    }
    dt = fminf(fmaxf(dt, 0), .5f) * fminf(fmaxf(trust, 0), 1);
    state->seconds += dt;
    const float a = 1 - expf(-dt / fminf(.4f + .5f * state->seconds, LONG));
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int c = 0; c < 3; c++) {
            const float d = bare[i][c] - state->person[i][c];
            state->person[i][c] += a * fminf(fmaxf(d, -FAR), FAR);
        }
    }
    for (int k = 0; k < BT_CANON_MODES; k++) {
        // Far values pull no more than near ones, as in a median. Mouths and lids rest
        // closed and open, so that of the jaw and the lids a lower quantile is meant.
        const bool one_sided =
            k == BT_MODE_JAW || k == BT_MODE_BLINK_LEFT || k == BT_MODE_BLINK_RIGHT;
        const float d = fminf(fmaxf(weight[k] - state->rest[k], -STEP), STEP);
        const float side = !one_sided ? 1 : d > 0 ? .5f : 1.5f;
        state->rest[k] += a * side * d;
    }
    compose(state);
}

// Driving ------------------------------------------------------------------------------

static float bounded(float ratio)
{
    return isfinite(ratio) ? fminf(fmaxf(ratio, .75f), 1.3f) : 1;
}

static void scales(const float neutral[BAUTA_LANDMARKS][3],
                   const float source[BAUTA_LANDMARKS][3], float scale[BT_CANON_MODES])
{
    const float mouth =
        bounded(distance(source[61], source[291]) / distance(neutral[61], neutral[291]));
    const float jaw =
        bounded(distance(source[2], source[152]) / distance(neutral[2], neutral[152]));
    for (int k = 0; k < BT_CANON_MODES; k++)
        scale[k] = mouth;
    scale[BT_MODE_JAW] = scale[BT_MODE_CHIN] = jaw;
    scale[BT_MODE_BROW_LEFT] = scale[BT_MODE_BROW_RIGHT] = scale[BT_MODE_FROWN] = 1;
    scale[BT_MODE_BLINK_LEFT] = scale[BT_MODE_BLINK_RIGHT] = 1;
}

void bt_expression_drive(const float target[BAUTA_LANDMARKS][3],
                         const float neutral[BAUTA_LANDMARKS][3],
                         const float source[BAUTA_LANDMARKS][3], float rest,
                         float out[BAUTA_LANDMARKS][3], float weight[BT_CANON_MODES])
{
    float w[BT_CANON_MODES], scale[BT_CANON_MODES], gap[BT_LIP_PAIRS][3];
    float result[BAUTA_LANDMARKS][3];
    bt_expression_fit(target, neutral, w);
    scales(neutral, source, scale);
    for (int k = 0; k < BT_CANON_MODES; k++)
        scale[k] = w[k] * (scale[k] - rest);
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int c = 0; c < 3; c++)
            result[i][c] = source[i][c] + rest * (target[i][c] - neutral[i][c]);
    }
    bt_expression_add(scale, 1, result);
    for (int eye = 0; eye < 2; eye++)
        set_lids(eye, target, neutral, source, result);
    bt_lips_gap(target, gap);
    bt_lips_part(result, (const float(*)[3])gap);
    memcpy(out, result, sizeof result);
    if (weight)
        memcpy(weight, w, sizeof w);
}
