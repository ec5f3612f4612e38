// SPDX-License-Identifier: Apache-2.0
#ifndef BT_BASE_ALLOC_H
#define BT_BASE_ALLOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Memory aligned to 64 bytes. Every allocation of the library goes through here, so that
// tests can count them and make one fail. Thread-safe. NULL when out of memory or when
// size is 0 or above BT_ALLOC_MAX.
#define BT_ALLOC_MAX ((size_t)1 << 31)
void *bt_alloc(size_t size);            // uninitialised
void *bt_zalloc(size_t size);           // zeroed
void *bt_alloc_array(size_t count, size_t size);   // zeroed, overflow-checked
char *bt_strdup(const char *text);      // NULL for NULL
void bt_free(void *memory);             // accepts NULL
// Frees *pointer and sets it to NULL; pointer is the address of any object pointer.
#define bt_freep(pointer) (bt_free(*(pointer)), *(pointer) = NULL)

// a*b and a+b into *out; false on overflow, *out untouched.
bool bt_size_mul(size_t a, size_t b, size_t *out);
bool bt_size_add(size_t a, size_t b, size_t *out);

// For tests: how many allocations were made since the process started; let the n-th from
// now fail (1: the next), 0: none.
int64_t bt_alloc_count(void);
void bt_alloc_fail_after(int64_t n);

#endif
