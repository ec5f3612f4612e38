// SPDX-License-Identifier: Apache-2.0
// What leaves when the content gate closes. The nets in its place are our own.
// usage: test-pipeline-gate ALWAYS_NET RED_NET
#include "common.h"

#include "base/file.h"

static uint8_t *net;
static size_t size;

static struct bauta *engine_with_net(const char *path)
{
    struct bauta *engine = bt_test_engine("mesh");
    bt_free(net);
    net = NULL;
    if (bt_file_read(path, 1 << 20, &net, &size) < 0)
        exit(1);
    bt_engine_set_gate(engine, net, size);
    bt_test_map(engine);
    return engine;
}

static void refuses_a_file(const char *path)
{
    struct bauta *engine = engine_with_net(path);
    char out[] = "/tmp/bauta-gate-XXXXXX";
    if (!mkdtemp(out))
        exit(1);
    char file[64];
    snprintf(file, sizeof(file), "%s/out.mp4", out);
    CHECK_INT(bauta_run(engine, bt_test_face_url(320, 240, 10), file, NULL, NULL),
              BAUTA_E_CONTENT);
    // Nothing is left of it: the folder is empty.
    CHECK_INT(rmdir(out), 0);
    bauta_destroy(&engine);
}

static int swapped;

static void see(void *opaque, const struct bt_tap_info *info)
{
    (void)opaque;
    for (int i = 0; i < info->faces->count; i++)
        swapped += info->swapped[i];
}

// Frames one by one are treated as live: the card's even grey stands in the middle.
static void covers(const char *path, int always)
{
    struct bauta *engine = engine_with_net(path);
    struct bt_source *source = NULL;
    const struct bt_io_options options = {.quality = -1};
    swapped = 0;
    bt_engine_set_tap(engine, see, NULL);
    if (bt_source_open(&source, bt_test_face_url(320, 240, 60), &options) < 0)
        exit(1);
    int even = 0, frames = 0;
    struct bauta_frame *frame = NULL;
    while (bt_source_read(source, &frame) >= 0) {
        CHECK_INT(bauta_process(engine, &frame), 0);
        const uint8_t *row = frame->data[0] + 120 * frame->stride[0];
        int same = 1;
        for (int x = 1; x < 320; x++)
            same &= abs(row[x] - row[0]) <= 2 * BT_WM_MOST;
        even += same;
        frames++;
        bauta_frame_unref(&frame);
        usleep(5000);
    }
    CHECK_INT(frames, 60);
    if (always) {
        CHECK_INT(even, 60);
        CHECK_INT(swapped, 0);
    } else {
        CHECK(even < 50);
        CHECK(swapped > 10);
    }
    bt_source_close(&source);
    bauta_destroy(&engine);
}

int main(int argc, char **argv)
{
    if (argc < 3)
        return 1;
    bt_test_begin(280);
    bt_test_enrol();
    refuses_a_file(argv[1]);
    covers(argv[1], 1);
    covers(argv[2], 0);
    bt_free(net);
    return check_end();
}
