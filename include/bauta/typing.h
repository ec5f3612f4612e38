// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_TYPING_H
#define BAUTA_TYPING_H

#include <stdint.h>

#include <bauta/error.h>
#include <bauta/identity.h>

#ifdef __cplusplus
extern "C" {
#endif

// A typing signature: how one person types one text, by the times of its keys alone. The
// host measures them while the same text is typed again and again; which keys they are is
// neither asked nor kept.
//
// The detector is the scaled Manhattan distance, the best of fourteen in Killourhy and
// Maxion, "Comparing Anomaly-Detection Algorithms for Keystroke Dynamics" (DSN 2009): n
// keys give 3n - 2 features, the n times from down to up, and of each two neighbours the
// times from down to down and from up to down. The score is the mean over all features of
// |x - m| / a, where m is the feature's mean in enrolment and a its mean absolute
// deviation, at least one millisecond.
//
// How far it goes: in that study, with 51 people and 200 repetitions of a password to
// enrol from, one in ten was taken for another or refused (equal error rate .096). Fewer
// repetitions, another keyboard, one hand or a cold make it worse, and whoever has seen
// the times can replay them. It is a hint beside others, never a proof.
//
// Errors are logged. Thread-safe apart from one signature in two calls of which one
// frees.

#define BAUTA_TYPING_KEYS_MIN 6
#define BAUTA_TYPING_KEYS_MAX 64
#define BAUTA_TYPING_SAMPLES_MIN 20
#define BAUTA_TYPING_SAMPLES_MAX 500

// One key, in seconds from any one moment. Keys are in the order in which they went down;
// a key may go down before the one before is up.
struct bauta_key_time {
    double down, up;
};

// One person's way to type one text. Never changes after it was made.
struct bauta_typing;

// Learns it from samples, each of count keys, one behind the other in keys.
// BAUTA_E_USAGE: too few or too many keys or samples; BAUTA_E_FORMAT: times that are no
// numbers, out of order, a key held for over 2 s or a pause of over 5 s, with the sample
// and key in the log; BAUTA_E_NO_MEMORY. On success *out is the caller's.
BAUTA_API int bauta_typing_enrol(const struct bauta_key_time *keys, int count,
                                 int samples, struct bauta_typing **out);
// Sets *typing to NULL. Accepts NULL inside.
BAUTA_API void bauta_typing_free(struct bauta_typing **typing);

struct bauta_typing_info {
    int keys, samples; // that it was learnt from
    double limit;      // the score above which typing is not taken for the same
};
BAUTA_API int bauta_typing_info(const struct bauta_typing *typing,
                                struct bauta_typing_info *out);

struct bauta_typing_result {
    double score; // 0: the very means; about 1 is usual for the same person
    double limit; // that 19 of 20 of the person's own samples stay below
    double share; // of the own samples' scores, each judged by the others, that
                  // are at least this one: (k + 1) / (n + 1); small: unlikely
    int alike;    // score is at most limit
};
// Judges one repetition of the same text. BAUTA_E_USAGE where it has another number of
// keys, BAUTA_E_FORMAT as above.
BAUTA_API int bauta_typing_verify(const struct bauta_typing *typing,
                                  const struct bauta_key_time *keys, int count,
                                  struct bauta_typing_result *out);

// Writes a file for this user alone; it is about a person's body: treat it so. overwrite
// 0: BAUTA_E_EXISTS where the file is there. Errors of files.
BAUTA_API int bauta_typing_save(const struct bauta_typing *typing, const char *path,
                                int overwrite);
// BAUTA_E_NOT_FOUND, BAUTA_E_FORMAT (none, or damaged), BAUTA_E_UNSUPPORTED (a later
// version), BAUTA_E_TOO_LARGE, BAUTA_E_PERMISSION, BAUTA_E_IO, BAUTA_E_NO_MEMORY.
BAUTA_API int bauta_typing_load(const char *path, struct bauta_typing **out);

// The same in the user's data folder, $XDG_DATA_HOME/bauta/typing or
// ~/.local/share/bauta/typing, under a name as of bauta_name_check. Errors as above.
BAUTA_API int bauta_typing_keep(const struct bauta_typing *typing, const char *name,
                                int overwrite);
BAUTA_API int bauta_typing_find(const char *name, struct bauta_typing **out);
BAUTA_API int bauta_typing_remove(const char *name);
// Calls each with every name, sorted; stops and returns what each returns if that is not 0.
BAUTA_API int bauta_typing_list(bauta_name_fn *each, void *opaque);

// Reads recorded times: text with a repetition on each line, holds and the times from up to
// down between them in turn, in seconds, with commas, semicolons or blanks between; '#'
// begins a remark. On success *keys holds *samples times *count keys, one repetition
// behind the other, and is the caller's, for bauta_typing_times_free. BAUTA_E_FORMAT, with
// the line in the log; BAUTA_E_TOO_LARGE: over 4 MiB, or more than
// BAUTA_TYPING_SAMPLES_MAX lines; errors of files.
BAUTA_API int bauta_typing_times(const char *path, struct bauta_key_time **keys,
                                 int *count, int *samples);
// Sets *keys to NULL. Accepts NULL inside.
BAUTA_API void bauta_typing_times_free(struct bauta_key_time **keys);

#ifdef __cplusplus
}
#endif
#endif
