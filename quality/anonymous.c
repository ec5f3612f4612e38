// SPDX-License-Identifier: Apache-2.0
// Whether a face of nobody hides its wearer, and is one face and no other.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "quality/bench.h"

enum { SEEDS = 12, FRAMES = 120, STRIDE = 6, SAMPLES = FRAMES / STRIDE, CLIPS = 2 };
static const char *const clips[CLIPS] = {"webcam-400x300", "foreman-352x288"};

// What one seed shows on one clip. The mean vectors are those of even and odd samples.
struct worn {
    double wearer, later, self; // alike: the wearer then, and at another moment; himself
    double nearest;
    float in[SAMPLES][BT_EMBEDDING], out[SAMPLES][BT_EMBEDDING];
    float half[2][BT_EMBEDDING], whole[BT_EMBEDDING];
    int samples;
};

struct watch {
    struct bt_q_bench *bench;
    const struct bt_q_film *film;
    struct worn *worn;
    int seen;
};

static void add(float *sum, const float *one)
{
    for (int i = 0; i < BT_EMBEDDING; i++)
        sum[i] += one[i];
}

static double alike(const float *a, const float *b)
{
    return bt_embed_cosine(a, b) / sqrt(bt_embed_cosine(a, a) * bt_embed_cosine(b, b));
}

static int see(void *opaque, int number, const struct bt_tap_info *info)
{
    struct watch *w = opaque;
    struct bt_q_bench *b = w->bench;
    struct bauta_face face_in, face_out;
    int swapped;
    const int which = bt_q_main_face(info, &swapped);
    if (which < 0 || !swapped || w->seen++ % STRIDE ||
        w->worn->samples == SAMPLES)
        return 0;
    const struct bauta_face *at = &info->faces->face[which];
    float *in = w->worn->in[w->worn->samples], *out = w->worn->out[w->worn->samples];
    int result = bt_q_look(b->fine, w->film->frame[number], at, &face_in);
    if (result >= 0)
        result = bt_q_look(b->fine, info->frame, at, &face_out);
    if (result < 0)
        return result == BAUTA_E_NO_FACE ? 0 : result;
    const struct bt_embed_cut *cut = &bt_embed_cut[BT_EMBED_BARE];
    result = bt_embed(&b->embedder, w->film->frame[number], &face_in, cut, in);
    if (result >= 0)
        result = bt_embed(&b->embedder, info->frame, &face_out, cut, out);
    if (result < 0)
        return result;
    double nearest = -1;
    for (int p = 0; p < b->portraits; p++)
        nearest = fmax(nearest, bt_embed_cosine(out, b->portrait[p].embedding[BT_EMBED_BARE]));
    w->worn->wearer += bt_embed_cosine(in, out);
    w->worn->nearest += nearest;
    add(w->worn->half[w->worn->samples++ % 2], out);
    add(w->worn->whole, out);
    return 0;
}

static int wear(struct bt_q_bench *bench, const struct bt_q_film *film, int seed,
                struct worn *worn)
{
    struct bauta_identity *who = NULL;
    struct watch watch = {.bench = bench, .film = film, .worn = worn};
    int result = bauta_identity_anonymous((uint64_t)seed, &who);
    if (result >= 0)
        result = bt_q_film_run(film, who, see, &watch);
    bauta_identity_unref(&who);
    if (result >= 0 && worn->samples < 2)
        result = BAUTA_E_NO_FACE;
    for (int i = 0; i < worn->samples; i++) {
        const int other = (i + worn->samples / 2) % worn->samples;
        worn->later += bt_embed_cosine(worn->out[i], worn->in[other]) / worn->samples;
        worn->self += bt_embed_cosine(worn->in[i], worn->in[other]) / worn->samples;
    }
    worn->wearer /= worn->samples ? worn->samples : 1;
    worn->nearest /= worn->samples ? worn->samples : 1;
    return result;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The cosines of different people: mean, what 95 of 100 are below, and the mean of each
// one's nearest.
static void different(const struct bt_q_bench *b, double *mean, double *most, double *near)
{
    double nearest[BT_Q_PORTRAITS];
    double value[BT_Q_PORTRAITS * BT_Q_PORTRAITS / 2];
    int count = 0;
    *mean = *near = 0;
    for (int i = 0; i < b->portraits; i++)
        nearest[i] = -1;
    for (int i = 0; i < b->portraits; i++)
        for (int j = 0; j < i; j++) {
            value[count] = bt_embed_cosine(b->portrait[i].embedding[BT_EMBED_BARE],
                                       b->portrait[j].embedding[BT_EMBED_BARE]);
            nearest[i] = fmax(nearest[i], value[count]);
            nearest[j] = fmax(nearest[j], value[count]);
            *mean += value[count++];
        }
    qsort(value, (size_t)count, sizeof value[0], by_value);
    for (int i = 0; i < b->portraits; i++)
        *near += nearest[i] / b->portraits;
    *mean /= count ? count : 1;
    *most = count ? value[(int)(.95 * (count - 1))] : NAN;
}

// One clip's table; false where a figure is not as it has to be.
static bool tell(const char *clip, const struct worn *worn, double limit)
{
    double wearer = 0, later = 0, near = 0, same = 1, others = 0, nearest = -1;
    int pairs = 0, over = 0;
    for (int i = 0; i < SEEDS; i++) {
        wearer += worn[i].wearer / SEEDS;
        later += worn[i].later / SEEDS;
        near += worn[i].nearest / SEEDS;
        over += worn[i].later > limit;
        same = fmin(same, alike(worn[i].half[0], worn[i].half[1]));
        for (int j = 0; j < i; j++, pairs++) {
            const double a = alike(worn[i].whole, worn[j].whole);
            others += a;
            nearest = fmax(nearest, a);
        }
    }
    others /= pairs;
    const bool good = wearer <= limit && later <= limit && others < same - .1 && nearest < same;
    printf("| %s | %.3f | %.3f | %.3f | %d of %d | %.3f | %.3f | %.3f | %.3f | %s |\n", clip,
           worn[0].self, wearer, later, over, SEEDS, near, same, others, nearest,
           good ? "yes" : "no");
    return good;
}

int bt_q_anonymous(struct bt_q_bench *bench, const char *media)
{
    double mean, limit, near;
    bool good = true;
    int result = 0;
    struct worn *worn = bt_alloc_array(SEEDS, sizeof *worn);
    if (!worn)
        return BAUTA_E_NO_MEMORY;
    different(bench, &mean, &limit, &near);
    printf("Different people, %d portraits: cosine %.3f in the mean, 95 of 100 below "
           "%.3f, the nearest other one at %.3f in the mean. Seeds 1 to %d.\n\n"
           "| clip | himself | wearer | later | over | portrait | one seed | two seeds | "
           "nearest two | good |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|---|\n",
           bench->portraits, mean, limit, near, SEEDS);
    fflush(stdout);
    for (int c = 0; c < CLIPS && result >= 0; c++) {
        char path[4096];
        struct bt_q_film film;
        snprintf(path, sizeof path, "%s/clips/%s.mp4", media, clips[c]);
        result = bt_q_film_open(&film, path, FRAMES);
        if (result < 0)
            break;
        memset(worn, 0, SEEDS * sizeof *worn);
        for (int seed = 1; seed <= SEEDS && result >= 0; seed++)
            result = wear(bench, &film, seed, &worn[seed - 1]);
        if (result >= 0)
            good &= tell(clips[c], worn, limit);
        bt_q_film_close(&film);
    }
    bt_free(worn);
    if (result >= 0 && !good)
        bt_error("a face of nobody is too near to its wearer, or to another one");
    return result < 0 ? result : good ? 0 : BAUTA_E_FAILED;
}
