// SPDX-License-Identifier: Apache-2.0
#ifndef BT_MARK_C2PA_JUMBF_H
#define BT_MARK_C2PA_JUMBF_H

#include "mark/c2pa/cbor.h"

// Boxes of ISO/IEC 19566-5 as C2PA nests them. An open call gives the mark that close
// needs to fill in the length; boxes close in the reverse order.
// type: four characters ("cbor", "json", ...).
size_t bt_jumbf_open(struct bt_c2pa_buf *b, const char *type);
// A superbox "jumb" with its description box: kind is one of "c2pa" (store), "c2ma"
// (manifest), "c2as" (assertions), "c2cl" (claim), "c2cs" (signature), "cbor", "json".
size_t bt_jumbf_open_super(struct bt_c2pa_buf *b, const char *kind, const char *label);
void bt_jumbf_close(struct bt_c2pa_buf *b, size_t mark);

#endif
