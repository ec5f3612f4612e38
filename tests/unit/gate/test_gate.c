// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "../check.h"
#include "base/alloc.h"
#include "base/file.h"
#include "gate/gate.h"

static void judging(void)
{
    struct bt_gate_state s = {0};
    CHECK(!s.known);
    bt_gate_judge(&s, .1f);
    CHECK(s.known && !s.closed);
    bt_gate_judge(&s, .8f);
    CHECK(!s.closed);
    bt_gate_judge(&s, .5f);
    bt_gate_judge(&s, .8f);
    CHECK(!s.closed);
    bt_gate_judge(&s, .8f);
    CHECK(s.closed);
    // It opens after three looks in a row, not after three of them.
    bt_gate_judge(&s, .1f);
    bt_gate_judge(&s, .1f);
    CHECK(s.closed);
    bt_gate_judge(&s, .5f);
    bt_gate_judge(&s, .1f);
    bt_gate_judge(&s, .1f);
    CHECK(s.closed);
    bt_gate_judge(&s, .1f);
    CHECK(!s.closed);
    bt_gate_judge(&s, .95f);
    CHECK(s.closed);
    s = (struct bt_gate_state){0};
    bt_gate_judge(&s, NAN);
    CHECK(s.closed);
    const float classes[5] = {.1f, .2f, .3f, .15f, .25f};
    CHECK_NEAR((double)bt_gate_score(classes), .35, 1e-6);
}

// A picture whose left half is red and whose right half is blue.
static struct bauta_frame *halves(enum bauta_pixel_format format, int width, int height)
{
    struct bauta_frame *f = bauta_frame_new(format, width, height);
    const struct bt_pixel_format *p = bt_pixel_format(format);
    f->colour = (struct bauta_colour){.matrix = 6, .full_range = 1};
    for (int i = 0; i < p->planes; i++) {
        int w, h;
        bt_plane_size(format, width, height, i, &w, &h);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                uint8_t *at = f->data[i] + y * f->stride[i] + (ptrdiff_t)x * p->step[i];
                const bool red = x < w / 2;
                if (p->rgb) {
                    at[p->r] = red ? 255 : 0;
                    at[p->g] = 0;
                    at[p->b] = red ? 0 : 255;
                } else if (!i) {
                    at[0] = red ? 76 : 29;
                } else {
                    at[0] = i == 1 ? (red ? 85 : 255) : (red ? 255 : 107);
                    if (!p->planar_chroma)
                        at[1] = red ? 255 : 107;
                }
            }
        }
    }
    return f;
}

static float at(const float *planes, int c, int x, int y)
{
    return planes[(c * BT_GATE_SIDE + y) * BT_GATE_SIDE + x];
}

static void pictures(void)
{
    float *planes = malloc(sizeof(float) * 3 * BT_GATE_SIDE * BT_GATE_SIDE);
    for (int format = 1; format < BAUTA_PIXEL_COUNT; format++) {
        struct bauta_frame *f = halves((enum bauta_pixel_format)format, 642, 481);
        const bool grey = format == BAUTA_PIXEL_GRAY8;
        bt_gate_picture(f, planes);
        CHECK_NEAR((double)at(planes, 0, 20, 100), grey ? 76 / 255. : 1, .02);
        CHECK_NEAR((double)at(planes, 2, 20, 100), grey ? 76 / 255. : 0, .02);
        CHECK_NEAR((double)at(planes, 0, 200, 100), grey ? 29 / 255. : 0, .02);
        CHECK_NEAR((double)at(planes, 2, 200, 100), grey ? 29 / 255. : 1, .02);
        bauta_frame_unref(&f);
    }
    // The left side of the stored picture is displayed at the top after a quarter turn
    // clockwise, at the right after two, below after three.
    static const struct {
        int rotation, x, y;
    } turned[] = {{0, 20, 112}, {90, 112, 20}, {180, 200, 112}, {270, 112, 200}};
    for (int i = 0; i < 4; i++) {
        struct bauta_frame *f = halves(BAUTA_PIXEL_RGB24, 64, 100);
        f->rotation = turned[i].rotation;
        bt_gate_picture(f, planes);
        CHECK_NEAR((double)at(planes, 0, turned[i].x, turned[i].y), 1, .01);
        CHECK_NEAR((double)at(planes, 0, 223 - turned[i].x, 223 - turned[i].y), 0, .01);
        bauta_frame_unref(&f);
    }
    struct bauta_frame *tiny = halves(BAUTA_PIXEL_YUV420P, 1, 1);
    bt_gate_picture(tiny, planes);
    bauta_frame_unref(&tiny);
    free(planes);
}

static struct bauta_frame *plain(int red)
{
    struct bauta_frame *f = bauta_frame_new(BAUTA_PIXEL_RGB24, 320, 180);
    for (int y = 0; y < 180; y++)
        for (int x = 0; x < 320; x++)
            f->data[0][y * f->stride[0] + 3 * x] = red ? 255 : 128,
            f->data[0][y * f->stride[0] + 3 * x + 1] = red ? 0 : 128,
            f->data[0][y * f->stride[0] + 3 * x + 2] = red ? 0 : 128;
    return f;
}

static void files(const uint8_t *net, size_t size)
{
    struct bt_gate *gate = NULL;
    struct bauta_frame *red = plain(1), *grey = plain(0);
    CHECK(bt_gate_create_with(&gate, net, size, false) >= 0);
    CHECK_INT(bt_gate_frame(gate, grey, 0, false), 0);
    CHECK_INT(bt_gate_frame(gate, red, .5, false), 0);   // nobody looked yet
    CHECK_INT(bt_gate_frame(gate, red, 1, false), 1);
    CHECK_INT(bt_gate_frame(gate, grey, 2, false), 1);
    CHECK_INT(bt_gate_frame(gate, grey, 3, false), 1);
    CHECK_INT(bt_gate_frame(gate, grey, 4, false), 0);
    CHECK_INT(bt_gate_frame(gate, red, .2, false), 1);   // time went back
    // Single pictures say nothing of each other.
    CHECK_INT(bt_gate_frame(gate, grey, 0, true), 0);
    CHECK_INT(bt_gate_frame(gate, red, 0, true), 1);
    CHECK_INT(bt_gate_frame(gate, grey, 0, true), 0);
    bt_gate_destroy(&gate);
    CHECK(!gate);
    bauta_frame_unref(&red);
    bauta_frame_unref(&grey);
}

// What the gate says of a frame that is shown for as long as it takes to say so, at most
// five seconds. Time of the stream runs a second a frame, so that each may be looked at.
static int settled(struct bt_gate *gate, struct bauta_frame *frame, double *seconds,
                   int wanted)
{
    for (int i = 0; i < 500; i++) {
        const int said = bt_gate_frame(gate, frame, *seconds, false);
        *seconds += 1;
        if (said == wanted)
            return said;
        nanosleep(&(struct timespec){0, 10000000}, NULL);
    }
    return -1;
}

static void live(const uint8_t *net, size_t size)
{
    struct bt_gate *gate = NULL;
    struct bauta_frame *red = plain(1), *grey = plain(0);
    double seconds = 0;
    CHECK(bt_gate_create_with(&gate, net, size, true) >= 0);
    CHECK_INT(bt_gate_frame(gate, grey, 0, false), 0);   // the first look is waited for
    CHECK_INT(settled(gate, grey, &seconds, 0), 0);
    CHECK_INT(settled(gate, red, &seconds, 1), 1);
    CHECK_INT(settled(gate, grey, &seconds, 0), 0);
    bt_gate_destroy(&gate);
    // It ends while it looks, too.
    CHECK(bt_gate_create_with(&gate, net, size, true) >= 0);
    bt_gate_frame(gate, grey, 0, false);
    bt_gate_destroy(&gate);
    bauta_frame_unref(&red);
    bauta_frame_unref(&grey);
}

int main(int argc, char **argv)
{
    uint8_t *net = NULL;
    size_t size = 0;
    judging();
    pictures();
    if (argc < 2 || bt_file_read(argv[1], 1 << 20, &net, &size) < 0) {
        fprintf(stderr, "usage: test-gate NET\n");
        return 1;
    }
    struct bt_gate *gate = NULL;
    const int result = bt_gate_create_with(&gate, net, size, false);
    bt_gate_destroy(&gate);
    if (result == BAUTA_E_RUNTIME) {
        printf("skipped: the runtime is missing; tools/setup.sh brings it\n");
        return check_end() ? 1 : 77;
    }
    files(net, size);
    live(net, size);
    CHECK(bt_gate_create_with(&gate, "not a net", 9, false) < 0 && !gate);
    CHECK_INT(bt_gate_create(&gate, "/nonexistent", false), BAUTA_E_MODEL);
    bt_free(net);
    return check_end();
}
