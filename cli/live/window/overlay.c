// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "live/window/window.h"

static int px(const struct bt_window *w, float size)
{
    return bt_px(w->scale, size);
}

// Covered -------------------------------------------------------------------------------

// Drawn in place of the picture: what was on its way when the key was hit is not shown.
void bt_draw_covered(struct bt_window *w)
{
    struct bt_letters *l = w->canvas.letters;
    const struct bt_box box = w->layout.picture;
    bt_fill(&w->canvas, box, 0x2a1114, 255);
    const int tall = px(w, box.h < px(w, 300) ? 100 : 150);
    struct bt_box banner = {box.x, box.y + (box.h - tall) / 2, box.w, tall};
    bt_fill(&w->canvas, banner, BT_C_RED, 255);
    const int icon = px(w, 40);
    const bool wide = box.w > px(w, 360);
    const enum bt_style style = wide ? BT_BANNER : BT_TITLE;
    const int width = bt_text_size(l, style, "COVERED");
    const int left = box.x + (box.w - width - icon - px(w, 14)) / 2;
    struct bt_box line = {left + icon + px(w, 14), banner.y + (tall - px(w, 70)) / 2,
                          width + 2, px(w, 40)};
    bt_draw_icon(&w->canvas, BT_ICON_COVER, (struct bt_box){left, line.y, icon, icon},
                 BT_C_WHITE);
    bt_text_left(l, style, line, BT_C_WHITE, "COVERED");
    line = (struct bt_box){box.x + px(w, 8), line.y + line.h + px(w, 8),
                           box.w - px(w, 16), px(w, 22)};
    bt_text_centre(l, BT_BODY, line, BT_C_WHITE,
                   wide ? "Whoever watches sees a card. Space uncovers."
                        : "Space uncovers.");
}

// The graph -----------------------------------------------------------------------------

static void draw_graph(struct bt_window *w)
{
    struct bt_letters *l = w->canvas.letters;
    const struct bt_box box = w->layout.graph;
    if (!box.w || w->job->covered)
        return;
    bt_round(&w->canvas, box, px(w, 10), BT_C_GROUND, 225);
    const int pad = px(w, 12), row = px(w, 18);
    struct bt_box line = {box.x + pad, box.y + px(w, 8), box.w - 2 * pad, row};
    char text[96];
    snprintf(text, sizeof(text), "%.1f fps of %.1f", w->info.fps_out, w->info.fps_in);
    bt_text_left(l, BT_SMALL, line, BT_C_TEXT, text);
    snprintf(text, sizeof(text), "cpu %.0f %%", 100 * w->info.cpu);
    bt_text_right(l, BT_SMALL, line, BT_C_TEXT, text);
    line.y += row;
    snprintf(text, sizeof(text), "latency %.0f ms, p95 %.0f", w->info.latency_p50,
             w->info.latency_p95);
    bt_text_left(l, BT_SMALL, line, BT_C_TEXT, text);
    snprintf(text, sizeof(text), "%lld late", (long long)w->info.dropped);
    bt_text_right(l, BT_SMALL, line, BT_C_DIM, text);
    line.y += row;

    float most = 40;
    for (int i = 0; i < BT_AGES; i++)
        most = fmaxf(most, w->age[i]);
    most = fminf(most, 1000);
    const float last = w->age[(w->age_next + BT_AGES - 1) % BT_AGES];
    snprintf(text, sizeof(text), "to this window %.0f ms", (double)last);
    bt_text_left(l, BT_SMALL, line, BT_C_TEXT, text);
    snprintf(text, sizeof(text), "top %.0f", (double)most);
    bt_text_right(l, BT_SMALL, line, BT_C_DIM, text);
    const int top = line.y + row + px(w, 4), floor = box.y + box.h - px(w, 10);
    const int room = floor - top, width = box.w - 2 * pad;
    bt_fill(&w->canvas, (struct bt_box){box.x + pad, floor, width, 1}, BT_C_HOVER, 255);
    for (int x = 0; x < width; x++) {
        const float age = w->age[(w->age_next + x * BT_AGES / width) % BT_AGES];
        const int height = (int)lrintf(fminf(age / most, 1) * (float)room);
        bt_fill(&w->canvas, (struct bt_box){box.x + pad + x, floor - height, 1, height},
                age > 100 ? BT_C_AMBER : BT_C_ACCENT, 255);
    }
}

// A line that says something ------------------------------------------------------------

static void draw_warning(struct bt_window *w)
{
    const struct bt_box box = w->layout.warning;
    const int icon = px(w, 20), pad = px(w, 12);
    if (!box.w)
        return;
    bt_fill(&w->canvas, box, BT_C_AMBER, 255);
    bt_draw_icon(&w->canvas, BT_ICON_WARNING,
                 (struct bt_box){box.x + pad, box.y + (box.h - icon) / 2, icon, icon},
                 BT_C_BLACK);
    const struct bt_box text = {box.x + pad + icon + px(w, 8), box.y,
                                box.w - 2 * pad - icon - px(w, 8), box.h};
    static const char whole[] = "lost=pass: where no face is found, the picture leaves "
                                "as it is";
    const bool fits = bt_text_size(w->canvas.letters, BT_STRONG, whole) <= text.w;
    bt_text_left(w->canvas.letters, BT_STRONG, text, BT_C_BLACK,
                 fits ? whole : "lost=pass: the real face may leave");
}

static void draw_note(struct bt_window *w)
{
    const struct bt_box picture = w->layout.picture;
    if (!w->note[0])
        return;
    const int pad = px(w, 14), line = px(w, 20);
    int width = bt_text_size(w->canvas.letters, BT_BODY, w->note);
    const int most = picture.w - 2 * pad - px(w, 24);
    const int lines = width > most ? 2 : 1;
    width = width > most ? most : width;
    const struct bt_box graph = w->layout.graph;
    const int below = graph.w ? graph.y : picture.y + picture.h;
    const struct bt_box box = {picture.x + (picture.w - width) / 2 - pad,
                               below - px(w, 32) - lines * line,
                               width + 2 * pad, lines * line + px(w, 16)};
    bt_round(&w->canvas, box, px(w, 10), BT_C_RAISED, 245);
    bt_round(&w->canvas, (struct bt_box){box.x, box.y + px(w, 10), px(w, 3),
                                         box.h - px(w, 20)}, 1, w->note_colour, 255);
    const struct bt_box in = {box.x + pad, box.y + px(w, 8), width + 2, lines * line};
    bt_text_lines(w->canvas.letters, BT_BODY, in, line, BT_C_TEXT, w->note);
}

static const char *tip_text(struct bt_window *w, char *text, size_t size)
{
    static const enum bt_action tools[BT_TOOL_COUNT] = {
        BT_DO_VIEW, BT_DO_MIRROR, BT_DO_PHOTO, BT_DO_GRAPH, BT_DO_FULL, BT_DO_HELP};
    const int i = w->hover.index;
    const struct bt_wardrobe_face *f = &w->face[i < w->face_count ? i : 0];
    switch (w->hover.part) {
    case BT_PART_TOOL:
        for (const struct bt_binding *b = bt_bindings; b->shown; b++) {
            if (b->action == tools[i])
                snprintf(text, size, "%s: %s", b->shown, b->text);
        }
        return text;
    case BT_PART_FACE:
        if (i >= w->face_count)
            return NULL;
        snprintf(text, size, "%s: %s", f->name,
                 f->state == BT_FACE_FAILED ? bauta_strerror(f->error)
                 : f->state == BT_FACE_WAITS ? "is being prepared"
                                             : f->consent);
        return text;
    case BT_PART_DROP: return "Drop a photo on this window to put it on.";
    case BT_PART_SLIDER: return i < w->slider_count ? w->slider[i].row->help : NULL;
    case BT_PART_AIR:
        return w->job->output_count ? NULL
               : "Nothing leaves: -o OUTPUT or --virtual-camera says where it goes.";
    default: return NULL;
    }
}

static void draw_tip(struct bt_window *w)
{
    char text[256] = "";
    const char *tip = w->dialog.open || w->help || w->dragged >= 0
                      ? NULL : tip_text(w, text, sizeof(text));
    if (!tip || !*tip)
        return;
    int width = 0, height = 0;
    SDL_GetRendererOutputSize(w->renderer, &width, &height);
    const int pad = px(w, 10), line = px(w, 17), most = px(w, 260);
    struct bt_letters *l = w->canvas.letters;
    struct bt_box in = {0, 0, bt_text_size(l, BT_SMALL, tip) + 2, 1000};
    in.w = in.w > most ? most : in.w;
    const int lines = bt_text_lines(l, BT_SMALL, in, line, -1, tip);
    struct bt_box box = {w->pointer_x - in.w - 2 * pad, w->pointer_y + px(w, 18),
                         in.w + 2 * pad, lines * line + px(w, 12)};
    if (box.y + box.h > height)
        box.y = w->pointer_y - box.h - px(w, 8);
    box.x = box.x < pad ? pad : box.x;
    bt_round(&w->canvas, box, px(w, 6), 0x3a4352, 255);
    in.x = box.x + pad;
    in.y = box.y + px(w, 6);
    in.h = lines * line;
    bt_text_lines(l, BT_SMALL, in, line, BT_C_TEXT, tip);
}

// What lies above everything ------------------------------------------------------------

static void draw_sheet(struct bt_window *w, struct bt_box box)
{
    int width = 0, height = 0;
    SDL_GetRendererOutputSize(w->renderer, &width, &height);
    bt_fill(&w->canvas, (struct bt_box){0, 0, width, height}, BT_C_BLACK, 150);
    bt_round(&w->canvas, box, px(w, 12), BT_C_PANEL, 255);
}

static void draw_help(struct bt_window *w)
{
    int width = 0, height = 0, rows = 0;
    struct bt_letters *l = w->canvas.letters;
    struct bt_help_layout at;
    SDL_GetRendererOutputSize(w->renderer, &width, &height);
    while (bt_bindings[rows].shown)
        rows++;
    bt_layout_help(width, height, w->scale, rows, &at);
    draw_sheet(w, at.box);
    bt_text_left(l, BT_TITLE, at.title, BT_C_TEXT, "Keys");
    for (int i = 0; i < rows && i < BT_HELP_ROWS; i++) {
        bt_text_left(l, BT_STRONG, at.key[i], BT_C_ACCENT, bt_bindings[i].shown);
        bt_text_left(l, BT_BODY, at.text[i], BT_C_TEXT, bt_bindings[i].text);
    }
    bt_text_left(l, BT_SMALL, at.note, BT_C_DIM,
                 "Every picture that leaves is labelled. The voice is not changed.");
}

static void draw_row(struct bt_window *w, struct bt_box box, int index)
{
    struct bt_letters *l = w->canvas.letters;
    const bool on = (int)w->dialog.ground == index;
    const bool hover = bt_inside(box, w->pointer_x, w->pointer_y);
    bt_round(&w->canvas, box, px(w, 8), on || hover ? BT_C_HOVER : BT_C_RAISED, 255);
    const int radius = px(w, 8), x = box.x + px(w, 20), y = box.y + box.h / 2;
    bt_disc(&w->canvas, x, y, radius, on ? BT_C_ACCENT : BT_C_DIM, 255);
    bt_disc(&w->canvas, x, y, radius - px(w, 2), BT_C_RAISED, 255);
    if (on)
        bt_disc(&w->canvas, x, y, radius - px(w, 4), BT_C_ACCENT, 255);
    const int indent = px(w, 40);
    struct bt_box text = {box.x + indent, box.y, box.w - indent - px(w, 12), box.h};
    bt_text_right(l, BT_SMALL, text, BT_C_DIM, bt_grounds[index].name);
    text.w -= px(w, 70);
    bt_text_left(l, BT_BODY, text, BT_C_TEXT, bt_grounds[index].text);
}

static void draw_field(struct bt_window *w, const struct bt_dialog_layout *at)
{
    struct bt_letters *l = w->canvas.letters;
    const struct bt_box f = at->field;
    if (!f.w)
        return;
    bt_text_left(l, BT_SMALL, at->asked, BT_C_DIM, bt_grounds[w->dialog.ground].asked);
    bt_round(&w->canvas, f, px(w, 6), BT_C_ACCENT, 255);
    bt_round(&w->canvas, (struct bt_box){f.x + 1, f.y + 1, f.w - 2, f.h - 2}, px(w, 5),
             BT_C_GROUND, 255);
    // The end of what was typed is what is seen.
    const struct bt_box in = {f.x + px(w, 10), f.y, f.w - px(w, 24), f.h};
    const char *text = w->dialog.reference;
    while (*text && bt_text_size(l, BT_BODY, text) > in.w)
        do
            text++;
        while (((unsigned char)*text & 0xc0) == 0x80);
    const int width = bt_text_left(l, BT_BODY, in, BT_C_TEXT, text);
    if (SDL_GetTicks() / 500 % 2 == 0)
        bt_fill(&w->canvas, (struct bt_box){in.x + width + 1, f.y + px(w, 8), px(w, 2),
                                            f.h - px(w, 16)}, BT_C_ACCENT, 255);
}

static void draw_dialog(struct bt_window *w)
{
    struct bt_letters *l = w->canvas.letters;
    struct bt_dialog_layout at;
    char consent[160];
    int width = 0, height = 0;
    const enum bt_ground ground = w->dialog.ground;
    const bool ready = bt_dialog_consent(&w->dialog, consent, sizeof(consent)) != NULL;
    SDL_GetRendererOutputSize(w->renderer, &width, &height);
    bt_layout_dialog(width, height, w->scale,
                     ground != BT_GROUND_NONE && bt_grounds[ground].reference, &at);
    draw_sheet(w, at.box);
    bt_text_left(l, BT_TITLE, at.title, BT_C_TEXT, "Whose face is this?");
    const char *slash = strrchr(w->dialog.path, '/');
    bt_text_left(l, BT_SMALL, at.path, BT_C_DIM, slash ? slash + 1 : w->dialog.path);
    for (int i = 0; i < BT_GROUND_COUNT; i++)
        draw_row(w, at.row[i], i);
    draw_field(w, &at);
    bt_round(&w->canvas, at.cancel, px(w, 8), BT_C_RAISED, 255);
    bt_text_centre(l, BT_STRONG, at.cancel, BT_C_TEXT, "Cancel");
    bt_round(&w->canvas, at.accept, px(w, 8), ready ? BT_C_ACCENT : BT_C_RAISED, 255);
    bt_text_centre(l, BT_STRONG, at.accept, ready ? BT_C_DARK : BT_C_DIM, "Put it on");
}

void bt_draw_overlays(struct bt_window *w)
{
    draw_warning(w);
    draw_graph(w);
    draw_note(w);
    draw_tip(w);
    if (w->help)
        draw_help(w);
    if (w->dialog.open)
        draw_dialog(w);
}
