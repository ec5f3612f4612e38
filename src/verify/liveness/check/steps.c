// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include "verify/liveness/liveness.h"

static const double REACTION_LEAST = .15, REACTION_MOST = 2;
static const double SLOWEST = .11; // between frames: less than nine a second are too few

// Whether something that was not asked for is done while this step is shown.
static bool does_other(const struct bt_stream *s, const struct bt_baseline *b,
                       enum bauta_action asked, double at, double until)
{
    struct bt_event e;
    for (int a = 0; a < BAUTA_ACTION_COUNT; a++) {
        if (!bt_action_allows(asked, (enum bauta_action)a) &&
            bt_action_find((enum bauta_action)a, s, b, at, until, &e))
            return true;
    }
    return false;
}

static void judge_step(const struct bt_stream *s, const struct bt_baseline *b,
                       double from, struct bauta_liveness_step *step)
{
    struct bt_event e;
    step->reaction = -1;
    step->outcome = BAUTA_STEP_MISSED;
    // Between the deadline before and this prompt nobody can know what will be asked. A
    // blink before it is anybody's, and only two are early.
    const bool blinks = step->action == BAUTA_ACTION_BLINK_TWICE;
    if (bt_action_find(step->action, s, b, from, step->until, &e) &&
        (blinks ? e.reached : e.onset) < step->at)
        step->outcome = BAUTA_STEP_EARLY;
    else if (does_other(s, b, step->action, step->at, step->until))
        step->outcome = BAUTA_STEP_WRONG;
    else if (bt_action_find(step->action, s, b, step->at, step->until, &e)) {
        step->outcome = BAUTA_STEP_DONE;
        step->reaction = e.onset - step->at;
    }
}

static int fill(const struct bt_challenge *c, const struct bt_stream *s, int shown,
                struct bauta_liveness_result *out)
{
    struct bt_baseline b;
    const bool seen = bt_baseline_make(s, BT_REST_SECONDS, &b);
    double from = 0;
    int undone = 0;
    out->step_count = shown;
    for (int k = 0; k < shown; k++) {
        struct bauta_liveness_step *step = &out->step[k];
        *step = (struct bauta_liveness_step){.action = c->step[k].action,
                                             .outcome = BAUTA_STEP_MISSED,
                                             .reaction = -1,
                                             .retry = k == c->steps};
        bt_challenge_times(c, k, &step->at, &step->until);
        if (seen)
            judge_step(s, &b, from, step);
        undone += step->outcome != BAUTA_STEP_DONE;
        from = step->until;
    }
    return undone;
}

static void say_reactions(const struct bauta_liveness_result *r, struct bauta_evidence *e)
{
    int done = 0, fast = 0, slow = 0;
    double worst = 0;
    for (int k = 0; k < r->step_count; k++) {
        if (r->step[k].outcome != BAUTA_STEP_DONE)
            continue;
        const double t = r->step[k].reaction;
        done++;
        fast += t < REACTION_LEAST;
        slow += t > REACTION_MOST;
        worst = t < REACTION_LEAST || (t > worst && !fast) ? t : worst;
    }
    if (!done)
        bt_evidence(e, BAUTA_FINDING_SKIPPED, 0, 0, "nothing was done in time");
    else if (fast)
        bt_evidence(e, BAUTA_FINDING_DOUBTFUL, worst, REACTION_LEAST,
                    "%d of %d actions began sooner than anybody reacts", fast, done);
    else if (slow > 1)
        bt_evidence(e, BAUTA_FINDING_DOUBTFUL, worst, REACTION_MOST,
                    "%d of %d actions began late", slow, done);
    else
        bt_evidence(e, BAUTA_FINDING_GOOD, worst, REACTION_MOST,
                    "the slowest action began %.2f s after its prompt", worst);
}

void bt_check_steps(const struct bt_challenge *c, const struct bt_stream *s, int shown,
                    struct bauta_liveness_result *out)
{
    struct bauta_evidence *e = &out->check[BAUTA_PAD_CHALLENGE];
    struct bt_baseline b;
    const int undone = fill(c, s, shown, out), allowed = shown > c->steps;
    say_reactions(out, &out->check[BAUTA_PAD_REACTION]);
    if (!bt_baseline_make(s, BT_REST_SECONDS, &b))
        bt_evidence(e, BAUTA_FINDING_DOUBTFUL, b.frames, 0,
                    "the face at rest was seen in too few frames");
    else if (b.interval > SLOWEST)
        bt_evidence(e, BAUTA_FINDING_DOUBTFUL, 1 / b.interval, 1 / SLOWEST,
                    "too few frames a second to judge actions by");
    else if (undone > allowed)
        bt_evidence(e, BAUTA_FINDING_BAD, shown - undone, shown - allowed,
                    "%d of %d actions were not done as asked", undone, shown);
    else
        bt_evidence(e, BAUTA_FINDING_GOOD, shown - undone, shown - allowed, "%s",
                    undone ? "all actions in order and in time, one at the second try"
                           : "all actions in order and in time");
}

bool bt_liveness_wants_retry(const struct bt_challenge *c, const struct bt_stream *s)
{
    struct bauta_liveness_result r;
    return fill(c, s, c->steps, &r) == 1;
}
