// SPDX-License-Identifier: Apache-2.0
#include "mark/seen/find.h"

#include <math.h>
#include <string.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "frame/geom.h"
#include "mark/overlay.h"
#include "mark/text.h"
#include "mark/words.h"

enum {
    CAP = 12,               // height of capitals that pictures are brought to
    ABOVE = 5, BELOW = 3,   // rows beside the capitals that are compared too
    ROWS = ABOVE + CAP + BELOW,
    WIDE = 340,             // of the longest label
    SLACK = 3,              // samples by which the label may lie elsewhere
    CORNERS = 4,
};
// As in layout.c, in capital heights, and of the picture's smaller side.
#define PAD_X .8f
#define PAD_Y .62f
#define TRACKING .11f
#define MARGIN .025f
// Heights of capitals that are tried, of the picture's height.
#define CAP_LEAST .0225f
#define CAP_MOST .112f
#define CAP_STEP 1.025f
#define LABEL_WIDTH .45f   // of the picture's, at most, at the plain size
// Of a strip's samples, how many must be as light as letters are, and as dark as plates.
#define LIGHT 150
#define DARK 120
// Correlation of the first two letters from which the rest is looked at.
#define PREFIX_LEAST .4f
#define LIGHT_LEAST .06f
#define DARK_LEAST .3f

struct letters {
    int width;              // of the label's letters
    int16_t part[ROWS * WIDE]; // less its mean
    float length;           // of part, as a vector
};

struct bt_label_finder {
    struct letters letters[BT_LANGUAGES];
    struct letters prefix;  // with which all begin
    uint8_t strip[(ROWS + 2 * SLACK) * (WIDE + 2 * SLACK)];
    uint32_t *sums;         // of all samples above and to the left
    size_t room;
};

// The picture with what is needed to read it upright in display units.
struct reader {
    const struct bt_label_picture *p;
    const uint32_t *sums;
    int upright_w, upright_h;   // samples
    float wide, high;           // display units
};

static int draw_letters(struct bt_text *text, const char *label, struct letters *out)
{
    uint8_t fill[ROWS * WIDE] = {0}, edge[ROWS * WIDE] = {0};
    struct bt_ink ink = {fill, WIDE, ROWS}, rim = {edge, WIDE, ROWS};
    const struct bt_text_style style = {CAP, 1, TRACKING, .13f};
    float width = 0;
    int result = bt_text_width(text, label, TRACKING, &width);
    if (result >= 0)
        result = bt_text_draw(text, &style, label, 0, ABOVE + CAP, &ink, &rim);
    out->width = (int)fminf(ceilf(width * CAP), WIDE);
    double mean = 0, power = 0;
    const int count = ROWS * out->width;
    for (int i = 0; i < count; i++)
        mean += fill[i / out->width * WIDE + i % out->width] / (double)count;
    for (int i = 0; i < count; i++) {
        out->part[i] = (int16_t)lrint(fill[i / out->width * WIDE + i % out->width] - mean);
        power += (double)(out->part[i] * out->part[i]);
    }
    out->length = (float)sqrt(power + 1e-9);
    return result;
}

int bt_label_finder_open(struct bt_label_finder **out)
{
    struct bt_text *text = NULL;
    struct bt_label_finder *f = bt_zalloc(sizeof(*f));
    int result = f ? bt_text_open(&text) : BAUTA_E_NO_MEMORY;
    for (int i = 0; i < BT_LANGUAGES && result >= 0; i++)
        result = draw_letters(text, bt_words[i].label, &f->letters[i]);
    if (result >= 0)
        result = draw_letters(text, "AI", &f->prefix);
    bt_text_close(&text);
    if (result < 0)
        bt_label_finder_close(&f);
    *out = f;
    return result < 0 ? result : 0;
}

void bt_label_finder_close(struct bt_label_finder **finder)
{
    if (!*finder)
        return;
    bt_free((*finder)->sums);
    bt_freep(finder);
}

// Reading ------------------------------------------------------------------------------

static int sum_up(struct bt_label_finder *f, const struct bt_label_picture *p)
{
    const size_t across = (size_t)p->width + 1, room = across * ((size_t)p->height + 1);
    if (f->room < room) {
        bt_free(f->sums);
        f->room = 0;
        f->sums = bt_alloc_array(room, sizeof(*f->sums));
        if (!f->sums)
            return BAUTA_E_NO_MEMORY;
        f->room = room;
    }
    memset(f->sums, 0, across * sizeof(*f->sums));
    for (int y = 0; y < p->height; y++) {
        const uint8_t *in = p->luma + y * p->stride;
        const uint32_t *above = f->sums + (size_t)y * across;
        uint32_t *sums = f->sums + (size_t)(y + 1) * across, row = 0;
        sums[0] = 0;
        // Sums wrap around in very large pictures, and differences of them do not mind.
        for (int x = 0; x < p->width; x++) {
            row += in[x * p->step];
            sums[x + 1] = above[x + 1] + row;
        }
    }
    return 0;
}

static int clamp(int v, int most)
{
    return v < 0 ? 0 : v > most ? most : v;
}

// What is negative is clamped later.
static int nearest(float v)
{
    return (int)(v + .5f);
}

// The mean of a rectangle of the upright picture, in display units: of at least one sample.
static uint8_t mean_of(const struct reader *r, float x, float y, float w, float h)
{
    const struct bt_label_picture *p = r->p;
    struct bt_rect u = {nearest(x * p->x_scale), nearest(y), nearest((x + w) * p->x_scale),
                        nearest(y + h)};
    u.x0 = clamp(u.x0, r->upright_w - 1);
    u.y0 = clamp(u.y0, r->upright_h - 1);
    u.x1 = clamp(u.x1, r->upright_w);
    u.y1 = clamp(u.y1, r->upright_h);
    u.x1 = u.x1 > u.x0 ? u.x1 : u.x0 + 1;
    u.y1 = u.y1 > u.y0 ? u.y1 : u.y0 + 1;
    const struct bt_rect s = bt_overlay_stored(u, p->rotation, p->width, p->height);
    const uint32_t *top = r->sums + (size_t)s.y0 * ((size_t)p->width + 1);
    const uint32_t *end = r->sums + (size_t)s.y1 * ((size_t)p->width + 1);
    const uint32_t sum = end[s.x1] - end[s.x0] - top[s.x1] + top[s.x0];
    return (uint8_t)(sum / (uint32_t)((s.x1 - s.x0) * (s.y1 - s.y0)));
}

// The sample at a place of the upright picture, or the nearest.
static int sample_at(const struct reader *r, int x, int y)
{
    const struct bt_label_picture *p = r->p;
    x = clamp(x, r->upright_w - 1);
    y = clamp(y, r->upright_h - 1);
    const struct bt_rect s = bt_overlay_stored((struct bt_rect){x, y, x + 1, y + 1},
                                               p->rotation, p->width, p->height);
    return p->luma[s.y0 * p->stride + s.x0 * p->step];
}

// Between four samples of the upright picture, in display units.
static uint8_t between(const struct reader *r, float x, float y)
{
    const float at_x = fmaxf(x * r->p->x_scale - .5f, 0), at_y = fmaxf(y - .5f, 0);
    const int ix = (int)at_x, iy = (int)at_y;
    const float ax = at_x - (float)ix, ay = at_y - (float)iy;
    const float top = (1 - ax) * (float)sample_at(r, ix, iy) +
                      ax * (float)sample_at(r, ix + 1, iy);
    const float end = (1 - ax) * (float)sample_at(r, ix, iy + 1) +
                      ax * (float)sample_at(r, ix + 1, iy + 1);
    return (uint8_t)((1 - ay) * top + ay * end + .5f);
}

// Where the letters' strip of a label lies.
struct place {
    int corner;             // 1: left, 2: bottom
    float cap;              // display units
};

// Letters of that width at a place begin there, in display units.
static void begin_of(const struct reader *r, const struct place *p, int width, float *x,
                     float *y)
{
    const float margin = MARGIN * fminf(r->wide, r->high);
    const float letters = (float)width / CAP * p->cap;
    *x = p->corner & 1 ? margin + PAD_X * p->cap
                       : r->wide - margin - PAD_X * p->cap - letters;
    *y = p->corner & 2 ? r->high - margin - (PAD_Y + 1) * p->cap
                       : margin + PAD_Y * p->cap;
}

// The strip in which all languages' letters lie, with slack: false where it is nothing
// that holds light letters on a dark plate.
static bool read_strip(struct bt_label_finder *f, const struct reader *r,
                       const struct place *p, int width)
{
    const int across = width + 2 * SLACK, down = ROWS + 2 * SLACK;
    const float unit = p->cap / CAP;
    int light = 0, dark = 0;
    float x0, y0;
    begin_of(r, p, width, &x0, &y0);
    if (x0 < 0 || y0 < 0 || x0 + (float)width * unit > r->wide)
        return false;
    x0 -= SLACK * unit;
    y0 -= (ABOVE + SLACK) * unit;
    for (int j = 0; j < down; j++) {
        for (int i = 0; i < across; i++) {
            const float x = x0 + (float)i * unit, y = y0 + (float)j * unit;
            const uint8_t v = unit * fmaxf(r->p->x_scale, 1) < 1.4f
                                  ? between(r, x + unit / 2, y + unit / 2)
                                  : mean_of(r, x, y, unit, unit);
            f->strip[j * across + i] = v;
            light += v > LIGHT;
            dark += v < DARK;
        }
    }
    const float count = (float)(across * down);
    return (float)light > LIGHT_LEAST * count && (float)dark > DARK_LEAST * count;
}

// The correlation of letters with the strip of that width, from column x and row y on.
static float correlate(const struct letters *l, const uint8_t *strip, int across, int x, int y)
{
    int with = 0, sum = 0, squares = 0;
    for (int j = 0; j < ROWS; j++) {
        const uint8_t *in = strip + (y + j) * across + x;
        const int16_t *part = l->part + j * l->width;
        for (int i = 0; i < l->width; i++) {
            with += part[i] * in[i];
            sum += in[i];
            squares += in[i] * in[i];
        }
    }
    const float count = (float)(ROWS * l->width);
    const float power = (float)squares - (float)sum * (float)sum / count;
    // What hardly varies holds no letters.
    return power > 400 * count ? (float)with / (l->length * sqrtf(power)) : 0;
}

static void note(const struct reader *r, const struct place *p, int language, int width,
                 float dx, float dy, float score, struct bt_label_found *out)
{
    float x, y;
    begin_of(r, p, width, &x, &y);
    const float unit = p->cap / CAP, pad_x = PAD_X * p->cap, pad_y = PAD_Y * p->cap;
    out->score = score;
    out->language = language;
    out->x0 = fmaxf((x + dx * unit - pad_x) / r->wide, 0);
    out->x1 = fminf((x + dx * unit + (float)width * unit + pad_x) / r->wide, 1);
    out->y0 = fmaxf((y + dy * unit - pad_y) / r->high, 0);
    out->y1 = fminf((y + dy * unit + p->cap + pad_y) / r->high, 1);
}

// One language's letters in the strip, which begin about column x.
static void try_letters(const struct bt_label_finder *f, const struct reader *r,
                        const struct place *p, int language, int across, int x,
                        struct bt_label_found *out)
{
    const struct letters *l = &f->letters[language];
    const int steps = 2 * SLACK + 1;
    for (int k = 0; k < steps * steps; k++) {
        const int dx = k % steps, dy = k / steps;
        if (correlate(&f->prefix, f->strip, across, x + dx, dy) < PREFIX_LEAST)
            continue;
        const float score = correlate(l, f->strip, across, x + dx, dy);
        if (score > out->score)
            note(r, p, language, l->width, (float)(dx - SLACK), (float)(dy - SLACK), score, out);
    }
}

// All languages at one place. In a left corner letters begin at the strip's start, in a
// right one they end at its end.
static void try_place(struct bt_label_finder *f, const struct reader *r,
                      const struct place *p, struct bt_label_found *out)
{
    int longest = 0;
    const float room = r->wide / p->cap * CAP;
    for (int i = 0; i < BT_LANGUAGES; i++) {
        const int width = f->letters[i].width;
        if (width > longest && (float)width + 2 * PAD_X * CAP < room)
            longest = width;
    }
    if (!longest || !read_strip(f, r, p, longest))
        return;
    for (int i = 0; i < BT_LANGUAGES; i++) {
        const int width = f->letters[i].width;
        if (width <= longest)
            try_letters(f, r, p, i, longest + 2 * SLACK, p->corner & 1 ? 0 : longest - width,
                        out);
    }
}

// The smallest capitals, of the picture's height: in upright pictures the widest label's.
static float least_cap(const struct bt_label_finder *f, const struct reader *r)
{
    int longest = 0;
    for (int i = 0; i < BT_LANGUAGES; i++)
        longest = f->letters[i].width > longest ? f->letters[i].width : longest;
    const float widest = LABEL_WIDTH * r->wide / ((float)longest / CAP + 2 * PAD_X);
    return fminf(CAP_LEAST, .95f * widest / r->high);
}

int bt_label_find(struct bt_label_finder *f, const struct bt_label_picture *picture,
                  struct bt_label_found *out)
{
    const bool turned = picture->rotation % 180 != 0;
    struct reader r = {.p = picture,
                       .upright_w = turned ? picture->height : picture->width,
                       .upright_h = turned ? picture->width : picture->height};
    r.wide = (float)r.upright_w / picture->x_scale;
    r.high = (float)r.upright_h;
    *out = (struct bt_label_found){.score = 0};
    if (r.wide < BT_LABEL_WIDE_LEAST || r.high < BT_LABEL_HIGH_LEAST)
        return BAUTA_E_TOO_SMALL;
    const int result = sum_up(f, picture);
    if (result < 0)
        return result;
    r.sums = f->sums;
    const float least = least_cap(f, &r);
    for (int corner = 0; corner < CORNERS; corner++) {
        for (float part = least; part < CAP_MOST; part *= CAP_STEP) {
            const struct place p = {corner, part * r.high};
            try_place(f, &r, &p, out);
        }
    }
    out->seen = out->score >= BT_LABEL_SCORE;
    return 0;
}
