// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "face/internal.h"

// Seconds.
static const double LOST_KEPT = 1.2;      // how long a lost face is waited for
static const double CHECK_EVERY = 1.0;    // a followed face is shown to the detector
static const double CHECK_AGAIN = .2;     // after the detector did not see it
static const double ROUND = 1.0;          // in which every window is visited
static const double SUSPECT_KEPT = .35;   // after a suspicion was last confirmed
static const double STEP_MAX = .5;        // beyond this nothing is extrapolated

static const float SAME_IOU = .3f;
static const float LOW = .6f;             // of the detector's threshold: suspicion
// The mesh's word for a suspicion, which then needs this part of the threshold only.
static const float SUSPECT_PRESENCE = .1f, SUSPECT_SCORE = .8f;
static const float RESIDUAL_JUMP = .6f;   // centimetres from frame to frame
enum { DOUBTS_MAX = 3, SUSPECTS_MAX = 8, FOUND_MAX = 24 };

struct track {
    struct bauta_face face;
    struct bt_region region;   // in which the mesh was run last
    float velocity[2];         // samples a second
    float residual;            // of the last mesh
    double check_at;
    int doubts;
};

struct lost {
    struct bt_region region;
    float velocity[2];
    double seconds;            // when it was seen last
    int id, order;
};

struct suspect {
    struct bauta_face face;    // box, score, id
    struct bt_detection detection;
    double seconds;            // when it was confirmed last
};

struct bt_tracker {
    struct bt_format format;
    struct bt_face_options options;
    struct bt_face_nets *nets;
    struct bt_cut cut;
    struct bt_window window[BT_WINDOWS_MAX];
    int windows, next_window;
    double credit;             // windows that are due
    bool scan;                 // the next update looks everywhere
    bool started;
    double seconds;            // of the last frame
    int64_t frames;
    int next_id, next_order;
    int tracks, losts, suspects;
    struct track track[BAUTA_FACES_MAX];
    struct lost lost[BAUTA_FACES_MAX];
    struct suspect suspect[SUSPECTS_MAX];
};

int bt_tracker_create(struct bt_tracker **out, const struct bt_format *format,
                      const struct bt_face_options *options, const char *models, int threads)
{
    struct bt_tracker *t = bt_zalloc(sizeof(*t));
    if (!t)
        return BAUTA_E_NO_MEMORY;
    t->format = *format;
    t->options = *options;
    const int result = bt_face_nets_open(&t->nets, models, threads);
    if (result < 0) {
        bt_tracker_destroy(&t);
        return result;
    }
    t->windows = bt_detect_windows(format->width, format->height, t->window);
    bt_tracker_reset(t);
    *out = t;
    return 0;
}

void bt_tracker_destroy(struct bt_tracker **tracker)
{
    if (!tracker || !*tracker)
        return;
    bt_face_nets_close(&(*tracker)->nets);
    bt_freep(tracker);
}

static void new_scene(struct bt_tracker *t)
{
    t->tracks = t->losts = t->suspects = 0;
    t->next_order = 0;
    t->next_window = 0;
    t->credit = 0;
    t->scan = true;
}

void bt_tracker_reset(struct bt_tracker *tracker)
{
    new_scene(tracker);
    tracker->next_id = 0;
    tracker->started = false;
    tracker->frames = 0;
    memset(&tracker->cut, 0, sizeof(tracker->cut));
}

// Following ----------------------------------------------------------------------------

static struct bt_region moved(struct bt_region r, const float velocity[2], double dt)
{
    // Less than this is the mesh's noise, and more is no motion of a head.
    static const float STILL = .02f, FAST = .6f;
    const float x = velocity[0] * (float)dt, y = velocity[1] * (float)dt;
    const float way = hypotf(x, y);
    if (way < STILL * r.size || dt > STEP_MAX)
        return r;
    const float k = way > FAST * r.size ? FAST * r.size / way : 1;
    r.centre[0] += k * x;
    r.centre[1] += k * y;
    return r;
}

// A region that hardly changed is kept as it was: each small move of the crop would shake
// the landmarks of a still head.
static struct bt_region steady(struct bt_region was, struct bt_region now)
{
    const float way = hypotf(now.centre[0] - was.centre[0], now.centre[1] - was.centre[1]);
    if (way < .012f * was.size && fabsf(logf(now.size / was.size)) < .02f &&
        fabsf(remainderf(now.angle - was.angle, 2 * (float)M_PI)) < .012f)
        return was;
    return now;
}

// The new mesh must be of a similar size and near enough to be the same head.
static bool continues(const struct bt_region *was, const struct bauta_face *now)
{
    const struct bt_region r = bt_region_of(now);
    const float ratio = r.size / was->size;
    const float way = hypotf(r.centre[0] - was->centre[0], r.centre[1] - was->centre[1]);
    return ratio > .7f && ratio < 1.42f && way < was->size;
}

// 1: the face was found again and the track brought up to date, 0: it is lost.
static int follow(struct bt_tracker *t, const struct bauta_frame *frame, struct track *track,
                  double dt)
{
    const struct bt_region was = track->region;
    const struct bt_region at = moved(was, track->velocity, dt);
    const float presence = t->options.presence_threshold;
    struct bauta_face face = track->face;
    int result = bt_mesh_settle(t->nets, frame, at.centre, at.size, at.angle, presence, &face);
    if (result < 0)
        return result;
    if (!result || !continues(&was, &face) ||
        bt_pose_residual(&face) > track->residual + RESIDUAL_JUMP) {
        face = track->face;
        result = bt_second_look(t->nets, frame, was, at, presence,
                                LOW * t->options.detector_threshold, &face);
        if (result <= 0 || !continues(&was, &face))
            return result < 0 ? result : 0;
    }
    const struct bt_region now = bt_region_of(&face), before = bt_region_of(&track->face);
    for (int k = 0; k < 2; k++)
        track->velocity[k] = dt > 0 && dt < STEP_MAX
                                 ? (now.centre[k] - before.centre[k]) / (float)dt : 0;
    track->region = steady(was, now);
    track->face = face;
    track->residual = bt_pose_residual(&face);
    return 1;
}

// Once a second the detector must see the face, too. 0: the track is to be given up.
static int check(struct bt_tracker *t, const struct bauta_frame *frame, struct track *track,
                 double seconds)
{
    if (seconds < track->check_at)
        return 1;
    struct bt_detection other;
    int result = bt_face_confirm(t->nets, frame, &track->face,
                                 LOW * t->options.detector_threshold, &other);
    if (result < 0)
        return result;
    if (result > 0) {
        track->doubts = 0;
        track->check_at = seconds + CHECK_EVERY;
        return 1;
    }
    track->check_at = seconds + CHECK_AGAIN;
    if (other.score >= t->options.detector_threshold) {
        // The mesh stands beside the face: it is put where the detector sees one.
        struct bt_region r;
        bt_region_from_detection(&other, r.centre, &r.size, &r.angle);
        struct bauta_face face = track->face;
        result = bt_mesh_settle(t->nets, frame, r.centre, r.size, r.angle,
                                t->options.presence_threshold, &face);
        if (result < 0)
            return result;
        if (result > 0) {
            track->face = face;
            track->region = bt_region_of(&face);
            track->residual = bt_pose_residual(&face);
            track->velocity[0] = track->velocity[1] = 0;
            return 1;
        }
    }
    return ++track->doubts < DOUBTS_MAX;
}

static void lose(struct bt_tracker *t, const struct track *track)
{
    if (t->losts == BAUTA_FACES_MAX)
        memmove(&t->lost[0], &t->lost[1], sizeof(t->lost[0]) * (size_t)--t->losts);
    t->lost[t->losts++] = (struct lost){
        .region = track->region,
        .velocity = { track->velocity[0], track->velocity[1] },
        .seconds = t->seconds,
        .id = track->face.id,
        .order = track->face.order,
    };
    t->scan = true;
}

static int follow_all(struct bt_tracker *t, const struct bauta_frame *frame, double seconds,
                      double dt)
{
    int kept = 0;
    for (int i = 0; i < t->tracks; i++) {
        struct track *track = &t->track[i];
        int result = follow(t, frame, track, dt);
        if (result > 0)
            result = check(t, frame, track, seconds);
        if (result < 0)
            return result;
        // Two tracks on one face: the older one stands first and stays.
        bool twice = false;
        for (int j = 0; result > 0 && j < kept && !twice; j++)
            twice = bt_box_same(t->track[j].face.box, track->face.box, SAME_IOU);
        if (!result)
            lose(t, track);
        else if (!twice && kept != i)
            t->track[kept] = *track;
        kept += result > 0 && !twice;
    }
    t->tracks = kept;
    return 0;
}

// New faces ----------------------------------------------------------------------------

static bool known(const struct bt_tracker *t, const float box[4])
{
    for (int i = 0; i < t->tracks; i++) {
        if (bt_box_same(t->track[i].face.box, box, SAME_IOU))
            return true;
    }
    return false;
}

// Takes a lost face's identity where the new one may well be it.
static bool recognise(struct bt_tracker *t, struct bauta_face *face, double seconds)
{
    const struct bt_region r = bt_region_of(face);
    int best = -1;
    float nearest = 1.2f;
    for (int i = 0; i < t->losts; i++) {
        const struct lost *l = &t->lost[i];
        const double away = fmin(seconds - l->seconds, .25);
        const struct bt_region at = moved(l->region, l->velocity, away);
        const float way = fminf(hypotf(r.centre[0] - at.centre[0], r.centre[1] - at.centre[1]),
                                hypotf(r.centre[0] - l->region.centre[0],
                                       r.centre[1] - l->region.centre[1])) / r.size;
        const float ratio = r.size / l->region.size;
        if (ratio > .5f && ratio < 2 && way < nearest) {
            nearest = way;
            best = i;
        }
    }
    if (best < 0)
        return false;
    face->id = t->lost[best].id;
    face->order = t->lost[best].order;
    t->lost[best] = t->lost[--t->losts];
    return true;
}

static void add_track(struct bt_tracker *t, const struct bauta_face *face, double seconds)
{
    t->track[t->tracks++] = (struct track){
        .face = *face,
        .region = bt_region_of(face),
        .residual = bt_pose_residual(face),
        // Spread, so that the checks of several faces fall on several frames.
        .check_at = seconds + CHECK_EVERY * (.5 + .1 * (face->id % 5)),
    };
}

// What is like a face only as long as it fills the window is a pattern: two wide windows
// must show it. 1: seen; the better detection is put into d, with the lower score.
static int suspicious(struct bt_tracker *t, const struct bauta_frame *frame,
                      struct bt_detection *d)
{
    static const float windows[] = { 2.6f, 3.6f };
    struct bt_detection best = { .score = 0 };
    float least = 1;
    for (int i = 0; i < 2; i++) {
        const float side = fmaxf(d->box[2] - d->box[0], d->box[3] - d->box[1]);
        const float centre[2] = { (d->box[0] + d->box[2]) / 2, (d->box[1] + d->box[3]) / 2 };
        struct bt_detection found[8];
        const int count = bt_detect_square(t->nets, frame, centre, windows[i] * side,
                                           bt_upright_angle(frame),
                                           LOW * t->options.detector_threshold, found, 8);
        if (count < 0)
            return count;
        float score = 0;
        for (int j = 0; j < count; j++) {
            if (found[j].score <= score || bt_box_iou(found[j].box, d->box) < SAME_IOU)
                continue;
            score = found[j].score;
            best = score > best.score ? found[j] : best;
        }
        least = fminf(least, score);
    }
    if (least <= 0)
        return 0;
    *d = best;
    d->score = least;
    return 1;
}

static bool alarming(const struct bt_tracker *t, float score, float presence)
{
    const float k = presence >= SUSPECT_PRESENCE ? SUSPECT_SCORE : 1;
    return score >= k * t->options.detector_threshold;
}

// Tries to make a face of a detection. 1: a face, 0: none, and its presence in face.
static int face_at(struct bt_tracker *t, const struct bauta_frame *frame,
                   const struct bt_detection *d, struct bauta_face *face)
{
    struct bt_region r;
    bt_region_from_detection(d, r.centre, &r.size, &r.angle);
    memset(face, 0, sizeof(*face));
    face->id = -1;
    const int result = bt_mesh_settle(t->nets, frame, r.centre, r.size, r.angle,
                                      t->options.presence_threshold, face);
    if (result <= 0)
        return result;
    return bt_face_confirm(t->nets, frame, face, LOW * t->options.detector_threshold, NULL);
}

static void suspect_box(struct suspect *s, const struct bt_detection *d, double seconds)
{
    s->detection = *d;
    s->seconds = seconds;
    s->face.origin = BAUTA_FACE_SUSPECTED;
    s->face.presence = d->score;
    memcpy(s->face.box, d->box, sizeof(s->face.box));
}

// What a detection is: a new face for the list, or a suspicion, or nothing.
static int consider(struct bt_tracker *t, const struct bauta_frame *frame,
                    const struct bt_detection *detection, double seconds,
                    struct bauta_face *fresh, int *count)
{
    if (known(t, detection->box) || t->tracks + *count >= BAUTA_FACES_MAX)
        return 0;
    for (int i = 0; i < t->suspects; i++) {
        if (bt_box_same(t->suspect[i].face.box, detection->box, SAME_IOU))
            return 0;
    }
    struct bt_detection d = *detection;
    struct bauta_face face;
    int result = face_at(t, frame, &d, &face);
    if (result < 0)
        return result;
    float presence = face.presence;
    if (!result) {
        const int seen = suspicious(t, frame, &d);
        if (seen <= 0)
            return seen;
        result = face_at(t, frame, &d, &face);
        if (result < 0)
            return result;
        presence = fmaxf(presence, face.presence);
    }
    if (result > 0) {
        bool twice = known(t, face.box);
        for (int i = 0; i < *count && !twice; i++)
            twice = bt_box_same(fresh[i].box, face.box, SAME_IOU);
        if (!twice)
            fresh[(*count)++] = face;
    } else if (alarming(t, d.score, presence) && !known(t, d.box) &&
               t->suspects < SUSPECTS_MAX) {
        struct suspect *s = &t->suspect[t->suspects++];
        memset(s, 0, sizeof(*s));
        s->face.id = t->next_id++;
        s->face.order = -1;
        suspect_box(s, &d, seconds);
    }
    return 0;
}

// Visits what is due: everything after a loss, else a window at a time.
static int gather(struct bt_tracker *t, const struct bauta_frame *frame, double seconds,
                  double dt, struct bt_detection *found)
{
    const float low = LOW * t->options.detector_threshold;
    if (t->scan) {
        t->scan = false;
        t->credit = 0;
        return bt_detect_all(t->nets, frame, low, found, FOUND_MAX);
    }
    int count = 0;
    if (t->losts > 0) {
        // A face that was just lost will most likely come back near its place.
        const struct lost *l = &t->lost[t->frames % t->losts];
        const struct bt_region r = moved(l->region, l->velocity, fmin(seconds - l->seconds, .25));
        count = bt_detect_square(t->nets, frame, r.centre, 2 * r.size, bt_upright_angle(frame),
                                 low, found, FOUND_MAX / 2);
        if (count < 0)
            return count;
    }
    t->credit = fmin(t->credit + dt * t->windows / ROUND, 2);
    // With a face to follow every other frame stays free of this.
    if (t->credit < 1 || (t->tracks > 0 && t->frames % 2))
        return count;
    t->credit -= 1;
    const struct bt_window *w = &t->window[t->next_window];
    t->next_window = (t->next_window + 1) % t->windows;
    const int more = bt_detect_window(t->nets, frame, w->x, w->y, w->size, low, found + count,
                                      FOUND_MAX - count);
    return more < 0 ? more : count + more;
}

// Numbers new faces from the left and makes tracks of them.
static void enter(struct bt_tracker *t, const struct bauta_frame *frame, double seconds,
                  struct bauta_face *fresh, int count)
{
    while (count > 0) {
        int first = 0;
        float left = INFINITY;
        for (int i = 0; i < count; i++) {
            const float *b = fresh[i].box;
            const float x = bt_upright_x(frame, (b[0] + b[2]) / 2, (b[1] + b[3]) / 2);
            first = x < left ? i : first;
            left = fminf(x, left);
        }
        if (!recognise(t, &fresh[first], seconds)) {
            if (fresh[first].id < 0)
                fresh[first].id = t->next_id++;
            fresh[first].order = t->next_order++;
        }
        add_track(t, &fresh[first], seconds);
        fresh[first] = fresh[--count];
    }
}

// Looks at the suspicions again: they become faces, stay, or go.
static int review(struct bt_tracker *t, const struct bauta_frame *frame, double seconds,
                  struct bauta_face *fresh, int *count)
{
    int kept = 0;
    for (int i = 0; i < t->suspects; i++) {
        struct suspect *s = &t->suspect[i];
        if (known(t, s->face.box))
            continue;
        // One of them a frame is enough to stay within the time.
        if (i == t->frames % t->suspects) {
            struct bt_detection d = s->detection;
            const int seen = suspicious(t, frame, &d);
            if (seen < 0)
                return seen;
            struct bauta_face face;
            const int found = seen ? face_at(t, frame, &d, &face) : 0;
            if (found < 0)
                return found;
            if (found > 0 && t->tracks + *count < BAUTA_FACES_MAX) {
                face.id = s->face.id;
                fresh[(*count)++] = face;
                continue;
            }
            if (seen && alarming(t, d.score, face.presence))
                suspect_box(s, &d, seconds);
        }
        if (seconds - s->seconds > SUSPECT_KEPT || seconds < s->seconds)
            continue;
        t->suspect[kept++] = *s;
    }
    t->suspects = kept;
    return 0;
}

static int find_new(struct bt_tracker *t, const struct bauta_frame *frame, double seconds,
                    double dt)
{
    struct bt_detection found[FOUND_MAX];
    struct bauta_face fresh[BAUTA_FACES_MAX];
    int count = 0;
    int result = review(t, frame, seconds, fresh, &count);
    if (result < 0)
        return result;
    const int detections = gather(t, frame, seconds, dt, found);
    if (detections < 0)
        return detections;
    for (int i = 0; i < detections; i++) {
        result = consider(t, frame, &found[i], seconds, fresh, &count);
        if (result < 0)
            return result;
    }
    enter(t, frame, seconds, fresh, count);
    return 0;
}

static void report(const struct bt_tracker *t, bool cut, struct bt_faces *out)
{
    out->cut = cut;
    out->count = 0;
    for (int i = 0; i < t->tracks; i++)
        out->face[out->count++] = t->track[i].face;
    for (int i = 0; i < t->suspects && out->count < BAUTA_FACES_MAX; i++) {
        if (!known(t, t->suspect[i].face.box))
            out->face[out->count++] = t->suspect[i].face;
    }
}

int bt_tracker_update(struct bt_tracker *tracker, const struct bauta_frame *frame,
                      double seconds, struct bt_faces *out)
{
    struct bt_tracker *t = tracker;
    if (frame->width != t->format.width || frame->height != t->format.height) {
        bt_error("a frame of %dx%d came into a stream of %dx%d", frame->width, frame->height,
                 t->format.width, t->format.height);
        return BAUTA_E_USAGE;
    }
    const bool cut = bt_cut_feed(&t->cut, frame);
    const double dt = t->started ? seconds - t->seconds : 0;
    if (cut || dt < 0)
        new_scene(t);
    int result = follow_all(t, frame, seconds, dt > 0 ? dt : 0);
    t->seconds = seconds;
    t->started = true;
    if (result >= 0)
        result = find_new(t, frame, seconds, dt > 0 ? dt : 0);
    t->frames++;
    for (int i = t->losts - 1; i >= 0; i--) {
        if (seconds - t->lost[i].seconds > LOST_KEPT)
            t->lost[i] = t->lost[--t->losts];
    }
    if (result < 0)
        return result;
    report(t, cut, out);
    return 0;
}

int bt_tracker_look(struct bt_tracker *tracker, const struct bauta_frame *frame,
                    const struct bauta_face *neighbour, float presence,
                    struct bauta_face *face)
{
    if (neighbour->origin == BAUTA_FACE_SUSPECTED)
        return 0;
    const struct bt_region r = bt_region_of(neighbour);
    struct bauta_face found = *neighbour;
    int result = bt_mesh_settle(tracker->nets, frame, r.centre, r.size, r.angle, presence, &found);
    if (!result || (result > 0 && !continues(&r, &found))) {
        found = *neighbour;
        result = bt_second_look(tracker->nets, frame, r, r, presence,
                                LOW * tracker->options.detector_threshold, &found);
    }
    if (result <= 0 || !continues(&r, &found))
        return result < 0 ? result : 0;
    found.id = neighbour->id;
    found.order = neighbour->order;
    found.origin = BAUTA_FACE_TRACKED;
    *face = found;
    return 1;
}
