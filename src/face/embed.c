// SPDX-License-Identifier: Apache-2.0
#include "face/embed.h"

#include <math.h>
#include <string.h>

#include "base/log.h"
#include "canon/canon.h"
#include "frame/geom.h"

// Of the cuts that "quality --cuts" tries this one tells people apart best.
const struct bt_embed_cut bt_embed_cut[BT_EMBED_CUTS] = {
    [BT_EMBED_BARE] = {.side = 3.2f, .drop = 0, .upright = 0, .bare = 1},
    [BT_EMBED_HEAD] = {.side = 3.2f, .drop = 0, .upright = 0, .bare = 0},
    [BT_EMBED_WEARER] = {.side = 3.6f, .drop = 0, .upright = 1, .bare = 0},
};

int bt_embedder_open(struct bt_embedder *e, const char *models)
{
    *e = (struct bt_embedder){0};
    int result = bt_net_open_model(&e->net, BT_MODEL_FACERES, models, 1);
    if (result < 0)
        return result;
    const struct bt_net_info *info = bt_net_info(e->net);
    if (info->input[0].count == 3 * BT_EMBED_CROP * BT_EMBED_CROP &&
        info->output[0].count == BT_EMBEDDING)
        return 0;
    bt_error("faceres: its input or output has another size than expected");
    bt_net_close(&e->net);
    return BAUTA_E_MODEL;
}

void bt_embedder_close(struct bt_embedder *e)
{
    bt_net_close(&e->net);
    bt_crop_finish(&e->crop);
}

static void mean_of(const struct bauta_face *face, const int *index, int n, float out[3])
{
    for (int k = 0; k < 3; k++) {
        out[k] = 0;
        for (int i = 0; i < n; i++)
            out[k] += face->landmark[index[i]][k] / (float)n;
    }
}

static float distance(const float a[3], const float b[3])
{
    return hypotf(hypotf(a[0] - b[0], a[1] - b[1]), a[2] - b[2]);
}

struct bt_affine bt_embed_map(const struct bt_embed_cut *cut, const struct bauta_face *face,
                              int n)
{
    static const int left[] = {33, 133}, right[] = {263, 362};
    static const int mouth[] = {61, 291, 13, 14}, both[] = {33, 133, 263, 362};
    float a[3], b[3], m[3], e[3];
    mean_of(face, left, 2, a);
    mean_of(face, right, 2, b);
    mean_of(face, mouth, 4, m);
    mean_of(face, both, 4, e);
    const float unit = (distance(a, b) + distance(e, m)) / 2;
    const float angle = atan2f(b[1] - a[1], b[0] - a[0]);
    const float cx = (e[0] + m[0]) / 2 - sinf(angle) * unit * cut->drop;
    const float cy = (e[1] + m[1]) / 2 + cosf(angle) * unit * cut->drop;
    return bt_affine_region(cx, cy, unit * cut->side, cut->upright ? angle : 0, n);
}

// Paints all of a planar n x n cut grey that lies outside of the face's oval.
static void bare(const struct bauta_face *face, struct bt_affine map, int n, float *cut)
{
    const struct bt_affine back = bt_affine_invert(map);
    float oval[BT_CANON_OVAL][2];
    for (int k = 0; k < BT_CANON_OVAL; k++) {
        const float *p = face->landmark[bt_canon_oval[k]];
        bt_affine_apply(back, p[0], p[1], &oval[k][0], &oval[k][1]);
    }
    for (int y = 0; y < n; y++)
        for (int x = 0; x < n; x++)
            if (!bt_in_polygon((const float (*)[2])oval, BT_CANON_OVAL, (float)x + .5f,
                                 (float)y + .5f))
                for (int c = 0; c < 3; c++)
                    cut[(c * n + y) * n + x] = 128;
}

int bt_embed_take(struct bt_embedder *e, const struct bauta_frame *frame,
                  const struct bauta_face *face, const struct bt_embed_cut *cut)
{
    float *input = bt_net_info(e->net)->input[0].data;
    const struct bt_affine map = bt_embed_map(cut, face, BT_EMBED_CROP);
    const int result = bt_crop_run(&e->crop, frame, map, BT_EMBED_CROP, 1, 0, input);
    if (result >= 0 && cut->bare)
        bare(face, map, BT_EMBED_CROP, input);
    return result;
}

int bt_embed_run(struct bt_embedder *e, float out[BT_EMBEDDING])
{
    const int result = bt_net_run(e->net);
    if (result < 0)
        return result;
    const float *found = bt_net_info(e->net)->output[0].data;
    double square = 0;
    for (int i = 0; i < BT_EMBEDDING; i++)
        square += (double)found[i] * found[i];
    const float scale = square > 0 ? (float)(1 / sqrt(square)) : 0;
    for (int i = 0; i < BT_EMBEDDING; i++)
        out[i] = found[i] * scale;
    return 0;
}

int bt_embed(struct bt_embedder *e, const struct bauta_frame *frame,
             const struct bauta_face *face, const struct bt_embed_cut *cut,
             float out[BT_EMBEDDING])
{
    const int result = bt_embed_take(e, frame, face, cut);
    return result < 0 ? result : bt_embed_run(e, out);
}

double bt_embed_cosine(const float a[BT_EMBEDDING], const float b[BT_EMBEDDING])
{
    double sum = 0;
    for (int i = 0; i < BT_EMBEDDING; i++)
        sum += (double)a[i] * b[i];
    return sum;
}
