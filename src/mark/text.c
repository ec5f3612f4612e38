// SPDX-License-Identifier: Apache-2.0
#include "mark/text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ft2build.h>
#include FT_FREETYPE_H
#include FT_GLYPH_H
#include FT_MODULE_H
#include FT_STROKER_H

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/file.h"
#include "base/log.h"

#define FONT_LIMIT ((size_t)64 << 20)
#define LIKE_LEAST .25      // correlation with the shape of the letter
#define LETTER_CAP 32       // of the letters that are looked at before a font is taken
#define FONT_PACKAGE "fonts-dejavu-core"

static const char *const fonts[] = {
    "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/TTF/DejaVuSans-Bold.ttf",
    "/usr/local/share/fonts/dejavu/DejaVuSans-Bold.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Bold.ttf",
    "/usr/share/fonts/truetype/freefont/FreeSansBold.ttf",
};

struct bt_text {
    struct FT_MemoryRec_ memory;
    FT_Library library;
    FT_Face face;
    FT_Stroker stroker;
    uint8_t *file;
    double cap;              // capital height in ems
};

static void *font_alloc(FT_Memory memory, long size)
{
    (void)memory;
    return size > 0 ? bt_alloc((size_t)size) : NULL;
}

static void font_free(FT_Memory memory, void *block)
{
    (void)memory;
    bt_free(block);
}

static void *font_realloc(FT_Memory memory, long old_size, long new_size, void *block)
{
    void *bigger = font_alloc(memory, new_size);
    if (!bigger)
        return NULL;
    if (old_size > 0)
        memcpy(bigger, block, (size_t)(old_size < new_size ? old_size : new_size));
    bt_free(block);
    return bigger;
}

static int font_error(FT_Error error)
{
    return error == FT_Err_Out_Of_Memory ? BAUTA_E_NO_MEMORY : BAUTA_E_FORMAT;
}

// The next character of *line, which is trusted text of this program; no-break space is
// given as a space.
static uint32_t next_char(const char **line)
{
    const uint8_t *p = (const uint8_t *)*line;
    int more = p[0] < 0x80 ? 0 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
    uint32_t c = more ? p[0] & (0x3fu >> more) : p[0];
    for (int i = 1; i <= more && p[i]; i++)
        c = c << 6 | (p[i] & 0x3f);
    *line += 1 + more;
    return c == 0xa0 ? ' ' : c;
}

static int load_glyph(struct bt_text *text, uint32_t c, FT_Int32 flags)
{
    FT_UInt index = FT_Get_Char_Index(text->face, c);
    if (!index) {
        bt_error("the label's font has no letter U+%04X: install the package "
                 FONT_PACKAGE, c);
        return BAUTA_E_FORMAT;
    }
    FT_Error error = FT_Load_Glyph(text->face, index, flags);
    if (error) {
        bt_error("the label's font does not draw the letter U+%04X (FreeType error %d)",
                 c, error);
        return font_error(error);
    }
    return 0;
}

// The space before c after prev, in font units.
static double kerning(struct bt_text *text, uint32_t prev, uint32_t c)
{
    FT_Vector k = {0, 0};
    if (!prev || !FT_HAS_KERNING(text->face) ||
        FT_Get_Kerning(text->face, FT_Get_Char_Index(text->face, prev),
                       FT_Get_Char_Index(text->face, c), FT_KERNING_UNSCALED, &k))
        return 0;
    return k.x;
}

int bt_text_width(struct bt_text *text, const char *line, float tracking, float *width)
{
    double units = 0, space = 0;
    uint32_t prev = 0;
    while (*line) {
        uint32_t c = next_char(&line);
        int r = load_glyph(text, c, FT_LOAD_NO_SCALE);
        if (r < 0)
            return r;
        units += (double)text->face->glyph->advance.x + kerning(text, prev, c);
        space += *line ? tracking : 0;
        prev = c;
    }
    *width = (float)(units / text->face->units_per_EM / text->cap + space);
    return 0;
}

static void put_bitmap(struct bt_ink *ink, const FT_Bitmap *bitmap, int x0, int y0)
{
    for (int y = 0; y < (int)bitmap->rows; y++) {
        if (y0 + y < 0 || y0 + y >= ink->height)
            continue;
        const uint8_t *from = bitmap->buffer + (ptrdiff_t)y * bitmap->pitch;
        uint8_t *to = ink->data + (size_t)(y0 + y) * (size_t)ink->width;
        for (int x = 0; x < (int)bitmap->width; x++) {
            if (x0 + x >= 0 && x0 + x < ink->width && from[x] > to[x0 + x])
                to[x0 + x] = from[x];
        }
    }
}

// Draws one outline at pen (in 26.6 pixels, before the change of aspect); takes glyph.
static FT_Error put_glyph(FT_Glyph glyph, double pen, float x_scale, int y,
                          struct bt_ink *ink)
{
    double left = floor(pen / 64);
    FT_Matrix matrix = {lrint(x_scale * 65536.), 0, 0, 0x10000};
    FT_Vector shift = {lrint(pen - left * 64), 0};
    FT_Error error = FT_Glyph_Transform(glyph, &matrix, &shift);
    if (!error)
        error = FT_Glyph_To_Bitmap(&glyph, FT_RENDER_MODE_NORMAL, NULL, 1);
    if (!error) {
        FT_BitmapGlyph bitmap = (FT_BitmapGlyph)glyph;
        put_bitmap(ink, &bitmap->bitmap, (int)left + bitmap->left, y - bitmap->top);
    }
    FT_Done_Glyph(glyph);
    return error;
}

static FT_Error draw_glyph(struct bt_text *text, const struct bt_text_style *style,
                           double pen, int y, struct bt_ink *fill, struct bt_ink *edge)
{
    FT_Glyph glyph, grown;
    FT_Error error = FT_Get_Glyph(text->face->glyph, &glyph);
    if (error)
        return error;
    error = FT_Glyph_Copy(glyph, &grown);
    if (!error) {
        error = FT_Glyph_StrokeBorder(&grown, text->stroker, 0, 1);
        if (error)
            FT_Done_Glyph(grown);
        else
            error = put_glyph(grown, pen, style->x_scale, y, edge);
    }
    FT_Error last = put_glyph(glyph, pen, style->x_scale, y, fill);
    return error ? error : last;
}

int bt_text_draw(struct bt_text *text, const struct bt_text_style *style,
                 const char *line, float x, int y, struct bt_ink *fill,
                 struct bt_ink *edge)
{
    double size = style->cap / text->cap;
    FT_Error error = FT_Set_Char_Size(text->face, 0, lrint(size * 64), 72, 72);
    if (error) {
        bt_error("the label's font has no size of %g pixels (FreeType error %d)", size,
                 error);
        return font_error(error);
    }
    FT_Stroker_Set(text->stroker, lrint(style->outline * style->cap * 64),
                   FT_STROKER_LINECAP_ROUND, FT_STROKER_LINEJOIN_ROUND, 0);
    double pen = x * 64., unit = size * 64 * style->x_scale / text->face->units_per_EM;
    uint32_t prev = 0;
    while (*line) {
        uint32_t c = next_char(&line);
        int r = load_glyph(text, c, FT_LOAD_NO_SCALE);
        if (r < 0)
            return r;
        double advance = (double)text->face->glyph->advance.x;
        pen += kerning(text, prev, c) * unit;
        r = load_glyph(text, c, FT_LOAD_NO_HINTING | FT_LOAD_NO_BITMAP);
        if (r < 0)
            return r;
        if (c != ' ')
            error = draw_glyph(text, style, pen, y, fill, edge);
        if (error) {
            bt_error("the label could not be drawn (FreeType error %d)", error);
            return font_error(error);
        }
        pen += advance * unit + style->tracking * style->cap * style->x_scale * 64.;
        prev = c;
    }
    return 0;
}

// How each letter of the label is inked, in 4x4 parts of its own box, 0 to 9: as DejaVu
// Sans Bold has them. Of upright fonts with and without serifs each letter correlates
// with these by .35 or more, ornaments are below 0 and Greek letters are so in places.
static const struct shape {
    char letter;
    char ink[17];
} shapes[] = {
    {'A', "0670177147747437"}, {'M', "9349866885588118"}, {'O', "3773821882083774"},
    {'D', "9783912891289783"}, {'F', "9877974496329500"}, {'E', "9876974396329877"},
};

// The box of what is inked.
static struct box {
    int x0, y0, x1, y1;
} box_of(const struct bt_ink *ink)
{
    struct box b = {ink->width, ink->height, 0, 0};
    for (int y = 0; y < ink->height; y++) {
        for (int x = 0; x < ink->width; x++) {
            if (ink->data[y * ink->width + x] < 96)
                continue;
            b.x0 = x < b.x0 ? x : b.x0;
            b.y0 = y < b.y0 ? y : b.y0;
            b.x1 = x + 1 > b.x1 ? x + 1 : b.x1;
            b.y1 = y + 1 > b.y1 ? y + 1 : b.y1;
        }
    }
    return b;
}

// Correlation of a glyph with the shape of its letter. The stroke of an I fills its box:
// of it only the box counts.
static double likeness(char letter, const struct bt_ink *ink)
{
    const struct box b = box_of(ink);
    const int w = b.x1 - b.x0, h = b.y1 - b.y0;
    double a = 0, c = 0, aa = 0, cc = 0, ac = 0;
    if (w < 2 || h < .8 * LETTER_CAP || h > 1.25 * LETTER_CAP)
        return 0;
    if (letter == 'I')
        return w <= h;
    const struct shape *s = shapes;
    while (s->letter != letter)
        s++;
    for (int k = 0; k < 16; k++) {
        double sum = 0, count = 0;
        for (int y = b.y0 + k / 4 * h / 4; y < b.y0 + (k / 4 + 1) * h / 4; y++) {
            for (int x = b.x0 + k % 4 * w / 4; x < b.x0 + (k % 4 + 1) * w / 4; x++) {
                sum += ink->data[y * ink->width + x];
                count += 28.3;
            }
        }
        const double is = count > 0 ? sum / count : 0, as = s->ink[k] - '0';
        a += is, c += as, aa += is * is, cc += as * as, ac += is * as;
    }
    const double va = aa - a * a / 16, vc = cc - c * c / 16;
    return va > 0 && vc > 0 ? (ac - a * c / 16) / sqrt(va * vc) : 0;
}

// 1 where every letter of the label covers a plausible part of its own box and looks like
// the letter: a font of empty or solid glyphs, or of ornaments, would be no label.
static int draws_letters(struct bt_text *text)
{
    uint8_t fill[48 * 64], edge[48 * 64];
    struct bt_text_style style = {.cap = LETTER_CAP, .x_scale = 1, .outline = .1f};
    for (const char *p = "AIMODFE"; *p; p++) {
        char line[2] = {*p, 0};
        struct bt_ink a = {fill, 64, 48}, b = {edge, 64, 48};
        memset(fill, 0, sizeof(fill));
        memset(edge, 0, sizeof(edge));
        float width;
        int r = bt_text_width(text, line, 0, &width);
        if (r >= 0)
            r = bt_text_draw(text, &style, line, 4, 40, &a, &b);
        if (r < 0)
            return r;
        double ink = 0;
        for (size_t i = 0; i < sizeof(fill); i++)
            ink += fill[i] / 255.;
        double part = width > .1f ? ink / (LETTER_CAP * LETTER_CAP * width) : 0;
        if (width > 1.6f || part < .08 || part > .9 || likeness(*p, &a) < LIKE_LEAST)
            return 0;
    }
    return 1;
}

static int open_font(struct bt_text *text, const char *path)
{
    size_t size;
    int r = bt_file_read(path, FONT_LIMIT, &text->file, &size);
    if (r < 0)
        return r;
    FT_Error error = FT_New_Memory_Face(text->library, text->file, (FT_Long)size, 0,
                                        &text->face);
    if (error) {
        bt_error("%s is not a font that FreeType reads (error %d)", path, error);
        return font_error(error);
    }
    // The capital height is that of H, on which every scalable font agrees with itself.
    if (!FT_IS_SCALABLE(text->face) || text->face->units_per_EM < 16) {
        bt_error("%s has no outlines: name a TrueType or OpenType font", path);
        return BAUTA_E_FORMAT;
    }
    r = load_glyph(text, 'H', FT_LOAD_NO_SCALE);
    if (r < 0)
        return r;
    double cap = (double)text->face->glyph->metrics.horiBearingY;
    text->cap = cap / text->face->units_per_EM;
    r = text->cap < .3 || text->cap > 1.5 ? 0 : draws_letters(text);
    if (r < 0)
        return r;
    if (!r) {
        bt_error("%s does not draw readable capital letters: name another font", path);
        return BAUTA_E_FORMAT;
    }
    bt_debug("the label's font is %s", path);
    return 0;
}

static const char *find_font(void)
{
    const char *path = getenv("BAUTA_FONT");
    if (path && *path)
        return path;
    for (size_t i = 0; i < sizeof(fonts) / sizeof(fonts[0]); i++) {
        if (access(fonts[i], R_OK) == 0)
            return fonts[i];
    }
    return NULL;
}

int bt_text_open(struct bt_text **out)
{
    const char *path = find_font();
    if (!path) {
        bt_error("no font for the label, without which no picture leaves: install the "
                 "package " FONT_PACKAGE " or name a font file in BAUTA_FONT");
        return BAUTA_E_NOT_FOUND;
    }
    struct bt_text *text = bt_zalloc(sizeof(*text));
    if (!text)
        return BAUTA_E_NO_MEMORY;
    text->memory = (struct FT_MemoryRec_){NULL, font_alloc, font_free, font_realloc};
    int r = BAUTA_E_NO_MEMORY;
    if (FT_New_Library(&text->memory, &text->library))
        goto fail;
    FT_Add_Default_Modules(text->library);
    if (FT_Stroker_New(text->library, &text->stroker))
        goto fail;
    r = open_font(text, path);
    if (r < 0) {
        bt_error("no label without a font: install the package " FONT_PACKAGE
                 " or name a font file in BAUTA_FONT");
        goto fail;
    }
    *out = text;
    return 0;
fail:
    bt_text_close(&text);
    return r;
}

void bt_text_close(struct bt_text **text)
{
    struct bt_text *t = *text;
    if (!t)
        return;
    if (t->stroker)
        FT_Stroker_Done(t->stroker);
    if (t->face)
        FT_Done_Face(t->face);
    if (t->library)
        FT_Done_Library(t->library);
    bt_free(t->file);
    bt_freep(text);
}
