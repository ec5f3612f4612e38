// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_MOTION_H
#define BAUTA_MOTION_H

#include <stdint.h>

#include <bauta/error.h>
#include <bauta/identity.h>

#ifdef __cplusplus
extern "C" {
#endif

// A motion signature: how one person moves the face while speaking, learnt from films of
// them, after Agarwal, Farid, Gu, He, Nagano and Li, "Protecting World Leaders Against Deep
// Fakes" (CVPR workshops 2019). A face that was replaced moves as the person who wore it.
//
// Of each frame 20 signals are taken: the weights of the 16 modes of expression, pitch and
// roll of the head, the distance of the mouth's corners and that of the lips. In each
// window of 10 s the Pearson correlations of all 190 pairs say what moves together with
// what; windows begin a second apart. Their Fisher transforms have a mean and a covariance
// that is shrunk (Ledoit and Wolf 2004, with as many independent windows as 10 s go into
// the seconds seen). The score of a window is its squared Mahalanobis distance over 190;
// what is usual is told by the person's own windows, each judged by a model of the nine
// tenths of the film that it does not touch (own scores).
//
// How far it goes: the study had hours of each person and films of one kind. Minutes tell
// less; another occasion, another camera, reading aloud instead of speaking freely change
// how somebody moves; and an impersonator who was filmed speaking was told from the person
// in most cases there, not in all. It is a hint beside others, never a proof. What is kept
// is about a person's body: treat it so.
//
// Errors are logged. Thread-safe apart from one signature in two calls of which one frees.

#define BAUTA_MOTION_WINDOW 10.     // seconds
#define BAUTA_MOTION_ENROL_MIN 180. // seconds of one face, without which none is learnt
#define BAUTA_MOTION_ENROL_GOOD 600.// from which more helps little here
#define BAUTA_MOTION_COMPARE_MIN 30.// without which nothing is judged
#define BAUTA_MOTION_CLIPS_MAX 256

// One person's signature. Never changes after it was made.
struct bauta_motion;

struct bauta_motion_params {
    const char *models;       // folder of the nets, NULL: where they are looked for
    double most_seconds;      // of each film that are looked at, 0: all
};

// Learns it from films in which one person is seen and speaks; of several faces the largest
// is followed. BAUTA_E_TOO_SMALL: less than BAUTA_MOTION_ENROL_MIN, with what there is in
// the log; BAUTA_E_NO_FACE; BAUTA_E_USAGE, and the errors of files and models. On success
// *out is the caller's.
BAUTA_API int bauta_motion_enrol(const char *const *films, int count,
                                 const struct bauta_motion_params *params,
                                 struct bauta_motion **out);
// Sets *motion to NULL. Accepts NULL inside.
BAUTA_API void bauta_motion_free(struct bauta_motion **motion);

struct bauta_motion_info {
    int films, windows;       // that it was learnt from
    double seconds;           // of the face in them
    double limit;             // 19 of 20 of the own scores are at most this
    int64_t made;             // Unix time
};
BAUTA_API int bauta_motion_info(const struct bauta_motion *motion,
                                struct bauta_motion_info *out);

enum bauta_motion_verdict {
    BAUTA_MOTION_TOO_LITTLE,  // less than BAUTA_MOTION_COMPARE_MIN; nothing was judged
    BAUTA_MOTION_ALIKE,       // score and twice its error are at most limit
    BAUTA_MOTION_UNCLEAR,
    BAUTA_MOTION_UNLIKE,      // score less twice its error is above limit
};
// "too-little", "alike", "unclear", "unlike"; NULL out of range. Static storage.
BAUTA_API const char *bauta_motion_verdict_name(enum bauta_motion_verdict verdict);

struct bauta_motion_result {
    enum bauta_motion_verdict verdict;
    int windows;
    double seconds;           // of the face that was followed
    double needed;            // seconds that lack for a judgement, 0: none
    double score;             // the mean of the windows'
    double error;             // its standard error: the windows' deviation, or that of the
                              // own scores where that is larger, over the root of
                              // seconds / 10
    double limit;
    double inside;            // 0..1: windows with a score of at most limit
};
// Judges a film. Too little of a face is a result, no error.
BAUTA_API int bauta_motion_compare(const struct bauta_motion *motion, const char *film,
                                   const struct bauta_motion_params *params,
                                   struct bauta_motion_result *out);

// Kept in the user's data folder, $XDG_DATA_HOME/bauta/signatures or
// ~/.local/share/bauta/signatures, under a name as of bauta_name_check, for this user alone.
// BAUTA_E_EXISTS where there is one and overwrite is 0; BAUTA_E_NOT_FOUND; BAUTA_E_FORMAT
// (none, or damaged), BAUTA_E_UNSUPPORTED (a later version), and errors of files.
BAUTA_API int bauta_motion_save(const struct bauta_motion *motion, const char *name,
                                int overwrite);
BAUTA_API int bauta_motion_load(const char *name, struct bauta_motion **out);
BAUTA_API int bauta_motion_remove(const char *name);
// Calls each with every name, sorted; stops and returns what each returns if that is not 0.
BAUTA_API int bauta_motion_list(bauta_name_fn *each, void *opaque);

#ifdef __cplusplus
}
#endif
#endif
