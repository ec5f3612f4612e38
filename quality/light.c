// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>

#include "base/alloc.h"
#include "base/log.h"
#include "quality/bench.h"
#include "quality/series.h"

enum { FRAMES = 60, SWITCHED_AT = 30, STILL_FRAMES = 40, WARM_UP = 8 };
static const double TURN = 6.28318530717958647692;
static const float NOISE = 2;

// The light's answer ------------------------------------------------------------------

enum way { PLAIN, DIMMED, FROM_A_SIDE, SWITCHED, WAYS };

// Brightness of the face in the input and the output of each frame; NAN: not swapped.
struct curve {
    double in[FRAMES], out[FRAMES], side_in[FRAMES], side_out[FRAMES];
};

struct run {
    struct bt_q_bench *bench;
    const struct bt_q_film *film;
    struct curve *curve;
    float x0, x1;           // the face's extent
    enum way way;
};

static void change(void *opaque, struct bauta_frame *frame, int number)
{
    const struct run *r = opaque;
    const float wave = (float)cos(TURN * number / FRAMES);
    const float sine = (float)sin(TURN * number / FRAMES);
    if (r->way == DIMMED)
        bt_q_relight(frame, r->x0, r->x1, .75f + .25f * wave, .75f + .25f * wave);
    else if (r->way == FROM_A_SIDE)
        bt_q_relight(frame, r->x0, r->x1, .7f - .3f * sine, .7f + .3f * sine);
    else if (r->way == SWITCHED && number >= SWITCHED_AT)
        bt_q_relight(frame, r->x0, r->x1, .55f, .55f);
}

static int see(void *opaque, int number, const struct bt_tap_info *info)
{
    struct run *r = opaque;
    float texture[BT_Q_TEXELS];
    int swapped;
    const int which = bt_q_main_face(info, &swapped);
    if (which < 0 || !swapped || number >= FRAMES)
        return 0;
    const struct bauta_face *at = &info->faces->face[which];
    struct curve *c = r->curve;
    bt_q_unwrap(&r->bench->space, r->film->frame[number], at, texture);
    bt_q_brightness(&r->bench->space, texture, &c->in[number], &c->side_in[number]);
    bt_q_unwrap(&r->bench->space, info->frame, at, texture);
    bt_q_brightness(&r->bench->space, texture, &c->out[number], &c->side_out[number]);
    if (r->x1 <= r->x0) {
        r->x0 = at->box[0];
        r->x1 = at->box[2];
    }
    return 0;
}

static int run_way(struct run *r, const struct bt_q_film *plain,
                   struct bauta_identity *who, struct curve *curve, enum way way)
{
    struct bt_q_film film;
    for (int i = 0; i < FRAMES; i++)
        curve->in[i] = curve->out[i] = curve->side_in[i] = curve->side_out[i] = NAN;
    r->way = way;
    int result = bt_q_film_make(&film, plain, FRAMES, false, change, r);
    if (result < 0)
        return result;
    r->film = &film;
    r->curve = curve;
    result = bt_q_film_run(&film, who, see, r);
    bt_q_film_close(&film);
    return result;
}

// Differences of two curves where both were seen; returns how many.
static int differences(const double *a, const double *b, const double *c, const double *d,
                       int from, double *x, double *y)
{
    int count = 0;
    for (int i = from; i < FRAMES; i++) {
        if (isnan(a[i]) || isnan(b[i]) || isnan(c[i]) || isnan(d[i]))
            continue;
        x[count] = a[i] - b[i];
        y[count++] = c[i] - d[i];
    }
    return count;
}

int bt_q_light(struct bt_q_bench *bench, const struct bt_q_film *film,
               struct bauta_identity *who, struct bt_q_row *row)
{
    struct run run = {.bench = bench};
    struct curve c[WAYS];
    double x[FRAMES], y[FRAMES];
    for (int way = 0; way < WAYS; way++) {
        const int result = run_way(&run, film, who, &c[way], (enum way)way);
        if (result < 0)
            return result;
    }
    int n = differences(c[DIMMED].in, c[PLAIN].in, c[DIMMED].out, c[PLAIN].out, 0, x, y);
    row->value[BT_Q_LIGHT] = bt_q_slope(x, y, n);
    n = differences(c[FROM_A_SIDE].side_in, c[PLAIN].side_in, c[FROM_A_SIDE].side_out,
                    c[PLAIN].side_out, 0, x, y);
    row->value[BT_Q_SIDE] = bt_q_slope(x, y, n);
    n = differences(c[SWITCHED].in, c[PLAIN].in, c[SWITCHED].out, c[PLAIN].out,
                    SWITCHED_AT, x, y);
    for (int i = 0; i < n; i++)
        y[i] /= x[i];
    row->value[BT_Q_SETTLED] = bt_q_settled(y, n, film->ms_a_frame);
    return 0;
}

// The still picture -------------------------------------------------------------------

struct still {
    struct bt_q_bench *bench;
    const struct bt_q_film *film;
    struct bauta_face at;      // one region for all frames
    int count;
    float in[STILL_FRAMES][BAUTA_LANDMARKS][3], out[STILL_FRAMES][BAUTA_LANDMARKS][3];
};

static void add_noise(void *opaque, struct bauta_frame *frame, int number)
{
    (void)opaque;
    bt_q_noise(frame, NOISE, (uint32_t)number + 1);
}

static int see_still(void *opaque, int number, const struct bt_tap_info *info)
{
    struct still *s = opaque;
    struct bauta_face in, out;
    int swapped;
    const int which = bt_q_main_face(info, &swapped);
    // The filters have come to rest after some frames.
    if (which < 0 || !swapped || number < WARM_UP)
        return 0;
    if (s->count == 0)
        s->at = info->faces->face[which];
    int result = bt_q_look(s->bench->fine, s->film->frame[number], &s->at, &in);
    if (result >= 0)
        result = bt_q_look(s->bench->fine, info->frame, &s->at, &out);
    if (result < 0)
        return result == BAUTA_E_NO_FACE ? 0 : result;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 3; k++) {
            s->in[s->count][i][k] = in.landmark[i][k];
            s->out[s->count][i][k] = out.landmark[i][k];
        }
    }
    s->count++;
    return 0;
}

int bt_q_still(struct bt_q_bench *bench, const struct bt_q_film *film,
               struct bauta_identity *who, struct bt_q_row *row)
{
    struct bt_q_film noisy;
    struct still *s = bt_zalloc(sizeof *s);
    if (!s)
        return BAUTA_E_NO_MEMORY;
    int result = bt_q_film_make(&noisy, film, STILL_FRAMES, true, add_noise, NULL);
    if (result >= 0) {
        s->bench = bench;
        s->film = &noisy;
        result = bt_q_film_run(&noisy, who, see_still, s);
        bt_q_film_close(&noisy);
    }
    if (result >= 0) {
        const double in =
            bt_q_tremble((const float (*)[BAUTA_LANDMARKS][3])s->in, s->count);
        const double out =
            bt_q_tremble((const float (*)[BAUTA_LANDMARKS][3])s->out, s->count);
        row->value[BT_Q_STILL] = in > 0 ? out / in : NAN;
    }
    bt_free(s);
    return result;
}
