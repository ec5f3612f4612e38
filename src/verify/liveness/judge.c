// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stdio.h>

#include "verify/liveness/liveness.h"

#define NAME(table, at)                                                                  \
    ((at) >= 0 && (size_t)(at) < sizeof(table) / sizeof(table[0]) ? table[at] : NULL)

const char *bauta_action_name(enum bauta_action action)
{
    static const char *const names[] = {"blink twice", "smile",       "open mouth",
                                        "raise brows", "turn left",   "turn right",
                                        "look up",     "come closer", "cover eye"};
    return NAME(names, (int)action);
}

const char *bauta_liveness_verdict_name(enum bauta_liveness_verdict verdict)
{
    static const char *const names[] = {"pass", "fail", "inconclusive"};
    return NAME(names, (int)verdict);
}

const char *bauta_liveness_check_name(enum bauta_liveness_check check)
{
    static const char *const names[] = {"watermark", "challenge", "reaction", "identity",
                                        "track",     "picture",   "light",    "frozen",
                                        "loop",      "flatness",  "cadence",  "device"};
    return NAME(names, (int)check);
}

const char *bauta_finding_name(enum bauta_finding finding)
{
    static const char *const names[] = {"skipped", "good", "bad", "doubtful", "noted"};
    return NAME(names, (int)finding);
}

const char *bauta_step_outcome_name(enum bauta_step_outcome outcome)
{
    static const char *const names[] = {"done", "missed", "early", "wrong"};
    return NAME(names, (int)outcome);
}

void bt_evidence(struct bauta_evidence *e, enum bauta_finding finding, double value,
                 double limit, const char *format, ...)
{
    va_list list;
    e->finding = finding;
    e->value = (float)value;
    e->limit = (float)limit;
    va_start(list, format);
    vsnprintf(e->why, sizeof e->why, format, list);
    va_end(list);
}

static void check_watermark(const struct bt_stream *s, struct bauta_liveness_result *out)
{
    struct bauta_evidence *e = &out->check[BAUTA_PAD_WATERMARK];
    for (int i = 0; i < s->count; i++)
        out->synthetic |= s->sample[i].watermark;
    if (out->synthetic)
        bt_evidence(e, BAUTA_FINDING_BAD, 1, 1,
                    "bauta's watermark is in the picture: a face in it was replaced");
    else
        bt_evidence(e, BAUTA_FINDING_NOTED, 0, 1,
                    "bauta's watermark was not found, which proves nothing");
}

static enum bauta_liveness_verdict verdict_of(const struct bauta_liveness_result *r)
{
    bool doubt = r->check[BAUTA_PAD_CHALLENGE].finding != BAUTA_FINDING_GOOD;
    for (int i = 0; i < BAUTA_PAD_COUNT; i++) {
        if (r->check[i].finding == BAUTA_FINDING_BAD)
            return BAUTA_LIVENESS_FAIL;
        doubt |= r->check[i].finding == BAUTA_FINDING_DOUBTFUL;
    }
    return doubt ? BAUTA_LIVENESS_INCONCLUSIVE : BAUTA_LIVENESS_PASS;
}

int bt_liveness_judge(const struct bt_challenge *c, const struct bt_stream *s, bool retry,
                      const struct bauta_evidence *device,
                      struct bauta_liveness_result *out)
{
    struct bauta_liveness_result r = {.frames = s->count};
    struct bt_baseline baseline;
    const double colours = bt_challenge_light(c, retry);
    for (int i = 0; i < BT_SEED_BYTES; i++)
        snprintf(r.seed + 2 * i, 3, "%02x", c->seed[i]);
    r.seconds = s->count ? s->sample[s->count - 1].seconds : 0;
    check_watermark(s, &r);
    bt_check_steps(c, s, c->steps + retry, &r);
    bt_check_continuity(s, c->light ? colours - BT_LIGHT_QUIET : 1e9, &r);
    bt_check_repeats(s, &r);
    if (c->light)
        bt_check_light(c, s, colours, &r.check[BAUTA_PAD_LIGHT]);
    else
        bt_evidence(&r.check[BAUTA_PAD_LIGHT], BAUTA_FINDING_SKIPPED, 0, 0,
                    "it was not asked for, or was declined");
    if (bt_baseline_make(s, BT_REST_SECONDS, &baseline))
        bt_check_flatness(s, &baseline, &r.check[BAUTA_PAD_FLATNESS]);
    else
        bt_evidence(&r.check[BAUTA_PAD_FLATNESS], BAUTA_FINDING_SKIPPED, 0, 0,
                    "the face at rest was seen in too few frames");
    r.check[BAUTA_PAD_DEVICE] = *device;
    r.verdict = verdict_of(&r);
    // Nothing was seen: nothing is known.
    if (!s->count)
        r.verdict = BAUTA_LIVENESS_INCONCLUSIVE;
    *out = r;
    return 0;
}
