// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "swap/ramp.h"
#include "swap/score.h"
#include "swap/source.h"

void bt_atlas_work_finish(struct bt_atlas_work *w)
{
    bt_uvmap_finish(&w->map);
    bt_regions_finish(&w->regions);
    bt_freep(&w->rgb);
    bt_freep(&w->shade);
    bt_freep(&w->weight);
}

int bt_atlas_work_init(struct bt_atlas_work *w)
{
    const size_t count = (size_t)BT_ATLAS_SIZE * BT_ATLAS_SIZE;
    int error = bt_uvmap_init(&w->map, BT_ATLAS_SIZE);
    if (!error)
        error = bt_regions_init(&w->regions, BT_ATLAS_SIZE);
    if (error)
        return error;
    w->rgb = bt_alloc_array(count, sizeof *w->rgb);
    w->shade = bt_alloc_array(count, sizeof *w->shade);
    w->weight = bt_alloc_array(count, sizeof *w->weight);
    return w->rgb && w->shade && w->weight ? 0 : BAUTA_E_NO_MEMORY;
}

// Mean over a square of the photo, bilinear at its corners' scale.
static void sample(const struct bauta_frame *photo, float x, float y, int grid,
                   float step, float out[3])
{
    out[0] = out[1] = out[2] = 0;
    for (int j = 0; j < grid; j++) {
        for (int i = 0; i < grid; i++) {
            float px = x - .5f + ((float)i - (float)(grid - 1) / 2) * step;
            float py = y - .5f + ((float)j - (float)(grid - 1) / 2) * step;
            px = fminf(fmaxf(px, 0), (float)(photo->width - 1));
            py = fminf(fmaxf(py, 0), (float)(photo->height - 1));
            const int x0 = (int)px, y0 = (int)py;
            const int x1 = x0 + (x0 + 1 < photo->width),
                      y1 = y0 + (y0 + 1 < photo->height);
            const float fx = px - (float)x0, fy = py - (float)y0;
            const uint8_t *a = photo->data[0] + y0 * photo->stride[0];
            const uint8_t *b = photo->data[0] + y1 * photo->stride[0];
            for (int c = 0; c < 3; c++)
                out[c] += (1 - fy) * ((1 - fx) * a[x0 * 3 + c] + fx * a[x1 * 3 + c]) +
                          fy * ((1 - fx) * b[x0 * 3 + c] + fx * b[x1 * 3 + c]);
        }
    }
    for (int c = 0; c < 3; c++)
        out[c] /= (float)(grid * grid);
}

// Colours of the photo over the texture, and how well each place is seen.
static void unwrap(struct bt_atlas_work *w, const struct bauta_frame *photo,
                   const struct bauta_face *found, const float (*normal)[3])
{
    const float width = found->box[2] - found->box[0];
    const float pixels = width / (.8f * BT_ATLAS_SIZE); // of the photo on a texel
    int grid = (int)ceilf(pixels);
    grid = grid < 1 ? 1 : grid > 8 ? 8 : grid;
    for (int i = 0; i < BT_ATLAS_SIZE * BT_ATLAS_SIZE; i++) {
        if (w->map.triangle[i] == BT_UV_NONE)
            continue;
        float p[3], n[3];
        bt_uvmap_at(&w->map, i, found->landmark, p);
        bt_uvmap_at(&w->map, i, normal, n);
        sample(photo, p[0], p[1], grid, pixels / (float)grid, w->rgb[i]);
        const float seen = bt_ramp(-n[2], .08f, .55f);
        const bool inside = p[0] > 0 && p[1] > 0 && p[0] < (float)photo->width &&
                            p[1] < (float)photo->height;
        w->weight[i] = inside ? seen * seen : 0;
    }
}

// Fits the photo's light on the plain skin and stores its shading over the texture.
static void shade(struct bt_atlas_work *w, const float (*normal)[3])
{
    float colour[BT_CANON_VERTICES][3], weight[BT_CANON_VERTICES];
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        const int x = (int)(bt_canon_uv[v][0] * BT_ATLAS_SIZE);
        const int y = (int)(bt_canon_uv[v][1] * BT_ATLAS_SIZE);
        float sum[3] = {0}, total = 1e-6f;
        for (int j = y - 4; j <= y + 4; j += 2) {
            for (int i = x - 4; i <= x + 4; i += 2) {
                if (i < 0 || j < 0 || i >= BT_ATLAS_SIZE || j >= BT_ATLAS_SIZE)
                    continue;
                const int at = j * BT_ATLAS_SIZE + i;
                const float k = w->weight[at] * w->regions.skin[at];
                for (int c = 0; c < 3; c++)
                    sum[c] += k * bt_to_linear(w->rgb[at][c]);
                total += k;
            }
        }
        for (int c = 0; c < 3; c++)
            colour[v][c] = sum[c] / total;
        const int at = (y < BT_ATLAS_SIZE ? y : BT_ATLAS_SIZE - 1) * BT_ATLAS_SIZE +
                       (x < BT_ATLAS_SIZE ? x : BT_ATLAS_SIZE - 1);
        weight[v] = total / 25 * (.3f + .7f * w->regions.core[at]);
    }
    struct bt_light light = {{{0}}};
    const bool lit = !bt_light_fit(&light, normal, (const float(*)[3])colour, weight,
                                   BT_CANON_VERTICES);
    float mean[3] = {0}, total = 1e-6f;
    for (int v = 0; v < BT_CANON_VERTICES && lit; v++) {
        float rgb[3];
        bt_light_at(&light, normal[v], rgb);
        for (int c = 0; c < 3; c++)
            mean[c] += weight[v] * rgb[c];
        total += weight[v];
    }
    float value[BT_CANON_VERTICES][3];
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        float rgb[3] = {1, 1, 1};
        if (lit)
            bt_light_at(&light, normal[v], rgb);
        for (int c = 0; c < 3; c++) {
            const float s = lit ? rgb[c] * total / mean[c] : 1;
            value[v][c] = powf(fminf(fmaxf(s, .2f), 3), 1 / 2.2f);
        }
    }
    for (int i = 0; i < BT_ATLAS_SIZE * BT_ATLAS_SIZE; i++)
        if (w->map.triangle[i] != BT_UV_NONE)
            bt_uvmap_at(&w->map, i, (const float(*)[3])value, w->shade[i]);
}

static uint8_t byte(float v)
{
    return (uint8_t)(v < 0 ? 0 : v > 255 ? 255 : v + .5f);
}

// Halves a picture of 4-byte texels.
static uint8_t *halved(const uint8_t *from, int width, int height)
{
    const int w = width / 2, h = height / 2;
    uint8_t *out = bt_alloc((size_t)w * (size_t)h * 4), *p = out;
    for (int y = 0; out && y < h; y++) {
        const uint8_t *a = from + (size_t)y * 8 * (size_t)width, *b = a + 4 * width;
        for (int x = 0; x < w; x++, a += 8, b += 8, p += 4)
            for (int c = 0; c < 4; c++)
                p[c] = (uint8_t)((a[c] + a[4 + c] + b[c] + b[4 + c] + 2) >> 2);
    }
    return out;
}

int bt_atlas_pyramid(struct bt_source_face *face)
{
    for (int l = 1; l < BT_ATLAS_LEVELS; l++) {
        const int up = l - 1;
        face->atlas[l] =
            halved(face->atlas[up], BT_ATLAS_SIZE >> up, BT_ATLAS_SIZE >> up);
        face->lids[l] = halved(face->lids[up], BT_LIDS_WIDTH >> up, BT_LIDS_HEIGHT >> up);
        if (!face->atlas[l] || !face->lids[l])
            return BAUTA_E_NO_MEMORY;
    }
    return 0;
}

static int pyramid(struct bt_source_face *face, const struct bt_atlas_work *w)
{
    uint8_t *out = face->atlas[0] = bt_alloc((size_t)BT_ATLAS_SIZE * BT_ATLAS_SIZE * 4);
    if (!out)
        return BAUTA_E_NO_MEMORY;
    for (int i = 0; i < BT_ATLAS_SIZE * BT_ATLAS_SIZE; i++, out += 4) {
        for (int c = 0; c < 3; c++)
            out[c] = byte(w->rgb[i][c]);
        out[3] = byte(255 * w->regions.paste[i] *
                      (face->eyes.usable ? 1 : w->regions.lids[i]));
    }
    face->lids[0] = bt_alloc((size_t)BT_LIDS_WIDTH * BT_LIDS_HEIGHT * 4);
    const int error =
        face->lids[0]
            ? bt_atlas_lids(&w->regions, (const float(*)[3])w->rgb, face->lids[0])
            : BAUTA_E_NO_MEMORY;
    return error ? error : bt_atlas_pyramid(face);
}

// Means of the logarithm over blocks of the texture.
static void albedo(struct bt_source_face *face, const struct bt_atlas_work *w)
{
    const int step = BT_ATLAS_SIZE / BT_COARSE_SIZE;
    float mean[3] = {0}, total = 1e-6f;
    for (int y = 0; y < BT_COARSE_SIZE; y++) {
        for (int x = 0; x < BT_COARSE_SIZE; x++) {
            float sum[3] = {0}, skin = 0;
            for (int j = 0; j < step; j++) {
                for (int i = 0; i < step; i++) {
                    const int at = (y * step + j) * BT_ATLAS_SIZE + x * step + i;
                    for (int c = 0; c < 3; c++)
                        sum[c] += w->rgb[at][c];
                    skin += w->regions.skin[at];
                }
            }
            float *out = face->log_albedo[y * BT_COARSE_SIZE + x];
            for (int c = 0; c < 3; c++) {
                out[c] = logf(fmaxf(sum[c] / (float)(step * step), 4) / 255);
                mean[c] += skin * out[c];
            }
            total += skin;
        }
    }
    for (int c = 0; c < 3; c++)
        face->mean_log[c] = mean[c] / total;
}

int bt_atlas_photo(struct bt_atlas_work *w, struct bt_source_face *face,
                   const struct bauta_frame *photo, const struct bauta_face *found,
                   struct bauta_score *score)
{
    float normal[BT_CANON_VERTICES][3];
    bt_pose_free(found, face->vertex);
    bt_expression_neutral((const float(*)[3])face->vertex, face->vertex, &face->signs);
    bt_normals(found->landmark, normal);
    unwrap(w, photo, found, (const float(*)[3])normal);
    const float seen = bt_score_seen(&w->regions, w->weight);
    if (score)
        bt_score_begin(score, &w->regions, (const float(*)[3])w->rgb, w->weight);
    int error = bt_atlas_colours(&w->regions, (const float(*)[3])w->rgb, w->weight);
    if (error)
        return error;
    shade(w, (const float(*)[3])normal);
    const float blur = .8f * BT_ATLAS_SIZE / fmaxf(found->box[2] - found->box[0], 1);
    error = bt_atlas_skin(&w->regions, (const float(*)[3])w->rgb,
                          (const float(*)[3])w->shade, blur, w->weight);
    if (!error && score)
        error = bt_score_end(score, photo, found, &w->regions, (const float(*)[3])w->rgb,
                             w->weight, seen);
    if (error)
        return error;
    for (int i = 0; i < BT_ATLAS_SIZE * BT_ATLAS_SIZE; i++)
        for (int c = 0; c < 3 && w->map.triangle[i] != BT_UV_NONE; c++)
            w->rgb[i][c] /= w->shade[i][c];
    error = bt_atlas_strands(&w->regions, (const float(*)[3])w->rgb, blur, w->weight);
    if (!error)
        error = bt_atlas_rims(&w->regions, (const float(*)[3])w->rgb, w->weight, NULL);
    if (!error)
        error = bt_atlas_even(&w->map, &w->regions, w->rgb, w->weight, w->shade);
    if (!error)
        error = bt_eyes_learn(&face->eyes, photo, found, &w->map,
                              (const float(*)[3])w->shade, w->rgb);
    return error;
}

int bt_atlas_complete(struct bt_atlas_work *w, struct bt_source_face *face)
{
    int error = bt_atlas_mirror(&w->map, &w->regions, w->rgb, w->weight);
    // A brow that the photo hides is nobody's: the target's own stays there.
    for (int i = 0; i < BT_ATLAS_SIZE * BT_ATLAS_SIZE; i++)
        w->regions.paste[i] *=
            1 - .9f * w->regions.brow[i] * bt_ramp(w->weight[i], .4f, .1f);
    if (!error)
        error = bt_atlas_fill(BT_ATLAS_SIZE, w->rgb, w->weight, w->regions.skin);
    if (!error)
        error = bt_atlas_lift(&w->regions, w->rgb);
    if (!error)
        error = bt_atlas_folds(&w->regions, face->signs.smile, w->rgb);
    if (!error)
        error = bt_atlas_lips(&w->regions, face->signs.open, w->rgb);
    if (!error)
        error = bt_atlas_highlights(&w->regions, w->rgb);
    bt_atlas_chroma(&w->regions, w->rgb);
    if (!error)
        error = pyramid(face, w);
    if (!error)
        albedo(face, w);
    return error;
}

int bt_atlas_init(struct bt_source_face *face, const struct bauta_frame *photo,
                  const struct bauta_face *found)
{
    struct bt_atlas_work w = {0};
    int error = bt_atlas_work_init(&w);
    if (!error)
        error = bt_atlas_photo(&w, face, photo, found, NULL);
    if (!error)
        error = bt_atlas_complete(&w, face);
    bt_atlas_work_finish(&w);
    return error;
}

void bt_atlas_finish(struct bt_source_face *face)
{
    for (int l = 0; l < BT_ATLAS_LEVELS; l++) {
        bt_freep(&face->atlas[l]);
        bt_freep(&face->lids[l]);
    }
    bt_freep(&face->portrait);
}
