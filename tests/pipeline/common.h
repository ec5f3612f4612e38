// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_PIPELINE_COMMON_H
#define BT_TESTS_PIPELINE_COMMON_H

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "../unit/check.h"
#include "base/alloc.h"
#include "engine/engine.h"
#include "engine/seam.h"
#include "mark/watermark/grid.h"

static inline void bt_test_ignore(void *opaque, enum bauta_log_level level,
                                  const char *line)
{
    (void)opaque;
    if (level <= BAUTA_LOG_ERROR && getenv("BAUTA_TEST_LOG"))
        fprintf(stderr, "  %s\n", line);
}

static inline void sleep_ms(int ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

// A test that hangs has failed.
static inline void bt_test_begin(unsigned seconds)
{
    bauta_log_set(bt_test_ignore, NULL);
#ifdef __SANITIZE_THREAD__
    seconds *= 2;
#endif
    alarm(seconds);
}

static inline struct bauta *bt_test_engine(const char *name)
{
    struct bauta *engine = NULL;
    if (bauta_create(&engine) < 0 || bauta_set(engine, "engine", name) < 0)
        abort();
    bt_engine_set_session(engine, 77);   // outputs are compared
    return engine;
}

// A photo with a face: a portrait of the media folder, else the demo's. NULL: none.
static inline const char *bt_test_photo(void)
{
    static char path[4096];
    const char *media = getenv("BAUTA_MEDIA"), *root = getenv("BAUTA_TEST_ROOT");
    if (!root)
        root = ".";
    snprintf(path, sizeof(path), "%s/portraits/005.jpg", media ? media : "");
    if (media && !access(path, R_OK))
        return path;
    snprintf(path, sizeof(path), "%s/../shared/media/portraits/005.jpg", root);
    if (!access(path, R_OK))
        return path;
    snprintf(path, sizeof(path), "%s/deps/demo/astronaut.png", root);
    return access(path, R_OK) ? NULL : path;
}

static struct bauta_identity *bt_test_identity;

static inline void bt_test_forget(void)
{
    bauta_identity_unref(&bt_test_identity);
}

// Enrols the photo once. Ends the test with "skipped" where models, runtime or photo are
// missing; everything else that fails is a failure.
static inline void bt_test_enrol(void)
{
    const struct bauta_identity_params params = {.consent = "synthetic"};
    const char *photo = bt_test_photo();
    if (!photo) {
        printf("skipped: there is no photo; tools/setup.sh demo brings one\n");
        exit(77);
    }
    const int result = bauta_identity_open(photo, &params, &bt_test_identity);
    if (result == BAUTA_E_MODEL || result == BAUTA_E_RUNTIME) {
        printf("skipped: models or runtime are missing; tools/setup.sh brings them\n");
        exit(77);
    }
    if (result < 0) {
        fprintf(stderr, "%s: its face cannot be taken: %s\n", photo,
                bauta_strerror(result));
        exit(1);
    }
    atexit(bt_test_forget);
}

// The photo's face for everybody.
static inline void bt_test_map(struct bauta *engine)
{
    if (!bt_test_identity)
        bt_test_enrol();
    if (bauta_map(engine, "all", bt_test_identity) < 0)
        exit(1);
}

// A test source with the photo's face moving in it.
static inline const char *bt_test_face_url(int width, int height, int frames)
{
    static char url[8192];
    snprintf(url, sizeof(url), "test:%dx%d@25,frames=%d,face=%s", width, height, frames,
             bt_test_photo());
    return url;
}

// An even grey picture whose number can be told from its pixels.
static inline struct bauta_frame *bt_test_frame(int width, int height, int number)
{
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_YUV420P, width, height);
    if (!frame)
        abort();
    const int heights[3] = {height, (height + 1) / 2, (height + 1) / 2};
    for (int i = 0; i < 3; i++)
        memset(frame->data[i], i ? 128 : 16 + number % 200,
               (size_t)frame->stride[i] * (size_t)heights[i]);
    frame->pts = number;
    frame->time_base = (struct bauta_rational){1, 25};
    frame->number = number;
    return frame;
}

#endif
