// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_WATERMARK_EVIDENCE_H
#define BT_MARK_WATERMARK_EVIDENCE_H

#include <stddef.h>

#include "mark/watermark/fit.h"

// A window's pictures, shrunk and summed by eighths of a second.
enum {
    BT_WM_SAMPLES = BT_WM_WIDTH * BT_WM_HEIGHT,
    BT_WM_SLICES_A_SECOND = 8,
    BT_WM_SLICES = (int)BT_WM_WINDOW * BT_WM_SLICES_A_SECOND,
};
struct bt_wm_slice {
    float *sum;            // of BT_WM_SAMPLES
    double seconds;        // a sum too
    int count;             // frames
};

// BAUTA_E_NO_MEMORY; what is there is freed by bt_wm_slices_free all the same.
int bt_wm_slices_alloc(struct bt_wm_slice slice[BT_WM_SLICES]);
void bt_wm_slices_free(struct bt_wm_slice slice[BT_WM_SLICES]);
// Adds a picture, shrunk or grown to BT_WM_WIDTH x BT_WM_HEIGHT by its areas.
void bt_wm_add_scaled(float *sum, const uint8_t *luma, ptrdiff_t stride, int step, int width,
                      int height);
// The mean of the slices; how many have frames.
int bt_wm_average(const struct bt_wm_slice slice[BT_WM_SLICES], float *picture);
// The sum of the slices, each by the wave at its time and phase seconds, less what stands
// still.
void bt_wm_weigh(const struct bt_wm_slice slice[BT_WM_SLICES], float phase, float *picture);
// The picture as it was before it was mirrored (bit 0 of turn) and then turned clockwise by
// 90 degrees times turn >> 1: picture itself, or room with it.
const float *bt_wm_turn_back(const float *picture, int turn, float *room);

// What a window shows at one place: each cell's course in time, correlated with a cosine and
// with a sine of BT_WM_PERIOD, so that the wave may begin anywhere. A course is divided by
// the mean size of those around it and limited there, so that a place or a moment in which
// much moves counts no more than another.
struct bt_wm_evidence {
    struct bt_wm_place place;
    int turn;
    float cosine[BT_WM_CELLS], sine[BT_WM_CELLS];
};
// room: two pictures of BT_WM_SAMPLES. False: fewer than three slices have frames.
bool bt_wm_evidence_make(const struct bt_wm_slice slice[BT_WM_SLICES],
                         const struct bt_wm_place *place, int turn, float *room,
                         struct bt_wm_evidence *out);
// The presence at the best of BT_WM_PHASES phases, >= 0, and the cells there, with the sign
// that makes it positive.
enum { BT_WM_PHASES = 32 };
float bt_wm_evidence_best(const struct bt_wm_grid *grid, const struct bt_wm_evidence *e,
                          float cell[BT_WM_CELLS]);

// Says in a result where the mark lies.
void bt_wm_tell_place(const struct bt_wm_place *place, int turn, struct bt_wm_result *out);

// Evidence of all the windows of a source, for bt_wm_review.
struct bt_wm_memory {
    struct bt_wm_kept *kept;
    int count, room;
};
void bt_wm_memory_free(struct bt_wm_memory *memory);
// Its number, or -1 where there is no more room.
int bt_wm_remember(struct bt_wm_memory *memory, const struct bt_wm_evidence *e);
// See bt_wm_review.
void bt_wm_recall(const struct bt_wm_grid *grid, const struct bt_wm_words *words,
                  const struct bt_wm_memory *memory, struct bt_wm_result *result, int count);

#endif
