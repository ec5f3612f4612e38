// SPDX-License-Identifier: Apache-2.0
// A source without a file: "WIDTHxHEIGHT@FPS,frames=N,format=NAME,face=PATH". Every part
// may be left out; face takes the rest of the text, so that a path may hold commas. The
// same text gives the same samples on every machine.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "dsp/dsp.h"
#include "io/picture.h"
#include "io/sources.h"

enum {
    WIDTH = 640, HEIGHT = 360, FRAMES = 250,   // where the text says nothing
    RATE_MAX = 1000,
    LUT = 512,
};

struct test {
    struct bt_test_params params;
    struct bt_pool *pool;
    struct bauta_frame *face;     // R G B A, the size at which it is shown
    struct bt_yuv_coeffs yuv;
    uint8_t *rows;                // two rows of R G B x, then two of Y, U and V each
    uint8_t ramp[LUT];            // up and down again
    int64_t next;
};

static bool parse_int(const char **text, int64_t max, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    const long long value = strtoll(*text, &end, 10);
    if (end == *text || **text < '0' || **text > '9' || errno || value > max)
        return false;
    *out = value;
    *text = end;
    return true;
}

static bool parse_size(const char **text, struct bt_test_params *p)
{
    int64_t width = 0, height = 0;
    if (**text < '0' || **text > '9')
        return true;
    if (!parse_int(text, BT_VIDEO_SIDE, &width) || **text != 'x')
        return false;
    ++*text;
    if (!parse_int(text, BT_VIDEO_SIDE, &height) || width < 1 || height < 1)
        return false;
    p->width = (int)width;
    p->height = (int)height;
    return true;
}

// "30", "30000/1001" or "29.97".
static bool parse_rate(const char **text, struct bt_test_params *p)
{
    int64_t num = 0, den = 1;
    if (**text != '@')
        return true;
    ++*text;
    if (!parse_int(text, 1000000, &num))
        return false;
    if (**text == '/') {
        ++*text;
        if (!parse_int(text, 1000000, &den))
            return false;
    } else if (**text == '.') {
        for (++*text; **text >= '0' && **text <= '9' && den < 1000; ++*text, den *= 10)
            num = num * 10 + (**text - '0');
    }
    if (num < 1 || den < 1 || num > RATE_MAX * den)
        return false;
    p->rate = (struct bauta_rational){(int)num, (int)den};
    return true;
}

static enum bauta_pixel_format format_named(const char *name, size_t length)
{
    for (int i = 1; i < BAUTA_PIXEL_COUNT; i++) {
        const char *known = bt_pixel_format((enum bauta_pixel_format)i)->name;
        if (strlen(known) == length && !memcmp(known, name, length))
            return (enum bauta_pixel_format)i;
    }
    return BAUTA_PIXEL_NONE;
}

static bool parse_word(const char **text, struct bt_test_params *p)
{
    const size_t length = strcspn(*text, ",");
    const char *word = *text;
    *text += length;
    if (!strncmp(word, "frames=", 7)) {
        word += 7;
        return parse_int(&word, INT32_MAX, &p->frames) && word == *text;
    }
    if (!strncmp(word, "format=", 7)) {
        p->pixel = length > 7 ? format_named(word + 7, length - 7) : BAUTA_PIXEL_NONE;
        return p->pixel != BAUTA_PIXEL_NONE;
    }
    if (!strncmp(word, "face=", 5)) {
        const size_t size = strlen(word + 5);
        if (!size || size >= sizeof(p->face))
            return false;
        memcpy(p->face, word + 5, size + 1);
        *text = word + 5 + size;
        return true;
    }
    return false;
}

int bt_test_parse(const char *url, struct bt_test_params *params)
{
    struct bt_test_params p = {.width = WIDTH,
                               .height = HEIGHT,
                               .rate = {BT_PICTURE_RATE, 1},
                               .frames = FRAMES,
                               .pixel = BAUTA_PIXEL_YUV420P};
    const char *text = url;
    bool good = parse_size(&text, &p) && parse_rate(&text, &p);
    while (good && *text) {
        if (text != url && *text != ',')
            good = false;
        text += *text == ',';
        good = good && parse_word(&text, &p);
    }
    if (good) {
        *params = p;
        return 0;
    }
    bt_error("test:%s: not understood at '%s'; write "
             "test:640x360@25,frames=100,format=yuv420p,face=PATH", url, text);
    return BAUTA_E_USAGE;
}

// Brings the picture to the size at which it is shown, seven tenths of the height.
static int load_face(struct test *t)
{
    struct bauta_frame *picture = NULL;
    int result = bt_picture_read(t->params.face, &picture);
    if (result < 0)
        return result;
    const double least = t->params.width < t->params.height ? t->params.width
                                                            : t->params.height;
    const double scale =
        0.7 * least /
        (picture->width > picture->height ? picture->width : picture->height);
    struct bt_format like = bt_format_of(picture);
    like.pixel = BAUTA_PIXEL_RGBA;
    like.width = (int)(picture->width * scale) & ~1;
    like.height = (int)(picture->height * scale) & ~1;
    like.width = like.width < 2 ? 2 : like.width;
    like.height = like.height < 2 ? 2 : like.height;
    t->face = bauta_frame_new(like.pixel, like.width, like.height);
    result = t->face ? bt_picture_fit(picture, &like, t->face) : BAUTA_E_NO_MEMORY;
    bauta_frame_unref(&picture);
    return result;
}

static struct bt_yuv_coeffs coefficients(const struct bt_format *format)
{
    const struct bt_matrix m = bt_matrix_for(&format->colour, format->height);
    const float one = 65536;
    return (struct bt_yuv_coeffs){
        .yo = (int32_t)lrintf(m.yo * one),
        .yr = (int32_t)lrintf(m.yr * one), .yg = (int32_t)lrintf(m.yg * one),
        .yb = (int32_t)lrintf(m.yb * one), .ur = (int32_t)lrintf(m.ur * one),
        .ug = (int32_t)lrintf(m.ug * one), .ub = (int32_t)lrintf(m.ub * one),
        .vr = (int32_t)lrintf(m.vr * one), .vg = (int32_t)lrintf(m.vg * one),
        .vb = (int32_t)lrintf(m.vb * one),
    };
}

static void describe(struct bt_source *s, const struct bt_test_params *p)
{
    const bool rgb = bt_pixel_format(p->pixel)->rgb;
    const bool full = rgb || p->pixel == BAUTA_PIXEL_GRAY8;
    s->format = (struct bt_format){
        .pixel = p->pixel,
        .width = p->width,
        .height = p->height,
        .colour = {1, 1, rgb ? 0 : 1, full, rgb ? 0 : 1},
        .sample_aspect = {1, 1},
        .time_base = {p->rate.den, p->rate.num},
        .frame_rate = p->rate,
    };
    s->frames_total = p->frames;
}

static int test_open(struct bt_source *s, const char *url)
{
    struct test *t = s->priv;
    int result = bt_test_parse(url, &t->params);
    if (result < 0)
        return result;
    describe(s, &t->params);
    for (int i = 0; i < LUT; i++)
        t->ramp[i] = (uint8_t)(48 + (i < LUT / 2 ? i : LUT - 1 - i) * 5 / 8);
    if (*t->params.face)
        result = load_face(t);
    if (result < 0)
        return result;
    t->yuv = coefficients(&s->format);
    // A row has one more sample where the width is odd, so that chroma has pairs.
    const size_t width = (size_t)t->params.width + 1;
    t->rows = bt_alloc(width * 14);
    t->pool = bt_pool_create(&s->format);
    if (t->rows && t->pool)
        return 0;
    bt_error("test: out of memory for %dx%d", t->params.width, t->params.height);
    return BAUTA_E_NO_MEMORY;
}

// How things stand in one frame.
struct scene {
    int n;
    int box_x, box_y, box_size;
    int disc_x, disc_y, disc_radius;
    int64_t face_x, face_y;       // centre, 16.16
    int64_t cosine, sine;         // 16.16
};

static int64_t wave(int64_t n, int period, double amplitude)
{
    const double turn = (double)(n % period) / period;
    return llround(sin(turn * 2 * 3.14159265358979323846) * amplitude * 65536);
}

static struct scene scene_at(const struct test *t, int64_t n)
{
    const int w = t->params.width, h = t->params.height;
    struct scene scene = {.n = (int)(n % (1 << 20))};
    scene.box_size = h / 6 + 1;
    scene.box_x = (int)((n * 3) % (w + scene.box_size)) - scene.box_size;
    scene.box_y = h / 10;
    scene.disc_radius = h / 9 + 1;
    scene.disc_x = w - (int)((n * 2) % (w + scene.disc_radius));
    scene.disc_y = h - h / 6;
    scene.face_x = ((int64_t)w << 15) + wave(n, 150, 0.18 * w);
    scene.face_y = ((int64_t)h << 15) + wave(n, 110, 0.06 * h);
    const double angle = (double)wave(n, 200, 1) / 65536 * 0.2;
    scene.cosine = llround(cos(angle) * 65536);
    scene.sine = llround(sin(angle) * 65536);
    return scene;
}

static int mix(const uint8_t *at, int stride, int u, int v)
{
    const int top = at[0] * (256 - u) + at[4] * u;
    const int bottom = at[stride] * (256 - u) + at[stride + 4] * u;
    return (top * (256 - v) + bottom * v + (1 << 15)) >> 16;
}

// The part of the turned picture that lies in this row.
static void face_row(const struct test *t, const struct scene *scene, int y, uint8_t *row)
{
    const struct bauta_frame *face = t->face;
    const int stride = (int)face->stride[0];
    const int64_t dy = ((int64_t)y << 16) - scene->face_y;
    int64_t dx = -scene->face_x;
    for (int x = 0; x < t->params.width; x++, dx += 65536) {
        const int64_t u = ((dx * scene->cosine + dy * scene->sine) >> 16) +
                          ((int64_t)face->width << 15);
        const int64_t v = ((dy * scene->cosine - dx * scene->sine) >> 16) +
                          ((int64_t)face->height << 15);
        const int64_t column = u >> 16, line = v >> 16;
        if (column < 0 || line < 0 || column >= face->width - 1 ||
            line >= face->height - 1)
            continue;
        const uint8_t *at = face->data[0] + line * stride + column * 4;
        for (int i = 0; i < 3; i++)
            row[4 * x + i] = (uint8_t)mix(at + i, stride, (int)(u >> 8 & 255),
                                          (int)(v >> 8 & 255));
    }
}

static void fill(uint8_t *row, int from, int to, int width, const uint8_t colour[4])
{
    for (int x = from < 0 ? 0 : from; x < to && x < width; x++)
        memcpy(row + 4 * x, colour, 4);
}

static void draw_row(const struct test *t, const struct scene *scene, int y, uint8_t *row)
{
    static const uint8_t box[4] = {200, 60, 40, 255}, disc[4] = {40, 90, 200, 255};
    const int w = t->params.width, n = scene->n;
    const uint8_t green = t->ramp[(2 * y + n) & (LUT - 1)];
    for (int x = 0; x < w; x++) {
        uint8_t *at = row + 4 * x;
        at[0] = t->ramp[(x + 2 * n) & (LUT - 1)];
        at[1] = green;
        at[2] = t->ramp[(x + y + 3 * n) & (LUT - 1)];
        at[3] = 255;
    }
    if (y >= scene->box_y && y < scene->box_y + scene->box_size)
        fill(row, scene->box_x, scene->box_x + scene->box_size, w, box);
    const int dy = y - scene->disc_y, r = scene->disc_radius;
    if (dy > -r && dy < r) {
        int half = 0;
        while ((half + 1) * (half + 1) + dy * dy < r * r)
            half++;
        fill(row, scene->disc_x - half, scene->disc_x + half, w, disc);
    }
    if (t->face)
        face_row(t, scene, y, row);
    memcpy(row + 4 * w, row + 4 * (w - 1), 4);
}

static void put_rgb(const struct bauta_frame *frame, int y, const uint8_t *row)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    uint8_t *to = frame->data[0] + y * frame->stride[0];
    for (int x = 0; x < frame->width; x++, to += f->step[0], row += 4) {
        if (f->step[0] == 4)
            to[3] = 255;
        to[f->r] = row[0];
        to[f->g] = row[1];
        to[f->b] = row[2];
    }
}

// Writes one row of chroma from two rows at full resolution.
static void put_chroma(const struct bauta_frame *frame, int y, const uint8_t *const u[2],
                       const uint8_t *const v[2])
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    const struct bt_dsp *dsp = bt_dsp_get();
    const int n = (frame->width + f->chroma_x) >> f->chroma_x;
    uint8_t *at[2] = {frame->data[1] + y * frame->stride[1],
                      f->planar_chroma ? frame->data[2] + y * frame->stride[2] : NULL};
    if (!f->chroma_x) {
        memcpy(at[0], u[0], (size_t)n);
        memcpy(at[1], v[0], (size_t)n);
        return;
    }
    if (f->planar_chroma) {
        dsp->half_row(at[0], u[0], u[1], n);
        dsp->half_row(at[1], v[0], v[1], n);
        return;
    }
    for (int x = 0; x < n; x++) {
        dsp->half_row(at[0] + 2 * x, u[0] + 2 * x, u[1] + 2 * x, 1);
        dsp->half_row(at[0] + 2 * x + 1, v[0] + 2 * x, v[1] + 2 * x, 1);
    }
}

static void draw_yuv(const struct test *t, const struct scene *scene,
                     struct bauta_frame *frame)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    const int w = frame->width, h = frame->height, step = 1 << f->chroma_y;
    const size_t n = (size_t)w + 1;
    uint8_t *const rgb = t->rows, *const yuv = t->rows + 8 * n;
    uint8_t *luma[2] = {yuv, yuv + n}, *u[2] = {yuv + 2 * n, yuv + 3 * n};
    uint8_t *v[2] = {yuv + 4 * n, yuv + 5 * n};
    for (int y = 0; y < h; y += step) {
        for (int i = 0; i < step; i++) {
            // Below the last row it is repeated.
            const int line = y + i < h ? y + i : h - 1;
            draw_row(t, scene, line, rgb);
            bt_dsp_get()->rgbx_to_yuv(luma[i], u[i], v[i], rgb, (int)n, &t->yuv);
            memcpy(frame->data[0] + line * frame->stride[0], luma[i], (size_t)w);
        }
        if (f->planes == 1)
            continue;
        const int other = step - 1;
        put_chroma(frame, y >> f->chroma_y, (const uint8_t *[2]){u[0], u[other]},
                   (const uint8_t *[2]){v[0], v[other]});
    }
}

static int test_read(struct bt_source *s, struct bauta_frame **out)
{
    struct test *t = s->priv;
    if (t->params.frames && t->next >= t->params.frames)
        return BAUTA_E_END;
    struct bauta_frame *frame = bt_pool_get(t->pool);
    if (!frame) {
        bt_error("test: out of memory for a frame");
        return BAUTA_E_NO_MEMORY;
    }
    const struct scene scene = scene_at(t, t->next);
    if (bt_pixel_format(frame->format)->rgb) {
        for (int y = 0; y < frame->height; y++) {
            draw_row(t, &scene, y, t->rows);
            put_rgb(frame, y, t->rows);
        }
    } else {
        draw_yuv(t, &scene, frame);
    }
    frame->colour = s->format.colour;
    frame->sample_aspect = s->format.sample_aspect;
    frame->time_base = s->format.time_base;
    frame->pts = t->next++;
    frame->duration = 1;
    *out = frame;
    return 0;
}

static void test_close(struct bt_source *s)
{
    struct test *t = s->priv;
    bauta_frame_unref(&t->face);
    bt_pool_destroy(&t->pool);
    bt_free(t->rows);
}

const struct bt_source_impl bt_source_test = {
    .name = "test",
    .desc = "moving shapes, and a face: "
            "test:640x360@25,frames=100,format=yuv420p,face=PATH",
    .priv_size = sizeof(struct test),
    .open = test_open,
    .read = test_read,
    .close = test_close,
};
