// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include <turbojpeg.h>

#include "base/alloc.h"
#include "io/v4l2/v4l2.h"

enum { SIDE_MAX = 8192, BYTES_MAX = 64 << 20 };

struct bt_mjpeg {
    tjhandle handle;
};

struct bt_mjpeg *bt_mjpeg_create(void)
{
    struct bt_mjpeg *reader = bt_zalloc(sizeof(*reader));
    if (!reader)
        return NULL;
    reader->handle = tjInitDecompress();
    if (!reader->handle)
        bt_freep(&reader);
    return reader;
}

void bt_mjpeg_destroy(struct bt_mjpeg **reader)
{
    if (!*reader)
        return;
    if ((*reader)->handle)
        tjDestroy((*reader)->handle);
    bt_freep(reader);
}

// After an error inside of a header TurboJPEG 2.1 reads on in the middle of that header.
static int damaged(struct bt_mjpeg *reader)
{
    if (reader->handle)
        tjDestroy(reader->handle);
    reader->handle = tjInitDecompress();
    return BAUTA_E_FORMAT;
}

int bt_mjpeg_head(struct bt_mjpeg *reader, const uint8_t *data, size_t size, int *width,
                  int *height, enum bauta_pixel_format *format)
{
    int w = 0, h = 0, chroma = -1, space = -1;
    if (!reader->handle || size < 4 || size > BYTES_MAX || data[0] != 0xFF ||
        data[1] != 0xD8)
        return BAUTA_E_FORMAT;
    if (tjDecompressHeader3(reader->handle, data, size, &w, &h, &chroma, &space) < 0)
        return damaged(reader);
    if (space != TJCS_YCbCr || w < 16 || h < 16 || w > SIDE_MAX || h > SIDE_MAX ||
        w % 2 || h % 2)
        return BAUTA_E_FORMAT;
    if (chroma != TJSAMP_420 && chroma != TJSAMP_422 && chroma != TJSAMP_444)
        return BAUTA_E_FORMAT;
    *width = w;
    *height = h;
    *format = chroma == TJSAMP_420   ? BAUTA_PIXEL_YUV420P
              : chroma == TJSAMP_422 ? BAUTA_PIXEL_YUV422P
                                     : BAUTA_PIXEL_YUV444P;
    return 0;
}

int bt_mjpeg_read(struct bt_mjpeg *reader, const uint8_t *data, size_t size,
                  struct bauta_frame *frame)
{
    int width = 0, height = 0;
    enum bauta_pixel_format format = BAUTA_PIXEL_NONE;
    const int result = bt_mjpeg_head(reader, data, size, &width, &height, &format);
    if (result < 0)
        return result;
    if (width != frame->width || height != frame->height || format != frame->format)
        return BAUTA_E_FORMAT;
    int strides[3];
    for (int i = 0; i < 3; i++)
        strides[i] = (int)frame->stride[i];
    if (!tjDecompressToYUVPlanes(reader->handle, data, size, frame->data, width, strides,
                                 height, TJFLAG_LIMITSCANS | TJFLAG_ACCURATEDCT))
        return 0;
    // Many cameras pad between two markers, which harms nothing.
    const bool padded = tjGetErrorCode(reader->handle) == TJERR_WARNING &&
                        strstr(tjGetErrorStr2(reader->handle), "xtraneous bytes");
    return padded ? 0 : damaged(reader);
}
