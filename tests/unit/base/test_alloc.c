// SPDX-License-Identifier: Apache-2.0
#include <stdatomic.h>
#include <stdint.h>

#include "../check.h"
#include "base/alloc.h"
#include "base/thread.h"

static void test_memory(void)
{
    for (size_t size = 1; size < 5000; size = size * 3 + 1) {
        unsigned char *memory = bt_alloc(size);
        CHECK(memory && (uintptr_t)memory % 64 == 0);
        memset(memory, 0xa5, size);
        bt_free(memory);
        memory = bt_zalloc(size);
        size_t zeros = 0;
        while (zeros < size && !memory[zeros])
            zeros++;
        CHECK_INT((long long)zeros, (long long)size);
        bt_free(memory);
    }
    CHECK(!bt_alloc(0));
    CHECK(!bt_zalloc(0));
    CHECK(!bt_alloc(BT_ALLOC_MAX + 1));
    CHECK(!bt_alloc(SIZE_MAX));
    bt_free(NULL);

    int *numbers = bt_alloc_array(10, sizeof(*numbers));
    CHECK(numbers && !numbers[0] && !numbers[9]);
    bt_freep(&numbers);
    CHECK(!numbers);
    CHECK(!bt_alloc_array(SIZE_MAX / 2, 3));
    CHECK(!bt_alloc_array(0, 8));

    char *text = bt_strdup("mask");
    CHECK_TEXT(text, "mask");
    bt_freep(&text);
    text = bt_strdup("");
    CHECK_TEXT(text, "");
    bt_free(text);
    CHECK(!bt_strdup(NULL));
}

static void test_sizes(void)
{
    size_t out = 7;
    CHECK(bt_size_mul(SIZE_MAX, 1, &out) && out == SIZE_MAX);
    CHECK(bt_size_mul(SIZE_MAX, 0, &out) && out == 0);
    CHECK(bt_size_mul(0, SIZE_MAX, &out) && out == 0);
    CHECK(bt_size_mul(1000, 1000, &out) && out == 1000000);
    CHECK(bt_size_add(SIZE_MAX - 1, 1, &out) && out == SIZE_MAX);
    out = 7;
    CHECK(!bt_size_mul(SIZE_MAX / 2 + 1, 2, &out) && out == 7);
    CHECK(!bt_size_add(SIZE_MAX, 1, &out) && out == 7);
}

static void test_count_and_failure(void)
{
    const int64_t before = bt_alloc_count();
    void *a = bt_alloc(1), *b = bt_zalloc(1);
    CHECK_INT(bt_alloc_count() - before, 2);
    bt_free(a);
    bt_free(b);
    CHECK_INT(bt_alloc_count() - before, 2);

    bt_alloc_fail_after(3);
    for (int i = 1; i <= 5; i++) {
        void *memory = bt_alloc(8);
        CHECK_INT(memory != NULL, i != 3);
        bt_free(memory);
    }
    bt_alloc_fail_after(1);
    CHECK(!bt_strdup("x"));
    bt_alloc_fail_after(1);
    bt_alloc_fail_after(0);
    void *memory = bt_alloc(8);
    CHECK(memory);
    bt_free(memory);
}

static atomic_int failed;

static void *hammer(void *opaque)
{
    (void)opaque;
    for (int i = 0; i < 2000; i++) {
        void *memory = bt_alloc(16);
        if (!memory)
            atomic_fetch_add(&failed, 1);
        bt_free(memory);
    }
    return NULL;
}

// However many threads allocate, exactly one allocation fails.
static void test_threads(void)
{
    const int64_t before = bt_alloc_count();
    bt_thread threads[4];
    bt_alloc_fail_after(4000);
    for (int i = 0; i < 4; i++)
        CHECK_INT(bt_thread_start(&threads[i], hammer, NULL), 0);
    for (int i = 0; i < 4; i++)
        bt_thread_join(threads[i]);
    CHECK_INT(atomic_load(&failed), 1);
    CHECK_INT(bt_alloc_count() - before, 7999);
}

int main(void)
{
    test_memory();
    test_sizes();
    test_count_and_failure();
    test_threads();
    return check_end();
}
