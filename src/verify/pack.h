// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_PACK_H
#define BT_VERIFY_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Numbers of files, big-endian, and the SHA-256 behind all of it that tells damage.
enum { BT_PACK_NUMBER = 4, BT_PACK_HASH = 32 };

// Each returns the place behind what it wrote.
uint8_t *bt_pack_whole(uint8_t *at, uint64_t number, int bytes);
uint8_t *bt_pack_numbers(uint8_t *at, const double *numbers, int count);  // as float32
uint64_t bt_unpack_whole(const uint8_t *at, int bytes);
// Moves *at on. False where one is no number, or out of least to most.
bool bt_unpack_numbers(const uint8_t **at, double *numbers, int count, double least,
                       double most);

// Writes the hash of what is before into the last BT_PACK_HASH of size bytes. Logged.
int bt_pack_seal(uint8_t *data, size_t size);
// BAUTA_E_FORMAT where it is another; not logged, but what libcrypto lacks is.
int bt_pack_check(const uint8_t *data, size_t size);

#endif
