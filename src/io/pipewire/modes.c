// SPDX-License-Identifier: Apache-2.0
#include "io/pipewire/stream.h"

#include <string.h>

#include <linux/videodev2.h>

#include "base/log.h"
#include "io/sources.h"

enum { VALUES_MAX = 64, RATE_TOP = 1000 };

// A reader chooses the first of those with the same fourcc, a writer the first of those
// with the same pixel.
static const struct bt_pipewire_format formats[] = {
    {BAUTA_PIXEL_NV12, SPA_VIDEO_FORMAT_NV12, V4L2_PIX_FMT_NV12},
    {BAUTA_PIXEL_YUV420P, SPA_VIDEO_FORMAT_I420, V4L2_PIX_FMT_YUV420},
    {BAUTA_PIXEL_YUV422P, SPA_VIDEO_FORMAT_YUY2, V4L2_PIX_FMT_YUYV},
    {BAUTA_PIXEL_RGB24, SPA_VIDEO_FORMAT_RGB, V4L2_PIX_FMT_RGB24},
    {BAUTA_PIXEL_BGR24, SPA_VIDEO_FORMAT_BGR, V4L2_PIX_FMT_BGR24},
    {BAUTA_PIXEL_RGBA, SPA_VIDEO_FORMAT_RGBx, V4L2_PIX_FMT_RGBX32},
    {BAUTA_PIXEL_RGBA, SPA_VIDEO_FORMAT_RGBA, V4L2_PIX_FMT_RGBX32},
    {BAUTA_PIXEL_BGRA, SPA_VIDEO_FORMAT_BGRx, V4L2_PIX_FMT_XBGR32},
    {BAUTA_PIXEL_BGRA, SPA_VIDEO_FORMAT_BGRA, V4L2_PIX_FMT_XBGR32},
    {BAUTA_PIXEL_YUV444P, SPA_VIDEO_FORMAT_Y444, V4L2_PIX_FMT_YUV444M},
    {BAUTA_PIXEL_NONE, SPA_VIDEO_FORMAT_ENCODED, V4L2_PIX_FMT_MJPEG},
};
enum { FORMATS = sizeof(formats) / sizeof(*formats) };

const struct bt_pipewire_format *bt_pipewire_format_spa(uint32_t spa)
{
    for (int i = 0; i < FORMATS; i++) {
        if (formats[i].spa == spa)
            return &formats[i];
    }
    return NULL;
}

const struct bt_pipewire_format *bt_pipewire_format_pixel(enum bauta_pixel_format pixel)
{
    for (int i = 0; i < FORMATS; i++) {
        if (formats[i].pixel == pixel && pixel != BAUTA_PIXEL_NONE)
            return &formats[i];
    }
    return NULL;
}

int bt_pipewire_parse(const char *url, struct bt_v4l2_wish *wish)
{
    static const char *const words[] = {",size=", ",rate=", ",format="};
    size_t n = strlen(url);
    for (int i = 0; i < 3; i++) {
        const char *found = strstr(url, words[i]);
        if (found && (size_t)(found - url) < n)
            n = (size_t)(found - url);
    }
    const char *at = bt_v4l2_parse_at(url, n, wish);
    if (!at)
        return 0;
    bt_error("pipewire:%s: not understood at '%s'; write "
             "pipewire:NAME,size=1280x720,rate=30,format=nv12", url, at);
    return BAUTA_E_USAGE;
}

// The values of a property, of which the first is the one that the node likes best.
struct values {
    const uint8_t *data;
    size_t size;                 // of each
    int count;
    uint32_t choice;
};

static struct values values_of(const struct spa_pod *object, uint32_t key, uint32_t type,
                               size_t size)
{
    struct values none = {0}, v = {.size = size, .count = 1, .choice = SPA_CHOICE_None};
    const struct spa_pod_prop *prop = spa_pod_find_prop(object, NULL, key);
    if (!prop)
        return none;
    const struct spa_pod *pod = &prop->value;
    if (pod->type == SPA_TYPE_Choice) {
        const struct spa_pod_choice *c = (const struct spa_pod_choice *)pod;
        if (pod->size < sizeof(c->body) || c->body.child.type != type ||
            c->body.child.size != size)
            return none;
        const size_t n = (pod->size - sizeof(c->body)) / size;
        v.choice = c->body.type;
        v.data = (const uint8_t *)(c + 1);
        v.count = n > VALUES_MAX ? VALUES_MAX : (int)n;
        v.count = v.choice == SPA_CHOICE_None && v.count > 1 ? 1 : v.count;
        return v;
    }
    v.data = (const uint8_t *)(pod + 1);
    return pod->type == type && pod->size >= size ? v : none;
}

// Value i, of those to be tried: a choice's first one is said again among the others.
static bool value_at(const struct values *v, int i, void *out)
{
    const int from = v->choice == SPA_CHOICE_Enum && v->count > 1;
    if (i < 0 || i + from >= v->count)
        return false;
    memcpy(out, v->data + (size_t)(i + from) * v->size, v->size);
    return true;
}

static bool is_range(const struct values *v)
{
    return (v->choice == SPA_CHOICE_Range || v->choice == SPA_CHOICE_Step) &&
           v->count >= 3;
}

static int within(int wanted, uint32_t low, uint32_t high, uint32_t step)
{
    if (low > BT_VIDEO_SIDE)
        return 0;
    if (wanted <= (int)low)
        return (int)low;
    const int top = high < (uint32_t)wanted ? (int)high : wanted;
    const int by = step > 0 && step <= BT_VIDEO_SIDE ? (int)step : 1;
    return top < (int)low ? 0 : (int)low + (top - (int)low) / by * by;
}

static bool size_at(const struct values *v, int i, const struct bt_v4l2_wish *wish,
                    struct bt_v4l2_mode *mode)
{
    struct spa_rectangle is = {0, 0}, low, high, step = {1, 1};
    if (!is_range(v)) {
        if (!value_at(v, i, &is))
            return false;
        const bool small = is.width <= BT_VIDEO_SIDE && is.height <= BT_VIDEO_SIDE;
        mode->width = small ? (int)is.width : 0;
        mode->height = small ? (int)is.height : 0;
        return true;
    }
    if (i > 0)
        return false;
    memcpy(&low, v->data + v->size, sizeof(low));
    memcpy(&high, v->data + 2 * v->size, sizeof(high));
    if (v->choice == SPA_CHOICE_Step && v->count > 3)
        memcpy(&step, v->data + 3 * v->size, sizeof(step));
    mode->width = within(wish->width, low.width, high.width, step.width);
    mode->height = within(wish->height, low.height, high.height, step.height);
    return true;
}

static double per_second(struct spa_fraction f)
{
    return f.denom ? (double)f.num / f.denom : 0;
}

static bool rate_at(const struct values *v, int i, const struct bt_v4l2_wish *wish,
                    struct bt_v4l2_mode *mode)
{
    struct spa_fraction is = {(uint32_t)wish->rate.num, (uint32_t)wish->rate.den};
    if (!v->count || !is_range(v)) {
        if (v->count ? !value_at(v, i, &is) : i > 0)
            return false;
        is = v->count ? is : SPA_FRACTION(0, 1);
    } else {
        struct spa_fraction low, high;
        if (i > 0)
            return false;
        memcpy(&low, v->data + v->size, sizeof(low));
        memcpy(&high, v->data + 2 * v->size, sizeof(high));
        is = per_second(is) < per_second(low) ? low
             : per_second(is) > per_second(high) ? high : is;
    }
    const bool known = is.num > 0 && is.denom > 0 && is.num <= 1000000000 &&
                       is.denom <= 1000000;
    mode->rate = known ? (struct bauta_rational){(int)is.num, (int)is.denom}
                       : (struct bauta_rational){0, 1};
    return true;
}

// Sizes and rates of one format.
static int add_sizes(const struct spa_pod *pod, const struct bt_v4l2_wish *wish,
                     struct bt_v4l2_mode mode, struct bt_v4l2_mode *modes, int count,
                     int max)
{
    const struct values size = values_of(pod, SPA_FORMAT_VIDEO_size, SPA_TYPE_Rectangle,
                                         sizeof(struct spa_rectangle));
    const struct values rate = values_of(pod, SPA_FORMAT_VIDEO_framerate,
                                         SPA_TYPE_Fraction, sizeof(struct spa_fraction));
    for (int s = 0; size_at(&size, s, wish, &mode); s++) {
        const bool fits = mode.width > 0 && mode.height > 0;
        for (int r = 0; fits && count < max && rate_at(&rate, r, wish, &mode); r++)
            modes[count++] = mode;
    }
    return count;
}

int bt_pipewire_add_modes(const struct spa_pod *pod, const struct bt_v4l2_wish *wish,
                          struct bt_v4l2_mode *modes, int count, int max)
{
    uint32_t type = 0, subtype = 0, is = 0;
    if (!spa_pod_is_object_type(pod, SPA_TYPE_OBJECT_Format))
        return count;
    const struct values types = values_of(pod, SPA_FORMAT_mediaType, SPA_TYPE_Id, 4);
    const struct values subtypes = values_of(pod, SPA_FORMAT_mediaSubtype, SPA_TYPE_Id,
                                             4);
    if (!value_at(&types, 0, &type) || !value_at(&subtypes, 0, &subtype) ||
        type != SPA_MEDIA_TYPE_video)
        return count;
    struct bt_v4l2_mode mode = {.fourcc = V4L2_PIX_FMT_MJPEG};
    if (subtype == SPA_MEDIA_SUBTYPE_mjpg)
        return add_sizes(pod, wish, mode, modes, count, max);
    // What has a modifier lies in the memory of a graphics card.
    if (subtype != SPA_MEDIA_SUBTYPE_raw ||
        spa_pod_find_prop(pod, NULL, SPA_FORMAT_VIDEO_modifier))
        return count;
    const struct values format = values_of(pod, SPA_FORMAT_VIDEO_format, SPA_TYPE_Id, 4);
    uint32_t last = 0;
    for (int i = 0; value_at(&format, i, &is); i++) {
        const struct bt_pipewire_format *row = bt_pipewire_format_spa(is);
        if (!row || !row->pixel || row->fourcc == last)
            continue;
        last = mode.fourcc = row->fourcc;
        count = add_sizes(pod, wish, mode, modes, count, max);
    }
    return count;
}

// Offers ----------------------------------------------------------------------------

// One offer: of those formats whose fourcc is wanted (0: any); size and rate as in mode,
// or any where that is NULL.
static const struct spa_pod *offer(struct spa_pod_builder *b,
                                   const struct bt_v4l2_wish *wish, uint32_t fourcc,
                                   bool jpeg, const struct bt_v4l2_mode *mode)
{
    struct spa_pod_frame object, choice;
    const struct spa_rectangle least = {16, 16}, most = {BT_VIDEO_SIDE, BT_VIDEO_SIDE};
    const struct spa_rectangle wanted = {(uint32_t)(mode ? mode->width : wish->width),
                                         (uint32_t)(mode ? mode->height : wish->height)};
    const bool rated = mode && mode->rate.num > 0;
    const struct bauta_rational r = rated ? mode->rate : wish->rate;
    const struct spa_fraction rate = {(uint32_t)r.num, (uint32_t)r.den};
    const struct spa_fraction slow = {0, 1}, fast = {RATE_TOP, 1};
    spa_pod_builder_push_object(b, &object, SPA_TYPE_OBJECT_Format, SPA_PARAM_EnumFormat);
    spa_pod_builder_add(b, SPA_FORMAT_mediaType, SPA_POD_Id(SPA_MEDIA_TYPE_video),
        SPA_FORMAT_mediaSubtype,
        SPA_POD_Id(jpeg ? SPA_MEDIA_SUBTYPE_mjpg : SPA_MEDIA_SUBTYPE_raw), 0);
    bool first = true;
    for (int i = 0; i < FORMATS && !jpeg; i++) {
        const struct bt_pipewire_format *f = &formats[i];
        if (!f->pixel || (fourcc && f->fourcc != fourcc))
            continue;
        if (first) {
            spa_pod_builder_prop(b, SPA_FORMAT_VIDEO_format, 0);
            spa_pod_builder_push_choice(b, &choice, SPA_CHOICE_Enum, 0);
            spa_pod_builder_id(b, f->spa);
        }
        spa_pod_builder_id(b, f->spa);
        first = false;
    }
    if (!first)
        spa_pod_builder_pop(b, &choice);
    if (mode)
        spa_pod_builder_add(b, SPA_FORMAT_VIDEO_size, SPA_POD_Rectangle(&wanted), 0);
    else
        spa_pod_builder_add(b, SPA_FORMAT_VIDEO_size,
            SPA_POD_CHOICE_RANGE_Rectangle(&wanted, &least, &most), 0);
    if (rated)
        spa_pod_builder_add(b, SPA_FORMAT_VIDEO_framerate, SPA_POD_Fraction(&rate), 0);
    else
        spa_pod_builder_add(b, SPA_FORMAT_VIDEO_framerate,
            SPA_POD_CHOICE_RANGE_Fraction(&rate, &slow, &fast), 0);
    return spa_pod_builder_pop(b, &object);
}

int bt_pipewire_offer(struct spa_pod_builder *b, const struct bt_v4l2_wish *wish,
                      const struct bt_v4l2_mode *mode, const struct spa_pod *params[3])
{
    const uint32_t fourcc = wish->fourcc;
    int n = 0;
    if (mode)
        params[n++] = offer(b, wish, mode->fourcc, mode->fourcc == V4L2_PIX_FMT_MJPEG,
                            mode);
    if (fourcc != V4L2_PIX_FMT_MJPEG)
        params[n++] = offer(b, wish, fourcc, false, NULL);
    if (!fourcc || fourcc == V4L2_PIX_FMT_MJPEG)
        params[n++] = offer(b, wish, 0, true, NULL);
    return n;
}
