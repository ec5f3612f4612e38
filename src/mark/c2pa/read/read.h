// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_READ_READ_H
#define BT_MARK_C2PA_READ_READ_H

#include <stdio.h>

#include "mark/c2pa/read/item.h"

// The manifest store in a file, and how the file's bytes are counted (locate.c).
enum bt_c2pa_kind { BT_C2PA_NO_KIND, BT_C2PA_JPEG, BT_C2PA_PNG, BT_C2PA_BMFF };
enum { BT_C2PA_BOXES = 4096, BT_C2PA_READ_MAX = 64 << 20 };
struct bt_c2pa_box {
    char type[5];
    uint64_t at, size;
    uint8_t head[40];          // its first bytes, for exclusions that look at them
    int head_size;
};
struct bt_c2pa_file {
    FILE *file;
    enum bt_c2pa_kind kind;
    uint64_t size;
    uint8_t *store;            // NULL: there is none
    size_t store_size;
    uint64_t at, length;       // of what holds it in the file
    struct bt_c2pa_box *box;   // of a film, top level
    int box_count;
    bool unknown;              // there is a second box of C2PA's, of a kind not read here
    bool malformed;            // the file's own structure is broken, or it has two stores
};
// path "-" is not taken. BAUTA_E_NOT_FOUND and the like with a log line; a file of another
// kind is good and holds no store.
int bt_c2pa_file_open(struct bt_c2pa_file *f, const char *path);
// Takes the store that lies beside the file, in NAME.c2pa, where it holds none and there is
// one.
int bt_c2pa_file_beside(struct bt_c2pa_file *f, const char *path);
void bt_c2pa_file_close(struct bt_c2pa_file *f);

enum bt_c2pa_state {
    BT_C2PA_NONE,              // there is no manifest
    BT_C2PA_UNKNOWN,           // one of a form that is not known here
    BT_C2PA_INVALID,           // what it says does not hold for this file
    BT_C2PA_VALID,             // it holds; who signed is not trusted
    BT_C2PA_TRUSTED,           // and the certificate leads to an anchor
};
struct bt_c2pa_report {
    enum bt_c2pa_state state;
    char why[160];             // of INVALID and UNKNOWN
    int manifests;
    char title[128], generator[64], signer[128], source_type[64];
    char actions[256];         // in their order, ", " between them
    char grounds[512];         // of org.bauta.consent: "all: self, left: written:7"
    char label[32];
    unsigned session;          // 0: not said
    char ingredient[128];
};
// anchors: PEM certificates, or NULL. Reads the file once.
int bt_c2pa_check(struct bt_c2pa_file *f, const char *anchors,
                  struct bt_c2pa_report *report);

// The signature of a claim (cose.c). why gets what is wrong; trusted is set where the chain
// leads to an anchor.
bool bt_c2pa_cose(struct bt_view_bytes signature, struct bt_view_bytes claim,
                  const char *anchors, bool *trusted, char *signer, size_t signer_size,
                  const char **why);

// Whether the hash assertion of that label holds for the file (binding.c). 1 it does, 0 it
// does not, BAUTA_E_UNSUPPORTED where its form is not known, or another error.
int bt_c2pa_binding(struct bt_c2pa_file *f, const char *label, const struct bt_item *map);

#endif
