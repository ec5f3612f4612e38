// SPDX-License-Identifier: Apache-2.0
#include "cli.h"

#include <string.h>

static int add(struct bt_photos *photos, const char *target, size_t length,
               const char *path)
{
    if (photos->count == BT_PHOTOS_MAX) {
        bt_say_error("%s: more than %d photos", path, BT_PHOTOS_MAX);
        return BAUTA_E_USAGE;
    }
    struct bt_photo *photo = &photos->photo[photos->count];
    if (length >= sizeof(photo->target_text)) {
        bt_say_error("--map %.40s: the target is all, largest, left, right or a number",
                     target);
        return BAUTA_E_USAGE;
    }
    *photo = (struct bt_photo){.path = path};
    memcpy(photo->target_text, target, length);
    photo->target = photo->target_text;
    for (int i = 0; i < photos->count; i++) {
        if (!strcmp(photos->photo[i].target, photo->target)) {
            bt_say_error(
                "%s: %s has a photo already, %s; use --map TARGET=PHOTO for others", path,
                photo->target, photos->photo[i].path);
            return BAUTA_E_USAGE;
        }
    }
    photos->count++;
    return 0;
}

int bt_photos_add(struct bt_photos *photos, const char *path)
{
    return add(photos, "all", 3, path);
}

int bt_photos_map(struct bt_photos *photos, const char *rule)
{
    const char *equals = strchr(rule, '=');
    if (!equals || equals == rule || !equals[1]) {
        bt_say_error("--map %s: it has the form TARGET=PHOTO, for instance 2=anna.jpg",
                     rule);
        return BAUTA_E_USAGE;
    }
    return add(photos, rule, (size_t)(equals - rule), equals + 1);
}

int bt_photos_consent(struct bt_photos *photos, const char *ground)
{
    const char **place = photos->count ? &photos->photo[photos->count - 1].consent
                                       : &photos->consent;
    if (*place) {
        bt_say_error("--consent %s: %s has its ground already", ground,
                     photos->count ? photos->photo[photos->count - 1].path
                                   : "every photo");
        return BAUTA_E_USAGE;
    }
    *place = ground;
    return 0;
}

int bt_photos_face(struct bt_photos *photos, const char *number)
{
    int *place = photos->count ? &photos->photo[photos->count - 1].face : &photos->face;
    return bt_parse_int("--source-face", number, 1, BAUTA_FACES_MAX, place);
}

int bt_photos_open(struct bt_photos *photos, struct bauta *engine, const char *models)
{
    for (int i = 0; i < photos->count; i++) {
        struct bt_photo *photo = &photos->photo[i];
        struct bauta_identity *identity = NULL;
        if (!photo->consent)
            photo->consent = photos->consent;
        if (!photo->face)
            photo->face = photos->face;
        const struct bauta_identity_params params = {
            .consent = photo->consent, .face = photo->face, .models = models};
        int result = bauta_identity_open(photo->path, &params, &identity);
        if (result < 0)
            return result;
        bauta_identity_info(identity, &photo->info);
        photo->info.consent = photo->consent;
        result = bauta_map(engine, photo->target, identity);
        bauta_identity_unref(&identity);
        if (result < 0)
            return result;
    }
    return 0;
}
