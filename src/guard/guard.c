// SPDX-License-Identifier: Apache-2.0
#include "guard/guard.h"

#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/log.h"

#define CARD_AFTER 2.         // seconds without a swapped face
#define WIDEN .5f             // a lost head's box grows by this part a second

// Where a face was last swapped.
struct sighting {
    int id;
    double seconds;
    float box[4];
};

struct bt_guard {
    struct bt_format format;
    struct bt_guard_options options;
    struct bt_pool *pool;
    struct bauta_frame *kept;      // the last good picture of a live stream
    bool decided;                  // a face was swapped; kept is filled
    bool cut;                      // the scene changed since
    double good, last;             // seconds of the last good frame and of the last
    struct sighting seen[BAUTA_FACES_MAX];
    int seen_count;
    enum bt_guard_deed did;
};

int bt_guard_create(struct bt_guard **out, const struct bt_format *format,
                    const struct bt_guard_options *options)
{
    struct bt_guard *g = bt_zalloc(sizeof(*g));
    if (!g)
        goto fail;
    g->format = *format;
    g->options = *options;
    g->last = -INFINITY;
    g->pool = bt_pool_create(format);
    if (!g->pool)
        goto fail;
    if (format->live && options->lost != BT_LOST_PASS && options->hold > 0) {
        g->kept = bt_pool_get(g->pool);
        if (!g->kept)
            goto fail;
    }
    *out = g;
    return 0;
fail:
    bt_error("no memory to guard a %dx%d picture", format->width, format->height);
    bt_guard_destroy(&g);
    return BAUTA_E_NO_MEMORY;
}

void bt_guard_destroy(struct bt_guard **guard)
{
    if (!*guard)
        return;
    bauta_frame_unref(&(*guard)->kept);
    bt_pool_destroy(&(*guard)->pool);
    bt_freep(guard);
}

static int card(struct bt_guard *g, struct bauta_frame **frame)
{
    int r = bt_frame_writable(frame, g->pool);
    if (r < 0)
        return r;
    bt_cover_card(*frame);
    g->did = BT_GUARD_CARD;
    return 1;
}

static int blur(struct bt_guard *g, struct bauta_frame **frame, const float box[4])
{
    int r = bt_frame_writable(frame, g->pool);
    if (r < 0)
        return r;
    bt_cover_blur(*frame, box);
    g->did = BT_GUARD_BLUR;
    return 1;
}

// The last good picture in place of this one, with this one's time.
static int hold(struct bt_guard *g, struct bauta_frame **frame)
{
    int r = bt_frame_writable(frame, g->pool);
    if (r < 0)
        return r;
    bt_frame_copy_pixels(*frame, g->kept);
    g->did = BT_GUARD_HOLD;
    return 1;
}

static bool must_cover(const struct bt_guard *g, const struct bauta_face *face,
                       int swapped, int wanted)
{
    if (swapped)
        return false;
    if (!g->format.live)
        return wanted;
    if (g->options.lost == BT_LOST_PASS)
        return wanted && face->origin != BAUTA_FACE_SUSPECTED;
    return true;
}

static int cover_faces(struct bt_guard *g, struct bauta_frame **frame,
                       const struct bt_faces *faces, const int *swapped,
                       const int *wanted)
{
    int covered = 0;
    for (int i = 0; i < faces->count; i++) {
        if (!must_cover(g, &faces->face[i], swapped[i], wanted[i]))
            continue;
        int r = blur(g, frame, faces->face[i].box);
        if (r < 0)
            return r;
        covered++;
    }
    return covered;
}

static int file_failed(struct bt_guard *g, struct bauta_frame **frame,
                       const struct bt_faces *faces)
{
    if (!faces->count)
        return card(g, frame);
    for (int i = 0; i < faces->count; i++) {
        int r = blur(g, frame, faces->face[i].box);
        if (r < 0)
            return r;
    }
    return faces->count;
}

static bool same_place(const float a[4], const float b[4])
{
    float x = (a[0] + a[2]) / 2, y = (a[1] + a[3]) / 2;
    return bt_box_iou(a, b) > .2f || (x > b[0] && x < b[2] && y > b[1] && y < b[3]);
}

// Where the head of a lost face may be by now.
static void widened(const struct sighting *s, double seconds, float box[4])
{
    float part = WIDEN * (float)(seconds - s->seconds) / 2;
    float w = (s->box[2] - s->box[0]) * part, h = (s->box[3] - s->box[1]) * part;
    box[0] = s->box[0] - w;
    box[1] = s->box[1] - h;
    box[2] = s->box[2] + w;
    box[3] = s->box[3] + h;
}

// Forgets sightings that are old, of another scene, or known in this frame again.
static void forget(struct bt_guard *g, const struct bt_faces *faces, const int *swapped,
                   double seconds)
{
    int kept = 0;
    for (int i = 0; i < g->seen_count; i++) {
        bool gone = faces->cut || seconds - g->seen[i].seconds > CARD_AFTER;
        for (int k = 0; k < faces->count && !gone; k++) {
            const struct bauta_face *f = &faces->face[k];
            gone = swapped[k] && (f->id == g->seen[i].id ||
                                  same_place(f->box, g->seen[i].box));
        }
        if (!gone)
            g->seen[kept++] = g->seen[i];
    }
    g->seen_count = kept;
}

static void remember(struct bt_guard *g, const struct bt_faces *faces, const int *swapped,
                     double seconds)
{
    for (int i = 0; i < faces->count; i++) {
        if (!swapped[i] || g->seen_count == BAUTA_FACES_MAX)
            continue;
        struct sighting *s = &g->seen[g->seen_count++];
        s->id = faces->face[i].id;
        s->seconds = seconds;
        memcpy(s->box, faces->face[i].box, sizeof(s->box));
    }
}

// Blurs the heads that were there and are not found in this frame.
static int cover_lost(struct bt_guard *g, struct bauta_frame **frame, double seconds)
{
    for (int i = 0; i < g->seen_count; i++) {
        float box[4];
        widened(&g->seen[i], seconds, box);
        int r = blur(g, frame, box);
        if (r < 0)
            return r;
    }
    return g->seen_count;
}

// A live frame in which at least one face was swapped.
static int live_good(struct bt_guard *g, struct bauta_frame **frame,
                     const struct bt_faces *faces, const int *swapped, const int *wanted,
                     double seconds)
{
    forget(g, faces, swapped, seconds);
    if (g->seen_count && g->options.lost == BT_LOST_CARD) {
        remember(g, faces, swapped, seconds);
        return card(g, frame);
    }
    int covered = cover_faces(g, frame, faces, swapped, wanted);
    if (covered < 0)
        return covered;
    if (g->options.lost == BT_LOST_COVER) {
        int r = cover_lost(g, frame, seconds);
        if (r < 0)
            return r;
        covered += r;
    }
    remember(g, faces, swapped, seconds);
    g->decided = true;
    g->cut = false;
    g->good = seconds;
    if (g->kept)
        bt_frame_copy_pixels(g->kept, *frame);
    return covered;
}

// A live frame in which no face was swapped.
static int live_lost(struct bt_guard *g, struct bauta_frame **frame,
                     const struct bt_faces *faces, const int *swapped, const int *wanted,
                     double seconds)
{
    double age = seconds - g->good;
    if (g->options.lost == BT_LOST_PASS)
        return cover_faces(g, frame, faces, swapped, wanted);
    if (!g->decided)
        return card(g, frame);
    if (g->kept && age <= g->options.hold)
        return hold(g, frame);
    // In another scene nobody knows where to blur.
    if (g->options.lost == BT_LOST_CARD || g->cut || age > CARD_AFTER)
        return card(g, frame);
    int covered = cover_faces(g, frame, faces, swapped, wanted);
    if (covered < 0)
        return covered;
    int r = cover_lost(g, frame, seconds);
    return r < 0 ? r : covered + r;
}

int bt_guard_frame(struct bt_guard *g, struct bauta_frame **frame,
                   const struct bt_faces *faces, const int *swapped, const int *wanted,
                   int failed, double seconds)
{
    const struct bauta_frame *f = *frame;
    g->did = BT_GUARD_NOTHING;
    if (f->format != g->format.pixel || f->width != g->format.width ||
        f->height != g->format.height) {
        bt_error("a frame of %dx%d came in a stream of %dx%d, or in another pixel "
                 "format: it cannot be guarded", f->width, f->height, g->format.width,
                 g->format.height);
        return BAUTA_E_USAGE;
    }
    if (!g->format.live) {
        if (failed)
            return file_failed(g, frame, faces);
        return cover_faces(g, frame, faces, swapped, wanted);
    }
    // A clock that goes back, or none, starts the stream anew.
    if (!(seconds >= g->last)) {
        g->decided = false;
        g->seen_count = 0;
    }
    g->last = seconds;
    g->cut |= faces->cut;
    if (failed)
        return card(g, frame);
    int any = 0;
    for (int i = 0; i < faces->count; i++)
        any |= swapped[i];
    if (any)
        return live_good(g, frame, faces, swapped, wanted, seconds);
    return live_lost(g, frame, faces, swapped, wanted, seconds);
}

enum bt_guard_deed bt_guard_did(const struct bt_guard *guard)
{
    return guard->did;
}

bool bt_guard_decided(const struct bt_guard *guard)
{
    return guard->decided;
}
