// SPDX-License-Identifier: Apache-2.0
#ifndef BT_ENGINE_MODELS_MODELS_H
#define BT_ENGINE_MODELS_MODELS_H

#include <bauta/model.h>

#include "nn/manifest.h"

// What a found model is, but for the state of its file.
void bt_brought_fill(struct bauta_brought_info *info, const struct bt_found_model *model);

// Takes from the shapes of a net what kind of model it is: fills all of manifest but name,
// file and hash, and says in words what was taken for granted. BAUTA_E_MODEL with a log
// line: it is no net, or of no known kind.
int bt_model_guess(const uint8_t *data, size_t size, const char *path,
                   struct bt_manifest *manifest, char *words, size_t room);

#endif
