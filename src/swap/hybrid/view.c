// SPDX-License-Identifier: Apache-2.0
#include "swap/hybrid/view.h"

#include <math.h>
#include <string.h>

static const float LEVEL = .10f;  // log brightness: differences of what the skin shows
static const float FULL = .9f;    // of what is shown now: a key that shows it all
static const float HIDDEN = .2f;  // less of it
static const float LENGTH = .15f; // centimetres
static const float ANGLE = 9;     // degrees
static const float LIGHT = .7f;   // log brightness
static const float NEAR = .05f;   // of the texture's width: how a part fades

struct anchors {
    const uint16_t *vertex;
    int count;
};

static const uint16_t brows[] = {70,  63,  105, 66,  107, 46,  53, 52,  65,  55,  300, 293,
                                 334, 296, 336, 276, 283, 282, 295, 285, 10, 151, 9,   67,
                                 109, 338, 297, 103, 332, 54,  284, 69, 299, 108, 337};
static const uint16_t eyes[] = {33,  246, 161, 160, 159, 158, 157, 173, 133, 155, 154,
                                153, 145, 144, 163, 7,   263, 466, 388, 387, 386, 385,
                                384, 398, 362, 382, 381, 380, 374, 373, 390, 249};
static const uint16_t nose[] = {1,   4,   5,   195, 197, 98,  327, 50,  280, 117, 346, 205,
                                425, 234, 454, 93,  323, 123, 352, 101, 330, 6,   2,   129,
                                358, 147, 376, 187, 411, 132, 361, 227, 447};
static const uint16_t mouth[] = {61,  185, 40,  39,  37,  0,  267, 269, 270, 409,
                                 291, 375, 321, 405, 314, 17, 84,  181, 91,  146, 57, 287};
static const uint16_t chin[] = {152, 148, 377, 176, 400, 199, 175, 200, 136, 365, 150, 379,
                                149, 378, 172, 397, 210, 430, 211, 431, 58,  288, 135, 364};

#define ANCHORS(a) {a, (int)(sizeof(a) / sizeof *(a))}
static const struct anchors part[BT_PARTS] = {ANCHORS(brows), ANCHORS(eyes), ANCHORS(nose),
                                              ANCHORS(mouth), ANCHORS(chin)};

void bt_parts_at(float u, float v, float share[BT_PARTS])
{
    float nearest[BT_PARTS], least = 1e9f, sum = 0;
    for (int p = 0; p < BT_PARTS; p++) {
        nearest[p] = 1e9f;
        for (int i = 0; i < part[p].count; i++) {
            const float *at = bt_canon_uv[part[p].vertex[i]];
            const float dx = at[0] - u, dy = at[1] - v, square = dx * dx + dy * dy;
            nearest[p] = square < nearest[p] ? square : nearest[p];
        }
        nearest[p] = sqrtf(nearest[p]);
        least = fminf(least, nearest[p]);
    }
    for (int p = 0; p < BT_PARTS; p++) {
        const float far = (nearest[p] - least) / NEAR;
        share[p] = expf(-2 * far * far);
        sum += share[p];
    }
    for (int p = 0; p < BT_PARTS; p++)
        share[p] /= sum;
}

static int most(const float share[BT_PARTS])
{
    int best = 0;
    for (int p = 1; p < BT_PARTS; p++)
        best = share[p] > share[best] ? p : best;
    return best;
}

void bt_parts_init(struct bt_parts *parts)
{
    const float n = BT_VIEW_SIZE;
    uint8_t of[BT_VIEW_TEXELS];
    for (int i = 0; i < BT_VIEW_TEXELS; i++) {
        float share[BT_PARTS], border = 1;
        const float u = ((float)(i % BT_VIEW_SIZE) + .5f) / n;
        const float v = ((float)(i / BT_VIEW_SIZE) + .5f) / n;
        bt_parts_at(u, v, share);
        for (int p = 0; p < BT_PARTS; p++)
            parts->share[p][i] = share[p];
        // The border itself shows hair and background.
        float oval[BT_CANON_OVAL][2];
        for (int k = 0; k < BT_CANON_OVAL; k++) {
            const float *at = bt_canon_uv[bt_canon_oval[k]];
            memcpy(oval[k], at, sizeof oval[k]);
            border = fminf(border, hypotf(at[0] - u, at[1] - v));
        }
        const bool inside = bt_in_polygon((const float(*)[2])oval, BT_CANON_OVAL, u, v);
        of[i] = inside && border > .05f ? (uint8_t)most(share) : BT_PARTS;
    }
    int count = 0;
    for (int p = 0; p < BT_PARTS; p++) {
        parts->first[p] = count;
        for (int i = 0; i < BT_VIEW_TEXELS; i++)
            if (of[i] == p)
                parts->texel[count++] = (uint16_t)i;
    }
    parts->first[BT_PARTS] = count;
    for (int v = 0; v < BT_CANON_VERTICES; v++) {
        float share[BT_PARTS];
        bt_parts_at(bt_canon_uv[v][0], bt_canon_uv[v][1], share);
        parts->of_vertex[v] = (uint8_t)most(share);
    }
}

static void take_tone(struct bt_view *view, const struct bt_relight *r, float *scratch)
{
    float(*mean)[3] = (float(*)[3])scratch;
    double covered = 0, whole = 1e-6;
    for (int i = 0; i < BT_VIEW_TEXELS; i++) {
        const int a = i / BT_VIEW_SIZE * 2 * BT_MAP_SIZE + i % BT_VIEW_SIZE * 2;
        const int b = a + BT_MAP_SIZE;
        for (int c = 0; c < 3; c++) {
            const float sum = r->seen[a][c] + r->seen[a + 1][c] + r->seen[b][c] +
                              r->seen[b + 1][c];
            mean[i][c] = (sum > 16 ? sum : 16) / (4 * 255);
        }
        const float open = .25f * (r->open[a] + r->open[a + 1] + r->open[b] + r->open[b + 1]);
        view->seen[i] = r->valid[i] * r->facing[a] * open;
        covered += r->valid[i] * (1 - open);
        whole += r->valid[i];
    }
    view->covered = (float)(covered / whole);
    bt_dsp_get()->log_row(view->tone[0], mean[0], 3 * BT_VIEW_TEXELS);
}

static float brightness(const float tone[3])
{
    return .3f * tone[0] + .6f * tone[1] + .1f * tone[2];
}

static void take_fine(struct bt_view *view, const struct bt_parts *parts, float *scratch)
{
    float(*soft)[2] = (float(*)[2])scratch;
    for (int i = 0; i < BT_VIEW_TEXELS; i++) {
        const float w = view->seen[i] + 1e-3f;
        soft[i][0] = w * brightness(view->tone[i]);
        soft[i][1] = w;
    }
    bt_blur(soft[0], BT_VIEW_SIZE, BT_VIEW_SIZE, 2, 4, scratch + 2 * BT_VIEW_TEXELS);
    for (int p = 0; p < BT_PARTS; p++) {
        float sum = 0, weight = 1e-3f;
        for (int k = parts->first[p]; k < parts->first[p + 1]; k++) {
            const int i = parts->texel[k];
            const float y = brightness(view->tone[i]), w = view->seen[i];
            const float fine = y - soft[i][0] / soft[i][1];
            view->fine[k] = fine < -.8f ? -.8f : fine > .8f ? .8f : fine;
            view->sure[k] = w;
            sum += w * y;
            weight += w;
        }
        view->light[p] = sum / weight;
    }
}

void bt_view_take(struct bt_view *view, const struct bt_parts *parts,
                  const struct bt_relight *relight, const struct bauta_face *at,
                  float *scratch)
{
    take_tone(view, relight, scratch);
    take_fine(view, parts, scratch);
    bt_pose_free(at, view->shape);
    view->yaw = at->yaw;
    view->pitch = at->pitch;
}

// Of what the skin shows, the mean square over what both show, and the share of what is
// shown now that the key does not show; each over the square of what is much.
static float unlike(const struct bt_view *now, const struct bt_view *key, int first, int end)
{
    float sum[4] = {0}, both[4] = {0}, all[4] = {0};
    for (int k = first; k < end; k++) {
        const int j = k & 3;
        const float d = now->fine[k] - key->fine[k], w = now->sure[k] * key->sure[k];
        sum[j] += w * d * d;
        both[j] += w;
        all[j] += now->sure[k] * now->sure[k];
    }
    const float shown = both[0] + both[1] + both[2] + both[3];
    const float known = shown / (all[0] + all[1] + all[2] + all[3] + 1);
    const float square = (sum[0] + sum[1] + sum[2] + sum[3]) / (shown + 1);
    const float hidden = fmaxf(FULL - known, 0) / HIDDEN;
    return square / (LEVEL * LEVEL) + hidden * hidden;
}

void bt_view_distance(const struct bt_view *now, const struct bt_view *key,
                      const struct bt_parts *parts, float out[BT_PARTS])
{
    float moved[BT_PARTS] = {0};
    int count[BT_PARTS] = {0};
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        const int p = parts->of_vertex[v];
        for (int c = 0; c < 2; c++) {
            const float d = now->shape[v][c] - key->shape[v][c];
            moved[p] += d * d;
        }
        count[p]++;
    }
    const float yaw = (now->yaw - key->yaw) / ANGLE;
    const float pitch = (now->pitch - key->pitch) / ANGLE;
    for (int p = 0; p < BT_PARTS; p++) {
        const float light = (now->light[p] - key->light[p]) / LIGHT;
        out[p] = sqrtf(unlike(now, key, parts->first[p], parts->first[p + 1]) +
                       moved[p] / ((float)count[p] * LENGTH * LENGTH) + yaw * yaw +
                       pitch * pitch + light * light);
    }
}
