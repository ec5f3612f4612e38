// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <openssl/sha.h>

#include <bauta/error.h>

#include "base/log.h"
#include "mark/c2pa/jumbf.h"
#include "mark/c2pa/read/manifest.h"
#include "mark/c2pa/read/read.h"
#include "mark/c2pa/store.h"

enum { CARRIED_MAX = 4 << 20, MANIFESTS_MAX = 64, REDACTED_MAX = 200 };

static bool contains(struct bt_view_bytes where, const char *what)
{
    return memmem(where.data, where.size, what, strlen(what)) != NULL;
}

// A picture might show the face that is replaced, and a position says where it was. What
// binds and explains the file stays.
static bool must_go(const struct bt_box *assertion)
{
    const char *label = assertion->label;
    if (!strncmp(label, "c2pa.actions", 12) || !strncmp(label, "c2pa.hash.", 10) ||
        !strncmp(label, "c2pa.ingredient", 15))
        return false;
    return strstr(label, "thumbnail") || bt_box_content(assertion, "bidb").data ||
           bt_box_content(assertion, "jp2c").data ||
           contains(assertion->content, "GPSL") ||
           contains(assertion->content, "data:image/");
}

// Copies the assertions that may travel, and notes those that go.
static bool copy_assertions(struct bt_c2pa_parent *p, const char *manifest,
                            const struct bt_box *store)
{
    struct bt_box box;
    struct bt_view_bytes rest = store->content;
    const size_t mark = bt_jumbf_open(&p->manifests, "jumb");
    while (rest.size && bt_box_read(rest, &box)) {
        rest = bt_box_next(rest, &box);
        if (strcmp(box.type, "jumb") != 0 || !must_go(&box)) {
            bt_c2pa_put(&p->manifests, box.all.data, box.all.size);
            continue;
        }
        char uri[320];
        snprintf(uri, sizeof(uri), "self#jumbf=/c2pa/%s/c2pa.assertions/%s", manifest,
                 box.label);
        if (!box.label[0] || ++p->redactions > REDACTED_MAX)
            return false;
        bt_cbor_text(&p->redacted, uri);
    }
    bt_jumbf_close(&p->manifests, mark);
    return !rest.size;
}

// One manifest, less what must go. The parts that are not known might hold a picture.
static bool copy_manifest(struct bt_c2pa_parent *p, const struct bt_box *manifest)
{
    static const char *const known[] = {"c2cl", "c2cs", "c2vc"};
    struct bt_box box;
    struct bt_view_bytes rest = manifest->content;
    const size_t mark = bt_jumbf_open(&p->manifests, "jumb");
    while (rest.size && bt_box_read(rest, &box)) {
        rest = bt_box_next(rest, &box);
        bool good = !strcmp(box.type, "jumd");
        for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
            good |= !strcmp(box.type, "jumb") && !strcmp(box.kind, known[i]);
        if (good)
            bt_c2pa_put(&p->manifests, box.all.data, box.all.size);
        else if (strcmp(box.kind, "c2as") != 0 ||
                 !copy_assertions(p, manifest->label, &box))
            return false;
    }
    bt_jumbf_close(&p->manifests, mark);
    return !rest.size;
}

static void put_delta(struct bt_c2pa_parent *p, const char *manifest,
                      const char *assertion, const char *ingredient)
{
    char uri[320], signature[192];
    struct bt_c2pa_buf *b = &p->deltas;
    snprintf(uri, sizeof(uri), "self#jumbf=/c2pa/%s/c2pa.assertions/%s", manifest,
             assertion);
    snprintf(signature, sizeof(signature), "self#jumbf=/c2pa/%s/c2pa.signature",
             ingredient);
    p->delta_count++;
    bt_cbor_map(b, 2);
    bt_cbor_text(b, "validationDeltas");
    bt_cbor_map(b, 3);
    bt_cbor_text(b, "failure");
    bt_cbor_array(b, 1);
    bt_cbor_map(b, 2);
    bt_cbor_text(b, "url");
    bt_cbor_text(b, signature);
    bt_cbor_text(b, "code");
    bt_cbor_text(b, "signingCredential.untrusted");
    bt_cbor_text(b, "success");
    bt_cbor_array(b, 0);
    bt_cbor_text(b, "informational");
    bt_cbor_array(b, 0);
    bt_cbor_text(b, "ingredientAssertionURI");
    bt_cbor_text(b, uri);
}

// The ingredients of a manifest that have manifests of their own.
static void note_ingredients(struct bt_c2pa_parent *p, const struct bt_manifest *m)
{
    struct bt_box box;
    struct bt_view_bytes rest = m->assertions.content;
    while (rest.size && bt_box_read(rest, &box) && p->delta_count < MANIFESTS_MAX) {
        char label[128];
        rest = bt_box_next(rest, &box);
        if (strncmp(box.label, "c2pa.ingredient", 15) != 0)
            continue;
        const struct bt_item map = bt_item_read(bt_box_content(&box, "cbor"));
        if (bt_ingredient_label(&map, label, sizeof(label)))
            put_delta(p, m->box.label, box.label, label);
    }
}

// What will be carried must hold as it is then, with what the new claim says is gone.
static bool holds(const struct bt_c2pa_parent *p)
{
    struct bt_chain chain = {.anchors = NULL};
    struct bt_c2pa_buf list = {0};
    struct bt_manifest m;
    struct bt_box active;
    chain.store.content = (struct bt_view_bytes){p->manifests.data, p->manifests.size};
    bt_cbor_array(&list, (uint64_t)p->redactions);
    bt_c2pa_put(&list, p->redacted.data, p->redacted.size);
    const bool good = !list.error && bt_box_find(&chain.store, p->label, NULL, &active) &&
                      bt_manifest_open(&active, &m);
    if (good && p->redactions)
        chain.redacted[chain.lists++] = bt_item_read((struct bt_view_bytes){list.data,
                                                                          list.size});
    const bool result = good && bt_chain_signed(&chain, &m);
    bt_c2pa_buf_free(&list);
    return result;
}

bool bt_c2pa_parent_take(struct bt_c2pa_parent *p, const uint8_t *data, size_t size)
{
    struct bt_box store, box;
    struct bt_manifest m;
    const struct bt_view_bytes bytes = {data, size};
    int count = 0;
    if (!bt_box_read(bytes, &store) || store.all.size > CARRIED_MAX)
        return false;
    struct bt_view_bytes rest = store.content;
    while (rest.size && bt_box_read(rest, &box)) {
        rest = bt_box_next(rest, &box);
        if (strcmp(box.type, "jumb") != 0)
            continue;
        if (++count > MANIFESTS_MAX || !copy_manifest(p, &box) ||
            !bt_manifest_open(&box, &m))
            return false;
        // Those of the manifest as it was opened: the last one is the file's own.
        snprintf(p->label, sizeof(p->label), "%s", box.label);
        SHA256(box.content.data, box.content.size, p->hash);
        SHA256(m.signature.content.data, m.signature.content.size, p->signature_hash);
        note_ingredients(p, &m);
    }
    return !rest.size && count > 0 && !p->manifests.error && !p->redacted.error &&
           !p->deltas.error && holds(p);
}

int bt_c2pa_parent_read(struct bt_c2pa_parent *parent, const char *path)
{
    struct bt_c2pa_file file;
    struct bt_c2pa_report report;
    *parent = (struct bt_c2pa_parent){.valid = false};
    int result = bt_c2pa_file_open(&file, path);
    if (result >= 0)
        result = bt_c2pa_file_beside(&file, path);
    if (result >= 0)
        result = bt_c2pa_check(&file, NULL, &report);
    if (result < 0) {
        bt_c2pa_file_close(&file);
        return result;
    }
    const bool valid = report.state == BT_C2PA_VALID || report.state == BT_C2PA_TRUSTED;
    result = valid && bt_c2pa_parent_take(parent, file.store, file.store_size);
    parent->valid = valid;
    if (parent->manifests.error == BAUTA_E_NO_MEMORY ||
        parent->redacted.error == BAUTA_E_NO_MEMORY ||
        parent->deltas.error == BAUTA_E_NO_MEMORY) {
        bt_error("%s: out of memory for its manifest", path);
        bt_c2pa_parent_free(parent);
        bt_c2pa_file_close(&file);
        return BAUTA_E_NO_MEMORY;
    }
    if (result && parent->redactions)
        bt_info("%s: its own manifest is carried over, without %d of its assertions, "
                "which hold pictures or a position", path, parent->redactions);
    if (!result) {
        if (report.state != BT_C2PA_NONE)
            bt_warn("%s: its own manifest is not carried over: %s", path,
                    valid ? "it is of a form that is not known, or has a picture that "
                            "cannot be taken out"
                          : report.why);
        bt_c2pa_parent_free(parent);
    }
    bt_c2pa_file_close(&file);
    return result;
}

void bt_c2pa_parent_free(struct bt_c2pa_parent *parent)
{
    bt_c2pa_buf_free(&parent->manifests);
    bt_c2pa_buf_free(&parent->redacted);
    bt_c2pa_buf_free(&parent->deltas);
    parent->redactions = parent->delta_count = 0;
}
