// SPDX-License-Identifier: Apache-2.0
#include "mark/c2pa/store.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include <openssl/sha.h>

#include <bauta/error.h>
#include <bauta/version.h>

#include "base/log.h"
#include "mark/c2pa/jumbf.h"
#include "mark/c2pa/read/item.h"
#include "mark/c2pa/sign.h"

#define SOURCE_TYPES "http://cv.iptc.org/newscodes/digitalsourcetype/"
enum { ASSERTIONS_MAX = 5 };

// An assertion as it lies in the store: the superbox's content is what is hashed.
struct assertion {
    const char *label;
    uint8_t hash[32];
};
struct made {
    struct bt_c2pa_buf *out;
    struct assertion list[ASSERTIONS_MAX];
    int count;
    size_t mark, box;          // of the one being written
};

int bt_c2pa_name(struct bt_c2pa_info *info)
{
    uint8_t r[16];
    if (getrandom(r, sizeof(r), 0) != sizeof(r)) {
        bt_error("manifest: the system gives no random numbers");
        return BAUTA_E_IO;
    }
    r[6] = (uint8_t)((r[6] & 0x0f) | 0x40);
    r[8] = (uint8_t)((r[8] & 0x3f) | 0x80);
    snprintf(info->id, sizeof(info->id),
             "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", r[0],
             r[1], r[2], r[3], r[4], r[5], r[6], r[7], r[8], r[9], r[10], r[11], r[12],
             r[13], r[14], r[15]);
    return 0;
}

static void begin(struct made *m, const char *label)
{
    m->list[m->count].label = label;
    m->mark = bt_jumbf_open_super(m->out, "cbor", label);
    m->box = bt_jumbf_open(m->out, "cbor");
}

static void end(struct made *m)
{
    struct bt_c2pa_buf *b = m->out;
    bt_jumbf_close(b, m->box);
    bt_jumbf_close(b, m->mark);
    if (!b->error)
        SHA256(b->data + m->mark + 8, b->size - m->mark - 8, m->list[m->count].hash);
    m->count++;
}

static void pair(struct bt_c2pa_buf *b, const char *key, const char *text)
{
    bt_cbor_text(b, key);
    bt_cbor_text(b, text);
}

// {"url": …, "hash": …}
static void reference(struct bt_c2pa_buf *b, const struct assertion *to)
{
    char url[96];
    snprintf(url, sizeof(url), "self#jumbf=c2pa.assertions/%s", to->label);
    bt_cbor_map(b, 2);
    pair(b, "url", url);
    bt_cbor_text(b, "hash");
    bt_cbor_bytes(b, to->hash, sizeof(to->hash));
}

static void generator(struct bt_c2pa_buf *b)
{
    bt_cbor_map(b, 2);
    pair(b, "name", "bauta");
    pair(b, "version", BAUTA_VERSION);
}

// {"url": …, "hash": …} of a box of the parent.
static void manifest_reference(struct bt_c2pa_buf *b, const struct bt_c2pa_parent *parent,
                               const char *part, const uint8_t hash[32])
{
    char url[192];
    snprintf(url, sizeof(url), "self#jumbf=/c2pa/%s%s", parent->label, part);
    bt_cbor_map(b, 2);
    pair(b, "url", url);
    bt_cbor_text(b, "hash");
    bt_cbor_bytes(b, hash, 32);
}

static void put_codes(struct bt_c2pa_buf *b, const struct bt_c2pa_parent *parent,
                      const char *name, const char *const *codes)
{
    char url[192];
    uint64_t count = 0;
    while (codes[count])
        count++;
    snprintf(url, sizeof(url), "self#jumbf=/c2pa/%s/c2pa.signature", parent->label);
    bt_cbor_text(b, name);
    bt_cbor_array(b, count);
    for (; *codes; codes++) {
        bt_cbor_map(b, 2);
        pair(b, "url", url);
        pair(b, "code", *codes);
    }
}

// What the parent's check gave when it was opened. Who signed it was asked of no one.
static void put_results(struct bt_c2pa_buf *b, const struct bt_c2pa_parent *parent)
{
    static const char *const good[] = {"claimSignature.validated",
                                       "claimSignature.insideValidity", NULL};
    static const char *const bad[] = {"signingCredential.untrusted", NULL};
    static const char *const none[] = {NULL};
    bt_cbor_text(b, "validationResults");
    bt_cbor_map(b, parent->delta_count ? 2 : 1);
    bt_cbor_text(b, "activeManifest");
    bt_cbor_map(b, 3);
    put_codes(b, parent, "failure", bad);
    put_codes(b, parent, "success", good);
    put_codes(b, parent, "informational", none);
    if (parent->delta_count) {
        bt_cbor_text(b, "ingredientDeltas");
        bt_cbor_array(b, (uint64_t)parent->delta_count);
        bt_c2pa_put(b, parent->deltas.data, parent->deltas.size);
    }
}

static void put_ingredient(struct made *m, const struct bt_c2pa_info *info)
{
    struct bt_c2pa_buf *b = m->out;
    begin(m, "c2pa.ingredient.v3");
    const struct bt_c2pa_parent *parent = info->parent;
    bt_cbor_map(b, parent ? 6 : 3);
    pair(b, "dc:title", info->input_title);
    pair(b, "dc:format", info->input_format ? info->input_format
                                            : "application/octet-stream");
    pair(b, "relationship", "parentOf");
    if (parent) {
        bt_cbor_text(b, "activeManifest");
        manifest_reference(b, parent, "", parent->hash);
        bt_cbor_text(b, "claimSignature");
        manifest_reference(b, parent, "/c2pa.signature", parent->signature_hash);
        put_results(b, parent);
    }
    end(m);
}

// What was taken out of the parent's manifests.
static void put_redactions(struct bt_c2pa_buf *b, const struct bt_c2pa_parent *parent)
{
    size_t at = 0;
    for (int i = 0; i < parent->redactions && at < parent->redacted.size; i++) {
        const struct bt_item uri = bt_item_read((struct bt_view_bytes){
            parent->redacted.data + at, parent->redacted.size - at});
        bt_cbor_map(b, 3);
        pair(b, "action", "c2pa.redacted");
        pair(b, "reason", "c2pa.PII.present");
        bt_cbor_text(b, "parameters");
        bt_cbor_map(b, 1);
        bt_cbor_text(b, "redacted");
        bt_c2pa_put(b, uri.all.data, uri.all.size);
        at += uri.all.size;
    }
}

static void put_begin(struct bt_c2pa_buf *b, const struct assertion *parent,
                      const char *type)
{
    bt_cbor_map(b, 2);
    pair(b, "action", parent ? "c2pa.opened" : "c2pa.created");
    if (!parent) {
        pair(b, "digitalSourceType", type);
        return;
    }
    bt_cbor_text(b, "parameters");
    bt_cbor_map(b, 1);
    bt_cbor_text(b, "ingredients");
    bt_cbor_array(b, 1);
    reference(b, parent);
}

// Keys of CBOR maps stand in the order of their encoded bytes, the shorter ones first.
static void put_actions(struct made *m, const struct bt_c2pa_info *info)
{
    struct bt_c2pa_buf *b = m->out;
    char type[128];
    snprintf(type, sizeof(type), SOURCE_TYPES "%s", info->source_type);
    const struct assertion *parent = m->count ? &m->list[0] : NULL;
    const struct bt_c2pa_parent *carried = parent ? info->parent : NULL;
    begin(m, "c2pa.actions.v2");
    bt_cbor_map(b, 1);
    bt_cbor_text(b, "actions");
    bt_cbor_array(b, 3 + (uint64_t)(carried ? carried->redactions : 0));
    put_begin(b, parent, type);
    if (carried)
        put_redactions(b, carried);
    bt_cbor_map(b, 4);
    pair(b, "action", "c2pa.edited");
    pair(b, "description", info->edit);
    bt_cbor_text(b, "softwareAgent");
    generator(b);
    pair(b, "digitalSourceType", type);
    bt_cbor_map(b, 1);
    pair(b, "action", "c2pa.watermarked.unbound");
    end(m);
}

static void put_consent(struct made *m, const struct bt_c2pa_info *info)
{
    struct bt_c2pa_buf *b = m->out;
    begin(m, "org.bauta.consent");
    bt_cbor_map(b, info->label_ground ? 4 : 3);
    pair(b, "label", info->label);
    bt_cbor_text(b, "faces");
    bt_cbor_array(b, (uint64_t)info->consents);
    for (int i = 0; i < info->consents; i++) {
        bt_cbor_map(b, 2);
        pair(b, "ground", info->consent[i].ground);
        pair(b, "target", info->consent[i].target);
    }
    bt_cbor_text(b, "session");
    bt_cbor_uint(b, info->session);
    if (info->label_ground)
        pair(b, "label_ground", info->label_ground);
    end(m);
}

static void exclude(struct bt_c2pa_buf *b, const char *path)
{
    bt_cbor_map(b, 1);
    pair(b, "xpath", path);
}

static void put_bmff_hash(struct made *m, const struct bt_c2pa_hash *hash)
{
    static const uint8_t uuid[16] = {0xd8, 0xfe, 0xc3, 0xd6, 0x1b, 0x0e, 0x48, 0x3c,
                                     0x92, 0x97, 0x58, 0x28, 0x87, 0x7e, 0xc4, 0x81};
    struct bt_c2pa_buf *b = m->out;
    begin(m, "c2pa.hash.bmff.v3");
    bt_cbor_map(b, 4);
    pair(b, "alg", "sha256");
    bt_cbor_text(b, "hash");
    bt_cbor_bytes(b, hash->digest, sizeof(hash->digest));
    pair(b, "name", "jumbf manifest");
    bt_cbor_text(b, "exclusions");
    bt_cbor_array(b, 3);
    bt_cbor_map(b, 2);
    bt_cbor_text(b, "data");
    bt_cbor_array(b, 1);
    bt_cbor_map(b, 2);
    bt_cbor_text(b, "value");
    bt_cbor_bytes(b, uuid, sizeof(uuid));
    bt_cbor_text(b, "offset");
    bt_cbor_uint(b, 8);
    pair(b, "xpath", "/uuid");
    exclude(b, "/ftyp");
    exclude(b, "/mfra");
    end(m);
}

static void put_data_hash(struct made *m, const struct bt_c2pa_hash *hash)
{
    struct bt_c2pa_buf *b = m->out;
    begin(m, "c2pa.hash.data");
    bt_cbor_map(b, hash->length ? 5 : 4);
    bt_cbor_text(b, "alg");
    bt_cbor_text(b, "sha256");
    bt_cbor_text(b, "pad");
    bt_cbor_bytes(b, NULL, 0);
    bt_cbor_text(b, "hash");
    bt_cbor_bytes(b, hash->digest, sizeof(hash->digest));
    pair(b, "name", "jumbf manifest");
    if (hash->length) {
        bt_cbor_text(b, "exclusions");
        bt_cbor_array(b, 1);
        bt_cbor_map(b, 2);
        bt_cbor_text(b, "start");
        bt_cbor_uint(b, hash->start);
        bt_cbor_text(b, "length");
        bt_cbor_uint(b, hash->length);
    }
    end(m);
}

static void put_claim(struct bt_c2pa_buf *claim, const struct bt_c2pa_info *info,
                      const struct made *m)
{
    char signature[96], instance[48];
    snprintf(signature, sizeof(signature), "self#jumbf=/c2pa/urn:c2pa:%s/c2pa.signature",
             info->id);
    snprintf(instance, sizeof(instance), "xmp:iid:%s", info->id);
    const struct bt_c2pa_parent *parent = info->input_title ? info->parent : NULL;
    const int redactions = parent ? parent->redactions : 0;
    bt_cbor_map(claim, redactions ? 7 : 6);
    pair(claim, "alg", "sha256");
    pair(claim, "dc:title", info->title);
    pair(claim, "signature", signature);
    pair(claim, "instanceID", instance);
    bt_cbor_text(claim, "created_assertions");
    bt_cbor_array(claim, (uint64_t)m->count);
    for (int i = 0; i < m->count; i++)
        reference(claim, &m->list[i]);
    if (redactions) {
        bt_cbor_text(claim, "redacted_assertions");
        bt_cbor_array(claim, (uint64_t)redactions);
        bt_c2pa_put(claim, parent->redacted.data, parent->redacted.size);
    }
    bt_cbor_text(claim, "claim_generator_info");
    generator(claim);
}

int bt_c2pa_store(struct bt_c2pa_buf *out, const struct bt_c2pa_info *info,
                  const struct bt_c2pa_signer *signer, const struct bt_c2pa_hash *hash)
{
    struct made made = {.out = out};
    struct bt_c2pa_buf claim = {0};
    char label[48];
    snprintf(label, sizeof(label), "urn:c2pa:%s", info->id);
    const size_t store = bt_jumbf_open_super(out, "c2pa", "c2pa");
    if (info->input_title && info->parent)
        bt_c2pa_put(out, info->parent->manifests.data, info->parent->manifests.size);
    const size_t manifest = bt_jumbf_open_super(out, "c2ma", label);
    const size_t assertions = bt_jumbf_open_super(out, "c2as", "c2pa.assertions");
    if (info->input_title)
        put_ingredient(&made, info);
    put_actions(&made, info);
    put_consent(&made, info);
    if (hash->bmff)
        put_bmff_hash(&made, hash);
    else
        put_data_hash(&made, hash);
    bt_jumbf_close(out, assertions);
    put_claim(&claim, info, &made);
    size_t mark = bt_jumbf_open_super(out, "c2cl", "c2pa.claim.v2");
    size_t box = bt_jumbf_open(out, "cbor");
    bt_c2pa_put(out, claim.data, claim.size);
    bt_jumbf_close(out, box);
    bt_jumbf_close(out, mark);
    mark = bt_jumbf_open_super(out, "c2cs", "c2pa.signature");
    box = bt_jumbf_open(out, "cbor");
    if (claim.error && !out->error)
        out->error = claim.error;
    if (!out->error)
        bt_c2pa_sign(out, &claim, signer->certificate, signer->count, signer->key);
    bt_jumbf_close(out, box);
    bt_jumbf_close(out, mark);
    bt_jumbf_close(out, manifest);
    bt_jumbf_close(out, store);
    bt_c2pa_buf_free(&claim);
    if (out->error == BAUTA_E_NO_MEMORY || out->error == BAUTA_E_TOO_LARGE)
        bt_error("%s: its manifest: %s", info->title, bauta_strerror(out->error));
    return out->error;
}
