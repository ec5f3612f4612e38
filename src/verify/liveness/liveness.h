// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_LIVENESS_H
#define BT_VERIFY_LIVENESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <bauta/liveness.h>

// The parts of bauta_liveness. A session keeps its samples; what is judged is a function
// of the seed and the samples alone (bt_liveness_judge), so that a transcript can be
// judged again.

enum {
    BT_SEED_BYTES = 16,
    BT_COLOURS = 8,
    BT_SAMPLES_MAX = 6000, // kept; 60 frames a second for longer than any session
    BT_RATE_MAX = 120,     // samples a second; nearer ones are left out
};
#define BT_REST_SECONDS 3.  // the person's own baseline
#define BT_WAIT_SECONDS 20. // for a face
#define BT_COLOUR_SECONDS .4
#define BT_LIGHT_QUIET .6 // before and after the colours

// Challenge (challenge.c) ---------------------------------------------------------------

struct bt_challenge {
    uint8_t seed[BT_SEED_BYTES];
    int steps, light; // asked for
    int count;        // steps in the table: one more than asked for, the
                      // retry, whose times run from the end of the rest
    struct {
        enum bauta_action action;
        double pause, deadline;
    } step[BAUTA_LIVENESS_STEPS_MAX + 1];
    uint8_t colour[BT_COLOURS][3];
};
// A function of these alone. steps within its limits. 0, or BAUTA_E_FAILED where hashing
// fails.
int bt_challenge_make(struct bt_challenge *c, const uint8_t seed[BT_SEED_BYTES],
                      int steps, int light);
// When step number k is shown and ends, in seconds from the first face.
void bt_challenge_times(const struct bt_challenge *c, int k, double *at, double *until);
// When the colours begin, and when all is over; retry: the added step is shown.
double bt_challenge_light(const struct bt_challenge *c, bool retry);
double bt_challenge_end(const struct bt_challenge *c, bool retry);
// Any other sequence of colours, for comparison.
int bt_challenge_colours(const uint8_t *key, size_t size, uint8_t colour[BT_COLOURS][3]);

// Samples (sample.c) --------------------------------------------------------------------

// Rounds every value as a transcript holds it. False where one is no number or out of
// range.
bool bt_sample_round(struct bauta_liveness_sample *s);
// The numbers of a sample as integers, and back; false where one is out of range.
enum { BT_SAMPLE_NUMBERS = 26 + 2 * BAUTA_LIVENESS_POINTS + BAUTA_LIVENESS_CELLS };
void bt_sample_pack(const struct bauta_liveness_sample *s,
                    int64_t out[BT_SAMPLE_NUMBERS]);
bool bt_sample_unpack(const int64_t in[BT_SAMPLE_NUMBERS],
                      struct bauta_liveness_sample *s);

// Which landmarks are in point.
extern const uint16_t bt_liveness_point[BAUTA_LIVENESS_POINTS];

// What is judged: samples in order, times from the first face.
struct bt_stream {
    const struct bauta_liveness_sample *sample;
    int count;
};

// Actions (action.c) --------------------------------------------------------------------

// The person at rest: medians.
struct bt_baseline {
    int frames;
    double interval; // between frames, median
    float yaw, pitch, size, lids, smile, brows, open;
};
// Of the samples before until. False: too few show a face.
bool bt_baseline_make(const struct bt_stream *s, double until, struct bt_baseline *b);
// How much of an action a sample shows, 1: enough. Not for blinks, which are 0.
float bt_action_level(enum bauta_action action, const struct bauta_liveness_sample *s,
                      const struct bt_baseline *b);

struct bt_event {
    double onset, reached; // when it began, and when it was there long enough
};
// The first event of an action whose onset lies in from..to and that is reached by to.
bool bt_action_find(enum bauta_action action, const struct bt_stream *s,
                    const struct bt_baseline *b, double from, double to,
                    struct bt_event *out);
// Whether another action than the one asked for may come with it.
bool bt_action_allows(enum bauta_action asked, enum bauta_action other);

// Checks --------------------------------------------------------------------------------

void bt_evidence(struct bauta_evidence *e, enum bauta_finding finding, double value,
                 double limit, const char *format, ...) BAUTA_PRINTF(5, 6);
// steps.c: fills steps and the checks of challenge and reaction; shown: how many.
void bt_check_steps(const struct bt_challenge *c, const struct bt_stream *s, int shown,
                    struct bauta_liveness_result *out);
// continuity.c
void bt_check_continuity(const struct bt_stream *s, double light_from,
                         struct bauta_liveness_result *out);
// light.c
void bt_check_light(const struct bt_challenge *c, const struct bt_stream *s, double from,
                    struct bauta_evidence *out);
// repeat.c: frozen and looping pictures, cadence
void bt_check_repeats(const struct bt_stream *s, struct bauta_liveness_result *out);
// flat.c
void bt_check_flatness(const struct bt_stream *s, const struct bt_baseline *b,
                       struct bauta_evidence *out);
// The residual of a homography fitted to points a and b, over the width of a; below 0:
// there is none.
float bt_flat_residual(const float (*a)[2], const float (*b)[2], int count);
// device.c
void bt_check_device(const char *url, struct bauta_evidence *out);

// judge.c: all of them, and the verdict. device: that evidence, made before. Returns 0 or
// BAUTA_E_NO_MEMORY.
int bt_liveness_judge(const struct bt_challenge *c, const struct bt_stream *s, bool retry,
                      const struct bauta_evidence *device,
                      struct bauta_liveness_result *out);
// Whether exactly one step so far was not done, so that another is added.
bool bt_liveness_wants_retry(const struct bt_challenge *c, const struct bt_stream *s);

// Ledger (ledger.c) ---------------------------------------------------------------------

enum { BT_LEDGER_SEEDS = 16384, BT_LEDGER_FAILURES = 5, BT_LEDGER_SECONDS = 180 };
// Notes a seed as used. BAUTA_E_EXISTS: it was before; BAUTA_E_AGAIN: locked.
int bt_ledger_begin(const char *path, const uint8_t seed[BT_SEED_BYTES], int64_t now);
int bt_ledger_failed(const char *path, int64_t now);

// Measuring (measure.c) -----------------------------------------------------------------

struct bt_measure;
struct bauta_frame;
int bt_measure_open(struct bt_measure **out, const struct bauta_frame *first,
                    const char *models);
void bt_measure_close(struct bt_measure **measure);
// Fills the sample of the next frame. seconds as the sample's.
int bt_measure_frame(struct bt_measure *m, const struct bauta_frame *frame,
                     double seconds, struct bauta_liveness_sample *out);
// Looks for the watermark in what came since the last window: 1 where it is.
int bt_measure_rest(struct bt_measure *m);

// Transcript (transcript.c) -------------------------------------------------------------

enum { BT_TRANSCRIPT_VERSION = 1, BT_TRANSCRIPT_MAX = 16 << 20 };
struct bt_transcript {
    uint8_t seed[BT_SEED_BYTES];
    int steps, light, retry;
    int64_t made;
    enum bauta_liveness_verdict verdict;
    struct bauta_evidence device;
    struct bauta_liveness_sample *sample;
    int count;
};
struct bt_c2pa_buf;
struct bt_c2pa_signer;
// Appends the unsigned and the signed form. The error stays in b, too.
int bt_transcript_pack(struct bt_c2pa_buf *b, const struct bt_transcript *t);
int bt_transcript_sign(struct bt_c2pa_buf *b, const struct bt_transcript *t,
                       const struct bt_c2pa_signer *signer);
// Reads the unsigned form; on success t->sample is bt_alloc'ed. Logged with name.
int bt_transcript_unpack(const uint8_t *data, size_t size, const char *name,
                         struct bt_transcript *t);
void bt_transcript_finish(struct bt_transcript *t);
// The signed form: signature, contents, verdict. As bauta_liveness_verify.
int bt_transcript_check(const uint8_t *data, size_t size, const char *name,
                        const char *anchors, struct bauta_liveness_result *out);
// Of a session that is finished; takes nothing.
int bt_liveness_transcript(const struct bauta_liveness *l, struct bt_transcript *t);
// Writes the file. signer: the program's.
int bt_transcript_write(const struct bt_transcript *t,
                        const struct bt_c2pa_signer *signer, const char *path,
                        int overwrite);

#endif
