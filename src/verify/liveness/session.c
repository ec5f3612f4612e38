// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "frame/frame.h"
#include "verify/liveness/liveness.h"

struct bauta_liveness {
    struct bt_challenge challenge;
    struct bauta_evidence device;
    char *models, *ledger;
    struct bt_measure *measure;
    struct bauta_liveness_sample *sample, last;
    int count, room;
    bool any, started, retry, decided, over, finished;
    double first, begun, seconds; // of the first sample, the first face, the last
    int64_t made;
    struct bauta_liveness_result result;
};

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static int take_seed(const char *text, uint8_t seed[BT_SEED_BYTES])
{
    if (!text) {
        ssize_t n;
        do {
            n = getrandom(seed, BT_SEED_BYTES, 0);
        } while (n < 0 && errno == EINTR);
        if (n == BT_SEED_BYTES)
            return 0;
        bt_error("the system gives no random numbers for a challenge");
        return BAUTA_E_FAILED;
    }
    bool good = strlen(text) == 2 * BT_SEED_BYTES;
    for (int i = 0; good && i < BT_SEED_BYTES; i++) {
        const int high = digit(text[2 * i]), low = digit(text[2 * i + 1]);
        good = high >= 0 && low >= 0;
        seed[i] = (uint8_t)(16 * high + low);
    }
    if (good)
        return 0;
    bt_error("seed '%.64s': it has %d hexadecimal digits", text, 2 * BT_SEED_BYTES);
    return BAUTA_E_USAGE;
}

static int copy(char **to, const char *from)
{
    *to = bt_strdup(from);
    return from && !*to ? BAUTA_E_NO_MEMORY : 0;
}

int bauta_liveness_open(const struct bauta_liveness_params *params,
                        struct bauta_liveness **out)
{
    static const struct bauta_liveness_params plain;
    uint8_t seed[BT_SEED_BYTES];
    params = params ? params : &plain;
    const int steps = params->steps ? params->steps : 4;
    if (!out || steps < BAUTA_LIVENESS_STEPS_MIN || steps > BAUTA_LIVENESS_STEPS_MAX) {
        bt_error("bauta_liveness_open: %s",
                 out ? "3 to 6 actions can be asked for" : "an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = take_seed(params->seed, seed);
    if (result < 0)
        return result;
    struct bauta_liveness *l = bt_zalloc(sizeof *l);
    result = l ? bt_challenge_make(&l->challenge, seed, steps, !!params->light)
               : BAUTA_E_NO_MEMORY;
    if (result >= 0)
        result = copy(&l->models, params->models);
    if (result >= 0)
        result = copy(&l->ledger, params->ledger);
    if (result >= 0)
        result = bt_ledger_begin(l->ledger, seed, (int64_t)time(NULL));
    if (result >= 0)
        bt_check_device(params->source, &l->device);
    if (result >= 0) {
        *out = l;
        return 0;
    }
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("out of memory for a liveness session");
    if (l)
        l->finished = true;
    bauta_liveness_close(&l);
    return result;
}

void bauta_liveness_close(struct bauta_liveness **session)
{
    struct bauta_liveness *l = session ? *session : NULL;
    if (!l)
        return;
    if (l->started && !l->finished)
        bt_ledger_failed(l->ledger, (int64_t)time(NULL));
    bt_measure_close(&l->measure);
    bt_free(l->sample);
    bt_free(l->models);
    bt_free(l->ledger);
    bt_freep(session);
}

// What is shown -------------------------------------------------------------------------

static void show_light(const struct bauta_liveness *l, double t,
                       struct bauta_liveness_prompt *p)
{
    const double since = t - bt_challenge_light(&l->challenge, l->retry);
    const double end = bt_challenge_end(&l->challenge, l->retry);
    p->stage = BAUTA_PROMPT_LIGHT;
    memset(p->colour, 128, sizeof p->colour);
    p->left = since < 0 ? -since : end - t;
    if (since < 0 || since >= BT_COLOURS * BT_COLOUR_SECONDS)
        return;
    const int k = (int)(since / BT_COLOUR_SECONDS);
    memcpy(p->colour, l->challenge.colour[k], sizeof p->colour);
    p->left = (k + 1) * BT_COLOUR_SECONDS - since;
}

static void show(const struct bauta_liveness *l, double t,
                 struct bauta_liveness_prompt *p)
{
    const int steps = l->challenge.steps + l->retry;
    double at = 0, until = 0;
    p->steps = steps;
    for (int k = 0; k < steps; k++) {
        bt_challenge_times(&l->challenge, k, &at, &until);
        if (t >= until)
            continue;
        p->stage = t < at ? BAUTA_PROMPT_REST : BAUTA_PROMPT_ACTION;
        p->action = l->challenge.step[k].action;
        p->step = k + 1;
        p->left = (t < at ? at : until) - t;
        return;
    }
    if (!l->challenge.light || t >= bt_challenge_end(&l->challenge, l->retry))
        p->stage = BAUTA_PROMPT_OVER;
    else
        show_light(l, t, p);
}

int bauta_liveness_now(const struct bauta_liveness *l, double seconds,
                       struct bauta_liveness_prompt *out)
{
    if (!l || !out) {
        bt_error("bauta_liveness_now: an argument is missing");
        return BAUTA_E_USAGE;
    }
    struct bauta_liveness_prompt p = {.steps = l->challenge.steps};
    if (l->over)
        p.stage = BAUTA_PROMPT_OVER;
    else if (!l->started)
        p.left = l->any ? BT_WAIT_SECONDS - (seconds - l->first) : BT_WAIT_SECONDS;
    else
        show(l, seconds - l->begun, &p);
    // Nothing is told ahead.
    if (p.stage != BAUTA_PROMPT_ACTION)
        p.action = (enum bauta_action)0;
    *out = p;
    return 0;
}

// What comes in -------------------------------------------------------------------------

static int keep(struct bauta_liveness *l, const struct bauta_liveness_sample *s)
{
    if (l->count == l->room) {
        const int room = l->room ? 2 * l->room : 512;
        struct bauta_liveness_sample *more = bt_alloc_array((size_t)room, sizeof *more);
        if (!more) {
            bt_error("out of memory for a liveness session");
            return BAUTA_E_NO_MEMORY;
        }
        if (l->count)
            memcpy(more, l->sample, (size_t)l->count * sizeof *more);
        bt_free(l->sample);
        l->sample = more;
        l->room = room;
    }
    l->sample[l->count++] = *s;
    return 0;
}

// Whether one more action is asked for is known when the last deadline has passed.
static void go_on(struct bauta_liveness *l, double t)
{
    double at, until;
    const struct bt_stream s = {l->sample, l->count};
    bt_challenge_times(&l->challenge, l->challenge.steps - 1, &at, &until);
    if (!l->decided && t >= until) {
        l->decided = true;
        l->retry = bt_liveness_wants_retry(&l->challenge, &s);
    }
    l->over = (l->decided && t >= bt_challenge_end(&l->challenge, l->retry)) ||
              l->count >= BT_SAMPLES_MAX;
}

static int check_time(const struct bauta_liveness *l, double seconds)
{
    if (seconds >= -1e12 && seconds <= 1e12 && (!l->any || seconds > l->seconds))
        return 0;
    bt_error("a frame at %g s does not come after one at %g s", seconds, l->seconds);
    return BAUTA_E_USAGE;
}

int bauta_liveness_push_sample(struct bauta_liveness *l,
                               const struct bauta_liveness_sample *sample)
{
    if (!l || !sample || l->finished) {
        bt_error("bauta_liveness_push: %s", l && l->finished ? "the session was finished"
                                                             : "an argument is missing");
        return BAUTA_E_USAGE;
    }
    struct bauta_liveness_sample s = *sample;
    if (check_time(l, s.seconds) < 0)
        return BAUTA_E_USAGE;
    if (l->over || (l->any && s.seconds - l->seconds < 1. / BT_RATE_MAX))
        return l->over;
    if (!l->any)
        l->first = s.seconds;
    if (!l->started && s.faces > 0) {
        l->started = true;
        l->begun = s.seconds;
        l->made = (int64_t)time(NULL);
    }
    l->any = true;
    l->seconds = s.seconds;
    s.seconds -= l->started ? l->begun : l->first;
    if (!bt_sample_round(&s)) {
        bt_error("the measurements of a frame at %g s are no numbers, or out of range",
                 sample->seconds);
        return BAUTA_E_USAGE;
    }
    l->last = s;
    if (!l->started)
        return l->over = s.seconds > BT_WAIT_SECONDS;
    const int result = keep(l, &s);
    if (result < 0)
        return result;
    go_on(l, s.seconds);
    // What is certain needs no more.
    l->over |= s.watermark != 0;
    return l->over;
}

int bauta_liveness_push(struct bauta_liveness *l, const struct bauta_frame *frame,
                        double seconds)
{
    struct bauta_liveness_sample s;
    if (!l || !frame) {
        bt_error("bauta_liveness_push: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_frame_check(frame);
    if (result >= 0)
        result = check_time(l, seconds);
    if (result >= 0 && !l->measure)
        result = bt_measure_open(&l->measure, frame, l->models);
    if (result >= 0 && !l->over && !(l->any && seconds - l->seconds < 1. / BT_RATE_MAX))
        result = bt_measure_frame(l->measure, frame, seconds, &s);
    else if (result >= 0)
        s = (struct bauta_liveness_sample){.seconds = seconds};
    return result < 0 ? result : bauta_liveness_push_sample(l, &s);
}

int bauta_liveness_sample(const struct bauta_liveness *l,
                          struct bauta_liveness_sample *out)
{
    if (!l || !out)
        return BAUTA_E_USAGE;
    if (!l->any)
        return BAUTA_E_END;
    *out = l->last;
    return 0;
}

int bauta_liveness_finish(struct bauta_liveness *l, struct bauta_liveness_result *out)
{
    if (!l || !out) {
        bt_error("bauta_liveness_finish: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = 0;
    if (!l->finished) {
        if (l->measure && l->count && bt_measure_rest(l->measure))
            l->sample[l->count - 1].watermark = 1;
        const struct bt_stream s = {l->sample, l->count};
        result = bt_liveness_judge(&l->challenge, &s, l->retry, &l->device, &l->result);
        l->finished = result >= 0;
        if (result >= 0 && l->started && l->result.verdict != BAUTA_LIVENESS_PASS)
            result = bt_ledger_failed(l->ledger, (int64_t)time(NULL));
        l->result.made = l->made;
    }
    if (result >= 0)
        *out = l->result;
    return result;
}

int bt_liveness_transcript(const struct bauta_liveness *l, struct bt_transcript *t)
{
    if (!l || !l->finished) {
        bt_error("bauta_liveness_save: %s",
                 l ? "the session was not finished" : "an argument is missing");
        return BAUTA_E_USAGE;
    }
    *t = (struct bt_transcript){.steps = l->challenge.steps,
                                .light = l->challenge.light,
                                .retry = l->retry,
                                .made = l->made,
                                .verdict = l->result.verdict,
                                .device = l->device,
                                .sample = l->sample,
                                .count = l->count};
    memcpy(t->seed, l->challenge.seed, BT_SEED_BYTES);
    return 0;
}
