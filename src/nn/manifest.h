// SPDX-License-Identifier: Apache-2.0
#ifndef BT_NN_MANIFEST_H
#define BT_NN_MANIFEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What a model that users bring takes and gives, from one small INI file a model: what
// each key means is said in docs/models.md.

enum bt_model_role {
    BT_ROLE_GENERATOR, // a face in the place of another
    BT_ROLE_EMBEDDER,  // whose face it is, as a vector
    BT_ROLE_CONVERTER, // such a vector to another
    BT_ROLE_MASK,      // what of a picture is the face and nothing in front of it
    BT_ROLE_ENHANCER,  // a face, made better
};
enum bt_model_type {
    BT_TYPE_ANY, // what the file has
    BT_TYPE_FLOAT,
    BT_TYPE_HALF,
};
enum bt_layout { BT_NCHW, BT_NHWC };
enum bt_channels { BT_RGB, BT_BGR };
enum bt_source_kind {
    BT_SOURCE_EMBEDDING, // a vector
    BT_SOURCE_IMAGE,     // a picture of the face
    BT_SOURCE_NONE,      // the file is one identity
};
enum bt_source_step {
    BT_STEP_NORMALISE, // to length 1
    BT_STEP_EMAP,      // times the 512x512 matrix that the generator's file holds
    BT_STEP_CONVERTER, // through the converter net
};

#define BT_TEMPLATE_POINTS 5 // left eye, right eye, nose, left and right corner of the mouth
#define BT_STEPS_MAX 4
#define BT_CONSTANTS_MAX 4
#define BT_MODEL_NAME_MAX 63
#define BT_CLASSES_MAX 64
#define BT_PICTURE_MIN 16 // sides of pictures
#define BT_PICTURE_MAX 1024
#define BT_VECTOR_MAX 4096

// A square picture as a tensor: (value / 255 - mean) / deviation, by channel R G B.
struct bt_manifest_picture {
    int size;     // side; 0: what the file says
    bool aligned; // template holds something
    float template[BT_TEMPLATE_POINTS][2]; // shares of the side
    int layout, channels;
    float mean[3], deviation[3];
    char tensor[64]; // names and numbers to try in this order, "#0" is the first; "": by shape
};

struct bt_manifest {
    char name[BT_MODEL_NAME_MAX + 1], file[256], sha256[65], licence[128], origin[160];
    int role, type;
    struct bt_manifest_picture input;  // the target's, or what is embedded
    struct bt_manifest_picture output; // a generator's
    struct {
        int kind;
        char embedder[BT_MODEL_NAME_MAX + 1], converter[BT_MODEL_NAME_MAX + 1];
        int step[BT_STEPS_MAX], steps;
        struct bt_manifest_picture picture; // BT_SOURCE_IMAGE; else its tensor alone counts
    } source;
    int length; // of vectors
    bool masked;
    struct bt_manifest_picture mask; // its layout and tensor alone count
    int classes;                     // planes of a mask net: 1, or one a class
    uint64_t face;                   // of several the ones that are face, by bits
    struct {
        char tensor[64];
        float value;
    } constant[BT_CONSTANTS_MAX];
    int constants;
};

#define BT_MANIFEST_MAX ((size_t)16 << 10) // bytes of a file

// Reads a manifest; foreign bytes are welcome. name is for messages and stands for
// `name` where that is missing. BAUTA_E_FORMAT, with a log line that names the line.
int bt_manifest_parse(const char *text, size_t size, const char *name,
                      struct bt_manifest *out);

// The manifest as text, which ends with a zero byte and reads back as it was.
// BAUTA_E_USAGE with a log line where a name or path cannot be written.
int bt_manifest_write(const struct bt_manifest *manifest, char *text, size_t size);

// The words of the format.
const char *bt_role_word(int role);
const char *bt_template_word(const float template[BT_TEMPLATE_POINTS][2]); // NULL: its own
bool bt_template_find(const char *word, float template[BT_TEMPLATE_POINTS][2]);

// Manifests that come with the program, by number; NULL past the last.
struct bt_shipped {
    const char *name, *text;
};
const struct bt_shipped *bt_shipped_at(int index);

// A manifest found, and the model's file.
struct bt_found_model {
    struct bt_manifest manifest;
    char path[1024]; // of the model's file, where it should be
    char from[1024]; // of the manifest; "": it came with the program
};

// The manifest of a name: a path (with a slash in it, or ending in .model), else beside
// the file `beside` where that is not NULL, the user's own, or one that comes with the
// program. models: folder of model files or NULL.
int bt_model_find(const char *name, const char *beside, const char *models,
                  struct bt_found_model *out);
// Where the user's own manifests are; BAUTA_E_NOT_FOUND where there is no home.
#define BT_MODEL_FOLDER "/models"
int bt_model_folder(char *path, size_t size);
// The model's bytes, checked against the manifest's hash. A manifest without one is
// refused, with what to do.
int bt_found_model_read(const struct bt_found_model *model, uint8_t **data, size_t *size);

#define BT_MODEL_FILE_MAX ((size_t)2000 << 20)

// Constants of an ONNX file, without a runtime -------------------------------------------

struct bt_onnx_constant {
    char name[64];
    int type; // of onnx.proto: 1 float, 10 half
    int64_t shape[4];
    int rank;
    const uint8_t *raw; // little-endian values, or NULL
    const uint8_t *packed; // else a list: of 4-byte floats, or of varints for halves
    size_t bytes;
    bool external; // its values lie in another file
};
// Calls each for every constant of the graph, foreign bytes are welcome. Ends early where
// each returns other than 0, with that; 0, or BAUTA_E_FORMAT.
int bt_onnx_constants(const uint8_t *data, size_t size,
                      int (*each)(void *opaque, const struct bt_onnx_constant *constant),
                      void *opaque);
// The values as floats, count of them. BAUTA_E_FORMAT where they are fewer, more, or of
// another type.
int bt_onnx_values(const struct bt_onnx_constant *constant, float *out, size_t count);

#endif
