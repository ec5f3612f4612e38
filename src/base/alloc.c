// SPDX-License-Identifier: Apache-2.0
#include "base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 64 };

static atomic_int_least64_t made;
static atomic_int_least64_t countdown;

// True for the one allocation that a test asked to fail.
static bool must_fail(void)
{
    int_least64_t left = atomic_load_explicit(&countdown, memory_order_relaxed);
    while (left > 0) {
        if (atomic_compare_exchange_weak(&countdown, &left, left - 1))
            return left == 1;
    }
    return false;
}

void *bt_alloc(size_t size)
{
    if (!size || size > BT_ALLOC_MAX || must_fail())
        return NULL;
    void *memory = NULL;
    if (posix_memalign(&memory, ALIGNMENT, size))
        return NULL;
    atomic_fetch_add_explicit(&made, 1, memory_order_relaxed);
    return memory;
}

void *bt_zalloc(size_t size)
{
    void *memory = bt_alloc(size);
    if (memory)
        memset(memory, 0, size);
    return memory;
}

void *bt_alloc_array(size_t count, size_t size)
{
    size_t total = 0;
    if (!bt_size_mul(count, size, &total))
        return NULL;
    return bt_zalloc(total);
}

char *bt_strdup(const char *text)
{
    if (!text)
        return NULL;
    const size_t size = strlen(text) + 1;
    char *copy = bt_alloc(size);
    if (copy)
        memcpy(copy, text, size);
    return copy;
}

void bt_free(void *memory)
{
    free(memory);
}

bool bt_size_mul(size_t a, size_t b, size_t *out)
{
    if (b && a > SIZE_MAX / b)
        return false;
    *out = a * b;
    return true;
}

bool bt_size_add(size_t a, size_t b, size_t *out)
{
    if (a > SIZE_MAX - b)
        return false;
    *out = a + b;
    return true;
}

int64_t bt_alloc_count(void)
{
    return atomic_load(&made);
}

void bt_alloc_fail_after(int64_t n)
{
    atomic_store(&countdown, n > 0 ? n : 0);
}
