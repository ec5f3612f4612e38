// SPDX-License-Identifier: Apache-2.0
#ifndef TEST_SWAP_PERSON_H
#define TEST_SWAP_PERSON_H

#include "base/alloc.h"
#include "swap/source.h"

// An identity of nobody, every field filled with something. NULL when out of memory.
static inline struct bauta_identity *made_person(const char *consent)
{
    struct bauta_identity *who = bt_zalloc(sizeof *who);
    const size_t thumbnail = (size_t)BT_THUMBNAIL_SIZE * BT_THUMBNAIL_SIZE * 3;
    const size_t texels = (size_t)BT_ATLAS_SIZE * BT_ATLAS_SIZE;
    unsigned state = 7;
    if (!who)
        return NULL;
    atomic_init(&who->references, 1);
    who->created = 1800000000;
    who->photo_count = 2;
    who->consent = bt_strdup(consent);
    who->thumbnail = bt_alloc(thumbnail);
    who->face.atlas[0] = bt_alloc(texels * 4);
    who->face.lids[0] = bt_alloc(BT_LIDS_WIDTH * BT_LIDS_HEIGHT * 4);
    if (!who->consent || !who->thumbnail || !who->face.atlas[0] || !who->face.lids[0])
        goto fail;
    for (int i = 0; i < 2; i++) {
        struct bauta_photo_info *photo = &who->photo[i];
        memset(photo->sha256, i ? 'a' : '9', 64);
        photo->given = i;
        strcpy(photo->name, i ? "left.png" : "front.jpg");
        photo->info = (struct bauta_identity_info){
            .faces = 3, .chosen = 2, .width = 640, .height = 480,
            .box = {10, 20, 300, 400}, .yaw = -12.5f, .pitch = 3, .roll = .25f};
        photo->score.total = 80 - (float)i;
        photo->score.part[BAUTA_SCORE_LIGHT] = 81;
        photo->score.blur = .375f;
    }
    for (size_t i = 0; i < thumbnail; i++)
        who->thumbnail[i] = (uint8_t)(i * 7 / 3);
    for (size_t i = 0; i < texels * 4; i++)
        who->face.atlas[0][i] = (uint8_t)((state = state * 1103515245u + 12345u) >> 16);
    for (size_t i = 0; i < BT_LIDS_WIDTH * BT_LIDS_HEIGHT * 4; i++)
        who->face.lids[0][i] = (uint8_t)(i * 7);
    for (int v = 0; v < BAUTA_LANDMARKS; v++)
        for (int k = 0; k < 3; k++)
            who->face.vertex[v][k] = (float)v / 100 - (float)k;
    for (int i = 0; i < BT_COARSE_SIZE * BT_COARSE_SIZE; i++)
        for (int c = 0; c < 3; c++)
            who->face.log_albedo[i][c] = -(float)(i % 97) / 50 - (float)c;
    for (int c = 0; c < 3; c++)
        who->face.mean_log[c] = -.5f - (float)c;
    if (!bt_atlas_pyramid(&who->face))
        return who;
fail:
    bauta_identity_unref(&who);
    return NULL;
}

#endif
