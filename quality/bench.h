// SPDX-License-Identifier: Apache-2.0
#ifndef BT_QUALITY_BENCH_H
#define BT_QUALITY_BENCH_H

#include "quality/figures.h"
#include "quality/film.h"
#include "face/embed.h"
#include "quality/look.h"
#include "quality/unwrap.h"

#define BT_Q_PORTRAITS 64

struct bt_q_portrait {
    char name[32];
    char path[4096];
    struct bauta_identity *who;         // opened when first asked for
    struct bauta_frame *photo;
    struct bauta_face face;             // as measured in it
    float embedding[BT_EMBED_VIEWS][BT_EMBEDDING];
};

// What all measurements share.
struct bt_q_bench {
    struct bt_face_nets *nets;          // with the plain mesh
    struct bt_face_nets *fine;          // with the mesh whose lips and lids are finer
    struct bt_embedder embedder;
    struct bt_q_space space;
    struct bt_q_portrait *portrait;     // the gallery; those of the grid come first
    int portraits;
    const char *sheets;                 // folder of contact sheets
};

// The whole of one pair of portrait and clip. clip: its name. light: measured, too.
int bt_q_pair(struct bt_q_bench *bench, const struct bt_q_film *film, const char *clip,
              struct bt_q_portrait *portrait, bool light, struct bt_q_row *row);
// The parts of it that run films of their own.
int bt_q_light(struct bt_q_bench *bench, const struct bt_q_film *film,
               struct bauta_identity *who, struct bt_q_row *row);
int bt_q_still(struct bt_q_bench *bench, const struct bt_q_film *film,
               struct bauta_identity *who, struct bt_q_row *row);
// Self-swap and speed of a clip. path: its file.
int bt_q_clip(struct bt_q_bench *bench, const struct bt_q_film *film, const char *path,
              struct bauta_identity *who, struct bt_q_row *row);
// Things drawn before the face, in the first frames of a film; one row each (at most
// BT_Q_OBJECTS), none without objects. *opened: percent of the mask that is opened without
// any. Returns how many rows.
int bt_q_occlusion(struct bt_q_bench *bench, const struct bt_q_film *film,
                   const char *clip, struct bt_q_portrait *who, bool objects,
                   struct bt_q_row *rows, double *opened);
// Prints how well each way to cut a face out tells people apart.
int bt_q_cuts(struct bt_q_bench *bench, const char *media);
// Prints how alike faces of nobody are to their wearers, to each other and to the
// portraits, beside how alike different people are. BAUTA_E_FAILED where that is too much.
int bt_q_anonymous(struct bt_q_bench *bench, const char *media);

#endif
