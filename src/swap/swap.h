// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_SWAP_H
#define BT_SWAP_SWAP_H

#include <stdbool.h>

#include <bauta/identity.h>

#include "base/opt.h"
#include "face/face.h"
#include "frame/frame.h"

enum bt_swap_eyes {
    BT_EYES_PHOTO, // the photo's, looking where the target looks
    BT_EYES_OWN,   // the target's own
};

struct bt_swap_options {
    int engine;   // CHOICE: mesh (default), neural, hybrid, none
    char *generator; // name of a model, or path of its manifest
    char *provider;  // what runs it, as bt_provider_find has it
    char *mask_model; // of engine neural: name of a model, or path of its manifest
    char *enhancer;   // the same
    float enhance;    // 0..1: how much of what the enhancer made is shown
    float shape;  // 0..1: how much of the photo's shape
    float silhouette; // 0..1: how much of it at the oval
    float tone;   // 0..1: how far skin tone goes to the target's
    float detail; // 0..1: creases and moving shadows taken over from the target
    int eyes;     // CHOICE: enum bt_swap_eyes, whose eyes are shown
    float occlusion; // 0..1: how far what stands in front of the face is left in front
    // Of nets; these are no options, the opener lends its own. NULL: the usual places;
    // 0: one.
    const char *models;
    int threads;
    // Whether frames must not wait for a net (0: they may). pace: for measuring, seconds
    // of the stream that each run of engine hybrid's generator takes; 0: what it takes.
    int live;
    double pace;
};
extern const struct bt_opt bt_swap_opts[];

// What an engine needs of a source face. Immutable; part of struct bauta_identity.
struct bt_source_face;
const struct bt_source_face *bt_identity_face(const struct bauta_identity *identity);
// bauta_identity_open on a photo that was read already (RGB24, upright). name is for
// messages.
int bt_identity_create(const struct bauta_frame *photo, const char *name,
                       const struct bauta_identity_params *params,
                       struct bauta_identity **out);

// The same from several photos, one after the other: params must stay valid; each photo
// may be freed after its call. face 0: by the params; of about, name, given and sha256
// are read. A photo that fails leaves the others as they are; with several, a photo
// without a face is a warning instead of an error in the log. One user at a time.
struct bt_enrol;
int bt_enrol_open(struct bt_enrol **out, const struct bauta_identity_params *params,
                  bool several);
int bt_enrol_photo(struct bt_enrol *enrol, const struct bauta_frame *photo,
                   const char *name, int face, const struct bauta_photo_info *about);
// BAUTA_E_NO_FACE where no photo went in.
int bt_enrol_finish(struct bt_enrol *enrol, struct bauta_identity **out);
void bt_enrol_close(struct bt_enrol **enrol);

// An identity as bytes (pack.c says how) and back. *data is bt_alloc'ed. name is for
// messages; foreign bytes are welcome. BAUTA_E_FORMAT: not such a file, or damaged;
// BAUTA_E_UNSUPPORTED: of another version.
#define BT_PACK_MAX ((size_t)16 << 20)
int bt_identity_pack(const struct bauta_identity *identity, uint8_t **data, size_t *size);
int bt_identity_unpack(const uint8_t *data, size_t size, const char *name,
                       struct bauta_identity **out);

// Which samples of plane 0 a swap touched: a rectangle and one byte a sample (0: left as
// it came, else by how much of 255 it was replaced, 1 where that is its chroma alone).
// Owned by the engine's caller; grown as needed.
struct bt_mask {
    struct bt_rect rect;
    uint8_t *value;
    int stride;
    size_t size; // bytes allocated
};
int bt_mask_resize(struct bt_mask *mask, struct bt_rect rect);
void bt_mask_finish(struct bt_mask *mask);

struct bt_swap;
struct bt_swap_impl { // what a swap engine is; copy none.c to add one
    const char *name, *desc;
    size_t priv_size; // zeroed memory at swap->priv
    int (*open)(struct bt_swap *s, const struct bt_format *format);
    // Replaces the face at in the writable frame. 1: swapped, 0: left alone on purpose,
    // or an error: the frame's face is then untouched or must be covered. touched may be
    // NULL.
    int (*face)(struct bt_swap *s, struct bauta_frame *frame, const struct bauta_face *at,
                const struct bt_source_face *who, double seconds,
                struct bt_mask *touched);
    void (*reset)(struct bt_swap *s); // after a cut
    void (*close)(struct bt_swap *s);
};
struct bt_swap {
    const struct bt_swap_impl *impl;
    void *priv;
    const struct bt_swap_options *options;
    struct bt_format format;
    char provider[64]; // what runs its nets
};
extern const struct bt_swap_impl *const bt_swaps[]; // NULL-terminated, first is default

int bt_swap_open(struct bt_swap **out, const struct bt_format *format,
                 const struct bt_swap_options *options);
// The same with an engine that the options do not name.
int bt_swap_open_as(struct bt_swap **out, const struct bt_swap_impl *impl,
                    const struct bt_format *format,
                    const struct bt_swap_options *options);
int bt_swap_face(struct bt_swap *s, struct bauta_frame *frame,
                 const struct bauta_face *at, const struct bt_source_face *who,
                 double seconds, struct bt_mask *touched);
void bt_swap_reset(struct bt_swap *s);
void bt_swap_close(struct bt_swap **s);

#endif
