// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <linux/videodev2.h>

#include "base/log.h"
#include "io/v4l2/v4l2.h"

enum { SIDE_MIN = 16, SIDE_MAX = 8192, RATE_MAX = 1000 };

// In the order of the work that they cause.
static const struct {
    const char *name;
    uint32_t fourcc;
} formats[] = {
    {"nv12", V4L2_PIX_FMT_NV12},
    {"yu12", V4L2_PIX_FMT_YUV420},
    {"yuyv", V4L2_PIX_FMT_YUYV},
    {"yuv444", V4L2_PIX_FMT_YUV444M},
    {"rgb24", V4L2_PIX_FMT_RGB24},
    {"bgr24", V4L2_PIX_FMT_BGR24},
    {"rgbx", V4L2_PIX_FMT_RGBX32},
    {"bgrx", V4L2_PIX_FMT_XBGR32},
    {"mjpeg", V4L2_PIX_FMT_MJPEG},
    {"mjpeg", V4L2_PIX_FMT_JPEG},
};
enum { FORMATS = sizeof(formats) / sizeof(*formats) };

static int format_index(uint32_t fourcc)
{
    for (int i = 0; i < FORMATS; i++) {
        if (formats[i].fourcc == fourcc)
            return i;
    }
    return -1;
}

const char *bt_v4l2_format_name(uint32_t fourcc)
{
    const int i = format_index(fourcc);
    return i < 0 ? NULL : formats[i].name;
}

static bool parse_number(const char **text, int max, int *out)
{
    int64_t value = 0;
    const char *at = *text;
    while (*at >= '0' && *at <= '9' && value <= max)
        value = value * 10 + (*at++ - '0');
    if (at == *text || value < 1 || value > max)
        return false;
    *out = (int)value;
    *text = at;
    return true;
}

static bool parse_size(const char *text, struct bt_v4l2_wish *w)
{
    return parse_number(&text, SIDE_MAX, &w->width) && *text++ == 'x' &&
           parse_number(&text, SIDE_MAX, &w->height) && (!*text || *text == ',') &&
           w->width >= SIDE_MIN && w->height >= SIDE_MIN;
}

// "30" or "30000/1001".
static bool parse_rate(const char *text, struct bt_v4l2_wish *w)
{
    w->rate.den = 1;
    if (!parse_number(&text, 1000000, &w->rate.num))
        return false;
    if (*text == '/' && (text++, !parse_number(&text, 1000000, &w->rate.den)))
        return false;
    return (!*text || *text == ',') && w->rate.num <= (int64_t)RATE_MAX * w->rate.den;
}

static bool parse_format(const char *text, struct bt_v4l2_wish *w)
{
    const size_t n = strcspn(text, ",");
    for (int i = 0; i < FORMATS && !w->fourcc; i++) {
        if (strlen(formats[i].name) == n && !memcmp(formats[i].name, text, n))
            w->fourcc = formats[i].fourcc;
    }
    return w->fourcc != 0;
}

static bool parse_word(const char *word, struct bt_v4l2_wish *w)
{
    if (!strncmp(word, "size=", 5))
        return parse_size(word + 5, w);
    if (!strncmp(word, "rate=", 5))
        return parse_rate(word + 5, w);
    w->fourcc = 0;
    return !strncmp(word, "format=", 7) && parse_format(word + 7, w);
}

const char *bt_v4l2_parse_at(const char *url, size_t n, struct bt_v4l2_wish *wish)
{
    struct bt_v4l2_wish w = {.width = 1280, .height = 720, .rate = {30, 1}};
    bool good = n < sizeof(w.path);
    if (good)
        memcpy(w.path, url, n);
    const char *at = url + n;
    while (good && *at) {
        good = parse_word(++at, &w);
        at += good ? strcspn(at, ",") : 0;
    }
    if (!good)
        return at;
    *wish = w;
    return NULL;
}

int bt_v4l2_parse(const char *url, struct bt_v4l2_wish *wish)
{
    const char *at = bt_v4l2_parse_at(url, strcspn(url, ","), wish);
    if (!at)
        return 0;
    bt_error("v4l2:%s: not understood at '%s'; write "
             "v4l2:/dev/video0,size=1280x720,rate=30,format=mjpeg", url, at);
    return BAUTA_E_USAGE;
}

static double per_second(struct bauta_rational rate)
{
    return rate.num > 0 && rate.den > 0 ? (double)rate.num / rate.den : 0;
}

static double cost(const struct bt_v4l2_mode *m, const struct bt_v4l2_wish *wish)
{
    const double rate = per_second(m->rate), wanted = per_second(wish->rate);
    const double area = log((double)m->width * m->height / wish->width / wish->height);
    const double shape = log((double)m->width * wish->height / m->height / wish->width);
    double sum = (area < 0 ? -1.2 * area : 0.8 * area) + 0.3 * fabs(shape);
    // An unknown rate is taken for the one that is wished.
    if (rate > 0 && rate < wanted * 0.99)
        sum += 2.5 * log(wanted / rate);
    else if (rate > 0)
        sum += 0.02 * fabs(log(rate / wanted));
    return sum + 0.002 * format_index(m->fourcc);
}

int bt_v4l2_choose(const struct bt_v4l2_mode *modes, int count,
                   const struct bt_v4l2_wish *wish)
{
    const char *wanted = wish->fourcc ? bt_v4l2_format_name(wish->fourcc) : NULL;
    int best = -1;
    double least = INFINITY;
    for (int i = 0; i < count; i++) {
        const struct bt_v4l2_mode *m = &modes[i];
        const char *name = bt_v4l2_format_name(m->fourcc);
        if (!name || (wanted && strcmp(name, wanted)) || m->width % 2 || m->height % 2 ||
            m->width < SIDE_MIN || m->height < SIDE_MIN || m->width > SIDE_MAX ||
            m->height > SIDE_MAX)
            continue;
        const double c = cost(m, wish);
        if (c < least) {
            least = c;
            best = i;
        }
    }
    return best;
}
