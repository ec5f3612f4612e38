// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "mark/c2pa/read/manifest.h"
#include "mark/c2pa/read/read.h"

enum { DEPTH_MAX = 16, VISITS_MAX = 256, FAILURES_MAX = 64 };

static bool broken(struct bt_chain *c, const char *why)
{
    c->why = why;
    return false;
}

// Actions ------------------------------------------------------------------------------

// What was opened is an ingredient of this manifest, as its parent.
static bool opens_parent(struct bt_chain *c, const struct bt_manifest *m,
                         const struct bt_item *action)
{
    const struct bt_item parameters = bt_item_get(action, "parameters");
    const struct bt_item list = bt_item_get(&parameters, "ingredients");
    for (uint64_t i = 0; list.kind == BT_ITEM_ARRAY && i < list.value && i < 64; i++) {
        struct bt_box box;
        const struct bt_item one = bt_item_at(&list, i);
        if (!bt_manifest_resolve(m, &one, &box) ||
            !bt_chain_hash_fits(c, &one, box.content))
            return false;
        const struct bt_item map = bt_item_read(bt_box_content(&box, "cbor"));
        const struct bt_item relationship = bt_item_get(&map, "relationship");
        if (!bt_item_is_text(&relationship, "parentOf"))
            return false;
    }
    return list.kind == BT_ITEM_ARRAY && list.value > 0;
}

// The first action says where all began.
static bool begins_well(struct bt_chain *c, const struct bt_manifest *m)
{
    if (!bt_manifest_is_v2(m))
        return true;
    c->why = "it does not say how the file was begun";
    if (!m->actions.all.data)
        return false;
    const struct bt_item map = bt_item_read(bt_box_content(&m->actions, "cbor"));
    const struct bt_item list = bt_item_get(&map, "actions");
    const struct bt_item first = bt_item_at(&list, 0);
    const struct bt_item name = bt_item_get(&first, "action");
    if (list.kind != BT_ITEM_ARRAY)
        return false;
    return bt_item_is_text(&name, "c2pa.created") ||
           (bt_item_is_text(&name, "c2pa.opened") && opens_parent(c, m, &first));
}

// Redaction ----------------------------------------------------------------------------

// A claim may take assertions out of the manifests of its ingredients: none of its own,
// no actions, and nothing that binds a file.
static bool take_redactions(struct bt_chain *c, const struct bt_manifest *m)
{
    char text[512];
    const struct bt_item list = bt_item_get(&m->claim, "redacted_assertions");
    if (list.kind == BT_ITEM_BAD)
        return true;
    c->why = "it takes out what may not be taken out";
    if (list.kind != BT_ITEM_ARRAY || list.value > BT_C2PA_ASSERTIONS ||
        c->lists == BT_C2PA_CLAIMS)
        return false;
    for (uint64_t i = 0; i < list.value; i++) {
        const struct bt_item one = bt_item_at(&list, i);
        bt_item_text(&one, text, sizeof(text));
        if (!strstr(text, "c2pa.assertions/") || strstr(text, m->box.label) ||
            strstr(text, "c2pa.actions") || strstr(text, "c2pa.hash."))
            return false;
    }
    c->redacted[c->lists++] = list;
    return true;
}

static bool has_redactions(const struct bt_chain *c, const char *label)
{
    char text[512];
    for (int i = 0; i < c->lists; i++) {
        for (uint64_t k = 0; k < c->redacted[i].value; k++) {
            const struct bt_item one = bt_item_at(&c->redacted[i], k);
            bt_item_text(&one, text, sizeof(text));
            if (strstr(text, label))
                return true;
        }
    }
    return false;
}

// Ingredients --------------------------------------------------------------------------

// What the claims say that they found wrong with an ingredient.
struct said {
    bool untrusted, broken;
};

// url: of a manifest's part that a failure must mean; NULL: any.
static void add_failures(struct said *said, const struct bt_item *list, const char *url)
{
    char text[512];
    for (uint64_t i = 0; list->kind == BT_ITEM_ARRAY && i < list->value; i++) {
        const struct bt_item one = bt_item_at(list, i);
        const struct bt_item code = bt_item_get(&one, "code");
        const struct bt_item of = bt_item_get(&one, "url");
        bt_item_text(&of, text, sizeof(text));
        if (i == FAILURES_MAX)
            break;
        if (code.kind != BT_ITEM_TEXT || (url && !strstr(text, url)))
            continue;
        if (bt_item_is_text(&code, "signingCredential.untrusted"))
            said->untrusted = true;
        else
            said->broken = true;
    }
}

// By the claim that it is an ingredient of, and by those that have that as an ingredient.
static struct said what_was_said(const struct bt_chain *c,
                                 const struct bt_item *ingredient, const char *label)
{
    char url[192];
    struct said said = {false, false};
    const struct bt_item results = bt_item_get(ingredient, "validationResults");
    const struct bt_item active = bt_item_get(&results, "activeManifest");
    struct bt_item list = bt_item_get(&active, "failure");
    if (list.kind != BT_ITEM_ARRAY)
        list = bt_item_get(ingredient, "validationStatus");
    add_failures(&said, &list, NULL);
    snprintf(url, sizeof(url), "/c2pa/%s/", label);
    for (int i = 0; i < c->delta_lists; i++) {
        for (uint64_t k = 0; k < c->deltas[i].value && k < FAILURES_MAX; k++) {
            const struct bt_item one = bt_item_at(&c->deltas[i], k);
            const struct bt_item delta = bt_item_get(&one, "validationDeltas");
            list = bt_item_get(&delta, "failure");
            add_failures(&said, &list, url);
        }
    }
    return said;
}

static void take_deltas(struct bt_chain *c, const struct bt_item *ingredient)
{
    const struct bt_item results = bt_item_get(ingredient, "validationResults");
    const struct bt_item list = bt_item_get(&results, "ingredientDeltas");
    if (list.kind == BT_ITEM_ARRAY && c->delta_lists < BT_C2PA_CLAIMS)
        c->deltas[c->delta_lists++] = list;
}

static struct bt_item manifest_of(const struct bt_item *ingredient)
{
    const struct bt_item third = bt_item_get(ingredient, "activeManifest");
    return third.kind == BT_ITEM_MAP ? third : bt_item_get(ingredient, "c2pa_manifest");
}

bool bt_ingredient_label(const struct bt_item *ingredient, char *label, size_t size)
{
    char url[512];
    const struct bt_item reference = manifest_of(ingredient);
    const struct bt_item item = bt_item_get(&reference, "url");
    bt_item_text(&item, url, sizeof(url));
    const char *at = strstr(url, "/c2pa/");
    const size_t n = at ? strcspn(at + 6, "/") : 0;
    if (!n || n >= size)
        return false;
    memcpy(label, at + 6, n);
    label[n] = 0;
    return true;
}

// By the hash of all of it; where something was taken out, by that of its signature.
static bool is_the_one(struct bt_chain *c, const struct bt_item *ingredient,
                       const struct bt_item *reference, const struct bt_manifest *m)
{
    if (has_redactions(c, m->box.label)) {
        const struct bt_item signature = bt_item_get(ingredient, "claimSignature");
        return !bt_manifest_is_v2(m) ||
               bt_chain_hash_fits(c, &signature, m->signature.content);
    }
    // Before C2PA 1.3 it was the claim's alone.
    return bt_chain_hash_fits(c, reference, m->box.content) ||
           (!bt_manifest_is_v2(m) && bt_chain_hash_fits(c, reference, m->claim.all));
}

static bool signed_well(struct bt_chain *c, struct bt_manifest *m, bool *trusted)
{
    char signer[128];
    return bt_c2pa_cose(bt_box_content(&m->signature, "cbor"), m->claim.all, c->anchors,
                        trusted, signer, sizeof(signer), &c->why) &&
           bt_manifest_walk(m, c, NULL, NULL) >= 0;
}

static bool ingredient_holds(struct bt_chain *c, const struct bt_item *ingredient,
                             int depth)
{
    struct bt_manifest m;
    struct bt_box box;
    char label[128];
    bool trusted = false;
    const struct bt_item reference = manifest_of(ingredient);
    const struct bt_item third = bt_item_get(ingredient, "activeManifest");
    const struct bt_item relationship = bt_item_get(ingredient, "relationship");
    if (reference.kind != BT_ITEM_MAP || bt_item_is_text(&relationship, "inputTo"))
        return true;
    const struct bt_item results = bt_item_get(ingredient, "validationResults");
    if (third.kind == BT_ITEM_MAP && results.kind != BT_ITEM_MAP)
        return broken(c, "it does not say whether its ingredient held");
    if (!bt_ingredient_label(ingredient, label, sizeof(label)) ||
        !bt_box_find(&c->store, label, NULL, &box) || !bt_manifest_open(&box, &m))
        return broken(c, "the manifest of an ingredient is missing");
    if (depth == DEPTH_MAX || c->visited++ == VISITS_MAX)
        return broken(c, "it has too many ingredients");
    if (!is_the_one(c, ingredient, &reference, &m))
        return broken(c, "the manifest of an ingredient was changed");
    const struct said said = what_was_said(c, ingredient, label);
    take_deltas(c, ingredient);
    if (!signed_well(c, &m, &trusted) || !bt_chain_holds(c, &m, depth + 1))
        return said.broken;
    c->untrusted |= c->anchors && !trusted && !said.untrusted;
    return true;
}

bool bt_chain_holds(struct bt_chain *c, struct bt_manifest *m, int depth)
{
    struct bt_view_bytes rest = m->assertions.content;
    struct bt_box box;
    int parents = 0;
    if (!begins_well(c, m) || !take_redactions(c, m))
        return false;
    while (rest.size && bt_box_read(rest, &box)) {
        rest = bt_box_next(rest, &box);
        if (strncmp(box.label, "c2pa.ingredient", 15) != 0)
            continue;
        const struct bt_item map = bt_item_read(bt_box_content(&box, "cbor"));
        const struct bt_item relationship = bt_item_get(&map, "relationship");
        parents += bt_item_is_text(&relationship, "parentOf");
        if (map.kind == BT_ITEM_MAP && !ingredient_holds(c, &map, depth))
            return false;
    }
    return parents <= 1 || broken(c, "it has more than one parent");
}

bool bt_chain_signed(struct bt_chain *c, struct bt_manifest *m)
{
    bool trusted = false;
    return signed_well(c, m, &trusted) && bt_chain_holds(c, m, 0);
}
