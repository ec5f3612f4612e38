// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "verify/liveness/liveness.h"

// The colour of the face is compared with the colours of the screen. Only differences
// between channels are used: exposure changes brightness, and a lamp seldom its colour.
enum { FRAMES_MOST = 720, LEAST = 40, OTHERS = 200, LAGS = 16 };
static const double LAG_STEP = .04;
static const double GOOD = .85, UNLIKELY = .006, STRONG = .75, ANOTHER = .3;
static const double VISIBLE = .008; // deviation of the colour that is no noise

struct series {
    int count;
    double seconds[FRAMES_MOST];
    double colour[2][FRAMES_MOST]; // red less green, blue less green, over brightness
};

static void take(const struct bt_stream *s, double from, double to, struct series *out)
{
    double mean[3] = {0};
    int n = 0;
    for (int i = 0; i < s->count && n < FRAMES_MOST; i++) {
        const struct bauta_liveness_sample *p = &s->sample[i];
        if (!p->faces || p->seconds < from || p->seconds > to)
            continue;
        out->seconds[n++] = p->seconds - from;
        for (int c = 0; c < 3; c++)
            mean[c] += (double)p->light[c];
    }
    out->count = n;
    n = 0;
    for (int i = 0; i < s->count && n < out->count; i++) {
        const struct bauta_liveness_sample *p = &s->sample[i];
        double v[3];
        if (!p->faces || p->seconds < from || p->seconds > to)
            continue;
        for (int c = 0; c < 3; c++)
            v[c] = mean[c] > 0 ? (double)p->light[c] * out->count / mean[c] : 1;
        out->colour[0][n] = v[0] - v[1];
        out->colour[1][n++] = v[2] - v[1];
    }
}

// Takes mean and slope off.
static void level(const double *t, double *v, int n)
{
    double mt = 0, mv = 0, tt = 0, tv = 0;
    for (int i = 0; i < n; i++)
        mt += t[i] / n, mv += v[i] / n;
    for (int i = 0; i < n; i++)
        tt += (t[i] - mt) * (t[i] - mt), tv += (t[i] - mt) * (v[i] - mv);
    for (int i = 0; i < n; i++)
        v[i] -= mv + (tt > 0 ? tv / tt : 0) * (t[i] - mt);
}

static double linear(uint8_t display)
{
    return pow(display / 255., 2.2);
}

// Which colour is shown at that time; before and after them the screen is grey.
static int shown(double t)
{
    const double k = floor((t - BT_LIGHT_QUIET) / BT_COLOUR_SECONDS);
    return k >= 0 && k < BT_COLOURS ? (int)k : -1;
}

// The series is level already, so that only the length of what is wanted needs its mean.
static double correlation(const struct series *s, const double wanted[2][BT_COLOURS],
                          double lag)
{
    double ab = 0, aa = 0, bb = 0;
    for (int c = 0; c < 2; c++) {
        double sum = 0;
        for (int i = 0; i < s->count; i++) {
            const int k = shown(s->seconds[i] - lag);
            const double w = k < 0 ? 0 : wanted[c][k];
            sum += w;
            aa += w * w;
            ab += w * s->colour[c][i];
            bb += s->colour[c][i] * s->colour[c][i];
        }
        aa -= sum * sum / s->count;
    }
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static double best(const struct series *s, uint8_t colour[BT_COLOURS][3])
{
    double wanted[2][BT_COLOURS], most = -1;
    for (int k = 0; k < BT_COLOURS; k++)
        for (int c = 0; c < 2; c++)
            wanted[c][k] = linear(colour[k][2 * c]) - linear(colour[k][1]);
    for (int k = 0; k < LAGS; k++)
        most =
            fmax(most, correlation(s, (const double(*)[BT_COLOURS])wanted, k * LAG_STEP));
    return most;
}

// Of the colour's variance what steps at the screen's times explain, at the best lag,
// whatever their colours.
static double stepped(const struct series *s)
{
    double most = 0;
    for (int l = 0; l < LAGS; l++) {
        double explained = 0, all = 0;
        for (int c = 0; c < 2; c++) {
            double sum[BT_COLOURS + 1] = {0};
            int n[BT_COLOURS + 1] = {0};
            for (int i = 0; i < s->count; i++) {
                const int k = shown(s->seconds[i] - l * LAG_STEP) + 1;
                sum[k] += s->colour[c][i];
                n[k]++;
                all += s->colour[c][i] * s->colour[c][i];
            }
            for (int k = 0; k <= BT_COLOURS; k++)
                explained += n[k] ? sum[k] * sum[k] / n[k] : 0;
        }
        most = fmax(most, all > 0 ? explained / all : 0);
    }
    return most;
}

void bt_check_light(const struct bt_challenge *c, const struct bt_stream *s, double from,
                    struct bauta_evidence *out)
{
    static _Thread_local struct series series;
    uint8_t colour[BT_COLOURS][3], key[BT_SEED_BYTES + 2];
    double strength = 0;
    int as_good = 0;
    take(s, from - BT_LIGHT_QUIET, from + BT_COLOURS * BT_COLOUR_SECONDS + BT_LIGHT_QUIET,
         &series);
    if (series.count < LEAST) {
        bt_evidence(out, BAUTA_FINDING_DOUBTFUL, series.count, LEAST,
                    "the face was seen in too few frames while colours were shown");
        return;
    }
    for (int k = 0; k < 2; k++) {
        level(series.seconds, series.colour[k], series.count);
        for (int i = 0; i < series.count; i++)
            strength += series.colour[k][i] * series.colour[k][i] / (2 * series.count);
    }
    strength = sqrt(strength);
    memcpy(colour, c->colour, sizeof colour);
    const double own = best(&series, colour);
    memcpy(key, c->seed, BT_SEED_BYTES);
    for (int i = 0; i < OTHERS; i++) {
        key[BT_SEED_BYTES] = (uint8_t)i;
        key[BT_SEED_BYTES + 1] = 1;
        if (bt_challenge_colours(key, sizeof key, colour) >= 0)
            as_good += best(&series, colour) >= own;
    }
    const double chance = (as_good + 1.) / (OTHERS + 1);
    if (own >= GOOD && chance <= UNLIKELY)
        bt_evidence(out, BAUTA_FINDING_GOOD, own, GOOD,
                    "the face shows the colours of the screen");
    else if (own < ANOTHER && strength > VISIBLE && stepped(&series) > STRONG)
        bt_evidence(out, BAUTA_FINDING_BAD, own, ANOTHER,
                    "the face shows other colours than the screen's, in its rhythm");
    else
        bt_evidence(
            out, BAUTA_FINDING_DOUBTFUL, own, GOOD,
            "the colours of the screen cannot be told on the face: the room is too "
            "bright, or it is no face before this screen");
}
