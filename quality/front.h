// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_FRONT_H
#define BT_QUALITY_FRONT_H

#include "quality/pixels.h"

// How well a swap keeps to what a thing in front of the face leaves free. Masks are what
// swaps wrote: 0 to 255, how far a sample was replaced.

// Counts over frames. All are of samples that would be replaced (by 3/4 at least) were
// the thing not there.
struct bt_q_front {
    int64_t covered, kept;   // under the thing; of these, still the thing's
    int64_t bare, left;      // clear of the thing; of these, not replaced by a quarter
    int64_t watched, turned; // away from its edge; of these, replaced one frame, not the next
};

// One frame and what it was before. The cover is that of bt_q_object_draw.
struct bt_q_scene {
    const struct bauta_frame *in, *out;
    const struct bt_mask *mask;   // with the thing
    const uint8_t *would, *cover; // one byte a sample: the mask without, and the thing
};

// A sample is the thing's where it is replaced by a quarter at most, or where its luma
// changed by 6 at most.
void bt_q_front_add(struct bt_q_front *sum, const struct bt_q_scene *now);
// before: planes of the frame before: replaced by how much, and cover. now's mask is as
// large as the frame. Samples nearer than 3 to an edge of the thing in either are left out.
void bt_q_front_turn(struct bt_q_front *sum, const struct bt_q_scene *now,
                     const uint8_t *mask_before, const uint8_t *cover_before,
                     const uint8_t *would_before);

// By how much a sample was replaced; 0 outside of the mask's rectangle.
static inline int bt_q_replaced(const struct bt_mask *m, int x, int y)
{
    if (x < m->rect.x0 || y < m->rect.y0 || x >= m->rect.x1 || y >= m->rect.y1)
        return 0;
    return m->value[(y - m->rect.y0) * m->stride + x - m->rect.x0];
}

// Percent of what the mask "off" replaces that the mask "on" does not. NAN: nothing.
struct bt_q_open {
    double off, lost;
};
void bt_q_open_add(struct bt_q_open *sum, const uint8_t *off, const struct bt_mask *on,
                   int width, int height);
double bt_q_percent(double part, double whole);

#endif
