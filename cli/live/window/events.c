// SPDX-License-Identifier: Apache-2.0
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "live/window/window.h"

enum { NOTE_MS = 4000, ZOOM_STEPS = 6 };

void bt_window_note(struct bt_window *w, int colour, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    vsnprintf(w->note, sizeof(w->note), format, list);
    va_end(list);
    w->note_colour = colour;
    w->note_until = SDL_GetTicks() + NOTE_MS;
    w->dirty = true;
}

// What is done --------------------------------------------------------------------------

static void wear(struct bt_window *w, int index)
{
    struct bt_wardrobe_face face;
    if (bt_wardrobe_get(w->job->wardrobe, index, &face) < 0) {
        bt_window_note(w, BT_C_AMBER, "There is no face %d: drop a photo, or see bauta "
                       "face add.", index + 1);
        return;
    }
    const int result = bt_wardrobe_wear(w->job->wardrobe, index);
    if (result < 0)
        bt_window_note(w, BT_C_RED, "%s: %s", face.name, bauta_strerror(result));
    else if (face.state == BT_FACE_WAITS)
        bt_window_note(w, BT_C_ACCENT, "%s is put on as soon as it is ready", face.name);
}

static void next_view(struct bt_window *w)
{
    static const char *const views[] = {"plain", "side", "landmarks", "mask"};
    const int next = (w->view + 1) % 4;
    if (bauta_set(w->job->engine, "watch-view", views[next]) >= 0)
        w->view = next;
}

static void turn_mirror(struct bt_window *w)
{
    if (bauta_set(w->job->engine, "watch-mirror", w->mirror ? "no" : "yes") >= 0)
        w->mirror = !w->mirror;
}

static void cover(struct bt_window *w)
{
    bt_live_cover(w->job, !w->job->covered);
    bt_picture_hide(&w->picture);
}

static void go_on_air(struct bt_window *w)
{
    if (!w->job->output_count)
        bt_window_note(w, BT_C_AMBER, "There is no output: -o OUTPUT or --virtual-camera "
                       "says where it goes.");
    bt_air_toggle(&w->air);
}

static void take_photo(struct bt_window *w)
{
    char text[1200];
    const int result = bt_air_photo(&w->air, text, sizeof(text));
    if (result < 0 && result != BAUTA_E_AGAIN)
        bt_window_note(w, BT_C_RED, "%s", text);
}

static void turn_full(struct bt_window *w)
{
    const bool full = !w->full;
    if (SDL_SetWindowFullscreen(w->window, full ? SDL_WINDOW_FULLSCREEN_DESKTOP : 0)) {
        bt_window_note(w, BT_C_AMBER, "full screen: %s", SDL_GetError());
        return;
    }
    w->full = full;
    w->panel = !full;
}

static void zoom(struct bt_window *w, int by)
{
    const float step = powf(2, .25f), most = powf(step, ZOOM_STEPS);
    w->zoom = fminf(fmaxf(w->zoom * (by > 0 ? step : 1 / step), 1 / most), most);
}

static void go_back(struct bt_window *w)
{
    if (w->help)
        w->help = false;
    else if (w->full)
        turn_full(w);
}

void bt_window_do(struct bt_window *w, enum bt_action action, int face)
{
    switch (action) {
    case BT_DO_AIR: go_on_air(w); break;
    case BT_DO_COVER: cover(w); break;
    case BT_DO_FACE: wear(w, face); break;
    case BT_DO_VIEW: next_view(w); break;
    case BT_DO_MIRROR: turn_mirror(w); break;
    case BT_DO_PHOTO: take_photo(w); break;
    case BT_DO_GRAPH: w->graph = !w->graph; break;
    case BT_DO_FULL: turn_full(w); break;
    case BT_DO_PANEL: w->panel = !w->panel; break;
    case BT_DO_LARGER: zoom(w, 1); break;
    case BT_DO_SMALLER: zoom(w, -1); break;
    case BT_DO_HELP: w->help = !w->help; break;
    case BT_DO_BACK: go_back(w); break;
    case BT_DO_QUIT: bauta_stop(w->job->engine); break;
    case BT_DO_NOTHING: return;
    }
    w->dirty = true;
}

// The dialog ----------------------------------------------------------------------------

static void close_dialog(struct bt_window *w)
{
    w->dialog.open = false;
    SDL_StopTextInput();
    w->dirty = true;
}

static void accept_dialog(struct bt_window *w)
{
    char consent[160];
    if (!bt_dialog_consent(&w->dialog, consent, sizeof(consent)))
        return;
    const int index = bt_wardrobe_add(w->job->wardrobe, w->dialog.path, consent);
    if (index < 0)
        bt_window_note(w, BT_C_RED, "%s: %s", w->dialog.path, bauta_strerror(index));
    close_dialog(w);
}

static void drop_photo(struct bt_window *w, const char *path)
{
    if (!bt_dialog_open(&w->dialog, path)) {
        bt_window_note(w, BT_C_AMBER, "One photo after the other.");
        return;
    }
    w->help = false;
    SDL_StartTextInput();
    SDL_RaiseWindow(w->window);
    w->dirty = true;
}

static void dialog_key(struct bt_window *w, int key)
{
    switch (key) {
    case BT_KEY_ESCAPE: close_dialog(w); break;
    case BT_KEY_ENTER: accept_dialog(w); break;
    case BT_KEY_UP: bt_dialog_move(&w->dialog, -1); break;
    case BT_KEY_DOWN:
    case BT_KEY_TAB: bt_dialog_move(&w->dialog, 1); break;
    case BT_KEY_ERASE: bt_dialog_erase(&w->dialog); break;
    default: break;
    }
    w->dirty = true;
}

static void dialog_click(struct bt_window *w, int x, int y)
{
    struct bt_dialog_layout at;
    int width = 0, height = 0;
    const enum bt_ground ground = w->dialog.ground;
    SDL_GetRendererOutputSize(w->renderer, &width, &height);
    bt_layout_dialog(width, height, w->scale,
                     ground != BT_GROUND_NONE && bt_grounds[ground].reference, &at);
    for (int i = 0; i < BT_GROUND_COUNT; i++) {
        if (bt_inside(at.row[i], x, y))
            w->dialog.ground = (enum bt_ground)i;
    }
    if (bt_inside(at.cancel, x, y))
        close_dialog(w);
    else if (bt_inside(at.accept, x, y))
        accept_dialog(w);
    w->dirty = true;
}

// Keys ----------------------------------------------------------------------------------

static int key_of(const SDL_Keysym *sym)
{
    // Digits stand where they are on every layout.
    if (sym->scancode >= SDL_SCANCODE_1 && sym->scancode <= SDL_SCANCODE_9)
        return '1' + (int)(sym->scancode - SDL_SCANCODE_1);
    if (sym->sym >= SDLK_KP_1 && sym->sym <= SDLK_KP_9)
        return '1' + (int)(sym->sym - SDLK_KP_1);
    switch (sym->sym) {
    case SDLK_KP_ENTER: return BT_KEY_ENTER;
    case SDLK_KP_PLUS: return '+';
    case SDLK_KP_MINUS: return '-';
    case SDLK_UP: return BT_KEY_UP;
    case SDLK_DOWN: return BT_KEY_DOWN;
    case SDLK_F1: return BT_KEY_F1;
    case SDLK_F11: return BT_KEY_F11;
    default: return sym->sym > 0 && sym->sym < 128 ? (int)sym->sym : 0;
    }
}

static void take_key(struct bt_window *w, const SDL_KeyboardEvent *event)
{
    int face = 0;
    const int key = key_of(&event->keysym);
    // The panic key acts whatever else is open, but where it is a letter of a reference.
    const bool writes = w->dialog.open && w->dialog.ground != BT_GROUND_NONE &&
                        bt_grounds[w->dialog.ground].reference;
    if (event->repeat && !(w->dialog.open && key == BT_KEY_ERASE))
        return;
    if (event->keysym.mod & KMOD_CTRL && (key == 'q' || key == 'w'))
        bt_window_do(w, BT_DO_QUIT, 0);
    if (event->keysym.mod & (KMOD_CTRL | KMOD_ALT | KMOD_GUI))
        return;
    const enum bt_action action = bt_action_of(key, &face);
    if (w->dialog.open && (key != ' ' || writes))
        dialog_key(w, key);
    else
        bt_window_do(w, action, face);
}

// The pointer ---------------------------------------------------------------------------

static void set_slider(struct bt_window *w, int index, float value)
{
    struct bt_slider *s = &w->slider[index];
    char text[32];
    // Steps of a hundredth; a number's point is a point in every locale.
    const int hundredths = (int)lrintf(100 * value);
    snprintf(text, sizeof(text), "%d.%02d", hundredths / 100, hundredths % 100);
    if (bauta_set(w->job->engine, s->row->name, text) >= 0)
        s->value = (float)hundredths / 100;
    w->dirty = true;
}

static void drag(struct bt_window *w, int x)
{
    const struct bt_slider *s = &w->slider[w->dragged];
    const float share = bt_slider_share(w->layout.track[w->dragged], x);
    set_slider(w, w->dragged,
               (float)s->row->min + share * (float)(s->row->max - s->row->min));
}

static void click_tool(struct bt_window *w, int tool)
{
    static const enum bt_action actions[BT_TOOL_COUNT] = {
        BT_DO_VIEW, BT_DO_MIRROR, BT_DO_PHOTO, BT_DO_GRAPH, BT_DO_FULL, BT_DO_HELP};
    bt_window_do(w, actions[tool], 0);
}

static void click(struct bt_window *w, const SDL_MouseButtonEvent *event)
{
    const int x = w->pointer_x, y = w->pointer_y;
    const struct bt_hit hit = bt_layout_hit(&w->layout, x, y);
    if (w->dialog.open) {
        dialog_click(w, x, y);
        return;
    }
    if (w->help) {
        bt_window_do(w, BT_DO_HELP, 0);
        return;
    }
    if (hit.part == BT_PART_SLIDER && event->button == SDL_BUTTON_RIGHT) {
        const struct bauta_option *row = w->slider[hit.index].row;
        set_slider(w, hit.index, strtof(row->initial, NULL));
    }
    if (event->button != SDL_BUTTON_LEFT)
        return;
    switch (hit.part) {
    case BT_PART_AIR: bt_window_do(w, BT_DO_AIR, 0); break;
    case BT_PART_COVER: bt_window_do(w, BT_DO_COVER, 0); break;
    case BT_PART_TOOL: click_tool(w, hit.index); break;
    case BT_PART_FACE: bt_window_do(w, BT_DO_FACE, hit.index); break;
    case BT_PART_DROP:
        bt_window_note(w, BT_C_ACCENT, "Drop a photo on this window to put it on.");
        break;
    case BT_PART_SLIDER:
        w->dragged = hit.index;
        drag(w, x);
        break;
    case BT_PART_PICTURE:
        if (event->clicks == 2)
            bt_window_do(w, BT_DO_FULL, 0);
        break;
    default: break;
    }
}

// Where the pointer is, in pixels of the surface.
static void move_pointer(struct bt_window *w, int x, int y)
{
    int width = 0, height = 0, pixels_x = 0, pixels_y = 0;
    w->moved = SDL_GetTicks();
    SDL_GetWindowSize(w->window, &width, &height);
    SDL_GetRendererOutputSize(w->renderer, &pixels_x, &pixels_y);
    w->pointer_x = width > 0 ? x * pixels_x / width : x;
    w->pointer_y = height > 0 ? y * pixels_y / height : y;
    const struct bt_hit hit = bt_layout_hit(&w->layout, w->pointer_x, w->pointer_y);
    if (hit.part != w->hover.part || hit.index != w->hover.index || w->dialog.open)
        w->dirty = true;
    w->hover = hit;
    if (w->dragged >= 0)
        drag(w, w->pointer_x);
}

static void leave(struct bt_window *w)
{
    w->hover = (struct bt_hit){BT_PART_NONE, 0};
    w->pointer_x = w->pointer_y = -1;
    w->dirty = true;
}

static void take_window(struct bt_window *w, const SDL_WindowEvent *event)
{
    if (event->event == SDL_WINDOWEVENT_LEAVE)
        leave(w);
    else if (event->event == SDL_WINDOWEVENT_SIZE_CHANGED ||
             event->event == SDL_WINDOWEVENT_EXPOSED)
        w->dirty = true;
}

void bt_window_event(struct bt_window *w, const SDL_Event *event)
{
    switch (event->type) {
    case SDL_QUIT: bt_window_do(w, BT_DO_QUIT, 0); break;
    case SDL_KEYDOWN: take_key(w, &event->key); break;
    case SDL_TEXTINPUT:
        if (w->dialog.open)
            bt_dialog_type(&w->dialog, event->text.text);
        w->dirty = true;
        break;
    case SDL_MOUSEMOTION:
        // A button may have been let go of elsewhere.
        if (!(event->motion.state & SDL_BUTTON_LMASK))
            w->dragged = -1;
        move_pointer(w, event->motion.x, event->motion.y);
        break;
    case SDL_MOUSEBUTTONDOWN:
        w->dragged = -1;
        move_pointer(w, event->button.x, event->button.y);
        click(w, &event->button);
        break;
    case SDL_MOUSEBUTTONUP: w->dragged = -1; break;
    case SDL_MOUSEWHEEL:
        w->scroll = w->layout.scroll - event->wheel.y * bt_px(w->scale, 48);
        w->dirty = true;
        break;
    case SDL_DROPFILE:
        drop_photo(w, event->drop.file);
        SDL_free(event->drop.file);
        break;
    case SDL_WINDOWEVENT: take_window(w, &event->window); break;
    case SDL_RENDER_DEVICE_RESET:
    case SDL_RENDER_TARGETS_RESET:
        bt_canvas_forget(&w->canvas);
        bt_picture_forget(&w->picture);
        w->dirty = true;
        break;
    default: break;
    }
}
