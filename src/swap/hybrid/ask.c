// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/log.h"
#include "swap/hybrid/hybrid.h"
#include "swap/neural/align.h"

static const double CALIBRATION = 15; // seconds
static const double SLOW = 30;        // seconds after which the log says so
static const float NOVEL = .7f;       // a distance that asks for a key frame
static const float NOVEL_EARLY = .4f; // the same during calibration
static const float OUTLIER = 2.5f;    // distances beyond are no better
static const float TURNED = 50;       // degrees
static const float COVERED = .04f;    // of the face, more than usual
static const float COVERED_MOST = .3f;
enum { FAILURES_MAX = 3 };            // in a row, then the generator is given up

static const char *others(const struct bt_hybrid *h)
{
    return h->cache.count ? "the key frames that it made" : "engine mesh";
}

// How far the frame is from all keys, part by part.
static float novelty_of(const float distance[BT_KEYS_MAX][BT_PARTS])
{
    float least[BT_PARTS], most = 0;
    for (int p = 0; p < BT_PARTS; p++) {
        least[p] = BT_FAR;
        for (int i = 0; i < BT_KEYS_MAX; i++)
            least[p] = fminf(least[p], distance[i][p]);
        most = fmaxf(most, least[p]);
    }
    return fminf(fmaxf(bt_parts_apart(least), .6f * most), OUTLIER);
}

static void keep(struct bt_hybrid *h, struct bt_key *key)
{
    uint8_t held[BT_KEYS_MAX] = {0};
    for (int i = 0; i < BAUTA_FACES_MAX; i++)
        if (h->person[i])
            bt_mix_hold(&h->person[i]->mix, held);
    bt_cache_put(&h->cache, &h->parts, key, held);
    if (!h->keys++)
        bt_info("engine hybrid: generator %s made its first key frame", h->name);
}

void bt_hybrid_settle(struct bt_hybrid *h, double seconds, bool wait)
{
    struct bt_key *key = NULL;
    if (!bt_worker_busy(h->worker))
        return;
    if (h->pace > 0) {
        if (seconds < h->due && seconds >= h->asked)
            return;
        wait = true;
    }
    const int error = bt_worker_take(h->worker, wait, &key);
    if (error == BAUTA_E_AGAIN) {
        if (!h->slow && seconds - h->asked > SLOW)
            bt_warn("engine hybrid: generator %s has not answered for %.0f s; the stream "
                    "goes on with %s", h->name, SLOW, others(h));
        h->slow |= seconds - h->asked > SLOW;
        return;
    }
    if (!error) {
        h->failures = 0;
        keep(h, key);
        return;
    }
    if (++h->failures == 1)
        bt_warn("engine hybrid: generator %s failed; %s go on being shown", h->name,
                h->cache.count ? "its key frames" : "engine mesh's pictures");
    if (h->failures >= FAILURES_MAX) {
        bt_error("engine hybrid: generator %s failed %d times in a row; the stream goes on "
                 "with %s", h->name, h->failures, others(h));
        h->given_up = true;
    }
}

// A frame that is worth the generator's time: the face is whole and calm.
static bool is_good(const struct bt_hybrid *h, const struct bt_hybrid_person *p,
                    const struct bauta_face *at, struct bt_affine map)
{
    const int side = bt_worker_generator(h->worker)->size;
    const struct bt_patch *patch = &h->patch;
    float x, y;
    if (at->origin != BAUTA_FACE_TRACKED || fabsf(at->yaw) > TURNED ||
        fabsf(at->pitch) > TURNED ||
        h->view.covered > fminf(p->covered + COVERED, COVERED_MOST))
        return false;
    // The middle of the square lies in the picture.
    for (int i = 0; i < 4; i++) {
        bt_affine_apply(map, (i & 1 ? .8f : .2f) * (float)side,
                        (i & 2 ? .9f : .25f) * (float)side, &x, &y);
        if (x < (float)patch->rect.x0 || y < (float)patch->rect.y0 ||
            x > (float)(patch->rect.x0 + patch->width) ||
            y > (float)(patch->rect.y0 + patch->height))
            return false;
    }
    return true;
}

static void fill(struct bt_hybrid *h, const struct bt_hybrid_person *p,
                 const struct bauta_face *at, const struct bt_source_face *who,
                 struct bt_affine map, float novelty)
{
    struct bt_key_job *job = bt_worker_blank(h->worker);
    const struct bt_affine back = bt_affine_invert(map);
    struct bt_affine local = map;
    local.m[2] -= (float)h->patch.rect.x0;
    local.m[5] -= (float)h->patch.rect.y0;
    bt_align_sample(h->patch.seen, h->patch.width, h->patch.height, h->patch.stride, local,
                    bt_worker_generator(h->worker)->size, job->seen);
    for (int v = 0; v < BAUTA_LANDMARKS; v++)
        bt_affine_apply(back, at->landmark[v][0], at->landmark[v][1], &job->landmark[v][0],
                        &job->landmark[v][1]);
    job->view = h->view;
    job->novelty = novelty;
    bt_worker_tell(h->worker, who, p->owner);
}

static float threshold(struct bt_hybrid *h, double seconds)
{
    if (h->waits || h->calibrated || !h->keys)
        return h->waits || !h->keys ? NOVEL_EARLY : NOVEL;
    if (seconds - h->began < CALIBRATION && seconds >= h->began)
        return NOVEL_EARLY;
    h->calibrated = true;
    bt_info("engine hybrid: calibrated with %d key frames", h->cache.count);
    return NOVEL;
}

// Something that was kept for the generator may have become known meanwhile.
static bool still_novel(struct bt_hybrid *h, float least)
{
    struct bt_key_job *job = bt_worker_blank(h->worker);
    float distance[BT_KEYS_MAX][BT_PARTS];
    if (job->novelty < least)
        return false;
    bt_cache_compare(&h->cache, &h->parts, job->owner, &job->view, distance);
    job->novelty = novelty_of((const float(*)[BT_PARTS])distance);
    return job->novelty >= least;
}

void bt_hybrid_ask(struct bt_hybrid *h, const struct bt_hybrid_person *p,
                   const struct bauta_face *at, const struct bt_source_face *who,
                   struct bt_affine map, double seconds)
{
    if (h->given_up)
        return;
    const float novelty = novelty_of((const float(*)[BT_PARTS])h->distance);
    const float least = threshold(h, seconds);
    struct bt_key_job *job = bt_worker_blank(h->worker);
    if (novelty > fmaxf(job->novelty, least) &&
        is_good(h, p, at, map))
        fill(h, p, at, who, map, novelty);
    if (bt_worker_busy(h->worker) || !still_novel(h, least))
        return;
    if (!h->keys && !h->began)
        h->began = seconds;
    h->asked = seconds;
    h->due = seconds + h->pace;
    bt_worker_start(h->worker);
    bt_worker_blank(h->worker)->novelty = 0;
}
