// SPDX-License-Identifier: Apache-2.0
#include "swap/hybrid/hybrid.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "swap/neural/align.h"

static const float ANOTHER = 3;  // a distance at which it is another person's face
static const double USUAL = 2;   // seconds after which what covers a face belongs to it
static const double SHOW = .25;  // seconds in which the generator's face comes and goes

extern const struct bt_swap_impl bt_swap_mesh;

static struct bt_hybrid_person *person_new(const struct bt_hybrid *h)
{
    struct bt_hybrid_person *p = bt_zalloc(sizeof *p);
    if (p && bt_mix_init(&p->mix, h->size))
        bt_freep(&p);
    if (p)
        p->slot.id = -1;
    return p;
}

static int reserve(struct bt_hybrid *h)
{
    const size_t texels = (size_t)h->size * (size_t)h->size;
    h->lit = bt_zalloc(texels * 4);
    h->half = bt_zalloc(texels * 4);
    // As engine mesh: theirs needs no memory later.
    h->person[0] = person_new(h);
    h->person[1] = person_new(h);
    return h->lit && h->half && h->person[0] && h->person[1] ? 0 : BAUTA_E_NO_MEMORY;
}

static int open_worker(struct bt_hybrid *h, const struct bt_swap_options *o)
{
    struct bt_generator *generator = NULL;
    const int threads = o->live ? 1 : o->threads;
    const int error = bt_generator_open(&generator, o->generator, BT_ROLE_GENERATOR,
                                        o->models, threads, o->provider);
    if (error)
        return error;
    snprintf(h->name, sizeof h->name, "%s", generator->model.manifest.name);
    return bt_worker_open(&h->worker, generator, o->live && !(o->pace > 0));
}

static int hybrid_open(struct bt_swap *s, const struct bt_format *format)
{
    struct bt_hybrid *h = s->priv;
    const struct bt_swap_options *o = s->options;
    if (!o->generator || !o->generator[0]) {
        bt_error("engine hybrid: which generator? Name one (--generator NAME); bauta "
                 "models lists them");
        return BAUTA_E_USAGE;
    }
    h->pace = o->pace;
    h->waits = !o->live && !(o->pace > 0);
    bt_parts_init(&h->parts);
    bt_order_init(&h->order);
    int error = open_worker(h, o);
    if (error)
        return error;
    memcpy(s->provider, bt_worker_generator(h->worker)->provider, sizeof s->provider);
    h->size = bt_worker_maker(h->worker)->size;
    error = bt_swap_open_as(&h->mesh, &bt_swap_mesh, format, o);
    if (!error)
        error = bt_relight_init(&h->relight);
    if (!error) {
        bt_lit_rows_init(&h->rows, &h->relight.map);
        error = bt_cache_init(&h->cache, bt_worker_maker(h->worker));
    }
    if (!error)
        error = bt_mixer_init(&h->mixer, h->size);
    return error ? error : reserve(h);
}

static struct bt_hybrid_person *recall(struct bt_hybrid *h, int id,
                                       const struct bt_source_face *who, double seconds)
{
    const struct bt_slot *slots[BAUTA_FACES_MAX];
    bool known = false;
    for (int i = 0; i < BAUTA_FACES_MAX; i++)
        slots[i] = h->person[i] ? &h->person[i]->slot : NULL;
    const int slot = bt_slot_choose(slots, id, who, seconds, &known);
    if (!h->person[slot])
        h->person[slot] = person_new(h);
    struct bt_hybrid_person *p = h->person[slot];
    if (!p || known)
        return p;
    p->slot = (struct bt_slot){id, seconds, who};
    p->owner = bt_portrait_key(who->portrait);
    p->light.started = p->mix.started = p->rim.started = false;
    p->fresh = true;
    p->known = false;
    p->shown = 0;
    if (!p->owner)
        bt_warn("engine hybrid: a face that is worn has no portrait (it is nobody's, or was "
                "enrolled by an older bauta); engine mesh draws it");
    return p;
}

static bool align(const struct bt_hybrid *h, const struct bauta_face *at,
                  struct bt_affine *map)
{
    float point[5][2];
    const struct bt_generator *g = bt_worker_generator(h->worker);
    bt_align_points(at, point);
    return bt_align_map((const float(*)[2])point,
                        (const float(*)[2])g->model.manifest.input.template, g->size, map);
}

// 0: the frame's view and its distances are known, 1: nothing of the face shows.
static int look(struct bt_hybrid *h, struct bt_swap *s, struct bt_hybrid_person *p,
                struct bauta_frame *frame, const struct bauta_face *at,
                const struct bt_source_face *who, struct bt_affine map, double dt)
{
    int width;
    const int size = h->given_up ? 0 : bt_worker_generator(h->worker)->size;
    const struct bt_rect rect = bt_align_bounds(at, map, size, &width);
    // The face itself is to have as many pixels as engine mesh gives it.
    const float share = (float)(rect.x1 - rect.x0) / (float)width;
    const int error = bt_patch_read(&h->patch, frame, rect,
                                    (int)(BT_MAP_SIZE * 1.5f * fminf(share, 8)));
    if (error)
        return error == BAUTA_E_AGAIN ? 1 : error;
    bt_normals(at->landmark, h->normal);
    bt_relight_run(&h->relight, &p->light, &h->patch, at, (const float(*)[3])h->normal, who,
                   s->options, dt);
    bt_view_take(&h->view, &h->parts, &h->relight, at, h->scratch);
    bt_cache_compare(&h->cache, &h->parts, p->owner, &h->view, h->distance);
    return 0;
}

// Whether a key is of this person, by how near it is.
static bool is_known(const struct bt_hybrid *h)
{
    float least = BT_FAR;
    for (int i = 0; i < BT_KEYS_MAX; i++)
        least = fminf(least, bt_parts_apart(h->distance[i]));
    return least < ANOTHER;
}

static int hybrid_face(struct bt_swap *s, struct bauta_frame *frame,
                       const struct bauta_face *at, const struct bt_source_face *who,
                       double seconds, struct bt_mask *touched)
{
    struct bt_hybrid *h = s->priv;
    struct bt_affine map = bt_affine_identity();
    struct bt_hybrid_person *p = recall(h, at->id, who, seconds);
    if (!p)
        return BAUTA_E_NO_MEMORY;
    const double dt = fmin(fmax(seconds - p->slot.last, 1. / 240), .5);
    p->slot.last = seconds;
    bt_hybrid_settle(h, seconds, false);
    if (!p->owner || (h->given_up && !h->cache.count) || !align(h, at, &map))
        return bt_swap_face(h->mesh, frame, at, who, seconds, touched);
    int result = look(h, s, p, frame, at, who, map, dt);
    if (result)
        return result;
    const float share = p->fresh ? 1 : (float)(1 - exp(-dt / USUAL));
    p->covered += share * (h->view.covered - p->covered);
    const bool usable = h->patch.width > 1 && h->patch.height > 1;
    if (usable)
        bt_hybrid_ask(h, p, at, who, map, seconds);
    if (usable && h->waits && bt_worker_busy(h->worker)) {
        bt_hybrid_settle(h, seconds, true);
        bt_cache_compare(&h->cache, &h->parts, p->owner, &h->view, h->distance);
    }
    // Whoever was known stays so while the track lasts, whatever their face does.
    p->known |= usable && is_known(h);
    const bool known = usable && p->known;
    const float step = (float)(dt / SHOW);
    p->shown = p->fresh ? known : fminf(fmaxf(p->shown + (known ? step : -step), 0), 1);
    p->fresh = false;
    if (p->shown < 1)
        result = bt_swap_face(h->mesh, frame, at, who, seconds, touched);
    if (p->shown <= 0 || result < 0)
        return result;
    bt_mix_choose(&p->mix, &h->cache, (const float(*)[BT_PARTS])h->distance, dt);
    return bt_hybrid_draw(h, p, s->options, frame, at, dt, touched);
}

static void hybrid_reset(struct bt_swap *s)
{
    struct bt_hybrid *h = s->priv;
    for (int i = 0; i < BAUTA_FACES_MAX; i++)
        if (h->person[i])
            h->person[i]->slot.id = -1;
    bt_swap_reset(h->mesh);
}

static void hybrid_close(struct bt_swap *s)
{
    struct bt_hybrid *h = s->priv;
    if (h->keys)
        bt_info("engine hybrid: the generator made %d key frames", h->keys);
    bt_worker_close(&h->worker);
    bt_swap_close(&h->mesh);
    for (int i = 0; i < BAUTA_FACES_MAX; i++) {
        if (h->person[i])
            bt_mix_finish(&h->person[i]->mix);
        bt_free(h->person[i]);
    }
    bt_cache_finish(&h->cache);
    bt_mixer_finish(&h->mixer);
    bt_relight_finish(&h->relight);
    bt_front_finish(&h->front);
    bt_patch_finish(&h->patch);
    bt_free(h->lit);
    bt_free(h->half);
}

extern const struct bt_swap_impl bt_swap_hybrid;
const struct bt_swap_impl bt_swap_hybrid = {
    .name = "hybrid",
    .desc = "runs a generator now and then and shows what it made on every frame",
    .priv_size = sizeof(struct bt_hybrid),
    .open = hybrid_open,
    .face = hybrid_face,
    .reset = hybrid_reset,
    .close = hybrid_close,
};
