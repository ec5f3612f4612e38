// SPDX-License-Identifier: Apache-2.0
#include "tools/liveness/table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EACH = 100, GENUINE = 400, SEARCHED = 20000 };

static struct session session, second;

static void seed_of(uint64_t *state, uint8_t seed[BT_SEED_BYTES])
{
    for (int i = 0; i < BT_SEED_BYTES; i++)
        seed[i] = (uint8_t)(256 * chance(state));
}

static void draw_challenge(uint64_t *state, struct bt_challenge *c, int light)
{
    uint8_t seed[BT_SEED_BYTES];
    seed_of(state, seed);
    bt_challenge_make(c, seed, 4, light);
}

void row_count(struct row *row, const struct bt_challenge *c, const struct session *s,
               bool virtual_camera)
{
    struct bauta_liveness_result r;
    judge(c, s, virtual_camera, &r);
    row->count++;
    row->pass += r.verdict == BAUTA_LIVENESS_PASS;
    row->fail += r.verdict == BAUTA_LIVENESS_FAIL;
    row->doubt += r.verdict == BAUTA_LIVENESS_INCONCLUSIVE;
    row->retried += r.step_count > c->steps;
    for (int i = 0; i < BAUTA_PAD_COUNT; i++)
        row->looked[i] += r.check[i].finding != BAUTA_FINDING_SKIPPED;
    for (int i = 0; i < BAUTA_PAD_COUNT; i++)
        row->bad[i] += r.check[i].finding == BAUTA_FINDING_BAD ||
                       r.check[i].finding == BAUTA_FINDING_DOUBTFUL;
    if (getenv("LIVENESS_VERBOSE") && row->bona_fide &&
        r.verdict != BAUTA_LIVENESS_PASS) {
        fprintf(stderr, "%s:", row->species);
        for (int k = 0; k < r.step_count; k++)
            fprintf(stderr, " %s=%s(%.2f)", bauta_action_name(r.step[k].action),
                    bauta_step_outcome_name(r.step[k].outcome), r.step[k].reaction);
        for (int i = 0; i < BAUTA_PAD_COUNT; i++)
            if (r.check[i].finding == BAUTA_FINDING_BAD ||
                r.check[i].finding == BAUTA_FINDING_DOUBTFUL)
                fprintf(stderr, " [%s %.3f: %s]", bauta_liveness_check_name(i),
                        (double)r.check[i].value, r.check[i].why);
        fprintf(stderr, "\n");
    }
}

static int someone(uint64_t *state)
{
    return (int)(PEOPLE * chance(state));
}

// Whether the performer has to do one more is known after a first look.
static void perform(const struct bank *b, int person, const struct bt_challenge *c,
                    enum timing timing, uint64_t *state)
{
    const uint64_t before = *state;
    compose(b, person, c, false, timing, state, &session);
    const struct bt_stream s = {session.sample, session.count};
    if (bt_liveness_wants_retry(c, &s)) {
        *state = before;
        compose(b, person, c, true, timing, state, &session);
    }
}

static void genuine(const struct bank *b, struct row *row, uint64_t state)
{
    struct bt_challenge c;
    for (int i = 0; i < GENUINE; i++) {
        draw_challenge(&state, &c, 0);
        perform(b, i % PEOPLE, &c, IN_TIME, &state);
        row_count(row, &c, &session, false);
    }
}

static void photos(const struct bank *b, struct row *row, uint64_t state, bool moved)
{
    struct bt_challenge c;
    for (int i = 0; i < EACH; i++) {
        const struct film *f = moved ? &b->moved[i % PHOTOS] : &b->still[i % PHOTOS];
        const double length = f->sample[f->count - 1].seconds;
        draw_challenge(&state, &c, 0);
        replay(f, moved ? .4 * length * chance(&state) : 0,
               bt_challenge_end(&c, true) + 1, false, length, &session);
        row_count(row, &c, &session, false);
    }
}

static void clips(const struct bank *b, struct row *row, uint64_t state, bool loop)
{
    struct bt_challenge c;
    for (int i = 0; i < EACH; i++) {
        const struct film *f = &b->clip[loop ? i % 3 : 0];
        const double all = f->sample[f->count - 1].seconds;
        const double length = loop ? 1.5 + fmin(4, all - 2) * chance(&state) : all;
        const double from = (all - (loop ? length : 20)) * chance(&state);
        draw_challenge(&state, &c, 0);
        replay(f, fmax(from, 0), bt_challenge_end(&c, true) + 1, loop, length, &session);
        row_count(row, &c, &session, false);
    }
}

// A whole session of somebody that was recorded under another seed.
static void sessions(const struct bank *b, struct row *row, uint64_t state)
{
    struct bt_challenge c, recorded;
    for (int i = 0; i < EACH; i++) {
        draw_challenge(&state, &recorded, 0);
        draw_challenge(&state, &c, 0);
        compose(b, someone(&state), &recorded, false, IN_TIME, &state, &session);
        row_count(row, &c, &session, false);
    }
}

static void timings(const struct bank *b, struct row *row, uint64_t state,
                    enum timing timing)
{
    struct bt_challenge c;
    for (int i = 0; i < EACH; i++) {
        draw_challenge(&state, &c, 0);
        compose(b, someone(&state), &c, true, timing, &state, &session);
        row_count(row, &c, &session, false);
    }
}

static void turns(const struct bank *b, struct row *row, uint64_t state)
{
    struct bt_challenge c;
    for (int i = 0; i < EACH; i++) {
        const int one = someone(&state);
        const int other = (one + 1 + (int)((PEOPLE - 1) * chance(&state))) % PEOPLE;
        draw_challenge(&state, &c, 0);
        compose(b, other, &c, false, IN_TIME, &state, &second);
        compose(b, one, &c, false, IN_TIME, &state, &session);
        swap_people(b, &session, &second, one, other, &c);
        row_count(row, &c, &session, false);
    }
}

static void frozen(const struct bank *b, struct row *row, uint64_t state)
{
    struct bt_challenge c;
    for (int i = 0; i < EACH; i++) {
        draw_challenge(&state, &c, 0);
        compose(b, someone(&state), &c, false, IN_TIME, &state, &session);
        freeze(&session, .5 + 10 * chance(&state), 1.2 + 1.5 * chance(&state));
        row_count(row, &c, &session, false);
    }
}

static void virtual_camera(const struct bank *b, struct row *row, uint64_t state)
{
    struct bt_challenge c;
    for (int i = 0; i < EACH; i++) {
        draw_challenge(&state, &c, 0);
        perform(b, someone(&state), &c, IN_TIME, &state);
        row_count(row, &c, &session, true);
    }
}

// Seeds that a film of the media happens to fit.
static void searched(const struct bank *b, struct row *row, uint64_t state)
{
    struct bt_challenge c;
    const struct film *f = &b->clip[0];
    const double all = f->sample[f->count - 1].seconds;
    for (int i = 0; i < SEARCHED; i++) {
        uint8_t seed[BT_SEED_BYTES];
        seed_of(&state, seed);
        bt_challenge_make(&c, seed, 3, 0);
        replay(f, (all - 14) * chance(&state), bt_challenge_end(&c, true) + 1, false, all,
               &session);
        row_count(row, &c, &session, false);
    }
}

static void write_row(const struct row *row)
{
    char why[200] = "";
    for (int n = 0; n < 3; n++) {
        int best = -1;
        for (int i = 0; i < BAUTA_PAD_COUNT; i++) {
            const char *name = bauta_liveness_check_name((enum bauta_liveness_check)i);
            if (row->bad[i] && (best < 0 || row->bad[i] > row->bad[best]) &&
                !strstr(why, name))
                best = i;
        }
        if (best >= 0)
            snprintf(why + strlen(why), sizeof why - strlen(why), "%s%s %d",
                     n ? ", " : "",
                     bauta_liveness_check_name((enum bauta_liveness_check)best),
                     row->bad[best]);
    }
    printf("| %s | %d | %d | %d | %d | %s |\n", row->species, row->count, row->pass,
           row->doubt, row->fail, why);
}

static void write_all(const struct row *rows, int n)
{
    const struct row *worst = NULL;
    int refused = 0, doubt = 0, all = 0;
    printf("| stream | sessions | pass | inconclusive | fail | by what, of how many |\n"
           "|---|---|---|---|---|---|\n");
    for (int i = 0; i < n; i++) {
        const struct row *r = &rows[i];
        write_row(r);
        if (!r->bona_fide &&
            (!worst || (double)r->pass / r->count > (double)worst->pass / worst->count))
            worst = r;
        if (r->bona_fide)
            all += r->count, refused += r->fail, doubt += r->doubt;
    }
    printf("\nAPCER: %.1f %%%s%s. BPCER of the genuine rows: %.1f %% fail and %.1f %% "
           "inconclusive, of %d.\n",
           100. * worst->pass / worst->count,
           worst->pass ? ", the worst species " : " of every species",
           worst->pass ? worst->species : "", 100. * refused / all, 100. * doubt / all,
           all);
}

// What each check alone says against each kind of stream, in per cent of those in which
// it could look.
static void write_checks(const struct row *rows, int n)
{
    printf("\n| check |");
    for (int i = 0; i < n; i++)
        printf(" %s |", rows[i].brief);
    printf("\n|---|");
    for (int i = 0; i < n; i++)
        printf("---|");
    for (int k = 0; k < BAUTA_PAD_COUNT; k++) {
        printf("\n| %s |", bauta_liveness_check_name((enum bauta_liveness_check)k));
        for (int i = 0; i < n; i++) {
            if (rows[i].looked[k])
                printf(" %.0f |", 100. * rows[i].bad[k] / rows[i].looked[k]);
            else
                printf(" – |");
        }
    }
    printf("\n");
}

int table_write(const struct bank *b, const char *media, const char *folder)
{
    static struct row rows[] = {
        {"genuine, put together of recorded actions", "genuine", true},
        {"genuine, rendered whole to the seed, with light", "rendered", true},
        {"still photo", "photo", false},
        {"photo moved and bent", "moved", false},
        {"clip replayed", "clip", false},
        {"clip looped", "loop", false},
        {"session of another seed replayed", "session", false},
        {"right actions, before the prompts", "early", false},
        {"right actions, after the deadlines", "late", false},
        {"right actions, in another order", "order", false},
        {"two people by turns", "two", false},
        {"frozen frames", "frozen", false},
        {"virtual camera, all else genuine", "virtual", false},
    };
    struct row found = {"clip", "clip", false};
    genuine(b, &rows[0], 1);
    int result = rendered_sessions(media, folder, &rows[1]);
    photos(b, &rows[2], 2, false);
    photos(b, &rows[3], 3, true);
    clips(b, &rows[4], 4, false);
    clips(b, &rows[5], 5, true);
    sessions(b, &rows[6], 6);
    timings(b, &rows[7], 7, TOO_EARLY);
    timings(b, &rows[8], 8, TOO_LATE);
    timings(b, &rows[9], 9, OTHER_ORDER);
    turns(b, &rows[10], 10);
    frozen(b, &rows[11], 11);
    virtual_camera(b, &rows[12], 12);
    searched(b, &found, 13);
    if (result < 0)
        return result;
    write_all(rows, sizeof rows / sizeof rows[0]);
    printf("Of the genuine ones %d of %d were asked for one action more.\n",
           rows[0].retried + rows[1].retried, rows[0].count + rows[1].count);
    write_checks(rows, sizeof rows / sizeof rows[0]);
    printf("\nSeeds of three actions that %s fits by chance, of %d: %d.\n", bank_clips[0],
           SEARCHED, found.pass);
    result = rendered_light(media, folder);
    return result < 0 ? result : rendered_watermark(folder);
}
