// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "quality/bench.h"
#include "quality/pixels.h"
#include "quality/series.h"
#include "quality/sheet.h"

// The identity net runs on every so many frames.
enum { IDENTITY_STRIDE = 5, EVENTS_MAX = 400, BLINK_FRAMES = 50 };
static const float RIM = .06f;   // of the face's width

struct pair {
    struct bt_q_bench *bench;
    const struct bt_q_film *film;
    const struct bt_q_portrait *portrait;
    struct bt_q_sheet sheet;
    int moments;
    int faces, swapped, turns, asked, found;
    double (*turn)[3];
    double *eyes_in, *eyes_out;           // by frame
    struct bt_q_mean source, head, target, lips, smile, cover;
    struct bt_q_edges edges;
    struct bt_q_flicker flicker;
    int64_t outside;
    int before;                           // the frame of the textures below, or -1
    float in[2][BT_Q_TEXELS], out[2][BT_Q_TEXELS];
};

static int measure_identity(struct pair *p, const struct bauta_frame *in,
                            const struct bauta_frame *out,
                            const struct bauta_face *face_in,
                            const struct bauta_face *face_out)
{
    float target[BT_EMBEDDING], shown[BT_EMBED_VIEWS][BT_EMBEDDING];
    struct bt_embedder *e = &p->bench->embedder;
    int result = bt_embed(e, in, face_in, &bt_embed_cut[BT_EMBED_BARE], target);
    for (int k = 0; k < BT_EMBED_VIEWS && result >= 0; k++)
        result = bt_embed(e, out, face_out, &bt_embed_cut[k], shown[k]);
    if (result < 0)
        return result;
    const struct bt_q_portrait *nearest = NULL;
    double best = -2;
    for (int i = 0; i < p->bench->portraits; i++) {
        const double cosine = bt_embed_cosine(shown[BT_EMBED_BARE],
                                          p->bench->portrait[i].embedding[BT_EMBED_BARE]);
        if (cosine > best) {
            best = cosine;
            nearest = &p->bench->portrait[i];
        }
    }
    bt_q_mean_add(&p->source,
                  bt_embed_cosine(shown[BT_EMBED_BARE], p->portrait->embedding[BT_EMBED_BARE]));
    bt_q_mean_add(&p->head, bt_embed_cosine(shown[BT_EMBED_HEAD],
                                        p->portrait->embedding[BT_EMBED_HEAD]));
    bt_q_mean_add(&p->target, bt_embed_cosine(shown[BT_EMBED_BARE], target));
    p->asked++;
    p->found += nearest == p->portrait;
    return 0;
}

static void measure_expression(struct pair *p, int number, const struct bauta_face *in,
                               const struct bauta_face *out)
{
    const struct bt_q_expression a = bt_q_expression(in), b = bt_q_expression(out);
    bt_q_turn(in->rotation, out->rotation, p->turn[p->turns++]);
    bt_q_mean_add(&p->lips, fabs(a.lips - b.lips) * 100);
    if (a.lips < BT_Q_CLOSED)
        bt_q_mean_add(&p->smile, b.lift - a.lift);
    p->eyes_in[number] = a.eyes;
    p->eyes_out[number] = b.eyes;
}

static void corners_of(const struct bauta_face *face, const uint16_t *index, int n,
                       float (*out)[2])
{
    for (int i = 0; i < n; i++) {
        out[i][0] = face->landmark[index[i]][0];
        out[i][1] = face->landmark[index[i]][1];
    }
}

// The share of the oval, less eyes and mouth, that the mask covers; every second sample.
static void measure_cover(struct pair *p, const struct bauta_frame *frame,
                          const struct bauta_face *face, const struct bt_mask *mask)
{
    float oval[BT_CANON_OVAL][2], lips[BT_CANON_RING][2], lid[2][BT_CANON_LID][2];
    corners_of(face, bt_canon_oval, BT_CANON_OVAL, oval);
    corners_of(face, bt_canon_lips, BT_CANON_RING, lips);
    corners_of(face, bt_canon_lid[0], BT_CANON_LID, lid[0]);
    corners_of(face, bt_canon_lid[1], BT_CANON_LID, lid[1]);
    const struct bt_rect box = bt_rect_intersect(
        (struct bt_rect){(int)face->box[0], (int)face->box[1], (int)face->box[2] + 1,
                         (int)face->box[3] + 1},
        (struct bt_rect){0, 0, frame->width, frame->height});
    int inside = 0, covered = 0;
    for (int y = box.y0; y < box.y1; y += 2) {
        for (int x = box.x0; x < box.x1; x += 2) {
            const float cx = (float)x + .5f, cy = (float)y + .5f;
            if (!bt_in_polygon((const float (*)[2])oval, BT_CANON_OVAL, cx, cy)
                || bt_in_polygon((const float (*)[2])lips, BT_CANON_RING, cx, cy)
                || bt_in_polygon((const float (*)[2])lid[0], BT_CANON_LID, cx, cy)
                || bt_in_polygon((const float (*)[2])lid[1], BT_CANON_LID, cx, cy))
                continue;
            inside++;
            covered += bt_q_masked(mask, x, y);
        }
    }
    if (inside)
        bt_q_mean_add(&p->cover, 100. * covered / inside);
}

static void measure_change(struct pair *p, int number, const struct bauta_frame *in,
                           const struct bauta_frame *out, const struct bauta_face *face)
{
    const int now = number & 1, then = !now;
    bt_q_unwrap(&p->bench->space, in, face, p->in[now]);
    bt_q_unwrap(&p->bench->space, out, face, p->out[now]);
    if (p->before == number - 1)
        bt_q_flicker_add(&p->flicker, &p->bench->space, p->in[then], p->in[now],
                         p->out[then], p->out[now]);
    p->before = number;
}

// Moments are spread over the clip; each is the first frame that can be shown.
static int show_moment(struct pair *p, int number, const struct bauta_frame *in,
                       const struct bauta_frame *out, const struct bauta_face *face)
{
    const int due = p->film->count * (2 * p->moments + 1) / (2 * BT_Q_MOMENTS);
    if (p->moments >= BT_Q_MOMENTS || number < due)
        return 0;
    p->moments++;
    const int result = bt_q_sheet_put(&p->sheet, p->moments, 0, in, face);
    return result < 0 ? result : bt_q_sheet_put(&p->sheet, p->moments, 1, out, face);
}

static int see(void *opaque, int number, const struct bt_tap_info *info)
{
    struct pair *p = opaque;
    const struct bauta_frame *in = p->film->frame[number], *out = info->frame;
    struct bauta_face face_in, face_out;
    int swapped;
    const int which = bt_q_main_face(info, &swapped);
    if (which < 0)
        return 0;
    p->faces++;
    if (!info->covered && !info->failed)
        p->outside += bt_q_outside(in, out, info->touched);
    if (!swapped)
        return 0;
    p->swapped++;
    const struct bauta_face *at = &info->faces->face[which];
    int result = bt_q_look(p->bench->fine, in, at, &face_in);
    if (result >= 0)
        result = bt_q_look(p->bench->fine, out, at, &face_out);
    if (result < 0)
        return result == BAUTA_E_NO_FACE ? 0 : result;

    measure_expression(p, number, &face_in, &face_out);
    measure_cover(p, in, at, info->touched);
    measure_change(p, number, in, out, &face_in);
    const int band = (int)fmaxf(2, RIM * (at->box[2] - at->box[0]));
    result = bt_q_edges_add(&p->edges, in, out, info->touched, band);
    if (result >= 0 && p->swapped % IDENTITY_STRIDE == 1)
        result = measure_identity(p, in, out, &face_in, &face_out);
    return result < 0 ? result : show_moment(p, number, in, out, &face_in);
}

static double ratio(double a, double b)
{
    return b > 0 ? a / b : NAN;
}

static void fill_row(const struct pair *p, struct bt_q_row *row)
{
    struct bt_q_event in[EVENTS_MAX], out[EVENTS_MAX];
    const int blinks_in = bt_q_blinks(p->eyes_in, p->film->count, in, EVENTS_MAX);
    const int blinks_out = bt_q_blinks(p->eyes_out, p->film->count, out, EVENTS_MAX);
    double *v = row->value;
    v[BT_Q_SOURCE] = bt_q_mean_of(&p->source);
    v[BT_Q_HEAD] = bt_q_mean_of(&p->head);
    v[BT_Q_MARGIN] = bt_q_mean_of(&p->source) - bt_q_mean_of(&p->target);
    v[BT_Q_RETRIEVAL] = 100 * ratio(p->found, p->asked);
    bt_q_pose_error((const double (*)[3])p->turn, p->turns, &v[BT_Q_POSE], &v[BT_Q_BIAS]);
    v[BT_Q_LIPS] = bt_q_mean_of(&p->lips);
    v[BT_Q_SMILE] = bt_q_mean_of(&p->smile);
    // What is usual for the eyes shows in two seconds or so.
    if (p->film->count >= BLINK_FRAMES)
        v[BT_Q_BLINKS] = bt_q_f1(in, blinks_in, out, blinks_out, 1);
    v[BT_Q_FLICKER] = ratio(p->flicker.out, p->flicker.in);
    v[BT_Q_SKIN] = ratio(p->flicker.skin_out, p->flicker.skin_in);
    v[BT_Q_SEAM] = ratio(p->edges.rim_out, p->edges.rim_in);
    v[BT_Q_SHARP] = ratio(p->edges.inside_out, p->edges.inside_in);
    v[BT_Q_COVER] = bt_q_mean_of(&p->cover);
    v[BT_Q_SWAPPED] = 100 * ratio(p->swapped, p->faces);
    v[BT_Q_OUTSIDE] = (double)p->outside;
    bt_info("%s: %d frames, %d with a face, %d swapped, %d measured, %d blinks in and %d "
            "out", row->label, p->film->count, p->faces, p->swapped, p->turns, blinks_in,
            blinks_out);
}

static int write_sheet(struct pair *p, const char *label)
{
    char path[4096];
    int result = bt_q_sheet_put(&p->sheet, 0, 0, p->portrait->photo, &p->portrait->face);
    if (result < 0)
        return result;
    snprintf(path, sizeof path, "%s/%s.png", p->bench->sheets, label);
    return bt_q_sheet_write(&p->sheet, path);
}

int bt_q_pair(struct bt_q_bench *bench, const struct bt_q_film *film, const char *clip,
              struct bt_q_portrait *portrait, bool light, struct bt_q_row *row)
{
    char label[BT_Q_LABEL];
    snprintf(label, sizeof label, "%s-%s", portrait->name, clip);
    bt_q_row_init(row, BT_Q_PAIRS, label);
    struct pair *p = bt_zalloc(sizeof *p);
    if (!p)
        return BAUTA_E_NO_MEMORY;
    const size_t count = (size_t)film->count;
    p->bench = bench;
    p->film = film;
    p->portrait = portrait;
    p->before = -2;
    p->turn = bt_alloc_array(count, sizeof *p->turn);
    p->eyes_in = bt_alloc_array(count, sizeof *p->eyes_in);
    p->eyes_out = bt_alloc_array(count, sizeof *p->eyes_out);
    int result = p->turn && p->eyes_in && p->eyes_out ? bt_q_sheet_init(&p->sheet)
                                                      : BAUTA_E_NO_MEMORY;
    for (int i = 0; result >= 0 && i < film->count; i++)
        p->eyes_in[i] = p->eyes_out[i] = NAN;
    if (result >= 0)
        result = bt_q_film_run(film, portrait->who, see, p);
    if (result >= 0) {
        fill_row(p, row);
        result = write_sheet(p, label);
    }
    if (result >= 0 && light)
        result = bt_q_light(bench, film, portrait->who, row);
    if (result >= 0)
        result = bt_q_still(bench, film, portrait->who, row);
    bt_q_sheet_finish(&p->sheet);
    bt_free(p->turn);
    bt_free(p->eyes_in);
    bt_free(p->eyes_out);
    bt_free(p);
    return result;
}
