// SPDX-License-Identifier: Apache-2.0
// A store of manifests: its claim, ingredients and redactions, and what would be carried
// of it. The last claim's own signature is not asked for, so that changed ones are read
// on.
#include "fuzz.h"
#include "mark/c2pa/read/manifest.h"
#include "mark/c2pa/store.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bt_chain chain = {.anchors = NULL};
    struct bt_c2pa_parent parent = {.valid = false};
    struct bt_box active;
    struct bt_manifest m;
    bauta_log_set(bt_fuzz_quiet, NULL);
    if (bt_box_read((struct bt_view_bytes){data, size}, &chain.store) &&
        bt_box_find(&chain.store, NULL, "c2ma", &active) &&
        bt_manifest_open(&active, &m)) {
        bt_manifest_walk(&m, &chain, NULL, NULL);
        bt_box_find(&m.assertions, "c2pa.actions.v2", NULL, &m.actions);
        bt_chain_holds(&chain, &m, 0);
    }
    bt_c2pa_parent_take(&parent, data, size);
    bt_c2pa_parent_free(&parent);
    return 0;
}
