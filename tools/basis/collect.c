// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "io/io.h"
#include "io/picture.h"
#include "tools/basis/basis.h"

static const int portraits[] = {1,  5,  6,  7,  9,  11, 14, 16, 22, 25, 28, 31,
                                33, 35, 36, 37, 39, 41, 46, 47, 49, 50, 51, 57};
static const int smiling[] = {9, 14, 22, 31, 36, 37, 49};
static const char *const clips[] = {"webcam-400x300", "foreman-352x288", "hello-1280x720",
                                    "glasses-1280x720", "two-people-320x192"};
#define COUNT(a) ((int)(sizeof(a) / sizeof((a)[0])))

static struct basis_sample *add(struct basis_samples *s)
{
    if (s->count == s->room) {
        const int room = s->room ? 2 * s->room : 256;
        struct basis_sample *more = realloc(s->one, (size_t)room * sizeof *more);
        if (!more)
            return NULL;
        s->one = more;
        s->room = room;
    }
    struct basis_sample *one = &s->one[s->count++];
    memset(one, 0, sizeof *one);
    return one;
}

static int add_face(struct basis_samples *s, const struct bauta_face *face, int person,
                    int name, bool clip)
{
    struct basis_sample *one = add(s);
    if (!one)
        return BAUTA_E_NO_MEMORY;
    one->person = person;
    one->clip = clip;
    one->name = name;
    one->yaw = face->yaw;
    one->pitch = face->pitch;
    for (int i = 0; !clip && i < COUNT(smiling); i++)
        one->smiles |= smiling[i] == name;
    bt_pose_free(face, one->x);
    return 0;
}

static int portrait(struct bt_face_nets *nets, const char *media, int number,
                    struct basis_samples *out)
{
    char path[4096];
    struct bauta_frame *frame = NULL;
    static struct bauta_face faces[BAUTA_FACES_MAX];
    snprintf(path, sizeof path, "%s/portraits/%03d.jpg", media, number);
    int result = bt_picture_load(path, &frame);
    if (result >= 0)
        result = bt_face_still(nets, frame, faces, BAUTA_FACES_MAX);
    bauta_frame_unref(&frame);
    int best = 0;
    for (int i = 1; i < result; i++) {
        const float *a = faces[i].box, *b = faces[best].box;
        best = a[2] - a[0] > b[2] - b[0] ? i : best;
    }
    if (result == 0)
        fprintf(stderr, "%s: no face was found; it is left out\n", path);
    return result > 0 ? add_face(out, &faces[best], out->persons++, number, false) : result;
}

static int follow(struct bt_source *source, struct basis_samples *out)
{
    const struct bt_face_options options = {.detector_threshold = .5f,
                                            .presence_threshold = .5f,
                                            .net = BT_FACE_NET_ATTENTION};
    static struct bt_faces faces;
    struct bt_tracker *tracker = NULL;
    struct bauta_frame *frame = NULL;
    int most = 0;
    int result = bt_tracker_create(&tracker, &source->format, &options, NULL, 1);
    for (int n = 0; result >= 0; n++) {
        result = bt_source_read(source, &frame);
        if (result >= 0)
            result = bt_tracker_update(tracker, frame, n / 25., &faces);
        bauta_frame_unref(&frame);
        for (int i = 0; result >= 0 && i < faces.count; i++) {
            const struct bauta_face *f = &faces.face[i];
            if (f->origin != BAUTA_FACE_TRACKED || f->order > 1)
                continue;
            result = add_face(out, f, out->persons + f->order, n, true);
            most = f->order + 1 > most ? f->order + 1 : most;
        }
    }
    bt_tracker_destroy(&tracker);
    out->persons += most;
    return result == BAUTA_E_END ? 0 : result;
}

static int clip(const char *media, const char *name, struct basis_samples *out)
{
    char path[4096];
    struct bt_io_options io = {0};
    struct bt_source *source = NULL;
    snprintf(path, sizeof path, "%s/clips/%s.mp4", media, name);
    int result = bt_opt_defaults(bt_io_opts, &io);
    if (result >= 0)
        result = bt_source_open(&source, path, &io);
    const int before = out->count;
    if (result >= 0)
        result = follow(source, out);
    fprintf(stderr, "%s: %d faces\n", name, out->count - before);
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &io);
    return result;
}

int basis_collect(const char *media, struct basis_samples *out)
{
    struct bt_face_nets *nets = NULL;
    int result = bt_face_nets_open(&nets, NULL, 1);
    if (result >= 0)
        result = bt_face_nets_use(nets, BT_FACE_NET_ATTENTION, NULL, 1);
    for (int i = 0; result >= 0 && i < COUNT(portraits); i++)
        result = portrait(nets, media, portraits[i], out);
    bt_face_nets_close(&nets);
    for (int i = 0; result >= 0 && i < COUNT(clips); i++)
        result = clip(media, clips[i], out);
    return result < 0 ? result : 0;
}

static const char magic[8] = "btbasis1";

int basis_samples_write(const struct basis_samples *s, const char *path)
{
    FILE *file = fopen(path, "wb");
    const int32_t head[2] = {s->count, s->persons};
    const bool good = file && fwrite(magic, sizeof magic, 1, file) == 1
                      && fwrite(head, sizeof head, 1, file) == 1
                      && fwrite(s->one, sizeof *s->one, (size_t)s->count, file)
                             == (size_t)s->count;
    const bool closed = file && fclose(file) == 0;
    if (!good || !closed)
        fprintf(stderr, "%s cannot be written\n", path);
    return good && closed ? 0 : BAUTA_E_IO;
}

int basis_samples_read(struct basis_samples *s, const char *path)
{
    FILE *file = fopen(path, "rb");
    char start[8];
    int32_t head[2];
    bool good = file && fread(start, sizeof start, 1, file) == 1
                && !memcmp(start, magic, sizeof magic)
                && fread(head, sizeof head, 1, file) == 1 && head[0] > 0
                && head[0] < 100000 && head[1] > 0 && head[1] <= head[0];
    if (good)
        s->one = malloc((size_t)head[0] * sizeof *s->one);
    good = good && s->one
           && fread(s->one, sizeof *s->one, (size_t)head[0], file) == (size_t)head[0];
    if (good) {
        s->count = s->room = head[0];
        s->persons = head[1];
    } else {
        fprintf(stderr, "%s: not a file of samples\n", path);
    }
    if (file)
        fclose(file);
    return good ? 0 : BAUTA_E_FORMAT;
}

void basis_samples_finish(struct basis_samples *s)
{
    free(s->one);
    *s = (struct basis_samples){0};
}
