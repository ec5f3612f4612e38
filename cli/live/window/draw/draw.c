// SPDX-License-Identifier: Apache-2.0
#include "live/window/draw/draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DISC = 64, STROKES = 12 };

// Icons are strokes in a square of 24 units: lines, and circles (r > 0) around x0, y0.
struct stroke {
    float x0, y0, x1, y1, r;
};

static const struct stroke icons[BT_ICON_COUNT][STROKES] = {
    // Two frames side by side.
    [BT_ICON_VIEW] = {{3, 6, 11, 6}, {11, 6, 11, 18}, {11, 18, 3, 18}, {3, 18, 3, 6},
                      {14, 6, 21, 6}, {21, 6, 21, 18}, {21, 18, 14, 18}, {14, 18, 14, 6}},
    // Two triangles at a mirror.
    [BT_ICON_MIRROR] = {{12, 3, 12, 6}, {12, 9, 12, 12}, {12, 15, 12, 18}, {12, 21, 12, 21},
                        {9, 7, 9, 17}, {9, 17, 3, 17}, {3, 17, 9, 7},
                        {15, 7, 15, 17}, {15, 17, 21, 17}, {21, 17, 15, 7}},
    [BT_ICON_PHOTO] = {{3, 8, 8, 8}, {8, 8, 9.5f, 5}, {9.5f, 5, 14.5f, 5},
                       {14.5f, 5, 16, 8}, {16, 8, 21, 8}, {21, 8, 21, 19},
                       {21, 19, 3, 19}, {3, 19, 3, 8}, {12, 13, 0, 0, 3.5f}},
    [BT_ICON_GRAPH] = {{4, 20, 20, 20}, {6, 16, 6, 13}, {10, 16, 10, 8}, {14, 16, 14, 11},
                       {18, 16, 18, 5}},
    [BT_ICON_FULL] = {{4, 9, 4, 4}, {4, 4, 9, 4}, {15, 4, 20, 4}, {20, 4, 20, 9},
                      {20, 15, 20, 20}, {20, 20, 15, 20}, {9, 20, 4, 20}, {4, 20, 4, 15}},
    [BT_ICON_HELP] = {{12, 12, 0, 0, 9}, {9.3f, 9.6f, 10.4f, 7.7f}, {10.4f, 7.7f, 12.4f, 7.2f},
                      {12.4f, 7.2f, 14.4f, 8}, {14.4f, 8, 14.6f, 9.8f},
                      {14.6f, 9.8f, 12.2f, 11.8f}, {12.2f, 11.8f, 12, 13.6f},
                      {12, 16.6f, 12, 16.7f}},
    // A shield.
    [BT_ICON_COVER] = {{12, 3, 19, 6}, {19, 6, 19, 12}, {19, 12, 16.5f, 17},
                       {16.5f, 17, 12, 21}, {12, 21, 7.5f, 17}, {7.5f, 17, 5, 12},
                       {5, 12, 5, 6}, {5, 6, 12, 3}},
    [BT_ICON_PLUS] = {{12, 5, 12, 19}, {5, 12, 19, 12}},
    // A microphone.
    [BT_ICON_VOICE] = {{9, 7, 9, 11}, {15, 7, 15, 11}, {9, 7, 10, 4.7f}, {10, 4.7f, 14, 4.7f},
                       {14, 4.7f, 15, 7}, {9, 11, 10.5f, 13.6f}, {10.5f, 13.6f, 13.5f, 13.6f},
                       {13.5f, 13.6f, 15, 11}, {5.5f, 11, 8, 16}, {8, 16, 16, 16},
                       {16, 16, 18.5f, 11}, {12, 16, 12, 20}},
    [BT_ICON_CROSS] = {{6, 6, 18, 18}, {18, 6, 6, 18}},
    [BT_ICON_WARNING] = {{12, 4, 21, 20}, {21, 20, 3, 20}, {3, 20, 12, 4}, {12, 10, 12, 14},
                         {12, 17, 12, 17.1f}},
};

// Shapes made once ----------------------------------------------------------------------

static float to_stroke(const struct stroke *s, float x, float y)
{
    if (s->r > 0)
        return fabsf(hypotf(x - s->x0, y - s->y0) - s->r);
    const float dx = s->x1 - s->x0, dy = s->y1 - s->y0, length = dx * dx + dy * dy;
    const float along = length > 0 ? ((x - s->x0) * dx + (y - s->y0) * dy) / length : 0;
    const float t = fminf(fmaxf(along, 0), 1);
    return hypotf(x - s->x0 - t * dx, y - s->y0 - t * dy);
}

static float icon_alpha(enum bt_icon icon, float x, float y, float unit)
{
    float least = 100;
    for (int i = 0; i < STROKES; i++) {
        const struct stroke *s = &icons[icon][i];
        if (s->x0 > 0)
            least = fminf(least, to_stroke(s, x, y));
    }
    return fminf(fmaxf((.85f - least) * unit + .5f, 0), 1);
}

static float disc_alpha(enum bt_icon icon, float x, float y, float unit)
{
    (void)icon;
    return fminf(fmaxf((12 - hypotf(x - 12, y - 12)) * unit, 0), 1);
}

typedef float alpha_fn(enum bt_icon icon, float x, float y, float unit);

static SDL_Texture *make(SDL_Renderer *renderer, int size, alpha_fn *alpha,
                         enum bt_icon icon, SDL_ScaleMode mode)
{
    uint32_t *pixels = malloc((size_t)size * (size_t)size * 4);
    SDL_Texture *texture = SDL_CreateTexture(renderer, SDL_PIXELFORMAT_ARGB8888,
                                             SDL_TEXTUREACCESS_STATIC, size, size);
    if (!pixels || !texture) {
        free(pixels);
        if (texture)
            SDL_DestroyTexture(texture);
        return NULL;
    }
    const float unit = (float)size / 24;
    for (int i = 0; i < size * size; i++) {
        const float x = ((float)(i % size) + .5f) / unit;
        const float y = ((float)(i / size) + .5f) / unit;
        pixels[i] = (uint32_t)(255 * alpha(icon, x, y, unit) + .5f) << 24 | 0xffffff;
    }
    SDL_UpdateTexture(texture, NULL, pixels, size * 4);
    SDL_SetTextureBlendMode(texture, SDL_BLENDMODE_BLEND);
    SDL_SetTextureScaleMode(texture, mode);
    free(pixels);
    return texture;
}

static void drop(SDL_Texture **texture)
{
    if (*texture)
        SDL_DestroyTexture(*texture);
    *texture = NULL;
}

int bt_canvas_open(struct bt_canvas *canvas, SDL_Renderer *renderer, char *why,
                   size_t size)
{
    *canvas = (struct bt_canvas){.renderer = renderer, .scale = 1};
    SDL_SetRenderDrawBlendMode(renderer, SDL_BLENDMODE_BLEND);
    return bt_letters_open(&canvas->letters, renderer, why, size);
}

void bt_canvas_forget(struct bt_canvas *canvas)
{
    drop(&canvas->disc);
    for (int i = 0; i < BT_ICON_COUNT; i++)
        drop(&canvas->icon[i]);
    bt_letters_forget(canvas->letters);
}

void bt_canvas_scale(struct bt_canvas *canvas, float scale)
{
    bt_canvas_forget(canvas);
    canvas->scale = scale;
    bt_letters_scale(canvas->letters, scale);
}

void bt_canvas_close(struct bt_canvas *canvas)
{
    if (canvas->letters)
        bt_canvas_forget(canvas);
    bt_letters_close(&canvas->letters);
}

// Drawing -------------------------------------------------------------------------------

static void set_colour(SDL_Texture *texture, int colour, int opacity)
{
    SDL_SetTextureColorMod(texture, (Uint8)(colour >> 16), (Uint8)(colour >> 8),
                           (Uint8)colour);
    SDL_SetTextureAlphaMod(texture, (Uint8)opacity);
}

void bt_fill(struct bt_canvas *canvas, struct bt_box box, int colour, int opacity)
{
    const SDL_Rect rect = {box.x, box.y, box.w, box.h};
    SDL_SetRenderDrawColor(canvas->renderer, (Uint8)(colour >> 16), (Uint8)(colour >> 8),
                           (Uint8)colour, (Uint8)opacity);
    if (box.w > 0 && box.h > 0)
        SDL_RenderFillRect(canvas->renderer, &rect);
}

static SDL_Texture *disc_of(struct bt_canvas *c)
{
    if (!c->disc)
        c->disc = make(c->renderer, DISC, disc_alpha, BT_ICON_VIEW, SDL_ScaleModeLinear);
    return c->disc;
}

void bt_round(struct bt_canvas *c, struct bt_box box, int radius, int colour, int opacity)
{
    SDL_Texture *disc = disc_of(c);
    radius = radius < box.w / 2 ? radius : box.w / 2;
    radius = radius < box.h / 2 ? radius : box.h / 2;
    if (!disc || radius < 1) {
        bt_fill(c, box, colour, opacity);
        return;
    }
    set_colour(disc, colour, opacity);
    for (int i = 0; i < 4; i++) {
        const int right = i % 2, low = i / 2, half = DISC / 2;
        const SDL_Rect from = {right * half, low * half, half, half};
        const SDL_Rect to = {right ? box.x + box.w - radius : box.x,
                             low ? box.y + box.h - radius : box.y, radius, radius};
        SDL_RenderCopy(c->renderer, disc, &from, &to);
    }
    bt_fill(c, (struct bt_box){box.x + radius, box.y, box.w - 2 * radius, box.h}, colour,
            opacity);
    bt_fill(c, (struct bt_box){box.x, box.y + radius, radius, box.h - 2 * radius}, colour,
            opacity);
    bt_fill(c, (struct bt_box){box.x + box.w - radius, box.y + radius, radius,
                               box.h - 2 * radius}, colour, opacity);
}

void bt_frame(struct bt_canvas *c, struct bt_box b, int t, int colour)
{
    bt_fill(c, (struct bt_box){b.x, b.y, b.w, t}, colour, 255);
    bt_fill(c, (struct bt_box){b.x, b.y + b.h - t, b.w, t}, colour, 255);
    bt_fill(c, (struct bt_box){b.x, b.y + t, t, b.h - 2 * t}, colour, 255);
    bt_fill(c, (struct bt_box){b.x + b.w - t, b.y + t, t, b.h - 2 * t}, colour, 255);
}

void bt_disc(struct bt_canvas *c, int x, int y, int radius, int colour, int opacity)
{
    SDL_Texture *disc = disc_of(c);
    const SDL_Rect to = {x - radius, y - radius, 2 * radius, 2 * radius};
    if (!disc)
        return;
    set_colour(disc, colour, opacity);
    SDL_RenderCopy(c->renderer, disc, NULL, &to);
}

void bt_spinner(struct bt_canvas *c, int x, int y, int radius, unsigned ms)
{
    enum { DOTS = 8, STEP_MS = 100 };
    for (int i = 0; i < DOTS; i++) {
        const float angle = 6.2831853f * (float)i / DOTS;
        const int age = (int)((ms / STEP_MS + DOTS - (unsigned)i) % DOTS);
        bt_disc(c, x + (int)lrintf((float)radius * sinf(angle)),
                y - (int)lrintf((float)radius * cosf(angle)),
                radius / 5 > 1 ? radius / 5 : 2, BT_C_TEXT, 240 - 26 * age);
    }
}

void bt_draw_icon(struct bt_canvas *c, enum bt_icon icon, struct bt_box box, int colour)
{
    const int size = box.w < box.h ? box.w : box.h;
    if (size <= 0)
        return;
    // One size of each is kept.
    if (c->icon[icon] && c->icon_size[icon] != size)
        drop(&c->icon[icon]);
    if (!c->icon[icon])
        c->icon[icon] = make(c->renderer, size, icon_alpha, icon, SDL_ScaleModeNearest);
    c->icon_size[icon] = size;
    if (!c->icon[icon])
        return;
    const SDL_Rect to = {box.x + (box.w - size) / 2, box.y + (box.h - size) / 2, size,
                         size};
    set_colour(c->icon[icon], colour, 255);
    SDL_RenderCopy(c->renderer, c->icon[icon], NULL, &to);
}
