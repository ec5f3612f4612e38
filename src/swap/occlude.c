// SPDX-License-Identifier: Apache-2.0
#include "swap/occlude.h"

#include <math.h>
#include <string.h>

#include "dsp/dsp.h"
#include "swap/ramp.h"

enum { SIZE = 128, TEXELS = BT_OCCLUDE_TEXELS };

// Tolerances of colour and brightness as natural logarithms of display values.
static const float COLOUR = .07f, BRIGHT = .15f;
static const float SKIN_COLOUR = .14f, SKIN_BRIGHT = .42f;

void bt_occlude_init(struct bt_occlude *o)
{
    for (int i = 0; i < 256; i++)
        o->log[i] = logf(fmaxf((float)i, 4) / 256);
    for (int side = 0; side < 2; side++) {
        float u = 0, v = 0;
        for (int k = 0; k < BT_CANON_LID; k++) {
            u += bt_canon_uv[bt_canon_lid[side][k]][0] / BT_CANON_LID;
            v += bt_canon_uv[bt_canon_lid[side][k]][1] / BT_CANON_LID;
        }
        for (int i = 0; i < TEXELS; i++) {
            const float x = (((float)(i % SIZE) + .5f) / SIZE - u) / .26f;
            const float y = (((float)(i / SIZE) + .5f) / SIZE - v) / .16f;
            o->zone[i] = fmaxf(o->zone[i], bt_ramp(x * x + y * y, 1.2f, .8f));
        }
    }
}

static void coordinates(struct bt_occlude *o, const float (*seen)[3],
                        const float *expected)
{
    const float *table = o->log;
    for (int i = 0; i < TEXELS; i++) {
        const float r = table[(int)(seen[i][0] + .5f)],
                    g = table[(int)(seen[i][1] + .5f)];
        const float b = table[(int)(seen[i][2] + .5f)];
        o->value[i][0] = r - g;
        o->value[i][1] = b - g;
        o->value[i][2] = .3f * r + .6f * g + .1f * b - expected[i];
    }
}

// The weighted mean of some differences, twice trimmed: what all of the skin does at once
// is light.
static void common(const struct bt_occlude *o, const struct bt_occlude_state *s,
                   const struct bt_regions *regions, const float *facing, float out[3])
{
    out[0] = out[1] = out[2] = 0;
    for (int pass = 0; pass < 3; pass++) {
        float sum[3] = {0}, total = 1e-3f;
        for (int i = 0; i < TEXELS; i += 3) {
            float w = regions->core[i] * facing[i], far = 0, d[3];
            if (w < .1f)
                continue;
            for (int k = 0; k < 3; k++) {
                d[k] = o->value[i][k] - (s ? s->mean[i][k] : 0);
                far += (d[k] - out[k]) * (d[k] - out[k]);
            }
            if (pass > 0)
                w /= 1 + far * 60;
            for (int k = 0; k < 3; k++)
                sum[k] += w * d[k];
            total += w;
        }
        for (int k = 0; k < 3; k++)
            out[k] = sum[k] / total;
    }
}

// How much a place looks like something other than this face's skin, 0..1.
static float foreign(const float value[3], const float skin[3], float tolerance)
{
    const float a = value[0] - skin[0], b = value[1] - skin[1], y = value[2] - skin[2];
    const float colour = sqrtf(a * a + b * b) / SKIN_COLOUR;
    const float bright = fabsf(y) / SKIN_BRIGHT;
    return bt_ramp(fmaxf(colour, bright) / tolerance, 1, 1.6f);
}

static void judge(struct bt_occlude *o, struct bt_occlude_state *s,
                  const struct bt_regions *regions, const float *facing)
{
    float now[3], shift[3] = {0};
    common(o, NULL, regions, facing, now);
    if (!s->started) {
        memcpy(s->skin, now, sizeof now);
    } else {
        common(o, s, regions, facing, shift);
        // Light may change at once, its colour hardly: an object over most of the face is
        // no new light.
        if (hypotf(shift[0], shift[1]) > .16f || fabsf(shift[2]) > .6f)
            shift[0] = shift[1] = shift[2] = 0;
    }
    const float skin[3] = {s->skin[0] + shift[0], s->skin[1] + shift[1],
                           s->skin[2] + shift[2]};
    for (int i = 0; i < TEXELS; i++) {
        // Lids and lips move by themselves: they go with what is around them.
        const float still = (1 - regions->feature[i] * (1 - regions->brow[i])) *
                                (facing[i] > .2f ? 1.f : 0.f) +
                            1e-3f;
        float changed = 0;
        if (s->started) {
            float d[3];
            for (int k = 0; k < 3; k++)
                d[k] = o->value[i][k] - s->mean[i][k] - shift[k];
            const float far = (d[0] * d[0] + d[1] * d[1]) / (COLOUR * COLOUR) +
                              d[2] * d[2] / (BRIGHT * BRIGHT);
            changed = bt_ramp(far, 6, 14);
        }
        const float v = (float)(i / SIZE) / SIZE;
        const float above = bt_ramp(v, .24f, .18f);
        // Shade lies on a forehead, too: what was always there must be darker than that.
        o->strange[i] = foreign(o->value[i], skin, .7f);
        const float raw = fmaxf(foreign(o->value[i], skin, 1) * changed,
                                foreign(o->value[i], skin, 2.2f) * above);
        o->raw[i][0] = still * raw;
        o->raw[i][1] = still;
    }
    bt_blur(o->strange, SIZE, SIZE, 1, 1, o->scratch);
    for (int i = 0; i < TEXELS; i++) {
        o->wide[i][0] = o->raw[i][0] * (1 - o->zone[i]);
        o->wide[i][1] = o->raw[i][1] * (1 - o->zone[i]) + 1e-4f;
    }
    bt_blur(o->wide[0], SIZE, SIZE, 2, 5, o->scratch);
    for (int i = 0; i < TEXELS; i++) {
        const float around = bt_ramp(o->wide[i][0] / o->wide[i][1], .25f, .5f);
        o->raw[i][0] *= 1 - o->zone[i] * (1 - around);
    }
    bt_blur(o->raw[0], SIZE, SIZE, 2, 2, o->scratch);
}

// Hysteresis, then a soft edge that comes at once and goes within 80 ms.
static float settle(struct bt_occlude *o, struct bt_occlude_state *s,
                    const struct bt_regions *regions, double dt)
{
    float covered = 0, total = 1e-3f;
    for (int i = 0; i < TEXELS; i++) {
        const float m = o->raw[i][0] / o->raw[i][1];
        s->on[i] = m > (s->on[i] ? .3f : .55f);
        o->scratch[TEXELS + i] = s->on[i];
        covered += regions->paste[i] * (s->on[i] ? 1.f : 0.f);
        total += regions->paste[i];
    }
    float *soft = o->scratch + TEXELS;
    bt_blur(soft, SIZE, SIZE, 1, 1, o->scratch);
    const float fall = (float)(1 - exp(-dt / .08));
    for (int i = 0; i < TEXELS; i++) {
        const float next = bt_ramp(soft[i], .25f, .75f);
        s->mask[i] += (next > s->mask[i] ? 1 : fall) * (next - s->mask[i]);
    }
    return covered / total;
}

void bt_occlude_run(struct bt_occlude *o, struct bt_occlude_state *state,
                    const struct bt_regions *regions, const float (*seen)[3],
                    const float *expected, const float *facing, double dt)
{
    coordinates(o, seen, expected);
    if (!state->started)
        memset(state->on, 0, sizeof state->on),
            memset(state->mask, 0, sizeof state->mask);
    judge(o, state, regions, facing);
    const float covered = settle(o, state, regions, dt);
    // Where most of a face seems covered for long, what was learnt is wrong: the mask must
    // not stay off for that.
    state->seconds = covered > .5f ? state->seconds + (float)dt : 0;
    const bool restart = !state->started || state->seconds > .5f;
    const float a = restart ? 1 : (float)(1 - exp(-dt / 1.5));
    for (int i = 0; i < TEXELS; i++) {
        const float w = restart ? 1 : (1 - state->mask[i]) * facing[i];
        for (int k = 0; k < 3; k++)
            state->mean[i][k] += a * w * (o->value[i][k] - state->mean[i][k]);
        if (restart)
            state->on[i] = false, state->mask[i] = state->started ? 0 : state->mask[i];
    }
    float now[3];
    for (int i = 0; i < TEXELS; i++)
        o->scratch[i] = facing[i] * (restart ? 1 : 1 - state->mask[i]);
    common(o, NULL, regions, o->scratch, now);
    for (int k = 0; k < 3; k++)
        state->skin[k] += (restart ? 1 : (1 - covered) * a) * (now[k] - state->skin[k]);
    if (restart)
        state->seconds = 0;
    state->started = true;
}
