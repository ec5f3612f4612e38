// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/opt.h"
#include "io/io.h"
#include "mark/watermark/detect.h"
#include "tools/liveness/table.h"

enum { SESSIONS = 6, LIT_PEOPLE = 4, WINDOWS = 100 };

static struct session session;

static void challenge_of(int number, int steps, int light, struct bt_challenge *c)
{
    uint8_t seed[BT_SEED_BYTES] = {(uint8_t)number, (uint8_t)(number >> 8), 3};
    bt_challenge_make(c, seed, steps, light);
}

static void take(const struct film *f)
{
    session.count = 0;
    for (int i = 0; i < f->count && i < BT_SAMPLES_MAX; i++)
        session.sample[session.count++] = f->sample[i];
}

int rendered_sessions(const char *media, const char *folder, struct row *row)
{
    for (int i = 0; i < SESSIONS; i++) {
        struct bt_challenge c;
        struct film film;
        char path[1024];
        challenge_of(700 + i, 4, 1, &c);
        snprintf(path, sizeof path, "%s/session-%d.bank", folder, i);
        int result = film_load(path, &film) ? 0 : BAUTA_E_NOT_FOUND;
        if (result < 0) {
            fprintf(stderr, "liveness: measuring %s\n", path);
            result = bank_perform(media, i, &c, 700 + (uint64_t)i, .4, &film);
            if (result >= 0)
                result = film_keep(path, &film);
        }
        if (result < 0)
            return result;
        take(&film);
        row_count(row, &c, &session, false);
        film_finish(&film);
    }
    return 0;
}

// Light ---------------------------------------------------------------------------------

// A face at rest while colours are shown: those of shown, to be judged by those of asked.
static int lit(const char *media, const char *folder, int person, int ambient, int shown,
               int asked, enum bauta_finding *out)
{
    struct bt_challenge c, a;
    struct film film;
    struct bauta_evidence e;
    char path[1024];
    challenge_of(shown, 3, 1, &c);
    challenge_of(asked, 3, 1, &a);
    snprintf(path, sizeof path, "%s/light-%d-%02d-%d.bank", folder, person, ambient,
             shown);
    int result = film_load(path, &film) ? 0 : BAUTA_E_NOT_FOUND;
    if (result < 0) {
        fprintf(stderr, "liveness: measuring %s\n", path);
        result = bank_light(media, person, &c, ambient / 100., &film);
        if (result >= 0)
            result = film_keep(path, &film);
    }
    if (result < 0)
        return result;
    const struct bt_stream s = {film.sample, film.count};
    bt_check_light(&a, &s, BT_LIGHT_QUIET, &e);
    *out = e.finding;
    film_finish(&film);
    return 0;
}

int rendered_light(const char *media, const char *folder)
{
    static const int ambient[] = {0, 20, 40, 60, 80, 90, 95};
    printf("\n| ambient share | the screen's colours: good | doubtful | bad | another "
           "seed's: "
           "good | doubtful | bad |\n|---|---|---|---|---|---|---|\n");
    for (size_t k = 0; k < sizeof ambient / sizeof ambient[0]; k++) {
        int own[5] = {0}, other[5] = {0};
        for (int i = 0; i < LIT_PEOPLE; i++) {
            enum bauta_finding f = BAUTA_FINDING_SKIPPED;
            int result = lit(media, folder, i, ambient[k], 40 + i, 40 + i, &f);
            own[f]++;
            // The same film, judged by seeds that it was not made for.
            for (int n = 0; n < 25 && result >= 0; n++) {
                result = lit(media, folder, i, ambient[k], 40 + i, 80 + n, &f);
                other[f]++;
            }
            if (result < 0)
                return result;
        }
        printf("| %d %% | %d | %d | %d | %d | %d | %d |\n", ambient[k],
               own[BAUTA_FINDING_GOOD], own[BAUTA_FINDING_DOUBTFUL],
               own[BAUTA_FINDING_BAD], other[BAUTA_FINDING_GOOD],
               other[BAUTA_FINDING_DOUBTFUL], other[BAUTA_FINDING_BAD]);
    }
    return 0;
}

// Our own output ------------------------------------------------------------------------

// One window of the film from a time on. 1: the watermark is there. *length: the film's.
static int window(const char *path, double from, double *length)
{
    struct bt_io_options options = {0};
    struct bt_source *source = NULL;
    struct bauta_frame *f = NULL;
    struct bt_wm_detector *detector = NULL;
    struct bt_wm_result found = {0};
    double first = -1, t = 0;
    bool full = false;
    int result = bt_opt_defaults(bt_io_opts, &options);
    if (result >= 0)
        result = bt_source_open(&source, path, &options);
    if (result >= 0)
        result = bt_wm_detector_open(&detector);
    while (result >= 0 && !full && (result = bt_source_read(source, &f)) >= 0) {
        t = (double)f->pts * f->time_base.num / f->time_base.den;
        first = first < 0 ? t : first;
        t -= first;
        if (t >= from)
            full =
                bt_wm_push(detector, f->data[0], f->stride[0],
                           bt_pixel_format(f->format)->step[0], f->width, f->height, t);
        bauta_frame_unref(&f);
    }
    *length = t;
    if (result == BAUTA_E_END || result >= 0)
        result = bt_wm_result(detector, false, &found);
    bt_wm_detector_close(&detector);
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &options);
    return result < 0 && result != BAUTA_E_END ? result : found.marked;
}

int rendered_watermark(const char *folder)
{
    uint64_t state = 77;
    int found = 0, all = 0;
    for (int k = 0; k < 3; k++) {
        char path[1024];
        double length = 0, ignored;
        snprintf(path, sizeof path, "%s/own-%s.mp4", folder, bank_clips[k]);
        int result = window(path, 1e9, &length);
        if (result < 0)
            return result;
        int here = 0;
        const int windows = WINDOWS / 3 + (k < WINDOWS % 3);
        for (int i = 0; i < windows && result >= 0; i++) {
            result = window(path, (length - 4.1) * chance(&state), &ignored);
            here += result > 0;
        }
        if (result < 0)
            return result;
        printf("%s: %d of %d windows of 4 s\n", bank_clips[k], here, windows);
        found += here, all += windows;
    }
    printf("Watermark of our own output: found in %d of %d.\n", found, all);
    return 0;
}
