// SPDX-License-Identifier: Apache-2.0
// What the tracker sees in each frame of a clip, a line a face, in columns that are parted
// by tabs.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/stats.h"
#include "face/face.h"
#include "io/io.h"

static const char *const origins[] = { "tracked", "bridged", "held", "suspected" };

static void print_faces(int64_t number, const struct bt_faces *faces, double ms)
{
    for (int i = 0; i < faces->count; i++) {
        const struct bauta_face *f = &faces->face[i];
        printf("%lld\t%d\t%d\t%d\t%s\t%.3f\t%.1f\t%.1f\t%.1f\t%.1f\t%.2f\t%.2f\t%.2f\t%.2f\n",
               (long long)number, faces->cut, f->id, f->order, origins[f->origin],
               f->presence, f->box[0], f->box[1], f->box[2], f->box[3], f->yaw, f->pitch,
               f->roll, ms);
    }
    if (!faces->count)
        printf("%lld\t%d\t\t\tnone\t\t\t\t\t\t\t\t\t%.2f\n", (long long)number, faces->cut, ms);
}

static double seconds_of(const struct bauta_frame *f, const struct bt_format *format)
{
    if (f->pts != INT64_MIN && f->time_base.den > 0)
        return (double)f->pts * f->time_base.num / f->time_base.den;
    const struct bauta_rational rate = format->frame_rate;
    return rate.num > 0 ? (double)f->number * rate.den / rate.num : (double)f->number / 25;
}

static int dump(struct bt_source *source, bool smooth)
{
    const struct bt_face_options options = { .5f, .5f, smooth ? 1.f : 0.f };
    static struct bt_stats stats;
    static struct bt_faces faces;
    struct bt_tracker *tracker = NULL;
    struct bauta_frame *frame = NULL;
    struct bt_smoother *smoother = bt_smoother_create(&options);
    int result = smoother ? 0 : BAUTA_E_NO_MEMORY;
    if (result >= 0)
        result = bt_tracker_create(&tracker, &source->format, &options, NULL, 1);
    puts("frame\tcut\tid\torder\torigin\tpresence\tx0\ty0\tx1\ty1\tyaw\tpitch\troll\tms");
    while (result >= 0) {
        result = bt_source_read(source, &frame);
        if (result < 0)
            break;
        const int64_t start = bt_now_ns();
        const double seconds = seconds_of(frame, &source->format);
        result = bt_tracker_update(tracker, frame, seconds, &faces);
        const int64_t took = bt_now_ns() - start;
        if (result >= 0) {
            bt_smoother_apply(smoother, &faces, seconds);
            bt_stats_add(&stats, took);
            print_faces(frame->number, &faces, (double)took * 1e-6);
        }
        bauta_frame_unref(&frame);
    }
    fprintf(stderr, "%lld frames, tracker %.2f ms (median), %.2f ms (95 percent)\n",
            (long long)stats.count, bt_stats_percentile(&stats, .5),
            bt_stats_percentile(&stats, .95));
    bt_tracker_destroy(&tracker);
    bt_smoother_destroy(&smoother);
    return result == BAUTA_E_END ? 0 : result;
}

int main(int argc, char **argv)
{
    const bool smooth = argc == 3 && !strcmp(argv[1], "--smooth");
    if (argc != 2 + smooth) {
        fprintf(stderr, "usage: facedump [--smooth] CLIP\n");
        return 2;
    }
    struct bt_io_options io = { 0 };
    struct bt_source *source = NULL;
    int result = bt_opt_defaults(bt_io_opts, &io);
    if (result >= 0)
        result = bt_source_open(&source, argv[1 + smooth], &io);
    if (result >= 0)
        result = dump(source, smooth);
    bt_source_close(&source);
    bt_opt_finish(bt_io_opts, &io);
    return result < 0 ? -result : 0;
}
