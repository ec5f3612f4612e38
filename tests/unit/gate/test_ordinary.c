// SPDX-License-Identifier: Apache-2.0
// The real net on ordinary pictures: portraits and clips of the media folder, else the
// demo's. There must be no alarm. Prints the highest score and the mean time of a look.
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "../check.h"
#include "base/alloc.h"
#include "base/clock.h"
#include "gate/gate.h"
#include "io/io.h"
#include "nn/nn.h"

static struct bt_net *net;
static float highest;
static char where[4200];
static int looks;
static int64_t spent_ns;

static void look(const struct bauta_frame *frame, const char *name)
{
    const int64_t start = bt_now_ns();
    bt_gate_picture(frame, bt_net_info(net)->input[0].data);
    CHECK(bt_net_run(net) >= 0);
    spent_ns += bt_now_ns() - start;
    const float score = bt_gate_score(bt_net_info(net)->output[0].data);
    looks++;
    if (!(score < .7f))
        fprintf(stderr, "%s, frame %lld: %.3f\n", name, (long long)frame->number,
                (double)score);
    CHECK(score < .7f);
    if (score > highest) {
        highest = score;
        snprintf(where, sizeof(where), "%s, frame %lld", name, (long long)frame->number);
    }
}

static void each_frame(const char *path, int every)
{
    const struct bt_io_options options = {.quality = -1};
    struct bt_source *source = NULL;
    struct bauta_frame *frame = NULL;
    if (!CHECK(bt_source_open(&source, path, &options) >= 0))
        return;
    while (bt_source_read(source, &frame) >= 0) {
        if (frame->number % every == 0)
            look(frame, path);
        bauta_frame_unref(&frame);
    }
    bt_source_close(&source);
}

static int each_file(const char *folder, int every)
{
    struct dirent **names = NULL;
    const int count = scandir(folder, &names, NULL, alphasort);
    int done = 0;
    for (int i = 0; i < count; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]->d_name);
        const char *dot = strrchr(path, '.');
        static const char *const kinds[] = {".jpg", ".png", ".mp4", ".mkv", ".webm"};
        for (size_t k = 0; dot && k < sizeof(kinds) / sizeof(kinds[0]); k++) {
            if (!strcmp(dot, kinds[k])) {
                each_frame(path, every);
                done++;
            }
        }
        free(names[i]);
    }
    free(names);
    return done;
}

int main(int argc, char **argv)
{
    char path[4096];
    const char *media = getenv("BAUTA_MEDIA");
    const char *root = argc > 1 ? argv[1] : ".";
    const int result = bt_net_open_model(&net, BT_MODEL_CONTENT, NULL, 1);
    if (result == BAUTA_E_MODEL || result == BAUTA_E_RUNTIME) {
        printf("skipped: models or runtime are missing; tools/setup.sh brings them\n");
        return 77;
    }
    snprintf(path, sizeof(path), "%s/../shared/media", root);
    int files = 0;
    static const char *const parts[] = {"portraits", "clips"};
    for (int i = 0; i < 2; i++) {
        char folder[8192];
        snprintf(folder, sizeof(folder), "%s/%s", media ? media : path, parts[i]);
        files += each_file(folder, 25);
    }
    if (!files) {
        snprintf(path, sizeof(path), "%s/deps/demo", root);
        files = each_file(path, 25);
    }
    bt_net_close(&net);
    if (!files) {
        printf("skipped: there is no media; tools/setup.sh demo brings some\n");
        return 77;
    }
    printf("%d files, %d looks, %.1f ms each; the highest score is %.3f (%s)\n", files,
           looks, (double)spent_ns / 1e6 / looks, (double)highest, where);
    return check_end();
}
