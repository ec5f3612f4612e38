// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
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

// The face to take: the given one, or the largest.
static int choose(const struct bauta_face *faces, int count, int wanted, const char *name)
{
    if (count == 0) {
        bt_error("%s: no face was found in this photo; take one that shows the face from "
                 "the front, evenly lit and not too small",
                 name);
        return BAUTA_E_NO_FACE;
    }
    if (wanted > count) {
        bt_error("%s: face %d was asked for, the photo shows %d", name, wanted, count);
        return BAUTA_E_NO_FACE;
    }
    if (wanted > 0)
        return wanted - 1;
    int best = 0;
    float most = 0;
    for (int i = 0; i < count; i++) {
        const float *b = faces[i].box;
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

static int find(const struct bauta_frame *photo, const char *name,
                const struct bauta_identity_params *params, struct bauta_face *out,
                struct bauta_identity_info *info)
{
    struct bt_face_nets *nets = NULL;
    struct bauta_face *faces = bt_alloc_array(BAUTA_FACES_MAX, sizeof *faces);
    int error = faces ? bt_face_nets_open(&nets, params->models, 1) : BAUTA_E_NO_MEMORY;
    if (!error)
        error = bt_face_nets_use(nets, BT_FACE_NET_ATTENTION, params->models, 1);
    if (error < 0)
        goto done;
    const int count = error = bt_face_still(nets, photo, faces, BAUTA_FACES_MAX);
    if (error < 0)
        goto done;
    const int chosen = error = choose(faces, count, params->face, name);
    if (error < 0)
        goto done;
    *out = faces[chosen];
    *info = (struct bauta_identity_info){.faces = count,
                                         .chosen = chosen + 1,
                                         .width = photo->width,
                                         .height = photo->height,
                                         .yaw = out->yaw,
                                         .pitch = out->pitch,
                                         .roll = out->roll};
    memcpy(info->box, out->box, sizeof info->box);
    error = 0;
    if (out->box[2] - out->box[0] < 24) {
        bt_error("%s: the face is %.0f pixels wide; at least 24 are needed", name,
                 (double)(out->box[2] - out->box[0]));
        error = BAUTA_E_TOO_SMALL;
    } else if (out->box[2] - out->box[0] < 80) {
        bt_warn("%s: the face is only %.0f pixels wide; the result will be soft", name,
                (double)(out->box[2] - out->box[0]));
    }
    if (!error && (fabsf(out->yaw) > 35 || fabsf(out->pitch) > 30))
        bt_warn("%s: the face is turned away; a photo from the front works better", name);
done:
    bt_face_nets_close(&nets);
    bt_free(faces);
    return error;
}

int bt_identity_create(const struct bauta_frame *photo, const char *name,
                       const struct bauta_identity_params *params,
                       struct bauta_identity **out)
{
    struct bauta_face found;
    struct bauta_identity *identity = NULL;
    int error = bauta_consent_check(params->consent);
    if (error) {
        bt_error("%s: say on what ground this face is used: self, written:REFERENCE, "
                 "licensed:REFERENCE or synthetic",
                 name);
        return error;
    }
    identity = bt_zalloc(sizeof *identity);
    if (!identity)
        return BAUTA_E_NO_MEMORY;
    atomic_init(&identity->references, 1);
    identity->consent = bt_strdup(params->consent);
    error = identity->consent ? find(photo, name, params, &found, &identity->info)
                              : BAUTA_E_NO_MEMORY;
    if (!error)
        error = bt_atlas_init(&identity->face, photo, &found);
    if (error) {
        bauta_identity_unref(&identity);
        return error;
    }
    identity->info.consent = identity->consent;
    *out = identity;
    return 0;
}

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
    bt_free(i->consent);
    bt_free(i);
}

void bauta_identity_info(const struct bauta_identity *identity,
                         struct bauta_identity_info *info)
{
    *info = identity->info;
}

const struct bt_source_face *bt_identity_face(const struct bauta_identity *identity)
{
    return &identity->face;
}
