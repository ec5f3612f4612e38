// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_WATERMARK_GRID_H
#define BT_MARK_WATERMARK_GRID_H

#include <stdbool.h>
#include <stdint.h>

// The pattern that embedding and detection share. A picture is divided into X x Y cells in
// coordinates relative to the stored frame, so that no change of size moves them. In each
// stands the carrier sin(2 pi u) sin(pi v), which is zero at the cell's edges, times the
// cell's symbol, 1 or -1. A fixed key chooses the symbols: those of the sync cells say that
// there is a mark, the rest carry the payload. In time all of it is modulated by
// bt_wm_wave, whose mean is zero, so that what stands still in the picture cancels out.
enum {
    BT_WM_X = 64,
    BT_WM_Y = 36,
    BT_WM_CELLS = BT_WM_X * BT_WM_Y,
    BT_WM_CODE = 63,                // bits of the code word, 18 cells each
    BT_WM_SPREAD = 18,
    BT_WM_SYNC = 255,               // in place of a bit's number
};

struct bt_wm_grid {
    int8_t sign[BT_WM_CELLS];       // row by row
    uint8_t bit[BT_WM_CELLS];       // of the code word, or BT_WM_SYNC
};
void bt_wm_grid_make(struct bt_wm_grid *grid);

// Modulation at that time, -1..1: a sine of BT_WM_PERIOD seconds, whose change from frame
// to frame stays below what is seen, and which begins at its crest: a film may be one frame
// long.
#define BT_WM_PERIOD 2.
float bt_wm_wave(double seconds);

// Levels by which it changes a sample of luma at most.
enum { BT_WM_MOST = 8 };

// The 24 bits: version 3, "AI modified" 1, session 12, CRC-8 of the 16 before it.
enum { BT_WM_VERSION = 1 };
uint32_t bt_wm_payload(unsigned session);
unsigned bt_wm_session(uint32_t payload);

// BCH(63,24), whose words differ in 15 bits at least (Bose, Ray-Chaudhuri 1960; roots
// alpha^1 to alpha^14 over x^6 + x + 1). Bit 0 of the word is its first.
uint64_t bt_bch_encode(uint32_t data);

#endif
