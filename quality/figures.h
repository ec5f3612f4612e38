// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_FIGURES_H
#define BT_QUALITY_FIGURES_H

// What is measured. A figure belongs to a pair of portrait and clip, to a clip, or to an
// object drawn before a clip's face.
enum bt_q_figure {
    BT_Q_SOURCE,        // FaceRes cosine of output and photo, the face alone
    BT_Q_HEAD,          // the same of the whole head, with the target's hair
    BT_Q_MARGIN,        // BT_Q_SOURCE less the cosine of output and input
    BT_Q_RETRIEVAL,     // share of frames whose nearest portrait is the photo, percent
    BT_Q_POSE,          // degrees, after the pair's mean
    BT_Q_BIAS,          // that mean, degrees
    BT_Q_LIPS,          // difference of the lips' gap, percent of the eyes' distance
    BT_Q_SMILE,         // lift of the mouth's corners over its width, less the input's
    BT_Q_BLINKS,        // F1 of blinks
    BT_Q_FLICKER,       // change from frame to frame over the texture, output over input
    BT_Q_SKIN,          // the same on plain skin
    BT_Q_SEAM,          // gradient across the mask's rim, output over input
    BT_Q_SHARP,         // energy of gradients inside the mask, output over input
    BT_Q_COVER,         // of the oval less its openings, percent that the mask covers
    BT_Q_SWAPPED,       // of frames with a face, percent
    BT_Q_OUTSIDE,       // samples changed outside of the mask
    BT_Q_LIGHT,         // slope of the answer to brighter and darker light
    BT_Q_SIDE,          // and to light that moves from one side to the other
    BT_Q_SETTLED,       // milliseconds after the light is switched
    BT_Q_STILL,         // tremble of landmarks, still picture and noise, over the input's
    BT_Q_PSNR,          // self-swap, dB
    BT_Q_ORACLE_PSNR,
    BT_Q_BEHIND,        // oracle less self-swap, dB
    BT_Q_SSIM,
    BT_Q_ORACLE_SSIM,
    BT_Q_SELF_POSE,     // BT_Q_POSE of the self-swap: what the measurement itself adds
    BT_Q_SELF_LIPS,
    BT_Q_OPENED,        // without an object: of the mask, percent that is opened
    BT_Q_KEPT,          // of what an object covers, percent that stays the object's
    BT_Q_LEFT,          // of the skin beside it, percent that is not replaced
    BT_Q_MOVED,         // the same without occlusion: the object moved the landmarks
    BT_Q_TURNED,        // of samples away from its edge, percent that change a frame
    BT_Q_P50,           // milliseconds a frame, face to mark
    BT_Q_P95,
    BT_Q_P99,
    BT_Q_NETS,          // p50 over that of the mesh net
    BT_Q_FIGURES
};

enum bt_q_group {
    BT_Q_PAIRS,
    BT_Q_CLIPS,
    BT_Q_FRONTS,        // an object before a clip's face
    BT_Q_GROUPS
};

struct bt_q_kind {
    const char *name;    // a column's head, and the key in the report
    const char *about;   // one phrase
    enum bt_q_group group;
    double low, high;    // the aim; -INFINITY, INFINITY: open; NAN: none
    int decimals;
    int machine;         // 1: says as much about the machine
};
extern const struct bt_q_kind bt_q_kinds[BT_Q_FIGURES];

#define BT_Q_LABEL 96
// The figures of one pair or clip; NAN where one was not measured.
struct bt_q_row {
    char label[BT_Q_LABEL];
    enum bt_q_group group;
    double value[BT_Q_FIGURES];
};
void bt_q_row_init(struct bt_q_row *row, enum bt_q_group group, const char *label);

// A figure over all rows that have it.
struct bt_q_total {
    int count, missed;   // missed: rows outside of the aim
    double mean, worst;  // the value farthest from the aim, or the largest without one
    const char *where;   // its label
};
struct bt_q_total bt_q_total(const struct bt_q_row *rows, int count, enum bt_q_figure f);

// How far a value lies outside of the aim; 0 inside, and for NAN.
double bt_q_miss(enum bt_q_figure f, double value);

#endif
