// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "swap/eyes.h"
#include "swap/ramp.h"
#include "swap/source.h"

enum { SIZE = BT_IRIS_SIZE, RINGS = 20, SECTORS = 32 };

static const float USUAL_RADIUS = .585f; // of a human iris, centimetres
static const float RADIUS_MIN = 2.5f;    // in the photo, pixels: less has no colour
static const float SEEN_MIN = .35f;      // share of an iris that must show

struct disc {
    float x, y, radius; // in the photo
    float contrast;     // of its rim against the white
    float seen;         // share that the lids leave open
    float picture[SIZE * SIZE][3], weight[SIZE * SIZE];
};

static void pixel(const struct bauta_frame *photo, float x, float y, float out[3])
{
    x = fminf(fmaxf(x - .5f, 0), (float)photo->width - 1.001f);
    y = fminf(fmaxf(y - .5f, 0), (float)photo->height - 1.001f);
    const int x0 = (int)x, y0 = (int)y;
    const float fx = x - (float)x0, fy = y - (float)y0;
    const uint8_t *a = photo->data[0] + y0 * photo->stride[0] + x0 * 3;
    const uint8_t *b = a + (y0 + 1 < photo->height ? photo->stride[0] : 0);
    const int right = x0 + 1 < photo->width ? 3 : 0;
    for (int c = 0; c < 3; c++)
        out[c] = (1 - fy) * ((1 - fx) * a[c] + fx * a[right + c]) +
                 fy * ((1 - fx) * b[c] + fx * b[right + c]);
}

static float luma(const float rgb[3])
{
    return .3f * rgb[0] + .6f * rgb[1] + .1f * rgb[2];
}

// How much brighter it is outside than inside a circle, on the sectors at its sides that
// the lids leave open (after Daugman 1993).
static float rim_contrast(const struct bauta_frame *photo, const float (*mark)[3],
                          int side, float x, float y, float radius)
{
    const struct bt_eye_frame f = bt_eye_frame(mark, side);
    float sum = 0;
    int count = 0;
    for (int k = 0; k < SECTORS; k++) {
        const float angle = 6.2831853f * (float)k / SECTORS;
        const float a = cosf(angle), b = sinf(angle);
        if (fabsf(a) < .5f)
            continue;
        const float dx = a * f.ux - b * f.uy, dy = a * f.uy + b * f.ux;
        float in[3], out[3], upper;
        const float ox = x + 1.1f * radius * dx, oy = y + 1.1f * radius * dy;
        if (bt_eye_inside(mark, side, ox, oy, &upper) < .05f * f.width)
            continue;
        pixel(photo, x + .9f * radius * dx, y + .9f * radius * dy, in);
        pixel(photo, ox, oy, out);
        sum += fminf(fmaxf(luma(out) - luma(in), -20), 90);
        count++;
    }
    return count >= 4 ? sum / (float)count : 0;
}

static void find(const struct bauta_frame *photo, const struct bauta_face *face, int side,
                 struct disc *d)
{
    const float usual = USUAL_RADIUS * face->scale;
    d->x = face->iris[side][0];
    d->y = face->iris[side][1];
    d->radius = usual;
    d->contrast = 0;
    const float cx = d->x, cy = d->y;
    float best = 0;
    for (int r = -5; r <= 2; r++) {
        for (int j = -2; j <= 2; j++) {
            for (int i = -3; i <= 3; i++) {
                const float radius = usual * (1 + .025f * (float)r);
                const float x = cx + .06f * usual * (float)i,
                            y = cy + .06f * usual * (float)j;
                const float contrast =
                    rim_contrast(photo, face->landmark, side, x, y, radius);
                // The usual size wins where little tells.
                const float score =
                    contrast * (1 - .01f * (float)(r * r)) - .3f * (float)(i * i + j * j);
                if (score > best) {
                    best = score;
                    d->x = x, d->y = y, d->radius = radius, d->contrast = contrast;
                }
            }
        }
    }
}

// Takes the disc out of the photo, along the eye's own axis; what a lid or a highlight
// covers has no weight.
static void cut_out(const struct bauta_frame *photo, const struct bauta_face *face,
                    int side, struct disc *d)
{
    const struct bt_eye_frame f = bt_eye_frame(face->landmark, side);
    float seen = 0, total = 0;
    for (int i = 0; i < SIZE * SIZE; i++) {
        const float a = (((float)(i % SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        const float b = (((float)(i / SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        const float x = d->x + d->radius * (a * f.ux - b * f.uy);
        const float y = d->y + d->radius * (a * f.uy + b * f.ux);
        float upper;
        const float in = bt_eye_inside(face->landmark, side, x, y, &upper) / d->radius;
        pixel(photo, x, y, d->picture[i]);
        // Lashes and the lid's shade lie below the upper lid.
        d->weight[i] = bt_ramp(in, .06f, .16f) * bt_ramp(upper / d->radius, .2f, .5f);
        if (a * a + b * b < 1) {
            seen += d->weight[i];
            total += 1;
        }
    }
    d->seen = seen / total;
}

static void profile_of(const struct disc *d, float limit, float (*ring)[4])
{
    memset(ring, 0, RINGS * sizeof *ring);
    for (int i = 0; i < SIZE * SIZE; i++) {
        const float a = (((float)(i % SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        const float b = (((float)(i / SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        const int k = (int)(sqrtf(a * a + b * b) / BT_IRIS_SPAN * RINGS);
        if (k >= RINGS || luma(d->picture[i]) > limit)
            continue;
        for (int c = 0; c < 3; c++)
            ring[k][c] += d->weight[i] * d->picture[i][c];
        ring[k][3] += d->weight[i];
    }
    for (int k = 0; k < RINGS; k++) {
        const int from = k ? k - 1 : 0;
        for (int c = 0; c < 3; c++)
            ring[k][c] = ring[k][3] > .5f ? ring[k][c] / ring[k][3] : ring[from][c];
    }
}

// The smallest brightness above which a pixel of the iris is a highlight: well above what
// three quarters of it show.
static float highlight(const struct disc *d)
{
    float histogram[256] = {0}, total = 0, sum = 0;
    for (int i = 0; i < SIZE * SIZE; i++) {
        const float a = (((float)(i % SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        const float b = (((float)(i / SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        if (a * a + b * b > .7f)
            continue;
        histogram[(int)fminf(luma(d->picture[i]), 255)] += d->weight[i];
        total += d->weight[i];
    }
    int k = 0;
    while (k < 255 && (sum += histogram[k]) < .7f * total)
        k++;
    return (float)k * 1.25f + 18;
}

// Makes the disc whole: what does not show is the mean of its ring.
static void complete(struct disc *d, const float shade[3], uint8_t (*out)[4])
{
    float ring[RINGS][4];
    const float limit = highlight(d);
    profile_of(d, limit, ring);
    for (int i = 0; i < SIZE * SIZE; i++) {
        const float a = (((float)(i % SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        const float b = (((float)(i / SIZE) + .5f) / SIZE * 2 - 1) * BT_IRIS_SPAN;
        const float rho = sqrtf(a * a + b * b);
        const float at = fminf(rho / BT_IRIS_SPAN * RINGS - .5f, RINGS - 1.001f);
        const int k = at > 0 ? (int)at : 0;
        const float t = at > 0 ? at - (float)k : 0;
        const float shine =
            rho < .95f ? bt_ramp(luma(d->picture[i]), limit - 6, limit + 6) : 0;
        const float w = d->weight[i] * (1 - shine);
        for (int c = 0; c < 3; c++) {
            const float mean = (1 - t) * ring[k][c] + t * ring[k + 1][c];
            const float v = (w * d->picture[i][c] + (1 - w) * mean) / shade[c];
            out[i][c] = (uint8_t)(v > 255 ? 255 : v + .5f);
        }
        out[i][3] = (uint8_t)(255 * bt_ramp(rho, 1.08f, .88f) + .5f);
    }
}

void bt_eyes_levels(uint8_t (*level)[4])
{
    for (int n = SIZE / 2; n >= SIZE >> (BT_IRIS_LEVELS - 1); n /= 2) {
        uint8_t(*next)[4] = level + 4 * n * n;
        for (int i = 0; i < n * n; i++) {
            const uint8_t(*p)[4] =
                (const uint8_t(*)[4])level + i / n * 2 * (2 * n) + i % n * 2;
            for (int c = 0; c < 4; c++)
                next[i][c] =
                    (uint8_t)((p[0][c] + p[1][c] + p[2 * n][c] + p[2 * n + 1][c] + 2) >>
                              2);
        }
        level = next;
    }
}

// Fills the white behind the irises from the white beside them. Returns the number of
// texels of white that were seen.
static int fill_white(const struct bt_uvmap *map, const struct bauta_face *face,
                      const struct disc *disc, float (*rgb)[3], int *error)
{
    const size_t count = (size_t)map->size * (size_t)map->size;
    float(*copy)[3] = bt_alloc_array(count, sizeof *copy);
    float *known = bt_zalloc(count * sizeof *known);
    int whites = 0;
    *error = copy && known ? 0 : BAUTA_E_NO_MEMORY;
    for (int pass = 0; pass < 2 && !*error; pass++) {
        for (size_t i = 0; i < count; i++) {
            const float u = ((float)(i % (size_t)map->size) + .5f) / (float)map->size;
            const float v = ((float)(i / (size_t)map->size) + .5f) / (float)map->size;
            if (map->triangle[i] == BT_UV_NONE || v < .33f || v > .43f)
                continue;
            const int side = u > .5f;
            float upper, p[3];
            bt_uvmap_at(map, (int)i, face->landmark, p);
            const float in = bt_eye_inside(face->landmark, side, p[0], p[1], &upper);
            const struct disc *d = &disc[side];
            if (in <= 0)
                continue;
            const float far = hypotf(p[0] - d->x, p[1] - d->y) / d->radius;
            if (pass == 0) {
                known[i] = bt_ramp(far, 1.14f, 1.3f) * bt_ramp(in / d->radius, .1f, .2f);
                whites += known[i] > .5f;
            } else {
                // Lashes and the lid's shade stay where they are.
                const float t =
                    bt_ramp(far, 1.3f, 1.14f) * bt_ramp(upper / d->radius, .1f, .4f);
                for (int c = 0; c < 3; c++)
                    rgb[i][c] += t * (copy[i][c] - rgb[i][c]);
            }
        }
        if (pass == 0) {
            memcpy(copy, rgb, count * sizeof *copy);
            *error = bt_atlas_fill(map->size, copy, known, known);
        }
    }
    bt_free(copy);
    bt_free(known);
    return whites;
}

// The mean of the light's brightness over one eye's opening.
static void shade_at(const struct bt_uvmap *map, const float (*shade)[3], int side,
                     float out[3])
{
    float u = 0, v = 0;
    for (int k = 0; k < BT_CANON_LID; k++) {
        u += bt_canon_uv[bt_canon_lid[side][k]][0] / BT_CANON_LID;
        v += bt_canon_uv[bt_canon_lid[side][k]][1] / BT_CANON_LID;
    }
    const int n = map->size;
    memcpy(out, shade[(int)(v * (float)n) * n + (int)(u * (float)n)], 3 * sizeof *out);
}

static void mirror_iris(uint8_t (*to)[4], const uint8_t (*from)[4])
{
    for (int i = 0; i < SIZE * SIZE; i++)
        memcpy(to[i], from[i / SIZE * SIZE + SIZE - 1 - i % SIZE], sizeof to[i]);
}

int bt_eyes_learn(struct bt_source_eyes *eyes, const struct bauta_frame *photo,
                  const struct bauta_face *found, const struct bt_uvmap *map,
                  const float (*shade)[3], float (*rgb)[3])
{
    eyes->usable = false;
    if (!found->has_iris || USUAL_RADIUS * found->scale < RADIUS_MIN)
        return 0;
    struct disc *disc = bt_zalloc(2 * sizeof *disc);
    if (!disc)
        return BAUTA_E_NO_MEMORY;
    bool good[2];
    float radius = 0;
    for (int side = 0; side < 2; side++) {
        find(photo, found, side, &disc[side]);
        cut_out(photo, found, side, &disc[side]);
        good[side] = disc[side].seen > SEEN_MIN && disc[side].contrast > 6;
        radius += good[side] ? disc[side].radius / found->scale : 0;
    }
    int error = 0;
    if (good[0] || good[1]) {
        const int whites = fill_white(map, found, disc, rgb, &error);
        eyes->usable = !error && whites > map->size / 4;
        eyes->radius = radius / (float)(good[0] + good[1]);
    }
    for (int side = 0; side < 2 && eyes->usable; side++) {
        float light[3];
        shade_at(map, shade, side, light);
        if (good[side])
            complete(&disc[side], light, eyes->iris[side]);
    }
    for (int side = 0; side < 2 && eyes->usable; side++) {
        if (!good[side])
            mirror_iris(eyes->iris[side], (const uint8_t(*)[4])eyes->iris[!side]);
        bt_eyes_levels(eyes->iris[side]);
    }
    bt_free(disc);
    return error;
}
