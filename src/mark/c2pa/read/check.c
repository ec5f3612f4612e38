// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <bauta/error.h>

#include "mark/c2pa/read/manifest.h"
#include "mark/c2pa/read/read.h"

enum { CHANGED = BT_CHAIN_BROKEN - 1 };

static int end(struct bt_c2pa_report *r, enum bt_c2pa_state state, const char *why)
{
    r->state = state;
    snprintf(r->why, sizeof(r->why), "%s", why);
    return 0;
}

// The last manifest of the store is the one of this file. 1: found; 0: of another kind.
static int find_active(const struct bt_c2pa_file *f, struct bt_chain *c,
                       struct bt_box *active, struct bt_c2pa_report *r)
{
    struct bt_box box;
    const struct bt_view_bytes bytes = {f->store, f->store_size};
    if (!bt_box_read(bytes, &c->store) || strcmp(c->store.kind, "c2pa") != 0 ||
        strcmp(c->store.label, "c2pa") != 0)
        return BT_CHAIN_BROKEN;
    struct bt_view_bytes rest = c->store.content;
    while (rest.size && bt_box_read(rest, &box)) {
        rest = bt_box_next(rest, &box);
        if (strcmp(box.type, "jumb") != 0)
            continue;
        r->manifests++;
        *active = box;
    }
    if (rest.size || !r->manifests)
        return BT_CHAIN_BROKEN;
    return !strcmp(active->kind, "c2ma");
}

static void append(char *to, size_t size, const char *text)
{
    const size_t used = strlen(to);
    if (used + strlen(text) + 3 < size)
        snprintf(to + used, size - used, "%s%s", used ? ", " : "", text);
}

static void read_actions(const struct bt_item *map, struct bt_c2pa_report *r)
{
    const struct bt_item list = bt_item_get(map, "actions");
    for (uint64_t i = 0; list.kind == BT_ITEM_ARRAY && i < list.value && i < 32; i++) {
        char text[96];
        const struct bt_item one = bt_item_at(&list, i);
        const struct bt_item name = bt_item_get(&one, "action");
        const struct bt_item type = bt_item_get(&one, "digitalSourceType");
        bt_item_text(&name, text, sizeof(text));
        append(r->actions, sizeof(r->actions), text);
        bt_item_text(&type, text, sizeof(text));
        const char *slash = strrchr(text, '/');
        if (text[0])
            snprintf(r->source_type, sizeof(r->source_type), "%.60s",
                     slash ? slash + 1 : text);
    }
}

static void read_consent(const struct bt_item *map, struct bt_c2pa_report *r)
{
    const struct bt_item label = bt_item_get(map, "label");
    const struct bt_item session = bt_item_get(map, "session");
    const struct bt_item faces = bt_item_get(map, "faces");
    bt_item_text(&label, r->label, sizeof(r->label));
    r->session = session.kind == BT_ITEM_UINT && session.value < 4096
                     ? (unsigned)session.value : 0;
    for (uint64_t i = 0; faces.kind == BT_ITEM_ARRAY && i < faces.value && i < 24; i++) {
        char target[32], ground[128], text[176];
        const struct bt_item one = bt_item_at(&faces, i);
        const struct bt_item a = bt_item_get(&one, "target");
        const struct bt_item b = bt_item_get(&one, "ground");
        bt_item_text(&a, target, sizeof(target));
        bt_item_text(&b, ground, sizeof(ground));
        snprintf(text, sizeof(text), "%s: %s", target, ground);
        append(r->grounds, sizeof(r->grounds), text);
    }
}

static void describe(const struct bt_box *box, const struct bt_item *map,
                     struct bt_c2pa_report *r)
{
    if (!strncmp(box->label, "c2pa.actions", 12))
        read_actions(map, r);
    else if (!strcmp(box->label, "org.bauta.consent"))
        read_consent(map, r);
    else if (!strncmp(box->label, "c2pa.ingredient", 15) && !r->ingredient[0]) {
        const struct bt_item title = bt_item_get(map, "dc:title");
        bt_item_text(&title, r->ingredient, sizeof(r->ingredient));
    }
}

// The walk over the assertions of the file's own manifest.
struct walk {
    struct bt_c2pa_file *file;
    struct bt_c2pa_report *report;
    const char *why;
    bool bound;                // the hash of the file was found and fits
};

static int visit(void *opaque, const struct bt_box *box)
{
    struct walk *w = opaque;
    const struct bt_item map = bt_item_read(bt_box_content(box, "cbor"));
    describe(box, &map, w->report);
    if (strncmp(box->label, "c2pa.hash.", 10) != 0)
        return 0;
    const int fits = bt_c2pa_binding(w->file, box->label, &map);
    w->bound |= fits == 1;
    if (fits < 0) {
        w->why = "the way its hash was taken is not known here";
        return fits;
    }
    w->why = "the file was changed after it was signed";
    return fits ? 0 : CHANGED;
}

static void describe_claim(const struct bt_manifest *m, struct bt_c2pa_report *r)
{
    char name[48] = "", version[16] = "";
    const struct bt_item title = bt_item_get(&m->claim, "dc:title");
    struct bt_item info = bt_item_get(&m->claim, "claim_generator_info");
    if (info.kind == BT_ITEM_ARRAY)
        info = bt_item_at(&info, 0);
    const struct bt_item a = bt_item_get(&info, "name"), b = bt_item_get(&info, "version");
    bt_item_text(&title, r->title, sizeof(r->title));
    bt_item_text(&a, name, sizeof(name));
    bt_item_text(&b, version, sizeof(version));
    snprintf(r->generator, sizeof(r->generator), "%s%s%s", name, version[0] ? " " : "",
             version);
}

// The assertions, the binding and the ingredients of a manifest whose signature fits.
static int check_signed(struct bt_c2pa_file *f, struct bt_chain *c, struct bt_manifest *m,
                        bool trusted, struct bt_c2pa_report *report)
{
    struct walk walk = {.file = f, .report = report};
    const int result = bt_manifest_walk(m, c, visit, &walk);
    if (result == BAUTA_E_NO_MEMORY || result == BAUTA_E_IO)
        return result;
    if (result == BAUTA_E_UNSUPPORTED)
        return end(report, BT_C2PA_UNKNOWN, walk.why);
    if (result < 0)
        return end(report, BT_C2PA_INVALID, result == CHANGED ? walk.why : c->why);
    if (!walk.bound)
        return end(report, BT_C2PA_INVALID, "it is not bound to the file");
    if (!bt_chain_holds(c, m, 0))
        return end(report, BT_C2PA_INVALID, c->why);
    report->state = trusted && !c->untrusted ? BT_C2PA_TRUSTED : BT_C2PA_VALID;
    return 0;
}

int bt_c2pa_check(struct bt_c2pa_file *f, const char *anchors,
                  struct bt_c2pa_report *report)
{
    struct bt_chain chain = {.anchors = anchors};
    struct bt_manifest m;
    struct bt_box active = {.type = ""};
    const char *why = "its manifest is malformed";
    bool trusted = false;
    *report = (struct bt_c2pa_report){.state = BT_C2PA_NONE};
    if (!f->store)
        return f->malformed && f->kind ? end(report, BT_C2PA_NONE, "the file is damaged") : 0;
    if (f->malformed)
        return end(report, BT_C2PA_INVALID, "the file is damaged, or has two manifests");
    if (f->unknown)
        return end(report, BT_C2PA_UNKNOWN, "it has parts that are not known here");
    const int found = find_active(f, &chain, &active, report);
    if (!found)
        return end(report, BT_C2PA_UNKNOWN, "its last manifest is of a kind that is not "
                                            "known here");
    if (found < 0 || !bt_manifest_open(&active, &m))
        return end(report, BT_C2PA_INVALID, why);
    describe_claim(&m, report);
    if (!bt_c2pa_cose(bt_box_content(&m.signature, "cbor"), m.claim.all, anchors,
                      &trusted, report->signer, sizeof(report->signer), &why))
        return end(report, BT_C2PA_INVALID, why);
    return check_signed(f, &chain, &m, trusted, report);
}
