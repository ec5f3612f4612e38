// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "live/window/window.h"

int bt_picture_open(struct bt_picture *p)
{
    *p = (struct bt_picture){.event = SDL_RegisterEvents(1)};
    return pthread_mutex_init(&p->lock, NULL) ? BAUTA_E_FAILED : 0;
}

void bt_picture_take(void *opaque, struct bauta_frame *frame,
                     const struct bauta_face *faces, int count)
{
    struct bt_picture *p = opaque;
    (void)faces;
    (void)count;
    pthread_mutex_lock(&p->lock);
    bauta_frame_unref(&p->newest);
    p->newest = bauta_frame_ref(frame);
    const bool tell = !p->told;
    p->told = true;
    pthread_mutex_unlock(&p->lock);
    if (tell) {
        SDL_Event event = {.type = p->event};
        SDL_PushEvent(&event);
    }
}

// Formats -------------------------------------------------------------------------------

static Uint32 texture_format(enum bauta_pixel_format format)
{
    switch (format) {
    case BAUTA_PIXEL_NV12: return SDL_PIXELFORMAT_NV12;
    case BAUTA_PIXEL_RGB24: return SDL_PIXELFORMAT_RGB24;
    case BAUTA_PIXEL_BGR24: return SDL_PIXELFORMAT_BGR24;
    case BAUTA_PIXEL_RGBA: return SDL_PIXELFORMAT_RGBA32;
    case BAUTA_PIXEL_BGRA: return SDL_PIXELFORMAT_BGRA32;
    default: return SDL_PIXELFORMAT_IYUV;
    }
}

static SDL_YUV_CONVERSION_MODE matrix_of(const struct bauta_frame *frame)
{
    enum { BT709 = 1, UNSPECIFIED = 2 };
    if (frame->colour.full_range)
        return SDL_YUV_CONVERSION_JPEG;
    const bool large = frame->height >= 720;
    return frame->colour.matrix == BT709 ||
                   (frame->colour.matrix == UNSPECIFIED && large)
               ? SDL_YUV_CONVERSION_BT709 : SDL_YUV_CONVERSION_BT601;
}

static bool fit_texture(struct bt_picture *p, SDL_Renderer *renderer,
                        const struct bauta_frame *frame)
{
    const Uint32 format = texture_format(frame->format);
    if (p->texture && p->format == format && p->width == frame->width &&
        p->height == frame->height)
        return true;
    bt_picture_forget(p);
    p->texture = SDL_CreateTexture(renderer, format, SDL_TEXTUREACCESS_STREAMING,
                                   frame->width, frame->height);
    if (!p->texture)
        return false;
    SDL_SetTextureScaleMode(p->texture, SDL_ScaleModeLinear);
    p->format = format;
    p->width = frame->width;
    p->height = frame->height;
    return true;
}

// Every step-th sample of every step-th row; the last one stands for what is beyond.
static void thin_out(uint8_t *to, int to_width, int to_height, const uint8_t *from,
                     ptrdiff_t stride, int width, int height, int across, int down)
{
    for (int y = 0; y < to_height; y++) {
        const int row = y * down < height ? y * down : height - 1;
        for (int x = 0; x < to_width; x++) {
            const int column = x * across < width ? x * across : width - 1;
            to[(size_t)y * (size_t)to_width + (size_t)x] = from[row * stride + column];
        }
    }
}

// Planes as SDL takes them, in memory of our own.
static bool upload_packed(struct bt_picture *p, const struct bauta_frame *f)
{
    const int w = f->width, h = f->height, cw = (w + 1) / 2, ch = (h + 1) / 2;
    const size_t luma = (size_t)w * (size_t)h, chroma = (size_t)cw * (size_t)ch;
    if (p->packed_size < luma + 2 * chroma) {
        free(p->packed);
        p->packed = malloc(luma + 2 * chroma);
        p->packed_size = p->packed ? luma + 2 * chroma : 0;
    }
    if (!p->packed)
        return false;
    uint8_t *const y = p->packed, *const u = y + luma, *const v = u + chroma;
    thin_out(y, w, h, f->data[0], f->stride[0], w, h, 1, 1);
    if (f->format == BAUTA_PIXEL_GRAY8) {
        memset(u, 128, 2 * chroma);
    } else {
        const bool whole = f->format == BAUTA_PIXEL_YUV444P;
        const int width = whole ? w : cw, across = whole ? 2 : 1;
        const bool rows = whole || f->format == BAUTA_PIXEL_YUV422P;
        const int height = rows ? h : ch, down = rows ? 2 : 1;
        thin_out(u, cw, ch, f->data[1], f->stride[1], width, height, across, down);
        thin_out(v, cw, ch, f->data[2], f->stride[2], width, height, across, down);
    }
    return !SDL_UpdateYUVTexture(p->texture, NULL, y, w, u, cw, v, cw);
}

static bool upload(struct bt_picture *p, const struct bauta_frame *f)
{
    if (p->format == SDL_PIXELFORMAT_IYUV) {
        if (f->format != BAUTA_PIXEL_YUV420P || f->stride[0] < 0)
            return upload_packed(p, f);
        return !SDL_UpdateYUVTexture(p->texture, NULL, f->data[0], (int)f->stride[0],
                                     f->data[1], (int)f->stride[1], f->data[2],
                                     (int)f->stride[2]);
    }
    if (f->stride[0] < 0)
        return false;
    if (p->format == SDL_PIXELFORMAT_NV12)
        return !SDL_UpdateNVTexture(p->texture, NULL, f->data[0], (int)f->stride[0],
                                    f->data[1], (int)f->stride[1]);
    return !SDL_UpdateTexture(p->texture, NULL, f->data[0], (int)f->stride[0]);
}

// Showing -------------------------------------------------------------------------------

bool bt_picture_update(struct bt_picture *p, SDL_Renderer *renderer)
{
    pthread_mutex_lock(&p->lock);
    struct bauta_frame *frame = p->newest;
    p->newest = NULL;
    p->told = false;
    pthread_mutex_unlock(&p->lock);
    if (!frame)
        return false;
    SDL_SetYUVConversionMode(matrix_of(frame));
    p->shown = fit_texture(p, renderer, frame) && upload(p, frame);
    const struct bauta_rational a = frame->sample_aspect;
    p->aspect = a.num > 0 && a.den > 0 ? (double)a.num / a.den : 1;
    p->rotation = frame->rotation;
    p->captured_ns = frame->captured_ns;
    bauta_frame_unref(&frame);
    return true;
}

void bt_picture_hide(struct bt_picture *p)
{
    pthread_mutex_lock(&p->lock);
    bauta_frame_unref(&p->newest);
    pthread_mutex_unlock(&p->lock);
    p->shown = false;
}

void bt_picture_draw(struct bt_picture *p, SDL_Renderer *renderer, struct bt_box box)
{
    if (!p->shown || !p->texture)
        return;
    const bool lies = p->rotation % 180 != 0;
    const double w = p->width * p->aspect, h = p->height;
    const struct bt_box at = bt_fit(box, lies ? h : w, lies ? w : h);
    // SDL turns around the middle of the place of the unturned picture.
    const int tw = lies ? at.h : at.w, th = lies ? at.w : at.h;
    const SDL_Rect to = {at.x + (at.w - tw) / 2, at.y + (at.h - th) / 2, tw, th};
    if (p->rotation)
        SDL_RenderCopyEx(renderer, p->texture, NULL, &to, p->rotation, NULL,
                         SDL_FLIP_NONE);
    else
        SDL_RenderCopy(renderer, p->texture, NULL, &to);
}

void bt_picture_forget(struct bt_picture *p)
{
    if (p->texture)
        SDL_DestroyTexture(p->texture);
    p->texture = NULL;
    p->shown = false;
}

void bt_picture_close(struct bt_picture *p)
{
    bt_picture_hide(p);
    bt_picture_forget(p);
    free(p->packed);
    p->packed = NULL;
    pthread_mutex_destroy(&p->lock);
}
