// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_WATERMARK_DETECT_H
#define BT_MARK_WATERMARK_DETECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Finds the watermark in pictures that were scaled, cropped, mirrored, turned, letterboxed,
// cut in time and compressed. Frames go in with their times; every window of
// BT_WM_WINDOW seconds gives a result, and so does what is left at the end. In the end
// bt_wm_review looks at all of them together. One thread at a time.
#define BT_WM_WINDOW 4.
enum { BT_WM_WIDTH = 512, BT_WM_HEIGHT = 288 };   // of the pictures that are looked at

struct bt_wm_result {
    double start, end;         // seconds of the first and the last frame
    bool marked;               // z is beyond what chance gives
    float z;                   // presence, in standard deviations of chance; >= 0
    bool payload_known;        // it could be read; fit.h says how often that is wrong
    uint32_t payload;          // 24 bits
    int errors;                // of 63 bits that were corrected
    bool mirrored;
    int rotation;              // degrees that the picture was turned clockwise
    float x0, y0, x1, y1;      // where the marked frame lies in the picture, 0..1 and beyond
    int evidence;              // for bt_wm_review; -1: none is kept
};

// z from which a mark is there: for the few places tried always; for the bars of every
// width, some 260 pairs; for the many places of the search for a crop; and for a window of a
// source whose session and place are known from its other windows.
#define BT_WM_Z 6.f
#define BT_WM_Z_BARS 6.8f
#define BT_WM_Z_SEARCHED 7.5f
#define BT_WM_Z_KNOWN 5.f

struct bt_wm_detector;

// BAUTA_E_NO_MEMORY.
int bt_wm_detector_open(struct bt_wm_detector **out);
void bt_wm_detector_close(struct bt_wm_detector **detector);

// Windows of that many seconds from the next one on, BT_WM_PERIOD to BT_WM_WINDOW.
void bt_wm_shorten(struct bt_wm_detector *d, double seconds);

// Whether a frame at that time would add anything: enough of its eighth of a second were
// seen already. For readers that can leave the decoding of a frame away.
bool bt_wm_wants(const struct bt_wm_detector *d, double seconds);

// Luma of one frame: samples of step bytes, at least 16x16. Times may jump; they go on
// from the first. 1: a window is full; call bt_wm_result before the next push.
int bt_wm_push(struct bt_wm_detector *d, const uint8_t *luma, ptrdiff_t stride, int step,
               int width, int height, double seconds);

// What the frames since the last result show, and forgets them. The mark is looked for
// where it was before, in its place, mirrored, and between dark bars, also where the picture
// itself is dark beside them. search: where that
// finds nothing, in turned and in cropped pictures too, which takes some seconds.
// BAUTA_E_END: there were none.
int bt_wm_result(struct bt_wm_detector *d, bool search, struct bt_wm_result *out);

// Looks again at windows of one source, all results of this detector, in any order, with
// what they show together. Where some say which session it is, or all of them added up do
// (by the bounds of fit.h, from a presence of BT_WM_Z on), those that lie as the strongest
// one does are compared with that session's whole pattern: BT_WM_Z_KNOWN of it is a mark,
// and 4 in the payload's own cells is its payload, unless another fits better. What was
// known stays. In a window without a mark that is found by chance at exp(-12.5) = 4e-6, the
// phase of the wave being free. In a film of two sessions, a window whose own session could
// not be read gets the other's at 8e-4 at most, where the mark is 5.5 standard deviations
// strong (the words' distances as in fit.h); from 8 on below 5e-5.
void bt_wm_review(const struct bt_wm_detector *d, struct bt_wm_result *result, int count);

#endif
