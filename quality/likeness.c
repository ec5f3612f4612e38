// SPDX-License-Identifier: Apache-2.0
#include "quality/likeness.h"

#include <math.h>
#include <string.h>

#include "canon/canon.h"
#include "quality/pixels.h"

// Of the cuts that "quality --cuts" tries this one tells people apart best.
const struct bt_q_cut bt_q_cut[BT_Q_VIEWS] = {
    [BT_Q_BARE] = {.side = 3.2f, .drop = 0, .upright = 0, .bare = 1},
    [BT_Q_HEAD_CUT] = {.side = 3.2f, .drop = 0, .upright = 0, .bare = 0},
};

int bt_q_embedder_open(struct bt_q_embedder *e)
{
    *e = (struct bt_q_embedder){0};
    return bt_net_open_model(&e->net, BT_MODEL_FACERES, NULL, 1);
}

void bt_q_embedder_close(struct bt_q_embedder *e)
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

struct bt_affine bt_q_cut_map(const struct bt_q_cut *cut, const struct bauta_face *face,
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
            if (!bt_q_in_polygon((const float (*)[2])oval, BT_CANON_OVAL, (float)x + .5f,
                                 (float)y + .5f))
                for (int c = 0; c < 3; c++)
                    cut[(c * n + y) * n + x] = 128;
}

int bt_q_embed(struct bt_q_embedder *e, const struct bauta_frame *frame,
               const struct bauta_face *face, const struct bt_q_cut *cut,
               float out[BT_Q_EMBEDDING])
{
    const struct bt_net_info *info = bt_net_info(e->net);
    if (info->input[0].count != 3 * BT_Q_CROP * BT_Q_CROP
        || info->output[0].count != BT_Q_EMBEDDING)
        return BAUTA_E_MODEL;
    const struct bt_affine map = bt_q_cut_map(cut, face, BT_Q_CROP);
    int result =
        bt_crop_run(&e->crop, frame, map, BT_Q_CROP, 1, 0, info->input[0].data);
    if (result >= 0 && cut->bare)
        bare(face, map, BT_Q_CROP, info->input[0].data);
    if (result >= 0)
        result = bt_net_run(e->net);
    if (result < 0)
        return result;
    const float *found = info->output[0].data;
    double square = 0;
    for (int i = 0; i < BT_Q_EMBEDDING; i++)
        square += (double)found[i] * found[i];
    const float scale = square > 0 ? (float)(1 / sqrt(square)) : 0;
    for (int i = 0; i < BT_Q_EMBEDDING; i++)
        out[i] = found[i] * scale;
    return 0;
}

double bt_q_cosine(const float a[BT_Q_EMBEDDING], const float b[BT_Q_EMBEDDING])
{
    double sum = 0;
    for (int i = 0; i < BT_Q_EMBEDDING; i++)
        sum += (double)a[i] * b[i];
    return sum;
}
