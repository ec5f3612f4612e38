// SPDX-License-Identifier: Apache-2.0
#include "gate/gate.h"

#include <math.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "base/thread.h"
#include "nn/nn.h"

static const float CLOSES_AT_ONCE = .9f, CLOSES = .7f, OPENS = .4f;
static const double EVERY = 1;   // seconds from one look to the next

enum { HENTAI = 1, PORN = 3 };

struct bt_gate {
    struct bt_net *net;
    bool live;
    bool looked;               // at least once
    double last;               // seconds of the last look
    struct bt_gate_state state;   // under the lock where live
    // Of live streams: the thread sleeps until there is a picture.
    bool running, locked;
    bt_thread thread;
    bt_mutex lock;
    bt_cond wake;
    bool busy, quit;
};

float bt_gate_score(const float classes[BT_GATE_CLASSES])
{
    return classes[HENTAI] + classes[PORN];
}

void bt_gate_judge(struct bt_gate_state *s, float score)
{
    // What is no number closes it.
    s->over = score < CLOSES ? 0 : s->over + 1;
    s->under = score < OPENS ? s->under + 1 : 0;
    const bool over = !(score < CLOSES_AT_ONCE) || s->over >= 2;
    if (over && !s->closed)
        bt_warn("content gate: an intimate picture; it is covered and no face replaced");
    if (over)
        s->closed = true;
    else if (s->under >= 3)
        s->closed = false;
    s->known = true;
}

static int look(struct bt_gate *g, float *score)
{
    const int result = bt_net_run(g->net);
    *score = result < 0 ? NAN : bt_gate_score(bt_net_info(g->net)->output[0].data);
    return result;
}

static void *gate_main(void *opaque)
{
    struct bt_gate *g = opaque;
    setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10);
    bt_mutex_lock(&g->lock);
    for (;;) {
        while (!g->busy && !g->quit)
            bt_cond_wait(&g->wake, &g->lock);
        if (g->quit)
            break;
        bt_mutex_unlock(&g->lock);
        float score;
        look(g, &score);
        bt_mutex_lock(&g->lock);
        bt_gate_judge(&g->state, score);
        g->busy = false;
    }
    bt_mutex_unlock(&g->lock);
    return NULL;
}

// Whether the net is one that can be asked.
static int check_net(const struct bt_net_info *info)
{
    const size_t wanted = (size_t)3 * BT_GATE_SIDE * BT_GATE_SIDE;
    if (info->inputs == 1 && info->outputs == 1 && info->input[0].count == wanted &&
        info->output[0].count == BT_GATE_CLASSES)
        return 0;
    bt_error("content gate: its net takes or gives something else than a picture and %d "
             "classes", BT_GATE_CLASSES);
    return BAUTA_E_MODEL;
}

static int start(struct bt_gate *g, bool live)
{
    int result = check_net(bt_net_info(g->net));
    g->live = live;
    if (result < 0 || !live)
        return result;
    result = bt_mutex_init(&g->lock);
    if (result < 0)
        return result;
    result = bt_cond_init(&g->wake);
    if (result < 0) {
        bt_mutex_finish(&g->lock);
        return result;
    }
    g->locked = true;
    result = bt_thread_start(&g->thread, gate_main, g);
    g->running = result >= 0;
    return result;
}

static int open_gate(struct bt_gate **out, const char *models, const void *net,
                     size_t size, bool live)
{
    struct bt_gate *g = bt_zalloc(sizeof(*g));
    if (!g) {
        bt_error("content gate: out of memory");
        return BAUTA_E_NO_MEMORY;
    }
    int result = net ? bt_net_open(&g->net, "content gate", net, size, 1)
                     : bt_net_open_model(&g->net, BT_MODEL_CONTENT, models, 1);
    if (result >= 0)
        result = start(g, live);
    if (result < 0) {
        bt_gate_destroy(&g);
        return result;
    }
    *out = g;
    return 0;
}

int bt_gate_create(struct bt_gate **out, const char *models, bool live)
{
    return open_gate(out, models, NULL, 0, live);
}

int bt_gate_create_with(struct bt_gate **out, const void *net, size_t size, bool live)
{
    return open_gate(out, NULL, net, size, live);
}

// Time that goes back starts the second anew.
static bool is_due(const struct bt_gate *g, double seconds, bool every)
{
    return every || !g->looked || seconds >= g->last + EVERY || seconds < g->last;
}

// The first look of a stream is waited for: until then nothing could be shown.
static int first_look(struct bt_gate *g, const struct bauta_frame *frame, double seconds)
{
    float score;
    bt_gate_picture(frame, bt_net_info(g->net)->input[0].data);
    const int result = look(g, &score);
    bt_mutex_lock(&g->lock);
    bt_gate_judge(&g->state, score);
    const bool stops = result < 0 || g->state.closed;
    bt_mutex_unlock(&g->lock);
    g->looked = true;
    g->last = seconds;
    return stops;
}

static int live_frame(struct bt_gate *g, const struct bauta_frame *frame, double seconds,
                      bool every)
{
    bt_mutex_lock(&g->lock);
    const bool free_now = !g->busy;
    const struct bt_gate_state state = g->state;
    bt_mutex_unlock(&g->lock);
    // Only this thread makes it busy, so the input is nobody's else until then.
    if (free_now && is_due(g, seconds, every)) {
        bt_gate_picture(frame, bt_net_info(g->net)->input[0].data);
        g->looked = true;
        g->last = seconds;
        bt_mutex_lock(&g->lock);
        g->busy = true;
        bt_cond_signal(&g->wake);
        bt_mutex_unlock(&g->lock);
    }
    return !state.known || state.closed;
}

int bt_gate_frame(struct bt_gate *g, const struct bauta_frame *frame, double seconds,
                  bool every)
{
    if (g->live)
        return g->looked ? live_frame(g, frame, seconds, every)
                         : first_look(g, frame, seconds);
    if (!is_due(g, seconds, every))
        return g->state.closed;
    // Pictures that have nothing to do with each other are judged each alone.
    if (every)
        g->state = (struct bt_gate_state){0};
    float score;
    bt_gate_picture(frame, bt_net_info(g->net)->input[0].data);
    const int result = look(g, &score);
    bt_gate_judge(&g->state, score);
    // A single picture gets no second look.
    if (every && !(score < CLOSES))
        g->state.closed = true;
    g->looked = true;
    g->last = seconds;
    return result < 0 ? result : g->state.closed;
}

void bt_gate_destroy(struct bt_gate **gate)
{
    if (!gate || !*gate)
        return;
    struct bt_gate *g = *gate;
    if (g->running) {
        bt_mutex_lock(&g->lock);
        g->quit = true;
        bt_cond_signal(&g->wake);
        bt_mutex_unlock(&g->lock);
        bt_thread_join(g->thread);
    }
    if (g->locked) {
        bt_cond_finish(&g->wake);
        bt_mutex_finish(&g->lock);
    }
    bt_net_close(&g->net);
    bt_freep(gate);
}
