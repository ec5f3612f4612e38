// SPDX-License-Identifier: Apache-2.0
#include "quality/figures.h"

#include <math.h>
#include <stdio.h>

#define PAIR BT_Q_PAIRS
#define CLIP BT_Q_CLIPS
#define FRONT BT_Q_FRONTS
#define LEAST(n) (n), INFINITY
#define MOST(n) -INFINITY, (n)
#define NONE NAN, NAN

const struct bt_q_kind bt_q_kinds[BT_Q_FIGURES] = {
    [BT_Q_SOURCE] = {"source", "FaceRes cosine of output and photo, the face alone", PAIR,
                     LEAST(.78), 3, 0},
    [BT_Q_HEAD] = {"head", "the same of the whole head, with the target's own hair", PAIR,
                   NONE, 3, 0},
    [BT_Q_MARGIN] = {"margin", "source less the one of output and input", PAIR,
                     LEAST(.30), 3, 0},
    [BT_Q_RETRIEVAL] = {"retrieval %", "frames whose nearest portrait is the photo", PAIR,
                        LEAST(98), 1, 0},
    [BT_Q_POSE] = {"pose deg", "pose, output against input, after the pair's mean", PAIR,
                   MOST(1), 2, 0},
    [BT_Q_BIAS] = {"bias deg", "that mean", PAIR, MOST(3), 2, 0},
    [BT_Q_LIPS] = {"lips %", "gap of the inner lips, difference over the eyes' distance",
                   PAIR, MOST(3), 2, 0},
    [BT_Q_SMILE] = {"smile", "lift of the mouth's corners over its width, less the "
                    "input's, mouth closed", PAIR, -.03, .03, 3, 0},
    [BT_Q_BLINKS] = {"blinks", "F1 of blinks within a frame", PAIR, LEAST(.9), 2, 0},
    [BT_Q_FLICKER] = {"flicker", "change between frames over the texture, output over "
                      "input", PAIR, .8, 1.1, 2, 0},
    [BT_Q_SKIN] = {"skin", "flicker of plain skin alone", PAIR, .8, 1.1, 2, 0},
    [BT_Q_SEAM] = {"seam", "gradient across the rim of the mask, output over input", PAIR,
                   .8, 1.2, 2, 0},
    [BT_Q_SHARP] = {"sharp", "energy of gradients inside the mask, output over input",
                    PAIR, LEAST(.9), 2, 0},
    [BT_Q_COVER] = {"cover %", "the oval less its openings that the mask covers, hair in "
                    "front not taken off", PAIR, LEAST(95), 1, 0},
    [BT_Q_SWAPPED] = {"swapped %", "frames with a face that were swapped", PAIR,
                      LEAST(98), 1, 0},
    [BT_Q_OUTSIDE] = {"outside", "samples changed outside of the mask", PAIR,
                      MOST(0), 0, 0},
    [BT_Q_LIGHT] = {"light", "slope of the answer to a change of the light", PAIR,
                    .8, 1.2, 2, 0},
    [BT_Q_SIDE] = {"side", "slope of the answer to light from one side", PAIR,
                   .8, 1.2, 2, 0},
    [BT_Q_SETTLED] = {"settled ms", "time until the answer to switched light stays", PAIR,
                      MOST(250), 0, 0},
    [BT_Q_STILL] = {"still", "tremble of landmarks, still picture and noise, output over "
                    "input", PAIR, MOST(1), 2, 0},
    [BT_Q_PSNR] = {"psnr dB", "self-swap inside the mask", CLIP, NONE, 1, 0},
    [BT_Q_ORACLE_PSNR] = {"oracle dB", "frame 0 warped to each frame's landmarks", CLIP,
                          NONE, 1, 0},
    [BT_Q_BEHIND] = {"behind dB", "oracle less self-swap", CLIP, MOST(1), 1, 0},
    [BT_Q_SSIM] = {"ssim", "self-swap inside the mask", CLIP, NONE, 3, 0},
    [BT_Q_ORACLE_SSIM] = {"oracle ssim", "the oracle's", CLIP, NONE, 3, 0},
    [BT_Q_SELF_POSE] = {"self pose deg", "pose of the self-swap: the floor of the figure",
                        CLIP, NONE, 2, 0},
    [BT_Q_SELF_LIPS] = {"self lips %", "lips of the self-swap: the floor of the figure",
                        CLIP, NONE, 2, 0},
    [BT_Q_OPENED] = {"opened %", "of the mask, what is taken for something in front",
                     CLIP, NONE, 2, 0},
    [BT_Q_KEPT] = {"kept %", "of what an object covers, what stays the object's", FRONT,
                   LEAST(90), 1, 0},
    [BT_Q_LEFT] = {"left %", "of the skin beside it, what is not replaced", FRONT,
                   MOST(3), 2, 0},
    [BT_Q_MOVED] = {"moved %", "of that, what is due to landmarks that the object moved "
                    "(occlusion 0)", FRONT, NONE, 2, 0},
    [BT_Q_TURNED] = {"turned %", "samples away from its edge that are replaced in one "
                     "frame and not in the next", FRONT, MOST(1), 2, 0},
    [BT_Q_P50] = {"p50 ms", "face to mark, one core, the clip as it is", CLIP,
                   NONE, 2, 1},
    [BT_Q_P95] = {"p95 ms", "the same", CLIP, NONE, 2, 1},
    [BT_Q_P99] = {"p99 ms", "the same", CLIP, NONE, 2, 1},
    [BT_Q_NETS] = {"nets", "p50 over the mesh net's own", CLIP, MOST(7), 1, 1},
};

void bt_q_row_init(struct bt_q_row *row, enum bt_q_group group, const char *label)
{
    *row = (struct bt_q_row){.group = group};
    snprintf(row->label, sizeof row->label, "%s", label);
    for (int i = 0; i < BT_Q_FIGURES; i++)
        row->value[i] = NAN;
}

double bt_q_miss(enum bt_q_figure f, double value)
{
    const struct bt_q_kind *k = &bt_q_kinds[f];
    if (value < k->low)
        return k->low - value;
    return value > k->high ? value - k->high : 0;
}

// The worse of two values: farther outside of the aim, then nearer to its limit.
static int is_worse(enum bt_q_figure f, double a, double b)
{
    const struct bt_q_kind *k = &bt_q_kinds[f];
    const double miss_a = bt_q_miss(f, a), miss_b = bt_q_miss(f, b);
    if (miss_a != miss_b)
        return miss_a > miss_b;
    if (isinf(k->high))
        return a < b;
    if (isinf(k->low) || isnan(k->low))
        return a > b;
    const double middle = (k->low + k->high) / 2;
    return fabs(a - middle) > fabs(b - middle);
}

struct bt_q_total bt_q_total(const struct bt_q_row *rows, int count, enum bt_q_figure f)
{
    struct bt_q_total total = {.worst = NAN};
    double sum = 0;
    for (int i = 0; i < count; i++) {
        const double value = rows[i].value[f];
        if (rows[i].group != bt_q_kinds[f].group || isnan(value))
            continue;
        sum += value;
        total.missed += bt_q_miss(f, value) > 0;
        if (total.count++ == 0 || is_worse(f, value, total.worst)) {
            total.worst = value;
            total.where = rows[i].label;
        }
    }
    total.mean = total.count ? sum / total.count : NAN;
    return total;
}
