// SPDX-License-Identifier: Apache-2.0
#include "mark/watermark/evidence.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"

enum { SLICES = BT_WM_SLICES, CELLS = BT_WM_CELLS, KEPT_MOST = 4096, SCALE = 24 };
#define LIMIT 1.5f          // of the mean size around
#define PI 3.14159265f
// Places that differ by less are one.
#define SAME_PLACE .02f
// Of the known word in the cells of the payload, for a window whose own says little; and
// how much likelier another word may be there.
#define Z_CONFIRMED 4.f
#define OTHER_MOST 1.f

// The slices that have frames, less their mean, and the waves at their times.
struct course {
    float value[SLICES][CELLS];
    float cosine[SLICES], sine[SLICES];
    int count;
};

static void remove_mean(float *value, int count)
{
    float mean = 0;
    for (int k = 0; k < count; k++)
        mean += value[k];
    for (int k = 0; k < count; k++)
        value[k] -= mean / (float)count;
}

static void read_course(const struct bt_wm_slice slice[SLICES],
                        const struct bt_wm_place *place, int turn, float *room,
                        struct course *c)
{
    float mean[CELLS] = {0};
    for (int i = 0; i < SLICES; i++) {
        const struct bt_wm_slice *s = &slice[i];
        if (!s->count)
            continue;
        const float by = 1 / (float)s->count;
        const double seconds = s->seconds / s->count;
        for (int k = 0; k < BT_WM_SAMPLES; k++)
            room[k] = s->sum[k] * by;
        bt_wm_project(bt_wm_turn_back(room, turn, room + BT_WM_SAMPLES), place,
                      c->value[c->count]);
        for (int k = 0; k < CELLS; k++)
            mean[k] += c->value[c->count][k];
        c->cosine[c->count] = bt_wm_wave(seconds);
        c->sine[c->count] = bt_wm_wave(seconds - (double)BT_WM_PERIOD / 4);
        c->count++;
    }
    for (int i = 0; i < c->count; i++) {
        for (int k = 0; k < CELLS; k++)
            c->value[i][k] -= mean[k] / (float)c->count;
    }
    remove_mean(c->cosine, c->count);
    remove_mean(c->sine, c->count);
}

static void correlate(const struct course *c, const float level[CELLS],
                      struct bt_wm_evidence *out)
{
    float power = 0;
    for (int i = 0; i < c->count; i++)
        power += c->cosine[i] * c->cosine[i] + c->sine[i] * c->sine[i];
    const float scale = power > 0 ? 1 / sqrtf(power / 2) : 0;
    memset(out->cosine, 0, sizeof(out->cosine));
    memset(out->sine, 0, sizeof(out->sine));
    for (int i = 0; i < c->count; i++) {
        for (int k = 0; k < CELLS; k++) {
            const float v = level[k] > 1e-6f ? c->value[i][k] / level[k] : 0;
            // A comparison with NAN is false: what is outside of the picture stays 0.
            const float limited = v > LIMIT ? LIMIT : v < -LIMIT ? -LIMIT : v;
            const float counted = isnan(v) ? 0 : limited * scale;
            out->cosine[k] += counted * c->cosine[i];
            out->sine[k] += counted * c->sine[i];
        }
    }
}

bool bt_wm_evidence_make(const struct bt_wm_slice slice[SLICES],
                         const struct bt_wm_place *place, int turn, float *room,
                         struct bt_wm_evidence *out)
{
    struct course *c = bt_zalloc(sizeof(*c));
    float size[CELLS] = {0}, level[CELLS];
    if (!c)
        return false;
    read_course(slice, place, turn, room, c);
    for (int i = 0; i < c->count; i++) {
        for (int k = 0; k < CELLS; k++)
            size[k] += fabsf(c->value[i][k]) / (float)c->count;
    }
    bt_wm_around(size, level);
    correlate(c, level, out);
    out->place = *place;
    out->turn = turn;
    const bool enough = c->count >= 3;
    bt_free(c);
    return enough;
}

static void mix(const struct bt_wm_evidence *e, int phase, float cell[CELLS])
{
    const float angle = 2 * PI * (float)phase / BT_WM_PHASES;
    const float a = cosf(angle), b = sinf(angle);
    for (int k = 0; k < CELLS; k++)
        cell[k] = a * e->cosine[k] + b * e->sine[k];
}

float bt_wm_evidence_best(const struct bt_wm_grid *grid, const struct bt_wm_evidence *e,
                          float cell[CELLS])
{
    float best = -INFINITY;
    int at = 0;
    for (int phase = 0; phase < BT_WM_PHASES; phase++) {
        mix(e, phase, cell);
        const float z = bt_wm_presence(grid, cell);
        if (z <= best)
            continue;
        best = z;
        at = phase;
    }
    mix(e, at, cell);
    return best;
}

void bt_wm_tell_place(const struct bt_wm_place *p, int turn, struct bt_wm_result *out)
{
    out->mirrored = turn & 1;
    out->rotation = (turn >> 1) * 90;
    out->x0 = (0 - p->x0) / p->w;
    out->x1 = (1 - p->x0) / p->w;
    out->y0 = (0 - p->y0) / p->h;
    out->y1 = (1 - p->y0) / p->h;
}

// All windows of a source ----------------------------------------------------------------

struct bt_wm_kept {
    struct bt_wm_place place;
    int turn;
    int8_t cosine[CELLS], sine[CELLS];
};

void bt_wm_memory_free(struct bt_wm_memory *memory)
{
    bt_freep(&memory->kept);
    memory->count = memory->room = 0;
}

static void pack(const float from[CELLS], int8_t to[CELLS])
{
    for (int k = 0; k < CELLS; k++)
        to[k] = (int8_t)lrintf(fminf(fmaxf(SCALE * from[k], -127), 127));
}

static void unpack(const struct bt_wm_kept *kept, struct bt_wm_evidence *e)
{
    e->place = kept->place;
    e->turn = kept->turn;
    for (int k = 0; k < CELLS; k++) {
        e->cosine[k] = (float)kept->cosine[k] / SCALE;
        e->sine[k] = (float)kept->sine[k] / SCALE;
    }
}

int bt_wm_remember(struct bt_wm_memory *memory, const struct bt_wm_evidence *e)
{
    if (memory->count == memory->room) {
        const int room = memory->room ? 2 * memory->room : 8;
        struct bt_wm_kept *more =
            room <= KEPT_MOST ? bt_alloc_array((size_t)room, sizeof(*more)) : NULL;
        if (!more)
            return -1;
        if (memory->count)
            memcpy(more, memory->kept, (size_t)memory->count * sizeof(*more));
        bt_free(memory->kept);
        memory->kept = more;
        memory->room = room;
    }
    struct bt_wm_kept *kept = &memory->kept[memory->count];
    kept->place = e->place;
    kept->turn = e->turn;
    pack(e->cosine, kept->cosine);
    pack(e->sine, kept->sine);
    return memory->count++;
}

struct recall {
    const struct bt_wm_grid *grid;
    const struct bt_wm_words *words;
    const struct bt_wm_memory *memory;
    struct bt_wm_result *result;
    int count;
    struct bt_wm_evidence one, all;
    const struct bt_wm_kept *head;  // of the windows that lie alike
};

static bool belongs(const struct recall *r, const struct bt_wm_result *w)
{
    if (w->evidence < 0 || w->evidence >= r->memory->count)
        return false;
    const struct bt_wm_kept *k = &r->memory->kept[w->evidence];
    const struct bt_wm_place *a = &k->place, *b = &r->head->place;
    return k->turn == r->head->turn && fabsf(a->x0 - b->x0) < SAME_PLACE &&
           fabsf(a->w - b->w) < SAME_PLACE && fabsf(a->y0 - b->y0) < SAME_PLACE &&
           fabsf(a->h - b->h) < SAME_PLACE;
}

// The session of the windows that lie alike: what those say that can be read, or all of
// them together. False: none, or they differ.
static bool find_session(struct recall *r, unsigned *session)
{
    bool any = false;
    memset(&r->all, 0, sizeof(r->all));
    for (int i = 0; i < r->count; i++) {
        const struct bt_wm_result *w = &r->result[i];
        if (!belongs(r, w))
            continue;
        if (w->payload_known) {
            if (any && bt_wm_session(w->payload) != *session)
                return false;
            any = true;
            *session = bt_wm_session(w->payload);
        }
        unpack(&r->memory->kept[w->evidence], &r->one);
        for (int k = 0; k < CELLS; k++) {
            r->all.cosine[k] += r->one.cosine[k];
            r->all.sine[k] += r->one.sine[k];
        }
    }
    float cell[CELLS], bit[BT_WM_CODE], z;
    if (any)
        return true;
    if (bt_wm_evidence_best(r->grid, &r->all, cell) < BT_WM_Z)
        return false;
    bt_wm_soft(r->grid, cell, bit);
    return bt_wm_read(r->words, bit, session, &z) >= 0;
}

// Looks in one window for the mark with a session that is known.
static void confirm(struct recall *r, struct bt_wm_result *w, unsigned session)
{
    const uint64_t word = r->words->word[session];
    float best = 0, alike = 0, bit[BT_WM_CODE], kept[BT_WM_CODE] = {0}, cell[CELLS], z;
    unpack(&r->memory->kept[w->evidence], &r->one);
    for (int phase = 0; phase < BT_WM_PHASES; phase++) {
        mix(&r->one, phase, cell);
        bt_wm_soft(r->grid, cell, bit);
        const float same = bt_wm_alike(bit, word);
        const float both = (bt_wm_presence(r->grid, cell) + same) / sqrtf(2);
        if (both <= best)
            continue;
        best = both;
        alike = same;
        memcpy(kept, bit, sizeof(bit));
    }
    if (!w->marked && best >= BT_WM_Z_KNOWN) {
        w->marked = true;
        w->z = best;
        bt_wm_tell_place(&r->one.place, r->one.turn, w);
    }
    if (!w->marked || alike < Z_CONFIRMED)
        return;
    unsigned likeliest;
    bt_wm_read(r->words, kept, &likeliest, &z);
    if (z > alike + OTHER_MOST)
        return;
    w->payload_known = true;
    w->payload = bt_wm_payload(session);
    w->errors = 0;
    for (int i = 0; i < BT_WM_CODE; i++)
        w->errors += (kept[i] < 0) != (word >> i & 1);
}

void bt_wm_recall(const struct bt_wm_grid *grid, const struct bt_wm_words *words,
                  const struct bt_wm_memory *memory, struct bt_wm_result *result, int count)
{
    struct recall *r = bt_zalloc(sizeof(*r));
    const struct bt_wm_result *first = NULL;
    unsigned session = 0;
    if (!r)
        return;
    *r = (struct recall){.grid = grid, .words = words, .memory = memory, .result = result,
                         .count = count};
    for (int i = 0; i < count; i++) {
        if (result[i].evidence >= 0 && (!first || result[i].z > first->z))
            first = &result[i];
    }
    if (first)
        r->head = &memory->kept[first->evidence];
    if (first && find_session(r, &session)) {
        for (int i = 0; i < count; i++) {
            if (!result[i].payload_known && belongs(r, &result[i]))
                confirm(r, &result[i], session);
        }
    }
    bt_free(r);
}
