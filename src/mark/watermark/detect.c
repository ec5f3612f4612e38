// SPDX-License-Identifier: Apache-2.0
#include "mark/watermark/detect.h"

#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/thread.h"
#include "mark/watermark/evidence.h"

#define PI 3.14159265f
enum {
    SLICES_A_SECOND = BT_WM_SLICES_A_SECOND,
    SLICES = BT_WM_SLICES,
    SAMPLES = BT_WM_SAMPLES,
    ENOUGH = 2,            // frames of one slice
    PHASES = 8,            // of half a period; the other half is the same, turned over
    SEARCHED_PHASES = 4,
    TURNS = 8,             // mirrored or not, four rotations
};

struct bt_wm_detector {
    struct bt_wm_grid grid;
    struct bt_wm_words words;
    struct bt_wm_slice slice[SLICES];
    int slices;            // of a window
    float *picture, *turned;
    float *other;          // for the second thread of a search
    float *room;           // two pictures
    float *wave;           // two, of the window: by a cosine and by a sine
    struct bt_wm_evidence evidence;
    struct bt_wm_memory memory;
    struct bt_wm_place hint;   // where the mark lay the last time, at first the whole
    int hint_turn;
    bool any;
    double start, first, last;
    int at;                // the slice of the last frame
};

// From there on no better place is looked for.
#define SURE 16.f
// Below that a crop or bars may fit better than what was found.
#define DOUBTFUL 10.f
// From there on a place is worth being looked at through each cell's course in time.
#define PROMISING 4.5f

// A place that is tried, and what was found there.
struct candidate {
    struct bt_wm_place place;
    int turn;
    float z, need;             // need: z from which it counts, by how many places were tried
    float cell[BT_WM_CELLS];   // of the sign that makes the presence positive
};
static const struct candidate nothing = {.place = {0, 1, 0, 1}, .need = BT_WM_Z};

int bt_wm_detector_open(struct bt_wm_detector **out)
{
    struct bt_wm_detector *d = bt_zalloc(sizeof(*d));
    if (!d)
        return BAUTA_E_NO_MEMORY;
    d->picture = bt_alloc_array(SAMPLES, sizeof(float));
    d->turned = bt_alloc_array(SAMPLES, sizeof(float));
    d->other = bt_alloc_array(SAMPLES, sizeof(float));
    d->room = bt_alloc_array(SAMPLES, 2 * sizeof(float));
    d->wave = bt_alloc_array(SAMPLES, 2 * sizeof(float));
    const int result = bt_wm_slices_alloc(d->slice);
    if (result < 0 || !d->picture || !d->turned || !d->other || !d->room ||
        !d->wave) {
        bt_wm_detector_close(&d);
        return BAUTA_E_NO_MEMORY;
    }
    d->slices = SLICES;
    d->hint = bt_wm_whole;
    bt_wm_grid_make(&d->grid);
    bt_wm_words_make(&d->words);
    *out = d;
    return 0;
}

void bt_wm_detector_close(struct bt_wm_detector **detector)
{
    struct bt_wm_detector *d = *detector;
    if (!d)
        return;
    bt_wm_slices_free(d->slice);
    bt_wm_memory_free(&d->memory);
    bt_free(d->picture);
    bt_free(d->turned);
    bt_free(d->other);
    bt_free(d->room);
    bt_free(d->wave);
    bt_freep(detector);
}

void bt_wm_shorten(struct bt_wm_detector *d, double seconds)
{
    const double most = fmin(fmax(seconds, (double)BT_WM_PERIOD), BT_WM_WINDOW);
    d->slices = (int)(most * SLICES_A_SECOND);
}

// Frames in ------------------------------------------------------------------------------

static int slice_of(const struct bt_wm_detector *d, double seconds)
{
    if (!d->any)
        return 0;
    const double at = (seconds - d->start) * SLICES_A_SECOND;
    return at < 0 || at >= d->slices ? -1 : (int)at;
}

bool bt_wm_wants(const struct bt_wm_detector *d, double seconds)
{
    const int at = slice_of(d, seconds);
    return at < 0 || d->slice[at].count < ENOUGH;
}

int bt_wm_push(struct bt_wm_detector *d, const uint8_t *luma, ptrdiff_t stride, int step,
               int width, int height, double seconds)
{
    if (width < 16 || height < 16)
        return BAUTA_E_TOO_SMALL;
    int at = slice_of(d, seconds);
    double shown = seconds;
    if (!d->any)
        d->start = d->first = seconds;
    // Times that jump end nothing: the frame goes where the last one went.
    if (at < 0) {
        at = d->at;
        shown = d->start + (at + .5) / SLICES_A_SECOND;
    }
    d->any = true;
    d->at = at;
    d->last = seconds;
    struct bt_wm_slice *s = &d->slice[at];
    if (!s->count) {
        memset(s->sum, 0, SAMPLES * sizeof(float));
        s->seconds = 0;
    }
    if (s->count < ENOUGH) {
        bt_wm_add_scaled(s->sum, luma, stride, step, width, height);
        s->seconds += shown;
        s->count++;
    }
    return (seconds - d->start) * SLICES_A_SECOND >= d->slices - 1;
}

// Where it may be ------------------------------------------------------------------------

static void take(struct candidate *best, const struct bt_wm_place *place, int turn, float z,
                 float need, const float cell[BT_WM_CELLS])
{
    if (fabsf(z) - need <= best->z - best->need)
        return;
    best->need = need;
    best->place = *place;
    best->turn = turn;
    best->z = fabsf(z);
    for (int c = 0; c < BT_WM_CELLS; c++)
        best->cell[c] = z < 0 ? -cell[c] : cell[c];
}

static void try_place(struct bt_wm_detector *d, const float *picture,
                      const struct bt_wm_place *place, int turn, float need,
                      struct candidate *best)
{
    float cell[BT_WM_CELLS];
    bt_wm_project(picture, place, cell);
    bt_wm_level(cell);
    take(best, place, turn, bt_wm_presence(&d->grid, cell), need, cell);
}

static const float *turn_back(struct bt_wm_detector *d, int turn)
{
    return bt_wm_turn_back(d->picture, turn, d->turned);
}

static void try_turns(struct bt_wm_detector *d, const struct bt_wm_place *bars, int count,
                      int turns, struct candidate *best)
{
    try_place(d, turn_back(d, d->hint_turn), &d->hint, d->hint_turn, BT_WM_Z, best);
    for (int turn = 0; turn < turns && best->z < SURE; turn++) {
        const float *picture = turn_back(d, turn);
        try_place(d, picture, &bt_wm_whole, turn, BT_WM_Z, best);
        for (int i = 0; i < count && turn < 2; i++) {
            struct bt_wm_place place = bars[i];
            if (turn & 1)
                place.x0 = 1 - place.x0 - place.w;
            try_place(d, picture, &place, turn, BT_WM_Z, best);
        }
    }
}

static void try_bars(struct bt_wm_detector *d, const struct bt_wm_bars *bars,
                     struct candidate *best)
{
    struct bt_wm_place place;
    bool mirrored = false;
    const float z = bt_wm_bars_search(&d->grid, d->picture, bars, &place, &mirrored);
    if (fabsf(z) > BT_WM_Z_BARS)
        try_place(d, turn_back(d, mirrored), &place, mirrored, BT_WM_Z_BARS, best);
}

// One search for a crop.
struct crop {
    const struct bt_wm_grid *grid;
    const float *picture;
    struct bt_wm_place place;
    float z;
};

static void *search_crop(void *opaque)
{
    struct crop *c = opaque;
    c->z = bt_wm_search(c->grid, c->picture, &c->place);
    return NULL;
}

// In the pictures that there are, one or two, on as many threads.
static void try_crops(struct bt_wm_detector *d, bool both, struct candidate *best)
{
    struct crop crop[2] = {{.grid = &d->grid, .picture = d->picture},
                           {.grid = &d->grid, .picture = d->other}};
    bt_thread second;
    const bool beside = both && !bt_thread_start(&second, search_crop, &crop[1]);
    search_crop(&crop[0]);
    if (beside)
        bt_thread_join(second);
    else if (both)
        search_crop(&crop[1]);
    for (int i = 0; i < 1 + both; i++) {
        if (fabsf(crop[i].z) > BT_WM_Z_SEARCHED)
            try_place(d, crop[i].picture, &crop[i].place, 0, BT_WM_Z_SEARCHED, best);
    }
}

// The window's picture by a wave that begins k / phases of half a period later.
static void mix(const struct bt_wm_detector *d, int k, int phases, float *picture)
{
    const float angle = PI * (float)k / (float)phases, a = cosf(angle), b = sinf(angle);
    const float *cosine = d->wave, *sine = d->wave + SAMPLES;
    for (int i = 0; i < SAMPLES; i++)
        picture[i] = a * cosine[i] + b * sine[i];
}

static void find_place(struct bt_wm_detector *d, bool search, struct candidate *best)
{
    struct bt_wm_bars bars;
    struct bt_wm_place place[3];
    const int count = bt_wm_average(d->slice, d->picture), turns = search ? TURNS : 2;
    bt_wm_bars_find(d->picture, &bars);
    const int barred = bt_wm_bars_places(&bars, place);
    // A picture that stands still carries the mark at full strength.
    try_turns(d, place, barred, turns, best);
    if (count <= 2 && best->z < DOUBTFUL)
        try_bars(d, &bars, best);
    if (search && best->z < DOUBTFUL && count == 1)
        try_crops(d, false, best);
    if (count <= 2 || best->z >= SURE)
        return;
    bt_wm_weigh(d->slice, 0, d->wave);
    bt_wm_weigh(d->slice, -BT_WM_PERIOD / 4, d->wave + SAMPLES);
    for (int k = 0; k < PHASES && best->z < SURE; k++) {
        mix(d, k, PHASES, d->picture);
        try_turns(d, place, barred, turns, best);
    }
    for (int k = 0; k < SEARCHED_PHASES && best->z < DOUBTFUL; k++) {
        mix(d, k, SEARCHED_PHASES, d->picture);
        try_bars(d, &bars, best);
    }
    for (int k = 0; k < SEARCHED_PHASES && search && best->z < DOUBTFUL; k += 2) {
        mix(d, k, SEARCHED_PHASES, d->picture);
        mix(d, k + 1, SEARCHED_PHASES, d->other);
        try_crops(d, true, best);
    }
}

// What was found --------------------------------------------------------------------------

static bool try_courses(struct bt_wm_detector *d, const struct bt_wm_place *place, int turn,
                        float need, struct candidate *best)
{
    float cell[BT_WM_CELLS];
    if (!bt_wm_evidence_make(d->slice, place, turn, d->room, &d->evidence))
        return false;
    const float z = bt_wm_evidence_best(&d->grid, &d->evidence, cell);
    take(best, place, turn, z, need, cell);
    return true;
}

// Looks through the courses in time at the best place, and, where that is nothing, at the
// one where the mark lay before or should lie. The number of what is kept of it.
static int look_closer(struct bt_wm_detector *d, struct candidate *best)
{
    bool made = false;
    if (best->z >= PROMISING)
        made = try_courses(d, &best->place, best->turn, best->need, best);
    if (best->z < best->need)
        made = try_courses(d, &d->hint, d->hint_turn, BT_WM_Z, best);
    return made ? bt_wm_remember(&d->memory, &d->evidence) : -1;
}

static void describe(const struct bt_wm_detector *d, const struct candidate *best,
                     struct bt_wm_result *out)
{
    float bit[BT_WM_CODE], z;
    unsigned session;
    out->z = best->z;
    out->marked = out->z >= best->need;
    if (!out->marked)
        return;
    bt_wm_soft(&d->grid, best->cell, bit);
    out->errors = bt_wm_read(&d->words, bit, &session, &z);
    out->payload_known = out->errors >= 0;
    out->payload = out->payload_known ? bt_wm_payload(session) : 0;
    bt_wm_tell_place(&best->place, best->turn, out);
}

int bt_wm_result(struct bt_wm_detector *d, bool search, struct bt_wm_result *out)
{
    struct candidate best = nothing;
    *out = (struct bt_wm_result){.start = d->first, .end = d->last, .x1 = 1, .y1 = 1,
                                 .evidence = -1};
    if (!d->any)
        return BAUTA_E_END;
    find_place(d, search, &best);
    out->evidence = look_closer(d, &best);
    describe(d, &best, out);
    if (out->marked) {
        d->hint = best.place;
        d->hint_turn = best.turn;
    }
    for (int i = 0; i < SLICES; i++)
        d->slice[i].count = 0;
    d->any = false;
    return 0;
}

void bt_wm_review(const struct bt_wm_detector *d, struct bt_wm_result *result, int count)
{
    bt_wm_recall(&d->grid, &d->words, &d->memory, result, count);
}
