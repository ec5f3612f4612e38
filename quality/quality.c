// SPDX-License-Identifier: Apache-2.0
// Measures how good the replaced faces are, on a grid of portraits and clips.
//
// usage: bauta-quality [--full | --cuts | --only occlusion|clips|anonymous] [--update]
//        MEDIA_FOLDER OUT_FOLDER TABLE
// TABLE is the committed one, docs/quality.md.
#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"
#include "io/io.h"
#include "quality/bench.h"
#include "quality/objects.h"
#include "quality/report.h"

enum { ROWS_MAX = 512, SHORT_FRAMES = 250, OBJECT_FRAMES = 100 };

static const char *const grid_portraits[] = {"005", "014", "028", "047", "057", "036"};
// Photos that smile, measured on the first clip beside those.
static const char *const smiling_portraits[] = {"009", "014", "022", "031", "036"};
static const char *const grid_clips[] = {"webcam-400x300", "foreman-352x288",
                                         "glasses-1280x720"};
static const char *const all_clips[] = {"webcam-400x300", "foreman-352x288",
                                        "glasses-1280x720", "hello-1280x720",
                                        "two-people-320x192"};
#define COUNT(array) ((int)(sizeof(array) / sizeof(array)[0]))

struct job {
    const char *media, *out, *table;
    bool full, cuts, update, occlusion, clips, anonymous; // the last three: only that
    struct bt_q_bench bench;
    struct bt_q_row *rows;
    int count;
};

static float width_of(const struct bauta_face *face)
{
    return face->box[2] - face->box[0];
}

static int add_portrait(struct job *job, const char *name)
{
    struct bt_q_bench *b = &job->bench;
    for (int i = 0; i < b->portraits; i++) {
        if (!strcmp(b->portrait[i].name, name))
            return 0;
    }
    if (b->portraits == BT_Q_PORTRAITS)
        return 0;
    struct bauta_face found[BAUTA_FACES_MAX];
    struct bt_q_portrait *p = &b->portrait[b->portraits];
    snprintf(p->name, sizeof p->name, "%s", name);
    snprintf(p->path, sizeof p->path, "%s/portraits/%s.jpg", job->media, name);
    int result = bt_picture_read(p->path, &p->photo);
    if (result < 0)
        return result;
    result = bt_face_still(b->nets, p->photo, found, BAUTA_FACES_MAX);
    if (result == 0)
        result = BAUTA_E_NO_FACE;
    if (result >= 0) {
        // The one that bauta_identity_open takes.
        p->face = found[0];
        for (int i = 1; i < result; i++)
            if (width_of(&found[i]) > width_of(&p->face))
                p->face = found[i];
        for (int k = 0; k < BT_EMBED_VIEWS && result >= 0; k++)
            result = bt_embed(&b->embedder, p->photo, &p->face, &bt_embed_cut[k],
                                p->embedding[k]);
    }
    if (result < 0) {
        bauta_frame_unref(&p->photo);
        bt_error("%s: %s", p->path, bauta_strerror(result));
        return result;
    }
    b->portraits++;
    return 0;
}

static int is_portrait(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && dot - entry->d_name < 32 && !strcmp(dot, ".jpg");
}

// Those of the grid first, so that they are the same at every size of the grid.
static int add_portraits(struct job *job)
{
    char path[4096];
    struct dirent **entry = NULL;
    int result = 0;
    const bool part = job->occlusion || job->clips;
    const int wanted = part ? 1 : COUNT(grid_portraits);
    for (int i = 0; i < wanted && result >= 0; i++)
        result = add_portrait(job, grid_portraits[i]);
    if (part)
        return result;
    snprintf(path, sizeof path, "%s/portraits", job->media);
    const int count = result < 0 ? 0 : scandir(path, &entry, is_portrait, alphasort);
    for (int i = 0; i < count; i++) {
        char name[32] = "";
        memcpy(name, entry[i]->d_name, strlen(entry[i]->d_name) - 4);
        if (result >= 0)
            result = add_portrait(job, name);
        free(entry[i]);
    }
    free(entry);
    return result;
}

static int open_identity(struct bt_q_portrait *portrait)
{
    const struct bauta_identity_params params = {.consent = "licensed:CC0"};
    if (portrait->who)
        return 0;
    return bauta_identity_open(portrait->path, &params, &portrait->who);
}

static bool smiles(const char *portrait)
{
    for (int i = 0; i < COUNT(smiling_portraits); i++)
        if (!strcmp(smiling_portraits[i], portrait))
            return true;
    return false;
}

// Objects are drawn over the clips that are long enough to learn the face first.
static int measure_occlusion(struct job *job, const struct bt_q_film *film,
                             const char *clip, struct bt_q_row *row)
{
    struct bt_q_portrait *who = &job->bench.portrait[0];
    const bool objects = film->count >= OBJECT_FRAMES && strcmp(clip, "hello")
                         && job->count + BT_Q_OBJECTS < ROWS_MAX;
    int result = open_identity(who);
    if (result >= 0)
        result = bt_q_occlusion(&job->bench, film, clip, who, objects,
                                &job->rows[job->count], &row->value[BT_Q_OPENED]);
    job->count += result >= 0 ? result : 0;
    return result;
}

static int measure_clip(struct job *job, const char *name)
{
    char path[4096], clip[64];
    struct bt_q_film film;
    struct bt_q_bench *b = &job->bench;
    snprintf(path, sizeof path, "%s/clips/%s.mp4", job->media, name);
    snprintf(clip, sizeof clip, "%.*s", (int)strcspn(name, "-0123456789"), name);
    int result = bt_q_film_open(&film, path, job->full ? 0 : SHORT_FRAMES);
    if (result < 0)
        return result;
    // Only long clips stand still enough for the light's figures.
    const bool light = film.count >= 200;
    const bool part = job->occlusion || job->clips;
    const int portraits = part ? 0 : job->full ? b->portraits : COUNT(grid_portraits);
    for (int i = 0; i < b->portraits && job->count < ROWS_MAX - 1; i++) {
        if (i >= portraits && (part || !(light && smiles(b->portrait[i].name))))
            continue;
        result = open_identity(&b->portrait[i]);
        if (result >= 0)
            result = bt_q_pair(b, &film, clip, &b->portrait[i], light && i < portraits,
                               &job->rows[job->count]);
        if (result < 0)
            goto done;
        fprintf(stderr, "quality: %s\n", job->rows[job->count++].label);
    }
    struct bt_q_row *row = &job->rows[job->count++];
    bt_q_row_init(row, BT_Q_CLIPS, clip);
    if (!job->occlusion)
        result = open_identity(&b->portrait[0]);
    if (result >= 0 && !job->occlusion)
        result = bt_q_clip(b, &film, path, b->portrait[0].who, row);
    if (result >= 0 && !job->clips)
        result = measure_occlusion(job, &film, clip, row);

done:
    bt_q_film_close(&film);
    return result;
}

// Writes one file through a function that takes it and the rows.
static int write_file(const char *path, FILE **file)
{
    *file = fopen(path, "w");
    if (*file)
        return 0;
    bt_error("%s: cannot be written: %s", path, strerror(errno));
    return BAUTA_E_IO;
}

static int close_file(const char *path, FILE *file)
{
    const bool bad = ferror(file);
    if (!fclose(file) && !bad)
        return 0;
    bt_error("%s: cannot be written: %s", path, strerror(errno));
    return BAUTA_E_IO;
}

static int write_text(const struct job *job, const char *path,
                      const struct bt_q_row *before, int before_count)
{
    FILE *file;
    int result = write_file(path, &file);
    if (result < 0)
        return result;
    bt_q_write_tables(file, job->rows, job->count);
    fprintf(file, "\n## Against %s\n\n", job->table);
    if (before_count)
        bt_q_write_change(file, before, before_count, job->rows, job->count);
    else
        fprintf(file, "There is none to compare with.\n");
    return close_file(path, file);
}

// What only one part of the measurement did not look at stays as it was.
static void keep(struct job *job, const struct bt_q_row *before, int before_count)
{
    for (int i = 0; i < before_count; i++) {
        int at = 0;
        while (at < job->count && (job->rows[at].group != before[i].group ||
                                   strcmp(job->rows[at].label, before[i].label)))
            at++;
        if (at == job->count && job->count < ROWS_MAX)
            job->rows[job->count++] = before[i];
        for (int f = 0; at < job->count && f < BT_Q_FIGURES; f++)
            if (isnan(job->rows[at].value[f]))
                job->rows[at].value[f] = before[i].value[f];
    }
}

// How many portraits the media folder has.
static int gallery(const struct job *job)
{
    char path[4096];
    struct dirent **entry = NULL;
    snprintf(path, sizeof path, "%s/portraits", job->media);
    const int count = scandir(path, &entry, is_portrait, alphasort);
    for (int i = 0; i < count; i++)
        free(entry[i]);
    free(entry);
    return count < 0 ? 0 : count;
}

// What a person wrote below the tables stays.
static int write_update(const struct job *job)
{
    static const size_t limit = 1 << 20;
    FILE *file;
    uint8_t *old = NULL;
    size_t size;
    if (!access(job->table, F_OK) && bt_file_read(job->table, limit, &old, &size) < 0)
        return BAUTA_E_IO;
    const char *remarks = old ? strstr((const char *)old, "\n## Remarks\n") : NULL;
    int result = write_file(job->table, &file);
    if (result < 0) {
        bt_free(old);
        return result;
    }
    fprintf(file,
            "# Quality\n\n"
            "What `make quality` measures; `make quality UPDATE=1` writes this page,\n"
            "and `quality/` says how. Portraits and clips are those of the media folder;\n"
            "the gallery of the retrieval has %d portraits.\n\n",
            job->occlusion || job->clips ? gallery(job) : job->bench.portraits);
    bt_q_write_tables(file, job->rows, job->count);
    fprintf(file, "%s", remarks ? remarks : "");
    bt_free(old);
    return close_file(job->table, file);
}

static int write_reports(struct job *job)
{
    char path[4096];
    FILE *file;
    struct bt_q_row *before = bt_alloc_array(ROWS_MAX, sizeof *before);
    int before_count = 0;
    if (!before)
        return BAUTA_E_NO_MEMORY;
    file = fopen(job->table, "r");
    if (file) {
        before_count = bt_q_read_tables(file, before, ROWS_MAX);
        fclose(file);
    }
    snprintf(path, sizeof path, "%s/quality.txt", job->out);
    int result = write_text(job, path, before, before_count);
    bt_q_write_tables(stdout, job->rows, job->count);
    if (before_count) {
        printf("\nAgainst %s:\n\n", job->table);
        bt_q_write_change(stdout, before, before_count, job->rows, job->count);
    }
    if ((job->occlusion || job->clips) && job->update)
        keep(job, before, before_count);
    bt_free(before);
    snprintf(path, sizeof path, "%s/quality.json", job->out);
    if (result >= 0)
        result = write_file(path, &file);
    if (result >= 0) {
        bt_q_write_json(file, job->rows, job->count);
        result = close_file(path, file);
    }
    return result >= 0 && job->update ? write_update(job) : result;
}

static int open_bench(struct job *job, char *sheets, size_t size)
{
    struct bt_q_bench *b = &job->bench;
    snprintf(sheets, size, "%s/quality", job->out);
    mkdir(job->out, 0777);
    if (mkdir(sheets, 0777) && errno != EEXIST) {
        bt_error("%s: cannot be made: %s", sheets, strerror(errno));
        return BAUTA_E_IO;
    }
    b->sheets = sheets;
    b->portrait = bt_alloc_array(BT_Q_PORTRAITS, sizeof *b->portrait);
    job->rows = bt_alloc_array(ROWS_MAX, sizeof *job->rows);
    if (!b->portrait || !job->rows)
        return BAUTA_E_NO_MEMORY;
    int result = bt_q_space_init(&b->space);
    if (result >= 0)
        result = bt_face_nets_open(&b->nets, NULL, 1);
    if (result >= 0)
        result = bt_face_nets_open(&b->fine, NULL, 1);
    if (result >= 0)
        result = bt_face_nets_use(b->fine, BT_FACE_NET_ATTENTION, NULL, 1);
    if (result >= 0)
        result = bt_embedder_open(&b->embedder, NULL);
    return result < 0 ? result : add_portraits(job);
}

static void close_bench(struct job *job)
{
    struct bt_q_bench *b = &job->bench;
    for (int i = 0; i < b->portraits; i++) {
        bauta_identity_unref(&b->portrait[i].who);
        bauta_frame_unref(&b->portrait[i].photo);
    }
    bt_free(b->portrait);
    bt_free(job->rows);
    bt_q_space_finish(&b->space);
    bt_face_nets_close(&b->nets);
    bt_face_nets_close(&b->fine);
    bt_embedder_close(&b->embedder);
}

static int run(struct job *job)
{
    char sheets[4096];
    int result = open_bench(job, sheets, sizeof sheets);
    if (result >= 0 && job->cuts)
        return bt_q_cuts(&job->bench, job->media);
    if (result >= 0 && job->anonymous)
        return bt_q_anonymous(&job->bench, job->media);
    const bool all = job->full || job->occlusion;
    const char *const *clips = all ? all_clips : grid_clips;
    const int count = all ? COUNT(all_clips) : COUNT(grid_clips);
    for (int i = 0; i < count && result >= 0; i++)
        result = measure_clip(job, clips[i]);
    return result < 0 ? result : write_reports(job);
}

int main(int argc, char **argv)
{
    struct job job = {0};
    int at = 1;
    for (; at < argc && !strncmp(argv[at], "--", 2); at++) {
        job.full |= !strcmp(argv[at], "--full");
        job.cuts |= !strcmp(argv[at], "--cuts");
        job.update |= !strcmp(argv[at], "--update");
        if (!strcmp(argv[at], "--only") && at + 1 < argc) {
            job.occlusion |= !strcmp(argv[++at], "occlusion");
            job.clips |= !strcmp(argv[at], "clips");
            job.anonymous |= !strcmp(argv[at], "anonymous");
        }
    }
    if (argc - at != 3) {
        fprintf(stderr, "usage: bauta-quality [--full | --cuts | --only occlusion|anonymous] "
                        "[--update] MEDIA_FOLDER OUT_FOLDER TABLE\n");
        return 2;
    }
    job.media = argv[at];
    job.out = argv[at + 1];
    job.table = argv[at + 2];
    const int result = run(&job);
    close_bench(&job);
    if (result < 0)
        fprintf(stderr, "quality: %s\n", bauta_strerror(result));
    return result < 0 ? 1 : 0;
}
