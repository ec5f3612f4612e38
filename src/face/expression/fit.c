// SPDX-License-Identifier: Apache-2.0
#include "face/expression.h"

#include <math.h>
#include <string.h>

#include "face/internal.h"

enum {
    VALUES = 3 * BAUTA_LANDMARKS,
    BOTH = BT_CANON_MODES + BT_CANON_PERSONAL,
    LANES = 8
};
_Static_assert(VALUES % LANES == 4, "sums run in lanes, the rest by itself");

// Differences, in centimetres, beyond which a value is taken for an error.
static const float FAR_KNOWN = .35f, FAR_UNKNOWN = .9f, FARTHEST = 3;
static const float WEIGHT_MAX = 2;

// The weights that photos of faces at rest are given, one deviation: what is smaller says
// nothing.
static const float usual[BT_CANON_MODES] = {
    [BT_MODE_JAW] = .10f,   [BT_MODE_WIDE] = .30f,       [BT_MODE_UPPER] = .35f,
    [BT_MODE_CHIN] = .30f,  [BT_MODE_POUT] = .15f,       [BT_MODE_SIDE] = .20f,
    [BT_MODE_TILT] = .20f,  [BT_MODE_BROW_LEFT] = .25f,  [BT_MODE_BROW_RIGHT] = .25f,
    [BT_MODE_FROWN] = .25f, [BT_MODE_BLINK_LEFT] = 1e3f, [BT_MODE_BLINK_RIGHT] = 1e3f,
    [BT_MODE_LIPS1] = .25f, [BT_MODE_LIPS2] = .20f,      [BT_MODE_LIPS3] = .20f,
    [BT_MODE_SMILE] = .20f,
};

static float dot(const float *a, const float *b)
{
    float sum[LANES] = {0}, all = 0;
    int i = 0;
    for (; i + LANES <= VALUES; i += LANES) {
        for (int k = 0; k < LANES; k++)
            sum[k] += a[i + k] * b[i + k];
    }
    for (; i < VALUES; i++)
        all += a[i] * b[i];
    for (int k = 0; k < LANES; k++)
        all += sum[k];
    return all;
}

static void solve(const float *difference, bool known, float weight[BT_CANON_MODES])
{
    const int n = known ? BT_CANON_MODES : BOTH;
    float product[BOTH];
    for (int k = 0; k < n; k++)
        product[k] = dot(difference, k < BT_CANON_MODES
                                         ? &bt_canon_mode[k][0][0]
                                         : &bt_canon_person[k - BT_CANON_MODES][0][0]);
    for (int k = 0; k < BT_CANON_MODES; k++) {
        const float *row = known ? bt_canon_known[k] : bt_canon_unknown[k];
        float sum = 0;
        for (int i = 0; i < n; i++)
            sum += row[i] * product[i];
        weight[k] = fminf(fmaxf(sum, -WEIGHT_MAX), WEIGHT_MAX);
    }
}

void bt_expression_fit(const float shape[BAUTA_LANDMARKS][3],
                       const float neutral[BAUTA_LANDMARKS][3],
                       float weight[BT_CANON_MODES])
{
    const float *from = neutral ? &neutral[0][0] : &bt_canon_rest[0][0];
    const float far = neutral ? FAR_KNOWN : FAR_UNKNOWN;
    float whole[VALUES], used[VALUES], fitted[BAUTA_LANDMARKS][3];
    for (int i = 0; i < VALUES; i++) {
        const float d = (i % 3 == 2 ? .5f : 1) * (shape[i / 3][i % 3] - from[i]);
        whole[i] = used[i] = fminf(fmaxf(d, -FARTHEST), FARTHEST);
    }
    solve(used, neutral != NULL, weight);
    // Huber's pseudo-values: errors are cut where they are large, and the fit done again.
    for (int pass = 0; pass < 3; pass++) {
        bool cut = false;
        memset(fitted, 0, sizeof fitted);
        bt_expression_add(weight, 1, fitted);
        for (int i = 0; i < VALUES; i++) {
            const float depth = i % 3 == 2 ? .5f : 1,
                        explained = depth * fitted[i / 3][i % 3],
                        e = whole[i] - explained;
            const float limit = far * depth;
            cut |= fabsf(e) > limit;
            used[i] = explained + fminf(fmaxf(e, -limit), limit);
        }
        if (!cut)
            return;
        solve(used, neutral != NULL, weight);
    }
}

void bt_expression_add(const float weight[BT_CANON_MODES], float amount,
                       float shape[BAUTA_LANDMARKS][3])
{
    for (int k = 0; k < BT_CANON_MODES; k++) {
        const float w = amount * weight[k];
        for (int i = 0; w != 0 && i < BAUTA_LANDMARKS; i++) {
            for (int c = 0; c < 3; c++)
                shape[i][c] += w * bt_canon_mode[k][i][c];
        }
    }
}

static float ramp(float x, float from, float to)
{
    return fminf(fmaxf((x - from) / (to - from), 0), 1);
}

static float lift_of(const float x[BAUTA_LANDMARKS][3])
{
    const float corners = (x[61][1] + x[291][1]) / 2, middle = (x[0][1] + x[17][1]) / 2;
    const float width =
        hypotf(hypotf(x[61][0] - x[291][0], x[61][1] - x[291][1]), x[61][2] - x[291][2]);
    return width > 1e-3f ? (middle - corners) / width : 0;
}

static float gap_of(const float x[BAUTA_LANDMARKS][3])
{
    float sum = 0;
    for (int i = 4; i <= 6; i++)
        sum += (x[bt_canon_lips[BT_CANON_RING - i]][1] - x[bt_canon_lips[i]][1]) / 3;
    return sum;
}

// The mode's weight, backed by where the corners are, what parted lips lower the middle
// taken off. Photos of smiles reach .65 and more, others seldom .5.
static float smile_of(const float x[BAUTA_LANDMARKS][3],
                      const float weight[BT_CANON_MODES])
{
    const float lift = lift_of(x) - lift_of(bt_canon_rest) - .05f * fmaxf(gap_of(x), 0);
    return weight[BT_MODE_SMILE] + 8 * lift;
}

void bt_expression_signs(const float shape[BAUTA_LANDMARKS][3],
                         const float weight[BT_CANON_MODES],
                         struct bt_expression_signs *signs)
{
    const float brows = (weight[BT_MODE_BROW_LEFT] + weight[BT_MODE_BROW_RIGHT]) / 2;
    signs->smile = ramp(smile_of(shape, weight), .4f, 1.3f);
    signs->open = fmaxf(gap_of(shape), 0);
    signs->brows = fminf(fmaxf(brows - fmaxf(weight[BT_MODE_FROWN], 0), -1), 1);
    signs->lift = lift_of(shape);
    for (int e = 0; e < 2; e++) {
        const uint16_t *lid = bt_canon_lid[e];
        signs->lids[e] = 0;
        for (int i = 3; i <= 5; i++)
            signs->lids[e] +=
                fmaxf(shape[lid[BT_CANON_LID - i]][1] - shape[lid[i]][1], 0) / 3;
    }
}

// Raises or lowers the corners by the mode of smiling until they lie near where those of
// the mean face are.
static void rest_corners(float x[BAUTA_LANDMARKS][3], float below, float above)
{
    const float usual_lift = lift_of(bt_canon_rest);
    for (int pass = 0; pass < 3; pass++) {
        float weight[BT_CANON_MODES] = {0};
        const float over = lift_of((const float(*)[3])x) - usual_lift;
        const float excess = over > 0 ? fmaxf(over - above, 0) : fminf(over + below, 0);
        if (excess == 0)
            return;
        float tried[BAUTA_LANDMARKS][3];
        memcpy(tried, x, sizeof tried);
        weight[BT_MODE_SMILE] = -.1f;
        bt_expression_add(weight, 1, tried);
        const float slope =
            (lift_of((const float(*)[3])tried) - usual_lift - over) / -.1f;
        if (slope < .02f)
            return;
        weight[BT_MODE_SMILE] = -excess / slope;
        weight[BT_MODE_SMILE] = fminf(fmaxf(weight[BT_MODE_SMILE], -1), 1);
        bt_expression_add(weight, 1, x);
    }
}

void bt_expression_neutral(const float shape[BAUTA_LANDMARKS][3],
                           float out[BAUTA_LANDMARKS][3],
                           struct bt_expression_signs *signs)
{
    float weight[BT_CANON_MODES], jaw[BT_CANON_MODES] = {0}, gap[BT_LIP_PAIRS][3];
    bt_expression_fit(shape, NULL, weight);
    if (signs)
        bt_expression_signs(shape, weight, signs);
    const float smiles = ramp(smile_of(shape, (const float *)weight), .4f, .6f);
    for (int k = 0; k < BT_CANON_MODES; k++) {
        const float square = weight[k] * weight[k];
        weight[k] *= square / (square + usual[k] * usual[k]);
    }
    memmove(out, shape, VALUES * sizeof(float));
    bt_expression_add(weight, -1, out);
    // What is still open is closed by the jaw, and the last bit by the lips alone.
    jaw[BT_MODE_JAW] = fminf(fmaxf(gap_of((const float(*)[3])out) / 2, -.5f), 1);
    bt_expression_add(jaw, -1, out);
    rest_corners(out, .02f + .02f * (1 - smiles), .02f + .08f * (1 - smiles));
    memset(gap, 0, sizeof gap);
    bt_lips_part(out, (const float(*)[3])gap);
}
