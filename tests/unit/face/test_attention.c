// SPDX-License-Identifier: Apache-2.0
// A blink, on which the plain mesh keeps its eyes open, and lips that touch, in a clip
// from $BAUTA_MEDIA or the folder given.
#include <stdlib.h>
#include <unistd.h>

#include "face/internal.h"
#include "io/io.h"

#include "../check.h"

static float apart(const struct bauta_face *f, int a, int b)
{
    return hypotf(f->landmark[a][0] - f->landmark[b][0],
                  f->landmark[a][1] - f->landmark[b][1]);
}

static void check_frame(const struct bauta_frame *frame, struct bt_face_nets *nets,
                        float *lids, float *lips)
{
    static struct bauta_face found[BAUTA_FACES_MAX];
    if (!CHECK_INT(bt_face_still(nets, frame, found, BAUTA_FACES_MAX), 1))
        return;
    const struct bauta_face *f = &found[0];
    *lids = (apart(f, 159, 145) / apart(f, 33, 133) +
             apart(f, 386, 374) / apart(f, 362, 263)) / 2;
    *lips = apart(f, 13, 14) / apart(f, 61, 291);
    for (int e = 0; e < 2 && f->has_iris; e++) {
        const float *corner = f->landmark[e ? 263 : 33];
        const float *other = f->landmark[e ? 362 : 133];
        CHECK((f->iris[e][0] - corner[0]) * (f->iris[e][0] - other[0]) < 0);
    }
}

static void check_clip(struct bt_face_nets *nets, const char *media)
{
    enum { OPEN = 90, BLINK = 99, TOUCH = 520 };
    char path[4096];
    snprintf(path, sizeof(path), "%s/clips/webcam-400x300.mp4", media);
    struct bt_io_options io = { 0 };
    struct bt_source *source = NULL;
    CHECK_INT(bt_opt_defaults(bt_io_opts, &io), 0);
    float lids[2][3], lips[2][3];
    int seen = 0;
    if (CHECK_INT(bt_source_open(&source, path, &io), 0)) {
        struct bauta_frame *frame = NULL;
        for (int n = 0; n <= TOUCH && bt_source_read(source, &frame) >= 0; n++) {
            const bool wanted = n == OPEN || n == BLINK || n == TOUCH;
            for (int net = 0; wanted && net < 2; net++) {
                CHECK_INT(bt_face_nets_use(nets, net, NULL, 1), 0);
                check_frame(frame, nets, &lids[net][seen], &lips[net][seen]);
            }
            seen += wanted;
            bauta_frame_unref(&frame);
        }
    }
    if (CHECK_INT(seen, 3)) {
        printf("lids open %.3f, in a blink %.3f (the mesh: %.3f, %.3f); closed lips %.3f "
               "(%.3f)\n", (double)lids[1][0], (double)lids[1][1], (double)lids[0][0],
               (double)lids[0][1], (double)lips[1][2], (double)lips[0][2]);
        CHECK(lids[1][0] > .18f && lids[1][1] < .08f && lids[0][1] > .12f);
        CHECK(lips[1][2] < .02f);
    }
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &io);
}

int main(int argc, char **argv)
{
    const char *media = getenv("BAUTA_MEDIA");
    media = media ? media : argc > 1 ? argv[1] : "";
    if (access(media, R_OK)) {
        printf("skipped: no folder %s; name one in BAUTA_MEDIA\n", media);
        return 77;
    }
    struct bt_face_nets *nets = NULL;
    int result = bt_face_nets_open(&nets, NULL, 1);
    if (result >= 0)
        result = bt_face_nets_use(nets, BT_FACE_NET_ATTENTION, NULL, 1);
    if (result == BAUTA_E_MODEL || result == BAUTA_E_RUNTIME) {
        printf("skipped: models or runtime are missing; tools/setup.sh brings them\n");
        bt_face_nets_close(&nets);
        return 77;
    }
    if (CHECK_INT(result, 0))
        check_clip(nets, media);
    bt_face_nets_close(&nets);
    return check_end();
}
