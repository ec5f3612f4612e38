// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_HYBRID_HYBRID_H
#define BT_SWAP_HYBRID_HYBRID_H

#include "swap/front.h"
#include "swap/hybrid/mix.h"
#include "swap/hybrid/worker.h"
#include "swap/lit.h"
#include "swap/neural/paste.h"
#include "swap/order.h"
#include "swap/slots.h"

// One person of the stream.
struct bt_hybrid_person {
    struct bt_slot slot;
    uint64_t owner; // of the face that is put on, see bt_portrait_key; 0: it has none
    bool fresh;     // not shown yet
    bool known;     // key frames are of this person
    struct bt_relight_state light;
    struct bt_mix mix;
    struct bt_paste_state rim;
    float shown;                    // 0: engine mesh, 1: the generator's
    float covered;                  // share of the face that is, over seconds: glasses, hair
};

struct bt_hybrid {
    struct bt_worker *worker;
    bool given_up;            // the worker is asked no more; it is closed at the end
    char name[64];            // of the generator
    struct bt_swap *mesh;     // draws before there is a key frame
    bool waits;               // for each key frame; else it takes what is there
    double pace;              // seconds of the stream after which a key frame is waited for
    int size;                 // of textures
    struct bt_patch patch;
    struct bt_relight relight;
    struct bt_front front;
    struct bt_lit_rows rows;
    struct bt_order order;
    struct bt_parts parts;
    struct bt_cache cache;
    struct bt_mixer mixer;
    struct bt_hybrid_person *person[BAUTA_FACES_MAX];
    float normal[BAUTA_LANDMARKS][3];
    struct bt_raster_vertex vertex[BAUTA_LANDMARKS];
    uint8_t *lit, *half;
    // Of the face at work.
    struct bt_view view;
    float distance[BT_KEYS_MAX][BT_PARTS];
    float scratch[BT_VIEW_TEXELS * 6];
    // The generator.
    double began, asked, due; // seconds: of the first job, of the one in progress
    bool calibrated, slow;
    int failures, keys;
};

// Draws what the mix of key frames gives for the view, blended by person->shown, into the
// frame. 1, or an error.
int bt_hybrid_draw(struct bt_hybrid *h, struct bt_hybrid_person *p,
                   const struct bt_swap_options *options, struct bauta_frame *frame,
                   const struct bauta_face *at, double dt, struct bt_mask *touched);

// Takes the key frame that the generator made, where there is one.
void bt_hybrid_settle(struct bt_hybrid *h, double seconds, bool wait);
// Remembers this frame for the generator, where it shows something new, and starts it
// where it is idle. map: the aligned square to samples of the frame. h->distance is of
// this frame. True where it was started on this very frame.
void bt_hybrid_ask(struct bt_hybrid *h, const struct bt_hybrid_person *p,
                   const struct bauta_face *at, const struct bt_source_face *who,
                   struct bt_affine map, double seconds);

#endif
