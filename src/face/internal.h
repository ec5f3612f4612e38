// SPDX-License-Identifier: Apache-2.0
#ifndef BT_FACE_INTERNAL_H
#define BT_FACE_INTERNAL_H

#include "face/face.h"
#include "nn/nn.h"

// Crops for nets ------------------------------------------------------------------------

#define BT_CROP_MAX 256

// Memory for the halved pictures that a crop is sampled from; grows to what the largest
// frame needs and stays. Zeroed at first.
struct bt_crop {
    uint8_t *level[3][2];
    size_t size[3][2];
};
// Samples the n x n square that map takes from crop pixels to samples of plane 0 as
// planar R, G, B, each value 0..255 times gain plus offset. Where a crop pixel covers more
// than a sample or so, samples are averaged first. Outside of the picture all is black.
// Returns 0 or BAUTA_E_NO_MEMORY, BAUTA_E_USAGE where n is over BT_CROP_MAX.
int bt_crop_run(struct bt_crop *crop, const struct bauta_frame *frame,
                struct bt_affine map, int n, float gain, float offset, float *out);
void bt_crop_finish(struct bt_crop *crop);

// Finer points --------------------------------------------------------------------------

// The attention mesh's other outputs: pairs of x and y in pixels of the crop.
#define BT_REFINE_PARTS 5
struct bt_refine_part {
    const char *name;
    int count;             // points
    const uint16_t *index; // which landmarks they are; NULL: an iris, its middle first
};
extern const struct bt_refine_part bt_refine_parts[BT_REFINE_PARTS];
// Puts them into the landmarks, all in pixels of the crop, as MediaPipe does: x and y are
// replaced, z stays; an iris lies as deep as the lids do on average. A part that lies far
// from the plain landmarks, as behind a turned head, counts less or not at all.
void bt_refine_apply(const float *const refined[BT_REFINE_PARTS], float *landmarks,
                     float iris[2][3]);
// Moves the irises as the lids have moved from one to the other.
void bt_refine_follow(const struct bauta_face *before, struct bauta_face *after);

// Nets ----------------------------------------------------------------------------------

#define BT_ANCHORS 896

struct bt_face_nets {
    struct bt_net *detector, *mesh;
    float *detector_in, *boxes, *scores; // the nets' own buffers
    float *mesh_in, *landmarks, *presence;
    const float *refined[BT_REFINE_PARTS]; // the attention mesh's, else NULL
    float anchor[BT_ANCHORS][2];
    struct bt_crop crop;
};

// The centres of the detector's anchors, 0..1.
void bt_detect_anchors(float anchor[BT_ANCHORS][2]);
// Weighted non-maximum suppression (MediaPipe's): the best detection and all that overlap
// it by more than iou become one, the mean by score; and so on. Sorts and shortens found,
// returns the new count.
int bt_detect_merge(struct bt_detection *found, int count, float iou);
// As bt_detect_window for a square of any clockwise angle (radians) about its centre.
int bt_detect_square(struct bt_face_nets *nets, const struct bauta_frame *frame,
                     const float centre[2], float size, float angle, float threshold,
                     struct bt_detection *found, int max);
// The clockwise angle, in samples, of a picture's upright horizontal.
float bt_upright_angle(const struct bauta_frame *frame);
// How far to the right a point is once the picture is upright.
float bt_upright_x(const struct bauta_frame *frame, float x, float y);

// The squares that together see faces of every size, the largest first.
#define BT_WINDOWS_MAX 96
struct bt_window {
    float x, y, size;
};
int bt_detect_windows(int width, int height, struct bt_window window[BT_WINDOWS_MAX]);

// Whether two boxes show one face: they overlap by more than iou, or most of the smaller
// lies in the larger.
bool bt_box_same(const float a[4], const float b[4], float iou);

// Checks --------------------------------------------------------------------------------

// Fills the angles from rotation.
void bt_pose_angles(struct bauta_face *face);
// Root mean square distance from the canonical face, in its centimetres, after the fit.
float bt_pose_residual(const struct bauta_face *face);
// Fits the pose and says whether what the mesh net gave has the shape of a face.
bool bt_face_plausible(const struct bauta_frame *frame, struct bauta_face *face);
// Where to run the mesh.
struct bt_region {
    float centre[2], size, angle;
};
struct bt_region bt_region_of(const struct bauta_face *face);
// Runs the mesh in a region, once. Fills the pose too. 1: a plausible face of at least that
// presence, 0: none.
int bt_mesh_once(struct bt_face_nets *nets, const struct bauta_frame *frame,
                 struct bt_region at, float presence, struct bauta_face *face);
// Runs the mesh in a region and again in the region that it found where that is clearly
// another. Fills the pose too. 1: a plausible face of at least that presence, 0: none.
int bt_mesh_settle(struct bt_face_nets *nets, const struct bauta_frame *frame,
                   const float centre[2], float size, float angle, float presence,
                   struct bauta_face *face);

// Asks the detector for a face where the mesh found one. 1: it sees the same face with at
// least that score, 0: it does not; another face that it sees there is put into other
// when that is not NULL (score 0: none).
int bt_face_confirm(struct bt_face_nets *nets, const struct bauta_frame *frame,
                    const struct bauta_face *face, float score,
                    struct bt_detection *other);

// Looks for a face near two places (where it was, where it should be by now): larger,
// turned, and with the detector. 1: found and put into face.
int bt_second_look(struct bt_face_nets *nets, const struct bauta_frame *frame,
                   struct bt_region was, struct bt_region expected, float presence,
                   float detector, struct bauta_face *face);

// Scene cuts ----------------------------------------------------------------------------

#define BT_CUT_WIDTH 32
#define BT_CUT_HEIGHT 18
#define BT_CUT_CELLS (BT_CUT_WIDTH * BT_CUT_HEIGHT)
#define BT_CUT_HISTORY 4

struct bt_cut {
    float thumb[BT_CUT_HISTORY][BT_CUT_CELLS]; // of the last frames, a ring
    int count, at;                             // thumbs there are; where the next goes
    float usual; // how much neighbouring frames differed lately, 0..1
};
// True where the frame begins a new scene. Frames come in order.
bool bt_cut_feed(struct bt_cut *cut, const struct bauta_frame *frame);

#endif
