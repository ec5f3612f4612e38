// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_TYPING_TYPING_H
#define BT_VERIFY_TYPING_TYPING_H

#include <stddef.h>
#include <stdint.h>

#include <bauta/typing.h>

enum { BT_TYPING_FEATURES_MAX = 3 * BAUTA_TYPING_KEYS_MAX - 2 };

// The least deviation that is divided by, in seconds: clocks tell no less apart.
#define BT_TYPING_DEVIATION_MIN 1e-3
#define BT_TYPING_HOLD_MAX 2.
#define BT_TYPING_PAUSE_MAX 5.

struct bauta_typing {
    int keys, samples;
    double mean[BT_TYPING_FEATURES_MAX], deviation[BT_TYPING_FEATURES_MAX];
    double *own; // scores of the samples, each by the others, ascending
};

// 3 * count - 2 features, or the index of the first key whose times make no sense as
// -1 - index.
int bt_typing_features(const struct bauta_key_time *keys, int count,
                       double out[BT_TYPING_FEATURES_MAX]);
double bt_typing_limit(const struct bauta_typing *typing);

// A file's bytes; *data is the caller's.
int bt_typing_pack(const struct bauta_typing *typing, uint8_t **data, size_t *size);
int bt_typing_unpack(const uint8_t *data, size_t size, const char *path,
                     struct bauta_typing **out);

// Times as text, which is changed while it is read; name is for messages. As
// bauta_typing_times.
int bt_typing_parse(char *text, const char *name, struct bauta_key_time **keys, int *count,
                    int *samples);

#endif
