// SPDX-License-Identifier: Apache-2.0
#include "live/window/parts/layout.h"

#include <math.h>
#include <string.h>

int bt_px(float scale, float size)
{
    return (int)lrintf(scale * size);
}

struct bt_box bt_fit(struct bt_box box, double width, double height)
{
    if (!(width > 0 && height > 0) || box.w <= 0 || box.h <= 0)
        return (struct bt_box){box.x, box.y, 0, 0};
    const double by = fmin(box.w / width, box.h / height);
    const int w = (int)fmax(1, floor(width * by + .5));
    const int h = (int)fmax(1, floor(height * by + .5));
    return (struct bt_box){box.x + (box.w - w) / 2, box.y + (box.h - h) / 2, w, h};
}

bool bt_inside(struct bt_box box, int x, int y)
{
    return x >= box.x && y >= box.y && x < box.x + box.w && y < box.y + box.h;
}

float bt_slider_share(struct bt_box track, int x)
{
    if (track.w <= 0)
        return 0;
    return fminf(fmaxf((float)(x - track.x) / (float)track.w, 0), 1);
}

// A column that is filled from above.
struct column {
    int x, y, w;
    float scale;
};

static struct bt_box put(struct column *c, float height, float gap)
{
    const struct bt_box box = {c->x, c->y, c->w, bt_px(c->scale, height)};
    c->y += box.h + bt_px(c->scale, gap);
    return box;
}

static void put_tools(struct bt_layout *l, struct column *c)
{
    const struct bt_box row = put(c, 36, 12);
    const int gap = bt_px(c->scale, 4);
    const int width = (row.w - (BT_TOOL_COUNT - 1) * gap) / BT_TOOL_COUNT;
    for (int i = 0; i < BT_TOOL_COUNT; i++)
        l->tool[i] = (struct bt_box){row.x + i * (width + gap), row.y, width, row.h};
}

static void put_faces(struct bt_layout *l, struct column *c, int count)
{
    const int columns = c->w >= bt_px(c->scale, 240) ? 4 : 3;
    const int gap = bt_px(c->scale, 10), side = (c->w - (columns - 1) * gap) / columns;
    l->name_height = bt_px(c->scale, 18);
    l->group[BT_GROUP_FACES] = put(c, 18, 8);
    // The last place is where a photo may be dropped.
    for (int i = 0; i <= count; i++) {
        const struct bt_box box = {c->x + i % columns * (side + gap),
                                   c->y + i / columns * (side + l->name_height + gap),
                                   side, side};
        if (i == count)
            l->drop = box;
        else
            l->face[i] = box;
    }
    c->y += (count / columns + 1) * (side + l->name_height + gap) + bt_px(c->scale, 6);
}

static void put_body(struct bt_layout *l, const struct bt_layout_want *want,
                     struct column *c)
{
    put_faces(l, c, want->faces);
    l->group[BT_GROUP_OUTPUTS] = put(c, 18, 6);
    for (int i = 0; i < want->outputs; i++)
        l->output[i] = put(c, 40, 4);
    if (!want->outputs)
        l->output[0] = put(c, 40, 4);
    c->y += bt_px(c->scale, 12);
    if (want->sliders)
        l->group[BT_GROUP_LOOK] = put(c, 18, 6);
    for (int i = 0; i < want->sliders; i++) {
        l->slider[i] = put(c, 42, 0);
        l->track[i] = l->slider[i];
        const int label = bt_px(c->scale, 22);
        l->track[i].y += label;
        l->track[i].h -= label;
    }
    c->y += bt_px(c->scale, want->sliders ? 12 : 0);
    l->group[BT_GROUP_INPUT] = put(c, 18, 6);
    l->input = put(c, 18.f * (float)want->source_lines, 8);
}

static void limit(struct bt_layout_want *want)
{
    want->scale = fminf(fmaxf(want->scale, .5f), 8);
    if (want->faces > BT_WARDROBE_MAX)
        want->faces = BT_WARDROBE_MAX;
    if (want->sliders > BT_SLIDERS_MAX)
        want->sliders = BT_SLIDERS_MAX;
    if (want->outputs > BAUTA_OUTPUTS_MAX)
        want->outputs = BAUTA_OUTPUTS_MAX;
    if (want->source_lines < 1)
        want->source_lines = 1;
}

static int panel_width(const struct bt_layout_want *want)
{
    const int least = bt_px(want->scale, 220), most = bt_px(want->scale, 320);
    const int width = want->width * 28 / 100;
    // Where the picture would be smaller than the panel there is none.
    if (!want->panel || want->width < 2 * least)
        return 0;
    return width < least ? least : width > most ? most : width;
}

static void move_body(struct bt_layout *l, int by)
{
    struct bt_box *const boxes[] = {l->group, l->face, &l->drop, l->slider, l->track,
                                    l->output, &l->input};
    const int counts[] = {BT_GROUPS, BT_WARDROBE_MAX, 1, BT_SLIDERS_MAX, BT_SLIDERS_MAX,
                          BAUTA_OUTPUTS_MAX, 1};
    for (int k = 0; k < (int)(sizeof(counts) / sizeof(counts[0])); k++) {
        for (int i = 0; i < counts[k]; i++)
            boxes[k][i].y -= by;
    }
}

static void put_panel(struct bt_layout *l, const struct bt_layout_want *want, int width)
{
    const int pad = bt_px(l->scale, width > bt_px(l->scale, 260) ? 20 : 16);
    l->panel = (struct bt_box){want->width - width, 0, width, want->height};
    struct column c = {l->panel.x + pad, pad, width - 2 * pad, l->scale};
    l->air = put(&c, 44, 8);
    l->cover = put(&c, 36, 12);
    put_tools(l, &c);
    const int foot = bt_px(l->scale, 44);
    l->voice = (struct bt_box){l->panel.x, want->height - foot, width, foot};
    const int room = l->voice.y - c.y;
    l->body = (struct bt_box){l->panel.x, c.y, width, room > 0 ? room : 0};
    c.y += bt_px(l->scale, 10);
    put_body(l, want, &c);
    l->content = c.y - l->body.y;
    const int most = l->content > l->body.h ? l->content - l->body.h : 0;
    l->scroll = want->scroll < 0 ? 0 : want->scroll > most ? most : want->scroll;
    move_body(l, l->scroll);
}

void bt_layout(const struct bt_layout_want *wanted, struct bt_layout *out)
{
    struct bt_layout_want want = *wanted;
    limit(&want);
    memset(out, 0, sizeof(*out));
    out->scale = want.scale;
    const int panel = panel_width(&want), width = want.width - panel;
    int y = 0, status = bt_px(want.scale, 44);
    if (want.full && !panel)
        status = 0;
    if (want.warning) {
        out->warning = (struct bt_box){0, 0, width, bt_px(want.scale, 36)};
        y = out->warning.h;
    }
    const int height = want.height - y - status;
    out->picture = (struct bt_box){0, y, width, height > 0 ? height : 0};
    if (status)
        out->status = (struct bt_box){0, want.height - status, width, status};
    if (panel)
        put_panel(out, &want, panel);
    const int margin = bt_px(want.scale, 12);
    // Below, since the label stands above.
    const int graph = bt_px(want.scale, 132);
    if (want.graph && out->picture.w >= bt_px(want.scale, 276))
        out->graph = (struct bt_box){margin, y + out->picture.h - margin - graph,
                                     bt_px(want.scale, 252), graph};
}

static bool hit_in(const struct bt_box *boxes, int count, int x, int y, enum bt_part part,
                   struct bt_hit *hit)
{
    for (int i = 0; i < count; i++) {
        if (bt_inside(boxes[i], x, y)) {
            *hit = (struct bt_hit){part, i};
            return true;
        }
    }
    return false;
}

struct bt_hit bt_layout_hit(const struct bt_layout *l, int x, int y)
{
    struct bt_hit hit = {BT_PART_NONE, 0};
    if (hit_in(&l->air, 1, x, y, BT_PART_AIR, &hit) ||
        hit_in(&l->cover, 1, x, y, BT_PART_COVER, &hit) ||
        hit_in(l->tool, BT_TOOL_COUNT, x, y, BT_PART_TOOL, &hit))
        return hit;
    if (bt_inside(l->body, x, y) &&
        (hit_in(l->face, BT_WARDROBE_MAX, x, y, BT_PART_FACE, &hit) ||
         hit_in(&l->drop, 1, x, y, BT_PART_DROP, &hit) ||
         hit_in(l->slider, BT_SLIDERS_MAX, x, y, BT_PART_SLIDER, &hit)))
        return hit;
    if (!hit_in(&l->panel, 1, x, y, BT_PART_PANEL, &hit))
        hit_in(&l->picture, 1, x, y, BT_PART_PICTURE, &hit);
    return hit;
}

// What lies above everything ------------------------------------------------------------

static struct bt_box centred(int width, int height, int w, int h)
{
    w = w < width ? w : width;
    h = h < height ? h : height;
    return (struct bt_box){(width - w) / 2, (height - h) / 2, w, h};
}

void bt_layout_help(int width, int height, float scale, int rows,
                    struct bt_help_layout *out)
{
    rows = rows < BT_HELP_ROWS ? rows : BT_HELP_ROWS;
    memset(out, 0, sizeof(*out));
    // Lines come closer together where there is little room.
    const float fixed = 20 + 28 + 10 + 10 + 24 + 16;
    const float room = (float)height / scale - fixed - 16;
    const float line = fminf(fmaxf(room / (float)rows, 16), 26);
    const int tall = bt_px(scale, fixed) + rows * bt_px(scale, line);
    out->box = centred(width - bt_px(scale, 16), height - bt_px(scale, 8),
                       bt_px(scale, 500), tall);
    out->box.x += bt_px(scale, 8);
    out->box.y += bt_px(scale, 4);
    const int pad = bt_px(scale, 24), keys = bt_px(scale, 80);
    struct column c = {out->box.x + pad, out->box.y + bt_px(scale, 20),
                       out->box.w - 2 * pad, scale};
    out->title = put(&c, 28, 10);
    for (int i = 0; i < rows; i++) {
        const struct bt_box row = put(&c, line, 0);
        out->key[i] = (struct bt_box){row.x, row.y, keys, row.h};
        out->text[i] = (struct bt_box){row.x + keys, row.y, row.w - keys, row.h};
    }
    c.y += bt_px(scale, 10);
    out->note = put(&c, 24, 0);
}

void bt_layout_dialog(int width, int height, float scale, bool reference,
                      struct bt_dialog_layout *out)
{
    memset(out, 0, sizeof(*out));
    const int tall = bt_px(scale, reference ? 410 : 344);
    out->box = centred(width, height, bt_px(scale, 480), tall);
    const int pad = bt_px(scale, 24), gap = bt_px(scale, 10);
    struct column c = {out->box.x + pad, out->box.y + bt_px(scale, 20),
                       out->box.w - 2 * pad, scale};
    out->title = put(&c, 26, 2);
    out->path = put(&c, 20, 14);
    for (int i = 0; i < BT_DIALOG_ROWS; i++)
        out->row[i] = put(&c, 44, 4);
    if (reference) {
        c.y += bt_px(scale, 6);
        out->asked = put(&c, 20, 2);
        out->field = put(&c, 34, 4);
    }
    c.y += bt_px(scale, 10);
    const struct bt_box row = put(&c, 38, 0);
    const int half = (row.w - gap) / 2;
    out->cancel = (struct bt_box){row.x, row.y, half, row.h};
    out->accept = (struct bt_box){row.x + half + gap, row.y, row.w - half - gap, row.h};
}
