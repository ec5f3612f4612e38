// SPDX-License-Identifier: Apache-2.0
//
// Typing signatures: the detector's arithmetic, what is refused, the file, and the equal
// error rate on generated typists. These are no people: they show that the detector does
// what it says, not how well it does on anybody.

#include "../check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bauta/log.h>

#include "base/alloc.h"
#include "base/file.h"
#include "verify/typing/typing.h"

enum { KEYS = 11, FEATURES = 3 * KEYS - 2 };

static char last_error[1024], folder[] = "/tmp/bauta-typing-XXXXXX";

static void collect(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR)
        snprintf(last_error, sizeof(last_error), "%s", line);
}

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 11) + .5) / 9007199254740992.;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

// One person: how long keys are held, and from key to key.
struct typist {
    double hold[KEYS], next[KEYS];
};

// Between people the averages differ about as much as Dhakal et al. (CHI 2018) found for
// 168,000 of them: held 116 ms, standard deviation 24; from key to key 239 ms, 112. How
// each place in the text differs, for all alike and for each person, is assumed.
static void make_typist(const double text[2 * KEYS], struct typist *out)
{
    const double hold = fmax(.05, .116 + .024 * normal());
    const double next = fmax(.08, .239 + .112 * normal());
    for (int i = 0; i < KEYS; i++) {
        out->hold[i] = hold * exp(text[i] + .15 * normal());
        out->next[i] = next * exp(text[KEYS + i] + .25 * normal());
    }
}

// One repetition; spread: of a person's times around their own means, in natural
// logarithms.
static void type(const struct typist *typist, double spread, struct bauta_key_time *out)
{
    double at = 0;
    for (int i = 0; i < KEYS; i++) {
        out[i].down = at;
        out[i].up = at + fmin(1.9, typist->hold[i] * exp(.6 * spread * normal()));
        at += fmin(4.9, typist->next[i] * exp(spread * normal()));
    }
}

// The detector --------------------------------------------------------------------------

// Two kinds of samples, alternating, so that means and deviations are known.
static struct bauta_typing *known(void)
{
    static struct bauta_key_time keys[20 * KEYS];
    struct bauta_typing *made = NULL;
    for (int s = 0; s < 20; s++) {
        for (int i = 0; i < KEYS; i++) {
            const double hold = s % 2 ? .12 : .10, next = s % 2 ? .30 : .20;
            keys[s * KEYS + i] =
                (struct bauta_key_time){7 + next * i, 7 + next * i + hold};
        }
    }
    CHECK_INT(bauta_typing_enrol(keys, KEYS, 20, &made), 0);
    if (!made)
        exit(1);
    return made;
}

static void test_arithmetic(void)
{
    struct bauta_typing *made = known();
    struct bauta_key_time keys[KEYS];
    struct bauta_typing_result result;
    CHECK_NEAR(made->mean[0], .11, 1e-9);
    CHECK_NEAR(made->deviation[0], .01, 1e-9);
    CHECK_NEAR(made->mean[KEYS], .25, 1e-9);
    CHECK_NEAR(made->deviation[KEYS], .05, 1e-9);
    // From up to down: .1 and .18, so .14 and .04.
    CHECK_NEAR(made->mean[FEATURES - 1], .14, 1e-9);
    CHECK_NEAR(made->deviation[FEATURES - 1], .04, 1e-9);
    for (int i = 0; i < KEYS; i++)
        keys[i] = (struct bauta_key_time){.25 * i, .25 * i + .11};
    CHECK_INT(bauta_typing_verify(made, keys, KEYS, &result), 0);
    CHECK_NEAR(result.score, 0, 1e-6);
    CHECK(result.alike && result.share == 1);
    // Held .02 longer: 2 deviations on 11 holds, .5 on 10 times from up to down.
    for (int i = 0; i < KEYS; i++)
        keys[i].up += .02;
    CHECK_INT(bauta_typing_verify(made, keys, KEYS, &result), 0);
    CHECK_NEAR(result.score, (11 * 2 + 10 * .5) / FEATURES, 1e-6);
    for (int i = 0; i < KEYS; i++)
        keys[i] = (struct bauta_key_time){.9 * i, .9 * i + .4};
    CHECK_INT(bauta_typing_verify(made, keys, KEYS, &result), 0);
    CHECK(!result.alike && result.score > result.limit);
    CHECK_NEAR(result.share, 1 / 21., 1e-9);
    struct bauta_typing_info info;
    CHECK_INT(bauta_typing_info(made, &info), 0);
    CHECK(info.keys == KEYS && info.samples == 20 && info.limit == result.limit);
    // All alike: the least deviation is divided by.
    struct bauta_key_time same[20 * KEYS];
    struct bauta_typing *stiff = NULL;
    for (int s = 0; s < 20; s++)
        for (int i = 0; i < KEYS; i++)
            same[s * KEYS + i] = (struct bauta_key_time){.25 * i, .25 * i + .11};
    CHECK_INT(bauta_typing_enrol(same, KEYS, 20, &stiff), 0);
    CHECK_NEAR(stiff->deviation[3], 1e-3, 1e-12);
    bauta_typing_free(&stiff);
    bauta_typing_free(&made);
    CHECK(!made);
    bauta_typing_free(&made);
}

static void test_refused(void)
{
    static struct bauta_key_time keys[20 * KEYS], bad[20 * KEYS];
    struct bauta_typing *made = NULL;
    struct bauta_typing_result result;
    struct typist typist;
    const double text[2 * KEYS] = {0};
    make_typist(text, &typist);
    for (int s = 0; s < 20; s++)
        type(&typist, .2, keys + s * KEYS);
    CHECK_INT(bauta_typing_enrol(keys, KEYS, 19, &made), BAUTA_E_USAGE);
    CHECK(strstr(last_error, "19"));
    CHECK_INT(bauta_typing_enrol(keys, 5, 20, &made), BAUTA_E_USAGE);
    CHECK_INT(bauta_typing_enrol(keys, 65, 20, &made), BAUTA_E_USAGE);
    CHECK_INT(bauta_typing_enrol(keys, KEYS, 501, &made), BAUTA_E_USAGE);
    CHECK_INT(bauta_typing_enrol(NULL, KEYS, 20, &made), BAUTA_E_USAGE);
    for (int kind = 0; kind < 5; kind++) {
        memcpy(bad, keys, sizeof bad);
        struct bauta_key_time *key = &bad[7 * KEYS + 4];
        if (kind == 0)
            key->up = key->down - .01;
        else if (kind == 1)
            key->up = key->down + 2.1;
        else if (kind == 2)
            key->down = NAN;
        else if (kind == 3)
            key->up = INFINITY;
        else
            key[1].down = key->down + 5.1;
        CHECK_INT(bauta_typing_enrol(bad, KEYS, 20, &made), BAUTA_E_FORMAT);
        CHECK(strstr(last_error, "sample 8") &&
              (kind == 2 || strstr(last_error, "key 5")));
    }
    CHECK(!made);
    CHECK_INT(bauta_typing_enrol(keys, KEYS, 20, &made), 0);
    CHECK_INT(bauta_typing_verify(made, keys, KEYS - 1, &result), BAUTA_E_USAGE);
    CHECK_INT(bauta_typing_verify(made, bad + 7 * KEYS, KEYS, &result), BAUTA_E_FORMAT);
    CHECK_INT(bauta_typing_verify(made, NULL, KEYS, &result), BAUTA_E_USAGE);
    bauta_typing_free(&made);
    for (int n = 1; n <= 3; n++) {
        bt_alloc_fail_after(n);
        CHECK_INT(bauta_typing_enrol(keys, KEYS, 20, &made), BAUTA_E_NO_MEMORY);
    }
    bt_alloc_fail_after(0);
    CHECK(!made);
}

static void test_file(void)
{
    char path[100], other[100];
    struct bauta_typing *made = known(), *back = NULL;
    struct stat info;
    uint8_t *data = NULL;
    size_t size = 0;
    snprintf(path, sizeof path, "%s/anna", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    CHECK_INT(bauta_typing_save(made, path, 0), 0);
    CHECK(!stat(path, &info) && (info.st_mode & 0777) == 0600);
    CHECK_INT(bauta_typing_save(made, path, 0), BAUTA_E_EXISTS);
    CHECK_INT(bauta_typing_save(made, path, 1), 0);
    CHECK_INT(bauta_typing_load(path, &back), 0);
    CHECK(back->keys == KEYS && back->samples == 20);
    for (int f = 0; f < FEATURES; f++) {
        CHECK_NEAR(back->mean[f], made->mean[f], 1e-7);
        CHECK_NEAR(back->deviation[f], made->deviation[f], 1e-7);
    }
    CHECK_NEAR(bt_typing_limit(back), bt_typing_limit(made), 1e-6);
    bauta_typing_free(&back);

    CHECK_INT(bt_file_read(path, 1 << 16, &data, &size), 0);
    int opened = 0;
    for (size_t i = 0; i < size; i++) {
        data[i] ^= (uint8_t)(1 << i % 8);
        opened += !bt_typing_unpack(data, size, "changed", &back);
        data[i] ^= (uint8_t)(1 << i % 8);
        opened += !bt_typing_unpack(data, i, "cut", &back);
    }
    CHECK_INT(opened, 0);
    data[7] = 2;
    CHECK_INT(bt_typing_unpack(data, size, "newer", &back), BAUTA_E_UNSUPPORTED);
    CHECK_INT(bauta_typing_load(other, &back), BAUTA_E_NOT_FOUND);
    snprintf(other, sizeof other, "%s/nowhere/anna", folder);
    CHECK_INT(bauta_typing_save(made, other, 0), BAUTA_E_NOT_FOUND);
    CHECK(!back);
    bt_free(data);
    bauta_typing_free(&made);
    unlink(path);
}

// Generated typists ---------------------------------------------------------------------

enum { TYPISTS = 24, ENROL = 60, OWN = 60, OTHERS = 5 };

struct rates {
    double equal, refused; // equal error rate, own samples above the limit
};

// Where as many of the own scores are above as of the others' below.
static double equal_rate(const double *own, int owns, const double *others, int count)
{
    double best = 2, rate = 1;
    for (int i = 0; i < owns + count; i++) {
        const double limit = i < owns ? own[i] : others[i - owns];
        double miss = 0, alarm = 0;
        for (int k = 0; k < owns; k++)
            miss += own[k] > limit;
        for (int k = 0; k < count; k++)
            alarm += others[k] <= limit;
        miss /= owns;
        alarm /= count;
        if (fabs(miss - alarm) < best) {
            best = fabs(miss - alarm);
            rate = (miss + alarm) / 2;
        }
    }
    return rate;
}

// As in Killourhy and Maxion: each is enrolled, and judged by samples of their own and
// the first five of everybody else. same: all are one person.
static struct rates run(double spread, int same)
{
    static struct bauta_key_time enrol[ENROL * KEYS];
    struct typist people[TYPISTS];
    struct rates sum = {0};
    double text[2 * KEYS];
    for (int i = 0; i < 2 * KEYS; i++)
        text[i] = .25 * normal();
    for (int p = 0; p < TYPISTS; p++) {
        make_typist(text, &people[p]);
        if (same)
            people[p] = people[0];
    }
    for (int p = 0; p < TYPISTS; p++) {
        double own[OWN], others[TYPISTS * OTHERS];
        struct bauta_key_time keys[KEYS];
        struct bauta_typing_result result;
        struct bauta_typing *made = NULL;
        int count = 0;
        for (int s = 0; s < ENROL; s++)
            type(&people[p], spread, enrol + s * KEYS);
        CHECK_INT(bauta_typing_enrol(enrol, KEYS, ENROL, &made), 0);
        for (int s = 0; s < OWN; s++) {
            type(&people[p], spread, keys);
            CHECK_INT(bauta_typing_verify(made, keys, KEYS, &result), 0);
            own[s] = result.score;
            sum.refused += !result.alike;
        }
        for (int q = 0; q < TYPISTS; q++) {
            for (int s = 0; s < OTHERS && q != p; s++) {
                type(&people[q], spread, keys);
                CHECK_INT(bauta_typing_verify(made, keys, KEYS, &result), 0);
                others[count++] = result.score;
            }
        }
        sum.equal += equal_rate(own, OWN, others, count);
        bauta_typing_free(&made);
    }
    return (struct rates){sum.equal / TYPISTS, sum.refused / (TYPISTS * OWN)};
}

static void test_typists(void)
{
    static const double spreads[] = {.1, .2, .4, .8, 1.6};
    double before = 0;
    printf("%d generated typists, %d samples to enrol, %d keys\n"
           "spread  equal error rate  own refused\n",
           TYPISTS, ENROL, KEYS);
    for (size_t i = 0; i < sizeof spreads / sizeof *spreads; i++) {
        const struct rates r = run(spreads[i], 0);
        printf("%6.1f  %15.1f %%  %9.1f %%\n", spreads[i], 100 * r.equal,
               100 * r.refused);
        CHECK(r.equal >= before - .02);
        CHECK(r.refused > .02 && r.refused < .1);
        before = r.equal;
        if (spreads[i] <= .2)
            CHECK(r.equal < .03);
    }
    CHECK(before > .05);
    // Who types alike cannot be told apart; a detector that did would have cheated.
    const struct rates same = run(.3, 1);
    printf("all one person: %.1f %%\n", 100 * same.equal);
    CHECK_NEAR(same.equal, .5, .06);
}

int main(void)
{
    bauta_log_set(collect, NULL);
    if (!mkdtemp(folder))
        return 1;
    test_arithmetic();
    test_refused();
    test_file();
    test_typists();
    rmdir(folder);
    return check_end();
}
