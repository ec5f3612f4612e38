// SPDX-License-Identifier: Apache-2.0
#ifndef BT_CLI_LIVE_WINDOW_DRAW_H
#define BT_CLI_LIVE_WINDOW_DRAW_H

#include <SDL.h>

#include "live/window/parts/layout.h"

// Colours as 0xRRGGBB.
enum {
    BT_C_GROUND = 0x101318, BT_C_PANEL = 0x181c23, BT_C_RAISED = 0x252b35,
    BT_C_HOVER = 0x313947, BT_C_LINE = 0x2b323d, BT_C_TEXT = 0xe8ebf0,
    BT_C_DIM = 0x97a1b1, BT_C_ACCENT = 0x6cb8d4, BT_C_DARK = 0x0c1a20,
    BT_C_RED = 0xd9444b, BT_C_AMBER = 0xeaa63c, BT_C_GREEN = 0x53c08a,
    BT_C_WHITE = 0xffffff, BT_C_BLACK = 0,
};

// Letters (text.c): drawn by FreeType into one texture as they are needed ---------------

struct bt_letters;
enum bt_style { BT_SMALL, BT_BODY, BT_STRONG, BT_HEADING, BT_TITLE, BT_BANNER,
                BT_STYLES };

// why is filled in words where no font is found.
int bt_letters_open(struct bt_letters **out, SDL_Renderer *renderer, char *why,
                    size_t size);
void bt_letters_scale(struct bt_letters *letters, float scale);
// The texture is lost with the renderer's device; it is filled anew.
void bt_letters_forget(struct bt_letters *letters);
void bt_letters_close(struct bt_letters **letters);

int bt_text_size(struct bt_letters *letters, enum bt_style style, const char *text);
// From the left, in the middle of the box's height; cut with an ellipsis where it is
// wider. Returns the width. Text is UTF-8 and need not be valid.
int bt_text_left(struct bt_letters *letters, enum bt_style style, struct bt_box box,
                 int colour, const char *text);
void bt_text_right(struct bt_letters *letters, enum bt_style style, struct bt_box box,
                   int colour, const char *text);
void bt_text_centre(struct bt_letters *letters, enum bt_style style, struct bt_box box,
                    int colour, const char *text);
// The lines of text that fit, broken at spaces; line_height pixels each. Returns how many
// there are; draws nothing where colour is negative.
int bt_text_lines(struct bt_letters *letters, enum bt_style style, struct bt_box box,
                  int line_height, int colour, const char *text);

// Shapes (draw.c) -----------------------------------------------------------------------

enum bt_icon { BT_ICON_VIEW, BT_ICON_MIRROR, BT_ICON_PHOTO, BT_ICON_GRAPH, BT_ICON_FULL,
               BT_ICON_HELP, BT_ICON_COVER, BT_ICON_PLUS, BT_ICON_VOICE, BT_ICON_CROSS,
               BT_ICON_WARNING, BT_ICON_COUNT };

struct bt_canvas {
    SDL_Renderer *renderer;
    struct bt_letters *letters;
    SDL_Texture *disc;                    // white, with a soft edge
    SDL_Texture *icon[BT_ICON_COUNT];
    int icon_size[BT_ICON_COUNT];
    float scale;
};

int bt_canvas_open(struct bt_canvas *canvas, SDL_Renderer *renderer, char *why,
                   size_t size);
void bt_canvas_scale(struct bt_canvas *canvas, float scale);
void bt_canvas_forget(struct bt_canvas *canvas);
void bt_canvas_close(struct bt_canvas *canvas);

// opacity: 0 to 255.
void bt_fill(struct bt_canvas *canvas, struct bt_box box, int colour, int opacity);
// With round corners of radius pixels.
void bt_round(struct bt_canvas *canvas, struct bt_box box, int radius, int colour,
              int opacity);
// A frame of thickness pixels, inside of the box.
void bt_frame(struct bt_canvas *canvas, struct bt_box box, int thickness, int colour);
void bt_disc(struct bt_canvas *canvas, int x, int y, int radius, int colour, int opacity);
// Something is being done: dots that go round with time.
void bt_spinner(struct bt_canvas *canvas, int x, int y, int radius, unsigned ms);
void bt_draw_icon(struct bt_canvas *canvas, enum bt_icon icon, struct bt_box box,
                  int colour);

#endif
