// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <sched.h>
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
