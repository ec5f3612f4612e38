// SPDX-License-Identifier: Apache-2.0
#include "mark/layout.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MARGIN .025f          // of the picture's smaller side
#define LABEL_HEIGHT .032f    // capitals of the label, of the picture's height
#define LABEL_WIDTH .45f      // of the picture's width, at most
#define LABEL_READABLE 10     // capitals of the label are no smaller where there is room
#define WORD_WIDTH 96         // pictures less wide carry two letters
#define LINE_HEIGHT .6f       // capitals of the disclosure, of the label's
#define LINE_PLAIN 7          // capitals of the disclosure that are wished at least
#define LINE_READABLE 5       // and those that are the least
#define LINE_LEADING 1.75f    // from line to line, in capital heights
#define LINE_PAD_X .8f
#define LINE_PAD_Y .7f

// Behind the sentence of disclosure; before "bauta" stands a no-break space.
#define SIGNED " \xe2\x80\x94\xc2\xa0" "bauta"

// The label's forms, from the best. Paddings are in capital heights.
static const struct form {
    const char *word;         // NULL: the language's own
    float margin, pad_x, pad_y;
    int least;                // height of capitals below which the next form is better
} forms[] = {
    {NULL, MARGIN, .8f, .62f, 7},
    {NULL, 0, .3f, .25f, 7},
    {"AI", MARGIN, .6f, .5f, 6},
    {"AI", 0, .25f, .2f, 4},
};
#define LABEL_TRACKING .11f
#define LINE_TRACKING .04f

struct bt_view bt_view_of(const struct bt_format *format,
                          const struct bt_mark_options *options)
{
    struct bt_view v = {.width = format->width, .height = format->height};
    // Aspects beyond 1:16 are taken for damage and bounded.
    float aspect = 1;
    if (format->sample_aspect.num > 0 && format->sample_aspect.den > 0)
        aspect = (float)format->sample_aspect.num / (float)format->sample_aspect.den;
    aspect = fminf(fmaxf(aspect, 1.f / 16), 16);
    v.x_scale = 1 / aspect;
    if (format->rotation % 180) {
        v.width = format->height;
        v.height = format->width;
        v.x_scale = aspect;
    }
    v.wide = (float)v.width / v.x_scale;
    v.left = options->label_position & 1;
    v.bottom = options->label_position >> 1 & 1;
    v.words = &bt_words[options->label_lang];
    return v;
}

static float margin_of(const struct bt_view *v, float part)
{
    return roundf(part * fminf(v->wide, (float)v->height));
}

// The plate's rectangle in a corner of the picture, x and y display units away from it.
static void place(const struct bt_view *v, struct bt_plate *p, float x, float y)
{
    float plate_w = p->width * (float)p->cap + 2 * (float)p->pad_x;
    int w = (int)ceilf(plate_w * v->x_scale);
    int h = p->cap + (p->lines - 1) * p->leading + 2 * p->pad_y;
    int from_x = (int)lrintf(x * v->x_scale), from_y = (int)lrintf(y);
    p->rect.x0 = v->left ? from_x : v->width - from_x - w;
    p->rect.y0 = v->bottom ? v->height - from_y - h : from_y;
    p->rect.x1 = p->rect.x0 + w;
    p->rect.y1 = p->rect.y0 + h;
    p->rect = bt_rect_intersect(p->rect, (struct bt_rect){0, 0, v->width, v->height});
}

// A few rows over the whole width for pictures smaller than two letters.
static void band(const struct bt_view *v, struct bt_plate *p)
{
    int rows = v->height < 4 ? v->height : 4;
    p->rect = (struct bt_rect){0, 0, v->width, rows};
    if (v->bottom) {
        p->rect.y0 = v->height - rows;
        p->rect.y1 = v->height;
    }
}

int bt_layout_label(struct bt_text *text, const struct bt_view *v, float size,
                    struct bt_plate *label)
{
    *label = (struct bt_plate){.tracking = LABEL_TRACKING};
    for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
        const struct form *f = &forms[i];
        const char *word = f->word ? f->word : v->words->label;
        float width;
        int r = bt_text_width(text, word, LABEL_TRACKING, &width);
        if (r < 0)
            return r;
        float k = width + 2 * f->pad_x;
        float margin = margin_of(v, f->margin);
        float room = fminf((v->wide - 2 * margin) / k,
                           ((float)v->height - 2 * margin) / (1 + 2 * f->pad_y));
        if (!f->word && v->wide < WORD_WIDTH)
            continue;
        if (floorf(room) < (float)f->least)
            continue;
        float wish = fminf(LABEL_HEIGHT * (float)v->height * size,
                           LABEL_WIDTH * fmaxf(size, 1) * v->wide / k);
        label->cap = (int)fminf(fmaxf(roundf(wish), LABEL_READABLE), floorf(room));
        label->lines = 1;
        snprintf(label->line[0], sizeof(label->line[0]), "%s", word);
        label->width = width;
        label->pad_x = (int)lrintf(f->pad_x * (float)label->cap);
        label->pad_y = (int)(f->pad_y * (float)label->cap);
        place(v, label, margin, margin);
        return 0;
    }
    band(v, label);
    return 0;
}

// Breaks sentence at the spaces chosen by the bits of breaks; the width of the longest
// line goes to *width. Returns the number of lines, 0 where a line is too long, or an
// error.
static int cut_lines(struct bt_text *text, const char *sentence, unsigned breaks,
                     char line[BT_PLATE_LINES][BT_LINE_BYTES], float *width)
{
    int lines = 0, space = 0;
    size_t n = 0;
    *width = 0;
    for (const char *p = sentence;; p++) {
        bool end = !*p || (*p == ' ' && breaks >> space++ & 1);
        if (!end && n < BT_LINE_BYTES - 1) {
            line[lines][n++] = *p;
            continue;
        }
        line[lines][n] = 0;
        if (!end)
            return 0;
        float w;
        int r = bt_text_width(text, line[lines], LINE_TRACKING, &w);
        if (r < 0)
            return r;
        *width = fmaxf(*width, w);
        lines++;
        n = 0;
        if (!*p)
            return lines;
        if (lines == BT_PLATE_LINES)
            return 0;
    }
}

static void set_cap(struct bt_plate *p, int cap)
{
    p->cap = cap;
    p->pad_x = (int)lrintf(LINE_PAD_X * (float)cap);
    p->pad_y = (int)lrintf(LINE_PAD_Y * (float)cap);
    p->leading = (int)lrintf(LINE_LEADING * (float)cap);
}

// The breaks of sentence into that many lines that leave the longest one shortest.
// best->lines is 0 where there are none.
static int break_evenly(struct bt_text *text, const char *sentence, int lines,
                        struct bt_plate *best)
{
    int spaces = 0;
    for (const char *p = sentence; *p; p++)
        spaces += *p == ' ';
    *best = (struct bt_plate){.tracking = LINE_TRACKING};
    for (unsigned breaks = 0; breaks < 1u << spaces; breaks++) {
        struct bt_plate p = {.tracking = LINE_TRACKING};
        if (__builtin_popcount(breaks) != lines - 1)
            continue;
        p.lines = cut_lines(text, sentence, breaks, p.line, &p.width);
        if (p.lines < 0)
            return p.lines;
        if (p.lines && (!best->lines || p.width < best->width))
            *best = p;
    }
    return 0;
}

// Breaks sentence into as few lines as give letters of the wished size in the room. The
// cap is 0 where nothing readable fits.
static int fit_sentence(struct bt_text *text, const char *sentence, float wide,
                        float high, int wish, struct bt_plate *out)
{
    *out = (struct bt_plate){.tracking = LINE_TRACKING};
    for (int lines = 1; lines <= BT_PLATE_LINES && out->cap < wish; lines++) {
        struct bt_plate best;
        int r = break_evenly(text, sentence, lines, &best);
        if (r < 0)
            return r;
        if (!best.lines)
            continue;
        float rows = 1 + (float)(lines - 1) * LINE_LEADING + 2 * LINE_PAD_Y;
        float room = fminf(wide / (best.width + 2 * LINE_PAD_X), (high - 2) / rows);
        int cap = (int)fminf(floorf(room), (float)wish);
        if (cap >= LINE_READABLE && cap > out->cap) {
            set_cap(&best, cap);
            *out = best;
        }
    }
    return 0;
}

int bt_layout_disclosure(struct bt_text *text, const struct bt_view *v,
                         const struct bt_plate *label, struct bt_plate *line)
{
    if (!label->lines)
        return 0;
    float margin = margin_of(v, MARGIN);
    int label_h = label->rect.y1 - label->rect.y0;
    float label_w = (float)(label->rect.x1 - label->rect.x0) / v->x_scale;
    float gap = roundf(.35f * (float)label->cap);
    int wish = (int)fmaxf(roundf(LINE_HEIGHT * (float)label->cap), LINE_PLAIN);
    float below_y = margin + (float)label_h + gap, beside_x = margin + label_w + gap;
    char whole[256];
    snprintf(whole, sizeof(whole), "%s" SIGNED, v->words->line);
    const char *const sentences[] = {whole, v->words->brief};
    for (int i = 0; i < 2; i++) {
        struct bt_plate below, beside;
        int r = fit_sentence(text, sentences[i], v->wide - 2 * margin,
                             (float)v->height - below_y - margin, wish, &below);
        if (r >= 0)
            r = fit_sentence(text, sentences[i], v->wide - beside_x - margin,
                             (float)v->height - 2 * margin, wish, &beside);
        if (r < 0)
            return r;
        if (!below.cap && !beside.cap)
            continue;
        bool down = below.cap >= beside.cap;
        *line = down ? below : beside;
        place(v, line, down ? margin : beside_x, down ? below_y : margin);
        return 1;
    }
    return 0;
}
