// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "face/internal.h"

static const float DETECTOR_LOW = .3f;
static const float PRESENCE = .5f;
static const float SAME_IOU = .3f;

// Small displacements of the region, in parts of its size and radians. The mesh's error
// changes with them, and so most of it goes in the mean.
static const struct {
    float x, y, size, angle;
} shifts[] = {
    { 0, 0, 1, 0 },    { .02f, 0, 1, 0 },  { -.02f, 0, 1, 0 },
    { 0, .02f, 1, 0 }, { 0, -.02f, 1, 0 }, { 0, 0, 1.05f, 0 },
    { 0, 0, .95f, 0 }, { 0, 0, 1, .05f },  { 0, 0, 1, -.05f },
};
enum { SHIFTS = sizeof(shifts) / sizeof(shifts[0]) };

// Puts the mean of the meshes of slightly shifted regions into face. 1: done, 0: the face
// did not stand in one of them.
static int measure(struct bt_face_nets *nets, const struct bauta_frame *frame,
                   struct bauta_face *face)
{
    static const float inverse = 1.f / SHIFTS;
    float centre[2], size, angle;
    bt_region_from_landmarks(face, centre, &size, &angle);
    struct bauta_face mean = *face;
    memset(mean.landmark, 0, sizeof(mean.landmark));
    mean.presence = 0;
    for (int s = 0; s < SHIFTS; s++) {
        struct bauta_face one;
        const float at[2] = { centre[0] + shifts[s].x * size,
                              centre[1] + shifts[s].y * size };
        const int result = bt_mesh_run(nets, frame, at, size * shifts[s].size,
                                       angle + shifts[s].angle, &one);
        if (result < 0)
            return result;
        if (one.presence < PRESENCE)
            return 0;
        mean.presence += one.presence * inverse;
        for (int i = 0; i < BAUTA_LANDMARKS; i++) {
            for (int k = 0; k < 3; k++)
                mean.landmark[i][k] += one.landmark[i][k] * inverse;
        }
    }
    float box[4] = { INFINITY, INFINITY, -INFINITY, -INFINITY };
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *p = mean.landmark[i];
        box[0] = fminf(box[0], p[0]), box[1] = fminf(box[1], p[1]);
        box[2] = fmaxf(box[2], p[0]), box[3] = fmaxf(box[3], p[1]);
    }
    memcpy(mean.box, box, sizeof(box));
    if (!bt_face_plausible(frame, &mean))
        return 0;
    *face = mean;
    return 1;
}

static int try_detection(struct bt_face_nets *nets, const struct bauta_frame *frame,
                         const struct bt_detection *d, struct bauta_face *face)
{
    float centre[2], size, angle;
    bt_region_from_detection(d, centre, &size, &angle);
    memset(face, 0, sizeof(*face));
    // A first mesh stands on the detector's rough region, the next ones on the mesh's.
    for (int pass = 0; pass < 2; pass++) {
        const int result =
            bt_mesh_settle(nets, frame, centre, size, angle, PRESENCE, face);
        if (result <= 0)
            return result;
        bt_region_from_landmarks(face, centre, &size, &angle);
    }
    // On hair and folds the mesh is as sure as on a face, but then the detector, asked
    // again, sees the face beside it or none.
    const int confirmed = bt_face_confirm(nets, frame, face, DETECTOR_LOW, NULL);
    return confirmed <= 0 ? confirmed : measure(nets, frame, face);
}

static void sort_from_left(const struct bauta_frame *frame, struct bauta_face *faces,
                           int count)
{
    for (int i = 1; i < count; i++) {
        for (int j = i; j > 0; j--) {
            const float *a = faces[j - 1].box, *b = faces[j].box;
            if (bt_upright_x(frame, a[0] + a[2], a[1] + a[3]) <=
                bt_upright_x(frame, b[0] + b[2], b[1] + b[3]))
                break;
            const struct bauta_face swap = faces[j];
            faces[j] = faces[j - 1];
            faces[j - 1] = swap;
        }
    }
    for (int i = 0; i < count; i++)
        faces[i].id = faces[i].order = i;
}

int bt_face_still(struct bt_face_nets *nets, const struct bauta_frame *frame,
                  struct bauta_face *faces, int max)
{
    struct bt_detection found[2 * BAUTA_FACES_MAX];
    const int detections =
        bt_detect_all(nets, frame, DETECTOR_LOW, found, 2 * BAUTA_FACES_MAX);
    if (detections < 0)
        return detections;
    int count = 0;
    for (int i = 0; i < detections && count < max; i++) {
        const int result = try_detection(nets, frame, &found[i], &faces[count]);
        if (result < 0)
            return result;
        bool fresh = result > 0;
        for (int j = 0; j < count && fresh; j++)
            fresh = !bt_box_same(faces[j].box, faces[count].box, SAME_IOU);
        count += fresh;
    }
    sort_from_left(frame, faces, count);
    return count;
}
