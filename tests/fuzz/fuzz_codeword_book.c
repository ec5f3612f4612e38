// SPDX-License-Identifier: Apache-2.0
// The book of code words as somebody may write it who has the passphrase: the bytes as
// what is inside of it, and as a whole file before the passphrase is asked for. What is
// taken for good is written back to the same bytes, and can be judged with.
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "fuzz.h"
#include "verify/words/words.h"

static void use(struct bt_pair *pair)
{
    struct bauta_codeword_result result;
    struct bauta_phrase answer;
    const uint16_t heard[3] = {1, 2, 2047};
    static const int64_t now = 1800000000;
    if (pair->role >= pair->people || pair->people > BAUTA_CODEWORD_PEOPLE_MAX)
        __builtin_trap();
    if (bt_judge_words(pair, heard, 3, now, &result) ||
        bt_judge_answer(pair, heard, 3, now, &result) ||
        bt_judge_question(pair, heard, 3, now, &answer, &result))
        __builtin_trap();
    if (result.locked < 0 || result.locked > BAUTA_CODEWORD_LOCK_SECONDS_MAX ||
        bt_words_question(pair, 60000000))
        __builtin_trap();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bt_pages pages;
    uint8_t *back = NULL;
    size_t back_size = 0;
    bauta_log_set(bt_fuzz_quiet, NULL);
    bt_seal_check(data, size, "fuzz");
    const int result = bt_pages_unpack(data, size, "fuzz", &pages);
    if (result < 0)
        return 0;
    if (bt_pages_pack(&pages, &back, &back_size) || back_size != size ||
        memcmp(back, data, size) != 0)
        __builtin_trap();
    bt_free(back);
    for (int i = 0; i < pages.count; i++)
        use(&pages.pair[i]);
    // What they made of it can be written, too.
    if (bt_pages_pack(&pages, &back, &back_size))
        __builtin_trap();
    bt_free(back);
    bt_pages_finish(&pages);
    return 0;
}
