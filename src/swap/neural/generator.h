// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_NEURAL_GENERATOR_H
#define BT_SWAP_NEURAL_GENERATOR_H

#include "swap/neural/tensor.h"
#include "swap/source.h"

#define BT_EMAP 512 // rows and columns

// A generator with the nets that feed it, as its manifest says. One user at a time.
struct bt_generator {
    struct bt_found_model model, embedder_model, converter_model;
    struct bt_net *net, *embedder, *converter;
    char provider[BT_PROVIDER_NAME];         // what runs them
    bool falls_back;                         // to the processor, where that does not start
    int size;                                // of the aligned square
    int target, source, output, mask;        // ports of the net; -1: there is none
    int embedder_in, embedder_out, converter_in, converter_out;
    float *emap;                             // BT_EMAP x BT_EMAP, or NULL
    size_t source_count;                     // floats of a source, 0: it takes none
    uint8_t *rgbx;                           // a portrait at work
    float (*picture)[3];                     // and what is cut out of it
};

// role: BT_ROLE_GENERATOR, or of a net that makes a picture or mask without a source,
// BT_ROLE_ENHANCER or BT_ROLE_MASK. Finds the model (bt_model_find), checks hash, shapes and types of all files, and runs
// each net once. Everything that is wrong is found here: BAUTA_E_MODEL and others, with a
// log line. provider: as bt_provider_find has it.
int bt_generator_open(struct bt_generator **out, const char *name, int role,
                      const char *models, int threads, const char *provider);
// Whether a model's bytes are what the manifest says, whatever its role: shapes, types, the
// matrix. 0, or an error with a log line.
int bt_generator_fit(const struct bt_manifest *manifest, const char *path,
                     const uint8_t *data, size_t size);
void bt_generator_close(struct bt_generator **generator);

// What the generator is told of a source face, source_count floats: it depends on the
// portrait alone. BAUTA_E_NO_FACE: the face has no portrait.
int bt_generator_source(struct bt_generator *generator, const struct bt_source_face *who,
                        float *source);

// Tells portraits apart by their bytes; never 0. NULL: 0.
uint64_t bt_portrait_key(const uint8_t *portrait);

// Puts source's face in the place of that in target; both pictures are size x size R G B,
// 0..255; out may leave that range. mask: size x size, 0..1, all 1 where the generator
// gives none. BAUTA_E_RUNTIME: it could not run, or gave what is no number.
int bt_generator_run(struct bt_generator *generator, const float (*target)[3],
                     const float *source, float (*out)[3], float *mask);
// Whether a mask, size x size, has half of the middle at least: one that leaves the middle of
// the face as it is would let the target's own through.
bool bt_generator_covers(const float *mask, int size);
// Of BT_ROLE_MASK: how far each pixel is face, 0..1; of a net of classes the share that its
// softmax gives to those that are. BAUTA_E_RUNTIME as above.
int bt_generator_mask(struct bt_generator *generator, const float (*target)[3], float *mask);

#endif
