// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "live/window/draw/draw.h"
#include "verify/record.h"

enum { WIDTH = 620, HEIGHT = 240, MARGIN = 24 };

struct window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    struct bt_canvas canvas;
};

static int open_window(struct window *w, const char *title, char *why, size_t size)
{
    if (!getenv("DISPLAY") && !getenv("WAYLAND_DISPLAY") && !getenv("SDL_VIDEODRIVER")) {
        snprintf(why, size, "there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set");
        return BAUTA_E_NOT_FOUND;
    }
    SDL_SetHint(SDL_HINT_NO_SIGNAL_HANDLERS, "1");
    if (SDL_Init(SDL_INIT_VIDEO)) {
        snprintf(why, size, "%s", SDL_GetError());
        return BAUTA_E_FAILED;
    }
    w->window = SDL_CreateWindow(title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED,
                                 WIDTH, HEIGHT, 0);
    if (w->window)
        w->renderer = SDL_CreateRenderer(w->window, -1, SDL_RENDERER_SOFTWARE);
    if (!w->renderer) {
        snprintf(why, size, "%s", SDL_GetError());
        return BAUTA_E_FAILED;
    }
    return bt_canvas_open(&w->canvas, w->renderer, why, size);
}

static void close_window(struct window *w)
{
    bt_canvas_close(&w->canvas);
    if (w->renderer)
        SDL_DestroyRenderer(w->renderer);
    if (w->window)
        SDL_DestroyWindow(w->window);
    SDL_Quit();
}

static void draw(struct window *w, const struct bt_recorder *r)
{
    struct bt_letters *letters = w->canvas.letters;
    char line[80];
    snprintf(line, sizeof line, "%d of %d repetitions", r->samples, r->wanted);
    SDL_SetRenderDrawColor(w->renderer, BT_C_GROUND >> 16, BT_C_GROUND >> 8 & 255,
                           BT_C_GROUND & 255, 255);
    SDL_RenderClear(w->renderer);
    bt_text_left(letters, BT_HEADING, (struct bt_box){MARGIN, 20, WIDTH - 2 * MARGIN, 30},
                 BT_C_TEXT, "Type the same text again and again, Enter after each");
    bt_text_left(letters, BT_BODY, (struct bt_box){MARGIN, 60, WIDTH - 2 * MARGIN, 24},
                 BT_C_ACCENT, line);
    for (int i = 0; i < r->count; i++)
        bt_disc(&w->canvas, MARGIN + 6 + 9 * i, 112, 3, BT_C_TEXT, 255);
    bt_text_left(letters, BT_BODY, (struct bt_box){MARGIN, 136, WIDTH - 2 * MARGIN, 24},
                 BT_C_AMBER, r->say ? r->say : "");
    bt_text_lines(letters, BT_SMALL, (struct bt_box){MARGIN, 176, WIDTH - 2 * MARGIN, 48}, 20,
                  BT_C_DIM, "Backspace begins a line anew, Escape stops. Only the times of the "
                            "keys are kept, not which keys they were.");
    SDL_RenderPresent(w->renderer);
}

static bool is_letter(SDL_Keycode key)
{
    const bool keypad = key >= SDLK_KP_DIVIDE && key <= SDLK_KP_PERIOD && key != SDLK_KP_ENTER;
    return keypad || (key >= ' ' && !(key & SDLK_SCANCODE_MASK) && key != SDLK_DELETE);
}

// False: it is to end.
static bool take(struct bt_recorder *r, const SDL_Event *event)
{
    const SDL_Keycode key = event->key.keysym.sym;
    const double seconds = event->key.timestamp / 1000.;
    if (event->type == SDL_QUIT)
        return false;
    if (event->type == SDL_KEYUP && is_letter(key))
        bt_record_up(r, key, seconds);
    if (event->type != SDL_KEYDOWN || event->key.repeat)
        return true;
    if (key == SDLK_ESCAPE)
        return false;
    if (key == SDLK_RETURN || key == SDLK_KP_ENTER)
        bt_record_enter(r);
    else if (key == SDLK_BACKSPACE)
        bt_record_again(r);
    else if (is_letter(key))
        bt_record_down(r, key, seconds);
    return true;
}

int bt_record_window(struct bt_recorder *recorder, const char *title)
{
    struct window w = {0};
    SDL_Event event;
    char why[256] = "";
    bool goes_on = true;
    const int result = open_window(&w, title, why, sizeof why);
    if (result < 0)
        bt_say_error("no window: %s; bauta typing takes a file of times, too", why);
    while (result >= 0 && goes_on && recorder->samples < recorder->wanted) {
        draw(&w, recorder);
        // Keys are taken at once: their times are those at which they are read.
        if (!SDL_WaitEvent(&event))
            break;
        do
            goes_on = take(recorder, &event);
        while (goes_on && recorder->samples < recorder->wanted && SDL_PollEvent(&event));
    }
    close_window(&w);
    if (result >= 0 && recorder->samples < recorder->wanted) {
        bt_say_error("stopped after %d of %d repetitions; nothing was kept or judged",
                     recorder->samples, recorder->wanted);
        return BAUTA_E_STOPPED;
    }
    return result;
}
