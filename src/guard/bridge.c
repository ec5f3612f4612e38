// SPDX-License-Identifier: Apache-2.0
#include "guard/bridge.h"

#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/log.h"

#define FRAMES_MEMORY ((size_t)384 << 20)
#define CLOCK_STEP 1e-6       // seconds that are no difference
#define PRESENCE_FOLLOW .35f  // a mesh this sure continues a track
#define PRESENCE_BETWEEN .2f  // one between two sightings needs less
#define PRESENCE_SIGN .05f    // this much is a sign that a face may still be there

enum {
    FRAMES_MIN = 4,
    FRAMES_MAX = 512,
    TRACKS_MAX = 2 * BAUTA_FACES_MAX,
};

// A face that has no mesh in a frame but gives a sign: its last box is to be covered.
struct carried {
    int id;
    float presence, box[4];
};

struct slot {
    struct bauta_frame *frame;
    double seconds;
    struct bt_faces faces;
    struct carried carried[BAUTA_FACES_MAX];
    int carried_count;
};

// A face of the present scene and where it was last seen.
struct track {
    int64_t seq;
    double seconds;
    bool ended;               // no look forward finds it any more
    struct bauta_face face;
};

// The tracker's second name for a face that has one already.
struct alias {
    int from, id, order;
};

struct bt_bridge {
    bt_bridge_look *look;
    void *opaque;
    struct bt_format format;
    struct bt_guard_options options;
    struct slot *slot;        // a ring of capacity; sequence number s is at s % capacity
    int capacity;
    int64_t oldest, next;     // the window is oldest <= s < next
    struct track track[TRACKS_MAX];
    int tracks;
    struct alias alias[TRACKS_MAX];
    int aliases;
};

static struct slot *at(struct bt_bridge *b, int64_t seq)
{
    return &b->slot[seq % b->capacity];
}

static int capacity_for(const struct bt_format *format, float look_ahead)
{
    size_t bytes = 0;
    for (int i = 0; i < bt_pixel_format(format->pixel)->planes; i++) {
        int w, h;
        bt_plane_size(format->pixel, format->width, format->height, i, &w, &h);
        bytes += (size_t)w * (size_t)h * bt_pixel_format(format->pixel)->step[i];
    }
    double rate = 60;
    if (format->frame_rate.num > 0 && format->frame_rate.den > 0)
        rate = (double)format->frame_rate.num / format->frame_rate.den;
    double frames = ceil(rate * look_ahead) + 2;
    frames = fmin(frames, (double)(FRAMES_MEMORY / bytes));
    return (int)fmin(fmax(frames, FRAMES_MIN), FRAMES_MAX);
}

int bt_bridge_make(struct bt_bridge **out, const struct bt_format *format,
                   const struct bt_guard_options *options, bt_bridge_look *look,
                   void *opaque)
{
    struct bt_bridge *b = bt_zalloc(sizeof(*b));
    if (!b)
        goto fail;
    b->look = look;
    b->opaque = opaque;
    b->format = *format;
    b->options = *options;
    b->capacity = capacity_for(format, options->look_ahead);
    b->slot = bt_alloc_array((size_t)b->capacity, sizeof(*b->slot));
    if (!b->slot)
        goto fail;
    *out = b;
    return 0;
fail:
    bt_error("no memory to look ahead in a %dx%d stream", format->width, format->height);
    bt_bridge_destroy(&b);
    return BAUTA_E_NO_MEMORY;
}

static int look_by_tracker(void *opaque, const struct bauta_frame *frame,
                           const struct bauta_face *neighbour, float presence,
                           struct bauta_face *face)
{
    return bt_tracker_look(opaque, frame, neighbour, presence, face);
}

int bt_bridge_create(struct bt_bridge **out, const struct bt_format *format,
                     const struct bt_guard_options *options, struct bt_tracker *tracker)
{
    return bt_bridge_make(out, format, options, look_by_tracker, tracker);
}

void bt_bridge_destroy(struct bt_bridge **bridge)
{
    struct bt_bridge *b = *bridge;
    if (!b)
        return;
    for (int64_t s = b->oldest; s < b->next; s++)
        bauta_frame_unref(&at(b, s)->frame);
    bt_free(b->slot);
    bt_freep(bridge);
}

static double seconds_of(const struct bt_bridge *b, const struct bauta_frame *frame)
{
    struct bauta_rational base = frame->time_base, rate = b->format.frame_rate;
    if (frame->pts != INT64_MIN && base.num > 0 && base.den > 0)
        return (double)frame->pts * base.num / base.den;
    if (rate.num <= 0 || rate.den <= 0)
        rate = (struct bauta_rational){25, 1};
    return (double)b->next * rate.den / rate.num;
}

// Looks for the neighbour's face in one frame of the window. 1: found, and added as
// tracked; 0: not, or it is somebody else's; presence tells how much was seen.
static int look(struct bt_bridge *b, int64_t seq, const struct bauta_face *neighbour,
                float least, struct bauta_face *found, float *presence)
{
    struct slot *s = at(b, seq);
    *presence = 0;
    int r = b->look(b->opaque, s->frame, neighbour, fminf(least, PRESENCE_SIGN), found);
    if (r <= 0)
        return r;
    *presence = found->presence;
    found->id = neighbour->id;
    found->order = neighbour->order;
    found->origin = BAUTA_FACE_TRACKED;
    if (bt_fill_taken(&s->faces, found)) {
        *presence = 0;
        return 0;
    }
    return found->presence >= least && bt_fill_insert(&s->faces, found);
}

static void carry(struct slot *s, const struct bauta_face *face, float presence)
{
    if (s->carried_count == BAUTA_FACES_MAX)
        return;
    struct carried *c = &s->carried[s->carried_count++];
    c->id = face->id;
    c->presence = presence;
    memcpy(c->box, face->box, sizeof(c->box));
}

// Fills the frames between face a in frame from and face z in frame to.
static void interpolate(struct bt_bridge *b, const struct bauta_face *a, int64_t from,
                        double from_seconds, const struct bauta_face *z, int64_t to)
{
    double length = at(b, to)->seconds - from_seconds;
    for (int64_t n = from + 1; n < to; n++) {
        if (n < b->oldest)
            continue;
        double t = length > 0 ? (at(b, n)->seconds - from_seconds) / length
                              : (double)(n - from) / (double)(to - from);
        struct bauta_face face;
        bt_fill_between(a, z, (float)fmin(fmax(t, 0), 1), (int)(to - from - 1), &face);
        if (!bt_fill_taken(&at(b, n)->faces, &face))
            bt_fill_insert(&at(b, n)->faces, &face);
    }
}

// A track was seen again in frame seq as face: looks into the gap from both ends and
// interpolates what is left.
static int fill_gap(struct bt_bridge *b, const struct track *t,
                    const struct bauta_face *face, int64_t seq)
{
    struct bauta_face a = t->face, z = *face, found;
    int64_t from = t->seq, to = seq;
    double from_seconds = t->seconds;
    float presence;
    for (int64_t n = from + 1 < b->oldest ? b->oldest : from + 1; n < to; n++) {
        int r = look(b, n, &a, PRESENCE_BETWEEN, &found, &presence);
        if (r < 0)
            return r;
        if (!r)
            break;
        a = found;
        from = n;
        from_seconds = at(b, n)->seconds;
    }
    for (int64_t n = to - 1; n > from && n >= b->oldest; n--) {
        int r = look(b, n, &z, PRESENCE_BETWEEN, &found, &presence);
        if (r < 0)
            return r;
        if (!r)
            break;
        z = found;
        to = n;
    }
    interpolate(b, &a, from, from_seconds, &z, to);
    return 0;
}

// Follows a face that is new in frame seq to where it came from, up to the scene's start.
static int follow_back(struct bt_bridge *b, const struct bauta_face *face, int64_t seq)
{
    struct bauta_face last = *face, found;
    int64_t last_seq = seq;
    for (int64_t n = seq - 1; n >= b->oldest && !at(b, n + 1)->faces.cut; n--) {
        struct slot *s = at(b, n);
        float presence;
        int r = look(b, n, &last, PRESENCE_FOLLOW, &found, &presence);
        if (r < 0)
            return r;
        if (r) {
            interpolate(b, &found, n, s->seconds, &last, last_seq);
            last = found;
            last_seq = n;
            continue;
        }
        if (presence < PRESENCE_SIGN ||
            at(b, last_seq)->seconds - s->seconds > b->options.hold + CLOCK_STEP)
            break;
        carry(s, &last, presence);
    }
    return 0;
}

// Looks for a track that the tracker did not see in the newest frame.
static int follow_on(struct bt_bridge *b, struct track *t, int64_t seq)
{
    struct slot *s = at(b, seq);
    struct bauta_face found;
    float presence;
    int r = look(b, seq, &t->face, PRESENCE_FOLLOW, &found, &presence);
    if (r < 0)
        return r;
    if (r)
        return t->seq < seq - 1 ? fill_gap(b, t, &found, seq) : 0;
    if (presence >= PRESENCE_SIGN &&
        s->seconds - t->seconds <= b->options.hold + CLOCK_STEP)
        carry(s, &t->face, presence);
    else
        t->ended = true;
    return 0;
}

static struct track *track_of(struct bt_bridge *b, int id)
{
    for (int i = 0; i < b->tracks; i++) {
        if (b->track[i].face.id == id)
            return &b->track[i];
    }
    return NULL;
}

// The track that vanished nearest to a face whose name is new.
static struct track *vanished_near(struct bt_bridge *b, struct slot *s,
                                   const struct bauta_face *face)
{
    struct track *best = NULL;
    float nearest = INFINITY;
    for (int i = 0; i < b->tracks; i++) {
        struct track *t = &b->track[i];
        float distance;
        if (bt_fill_find(&s->faces, t->face.id) ||
            !bt_fill_near(t->face.box, face->box, s->seconds - t->seconds, &distance))
            continue;
        if (distance < nearest) {
            nearest = distance;
            best = t;
        }
    }
    return best;
}

static void add_alias(struct bt_bridge *b, int from, const struct bauta_face *known)
{
    if (b->aliases == TRACKS_MAX) {
        memmove(b->alias, b->alias + 1, sizeof(b->alias) - sizeof(b->alias[0]));
        b->aliases--;
    }
    b->alias[b->aliases++] = (struct alias){from, known->id, known->order};
}

// Gives the faces of the newest frame the names under which they are known.
static void rename_faces(struct bt_bridge *b, struct slot *s)
{
    for (int i = 0; i < s->faces.count; i++) {
        struct bauta_face *f = &s->faces.face[i];
        for (int k = 0; k < b->aliases && bt_fill_real(f); k++) {
            if (b->alias[k].from != f->id || bt_fill_find(&s->faces, b->alias[k].id))
                continue;
            f->id = b->alias[k].id;
            f->order = b->alias[k].order;
            break;
        }
    }
    for (int i = 0; i < s->faces.count; i++) {
        struct bauta_face *f = &s->faces.face[i];
        if (!bt_fill_real(f) || track_of(b, f->id))
            continue;
        struct track *t = vanished_near(b, s, f);
        if (!t)
            continue;
        add_alias(b, f->id, &t->face);
        f->id = t->face.id;
        f->order = t->face.order;
    }
}

// Joins the faces of the newest frame with those before.
static int connect(struct bt_bridge *b, struct slot *s, int64_t seq)
{
    int seen = s->faces.count;
    for (int i = 0; i < seen; i++) {
        const struct bauta_face *f = &s->faces.face[i];
        if (!bt_fill_real(f))
            continue;
        const struct track *t = track_of(b, f->id);
        int r = 0;
        if (!t)
            r = follow_back(b, f, seq);
        else if (t->seq < seq - 1)
            r = fill_gap(b, t, f, seq);
        if (r < 0)
            return r;
    }
    for (int i = 0; i < b->tracks; i++) {
        struct track *t = &b->track[i];
        if (t->ended || bt_fill_find(&s->faces, t->face.id))
            continue;
        int r = follow_on(b, t, seq);
        if (r < 0)
            return r;
    }
    return 0;
}

static struct track *new_track(struct bt_bridge *b)
{
    if (b->tracks < TRACKS_MAX)
        return &b->track[b->tracks++];
    struct track *oldest = &b->track[0];
    for (int i = 1; i < b->tracks; i++)
        oldest = b->track[i].seq < oldest->seq ? &b->track[i] : oldest;
    return oldest;
}

static void update_tracks(struct bt_bridge *b, struct slot *s, int64_t seq)
{
    for (int i = 0; i < s->faces.count; i++) {
        const struct bauta_face *f = &s->faces.face[i];
        if (!bt_fill_real(f))
            continue;
        struct track *t = track_of(b, f->id);
        t = t ? t : new_track(b);
        *t = (struct track){.seq = seq, .seconds = s->seconds, .face = *f};
    }
    int kept = 0;
    for (int i = 0; i < b->tracks; i++) {
        bool old = s->seconds - b->track[i].seconds >
                   b->options.look_ahead + CLOCK_STEP;
        if (!old && kept != i)
            b->track[kept] = b->track[i];
        kept += !old;
    }
    b->tracks = kept;
}

int bt_bridge_push(struct bt_bridge *b, struct bauta_frame *frame,
                   const struct bt_faces *faces)
{
    if (b->next - b->oldest == b->capacity)
        return BAUTA_E_AGAIN;
    int64_t seq = b->next;
    struct slot *s = at(b, seq);
    s->frame = frame;
    s->seconds = seconds_of(b, frame);
    s->carried_count = 0;
    bt_fill_copy(&s->faces, faces);
    b->next++;
    if (b->options.look_ahead <= 0)
        return 0;
    if (s->faces.cut)
        b->tracks = b->aliases = 0;
    rename_faces(b, s);
    int r = connect(b, s, seq);
    if (r < 0) {
        bt_error("the look-ahead stops: a face could not be looked for in frame %lld",
                 (long long)frame->number);
        b->next--;
        s->frame = NULL;
        return r;
    }
    update_tracks(b, s, seq);
    return 0;
}

// Adds what is carried without a mesh, then drops what a real face stands on.
static void settle(struct slot *s)
{
    for (int i = 0; i < s->carried_count; i++) {
        const struct carried *c = &s->carried[i];
        if (bt_fill_find(&s->faces, c->id))
            continue;
        struct bauta_face face = {.id = c->id, .origin = BAUTA_FACE_SUSPECTED,
                                  .presence = c->presence};
        memcpy(face.box, c->box, sizeof(face.box));
        bt_fill_insert(&s->faces, &face);
    }
    bt_fill_prune(&s->faces);
}

int bt_bridge_pull(struct bt_bridge *b, int flush, struct bauta_frame **frame,
                   struct bt_faces *faces)
{
    if (b->next == b->oldest)
        return flush ? BAUTA_E_END : BAUTA_E_AGAIN;
    struct slot *s = at(b, b->oldest);
    double held = at(b, b->next - 1)->seconds - s->seconds;
    bool full = b->next - b->oldest == b->capacity;
    if (!flush && !full && held < b->options.look_ahead - CLOCK_STEP)
        return BAUTA_E_AGAIN;
    if (b->options.look_ahead > 0)
        settle(s);
    *frame = s->frame;
    bt_fill_copy(faces, &s->faces);
    s->frame = NULL;
    b->oldest++;
    return 0;
}
