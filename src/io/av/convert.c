// SPDX-License-Identifier: Apache-2.0
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>

#include "base/log.h"
#include "io/av/av.h"

static bool is_rgb(enum AVPixelFormat format)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(format);
    return d && (d->flags & (AV_PIX_FMT_FLAG_RGB | AV_PIX_FMT_FLAG_PAL));
}

// swscale's table for a matrix; the same guess as bt_matrix_for where none is named.
static const int *coefficients(const struct bt_image *image)
{
    const int matrix = image->colour.matrix;
    if (is_rgb(image->format) || matrix == AVCOL_SPC_UNSPECIFIED ||
        matrix == AVCOL_SPC_RGB)
        return sws_getCoefficients(image->height >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601);
    return sws_getCoefficients(matrix);
}

static bool same_description(const struct bt_image *a, const struct bt_image *b)
{
    return a->format == b->format && a->width == b->width && a->height == b->height &&
           a->colour.matrix == b->colour.matrix &&
           a->colour.full_range == b->colour.full_range &&
           a->colour.chroma_location == b->colour.chroma_location;
}

// Where chroma samples sit, in 1/256 of a luma sample; -513 is the middle.
static int chroma_x(const struct bt_image *image)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(image->format);
    if (!d->log2_chroma_w || image->colour.chroma_location == AVCHROMA_LOC_CENTER)
        return -513;
    // Unnamed, video has them on the left and pictures of full range in the middle.
    const bool named = image->colour.chroma_location != AVCHROMA_LOC_UNSPECIFIED;
    return named || !image->colour.full_range ? 0 : -513;
}

static int chroma_y(const struct bt_image *image)
{
    const AVPixFmtDescriptor *d = av_pix_fmt_desc_get(image->format);
    const bool top = image->colour.chroma_location == AVCHROMA_LOC_TOPLEFT;
    return d->log2_chroma_h && top ? 0 : -513;
}

static void set_int(struct SwsContext *sws, const char *name, int64_t value)
{
    av_opt_set_int(sws, name, value, 0);
}

static int prepare(struct bt_convert *c, const struct bt_image *from,
                   const struct bt_image *to)
{
    struct SwsContext *sws = sws_alloc_context();
    if (!sws)
        return BAUTA_E_NO_MEMORY;
    set_int(sws, "sws_flags", SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT |
                              SWS_FULL_CHR_H_INP | SWS_BITEXACT);
    set_int(sws, "srcw", from->width);
    set_int(sws, "srch", from->height);
    set_int(sws, "src_format", from->format);
    set_int(sws, "dstw", to->width);
    set_int(sws, "dsth", to->height);
    set_int(sws, "dst_format", to->format);
    set_int(sws, "src_h_chr_pos", chroma_x(from));
    set_int(sws, "src_v_chr_pos", chroma_y(from));
    set_int(sws, "dst_h_chr_pos", chroma_x(to));
    set_int(sws, "dst_v_chr_pos", chroma_y(to));
    // RGB has no matrix of its own, so that of the other side is meant.
    const struct bt_image *ruler = is_rgb(from->format) ? to : from;
    const int *from_matrix = coefficients(is_rgb(from->format) ? ruler : from);
    const int *to_matrix = coefficients(is_rgb(to->format) ? ruler : to);
    const int one = 1 << 16;
    sws_setColorspaceDetails(sws, from_matrix, from->colour.full_range, to_matrix,
                             to->colour.full_range, 0, one, one);
    if (sws_init_context(sws, NULL, NULL) < 0) {
        bt_error("no conversion from %s %dx%d to %s %dx%d",
                 av_get_pix_fmt_name(from->format), from->width, from->height,
                 av_get_pix_fmt_name(to->format), to->width, to->height);
        sws_freeContext(sws);
        return BAUTA_E_UNSUPPORTED;
    }
    sws_freeContext(c->sws);
    c->sws = sws;
    c->from = *from;
    c->to = *to;
    return 0;
}

int bt_convert_run(struct bt_convert *convert, const struct bt_image *from,
                   const struct bt_image *to)
{
    const bool ranges = from->colour.full_range == to->colour.full_range;
    if (from->format == to->format && from->width == to->width &&
        from->height == to->height && (ranges || is_rgb(from->format))) {
        const uint8_t *data[4] = {from->data[0], from->data[1], from->data[2],
                                  from->data[3]};
        uint8_t *out[4] = {to->data[0], to->data[1], to->data[2], to->data[3]};
        av_image_copy(out, (int *)to->stride, data, from->stride, from->format,
                      from->width, from->height);
        return 0;
    }
    if (!convert->sws || !same_description(&convert->from, from) ||
        !same_description(&convert->to, to)) {
        const int result = prepare(convert, from, to);
        if (result < 0)
            return result;
    }
    const uint8_t *data[4] = {from->data[0], from->data[1], from->data[2], from->data[3]};
    uint8_t *const out[4] = {to->data[0], to->data[1], to->data[2], to->data[3]};
    const int rows =
        sws_scale(convert->sws, data, from->stride, 0, from->height, out, to->stride);
    return rows == to->height ? 0 : BAUTA_E_FAILED;
}

void bt_convert_finish(struct bt_convert *convert)
{
    sws_freeContext(convert->sws);
    convert->sws = NULL;
}
