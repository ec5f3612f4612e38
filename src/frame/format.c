// SPDX-License-Identifier: Apache-2.0
#include "frame/format.h"

#include <stddef.h>

static const struct bt_pixel_format formats[BAUTA_PIXEL_COUNT] = {
    [BAUTA_PIXEL_YUV420P] = {.name = "yuv420p", .planes = 3, .step = {1, 1, 1},
                             .chroma_x = 1, .chroma_y = 1, .planar_chroma = true},
    [BAUTA_PIXEL_YUV422P] = {.name = "yuv422p", .planes = 3, .step = {1, 1, 1},
                             .chroma_x = 1, .planar_chroma = true},
    [BAUTA_PIXEL_YUV444P] = {.name = "yuv444p", .planes = 3, .step = {1, 1, 1},
                             .planar_chroma = true},
    [BAUTA_PIXEL_NV12] = {.name = "nv12", .planes = 2, .step = {1, 2},
                          .chroma_x = 1, .chroma_y = 1},
    [BAUTA_PIXEL_RGB24] = {.name = "rgb24", .planes = 1, .step = {3}, .rgb = true,
                           .r = 0, .g = 1, .b = 2},
    [BAUTA_PIXEL_BGR24] = {.name = "bgr24", .planes = 1, .step = {3}, .rgb = true,
                           .r = 2, .g = 1, .b = 0},
    [BAUTA_PIXEL_RGBA] = {.name = "rgba", .planes = 1, .step = {4}, .rgb = true,
                          .r = 0, .g = 1, .b = 2},
    [BAUTA_PIXEL_BGRA] = {.name = "bgra", .planes = 1, .step = {4}, .rgb = true,
                          .r = 2, .g = 1, .b = 0},
    [BAUTA_PIXEL_GRAY8] = {.name = "gray", .planes = 1, .step = {1}},
};

const struct bt_pixel_format *bt_pixel_format(enum bauta_pixel_format format)
{
    if ((int)format <= BAUTA_PIXEL_NONE || format >= BAUTA_PIXEL_COUNT)
        return NULL;
    return &formats[format];
}

void bt_plane_size(enum bauta_pixel_format format, int width, int height, int plane,
                   int *plane_width, int *plane_height)
{
    const struct bt_pixel_format *f = bt_pixel_format(format);
    if (!f || plane < 0 || plane >= f->planes) {
        *plane_width = 0;
        *plane_height = 0;
        return;
    }
    const int x = plane ? f->chroma_x : 0, y = plane ? f->chroma_y : 0;
    *plane_width = (width + (1 << x) - 1) >> x;
    *plane_height = (height + (1 << y) - 1) >> y;
}

struct bt_format bt_format_of(const struct bauta_frame *frame)
{
    return (struct bt_format){
        .pixel = frame->format,
        .width = frame->width,
        .height = frame->height,
        .colour = frame->colour,
        .sample_aspect = frame->sample_aspect,
        .time_base = frame->time_base,
        .frame_rate = {0, 1},
        .rotation = frame->rotation,
    };
}

// The luma weights of red and blue. The 720-line rule also takes the code points that no
// such matrix expresses (RGB in planes, YCgCo, ICtCp …).
static void luma_weights(int matrix, int height, double *kr, double *kb)
{
    static const struct {
        int matrix;
        double kr, kb;
    } known[] = {
        {1, 0.2126, 0.0722},  // BT.709
        {4, 0.30, 0.11},      // FCC title 47
        {5, 0.299, 0.114},    // BT.470 B/G
        {6, 0.299, 0.114},    // BT.601
        {7, 0.212, 0.087},    // SMPTE 240M
        {9, 0.2627, 0.0593},  // BT.2020, and its constant-luminance form nearly
        {10, 0.2627, 0.0593},
    };
    const size_t count = sizeof(known) / sizeof(known[0]);
    size_t row = 0;
    while (row < count && known[row].matrix != matrix)
        row++;
    if (row == count)
        row = height >= 720 ? 0 : 3;
    *kr = known[row].kr;
    *kb = known[row].kb;
}

struct bt_matrix bt_matrix_for(const struct bauta_colour *colour, int height)
{
    double kr = 0, kb = 0;
    luma_weights(colour->matrix, height, &kr, &kb);
    const double kg = 1 - kr - kb;
    // Code values that one unit of light, and one of chroma, span on 0..255.
    const double luma = colour->full_range ? 1 : 219.0 / 255;
    const double chroma = colour->full_range ? 1 : 224.0 / 255;
    const double r = 2 * (1 - kr), b = 2 * (1 - kb);
    return (struct bt_matrix){
        .yo = colour->full_range ? 0 : 16,
        .ys = (float)(1 / luma),
        .rv = (float)(r / chroma),
        .gu = (float)(-b * kb / kg / chroma),
        .gv = (float)(-r * kr / kg / chroma),
        .bu = (float)(b / chroma),
        .yr = (float)(kr * luma),
        .yg = (float)(kg * luma),
        .yb = (float)(kb * luma),
        .ur = (float)(-kr / b * chroma),
        .ug = (float)(-kg / b * chroma),
        .ub = (float)((1 - kb) / b * chroma),
        .vr = (float)((1 - kr) / r * chroma),
        .vg = (float)(-kg / r * chroma),
        .vb = (float)(-kb / r * chroma),
    };
}
