// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_UNIT_VERIFY_LIVENESS_H
#define BT_TESTS_UNIT_VERIFY_LIVENESS_H

#include <math.h>
#include <string.h>

#include "verify/liveness/liveness.h"

// Made-up measurements of a person who does things at given times: 25 frames a second,
// a little sway, and a head of points in space.
enum { STREAM_MAX = 1500, STREAM_RATE = 25 };

struct actor {
    int count;
    struct {
        int action;
        double onset;
    } act[16];
    double seconds;                    // length
    int flat;                          // 1: a picture of a face is turned
    double ambient;                    // of the light; 1: the screen gives none
    const struct bt_challenge *screen; // whose colours fall on the face, NULL: none
    double screen_from, lag;
};

static uint32_t actor_state = 1;

static inline double actor_noise(void)
{
    actor_state = actor_state * 1664525u + 1013904223u;
    return (double)(actor_state >> 8) / (1 << 24) - .5;
}

// Rises within .2 s, stays for .7 s, falls within .3 s.
static inline float actor_bump(double t)
{
    return t <= 0 || t >= 1.2 ? 0
                              : (float)(t < .2   ? t / .2
                                        : t < .9 ? 1
                                                 : (1.2 - t) / .3);
}

static inline void actor_act(int action, double t, struct bauta_liveness_sample *s)
{
    const float up = actor_bump(t);
    switch (action) {
    case BAUTA_ACTION_BLINK_TWICE:
        if ((t > 0 && t < .2) || (t > .6 && t < .8))
            s->lids[0] = s->lids[1] = .3f;
        break;
    case BAUTA_ACTION_SMILE:
        s->smile += .9f * up;
        break;
    case BAUTA_ACTION_OPEN_MOUTH:
        s->open += 1.8f * up;
        break;
    case BAUTA_ACTION_RAISE_BROWS:
        s->brows += .9f * up;
        break;
    case BAUTA_ACTION_TURN_LEFT:
        s->yaw += 25 * up;
        break;
    case BAUTA_ACTION_TURN_RIGHT:
        s->yaw -= 25 * up;
        break;
    case BAUTA_ACTION_LOOK_UP:
        s->pitch -= 18 * up;
        break;
    case BAUTA_ACTION_COME_CLOSER:
        s->size *= 1 + .35f * up;
        break;
    case BAUTA_ACTION_COVER_EYE:
        s->eye[0] -= .95f * up;
        break;
    default:
        break;
    }
}

// A head is half an ellipsoid; a picture of it is narrowed instead of turned.
static inline void actor_points(const struct actor *a, struct bauta_liveness_sample *s)
{
    const float yaw = s->yaw * (float)M_PI / 180;
    for (int i = 0; i < BAUTA_LIVENESS_POINTS; i++) {
        const float x = .45f * cosf((float)i * 2.4f) * sqrtf((float)(i + 1) / 24);
        const float y = .6f * sinf((float)i * 2.4f) * sqrtf((float)(i + 1) / 24);
        const float z = -.4f * sqrtf(fmaxf(0, 1 - x * x / .3f - y * y / .5f));
        const float u = a->flat ? x * cosf(yaw) / (1 + .2f * x * sinf(yaw))
                                : cosf(yaw) * x - sinf(yaw) * z;
        s->point[i][0] = s->x + s->size * (u + .004f * (float)actor_noise());
        s->point[i][1] = s->y + s->size * (y + .004f * (float)actor_noise());
    }
}

static inline void actor_light(const struct actor *a, double t,
                               struct bauta_liveness_sample *s)
{
    static const float skin[3] = {.42f, .25f, .18f};
    const int k =
        a->screen ? (int)floor((t - a->screen_from - a->lag) / BT_COLOUR_SECONDS) : -1;
    for (int c = 0; c < 3; c++) {
        double lit = a->screen ? .25 : 1;
        if (k >= 0 && k < BT_COLOURS)
            lit = pow(a->screen->colour[k][c] / 255., 2.2);
        s->light[c] = skin[c] * (float)(a->ambient + (1 - a->ambient) * lit) *
                      (float)(1 + .004 * actor_noise() + .01 * sin(t * .7 + c));
    }
}

static inline int actor_play(const struct actor *a, struct bauta_liveness_sample *out)
{
    const int n = (int)(a->seconds * STREAM_RATE) + 1;
    for (int i = 0; i < n && i < STREAM_MAX; i++) {
        const double t = (double)i / STREAM_RATE;
        struct bauta_liveness_sample s = {.seconds = t,
                                          .faces = 1,
                                          .x = .5f,
                                          .y = .3f,
                                          .size = .3f,
                                          .lids = {1, 1},
                                          .eye = {.96f, .95f},
                                          .alike = i % 20 ? -2 : .9f,
                                          .noise = 2,
                                          .change = 1.5f};
        s.yaw = (float)(2 * sin(t * .8) + actor_noise());
        s.pitch = 4 + (float)(1.5 * sin(t * .6) + actor_noise());
        s.smile = .1f * (float)actor_noise();
        s.brows = .1f * (float)actor_noise();
        for (int k = 0; k < a->count; k++)
            actor_act(a->act[k].action, t - a->act[k].onset, &s);
        actor_points(a, &s);
        actor_light(a, t, &s);
        for (int k = 0; k < BAUTA_LIVENESS_CELLS; k++)
            s.cell[k] =
                90 + (float)(3 * k + 4 * sin(t * (1 + .1 * k)) + .05 * actor_noise());
        bt_sample_round(&s);
        out[i] = s;
    }
    return n < STREAM_MAX ? n : STREAM_MAX;
}

// Does what is asked, each after that many seconds.
static inline struct actor actor_for(const struct bt_challenge *c, double reaction)
{
    struct actor a = {.seconds = bt_challenge_end(c, false) + .1, .ambient = 1};
    for (int k = 0; k < c->steps; k++) {
        double at, until;
        bt_challenge_times(c, k, &at, &until);
        a.act[a.count].action = (int)c->step[k].action;
        a.act[a.count++].onset = at + reaction;
    }
    return a;
}

static inline void actor_seed(int number, struct bt_challenge *c, int steps, int light)
{
    uint8_t seed[BT_SEED_BYTES] = {(uint8_t)number, (uint8_t)(number >> 8), 7};
    bt_challenge_make(c, seed, steps, light);
}

#endif
