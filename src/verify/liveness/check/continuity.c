// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>

#include "verify/liveness/liveness.h"

static const float ALIKE_LEAST = .5f, ALIKE_DOUBT = .6f;
static const double GONE_MOST = .7; // seconds without a face
static const float LEAP_MOST = .5f; // of its width, from one frame to the next
static const float LIGHT_JUMP = 1.6f, NOISE_JUMP = 2.f;
enum { SIDE = 4 }; // frames before and after a jump

static void check_identity(const struct bt_stream *s, struct bauta_evidence *e)
{
    float least = 2;
    int measured = 0, below = 0;
    for (int i = 0; i < s->count; i++) {
        const struct bauta_liveness_sample *p = &s->sample[i];
        if (p->alike < -1.5f || !p->faces)
            continue;
        measured++;
        below += p->alike < ALIKE_LEAST;
        least = fminf(least, p->alike);
    }
    if (measured < 2)
        bt_evidence(e, BAUTA_FINDING_SKIPPED, 0, 0,
                    "the identity net is not here, or no face was seen");
    else if (below > 1)
        bt_evidence(e, BAUTA_FINDING_BAD, (double)least, (double)ALIKE_LEAST,
                    "another person was seen, %d of %d times", below, measured);
    else if (least < ALIKE_DOUBT && below)
        bt_evidence(e, BAUTA_FINDING_DOUBTFUL, (double)least, (double)ALIKE_LEAST,
                    "once the face looked like another person's");
    else
        bt_evidence(e, BAUTA_FINDING_GOOD, (double)least, (double)ALIKE_LEAST,
                    "the same face in %d looks", measured);
}

static void check_track(const struct bt_stream *s, struct bauta_evidence *e)
{
    const struct bauta_liveness_sample *last = NULL;
    double gone = 0, leap = 0;
    int changes = 0, several = 0;
    for (int i = 0; i < s->count; i++) {
        const struct bauta_liveness_sample *p = &s->sample[i];
        several += p->faces > 1;
        if (!p->faces) {
            gone = last ? fmax(gone, p->seconds - last->seconds) : gone;
            continue;
        }
        if (last) {
            const double dt = p->seconds - last->seconds;
            const double moved =
                hypot((double)(p->x - last->x), (double)(p->y - last->y)) /
                (double)fmaxf(last->size, 1e-3f);
            gone = fmax(gone, dt);
            changes += p->track != last->track;
            if (dt < .08)
                leap = fmax(leap, moved);
        }
        last = p;
    }
    if (!last)
        bt_evidence(e, BAUTA_FINDING_BAD, 0, 0, "no face was seen");
    else if (changes)
        bt_evidence(e, BAUTA_FINDING_BAD, changes, 0,
                    "the face was lost and another taken up");
    else if (gone > GONE_MOST)
        bt_evidence(e, BAUTA_FINDING_BAD, gone, GONE_MOST, "no face for %.1f s", gone);
    else if (leap > (double)LEAP_MOST)
        bt_evidence(e, BAUTA_FINDING_BAD, leap, (double)LEAP_MOST,
                    "the face leapt from one frame to the next");
    else if (several * 10 > s->count)
        bt_evidence(e, BAUTA_FINDING_DOUBTFUL, several, s->count * .1,
                    "more than one face in %d of %d frames", several, s->count);
    else
        bt_evidence(e, BAUTA_FINDING_GOOD, gone, GONE_MOST,
                    "one face, seen all the time");
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static float luma(const struct bauta_liveness_sample *p)
{
    float sum = 0;
    for (int k = 0; k < BAUTA_LIVENESS_CELLS; k++)
        sum += p->cell[k] / BAUTA_LIVENESS_CELLS;
    return sum;
}

static float noise(const struct bauta_liveness_sample *p)
{
    return p->noise;
}

// The largest ratio between neighbouring medians. floor: what is dark or clean anyway.
static float largest_jump(const struct bt_stream *s, double until, float floor,
                          float (*value)(const struct bauta_liveness_sample *))
{
    float largest = 1;
    for (int i = SIDE; i + SIDE <= s->count && s->sample[i].seconds < until; i++) {
        float a[SIDE], b[SIDE];
        for (int k = 0; k < SIDE; k++) {
            a[k] = fmaxf(value(&s->sample[i - 1 - k]), floor);
            b[k] = fmaxf(value(&s->sample[i + k]), floor);
        }
        qsort(a, SIDE, sizeof *a, by_value);
        qsort(b, SIDE, sizeof *b, by_value);
        const float ratio = (b[1] + b[2]) / (a[1] + a[2]);
        largest = fmaxf(largest, fmaxf(ratio, 1 / ratio));
    }
    return largest;
}

static void check_picture(const struct bt_stream *s, double until,
                          struct bauta_evidence *e)
{
    int cuts = 0;
    for (int i = 0; i < s->count; i++)
        cuts += i > 0 && s->sample[i].cut;
    const float lit = largest_jump(s, until, 8, luma),
                grain = largest_jump(s, until, .7f, noise);
    if (cuts)
        bt_evidence(e, BAUTA_FINDING_BAD, cuts, 0, "%d cuts", cuts);
    else if (lit > LIGHT_JUMP && grain > NOISE_JUMP)
        bt_evidence(e, BAUTA_FINDING_BAD, (double)lit, (double)LIGHT_JUMP,
                    "light and noise jump");
    else if (lit > LIGHT_JUMP)
        bt_evidence(e, BAUTA_FINDING_DOUBTFUL, (double)lit, (double)LIGHT_JUMP,
                    "the light jumps, to %.1f times", (double)lit);
    else if (grain > NOISE_JUMP)
        bt_evidence(e, BAUTA_FINDING_DOUBTFUL, (double)grain, (double)NOISE_JUMP,
                    "the noise jumps, to %.1f times", (double)grain);
    else
        bt_evidence(e, BAUTA_FINDING_GOOD, (double)fmaxf(lit, grain), (double)LIGHT_JUMP,
                    "no cut, no jump of light or noise");
}

void bt_check_continuity(const struct bt_stream *s, double light_from,
                         struct bauta_liveness_result *out)
{
    check_identity(s, &out->check[BAUTA_PAD_IDENTITY]);
    check_track(s, &out->check[BAUTA_PAD_TRACK]);
    check_picture(s, light_from, &out->check[BAUTA_PAD_PICTURE]);
}
