// SPDX-License-Identifier: Apache-2.0
#include "live/window/draw/draw.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <freetype/freetype.h>

enum { ATLAS = 1024, GLYPHS = 1024, GLYPHS_MOST = 700, LINE_MOST = 512 };

static const char *const folders[] = {
    "/usr/share/fonts/truetype/dejavu/",
    "/usr/share/fonts/dejavu-sans-fonts/",
    "/usr/share/fonts/dejavu/",
    "/usr/share/fonts/TTF/",
    "/usr/local/share/fonts/dejavu/",
};

static const struct {
    float size;
    bool bold;
} styles[BT_STYLES] = {
    [BT_SMALL] = {12, false}, [BT_BODY] = {14, false},  [BT_STRONG] = {14, true},
    [BT_HEADING] = {11, true}, [BT_TITLE] = {18, true}, [BT_BANNER] = {30, true},
};

struct glyph {
    uint32_t code;           // the letter and its style; 0: empty
    SDL_Rect at;             // in the atlas
    int left, top, advance;  // advance in 26.6
};

struct bt_letters {
    SDL_Renderer *renderer;
    FT_Library library;
    FT_Face face[2];         // usual, bold
    SDL_Texture *atlas;
    struct glyph glyph[GLYPHS];
    int count, x, y, row;    // where the next glyph goes
    float scale;
    int size;                // that the faces are set to, pixels
};

static int open_face(struct bt_letters *l, int index)
{
    static const char *const names[] = {"DejaVuSans.ttf", "DejaVuSans-Bold.ttf"};
    char path[256];
    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", folders[i], names[index]);
        if (!access(path, R_OK) && !FT_New_Face(l->library, path, 0, &l->face[index]))
            return 0;
    }
    return BAUTA_E_FAILED;
}

int bt_letters_open(struct bt_letters **out, SDL_Renderer *renderer, char *why,
                    size_t size)
{
    struct bt_letters *l = calloc(1, sizeof(*l));
    if (!l)
        return BAUTA_E_NO_MEMORY;
    l->renderer = renderer;
    l->scale = 1;
    int result = FT_Init_FreeType(&l->library) ? BAUTA_E_FAILED : 0;
    for (int i = 0; i < 2 && result >= 0; i++)
        result = open_face(l, i);
    if (result < 0) {
        snprintf(why, size, "the font DejaVu Sans is missing: install the package "
                            "fonts-dejavu-core");
        bt_letters_close(&l);
        return result;
    }
    *out = l;
    return 0;
}

void bt_letters_forget(struct bt_letters *l)
{
    if (l->atlas)
        SDL_DestroyTexture(l->atlas);
    l->atlas = NULL;
    memset(l->glyph, 0, sizeof(l->glyph));
    l->count = l->x = l->y = l->row = 0;
}

void bt_letters_scale(struct bt_letters *l, float scale)
{
    l->scale = scale;
    bt_letters_forget(l);
}

void bt_letters_close(struct bt_letters **letters)
{
    struct bt_letters *l = *letters;
    if (!l)
        return;
    bt_letters_forget(l);
    FT_Done_Face(l->face[0]);
    FT_Done_Face(l->face[1]);
    FT_Done_FreeType(l->library);
    free(l);
    *letters = NULL;
}

// Glyphs --------------------------------------------------------------------------------

// The next letter of a text that need not be valid UTF-8.
static uint32_t next_letter(const char **text)
{
    const unsigned char *p = (const unsigned char *)*text;
    const int more = p[0] < 0x80 ? 0 : p[0] < 0xc2 ? -1 : p[0] < 0xe0 ? 1
                   : p[0] < 0xf0 ? 2 : p[0] < 0xf5 ? 3 : -1;
    uint32_t c = more > 0 ? p[0] & (0x3fu >> more) : p[0];
    int taken = 1;
    while (taken <= more && (p[taken] & 0xc0) == 0x80)
        c = c << 6 | (p[taken++] & 0x3f);
    const bool good = more >= 0 && taken == more + 1;
    *text += good ? taken : 1;
    return !good || c < 32 || c == 127 ? 0xfffd : c;
}

static bool make_atlas(struct bt_letters *l)
{
    bt_letters_forget(l);
    l->atlas = SDL_CreateTexture(l->renderer, SDL_PIXELFORMAT_ARGB8888,
                                 SDL_TEXTUREACCESS_STATIC, ATLAS, ATLAS);
    if (!l->atlas)
        return false;
    SDL_SetTextureBlendMode(l->atlas, SDL_BLENDMODE_BLEND);
    // Nothing is smoothed: letters are drawn at their own size.
    SDL_SetTextureScaleMode(l->atlas, SDL_ScaleModeNearest);
    return true;
}

static FT_GlyphSlot render(struct bt_letters *l, uint32_t letter, enum bt_style style)
{
    FT_Face face = l->face[styles[style].bold];
    const int size = bt_px(l->scale, styles[style].size);
    FT_Set_Pixel_Sizes(face, 0, (FT_UInt)(size < 6 ? 6 : size));
    if (FT_Load_Char(face, letter, FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT))
        return NULL;
    return face->glyph;
}

static bool place(struct bt_letters *l, int w, int h, SDL_Rect *at)
{
    if (l->x + w + 1 > ATLAS) {
        l->x = 0;
        l->y += l->row + 1;
        l->row = 0;
    }
    if (w + 1 > ATLAS || l->y + h + 1 > ATLAS)
        return false;
    *at = (SDL_Rect){l->x, l->y, w, h};
    l->x += w + 1;
    l->row = h > l->row ? h : l->row;
    return true;
}

static bool upload(struct bt_letters *l, const FT_Bitmap *bitmap, const SDL_Rect *at)
{
    if (!at->w || !at->h)
        return true;
    uint32_t *pixels = malloc((size_t)at->w * (size_t)at->h * 4);
    if (!pixels)
        return false;
    for (int y = 0; y < at->h; y++) {
        for (int x = 0; x < at->w; x++)
            pixels[y * at->w + x] =
                (uint32_t)bitmap->buffer[y * bitmap->pitch + x] << 24 | 0xffffff;
    }
    const bool good = !SDL_UpdateTexture(l->atlas, at, pixels, at->w * 4);
    free(pixels);
    return good;
}

// A letter as it was drawn before, or drawn now. NULL where that fails.
static const struct glyph *find(struct bt_letters *l, uint32_t letter,
                                enum bt_style style)
{
    const uint32_t code = letter << 3 | (uint32_t)style;
    for (int again = 0; again < 2; again++) {
        if ((!l->atlas || l->count >= GLYPHS_MOST) && !make_atlas(l))
            return NULL;
        uint32_t i = code * 2654435761u >> 22;
        while (l->glyph[i].code && l->glyph[i].code != code)
            i = (i + 1) % GLYPHS;
        struct glyph *g = &l->glyph[i];
        if (g->code == code)
            return g;
        const FT_GlyphSlot slot = render(l, letter, style);
        SDL_Rect at;
        if (!slot)
            return NULL;
        if (!place(l, (int)slot->bitmap.width, (int)slot->bitmap.rows, &at)) {
            l->count = GLYPHS_MOST;
            continue;
        }
        if (!upload(l, &slot->bitmap, &at))
            return NULL;
        l->count++;
        *g = (struct glyph){code, at, slot->bitmap_left, slot->bitmap_top,
                            (int)slot->advance.x};
        return g;
    }
    return NULL;
}

// Texts ---------------------------------------------------------------------------------

// Headings stand wider.
static int tracking(const struct bt_letters *l, enum bt_style style)
{
    return style == BT_HEADING ? bt_px(l->scale, 64) : 0;
}

static int measure(struct bt_letters *l, enum bt_style style, const char *text,
                   const char *end)
{
    int width = 0;
    while (*text && text < end) {
        const struct glyph *g = find(l, next_letter(&text), style);
        width += g ? g->advance + tracking(l, style) : 0;
    }
    return (width + 32) >> 6;
}

int bt_text_size(struct bt_letters *l, enum bt_style style, const char *text)
{
    return measure(l, style, text, text + strlen(text));
}

static int draw(struct bt_letters *l, enum bt_style style, int x, struct bt_box box,
                int colour, const char *text, const char *end)
{
    const int size = bt_px(l->scale, styles[style].size);
    // Capital letters of DejaVu Sans are .73 em high.
    const int base = box.y + (box.h + (int)(.73f * (float)size + .5f)) / 2;
    int at = x * 64;
    while (*text && text < end) {
        const struct glyph *g = find(l, next_letter(&text), style);
        if (!g)
            continue;
        const SDL_Rect to = {((at + 32) >> 6) + g->left, base - g->top, g->at.w, g->at.h};
        SDL_SetTextureColorMod(l->atlas, (Uint8)(colour >> 16), (Uint8)(colour >> 8),
                               (Uint8)colour);
        if (g->at.w && g->at.h)
            SDL_RenderCopy(l->renderer, l->atlas, &g->at, &to);
        at += g->advance + tracking(l, style);
    }
    return ((at + 32) >> 6) - x;
}

// How much of text fits into width, besides an ellipsis where it is not all.
static const char *fitting(struct bt_letters *l, enum bt_style style, int width,
                           const char *text)
{
    const char *end = text + strlen(text), *fits = text;
    if (measure(l, style, text, end) <= width)
        return end;
    const int room = width - bt_text_size(l, style, "…");
    for (const char *p = text; *p && p - text < LINE_MOST;) {
        next_letter(&p);
        if (measure(l, style, text, p) > room)
            break;
        fits = p;
    }
    return fits;
}

int bt_text_left(struct bt_letters *l, enum bt_style style, struct bt_box box, int colour,
                 const char *text)
{
    if (box.w <= 0)
        return 0;
    const char *end = fitting(l, style, box.w, text);
    int width = draw(l, style, box.x, box, colour, text, end);
    if (*end) {
        static const char dots[] = "…";
        width += draw(l, style, box.x + width, box, colour, dots, dots + sizeof(dots));
    }
    return width;
}

void bt_text_right(struct bt_letters *l, enum bt_style style, struct bt_box box,
                   int colour, const char *text)
{
    const int width = bt_text_size(l, style, text);
    if (width < box.w) {
        box.x += box.w - width;
        box.w = width;
    }
    bt_text_left(l, style, box, colour, text);
}

void bt_text_centre(struct bt_letters *l, enum bt_style style, struct bt_box box,
                    int colour, const char *text)
{
    const int width = bt_text_size(l, style, text);
    if (width < box.w) {
        box.x += (box.w - width) / 2;
        box.w = width;
    }
    bt_text_left(l, style, box, colour, text);
}

// The end of the line that begins at text: at a space, or in a word wider than a line.
static const char *line_end(struct bt_letters *l, enum bt_style style, int width,
                            const char *text)
{
    const char *good = NULL, *p = text;
    while (*p) {
        const char *before = p;
        if (*p == ' ' && p > text && measure(l, style, text, p) <= width)
            good = p;
        next_letter(&p);
        if (measure(l, style, text, p) > width)
            return good ? good : before > text ? before : p;
    }
    return p;
}

int bt_text_lines(struct bt_letters *l, enum bt_style style, struct bt_box box,
                  int line_height, int colour, const char *text)
{
    int lines = 0;
    struct bt_box line = {box.x, box.y, box.w, line_height};
    while (*text && box.w > 0) {
        const bool last = line.y + 2 * line_height > box.y + box.h;
        const char *end = line_end(l, style, box.w, text);
        if (colour >= 0 && last)
            bt_text_left(l, style, line, colour, text);
        else if (colour >= 0)
            draw(l, style, line.x, line, colour, text, end);
        lines++;
        if (colour >= 0 && last)
            break;
        line.y += line_height;
        text = end;
        while (*text == ' ')
            text++;
    }
    return lines;
}
