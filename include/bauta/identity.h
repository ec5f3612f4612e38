// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_IDENTITY_H
#define BAUTA_IDENTITY_H

#include <stdint.h>

#include <bauta/error.h>

#ifdef __cplusplus
extern "C" {
#endif

// The face of one person, taken from one photo or several: its shape, texture and light.
// Immutable once made, counted, and usable by several engines and threads at once.
struct bauta_identity;

#define BAUTA_PHOTOS_MAX 16

struct bauta_identity_params {
    // On what ground this person's face is used: "self", "written:REFERENCE",
    // "licensed:REFERENCE" or "synthetic". Required.
    const char *consent;
    int face;          // Which face of the photo, 1 for the leftmost; 0: the largest.
    const char *models;// Folder of the model files; NULL: the usual places.
};

struct bauta_identity_info {
    int faces;         // how many faces the photo shows
    int chosen;        // the one taken, from 1, counted from the left
    int width, height; // of the photo, upright
    float box[4];      // of the face taken, in samples of the upright photo
    float yaw, pitch, roll;
    const char *consent;   // valid as long as the identity
};

// Reads a photo (any picture libav reads, up to 64 megapixels; or a folder of photos of
// one person, see bauta_identity_open_photos), finds the face and prepares it. On success
// *out holds one reference. Takes about a second: call it outside of a frame's path.
// Thread-safe. Errors: BAUTA_E_CONSENT, BAUTA_E_NOT_FOUND, BAUTA_E_FORMAT,
// BAUTA_E_TOO_LARGE, BAUTA_E_TOO_SMALL, BAUTA_E_NO_FACE, BAUTA_E_MODEL, BAUTA_E_RUNTIME,
// BAUTA_E_NO_MEMORY.
BAUTA_API int bauta_identity_open(const char *path,
                                  const struct bauta_identity_params *params,
                                  struct bauta_identity **out);

struct bauta_photo {
    const char *path;  // a picture, or a folder: its pictures in the order of their names
    int face;          // as in the params; 0: what the params say
};

// As bauta_identity_open, from count photos of one person, 1 to BAUTA_PHOTOS_MAX with
// those in folders; of a fuller folder the first ones are taken, with a warning. The
// photo with the best score lends its colours, each place of the face comes from the
// photos that show it best. A photo that shows no face is left out with a warning;
// BAUTA_E_NO_FACE where none is left. Whether all show the same person is not checked.
// Thread-safe.
BAUTA_API int bauta_identity_open_photos(const struct bauta_photo *photos, int count,
                                         const struct bauta_identity_params *params,
                                         struct bauta_identity **out);

// The face of nobody: a shape and a texture computed from seed, any number. The same seed
// gives the same face, other seeds give others. Its ground of consent is "synthetic"; in
// place of a photo it has one named "anonymous:SEED" without a hash. Needs no model and
// takes about half a second: call it outside of a frame's path. On success *out holds one
// reference. Thread-safe. BAUTA_E_USAGE without out, BAUTA_E_NO_MEMORY.
BAUTA_API int bauta_identity_anonymous(uint64_t seed, struct bauta_identity **out);

// Reads "anonymous" or "anonymous:SEED", SEED a whole number from 0 to 2^64 - 1. 1: *seed
// is that number, or one drawn by chance where there is none, below 2^32 (*drawn, which may
// be NULL, says which); 0: the word means something else; BAUTA_E_USAGE, with a log line:
// the seed is no such number; BAUTA_E_FAILED: there is no chance. Thread-safe.
BAUTA_API int bauta_anonymous_parse(const char *word, uint64_t *seed, int *drawn);

// Adds a reference. Thread-safe.
BAUTA_API struct bauta_identity *bauta_identity_ref(struct bauta_identity *identity);

// Drops a reference and sets *identity to NULL. Accepts NULL inside. Thread-safe.
BAUTA_API void bauta_identity_unref(struct bauta_identity **identity);

// Of several photos it tells about the one with the best score. Thread-safe.
BAUTA_API void bauta_identity_info(const struct bauta_identity *identity,
                                   struct bauta_identity_info *info);

// How good a photo is ----------------------------------------------------------------

enum bauta_score_part {
    BAUTA_SCORE_POSE,       // turned or tilted away from the camera
    BAUTA_SCORE_SIZE,       // too few pixels
    BAUTA_SCORE_LIGHT,      // from one side, too dark, too bright
    BAUTA_SCORE_COVER,      // hair, hands, shadows on the face
    BAUTA_SCORE_EXPRESSION, // an open mouth, a smile
    BAUTA_SCORE_SHARPNESS,
    BAUTA_SCORE_COUNT
};

struct bauta_score {
    float total;      // 0..100: the product of the parts
    float part[8];    // 0..100 each, by enum bauta_score_part; the rest is 0
    // What was measured.
    float yaw, pitch; // degrees
    float width;      // of the face seen from the front, pixels of the photo
    float uneven;     // 0..: natural log of the light on one half over the other's
    float clipped;    // 0..1 of the skin that has no detail left, being too bright
    float bright;     // 0..255: the brightest places of the face
    float covered;    // 0..1 of what is seen of the face that is not skin
    float outside;    // 0..1 of the face beyond the picture's edge
    float mouth;      // gap of the lips over the distance of the eyes
    float smile;      // lift of the mouth's corners over its width
    float blur;       // 0 sharp, 1 without detail (Crete et al. 2007)
};

// "pose", "size", …; NULL out of range. Static storage. Thread-safe.
BAUTA_API const char *bauta_score_name(enum bauta_score_part part);

// One sentence on what would help, or NULL where that part costs little. Static storage.
// Thread-safe.
BAUTA_API const char *bauta_score_advice(const struct bauta_score *score,
                                         enum bauta_score_part part);

struct bauta_photo_info {
    char sha256[65];  // of the file, hex; empty where there was none
    char name[64];    // of the file, without its folder; cut, control bytes replaced
    int given;        // which of the photos given, from 0; a folder is one of them
    struct bauta_identity_info info;   // its consent is that of the identity
    struct bauta_score score;
};

// How many photos went in, from 1. Thread-safe.
BAUTA_API int bauta_identity_photos(const struct bauta_identity *identity);

// Describes photo number index, the best one first. BAUTA_E_USAGE out of range.
// Thread-safe.
BAUTA_API int bauta_identity_photo(const struct bauta_identity *identity, int index,
                                   struct bauta_photo_info *info);

// A small picture of the face as the best photo shows it: packed R G B, size x size
// pixels without padding. Valid as long as the identity. Thread-safe.
BAUTA_API const uint8_t *bauta_identity_thumbnail(const struct bauta_identity *identity,
                                                  int *size);

// When it was made, seconds since 1970 in UTC. Thread-safe.
BAUTA_API int64_t bauta_identity_created(const struct bauta_identity *identity);

// Enrolled faces ---------------------------------------------------------------------

// An identity can be kept in the user's data folder, $XDG_DATA_HOME/bauta/faces or
// ~/.local/share/bauta/faces, under a name of 1 to BAUTA_NAME_MAX ASCII letters, digits,
// '-' and '_' that does not begin with '-'. The file holds the face, its ground of
// consent and the hashes of its photos, and is for this user alone. These calls may be
// made from any thread and by several processes at once.
#define BAUTA_NAME_MAX 64

// 0 where name may be given to a face, else BAUTA_E_USAGE. Thread-safe.
BAUTA_API int bauta_name_check(const char *name);

// Writes identity under name; the file appears when it is whole. BAUTA_E_EXISTS where
// there is one and overwrite is 0; BAUTA_E_USAGE, also for the name "anonymous", which
// means nobody's face (bauta_anonymous_parse); BAUTA_E_PERMISSION, BAUTA_E_DISK_FULL,
// BAUTA_E_IO, BAUTA_E_NO_MEMORY.
BAUTA_API int bauta_identity_save(const struct bauta_identity *identity, const char *name,
                                  int overwrite);

// Reads it back, which takes a few milliseconds and no model. On success *out holds one
// reference. BAUTA_E_NOT_FOUND (without a log line, so that a path may be tried next),
// BAUTA_E_USAGE, BAUTA_E_PERMISSION, BAUTA_E_FORMAT (damaged), BAUTA_E_UNSUPPORTED
// (written by a newer version), BAUTA_E_NO_MEMORY.
BAUTA_API int bauta_identity_load(const char *name, struct bauta_identity **out);

// Deletes it, what a killed program left of it, and the folders if they are empty then.
// BAUTA_E_NOT_FOUND with a log line where there is nothing.
BAUTA_API int bauta_identity_remove(const char *name);

// Calls each with every name, sorted; stops and returns what each returns if that is not
// 0. Nothing enrolled is no error.
typedef int bauta_name_fn(void *opaque, const char *name);
BAUTA_API int bauta_identity_list(bauta_name_fn *each, void *opaque);

// 0 where ground is well-formed, else BAUTA_E_CONSENT. Thread-safe.
BAUTA_API int bauta_consent_check(const char *ground);

#ifdef __cplusplus
}
#endif
#endif
