// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <spa/param/buffers.h>

#include "base/log.h"
#include "io/pipewire/stream.h"
#include "io/sources.h"

struct camera {
    struct bt_pipewire *p;
    struct pw_stream *stream;
    struct spa_hook hook;
    struct bt_pipewire_layout layout;
    size_t size;
    uint64_t seq;
    bool streaming, failed;   // with the loop locked
};

static void on_state(void *data, enum pw_stream_state old, enum pw_stream_state state,
                     const char *error)
{
    struct camera *c = data;
    bt_info("pipewire: the virtual camera is %s", pw_stream_state_as_string(state));
    c->streaming = state == PW_STREAM_STATE_STREAMING;
    if (state == PW_STREAM_STATE_ERROR ||
        (state == PW_STREAM_STATE_UNCONNECTED && old != state)) {
        bt_error("pipewire: the virtual camera ended: %s",
                 error ? error : "it was disconnected");
        c->failed = true;
    }
}

static void on_param(void *data, uint32_t id, const struct spa_pod *param)
{
    struct camera *c = data;
    if (!param || id != SPA_PARAM_Format)
        return;
    uint8_t memory[512];
    struct spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    const struct spa_pod *params[] = {
        spa_pod_builder_add_object(&b, SPA_TYPE_OBJECT_ParamBuffers, SPA_PARAM_Buffers,
            SPA_PARAM_BUFFERS_buffers, SPA_POD_CHOICE_RANGE_Int(4, 2, 16),
            SPA_PARAM_BUFFERS_blocks, SPA_POD_Int(1),
            SPA_PARAM_BUFFERS_size, SPA_POD_Int((int)c->size),
            SPA_PARAM_BUFFERS_stride, SPA_POD_Int(bt_pipewire_stride(&c->layout, 0))),
        spa_pod_builder_add_object(&b, SPA_TYPE_OBJECT_ParamMeta, SPA_PARAM_Meta,
            SPA_PARAM_META_type, SPA_POD_Id(SPA_META_Header),
            SPA_PARAM_META_size, SPA_POD_Int(sizeof(struct spa_meta_header)))};
    pw_stream_update_params(c->stream, params, 2);
}

static const struct pw_stream_events events = {
    PW_VERSION_STREAM_EVENTS, .state_changed = on_state, .param_changed = on_param,
};

// What is not known is left out: viewers then go by the size.
static void add_colour(struct spa_pod_builder *b, const struct bt_format *f)
{
    const struct bauta_colour *c = &f->colour;
    if (bt_pixel_format(f->pixel)->rgb)
        return;
    spa_pod_builder_add(b, SPA_FORMAT_VIDEO_colorRange,
        SPA_POD_Id(c->full_range ? SPA_VIDEO_COLOR_RANGE_0_255
                                 : SPA_VIDEO_COLOR_RANGE_16_235), 0);
    if (c->matrix == 1 || c->matrix == 5 || c->matrix == 6)
        spa_pod_builder_add(b, SPA_FORMAT_VIDEO_colorMatrix,
            SPA_POD_Id(c->matrix == 1 ? SPA_VIDEO_COLOR_MATRIX_BT709
                                      : SPA_VIDEO_COLOR_MATRIX_BT601), 0);
}

static int connect_stream(const struct bt_sink *s, struct camera *c)
{
    const struct bauta_rational rate = s->format.frame_rate;
    const bool known = rate.num > 0 && rate.den > 0;
    const struct spa_rectangle size = {(uint32_t)s->format.width,
                                        (uint32_t)s->format.height};
    const struct spa_fraction fps = {known ? (uint32_t)rate.num : 30,
                                     known ? (uint32_t)rate.den : 1};
    const struct spa_fraction low = {0, 1}, high = {1000, 1};
    uint8_t memory[1024];
    struct spa_pod_builder b = SPA_POD_BUILDER_INIT(memory, sizeof(memory));
    struct spa_pod_frame frame;
    spa_pod_builder_push_object(&b, &frame, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
    spa_pod_builder_add(&b, SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video),
        SPA_FORMAT_mediaSubtype, SPA_POD_Id(SPA_MEDIA_SUBTYPE_raw),
        SPA_FORMAT_VIDEO_format, SPA_POD_Id(c->layout.row->spa),
        SPA_FORMAT_VIDEO_size, SPA_POD_Rectangle(&size), 0);
    if (known)
        spa_pod_builder_add(&b, SPA_FORMAT_VIDEO_framerate, SPA_POD_Fraction(&fps), 0);
    else
        spa_pod_builder_add(&b, SPA_FORMAT_VIDEO_framerate,
                            SPA_POD_CHOICE_RANGE_Fraction(&fps, &low, &high), 0);
    add_colour(&b, &s->format);
    const struct spa_pod *params[] = {spa_pod_builder_pop(&b, &frame)};
    return pw_stream_connect(c->stream, PW_DIRECTION_OUTPUT, PW_ID_ANY,
        PW_STREAM_FLAG_DRIVER | PW_STREAM_FLAG_MAP_BUFFERS, params, 1);
}

static int make_stream(const struct bt_sink *s, struct camera *c, const char *name)
{
    c->stream = pw_stream_new(bt_pipewire_core(c->p), "bauta",
        pw_properties_new(PW_KEY_MEDIA_CLASS, "Video/Source", PW_KEY_MEDIA_ROLE, "Camera",
            PW_KEY_NODE_NAME, *name ? name : "bauta",
            PW_KEY_NODE_DESCRIPTION, BT_PIPEWIRE_CARD, NULL));
    if (!c->stream)
        return BAUTA_E_FAILED;
    pw_stream_add_listener(c->stream, &c->hook, &events, c);
    return connect_stream(s, c) < 0 ? BAUTA_E_FAILED : 0;
}

static int camera_open(struct bt_sink *s, const char *url)
{
    struct camera *c = s->priv;
    const struct bt_format *f = &s->format;
    const struct bt_pipewire_format *row = bt_pipewire_format_pixel(f->pixel);
    const bool odd = f->pixel == BAUTA_PIXEL_YUV422P && f->width % 2;
    if (!row || odd) {
        bt_error("pipewire: %s of %dx%d cannot be sent: yuv420p, nv12, yuv444p, packed "
                 "RGB and even widths of yuv422p can", bt_pixel_format(f->pixel)->name,
                 f->width, f->height);
        return BAUTA_E_UNSUPPORTED;
    }
    bt_pipewire_lay_out(&c->layout, row, f->width, f->height);
    c->size = bt_pipewire_bytes(&c->layout);
    int result = bt_pipewire_open(&c->p, s->options->stop, false);
    if (result < 0)
        return result;
    if (!bt_pipewire_managed(c->p))
        bt_warn("pipewire: no session manager is there that links the virtual camera "
                "with its viewers: start wireplumber");
    bt_pipewire_lock(c->p);
    result = make_stream(s, c, url);
    bt_pipewire_unlock(c->p);
    if (result < 0)
        bt_error("pipewire: the virtual camera could not be made");
    return result;
}

static void set_header(struct camera *c, const struct spa_buffer *b, int64_t captured_ns)
{
    struct spa_meta_header *h = spa_buffer_find_meta_data(b, SPA_META_Header, sizeof(*h));
    if (!h)
        return;
    h->flags = 0;
    h->offset = 0;
    h->pts = captured_ns;
    h->dts_offset = 0;
    h->seq = c->seq;
}

// The peer says how large its buffer is; one too small is left empty. Where it gave none
// back yet, the frame is dropped.
static void send_frame(struct camera *c, const struct bauta_frame *frame)
{
    struct pw_buffer *buffer = pw_stream_dequeue_buffer(c->stream);
    c->seq++;
    if (!buffer)
        return;
    struct spa_buffer *b = buffer->buffer;
    if (b->n_datas > 0) {
        struct spa_data *d = &b->datas[0];
        const bool fits = d->data && d->maxsize >= c->size;
        d->chunk->offset = 0;
        d->chunk->stride = bt_pipewire_stride(&c->layout, 0);
        d->chunk->size = fits ? (uint32_t)c->size : 0;
        d->chunk->flags = 0;
        if (fits)
            bt_pipewire_pack(d->data, &c->layout, frame);
        set_header(c, b, frame->captured_ns);
    }
    pw_stream_queue_buffer(c->stream, buffer);
    pw_stream_trigger_process(c->stream);
}

static int camera_write(struct bt_sink *s, struct bt_marked m)
{
    struct camera *c = s->priv;
    const struct bauta_frame *frame = m.frame;
    bt_pipewire_lock(c->p);
    if (bt_pipewire_lost(c->p) && !c->failed) {
        bt_error("pipewire: the daemon ended: start it: " BT_PIPEWIRE_HINT);
        c->failed = true;
    }
    if (c->streaming && !c->failed)
        send_frame(c, frame);
    const bool failed = c->failed;
    bt_pipewire_unlock(c->p);
    bauta_frame_unref(&m.frame);
    return failed ? BAUTA_E_IO : 0;
}

static int camera_finish(struct bt_sink *s)
{
    (void)s;
    return 0;
}

static void camera_close(struct bt_sink *s)
{
    struct camera *c = s->priv;
    bt_pipewire_end_stream(c->p, &c->stream, &c->hook);
    bt_pipewire_close(&c->p);
}

const struct bt_sink_impl bt_sink_pipewire = {
    .name = "pipewire",
    .desc = "a virtual camera in PipeWire: pipewire:NAME",
    .priv_size = sizeof(struct camera),
    .paced = true,
    .lasting = true,
    .open = camera_open,
    .write = camera_write,
    .finish = camera_finish,
    .close = camera_close,
};
