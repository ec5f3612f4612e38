// SPDX-License-Identifier: Apache-2.0
#include "mark/c2pa/read/manifest.h"

#include <stdio.h>
#include <string.h>

#include <openssl/sha.h>

enum { HASHED_MAX = 512 << 20 };
static const char in_store[] = "c2pa.assertions/";

// The claim names its signature, and with it its manifest.
static bool names_itself(const struct bt_manifest *m)
{
    char url[256];
    const struct bt_item signature = bt_item_get(&m->claim, "signature");
    snprintf(url, sizeof(url), "self#jumbf=/c2pa/%s/c2pa.signature", m->box.label);
    return bt_item_is_text(&signature, url) ||
           bt_item_is_text(&signature, "self#jumbf=c2pa.signature");
}

bool bt_manifest_open(const struct bt_box *box, struct bt_manifest *m)
{
    *m = (struct bt_manifest){.box = *box};
    if (!bt_box_find(box, NULL, "c2as", &m->assertions) ||
        !bt_box_find(box, NULL, "c2cl", &m->claim_box) ||
        !bt_box_find(box, NULL, "c2cs", &m->signature))
        return false;
    const struct bt_view_bytes claim = bt_box_content(&m->claim_box, "cbor");
    m->claim = bt_item_read(claim);
    return m->claim.kind == BT_ITEM_MAP && m->claim.all.size == claim.size &&
           (bt_manifest_is_v2(m) || !strcmp(m->claim_box.label, "c2pa.claim")) &&
           !strcmp(m->signature.label, "c2pa.signature") &&
           !strcmp(m->assertions.label, "c2pa.assertions") && names_itself(m);
}

bool bt_manifest_is_v2(const struct bt_manifest *m)
{
    return !strcmp(m->claim_box.label, "c2pa.claim.v2");
}

bool bt_manifest_resolve(const struct bt_manifest *m, const struct bt_item *reference,
                         struct bt_box *out)
{
    char url[512];
    const struct bt_item item = bt_item_get(reference, "url");
    bt_item_text(&item, url, sizeof(url));
    const char *at = strstr(url, in_store);
    return at && bt_box_find(&m->assertions, at + sizeof(in_store) - 1, NULL, out);
}

bool bt_chain_hash_fits(struct bt_chain *c, const struct bt_item *reference,
                        struct bt_view_bytes bytes)
{
    uint8_t digest[64];
    const struct bt_item hash = bt_item_get(reference, "hash");
    c->hashed += bytes.size;
    if (hash.kind != BT_ITEM_BYTES || c->hashed > HASHED_MAX)
        return false;
    if (hash.body.size == 32)
        SHA256(bytes.data, bytes.size, digest);
    else if (hash.body.size == 48)
        SHA384(bytes.data, bytes.size, digest);
    else if (hash.body.size == 64)
        SHA512(bytes.data, bytes.size, digest);
    else
        return false;
    return !memcmp(hash.body.data, digest, hash.body.size);
}

// Whether a later claim took that assertion of this manifest out. The claim itself
// cannot.
static bool is_redacted(const struct bt_chain *c, const struct bt_manifest *m,
                        const struct bt_item *reference)
{
    char url[512], text[512];
    const struct bt_item item = bt_item_get(reference, "url");
    bt_item_text(&item, url, sizeof(url));
    const char *label = strstr(url, in_store);
    const size_t own = strlen(m->box.label);
    for (int i = 0; label && own && i < c->lists; i++) {
        const struct bt_item *list = &c->redacted[i];
        for (uint64_t k = 0; k < list->value && k < BT_C2PA_ASSERTIONS; k++) {
            const struct bt_item one = bt_item_at(list, k);
            bt_item_text(&one, text, sizeof(text));
            const char *of = strstr(text, m->box.label);
            if (of && of[own] == '/' && !strcmp(of + own + 1, label))
                return true;
        }
    }
    return false;
}

static bool is_zero(struct bt_view_bytes bytes)
{
    for (size_t i = 0; i < bytes.size; i++) {
        if (bytes.data[i])
            return false;
    }
    return true;
}

// One that was redacted may be left as a box of zeros.
static bool is_emptied(const struct bt_box *assertion)
{
    struct bt_box box;
    struct bt_view_bytes rest = assertion->content;
    while (rest.size && bt_box_read(rest, &box)) {
        if (strcmp(box.type, "jumd") != 0 && !is_zero(box.content))
            return false;
        rest = bt_box_next(rest, &box);
    }
    return !rest.size;
}

static bool note(struct bt_manifest *m, const struct bt_box *box)
{
    for (int i = 0; i < m->seen_count; i++) {
        if (m->seen[i] == box->all.data)
            return true;
    }
    if (m->seen_count == BT_C2PA_ASSERTIONS)
        return false;
    m->seen[m->seen_count++] = box->all.data;
    if (!m->actions.all.data && !strncmp(box->label, "c2pa.actions", 12))
        m->actions = *box;
    return true;
}

static bool all_named(const struct bt_manifest *m)
{
    struct bt_view_bytes rest = m->assertions.content;
    struct bt_box box;
    int count = 0;
    while (rest.size && bt_box_read(rest, &box)) {
        count += !strcmp(box.type, "jumb");
        rest = bt_box_next(rest, &box);
    }
    return !rest.size && count == m->seen_count;
}

static int walk_list(struct bt_manifest *m, struct bt_chain *c,
                     const struct bt_item *list, bt_assertion_visit *visit, void *opaque)
{
    struct bt_view_bytes rest = list->body;
    for (uint64_t i = 0; i < list->value; i++) {
        struct bt_box box;
        const struct bt_item reference = bt_item_read(rest);
        if (reference.kind == BT_ITEM_BAD)
            return BT_CHAIN_BROKEN;
        rest = (struct bt_view_bytes){rest.data + reference.all.size,
                                      rest.size - reference.all.size};
        const bool redacted = is_redacted(c, m, &reference);
        const bool found = bt_manifest_resolve(m, &reference, &box);
        if (redacted && !found)
            continue;
        if (!found || !note(m, &box))
            return BT_CHAIN_BROKEN;
        if (redacted) {
            c->why = "it holds an assertion that is said to be taken out";
            if (!is_emptied(&box))
                return BT_CHAIN_BROKEN;
            continue;
        }
        c->why = "an assertion is missing, or is not what the claim says";
        if (!bt_chain_hash_fits(c, &reference, box.content))
            return BT_CHAIN_BROKEN;
        const int result = visit ? visit(opaque, &box) : 0;
        if (result < 0)
            return result;
    }
    return 0;
}

int bt_manifest_walk(struct bt_manifest *m, struct bt_chain *c, bt_assertion_visit *visit,
                     void *opaque)
{
    static const char *const lists[] = {"created_assertions", "gathered_assertions",
                                        "assertions"};
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        const struct bt_item list = bt_item_get(&m->claim, lists[i]);
        c->why = "an assertion is missing, or is not what the claim says";
        const int result =
            list.kind == BT_ITEM_ARRAY ? walk_list(m, c, &list, visit, opaque) : 0;
        if (result < 0)
            return result;
    }
    if (all_named(m))
        return 0;
    c->why = "it holds an assertion that was not signed";
    return BT_CHAIN_BROKEN;
}
