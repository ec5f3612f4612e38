// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/opt.h"
#include "io/io.h"
#include "tools/liveness/liveness.h"

enum { VERSION = 2, STILL = 3 * RATE, MOVED = 14 * RATE };

const int bank_portraits[PEOPLE] = {1,  5,  7, 11, 14, 22, 28, 33,
                                    31, 57, 6, 9,  25, 35, 47, 51};
const char *const bank_clips[3] = {"webcam-400x300", "foreman-352x288", "hello-1280x720"};

void film_finish(struct film *f)
{
    bt_free(f->sample);
    *f = (struct film){0};
}

// A film that is being measured.
struct taking {
    struct film *film;
    struct bt_measure *measure;
    int room;
};

static int take(struct taking *t, const struct bauta_frame *frame, double seconds)
{
    struct bauta_liveness_sample s;
    int result = t->measure ? 0 : bt_measure_open(&t->measure, frame, NULL);
    if (result >= 0)
        result = bt_measure_frame(t->measure, frame, seconds, &s);
    if (result < 0)
        return result;
    if (!bt_sample_round(&s) || t->film->count >= t->room)
        return BAUTA_E_FAILED;
    t->film->sample[t->film->count++] = s;
    return 0;
}

static int start(struct taking *t, struct film *film, int room)
{
    *t = (struct taking){.film = film, .room = room};
    *film = (struct film){.sample = bt_alloc_array((size_t)room, sizeof *film->sample)};
    return film->sample ? 0 : BAUTA_E_NO_MEMORY;
}

static int open_person(const char *media, int person, struct head **head)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/portraits/%03d.jpg", media, bank_portraits[person]);
    return head_open(head, path);
}

// Every action once, with rest before and after.
static int film_person(struct head *head, int person, struct film *film)
{
    const uint64_t who = (uint64_t)bank_portraits[person];
    const int frames = REST_FIRST + BAUTA_ACTION_COUNT * (ATOM_LEAD + ATOM + REST_EACH);
    struct taking t;
    int result = start(&t, film, frames);
    for (int i = 0; i < frames && result >= 0; i++) {
        struct pose p = {0};
        const int at = i - REST_FIRST, each = ATOM_LEAD + ATOM + REST_EACH;
        const double since = at < 0 ? -1 : (double)(at % each - ATOM_LEAD) / RATE;
        pose_sway((double)i / RATE, &who, at < 0 || at / each != BAUTA_ACTION_BLINK_TWICE,
                  &p);
        if (at >= 0)
            pose_of(at / each, since, &who, &p);
        result = take(&t, head_draw(head, &p, (uint64_t)(person * 100000 + i + 1)),
                      (double)i / RATE);
    }
    bt_measure_close(&t.measure);
    return result;
}

static int film_photo(struct head *head, int person, bool moves, struct film *film)
{
    struct taking t;
    const int frames = moves ? MOVED : STILL;
    int result = start(&t, film, frames);
    for (int i = 0; i < frames && result >= 0; i++)
        result = take(&t,
                      head_photo(head, (double)i / RATE + person, moves ? .5 : 0,
                                 (uint64_t)(person * 7000 + i + 1)),
                      (double)i / RATE);
    bt_measure_close(&t.measure);
    return result;
}

static int film_clip(const char *media, const char *name, struct film *film)
{
    struct bt_io_options options = {0};
    struct bt_source *source = NULL;
    struct bauta_frame *f = NULL;
    struct taking t;
    char path[1024];
    snprintf(path, sizeof path, "%s/clips/%s.mp4", media, name);
    int result = start(&t, film, 1000);
    if (result >= 0)
        result = bt_opt_defaults(bt_io_opts, &options);
    if (result >= 0)
        result = bt_source_open(&source, path, &options);
    while (result >= 0 && (result = bt_source_read(source, &f)) >= 0) {
        result = take(&t, f, (double)f->pts * f->time_base.num / f->time_base.den);
        bauta_frame_unref(&f);
    }
    bauta_frame_unref(&f);
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &options);
    bt_measure_close(&t.measure);
    return result == BAUTA_E_END ? 0 : result;
}

// Light falls on the whole picture: the room's, which is white, and the screen's.
static void shine(const struct bt_challenge *c, double since, double ambient,
                  struct pose *p)
{
    const int colour = (int)floor(since / BT_COLOUR_SECONDS);
    for (int k = 0; k < 3; k++) {
        const double shown = c->light && colour >= 0 && colour < BT_COLOURS
                                 ? pow(c->colour[colour][k] / 255., 2.2)
                                 : .25;
        p->gain[k] = (float)(ambient + (1 - ambient) * shown);
    }
}

// Whether the program asks for one action more, as soon as it knows.
static bool asked_more(const struct bt_challenge *c, const struct film *film, double now)
{
    const struct bt_stream s = {film->sample, film->count};
    double at, until;
    bt_challenge_times(c, c->steps - 1, &at, &until);
    return film->count && film->sample[film->count - 1].seconds >= until &&
           now - 1. / RATE < until + 1. / RATE && bt_liveness_wants_retry(c, &s);
}

int bank_perform(const char *media, int person, const struct bt_challenge *c,
                 uint64_t seed, double ambient, struct film *film)
{
    struct head *head = NULL;
    struct taking t = {0};
    uint64_t state = seed, who = (uint64_t)bank_portraits[person];
    double reaction[BAUTA_LIVENESS_STEPS_MAX + 1];
    bool retry = false;
    for (int k = 0; k < c->count; k++)
        reaction[k] = .3 + .8 * chance(&state);
    int result = open_person(media, person, &head);
    if (result >= 0)
        result = start(&t, film, (int)(bt_challenge_end(c, true) * RATE) + 3);
    for (int i = 0; result >= 0 && i < (int)(bt_challenge_end(c, retry) * RATE) + 2;
         i++) {
        const double now = (double)i / RATE;
        struct pose p = {0};
        bool blinks = true;
        retry = retry || asked_more(c, film, now);
        for (int k = 0; k < c->steps + retry; k++) {
            double at, until;
            bt_challenge_times(c, k, &at, &until);
            if (now >= at && now < until)
                blinks = c->step[k].action != BAUTA_ACTION_BLINK_TWICE;
            pose_of((int)c->step[k].action, now - at - reaction[k], &who, &p);
        }
        pose_sway(now + 60, &who, blinks, &p);
        shine(c, now - .12 - bt_challenge_light(c, retry), ambient, &p);
        result = take(&t, head_draw(head, &p, seed * 100000 + (uint64_t)i + 1), now);
    }
    bt_measure_close(&t.measure);
    head_close(&head);
    return result;
}

int bank_light(const char *media, int person, const struct bt_challenge *c,
               double ambient, struct film *film)
{
    struct head *head = NULL;
    struct taking t = {0};
    const uint64_t who = (uint64_t)bank_portraits[person];
    const int frames =
        (int)((BT_COLOURS * BT_COLOUR_SECONDS + 2 * BT_LIGHT_QUIET) * RATE);
    int result = open_person(media, person, &head);
    if (result >= 0)
        result = start(&t, film, frames);
    for (int i = 0; i < frames && result >= 0; i++) {
        const double now = (double)i / RATE;
        struct pose p = {0};
        pose_sway(now, &who, true, &p);
        shine(c, now - .12 - BT_LIGHT_QUIET, ambient, &p);
        result = take(&t, head_draw(head, &p, (uint64_t)(person * 1000 + i + 1)), now);
    }
    bt_measure_close(&t.measure);
    head_close(&head);
    return result;
}

// Kept films ----------------------------------------------------------------------------

bool film_load(const char *path, struct film *f)
{
    FILE *file = fopen(path, "rbe");
    int head[3] = {0};
    bool good = file && fread(head, sizeof head, 1, file) == 1 && head[0] == VERSION &&
                head[1] == (int)sizeof *f->sample && head[2] > 0 && head[2] < 10000;
    if (good) {
        f->count = head[2];
        f->sample = bt_alloc_array((size_t)f->count, sizeof *f->sample);
        good = f->sample && fread(f->sample, sizeof *f->sample, (size_t)f->count, file) ==
                                (size_t)f->count;
    }
    if (file)
        fclose(file);
    return good;
}

int film_keep(const char *path, const struct film *f)
{
    const int head[3] = {VERSION, (int)sizeof *f->sample, f->count};
    FILE *file = fopen(path, "wbe");
    bool good =
        file && fwrite(head, sizeof head, 1, file) == 1 &&
        fwrite(f->sample, sizeof *f->sample, (size_t)f->count, file) == (size_t)f->count;
    if (file)
        good &= !fclose(file);
    return good ? 0 : BAUTA_E_IO;
}

enum kind { PERSON, STILL_PHOTO, MOVED_PHOTO };

static int get_person(const char *media, const char *folder, int person, enum kind kind,
                      struct film *out)
{
    static const char *const names[] = {"person", "still", "moved"};
    struct head *head = NULL;
    char path[1024];
    snprintf(path, sizeof path, "%s/%s-%03d.bank", folder, names[kind],
             bank_portraits[person]);
    if (film_load(path, out))
        return 0;
    fprintf(stderr, "liveness: measuring %s\n", path);
    int result = open_person(media, person, &head);
    if (result >= 0)
        result = kind == PERSON ? film_person(head, person, out)
                                : film_photo(head, person, kind == MOVED_PHOTO, out);
    head_close(&head);
    return result < 0 ? result : film_keep(path, out);
}

static int get_clip(const char *media, const char *folder, int i, struct film *out)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.bank", folder, bank_clips[i]);
    if (film_load(path, out))
        return 0;
    fprintf(stderr, "liveness: measuring %s\n", path);
    const int result = film_clip(media, bank_clips[i], out);
    return result < 0 ? result : film_keep(path, out);
}

// How alike each two people are, by one look at their photos.
static int compare(const char *media, struct bank *b)
{
    static float vector[PEOPLE][BT_EMBEDDING];
    struct bt_embedder e = {0};
    int result = bt_embedder_open(&e, NULL);
    for (int i = 0; i < PEOPLE && result >= 0; i++) {
        static const struct pose still;
        struct head *head = NULL;
        struct bt_face_nets *nets = NULL;
        struct bauta_face face[4];
        result = open_person(media, i, &head);
        if (result >= 0)
            result = bt_face_nets_open(&nets, NULL, 1);
        const struct bauta_frame *f = result >= 0 ? head_draw(head, &still, 1) : NULL;
        if (result >= 0)
            result = bt_face_still(nets, f, face, 4);
        result = result == 0 ? BAUTA_E_NO_FACE : result;
        if (result >= 0)
            result = bt_embed(&e, f, &face[0], &bt_embed_cut[BT_EMBED_WEARER], vector[i]);
        bt_face_nets_close(&nets);
        head_close(&head);
    }
    bt_embedder_close(&e);
    for (int i = 0; i < PEOPLE; i++)
        for (int k = 0; k < PEOPLE; k++)
            b->cross[i][k] = bt_embed_cosine(vector[i], vector[k]);
    return result;
}

int bank_open(struct bank *b, const char *media, const char *folder)
{
    int result = 0;
    memset(b, 0, sizeof *b);
    for (int i = 0; i < 3 && result >= 0; i++)
        result = get_clip(media, folder, i, &b->clip[i]);
    for (int i = 0; i < PEOPLE && result >= 0; i++)
        result = get_person(media, folder, i, PERSON, &b->person[i]);
    for (int i = 0; i < PHOTOS && result >= 0; i++)
        result = get_person(media, folder, i, MOVED_PHOTO, &b->moved[i]);
    for (int i = 0; i < PHOTOS && result >= 0; i++)
        result = get_person(media, folder, i, STILL_PHOTO, &b->still[i]);
    return result < 0 ? result : compare(media, b);
}

void bank_finish(struct bank *b)
{
    for (int i = 0; i < PEOPLE; i++)
        film_finish(&b->person[i]);
    for (int i = 0; i < PHOTOS; i++) {
        film_finish(&b->still[i]);
        film_finish(&b->moved[i]);
    }
    for (int i = 0; i < 3; i++)
        film_finish(&b->clip[i]);
}
