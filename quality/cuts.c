// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "quality/bench.h"

// Frames of one clip show one person; portraits, and persons of different clips, differ.
enum { SAMPLES_MAX = 128, CLIP_SAMPLES = 12, CLIPS = 4 };
static const char *const clips[CLIPS] = {"webcam-400x300", "foreman-352x288",
                                         "glasses-1280x720", "hello-1280x720"};

struct sample {
    struct bauta_frame *frame;
    struct bauta_face face;
    int person;
    float embedding[BT_EMBEDDING];
};

struct spread {
    double sum, square;
    double value[SAMPLES_MAX * SAMPLES_MAX / 2];
    int count;
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void spread_add(struct spread *s, double value)
{
    s->sum += value;
    s->square += value * value;
    s->value[s->count++] = value;
}

static double variance(const struct spread *s)
{
    const double mean = s->sum / s->count;
    return s->square / s->count - mean * mean;
}

static double percentile(struct spread *s, double p)
{
    qsort(s->value, (size_t)s->count, sizeof s->value[0], by_value);
    return s->value[(int)(p * (s->count - 1))];
}

static int add_clip(struct bt_q_bench *bench, const char *media, int person,
                    struct sample *sample, int *count)
{
    char path[4096];
    struct bt_q_film film;
    struct bauta_face found[BAUTA_FACES_MAX];
    snprintf(path, sizeof path, "%s/clips/%s.mp4", media, clips[person]);
    int result = bt_q_film_open(&film, path, 0);
    for (int i = 0; result >= 0 && i < CLIP_SAMPLES; i++) {
        struct bauta_frame *frame = film.frame[film.count * i / CLIP_SAMPLES];
        result = bt_face_still(bench->nets, frame, found, BAUTA_FACES_MAX);
        if (result < 1)
            continue;
        struct sample *s = &sample[(*count)++];
        s->frame = bauta_frame_ref(frame);
        s->face = found[0];
        s->person = person;
    }
    if (result >= 0)
        bt_q_film_close(&film);
    return result < 0 ? result : 0;
}

static int try_cut(struct bt_q_bench *bench, const struct bt_embed_cut *cut,
                   struct sample *sample, int count)
{
    struct spread *same = bt_zalloc(sizeof *same), *other = bt_zalloc(sizeof *other);
    int result = same && other ? 0 : BAUTA_E_NO_MEMORY;
    for (int i = 0; result >= 0 && i < count; i++)
        result = bt_embed(&bench->embedder, sample[i].frame, &sample[i].face, cut,
                            sample[i].embedding);
    for (int i = 0; result >= 0 && i < count; i++) {
        for (int j = 0; j < i; j++) {
            const double cosine = bt_embed_cosine(sample[i].embedding, sample[j].embedding);
            spread_add(sample[i].person == sample[j].person ? same : other, cosine);
        }
    }
    if (result >= 0) {
        const double distance = same->sum / same->count - other->sum / other->count;
        printf("| %4.1f | %5.2f | %d | %d | %.3f | %.3f | %.3f | %.3f | %.2f |\n",
               (double)cut->side, (double)cut->drop, cut->upright, cut->bare,
               same->sum / same->count, percentile(same, .05),
               other->sum / other->count, percentile(other, .99),
               distance / sqrt((variance(same) + variance(other)) / 2));
    }
    bt_free(same);
    bt_free(other);
    return result;
}

int bt_q_cuts(struct bt_q_bench *bench, const char *media)
{
    static const float sides[] = {2, 2.4f, 2.8f, 3.2f, 3.6f, 4.2f, 5};
    static const float drops[] = {-.3f, 0, .3f};
    struct sample *sample = bt_alloc_array(SAMPLES_MAX, sizeof *sample);
    int count = 0, result = sample ? 0 : BAUTA_E_NO_MEMORY;
    for (int i = 0; result >= 0 && i < CLIPS; i++)
        result = add_clip(bench, media, i, sample, &count);
    for (int i = 0; result >= 0 && i < bench->portraits && count < SAMPLES_MAX; i++) {
        sample[count].frame = bauta_frame_ref(bench->portrait[i].photo);
        sample[count].face = bench->portrait[i].face;
        sample[count++].person = CLIPS + i;
    }
    if (result >= 0)
        printf("%d pictures of %d people\n| side | drop | upright | bare | same | its 5 %% | "
               "other | its 99 %% | d' |\n", count, CLIPS + bench->portraits);
    for (int kind = 0; kind < 4; kind++) {
        for (size_t i = 0; i < sizeof sides / sizeof sides[0] * 3 && result >= 0; i++) {
            const struct bt_embed_cut cut = {sides[i / 3], drops[i % 3], kind & 1, kind >> 1};
            result = try_cut(bench, &cut, sample, count);
        }
    }
    for (int i = 0; i < count; i++)
        bauta_frame_unref(&sample[i].frame);
    bt_free(sample);
    return result;
}
