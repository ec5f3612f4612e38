// SPDX-License-Identifier: Apache-2.0
// A parent's manifest inside of a child's: carried, checked, and found out where any byte
// of it is another. Keys made by several threads at once are one.
#include "../check.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "mark/c2pa/read/manifest.h"
#include "mark/c2pa/store.h"

enum { THREADS = 6 };
static char path[256];

static struct bt_c2pa_info info_of(const struct bt_c2pa_parent *parent)
{
    struct bt_c2pa_info info = {.title = "made.png", .source_type = "composite",
                                .edit = "none", .label = "persistent", .parent = parent};
    info.input_title = parent ? "input.png" : NULL;
    CHECK_INT(bt_c2pa_name(&info), 0);
    return info;
}

static void make(struct bt_c2pa_buf *out, const struct bt_c2pa_signer *signer,
                 const struct bt_c2pa_parent *parent)
{
    const struct bt_c2pa_info info = info_of(parent);
    const struct bt_c2pa_hash hash = {.bmff = false};
    CHECK_INT(bt_c2pa_store(out, &info, signer, &hash), 0);
}

// Whether the last manifest holds, with those that it carries.
static bool holds(const struct bt_c2pa_buf *store)
{
    struct bt_chain chain = {.anchors = NULL};
    struct bt_box active;
    struct bt_manifest m;
    return bt_box_read((struct bt_view_bytes){store->data, store->size}, &chain.store) &&
           bt_box_find(&chain.store, NULL, "c2ma", &active) &&
           bt_manifest_open(&active, &m) && bt_chain_signed(&chain, &m);
}

static void changed(struct bt_c2pa_buf *store, size_t from, size_t to)
{
    int taken = 0;
    for (size_t at = from; at < to; at++) {
        store->data[at] ^= (uint8_t)(1 << at % 8);
        taken += holds(store);
        store->data[at] ^= (uint8_t)(1 << at % 8);
    }
    CHECK_INT(taken, 0);
    CHECK(holds(store));
}

static void generations(const struct bt_c2pa_signer *signer)
{
    struct bt_c2pa_buf first = {0}, second = {0}, third = {0};
    struct bt_c2pa_parent parent = {.valid = false}, both = {.valid = false};
    struct bt_box store, box;
    make(&first, signer, NULL);
    CHECK(holds(&first));
    CHECK(bt_c2pa_parent_take(&parent, first.data, first.size));
    CHECK_INT(parent.redactions, 0);
    CHECK_INT(parent.delta_count, 0);
    make(&second, signer, &parent);
    CHECK(bt_box_read((struct bt_view_bytes){second.data, second.size}, &store));
    // The store's description comes first, then the parent.
    CHECK(bt_box_find(&store, parent.label, "c2ma", &box));
    const size_t from = (size_t)(box.content.data - second.data);
    changed(&second, from, from + box.content.size);
    CHECK(bt_c2pa_parent_take(&both, second.data, second.size));
    CHECK_INT(both.delta_count, 1);
    make(&third, signer, &both);
    CHECK(holds(&third));
    // Without the parent that it names, a child does not hold.
    second.data[from] ^= 1;
    CHECK(!holds(&second));
    bt_c2pa_parent_free(&parent);
    bt_c2pa_parent_free(&both);
    // Without memory nothing is taken, and nothing is lost (a sanitizer sees that).
    int failed = 0;
    for (bool taken = false; !taken && failed < 200; failed += !taken) {
        bt_alloc_fail_after(failed + 1);
        taken = bt_c2pa_parent_take(&parent, third.data, third.size);
        bt_alloc_fail_after(0);
        bt_c2pa_parent_free(&parent);
    }
    CHECK(failed > 3 && failed < 200);
    CHECK(bt_c2pa_parent_take(&parent, third.data, third.size));
    bt_c2pa_parent_free(&parent);
    bt_c2pa_buf_free(&first);
    bt_c2pa_buf_free(&second);
    bt_c2pa_buf_free(&third);
}

static void *load(void *opaque)
{
    struct bt_c2pa_signer *signer = opaque;
    return bt_c2pa_signer_load(signer, path) < 0 ? "failed" : NULL;
}

static void many(void)
{
    struct bt_c2pa_signer signer[THREADS];
    pthread_t thread[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&thread[i], NULL, load, &signer[i]), 0);
    for (int i = 0; i < THREADS; i++) {
        void *failed = NULL;
        pthread_join(thread[i], &failed);
        CHECK(!failed);
    }
    for (int i = 0; i < THREADS; i++) {
        const struct bt_c2pa_buf *a = &signer[0].certificate[0],
                                 *b = &signer[i].certificate[0];
        CHECK(a->size == b->size && !memcmp(a->data, b->data, a->size));
    }
    generations(&signer[0]);
    for (int i = 0; i < THREADS; i++)
        bt_c2pa_signer_free(&signer[i]);
}

int main(void)
{
    char folder[] = "/tmp/bauta-chain-XXXXXX", lock[300];
    CHECK(mkdtemp(folder) != NULL);
    snprintf(path, sizeof(path), "%s/signer.pem", folder);
    snprintf(lock, sizeof(lock), "%s.lock", path);
    many();
    unlink(path);
    unlink(lock);
    CHECK_INT(rmdir(folder), 0);
    return check_end();
}
