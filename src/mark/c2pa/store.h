// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_STORE_H
#define BT_MARK_C2PA_STORE_H

#include <stdbool.h>

#include "mark/c2pa/keys.h"

enum { BT_C2PA_CONSENTS = 24 };

// The manifests of an input, which are carried along (parent.c).
struct bt_c2pa_parent {
    struct bt_c2pa_buf manifests;   // boxes, the active one last
    char label[128];                // of the active one
    uint8_t hash[32], signature_hash[32];
    bool valid;                     // it held for the input
    struct bt_c2pa_buf redacted;    // CBOR texts: URIs of assertions taken out
    int redactions;                 // how many
    struct bt_c2pa_buf deltas;      // CBOR maps: of each ingredient of theirs, that its
    int delta_count;                // signer was asked of no one
};
// Reads those of the file at path, less what may show the input or where it was taken
// (thumbnails, embedded files, positions), which the new claim says. 1: they are there;
// 0: there are none that may travel: they do not hold, or are of a form that is not
// known. Errors are logged.
int bt_c2pa_parent_read(struct bt_c2pa_parent *parent, const char *path);
// The same from a store's bytes, into a zeroed parent, which is to be freed either way;
// that the store is the file's own was seen to.
bool bt_c2pa_parent_take(struct bt_c2pa_parent *parent, const uint8_t *data, size_t size);
void bt_c2pa_parent_free(struct bt_c2pa_parent *parent);

// What a manifest says of a file. Strings are the caller's.
struct bt_c2pa_info {
    char id[37];               // of the manifest and the instance, by bt_c2pa_name
    const char *title;         // the file's name, without folders
    const char *format;        // its media type
    const char *input_title;   // of the file it was made of; NULL: it was made live
    const char *input_format;
    const struct bt_c2pa_parent *parent;  // the input's own manifests, or NULL
    const char *source_type;   // IPTC's word: compositeSynthetic and the like
    const char *edit;          // what was done, one phrase
    const char *label;         // "persistent", or "opening"
    const char *label_ground;  // why the label is at the opening only, or NULL
    unsigned session;          // in the watermark
    struct {
        const char *target, *ground;
    } consent[BT_C2PA_CONSENTS];
    int consents;
};
// Gives it a random id (UUID version 4).
int bt_c2pa_name(struct bt_c2pa_info *info);

// How the file's bytes are bound.
struct bt_c2pa_hash {
    bool bmff;                 // c2pa.hash.bmff.v3, else c2pa.hash.data
    uint8_t digest[32];
    uint64_t start, length;    // of the one exclusion of hash.data; length 0: none
};

// Appends a signed manifest store of one manifest: claim v2. Its size does not depend on
// digest. Errors are logged; out->error is set, too.
int bt_c2pa_store(struct bt_c2pa_buf *out, const struct bt_c2pa_info *info,
                  const struct bt_c2pa_signer *signer, const struct bt_c2pa_hash *hash);

#endif
