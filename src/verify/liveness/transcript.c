// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "mark/c2pa/keys.h"
#include "mark/c2pa/read/read.h"
#include "mark/c2pa/sign.h"
#include "verify/liveness/liveness.h"

// CBOR: [KIND, version, seed, steps, light, retry, made, verdict, [device's finding and
// words], samples, bytes], where the bytes are the numbers of each sample, in CBOR, one
// behind the other. The signed form is [KIND, the above as bytes, COSE_Sign1 of it as
// bytes], of the program's key.
static const char KIND[] = "bauta liveness transcript";
enum { PARTS = 11 };

int bt_transcript_pack(struct bt_c2pa_buf *b, const struct bt_transcript *t)
{
    struct bt_c2pa_buf samples = {0};
    int64_t number[BT_SAMPLE_NUMBERS];
    bt_cbor_array(b, PARTS);
    bt_cbor_text(b, KIND);
    bt_cbor_uint(b, BT_TRANSCRIPT_VERSION);
    bt_cbor_bytes(b, t->seed, BT_SEED_BYTES);
    bt_cbor_uint(b, (uint64_t)t->steps);
    bt_cbor_uint(b, (uint64_t)t->light);
    bt_cbor_uint(b, (uint64_t)t->retry);
    bt_cbor_int(b, t->made);
    bt_cbor_uint(b, (uint64_t)t->verdict);
    bt_cbor_array(b, 2);
    bt_cbor_uint(b, (uint64_t)t->device.finding);
    bt_cbor_text(b, t->device.why);
    bt_cbor_uint(b, (uint64_t)t->count);
    for (int i = 0; i < t->count; i++) {
        bt_sample_pack(&t->sample[i], number);
        for (int k = 0; k < BT_SAMPLE_NUMBERS; k++)
            bt_cbor_int(&samples, number[k]);
    }
    bt_cbor_bytes(b, samples.data, samples.size);
    b->error = b->error ? b->error : samples.error;
    bt_c2pa_buf_free(&samples);
    return b->error;
}

int bt_transcript_sign(struct bt_c2pa_buf *b, const struct bt_transcript *t,
                       const struct bt_c2pa_signer *signer)
{
    struct bt_c2pa_buf inner = {0}, signature = {0};
    int result = bt_transcript_pack(&inner, t);
    if (result >= 0)
        result = bt_c2pa_sign(&signature, &inner, signer->certificate, signer->count,
                              signer->key);
    if (result >= 0) {
        bt_cbor_array(b, 3);
        bt_cbor_text(b, KIND);
        bt_cbor_bytes(b, inner.data, inner.size);
        bt_cbor_bytes(b, signature.data, signature.size);
        result = b->error;
    }
    bt_c2pa_buf_free(&inner);
    bt_c2pa_buf_free(&signature);
    return result;
}

void bt_transcript_finish(struct bt_transcript *t)
{
    bt_free(t->sample);
    *t = (struct bt_transcript){0};
}

// Reading -------------------------------------------------------------------------------

static int damaged(const char *name)
{
    bt_error("%s: is no transcript of bauta liveness, or it is damaged", name);
    return BAUTA_E_FORMAT;
}

static bool small(const struct bt_item *item, uint64_t most, int *out)
{
    if (item->kind != BT_ITEM_UINT || item->value > most)
        return false;
    *out = (int)item->value;
    return true;
}

static bool number_of(const struct bt_item *item, int64_t *out)
{
    if ((item->kind != BT_ITEM_UINT && item->kind != BT_ITEM_NEGATIVE) ||
        item->value > (uint64_t)1 << 52)
        return false;
    *out = item->kind == BT_ITEM_UINT ? (int64_t)item->value : -1 - (int64_t)item->value;
    return true;
}

// The numbers stand one behind the other: each is read where the one before ended.
static bool read_samples(struct bt_view_bytes at, struct bt_transcript *t)
{
    int64_t number[BT_SAMPLE_NUMBERS];
    for (int i = 0; i < t->count; i++) {
        for (int k = 0; k < BT_SAMPLE_NUMBERS; k++) {
            const struct bt_item item = bt_item_read(at);
            if (!number_of(&item, &number[k]) || item.all.size > at.size)
                return false;
            at.data += item.all.size;
            at.size -= item.all.size;
        }
        if (!bt_sample_unpack(number, &t->sample[i]) ||
            (i && t->sample[i].seconds <= t->sample[i - 1].seconds))
            return false;
    }
    return !at.size;
}

static bool read_head(const struct bt_item *all, struct bt_transcript *t)
{
    struct bt_item part[PARTS];
    int verdict = 0, finding = 0;
    for (int i = 0; i < PARTS; i++)
        part[i] = bt_item_at(all, (uint64_t)i);
    const struct bt_item found = bt_item_at(&part[8], 0), why = bt_item_at(&part[8], 1);
    if (part[2].kind != BT_ITEM_BYTES || part[2].body.size != BT_SEED_BYTES ||
        !small(&part[3], BAUTA_LIVENESS_STEPS_MAX, &t->steps) ||
        t->steps < BAUTA_LIVENESS_STEPS_MIN || !small(&part[4], 1, &t->light) ||
        !small(&part[5], 1, &t->retry) || !number_of(&part[6], &t->made) ||
        !small(&part[7], BAUTA_LIVENESS_INCONCLUSIVE, &verdict) ||
        part[8].kind != BT_ITEM_ARRAY || part[8].value != 2 ||
        !small(&found, BAUTA_FINDING_NOTED, &finding) || why.kind != BT_ITEM_TEXT ||
        !small(&part[9], BT_SAMPLES_MAX, &t->count) || part[10].kind != BT_ITEM_BYTES)
        return false;
    memcpy(t->seed, part[2].body.data, BT_SEED_BYTES);
    t->verdict = (enum bauta_liveness_verdict)verdict;
    t->device.finding = (enum bauta_finding)finding;
    bt_item_text(&why, t->device.why, sizeof t->device.why);
    return true;
}

int bt_transcript_unpack(const uint8_t *data, size_t size, const char *name,
                         struct bt_transcript *out)
{
    struct bt_transcript t = {0};
    const struct bt_item all = bt_item_read((struct bt_view_bytes){data, size});
    const struct bt_item kind = bt_item_at(&all, 0), version = bt_item_at(&all, 1);
    if (all.kind != BT_ITEM_ARRAY || all.all.size != size ||
        !bt_item_is_text(&kind, KIND) || version.kind != BT_ITEM_UINT)
        return damaged(name);
    if (version.value != BT_TRANSCRIPT_VERSION) {
        bt_error("%s: was written by a later version of bauta", name);
        return BAUTA_E_UNSUPPORTED;
    }
    if (all.value != PARTS || !read_head(&all, &t))
        return damaged(name);
    if (t.count && !(t.sample = bt_alloc_array((size_t)t.count, sizeof *t.sample))) {
        bt_error("%s: out of memory for it", name);
        return BAUTA_E_NO_MEMORY;
    }
    const struct bt_item samples = bt_item_at(&all, PARTS - 1);
    if (!read_samples(samples.body, &t)) {
        bt_transcript_finish(&t);
        return damaged(name);
    }
    *out = t;
    return 0;
}

// Whether what it says follows from its seed and its samples.
static int judge_again(const struct bt_transcript *t, const char *name,
                       struct bauta_liveness_result *out)
{
    const struct bt_stream s = {t->sample, t->count};
    struct bt_challenge c;
    double at, until;
    int result = bt_challenge_make(&c, t->seed, t->steps, t->light);
    if (result < 0)
        return result;
    bt_challenge_times(&c, t->steps - 1, &at, &until);
    const bool decided = t->count && t->sample[t->count - 1].seconds >= until;
    const bool retry = decided && bt_liveness_wants_retry(&c, &s);
    result = bt_liveness_judge(&c, &s, retry, &t->device, out);
    if (result >= 0 && (retry != t->retry || out->verdict != t->verdict)) {
        bt_error("%s: its verdict is not the one that its measurements give", name);
        return BAUTA_E_TAMPERED;
    }
    return result;
}

int bt_transcript_check(const uint8_t *data, size_t size, const char *name,
                        const char *anchors, struct bauta_liveness_result *out)
{
    const struct bt_item all = bt_item_read((struct bt_view_bytes){data, size});
    const struct bt_item kind = bt_item_at(&all, 0), inner = bt_item_at(&all, 1),
                         signature = bt_item_at(&all, 2);
    struct bauta_liveness_result r = {0};
    struct bt_transcript t = {0};
    char signer[sizeof r.signer];
    const char *why = NULL;
    bool trusted = false;
    if (all.kind != BT_ITEM_ARRAY || all.value != 3 || all.all.size != size ||
        !bt_item_is_text(&kind, KIND) || inner.kind != BT_ITEM_BYTES ||
        signature.kind != BT_ITEM_BYTES)
        return damaged(name);
    if (!bt_c2pa_cose(signature.body, inner.body, anchors, &trusted, signer,
                      sizeof signer, &why)) {
        bt_error("%s: was changed after it was signed: %s", name, why);
        return BAUTA_E_TAMPERED;
    }
    int result = bt_transcript_unpack(inner.body.data, inner.body.size, name, &t);
    if (result >= 0)
        result = judge_again(&t, name, &r);
    if (result >= 0) {
        r.signature = 1;
        r.trusted = trusted;
        r.made = t.made;
        memcpy(r.signer, signer, sizeof r.signer);
        *out = r;
    }
    bt_transcript_finish(&t);
    return result;
}

int bauta_liveness_verify(const char *path, const char *anchors,
                          struct bauta_liveness_result *out)
{
    uint8_t *data = NULL;
    size_t size = 0;
    if (!path || !out) {
        bt_error("bauta_liveness_verify: an argument is missing");
        return BAUTA_E_USAGE;
    }
    int result = bt_file_read(path, BT_TRANSCRIPT_MAX, &data, &size);
    if (result < 0)
        return result;
    result = bt_transcript_check(data, size, path, anchors, out);
    bt_free(data);
    return result;
}

int bt_transcript_write(const struct bt_transcript *t,
                        const struct bt_c2pa_signer *signer, const char *path,
                        int overwrite)
{
    struct bt_c2pa_buf b = {0};
    int result = bt_transcript_sign(&b, t, signer);
    if (result >= 0)
        result = bt_file_save_private(path, b.data, b.size, overwrite);
    bt_c2pa_buf_free(&b);
    return result;
}
