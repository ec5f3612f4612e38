// SPDX-License-Identifier: Apache-2.0
// Every face that a person marked in the clips is swapped or at least covered, and no
// sample outside of the mask changes before the marks.
//
// usage: coverage MEDIA_FOLDER BOXES.tsv CLIP PORTRAIT...   ($BAUTA_MEDIA goes first)
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../unit/check.h"
#include "engine/seam.h"
#include "io/io.h"

#define BOXES_MAX 4000

struct box {
    int frame;
    float at[4];
};

struct tally {
    struct bt_source *source;         // the same clip, decoded once more
    const struct box *box;
    int boxes, seen, swapped, safe;
    int64_t frame;
    long changed_outside;
};

static int read_boxes(const char *path, const char *clip, struct box *box)
{
    FILE *file = fopen(path, "r");
    char line[256], name[128];
    int count = 0;
    if (!file)
        return -1;
    while (fgets(line, sizeof line, file) && count < BOXES_MAX) {
        struct box *b = &box[count];
        if (sscanf(line, "%127s %d %f %f %f %f", name, &b->frame, &b->at[0], &b->at[1],
                   &b->at[2], &b->at[3]) == 6 && !strcmp(name, clip))
            count++;
    }
    fclose(file);
    return count;
}

static bool in_mask(const struct bt_mask *m, int x, int y)
{
    if (!m || x < m->rect.x0 || y < m->rect.y0 || x >= m->rect.x1 || y >= m->rect.y1)
        return false;
    return m->value[(size_t)(y - m->rect.y0) * (size_t)m->stride + (size_t)(x - m->rect.x0)];
}

static long count_outside(const struct bauta_frame *a, const struct bauta_frame *b,
                          const struct bt_mask *mask)
{
    const struct bt_pixel_format *f = bt_pixel_format(a->format);
    long changed = 0;
    for (int p = 0; p < f->planes; p++) {
        int w, h;
        bt_plane_size(a->format, a->width, a->height, p, &w, &h);
        for (int y = 0; y < h; y++) {
            const uint8_t *ra = a->data[p] + y * a->stride[p], *rb = b->data[p] + y * b->stride[p];
            if (!memcmp(ra, rb, (size_t)(w * f->step[p])))
                continue;
            for (int x = 0; x < w * f->step[p]; x++)
                changed += ra[x] != rb[x]
                           && !in_mask(mask, x / f->step[p] << (p ? f->chroma_x : 0),
                                       y << (p ? f->chroma_y : 0));
        }
    }
    return changed;
}

// The share of luma samples in the inner half of the box that are no longer the input's.
static float share_changed(const struct bauta_frame *a, const struct bauta_frame *b,
                           const float at[4])
{
    const float w = (at[2] - at[0]) / 4, h = (at[3] - at[1]) / 4;
    int changed = 0, count = 1;
    for (int y = (int)(at[1] + h); y < (int)(at[3] - h); y++) {
        for (int x = (int)(at[0] + w); x < (int)(at[2] - w); x++) {
            if (x < 0 || y < 0 || x >= a->width || y >= a->height)
                continue;
            count++;
            changed += a->data[0][y * a->stride[0] + x] != b->data[0][y * b->stride[0] + x];
        }
    }
    return (float)changed / (float)count;
}

static void tap(void *opaque, const struct bt_tap_info *info)
{
    struct tally *t = opaque;
    struct bauta_frame *plain = NULL;
    if (bt_source_read(t->source, &plain) < 0)
        return;
    for (int i = 0; i < t->boxes; i++) {
        if (t->box[i].frame != t->frame)
            continue;
        bool swapped = false;
        for (int k = 0; k < info->faces->count; k++)
            swapped |= info->swapped[k]
                       && bt_box_iou(info->faces->face[k].box, t->box[i].at) >= .4f;
        const float changed = share_changed(plain, info->frame, t->box[i].at);
        t->seen++;
        t->swapped += swapped && changed > .5f;
        t->safe += changed > .5f;
        if (changed <= .5f)
            fprintf(stderr, "frame %d: a face at %.0f,%.0f is neither swapped nor covered\n",
                    (int)t->frame, (double)t->box[i].at[0], (double)t->box[i].at[1]);
    }
    if (!info->covered && !info->failed)
        t->changed_outside += count_outside(plain, info->frame, info->touched);
    t->frame++;
    bauta_frame_unref(&plain);
}

static void run(const char *media, const char *clip, const char *portrait,
                const struct box *box, int boxes)
{
    char photo[4096], film[4096];
    struct bt_io_options options = {0};
    struct tally t = {.box = box, .boxes = boxes};
    struct bauta *engine = NULL;
    struct bauta_identity *who = NULL;
    const struct bauta_identity_params params = {.consent = "licensed:CC0"};
    snprintf(photo, sizeof photo, "%s/portraits/%s.jpg", media, portrait);
    snprintf(film, sizeof film, "%s/clips/%s.mp4", media, clip);
    if (!CHECK(bt_opt_defaults(bt_io_opts, &options) == 0)
        || !CHECK(bauta_identity_open(photo, &params, &who) == 0)
        || !CHECK(bauta_create(&engine) == 0)
        || !CHECK(bauta_map(engine, "all", who) == 0)
        || !CHECK(bt_source_open(&t.source, film, &options) == 0))
        exit(1);
    bt_engine_set_tap(engine, tap, &t);
    CHECK(bauta_run(engine, film, "null:", NULL, NULL) == 0);
    const double swapped = 100. * t.swapped / t.seen, safe = 100. * t.safe / t.seen;
    printf("%s, %s: %d faces in %d frames, %.1f %% swapped, %.1f %% swapped or covered, "
           "%ld samples changed outside of the mask\n", clip, portrait, t.seen, (int)t.frame,
           swapped, safe, t.changed_outside);
    CHECK(t.seen == boxes);
    CHECK(swapped >= 97);
    CHECK(t.safe == t.seen);
    CHECK(t.changed_outside == 0);
    bt_source_close(&t.source);
    bt_opt_finish(bt_io_opts, &options);
    bauta_destroy(&engine);
    bauta_identity_unref(&who);
}

// Engine none: no sample at all changes before the marks.
static void run_none(const char *film)
{
    struct bt_io_options options = {0};
    struct tally t = {0};
    struct bauta *engine = NULL;
    if (!CHECK(bt_opt_defaults(bt_io_opts, &options) == 0)
        || !CHECK(bauta_create(&engine) == 0)
        || !CHECK(bauta_set(engine, "engine", "none") == 0)
        || !CHECK(bt_source_open(&t.source, film, &options) == 0))
        exit(1);
    bt_engine_set_tap(engine, tap, &t);
    CHECK(bauta_run(engine, film, "null:", NULL, NULL) == 0);
    printf("%s, engine none: %ld samples changed in %d frames\n", film, t.changed_outside,
           (int)t.frame);
    CHECK(t.frame > 0);
    CHECK(t.changed_outside == 0);
    bt_source_close(&t.source);
    bt_opt_finish(bt_io_opts, &options);
    bauta_destroy(&engine);
}

int main(int argc, char **argv)
{
    static struct box box[BOXES_MAX];
    if (argc < 5)
        return 2;
    const char *media = getenv("BAUTA_MEDIA") ? getenv("BAUTA_MEDIA") : argv[1];
    char film[4096];
    snprintf(film, sizeof film, "%s/clips/%s.mp4", media, argv[3]);
    if (access(film, R_OK)) {
        printf("skipped: there is no %s; BAUTA_MEDIA names the folder of clips\n", film);
        return 77;
    }
    const int boxes = read_boxes(argv[2], argv[3], box);
    CHECK(boxes > 0);
    run_none(film);
    for (int i = 4; i < argc; i++)
        run(media, argv[3], argv[i], box, boxes);
    return check_end();
}
