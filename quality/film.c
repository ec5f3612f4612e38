// SPDX-License-Identifier: Apache-2.0
#include "quality/film.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/alloc.h"
#include "base/log.h"
#include "io/io.h"

static const int64_t FILM_BYTES = (int64_t)1 << 30;
enum { FRAMES_MAX = 20000 };

static int64_t bytes_of(const struct bauta_frame *f)
{
    return (int64_t)f->width * f->height * 3 / 2;
}

int bt_q_film_open(struct bt_q_film *film, const char *path, int limit)
{
    struct bt_io_options options = {0};
    struct bt_source *source = NULL;
    struct bauta_frame *frame = NULL;
    *film = (struct bt_q_film){0};
    int result = bt_opt_defaults(bt_io_opts, &options);
    if (result < 0)
        return result;
    result = bt_source_open(&source, path, &options);
    if (result < 0)
        goto done;
    film->frame = bt_alloc_array(FRAMES_MAX, sizeof *film->frame);
    result = film->frame ? 0 : BAUTA_E_NO_MEMORY;
    int64_t bytes = 0;
    while (result >= 0 && film->count < FRAMES_MAX && (!limit || film->count < limit)
           && bytes < FILM_BYTES) {
        result = bt_source_read(source, &frame);
        if (result < 0)
            break;
        if (frame->format != BAUTA_PIXEL_YUV420P && frame->format != BAUTA_PIXEL_YUV422P
            && frame->format != BAUTA_PIXEL_YUV444P) {
            bt_error("%s: only planar YUV is measured", path);
            bauta_frame_unref(&frame);
            result = BAUTA_E_UNSUPPORTED;
            break;
        }
        bytes += bytes_of(frame);
        frame->number = film->count;
        film->frame[film->count++] = frame;
        frame = NULL;
    }
    const struct bauta_rational rate = source->format.frame_rate;
    film->ms_a_frame = rate.num > 0 && rate.den > 0 ? 1e3 * rate.den / rate.num : 40;
    if (result == BAUTA_E_END)
        result = film->count ? 0 : BAUTA_E_FORMAT;

done:
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &options);
    if (result < 0)
        bt_q_film_close(film);
    return result < 0 ? result : 0;
}

void bt_q_film_close(struct bt_q_film *film)
{
    for (int i = 0; i < film->count; i++)
        bauta_frame_unref(&film->frame[i]);
    bt_freep(&film->frame);
    film->count = 0;
}

int bt_q_film_make(struct bt_q_film *film, const struct bt_q_film *from, int count,
                   bool still, bt_q_change *change, void *opaque)
{
    *film = (struct bt_q_film){.ms_a_frame = from->ms_a_frame};
    film->frame = bt_alloc_array((size_t)count, sizeof *film->frame);
    if (!film->frame)
        return BAUTA_E_NO_MEMORY;
    for (int i = 0; i < count && (still || i < from->count); i++) {
        const struct bauta_frame *like = from->frame[still ? 0 : i];
        struct bauta_frame *frame =
            bauta_frame_new(like->format, like->width, like->height);
        if (!frame) {
            bt_q_film_close(film);
            return BAUTA_E_NO_MEMORY;
        }
        bt_frame_copy_props(frame, like);
        bt_frame_copy_pixels(frame, like);
        frame->number = i;
        if (still) {
            frame->pts = i;
            frame->time_base = (struct bauta_rational){1, 25};
        }
        film->frame[film->count++] = frame;
        change(opaque, frame, i);
    }
    return 0;
}

static uint8_t clip(float value)
{
    return value < 0 ? 0 : value > 255 ? 255 : (uint8_t)(value + .5f);
}

void bt_q_relight(struct bauta_frame *frame, float x0, float x1, float left, float right)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    for (int p = 0; p < 3; p++) {
        int width, height;
        bt_plane_size(frame->format, frame->width, frame->height, p, &width, &height);
        const float zero = p ? 128 : frame->colour.full_range ? 0 : 16;
        for (int x = 0; x < width; x++) {
            float at = ((float)(x << (p ? f->chroma_x : 0)) - x0) / (x1 - x0);
            at = at < 0 ? 0 : at > 1 ? 1 : at;
            const float gain = left + (right - left) * at;
            uint8_t *s = frame->data[p] + x;
            for (int y = 0; y < height; y++, s += frame->stride[p])
                *s = clip(zero + ((float)*s - zero) * gain);
        }
    }
}

void bt_q_noise(struct bauta_frame *frame, float deviation, uint32_t seed)
{
    uint32_t state = seed * 2654435761u + 1;
    for (int y = 0; y < frame->height; y++) {
        uint8_t *row = frame->data[0] + y * frame->stride[0];
        for (int x = 0; x < frame->width; x++) {
            // The sum of four even numbers is near enough to a bell.
            float sum = -2;
            for (int k = 0; k < 4; k++) {
                state ^= state << 13;
                state ^= state >> 17;
                state ^= state << 5;
                sum += (float)(state >> 8) / 16777216.f;
            }
            row[x] = clip((float)row[x] + sum * 1.7320508f * deviation);
        }
    }
}

// The engine --------------------------------------------------------------------------

struct viewer {
    bt_q_seen *seen;
    void *opaque;
    int number, result;
};

static void tap(void *opaque, const struct bt_tap_info *info)
{
    struct viewer *v = opaque;
    if (v->result >= 0)
        v->result = v->seen(v->opaque, v->number, info);
    v->number++;
}

// Takes what is ready; the labelled frames themselves are not looked at.
static int drain(struct bauta *engine, bool to_the_end)
{
    struct bauta_frame *frame = NULL;
    int result;
    while ((result = bauta_pull(engine, &frame)) >= 0)
        bauta_frame_unref(&frame);
    return result == BAUTA_E_END || (result == BAUTA_E_AGAIN && !to_the_end) ? 0 : result;
}

static int push_all(struct bauta *engine, const struct bt_q_film *film)
{
    int result = 0;
    for (int i = 0; i < film->count && result >= 0; i++) {
        struct bauta_frame *frame = bauta_frame_ref(film->frame[i]);
        while ((result = bauta_push(engine, frame)) == BAUTA_E_AGAIN) {
            result = drain(engine, false);
            if (result < 0)
                break;
            nanosleep(&(struct timespec){.tv_nsec = 500000}, NULL);
        }
        if (result < 0)
            bauta_frame_unref(&frame);
    }
    if (result >= 0)
        result = bauta_push(engine, NULL);
    return result < 0 ? result : drain(engine, true);
}

int bt_q_film_run(const struct bt_q_film *film, struct bauta_identity *who,
                  bt_q_seen *seen, void *opaque)
{
    return bt_q_film_run_with(film, who, NULL, NULL, seen, opaque);
}

int bt_q_film_run_with(const struct bt_q_film *film, struct bauta_identity *who,
                       const char *option, const char *value, bt_q_seen *seen,
                       void *opaque)
{
    struct viewer viewer = {.seen = seen, .opaque = opaque};
    struct bauta *engine = NULL;
    int result = bauta_create(&engine);
    if (result < 0)
        return result;
    result = bauta_map(engine, "all", who);
    if (result >= 0 && option)
        result = bauta_set(engine, option, value);
    if (result >= 0) {
        bt_engine_set_tap(engine, tap, &viewer);
        result = push_all(engine, film);
    }
    bauta_destroy(&engine);
    if (result >= 0 && viewer.result >= 0 && viewer.number != film->count) {
        bt_error("%d of %d frames came out of the engine", viewer.number, film->count);
        result = BAUTA_E_FAILED;
    }
    return result < 0 ? result : viewer.result < 0 ? viewer.result : 0;
}

static float area(const float box[4])
{
    return (box[2] - box[0]) * (box[3] - box[1]);
}

int bt_q_main_face(const struct bt_tap_info *info, int *swapped)
{
    int best = -1;
    *swapped = 0;
    for (int i = 0; i < info->faces->count; i++) {
        const struct bauta_face *face = &info->faces->face[i];
        const int done = info->swapped[i];
        if (face->origin == BAUTA_FACE_SUSPECTED || (*swapped && !done))
            continue;
        if (best >= 0 && done == *swapped
            && area(face->box) <= area(info->faces->face[best].box))
            continue;
        best = i;
        *swapped = done;
    }
    return best;
}
