// SPDX-License-Identifier: Apache-2.0
#include "swap/relight.h"

#include <math.h>
#include <string.h>

#include "swap/ramp.h"

#define GAMMA 2.2f

static float clamp(float x, float low, float high)
{
    return x < low ? low : x > high ? high : x;
}

// The share of the way to a new value for a time constant, both in seconds.
static float share(double dt, double constant)
{
    return (float)(1 - exp(-dt / constant));
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

// The target over the texture, bilinear from the reduced picture.
static void unwrap(struct bt_relight *r, const struct bt_patch *p,
                   const struct bauta_face *at, const float (*normal)[3])
{
    const float scale = 1 / (float)(1 << p->small_shift);
    const float limit_x = (float)p->small_width - 1.001f;
    const float limit_y = (float)p->small_height - 1.001f;
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        if (r->map.triangle[i] == BT_UV_NONE) {
            r->facing[i] = 0;
            continue;
        }
        const uint16_t *t = bt_canon_triangle[r->map.triangle[i]];
        const float *w = r->map.weight[i];
        float x = 0, y = 0, z = 0;
        for (int k = 0; k < 3; k++) {
            x += w[k] * at->landmark[t[k]][0];
            y += w[k] * at->landmark[t[k]][1];
            z -= w[k] * normal[t[k]][2];
        }
        x = (x - (float)p->rect.x0) * scale - .5f;
        y = (y - (float)p->rect.y0) * scale - .5f;
        const bool inside =
            x >= -.5f && y >= -.5f && x <= limit_x + .5f && y <= limit_y + .5f;
        r->facing[i] = inside ? bt_ramp(z, .1f, .45f) : 0;
        x = clamp(x, 0, limit_x);
        y = clamp(y, 0, limit_y);
        const int x0 = (int)x, y0 = (int)y;
        const float fx = x - (float)x0, fy = y - (float)y0;
        const uint8_t *a =
            p->small + ((size_t)y0 * (size_t)p->small_width + (size_t)x0) * 4;
        const uint8_t *b = a + (size_t)p->small_width * 4;
        for (int c = 0; c < 3; c++)
            r->seen[i][c] = (1 - fy) * ((1 - fx) * a[c] + fx * a[4 + c]) +
                            fy * ((1 - fx) * b[c] + fx * b[4 + c]);
    }
}

// What stands in front of the face is kept out of every measurement, and of the mask.
static void look_past(struct bt_relight *r, struct bt_relight_state *s,
                      const float (*normal)[3], float amount, double dt)
{
    float value[BT_CANON_VERTICES];
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        float rgb[3];
        bt_light_at(&s->light, normal[v], rgb);
        value[v] = logf(.3f * rgb[0] + .6f * rgb[1] + .1f * rgb[2]) / GAMMA;
    }
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        if (r->map.triangle[i] == BT_UV_NONE)
            continue;
        const uint16_t *t = bt_canon_triangle[r->map.triangle[i]];
        const float *w = r->map.weight[i];
        r->bright[i] = w[0] * value[t[0]] + w[1] * value[t[1]] + w[2] * value[t[2]];
    }
    bt_occlude_run(&r->occlude, &s->occlude, &r->regions, (const float(*)[3])r->seen,
                   r->bright, r->facing, dt);
    for (int i = 0; i < BT_MAP_TEXELS; i++)
        r->open[i] = 1 - amount * s->occlude.mask[i];
}

// Robust light of the target from its skin around the vertices.
static int measure(struct bt_relight *r, const float (*normal)[3], struct bt_light *light)
{
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
            colour[count][c] = bt_to_linear(sum[c] / 9);
        memcpy(n[count], normal[v], sizeof n[count]);
        weight[count++] = w * (.25f + .75f * r->regions.core[at]);
    }
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
    float value[BT_CANON_VERTICES][3];
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        float rgb[3];
        bt_light_at(light, normal[v], rgb);
        for (int c = 0; c < 3; c++)
            value[v][c] = logf(rgb[c]) / GAMMA - who->mean_log[c];
    }
    for (int i = 0; i < BT_COARSE_TEXELS; i++)
        if (r->coarse.triangle[i] != BT_UV_NONE)
            bt_uvmap_at(&r->coarse, i, (const float(*)[3])value, r->expected[i]);
}

// What the target shows beyond that: cast shadows, uneven light. Weighted by how much the
// place looks like lit skin.
static void compare(struct bt_relight *r, const struct bt_source_face *who)
{
    for (int i = 0; i < BT_COARSE_TEXELS; i++) {
        float *out = r->ratio[i];
        memset(out, 0, sizeof r->ratio[i]);
        if (r->skin[i] <= 0)
            continue;
        const int a = i / BT_COARSE_SIZE * 2 * BT_MAP_SIZE + i % BT_COARSE_SIZE * 2;
        const int b = a + BT_MAP_SIZE;
        float e[3];
        for (int c = 0; c < 3; c++) {
            const float seen =
                (r->seen[a][c] + r->seen[a + 1][c] + r->seen[b][c] + r->seen[b + 1][c]) /
                4;
            e[c] = logf(fmaxf(seen, 3) / 255) - who->mean_log[c] - r->expected[i][c];
        }
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
        const float w = r->regions.skin[i] * r->facing[i] * r->open[i] + 1e-3f;
        r->fine[i] = logf(fmaxf(.3f * p[0] + .6f * p[1] + .1f * p[2], 3));
        r->soft[i][0] = w * r->fine[i];
        r->soft[i][1] = w;
    }
    bt_blur(r->soft[0], BT_MAP_SIZE, BT_MAP_SIZE, 2, 4, r->scratch);
    const float a = s->started ? share(dt, 2) : 1;
    for (int i = 0; i < BT_MAP_TEXELS; i++) {
        const float fine = clamp(r->fine[i] - r->soft[i][0] / r->soft[i][1], -.5f, .5f);
        // The rim of glasses is no crease.
        const float bare = fmaxf(1 - 2.5f * r->occlude.strange[i], 0);
        const float w = r->regions.skin[i] * r->facing[i] * r->open[i] * bare;
        s->neutral[i] += a * (s->started ? w : 1) * (fine - s->neutral[i]);
        r->fine[i] = amount * w * clamp(fine - s->neutral[i], -.3f, .3f);
    }
    bt_blur(r->fine, BT_MAP_SIZE, BT_MAP_SIZE, 1, 1, r->scratch);
}

// The gain map in 8.8: low frequencies from the coarse map, detail on top.
static void compose(struct bt_relight *r, const struct bt_relight_state *s)
{
    static const float least = -.55f, most = .5f; // .3 and 3 in linear light
    for (int y = 0; y < BT_MAP_SIZE; y++) {
        const float cy = clamp((float)y / 2 - .25f, 0, BT_COARSE_SIZE - 1);
        const int y0 = (int)cy, y1 = y0 + (y0 + 1 < BT_COARSE_SIZE);
        for (int x = 0; x < BT_MAP_SIZE; x++) {
            const int i = y * BT_MAP_SIZE + x;
            if (r->map.triangle[i] == BT_UV_NONE) {
                r->gain[i][0] = r->gain[i][1] = r->gain[i][2] = 256;
                r->gain[i][3] = 0;
                continue;
            }
            const float cx = clamp((float)x / 2 - .25f, 0, BT_COARSE_SIZE - 1);
            const int x0 = (int)cx, x1 = x0 + (x0 + 1 < BT_COARSE_SIZE);
            const float fx = cx - (float)x0, fy = cy - (float)y0;
            const int p[4] = {y0 * BT_COARSE_SIZE + x0, y0 * BT_COARSE_SIZE + x1,
                              y1 * BT_COARSE_SIZE + x0, y1 * BT_COARSE_SIZE + x1};
            const float w[4] = {(1 - fy) * (1 - fx), (1 - fy) * fx, fy * (1 - fx),
                                fy * fx};
            float sum[3] = {0}, total = 0;
            for (int k = 0; k < 4; k++) {
                if (r->coarse.triangle[p[k]] == BT_UV_NONE)
                    continue;
                for (int c = 0; c < 3; c++)
                    sum[c] += w[k] * (r->expected[p[k]][c] + s->ratio[p[k]][c]);
                total += w[k];
            }
            for (int c = 0; c < 3; c++) {
                const float log_gain = total > 0 ? sum[c] / total : 0;
                const float light = clamp(log_gain + r->fine[i], least, most);
                r->gain[i][c] = (uint16_t)(256 * expf(r->tone[c] + light));
            }
        }
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
        for (int d = -4; d <= 4; d++) {
            const float *v = value[(k + d + BT_CANON_OVAL) % BT_CANON_OVAL];
            const float w = expf(-(float)(d * d) / 5);
            for (int c = 0; c < 4; c++)
                sum[c] += w * v[c];
        }
        for (int c = 0; c < 3; c++)
            s->border[k][c] += a * (sum[c] / sum[3] - s->border[k][c]);
    }
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        float sum[3] = {0};
        for (int k = 0; k < BT_CANON_OVAL; k++)
            for (int c = 0; c < 3; c++)
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
    unwrap(r, patch, at, normal);
    for (int i = 0; i < BT_MAP_TEXELS; i++)
        r->open[i] = 1;
    if (!state->started) {
        state->occlude.started = false;
        if (measure(r, normal, &state->light))
            even_light(r, &state->light);
    }
    look_past(r, state, normal, options->occlusion, dt);
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
        const float *e = r->ratio[i];
        for (int c = 0; c < 3; c++)
            state->ratio[i][c] += a * (e[c] / (e[3] + .04f) - state->ratio[i][c]);
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
        const float eye = .5f * bt_ramp(r->regions.lids[i], .25f, 0) *
                          (1 - closed[side]);
        const uint16_t *g = r->gain[i];
        const float grey = (float)(g[0] + g[1] + g[2]) / 3;
        for (int c = 0; c < 3; c++)
            r->gain[i][c] = (uint16_t)((float)g[c] + eye * (grey - (float)g[c]));
    }
}
