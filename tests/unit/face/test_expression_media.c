// SPDX-License-Identifier: Apache-2.0
// Photos that smile come to rest, and a clip drives them. Media from $BAUTA_MEDIA or the
// folder given.
#include <stdlib.h>
#include <unistd.h>

#include "face/expression.h"
#include "face/face.h"
#include "io/io.h"

#include "../check.h"

typedef float shape[BAUTA_LANDMARKS][3];
typedef const float (*seen)[3];

static const char *media;
static struct bt_face_nets *nets;
static const int smiling[] = { 9, 14, 22, 31, 36, 37, 49 },
                 still[] = { 1, 7, 11, 25, 28, 33, 35, 39, 46, 47, 51, 57 };
enum { SMILING = 7, STILL = 12 };
static shape photo[SMILING + STILL], neutral[SMILING + STILL];

static const char *path_of(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof(path), "%s/%s", media, name);
    return path;
}

static bool look(int number, shape out)
{
    char name[64];
    struct bauta_frame *frame = NULL;
    static struct bauta_face faces[BAUTA_FACES_MAX];
    snprintf(name, sizeof(name), "portraits/%03d.jpg", number);
    if (!CHECK_INT(bt_picture_read(path_of(name), &frame), 0))
        return false;
    const int count = bt_face_still(nets, frame, faces, BAUTA_FACES_MAX);
    bauta_frame_unref(&frame);
    if (!CHECK(count > 0))
        return false;
    int best = 0;
    for (int i = 1; i < count; i++) {
        const float *a = faces[i].box, *b = faces[best].box;
        best = a[2] - a[0] > b[2] - b[0] ? i : best;
    }
    bt_pose_free(&faces[best], out);
    return true;
}

static float lift_of(seen x)
{
    const float w[BT_CANON_MODES] = { 0 };
    struct bt_expression_signs signs;
    bt_expression_signs(x, w, &signs);
    return signs.lift;
}

static float lips_apart(seen x)
{
    float gap[BT_LIP_PAIRS][3], most = 0;
    bt_lips_gap(x, gap);
    for (int i = 0; i < BT_LIP_PAIRS; i++)
        most = fmaxf(most, hypotf(hypotf(gap[i][0], gap[i][1]), gap[i][2]));
    return most;
}

static void check_portraits(void)
{
    struct bt_expression_signs signs;
    double mean = 0, least = 1, most = 0;
    for (int i = 0; i < SMILING + STILL; i++) {
        if (!look(i < SMILING ? smiling[i] : still[i - SMILING], photo[i]))
            return;
        bt_expression_neutral((seen)photo[i], neutral[i], &signs);
        CHECK(lips_apart((seen)neutral[i]) < 1e-4f);
        if (i < SMILING)
            least = fmin(least, signs.smile);
        else
            most = fmax(most, signs.smile);
        // The neutral of photos that do not smile is theirs.
        mean += i < SMILING ? 0 : lift_of((seen)photo[i]) / STILL;
    }
    for (int i = 0; i < SMILING; i++) {
        const float before = lift_of((seen)photo[i]), after = lift_of((seen)neutral[i]);
        printf("%03d: lift %.3f, at rest %.3f; the mean of others is %.3f\n", smiling[i],
               before, after, mean);
        CHECK_NEAR(after, mean, .03);
        shape again;
        bt_expression_neutral((seen)neutral[i], again, NULL);
        CHECK_NEAR(lift_of((seen)again), after, .015);
    }
    printf("smiles: at least %.2f where there is one, at most %.2f elsewhere\n", least, most);
    CHECK(least > .2 && most < .6);
    // Persons remain different from each other.
    double apart = 0;
    for (int i = 1; i < SMILING; i++)
        for (int v = 0; v < BAUTA_LANDMARKS; v++)
            apart += hypot(neutral[i][v][0] - neutral[0][v][0],
                           neutral[i][v][1] - neutral[0][v][1]) /
                     (SMILING - 1) / BAUTA_LANDMARKS;
    printf("neutral faces lie %.2f cm apart\n", apart);
    CHECK(apart > .15);
}

struct totals {
    int closed, frames;
    double gap, lift, lids;
};

static void drive(seen target, const struct bt_expression_state *state,
                  struct totals *totals)
{
    const float w[BT_CANON_MODES] = { 0 };
    for (int i = 0; i < SMILING; i++) {
        shape out;
        struct bt_expression_signs theirs, ours;
        bt_expression_drive(target, (seen)state->neutral, (seen)neutral[i], .7f, out, NULL);
        bt_expression_signs(target, w, &theirs);
        bt_expression_signs((seen)out, w, &ours);
        totals->frames++;
        totals->gap = fmax(totals->gap, fabs(ours.open - theirs.open));
        if (theirs.open < .1f) {
            totals->closed++;
            totals->lift += fabs(ours.lift - theirs.lift);
        }
    }
}

// Mouths follow the clip's, and a closed one shows no smile of the photo.
static void check_clip(void)
{
    const struct bt_face_options options = { .5f, .5f, 0, BT_FACE_NET_ATTENTION };
    struct bt_io_options io = { 0 };
    struct bt_source *source = NULL;
    struct bt_tracker *tracker = NULL;
    struct bauta_frame *frame = NULL;
    static struct bt_faces found;
    static struct bt_expression_state state;
    struct totals totals = { 0 };
    CHECK_INT(bt_opt_defaults(bt_io_opts, &io), 0);
    if (!CHECK_INT(bt_source_open(&source, path_of("clips/webcam-400x300.mp4"), &io), 0))
        return;
    CHECK_INT(bt_tracker_create(&tracker, &source->format, &options, NULL, 1), 0);
    for (int n = 0; n < 250 && tracker && bt_source_read(source, &frame) >= 0; n++) {
        CHECK_INT(bt_tracker_update(tracker, frame, n / 25., &found), 0);
        bauta_frame_unref(&frame);
        if (found.count != 1)
            continue;
        shape x;
        bt_pose_free(&found.face[0], x);
        bt_expression_learn(&state, (seen)x, .04f, 1);
        drive((seen)x, &state, &totals);
    }
    printf("lips are %.3f cm off at most; lift is %.3f off on %d closed mouths of %d\n",
           totals.gap, totals.lift / totals.closed, totals.closed, totals.frames);
    CHECK(totals.closed > 100 && totals.frames > totals.closed);
    CHECK(totals.gap < .05);
    CHECK(totals.lift / totals.closed < .03);
    bt_tracker_destroy(&tracker);
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &io);
}

int main(int argc, char **argv)
{
    media = getenv("BAUTA_MEDIA");
    if (!media || !media[0])
        media = argc > 1 ? argv[1] : "../shared/media";
    if (access(path_of("portraits/049.jpg"), R_OK)) {
        printf("skipped: there are no portraits in %s; name their folder in BAUTA_MEDIA\n",
               media);
        return 77;
    }
    int result = bt_face_nets_open(&nets, NULL, 1);
    if (result >= 0)
        result = bt_face_nets_use(nets, BT_FACE_NET_ATTENTION, NULL, 1);
    if (result == BAUTA_E_MODEL || result == BAUTA_E_RUNTIME) {
        printf("skipped: models or runtime are missing; tools/setup.sh brings them\n");
        bt_face_nets_close(&nets);
        return 77;
    }
    CHECK_INT(result, 0);
    check_portraits();
    if (!access(path_of("clips/webcam-400x300.mp4"), R_OK))
        check_clip();
    bt_face_nets_close(&nets);
    return check_end();
}
