// SPDX-License-Identifier: Apache-2.0
#include "swap/occlude.h"

#include <math.h>
#include <string.h>

#include "swap/ramp.h"

enum { SIZE = BT_OCCLUDE_SIZE, TEXELS = BT_OCCLUDE_TEXELS, SIDE = SIZE / 2 };
enum { CELLS = BT_OCCLUDE_CELLS, FIRST_FRAMES = 25 };

// Tolerances of colour and brightness as natural logarithms of display values.
static const float COLOUR = .07f, BRIGHT = .15f;
static const float SKIN_COLOUR = .14f, SKIN_BRIGHT = .42f;
// The most that light changes against what was learnt.
static const float COLOUR_MOST = .16f, BRIGHT_MOST = .6f;
// Of the face; what seems to be more is a mistake, and would show the face behind.
static const float MOST = .5f;
// The least that colour, brightness and structure are held to change by.
static const float FLOOR[3] = {.018f, .025f, .012f};

static int first_texel(int cell)
{
    return cell / SIDE * 2 * SIZE + cell % SIDE * 2;
}

void bt_occlude_init(struct bt_occlude *o, const struct bt_regions *regions)
{
    for (int i = 0; i < 256; i++)
        o->log[i] = logf(((float)i + 10) / 265);
    for (int i = 0; i < CELLS; i++) {
        const int t = first_texel(i);
        o->still[i] = 1 - regions->feature[t] * (1 - .25f * regions->brow[t]);
        o->inside[i] = regions->paste[t] > 0 || regions->feature[t] > 0;
        const float v = ((float)(i / SIDE) + .5f) / SIDE;
        o->floor[i] = v < .5f ? 6 : 1;
        o->border[i] = regions->rim[t] > .2f;
    }
    for (int i = 0; i < TEXELS; i++) {
        const float x = ((float)(i % SIZE) + .5f) / SIZE;
        const float y = ((float)(i / SIZE) + .5f) / SIZE;
        const bool brow = regions->brow[i] > .3f;
        o->above[i] = y < .36f && regions->paste[i] > 0 ? brow ? 3 : 1 : 0;
        if (y < .28f && regions->paste[i] < .2f && regions->rim[i] > .9f)
            o->above[i] = 2;
        o->eyes[i] = y > .26f && y < .56f && regions->paste[i] > .2f;
        float eye = 1;
        for (int side = 0; side < 2; side++)
            for (int k = 0; k < BT_CANON_LID; k++) {
                const float *p = bt_canon_uv[bt_canon_lid[side][k]];
                eye = smaller(eye, hypotf(x - p[0], y - p[1]));
            }
        o->eyes[i] = o->eyes[i] && eye < .13f;
        if (o->eyes[i] && brow)
            o->eyes[i] = 3;
        else if (o->eyes[i] && y > .33f && eye > .035f && regions->rim[i] < .9f)
            o->eyes[i] = 2;
    }
}

// Sums over a square of 2 * radius + 1 (at most 17), of what lies inside the picture.
static void box(float *picture, int size, int radius, float *scratch)
{
    float row[SIZE + 16] = {0};
    for (int y = 0; y < size; y++) {
        float *out = scratch + y * size;
        memcpy(row + 8, picture + y * size, (size_t)size * sizeof *row);
        memset(row + 8 + size, 0, 8 * sizeof *row);
        memcpy(out, row + 8, (size_t)size * sizeof *row);
        for (int k = 1; k <= radius; k++)
            for (int x = 0; x < size; x++)
                out[x] += row[8 + x - k] + row[8 + x + k];
    }
    float sum[SIZE] = {0};
    for (int y = 0; y < radius; y++)
        for (int x = 0; x < size; x++)
            sum[x] += scratch[y * size + x];
    for (int y = 0; y < size; y++) {
        const float *add = scratch + (y + radius) * size;
        const float *sub = scratch + (y - radius) * size;
        for (int x = 0; x < size && y + radius < size; x++)
            sum[x] += add[x];
        memcpy(picture + y * size, sum, (size_t)size * sizeof *sum);
        for (int x = 0; x < size && y >= radius; x++)
            sum[x] -= sub[x];
    }
}

// Colour and brightness of each texel and each cell, and what is finer than a finger.
static void coordinates(struct bt_occlude *o, const float (*seen)[3],
                        const float *expected, const float *facing)
{
    const float *table = o->log;
    for (int i = 0; i < TEXELS; i++) {
        const float r = table[(int)(seen[i][0] + .5f)];
        const float g = table[(int)(seen[i][1] + .5f)];
        const float b = table[(int)(seen[i][2] + .5f)];
        o->value[i][0] = r - g;
        o->value[i][1] = b - g;
        o->value[i][2] = .3f * r + .6f * g + .1f * b - expected[i];
        o->fine[i] = .3f * r + .6f * g + .1f * b;
    }
    memcpy(o->now, o->fine, sizeof o->now);
    box(o->now, SIZE, 3, o->scratch);
    for (int i = 0; i < TEXELS; i++)
        o->fine[i] -= o->now[i] / 49;
    for (int i = 0; i < CELLS; i++) {
        const int t = first_texel(i);
        for (int k = 0; k < 3; k++)
            o->cell[i][k] = (o->value[t][k] + o->value[t + 1][k] + o->value[t + SIZE][k] +
                             o->value[t + SIZE + 1][k]) /
                            4;
        o->facing[i] = o->inside[i] ? facing[t] : 0;
    }
}

// The weighted mean of differences, trimmed: what all of the skin does at once is light.
static void common(const struct bt_occlude *o, const struct bt_occlude_state *s,
                   const struct bt_regions *regions, float out[3])
{
    out[0] = out[1] = out[2] = 0;
    for (int pass = 0; pass < 3; pass++) {
        float sum[3] = {0}, total = 1e-3f;
        for (int i = 0; i < CELLS; i++) {
            float w = regions->core[first_texel(i)] * o->facing[i], far = 0, d[3];
            if (w < .1f)
                continue;
            for (int k = 0; k < 3; k++) {
                d[k] = o->cell[i][k] - (s ? s->mean[i][k] : 0);
                far += (d[k] - out[k]) * (d[k] - out[k]);
            }
            if (s && s->on[i])
                w *= .1f;
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
    const float colour = (a * a + b * b) / (SKIN_COLOUR * SKIN_COLOUR);
    const float bright = y * y / (SKIN_BRIGHT * SKIN_BRIGHT);
    const float most = larger(colour, bright) / (tolerance * tolerance);
    return most <= 1 ? 0 : bt_ramp(sqrtf(most), 1, 1.6f);
}

// How far a cell is known as skin: 0 where hair or rims pass, or where it is new.
static float sure(const struct bt_occlude *o, const struct bt_occlude_state *s, int i)
{
    const int t = first_texel(i);
    const float a = larger(o->now[t], o->now[t + 1]);
    const float b = larger(o->now[t + SIZE], o->now[t + SIZE + 1]);
    return (1 - larger(a, b)) * bt_ramp(s->count[i], 2, 10) *
           bt_ramp(o->facing[i], .3f, .8f) * (1 - foreign(s->mean[i], s->skin, 1));
}

// What changed at each cell, as the mean of some around it.
static void compare(struct bt_occlude *o, const struct bt_occlude_state *s)
{
    float *plane = o->scratch, *scratch = o->scratch + CELLS;
    memcpy(plane, o->weight, sizeof o->weight);
    box(plane, SIDE, 2, scratch);
    float *total = o->scratch + 2 * CELLS;
    for (int i = 0; i < CELLS; i++)
        total[i] = 1 / (plane[i] + .05f), o->unknown[i] = plane[i] < 3;
    for (int k = 0; k < 4; k++) {
        for (int i = 0; i < CELLS; i++) {
            float d = 0;
            if (k < 3) {
                d = o->cell[i][k] - s->mean[i][k] - o->light[k];
            } else {
                const int t = first_texel(i);
                const int at[4] = {t, t + 1, t + SIZE, t + SIZE + 1};
                for (int j = 0; j < 4; j++) {
                    const float e = o->fine[at[j]] - s->fine[at[j]];
                    d += e * e / 4;
                }
            }
            plane[i] = o->weight[i] * d;
        }
        box(plane, SIDE, 2, scratch);
        for (int i = 0; i < CELLS; i++)
            o->change[i][k] = plane[i] * total[i];
    }
}

// Squares of the change in colour, brightness and structure.
static void squares(const struct bt_occlude *o, int i, float out[3])
{
    const float *c = o->change[i];
    out[0] = c[0] * c[0] + c[1] * c[1];
    out[1] = c[2] * c[2];
    out[2] = c[3];
}

// How unusual the change is, against the place's own habit and the whole face's median.
static void rate(struct bt_occlude *o, const struct bt_occlude_state *s)
{
    enum { BINS = 64 };
    int bin[BINS] = {0}, total = 0, sum = 0, at = 0;
    for (int i = 0; i < CELLS; i++) {
        float q[3], score = 0;
        o->score[i] = 0;
        if (o->facing[i] < .2f)
            continue;
        squares(o, i, q);
        for (int k = 0; k < 3; k++)
            score += q[k] / (s->usual[i][k] + o->floor[i] * FLOOR[k] * FLOOR[k]);
        const float turned = (o->facing[i] - s->face[i]) / .15f;
        o->score[i] = score / 3 / (1 + turned * turned);
        at = (int)(o->score[i] * 8);
        bin[at < BINS ? at : BINS - 1]++;
        total++;
    }
    for (at = 0; at < BINS - 1 && sum + bin[at] < total / 2; at++)
        sum += bin[at];
    const float median = ((float)at + .5f) / 8;
    const float scale = 1 / larger(median, 1);
    o->unrest = median;
    for (int i = 0; i < CELLS; i++)
        o->score[i] *= scale;
}

// What changed in all of the skin.
static void follow_light(struct bt_occlude *o, const struct bt_occlude_state *s,
                         const struct bt_regions *regions)
{
    common(o, s, regions, o->light);
    // Light may change at once, its colour hardly: an object over most of the face is no
    // new light.
    const float colour = hypotf(o->light[0], o->light[1]);
    const float less = colour > COLOUR_MOST ? COLOUR_MOST / colour : 1;
    o->light[0] *= less;
    o->light[1] *= less;
    o->light[2] = smaller(larger(o->light[2], -BRIGHT_MOST), BRIGHT_MOST);
}

// How unlike the face's skin, and unlike before, each cell is; lids and lips go with what
// is around them.
static void look(struct bt_occlude *o, const struct bt_occlude_state *s)
{
    float *raw = o->scratch, *weight = raw + CELLS, *scratch = weight + CELLS;
    float *wide = scratch + CELLS, *wide_weight = wide + CELLS;
    const float skin[3] = {s->skin[0] + o->light[0], s->skin[1] + o->light[1],
                           s->skin[2] + o->light[2]};
    for (int i = 0; i < CELLS; i++) {
        float d[3];
        for (int k = 0; k < 3; k++)
            d[k] = o->cell[i][k] - s->mean[i][k] - o->light[k];
        const float far = (d[0] * d[0] + d[1] * d[1]) / (COLOUR * COLOUR) +
                          d[2] * d[2] / (BRIGHT * BRIGHT);
        const float is = far > 6 ? foreign(o->cell[i], skin, 1) * bt_ramp(far, 6, 14) : 0;
        weight[i] = o->still[i] * o->facing[i] * sure(o, s, i);
        raw[i] = weight[i] * is;
        o->weight[i] = weight[i];
    }
    memcpy(wide, raw, CELLS * sizeof *raw);
    memcpy(wide_weight, weight, CELLS * sizeof *raw);
    box(raw, SIDE, 1, scratch);
    box(weight, SIDE, 1, scratch);
    box(wide, SIDE, 3, scratch);
    box(wide_weight, SIDE, 3, scratch);
    for (int i = 0; i < CELLS; i++) {
        const float around = wide[i] / (wide_weight[i] + 2);
        o->foreign[i] = weight[i] > 1 ? raw[i] / weight[i] : around;
        // What else changes near such a thing is its edge.
        o->weight[i] *= bt_ramp(around, .1f, .02f);
    }
}

static void judge(struct bt_occlude *o, struct bt_occlude_state *s)
{
    const float warm = s->frames < 12 ? 3 : 1;
    const float trust = bt_occlude_wears(s);
    look(o, s);
    compare(o, s);
    rate(o, s);
    for (int i = 0; i < CELLS; i++) {
        if (o->eyes[first_texel(i)])
            o->score[i] *= 1 - trust;
        const float limit = s->on[i] ? 2.f : 4.f;
        o->mark[i] = !o->inside[i] || o->facing[i] <= .3f ? 0
                     : o->foreign[i] > (s->on[i] ? .3f : .5f) ? BT_MARK_FOREIGN
                     : o->score[i] > limit * warm             ? BT_MARK_CHANGED
                                                              : 0;
    }
    bt_occlude_regions(o, s);
}

// The decision by cells becomes a mask of texels: near its edge a texel goes with the
// colour that it is nearer to, that of the thing or that of the face.
static void refine(struct bt_occlude *o, const struct bt_occlude_state *s)
{
    float *soft = o->scratch, *plane = o->scratch + CELLS, *scratch = plane + CELLS;
    float(*thing)[3] = (float(*)[3])(o->scratch + 3 * CELLS);
    int any = 0;
    for (int i = 0; i < CELLS; i++)
        any |= o->on[i], soft[i] = o->on[i] != 0;
    if (!any)
        return;
    box(soft, SIDE, 2, scratch);
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < CELLS; i++)
            plane[i] = o->on[i] ? o->cell[i][k] : 0;
        box(plane, SIDE, 2, scratch);
        for (int i = 0; i < CELLS; i++)
            thing[i][k] = plane[i] / larger(soft[i], 1);
    }
    for (int i = 0; i < CELLS; i++) {
        if (soft[i] < 1)
            continue;
        const int t = first_texel(i), at[4] = {t, t + 1, t + SIZE, t + SIZE + 1};
        float axis[3], length = 0;
        for (int k = 0; k < 3; k++) {
            axis[k] = (thing[i][k] - s->mean[i][k] - o->light[k]) * (k < 2 ? 2 : 1);
            length += axis[k] * axis[k];
        }
        const float trust = 1.5f * bt_ramp(sqrtf(length), .15f, .35f);
        for (int j = 0; j < 4; j++) {
            float along = 0;
            for (int k = 0; k < 3; k++)
                along += axis[k] * (k < 2 ? 2 : 1) *
                         (o->value[at[j]][k] - s->mean[i][k] - o->light[k]);
            along = smaller(larger(along / (length + 1e-6f), 0), 1);
            const float p = soft[i] / 25 + trust * (along - .5f);
            o->now[at[j]] = larger(o->now[at[j]], bt_ramp(p, .35f, .65f));
        }
    }
}

// Says how much of the face is covered, and opens none of it where that is most.
static float limit(struct bt_occlude *o, const struct bt_regions *regions)
{
    float covered = 0, total = 1e-3f;
    for (int i = 0; i < TEXELS; i++) {
        covered += regions->paste[i] * o->now[i];
        total += regions->paste[i];
    }
    if (covered > MOST * total) {
        memset(o->on, 0, sizeof o->on);
        memset(o->now, 0, sizeof o->now);
    }
    return covered / total;
}

// The mask comes at once and goes within a frame or two.
static void settle(struct bt_occlude *o, struct bt_occlude_state *s, double dt)
{
    const float fall = (float)(1 - exp(-dt / .02));
    for (int i = 0; i < TEXELS; i++) {
        const float next = o->now[i];
        s->mask[i] += (next > s->mask[i] ? 1 : fall) * (next - s->mask[i]);
    }
    memcpy(s->on, o->on, sizeof s->on);
}

static void begin(struct bt_occlude *o, struct bt_occlude_state *s,
                  const struct bt_regions *regions)
{
    float skin[3];
    common(o, NULL, regions, skin);
    memcpy(s->skin, skin, sizeof skin);
    memcpy(s->mean, o->cell, sizeof s->mean);
    memcpy(s->fine, o->fine, sizeof s->fine);
    for (int i = 0; i < CELLS; i++)
        s->usual[i][0] = .002f, s->usual[i][1] = .004f, s->usual[i][2] = .001f;
    memset(s->on, 0, sizeof s->on);
    s->toward[0] = s->toward[1] = 0;
    memset(s->count, 0, sizeof s->count);
    memset(s->hot, 0, sizeof s->hot);
    memcpy(s->face, o->facing, sizeof s->face);
    s->frames = 0;
    s->seconds = s->held = 0;
}

// Follows what is bare, fast at first.
static void learn(struct bt_occlude *o, struct bt_occlude_state *s,
                  const struct bt_regions *regions, float covered, double dt)
{
    const float slow = (float)(1 - exp(-dt / 1.5));
    float *near = o->scratch;
    // A hand that stays for so long is taken for skin that changed.
    bool hand = false;
    for (int i = 0; i < CELLS; i++)
        hand |= s->on[i] == 2;
    s->held = hand ? s->held + (float)dt : 0;
    for (int i = 0; i < CELLS; i++)
        near[i] = s->on[i] == 1 || (s->on[i] == 2 && s->held < 8);
    box(near, SIDE, 1, o->scratch + CELLS);
    for (int i = 0; i < CELLS; i++) {
        const int t = first_texel(i), at[4] = {t, t + 1, t + SIZE, t + SIZE + 1};
        const float hidden = larger(larger(o->now[at[0]], o->now[at[1]]),
                                    larger(o->now[at[2]], o->now[at[3]]));
        if (near[i] > 0 || o->facing[i] < .6f || hidden > .25f)
            continue;
        // What is unusual is learnt slowly: it may be a thing that is not seen as one yet.
        const bool hot = o->score[i] > 3.f && s->count[i] > 8;
        s->hot[i] = larger(s->hot[i] + (hot ? (float)dt : -(float)dt), 0);
        const float w =
            larger(slow, 1 / (s->count[i] + 1)) * (hot && s->hot[i] < 1.f ? .1f : 1);
        s->face[i] += w * (o->facing[i] - s->face[i]);
        s->count[i] += s->count[i] < FIRST_FRAMES;
        float q[3];
        squares(o, i, q);
        for (int k = 0; k < 3; k++) {
            s->mean[i][k] += w * (o->cell[i][k] - s->mean[i][k]);
            const float most = 4 * (s->usual[i][k] + FLOOR[k] * FLOOR[k]);
            s->usual[i][k] += w * (smaller(q[k], most) - s->usual[i][k]);
        }
        for (int j = 0; j < 4; j++)
            s->fine[at[j]] += w * (o->fine[at[j]] - s->fine[at[j]]);
    }
    float now[3];
    for (int i = 0; i < CELLS; i++)
        o->facing[i] *= s->on[i] ? 0 : 1;
    common(o, NULL, regions, now);
    for (int k = 0; k < 3; k++)
        s->skin[k] += (1 - covered) * slow * (now[k] - s->skin[k]);
    s->frames++;
}

// Where skin is not bare, for those who look for creases.
static void note_strange(struct bt_occlude *o, const struct bt_occlude_state *s)
{
    const float skin[3] = {s->skin[0] + o->light[0], s->skin[1] + o->light[1],
                           s->skin[2] + o->light[2]};
    float *cell = o->scratch;
    for (int i = 0; i < CELLS; i++)
        cell[i] = foreign(o->cell[i], skin, .7f);
    for (int i = 0; i < TEXELS; i++)
        o->strange[i] = cell[i / SIZE / 2 * SIDE + i % SIZE / 2];
}

void bt_occlude_doubt(struct bt_occlude_state *state)
{
    state->doubt = BT_OCCLUDE_DOUBT;
}

void bt_occlude_run(struct bt_occlude *o, struct bt_occlude_state *state,
                    const struct bt_regions *regions, const float (*seen)[3],
                    const float *expected, const float *facing, double dt)
{
    coordinates(o, seen, expected, facing);
    memset(o->light, 0, sizeof o->light);
    if (!state->started) {
        begin(o, state, regions);
        memset(state->mask, 0, sizeof state->mask);
        memset(state->line, 0, sizeof state->line);
        state->rims = state->shown = state->lasting = 0;
        state->wears = false;
        state->age = state->doubt = 0;
        state->started = true;
    }
    follow_light(o, state, regions);
    memset(o->now, 0, sizeof o->now);
    bt_occlude_fringe(o, state);
    bt_occlude_rims(o, state, facing, dt);
    state->age += dt;
    if (state->age < BT_OCCLUDE_CALM) {
        begin(o, state, regions);
        memset(o->on, 0, sizeof o->on);
        memset(o->score, 0, sizeof o->score);
    } else if (state->doubt > 0) {
        memset(o->on, 0, sizeof o->on);
        memset(o->score, 0, sizeof o->score);
    } else {
        judge(o, state);
        refine(o, state);
    }
    const float covered = limit(o, regions);
    note_strange(o, state);
    settle(o, state, dt);
    const bool doubted = state->doubt > 0;
    state->doubt -= doubted ? dt : 0;
    if (doubted)
        return;
    // Where most of a face seems covered for long, what was learnt is wrong.
    state->seconds = covered > MOST ? state->seconds + (float)dt : 0;
    if (state->seconds > .5f) {
        begin(o, state, regions);
        memset(state->mask, 0, sizeof state->mask);
    }
    learn(o, state, regions, covered, dt);
}
