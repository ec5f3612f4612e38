// SPDX-License-Identifier: Apache-2.0
#include "verify/typing/typing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"

int bt_typing_features(const struct bauta_key_time *keys, int count,
                       double out[BT_TYPING_FEATURES_MAX])
{
    for (int i = 0; i < count; i++) {
        const double hold = keys[i].up - keys[i].down;
        const double next = i + 1 < count ? keys[i + 1].down - keys[i].down : 0;
        // Written so that what is no number is refused.
        if (!(hold >= 0 && hold <= BT_TYPING_HOLD_MAX) ||
            !(next >= 0 && next <= BT_TYPING_PAUSE_MAX))
            return -1 - i;
        out[i] = hold;
        if (i + 1 < count) {
            out[count + i] = next;
            out[2 * count - 1 + i] = keys[i + 1].down - keys[i].up;
        }
    }
    return 3 * count - 2;
}

static double distance(const double *x, const double *mean, const double *deviation,
                       int features)
{
    double sum = 0;
    for (int f = 0; f < features; f++)
        sum += fabs(x[f] - mean[f]) / deviation[f];
    return sum / features;
}

// Mean and mean absolute deviation of the samples but one; -1: of all.
static void learn(const double *x, int features, int samples, int without, double *mean,
                  double *deviation)
{
    const int used = samples - (without >= 0);
    for (int f = 0; f < features; f++) {
        double sum = 0, apart = 0;
        for (int s = 0; s < samples; s++)
            sum += s == without ? 0 : x[(size_t)s * (size_t)features + (size_t)f];
        mean[f] = sum / used;
        for (int s = 0; s < samples; s++)
            apart += s == without
                         ? 0
                         : fabs(x[(size_t)s * (size_t)features + (size_t)f] - mean[f]);
        deviation[f] = fmax(apart / used, BT_TYPING_DEVIATION_MIN);
    }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bt_typing_limit(const struct bauta_typing *typing)
{
    return typing->own[(typing->samples * 19 + 19) / 20 - 1];
}

static int read_samples(const struct bauta_key_time *keys, int count, int samples,
                        double *out)
{
    const int features = 3 * count - 2;
    double one[BT_TYPING_FEATURES_MAX];
    for (int s = 0; s < samples; s++) {
        const int got = bt_typing_features(keys + (size_t)s * (size_t)count, count, one);
        if (got < 0) {
            bt_error("typing: sample %d, key %d: the times make no sense, or there was a "
                     "pause; leave this sample out",
                     s + 1, -got);
            return BAUTA_E_FORMAT;
        }
        memcpy(out + (size_t)s * (size_t)features, one, (size_t)features * sizeof *one);
    }
    return 0;
}

int bauta_typing_enrol(const struct bauta_key_time *keys, int count, int samples,
                       struct bauta_typing **out)
{
    if (!keys || !out || count < BAUTA_TYPING_KEYS_MIN || count > BAUTA_TYPING_KEYS_MAX ||
        samples < BAUTA_TYPING_SAMPLES_MIN || samples > BAUTA_TYPING_SAMPLES_MAX) {
        bt_error("typing: %d samples of %d keys; %d to %d samples of %d to %d keys are "
                 "needed",
                 samples, count, BAUTA_TYPING_SAMPLES_MIN, BAUTA_TYPING_SAMPLES_MAX,
                 BAUTA_TYPING_KEYS_MIN, BAUTA_TYPING_KEYS_MAX);
        return BAUTA_E_USAGE;
    }
    const int features = 3 * count - 2;
    double mean[BT_TYPING_FEATURES_MAX], deviation[BT_TYPING_FEATURES_MAX];
    double *x = bt_alloc_array((size_t)samples * (size_t)features, sizeof *x);
    struct bauta_typing *made = bt_zalloc(sizeof *made);
    int result = BAUTA_E_NO_MEMORY;
    if (made)
        made->own = bt_alloc_array((size_t)samples, sizeof *made->own);
    if (!x || !made || !made->own)
        goto fail;
    result = read_samples(keys, count, samples, x);
    if (result < 0)
        goto fail;
    made->keys = count;
    made->samples = samples;
    for (int s = 0; s < samples; s++) {
        learn(x, features, samples, s, mean, deviation);
        made->own[s] =
            distance(x + (size_t)s * (size_t)features, mean, deviation, features);
    }
    qsort(made->own, (size_t)samples, sizeof *made->own, ascending);
    learn(x, features, samples, -1, made->mean, made->deviation);
    bt_free(x);
    *out = made;
    return 0;

fail:
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("typing: out of memory for %d samples", samples);
    bt_free(x);
    bauta_typing_free(&made);
    return result;
}

void bauta_typing_free(struct bauta_typing **typing)
{
    if (!typing || !*typing)
        return;
    bt_free((*typing)->own);
    bt_freep(typing);
}

int bauta_typing_info(const struct bauta_typing *typing, struct bauta_typing_info *out)
{
    if (!typing || !out)
        return BAUTA_E_USAGE;
    *out = (struct bauta_typing_info){typing->keys, typing->samples,
                                      bt_typing_limit(typing)};
    return 0;
}

int bauta_typing_verify(const struct bauta_typing *typing,
                        const struct bauta_key_time *keys, int count,
                        struct bauta_typing_result *out)
{
    double x[BT_TYPING_FEATURES_MAX];
    if (!typing || !keys || !out || count != typing->keys) {
        bt_error("typing: %d keys; the signature is of a text of %d", count,
                 typing ? typing->keys : 0);
        return BAUTA_E_USAGE;
    }
    const int features = bt_typing_features(keys, count, x);
    if (features < 0) {
        bt_error("typing: key %d: the times make no sense, or there was a pause; have it "
                 "typed again",
                 -features);
        return BAUTA_E_FORMAT;
    }
    struct bauta_typing_result made = {.limit = bt_typing_limit(typing)};
    int above = 0;
    made.score = distance(x, typing->mean, typing->deviation, features);
    for (int s = 0; s < typing->samples; s++)
        above += typing->own[s] >= made.score;
    made.share = (above + 1.) / (typing->samples + 1);
    made.alike = made.score <= made.limit;
    *out = made;
    return 0;
}
