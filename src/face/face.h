// SPDX-License-Identifier: Apache-2.0
#ifndef BT_FACE_FACE_H
#define BT_FACE_FACE_H

#include <stdbool.h>

#include "base/opt.h"
#include "frame/frame.h"
#include <bauta/face.h>

enum bt_face_net {
    BT_FACE_NET_MESH,          // 468 points
    BT_FACE_NET_ATTENTION,     // the same, lips and lids finer, and irises
};

struct bt_face_options {
    float detector_threshold;  // .5
    float presence_threshold;  // .5
    float smoothing;           // 0: raw landmarks, 1: the default filters
    int net;                   // CHOICE: enum bt_face_net, BT_FACE_NET_ATTENTION
};
extern const struct bt_opt bt_face_opts[];

// The faces of one frame.
struct bt_faces {
    int count;
    bool cut;                  // a scene cut stands before this frame
    struct bauta_face face[BAUTA_FACES_MAX];
};

// Stateless: detector and mesh on one picture --------------------------------------------

struct bt_detection {
    float box[4];              // samples
    float key[6][2];           // right eye, left eye, nose tip, mouth, right ear, left ear
    float score;
};

struct bt_face_nets;           // both nets with their buffers; one user at a time
int bt_face_nets_open(struct bt_face_nets **out, const char *models, int threads);
// Replaces the mesh by another. On failure the nets are as they were.
int bt_face_nets_use(struct bt_face_nets *nets, enum bt_face_net net, const char *models,
                     int threads);
void bt_face_nets_close(struct bt_face_nets **nets);

// Finds faces in the square window (x, y, size, in samples; may hang over the picture,
// what is outside is black) turned by the frame's rotation. Returns how many were written
// to found (at most max), sorted by score, or an error.
int bt_detect_window(struct bt_face_nets *nets, const struct bauta_frame *frame, float x,
                     float y, float size, float threshold, struct bt_detection *found, int max);
// Finds faces of any size: the whole picture and overlapping tiles, merged by NMS.
int bt_detect_all(struct bt_face_nets *nets, const struct bauta_frame *frame, float threshold,
                  struct bt_detection *found, int max);
// Runs the mesh in the region (MediaPipe's rule): fills landmark, presence, box, iris and
// has_iris of face, nothing else. Returns 0 also for a low presence.
int bt_mesh_run(struct bt_face_nets *nets, const struct bauta_frame *frame,
                const float centre[2], float size, float angle, struct bauta_face *face);
void bt_region_from_detection(const struct bt_detection *d, float centre[2], float *size, float *angle);
void bt_region_from_landmarks(const struct bauta_face *face, float centre[2], float *size, float *angle);
// Finds the faces of a still picture and measures them well (mesh run again on its own
// region, averaged over small shifts). Sorted from left to right. Returns their number.
int bt_face_still(struct bt_face_nets *nets, const struct bauta_frame *frame,
                  struct bauta_face *faces, int max);

// Fills rotation, translation, scale and angles from landmark.
void bt_pose_fit(struct bauta_face *face);
// Landmarks in the canonical frame: R^T (x - t) / scale.
void bt_pose_free(const struct bauta_face *face, float out[BAUTA_LANDMARKS][3]);
// And back.
void bt_pose_apply(const struct bauta_face *face, const float in[BAUTA_LANDMARKS][3],
                   float out[BAUTA_LANDMARKS][3]);

// The state of the faces in one stream ----------------------------------------------------

struct bt_tracker;
int bt_tracker_create(struct bt_tracker **out, const struct bt_format *format,
                      const struct bt_face_options *options, const char *models, int threads);
// Finds and follows the faces of the next frame: raw landmarks with pose, ids, order;
// SUSPECTED boxes where the detector alone (at a low threshold) sees something.
// number counts frames, seconds is the frame's time.
int bt_tracker_update(struct bt_tracker *tracker, const struct bauta_frame *frame,
                      double seconds, struct bt_faces *out);
// Looks for one face of a known neighbour frame in this frame (backward tracking and
// second looks). Returns 1 and fills face when the mesh is found with at least presence.
int bt_tracker_look(struct bt_tracker *tracker, const struct bauta_frame *frame,
                    const struct bauta_face *neighbour, float presence,
                    struct bauta_face *face);
void bt_tracker_reset(struct bt_tracker *tracker);
void bt_tracker_destroy(struct bt_tracker **tracker);

// One Euro smoothing in pose-free space (method.md §1), per id, forward in time. Applied
// after the look-ahead has filled gaps. dt in seconds.
struct bt_smoother;
struct bt_smoother *bt_smoother_create(const struct bt_face_options *options);
// Another strength from the next frame on, as option face-smoothing has it.
void bt_smoother_set(struct bt_smoother *smoother, float strength);
void bt_smoother_apply(struct bt_smoother *smoother, struct bt_faces *faces, double seconds);
void bt_smoother_destroy(struct bt_smoother **smoother);

#endif
