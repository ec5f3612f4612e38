// SPDX-License-Identifier: Apache-2.0
#include "swap/relight.h"

#include <math.h>
#include <string.h>

#include "swap/ramp.h"

#define GAMMA 2.2f
#define FAST .2f        // widths of the face a frame

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

// The share of the way to a new value for a time constant, both in seconds.
static float share(double dt, double constant)
{
    return (float)(1 - exp(-dt / constant));
}

// Lists the runs of texels in the face, and the corners of each texel's triangle.
static void list_texels(struct bt_relight *r)
{
    r->runs = 0;
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        r->gain[i][0] = r->gain[i][1] = r->gain[i][2] = 256;
        if (r->map.triangle[i] == BT_UV_NONE)
            continue;
        memcpy(r->corner[i], bt_canon_triangle[r->map.triangle[i]], sizeof r->corner[i]);
        struct bt_texel_run *last = r->runs ? &r->run[r->runs - 1] : NULL;
        if (last && i % BT_MAP_SIZE && last->first + last->count == i)
            last->count++;
        else if (r->runs < BT_MAP_RUNS)
            r->run[r->runs++] = (struct bt_texel_run){i, 1};
    }
    for (int i = 0; i < BT_COARSE_TEXELS; i++) {
        r->valid[i] = r->coarse.triangle[i] != BT_UV_NONE;
        if (r->valid[i] > 0)
            memcpy(r->coarse_corner[i], bt_canon_triangle[r->coarse.triangle[i]],
                   sizeof r->coarse_corner[i]);
    }
}

// The rows of the coarse map that a row of the map lies between: near counts three times.
static void coarse_rows(int y, int *near, int *far)
{
    const int beyond = (y & 1) ? y / 2 + 1 : y / 2 - 1;
    *near = y / 2;
    *far = beyond < 0 ? 0 : beyond < BT_COARSE_SIZE ? beyond : BT_COARSE_SIZE - 1;
}

static void invert_coverage(struct bt_relight *r)
{
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        int y0, y1, x0, x1;
        coarse_rows(i / BT_MAP_SIZE, &y0, &y1);
        coarse_rows(i % BT_MAP_SIZE, &x0, &x1);
        const float *near = r->valid + y0 * BT_COARSE_SIZE;
        const float *far = r->valid + y1 * BT_COARSE_SIZE;
        const float sum = 9 * near[x0] + 3 * near[x1] + 3 * far[x0] + far[x1];
        r->inverse[i] = sum > 0 ? 16 / sum : 0;
    }
}

int bt_relight_init(struct bt_relight *r)
{
    int error = bt_uvmap_init(&r->map, BT_MAP_SIZE);
    if (!error)
        error = bt_uvmap_init(&r->coarse, BT_COARSE_SIZE);
    if (!error)
        error = bt_regions_init(&r->regions, BT_MAP_SIZE);
    if (error) {
        bt_relight_finish(r);
        return error;
    }
    list_texels(r);
    invert_coverage(r);
    for (int d = -BT_RIM_REACH; d <= BT_RIM_REACH; d++)
        r->rim_weight[d + BT_RIM_REACH] = expf(-(float)(d * d) / 5);
    bt_occlude_init(&r->occlude, &r->regions);
    for (int i = 0; i < BT_COARSE_TEXELS; i++) {
        const int a = i / BT_COARSE_SIZE * 2 * BT_MAP_SIZE + i % BT_COARSE_SIZE * 2;
        const float *s = r->regions.skin;
        r->skin[i] = (s[a] + s[a + 1] + s[a + BT_MAP_SIZE] + s[a + BT_MAP_SIZE + 1]) / 4;
        if (r->coarse.triangle[i] == BT_UV_NONE)
            r->skin[i] = 0;
    }
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        float depth = 1;
        for (int k = 0; k < BT_CANON_OVAL; k++) {
            const float *a = bt_canon_uv[v], *b = bt_canon_uv[bt_canon_oval[k]];
            depth = fminf(depth, hypotf(a[0] - b[0], a[1] - b[1]));
        }
        r->outward[v] = bt_ramp(depth, .3f, .02f);
    }
    for (int k = 0; k < BT_CANON_OVAL; k++) {
        const float *p = bt_canon_uv[bt_canon_oval[k]];
        const float u = p[0] + .13f * (.5f - p[0]), v = p[1] + .13f * (.5f - p[1]);
        r->rim[k] = (int)(v * BT_MAP_SIZE) * BT_MAP_SIZE + (int)(u * BT_MAP_SIZE);
    }
    return 0;
}

void bt_relight_finish(struct bt_relight *r)
{
    bt_uvmap_finish(&r->map);
    bt_uvmap_finish(&r->coarse);
    bt_regions_finish(&r->regions);
}

// The target over the texture, bilinear from the reduced picture, and the brightness that
// the light of the frame before would give it.
static void unwrap(struct bt_relight *r, const struct bt_relight_state *s,
                   const struct bt_patch *p, const struct bauta_face *at,
                   const float (*normal)[3])
{
    const struct bt_dsp *dsp = bt_dsp_get();
    const float scale = 1 / (float)(1 << p->small_shift);
    const float limit_x = (float)p->small_width - .501f;
    const float limit_y = (float)p->small_height - .501f;
    float value[BT_CANON_VERTICES][4], place[BT_MAP_SIZE][4];
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        float rgb[3];
        bt_light_at(&s->light, normal[v], rgb);
        value[v][0] = (at->landmark[v][0] - (float)p->rect.x0) * scale - .5f;
        value[v][1] = (at->landmark[v][1] - (float)p->rect.y0) * scale - .5f;
        value[v][2] = -normal[v][2];
        value[v][3] = logf(.3f * rgb[0] + .6f * rgb[1] + .1f * rgb[2]) / GAMMA;
    }
    for (int k = 0; k < r->runs; k++) {
        const int first = r->run[k].first, count = r->run[k].count;
        dsp->interpolate(place, (const float(*)[4])value,
                         (const uint16_t(*)[3])r->corner + first,
                         (const float(*)[3])r->map.weight + first, count);
        for (int i = 0; i < count; i++) {
            const float *q = place[i];
            const bool inside =
                q[0] >= -.5f && q[1] >= -.5f && q[0] <= limit_x && q[1] <= limit_y;
            r->facing[first + i] = inside ? bt_ramp(q[2], .1f, .45f) : 0;
            r->bright[first + i] = q[3];
        }
        dsp->sample(r->seen + first, (const float(*)[4])place, p->small, p->small_width,
                    p->small_height, p->small_width * 4, count);
    }
}

// How far the face went since its last frame, in its own widths. What it then shows beside
// the landmarks, which came late, would pass for something in front of it.
static float moved(struct bt_relight_state *s, const struct bauta_face *at)
{
    float middle[2] = {0, 0};
    for (int i = 0; i < BAUTA_LANDMARKS; i++)
        for (int k = 0; k < 2; k++)
            middle[k] += at->landmark[i][k] / BAUTA_LANDMARKS;
    const float by = hypotf(middle[0] - s->middle[0], middle[1] - s->middle[1]);
    memcpy(s->middle, middle, sizeof(middle));
    return s->started ? by / fmaxf(15.3f * at->scale, 1) : 0;
}

// What stands in front of the face is kept out of every measurement, and of the mask.
static void look_past(struct bt_relight *r, struct bt_relight_state *s,
                      const struct bauta_face *at, float amount, double dt)
{
    if (moved(s, at) > FAST)
        bt_occlude_doubt(&s->occlude);
    bt_occlude_run(&r->occlude, &s->occlude, &r->regions, (const float(*)[3])r->seen,
                   r->bright, r->facing, dt);
    for (int i = 0; i < BT_MAP_TEXELS; i++)
        r->open[i] = 1 - amount * s->occlude.mask[i];
}

// Robust light of the target from its skin around the vertices.
static int measure(struct bt_relight *r, const float (*normal)[3], struct bt_light *light)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    float colour[BT_CANON_VERTICES][3], n[BT_CANON_VERTICES][3],
        weight[BT_CANON_VERTICES];
    int count = 0;
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        const int x = (int)(bt_canon_uv[v][0] * BT_MAP_SIZE);
        const int y = (int)(bt_canon_uv[v][1] * BT_MAP_SIZE);
        if (x < 1 || y < 1 || x >= BT_MAP_SIZE - 1 || y >= BT_MAP_SIZE - 1)
            continue;
        const int at = y * BT_MAP_SIZE + x;
        const float w = r->regions.skin[at] * r->facing[at] * r->open[at];
        if (w < .2f)
            continue;
        float sum[3] = {0};
        for (int j = -1; j <= 1; j++)
            for (int i = -1; i <= 1; i++)
                for (int c = 0; c < 3; c++)
                    sum[c] += r->seen[at + j * BT_MAP_SIZE + i][c];
        for (int c = 0; c < 3; c++)
            colour[count][c] = sum[c] > .1f ? sum[c] / (9 * 255) : 1e-4f;
        memcpy(n[count], normal[v], sizeof n[count]);
        weight[count++] = w * (.25f + .75f * r->regions.core[at]);
    }
    // Linear light, as bt_to_linear.
    dsp->log_row(colour[0], colour[0], 3 * count);
    for (int i = 0; i < count; i++)
        for (int c = 0; c < 3; c++)
            colour[i][c] *= GAMMA;
    dsp->exp_row(colour[0], colour[0], 3 * count);
    return bt_light_fit(light, (const float(*)[3])n, (const float(*)[3])colour, weight,
                        count);
}

// Even light of the mean brightness, where too little skin is seen for a fit.
static void even_light(const struct bt_relight *r, struct bt_light *light)
{
    double sum[3] = {0}, total = 1e-6;
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        const double w = r->regions.paste[i] * (r->facing[i] + .01f);
        for (int c = 0; c < 3 && r->map.triangle[i] != BT_UV_NONE; c++)
            sum[c] += w * bt_to_linear(r->seen[i][c]);
        total += r->map.triangle[i] != BT_UV_NONE ? w : 0;
    }
    *light = (struct bt_light){{{0}}};
    for (int c = 0; c < 3; c++)
        light->sh[c][0] = (float)(fmax(sum[c] / total, 1e-4) / .282095);
}

// Log gain that the harmonics alone ask for, at every coarse texel.
static void expect(struct bt_relight *r, const struct bt_light *light,
                   const float (*normal)[3], const struct bt_source_face *who)
{
    const struct bt_dsp *dsp = bt_dsp_get();
    float value[BT_CANON_VERTICES][4];
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        bt_light_at(light, normal[v], value[v]);
        value[v][3] = 1;
    }
    dsp->log_row(value[0], value[0], 4 * BT_CANON_VERTICES);
    for (int v = 0; v < BT_CANON_VERTICES; v++)
        for (int c = 0; c < 3; c++)
            value[v][c] = value[v][c] / GAMMA - who->mean_log[c];
    // Outside of the face the weights are 0.
    dsp->interpolate(r->expected, (const float(*)[4])value,
                     (const uint16_t(*)[3])r->coarse_corner,
                     (const float(*)[3])r->coarse.weight, BT_COARSE_TEXELS);
}

// What the target shows beyond that: cast shadows, uneven light. Weighted by how much the
// place looks like lit skin.
static void compare(struct bt_relight *r, const struct bt_source_face *who)
{
    float(*shown)[4] = (float(*)[4])r->scratch;
    for (int i = 0; i < BT_COARSE_TEXELS; i++) {
        const int a = i / BT_COARSE_SIZE * 2 * BT_MAP_SIZE + i % BT_COARSE_SIZE * 2;
        const float *p = r->seen[a], *q = r->seen[a + BT_MAP_SIZE];
        for (int c = 0; c < 3; c++) {
            const float sum = p[c] + p[3 + c] + q[c] + q[3 + c];
            shown[i][c] = (sum > 12 ? sum : 12) / (4 * 255);
        }
        shown[i][3] = 1;
    }
    bt_dsp_get()->log_row(shown[0], shown[0], 4 * BT_COARSE_TEXELS);
    for (int i = 0; i < BT_COARSE_TEXELS; i++) {
        float *out = r->ratio[i];
        memset(out, 0, sizeof r->ratio[i]);
        if (r->skin[i] <= 0)
            continue;
        const int a = i / BT_COARSE_SIZE * 2 * BT_MAP_SIZE + i % BT_COARSE_SIZE * 2;
        float e[3];
        for (int c = 0; c < 3; c++)
            e[c] = shown[i][c] - who->mean_log[c] - r->expected[i][c];
        const float colour = fabsf(e[0] - e[1]) + fabsf(e[2] - e[1]);
        const float bright = (e[0] + e[1] + e[2]) / 3;
        const float w = r->skin[i] * r->facing[a] * r->open[a] /
                        (1 + colour * colour * 60 + bright * bright * 30);
        for (int c = 0; c < 3; c++) {
            const float own = who->log_albedo[i][c] - who->mean_log[c];
            out[c] = w * clamp(e[c] - clamp(own, -.3f, .3f), -.6f, .6f);
        }
        out[3] = w;
    }
    bt_blur(r->ratio[0], BT_COARSE_SIZE, BT_COARSE_SIZE, 4, 2, r->scratch);
    bt_blur(r->ratio[0], BT_COARSE_SIZE, BT_COARSE_SIZE, 4, 3, r->scratch);
}

// The tone, a factor for the whole face, is set apart; only its share is taken over.
static void split_tone(struct bt_relight *r, float tone)
{
    float mean[3] = {0}, total = 1e-6f;
    for (int i = 0; i < BT_COARSE_TEXELS; i++) {
        for (int c = 0; c < 3; c++)
            mean[c] += r->skin[i] * r->expected[i][c];
        total += r->skin[i];
    }
    for (int c = 0; c < 3; c++) {
        mean[c] /= total;
        r->tone[c] = clamp(tone * mean[c], -1.3f, 1.3f);
    }
    for (int i = 0; i < BT_COARSE_TEXELS; i++)
        for (int c = 0; c < 3; c++)
            r->expected[i][c] -= mean[c];
}

// Creases and folds: brightness finer than light's, against the same at rest.
static void detail(struct bt_relight *r, struct bt_relight_state *s, float amount,
                   double dt)
{
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        const float *p = r->seen[i];
        const float y = .3f * p[0] + .6f * p[1] + .1f * p[2];
        r->fine[i] = y > 3 ? y : 3;
    }
    bt_dsp_get()->log_row(r->fine, r->fine, BT_MAP_TEXELS);
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        const float w = r->regions.skin[i] * r->facing[i] * r->open[i] + 1e-3f;
        r->soft[i][0] = w * r->fine[i];
        r->soft[i][1] = w;
    }
    bt_blur(r->soft[0], BT_MAP_SIZE, BT_MAP_SIZE, 2, 4, r->scratch);
    const float a = s->started ? share(dt, 2) : 1;
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        const float fine = clamp(r->fine[i] - r->soft[i][0] / r->soft[i][1], -.5f, .5f);
        // The rim of glasses is no crease.
        const float left = 1 - 2.5f * r->occlude.strange[i];
        const float bare = left > 0 ? left : 0;
        const float w = r->regions.skin[i] * r->facing[i] * r->open[i] * bare;
        s->neutral[i] += a * (s->started ? w : 1) * (fine - s->neutral[i]);
        r->fine[i] = amount * w * clamp(fine - s->neutral[i], -.3f, .3f);
    }
    bt_blur(r->fine, BT_MAP_SIZE, BT_MAP_SIZE, 1, 1, r->scratch);
}

// Log gains of a row of the map: those of the coarse map's two rows around it, bilinear
// among what lies in the face.
static void low_row(const struct bt_relight *r, const float (*low)[4], int y,
                    float (*out)[4])
{
    int near, far;
    coarse_rows(y, &near, &far);
    // One more at each end.
    float mixed[BT_COARSE_SIZE + 2][4];
    for (int k = 0; k < BT_COARSE_SIZE; k++)
        for (int c = 0; c < 4; c++)
            mixed[k + 1][c] = .75f * low[near * BT_COARSE_SIZE + k][c] +
                              .25f * low[far * BT_COARSE_SIZE + k][c];
    memcpy(mixed[0], mixed[1], sizeof mixed[0]);
    memcpy(mixed[BT_COARSE_SIZE + 1], mixed[BT_COARSE_SIZE], sizeof mixed[0]);
    const float *inverse = r->inverse + y * BT_MAP_SIZE;
    for (int k = 0; k < BT_COARSE_SIZE; k++) {
        for (int c = 0; c < 4; c++) {
            out[2 * k][c] =
                inverse[2 * k] * (.75f * mixed[k + 1][c] + .25f * mixed[k][c]);
            out[2 * k + 1][c] =
                inverse[2 * k + 1] * (.75f * mixed[k + 1][c] + .25f * mixed[k + 2][c]);
        }
    }
}

// The gain map in 8.8: low frequencies from the coarse map, detail on top.
static void compose(struct bt_relight *r, const struct bt_relight_state *s)
{
    static const float least = -.55f, most = .5f; // .3 and 3 in linear light
    const struct bt_dsp *dsp = bt_dsp_get();
    float(*low)[4] = (float(*)[4])r->scratch, row[BT_MAP_SIZE][4];
    for (int i = 0; i < BT_COARSE_TEXELS; i++)
        for (int c = 0; c < 4; c++)
            low[i][c] = r->valid[i] * (r->expected[i][c] + s->ratio[i][c]);
    const float tone[4] = {r->tone[0], r->tone[1], r->tone[2], 0};
    int done = -1;
    for (int k = 0; k < r->runs; k++) {
        const int first = r->run[k].first, y = first / BT_MAP_SIZE;
        if (y != done) {
            low_row(r, (const float(*)[4])low, y, row);
            for (int x = 0; x < BT_MAP_SIZE; x++) {
                const float fine = r->fine[y * BT_MAP_SIZE + x];
                for (int c = 0; c < 4; c++)
                    row[x][c] = tone[c] + clamp(row[x][c] + fine, least, most);
            }
            dsp->exp_row(row[0], row[0], 4 * BT_MAP_SIZE);
            done = y;
        }
        for (int i = first; i < first + r->run[k].count; i++)
            for (int c = 0; c < 4; c++)
                r->gain[i][c] = (uint16_t)(int)(256 * row[i % BT_MAP_SIZE][c]);
    }
}

// What the picture shows just inside the oval less what would be drawn there, spread
// inward by the border matrix.
static void seam(struct bt_relight *r, struct bt_relight_state *s,
                 const struct bt_source_face *who, float tone, double dt)
{
    const uint8_t *atlas = who->atlas[2];
    float value[BT_CANON_OVAL][4];
    for (int k = 0; k < BT_CANON_OVAL; k++) {
        float sum[3] = {0}, weight = 0;
        for (int j = -2; j <= 2; j++) {
            for (int i = -2; i <= 2; i++) {
                const int at = r->rim[k] + j * BT_MAP_SIZE + i;
                const float w = r->facing[at] * r->open[at];
                for (int c = 0; c < 3; c++)
                    sum[c] += w * (r->seen[at][c] -
                                   atlas[at * 4 + c] * (float)r->gain[at][c] / 256);
                weight += w;
            }
        }
        const float off =
            (fabsf(sum[0]) + fabsf(sum[1]) + fabsf(sum[2])) / (3 * weight + 1e-3f);
        // Hair, a collar or the background beside the face is no skin to match.
        const float trust = weight / 25 * bt_ramp(off, 70, 25);
        for (int c = 0; c < 3; c++)
            value[k][c] = trust * clamp(sum[c] / (weight + 1e-3f), -36, 36);
        value[k][3] = trust;
    }
    const float a = s->started ? share(dt, .08) : 1;
    for (int k = 0; k < BT_CANON_OVAL; k++) {
        float sum[4] = {0, 0, 0, .15f};
        for (int d = -BT_RIM_REACH; d <= BT_RIM_REACH; d++) {
            const float *v = value[(k + d + BT_CANON_OVAL) % BT_CANON_OVAL];
            const float w = r->rim_weight[d + BT_RIM_REACH];
            for (int c = 0; c < 4; c++)
                sum[c] += w * v[c];
        }
        for (int c = 0; c < 3; c++)
            s->border[k][c] += a * (sum[c] / sum[3] - s->border[k][c]);
    }
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        float sum[4] = {0};
        for (int k = 0; k < BT_CANON_OVAL; k++)
            for (int c = 0; c < 4; c++)
                sum[c] += bt_canon_border[v][k] * s->border[k][c];
        // Away from the oval only the share of the tone that is wanted goes inward.
        const float share_in = tone + (1 - tone) * r->outward[v];
        for (int c = 0; c < 3; c++)
            r->add[v][c] = share_in * sum[c];
    }
}

void bt_relight_run(struct bt_relight *r, struct bt_relight_state *state,
                    const struct bt_patch *patch, const struct bauta_face *at,
                    const float (*normal)[3], const struct bt_source_face *who,
                    const struct bt_swap_options *options, double dt)
{
    struct bt_light light;
    unwrap(r, state, patch, at, normal);
    for (int i = 0; i < BT_MAP_TEXELS; i++)
        r->open[i] = 1;
    if (!state->started) {
        state->occlude.started = false;
        if (measure(r, normal, &state->light))
            even_light(r, &state->light);
        unwrap(r, state, patch, at, normal); // its brightness by this light
    }
    look_past(r, state, at, options->occlusion, dt);
    const int failed = measure(r, normal, &light);
    if (!failed) {
        // Light that was switched is followed at once, drift slowly.
        const float old = state->light.sh[1][0];
        const float jump = fabsf(light.sh[1][0] - old) / (old + 1e-4f);
        bt_light_mix(&state->light, &light,
                     state->started ? share(dt, jump > .25f ? .04 : .16) : 1);
    }
    expect(r, &state->light, normal, who);
    compare(r, who);
    const float a = state->started ? share(dt, .16) : 1;
    for (int i = 0; i < BT_COARSE_TEXELS; i++) {
        const float *e = r->ratio[i], over = 1 / (e[3] + .04f);
        for (int c = 0; c < 4; c++)
            state->ratio[i][c] += a * (e[c] * over - state->ratio[i][c]);
    }
    split_tone(r, options->tone);
    detail(r, state, options->detail, dt);
    compose(r, state);
    // Towards the silhouette the mask fades; inside, the side of the nose stays covered.
    for (int i = 0; i < BT_MAP_TEXELS; i++)
        r->gain[i][3] =
            (uint16_t)(256 * (1 - r->regions.rim[i] * (1 - r->facing[i])) *
                       (options->eyes == BT_EYES_OWN ? r->regions.lids[i] : 1));
    seam(r, state, who, options->tone, dt);
    state->started = true;
}

void bt_relight_eyes(struct bt_relight *r, const float closed[2])
{
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        if (r->regions.lids[i] >= .25f)
            continue;
        const bool side = i % BT_MAP_SIZE >= BT_MAP_SIZE / 2;
        const float eye = .5f * bt_ramp(r->regions.lids[i], .25f, 0) * (1 - closed[side]);
        const uint16_t *g = r->gain[i];
        const float grey = (float)(g[0] + g[1] + g[2]) / 3;
        for (int c = 0; c < 3; c++)
            r->gain[i][c] = (uint16_t)((float)g[c] + eye * (grey - (float)g[c]));
    }
}
