// SPDX-License-Identifier: Apache-2.0
#include "../check.h"
#include "base/log.h"
#include "frame/frame.h"

static char last_line[2100];

static void record(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque, (void)level;
    snprintf(last_line, sizeof(last_line), "%s", line);
}

static uint8_t pixels[64 * 64 * 4];

static struct bauta_frame good(enum bauta_pixel_format format)
{
    struct bauta_frame frame = {.format = format, .width = 33, .height = 17};
    for (int i = 0; i < bt_pixel_format(format)->planes; i++) {
        int w = 0, h = 0;
        bt_plane_size(format, frame.width, frame.height, i, &w, &h);
        frame.data[i] = pixels;
        frame.stride[i] = (ptrdiff_t)w * bt_pixel_format(format)->step[i];
    }
    frame.sample_aspect = frame.time_base = (struct bauta_rational){0, 1};
    return frame;
}

static void refused(const struct bauta_frame *frame, const char *word)
{
    last_line[0] = 0;
    CHECK_INT(bt_frame_check(frame), BAUTA_E_USAGE);
    if (!CHECK(strstr(last_line, word)))
        fprintf(stderr, "  '%s' lacks '%s'\n", last_line, word);
}

#define REFUSED(word, change)                                   \
    do {                                                        \
        struct bauta_frame frame = good(BAUTA_PIXEL_YUV420P);   \
        change;                                                 \
        refused(&frame, word);                                  \
    } while (0)

int main(void)
{
    bauta_log_set(record, NULL);
    for (int format = 1; format < BAUTA_PIXEL_COUNT; format++) {
        struct bauta_frame frame = good((enum bauta_pixel_format)format);
        CHECK_INT(bt_frame_check(&frame), 0);
        const int last = bt_pixel_format(frame.format)->planes - 1;
        frame.stride[last] = -frame.stride[last];
        CHECK_INT(bt_frame_check(&frame), 0);
        frame.stride[last]++;
        refused(&frame, "stride");
        frame.stride[last] = -frame.stride[last];
        refused(&frame, "stride");
        frame = good((enum bauta_pixel_format)format);
        frame.data[last] = NULL;
        refused(&frame, "NULL");
    }
    REFUSED("pixel format", frame.format = BAUTA_PIXEL_NONE);
    REFUSED("pixel format", frame.format = BAUTA_PIXEL_COUNT);
    REFUSED("out of range", frame.width = 0);
    REFUSED("out of range", frame.height = -1);
    REFUSED("out of range", frame.width = 16385);
    REFUSED("out of range", frame.height = 16385);
    REFUSED("stride", frame.width = 16384);
    REFUSED("stride", frame.stride[0] = 0);
    REFUSED("stride", frame.stride[1] = PTRDIFF_MIN);
    REFUSED("stride", frame.stride[1] = PTRDIFF_MAX);
    REFUSED("rotation", frame.rotation = 45);
    REFUSED("rotation", frame.rotation = -90);
    REFUSED("aspect", frame.sample_aspect.den = 0);
    REFUSED("aspect", frame.sample_aspect.num = -1);
    REFUSED("time base", frame.time_base.den = -1);
    REFUSED("range", frame.duration = -1);
    REFUSED("range", frame.colour.full_range = 2);
    REFUSED("chroma", frame.colour.chroma_location = 4);
    return check_end();
}
