// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/dsp.h"
#include "swap/texture.h"
#include "tools/nobody/nobody.h"

// The set's CC0 portraits but those with glasses, a look aside, or hair over the forehead.
static const int portraits[] = {1,  5,  6,  7,  9,  11, 14, 22, 25, 28,
                                31, 33, 35, 36, 37, 39, 46, 47, 51, 57};

enum { SIZE = BT_ATLAS_SIZE, TEXELS = SIZE * SIZE };

struct work {
    struct bt_uvmap map;
    struct bt_regions regions;
    float (*log)[3]; // of the even texture
    float *luma, *soft, *scratch;
};

static void finish(struct work *w)
{
    bt_uvmap_finish(&w->map);
    bt_regions_finish(&w->regions);
    bt_free(w->log);
    bt_free(w->luma);
    bt_free(w->soft);
    bt_free(w->scratch);
}

static int init(struct work *w)
{
    *w = (struct work){.log = bt_alloc_array(TEXELS, sizeof *w->log),
                       .luma = bt_alloc_array(TEXELS, sizeof(float)),
                       .soft = bt_alloc_array(TEXELS, sizeof(float)),
                       .scratch = bt_alloc_array(TEXELS, sizeof(float))};
    if (!w->log || !w->luma || !w->soft || !w->scratch)
        return BAUTA_E_NO_MEMORY;
    const int error = bt_uvmap_init(&w->map, SIZE);
    return error ? error : bt_regions_init(&w->regions, SIZE);
}

static void tone(struct work *w, const uint8_t *atlas, struct nobody_person *out)
{
    double sum[3] = {0}, total = 0;
    for (int i = 0; i < TEXELS; i++) {
        const int twin = i - i % SIZE + SIZE - 1 - i % SIZE;
        for (int c = 0; c < 3; c++) {
            const float a = logf(fmaxf(atlas[4 * i + c], 10) / 255);
            w->log[i][c] = (a + logf(fmaxf(atlas[4 * twin + c], 10) / 255)) / 2;
            sum[c] += (double)(w->regions.skin[i] * w->log[i][c]);
        }
        total += (double)w->regions.skin[i];
        // Detail is that of one half: the mean of both has less.
        w->luma[i] = bt_log_luma((const float[3]){atlas[4 * i], atlas[4 * i + 1],
                                                  atlas[4 * i + 2]});
    }
    for (int c = 0; c < 3; c++)
        out->tone[c] = (float)(sum[c] / total);
}

// The means of blocks of the left half, less the tone.
static void reduce(const struct work *w, const float at[3], int width, int height,
                   float *out)
{
    const int step = SIZE / height;
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            for (int c = 0; c < 3; c++) {
                float sum = 0;
                for (int k = 0; k < step * step; k++)
                    sum += w->log[(y * step + k / step) * SIZE + x * step + k % step][c];
                out[(y * width + x) * 3 + c] = sum / (float)(step * step) - at[c];
            }
}

// The strength of each band on plain skin, over blocks of both halves.
static void grain(struct work *w, struct nobody_person *out)
{
    const int step = SIZE / BT_CANON_GRAIN_HEIGHT;
    for (int band = 0; band < BT_CANON_GRAINS; band++) {
        memcpy(w->soft, w->luma, TEXELS * sizeof *w->soft);
        bt_blur(w->soft, SIZE, SIZE, 1, 1 << band, w->scratch);
        for (int i = 0; i < NOBODY_GRAIN; i++) {
            const int x = i % BT_CANON_GRAIN_WIDTH * step;
            const int y = i / BT_CANON_GRAIN_WIDTH * step;
            double sum = 0;
            for (int k = 0; k < step * step; k++) {
                const int at = (y + k / step) * SIZE + x + k % step;
                const int twin = at - at % SIZE + SIZE - 1 - at % SIZE;
                const double a = (double)(w->luma[at] - w->soft[at]);
                const double b = (double)(w->luma[twin] - w->soft[twin]);
                sum += a * a + b * b;
            }
            out->grain[band][i] = (float)sqrt(sum / (2. * step * step));
        }
        memcpy(w->luma, w->soft, TEXELS * sizeof *w->soft);
    }
}

// Weights of the persons' modes; these are not quite orthogonal, so in passes.
static void shape(const float (*vertex)[3], float out[BT_CANON_PERSONAL])
{
    memset(out, 0, BT_CANON_PERSONAL * sizeof *out);
    for (int pass = 0; pass < 200; pass++) {
        const int k = pass % BT_CANON_PERSONAL;
        double product = 0, square = 0;
        for (int v = 0; v < BT_CANON_VERTICES; v++)
            for (int c = 0; c < 3; c++) {
                float rest = vertex[v][c] - bt_canon_rest[v][c];
                for (int j = 0; j < BT_CANON_PERSONAL; j++)
                    rest -= out[j] * bt_canon_person[j][v][c];
                product += (double)(rest * bt_canon_person[k][v][c]);
                square += (double)(bt_canon_person[k][v][c] * bt_canon_person[k][v][c]);
            }
        out[k] += (float)(product / square);
    }
}

int nobody_collect(const char *media, struct nobody_person *people)
{
    const struct bauta_identity_params params = {.consent = "licensed:CC0"};
    struct work w;
    int count = 0, error = init(&w);
    for (size_t i = 0; i < sizeof portraits / sizeof *portraits && !error; i++) {
        char path[4096];
        struct bauta_identity *who = NULL;
        snprintf(path, sizeof path, "%s/portraits/%03d.jpg", media, portraits[i]);
        error = bauta_identity_open(path, &params, &who);
        if (error)
            break;
        struct nobody_person *out = &people[count++];
        const struct bt_source_face *face = bt_identity_face(who);
        tone(&w, face->atlas[0], out);
        reduce(&w, out->tone, BT_CANON_FINE_WIDTH, BT_CANON_FINE_HEIGHT, out->fine);
        reduce(&w, out->tone, BT_CANON_LOOK_WIDTH, BT_CANON_LOOK_HEIGHT, out->coarse);
        grain(&w, out);
        shape(face->vertex, out->shape);
        bauta_identity_unref(&who);
    }
    finish(&w);
    return error ? error : count;
}
