// SPDX-License-Identifier: Apache-2.0
#ifndef BT_VERIFY_CHECK_CHECK_H
#define BT_VERIFY_CHECK_CHECK_H

#include <stdbool.h>

#include <bauta/check.h>

#include "io/facts.h"
#include "verify/motion/motion.h"

// What is kept of each frame.
enum {
    BT_GRID_WIDTH = 32,
    BT_GRID_HEIGHT = 18,
    BT_GRID_CELLS = BT_GRID_WIDTH * BT_GRID_HEIGHT,
    BT_SAMPLES_MAX = 1 << 16,
};
struct bt_sample {
    double seconds, own;      // as of bt_watched
    uint64_t hash;            // of the brightness: equal where the frames are
    uint16_t grid[BT_GRID_CELLS];   // mean brightness of cells, in sixteenths
    int part;                 // of one face without cut or gap, -1: no face
    int id;                   // of the main face
    bool cut;
    float lids;               // opening of both eyes, canonical centimetres
    float turned;             // degrees from the camera
    float place[2], size;     // of the face, samples
};
struct bt_samples {
    struct bt_sample *one;
    int count, room;
};
int bt_samples_add(struct bt_samples *samples, const struct bt_sample *sample);
// Fills hash and grid.
void bt_sample_picture(const struct bauta_frame *frame, struct bt_sample *out);

// Cues. Each fills its part of the facts; pure.
void bt_cue_cadence(const struct bt_samples *samples, struct bauta_check_facts *facts);
void bt_cue_frozen(const struct bt_samples *samples, struct bauta_check_facts *facts);
// BAUTA_E_NO_MEMORY.
int bt_cue_loops(const struct bt_samples *samples, struct bauta_check_facts *facts);
int bt_cue_blinks(const struct bt_samples *samples, struct bauta_check_facts *facts);
void bt_cue_people(const struct bt_samples *samples, struct bauta_check_facts *facts);

// Pictures of the evidence: taken as they come, spread over what was seen.
enum { BT_PICTURES_HELD = 2 * BAUTA_CHECK_PICTURES_MAX };
struct bt_pictures {
    struct bauta_check_picture one[BT_PICTURES_HELD];
    int count;
    double step, next;        // seconds
};
int bt_pictures_take(struct bt_pictures *pictures, const struct bt_watched *seen);
// Leaves BAUTA_CHECK_PICTURES_MAX at most.
void bt_pictures_thin(struct bt_pictures *pictures);
void bt_pictures_finish(struct bt_pictures *pictures);

enum { BT_FINDINGS_MAX = 40, BT_FINDING_SIZE = 700 };
struct bauta_check {
    bool stream, still;
    bool whole;               // all of it was looked at frame by frame
    bool truncated;           // the file ends before its own end
    struct bauta_inspection marks;
    struct bt_facts container;
    struct bauta_check_facts facts;
    struct bt_pictures pictures;
    bool moved;               // a signature was compared
    struct bauta_motion_result motion;
    char signature[80];
    enum bauta_check_verdict verdict;
    int findings;
    struct {
        enum bauta_check_level level;
        const char *topic;
        char text[BT_FINDING_SIZE];
    } finding[BT_FINDINGS_MAX];
};
// Writes findings and verdict from what was measured.
void bt_check_say(struct bauta_check *check);

#endif
