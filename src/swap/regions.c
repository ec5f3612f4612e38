// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdbool.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "swap/ramp.h"
#include "swap/uvmap.h"

// Closed outlines by their vertices in order.
static const uint16_t lips[] = {61,  185, 40,  39,  37,  0,  267, 269, 270, 409,
                                291, 375, 321, 405, 314, 17, 84,  181, 91,  146};
static const uint16_t brow_left[] = {70, 63, 105, 66, 107, 55, 65, 52, 53, 46};
static const uint16_t brow_right[] = {300, 293, 334, 296, 336, 285, 295, 282, 283, 276};
static const uint16_t nostrils[] = {98, 240, 60, 2, 290, 460, 327, 370, 94, 141};
static const uint16_t core_outline[] = {151, 337, 299, 333, 298, 301, 368, 264, 447,
                                        366, 401, 435, 367, 364, 394, 395, 369, 396,
                                        175, 171, 140, 170, 169, 135, 138, 215, 177,
                                        137, 227, 34,  139, 71,  68,  104, 69,  108};

struct outline {
    const uint16_t *vertex;
    int count;
};

#define OUTLINE(a)                                                                       \
    {                                                                                    \
        a, (int)(sizeof(a) / sizeof *(a))                                                \
    }

// Distance from a point to an outline in texture units, negative inside.
static float distance(const struct outline *o, float x, float y)
{
    float best = 1e9f;
    bool inside = false;
    for (int i = 0, j = o->count - 1; i < o->count; j = i++) {
        const float *a = bt_canon_uv[o->vertex[i]], *b = bt_canon_uv[o->vertex[j]];
        const float dx = b[0] - a[0], dy = b[1] - a[1];
        float t = ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy + 1e-12f);
        t = t < 0 ? 0 : t > 1 ? 1 : t;
        const float ex = x - a[0] - t * dx, ey = y - a[1] - t * dy;
        best = fminf(best, ex * ex + ey * ey);
        if ((a[1] > y) != (b[1] > y) && x < dx * (y - a[1]) / dy + a[0])
            inside = !inside;
    }
    return inside ? -sqrtf(best) : sqrtf(best);
}

static void texel(struct bt_regions *r, int at, float x, float y)
{
    static const struct outline oval = {bt_canon_oval, BT_CANON_OVAL};
    static const struct outline inner = {bt_canon_lips, BT_CANON_RING};
    static const struct outline lid[2] = {{bt_canon_lid[0], BT_CANON_LID},
                                          {bt_canon_lid[1], BT_CANON_LID}};
    static const struct outline mouth = OUTLINE(lips), nose = OUTLINE(nostrils);
    static const struct outline brow[2] = {OUTLINE(brow_left), OUTLINE(brow_right)};
    static const struct outline sure = OUTLINE(core_outline);
    const float border = -distance(&oval, x, y);
    const float eye = fminf(distance(&lid[0], x, y), distance(&lid[1], x, y));
    const float brows = fminf(distance(&brow[0], x, y), distance(&brow[1], x, y));
    const float mouths = distance(&mouth, x, y), noses = distance(&nose, x, y);
    const float nearest = fminf(fminf(eye - .012f, brows), fminf(mouths, noses));
    // The forehead of the mesh ends near the hair: it fades over a longer way there.
    const float wide = .05f + .05f * bt_ramp(y, .35f, .05f);
    r->paste[at] =
        bt_ramp(border, .008f, wide) * bt_ramp(distance(&inner, x, y), 0, .015f);
    r->lids[at] = bt_ramp(eye, .001f, .014f);
    r->skin[at] = bt_ramp(border, .01f, .05f) * bt_ramp(nearest, .004f, .02f);
    // Deep sockets are shaded up to the brows.
    r->feature[at] = bt_ramp(fminf(nearest, eye - .03f), .03f, .012f);
    r->rim[at] = bt_ramp(border, .2f, .08f);
    r->brow[at] = bt_ramp(brows, .035f, .015f) * bt_ramp(eye, .004f, .02f);
    r->nose[at] = bt_ramp(noses, .024f, .004f) * bt_ramp(mouths, .004f, .02f);
    r->lips[at] = bt_ramp(mouths, .006f, -.004f);
    r->line[at] = bt_ramp(fabsf(distance(&inner, x, y)), .035f, 0);
    r->core[at] = r->skin[at] * bt_ramp(-distance(&sure, x, y), 0, .02f);
}

static float **fields(struct bt_regions *r, int i)
{
    float **const field[] = {&r->skin, &r->paste, &r->feature, &r->brow, &r->rim,
                             &r->core, &r->lids,  &r->lips,    &r->line, &r->nose};
    return i < (int)(sizeof field / sizeof *field) ? field[i] : NULL;
}

int bt_regions_init(struct bt_regions *regions, int size)
{
    const size_t count = (size_t)size * (size_t)size;
    *regions = (struct bt_regions){.size = size};
    for (int i = 0; fields(regions, i); i++) {
        *fields(regions, i) = bt_alloc_array(count, sizeof(float));
        if (!*fields(regions, i)) {
            bt_regions_finish(regions);
            return BAUTA_E_NO_MEMORY;
        }
    }
    for (int j = 0; j < size; j++)
        for (int i = 0; i < size; i++)
            texel(regions, j * size + i, ((float)i + .5f) / (float)size,
                  ((float)j + .5f) / (float)size);
    return 0;
}

void bt_regions_finish(struct bt_regions *regions)
{
    for (int i = 0; fields(regions, i); i++)
        bt_freep(fields(regions, i));
}
