// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <openssl/evp.h>

#include "base/log.h"
#include "verify/liveness/liveness.h"

enum { BLOCK = 32, KEY_MAX = 64 };

// Numbers that follow from a key: SHA-256 of a word, the key and a counter, byte by byte.
struct draw {
    uint8_t key[KEY_MAX], block[BLOCK];
    size_t size;
    uint32_t counter;
    int left;
    bool failed;
};

static unsigned draw_byte(struct draw *d)
{
    static const char word[] = "bauta liveness 1";
    if (!d->left) {
        uint8_t text[sizeof word + KEY_MAX + 4];
        size_t n = sizeof word;
        memcpy(text, word, n);
        memcpy(text + n, d->key, d->size);
        n += d->size;
        for (int i = 0; i < 4; i++)
            text[n++] = (uint8_t)(d->counter >> (24 - 8 * i));
        d->counter++;
        d->failed |= EVP_Digest(text, n, d->block, NULL, EVP_sha256(), NULL) != 1;
        d->left = BLOCK;
    }
    return d->block[BLOCK - d->left--];
}

// 0..n-1, each as likely; n is at most 256.
static int draw_below(struct draw *d, int n)
{
    const int most = 256 - 256 % n;
    int byte = 0;
    do {
        byte = (int)draw_byte(d);
    } while (byte >= most && !d->failed);
    return byte % n;
}

// In steps of a hundredth of a second.
static double draw_seconds(struct draw *d, double least, double most)
{
    const int steps = (int)((most - least) * 100 + .5) + 1;
    const int high = draw_below(d, 256), low = draw_below(d, 256);
    return least + .01 * ((high * 256 + low) % steps);
}

static bool draw_start(struct draw *d, const uint8_t *key, size_t size)
{
    *d = (struct draw){.size = size};
    if (size > KEY_MAX)
        return false;
    memcpy(d->key, key, size);
    return true;
}

// Of light colours, none saturated: a strong red is what flicker harms most with.
static void draw_colours(struct draw *d, uint8_t colour[BT_COLOURS][3])
{
    static const uint8_t palette[6][3] = {{255, 144, 112}, {112, 255, 144},
                                          {112, 144, 255}, {255, 240, 96},
                                          {96, 240, 255},  {255, 128, 240}};
    int last = -1;
    for (int i = 0; i < BT_COLOURS; i++) {
        int k = draw_below(d, last < 0 ? 6 : 5);
        k += last >= 0 && k >= last;
        memcpy(colour[i], palette[k], 3);
        last = k;
    }
}

int bt_challenge_colours(const uint8_t *key, size_t size, uint8_t colour[BT_COLOURS][3])
{
    struct draw d;
    if (!draw_start(&d, key, size))
        return BAUTA_E_USAGE;
    draw_colours(&d, colour);
    return d.failed ? BAUTA_E_FAILED : 0;
}

static bool turns(enum bauta_action a)
{
    return a == BAUTA_ACTION_TURN_LEFT || a == BAUTA_ACTION_TURN_RIGHT;
}

int bt_challenge_make(struct bt_challenge *c, const uint8_t seed[BT_SEED_BYTES],
                      int steps, int light)
{
    struct draw d;
    *c = (struct bt_challenge){.steps = steps, .light = light, .count = steps + 1};
    memcpy(c->seed, seed, BT_SEED_BYTES);
    if (steps < BAUTA_LIVENESS_STEPS_MIN || steps > BAUTA_LIVENESS_STEPS_MAX ||
        !draw_start(&d, seed, BT_SEED_BYTES))
        return BAUTA_E_USAGE;
    // Actions without repetition. One of them, which one the seed says, is a turn of the
    // head, by which flat faces show.
    int left[BAUTA_ACTION_COUNT], count = BAUTA_ACTION_COUNT;
    for (int i = 0; i < count; i++)
        left[i] = i;
    bool turned = false;
    for (int i = 0; i < c->count; i++) {
        int k = draw_below(&d, count);
        c->step[i].action = (enum bauta_action)left[k];
        turned |= i < steps && turns(c->step[i].action);
        left[k] = left[--count];
        c->step[i].pause = draw_seconds(&d, .7, 2);
        c->step[i].deadline = draw_seconds(&d, 2.5, 4);
    }
    if (!turned) {
        const int at = draw_below(&d, steps), way = draw_below(&d, 2);
        const enum bauta_action side =
            way ? BAUTA_ACTION_TURN_LEFT : BAUTA_ACTION_TURN_RIGHT;
        if (c->step[steps].action == side)
            c->step[steps].action = c->step[at].action;
        c->step[at].action = side;
    }
    draw_colours(&d, c->colour);
    if (d.failed)
        bt_error("the challenge cannot be drawn: the library of hashes fails");
    return d.failed ? BAUTA_E_FAILED : 0;
}

void bt_challenge_times(const struct bt_challenge *c, int k, double *at, double *until)
{
    double t = BT_REST_SECONDS;
    *at = *until = t;
    for (int i = 0; i <= k && i < c->count; i++) {
        *at = t + c->step[i].pause;
        t = *until = *at + c->step[i].deadline;
    }
}

double bt_challenge_light(const struct bt_challenge *c, bool retry)
{
    double at, until;
    bt_challenge_times(c, retry ? c->steps : c->steps - 1, &at, &until);
    return until + BT_LIGHT_QUIET;
}

double bt_challenge_end(const struct bt_challenge *c, bool retry)
{
    const double light = bt_challenge_light(c, retry);
    return c->light ? light + BT_COLOURS * BT_COLOUR_SECONDS + BT_LIGHT_QUIET
                    : light - BT_LIGHT_QUIET;
}
