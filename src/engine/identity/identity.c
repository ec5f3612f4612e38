// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "io/io.h"
#include "swap/swap.h"

static int need_consent(const char *path, const struct bauta_identity_params *params)
{
    // Without a ground nothing is even read.
    if (!bauta_consent_check(params->consent))
        return 0;
    bt_error("%s: say on what ground this face is used: self, written:REFERENCE, "
             "licensed:REFERENCE or synthetic", path);
    return BAUTA_E_CONSENT;
}

struct job {
    struct bt_enrol *enrol;
    int read;            // pictures looked at
    int given, face;     // the photo at work
    bool folder;         // it is one of a folder
    bool several;        // so that one without a face may be left out
};

// The last part of a path, cut between characters.
static void set_name(char name[64], const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *from = slash ? slash + 1 : path;
    size_t length = strlen(from);
    if (length > 63) {
        length = 63;
        while (length && ((unsigned char)from[length] & 0xc0) == 0x80)
            length--;
    }
    for (size_t i = 0; i < length; i++)
        name[i] = (char)((unsigned char)from[i] < ' ' || from[i] == 127 ? '?' : from[i]);
}

enum { FULL = 1 };

// 0, FULL where no more are taken, or an error.
static int take(struct job *job, const char *path)
{
    struct bauta_frame *frame = NULL;
    struct bauta_photo_info about = {.given = job->given};
    if (job->read == BAUTA_PHOTOS_MAX)
        return FULL;
    job->read++;
    set_name(about.name, path);
    int error = bt_picture_read(path, &frame);
    if (!error)
        error = bt_file_sha256(path, about.sha256);
    if (!error)
        error = bt_enrol_photo(job->enrol, frame, path, job->face, &about);
    bauta_frame_unref(&frame);
    const bool faceless = error == BAUTA_E_NO_FACE || error == BAUTA_E_TOO_SMALL;
    // In a folder there may be anything.
    const bool may = job->folder ? error != BAUTA_E_NO_MEMORY : faceless;
    if (!error || !job->several || !may)
        return error;
    bt_warn("%s: is left out", path);
    return 0;
}

static int take_from_folder(void *opaque, const char *path)
{
    return take(opaque, path);
}

static int take_photo(struct job *job, const struct bauta_photo *photo)
{
    job->folder = bt_is_folder(photo->path);
    const int error = job->folder ? bt_folder_each(photo->path, take_from_folder, job)
                                  : take(job, photo->path);
    if (error != FULL)
        return error;
    bt_warn("%s: %d photos of one person are taken, the others are not", photo->path,
            BAUTA_PHOTOS_MAX);
    return 0;
}

int bauta_identity_open_photos(const struct bauta_photo *photos, int count,
                               const struct bauta_identity_params *params,
                               struct bauta_identity **out)
{
    bool good = photos && count >= 1 && count <= BAUTA_PHOTOS_MAX && params && out;
    for (int i = 0; i < count && good; i++)
        good = photos[i].path != NULL;
    if (!good) {
        bt_error("bauta_identity_open_photos: an argument is missing, or there are not 1 "
                 "to %d photos", BAUTA_PHOTOS_MAX);
        return BAUTA_E_USAGE;
    }
    int error = need_consent(photos[0].path, params);
    if (error)
        return error;
    struct job job = {.several = count > 1 || bt_is_folder(photos[0].path)};
    error = bt_enrol_open(&job.enrol, params, job.several);
    for (int i = 0; i < count && !error; i++) {
        job.given = i;
        job.face = photos[i].face;
        error = take_photo(&job, &photos[i]);
    }
    if (!error)
        error = bt_enrol_finish(job.enrol, out);
    bt_enrol_close(&job.enrol);
    return error;
}

int bauta_identity_open(const char *path, const struct bauta_identity_params *params,
                        struct bauta_identity **out)
{
    if (!path || !params || !out)
        return BAUTA_E_USAGE;
    const struct bauta_photo photo = {.path = path};
    return bauta_identity_open_photos(&photo, 1, params, out);
}
