// SPDX-License-Identifier: Apache-2.0
#ifndef BT_NN_PLACE_H
#define BT_NN_PLACE_H

#include <stdbool.h>
#include <stddef.h>

// Writes the folder of the library or program that holds this code. False when unknown.
bool bt_place_self(char *folder, size_t size);

// True for a regular file that can be read. With owned, also its owner must be this user
// or root and nobody else may write to it: asked of files in a build's own folders, whose
// place depends on where the build happens to stand.
bool bt_place_usable(const char *path, bool owned);

#endif
