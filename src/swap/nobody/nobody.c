// SPDX-License-Identifier: Apache-2.0
#include "swap/nobody/nobody.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "dsp/dsp.h"
#include "swap/ramp.h"

enum { THUMB = BT_THUMBNAIL_SIZE };

// Seen from the front: centimetres to pixels of the thumbnail.
static const float SCALE = THUMB / 23.f;

static void draw_iris(const struct bt_source_eyes *eyes, const float (*place)[3],
                      int side, uint8_t *rgba)
{
    const struct bt_eye_frame f = bt_eye_frame(place, side);
    const float radius = eyes->radius * SCALE, unit = BT_IRIS_SPAN * radius;
    for (int i = 0; i < THUMB * THUMB; i++) {
        const float x = (float)(i % THUMB) + .5f, y = (float)(i / THUMB) + .5f;
        const float dx = x - f.x, dy = y - f.y;
        const float a = (dx * f.ux + dy * f.uy) / unit;
        const float b = (dy * f.ux - dx * f.uy) / unit;
        float upper;
        if (fabsf(a) >= 1 || fabsf(b) >= 1)
            continue;
        const float in = bt_ramp(bt_eye_inside(place, side, x, y, &upper), -.5f, .5f);
        const int u = (int)((a + 1) / 2 * BT_IRIS_SIZE);
        const int v = (int)((b + 1) / 2 * BT_IRIS_SIZE);
        const uint8_t *from = eyes->iris[side][v * BT_IRIS_SIZE + u];
        const float share = in * (float)from[3] / 255;
        for (int c = 0; c < 3; c++)
            rgba[4 * i + c] =
                (uint8_t)((1 - share) * rgba[4 * i + c] + share * from[c] + .5f);
    }
}

int bt_nobody_thumbnail(const struct bt_source_face *face, uint8_t *out)
{
    enum { LEVEL = 2, TEXTURE = BT_ATLAS_SIZE >> LEVEL };
    uint8_t *rgba = bt_zalloc((size_t)THUMB * THUMB * 4);
    if (!rgba)
        return BAUTA_E_NO_MEMORY;
    struct bt_raster_vertex vertex[BAUTA_LANDMARKS];
    float place[BAUTA_LANDMARKS][3];
    for (int v = 0; v < BAUTA_LANDMARKS; v++) {
        place[v][0] = THUMB / 2.f + SCALE * face->vertex[v][0];
        place[v][1] = THUMB / 2.f + SCALE * face->vertex[v][1];
        place[v][2] = 0;
        vertex[v] = (struct bt_raster_vertex){.x = place[v][0],
                                              .y = place[v][1],
                                              .u = TEXTURE * bt_canon_uv[v][0],
                                              .v = TEXTURE * bt_canon_uv[v][1]};
    }
    const struct bt_texture texture = {.rgba = face->atlas[LEVEL],
                                       .width = TEXTURE,
                                       .height = TEXTURE,
                                       .stride = TEXTURE * 4};
    bt_raster_textured(rgba, THUMB, THUMB, THUMB * 4, &texture, vertex, bt_canon_triangle,
                       BT_CANON_TRIANGLES);
    for (int side = 0; side < 2; side++)
        draw_iris(&face->eyes, (const float(*)[3])place, side, rgba);
    // A plain ground behind it.
    for (int i = 0; i < THUMB * THUMB; i++)
        for (int c = 0; c < 3; c++)
            out[i * 3 + c] = (uint8_t)((rgba[4 * i + c] * rgba[4 * i + 3] +
                                        64 * (255 - rgba[4 * i + 3])) /
                                       255);
    bt_free(rgba);
    return 0;
}

static int make(const struct bt_traits *traits, struct bt_source_face *face)
{
    struct bt_atlas_work w = {0};
    int error = bt_atlas_work_init(&w);
    if (!error) {
        bt_nobody_shape(traits, face);
        bt_nobody_eyes(traits, &face->eyes);
        error = bt_nobody_skin(traits, &w.regions, w.rgb);
    }
    if (!error) {
        for (int i = 0; i < BT_ATLAS_SIZE * BT_ATLAS_SIZE; i++)
            w.weight[i] = w.map.triangle[i] != BT_UV_NONE;
        error = bt_atlas_complete(&w, face);
    }
    bt_atlas_work_finish(&w);
    return error;
}

// It stands where a photo's description would.
static void describe(uint64_t seed, struct bauta_photo_info *photo)
{
    snprintf(photo->name, sizeof photo->name, "anonymous:%llu", (unsigned long long)seed);
    photo->info =
        (struct bauta_identity_info){.faces = 1,
                                     .chosen = 1,
                                     .width = BT_ATLAS_SIZE,
                                     .height = BT_ATLAS_SIZE,
                                     .box = {0, 0, BT_ATLAS_SIZE, BT_ATLAS_SIZE}};
    photo->score = (struct bauta_score){.total = 100, .width = BT_ATLAS_SIZE};
    for (int k = 0; k < BAUTA_SCORE_COUNT; k++)
        photo->score.part[k] = 100;
}

int bauta_identity_anonymous(uint64_t seed, struct bauta_identity **out)
{
    if (!out)
        return BAUTA_E_USAGE;
    struct bt_traits traits;
    struct bauta_identity *identity = bt_zalloc(sizeof *identity);
    if (!identity)
        return BAUTA_E_NO_MEMORY;
    atomic_init(&identity->references, 1);
    identity->created = (int64_t)time(NULL);
    identity->photo_count = 1;
    describe(seed, &identity->photo[0]);
    bt_traits_draw(&traits, seed);
    identity->consent = bt_strdup("synthetic");
    identity->thumbnail = bt_alloc((size_t)THUMB * THUMB * 3);
    int error = identity->consent && identity->thumbnail ? make(&traits, &identity->face)
                                                         : BAUTA_E_NO_MEMORY;
    if (!error)
        error = bt_nobody_thumbnail(&identity->face, identity->thumbnail);
    if (error) {
        bt_error("anonymous:%llu: %s", (unsigned long long)seed, bauta_strerror(error));
        bauta_identity_unref(&identity);
        return error;
    }
    *out = identity;
    return 0;
}

int bauta_anonymous_parse(const char *word, uint64_t *seed, int *drawn)
{
    static const char name[] = "anonymous";
    const size_t length = sizeof name - 1;
    uint64_t value = 0;
    if (strncmp(word, name, length) != 0 || (word[length] && word[length] != ':'))
        return 0;
    const bool given = word[length] == ':';
    if (given) {
        const char *digit = word + length + 1;
        bool good = *digit != 0;
        for (; good && *digit; digit++) {
            const unsigned n = (unsigned)(unsigned char)*digit - '0';
            good = n < 10 && value <= (UINT64_MAX - n) / 10;
            value = 10 * value + n;
        }
        if (!good) {
            bt_error("%.60s: the seed is a whole number from 0 to %llu", word,
                     (unsigned long long)UINT64_MAX);
            return BAUTA_E_USAGE;
        }
    } else {
        uint32_t chance;
        if (getrandom(&chance, sizeof chance, 0) != sizeof chance) {
            bt_error("anonymous: no random number is to be had; say anonymous:SEED");
            return BAUTA_E_FAILED;
        }
        value = chance;
    }
    if (drawn)
        *drawn = !given;
    *seed = value;
    return 1;
}
