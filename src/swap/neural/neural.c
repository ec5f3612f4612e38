// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "swap/front.h"
#include "swap/neural/align.h"
#include "swap/neural/beside.h"
#include "swap/neural/generator.h"
#include "swap/neural/paste.h"
#include "swap/relight.h"
#include "swap/slots.h"

enum {
    FAILURES_MAX = 3, // in a row, then the generator is given up
    SOURCES_MAX = 16,
};

// One person of the stream.
struct person {
    struct bt_slot slot;
    struct bt_relight_state light;
    struct bt_paste_state paste;
};

// What the generator is told of a face.
struct source {
    const struct bt_source_face *who; // NULL: free
    uint64_t key;
    int error;     // it cannot be told of this face
    int64_t asked; // when last
    float *value;
};

struct neural {
    struct bt_generator *generator; // NULL: given up
    struct bt_swap *mesh;           // draws when the generator cannot
    struct bt_patch patch;
    struct bt_relight relight;
    struct bt_front front;
    struct bt_paste paste;
    struct bt_beside beside;
    struct person *person[BAUTA_FACES_MAX];
    struct source source[SOURCES_MAX];
    float normal[BAUTA_LANDMARKS][3];
    float (*seen)[3], (*made)[3]; // in aligned space
    float *mask;
    int failures;
    int64_t count;
};

extern const struct bt_swap_impl bt_swap_mesh;

static int reserve(struct neural *n)
{
    const size_t size = (size_t)n->generator->size, pixels = size * size;
    n->seen = bt_alloc(pixels * sizeof *n->seen);
    n->made = bt_alloc(pixels * sizeof *n->made);
    n->mask = bt_alloc(pixels * sizeof *n->mask);
    // As engine mesh: theirs needs no memory later.
    n->person[0] = bt_zalloc(sizeof *n->person[0]);
    n->person[1] = bt_zalloc(sizeof *n->person[1]);
    if (!n->seen || !n->made || !n->mask || !n->person[0] || !n->person[1])
        return BAUTA_E_NO_MEMORY;
    n->person[0]->slot.id = n->person[1]->slot.id = -1;
    return 0;
}

static int neural_open(struct bt_swap *s, const struct bt_format *format)
{
    struct neural *n = s->priv;
    const struct bt_swap_options *o = s->options;
    if (!o->generator || !o->generator[0]) {
        bt_error("engine neural: which generator? Name one (--generator NAME); bauta "
                 "models lists them");
        return BAUTA_E_USAGE;
    }
    int error = bt_generator_open(&n->generator, o->generator, BT_ROLE_GENERATOR, o->models,
                                  o->threads, o->provider);
    if (!error)
        memcpy(s->provider, n->generator->provider, sizeof s->provider);
    if (!error)
        error = bt_swap_open_as(&n->mesh, &bt_swap_mesh, format, o);
    if (!error)
        error = bt_relight_init(&n->relight);
    if (!error)
        error = bt_beside_open(&n->beside, o);
    if (error)
        return error;
    const struct bt_generator *enhancer = n->beside.net[BT_BESIDE_ENHANCER];
    error = bt_paste_init(&n->paste, &n->relight.regions,
                          enhancer ? enhancer->size : n->generator->size);
    return error ? error : reserve(n);
}

// Sources ------------------------------------------------------------------------------

static int learn(struct neural *n, struct source *s, const struct bt_source_face *who)
{
    const size_t count = n->generator->source_count;
    if (!s->value && count) {
        s->value = bt_alloc(count * sizeof(float));
        if (!s->value)
            return BAUTA_E_NO_MEMORY;
    }
    s->who = who;
    s->key = bt_portrait_key(who->portrait);
    s->error = bt_generator_source(n->generator, who, s->value);
    if (s->error == BAUTA_E_NO_FACE)
        bt_warn("engine neural: a face that is worn has no portrait (it is nobody's, or "
                "was enrolled by an older bauta); engine mesh draws it");
    else if (s->error)
        bt_warn("engine neural: generator %s cannot be told of a face; engine mesh draws "
                "it", n->generator->model.manifest.name);
    return s->error;
}

// The source of a face, made at its first use, or NULL.
static const struct source *source_of(struct neural *n, const struct bt_source_face *who,
                                      bool fresh)
{
    struct source *oldest = &n->source[0];
    for (int i = 0; i < SOURCES_MAX; i++) {
        struct source *s = &n->source[i];
        if (s->who == who && (!fresh || s->key == bt_portrait_key(who->portrait))) {
            s->asked = n->count;
            return s->error ? NULL : s;
        }
        if (!s->who || (oldest->who && s->asked < oldest->asked))
            oldest = s;
    }
    oldest->asked = n->count;
    if (learn(n, oldest, who) == BAUTA_E_NO_MEMORY)
        oldest->who = NULL;
    return oldest->who && !oldest->error ? oldest : NULL;
}

// A frame ------------------------------------------------------------------------------

static struct person *recall(struct neural *n, int id, const struct bt_source_face *who,
                             double seconds, bool *known)
{
    const struct bt_slot *slots[BAUTA_FACES_MAX];
    for (int i = 0; i < BAUTA_FACES_MAX; i++)
        slots[i] = n->person[i] ? &n->person[i]->slot : NULL;
    const int slot = bt_slot_choose(slots, id, who, seconds, known);
    if (!n->person[slot])
        n->person[slot] = bt_zalloc(sizeof *n->person[slot]);
    struct person *p = n->person[slot];
    if (!p || *known)
        return p;
    p->slot = (struct bt_slot){id, seconds, who};
    p->light.started = p->paste.started = false;
    return p;
}

// 1: drawn, 0: the generator did not do it, or an error of another kind.
static int generate(struct neural *n, struct bt_swap *s, struct bauta_frame *frame,
                    const struct bauta_face *at, const struct bt_source_face *who,
                    double seconds, struct bt_mask *touched)
{
    struct bt_generator *g = n->generator;
    float point[5][2];
    struct bt_affine map, pasted;
    bool known = false;
    int width, size;
    struct person *p = recall(n, at->id, who, seconds, &known);
    if (!p)
        return BAUTA_E_NO_MEMORY;
    const double dt = fmin(fmax(seconds - p->slot.last, 1. / 240), .5);
    p->slot.last = seconds;
    const struct source *source = source_of(n, who, !known);
    bt_align_points(at, point);
    if (!source || !bt_align_map((const float(*)[2])point,
                                 (const float(*)[2])g->model.manifest.input.template,
                                 g->size, &map) ||
        !bt_beside_square(&n->beside, (const float(*)[2])point, g->size, map, &size,
                          &pasted))
        return 0;
    const struct bt_rect rect = bt_rect_union(bt_align_bounds(at, map, g->size, &width),
                                              bt_align_bounds(at, pasted, size, &width));
    // The face itself is to have as many pixels as engine mesh gives it.
    const float share = (float)(rect.x1 - rect.x0) / (float)width;
    int error = bt_patch_read(&n->patch, frame, rect,
                              (int)(BT_MAP_SIZE * 1.5f * fminf(share, 8)));
    if (error)
        return error == BAUTA_E_AGAIN ? 1 : error; // Wholly outside: nothing shows.
    if (n->patch.width < 2 || n->patch.height < 2)
        return 0;
    struct bt_affine local = map;
    local.m[2] -= (float)n->patch.rect.x0;
    local.m[5] -= (float)n->patch.rect.y0;
    bt_align_sample(n->patch.seen, n->patch.width, n->patch.height, n->patch.stride, local,
                    g->size, n->seen);
    error = bt_generator_run(g, (const float(*)[3])n->seen, source->value, n->made, n->mask);
    if (error) {
        n->failures++;
        return 0;
    }
    n->failures = 0;
    struct bt_square square = {g->size, map, n->seen, n->made, n->mask};
    n->beside.share = s->options->enhance;
    bt_beside_run(&n->beside, &n->patch, (const float(*)[2])point, &square);
    bt_normals(at->landmark, n->normal);
    bt_relight_run(&n->relight, &p->light, &n->patch, at, (const float(*)[3])n->normal, who,
                   s->options, dt);
    bt_paste_run(&n->paste, &p->paste, &n->patch, at, square.map,
                 (const float(*)[3])square.seen, (const float(*)[3])square.made, square.mask,
                 s->options->eyes == BT_EYES_PHOTO, dt);
    error = bt_front_cut(&n->front, &n->patch, at, &n->relight.map, p->light.occlude.mask,
                         n->relight.facing, s->options->occlusion);
    if (!error)
        error = bt_patch_write(&n->patch, frame, touched);
    return error ? error : 1;
}

static int neural_face(struct bt_swap *s, struct bauta_frame *frame,
                       const struct bauta_face *at, const struct bt_source_face *who,
                       double seconds, struct bt_mask *touched)
{
    struct neural *n = s->priv;
    n->count++;
    if (n->generator) {
        const int before = n->failures;
        const int result = generate(n, s, frame, at, who, seconds, touched);
        if (result)
            return result;
        const char *name = n->generator->model.manifest.name;
        if (n->failures == 1 && before == 0)
            bt_warn("engine neural: generator %s failed; engine mesh draws this face", name);
        if (n->failures >= FAILURES_MAX) {
            bt_error("engine neural: generator %s failed %d times in a row; the stream goes "
                     "on with engine mesh", name, n->failures);
            bt_generator_close(&n->generator);
        }
    }
    return bt_swap_face(n->mesh, frame, at, who, seconds, touched);
}

static void neural_reset(struct bt_swap *s)
{
    struct neural *n = s->priv;
    for (int i = 0; i < BAUTA_FACES_MAX; i++)
        if (n->person[i])
            n->person[i]->slot.id = -1;
    bt_swap_reset(n->mesh);
}

static void neural_close(struct bt_swap *s)
{
    struct neural *n = s->priv;
    bt_generator_close(&n->generator);
    bt_beside_close(&n->beside);
    bt_swap_close(&n->mesh);
    for (int i = 0; i < BAUTA_FACES_MAX; i++)
        bt_free(n->person[i]);
    for (int i = 0; i < SOURCES_MAX; i++)
        bt_free(n->source[i].value);
    bt_relight_finish(&n->relight);
    bt_front_finish(&n->front);
    bt_patch_finish(&n->patch);
    bt_paste_finish(&n->paste);
    bt_free(n->seen);
    bt_free(n->made);
    bt_free(n->mask);
}

extern const struct bt_swap_impl bt_swap_neural;
const struct bt_swap_impl bt_swap_neural = {
    .name = "neural",
    .desc = "runs a generator, a net that puts one face in the place of another",
    .priv_size = sizeof(struct neural),
    .open = neural_open,
    .face = neural_face,
    .reset = neural_reset,
    .close = neural_close,
};
