// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include <spa/param/buffers.h>

#include "base/alloc.h"
#include "base/clock.h"
#include "base/log.h"
#include "frame/frame.h"
#include "io/pipewire/stream.h"
#include "io/sources.h"

enum {
    SILENCE_MS = 2000,       // without a frame: an error
    ANSWER_MS = 5000,        // until a format is agreed on
    BAD_MAX = 100,           // useless frames in a row until it is an error too
    TRIES = 30,              // frames looked at for the first good one
};

struct camera {
    struct bt_pipewire *p;
    struct bt_pipewire_node *node;
    struct pw_stream *stream;
    struct spa_hook hook;
    struct bt_mjpeg *reader;
    struct bt_pool *pool;
    int64_t first_ns;        // capture time of the first frame
    int64_t last_ns;
    int bad_in_a_row;
    int64_t bad;             // frames dropped because they were damaged
    bool jpeg;
    // With the loop locked:
    bool formatted, changed, failed;
    char error[128];
    struct bt_format format;             // as agreed
    struct bt_pipewire_layout layout;
    struct pw_buffer *held;              // the newest, not read yet
    int64_t held_ns;                     // when it came
};

// Callbacks, with the loop locked ---------------------------------------------------

static void fail(struct camera *c, const char *why)
{
    if (!c->failed)
        snprintf(c->error, sizeof(c->error), "%s", why);
    c->failed = true;
    bt_pipewire_wake(c->p);
}

static void on_state(void *data, enum pw_stream_state old, enum pw_stream_state state,
                     const char *error)
{
    struct camera *c = data;
    bt_debug("pipewire: the camera's stream is %s", pw_stream_state_as_string(state));
    if (state == PW_STREAM_STATE_ERROR)
        fail(c, error ? error : "unknown error");
    else if (state == PW_STREAM_STATE_UNCONNECTED && old != state)
        fail(c, "it was disconnected");
}

static struct bauta_colour colour_of(const struct spa_video_info_raw *info,
                                     enum bauta_pixel_format pixel)
{
    const bool rgb = pixel != BAUTA_PIXEL_NONE && bt_pixel_format(pixel)->rgb;
    const bool jpeg = pixel == BAUTA_PIXEL_NONE;
    const int matrix = info->color_matrix == SPA_VIDEO_COLOR_MATRIX_BT709 ? 1
                       : info->color_matrix == SPA_VIDEO_COLOR_MATRIX_BT601 ? 6 : 2;
    return (struct bauta_colour){
        .primaries = 1,
        .transfer = 1,
        .matrix = (uint8_t)(rgb ? 0 : jpeg ? 5 : matrix),
        .full_range = rgb || jpeg || info->color_range == SPA_VIDEO_COLOR_RANGE_0_255,
        .chroma_location = (uint8_t)(rgb ? 0 : jpeg ? 2 : 1),
    };
}

static bool read_format(const struct spa_pod *param, struct bt_format *format,
                        const struct bt_pipewire_format **row)
{
    struct spa_video_info_raw info = {0};
    uint32_t type = 0, subtype = 0;
    if (spa_format_parse(param, &type, &subtype) < 0 || type != SPA_MEDIA_TYPE_video)
        return false;
    if (subtype == SPA_MEDIA_SUBTYPE_mjpg) {
        struct spa_video_info_mjpg m = {0};
        if (spa_format_video_mjpg_parse(param, &m) < 0)
            return false;
        info.size = m.size;
        info.framerate = m.framerate;
        info.format = SPA_VIDEO_FORMAT_ENCODED;
    } else if (subtype != SPA_MEDIA_SUBTYPE_raw ||
               spa_format_video_raw_parse(param, &info) < 0 ||
               info.format == SPA_VIDEO_FORMAT_ENCODED) {
        return false;
    }
    const uint32_t w = info.size.width, h = info.size.height;
    *row = bt_pipewire_format_spa(info.format);
    if (!*row || w < 16 || h < 16 || w > BT_VIDEO_SIDE ||
        h > BT_VIDEO_SIDE || w % 2 || h % 2)
        return false;
    const bool rated = info.framerate.num > 0 && info.framerate.num <= 1000000000 &&
                       info.framerate.denom > 0 && info.framerate.denom <= 1000000;
    *format = (struct bt_format){
        .pixel = (*row)->pixel,
        .width = (int)w,
        .height = (int)h,
        .colour = colour_of(&info, (*row)->pixel),
        .sample_aspect = {1, 1},
        .time_base = {1, 1000000},
        .frame_rate = {rated ? (int)info.framerate.num : 0,
                       rated ? (int)info.framerate.denom : 1},
        .live = true,
    };
    return true;
}

static void on_param(void *data, uint32_t id, const struct spa_pod *param)
{
    struct camera *c = data;
    struct bt_format format;
    const struct bt_pipewire_format *row = NULL;
    if (!param || id != SPA_PARAM_Format)
        return;
    if (!read_format(param, &format, &row)) {
        pw_stream_set_error(c->stream, -EINVAL, "a format that cannot be read");
        return;
    }
    if (c->formatted && (row != c->layout.row || format.width != c->format.width ||
                         format.height != c->format.height))
        c->changed = true;
    c->format = format;
    bt_pipewire_lay_out(&c->layout, row, format.width, format.height);
    c->formatted = true;
    uint8_t memory[512];
    struct spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    const struct spa_pod *params[] = {
        spa_pod_builder_add_object(&b, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers,
            SPA_PARAM_BUFFERS_buffers, SPA_POD_CHOICE_RANGE_Int(4, 2, 16),
            SPA_PARAM_BUFFERS_dataType, SPA_POD_CHOICE_FLAGS_Int(
                (1 << SPA_DATA_MemPtr) | (1 << SPA_DATA_MemFd))),
        spa_pod_builder_add_object(&b, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta,
            SPA_PARAM_META_type, SPA_POD_Id(SPA_META_Header),
            SPA_PARAM_META_size, SPA_POD_Int(sizeof(struct spa_meta_header)))};
    pw_stream_update_params(c->stream, params, 2);
    bt_pipewire_wake(c->p);
}

static void on_remove_buffer(void *data, struct pw_buffer *buffer)
{
    struct camera *c = data;
    if (c->held == buffer)
        c->held = NULL;
}

// Only the newest is kept.
static void on_process(void *data)
{
    struct camera *c = data;
    struct pw_buffer *b = NULL;
    while ((b = pw_stream_dequeue_buffer(c->stream))) {
        if (c->held)
            pw_stream_queue_buffer(c->stream, c->held);
        c->held = b;
        c->held_ns = bt_now_ns();
    }
    bt_pipewire_wake(c->p);
}

static const struct pw_stream_events events = {
    PW_VERSION_STREAM_EVENTS, .state_changed = on_state, .param_changed = on_param,
    .remove_buffer = on_remove_buffer, .process = on_process,
};

// Reading ---------------------------------------------------------------------------

// What ended the stream, if something did. With the loop locked.
static int check(const struct bt_source *s, int waited)
{
    const struct camera *c = s->priv;
    if (waited == BAUTA_E_STOPPED)
        return waited;
    if (waited == BAUTA_E_IO) {
        bt_error("%s: PipeWire's daemon ended; start it: " BT_PIPEWIRE_HINT, s->name);
        return BAUTA_E_NOT_FOUND;
    }
    if (bt_pipewire_gone(c->p)) {
        bt_error("%s: the camera was unplugged", s->name);
        return BAUTA_E_NOT_FOUND;
    }
    if (c->failed) {
        bt_error("%s: the camera cannot give a frame: %s", s->name, c->error);
        return BAUTA_E_IO;
    }
    if (!c->changed)
        return 0;
    bt_error("%s: the camera changes to %dx%d on the way", s->name, c->format.width,
             c->format.height);
    return BAUTA_E_IO;
}

// Waits until there is a buffer to read. With the loop locked.
static int await(struct bt_source *s)
{
    struct camera *c = s->priv;
    const int64_t until = bt_now_ns() + (int64_t)SILENCE_MS * 1000000;
    int waited = 0, result = 0;
    while ((result = check(s, waited)) >= 0 && !c->held) {
        if (waited == BAUTA_E_AGAIN) {
            bt_error("%s: no frame for %d seconds; is another program at the camera, or "
                     "is its cable loose?", s->name, SILENCE_MS / 1000);
            return BAUTA_E_IO;
        }
        waited = bt_pipewire_wait(c->p, until);
    }
    return result;
}

static struct pw_buffer *take(struct camera *c, int64_t *captured_ns)
{
    struct pw_buffer *b = c->held;
    c->held = NULL;
    const struct spa_meta_header *h =
        spa_buffer_find_meta_data(b->buffer, SPA_META_Header, sizeof(*h));
    // Some count from the start of their program.
    const int64_t pts = h ? h->pts : 0;
    const bool sound = pts > c->last_ns && pts <= c->held_ns &&
                       c->held_ns - pts < 10000000000;
    *captured_ns = sound ? pts : c->held_ns;
    c->last_ns = *captured_ns;
    return b;
}

static int fill(const struct camera *c, const struct spa_buffer *b,
                struct bauta_frame *frame)
{
    const struct spa_meta_header *h =
        spa_buffer_find_meta_data(b, SPA_META_Header, sizeof(*h));
    if (h && (h->flags & SPA_META_HEADER_FLAG_CORRUPTED))
        return BAUTA_E_FORMAT;
    if (!c->jpeg)
        return bt_pipewire_unpack(frame, &c->layout, b);
    size_t size = 0;
    int stride = 0;
    const uint8_t *data = bt_pipewire_block(b, 0, &size, &stride);
    return data ? bt_mjpeg_read(c->reader, data, size, frame) : BAUTA_E_FORMAT;
}

static int count_bad(struct bt_source *s)
{
    struct camera *c = s->priv;
    c->bad++;
    if (++c->bad_in_a_row < BAD_MAX)
        return 0;
    bt_error("%s: %d damaged frames in a row; try another cable or port, or format=yuyv",
             s->name, BAD_MAX);
    return BAUTA_E_IO;
}

// One buffer, good or bad, with the loop locked: 0, BAUTA_E_FORMAT for a damaged one, or
// what ends the stream.
static int read_one(struct bt_source *s, struct bauta_frame *frame)
{
    struct camera *c = s->priv;
    int64_t captured = 0;
    int result = await(s);
    if (result < 0)
        return result;
    struct pw_buffer *b = take(c, &captured);
    result = fill(c, b->buffer, frame);
    pw_stream_queue_buffer(c->stream, b);
    if (result < 0)
        return BAUTA_E_FORMAT;
    c->first_ns = c->first_ns ? c->first_ns : captured;
    frame->captured_ns = captured;
    frame->pts = (captured - c->first_ns) / 1000;
    return 0;
}

static int camera_read(struct bt_source *s, struct bauta_frame **out)
{
    struct camera *c = s->priv;
    struct bauta_frame *frame = bt_pool_get(c->pool);
    if (!frame) {
        bt_error("%s: out of memory for a frame", s->name);
        return BAUTA_E_NO_MEMORY;
    }
    bt_pipewire_lock(c->p);
    int result = read_one(s, frame);
    while (result == BAUTA_E_FORMAT) {
        result = count_bad(s);
        if (result >= 0)
            result = read_one(s, frame);
    }
    c->bad_in_a_row = 0;
    bt_pipewire_unlock(c->p);
    if (result < 0)
        bauta_frame_unref(&frame);
    *out = result < 0 ? *out : frame;
    return result;
}

// Opening ---------------------------------------------------------------------------

// Only a picture says what chroma a camera's JPEG has.
static int look_at_jpeg(struct bt_source *s)
{
    struct camera *c = s->priv;
    c->reader = bt_mjpeg_create();
    if (!c->reader)
        return BAUTA_E_NO_MEMORY;
    for (int i = 0; i < TRIES; i++) {
        int result = await(s), width = 0, height = 0, stride = 0;
        if (result < 0)
            return result;
        size_t size = 0;
        struct pw_buffer *b = c->held;
        c->held = NULL;
        const uint8_t *data = bt_pipewire_block(b->buffer, 0, &size, &stride);
        const int head = data ? bt_mjpeg_head(c->reader, data, size, &width, &height,
                                              &s->format.pixel) : BAUTA_E_FORMAT;
        pw_stream_queue_buffer(c->stream, b);
        if (head >= 0 && width == s->format.width && height == s->format.height)
            return 0;
        c->bad++;
    }
    bt_error("%s: its JPEG pictures cannot be read; try format=yuyv", s->name);
    return BAUTA_E_FORMAT;
}

static int describe(struct bt_source *s)
{
    const struct camera *c = s->priv;
    const struct bauta_rational rate = s->format.frame_rate;
    char text[320];
    snprintf(text, sizeof(text), "pipewire:%s (%s) %dx%d %s", c->node->name,
             c->node->description, s->format.width, s->format.height,
             bt_v4l2_format_name(c->layout.row->fourcc));
    if (rate.num > 0)
        snprintf(text + strlen(text), sizeof(text) - strlen(text), " at %.4g/s",
                 (double)rate.num / rate.den);
    char *name = bt_strdup(text);
    if (!name)
        return BAUTA_E_NO_MEMORY;
    bt_free(s->name);
    s->name = name;
    return 0;
}

// The camera's best mode, or NULL where it tells none.
static int choose(const struct camera *c, const struct bt_v4l2_wish *wish,
                  const struct bt_v4l2_mode **mode)
{
    const int result = bt_pipewire_modes(c->p, c->node, wish);
    if (result < 0 || !c->node->told)
        return result;
    const int best = bt_v4l2_choose(c->node->modes, c->node->count, wish);
    if (best >= 0) {
        *mode = &c->node->modes[best];
        return 0;
    }
    const char *name = wish->fourcc ? bt_v4l2_format_name(wish->fourcc) : NULL;
    bt_error("pipewire:%s: gives no %s%s; bauta devices shows its modes", c->node->name,
             name ? "frames of format=" : "format that is read here",
             name ? name : "");
    return BAUTA_E_UNSUPPORTED;
}

// With the loop locked.
static int connect_stream(struct camera *c, const struct bt_v4l2_wish *wish,
                          const struct bt_v4l2_mode *mode)
{
    c->stream = pw_stream_new(bt_pipewire_core(c->p), "bauta camera input",
        pw_properties_new(PW_KEY_MEDIA_TYPE, "Video", PW_KEY_MEDIA_CATEGORY, "Capture",
            PW_KEY_MEDIA_ROLE, "Camera", PW_KEY_TARGET_OBJECT, c->node->serial,
            PW_KEY_NODE_DONT_RECONNECT, "true", PW_KEY_NODE_NAME, "bauta-input",
            NULL));
    if (!c->stream)
        return -1;
    pw_stream_add_listener(c->stream, &c->hook, &events, c);
    bt_pipewire_watch(c->p, c->node->id);
    uint8_t memory[4096];
    struct spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    const struct spa_pod *params[3];
    const int n = bt_pipewire_offer(&b, wish, mode, params);
    return pw_stream_connect(c->stream, PW_DIRECTION_INPUT, PW_ID_ANY,
        PW_STREAM_FLAG_AUTOCONNECT | PW_STREAM_FLAG_MAP_BUFFERS |
        PW_STREAM_FLAG_DONT_RECONNECT, params, (uint32_t)n);
}

// Waits until both sides agreed. With the loop locked.
static int agree(struct bt_source *s)
{
    struct camera *c = s->priv;
    const int64_t until = bt_now_ns() + (int64_t)ANSWER_MS * 1000000;
    int waited = 0, result = 0;
    while ((result = check(s, waited)) >= 0 && !c->formatted) {
        if (waited == BAUTA_E_AGAIN && !bt_pipewire_managed(c->p)) {
            bt_error("%s: nobody links us with the camera: start wireplumber, for "
                     "instance " BT_PIPEWIRE_HINT, s->name);
            return BAUTA_E_NOT_FOUND;
        }
        if (waited == BAUTA_E_AGAIN) {
            bt_error("%s: no format was agreed on in %d seconds; is another program at "
                     "the camera? bauta devices shows its modes", s->name,
                     ANSWER_MS / 1000);
            return BAUTA_E_UNSUPPORTED;
        }
        waited = bt_pipewire_wait(c->p, until);
    }
    if (result < 0)
        return result;
    s->format = c->format;
    c->jpeg = s->format.pixel == BAUTA_PIXEL_NONE;
    result = describe(s);
    return result >= 0 && c->jpeg ? look_at_jpeg(s) : result;
}

static int open_parts(struct bt_source *s, const char *url)
{
    struct camera *c = s->priv;
    struct bt_v4l2_wish wish;
    const struct bt_v4l2_mode *mode = NULL;
    int result = bt_pipewire_parse(url, &wish);
    if (result >= 0)
        result = bt_pipewire_open(&c->p, s->options->stop, false);
    if (result >= 0)
        result = bt_pipewire_find(c->p, false, wish.path, &c->node);
    if (result >= 0)
        result = choose(c, &wish, &mode);
    if (result < 0)
        return result;
    bt_pipewire_lock(c->p);
    if (connect_stream(c, &wish, mode) < 0) {
        bt_error("%s: the camera cannot be opened", s->name);
        result = BAUTA_E_IO;
    }
    if (result >= 0)
        result = agree(s);
    bt_pipewire_unlock(c->p);
    if (result < 0)
        return result;
    c->pool = bt_pool_create(&s->format);
    return c->pool ? 0 : BAUTA_E_NO_MEMORY;
}

static int camera_open(struct bt_source *s, const char *url)
{
    const int result = open_parts(s, url);
    if (result == BAUTA_E_NO_MEMORY)
        bt_error("%s: out of memory", s->name);
    return result;
}

static void camera_close(struct bt_source *s)
{
    struct camera *c = s->priv;
    bt_pipewire_end_stream(c->p, &c->stream, &c->hook);
    bt_pipewire_close(&c->p);
    if (c->bad)
        bt_warn("%s: %lld damaged frames were dropped", s->name, (long long)c->bad);
    bt_mjpeg_destroy(&c->reader);
    bt_pool_destroy(&c->pool);
}

const struct bt_source_impl bt_source_pipewire = {
    .name = "pipewire",
    .desc = "a camera in PipeWire: pipewire:NAME,size=1280x720,rate=30,format=nv12",
    .priv_size = sizeof(struct camera),
    .open = camera_open,
    .read = camera_read,
    .close = camera_close,
};
