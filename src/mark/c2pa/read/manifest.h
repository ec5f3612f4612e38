// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_READ_MANIFEST_H
#define BT_MARK_C2PA_READ_MANIFEST_H

#include "mark/c2pa/read/item.h"

// One manifest of a store, and the checks that need no file. Views into the store.
enum { BT_C2PA_ASSERTIONS = 256, BT_C2PA_CLAIMS = 64 };
struct bt_manifest {
    struct bt_box box, assertions, claim_box, signature;
    struct bt_item claim;
    struct bt_box actions;                        // the first that the claim names
    const uint8_t *seen[BT_C2PA_ASSERTIONS];      // the assertions that it names
    int seen_count;
};

// The manifests of a store and what its verified claims say of each other.
struct bt_chain {
    struct bt_box store;
    const char *anchors;                          // PEM, or NULL
    struct bt_item redacted[BT_C2PA_CLAIMS];      // lists of what was taken out
    int lists;
    struct bt_item deltas[BT_C2PA_CLAIMS];        // what was found of ingredients of
    int delta_lists;                              // ingredients
    int visited;
    uint64_t hashed;                              // bytes; limited
    bool untrusted;    // an ingredient's signer leads to no anchor, and nobody says so
    const char *why;   // what is wrong
};

// The label of the manifest that an ingredient assertion's map names; false: it has none.
bool bt_ingredient_label(const struct bt_item *ingredient, char *label, size_t size);

// False where a part is missing or malformed.
bool bt_manifest_open(const struct bt_box *box, struct bt_manifest *m);
bool bt_manifest_is_v2(const struct bt_manifest *m);
// The assertion that {"url", "hash"} means, by its label.
bool bt_manifest_resolve(const struct bt_manifest *m, const struct bt_item *reference,
                         struct bt_box *out);
// Whether the hash of {"url", "hash"} is that of the bytes.
bool bt_chain_hash_fits(struct bt_chain *c, const struct bt_item *reference,
                        struct bt_view_bytes bytes);

// Every assertion that the claim names is there (unless redacted) with the hash that it
// gives, and no other is. visit (NULL: none) gets each; below 0 it ends the walk. 0, what
// visit gave, or BT_CHAIN_BROKEN with chain->why.
enum { BT_CHAIN_BROKEN = -1000 };
typedef int bt_assertion_visit(void *opaque, const struct bt_box *assertion);
int bt_manifest_walk(struct bt_manifest *m, struct bt_chain *c, bt_assertion_visit *visit,
                     void *opaque);

// For a manifest that was walked: its actions are of the order that claim v2 asks for,
// and the manifests of its ingredients, and of theirs, hold: their hashes, signatures,
// certificates and assertions, less what was redacted. An ingredient of which the claim
// says that it did not hold may be broken. False with chain->why.
bool bt_chain_holds(struct bt_chain *c, struct bt_manifest *m, int depth);
// The same for a manifest that is to become an ingredient: its signature, too.
bool bt_chain_signed(struct bt_chain *c, struct bt_manifest *m);

#endif
