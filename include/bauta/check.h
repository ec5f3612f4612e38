// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_CHECK_H
#define BAUTA_CHECK_H

#include <stddef.h>
#include <stdint.h>

#include <bauta/error.h>
#include <bauta/motion.h>
#include <bauta/verify.h>

#ifdef __cplusplus
extern "C" {
#endif

// Looks at a film, a picture or a camera as somebody would who must tell whether to believe
// it: the marks that it carries (bauta_inspect), what its container says, frames that
// stand still or come again, when frames come, what the face does (blinks, how long it was
// followed), and, where a signature is given, whether it moves like that person. It says in
// plain English what is certain, what is likely, what is only a fact, what cannot be known
// and what to do next. It never says that something is genuine: nothing here could know.
//
// It draws no faces and writes no file; the small pictures that it keeps are the input's
// own, as they are. Nothing is sent anywhere.

struct bauta_check;

struct bauta_check_params {
    const char *models;       // folder of the nets, NULL: where they are looked for
    const char *anchors;      // PEM certificates to trust, as for bauta_inspect
    double most_seconds;      // of a film or stream that are looked at, 0:
                              // BAUTA_CHECK_SECONDS, of a stream 10
    const struct bauta_motion *signature;   // NULL: none
    const char *signature_name;             // what the words call it, NULL: "the signature"
};
#define BAUTA_CHECK_SECONDS 120.

enum bauta_check_verdict {
    BAUTA_CHECK_NOTHING,      // nothing speaks against it, which tells little
    BAUTA_CHECK_UNUSUAL,      // something is likely to have been done, or is unusual
    BAUTA_CHECK_CHANGED,      // certain: it is not what was signed
    BAUTA_CHECK_MADE,         // certain: it carries a mark of made or changed pictures
};
// "nothing-found", "unusual", "changed", "made"; NULL out of range. Static storage.
BAUTA_API const char *bauta_check_verdict_name(enum bauta_check_verdict verdict);

enum bauta_check_level {
    BAUTA_CHECK_CERTAIN,
    BAUTA_CHECK_LIKELY,       // unusual, with an innocent explanation where there is one
    BAUTA_CHECK_FACT,         // what was seen, as it is with ordinary films too
    BAUTA_CHECK_UNKNOWN,      // what cannot be known from this
    BAUTA_CHECK_NEXT,         // what to do
};
// "certain", "likely", "fact", "unknown", "next"; NULL out of range. Static storage.
BAUTA_API const char *bauta_check_level_name(enum bauta_check_level level);

// One thing to say. Strings are the check's; they may hold foreign text (names of programs
// and signers), UTF-8 without control bytes.
struct bauta_check_finding {
    enum bauta_check_level level;
    const char *topic;        // one word, such as "watermark", "blinks"
    const char *text;         // whole sentences
};

// What was measured. -1 where it was not.
struct bauta_check_facts {
    int width, height;        // upright
    double seconds;           // that were looked at frame by frame; 0: a picture
    int frames, cuts, people; // people: faces that were the main one for over a second
    double face_seconds;      // in which a face was followed
    int blinks;
    double blink_rate, blink_low, blink_high;   // a minute, and its 95 % interval
    double blink_seconds;     // mean duration
    double rate, jitter;      // frames a second; deviation of their distances over it, 0..
    int gaps;                 // where a frame came later than 2.5 usual distances
    double frozen_seconds, frozen_at;           // the longest time that the picture stood
    double loop_seconds, loop_at, loop_again;   // the longest stretch that comes again
    int loop_backwards;
};

// A picture of the evidence: JPEG, at most 320 samples wide and high, upright. outline is
// the found face's oval, x and y in 0..1 of the picture, in order; points 0: no face.
#define BAUTA_CHECK_PICTURES_MAX 6
#define BAUTA_CHECK_OUTLINE_MAX 36
struct bauta_check_picture {
    const uint8_t *jpeg;      // the check's
    size_t size;
    int width, height;
    double seconds;
    int points;
    float outline[BAUTA_CHECK_OUTLINE_MAX][2];
};

// Opens nothing but path: a file or a stream as of bauta_inspect, but not "-". On success
// *out is the caller's. Errors as of bauta_inspect, and of models; BAUTA_E_USAGE for a
// folder. Thread-safe.
BAUTA_API int bauta_check(const char *path, const struct bauta_check_params *params,
                          struct bauta_check **out);
// Sets *check to NULL. Accepts NULL inside.
BAUTA_API void bauta_check_free(struct bauta_check **check);

BAUTA_API enum bauta_check_verdict bauta_check_verdict(const struct bauta_check *check);
// The verdict as one sentence. Static storage.
BAUTA_API const char *bauta_check_headline(const struct bauta_check *check);
// Number index from 0, by level; BAUTA_E_USAGE after the last.
BAUTA_API int bauta_check_finding(const struct bauta_check *check, int index,
                                  struct bauta_check_finding *out);
BAUTA_API int bauta_check_facts(const struct bauta_check *check,
                                struct bauta_check_facts *out);
// In the order of time; BAUTA_E_USAGE after the last.
BAUTA_API int bauta_check_picture(const struct bauta_check *check, int index,
                                  struct bauta_check_picture *out);
// The marks. Valid as long as the check.
BAUTA_API const struct bauta_inspection *bauta_check_marks(const struct bauta_check *check);
// BAUTA_E_NOT_FOUND where no signature was given, or no face was there to be compared.
BAUTA_API int bauta_check_motion(const struct bauta_check *check,
                                 struct bauta_motion_result *out);

#ifdef __cplusplus
}
#endif
#endif
