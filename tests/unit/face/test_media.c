// SPDX-License-Identifier: Apache-2.0
// Real pictures and clips, from $BAUTA_MEDIA or the folder given.
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "face/internal.h"
#include "io/io.h"

#include "../check.h"

static const char *media;
static struct bt_face_nets *nets;
static struct bauta_face faces[BAUTA_FACES_MAX];

static const char *path_of(const char *name)
{
    static char path[4096];
    snprintf(path, sizeof(path), "%s/%s", media, name);
    return path;
}

// Stills -------------------------------------------------------------------------------

static void check_portraits(void)
{
    static const int numbers[] = { 1,  5,  6,  7,  9,  11, 14, 16, 22, 25, 28, 31,
                                   33, 35, 36, 37, 39, 41, 46, 47, 49, 50, 51, 57 };
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        char name[64];
        struct bauta_frame *frame = NULL;
        snprintf(name, sizeof(name), "portraits/%03d.jpg", numbers[i]);
        if (!CHECK_INT(bt_picture_read(path_of(name), &frame), 0))
            continue;
        const int count = bt_face_still(nets, frame, faces, BAUTA_FACES_MAX);
        if (!CHECK_INT(count, 1))
            fprintf(stderr, "  %s\n", name);
        // Each of them looks more or less into the camera.
        CHECK(count < 1 || (fabsf(faces[0].yaw) < 35 && fabsf(faces[0].pitch) < 30 &&
                            fabsf(faces[0].roll) < 25 && faces[0].presence > .9f));
        bauta_frame_unref(&frame);
    }
}

static struct bauta_frame *turned(const struct bauta_frame *f, int rotation)
{
    const bool across = rotation % 180 != 0;
    struct bauta_frame *out = bauta_frame_new(BAUTA_PIXEL_RGB24, across ? f->height : f->width,
                                              across ? f->width : f->height);
    for (int y = 0; y < f->height; y++) {
        for (int x = 0; x < f->width; x++) {
            const int sx = rotation == 90 ? y : rotation == 180 ? f->width - 1 - x
                                                                : f->height - 1 - y;
            const int sy = rotation == 90 ? f->width - 1 - x : rotation == 180
                               ? f->height - 1 - y : x;
            memcpy(out->data[0] + sy * out->stride[0] + 3 * sx,
                   f->data[0] + y * f->stride[0] + 3 * x, 3);
        }
    }
    out->rotation = rotation;
    return out;
}

// What is stored lying or upside down is found as if it were upright.
static void check_rotations(void)
{
    struct bauta_frame *upright = NULL;
    if (!CHECK_INT(bt_picture_read(path_of("portraits/005.jpg"), &upright), 0))
        return;
    static struct bauta_face first[BAUTA_FACES_MAX];
    CHECK_INT(bt_face_still(nets, upright, first, BAUTA_FACES_MAX), 1);
    const float width = (float)upright->width, height = (float)upright->height;
    for (int rotation = 90; rotation < 360; rotation += 90) {
        struct bauta_frame *frame = turned(upright, rotation);
        CHECK_INT(bt_face_still(nets, frame, faces, BAUTA_FACES_MAX), 1);
        double sum = 0;
        for (int i = 0; i < BAUTA_LANDMARKS; i++) {
            const float x = first[0].landmark[i][0], y = first[0].landmark[i][1];
            const float ex = rotation == 90 ? y : rotation == 180 ? width - x : height - y;
            const float ey = rotation == 90 ? width - x : rotation == 180 ? height - y : x;
            sum += hypotf(faces[0].landmark[i][0] - ex, faces[0].landmark[i][1] - ey);
        }
        CHECK(sum / BAUTA_LANDMARKS < 1.5);
        CHECK_NEAR(remainder(faces[0].roll - first[0].roll + rotation, 360), 0, 1);
        bauta_frame_unref(&frame);
    }
    bauta_frame_unref(&upright);
}

// Clips --------------------------------------------------------------------------------

struct clip {
    const char *name;
    int faces, frames;           // expected; frames: how many to read at most
    float least, most;           // heights of a face
    float area[4];               // where all of them lie
};

// Every frame shows that many faces, followed under the same ids, and nothing is
// suspected; after the first frames nothing is allocated.
static void check_clip(const struct clip *clip)
{
    struct bt_io_options io = { 0 };
    struct bt_source *source = NULL;
    struct bt_tracker *tracker = NULL;
    const struct bt_face_options options = { .5f, .5f, 1 };
    static struct bt_faces found;
    CHECK_INT(bt_opt_defaults(bt_io_opts, &io), 0);
    if (!CHECK_INT(bt_source_open(&source, path_of(clip->name), &io), 0))
        return;
    CHECK_INT(bt_tracker_create(&tracker, &source->format, &options, NULL, 1), 0);
    int read = 0, wrong = 0, outside = 0;
    int64_t allocations = 0;
    struct bauta_frame *frame = NULL;
    while (tracker && read < clip->frames && bt_source_read(source, &frame) >= 0) {
        const int64_t before = bt_alloc_count();
        CHECK_INT(bt_tracker_update(tracker, frame, read / 25., &found), 0);
        allocations += read > 1 ? bt_alloc_count() - before : 0;
        int right = !found.cut;
        for (int i = 0; i < found.count; i++) {
            const struct bauta_face *f = &found.face[i];
            right += f->origin == BAUTA_FACE_TRACKED && f->id == i && f->order == i;
            const float high = f->box[3] - f->box[1];
            outside += f->box[0] < clip->area[0] || f->box[1] < clip->area[1] ||
                       f->box[2] > clip->area[2] || f->box[3] > clip->area[3] ||
                       high < clip->least || high > clip->most;
        }
        wrong += right != 1 + clip->faces || found.count != clip->faces;
        read++;
        bauta_frame_unref(&frame);
    }
    const bool good = CHECK(read >= 9) & CHECK_INT(wrong, 0) & CHECK_INT(outside, 0) &
                      CHECK_INT(allocations, 0);
    if (!good)
        fprintf(stderr, "  %s, %d frames\n", clip->name, read);
    bt_tracker_destroy(&tracker);
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &io);
}

static void check_clips(void)
{
    static const struct clip clips[] = {
        { "clips/foreman-352x288.mp4", 1, 180, 90, 220, { -40, 20, 352, 288 } },
        { "clips/glasses-1280x720.mp4", 1, 19, 150, 300, { 450, 250, 900, 720 } },
        { "clips/hello-1280x720.mp4", 1, 60, 50, 120, { 114, 82, 368, 272 } },
        { "clips/two-people-320x192.mp4", 2, 9, 40, 90, { 0, 0, 320, 192 } },
        { "clips/webcam-400x300.mp4", 1, 120, 60, 180, { 0, 0, 400, 300 } },
    };
    for (size_t i = 0; i < sizeof(clips) / sizeof(clips[0]); i++)
        check_clip(&clips[i]);
}

// Smoothing on real landmarks: how far behind, and how still -----------------------------

static void lag_of(const struct bauta_face raw[3], const struct bauta_face *smooth,
                   double *along, double *all)
{
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 2; k++) {
            const double speed = (raw[2].landmark[i][k] - raw[0].landmark[i][k]) / 2;
            *along += (raw[1].landmark[i][k] - smooth->landmark[i][k]) * speed;
            *all += speed * speed;
        }
    }
}

// Foreman's head moves fast; the smoothed landmarks may trail by less than half a frame.
static void check_lag(void)
{
    struct bt_io_options io = { 0 };
    struct bt_source *source = NULL;
    struct bt_tracker *tracker = NULL;
    const struct bt_face_options options = { .5f, .5f, 1 };
    static struct bt_faces found;
    static struct bauta_face raw[3], smooth[2];
    CHECK_INT(bt_opt_defaults(bt_io_opts, &io), 0);
    if (!CHECK_INT(bt_source_open(&source, path_of("clips/foreman-352x288.mp4"), &io), 0))
        return;
    CHECK_INT(bt_tracker_create(&tracker, &source->format, &options, NULL, 1), 0);
    struct bt_smoother *smoother = bt_smoother_create(&options);
    struct bauta_frame *frame = NULL;
    double along = 0, all = 0;
    for (int n = 0; tracker && bt_source_read(source, &frame) >= 0; n++) {
        CHECK_INT(bt_tracker_update(tracker, frame, n / 30., &found), 0);
        raw[0] = raw[1], raw[1] = raw[2], raw[2] = found.face[0];
        bt_smoother_apply(smoother, &found, n / 30.);
        smooth[0] = smooth[1], smooth[1] = found.face[0];
        if (n > 10)
            lag_of(raw, &smooth[0], &along, &all);
        bauta_frame_unref(&frame);
    }
    printf("foreman: smoothed landmarks are %.2f frames behind\n", along / all);
    CHECK(along / all < .5);
    bt_smoother_destroy(&smoother);
    bt_tracker_destroy(&tracker);
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &io);
}

static void shake(struct bauta_frame *out, const struct bauta_frame *in)
{
    for (int y = 0; y < in->height; y++) {
        for (int x = 0; x < 3 * in->width; x++) {
            int v = in->data[0][y * in->stride[0] + x] + rand() % 11 + rand() % 11 - 10;
            v = v < 0 ? 0 : v > 255 ? 255 : v;
            out->data[0][y * out->stride[0] + x] = (uint8_t)v;
        }
    }
}

// One photo over and over with other noise each time.
static void check_stillness(void)
{
    struct bauta_frame *photo = NULL;
    if (!CHECK_INT(bt_picture_read(path_of("portraits/028.jpg"), &photo), 0))
        return;
    struct bauta_frame *frame = bauta_frame_new(photo->format, photo->width, photo->height);
    const struct bt_format format = bt_format_of(frame);
    const struct bt_face_options options = { .5f, .5f, 1 };
    struct bt_tracker *tracker = NULL;
    CHECK_INT(bt_tracker_create(&tracker, &format, &options, NULL, 1), 0);
    struct bt_smoother *smoother = bt_smoother_create(&options);
    static struct bt_faces found;
    static struct bauta_face seen[2][3];
    double sum[2] = { 0 };
    for (int n = 0; tracker && n < 60; n++) {
        shake(frame, photo);
        CHECK_INT(bt_tracker_update(tracker, frame, n / 30., &found), 0);
        for (int s = 0; s < 2; s++) {
            if (s)
                bt_smoother_apply(smoother, &found, n / 30.);
            seen[s][0] = seen[s][1], seen[s][1] = seen[s][2], seen[s][2] = found.face[0];
            for (int i = 0; n > 10 && i < 2 * BAUTA_LANDMARKS; i++) {
                const double d = seen[s][0].landmark[i / 2][i % 2] -
                                 2 * seen[s][1].landmark[i / 2][i % 2] +
                                 seen[s][2].landmark[i / 2][i % 2];
                sum[s] += d * d;
            }
        }
    }
    printf("a photo with noise: second difference is %.2f of the raw one\n",
           sqrt(sum[1] / sum[0]));
    CHECK(sum[0] > 0 && sqrt(sum[1] / sum[0]) < .5);
    bt_smoother_destroy(&smoother);
    bt_tracker_destroy(&tracker);
    bauta_frame_unref(&frame);
    bauta_frame_unref(&photo);
}

// Coming and going -----------------------------------------------------------------------

// Paints a plain wall over where the face was.
static void hide(struct bauta_frame *frame, const float box[4])
{
    const int x0 = (int)fmaxf(box[0] - 30, 0), x1 = (int)fminf(box[2] + 30, frame->width);
    const int y0 = (int)fmaxf(box[1] - 60, 0), y1 = (int)fminf(box[3] + 20, frame->height);
    for (int y = y0; y < y1; y++)
        memset(frame->data[0] + y * frame->stride[0] + 3 * x0, 140, 3 * (size_t)(x1 - x0));
}

// A face that goes for less than a second has its id when it is back, after a longer time
// another; reset starts anew. Looking at a neighbour finds it where it was.
static void check_return(void)
{
    struct bauta_frame *photo = NULL;
    if (!CHECK_INT(bt_picture_read(path_of("portraits/047.jpg"), &photo), 0))
        return;
    struct bauta_frame *empty = bauta_frame_new(photo->format, photo->width, photo->height);
    bt_frame_copy_pixels(empty, photo);
    CHECK_INT(bt_face_still(nets, photo, faces, BAUTA_FACES_MAX), 1);
    hide(empty, faces[0].box);
    const struct bt_format format = bt_format_of(photo);
    const struct bt_face_options options = { .5f, .5f, 1 };
    struct bt_tracker *tracker = NULL;
    static struct bt_faces found;
    static struct bauta_face looked;
    CHECK_INT(bt_tracker_create(&tracker, &format, &options, NULL, 1), 0);
    double now = 0;
    static const struct {
        double seconds;
        int id;
    } gaps[] = { { .4, 0 }, { .8, 0 }, { 2.5, 1 }, { .4, 1 } };
    for (size_t g = 0; tracker && g < sizeof(gaps) / sizeof(gaps[0]); g++) {
        for (int i = 0; i < 4; i++, now += .04) {
            CHECK_INT(bt_tracker_update(tracker, photo, now, &found), 0);
            CHECK_INT(found.count, 1);
        }
        const struct bauta_face before = found.face[0];
        for (double end = now + gaps[g].seconds; now < end; now += .04) {
            CHECK_INT(bt_tracker_update(tracker, empty, now, &found), 0);
            CHECK_INT(found.count, 0);
            CHECK_INT(bt_tracker_look(tracker, empty, &before, .5f, &looked), 0);
        }
        // A face that was waited for is found at once, a large one in a frame or two.
        for (int i = 0; i < (gaps[g].seconds > 1 ? 2 : 1); i++, now += .04)
            CHECK_INT(bt_tracker_update(tracker, photo, now, &found), 0);
        if (CHECK_INT(found.count, 1))
            CHECK_INT(found.face[0].id, gaps[g].id);
        CHECK_INT(bt_tracker_look(tracker, photo, &before, .5f, &looked), 1);
        CHECK(bt_box_iou(looked.box, before.box) > .9f && looked.id == before.id);
    }
    bt_tracker_reset(tracker);
    CHECK_INT(bt_tracker_update(tracker, photo, 0, &found), 0);
    CHECK(found.count == 1 && found.face[0].id == 0 && found.face[0].order == 0);
    CHECK_INT(bt_tracker_update(tracker, empty, .04, &found), 0);
    struct bauta_frame *other = bauta_frame_new(BAUTA_PIXEL_RGB24, 64, 64);
    CHECK_INT(bt_tracker_update(tracker, other, .1, &found), BAUTA_E_USAGE);
    bauta_frame_unref(&other);
    bauta_frame_unref(&empty);
    bauta_frame_unref(&photo);
    bt_tracker_destroy(&tracker);
}

// Each allocation on the way fails once.
static void check_memory(void)
{
    const struct bt_format format = { .width = 64, .height = 64 };
    const struct bt_face_options options = { .5f, .5f, 1 };
    int n = 1, result = -1;
    for (; result < 0 && n < 100; n++) {
        struct bt_tracker *tracker = NULL;
        bt_alloc_fail_after(n);
        result = bt_tracker_create(&tracker, &format, &options, NULL, 1);
        bt_alloc_fail_after(0);
        CHECK(result >= 0 ? tracker != NULL : tracker == NULL);
        CHECK(result >= 0 || result == BAUTA_E_NO_MEMORY);
        bt_tracker_destroy(&tracker);
    }
    CHECK(n > 8 && n < 100);
    bt_alloc_fail_after(1);
    CHECK(bt_smoother_create(&options) == NULL);
    bt_alloc_fail_after(0);
    bt_tracker_destroy(NULL);
    bt_face_nets_close(NULL);
}

int main(int argc, char **argv)
{
    media = getenv("BAUTA_MEDIA");
    if (!media || !media[0])
        media = argc > 1 ? argv[1] : "../shared/media";
    if (access(path_of("portraits/005.jpg"), R_OK)) {
        printf("skipped: there are no portraits in %s; name their folder in BAUTA_MEDIA\n",
               media);
        return 77;
    }
    const int result = bt_face_nets_open(&nets, NULL, 1);
    if (result == BAUTA_E_MODEL || result == BAUTA_E_RUNTIME) {
        printf("skipped: models or runtime are missing; tools/setup.sh brings them\n");
        return 77;
    }
    CHECK_INT(result, 0);
    check_portraits();
    check_rotations();
    if (!getenv("BAUTA_TEST_FEW")) {
        check_clips();
        check_lag();
        check_stillness();
    }
    check_return();
    check_memory();
    bt_face_nets_close(&nets);
    return check_end();
}
