// SPDX-License-Identifier: Apache-2.0
#include "verify/check/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"

#define STREAM_SECONDS 10.
#define GAP .5                // seconds without a face, that end a part

struct gather {
    struct bauta_check *check;
    struct bt_samples samples;
    struct bt_motion_track motion;
    bool signature;
    int part, id;
    double last;              // seconds at which the face was seen
    bool full;
    double last_frame;
};

static void note_face(struct gather *g, const struct bt_watched *seen,
                      struct bt_sample *sample)
{
    struct bt_expression_signs signs;
    float shape[BAUTA_LANDMARKS][3], weight[BT_CANON_MODES];
    const struct bauta_face *face = seen->face;
    sample->part = -1;
    if (!face)
        return;
    if (face->id != g->id || seen->cut || seen->seconds - g->last > GAP)
        g->part++;
    g->id = face->id;
    g->last = seen->seconds;
    bt_pose_free(face, shape);
    bt_expression_fit((const float(*)[3])shape, NULL, weight);
    bt_expression_signs((const float(*)[3])shape, weight, &signs);
    sample->part = g->part;
    sample->id = face->id;
    sample->lids = signs.lids[0] + signs.lids[1];
    sample->turned = fmaxf(fabsf(face->yaw), fabsf(face->pitch));
    sample->place[0] = face->translation[0];
    sample->place[1] = face->translation[1];
    sample->size = face->box[2] - face->box[0];
}

static int take(void *opaque, const struct bt_watched *seen)
{
    struct gather *g = opaque;
    struct bt_sample sample = {
        .seconds = seen->seconds, .own = seen->own, .cut = seen->cut};
    bt_sample_picture(seen->frame, &sample);
    note_face(g, seen, &sample);
    g->last_frame = seen->seconds;
    int result = bt_samples_add(&g->samples, &sample);
    if (result == BAUTA_E_TOO_LARGE) {
        g->full = true;
        return 1;
    }
    if (result >= 0)
        result = bt_pictures_take(&g->check->pictures, seen);
    if (result >= 0 && g->signature)
        result = bt_motion_take(&g->motion, seen);
    return result;
}

static int measure(struct gather *g)
{
    struct bauta_check_facts *facts = &g->check->facts;
    facts->frames = g->samples.count;
    facts->seconds = g->check->still ? 0 : g->last_frame;
    bt_cue_people(&g->samples, facts);
    bt_cue_cadence(&g->samples, facts);
    bt_cue_frozen(&g->samples, facts);
    int result = bt_cue_blinks(&g->samples, facts);
    if (result >= 0)
        result = bt_cue_loops(&g->samples, facts);
    bt_pictures_thin(&g->check->pictures);
    return result;
}

static int look(struct bauta_check *check, const char *path,
                const struct bauta_check_params *params)
{
    struct bt_format format;
    int truncated = 0;
    struct gather g = {.check = check, .signature = params->signature != NULL, .id = -1};
    struct bt_watch watch = {path, params->models, params->most_seconds};
    if (watch.most <= 0)
        watch.most = check->stream ? STREAM_SECONDS : BAUTA_CHECK_SECONDS;
    int result = bt_watch(&watch, take, &g, &format, &truncated);
    if (result >= 0) {
        const bool turned = format.rotation % 180 != 0;
        check->facts.width = turned ? format.height : format.width;
        check->facts.height = turned ? format.width : format.height;
        check->still = format.still && g.samples.count == 1;
        check->truncated = truncated;
        check->whole = !check->stream && !g.full && g.last_frame < watch.most;
        result = measure(&g);
    }
    if (result >= 0 && params->signature && !check->still) {
        result = bt_motion_compare(params->signature, &g.motion, &check->motion);
        check->moved = result >= 0;
        snprintf(check->signature, sizeof check->signature, "%s",
                 params->signature_name ? params->signature_name : "the signature");
    }
    bt_free(g.samples.one);
    bt_motion_track_finish(&g.motion);
    return result;
}

// 1: a regular file, 0: a stream or device, or an error.
static int kind_of(const char *path)
{
    struct stat info;
    if (!strcmp(path, "-")) {
        bt_error("standard input is not taken here: save it to a file first");
        return BAUTA_E_USAGE;
    }
    if (stat(path, &info))
        return 0;
    if (S_ISDIR(info.st_mode)) {
        bt_error("%s: is a folder; check takes one film or picture of it", path);
        return BAUTA_E_USAGE;
    }
    return S_ISREG(info.st_mode);
}

int bauta_check(const char *path, const struct bauta_check_params *params,
                struct bauta_check **out)
{
    static const struct bauta_check_params plain;
    if (!path || !out) {
        bt_error("bauta_check: an argument is missing");
        return BAUTA_E_USAGE;
    }
    params = params ? params : &plain;
    const int file = kind_of(path);
    if (file < 0)
        return file;
    struct bauta_check *check = bt_zalloc(sizeof *check);
    if (!check) {
        bt_error("%s: out of memory", path);
        return BAUTA_E_NO_MEMORY;
    }
    const struct bauta_inspect_params marks = {.anchors = params->anchors,
                                               .most_seconds = params->most_seconds};
    check->stream = !file;
    int result = bauta_inspect(path, &marks, &check->marks);
    check->stream = check->marks.part == BAUTA_PART_STREAM;
    if (result >= 0)
        result = look(check, path, params);
    // Of a file that cannot be shown its manifest still tells that it was changed.
    if (result < 0 && result != BAUTA_E_NO_MEMORY && result != BAUTA_E_MODEL &&
        result != BAUTA_E_RUNTIME && check->marks.manifest == BAUTA_MANIFEST_INVALID)
        result = 0;
    if (result >= 0 && file)
        bt_facts_read(path, &check->container);
    if (result < 0) {
        bauta_check_free(&check);
        return result;
    }
    bt_check_say(check);
    *out = check;
    return 0;
}

void bauta_check_free(struct bauta_check **check)
{
    if (!check || !*check)
        return;
    bt_pictures_finish(&(*check)->pictures);
    bt_freep(check);
}

// What was found ------------------------------------------------------------------------

const char *bauta_check_verdict_name(enum bauta_check_verdict verdict)
{
    static const char *const names[] = {"nothing-found", "unusual", "changed", "made"};
    return verdict >= 0 && verdict <= BAUTA_CHECK_MADE ? names[verdict] : NULL;
}

const char *bauta_check_level_name(enum bauta_check_level level)
{
    static const char *const names[] = {"certain", "likely", "fact", "unknown", "next"};
    return level >= 0 && level <= BAUTA_CHECK_NEXT ? names[level] : NULL;
}

enum bauta_check_verdict bauta_check_verdict(const struct bauta_check *check)
{
    return check->verdict;
}

const char *bauta_check_headline(const struct bauta_check *check)
{
    static const char *const lines[] = {
        [BAUTA_CHECK_NOTHING] = "Nothing was found that speaks against it. That proves "
                                "nothing: a good forgery shows nothing either.",
        [BAUTA_CHECK_UNUSUAL] = "Something in it is unusual. That is a reason to ask, not "
                                "a proof.",
        [BAUTA_CHECK_CHANGED] = "It is not what was signed: it was changed after that. "
                                "This is certain.",
        [BAUTA_CHECK_MADE] = "It carries a mark that a program sets on pictures which it "
                             "made or changed. This is certain."};
    return lines[check->verdict];
}

int bauta_check_finding(const struct bauta_check *check, int index,
                        struct bauta_check_finding *out)
{
    if (!check || !out || index < 0 || index >= check->findings)
        return BAUTA_E_USAGE;
    *out = (struct bauta_check_finding){check->finding[index].level,
                                        check->finding[index].topic,
                                        check->finding[index].text};
    return 0;
}

int bauta_check_facts(const struct bauta_check *check, struct bauta_check_facts *out)
{
    if (!check || !out)
        return BAUTA_E_USAGE;
    *out = check->facts;
    return 0;
}

int bauta_check_picture(const struct bauta_check *check, int index,
                        struct bauta_check_picture *out)
{
    if (!check || !out || index < 0 || index >= check->pictures.count)
        return BAUTA_E_USAGE;
    *out = check->pictures.one[index];
    return 0;
}

const struct bauta_inspection *bauta_check_marks(const struct bauta_check *check)
{
    return &check->marks;
}

int bauta_check_motion(const struct bauta_check *check, struct bauta_motion_result *out)
{
    if (!check || !out)
        return BAUTA_E_USAGE;
    if (!check->moved)
        return BAUTA_E_NOT_FOUND;
    *out = check->motion;
    return 0;
}
