// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "engine/select/wearer.h"
#include "io/io.h"

static float width_of(const struct bauta_face *face)
{
    return face->box[2] - face->box[0];
}

static int find_face(const struct bauta_frame *frame, const char *path, const char *models,
                     struct bauta_face *out)
{
    struct bt_face_nets *nets = NULL;
    struct bauta_face *faces = bt_alloc_array(BAUTA_FACES_MAX, sizeof(*faces));
    int result = faces ? bt_face_nets_open(&nets, models, 1) : BAUTA_E_NO_MEMORY;
    if (result >= 0)
        result = bt_face_still(nets, frame, faces, BAUTA_FACES_MAX);
    bt_face_nets_close(&nets);
    if (result == 0) {
        bt_error("%s: shows no face; a wearer is known by a photo of the face from the "
                 "front", path);
        result = BAUTA_E_NO_FACE;
    }
    for (int i = 0, best = -1; i < result; i++) {
        if (best >= 0 && width_of(&faces[i]) <= width_of(&faces[best]))
            continue;
        best = i;
        *out = faces[i];
    }
    if (result > 1)
        bt_warn("%s: shows %d faces; the largest is taken for the wearer", path, result);
    bt_free(faces);
    return result < 0 ? result : 0;
}

int bt_wearer_read(struct bt_wearer **out, const char *path, const char *models)
{
    struct bauta_frame *frame = NULL;
    struct bt_embedder embedder = {0};
    struct bauta_face face;
    struct bt_wearer *wearer = bt_zalloc(sizeof(*wearer));
    int result = wearer ? bt_picture_read(path, &frame) : BAUTA_E_NO_MEMORY;
    if (result >= 0)
        result = find_face(frame, path, models, &face);
    if (result >= 0)
        result = bt_embedder_open(&embedder, models);
    if (result >= 0)
        result = bt_embed(&embedder, frame, &face, &bt_embed_cut[BT_EMBED_WEARER],
                          wearer->vector);
    if (result >= 0) {
        wearer->path = bt_strdup(path);
        result = wearer->path ? 0 : BAUTA_E_NO_MEMORY;
    }
    if (embedder.net)
        bt_embedder_close(&embedder);
    bauta_frame_unref(&frame);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory", path);
    if (result < 0) {
        bt_wearer_free(&wearer);
        return result;
    }
    *out = wearer;
    return 0;
}

void bt_wearer_free(struct bt_wearer **wearer)
{
    if (!wearer || !*wearer)
        return;
    // A face's vector is personal data.
    explicit_bzero((*wearer)->vector, sizeof((*wearer)->vector));
    bt_free((*wearer)->path);
    bt_freep(wearer);
}
