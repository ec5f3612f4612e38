// SPDX-License-Identifier: Apache-2.0
// The transcript of a liveness session: the bytes as a signed one, and as the contents of
// one, which are written and read again and judged.
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "mark/c2pa/cbor.h"
#include "verify/liveness/liveness.h"

enum { SIZE_MAX_TRIED = 1 << 15, JUDGED = 60 };

static void again(const struct bt_transcript *t)
{
    struct bt_c2pa_buf b = {0};
    struct bt_transcript back = {0};
    if (bt_transcript_pack(&b, t) < 0 ||
        bt_transcript_unpack(b.data, b.size, "fuzz", &back) < 0 ||
        back.count != t->count || back.steps != t->steps || back.verdict != t->verdict ||
        (t->count &&
         memcmp(back.sample, t->sample, (size_t)t->count * sizeof *t->sample) != 0))
        __builtin_trap();
    bt_transcript_finish(&back);
    bt_c2pa_buf_free(&b);
}

static void judge(const struct bt_transcript *t)
{
    const struct bt_stream s = {t->sample, t->count < JUDGED ? t->count : JUDGED};
    struct bt_challenge c;
    struct bauta_liveness_result r;
    if (bt_challenge_make(&c, t->seed, t->steps, t->light) < 0 ||
        bt_liveness_judge(&c, &s, t->retry, &t->device, &r) < 0)
        __builtin_trap();
    if (r.verdict < BAUTA_LIVENESS_PASS || r.verdict > BAUTA_LIVENESS_INCONCLUSIVE ||
        r.step_count != t->steps + t->retry)
        __builtin_trap();
    for (int i = 0; i < BAUTA_PAD_COUNT; i++)
        if (!isfinite(r.check[i].value) ||
            memchr(r.check[i].why, 0, sizeof r.check[i].why) == NULL)
            __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bauta_liveness_result r;
    struct bt_transcript t;
    bauta_log_set(bt_fuzz_quiet, NULL);
    if (size > SIZE_MAX_TRIED)
        return 0;
    bt_transcript_check(data, size, "fuzz", NULL, &r);
    if (bt_transcript_unpack(data, size, "fuzz", &t) >= 0) {
        again(&t);
        judge(&t);
        bt_transcript_finish(&t);
    }
    return 0;
}
