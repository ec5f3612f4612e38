// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_IDENTITY_H
#define BAUTA_IDENTITY_H

#include <bauta/error.h>

#ifdef __cplusplus
extern "C" {
#endif

// The face of one person, taken from a photo: its shape, texture and light. Immutable once
// made, counted, and usable by several engines and threads at once.
struct bauta_identity;

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

// Reads a photo (any picture libav reads, up to 64 megapixels), finds the face and
// prepares it. On success *out holds one reference. Errors: BAUTA_E_CONSENT,
// BAUTA_E_NOT_FOUND, BAUTA_E_FORMAT, BAUTA_E_TOO_LARGE, BAUTA_E_TOO_SMALL,
// BAUTA_E_NO_FACE, BAUTA_E_MODEL, BAUTA_E_RUNTIME, BAUTA_E_NO_MEMORY. Takes a fraction of
// a second; call it outside of a frame's path.
BAUTA_API int bauta_identity_open(const char *path,
                                  const struct bauta_identity_params *params,
                                  struct bauta_identity **out);

// Adds a reference. Thread-safe.
BAUTA_API struct bauta_identity *bauta_identity_ref(struct bauta_identity *identity);

// Drops a reference and sets *identity to NULL. Accepts NULL inside. Thread-safe.
BAUTA_API void bauta_identity_unref(struct bauta_identity **identity);

BAUTA_API void bauta_identity_info(const struct bauta_identity *identity,
                                   struct bauta_identity_info *info);

// 0 where ground is well-formed, else BAUTA_E_CONSENT. Thread-safe.
BAUTA_API int bauta_consent_check(const char *ground);

#ifdef __cplusplus
}
#endif
#endif
