// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_LIVE_WINDOW_WINDOW_H
#define BT_CLI_LIVE_WINDOW_WINDOW_H

#include <pthread.h>

#include "live/window/parts/dialog.h"
#include "live/window/draw/draw.h"
#include "live/window/parts/keys.h"

// The newest labelled frame (picture.c) -------------------------------------------------

struct bt_picture {
    pthread_mutex_t lock;             // guards the next two
    struct bauta_frame *newest;       // not shown yet
    bool told;                        // an event is on its way
    Uint32 event;                     // says that there is one
    SDL_Texture *texture;
    Uint32 format;
    int width, height;                // of the texture
    uint8_t *packed;                  // where SDL has no texture for the frame's format
    size_t packed_size;
    bool shown;                       // the texture has a frame
    int rotation;
    double aspect;                    // of a sample
    int64_t captured_ns;
};
int bt_picture_open(struct bt_picture *picture);
// For bauta_watch: keeps the frame and returns at once.
void bt_picture_take(void *opaque, struct bauta_frame *frame,
                     const struct bauta_face *faces, int count);
// Brings the newest frame into the texture. True where there was one.
bool bt_picture_update(struct bt_picture *picture, SDL_Renderer *renderer);
// What is shown now is shown no more; a later frame is.
void bt_picture_hide(struct bt_picture *picture);
// Draws it into box, or nothing.
void bt_picture_draw(struct bt_picture *picture, SDL_Renderer *renderer,
                     struct bt_box box);
void bt_picture_forget(struct bt_picture *picture);   // the texture is lost
void bt_picture_close(struct bt_picture *picture);

// Outputs and photos (air.c) ------------------------------------------------------------

// Outputs are opened and ended on a thread of their own: a network or a long file may
// take its time.
enum bt_air_state { BT_AIR_OFF, BT_AIR_BEGINS, BT_AIR_ON, BT_AIR_ENDS };
struct bt_air {
    struct bt_live_job *job;
    pthread_mutex_t lock;             // guards state, number and error
    pthread_t thread;
    bool threaded;
    enum bt_air_state state;
    int number[BAUTA_OUTPUTS_MAX];    // in the engine; -1: none
    int error[BAUTA_OUTPUTS_MAX];     // of opening
    int photo;                        // number of one that is being made, or -1
    char photo_path[1024];
};
struct bt_output_row {
    char name[128], state[96];
    int colour;
    bool runs;
};
// With job->on_air the outputs run already.
int bt_air_open(struct bt_air *air, struct bt_live_job *job);
enum bt_air_state bt_air_state(struct bt_air *air);
void bt_air_toggle(struct bt_air *air);
// Where no output runs any more, this is not on air.
void bt_air_settle(struct bt_air *air, bool runs);
void bt_air_row(struct bt_air *air, int index, struct bt_output_row *out);
// Begins a photo. Its outcome comes from bt_air_photo_done: BAUTA_E_AGAIN until then,
// BAUTA_E_END where none is made. Errors in words are in text.
int bt_air_photo(struct bt_air *air, char *text, size_t size);
int bt_air_photo_done(struct bt_air *air, char *text, size_t size);
void bt_air_close(struct bt_air *air);

// The window (window.c) -----------------------------------------------------------------

enum { BT_AGES = 240 };

struct bt_slider {
    const struct bauta_option *row;
    const char *label;
    float value;
};

struct bt_window {
    SDL_Window *window;
    SDL_Renderer *renderer;
    struct bt_canvas canvas;
    struct bt_picture picture;
    struct bt_air air;
    struct bt_dialog dialog;
    struct bt_layout layout;
    struct bt_live_job *job;

    // What is seen of the stream, read anew five times a second.
    struct bauta_live_info info;
    struct bt_wardrobe_face face[BT_WARDROBE_MAX];
    int face_count;
    SDL_Texture *thumbnail[BT_WARDROBE_MAX];
    struct bt_output_row output[BAUTA_OUTPUTS_MAX];
    enum bt_air_state on_air;
    float age[BT_AGES];               // of the last frames when they were shown, ms
    int age_next;

    struct bt_slider slider[BT_SLIDERS_MAX];
    int slider_count;
    int view;                         // of watch-view
    bool mirror, full, panel, graph, help, warning;
    float scale, zoom;                // of the display; what the user made of it
    int scroll;
    struct bt_hit hover;
    int pointer_x, pointer_y;         // -1: not in the window
    Uint32 moved;                     // when the pointer did
    int dragged;                      // slider, or -1
    char note[256];                   // what was done, for a while
    int note_colour;
    Uint32 note_until;
    bool dirty, ended;
};

// What the user wants, from keys and the pointer (events.c).
void bt_window_event(struct bt_window *w, const SDL_Event *event);
void bt_window_do(struct bt_window *w, enum bt_action action, int face);
void bt_window_note(struct bt_window *w, int colour, const char *format, ...)
    BAUTA_PRINTF(3, 4);

// Drawing: all of it (window.c), the panel (panel.c), what is above (overlay.c).
void bt_window_measure(struct bt_window *w);
void bt_window_draw(struct bt_window *w);
void bt_draw_panel(struct bt_window *w);
void bt_draw_status(struct bt_window *w);
void bt_draw_covered(struct bt_window *w);
void bt_draw_overlays(struct bt_window *w);

#endif
