// SPDX-License-Identifier: Apache-2.0
// Drives source and sink against a daemon of the test's own.
// usage: probe capture URL FRAMES [RAW_FILE]
//        probe loop NAME FORMAT SIZE FRAMES
//        probe newest NAME
//        probe stopped NAME
//        probe live URL
//        probe starve SOURCE_URL SINK_URL
//        probe jpeg NAME
// Prints lines of facts; exit 1 with the log's line where something failed.
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <spa/param/buffers.h>
#include <turbojpeg.h>

#include <bauta/bauta.h>
#include <bauta/live.h>
#include <bauta/log.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "frame/frame.h"
#include "io/pipewire/stream.h"

static atomic_int stop;
static const struct bt_io_options options = {.stop = &stop};
static volatile sig_atomic_t asked;

static void say(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level <= BAUTA_LOG_INFO)
        printf("log %d: %s\n", (int)level, line);
}

static void on_signal(int number)
{
    (void)number;
    asked = 1;
}

static void sleep_ms(int ms)
{
    const struct timespec time = {ms / 1000, ms % 1000 * 1000000L};
    nanosleep(&time, NULL);
}

static void write_raw(FILE *file, const struct bauta_frame *f)
{
    const struct bt_pixel_format *p = bt_pixel_format(f->format);
    for (int i = 0; i < p->planes; i++) {
        int width = 0, height = 0;
        bt_plane_size(f->format, f->width, f->height, i, &width, &height);
        for (int y = 0; y < height; y++)
            fwrite(f->data[i] + y * f->stride[i], p->step[i], (size_t)width, file);
    }
}

static int by_size(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

// Milliseconds from the capture of a frame to the end of reading it.
static void print_ages(int64_t *ages, int count)
{
    qsort(ages, (size_t)count, sizeof(*ages), by_size);
    printf("age_ms p50=%.1f p95=%.1f p99=%.1f\n", (double)ages[count / 2] / 1e6,
           (double)ages[count * 95 / 100] / 1e6, (double)ages[count * 99 / 100] / 1e6);
}

static int capture(const char *url, int frames, const char *path)
{
    struct bt_source *s = NULL;
    FILE *file = path ? fopen(path, "wb") : NULL;
    int result = bt_source_open(&s, url, &options), order = 1;
    int64_t first = 0, last = 0;
    static int64_t ages[10000];
    frames = frames < 10000 ? frames : 10000;
    for (int i = 0; i < frames && result >= 0; i++) {
        struct bauta_frame *f = NULL;
        result = bt_source_read(s, &f);
        if (result < 0)
            break;
        first = first ? first : f->captured_ns;
        order &= f->number == i && f->captured_ns > last &&
                 f->captured_ns <= bt_now_ns() &&
                 f->pts == (f->captured_ns - first) / 1000;
        last = f->captured_ns;
        ages[i] = bt_now_ns() - last;
        if (file)
            write_raw(file, f);
        bauta_frame_unref(&f);
    }
    if (result >= 0)
        printf("captured frames=%d pixel=%s size=%dx%d live=%d order=%d\n", frames,
               bt_pixel_format(s->format.pixel)->name, s->format.width, s->format.height,
               s->format.live, order);
    if (result >= 0 && frames > 0)
        print_ages(ages, frames);
    bt_source_close(&s);
    if (file)
        fclose(file);
    return result;
}

static bool equal(const struct bauta_frame *a, const struct bauta_frame *b)
{
    const struct bt_pixel_format *p = bt_pixel_format(a->format);
    bool is = a->format == b->format && a->width == b->width && a->height == b->height;
    for (int i = 0; is && i < p->planes; i++) {
        int width = 0, height = 0;
        bt_plane_size(a->format, a->width, a->height, i, &width, &height);
        for (int y = 0; is && y < height; y++)
            is = !memcmp(a->data[i] + y * a->stride[i], b->data[i] + y * b->stride[i],
                         (size_t)width * p->step[i]);
    }
    return is;
}

struct pair {
    struct bt_source *test, *back;
    struct bt_sink *sink;
};

static int open_pair(struct pair *x, const char *name, const char *format,
                     const char *size)
{
    char url[128];
    snprintf(url, sizeof(url), "test:%s@30,format=%s", size, format);
    int result = bt_source_open(&x->test, url, &options);
    snprintf(url, sizeof(url), "pipewire:%s", name);
    if (result >= 0)
        result = bt_sink_open(&x->sink, url, &x->test->format, x->test, &options);
    // The node appears a moment later.
    for (int i = 0; result >= 0 && !x->back && i < 50; i++) {
        sleep_ms(40);
        if (bt_source_open(&x->back, url, &options) < 0)
            x->back = NULL;
    }
    return result >= 0 && !x->back ? BAUTA_E_NOT_FOUND : result;
}

static void close_pair(struct pair *x)
{
    bt_source_close(&x->back);
    bt_sink_close(&x->sink);
    bt_source_close(&x->test);
}

// Sends a frame of the test source; *sent, where not NULL, gets a reference.
static int send_one(struct pair *x, struct bauta_frame **sent)
{
    struct bauta_frame *f = NULL;
    const int result = bt_source_read(x->test, &f);
    if (result < 0)
        return result;
    f->captured_ns = bt_now_ns() - 1000000;
    if (sent)
        *sent = bauta_frame_ref(f);
    return bt_sink_write(x->sink, (struct bt_marked){f});
}

// Sends until a first frame arrives, since the two are linked some time after opening.
static int warm_up(struct pair *x)
{
    struct bauta_frame *r = NULL;
    int result = 0;
    for (int i = 0; result >= 0 && i < 30; i++) {
        sleep_ms(20);
        result = send_one(x, NULL);
    }
    if (result >= 0)
        result = bt_source_read(x->back, &r);
    bauta_frame_unref(&r);
    return result;
}

// Through our virtual camera into our camera input; the same thread does both.
static int loop(const char *name, const char *format, const char *size, int frames)
{
    struct pair x = {0};
    int result = open_pair(&x, name, format, size), same = 0, times = 0;
    result = result >= 0 ? warm_up(&x) : result;
    for (int i = 0; result >= 0 && i < frames; i++) {
        struct bauta_frame *f = NULL, *r = NULL;
        result = send_one(&x, &f);
        // Frames of the warm-up may still be on the way.
        for (int k = 0; result >= 0 && k < 4; k++) {
            bauta_frame_unref(&r);
            result = bt_source_read(x.back, &r);
            if (r && r->captured_ns >= f->captured_ns)
                break;
        }
        same += r && equal(f, r);
        times += r && f->captured_ns == r->captured_ns;
        bauta_frame_unref(&f);
        bauta_frame_unref(&r);
    }
    if (result >= 0)
        printf("looped frames=%d same=%d times=%d pixel=%s colour=%d\n", frames, same,
               times, bt_pixel_format(x.back->format.pixel)->name,
               x.back->format.colour.matrix == x.test->format.colour.matrix &&
               x.back->format.colour.full_range == x.test->format.colour.full_range);
    close_pair(&x);
    return result;
}

// A reader that was slow gets the newest frame.
static int newest(const char *name)
{
    struct pair x = {0};
    struct bauta_frame *f = NULL, *r = NULL;
    int result = open_pair(&x, name, "nv12", "320x240");
    result = result >= 0 ? warm_up(&x) : result;
    for (int i = 0; result >= 0 && i < 20; i++) {
        bauta_frame_unref(&f);
        result = send_one(&x, &f);
        sleep_ms(20);
    }
    // On a machine that is slow the last may come after the one before it was read.
    for (int k = 0; result >= 0 && k < 2; k++) {
        if (r && r->captured_ns >= f->captured_ns)
            break;
        sleep_ms(200);
        bauta_frame_unref(&r);
        result = bt_source_read(x.back, &r);
    }
    printf("newest same=%d\n", r && equal(f, r) && f->captured_ns == r->captured_ns);
    bauta_frame_unref(&f);
    bauta_frame_unref(&r);
    close_pair(&x);
    return result;
}

// A stop ends waiting for a frame, and for a camera.
static int stopped(const char *name)
{
    struct pair x = {0};
    struct bt_source *s = NULL;
    struct bauta_frame *f = NULL;
    char url[128];
    snprintf(url, sizeof(url), "pipewire:%s", name);
    int result = open_pair(&x, name, "nv12", "320x240");
    atomic_store(&stop, 1);
    const int read = result < 0 ? result : bt_source_read(x.back, &f);
    const int opened = result < 0 ? result : bt_source_open(&s, url, &options);
    printf("stopped read=%d open=%d\n", read, opened);
    close_pair(&x);
    return result;
}

// A line for each change until a signal comes; the stream is stopped then.
static int live(const char *url)
{
    struct bauta *engine = NULL;
    struct bauta_live_info was = {0}, is;
    int result = bauta_create(&engine);
    if (result >= 0)
        result = bauta_set(engine, "engine", "none");
    if (result >= 0)
        result = bauta_output_add(engine, "null:");
    if (result >= 0)
        result = bauta_live_start(engine, url);
    const bool runs = result >= 0;
    int64_t shown = 0;
    while (runs && !asked && bauta_live_wait(engine, 20) == BAUTA_E_AGAIN) {
        bauta_live_info(engine, &is);
        if (is.reconnects != was.reconnects)
            shown = is.frames_in;
        if (is.frames_in >= shown + 10) {
            printf("runs reconnects=%d\n", is.reconnects);
            shown = INT64_MAX - 10;
        }
        if (strcmp(is.source_error, was.source_error))
            printf("source_error '%s'\n", is.source_error);
        was = is;
    }
    bauta_stop(engine);
    result = runs ? bauta_live_wait(engine, -1) : result;
    printf("ended %d\n", result);
    bauta_destroy(&engine);
    return runs && result == BAUTA_E_STOPPED ? 0 : result;
}

// Lets each allocation fail in turn, until all is well.
static int starve(const char *from, const char *to)
{
    const struct bt_format format = {.pixel = BAUTA_PIXEL_RGB24,
                                     .width = 320,
                                     .height = 180,
                                     .time_base = {1, 30}};
    int failed = 0;
    for (int n = 1, result = -1; result < 0; n++) {
        struct bt_source *s = NULL;
        struct bt_sink *k = NULL;
        struct bauta_frame *f = NULL;
        bt_alloc_fail_after(n);
        result = bt_source_open(&s, from, &options);
        if (result >= 0)
            result = bt_source_read(s, &f);
        if (result >= 0)
            result = bt_sink_open(&k, to, &format, NULL, &options);
        bt_alloc_fail_after(0);
        bauta_frame_unref(&f);
        bt_source_close(&s);
        bt_sink_close(&k);
        failed += result < 0;
        if (result < 0 && result != BAUTA_E_NO_MEMORY)
            return result;
    }
    printf("starved failed=%d\n", failed);
    return 0;
}

// A camera of motion JPEG, which GStreamer's base plugins cannot make. Every seventh
// frame is cut in the middle.
struct jpeg_camera {
    struct pw_stream *stream;
    bool streaming;
};

static void on_state(void *data, enum pw_stream_state old, enum pw_stream_state state,
                     const char *error)
{
    struct jpeg_camera *j = data;
    (void)old, (void)error;
    j->streaming = state == PW_STREAM_STATE_STREAMING;
}

static void on_param(void *data, uint32_t id, const struct spa_pod *param)
{
    struct jpeg_camera *j = data;
    uint8_t memory[512];
    struct spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    if (!param || id != SPA_PARAM_Format)
        return;
    const struct spa_pod *params[] = {spa_pod_builder_add_object(&b,
        SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers,
        SPA_PARAM_BUFFERS_buffers, SPA_POD_CHOICE_RANGE_Int(4, 2, 16),
        SPA_PARAM_BUFFERS_blocks, SPA_POD_Int(1),
        SPA_PARAM_BUFFERS_size, SPA_POD_Int(640 * 360 * 2),
        SPA_PARAM_BUFFERS_stride, SPA_POD_Int(0))};
    pw_stream_update_params(j->stream, params, 1);
}

static const struct pw_stream_events events = {
    PW_VERSION_STREAM_EVENTS, .state_changed = on_state, .param_changed = on_param,
};

static int connect_jpeg(struct bt_pipewire *p, struct jpeg_camera *j,
                        struct spa_hook *hook, const char *name)
{
    const struct spa_rectangle size = {640, 360};
    const struct spa_fraction rate = {30, 1};
    uint8_t memory[512];
    struct spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    const struct spa_pod *params[] = {spa_pod_builder_add_object(&b,
        SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat,
        SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video),
        SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_mjpg),
        SPA_FORMAT_VIDEO_size, SPA_POD_Rectangle(&size),
        SPA_FORMAT_VIDEO_framerate, SPA_POD_Fraction(&rate))};
    j->stream = pw_stream_new(bt_pipewire_core(p), "jpeg",
        pw_properties_new(PW_KEY_MEDIA_CLASS, "Video/Source", PW_KEY_NODE_NAME, name,
                          PW_KEY_NODE_DESCRIPTION, "JPEG camera", NULL));
    if (!j->stream)
        return BAUTA_E_FAILED;
    pw_stream_add_listener(j->stream, hook, &events, j);
    return pw_stream_connect(j->stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
        PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS, params, 1);
}

static void send_jpeg(struct jpeg_camera *j, const unsigned char *jpeg, size_t size)
{
    struct pw_buffer *b = j->streaming ? pw_stream_dequeue_buffer(j->stream) : NULL;
    if (!b)
        return;
    struct spa_data *d = &b->buffer->datas[0];
    const bool fits = size <= d->maxsize;
    if (fits)
        memcpy(d->data, jpeg, size);
    d->chunk->offset = 0;
    d->chunk->size = fits ? (uint32_t)size : 0;
    pw_stream_queue_buffer(j->stream, b);
    pw_stream_trigger_process(j->stream);
}

static int jpeg(const char *name)
{
    struct bt_pipewire *p = NULL;
    struct bt_source *test = NULL;
    struct jpeg_camera j = {0};
    struct spa_hook hook = {0};
    int result = bt_source_open(&test, "test:640x360,format=yuv422p", &options);
    if (result >= 0)
        result = bt_pipewire_open(&p, NULL, false);
    if (result < 0)
        return result;
    bt_pipewire_lock(p);
    result = connect_jpeg(p, &j, &hook, name);
    bt_pipewire_unlock(p);
    tjhandle encoder = tjInitCompress();
    for (int i = 0; result >= 0 && !asked; i++) {
        struct bauta_frame *a = NULL;
        unsigned char *data = NULL;
        unsigned long size = 0;
        result = bt_source_read(test, &a);
        if (result < 0)
            break;
        const int strides[3] = {(int)a->stride[0], (int)a->stride[1], (int)a->stride[2]};
        tjCompressFromYUVPlanes(encoder, (const unsigned char **)a->data, 640, strides,
                                360, TJSAMP_422, &data, &size, 95, 0);
        bt_pipewire_lock(p);
        send_jpeg(&j, data, i % 7 == 3 ? size / 2 : size);
        bt_pipewire_unlock(p);
        tjFree(data);
        bauta_frame_unref(&a);
        sleep_ms(33);
    }
    tjDestroy(encoder);
    bt_pipewire_lock(p);
    pw_stream_destroy(j.stream);
    bt_pipewire_unlock(p);
    bt_pipewire_close(&p);
    bt_source_close(&test);
    return result;
}

int main(int argc, char **argv)
{
    int result = BAUTA_E_USAGE;
    const char *what = argc > 2 ? argv[1] : "";
    setvbuf(stdout, NULL, _IOLBF, 0);
    bauta_log_set(say, NULL);
    signal(SIGTERM, on_signal);
    if (!strcmp(what, "capture") && argc >= 4)
        result = capture(argv[2], atoi(argv[3]), argc > 4 ? argv[4] : NULL);
    else if (!strcmp(what, "loop") && argc == 6)
        result = loop(argv[2], argv[3], argv[4], atoi(argv[5]));
    else if (!strcmp(what, "newest"))
        result = newest(argv[2]);
    else if (!strcmp(what, "stopped"))
        result = stopped(argv[2]);
    else if (!strcmp(what, "live"))
        result = live(argv[2]);
    else if (!strcmp(what, "starve") && argc == 4)
        result = starve(argv[2], argv[3]);
    else if (!strcmp(what, "jpeg"))
        result = jpeg(argv[2]);
    printf("result %d\n", result);
    return result < 0;
}
