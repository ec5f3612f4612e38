// SPDX-License-Identifier: Apache-2.0
// Motion signatures on clips that are too short for them: learns one from each half of
// each clip that allows it, with shorter windows, and scores all other halves.
// usage: signature WINDOW STEP NAME=FILE...
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "verify/motion/motion.h"

enum { CLIPS_MAX = 32, PARTS = 3 };

// A half of a clip, or all of it, which is judged by other clips' signatures only.
struct half {
    char name[80];
    int clip;
    struct bt_motion_windows windows;
    struct bauta_motion *motion;
};

static int take(void *opaque, const struct bt_watched *seen)
{
    return bt_motion_take(opaque, seen);
}

// The frames of a half of the time in which there was a face.
static struct bt_motion_track part_of(const struct bt_motion_track *track, int half)
{
    struct bt_motion_track out = {.frame = track->frame};
    out.count = track->count;
    if (!track->count || half > 1)
        return out;
    const double middle =
        (track->frame[0].seconds + track->frame[track->count - 1].seconds) / 2;
    int border = 0;
    while (border < track->count && track->frame[border].seconds < middle)
        border++;
    out.frame = track->frame + (half ? border : 0);
    out.count = half ? track->count - border : border;
    return out;
}

static int read_clip(char *word, int clip, double window, double step,
                     struct half out[PARTS])
{
    struct bt_motion_track track = {0};
    char *equals = strchr(word, '=');
    if (!equals)
        return BAUTA_E_USAGE;
    *equals = 0;
    const struct bt_watch what = {.path = equals + 1};
    int result = bt_watch(&what, take, &track, NULL, NULL);
    fprintf(stderr, "%s: a face in %d frames\n", word, track.count);
    for (int h = 0; h < PARTS && result >= 0; h++) {
        const struct bt_motion_track part = part_of(&track, h);
        snprintf(out[h].name, sizeof out[h].name, "%s/%s", word,
                 (const char *[]){"1", "2", "all"}[h]);
        out[h].clip = clip;
        result = bt_motion_cut(&part, window, step, &out[h].windows);
        if (result >= 0 && h < 2)
            result = bt_motion_learn(&out[h].windows, &out[h].motion);
        result = result == BAUTA_E_TOO_SMALL ? 0 : result;
    }
    bt_motion_track_finish(&track);
    return result;
}

static void print(const struct half *half, int count)
{
    printf("%-21s %-21s %7s %7s %7s %7s %7s  %s\n", "signature of", "judged", "windows",
           "score", "error", "limit", "inside", "verdict");
    for (int i = 0; i < count; i++) {
        for (int k = 0; half[i].motion && k < count; k++) {
            struct bauta_motion_result r;
            const bool own = half[k].clip == half[i].clip;
            if (k == i || !half[k].windows.count || own == (k % PARTS == 2))
                continue;
            bt_motion_judge(half[i].motion, &half[k].windows, &r);
            printf("%-21s %-21s %7d %7.2f %7.2f %7.2f %7.2f  %s\n", half[i].name,
                   half[k].name, r.windows, r.score, r.error, r.limit, r.inside,
                   bauta_motion_verdict_name(r.verdict));
        }
    }
    for (int i = 0; i < count; i++) {
        if (!half[i].motion && i % PARTS < 2)
            printf("%s: %d windows, too few to learn from\n", half[i].name,
                   half[i].windows.count);
    }
}

int main(int argc, char **argv)
{
    static struct half half[PARTS * CLIPS_MAX];
    int count = 0, result = 0;
    const double window = argc > 3 ? atof(argv[1]) : 0, step = argc > 3 ? atof(argv[2]) : 0;
    if (!(window >= 1 && step >= .1) || argc > 3 + CLIPS_MAX) {
        fprintf(stderr, "usage: signature WINDOW STEP NAME=FILE...\n");
        return 2;
    }
    for (int i = 3; i < argc && result >= 0; i++, count += PARTS)
        result = read_clip(argv[i], i, window, step, half + count);
    if (result >= 0)
        print(half, count);
    for (int i = 0; i < count; i++) {
        bt_motion_windows_finish(&half[i].windows);
        bauta_motion_free(&half[i].motion);
    }
    return result < 0 ? -result : 0;
}
