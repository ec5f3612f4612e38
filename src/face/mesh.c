// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "face/internal.h"

enum { MESH_SIDE = 192, DETECTOR_SIDE = 128 };

// Finds the port of that name and size; its buffer, or NULL with a log line.
static float *port_data(const struct bt_net_port *ports, int count, const char *name,
                        size_t elements)
{
    for (int i = 0; i < count; i++) {
        if (!strcmp(ports[i].name, name) && ports[i].count == elements)
            return ports[i].data;
    }
    bt_error("a face net has no port '%s' of %zu values; run tools/setup.sh again", name,
             elements);
    return NULL;
}

static int find_detector_ports(struct bt_face_nets *nets)
{
    const struct bt_net_info *d = bt_net_info(nets->detector);
    nets->detector_in =
        port_data(d->input, d->inputs, "input", 3 * DETECTOR_SIDE * DETECTOR_SIDE);
    nets->boxes = port_data(d->output, d->outputs, "boxes", BT_ANCHORS * 16);
    nets->scores = port_data(d->output, d->outputs, "scores", BT_ANCHORS);
    return nets->detector_in && nets->boxes && nets->scores ? 0 : BAUTA_E_MODEL;
}

int bt_face_nets_use(struct bt_face_nets *nets, enum bt_face_net net, const char *models,
                     int threads)
{
    const bool fine = net == BT_FACE_NET_ATTENTION;
    struct bt_net *mesh = NULL;
    int result = bt_net_open_model(&mesh, fine ? BT_MODEL_ATTENTION : BT_MODEL_MESH,
                                   models, threads);
    if (result < 0)
        return result;
    const struct bt_net_info *m = bt_net_info(mesh);
    float *in = port_data(m->input, m->inputs, "input", 3 * MESH_SIDE * MESH_SIDE);
    float *landmarks =
        port_data(m->output, m->outputs, "landmarks", BAUTA_LANDMARKS * 3);
    float *presence = port_data(m->output, m->outputs, "presence", 1);
    const float *refined[BT_REFINE_PARTS] = { NULL };
    bool all = in && landmarks && presence;
    for (int i = 0; fine && i < BT_REFINE_PARTS; i++) {
        refined[i] = port_data(m->output, m->outputs, bt_refine_parts[i].name,
                               2 * (size_t)bt_refine_parts[i].count);
        all = all && refined[i];
    }
    if (!all) {
        bt_net_close(&mesh);
        return BAUTA_E_MODEL;
    }
    bt_net_close(&nets->mesh);
    nets->mesh = mesh;
    nets->mesh_in = in;
    nets->landmarks = landmarks;
    nets->presence = presence;
    memcpy(nets->refined, refined, sizeof(refined));
    return 0;
}

int bt_face_nets_open(struct bt_face_nets **out, const char *models, int threads)
{
    int result = BAUTA_E_NO_MEMORY;
    struct bt_face_nets *nets = bt_zalloc(sizeof(*nets));
    if (!nets)
        goto fail;
    result = bt_net_open_model(&nets->detector, BT_MODEL_DETECTOR, models, threads);
    if (result < 0)
        goto fail;
    result = find_detector_ports(nets);
    if (result < 0)
        goto fail;
    result = bt_face_nets_use(nets, BT_FACE_NET_MESH, models, threads);
    if (result < 0)
        goto fail;
    bt_detect_anchors(nets->anchor);
    *out = nets;
    return 0;
fail:
    bt_face_nets_close(&nets);
    return result;
}

void bt_face_nets_close(struct bt_face_nets **nets)
{
    if (!nets || !*nets)
        return;
    bt_net_close(&(*nets)->detector);
    bt_net_close(&(*nets)->mesh);
    bt_crop_finish(&(*nets)->crop);
    bt_freep(nets);
}

int bt_mesh_run(struct bt_face_nets *nets, const struct bauta_frame *frame,
                const float centre[2], float size, float angle, struct bauta_face *face)
{
    const float limit = 8.f * (float)(frame->width + frame->height);
    if (!(size >= 1 && size <= limit) || !(fabsf(centre[0]) <= limit) ||
        !(fabsf(centre[1]) <= limit) || !isfinite(angle))
        return BAUTA_E_USAGE;
    const struct bt_affine map =
        bt_affine_region(centre[0], centre[1], size, angle, MESH_SIDE);
    int result =
        bt_crop_run(&nets->crop, frame, map, MESH_SIDE, 1.f / 255, 0, nets->mesh_in);
    if (result < 0)
        return result;
    result = bt_net_run(nets->mesh);
    if (result < 0)
        return result;
    const float depth = size / MESH_SIDE;
    face->has_iris = nets->refined[0] != NULL;
    if (face->has_iris)
        bt_refine_apply(nets->refined, nets->landmarks, face->iris);
    for (int e = 0; face->has_iris && e < 2; e++) {
        float *p = face->iris[e];
        bt_affine_apply(map, p[0], p[1], &p[0], &p[1]);
        p[2] *= depth;
    }
    float box[4] = { INFINITY, INFINITY, -INFINITY, -INFINITY };
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *in = &nets->landmarks[3 * i];
        float *p = face->landmark[i];
        bt_affine_apply(map, in[0], in[1], &p[0], &p[1]);
        p[2] = in[2] * depth;
        box[0] = fminf(box[0], p[0]), box[1] = fminf(box[1], p[1]);
        box[2] = fmaxf(box[2], p[0]), box[3] = fmaxf(box[3], p[1]);
    }
    memcpy(face->box, box, sizeof(box));
    face->presence = 1 / (1 + expf(-fminf(fmaxf(nets->presence[0], -80), 80)));
    return 0;
}

// How far a region is from another: 0 is the same, 1 is where it hardly helps any more.
static float region_shift(const float a[2], float a_size, float a_angle, const float b[2],
                          float b_size, float b_angle)
{
    const float place = hypotf(a[0] - b[0], a[1] - b[1]) / (.15f * b_size);
    const float scale = fabsf(logf(a_size / b_size)) / logf(1.25f);
    const float turn = fabsf(remainderf(a_angle - b_angle, 2 * (float)M_PI)) / .3f;
    return fmaxf(place, fmaxf(scale, turn));
}

int bt_mesh_once(struct bt_face_nets *nets, const struct bauta_frame *frame,
                 struct bt_region at, float presence, struct bauta_face *face)
{
    struct bauta_face found = { .origin = BAUTA_FACE_TRACKED };
    const int result = bt_mesh_run(nets, frame, at.centre, at.size, at.angle, &found);
    if (result < 0)
        return result;
    face->presence = found.presence;
    if (found.presence < presence || !bt_face_plausible(frame, &found))
        return 0;
    found.id = face->id;
    found.order = face->order;
    *face = found;
    return 1;
}

int bt_mesh_settle(struct bt_face_nets *nets, const struct bauta_frame *frame,
                   const float centre[2], float size, float angle, float presence,
                   struct bauta_face *face)
{
    const struct bt_region at = { .centre = { centre[0], centre[1] }, .size = size,
                                  .angle = angle };
    struct bauta_face found = *face;
    const int result = bt_mesh_once(nets, frame, at, presence, &found);
    face->presence = found.presence;
    if (result <= 0)
        return result;
    const struct bt_region next = bt_region_of(&found);
    if (region_shift(centre, size, angle, next.centre, next.size, next.angle) > 1) {
        const int again = bt_mesh_once(nets, frame, next, presence, &found);
        face->presence = found.presence;
        if (again <= 0)
            return again;
    }
    *face = found;
    return 1;
}
