// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_LOOK_H
#define BT_VERIFY_LOOK_H

#include <bauta/verify.h>

#include "io/io.h"

// Looks for the watermark and the label in a source and writes what is seen to out. A
// film that can be searched and is long enough is looked at in windows spread over it,
// then between neighbours that differ until the border is found; thorough looks at every
// window of it. most: seconds from the start that are looked at, 0: no limit. bytes: of the
// file, 0: unknown; where it has many a second, windows are half as long.
// BAUTA_E_NO_MEMORY, BAUTA_E_IO and what reading gives, logged.
int bt_look(struct bt_source *source, double most, bool thorough, int64_t bytes,
            struct bauta_inspection *out);

#endif
