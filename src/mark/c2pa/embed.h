// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_EMBED_H
#define BT_MARK_C2PA_EMBED_H

#include <stdio.h>

#include "mark/c2pa/store.h"

// Puts a signed manifest into the JPEG, PNG, MP4 or MOV file at path, which is rewritten
// beside and takes its place when it is whole; of a film the index goes to the front. The
// file is read once. 1: done; 0: it is of another kind, and was left as it is. Errors are
// logged under info->title; the file is as it was then.
int bt_c2pa_embed(const char *path, const struct bt_c2pa_info *info,
                  const struct bt_c2pa_signer *signer);

// Writes a manifest for the file at path, of any kind, to sidecar, which must not exist.
int bt_c2pa_sidecar(const char *path, const char *sidecar, const struct bt_c2pa_info *info,
                    const struct bt_c2pa_signer *signer);

// The kinds of files, each in a file of its own. in was opened at its beginning; out is
// empty.
int bt_c2pa_jpeg(FILE *in, FILE *out, const struct bt_c2pa_info *info,
                 const struct bt_c2pa_signer *signer);
int bt_c2pa_png(FILE *in, FILE *out, const struct bt_c2pa_info *info,
                const struct bt_c2pa_signer *signer);
int bt_c2pa_bmff(FILE *in, FILE *out, const struct bt_c2pa_info *info,
                 const struct bt_c2pa_signer *signer);

// Reads a picture whole. *data is bt_alloc'ed.
int bt_c2pa_read_all(FILE *in, const char *name, uint8_t **data, size_t *size);
int bt_c2pa_damaged(const char *name);

#endif
