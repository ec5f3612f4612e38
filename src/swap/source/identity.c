// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "swap/fuse.h"
#include "swap/source.h"

int bauta_consent_check(const char *ground)
{
    static const char *const bare[] = {"self", "synthetic"};
    static const char *const referring[] = {"written:", "licensed:"};
    if (!ground)
        return BAUTA_E_CONSENT;
    for (int i = 0; i < 2; i++)
        if (!strcmp(ground, bare[i]))
            return 0;
    for (int i = 0; i < 2; i++) {
        const size_t n = strlen(referring[i]);
        if (strncmp(ground, referring[i], n) || strlen(ground + n) > 200)
            continue;
        bool said = false;
        for (const char *c = ground + n; *c; c++) {
            if ((unsigned char)*c < ' ' || *c == 127)
                return BAUTA_E_CONSENT;
            said |= *c != ' ';
        }
        return said ? 0 : BAUTA_E_CONSENT;
    }
    return BAUTA_E_CONSENT;
}

// Enrolling ----------------------------------------------------------------------------

struct bt_enrol {
    const struct bauta_identity_params *params;
    enum bauta_log_level level; // of what is wrong with one photo
    struct bt_face_nets *nets;
    struct bauta_face *faces;
    struct bt_atlas_work work;
    struct bt_layer *layer[BAUTA_PHOTOS_MAX]; // the best first
    int count;
};

static void layer_free(struct bt_layer *layer)
{
    if (!layer)
        return;
    bt_free(layer->rgb);
    bt_free(layer->weight);
    bt_free(layer->thumbnail);
    bt_free(layer->face.portrait);
    bt_free(layer);
}

int bt_enrol_open(struct bt_enrol **out, const struct bauta_identity_params *params,
                  bool several)
{
    int error = bauta_consent_check(params->consent);
    if (error) {
        bt_error("say on what ground this face is used: self, written:REFERENCE, "
                 "licensed:REFERENCE or synthetic");
        return error;
    }
    struct bt_enrol *e = bt_zalloc(sizeof *e);
    if (!e)
        return BAUTA_E_NO_MEMORY;
    e->params = params;
    e->level = several ? BAUTA_LOG_WARNING : BAUTA_LOG_ERROR;
    e->faces = bt_alloc_array(BAUTA_FACES_MAX, sizeof *e->faces);
    error = e->faces ? bt_atlas_work_init(&e->work) : BAUTA_E_NO_MEMORY;
    if (!error)
        error = bt_face_nets_open(&e->nets, params->models, 1);
    if (!error)
        error = bt_face_nets_use(e->nets, BT_FACE_NET_ATTENTION, params->models, 1);
    if (error)
        bt_enrol_close(&e);
    *out = e;
    return error;
}

void bt_enrol_close(struct bt_enrol **enrol)
{
    struct bt_enrol *e = enrol ? *enrol : NULL;
    if (!e)
        return;
    *enrol = NULL;
    for (int i = 0; i < e->count; i++)
        layer_free(e->layer[i]);
    bt_face_nets_close(&e->nets);
    bt_atlas_work_finish(&e->work);
    bt_free(e->faces);
    bt_free(e);
}

// The face to take: the given one, or the largest.
static int choose(const struct bt_enrol *e, int count, int wanted, const char *name)
{
    if (count == 0) {
        bt_log(e->level,
               "%s: no face was found in this photo; take one that shows the face from "
               "the front, evenly lit and not too small",
               name);
        return BAUTA_E_NO_FACE;
    }
    if (wanted > count) {
        bt_log(e->level, "%s: face %d was asked for, the photo shows %d", name, wanted,
               count);
        return BAUTA_E_NO_FACE;
    }
    if (wanted > 0)
        return wanted - 1;
    int best = 0;
    float most = 0;
    for (int i = 0; i < count; i++) {
        const float *b = e->faces[i].box;
        const float area = (b[2] - b[0]) * (b[3] - b[1]);
        if (area > most)
            most = area, best = i;
    }
    if (count > 1)
        bt_warn(
            "%s: %d faces in this photo; the largest is taken, number %d from the left "
            "(--source-face chooses)",
            name, count, best + 1);
    return best;
}

static int find(struct bt_enrol *e, const struct bauta_frame *photo, const char *name,
                int face, struct bt_layer *layer)
{
    const int count = bt_face_still(e->nets, photo, e->faces, BAUTA_FACES_MAX);
    if (count < 0)
        return count;
    const int chosen = choose(e, count, face ? face : e->params->face, name);
    if (chosen < 0)
        return chosen;
    const struct bauta_face *out = &e->faces[chosen];
    layer->found = *out;
    layer->about.info = (struct bauta_identity_info){.faces = count,
                                                     .chosen = chosen + 1,
                                                     .width = photo->width,
                                                     .height = photo->height,
                                                     .yaw = out->yaw,
                                                     .pitch = out->pitch,
                                                     .roll = out->roll};
    memcpy(layer->about.info.box, out->box, sizeof out->box);
    if (out->box[2] - out->box[0] >= 24)
        return 0;
    bt_log(e->level, "%s: the face is %.0f pixels wide; at least 24 are needed", name,
           (double)(out->box[2] - out->box[0]));
    return BAUTA_E_TOO_SMALL;
}

// A square around the face, reduced; where the photo ends its edge goes on.
static void thumbnail(const struct bauta_frame *photo, const float box[4], uint8_t *out)
{
    const float side = 1.5f * fmaxf(box[2] - box[0], box[3] - box[1]);
    const float x0 = (box[0] + box[2] - side) / 2,
                y0 = (box[1] + box[3] - side) / 2 - .05f * side;
    const float step = side / BT_THUMBNAIL_SIZE;
    const int grid = step > 8 ? 8 : step < 1 ? 1 : (int)step;
    for (int i = 0; i < BT_THUMBNAIL_SIZE * BT_THUMBNAIL_SIZE; i++) {
        int sum[3] = {0};
        for (int k = 0; k < grid * grid; k++) {
            const float u = ((float)(k % grid) + .5f) / (float)grid,
                        v = ((float)(k / grid) + .5f) / (float)grid;
            int x = (int)(x0 + ((float)(i % BT_THUMBNAIL_SIZE) + u) * step);
            int y = (int)(y0 + ((float)(i / BT_THUMBNAIL_SIZE) + v) * step);
            x = x < 0 ? 0 : x >= photo->width ? photo->width - 1 : x;
            y = y < 0 ? 0 : y >= photo->height ? photo->height - 1 : y;
            for (int c = 0; c < 3; c++)
                sum[c] += photo->data[0][y * photo->stride[0] + x * 3 + c];
        }
        for (int c = 0; c < 3; c++)
            out[i * 3 + c] = (uint8_t)((sum[c] + grid * grid / 2) / (grid * grid));
    }
}

int bt_enrol_photo(struct bt_enrol *e, const struct bauta_frame *photo, const char *name,
                   int face, const struct bauta_photo_info *about)
{
    const size_t texels = (size_t)BT_ATLAS_SIZE * BT_ATLAS_SIZE;
    int error = BAUTA_E_NO_MEMORY;
    struct bt_layer *layer = bt_zalloc(sizeof *layer);
    if (!layer)
        return error;
    layer->about = *about;
    layer->thumbnail = bt_alloc((size_t)BT_THUMBNAIL_SIZE * BT_THUMBNAIL_SIZE * 3);
    // What the photo before has put there is in its layer.
    if (!e->work.rgb)
        e->work.rgb = bt_alloc_array(texels, sizeof *e->work.rgb);
    if (!e->work.weight)
        e->work.weight = bt_alloc_array(texels, sizeof *e->work.weight);
    if (!layer->thumbnail || !e->work.rgb || !e->work.weight)
        goto fail;
    error = find(e, photo, name, face, layer);
    if (!error)
        error = bt_atlas_photo(&e->work, &layer->face, photo, &layer->found,
                               &layer->about.score);
    if (!error)
        error = bt_portrait_cut(&layer->face, photo, &layer->found);
    if (error)
        goto fail;
    thumbnail(photo, layer->found.box, layer->thumbnail);
    layer->rgb = e->work.rgb, e->work.rgb = NULL;
    layer->weight = e->work.weight, e->work.weight = NULL;
    int at = e->count++;
    for (; at > 0 && layer->about.score.total > e->layer[at - 1]->about.score.total; at--)
        e->layer[at] = e->layer[at - 1];
    e->layer[at] = layer;
    return 0;

fail:
    layer_free(layer);
    return error;
}

// The texture of the only layer, or of all.
static int put_together(struct bt_enrol *e, struct bt_source_face *face)
{
    const size_t texels = (size_t)BT_ATLAS_SIZE * BT_ATLAS_SIZE;
    struct bt_atlas_work *w = &e->work;
    struct bt_layer *best = e->layer[0];
    *face = best->face;
    best->face.portrait = NULL;
    for (int i = 1; i < e->count && !face->eyes.usable; i++)
        face->eyes = e->layer[i]->face.eyes;
    bt_freep(&w->rgb);
    bt_freep(&w->weight);
    if (e->count == 1) {
        w->rgb = best->rgb, best->rgb = NULL;
        w->weight = best->weight, best->weight = NULL;
        return bt_atlas_complete(w, face);
    }
    w->rgb = bt_alloc_array(texels, sizeof *w->rgb);
    w->weight = bt_alloc_array(texels, sizeof *w->weight);
    if (!w->rgb || !w->weight)
        return BAUTA_E_NO_MEMORY;
    bt_fuse_shape(face->vertex, e->layer, e->count);
    const int error = bt_fuse_texture(w, e->layer, e->count);
    return error ? error : bt_atlas_complete(w, face);
}

int bt_enrol_finish(struct bt_enrol *e, struct bauta_identity **out)
{
    if (!e->count) {
        bt_error("no photo is left that shows a face");
        return BAUTA_E_NO_FACE;
    }
    struct bauta_identity *identity = bt_zalloc(sizeof *identity);
    if (!identity)
        return BAUTA_E_NO_MEMORY;
    atomic_init(&identity->references, 1);
    identity->created = (int64_t)time(NULL);
    identity->photo_count = e->count;
    for (int i = 0; i < e->count; i++)
        identity->photo[i] = e->layer[i]->about;
    identity->thumbnail = e->layer[0]->thumbnail;
    e->layer[0]->thumbnail = NULL;
    identity->consent = bt_strdup(e->params->consent);
    const int error =
        identity->consent ? put_together(e, &identity->face) : BAUTA_E_NO_MEMORY;
    if (error) {
        bauta_identity_unref(&identity);
        return error;
    }
    *out = identity;
    return 0;
}

int bt_identity_create(const struct bauta_frame *photo, const char *name,
                       const struct bauta_identity_params *params,
                       struct bauta_identity **out)
{
    static const struct bauta_photo_info about = {{0}};
    struct bt_enrol *enrol = NULL;
    int error = bt_enrol_open(&enrol, params, false);
    if (!error)
        error = bt_enrol_photo(enrol, photo, name, 0, &about);
    if (!error)
        error = bt_enrol_finish(enrol, out);
    bt_enrol_close(&enrol);
    return error;
}

// The identity --------------------------------------------------------------------------

struct bauta_identity *bauta_identity_ref(struct bauta_identity *identity)
{
    atomic_fetch_add(&identity->references, 1);
    return identity;
}

void bauta_identity_unref(struct bauta_identity **identity)
{
    struct bauta_identity *i = identity ? *identity : NULL;
    if (!i)
        return;
    *identity = NULL;
    if (atomic_fetch_sub(&i->references, 1) != 1)
        return;
    bt_atlas_finish(&i->face);
    bt_free(i->thumbnail);
    bt_free(i->consent);
    bt_free(i);
}

void bauta_identity_info(const struct bauta_identity *identity,
                         struct bauta_identity_info *info)
{
    *info = identity->photo[0].info;
    info->consent = identity->consent;
}

int bauta_identity_photos(const struct bauta_identity *identity)
{
    return identity->photo_count;
}

int bauta_identity_photo(const struct bauta_identity *identity, int index,
                         struct bauta_photo_info *info)
{
    if (index < 0 || index >= identity->photo_count)
        return BAUTA_E_USAGE;
    *info = identity->photo[index];
    info->info.consent = identity->consent;
    return 0;
}

const uint8_t *bauta_identity_thumbnail(const struct bauta_identity *identity, int *size)
{
    *size = BT_THUMBNAIL_SIZE;
    return identity->thumbnail;
}

int64_t bauta_identity_created(const struct bauta_identity *identity)
{
    return identity->created;
}

const struct bt_source_face *bt_identity_face(const struct bauta_identity *identity)
{
    return &identity->face;
}
