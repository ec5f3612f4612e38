// SPDX-License-Identifier: Apache-2.0
#include "swap/fuse.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "dsp/dsp.h"
#include "swap/ramp.h"

enum { TEXELS = BT_ATLAS_SIZE * BT_ATLAS_SIZE };

// How much a layer as a whole is to be believed.
static float quality(const struct bt_layer *layer)
{
    const float share = layer->about.score.total / 100;
    return .02f + share * share;
}

struct fuse {
    const struct bt_atlas_work *work;
    float (*low)[4]; // of one layer: colours times weight, weight
    float (*sum)[4]; // of all
    float (*fine)[4];
    float *best;  // the largest claim to a texel
    float *claim; // of one layer, then softened
    float *scratch;
};

static void finish(struct fuse *f)
{
    bt_free(f->low);
    bt_free(f->sum);
    bt_free(f->fine);
    bt_free(f->best);
    bt_free(f->claim);
    bt_free(f->scratch);
}

static int init(struct fuse *f, const struct bt_atlas_work *work)
{
    *f = (struct fuse){.work = work};
    f->low = bt_alloc_array(TEXELS, sizeof *f->low);
    f->sum = bt_alloc_array(TEXELS, sizeof *f->sum);
    f->fine = bt_alloc_array(TEXELS, sizeof *f->fine);
    f->best = bt_alloc_array(TEXELS, sizeof *f->best);
    f->claim = bt_alloc_array(TEXELS, sizeof *f->claim);
    f->scratch = bt_alloc_array(TEXELS, 4 * sizeof *f->scratch);
    const bool all = f->low && f->sum && f->fine && f->best && f->claim && f->scratch;
    return all ? 0 : BAUTA_E_NO_MEMORY;
}

// Brings the layer to the reference's colours: the factor is that of the mean over the
// places that both show, and near such places that of the neighbourhood. What one shows
// of the left half and the other of the right counts a little, since faces are even.
static void match(struct fuse *f, const struct bt_layer *to, struct bt_layer *from)
{
    const int n = BT_ATLAS_SIZE;
    double total[4] = {0};
    for (int i = 0; i < TEXELS; i++) {
        const int twin = i - i % n + n - 1 - i % n;
        const float skin = f->work->regions.skin[i];
        const float same = fminf(to->weight[i], from->weight[i]) * skin;
        const float across = .1f * fminf(to->weight[twin], from->weight[i]) * skin;
        f->low[i][3] = same + across;
        for (int c = 0; c < 3; c++) {
            const float own = logf(fmaxf(from->rgb[i][c], 4));
            f->low[i][c] = same * (logf(fmaxf(to->rgb[i][c], 4)) - own) +
                           across * (logf(fmaxf(to->rgb[twin][c], 4)) - own);
            total[c] += (double)f->low[i][c];
        }
        total[3] += (double)f->low[i][3];
    }
    bt_blur(f->low[0], n, n, 4, n / 10, f->scratch);
    for (int i = 0; i < TEXELS; i++) {
        for (int c = 0; c < 3; c++) {
            const float mean = (float)(total[c] / (total[3] + 50));
            // The mean weighs as much as a fiftieth of a neighbourhood.
            const float log = (f->low[i][c] + .02f * mean) / (f->low[i][3] + .02f);
            from->rgb[i][c] *= expf(fminf(fmaxf(log, -.8f), .8f));
        }
    }
}

// How much a layer is to say about a texel.
static float worth(const struct bt_layer *layer, int texel)
{
    return layer->weight[texel] * layer->weight[texel] * quality(layer);
}

// The layer's low frequencies into f->low: colours and 1, or all 0 where it shows
// nothing.
static void soften(struct fuse *f, const struct bt_layer *layer)
{
    for (int i = 0; i < TEXELS; i++) {
        const float w = layer->weight[i];
        for (int c = 0; c < 3; c++)
            f->low[i][c] = w * layer->rgb[i][c];
        f->low[i][3] = w;
    }
    bt_blur(f->low[0], BT_ATLAS_SIZE, BT_ATLAS_SIZE, 4, BT_ATLAS_SIZE / 32, f->scratch);
    for (int i = 0; i < TEXELS; i++) {
        const float w = f->low[i][3];
        for (int c = 0; c < 4; c++)
            f->low[i][c] = w > 1e-4f ? f->low[i][c] / w : 0;
    }
}

static void gather(struct fuse *f, const struct bt_layer *layer)
{
    soften(f, layer);
    for (int i = 0; i < TEXELS; i++) {
        const float share = worth(layer, i) / (f->best[i] + 1e-9f);
        const float power = share * share * share * share;
        f->claim[i] = power * power;
    }
    bt_blur(f->claim, BT_ATLAS_SIZE, BT_ATLAS_SIZE, 1, BT_ATLAS_SIZE / 100, f->scratch);
    for (int i = 0; i < TEXELS; i++) {
        const float w = worth(layer, i) * f->low[i][3];
        // A soft edge of the choice does not reach to where the layer is not to be used.
        const float k = f->claim[i] * bt_ramp(layer->weight[i], 0, .15f) * f->low[i][3];
        for (int c = 0; c < 3; c++) {
            f->sum[i][c] += w * f->low[i][c];
            f->fine[i][c] += k * (layer->rgb[i][c] - f->low[i][c]);
        }
        f->sum[i][3] += w;
        f->fine[i][3] += k;
    }
}

int bt_fuse_texture(struct bt_atlas_work *work, struct bt_layer *const *layers, int count)
{
    struct fuse f;
    int error = init(&f, work);
    if (error)
        goto done;
    for (int l = 0; l < count; l++) {
        if (l > 0)
            match(&f, layers[0], layers[l]);
        for (int i = 0; i < TEXELS; i++)
            f.best[i] = fmaxf(f.best[i], worth(layers[l], i));
    }
    for (int l = 0; l < count; l++)
        gather(&f, layers[l]);
    for (int i = 0; i < TEXELS; i++) {
        float most = 0;
        for (int l = 0; l < count; l++)
            most = fmaxf(most, layers[l]->weight[i]);
        work->weight[i] = most;
        for (int c = 0; c < 3; c++) {
            const float low =
                f.sum[i][3] > 1e-9f ? f.sum[i][c] / f.sum[i][3] : layers[0]->rgb[i][c];
            const float fine = f.fine[i][3] > 1e-6f ? f.fine[i][c] / f.fine[i][3] : 0;
            work->rgb[i][c] = fmaxf(low + fine, 0);
        }
    }
done:
    finish(&f);
    return error;
}

void bt_fuse_shape(float vertex[BAUTA_LANDMARKS][3], struct bt_layer *const *layers,
                   int count)
{
    float sum[BAUTA_LANDMARKS][4] = {{0}}, normal[BAUTA_LANDMARKS][3];
    for (int l = 0; l < count; l++) {
        const struct bt_layer *layer = layers[l];
        const float turn = layer->found.yaw / 25, nod = layer->found.pitch / 25;
        const float front = 1 / (1 + turn * turn + nod * nod);
        bt_normals(layer->found.landmark, normal);
        for (int v = 0; v < BAUTA_LANDMARKS; v++) {
            const float seen = bt_ramp(-normal[v][2], -.1f, .6f);
            const float w = quality(layer) * front * (.02f + seen * seen);
            for (int k = 0; k < 3; k++)
                sum[v][k] += w * layer->face.vertex[v][k];
            sum[v][3] += w;
        }
    }
    for (int v = 0; v < BAUTA_LANDMARKS; v++)
        for (int k = 0; k < 3; k++)
            vertex[v][k] = sum[v][k] / sum[v][3];
}
