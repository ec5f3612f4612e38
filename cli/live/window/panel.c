// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <string.h>

#include "live/window/window.h"

static bool hovers(const struct bt_window *w, enum bt_part part, int index)
{
    const bool open = w->dialog.open || w->help;
    return w->hover.part == part && w->hover.index == index && !open;
}

static int px(const struct bt_window *w, float size)
{
    return bt_px(w->scale, size);
}

static struct bt_box inset(struct bt_box box, int x, int y)
{
    return (struct bt_box){box.x + x, box.y + y, box.w - 2 * x, box.h - 2 * y};
}

// Buttons -------------------------------------------------------------------------------

// A button with its keys at the right.
static void draw_button(struct bt_window *w, struct bt_box box, int ground, int ink,
                        const char *text, const char *keys)
{
    struct bt_letters *l = w->canvas.letters;
    struct bt_box in = inset(box, px(w, 14), 0);
    bt_round(&w->canvas, box, px(w, 8), ground, 255);
    const int taken = bt_text_size(l, BT_SMALL, keys) + px(w, 10);
    bt_text_right(l, BT_SMALL, in, ink == BT_C_TEXT ? BT_C_DIM : ink, keys);
    in.w -= taken;
    bt_text_left(l, BT_STRONG, in, ink, text);
}

static void draw_air(struct bt_window *w)
{
    const bool hover = hovers(w, BT_PART_AIR, 0);
    const char *keys = bt_action_keys(BT_DO_AIR);
    const int raised = hover ? BT_C_HOVER : BT_C_RAISED;
    if (!w->job->output_count)
        draw_button(w, w->layout.air, BT_C_RAISED, BT_C_DIM, "Preview only", "");
    else if (w->on_air == BT_AIR_ON)
        draw_button(w, w->layout.air, BT_C_RED, BT_C_WHITE, "On air", keys);
    else if (w->on_air == BT_AIR_OFF)
        draw_button(w, w->layout.air, hover ? 0x86cbe4 : BT_C_ACCENT, BT_C_DARK,
                    "Go on air", keys);
    else
        draw_button(w, w->layout.air, raised, BT_C_TEXT,
                    w->on_air == BT_AIR_BEGINS ? "Going on air…" : "Ending…", "");
}

static void draw_tools(struct bt_window *w)
{
    static const enum bt_icon icons[BT_TOOL_COUNT] = {
        BT_ICON_VIEW, BT_ICON_MIRROR, BT_ICON_PHOTO, BT_ICON_GRAPH, BT_ICON_FULL,
        BT_ICON_HELP};
    const bool on[BT_TOOL_COUNT] = {w->view != 0, w->mirror, w->air.photo >= 0, w->graph,
                                    w->full, w->help};
    for (int i = 0; i < BT_TOOL_COUNT; i++) {
        const struct bt_box box = w->layout.tool[i];
        const bool hover = hovers(w, BT_PART_TOOL, i);
        bt_round(&w->canvas, box, px(w, 8), hover || on[i] ? BT_C_HOVER : BT_C_RAISED,
                 255);
        bt_draw_icon(&w->canvas, icons[i], inset(box, 0, (box.h - px(w, 22)) / 2),
                     on[i] ? BT_C_ACCENT : BT_C_TEXT);
    }
}

// What scrolls --------------------------------------------------------------------------

static void draw_heading(struct bt_window *w, enum bt_group group, const char *text)
{
    if (w->layout.group[group].w)
        bt_text_left(w->canvas.letters, BT_HEADING, w->layout.group[group], BT_C_DIM,
                     text);
}

static SDL_Texture *thumbnail(struct bt_window *w, int index)
{
    const struct bt_wardrobe_face *f = &w->face[index];
    if (w->thumbnail[index] || !f->thumbnail || f->size <= 0)
        return w->thumbnail[index];
    SDL_Texture *t = SDL_CreateTexture(w->renderer, SDL_PIXELFORMAT_RGB24,
                                       SDL_TEXTUREACCESS_STATIC, f->size, f->size);
    if (t) {
        SDL_UpdateTexture(t, NULL, f->thumbnail, 3 * f->size);
        SDL_SetTextureScaleMode(t, SDL_ScaleModeLinear);
    }
    return w->thumbnail[index] = t;
}

static void draw_number(struct bt_window *w, struct bt_box cell, int number)
{
    char text[4];
    const int side = px(w, 18);
    const struct bt_box badge = {cell.x + px(w, 3), cell.y + px(w, 3), side, side};
    snprintf(text, sizeof(text), "%d", number);
    bt_round(&w->canvas, badge, px(w, 5), BT_C_BLACK, 170);
    bt_text_centre(w->canvas.letters, BT_SMALL, badge, BT_C_WHITE, text);
}

static void draw_face(struct bt_window *w, int index)
{
    const struct bt_wardrobe_face *f = &w->face[index];
    const struct bt_box box = w->layout.face[index];
    const struct bt_box name = {box.x, box.y + box.h, box.w, w->layout.name_height};
    const bool failed = f->state == BT_FACE_FAILED;
    SDL_Texture *picture = thumbnail(w, index);
    const int ring = px(w, 3);
    if (f->worn || hovers(w, BT_PART_FACE, index))
        bt_round(&w->canvas, inset(box, -ring, -ring), px(w, 6),
                 f->worn ? BT_C_ACCENT : BT_C_HOVER, 255);
    bt_round(&w->canvas, box, px(w, 7), BT_C_RAISED, 255);
    if (picture) {
        const SDL_Rect to = {box.x, box.y, box.w, box.h};
        SDL_RenderCopy(w->renderer, picture, NULL, &to);
    } else if (failed) {
        bt_draw_icon(&w->canvas, BT_ICON_CROSS, inset(box, box.w / 3, box.h / 3),
                     BT_C_RED);
    } else {
        bt_spinner(&w->canvas, box.x + box.w / 2, box.y + box.h / 2, box.w / 5,
                   SDL_GetTicks());
    }
    if (index < BT_WARDROBE_KEYS)
        draw_number(w, box, index + 1);
    bt_text_centre(w->canvas.letters, BT_SMALL, name,
                   failed ? BT_C_RED : f->worn ? BT_C_TEXT : BT_C_DIM, f->name);
}

static void draw_drop(struct bt_window *w)
{
    const struct bt_box box = w->layout.drop;
    const struct bt_box name = {box.x, box.y + box.h, box.w, w->layout.name_height};
    const bool hover = hovers(w, BT_PART_DROP, 0);
    bt_round(&w->canvas, box, px(w, 7), hover ? BT_C_HOVER : BT_C_LINE, 255);
    bt_round(&w->canvas, inset(box, 1, 1), px(w, 6), BT_C_PANEL, 255);
    bt_draw_icon(&w->canvas, BT_ICON_PLUS, inset(box, box.w / 3, box.h / 3), BT_C_DIM);
    bt_text_centre(w->canvas.letters, BT_SMALL, name, BT_C_DIM, "drop");
}

static void draw_slider(struct bt_window *w, int index)
{
    const struct bt_slider *s = &w->slider[index];
    struct bt_box box = w->layout.slider[index];
    const struct bt_box track = w->layout.track[index];
    const bool hover = hovers(w, BT_PART_SLIDER, index) || w->dragged == index;
    char text[24];
    box.h = track.y - box.y;
    snprintf(text, sizeof(text), "%.2f", (double)s->value);
    bt_text_right(w->canvas.letters, BT_SMALL, box, BT_C_DIM, text);
    bt_text_left(w->canvas.letters, BT_BODY, box, BT_C_TEXT, s->label);
    const float range = (float)(s->row->max - s->row->min);
    const float share = range > 0 ? (s->value - (float)s->row->min) / range : 0;
    const int middle = track.y + track.h / 2, thick = px(w, 4), knob = px(w, 8);
    const int at = track.x + (int)lrintf(share * (float)track.w);
    bt_round(&w->canvas, (struct bt_box){track.x, middle - thick / 2, track.w, thick},
             thick / 2, BT_C_RAISED, 255);
    const struct bt_box filled = {track.x, middle - thick / 2, at - track.x, thick};
    bt_round(&w->canvas, filled, thick / 2, BT_C_ACCENT, 255);
    const int x = at < track.x + knob ? track.x + knob
                : at > track.x + track.w - knob ? track.x + track.w - knob : at;
    bt_disc(&w->canvas, x, middle, knob, hover ? BT_C_WHITE : BT_C_TEXT, 255);
}

static void draw_outputs(struct bt_window *w)
{
    struct bt_letters *l = w->canvas.letters;
    for (int i = 0; i < w->job->output_count; i++) {
        const struct bt_output_row *row = &w->output[i];
        const struct bt_box box = w->layout.output[i];
        const int dot = px(w, 4), indent = px(w, 16);
        struct bt_box line = {box.x + indent, box.y, box.w - indent, box.h / 2};
        bt_disc(&w->canvas, box.x + dot, line.y + line.h / 2, dot, row->colour, 255);
        bt_text_left(l, BT_BODY, line, BT_C_TEXT, row->name);
        line.y += line.h;
        bt_text_left(l, BT_SMALL, line, row->colour == BT_C_AMBER ? BT_C_AMBER : BT_C_DIM,
                     row->state);
    }
    if (!w->job->output_count)
        bt_text_lines(l, BT_SMALL, w->layout.output[0], px(w, 18), BT_C_DIM,
                      "None: -o OUTPUT or --virtual-camera says where it goes.");
}

static void draw_input(struct bt_window *w)
{
    struct bt_letters *l = w->canvas.letters;
    const int line = px(w, 18);
    struct bt_box box = w->layout.input;
    const int lines = bt_text_lines(l, BT_SMALL, box, line, -1, w->info.source);
    bt_text_lines(l, BT_SMALL, box, line, BT_C_DIM, w->info.source);
    box.y += lines * line;
    box.h -= lines * line;
    if (w->info.source_error[0])
        bt_text_lines(l, BT_SMALL, box, line, BT_C_AMBER, w->info.source_error);
}

static void draw_scroll(struct bt_window *w)
{
    const struct bt_box body = w->layout.body;
    if (w->layout.content <= body.h || body.h <= 0)
        return;
    const int width = px(w, 4), height = body.h * body.h / w->layout.content;
    const int room = w->layout.content - body.h;
    const int y = body.y + (body.h - height) * w->layout.scroll / room;
    bt_round(&w->canvas, (struct bt_box){body.x + body.w - 2 * width, y, width, height},
             width / 2, BT_C_HOVER, 255);
}

static void draw_body(struct bt_window *w)
{
    const struct bt_box body = w->layout.body;
    const SDL_Rect clip = {body.x, body.y, body.w, body.h};
    SDL_RenderSetClipRect(w->renderer, &clip);
    draw_heading(w, BT_GROUP_FACES, "FACES");
    for (int i = 0; i < w->face_count; i++)
        draw_face(w, i);
    draw_drop(w);
    draw_heading(w, BT_GROUP_LOOK, "LOOK");
    for (int i = 0; i < w->slider_count; i++)
        draw_slider(w, i);
    draw_heading(w, BT_GROUP_OUTPUTS, "OUTPUTS");
    draw_outputs(w);
    draw_heading(w, BT_GROUP_INPUT, "INPUT");
    draw_input(w);
    draw_scroll(w);
    SDL_RenderSetClipRect(w->renderer, NULL);
}

void bt_draw_panel(struct bt_window *w)
{
    const struct bt_box panel = w->layout.panel, voice = w->layout.voice;
    if (!panel.w)
        return;
    bt_fill(&w->canvas, panel, BT_C_PANEL, 255);
    draw_air(w);
    const bool hover = hovers(w, BT_PART_COVER, 0), covered = w->job->covered;
    draw_button(w, w->layout.cover,
                covered ? BT_C_RED : hover ? BT_C_HOVER : BT_C_RAISED,
                covered ? BT_C_WHITE : BT_C_TEXT,
                covered ? "Covered" : "Cover", bt_action_keys(BT_DO_COVER));
    draw_tools(w);
    draw_body(w);
    bt_fill(&w->canvas, (struct bt_box){panel.x, voice.y, panel.w, 1}, BT_C_LINE, 255);
    const int icon = px(w, 18), pad = w->layout.air.x - panel.x;
    const struct bt_box at = {voice.x + pad, voice.y, icon, voice.h};
    struct bt_box text = {at.x + icon + px(w, 8), voice.y, 0, voice.h};
    text.w = panel.x + panel.w - pad - text.x;
    bt_draw_icon(&w->canvas, BT_ICON_VOICE, inset(at, 0, (at.h - icon) / 2), BT_C_DIM);
    bt_text_left(w->canvas.letters, BT_SMALL, text, BT_C_DIM,
                 "Your voice is not changed.");
}

// Below the picture ---------------------------------------------------------------------

static int state_colour(enum bauta_live_state state)
{
    if (state == BAUTA_LIVE_SWAPPED)
        return BT_C_GREEN;
    const bool alarms = state == BAUTA_LIVE_PANIC || state == BAUTA_LIVE_PASSED;
    return alarms ? BT_C_RED : BT_C_AMBER;
}

void bt_draw_status(struct bt_window *w)
{
    struct bt_letters *l = w->canvas.letters;
    const struct bt_box box = w->layout.status;
    if (!box.w)
        return;
    char text[256];
    const bool on = w->on_air == BT_AIR_ON;
    const char *badge = on ? "ON AIR" : "PREVIEW";
    bt_fill(&w->canvas, box, BT_C_PANEL, 255);
    struct bt_box line = inset(box, px(w, 12), 0);
    const struct bt_box chip = {line.x, box.y + (box.h - px(w, 22)) / 2,
                                bt_text_size(l, BT_HEADING, badge) + px(w, 16),
                                px(w, 22)};
    bt_round(&w->canvas, chip, px(w, 5), on ? BT_C_RED : BT_C_RAISED, 255);
    bt_text_centre(l, BT_HEADING, chip, on ? BT_C_WHITE : BT_C_DIM, badge);
    line.x += chip.w + px(w, 14);
    line.w -= chip.w + px(w, 14);

    snprintf(text, sizeof(text), "%.0f fps   %.0f ms", w->info.fps_out,
             w->info.latency_p50);
    const int taken = bt_text_size(l, BT_SMALL, text);
    const enum bauta_live_state state =
        w->job->covered ? BAUTA_LIVE_PANIC : w->info.state;
    const char *words = bt_live_words(state);
    if (taken + px(w, 24) + bt_text_size(l, BT_BODY, words) + px(w, 18) <= line.w) {
        bt_text_right(l, BT_SMALL, line, BT_C_DIM, text);
        line.w -= taken + px(w, 24);
    }
    bt_disc(&w->canvas, line.x + px(w, 5), box.y + box.h / 2, px(w, 5),
            state_colour(state), 255);
    line.x += px(w, 18);
    line.w -= px(w, 18);
    if (w->info.source_error[0] && state != BAUTA_LIVE_PANIC)
        snprintf(text, sizeof(text), "%s (%s)", words, w->info.source_error);
    else
        snprintf(text, sizeof(text), "%s", words);
    bt_text_left(l, BT_BODY, line, BT_C_TEXT, text);
}
