// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_WATERMARK_FIT_H
#define BT_MARK_WATERMARK_FIT_H

#include "mark/watermark/detect.h"
#include "mark/watermark/grid.h"

// How the grid lies in a picture of BT_WM_WIDTH x BT_WM_HEIGHT samples: at x, relative to
// the picture's width, the grid's own coordinate is x0 + x * w, 0..1 being all of it.
struct bt_wm_place {
    float x0, w, y0, h;
};
static const struct bt_wm_place bt_wm_whole = {0, 1, 0, 1};

// What each cell holds of the carrier; NAN for those outside of the picture.
void bt_wm_project(const float *picture, const struct bt_wm_place *place,
                   float cell[BT_WM_CELLS]);
// The mean of the sizes of a cell and its neighbours, NANs left out.
void bt_wm_around(const float size[BT_WM_CELLS], float mean[BT_WM_CELLS]);
// Makes busy and quiet places count alike, so that z follows a normal law where there is
// no mark. NANs become 0.
void bt_wm_level(float cell[BT_WM_CELLS]);
// Presence, signed, of levelled cells.
float bt_wm_presence(const struct bt_wm_grid *grid, const float cell[BT_WM_CELLS]);

// All that can be written: the word of each session.
enum { BT_WM_SESSIONS = 4096 };
struct bt_wm_words {
    uint64_t word[BT_WM_SESSIONS];
};
void bt_wm_words_make(struct bt_wm_words *words);
// The payload's soft bits in levelled cells whose presence is positive: each is a sum of
// BT_WM_SPREAD cells, and all are divided so that their correlation with a word is a z.
void bt_wm_soft(const struct bt_wm_grid *grid, const float cell[BT_WM_CELLS],
                float bit[BT_WM_CODE]);
// The correlation of soft bits with a word, in standard deviations of chance.
float bt_wm_alike(const float bit[BT_WM_CODE], uint64_t word);
// Reads the payload from soft bits: the likeliest of all words. Taken is one that is beyond
// BT_WM_Z_WORD and leads the next by BT_WM_Z_LEAD. The number of bits that were wrong, or
// -1; *session and *z are set to the likeliest anyway.
//
// How often it is wrong. Let the mark be s standard deviations strong. The correlation of a
// word at distance d from the written one is normal, of mean s r, r = 1 - 2d/63, and r is
// its correlation with that of the right one. Summed over the 4,095 others (the distances
// of the code: 15 to 45), the chance that one is taken, in a window in which the mark is
// seen (z >= 6 by the other half of the cells, of the same s), is at most 6.1e-5, at
// s = 5.25, and less elsewhere: 8e-6 at s = 7, 6e-7 at 8. Where the other cells say that there is
// a mark and these hold only noise it is 4096 Q(5.5) = 7.8e-5. tests/unit/mark/test_watermark
// computes both anew.
#define BT_WM_Z_WORD 5.5f
#define BT_WM_Z_LEAD 1.5f
int bt_wm_read(const struct bt_wm_words *words, const float bit[BT_WM_CODE],
               unsigned *session, float *z);

// Looks for a grid of which up to a tenth is cut off at each side. Returns the presence at
// the best place.
float bt_wm_search(const struct bt_wm_grid *grid, const float *picture,
                   struct bt_wm_place *place);

// How wide dark bars at the picture's borders can be, in samples.
struct bt_wm_bars {
    int left, right, top, bottom;
};
void bt_wm_bars_find(const float *mean, struct bt_wm_bars *bars);
// The places between them: above and below, at the sides, both. What was marked may have
// had bars of its own. Returns how many.
int bt_wm_bars_places(const struct bt_wm_bars *bars, struct bt_wm_place place[3]);
// A picture that is dark itself hides where bars end. Tries all pairs of equal bars that fit
// into the dark, at the sides and above and below. Returns the presence at the best place,
// *mirrored: of the picture turned over.
float bt_wm_bars_search(const struct bt_wm_grid *grid, const float *picture,
                        const struct bt_wm_bars *bars, struct bt_wm_place *place,
                        bool *mirrored);

#endif
