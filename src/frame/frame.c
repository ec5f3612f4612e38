// SPDX-License-Identifier: Apache-2.0
#include "frame/frame.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"

enum {
    SIZE_LIMIT = 16384,
    STRIDE_STEP = 64,
};

// What a struct bauta_frame really is.
struct counted {
    struct bauta_frame frame;
    atomic_int references;
    uint8_t *pixels;                // NULL: foreign
    void (*release)(void *opaque);
    void *opaque;
    struct bt_pool *pool;           // counted by the pool; NULL: none
    struct counted *next;           // in the pool's list
};

struct bt_pool {
    bt_mutex lock;
    struct bt_format format;
    struct counted *idle;
    int out;                        // frames that are with somebody
    bool destroyed;
};

static struct counted *counted(const struct bauta_frame *frame)
{
    return (struct counted *)(uintptr_t)frame;
}

static size_t row_bytes(enum bauta_pixel_format format, int width, int plane)
{
    int w = 0, h = 0;
    bt_plane_size(format, width, 1, plane, &w, &h);
    return (size_t)w * bt_pixel_format(format)->step[plane];
}

static struct counted *allocate(enum bauta_pixel_format format, int width, int height)
{
    const struct bt_pixel_format *f = bt_pixel_format(format);
    if (!f || width < 1 || height < 1 || width > SIZE_LIMIT || height > SIZE_LIMIT)
        return NULL;
    struct counted *c = bt_zalloc(sizeof(*c));
    if (!c)
        return NULL;

    // At the size limit all of this stays far below the range of size_t. The tail lets a
    // kernel read a whole vector at the end of the last row.
    size_t offset[4] = {0}, size = 0;
    for (int i = 0; i < f->planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(format, width, height, i, &w, &h);
        const size_t bytes = row_bytes(format, width, i);
        const size_t stride = (bytes + STRIDE_STEP - 1) / STRIDE_STEP * STRIDE_STEP;
        c->frame.stride[i] = (ptrdiff_t)stride;
        offset[i] = size;
        size += stride * (size_t)h;
    }
    c->pixels = bt_alloc(size + STRIDE_STEP);
    if (!c->pixels) {
        bt_free(c);
        return NULL;
    }
    for (int i = 0; i < f->planes; i++)
        c->frame.data[i] = c->pixels + offset[i];
    c->frame.format = format;
    c->frame.width = width;
    c->frame.height = height;
    return c;
}

// Sets everything that is not pixels to unknown.
static void reset_props(struct bauta_frame *frame)
{
    frame->colour = (struct bauta_colour){2, 2, 2, 0, 0};
    frame->sample_aspect = (struct bauta_rational){0, 1};
    frame->rotation = 0;
    frame->pts = INT64_MIN;
    frame->duration = 0;
    frame->time_base = (struct bauta_rational){0, 1};
    frame->captured_ns = 0;
    frame->number = 0;
    frame->interlaced = 0;
}

static void free_counted(struct counted *c)
{
    if (c->release)
        c->release(c->opaque);
    bt_free(c->pixels);
    bt_free(c);
}

struct bauta_frame *bauta_frame_new(enum bauta_pixel_format format, int width, int height)
{
    struct counted *c = allocate(format, width, height);
    if (!c)
        return NULL;
    reset_props(&c->frame);
    atomic_init(&c->references, 1);
    return &c->frame;
}

struct bauta_frame *bauta_frame_wrap(const struct bauta_frame *description,
                                     void (*release)(void *opaque), void *opaque)
{
    struct bauta_frame frame = *description;
    // A zeroed rational means unknown as well.
    if (!frame.sample_aspect.num && !frame.sample_aspect.den)
        frame.sample_aspect.den = 1;
    if (!frame.time_base.num && !frame.time_base.den)
        frame.time_base.den = 1;
    if (bt_frame_check(&frame) < 0)
        return NULL;
    struct counted *c = bt_zalloc(sizeof(*c));
    if (!c)
        return NULL;
    for (int i = bt_pixel_format(frame.format)->planes; i < 4; i++) {
        frame.data[i] = NULL;
        frame.stride[i] = 0;
    }
    c->frame = frame;
    c->release = release;
    c->opaque = opaque;
    atomic_init(&c->references, 1);
    return &c->frame;
}

struct bauta_frame *bauta_frame_ref(struct bauta_frame *frame)
{
    atomic_fetch_add_explicit(&counted(frame)->references, 1, memory_order_relaxed);
    return frame;
}

static void free_pool(struct bt_pool *pool)
{
    while (pool->idle) {
        struct counted *c = pool->idle;
        pool->idle = c->next;
        free_counted(c);
    }
    bt_mutex_finish(&pool->lock);
    bt_free(pool);
}

static void give_back(struct counted *c)
{
    struct bt_pool *pool = c->pool;
    bt_mutex_lock(&pool->lock);
    c->next = pool->idle;
    pool->idle = c;
    pool->out--;
    const bool last = pool->destroyed && !pool->out;
    bt_mutex_unlock(&pool->lock);
    if (last)
        free_pool(pool);
}

void bauta_frame_unref(struct bauta_frame **frame)
{
    if (!frame || !*frame)
        return;
    struct counted *c = counted(*frame);
    *frame = NULL;
    if (atomic_fetch_sub_explicit(&c->references, 1, memory_order_acq_rel) > 1)
        return;
    if (c->pool)
        give_back(c);
    else
        free_counted(c);
}

int bt_frame_is_writable(const struct bauta_frame *frame)
{
    struct counted *c = counted(frame);
    return c->pixels && atomic_load_explicit(&c->references, memory_order_acquire) == 1;
}

void bt_frame_copy_props(struct bauta_frame *to, const struct bauta_frame *from)
{
    to->colour = from->colour;
    to->sample_aspect = from->sample_aspect;
    to->rotation = from->rotation;
    to->pts = from->pts;
    to->duration = from->duration;
    to->time_base = from->time_base;
    to->captured_ns = from->captured_ns;
    to->number = from->number;
    to->interlaced = from->interlaced;
}

void bt_frame_copy_pixels(struct bauta_frame *to, const struct bauta_frame *from)
{
    const int planes = bt_pixel_format(from->format)->planes;
    for (int i = 0; i < planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(from->format, from->width, from->height, i, &w, &h);
        const size_t bytes = row_bytes(from->format, from->width, i);
        for (int y = 0; y < h; y++)
            memcpy(to->data[i] + y * to->stride[i], from->data[i] + y * from->stride[i],
                   bytes);
    }
}

static bool fits(const struct bt_pool *pool, const struct bauta_frame *frame)
{
    return pool && pool->format.pixel == frame->format &&
           pool->format.width == frame->width && pool->format.height == frame->height;
}

int bt_frame_writable(struct bauta_frame **frame, struct bt_pool *pool)
{
    struct bauta_frame *old = *frame;
    if (bt_frame_is_writable(old))
        return 0;
    struct bauta_frame *copy = fits(pool, old) ? bt_pool_get(pool)
                                               : bauta_frame_new(old->format, old->width,
                                                                 old->height);
    if (!copy) {
        bt_error("no memory for a copy of a %dx%d frame", old->width, old->height);
        return BAUTA_E_NO_MEMORY;
    }
    bt_frame_copy_props(copy, old);
    bt_frame_copy_pixels(copy, old);
    bauta_frame_unref(frame);
    *frame = copy;
    return 0;
}

int bauta_frame_writable(struct bauta_frame **frame)
{
    return bt_frame_writable(frame, NULL);
}

struct bt_pool *bt_pool_create(const struct bt_format *format)
{
    struct bt_pool *pool = bt_zalloc(sizeof(*pool));
    if (!pool)
        return NULL;
    if (bt_mutex_init(&pool->lock) < 0) {
        bt_free(pool);
        return NULL;
    }
    pool->format = *format;
    return pool;
}

void bt_pool_destroy(struct bt_pool **pool)
{
    if (!pool || !*pool)
        return;
    struct bt_pool *p = *pool;
    *pool = NULL;
    bt_mutex_lock(&p->lock);
    p->destroyed = true;
    const bool last = !p->out;
    bt_mutex_unlock(&p->lock);
    if (last)
        free_pool(p);
}

struct bauta_frame *bt_pool_get(struct bt_pool *pool)
{
    bt_mutex_lock(&pool->lock);
    struct counted *c = pool->idle;
    if (c)
        pool->idle = c->next;
    else
        c = allocate(pool->format.pixel, pool->format.width, pool->format.height);
    if (c)
        pool->out++;
    bt_mutex_unlock(&pool->lock);
    if (!c)
        return NULL;

    c->pool = pool;
    c->next = NULL;
    reset_props(&c->frame);
    c->frame.colour = pool->format.colour;
    c->frame.sample_aspect = pool->format.sample_aspect;
    c->frame.time_base = pool->format.time_base;
    c->frame.rotation = pool->format.rotation;
    atomic_store_explicit(&c->references, 1, memory_order_relaxed);
    return &c->frame;
}
