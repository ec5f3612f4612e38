// SPDX-License-Identifier: Apache-2.0
#include "quality/unwrap.h"

#include <math.h>

int bt_q_space_init(struct bt_q_space *space)
{
    int result = bt_uvmap_init(&space->map, BT_Q_SIZE);
    if (result < 0)
        return result;
    result = bt_regions_init(&space->regions, BT_Q_SIZE);
    if (result < 0)
        bt_uvmap_finish(&space->map);
    return result;
}

void bt_q_space_finish(struct bt_q_space *space)
{
    bt_uvmap_finish(&space->map);
    bt_regions_finish(&space->regions);
}

static float sample(const struct bauta_frame *f, float x, float y)
{
    x -= .5f, y -= .5f;
    if (x < 0 || y < 0 || x > (float)(f->width - 1) || y > (float)(f->height - 1))
        return -1;
    const int ix = (int)fminf(x, (float)(f->width - 2));
    const int iy = (int)fminf(y, (float)(f->height - 2));
    const float fx = x - (float)ix, fy = y - (float)iy;
    const uint8_t *p = f->data[0] + iy * f->stride[0] + ix, *q = p + f->stride[0];
    const float top = p[0] + fx * (float)(p[1] - p[0]);
    const float bottom = q[0] + fx * (float)(q[1] - q[0]);
    return top + fy * (bottom - top);
}

// Twice the area of a triangle of the mesh in the picture; all have one winding.
static float area(const struct bauta_face *at, const uint16_t t[3])
{
    const float *a = at->landmark[t[0]], *b = at->landmark[t[1]], *c = at->landmark[t[2]];
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
}

static float canonical_area(const uint16_t t[3])
{
    const float *a = bt_canon_uv[t[0]], *b = bt_canon_uv[t[1]], *c = bt_canon_uv[t[2]];
    return (b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]);
}

void bt_q_unwrap(const struct bt_q_space *space, const struct bauta_frame *frame,
                 const struct bauta_face *at, float out[BT_Q_TEXELS])
{
    bool seen[BT_CANON_TRIANGLES];
    for (int i = 0; i < BT_CANON_TRIANGLES; i++) {
        const uint16_t *t = bt_canon_triangle[i];
        seen[i] = area(at, t) * canonical_area(t) > 0;
    }
    for (int i = 0; i < BT_Q_TEXELS; i++) {
        const uint16_t triangle = space->map.triangle[i];
        out[i] = -1;
        if (triangle == BT_UV_NONE || !seen[triangle])
            continue;
        float p[3];
        bt_uvmap_at(&space->map, i, at->landmark, p);
        out[i] = sample(frame, p[0], p[1]);
    }
}

void bt_q_flicker_add(struct bt_q_flicker *sum, const struct bt_q_space *space,
                      const float before_in[BT_Q_TEXELS], const float in[BT_Q_TEXELS],
                      const float before_out[BT_Q_TEXELS], const float out[BT_Q_TEXELS])
{
    for (int i = 0; i < BT_Q_TEXELS; i++) {
        if (space->regions.paste[i] < .5f || before_in[i] < 0 || in[i] < 0)
            continue;
        const double a = fabsf(in[i] - before_in[i]), b = fabsf(out[i] - before_out[i]);
        sum->in += a;
        sum->out += b;
        if (space->regions.skin[i] < .5f)
            continue;
        sum->skin_in += a;
        sum->skin_out += b;
    }
}

void bt_q_brightness(const struct bt_q_space *space, const float texture[BT_Q_TEXELS],
                     double *all, double *side)
{
    double sum[2] = {0}, weight[2] = {0};
    for (int i = 0; i < BT_Q_TEXELS; i++) {
        const float skin = space->regions.skin[i];
        if (texture[i] < 0 || skin < .5f)
            continue;
        const int right = i % BT_Q_SIZE >= BT_Q_SIZE / 2;
        sum[right] += fmaxf(texture[i] - 16, 1) * skin;
        weight[right] += skin;
    }
    *all = *side = NAN;
    if (weight[0] + weight[1] > 0)
        *all = log((sum[0] + sum[1]) / (weight[0] + weight[1]));
    if (weight[0] > 0 && weight[1] > 0)
        *side = log(sum[1] / weight[1]) - log(sum[0] / weight[0]);
}
