// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "face/tracker.h"

// Seconds.
static const double LOST_KEPT = 1.2;   // how long a lost face is waited for
static const double CHECK_EVERY = 1.0; // a followed face is shown to the detector
static const double CHECK_AGAIN = .2;  // after the detector did not see it
static const double STEP_MAX = .5;     // beyond this nothing is extrapolated

static const float SAME_IOU = .3f;
static const float RESIDUAL_JUMP = .6f; // centimetres from frame to frame
static const float STEER_WINDOW = 1.2f; // of the region's size
enum { DOUBTS_MAX = 3 };

int bt_tracker_create(struct bt_tracker **out, const struct bt_format *format,
                      const struct bt_face_options *options, const char *models,
                      int threads)
{
    struct bt_tracker *t = bt_zalloc(sizeof(*t));
    if (!t)
        return BAUTA_E_NO_MEMORY;
    t->format = *format;
    t->options = *options;
    int result = bt_face_nets_open(&t->nets, models, threads);
    if (result >= 0 && options->net != BT_FACE_NET_MESH)
        result = bt_face_nets_use(t->nets, options->net, models, threads);
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

struct bt_region bt_region_moved(struct bt_region r, const float velocity[2], double dt)
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
    const float way =
        hypotf(now.centre[0] - was.centre[0], now.centre[1] - was.centre[1]);
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

// On a head turned aside the mesh bends towards what lies beyond the far cheek, and a
// region drawn from it drifts there frame by frame; the detector's does not. It moves the
// region of a turned head towards its own. 1: it did.
static int steer(struct bt_tracker *t, const struct bauta_frame *frame,
                 const struct bt_track *track, struct bt_region *at)
{
    const float turned = fminf((fabsf(track->face.yaw) - 12) / 14, 1);
    if (turned <= 0)
        return 0;
    struct bt_detection found[4];
    const int count =
        bt_detect_square(t->nets, frame, at->centre, STEER_WINDOW * at->size, at->angle,
                         BT_DETECTOR_LOW * t->options.detector_threshold, found, 4);
    for (int i = 0; i < count; i++) {
        struct bt_region r;
        bt_region_from_detection(&found[i], r.centre, &r.size, &r.angle);
        if (hypotf(r.centre[0] - at->centre[0], r.centre[1] - at->centre[1])
                > .4f * at->size || fabsf(logf(r.size / at->size)) > .5f)
            continue;
        for (int k = 0; k < 2; k++)
            at->centre[k] += turned * (r.centre[k] - at->centre[k]);
        at->size += turned * (r.size - at->size);
        return 1;
    }
    return count < 0 ? count : 0;
}

// 1: the face was found again and the track brought up to date, 0: it is lost.
static int follow(struct bt_tracker *t, const struct bauta_frame *frame,
                  struct bt_track *track, double dt)
{
    const struct bt_region was = track->region;
    struct bt_region at = bt_region_moved(was, track->velocity, dt);
    const float presence = t->options.presence_threshold;
    struct bauta_face face = track->face;
    int result = steer(t, frame, track, &at);
    if (result > 0)
        result = bt_mesh_once(t->nets, frame, at, presence, &face);
    else if (!result)
        result = bt_mesh_settle(t->nets, frame, at.centre, at.size, at.angle, presence,
                                &face);
    if (result < 0)
        return result;
    if (!result || !continues(&was, &face) ||
        bt_pose_residual(&face) > track->residual + RESIDUAL_JUMP) {
        face = track->face;
        result = bt_second_look(t->nets, frame, was, at, presence,
                                BT_DETECTOR_LOW * t->options.detector_threshold, &face);
        if (result <= 0 || !continues(&was, &face))
            return result < 0 ? result : 0;
    }
    const struct bt_region now = bt_region_of(&face), before = bt_region_of(&track->face);
    for (int k = 0; k < 2; k++)
        track->velocity[k] =
            dt > 0 && dt < STEP_MAX ? (now.centre[k] - before.centre[k]) / (float)dt : 0;
    track->region = steady(was, now);
    track->face = face;
    track->residual = bt_pose_residual(&face);
    return 1;
}

// Once a second, or a frame later, the detector must see the face, too. 0: the track is to be given up.
static int check(struct bt_tracker *t, const struct bauta_frame *frame,
                 struct bt_track *track, double seconds)
{
    if (seconds < track->check_at || bt_tracker_searches(t))
        return 1;
    struct bt_detection other;
    int result = bt_face_confirm(t->nets, frame, &track->face,
                                 BT_DETECTOR_LOW * t->options.detector_threshold, &other);
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

static void lose(struct bt_tracker *t, const struct bt_track *track)
{
    if (t->losts == BAUTA_FACES_MAX)
        memmove(&t->lost[0], &t->lost[1], sizeof(t->lost[0]) * (size_t)--t->losts);
    t->lost[t->losts++] = (struct bt_lost){
        .region = track->region,
        .velocity = { track->velocity[0], track->velocity[1] },
        .seconds = t->seconds,
        .id = track->face.id,
        .order = track->face.order,
    };
    t->scan = true;
}

static int follow_all(struct bt_tracker *t, const struct bauta_frame *frame,
                      double seconds, double dt)
{
    int kept = 0;
    for (int i = 0; i < t->tracks; i++) {
        struct bt_track *track = &t->track[i];
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

bool bt_tracker_knows(const struct bt_tracker *t, const float box[4])
{
    for (int i = 0; i < t->tracks; i++) {
        if (bt_box_same(t->track[i].face.box, box, SAME_IOU))
            return true;
    }
    return false;
}

static void report(const struct bt_tracker *t, bool cut, struct bt_faces *out)
{
    out->cut = cut;
    out->count = 0;
    for (int i = 0; i < t->tracks; i++)
        out->face[out->count++] = t->track[i].face;
    for (int i = 0; i < t->suspects && out->count < BAUTA_FACES_MAX; i++) {
        if (bt_suspect_shown(t, &t->suspect[i]))
            out->face[out->count++] = t->suspect[i].face;
    }
}

int bt_tracker_update(struct bt_tracker *tracker, const struct bauta_frame *frame,
                      double seconds, struct bt_faces *out)
{
    struct bt_tracker *t = tracker;
    if (frame->width != t->format.width || frame->height != t->format.height) {
        bt_error("a frame of %dx%d came into a stream of %dx%d", frame->width,
                 frame->height, t->format.width, t->format.height);
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
        result = bt_tracker_search(t, frame, seconds, dt > 0 ? dt : 0);
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
    int result =
        bt_mesh_settle(tracker->nets, frame, r.centre, r.size, r.angle, presence, &found);
    if (!result || (result > 0 && !continues(&r, &found))) {
        found = *neighbour;
        result =
            bt_second_look(tracker->nets, frame, r, r, presence,
                           BT_DETECTOR_LOW * tracker->options.detector_threshold, &found);
    }
    if (result <= 0 || !continues(&r, &found))
        return result < 0 ? result : 0;
    found.id = neighbour->id;
    found.order = neighbour->order;
    found.origin = BAUTA_FACE_TRACKED;
    *face = found;
    return 1;
}
