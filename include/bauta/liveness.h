// SPDX-License-Identifier: Apache-2.0
#ifndef BAUTA_LIVENESS_H
#define BAUTA_LIVENESS_H

#include <stdint.h>

#include <bauta/error.h>
#include <bauta/frame.h>

#ifdef __cplusplus
extern "C" {
#endif

// Whether a live person sits before a camera: presentation attack detection in the words
// of ISO/IEC 30107-3, by challenge and response. A seed that nobody can know beforehand
// chooses what the person is asked to do, in which order and after which pauses; what the
// camera shows is measured and has to fit, in time, and to be one unbroken stream of one
// face. The host draws the prompts; the library is given frames with times, or
// measurements. docs/liveness.md says what was measured, and how far it goes.
//
// It never says that somebody is who they claim to be, and a pass is no proof: whoever
// can drive a face in real time and shows it without our watermark can do what is asked.
//
// Errors are logged. A session belongs to one thread at a time; different sessions are
// independent.

enum bauta_action {
    BAUTA_ACTION_BLINK_TWICE,
    BAUTA_ACTION_SMILE,
    BAUTA_ACTION_OPEN_MOUTH,
    BAUTA_ACTION_RAISE_BROWS,
    BAUTA_ACTION_TURN_LEFT,    // to the person's own left
    BAUTA_ACTION_TURN_RIGHT,
    BAUTA_ACTION_LOOK_UP,
    BAUTA_ACTION_COME_CLOSER,
    BAUTA_ACTION_COVER_EYE,    // one eye, with a hand
    BAUTA_ACTION_COUNT
};
// "blink twice", "smile", …; NULL out of range. Static storage. Thread-safe.
BAUTA_API const char *bauta_action_name(enum bauta_action action);

enum bauta_liveness_verdict {
    BAUTA_LIVENESS_PASS,
    BAUTA_LIVENESS_FAIL,
    BAUTA_LIVENESS_INCONCLUSIVE,
};
// "pass", "fail", "inconclusive"; NULL out of range. Static storage. Thread-safe.
BAUTA_API const char *bauta_liveness_verdict_name(enum bauta_liveness_verdict verdict);

// What was looked at for presentation attacks. The first seven are rules; the others are
// heuristics, of which docs/liveness.md says how often they help and how often they err.
enum bauta_liveness_check {
    BAUTA_PAD_WATERMARK,     // our own in the picture: certainly synthetic
    BAUTA_PAD_CHALLENGE,     // the right actions, in order and in time
    BAUTA_PAD_REACTION,      // within .15 to 2 s of the prompt
    BAUTA_PAD_IDENTITY,      // one person from start to end
    BAUTA_PAD_TRACK,         // one face, seen all the time
    BAUTA_PAD_PICTURE,       // no cut, no jump of light or noise
    BAUTA_PAD_LIGHT,         // the face shows the colours of the screen
    BAUTA_PAD_FROZEN,        // the picture stands still
    BAUTA_PAD_LOOP,          // the picture repeats itself
    BAUTA_PAD_FLATNESS,      // what turns is flat
    BAUTA_PAD_CADENCE,       // frames come evenly, and often enough
    BAUTA_PAD_DEVICE,        // what is known of the driver or node
    BAUTA_PAD_COUNT
};
// "watermark", "challenge", …; NULL out of range. Static storage. Thread-safe.
BAUTA_API const char *bauta_liveness_check_name(enum bauta_liveness_check check);

enum bauta_finding {
    BAUTA_FINDING_SKIPPED,     // could not be looked at, or was declined
    BAUTA_FINDING_GOOD,
    BAUTA_FINDING_BAD,         // the verdict is a fail
    BAUTA_FINDING_DOUBTFUL,    // the verdict is no pass
    BAUTA_FINDING_NOTED,       // said, and does not count
};
// "skipped", "good", "bad", "doubtful", "noted"; NULL out of range. Static storage.
BAUTA_API const char *bauta_finding_name(enum bauta_finding finding);

struct bauta_evidence {
    enum bauta_finding finding;
    float value, limit;        // what was measured and where it turns; 0, 0: no number
    char why[120];             // in words
};

enum bauta_step_outcome {
    BAUTA_STEP_DONE,
    BAUTA_STEP_MISSED,         // not done before the deadline
    BAUTA_STEP_EARLY,          // begun before it was asked for: wrong
    BAUTA_STEP_WRONG,          // something else was done
};
// "done", "missed", "early", "wrong"; NULL out of range. Static storage. Thread-safe.
BAUTA_API const char *bauta_step_outcome_name(enum bauta_step_outcome outcome);

#define BAUTA_LIVENESS_STEPS_MIN 3
#define BAUTA_LIVENESS_STEPS_MAX 6
struct bauta_liveness_step {
    enum bauta_action action;
    double at, until;          // when it was shown and its deadline, from the first face
    enum bauta_step_outcome outcome;
    double reaction;           // seconds from the prompt to the action's onset; below 0:
                               // there was none
    int retry;                 // 1: the one that was added after a wrong one
};

struct bauta_liveness_result {
    enum bauta_liveness_verdict verdict;
    int synthetic;             // 1: our watermark was in the picture
    char seed[33];             // hexadecimal
    double seconds;            // from the first face to the end
    int frames;
    int step_count;            // those that were shown; a retry is one more
    struct bauta_liveness_step step[BAUTA_LIVENESS_STEPS_MAX + 1];
    struct bauta_evidence check[BAUTA_PAD_COUNT];
    // Of a transcript that was read:
    int signature;             // 1: it is unchanged since it was signed
    int trusted;               // 1: and the signer leads to an anchor
    char signer[128];
    int64_t made;              // when, by the signer's clock, seconds since 1970
};

// One frame's measurements. Lengths are relative to the face or to the picture, so that
// hosts with a tracker of their own can fill it. Left and right are those of the picture.
#define BAUTA_LIVENESS_POINTS 24
#define BAUTA_LIVENESS_CELLS 16
struct bauta_liveness_sample {
    double seconds;            // rising, from any moment
    int faces;                 // in the picture; 0: only the last four are used
    int track;                 // stays the same while one face is followed
    int cut;                   // 1: a scene cut stands before this frame
    float x, y, size;          // the middle of the face and its width, over the picture's
                               // width
    float yaw, pitch, roll;    // degrees; positive: nose to the picture's right, down,
                               // head tilted clockwise
    float lids[2];             // opening of each eye, centimetres of a face of usual size
    float smile, brows;        // weights, 1: strong
    float open;                // gap of the lips, centimetres
    float eye[2];              // how much the place of each eye looks as it did at the
                               // beginning, correlation
    float alike;               // cosine of an identity net to the first; -2: not measured
    float light[3];            // mean of the skin, linear light, R G B, 0..1
    // Landmarks of the mesh in the order of docs/liveness.md, over the picture's width;
    // all 0: not measured.
    float point[BAUTA_LIVENESS_POINTS][2];
    int watermark;             // 1: our watermark was found in the frames up to this one
    float noise;               // deviation of the picture's noise, levels of 255
    float change;              // mean difference to the frame before, levels; below 0:
                               // the first
    float cell[BAUTA_LIVENESS_CELLS];  // mean luma of 4x4 parts of the picture
};

struct bauta_liveness;

struct bauta_liveness_params {
    const char *seed;          // 32 hexadecimal digits; NULL: drawn. A seed that was used
                               // before is refused
    int steps;                 // actions that are asked for; 0: 4
    int light;                 // 1: the light challenge comes last. Colours change 2.5
                               // times a second; whoever is sensitive to flicker may
                               // decline it
    const char *models;        // the folder of the nets; NULL: the usual places
    const char *source;        // url of the camera, of which the driver is asked; or NULL
    // The file of used seeds and failures, which is made, for this user alone. NULL: the
    // usual place, $XDG_DATA_HOME/bauta/liveness. A host gives each subject their own.
    const char *ledger;
};
// Opens a session: draws the challenge and notes the seed as used. Nets are opened with
// the first frame. BAUTA_E_USAGE, BAUTA_E_EXISTS: the seed was used before,
// BAUTA_E_AGAIN: five sessions did not pass within three minutes, so wait; errors of
// files; BAUTA_E_NO_MEMORY. On success *out is the caller's. params may be NULL.
BAUTA_API int bauta_liveness_open(const struct bauta_liveness_params *params,
                                  struct bauta_liveness **out);
// A session that was begun and not finished counts as one that did not pass. Sets
// *session to NULL. Accepts NULL inside.
BAUTA_API void bauta_liveness_close(struct bauta_liveness **session);

// What the host shows. Nothing of it tells whether an action was done well.
enum bauta_liveness_stage {
    BAUTA_PROMPT_WAIT,          // no face was seen yet
    BAUTA_PROMPT_REST,          // look into the camera and do nothing
    BAUTA_PROMPT_ACTION,
    BAUTA_PROMPT_LIGHT,         // fill the screen with colour
    BAUTA_PROMPT_OVER,
};
struct bauta_liveness_prompt {
    enum bauta_liveness_stage stage;
    enum bauta_action action;  // of ACTION
    int step, steps;           // from 1
    double left;               // seconds until it changes
    uint8_t colour[3];         // of LIGHT, R G B
};
// At that time, of the same clock as the frames'.
BAUTA_API int bauta_liveness_now(const struct bauta_liveness *session, double seconds,
                                 struct bauta_liveness_prompt *out);

// The next frame, which stays the caller's. 1: the session is over; 0: go on. Times that
// do not rise are BAUTA_E_USAGE. BAUTA_E_MODEL, BAUTA_E_RUNTIME, BAUTA_E_NO_MEMORY.
BAUTA_API int bauta_liveness_push(struct bauta_liveness *session,
                                  const struct bauta_frame *frame, double seconds);
// The same with measurements. Values that are no numbers are BAUTA_E_USAGE.
BAUTA_API int bauta_liveness_push_sample(struct bauta_liveness *session,
                                         const struct bauta_liveness_sample *sample);
// The last measurements that were made of a frame. BAUTA_E_END: there are none.
BAUTA_API int bauta_liveness_sample(const struct bauta_liveness *session,
                                    struct bauta_liveness_sample *out);

// Reads a camera ("v4l2:/dev/video0", "pipewire:NAME", a device's path), a url of the
// network or a file until the session is over or the source ends, and pushes its frames.
// A file's times are its own. show is called before each frame with what is to be shown;
// where it does not return 0, reading ends. Errors of sources and of bauta_liveness_push.
typedef int bauta_liveness_show_fn(void *opaque, const struct bauta_liveness_prompt *now);
BAUTA_API int bauta_liveness_run(struct bauta_liveness *session, const char *source,
                                 bauta_liveness_show_fn *show, void *opaque);

// The end, also before it is over: what was not seen by then was missed. Notes in the
// ledger that it did not pass, where a face was seen. Once; later calls give the same.
BAUTA_API int bauta_liveness_finish(struct bauta_liveness *session,
                                    struct bauta_liveness_result *out);

// Writes what was asked for and measured, without pictures, signed with the program's key
// (bauta_keys_show). It holds measurements of a person's body: keep it accordingly. Only
// after finish. overwrite 0: BAUTA_E_EXISTS where the file is there. Errors of files and
// keys.
BAUTA_API int bauta_liveness_save(const struct bauta_liveness *session, const char *path,
                                  int overwrite);
// Reads a transcript, checks its signature, makes the challenge from its seed again, and
// judges its measurements again. anchors: PEM certificates to trust, or NULL.
// BAUTA_E_FORMAT: it is none or damaged, BAUTA_E_UNSUPPORTED: of a later version,
// BAUTA_E_TAMPERED: the signature does not fit, or the verdict in it is not that of its
// measurements; errors of files.
BAUTA_API int bauta_liveness_verify(const char *path, const char *anchors,
                                    struct bauta_liveness_result *out);

#ifdef __cplusplus
}
#endif
#endif
