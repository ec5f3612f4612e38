// SPDX-License-Identifier: Apache-2.0
#include <math.h>

#include <bauta/error.h>

#include "base/alloc.h"
#include "base/log.h"
#include "mark/impl.h"
#include "mark/layout.h"
#include "mark/overlay.h"

#define PLATE_ALPHA .7f
#define EDGE_ALPHA .85f
#define OUTLINE .13f          // in capital heights
#define CORNER .55f           // in capital heights

static const float plate_grey = 12, edge_grey = 0, text_grey = 255;

struct label {
    struct bt_overlay word, line;
    bool has_line;
    double since;             // when the disclosure was first shown
    double end;               // above 0: the label is seen at the opening and at this end
    const _Atomic int64_t *cut_us;   // or at that one, where it is above 0; or NULL
};

// How much of a pixel lies inside of a rounded rectangle of half size w, h; x and y are
// counted from its centre. All lengths are display units.
static float inside(float x, float y, float w, float h, float radius)
{
    float dx = fabsf(x) - w + radius, dy = fabsf(y) - h + radius;
    float out = hypotf(fmaxf(dx, 0), fmaxf(dy, 0)) + fminf(fmaxf(dx, dy), 0) - radius;
    return fminf(fmaxf(.5f - out, 0), 1);
}

// Lays grey with opacity a over a pixel of straight alpha.
static void lay(float *grey, float *alpha, float over, float a)
{
    float sum = a + *alpha * (1 - a);
    if (sum > 0)
        *grey = (over * a + *grey * *alpha * (1 - a)) / sum;
    *alpha = sum;
}

static void compose(const struct bt_plate *p, float x_scale, const struct bt_ink *fill,
                    const struct bt_ink *edge, uint8_t *rgba)
{
    float half_w = (float)fill->width / x_scale / 2, half_h = (float)fill->height / 2;
    float radius = fminf(CORNER * (float)p->cap, fminf(half_w, half_h));
    size_t i = 0;
    for (int y = 0; y < fill->height; y++) {
        for (int x = 0; x < fill->width; x++, i++) {
            float px = ((float)x + .5f) / x_scale - half_w, py = (float)y + .5f - half_h;
            float grey = plate_grey;
            float alpha = PLATE_ALPHA * inside(px, py, half_w, half_h, radius);
            lay(&grey, &alpha, edge_grey, EDGE_ALPHA * edge->data[i] / 255.f);
            lay(&grey, &alpha, text_grey, fill->data[i] / 255.f);
            rgba[i * 4] = rgba[i * 4 + 1] = rgba[i * 4 + 2] = (uint8_t)lrintf(grey);
            rgba[i * 4 + 3] = (uint8_t)lrintf(alpha * 255);
        }
    }
}

// Light and dark in turn, opaque: what is left of a label where no letter fits.
static void compose_band(int width, int height, uint8_t *rgba)
{
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++, rgba += 4) {
            rgba[0] = rgba[1] = rgba[2] =
                (uint8_t)((x + y) & 1 ? plate_grey : text_grey);
            rgba[3] = 255;
        }
    }
}

static int draw(struct bt_text *text, const struct bt_plate *p, float x_scale,
                const struct bt_format *format, struct bt_overlay *overlay)
{
    int w = p->rect.x1 - p->rect.x0, h = p->rect.y1 - p->rect.y0;
    size_t size = (size_t)w * (size_t)h;
    struct bt_ink fill = {bt_zalloc(size), w, h}, edge = {bt_zalloc(size), w, h};
    uint8_t *rgba = bt_alloc_array(size, 4);
    int r = BAUTA_E_NO_MEMORY;
    if (!fill.data || !edge.data || !rgba)
        goto end;
    struct bt_text_style style = {(float)p->cap, x_scale, p->tracking, OUTLINE};
    for (int i = 0; i < p->lines; i++) {
        r = bt_text_draw(text, &style, p->line[i], (float)p->pad_x * x_scale,
                         p->pad_y + p->cap + i * p->leading, &fill, &edge);
        if (r < 0)
            goto end;
    }
    if (p->lines)
        compose(p, x_scale, &fill, &edge, rgba);
    else
        compose_band(w, h, rgba);
    r = bt_overlay_make(overlay, format, rgba, p->rect);
end:
    bt_free(fill.data);
    bt_free(edge.data);
    bt_free(rgba);
    return r;
}

static void label_close(void **priv)
{
    struct label *l = *priv;
    if (!l)
        return;
    bt_overlay_finish(&l->word);
    bt_overlay_finish(&l->line);
    bt_freep(priv);
}

static int open_line(struct label *l, struct bt_text *text, const struct bt_view *view,
                     const struct bt_plate *word, const struct bt_format *format)
{
    struct bt_plate line;
    int r = bt_layout_disclosure(text, view, word, &line);
    if (r < 0)
        return r;
    if (!r) {
        bt_warn("a picture of %dx%d has no room for the line of disclosure: it carries "
                "the label alone", format->width, format->height);
        return 0;
    }
    r = draw(text, &line, view->x_scale, format, &l->line);
    l->has_line = r >= 0;
    return r;
}

static int label_open(void **priv, const struct bt_format *format,
                      const struct bt_mark_options *options)
{
    struct bt_text *text = NULL;
    struct label *l = bt_zalloc(sizeof(*l));
    int r = BAUTA_E_NO_MEMORY;
    if (!l)
        goto fail;
    r = bt_text_open(&text);
    if (r < 0)
        goto fail;
    struct bt_view view = bt_view_of(format, options);
    struct bt_plate word;
    r = bt_layout_label(text, &view, options->label_size, &word);
    if (r < 0)
        goto fail;
    r = draw(text, &word, view.x_scale, format, &l->word);
    if (r < 0)
        goto fail;
    if (!format->still)
        r = open_line(l, text, &view, &word, format);
    if (r < 0)
        goto fail;
    l->end = options->label == BT_LABEL_OPENING && !format->still && !format->live
                 ? options->end : 0;
    l->cut_us = options->cut_us;
    bt_text_close(&text);
    *priv = l;
    return 0;
fail:
    if (r == BAUTA_E_NO_MEMORY)
        bt_error("no memory for the label of a %dx%d picture", format->width,
                 format->height);
    bt_text_close(&text);
    void *half = l;
    label_close(&half);
    return r;
}

static int label_apply(void *priv, struct bauta_frame *frame,
                       const struct bt_mark_moment *when)
{
    struct label *l = priv;
    if (when->gap)
        l->since = when->seconds;
    const bool opens = when->seconds - l->since < BT_LABEL_SECONDS;
    const double cut = l->cut_us ? (double)atomic_load(l->cut_us) / 1e6 : 0;
    const double end = cut > 0 && cut < l->end ? cut : l->end;
    const bool ends = l->end > 0 && when->seconds >= end - BT_LABEL_SECONDS;
    if (l->end > 0 && !opens && !ends)
        return 0;
    bt_overlay_blend(&l->word, frame);
    if (l->has_line && (opens || ends))
        bt_overlay_blend(&l->line, frame);
    return 0;
}

const struct bt_mark_impl bt_mark_label = {
    .name = "label",
    .open = label_open,
    .apply = label_apply,
    .close = label_close,
};
