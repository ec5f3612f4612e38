// SPDX-License-Identifier: Apache-2.0
#ifndef BT_FACE_EMBED_H
#define BT_FACE_EMBED_H

#include "face/face.h"
#include "face/internal.h"
#include "nn/nn.h"

// Whose face it is: FaceRes, an identity net, makes a vector of a face.

#define BT_EMBEDDING 1024
#define BT_EMBED_CROP 224

// Where a face is cut out for the net: a square side times as large as the mean of two
// lengths, eye to eye and eyes to mouth, its middle moved from that between eyes and mouth
// by drop of that length towards the chin; turned upright or not; bare: grey outside of
// the oval, so that hair, ears and clothes say nothing.
struct bt_embed_cut {
    float side, drop;
    int upright, bare;
};
enum bt_embed_view {
    BT_EMBED_BARE,     // the face alone, which is what a face replacement can change
    BT_EMBED_HEAD,     // the whole head
    BT_EMBED_VIEWS,
    BT_EMBED_WEARER = BT_EMBED_VIEWS,   // to know somebody again, however a camera is held
    BT_EMBED_CUTS
};
extern const struct bt_embed_cut bt_embed_cut[BT_EMBED_CUTS];

// One user at a time.
struct bt_embedder {
    struct bt_net *net;
    struct bt_crop crop;
};
// models: a folder, or NULL for the usual places. BAUTA_E_MODEL with a log line where the
// net was not fetched.
int bt_embedder_open(struct bt_embedder *e, const char *models);
void bt_embedder_close(struct bt_embedder *e);
// Cuts the face out of the frame into the net's input, and nothing else.
int bt_embed_take(struct bt_embedder *e, const struct bauta_frame *frame,
                  const struct bauta_face *face, const struct bt_embed_cut *cut);
// The vector of what was cut out last, of length 1.
int bt_embed_run(struct bt_embedder *e, float out[BT_EMBEDDING]);
// Both.
int bt_embed(struct bt_embedder *e, const struct bauta_frame *frame,
             const struct bauta_face *face, const struct bt_embed_cut *cut,
             float out[BT_EMBEDDING]);
double bt_embed_cosine(const float a[BT_EMBEDDING], const float b[BT_EMBEDDING]);
// The map from the n x n cut's pixels to samples.
struct bt_affine bt_embed_map(const struct bt_embed_cut *cut,
                              const struct bauta_face *face, int n);

#endif
