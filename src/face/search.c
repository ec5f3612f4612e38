// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "face/tracker.h"

// Seconds.
static const double ROUND = 1.0;       // in which every window is visited
static const double ROUND_IDLE = .4;   // the same while there is no face
static const double SUSPECT_KEPT = .6; // after a suspicion was last confirmed
static const double FIRST_CHECK = .5;  // of a new face by the detector

static const float SAME_IOU = .3f;
// Parts of the detector's threshold that a suspicion needs: with a word of the mesh for
// it, without, and to be reported at first sight. Faces that are too blurred, dark or
// covered for the mesh lie between .55 and .9, hands and lamps seldom above .5.
static const float WITH_MESH = .85f, ALONE = 1.1f, AT_ONCE = 1.4f;
static const float SUSPECT_PRESENCE = .2f;
enum { FOUND_MAX = 24 };

// Takes a lost face's identity where the new one may well be it.
static bool recognise(struct bt_tracker *t, struct bauta_face *face, double seconds)
{
    const struct bt_region r = bt_region_of(face);
    int best = -1;
    float nearest = 1.2f;
    for (int i = 0; i < t->losts; i++) {
        const struct bt_lost *l = &t->lost[i];
        const double away = fmin(seconds - l->seconds, .25);
        const struct bt_region at = bt_region_moved(l->region, l->velocity, away);
        const float way =
            fminf(hypotf(r.centre[0] - at.centre[0], r.centre[1] - at.centre[1]),
                  hypotf(r.centre[0] - l->region.centre[0],
                         r.centre[1] - l->region.centre[1])) /
            r.size;
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
    t->track[t->tracks++] = (struct bt_track){
        .face = *face,
        .region = bt_region_of(face),
        .residual = bt_pose_residual(face),
        // Spread, so that the checks of several faces fall on several frames.
        .check_at = seconds + FIRST_CHECK + .1 * (face->id % 5),
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
        const float centre[2] = { (d->box[0] + d->box[2]) / 2,
                                  (d->box[1] + d->box[3]) / 2 };
        struct bt_detection found[8];
        const int count =
            bt_detect_square(t->nets, frame, centre, windows[i] * side,
                             bt_upright_angle(frame),
                             BT_DETECTOR_LOW * t->options.detector_threshold, found, 8);
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
    const float k = presence >= SUSPECT_PRESENCE ? WITH_MESH : ALONE;
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
    return bt_face_confirm(t->nets, frame, face,
                           BT_DETECTOR_LOW * t->options.detector_threshold, NULL);
}

// A cheek or an ear of a face that is followed is no other face.
static bool beside_known(const struct bt_tracker *t, const float box[4])
{
    const float x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
    for (int i = 0; i < t->tracks; i++) {
        const float *b = t->track[i].face.box;
        const float margin = .3f * fmaxf(b[2] - b[0], b[3] - b[1]);
        if (x > b[0] - margin && x < b[2] + margin && y > b[1] - margin &&
            y < b[3] + margin)
            return true;
    }
    return false;
}

bool bt_suspect_shown(const struct bt_tracker *t, const struct bt_suspect *s)
{
    return (s->times > 1 ||
            s->detection.score >= AT_ONCE * t->options.detector_threshold) &&
           !beside_known(t, s->face.box);
}

static void suspect_box(struct bt_suspect *s, const struct bt_detection *d,
                        double seconds)
{
    s->detection = *d;
    s->times++;
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
    if (bt_tracker_knows(t, detection->box) || t->tracks + *count >= BAUTA_FACES_MAX)
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
        bool twice = bt_tracker_knows(t, face.box);
        for (int i = 0; i < *count && !twice; i++)
            twice = bt_box_same(fresh[i].box, face.box, SAME_IOU);
        if (!twice)
            fresh[(*count)++] = face;
    } else if (alarming(t, d.score, presence) && !beside_known(t, d.box) &&
               t->suspects < BT_SUSPECTS_MAX) {
        struct bt_suspect *s = &t->suspect[t->suspects++];
        memset(s, 0, sizeof(*s));
        s->face.id = t->next_id++;
        s->face.order = -1;
        suspect_box(s, &d, seconds);
    }
    return 0;
}

static int visit(struct bt_tracker *t, const struct bauta_frame *frame, int window,
                 struct bt_detection *found, int count)
{
    const struct bt_window *w = &t->window[window];
    const int more = bt_detect_window(t->nets, frame, w->x, w->y, w->size,
                                      BT_DETECTOR_LOW * t->options.detector_threshold,
                                      found + count, FOUND_MAX - count);
    return more < 0 ? more : count + more;
}

// Visits what is due: everything after a loss, else a few windows.
static int gather(struct bt_tracker *t, const struct bauta_frame *frame, double seconds,
                  double dt, struct bt_detection *found)
{
    const float low = BT_DETECTOR_LOW * t->options.detector_threshold;
    if (t->scan) {
        t->scan = false;
        t->credit = 0;
        return bt_detect_all(t->nets, frame, low, found, FOUND_MAX);
    }
    int count = 0;
    if (t->losts > 0) {
        // A face that was just lost will most likely come back near its place.
        const struct bt_lost *l = &t->lost[t->frames % t->losts];
        const struct bt_region r =
            bt_region_moved(l->region, l->velocity, fmin(seconds - l->seconds, .25));
        count = bt_detect_square(t->nets, frame, r.centre, 2 * r.size,
                                 bt_upright_angle(frame), low, found, FOUND_MAX / 2);
        if (count < 0)
            return count;
    }
    // With a face to follow most frames stay free of this. Without one there is time for
    // more, and the first window, the whole picture, is looked at in each frame.
    const bool idle = !t->tracks;
    t->credit = fmin(t->credit + dt * t->windows / (idle ? ROUND_IDLE : ROUND), 3);
    if (!idle && !bt_tracker_searches(t))
        return count;
    if (idle)
        count = visit(t, frame, 0, found, count);
    for (int left = idle ? 3 : 1; count >= 0 && left > 0 && t->credit >= 1; left--) {
        count = visit(t, frame, t->next_window, found, count);
        t->next_window = (t->next_window + 1) % t->windows;
        t->credit -= 1;
    }
    return count;
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
        struct bt_suspect *s = &t->suspect[i];
        if (beside_known(t, s->face.box))
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

int bt_tracker_search(struct bt_tracker *t, const struct bauta_frame *frame,
                      double seconds, double dt)
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
