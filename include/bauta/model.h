// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_MODEL_H
#define BAUTA_MODEL_H

#include <bauta/error.h>

#ifdef __cplusplus
extern "C" {
#endif

// Models that users bring for engine neural: generators, and the nets that feed them.
// Each has a manifest (docs/models.md), one of those that come with bauta or of the
// user's own folder, $XDG_DATA_HOME/bauta/models.

enum bauta_brought_state {
    BAUTA_BROUGHT_GOOD,
    BAUTA_BROUGHT_MISSING,  // its file is not there
    BAUTA_BROUGHT_UNPINNED, // its file is there, but the manifest has no hash: it does not run
    BAUTA_BROUGHT_DAMAGED,  // or another file: its hash is not the manifest's
};

struct bauta_brought_info {
    char name[64];
    char role[16];        // "generator", "embedder" or "converter"
    char licence[128], origin[160]; // "" where unknown
    char sha256[65];      // "" where none is pinned
    char file[1024];      // the model, where it is or should be
    char manifest[1024];  // "": it came with bauta
    int size;             // side of its square picture in pixels; 0: of none, or as the file says
    enum bauta_brought_state state;
};

// Describes model number index, from 0: the user's own by name, then those that came with
// bauta and are not replaced by one of the user's. Hashes the file where it is there.
// models: a folder, or NULL for the usual places. BAUTA_E_END past the last; BAUTA_E_FORMAT
// with a log line for a manifest that cannot be read: go on with the next index.
// Thread-safe.
BAUTA_API int bauta_brought_at(int index, const char *models,
                               struct bauta_brought_info *info);

enum bauta_added_by {
    BAUTA_ADDED_BY_HASH,  // a manifest has the file's hash
    BAUTA_ADDED_BY_NAME,  // a manifest has its name, and its shapes fit
    BAUTA_ADDED_BY_GUESS, // its shapes look like a known kind's
};

struct bauta_added {
    enum bauta_added_by by;
    char guess[512];      // what was taken for granted, in words; "" where nothing was
    struct bauta_brought_info info;
};

// Makes a model's file known: finds out what it takes and gives and writes a manifest that
// pins its hash into the user's folder, over one of the same name. The file is read, at
// most 2,000 MB, run by no net, and stays where it is. name: 1 to 63 letters, digits, ".",
// "_", "-"; NULL: that of the manifest found, else of the file. added is filled on success
// and may be NULL. Errors: those of reading a file, BAUTA_E_MODEL (no net, or of no known
// kind; the log says more), BAUTA_E_RUNTIME, BAUTA_E_USAGE (the name or the path cannot be
// written). Thread-safe.
BAUTA_API int bauta_model_add(const char *file, const char *name,
                              struct bauta_added *added);

#ifdef __cplusplus
}
#endif
#endif
