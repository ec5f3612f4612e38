// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <bauta/bauta.h>

#include "base/alloc.h"
#include "base/log.h"
#include "face/embed.h"
#include "face/expression.h"
#include "face/face.h"
#include "mark/watermark/detect.h"
#include "verify/liveness/liveness.h"

enum {
    CROP = 96,
    EYE = 12,
    EYES_LEARNT = 25,
    THUMB = 1 << 18, // samples compared with those of the frame before
    NOISE_ROWS = 60,
};
static const double LOOK_SECONDS = .8; // between two looks at who it is
static const double LOOK_LATEST = 3;   // also where a hand is before an eye
static const float OTHER_FACE = .4f;   // of the face's size: smaller ones are not counted
static const float FACE_CM = 14;       // a face's width in canonical centimetres

struct bt_measure {
    struct bt_tracker *tracker;
    struct bt_embedder embedder;
    bool embeds, known; // there is an anchor
    float anchor[BT_EMBEDDING];
    double looked;
    int looked_track;
    struct bt_wm_detector *detector;
    bool marked;
    struct bt_expression_state expression;
    struct bt_crop crop;
    float pixels[3 * CROP * CROP];
    float eye[2][EYE * EYE]; // how each eye's place looked at first
    int learnt, track;
    double last;
    uint8_t *thumb;
    int thumb_count;
    float linear[256];
};

static int open_parts(struct bt_measure *m, const struct bauta_frame *first,
                      const char *models)
{
    struct bt_face_options options = {0};
    const struct bt_format format = bt_format_of(first);
    struct bauta_model_info info = {0};
    int result = bt_opt_defaults(bt_face_opts, &options);
    if (result >= 0)
        result = bt_tracker_create(&m->tracker, &format, &options, models, 1);
    bt_opt_finish(bt_face_opts, &options);
    if (result >= 0)
        result = bt_wm_detector_open(&m->detector);
    if (result >= 0 && bauta_model_at(BT_MODEL_FACERES, models, &info) >= 0 &&
        info.state != BAUTA_MODEL_MISSING) {
        result = bt_embedder_open(&m->embedder, models);
        m->embeds = result >= 0;
    }
    return result;
}

int bt_measure_open(struct bt_measure **out, const struct bauta_frame *first,
                    const char *models)
{
    struct bt_measure *m = bt_zalloc(sizeof *m);
    int result = m ? 0 : BAUTA_E_NO_MEMORY;
    if (m && !(m->thumb = bt_alloc(THUMB)))
        result = BAUTA_E_NO_MEMORY;
    if (result >= 0)
        result = open_parts(m, first, models);
    if (result < 0) {
        bt_measure_close(&m);
        return result;
    }
    m->track = -1;
    m->looked = -1e9;
    for (int i = 0; i < 256; i++)
        m->linear[i] = powf((float)i / 255, 2.2f);
    *out = m;
    return 0;
}

void bt_measure_close(struct bt_measure **measure)
{
    struct bt_measure *m = measure ? *measure : NULL;
    if (!m)
        return;
    bt_tracker_destroy(&m->tracker);
    bt_embedder_close(&m->embedder);
    bt_wm_detector_close(&m->detector);
    bt_crop_finish(&m->crop);
    bt_free(m->thumb);
    bt_freep(measure);
}

// The picture ---------------------------------------------------------------------------

struct luma {
    const uint8_t *data;
    ptrdiff_t stride;
    int step, width, height;
};

static struct luma luma_of(const struct bauta_frame *f)
{
    const struct bt_pixel_format *pf = bt_pixel_format(f->format);
    // Of packed colours green stands for it.
    return (struct luma){f->data[0] + (pf->rgb ? pf->g : 0), f->stride[0], pf->step[0],
                         f->width, f->height};
}

// Immerkaer, "Fast Noise Variance Estimation" (1996), in some rows.
static float noise_of(const struct luma *l)
{
    double sum = 0;
    int64_t n = 0;
    const int step = l->height > NOISE_ROWS ? l->height / NOISE_ROWS : 1;
    for (int y = 1; y + 1 < l->height; y += step) {
        const uint8_t *a = l->data + (y - 1) * l->stride, *b = a + l->stride,
                      *c = b + l->stride;
        for (int x = 1; x + 1 < l->width; x++) {
            const int i = (x - 1) * l->step, j = x * l->step, k = (x + 1) * l->step;
            const int v = a[i] - 2 * a[j] + a[k] - 2 * b[i] + 4 * b[j] - 2 * b[k] + c[i] -
                          2 * c[j] + c[k];
            sum += v < 0 ? -v : v;
            n++;
        }
    }
    return n ? (float)(sqrt(M_PI / 2) / 6 * sum / (double)n) : 0;
}

// What it differs by from the frame before, and the means of its parts.
static void compare(struct bt_measure *m, const struct luma *l,
                    struct bauta_liveness_sample *out)
{
    int step = 1, count = 0;
    while ((l->width / step + 1) * (l->height / step + 1) > THUMB)
        step++;
    double sum = 0, cell[BAUTA_LIVENESS_CELLS] = {0};
    int n[BAUTA_LIVENESS_CELLS] = {0};
    for (int y = 0; y < l->height; y += step) {
        const uint8_t *row = l->data + y * l->stride;
        for (int x = 0; x < l->width; x += step, count++) {
            const uint8_t v = row[x * l->step];
            const int k = 4 * (4 * y / l->height) + 4 * x / l->width;
            if (count < m->thumb_count)
                sum += abs(v - m->thumb[count]);
            m->thumb[count] = v;
            cell[k] += v;
            n[k]++;
        }
    }
    out->change = m->thumb_count == count ? (float)(sum / count) : -1;
    m->thumb_count = count;
    for (int k = 0; k < BAUTA_LIVENESS_CELLS; k++)
        out->cell[k] = n[k] ? (float)(cell[k] / n[k]) : 0;
}

static bool find_mark(struct bt_measure *m)
{
    struct bt_wm_result found;
    if (bt_wm_result(m->detector, false, &found) >= 0 && found.marked)
        m->marked = true;
    return m->marked;
}

int bt_measure_rest(struct bt_measure *m)
{
    return find_mark(m);
}

// The face ------------------------------------------------------------------------------

static const struct bauta_face *choose(const struct bt_faces *faces, int before,
                                       int *count)
{
    const struct bauta_face *best = NULL;
    *count = 0;
    for (int i = 0; i < faces->count; i++) {
        const struct bauta_face *f = &faces->face[i];
        if (f->origin != BAUTA_FACE_TRACKED)
            continue;
        const bool same = f->id == before, was = best && best->id == before;
        if (!best || (same && !was) || (same == was && f->scale > best->scale))
            best = f;
    }
    for (int i = 0; i < faces->count; i++)
        *count += faces->face[i].origin == BAUTA_FACE_TRACKED &&
                  faces->face[i].scale >= OTHER_FACE * best->scale;
    return best;
}

static void measure_shape(struct bt_measure *m, const struct bauta_face *f, float width,
                          float dt, struct bauta_liveness_sample *out)
{
    float shape[BAUTA_LANDMARKS][3], weight[BT_CANON_MODES];
    struct bt_expression_signs signs;
    bt_pose_free(f, shape);
    const float turned = fmaxf(fabsf(f->yaw), fabsf(f->pitch));
    bt_expression_learn(&m->expression, (const float(*)[3])shape, dt,
                        fminf(fmaxf((25 - turned) / 15, 0), 1));
    bt_expression_fit((const float(*)[3])shape, (const float(*)[3])m->expression.person,
                      weight);
    bt_expression_signs((const float(*)[3])shape, weight, &signs);
    out->lids[0] = signs.lids[0], out->lids[1] = signs.lids[1];
    out->smile = weight[BT_MODE_SMILE] + .5f * weight[BT_MODE_WIDE];
    out->brows = (weight[BT_MODE_BROW_LEFT] + weight[BT_MODE_BROW_RIGHT]) / 2 -
                 fmaxf(weight[BT_MODE_FROWN], 0);
    out->open = signs.open;
    out->yaw = f->yaw, out->pitch = f->pitch, out->roll = f->roll;
    out->size = f->scale * FACE_CM / width;
    out->x = out->y = 0;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        out->x += f->landmark[i][0] / width / BAUTA_LANDMARKS;
        out->y += f->landmark[i][1] / width / BAUTA_LANDMARKS;
    }
    for (int i = 0; i < BAUTA_LIVENESS_POINTS; i++)
        for (int k = 0; k < 2; k++)
            out->point[i][k] = f->landmark[bt_liveness_point[i]][k] / width;
}

static float pixel(const struct bt_measure *m, int channel, float x, float y)
{
    const int i = (int)fminf(fmaxf(x, 0), CROP - 1),
              j = (int)fminf(fmaxf(y, 0), CROP - 1);
    return m->pixels[(channel * CROP + j) * CROP + i];
}

// The mean of the skin: forehead, nose and cheeks, five by five pixels at each.
static void measure_light(const struct bt_measure *m, const struct bauta_face *f,
                          struct bt_affine to, struct bauta_liveness_sample *out)
{
    static const int at[] = {9, 108, 337, 151, 5, 195, 50, 280, 205, 425, 101, 330};
    enum { PLACES = sizeof at / sizeof at[0] };
    for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (int i = 0; i < PLACES; i++) {
            float x, y;
            bt_affine_apply(to, f->landmark[at[i]][0], f->landmark[at[i]][1], &x, &y);
            for (int k = 0; k < 25; k++) {
                const float v =
                    pixel(m, c, x + (float)(k % 5 - 2), y + (float)(k / 5 - 2));
                // Between two levels the curve is taken as straight.
                const float held = fminf(fmaxf(v, 0), 254.99f);
                const int low = (int)held;
                sum +=
                    (double)(m->linear[low] +
                             (held - (float)low) * (m->linear[low + 1] - m->linear[low]));
            }
        }
        out->light[c] = (float)(sum / (25 * PLACES));
    }
}

static void take_eye(const struct bt_measure *m, const struct bauta_face *f,
                     struct bt_affine to, const int corner[2], float out[EYE * EYE])
{
    float a[2], b[2];
    bt_affine_apply(to, f->landmark[corner[0]][0], f->landmark[corner[0]][1], &a[0],
                    &a[1]);
    bt_affine_apply(to, f->landmark[corner[1]][0], f->landmark[corner[1]][1], &b[0],
                    &b[1]);
    // Brow, eye and the cheek's beginning: what a hand hides and a wink does not change.
    const float side = 1.7f * hypotf(a[0] - b[0], a[1] - b[1]);
    for (int i = 0; i < EYE * EYE; i++) {
        const float u = ((float)(i % EYE) + .5f) / EYE - .5f,
                    v = ((float)(i / EYE) + .5f) / EYE - .55f;
        out[i] = pixel(m, 1, (a[0] + b[0]) / 2 + u * side, (a[1] + b[1]) / 2 + v * side);
    }
}

static float likeness(const float *a, const float *b)
{
    double ma = 0, mb = 0, ab = 0, aa = 0, bb = 0;
    for (int i = 0; i < EYE * EYE; i++)
        ma += (double)a[i] / (EYE * EYE), mb += (double)b[i] / (EYE * EYE);
    for (int i = 0; i < EYE * EYE; i++) {
        const double x = (double)a[i] - ma, y = (double)b[i] - mb;
        ab += x * y, aa += x * x, bb += y * y;
    }
    return aa > 0 && bb > 0 ? (float)fmin(fmax(ab / sqrt(aa * bb), -1), 1) : 0;
}

static void measure_eyes(struct bt_measure *m, const struct bauta_face *f,
                         struct bt_affine to, struct bauta_liveness_sample *out)
{
    static const int corner[2][2] = {{33, 133}, {362, 263}};
    float now[EYE * EYE];
    for (int e = 0; e < 2; e++) {
        take_eye(m, f, to, corner[e], now);
        out->eye[e] = m->learnt ? likeness(now, m->eye[e]) : 1;
        for (int i = 0; i < EYE * EYE && m->learnt < EYES_LEARNT; i++)
            m->eye[e][i] += (now[i] - m->eye[e][i]) / (float)(m->learnt + 1);
    }
    m->learnt += m->learnt < EYES_LEARNT;
}

static int measure_who(struct bt_measure *m, const struct bauta_frame *frame,
                       const struct bauta_face *f, double seconds,
                       struct bauta_liveness_sample *out)
{
    float vector[BT_EMBEDDING];
    out->alike = -2;
    const bool changed = f->id != m->looked_track;
    const bool covered =
        fminf(out->eye[0], out->eye[1]) < .5f && fabsf(out->eye[0] - out->eye[1]) > .3f;
    if (covered && !changed && seconds - m->looked < LOOK_LATEST)
        return 0;
    if (!m->embeds || fabsf(f->yaw) > 25 ||
        (!changed && seconds - m->looked < LOOK_SECONDS))
        return 0;
    const int result =
        bt_embed(&m->embedder, frame, f, &bt_embed_cut[BT_EMBED_WEARER], vector);
    if (result < 0)
        return result;
    if (!m->known)
        memcpy(m->anchor, vector, sizeof vector);
    m->known = true;
    m->looked = seconds;
    m->looked_track = f->id;
    out->alike = fmaxf((float)bt_embed_cosine(vector, m->anchor), -1);
    out->alike = fminf(out->alike, 1);
    return 0;
}

static int measure_face(struct bt_measure *m, const struct bauta_frame *frame,
                        const struct bauta_face *f, double seconds,
                        struct bauta_liveness_sample *out)
{
    static const struct bt_embed_cut cut = {.side = 2.6f, .upright = 1};
    const float dt = (float)fmin(fmax(seconds - m->last, 0), .5);
    const struct bt_affine from = bt_embed_map(&cut, f, CROP),
                           to = bt_affine_invert(from);
    out->track = m->track = f->id;
    measure_shape(m, f, (float)frame->width, dt, out);
    m->last = seconds;
    const int result = bt_crop_run(&m->crop, frame, from, CROP, 1, 0, m->pixels);
    if (result < 0)
        return result;
    measure_light(m, f, to, out);
    measure_eyes(m, f, to, out);
    return measure_who(m, frame, f, seconds, out);
}

int bt_measure_frame(struct bt_measure *m, const struct bauta_frame *frame,
                     double seconds, struct bauta_liveness_sample *out)
{
    struct bauta_liveness_sample s = {.seconds = seconds, .alike = -2, .track = -1};
    struct bt_faces faces;
    const struct luma l = luma_of(frame);
    int result = bt_tracker_update(m->tracker, frame, seconds, &faces);
    if (result < 0)
        return result;
    s.cut = faces.cut;
    const struct bauta_face *f = choose(&faces, m->track, &s.faces);
    if (f)
        result = measure_face(m, frame, f, seconds, &s);
    s.noise = noise_of(&l);
    compare(m, &l, &s);
    if (l.width >= 16 && l.height >= 16 && bt_wm_wants(m->detector, seconds) &&
        bt_wm_push(m->detector, l.data, l.stride, l.step, l.width, l.height, seconds))
        find_mark(m);
    s.watermark = m->marked;
    if (result >= 0)
        *out = s;
    return result;
}
