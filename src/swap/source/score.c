// SPDX-License-Identifier: Apache-2.0
#include "swap/score.h"

#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "swap/light.h"
#include "swap/ramp.h"

// Pixels across which sharpness is looked at: finer detail does not fit the texture.
enum { LOOK = 320, LOOK_LEAST = 24, BLUR_TAPS = 9 };

// A face from the front is as wide as this many canonical centimetres.
static const float FACE_WIDTH = 15.3f;

enum {
    LIP_UPPER = 13,
    LIP_LOWER = 14,
    LIP_TOP = 0,
    LIP_BOTTOM = 17,
    CORNER_A = 61,
    CORNER_B = 291
};

float bt_score_seen(const struct bt_regions *regions, const float *weight)
{
    double sum = 0;
    for (int i = 0; i < regions->size * regions->size; i++)
        sum += (double)(weight[i] * regions->paste[i]);
    return (float)sum;
}

static float luma(const float rgb[3])
{
    return .299f * rgb[0] + .587f * rgb[1] + .114f * rgb[2];
}

void bt_score_begin(struct bauta_score *score, const struct bt_regions *regions,
                    const float (*rgb)[3], const float *weight)
{
    double skin = 0, burnt = 0, all = 0, bin[256] = {0};
    memset(score, 0, sizeof *score);
    for (int i = 0; i < regions->size * regions->size; i++) {
        const float w = weight[i] * regions->skin[i];
        skin += (double)w;
        // By green: the red of a bright cheek is at its end early.
        burnt += (double)(w * bt_ramp(rgb[i][1], 238, 250));
        const int level = (int)fminf(fmaxf(luma(rgb[i]), 0), 255);
        bin[level] += (double)weight[i];
        all += (double)weight[i];
    }
    score->clipped = skin > 0 ? (float)(burnt / skin) : 0;
    double over = 0;
    int level = 255;
    while (level > 0 && over + bin[level] < .03 * all)
        over += bin[level--];
    score->bright = (float)level;
}

// Light on the two halves, by the places that are seen on both.
static void measure_evenness(struct bauta_score *score, const struct bt_regions *regions,
                             const float (*rgb)[3], const float *weight)
{
    const int n = regions->size;
    double half[2] = {0}, both = 0;
    for (int i = 0; i < n * n; i++) {
        const int x = i % n, twin = i - x + n - 1 - x;
        const float pair =
            fminf(weight[i] * regions->core[i], weight[twin] * regions->core[twin]);
        half[2 * x >= n] += (double)(pair * bt_to_linear(luma(rgb[i])));
        both += (double)pair;
    }
    if (both > n * n * .01)
        score->uneven = fabsf(logf((float)((half[0] + 1e-3) / (half[1] + 1e-3))));
}

// The luma of a rectangle of the photo as n x n floats, each the mean over its pixels.
static void reduce(const struct bauta_frame *photo, const float box[4], int n, float *out)
{
    const float w = (box[2] - box[0]) / (float)n, h = (box[3] - box[1]) / (float)n;
    for (int j = 0; j < n; j++) {
        for (int i = 0; i < n; i++) {
            int x0 = (int)(box[0] + (float)i * w), y0 = (int)(box[1] + (float)j * h);
            x0 = x0 < 0 ? 0 : x0 >= photo->width ? photo->width - 1 : x0;
            y0 = y0 < 0 ? 0 : y0 >= photo->height ? photo->height - 1 : y0;
            int x1 = (int)(box[0] + (float)(i + 1) * w),
                y1 = (int)(box[1] + (float)(j + 1) * h);
            x1 = x1 > photo->width ? photo->width : x1 <= x0 ? x0 + 1 : x1;
            y1 = y1 > photo->height ? photo->height : y1 <= y0 ? y0 + 1 : y1;
            float sum = 0;
            for (int y = y0; y < y1; y++) {
                const uint8_t *p = photo->data[0] + y * photo->stride[0] + x0 * 3;
                for (int x = x0; x < x1; x++, p += 3)
                    sum += luma((const float[3]){p[0], p[1], p[2]});
            }
            out[j * n + i] = sum / (float)((x1 - x0) * (y1 - y0));
        }
    }
}

// How little a blur along one axis takes away: 0 sharp, 1 nothing was there to be taken.
// Crete et al., "The blur effect", SPIE 2007.
static float blur_along(const float *value, int n, int step, int across)
{
    double before = 0, gone = 0;
    for (int line = 0; line < n; line++) {
        const float *v = value + line * across;
        float last = 0;
        for (int i = 0; i < n; i++) {
            float soft = 0;
            for (int k = -BLUR_TAPS / 2; k <= BLUR_TAPS / 2; k++) {
                const int at = i + k < 0 ? 0 : i + k >= n ? n - 1 : i + k;
                soft += v[at * step] / BLUR_TAPS;
            }
            if (i > 0) {
                const float d = fabsf(v[i * step] - v[(i - 1) * step]);
                before += (double)d;
                gone += (double)fmaxf(d - fabsf(soft - last), 0);
            }
            last = soft;
        }
    }
    return before > 0 ? (float)((before - gone) / before) : 1;
}

static int measure_blur(struct bauta_score *score, const struct bauta_frame *photo,
                        const struct bauta_face *found)
{
    // Without the outline, behind which there may be anything.
    const float *b = found->box;
    const float dx = .15f * (b[2] - b[0]), dy = .15f * (b[3] - b[1]);
    const float box[4] = {b[0] + dx, b[1] + dy, b[2] - dx, b[3] - dy};
    int n = (int)fmaxf(box[2] - box[0], box[3] - box[1]);
    n = n > LOOK ? LOOK : n < LOOK_LEAST ? LOOK_LEAST : n;
    float *value = bt_alloc_array((size_t)n * (size_t)n, sizeof *value);
    if (!value)
        return BAUTA_E_NO_MEMORY;
    reduce(photo, box, n, value);
    score->blur = fmaxf(blur_along(value, n, 1, n), blur_along(value, n, n, 1));
    bt_free(value);
    return 0;
}

static float apart(const float *a, const float *b)
{
    return sqrtf((a[0] - b[0]) * (a[0] - b[0]) + (a[1] - b[1]) * (a[1] - b[1]) +
                 (a[2] - b[2]) * (a[2] - b[2]));
}

static void measure_expression(struct bauta_score *score, const struct bauta_face *found)
{
    static const int lid[4] = {33, 133, 362, 263};
    float upright[BAUTA_LANDMARKS][3], eye[2][3];
    bt_pose_free(found, upright);
    for (int e = 0; e < 2; e++)
        for (int k = 0; k < 3; k++)
            eye[e][k] = (upright[lid[2 * e]][k] + upright[lid[2 * e + 1]][k]) / 2;
    score->mouth = apart(upright[LIP_UPPER], upright[LIP_LOWER]) /
                   fmaxf(apart(eye[0], eye[1]), 1e-3f);
    const float corners = (upright[CORNER_A][1] + upright[CORNER_B][1]) / 2;
    const float middle = (upright[LIP_TOP][1] + upright[LIP_BOTTOM][1]) / 2;
    score->smile =
        (middle - corners) / fmaxf(apart(upright[CORNER_A], upright[CORNER_B]), 1e-3f);
}

// The mesh is fitted into what there is, so a face that is cut off ends at the edge or
// hardly beyond it.
static float measure_outside(const struct bauta_frame *photo,
                             const struct bauta_face *found)
{
    const float near = .02f * (found->box[2] - found->box[0]);
    int count = 0;
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        const float x = found->landmark[v][0], y = found->landmark[v][1];
        count += x < near || y < near || x > (float)photo->width - near ||
                 y > (float)photo->height - near;
    }
    return (float)count / BAUTA_LANDMARKS;
}

int bt_score_end(struct bauta_score *score, const struct bauta_frame *photo,
                 const struct bauta_face *found, const struct bt_regions *regions,
                 const float (*rgb)[3], const float *weight, float seen)
{
    score->yaw = found->yaw;
    score->pitch = found->pitch;
    score->width = found->scale * FACE_WIDTH;
    // What is burnt out has no colour of skin either.
    const float lost = seen > 0 ? 1 - bt_score_seen(regions, weight) / seen : 1;
    score->covered = fmaxf(lost - score->clipped, 0);
    score->outside = measure_outside(photo, found);
    measure_evenness(score, regions, rgb, weight);
    measure_expression(score, found);
    const int error = measure_blur(score, photo, found);
    if (!error)
        bt_score_judge(score);
    return error;
}

// Judging -------------------------------------------------------------------------------

// What is left of 1 when x has gone from good to bad; never below a tenth.
static float left(float x, float good, float bad, float least)
{
    return least + (1 - least) * bt_ramp(x, bad, good);
}

static float light_uneven(const struct bauta_score *s)
{
    return left(s->uneven, .35f, 2, .45f);
}

static float light_burnt(const struct bauta_score *s)
{
    return left(s->clipped, .02f, .4f, .2f);
}

static float light_dark(const struct bauta_score *s)
{
    return left(s->bright, 110, 25, .1f);
}

static float cover_hidden(const struct bauta_score *s)
{
    return left(s->covered, .08f, .6f, .2f);
}

static float cover_outside(const struct bauta_score *s)
{
    return left(s->outside, 0, .12f, .3f);
}

void bt_score_judge(struct bauta_score *score)
{
    float *part = score->part, total = 100;
    part[BAUTA_SCORE_POSE] =
        left(fabsf(score->yaw), 12, 60, .15f) * left(fabsf(score->pitch), 14, 50, .3f);
    part[BAUTA_SCORE_SIZE] = left(logf(fmaxf(score->width, 1)), logf(320), logf(40), .1f);
    part[BAUTA_SCORE_LIGHT] =
        light_uneven(score) * light_burnt(score) * light_dark(score);
    part[BAUTA_SCORE_COVER] = cover_hidden(score) * cover_outside(score);
    part[BAUTA_SCORE_EXPRESSION] =
        left(score->mouth, .06f, .5f, .5f) * left(score->smile, .08f, .35f, .7f);
    part[BAUTA_SCORE_SHARPNESS] = left(score->blur, .48f, .8f, .15f);
    for (int i = 0; i < BAUTA_SCORE_COUNT; i++) {
        total *= part[i];
        part[i] *= 100;
    }
    score->total = total;
}

const char *bauta_score_name(enum bauta_score_part part)
{
    static const char *const names[BAUTA_SCORE_COUNT] = {
        "pose", "size", "light", "cover", "expression", "sharpness"};
    return (int)part >= 0 && part < BAUTA_SCORE_COUNT ? names[part] : NULL;
}

static const char *light_advice(const struct bauta_score *s)
{
    const float dark = light_dark(s), burnt = light_burnt(s), uneven = light_uneven(s);
    if (dark <= burnt && dark <= uneven)
        return "the face is dark: take the photo with more light on it";
    if (burnt <= uneven)
        return "parts of the skin are burnt out: expose less, or avoid direct light";
    return "one half of the face is much darker: face the window or the lamp";
}

static const char *pose_advice(const struct bauta_score *s)
{
    if (fabsf(s->yaw) >= fabsf(s->pitch))
        return "the face is turned aside: look into the camera, or add photos of the "
               "other side";
    return s->pitch > 0 ? "the face looks down: hold the camera at the height of the eyes"
                        : "the face looks up: hold the camera at the height of the eyes";
}

const char *bauta_score_advice(const struct bauta_score *score,
                               enum bauta_score_part part)
{
    if (!bauta_score_name(part) || score->part[part] >= 75)
        return NULL;
    switch (part) {
    case BAUTA_SCORE_POSE:
        return pose_advice(score);
    case BAUTA_SCORE_SIZE:
        return "the face is small: take one that is at least 300 pixels wide";
    case BAUTA_SCORE_LIGHT:
        return light_advice(score);
    case BAUTA_SCORE_COVER:
        if (cover_outside(score) < cover_hidden(score))
            return "part of the face is outside of the picture: leave room around it";
        return "part of the face is covered or in hard shadow: keep hair, hands and hat "
               "away from it";
    case BAUTA_SCORE_EXPRESSION:
        return score->mouth > .15f
                   ? "the mouth is open: a photo with closed lips is better"
                   : "the face smiles: a photo at rest is better";
    default:
        return "the picture is blurred: hold still, focus, and compress less";
    }
}
