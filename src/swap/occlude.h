// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_OCCLUDE_H
#define BT_SWAP_OCCLUDE_H

#include <stdbool.h>

#include "swap/uvmap.h"

#define BT_OCCLUDE_CALM .6
#define BT_OCCLUDE_DOUBT .3
#define BT_OCCLUDE_SIZE 128
#define BT_OCCLUDE_TEXELS (BT_OCCLUDE_SIZE * BT_OCCLUDE_SIZE)
#define BT_OCCLUDE_CELLS (BT_OCCLUDE_TEXELS / 4) // of 2x2 texels

// What stands in front of one face. Three things count:
// what came more than BT_OCCLUDE_CALM seconds after the face did (until then a face that
// is just being found again would itself look foreign) and looks unlike the face did there, in colour, brightness or
// structure, by more than the place usually changes: a thing of another colour wherever it
// is, a skin-coloured one only where it is large and reaches in from the oval's border;
// what was always there, is no skin and hangs in from above: a fringe, a hat;
// and thin dark lines around the eyes, where there are enough for the rims of glasses.
struct bt_occlude_state {
    bool started;
    double age;                       // seconds since the face came
    double doubt;                     // seconds for which nothing is judged
    int frames;                       // since the start of what is learnt
    float mean[BT_OCCLUDE_CELLS][3];  // two colour differences, brightness; logs
    float usual[BT_OCCLUDE_CELLS][3]; // mean squares of what changes, see below
    float count[BT_OCCLUDE_CELLS];    // frames in which it was seen bare
    float hot[BT_OCCLUDE_CELLS];      // seconds for which it was unusual
    float face[BT_OCCLUDE_CELLS];     // mean of facing
    float fine[BT_OCCLUDE_TEXELS];    // brightness finer than a finger
    float skin[3];                    // colour and brightness of the skin as a whole
    float mask[BT_OCCLUDE_TEXELS];    // 0..1, 1: keep what the picture shows
    float line[BT_OCCLUDE_TEXELS];    // how surely a rim passes here, 0..1
    float rims;                       // texels that look like rims, over time
    float shown, lasting;             // the same over moments and over seconds
    bool wears;                       // glasses
    uint8_t on[BT_OCCLUDE_CELLS];     // 1: a thing came here, 2: a hand
    float toward[2];                  // to where a hand came from, length 1; 0: unknown
    float hue[2];                 // what the hand changes of the colour
    float seconds, held;              // for how long most was covered, a hand seen
};

// What does not change from face to face, and scratch.
struct bt_occlude {
    float log[256];
    float unrest;                  // median of how unusual all is
    float floor[BT_OCCLUDE_CELLS]; // how much more than others a place may change
    float still[BT_OCCLUDE_CELLS]; // 0 on lids and lips, which move by themselves
    uint8_t inside[BT_OCCLUDE_CELLS], border[BT_OCCLUDE_CELLS];
    uint8_t above[BT_OCCLUDE_TEXELS]; // 1: where a fringe may hang, 2: where it enters,
                                      // 3: brows
    uint8_t eyes[BT_OCCLUDE_TEXELS]; // 1: where rims may be, 2: and nothing else is dark,
                                     // 3: brows
    float strange[BT_OCCLUDE_TEXELS]; // the result beside the mask: no bare skin here
    // Of the face at work.
    float value[BT_OCCLUDE_TEXELS][3], fine[BT_OCCLUDE_TEXELS];
    float cell[BT_OCCLUDE_CELLS][3], facing[BT_OCCLUDE_CELLS], weight[BT_OCCLUDE_CELLS];
    float change[BT_OCCLUDE_CELLS][4]; // two of colour, brightness, structure
    float score[BT_OCCLUDE_CELLS];     // how unusual, 1: as ever
    float foreign[BT_OCCLUDE_CELLS];   // how unlike skin
    float light[4];               // of colour, and a plane of brightness: what all does
    float now[BT_OCCLUDE_TEXELS]; // the mask before it is calmed
    uint8_t on[BT_OCCLUDE_CELLS], mark[BT_OCCLUDE_TEXELS];
    uint8_t unknown[BT_OCCLUDE_CELLS]; // too little of the skin there was seen
    uint16_t queue[BT_OCCLUDE_TEXELS];
    float scratch[BT_OCCLUDE_TEXELS * 2];
};

// regions: of BT_OCCLUDE_SIZE.
void bt_occlude_init(struct bt_occlude *o, const struct bt_regions *regions);

// The face may lie beside its landmarks: for a moment nothing is seen in front of it.
void bt_occlude_doubt(struct bt_occlude_state *state);

// Updates state->mask. seen: display values of the target over the texture; expected: log
// brightness that the light alone gives there; facing: 0..1, how squarely a texel is seen.
// dt in seconds.
void bt_occlude_run(struct bt_occlude *o, struct bt_occlude_state *state,
                    const struct bt_regions *regions, const float (*seen)[3],
                    const float *expected, const float *facing, double dt);

// As fmaxf and fminf, which are calls.
static inline float larger(float a, float b)
{
    return a > b ? a : b;
}
static inline float smaller(float a, float b)
{
    return a < b ? a : b;
}

// What a cell is marked as, and what became of it.
enum {
    BT_MARK_CHANGED = 1, // it changed more than the place does
    BT_MARK_FOREIGN,     // it is unlike skin
    BT_MARK_THING,
    BT_MARK_DONE,
};
// Takes into o->on the regions of marked cells that are a thing, which is unlike skin (1), or
// a hand (2).
void bt_occlude_regions(struct bt_occlude *o, struct bt_occlude_state *s);
// The steps that find what was there from the start: raise o->now.
void bt_occlude_fringe(struct bt_occlude *o, const struct bt_occlude_state *state);
void bt_occlude_rims(struct bt_occlude *o, struct bt_occlude_state *state,
                     const float *facing, double dt);
// How surely the person wears glasses with rims, 0..1.
float bt_occlude_wears(const struct bt_occlude_state *s);
// Brightness of the skin in this light, in the units of o->value.
static inline float bt_occlude_skin(const struct bt_occlude *o,
                                    const struct bt_occlude_state *s)
{
    return s->skin[2] + o->light[2];
}

#endif
