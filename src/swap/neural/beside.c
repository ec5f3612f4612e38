// SPDX-License-Identifier: Apache-2.0
#include "swap/neural/beside.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "swap/neural/align.h"

enum { FAILURES_MAX = 3 };

static int make_square(struct bt_square *s, int size)
{
    const size_t pixels = (size_t)size * (size_t)size;
    s->size = size;
    s->seen = bt_alloc(pixels * sizeof *s->seen);
    s->made = bt_alloc(pixels * sizeof *s->made);
    s->mask = bt_alloc(pixels * sizeof *s->mask);
    return s->seen && s->made && s->mask ? 0 : BAUTA_E_NO_MEMORY;
}

static void free_square(struct bt_square *s)
{
    bt_free(s->seen);
    bt_free(s->made);
    bt_free(s->mask);
    *s = (struct bt_square){0};
}

static int open_net(struct bt_beside *b, int which, const char *name, int role,
                    const struct bt_swap_options *o)
{
    if (!name || !name[0])
        return 0;
    const int error = bt_generator_open(&b->net[which], name, role, o->models, o->threads,
                                        o->provider);
    return error ? error
                 : make_square(which == BT_BESIDE_MASK ? &b->cover : &b->better,
                               b->net[which]->size);
}

int bt_beside_open(struct bt_beside *b, const struct bt_swap_options *o)
{
    int error = open_net(b, BT_BESIDE_MASK, o->mask_model, BT_ROLE_MASK, o);
    if (!error)
        error = open_net(b, BT_BESIDE_ENHANCER, o->enhancer, BT_ROLE_ENHANCER, o);
    if (error || !b->net[BT_BESIDE_ENHANCER])
        return error;
    const size_t pixels = (size_t)b->better.size * (size_t)b->better.size;
    b->enhanced = bt_alloc(pixels * sizeof *b->enhanced);
    b->scratch = bt_alloc(pixels * sizeof *b->scratch);
    return b->enhanced && b->scratch ? 0 : BAUTA_E_NO_MEMORY;
}

void bt_beside_close(struct bt_beside *b)
{
    bt_generator_close(&b->net[BT_BESIDE_MASK]);
    bt_generator_close(&b->net[BT_BESIDE_ENHANCER]);
    free_square(&b->cover);
    free_square(&b->better);
    bt_freep(&b->enhanced);
    bt_freep(&b->scratch);
}

static bool map_of(const struct bt_generator *g, const float point[5][2],
                   struct bt_affine *map)
{
    return bt_align_map(point, (const float(*)[2])g->model.manifest.input.template, g->size,
                        map);
}

bool bt_beside_square(const struct bt_beside *b, const float point[5][2], int size,
                      struct bt_affine map, int *out_size, struct bt_affine *out_map)
{
    const struct bt_generator *g = b->net[BT_BESIDE_ENHANCER];
    *out_size = g ? g->size : size;
    *out_map = map;
    return !g || map_of(g, point, out_map);
}

// Counts a run's outcome; false where it failed.
static bool note(struct bt_beside *b, int which, int error)
{
    const char *name = b->net[which]->model.manifest.name;
    if (!error) {
        b->failures[which] = 0;
        return true;
    }
    b->failures[which]++;
    if (b->failures[which] == 1)
        bt_warn("%s failed; this face is drawn without it", name);
    if (b->failures[which] == FAILURES_MAX) {
        b->given_up[which] = true;
        bt_error("%s failed %d times in a row; the stream goes on without it", name,
                 FAILURES_MAX);
    }
    return false;
}

static void sample(const struct bt_patch *patch, struct bt_affine map, struct bt_square *s)
{
    s->map = map;
    map.m[2] -= (float)patch->rect.x0;
    map.m[5] -= (float)patch->rect.y0;
    bt_align_sample(patch->seen, patch->width, patch->height, patch->stride, map, s->size,
                    s->seen);
}

// Where a pixel of one square lies in another: the four pixels around it and their shares.
struct spot {
    int at[4];
    float part[4];
    float edge; // how far inside it lies, in pixels; negative outside
};

static struct spot spot_of(struct bt_affine to, int size, int x, int y)
{
    const float px = (float)x + .5f, py = (float)y + .5f, most = (float)(size - 1);
    float u = to.m[0] * px + to.m[1] * py + to.m[2];
    float v = to.m[3] * px + to.m[4] * py + to.m[5];
    struct spot s = {.edge = fminf(fminf(u, v), fminf((float)size - u, (float)size - v))};
    u = fminf(fmaxf(u - .5f, 0), most), v = fminf(fmaxf(v - .5f, 0), most);
    const int ix = u < most ? (int)u : size - 2, iy = v < most ? (int)v : size - 2;
    const float fx = u - (float)ix, fy = v - (float)iy;
    for (int k = 0; k < 4; k++) {
        s.at[k] = (iy + k / 2) * size + ix + k % 2;
        s.part[k] = (k % 2 ? fx : 1 - fx) * (k / 2 ? fy : 1 - fy);
    }
    return s;
}

static float at_spot(const struct spot *s, const float *plane)
{
    float sum = 0;
    for (int k = 0; k < 4; k++)
        sum += s->part[k] * plane[s->at[k]];
    return sum;
}

// Where the mask net's square does not reach, nothing is taken away.
static void run_mask(struct bt_beside *b, const struct bt_patch *patch,
                     const float point[5][2], struct bt_square *square)
{
    struct bt_generator *g = b->net[BT_BESIDE_MASK];
    struct bt_affine map;
    if (!map_of(g, point, &map))
        return;
    sample(patch, map, &b->cover);
    if (!note(b, BT_BESIDE_MASK,
              bt_generator_mask(g, (const float(*)[3])b->cover.seen, b->cover.mask)) ||
        !bt_generator_covers(b->cover.mask, g->size))
        return;
    const struct bt_affine to = bt_affine_multiply(bt_affine_invert(map), square->map);
    for (int i = 0; i < square->size * square->size; i++) {
        const struct spot s = spot_of(to, g->size, i % square->size, i / square->size);
        if (s.edge > 0)
            square->mask[i] *= at_spot(&s, b->cover.mask);
    }
}

// What was made, in the enhancer's square and with what the picture shows around it.
static void take_over(const struct bt_square *from, struct bt_square *to,
                      struct bt_affine map)
{
    const float soft = (float)from->size / 16;
    for (int i = 0; i < to->size * to->size; i++) {
        const struct spot s = spot_of(map, from->size, i % to->size, i / to->size);
        const float inside = fminf(fmaxf(s.edge / soft, 0), 1);
        to->mask[i] = inside > 0 ? inside * at_spot(&s, from->mask) : 0;
        for (int c = 0; c < 3; c++) {
            float made = 0;
            for (int k = 0; k < 4; k++)
                made += s.part[k] * from->made[s.at[k]][c];
            to->made[i][c] = to->seen[i][c] + to->mask[i] * (made - to->seen[i][c]);
        }
    }
}

static void run_enhancer(struct bt_beside *b, const struct bt_patch *patch,
                         const float point[5][2], struct bt_square *square)
{
    struct bt_generator *g = b->net[BT_BESIDE_ENHANCER];
    struct bt_square *out = &b->better;
    struct bt_affine map;
    if (!map_of(g, point, &map))
        return;
    sample(patch, map, out);
    take_over(square, out, bt_affine_multiply(bt_affine_invert(square->map), map));
    *square = *out;
    if (b->given_up[BT_BESIDE_ENHANCER] || !(b->share > 0) ||
        !note(b, BT_BESIDE_ENHANCER,
              bt_generator_run(g, (const float(*)[3])out->made, NULL, b->enhanced,
                               b->scratch)))
        return;
    for (int i = 0; i < out->size * out->size; i++)
        for (int c = 0; c < 3; c++)
            out->made[i][c] += b->share * (b->enhanced[i][c] - out->made[i][c]);
}

void bt_beside_run(struct bt_beside *b, const struct bt_patch *patch,
                   const float point[5][2], struct bt_square *square)
{
    if (b->net[BT_BESIDE_MASK] && !b->given_up[BT_BESIDE_MASK])
        run_mask(b, patch, point, square);
    if (b->net[BT_BESIDE_ENHANCER])
        run_enhancer(b, patch, point, square);
}
