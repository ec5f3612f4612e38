// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/log.h"
#include "base/thread.h"
#include "engine/live/live.h"

#define SLACK_NS ((int64_t)250000000)
#define AHEAD_NS ((int64_t)1000000000)
#define SECOND_NS ((int64_t)1000000000)
#define HOLD_MOST_NS ((int64_t)8000000)
#define PACE_STEP_NS ((int64_t)100000)

static int64_t units(struct bauta_rational base, int64_t ns)
{
    if (base.num <= 0 || base.den <= 0)
        return ns / 1000000;
    return (int64_t)((double)ns / 1e9 * base.den / base.num + .5);
}

int64_t bt_timeline_units(struct bauta_rational base, int64_t ns)
{
    const int64_t n = units(base, ns);
    return n > 0 ? n : 1;
}

bool bt_timeline_put(struct bt_timeline *line, struct bauta_frame *frame)
{
    const struct bauta_rational base = frame->time_base;
    const int64_t now = frame->captured_ns;
    const bool known = frame->pts != INT64_MIN && base.num > 0 && base.den > 0;
    if (base.num <= 0 || base.den <= 0)
        frame->time_base = (struct bauta_rational){1, 1000};
    if (!line->started) {
        line->started = true;
        line->first_ns = now;
        line->offset = known ? -frame->pts : 0;
        line->last_pts = -1;
    }
    const int64_t expected = units(base, now - line->first_ns);
    const int64_t pts = known ? frame->pts + line->offset : expected;
    const int64_t slack = units(base, SLACK_NS), next = line->last_pts + 1;
    int64_t wanted = pts;
    if (pts < expected - slack || pts > expected + slack)
        wanted = expected;
    wanted = wanted > next ? wanted : next;
    if (wanted > expected + units(base, AHEAD_NS))
        return false;
    line->offset += wanted - pts;
    frame->pts = line->last_pts = wanted;
    return true;
}

void bt_rate_add(struct bt_rate *rate, int64_t now_ns)
{
    if (!rate->begun_ns)
        rate->begun_ns = now_ns;
    rate->count++;
    const int64_t passed = now_ns - rate->begun_ns;
    if (passed < SECOND_NS)
        return;
    rate->value = (double)rate->count * 1e9 / (double)passed;
    rate->begun_ns = now_ns;
    rate->count = 0;
}

double bt_rate_get(const struct bt_rate *rate, int64_t now_ns)
{
    const int64_t passed = now_ns - rate->begun_ns;
    if (!rate->begun_ns || passed <= 0)
        return 0;
    // Before the first second is over, and when nothing comes any more.
    if (!(rate->value > 0) || passed > 2 * SECOND_NS)
        return (double)rate->count * 1e9 / (double)passed;
    return rate->value;
}

static int compare(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void choose_age(struct bt_pacer *p)
{
    int64_t sorted[BT_PACER_FRAMES];
    const int n = p->count < BT_PACER_FRAMES ? (int)p->count : BT_PACER_FRAMES;
    memcpy(sorted, p->age_ns, (size_t)n * sizeof(*sorted));
    qsort(sorted, (size_t)n, sizeof(*sorted), compare);
    const int64_t most =
        p->frame_ns / 2 < HOLD_MOST_NS ? p->frame_ns / 2 : HOLD_MOST_NS;
    const int64_t half = sorted[n / 2], nearly_all = sorted[n * 97 / 100];
    p->wanted_ns = nearly_all - half < most ? nearly_all : half + most;
    if (p->count <= BT_PACER_FRAMES)
        p->target_ns = p->wanted_ns;
}

int64_t bt_pacer_hold(struct bt_pacer *p, int64_t captured_ns, int64_t ready_ns)
{
    enum { EVERY = 16 };
    const int64_t age = ready_ns - captured_ns, between = captured_ns - p->captured_ns;
    if (p->count && between > 0 && between < SLACK_NS)
        p->frame_ns += (between - p->frame_ns) / (p->frame_ns ? 16 : 1);
    p->captured_ns = captured_ns;
    p->age_ns[p->count++ % BT_PACER_FRAMES] = age;
    if (p->count % EVERY == 0)
        choose_age(p);
    const int64_t step = p->wanted_ns - p->target_ns;
    p->target_ns +=
        step > PACE_STEP_NS ? PACE_STEP_NS : step < -PACE_STEP_NS ? -PACE_STEP_NS : step;
    const int64_t hold = p->target_ns - age;
    return hold < 0 ? 0 : hold < p->frame_ns ? hold : p->frame_ns;
}

void bt_live_nice(const char *what)
{
    const id_t thread = (id_t)syscall(SYS_gettid);
    if (setpriority(PRIO_PROCESS, thread, -5))
        bt_info("live: the thread %s runs at usual priority: %s (RLIMIT_NICE)", what,
                strerror(errno));
}

void bt_live_yield(void)
{
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
}

void bt_live_realtime(const char *what)
{
    const struct sched_param low = {.sched_priority = sched_get_priority_min(SCHED_RR)};
    const int error =
        pthread_setschedparam(pthread_self(), SCHED_RR | SCHED_RESET_ON_FORK, &low);
    if (error)
        bt_info("live: the thread %s runs at usual priority: %s (RLIMIT_RTPRIO)", what,
                strerror(error));
}
