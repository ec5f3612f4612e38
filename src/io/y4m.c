// SPDX-License-Identifier: Apache-2.0
// YUV4MPEG2, the source's side. Format: the yuv4mpeg(5) manual of mjpegtools and the
// tags that other programs have added (XCOLORRANGE).
#include "io/y4m.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/log.h"
#include "io/av/tracks.h"
#include "io/sources.h"

enum { LINE_BYTES = 1024 };

struct y4m {
    FILE *file;
    struct bt_pool *pool;
    int64_t next;
    int interlaced;
    bool ended;
};

static const struct {
    const char *tag;
    enum bauta_pixel_format pixel;
    uint8_t location;
} kinds[] = {
    {"420", BAUTA_PIXEL_YUV420P, 2},      {"420jpeg", BAUTA_PIXEL_YUV420P, 2},
    {"420mpeg2", BAUTA_PIXEL_YUV420P, 1}, {"420paldv", BAUTA_PIXEL_YUV420P, 3},
    {"422", BAUTA_PIXEL_YUV422P, 0},      {"444", BAUTA_PIXEL_YUV444P, 0},
    {"mono", BAUTA_PIXEL_GRAY8, 0},
};

// "a:b" into two numbers that are not negative.
static bool parse_ratio(const char *text, struct bauta_rational *out)
{
    char *end = NULL;
    errno = 0;
    const long num = strtol(text, &end, 10);
    if (end == text || *end != ':' || errno || num < 0 || num > 1000000000)
        return false;
    text = end + 1;
    const long den = strtol(text, &end, 10);
    if (end == text || *end || errno || den < 0 || den > 1000000000)
        return false;
    *out = (struct bauta_rational){(int)num, (int)den};
    return true;
}

static bool parse_side(const char *text, int *out)
{
    char *end = NULL;
    const long value = strtol(text, &end, 10);
    if (end == text || *end || value < 1 || value > BT_VIDEO_SIDE)
        return false;
    *out = (int)value;
    return true;
}

static int parse_kind(const char *tag, const char *name, struct bt_format *format)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!strcmp(tag, kinds[i].tag)) {
            format->pixel = kinds[i].pixel;
            format->colour.chroma_location = kinds[i].location;
            return 0;
        }
    }
    bt_error("%s: y4m of kind C%s is not read; 420, 422, 444 and mono of 8 bits are",
             name, tag);
    return BAUTA_E_UNSUPPORTED;
}

static int bad_tag(const char *name, const char *tag)
{
    bt_error("%s: '%s' in the y4m header makes no sense", name, tag);
    return BAUTA_E_FORMAT;
}

static int parse_tag(const char *tag, const char *name, struct bt_format *format,
                     enum AVFieldOrder *order)
{
    const char *value = tag + 1;
    struct bauta_rational ratio = {0, 1};
    switch (tag[0]) {
    case 'W': return parse_side(value, &format->width) ? 0 : bad_tag(name, tag);
    case 'H': return parse_side(value, &format->height) ? 0 : bad_tag(name, tag);
    case 'C': return parse_kind(value, name, format);
    case 'F':
    case 'A':
        if (!parse_ratio(value, &ratio))
            return bad_tag(name, tag);
        if (!ratio.num || !ratio.den)
            ratio = (struct bauta_rational){0, 1};
        *(tag[0] == 'F' ? &format->frame_rate : &format->sample_aspect) = ratio;
        return 0;
    case 'I':
        if (*value == 't' || *value == 'b')
            *order = *value == 't' ? AV_FIELD_TT : AV_FIELD_BB;
        else if (*value == 'm')
            *order = AV_FIELD_TT;
        return 0;
    case 'X':
        if (!strcmp(tag, "XCOLORRANGE=FULL"))
            format->colour.full_range = 1;
        return 0;
    default:
        return 0;
    }
}

int bt_y4m_parse(char *line, const char *name, struct bt_format *out,
                 enum AVFieldOrder *order)
{
    struct bt_format format = {.pixel = BAUTA_PIXEL_YUV420P,
                               .colour = {2, 2, 2, 0, 2},
                               .sample_aspect = {0, 1},
                               .frame_rate = {0, 1}};
    enum AVFieldOrder fields = AV_FIELD_PROGRESSIVE;
    char *rest = NULL;
    const char *word = strtok_r(line, " ", &rest);
    if (!word || strcmp(word, "YUV4MPEG2")) {
        bt_error("%s: not a y4m file", name);
        return BAUTA_E_FORMAT;
    }
    while ((word = strtok_r(NULL, " ", &rest))) {
        const int result = parse_tag(word, name, &format, &fields);
        if (result < 0)
            return result;
    }
    if (!format.width || !format.height) {
        bt_error("%s: its y4m header gives no size", name);
        return BAUTA_E_FORMAT;
    }
    const bool known = format.frame_rate.num > 0;
    format.time_base = known ? (struct bauta_rational){format.frame_rate.den,
                                                       format.frame_rate.num}
                             : (struct bauta_rational){1, BT_PICTURE_RATE};
    if (format.pixel == BAUTA_PIXEL_GRAY8)
        format.colour.full_range = 1;
    *out = format;
    *order = fields;
    return 0;
}

// A line without its newline. 1: read, 0: the file is at its end, else an error.
static int read_line(FILE *file, char line[LINE_BYTES])
{
    size_t n = 0;
    int c = 0;
    while ((c = getc(file)) != EOF && c != '\n') {
        if (n == LINE_BYTES - 1 || !c)
            return BAUTA_E_FORMAT;
        line[n++] = (char)c;
    }
    line[n] = 0;
    return c == '\n' ? 1 : n ? BAUTA_E_FORMAT : 0;
}

static int open_file(struct bt_source *s, const char *url)
{
    struct y4m *y = s->priv;
    if (!strcmp(url, "-")) {
        y->file = stdin;
        return 0;
    }
    struct stat info;
    y->file = fopen(url, "rbe");
    if (!y->file) {
        const int error = errno;
        bt_error("%s: cannot open: %s", url, strerror(error));
        return bt_file_error(error);
    }
    if (!fstat(fileno(y->file), &info) && S_ISDIR(info.st_mode)) {
        bt_error("%s: is a folder", url);
        return BAUTA_E_FORMAT;
    }
    return 0;
}

static int y4m_open(struct bt_source *s, const char *url)
{
    struct y4m *y = s->priv;
    char line[LINE_BYTES];
    enum AVFieldOrder order = AV_FIELD_PROGRESSIVE;
    int result = open_file(s, url);
    if (result < 0)
        return result;
    if (read_line(y->file, line) != 1) {
        bt_error("%s: not a y4m file, or empty", s->name);
        return BAUTA_E_FORMAT;
    }
    result = bt_y4m_parse(line, s->name, &s->format, &order);
    if (result < 0)
        return result;
    s->tracks = bt_tracks_create();
    y->pool = bt_pool_create(&s->format);
    if (!y->pool || !s->tracks) {
        bt_error("%s: out of memory", s->name);
        return BAUTA_E_NO_MEMORY;
    }
    bt_tracks_picture(s->tracks)->field_order = order;
    bt_tracks_end(s->tracks);
    y->interlaced = order != AV_FIELD_PROGRESSIVE;
    return 0;
}

static bool read_planes(FILE *file, struct bauta_frame *frame)
{
    const struct bt_pixel_format *f = bt_pixel_format(frame->format);
    for (int i = 0; i < f->planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(frame->format, frame->width, frame->height, i, &w, &h);
        uint8_t *row = frame->data[i];
        for (int y = 0; y < h; y++, row += frame->stride[i]) {
            if (fread(row, 1, (size_t)w, file) != (size_t)w)
                return false;
        }
    }
    return true;
}

static int cut_off(struct bt_source *s)
{
    struct y4m *y = s->priv;
    y->ended = true;
    s->truncated = 1;
    bt_warn("%s: is damaged or cut off at picture %lld; what came before was used",
            s->name, (long long)y->next);
    return BAUTA_E_END;
}

static int y4m_read(struct bt_source *s, struct bauta_frame **out)
{
    struct y4m *y = s->priv;
    char line[LINE_BYTES];
    if (y->ended)
        return BAUTA_E_END;
    const int read = read_line(y->file, line);
    if (!read && !ferror(y->file)) {
        y->ended = true;
        return BAUTA_E_END;
    }
    const bool frame_line =
        read == 1 && !strncmp(line, "FRAME", 5) && (!line[5] || line[5] == ' ');
    if (!frame_line)
        return cut_off(s);
    struct bauta_frame *frame = bt_pool_get(y->pool);
    if (!frame) {
        bt_error("%s: out of memory for a frame", s->name);
        return BAUTA_E_NO_MEMORY;
    }
    if (!read_planes(y->file, frame)) {
        bauta_frame_unref(&frame);
        return cut_off(s);
    }
    frame->colour = s->format.colour;
    frame->sample_aspect = s->format.sample_aspect;
    frame->time_base = s->format.time_base;
    frame->pts = y->next++;
    frame->duration = 1;
    frame->interlaced = y->interlaced;
    *out = frame;
    return 0;
}

static void y4m_close(struct bt_source *s)
{
    struct y4m *y = s->priv;
    if (y->file && y->file != stdin)
        fclose(y->file);
    bt_pool_destroy(&y->pool);
}

const struct bt_source_impl bt_source_y4m = {
    .name = "y4m",
    .desc = "YUV4MPEG2, '-' is standard input",
    .priv_size = sizeof(struct y4m),
    .open = y4m_open,
    .read = y4m_read,
    .close = y4m_close,
};
