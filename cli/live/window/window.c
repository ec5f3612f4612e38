// SPDX-License-Identifier: Apache-2.0
#include "live/window/window.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
    WIDTH = 1240, HEIGHT = 740, LEAST_WIDTH = 360, LEAST_HEIGHT = 270, TITLE = 32,
    STEP_MS = 50, LOOK_MS = 200, POINTER_MS = 2000,
};

// Opening -------------------------------------------------------------------------------

static bool is_set(const char *variable)
{
    const char *value = getenv(variable);
    return value && *value;
}

// Letters have their usual size in points where the display is very dense.
static float display_scale(struct bt_window *w)
{
    int width = 0, height = 0, pixels_x = 0, pixels_y = 0;
    float dots = 0;
    SDL_GetWindowSize(w->window, &width, &height);
    SDL_GetRendererOutputSize(w->renderer, &pixels_x, &pixels_y);
    if (width > 0 && pixels_x > width)
        return (float)pixels_x / (float)width;
    const int display = SDL_GetWindowDisplayIndex(w->window);
    if (display < 0 || SDL_GetDisplayDPI(display, &dots, NULL, NULL) || dots < 168)
        return 1;
    return fminf(floorf(dots / 48) / 2, 4);
}

static int open_window(struct bt_window *w, char *why, size_t size)
{
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    SDL_SetHint(SDL_HINT_VIDEO_ALLOW_SCREENSAVER, "1");
    SDL_SetHint(SDL_HINT_RENDER_BATCHING, "1");
    // SDL knows other places to draw, which nobody sees.
    if (!is_set("SDL_VIDEODRIVER"))
        SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11,wayland");
    if (SDL_Init(SDL_INIT_VIDEO)) {
        snprintf(why, size, "the display that DISPLAY or WAYLAND_DISPLAY names does not "
                            "answer (%s)", SDL_GetError());
        return BAUTA_E_FAILED;
    }
    SDL_Rect room = {0, 0, WIDTH, HEIGHT};
    if (!SDL_GetDisplayUsableBounds(0, &room)) {
        room.w = room.w < WIDTH ? room.w : WIDTH;
        room.h = room.h < HEIGHT + TITLE ? room.h - TITLE : HEIGHT;
    }
    w->window = SDL_CreateWindow(
        "bauta", SDL_WINDOWPOS_UNDEFINED, SDL_WINDOWPOS_UNDEFINED, room.w, room.h,
        SDL_WINDOW_HIDDEN | SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
    if (w->window)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_ACCELERATED);
    if (w->window && !w->renderer)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    if (!w->renderer) {
        snprintf(why, size, "%s", SDL_GetError());
        return BAUTA_E_FAILED;
    }
    SDL_SetWindowMinimumSize(w->window, LEAST_WIDTH, LEAST_HEIGHT);
    w->scale = display_scale(w);
    return bt_canvas_open(&w->canvas, w->renderer, why, size);
}

int bt_window_open(struct bt_window **out, char *why, size_t size)
{
    if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") && !is_set("SDL_VIDEODRIVER")) {
        snprintf(why, size, "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is "
                            "set");
        return BAUTA_E_NOT_FOUND;
    }
    struct bt_window *w = calloc(1, sizeof(*w));
    if (!w)
        return BAUTA_E_NO_MEMORY;
    w->pointer_x = w->pointer_y = w->dragged = -1;
    w->zoom = 1;
    w->panel = true;
    const int result = open_window(w, why, size);
    if (result < 0)
        bt_window_close(&w);
    *out = w;
    return result;
}

void bt_window_close(struct bt_window **window)
{
    struct bt_window *w = *window;
    if (!w)
        return;
    for (int i = 0; i < BT_WARDROBE_MAX; i++) {
        if (w->thumbnail[i])
            SDL_DestroyTexture(w->thumbnail[i]);
    }
    bt_canvas_close(&w->canvas);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_Quit();
    free(w);
    *window = NULL;
}

// What is seen of the stream ------------------------------------------------------------

static void set_title(struct bt_window *w)
{
    const char *name = "nobody";
    char title[160];
    for (int i = 0; i < w->face_count; i++)
        name = w->face[i].worn ? w->face[i].name : name;
    snprintf(title, sizeof(title), "bauta: %s, %s",
             w->job->covered            ? "COVERED"
             : w->on_air == BT_AIR_ON   ? "ON AIR"
                                        : "preview",
             name);
    if (strcmp(title, SDL_GetWindowTitle(w->window)) != 0)
        SDL_SetWindowTitle(w->window, title);
}

static void look_at_faces(struct bt_window *w)
{
    struct bt_wardrobe_face face;
    int count = 0;
    for (; count < BT_WARDROBE_MAX; count++) {
        if (bt_wardrobe_get(w->job->wardrobe, count, &face) < 0)
            break;
        const bool failed = face.state == BT_FACE_FAILED && count < w->face_count &&
                            w->face[count].state == BT_FACE_WAITS;
        if (failed)
            bt_window_note(w, BT_C_RED, "%s: %s", face.name, bauta_strerror(face.error));
        w->face[count] = face;
    }
    w->face_count = count;
}

static void look(struct bt_window *w)
{
    char text[1200];
    bauta_live_info(w->job->engine, &w->info);
    look_at_faces(w);
    const enum bt_air_state state = bt_air_state(&w->air);
    bool runs = false;
    for (int i = 0; i < w->job->output_count; i++) {
        bt_air_row(&w->air, i, &w->output[i]);
        runs |= w->output[i].runs;
    }
    if (state == BT_AIR_ON)
        bt_air_settle(&w->air, runs);
    w->on_air = bt_air_state(&w->air);
    const int photo = bt_air_photo_done(&w->air, text, sizeof(text));
    if (photo != BAUTA_E_AGAIN && photo != BAUTA_E_END)
        bt_window_note(w, photo < 0 ? BT_C_RED : BT_C_GREEN, "%s", text);
    if (w->note[0] && SDL_TICKS_PASSED(SDL_GetTicks(), w->note_until))
        w->note[0] = '\0';
    set_title(w);
    w->dirty = true;
}

static void take_age(struct bt_window *w)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
    w->age[w->age_next] = (float)(ns - w->picture.captured_ns) / 1e6f;
    w->age_next = (w->age_next + 1) % BT_AGES;
}

// Drawing -------------------------------------------------------------------------------

static int source_lines(struct bt_window *w)
{
    const struct bt_box box = w->layout.input;
    if (!box.w)
        return 2;
    const int height = bt_px(w->scale, 18);
    return bt_text_lines(w->canvas.letters, BT_SMALL, box, height, -1, w->info.source) +
           bt_text_lines(w->canvas.letters, BT_SMALL, box, height, -1,
                         w->info.source_error);
}

void bt_window_measure(struct bt_window *w)
{
    struct bt_layout_want want = {
        .panel = w->panel, .warning = w->warning, .graph = w->graph,
        .faces = w->face_count, .sliders = w->slider_count,
        .outputs = w->job->output_count, .scroll = w->scroll};
    const float scale = display_scale(w) * w->zoom;
    if (scale != w->scale || w->canvas.scale != scale) {
        w->scale = scale;
        bt_canvas_scale(&w->canvas, scale);
    }
    SDL_GetRendererOutputSize(w->renderer, &want.width, &want.height);
    want.scale = w->scale;
    // What is wrong with the input is said in the full screen too.
    want.full = w->full && !w->info.source_error[0] &&
                w->info.state != BAUTA_LIVE_STALLED;
    want.source_lines = source_lines(w);
    bt_layout(&want, &w->layout);
    w->scroll = w->layout.scroll;
}

static void draw_picture(struct bt_window *w)
{
    const struct bt_box box = w->layout.picture;
    bt_fill(&w->canvas, box, BT_C_BLACK, 255);
    if (w->job->covered) {
        bt_draw_covered(w);
        return;
    }
    bt_picture_draw(&w->picture, w->renderer, box);
    if (!w->picture.shown) {
        const struct bt_box text = {box.x, box.y + box.h / 2 + bt_px(w->scale, 30), box.w,
                                    bt_px(w->scale, 24)};
        bt_spinner(&w->canvas, box.x + box.w / 2, box.y + box.h / 2, bt_px(w->scale, 18),
                   SDL_GetTicks());
        bt_text_centre(w->canvas.letters, BT_BODY, text, BT_C_DIM,
                       "Waiting for the picture");
    }
    if (w->on_air == BT_AIR_ON)
        bt_frame(&w->canvas, box, bt_px(w->scale, 3), BT_C_RED);
}

void bt_window_draw(struct bt_window *w)
{
    bt_window_measure(w);
    SDL_SetRenderDrawColor(w->renderer, 0x10, 0x13, 0x18, 255);
    SDL_RenderClear(w->renderer);
    draw_picture(w);
    bt_draw_status(w);
    bt_draw_panel(w);
    bt_draw_overlays(w);
    SDL_RenderPresent(w->renderer);
}

// The loop ------------------------------------------------------------------------------

static void add_slider(struct bt_window *w, const char *name, const char *label)
{
    const struct bauta_option *row = bauta_option_find(name);
    if (!row || !row->live || row->type != BAUTA_OPTION_FLOAT)
        return;
    const char *given = bt_given_get(&w->job->given, name);
    w->slider[w->slider_count++] =
        (struct bt_slider){row, label, strtof(given ? given : row->initial, NULL)};
}

static void begin(struct bt_window *w, struct bt_live_job *job)
{
    static const char *const views[] = {"plain", "side", "landmarks", "mask"};
    const char *lost = bt_given_get(&job->given, "lost");
    const char *view = bt_given_get(&job->given, "watch-view");
    const char *mirror = bt_given_get(&job->given, "watch-mirror");
    w->job = job;
    w->warning = lost && !strcmp(lost, "pass");
    for (int i = 0; view && i < 4; i++)
        w->view = strcmp(view, views[i]) ? w->view : i;
    w->mirror = mirror && strchr("y1to", mirror[0]) && strcmp(mirror, "off") != 0;
    add_slider(w, "shape", "Shape");
    add_slider(w, "tone", "Skin tone");
    add_slider(w, "detail", "Creases and shadows");
    add_slider(w, "face-smoothing", "Smoothing");
}

// Takes what happened, and waits for it a little.
static void take_events(struct bt_window *w)
{
    SDL_Event event;
    if (!SDL_WaitEventTimeout(&event, w->dirty ? 1 : STEP_MS))
        return;
    do {
        if (event.type != w->picture.event) {
            bt_window_event(w, &event);
        } else if (bt_picture_update(&w->picture, w->renderer)) {
            take_age(w);
            w->dirty = true;
        }
    } while (SDL_PollEvent(&event));
}

static int loop(struct bt_window *w)
{
    const Uint32 began = SDL_GetTicks();
    Uint32 looked = began - LOOK_MS;
    int result = BAUTA_E_AGAIN;
    while (result == BAUTA_E_AGAIN) {
        take_events(w);
        const Uint32 now = SDL_GetTicks();
        if (now - looked >= LOOK_MS) {
            look(w);
            looked = now;
        }
        if (w->job->seconds > 0 && now - began >= w->job->seconds * 1000)
            bauta_stop(w->job->engine);
        // In the way of a full picture, where it does not move.
        SDL_ShowCursor(!(w->full && now - w->moved > POINTER_MS));
        const bool hidden = SDL_GetWindowFlags(w->window) & SDL_WINDOW_MINIMIZED;
        if (w->dirty && !hidden)
            bt_window_draw(w);
        w->dirty = false;
        result = bauta_live_wait(w->job->engine, 0);
    }
    return result;
}

int bt_window_run(struct bt_window *w, struct bt_live_job *job)
{
    begin(w, job);
    int result = bt_air_open(&w->air, job);
    if (result < 0)
        return result;
    result = bt_picture_open(&w->picture);
    if (result >= 0)
        result = bauta_watch(job->engine, bt_picture_take, &w->picture);
    if (result >= 0) {
        SDL_ShowWindow(w->window);
        result = loop(w);
    }
    bauta_watch(job->engine, NULL, NULL);
    SDL_HideWindow(w->window);
    bt_air_close(&w->air);
    bt_picture_close(&w->picture);
    return result;
}
