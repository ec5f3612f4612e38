// SPDX-License-Identifier: Apache-2.0
#include "verify/motion/motion.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

const char *bauta_motion_verdict_name(enum bauta_motion_verdict verdict)
{
    static const char *const names[] = {"too-little", "alike", "unclear", "unlike"};
    return verdict >= 0 && verdict <= BAUTA_MOTION_UNLIKE ? names[verdict] : NULL;
}

static int take(void *opaque, const struct bt_watched *seen)
{
    return bt_motion_take(opaque, seen);
}

static int watch(const char *film, const struct bauta_motion_params *params,
                 struct bt_motion_track *track)
{
    const struct bt_watch what = {film, params ? params->models : NULL,
                                  params ? params->most_seconds : 0};
    const int before = track->count;
    const int result = bt_watch(&what, take, track, NULL, NULL);
    if (result == BAUTA_E_TOO_LARGE)
        bt_error("%s: is longer than a signature is learnt from", film);
    if (result >= 0)
        bt_info("%s: a face in %d frames", film, track->count - before);
    bt_motion_next_film(track);
    return result;
}

static int fail_little(const struct bt_motion_track *track, double seconds)
{
    if (!track->seen) {
        bt_error("motion signature: no face could be followed in any of the films");
        return BAUTA_E_NO_FACE;
    }
    bt_error("motion signature: one face was followed for %.1f minutes; %.0f are needed, "
             "%.0f are good: give more films of the person speaking",
             seconds / 60, BAUTA_MOTION_ENROL_MIN / 60, BAUTA_MOTION_ENROL_GOOD / 60);
    return BAUTA_E_TOO_SMALL;
}

static int learn(const struct bt_motion_track *track, int films, struct bauta_motion **out)
{
    struct bt_motion_windows windows;
    int result = bt_motion_cut(track, BAUTA_MOTION_WINDOW, BT_MOTION_STEP, &windows);
    if (result < 0)
        return result;
    if (windows.seconds < BAUTA_MOTION_ENROL_MIN)
        result = fail_little(track, windows.seconds);
    else
        result = bt_motion_learn(&windows, out);
    if (result >= 0)
        (*out)->films = films;
    bt_motion_windows_finish(&windows);
    return result;
}

int bauta_motion_enrol(const char *const *films, int count,
                       const struct bauta_motion_params *params,
                       struct bauta_motion **out)
{
    struct bt_motion_track track = {0};
    int result = 0;
    if (!films || !out || count < 1 || count > BAUTA_MOTION_CLIPS_MAX) {
        bt_error("motion signature: it is learnt from 1 to %d films",
                 BAUTA_MOTION_CLIPS_MAX);
        return BAUTA_E_USAGE;
    }
    for (int i = 0; i < count && result >= 0; i++)
        result = watch(films[i], params, &track);
    if (result >= 0)
        result = learn(&track, count, out);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("motion signature: out of memory");
    bt_motion_track_finish(&track);
    return result;
}

void bauta_motion_free(struct bauta_motion **motion)
{
    if (!motion || !*motion)
        return;
    bt_free((*motion)->own);
    bt_freep(motion);
}

int bauta_motion_info(const struct bauta_motion *motion, struct bauta_motion_info *out)
{
    if (!motion || !out)
        return BAUTA_E_USAGE;
    *out = (struct bauta_motion_info){motion->films, motion->windows, motion->seconds,
                                      bt_motion_limit(motion), motion->made};
    return 0;
}

int bt_motion_compare(const struct bauta_motion *motion,
                      const struct bt_motion_track *track,
                      struct bauta_motion_result *out)
{
    struct bt_motion_windows windows;
    const int result = bt_motion_cut(track, motion->length, BT_MOTION_STEP, &windows);
    if (result < 0)
        return result;
    if (windows.seconds < BAUTA_MOTION_COMPARE_MIN)
        *out = (struct bauta_motion_result){
            .windows = windows.count,
            .seconds = windows.seconds,
            .needed = BAUTA_MOTION_COMPARE_MIN - windows.seconds,
            .limit = bt_motion_limit(motion)};
    else
        bt_motion_judge(motion, &windows, out);
    bt_motion_windows_finish(&windows);
    return 0;
}

int bauta_motion_compare(const struct bauta_motion *motion, const char *film,
                         const struct bauta_motion_params *params,
                         struct bauta_motion_result *out)
{
    struct bt_motion_track track = {0};
    if (!motion || !film || !out) {
        bt_error("bauta_motion_compare: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = watch(film, params, &track);
    if (result >= 0)
        result = bt_motion_compare(motion, &track, out);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("motion signature: out of memory");
    bt_motion_track_finish(&track);
    return result;
}
