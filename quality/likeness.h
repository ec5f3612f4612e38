// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_LIKENESS_H
#define BT_QUALITY_LIKENESS_H

#include "face/face.h"
#include "face/internal.h"
#include "nn/nn.h"

#define BT_Q_EMBEDDING 1024
#define BT_Q_CROP 224

// Where a face is cut out for the identity net: a square side times as large as the mean
// of two lengths, eye to eye and eyes to mouth, its middle moved from that between eyes
// and mouth by drop of that length towards the chin; turned upright or not; bare: grey
// outside of the oval, so that hair, ears and clothes say nothing.
struct bt_q_cut {
    float side, drop;
    int upright, bare;
};
// What the figures are made with: the face alone, which is what a face replacement can
// change, and the whole head with the target's hair.
enum bt_q_view {
    BT_Q_BARE,
    BT_Q_HEAD_CUT,
    BT_Q_VIEWS
};
extern const struct bt_q_cut bt_q_cut[BT_Q_VIEWS];

struct bt_q_embedder {
    struct bt_net *net;
    struct bt_crop crop;
};
// The identity net is FaceRes; BAUTA_E_MODEL with a log line where it was not fetched.
int bt_q_embedder_open(struct bt_q_embedder *e);
void bt_q_embedder_close(struct bt_q_embedder *e);
// The face's vector, of length 1.
int bt_q_embed(struct bt_q_embedder *e, const struct bauta_frame *frame,
               const struct bauta_face *face, const struct bt_q_cut *cut,
               float out[BT_Q_EMBEDDING]);
double bt_q_cosine(const float a[BT_Q_EMBEDDING], const float b[BT_Q_EMBEDDING]);
// The map from the n x n cut's pixels to samples.
struct bt_affine bt_q_cut_map(const struct bt_q_cut *cut, const struct bauta_face *face,
                              int n);

#endif
