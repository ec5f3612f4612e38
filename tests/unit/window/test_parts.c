// SPDX-License-Identifier: Apache-2.0
// The window's parts that need no display: where everything is, keys, the dialog.
#include <stdlib.h>

#include "../check.h"
#include "live/window/parts/dialog.h"
#include "live/window/parts/keys.h"
#include "live/window/parts/layout.h"

// Places --------------------------------------------------------------------------------

static bool apart(struct bt_box a, struct bt_box b)
{
    return !a.w || !b.w || a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y ||
           b.y + b.h <= a.y;
}

static bool within(struct bt_box box, struct bt_box outer)
{
    return !box.w || (box.x >= outer.x && box.y >= outer.y && box.w >= 0 && box.h >= 0 &&
                      box.x + box.w <= outer.x + outer.w &&
                      box.y + box.h <= outer.y + outer.h);
}

// What is in the panel, from above.
static int panel_boxes(const struct bt_layout *l, struct bt_box *out)
{
    int n = 0;
    for (int i = 0; i < BT_GROUPS; i++)
        out[n++] = l->group[i];
    for (int i = 0; i < BT_WARDROBE_MAX; i++)
        out[n++] = l->face[i];
    out[n++] = l->drop;
    for (int i = 0; i < BT_SLIDERS_MAX; i++)
        out[n++] = l->slider[i];
    for (int i = 0; i < BAUTA_OUTPUTS_MAX; i++)
        out[n++] = l->output[i];
    out[n++] = l->input;
    return n;
}

static void check_layout(const struct bt_layout_want *want)
{
    struct bt_layout l;
    struct bt_box boxes[64];
    const struct bt_box all = {0, 0, want->width, want->height};
    bt_layout(want, &l);
    CHECK(l.picture.w > 0 && l.picture.h > 0);
    CHECK(within(l.picture, all) && within(l.status, all) && within(l.panel, all));
    CHECK(apart(l.picture, l.status) && apart(l.picture, l.panel));
    CHECK(apart(l.picture, l.warning) && apart(l.status, l.panel));
    CHECK(!want->warning == !l.warning.w);
    CHECK(within(l.graph, l.picture) || want->height < 400);
    if (!l.panel.w) {
        CHECK(!want->panel || want->width < 440 * want->scale);
        CHECK_INT(l.picture.w, want->width);
        return;
    }
    CHECK(within(l.air, l.panel) && within(l.cover, l.panel));
    CHECK(apart(l.air, l.cover) && apart(l.cover, l.tool[0]));
    for (int i = 0; i < BT_TOOL_COUNT; i++) {
        CHECK(within(l.tool[i], l.panel) && apart(l.tool[i], l.body));
        CHECK(i == 0 || apart(l.tool[i], l.tool[i - 1]));
    }
    const int count = panel_boxes(&l, boxes);
    for (int i = 0; i < count; i++) {
        // They scroll, but stand beside each other, in the panel's width.
        CHECK(!boxes[i].w || (boxes[i].x >= l.panel.x && boxes[i].w > 0 &&
                              boxes[i].x + boxes[i].w <= l.panel.x + l.panel.w));
        for (int k = 0; k < i; k++)
            CHECK(apart(boxes[i], boxes[k]));
    }
    CHECK(l.scroll >= 0 && l.scroll <= (l.content > l.body.h ? l.content - l.body.h : 0));
}

static void test_layouts(void)
{
    static const int sizes[][2] = {{360, 270}, {640, 480}, {800, 600}, {1240, 740},
                                   {1366, 768}, {1920, 1080}, {3840, 2160}};
    static const float scales[] = {1, 1.5f, 2};
    for (int i = 0; i < 7 * 3 * 16; i++) {
        const int *size = sizes[i % 7];
        const struct bt_layout_want want = {
            .width = size[0], .height = size[1], .scale = scales[i / 7 % 3],
            .panel = i / 21 % 2, .full = i / 42 % 2, .warning = i / 84 % 2,
            .graph = i / 168 % 2, .faces = i * 7 % 33, .sliders = i % 5, .outputs = i % 9,
            .source_lines = 1 + i % 3, .scroll = i * 13 % 900 - 100};
        check_layout(&want);
    }
}

static void test_limits(void)
{
    struct bt_layout l;
    struct bt_layout_want want = {.width = 1240, .height = 740, .scale = 1, .panel = true,
                                  .faces = 1000, .sliders = 99, .outputs = 99,
                                  .source_lines = -3, .scroll = 1 << 30};
    bt_layout(&want, &l);
    CHECK(l.face[BT_WARDROBE_MAX - 1].w > 0 && l.output[BAUTA_OUTPUTS_MAX - 1].w > 0);
    CHECK_INT(l.scroll, l.content - l.body.h);
    // At the end of the way the last thing is seen.
    CHECK(within(l.input, l.body));
    want.scroll = -5;
    bt_layout(&want, &l);
    CHECK_INT(l.scroll, 0);
    want.full = true;
    want.panel = false;
    bt_layout(&want, &l);
    CHECK_INT(l.picture.w, 1240);
    CHECK_INT(l.picture.h, 740);
}

static void check_hit(const struct bt_layout *l, struct bt_box box, enum bt_part part,
                      int index)
{
    const struct bt_hit hit = bt_layout_hit(l, box.x + box.w / 2, box.y + box.h / 2);
    CHECK_INT(hit.part, part);
    CHECK_INT(hit.index, index);
}

static void test_hits(void)
{
    struct bt_layout l;
    struct bt_layout_want want = {.width = 1240, .height = 740, .scale = 1, .panel = true,
                                  .faces = 3, .sliders = 2, .outputs = 1,
                                  .source_lines = 1};
    bt_layout(&want, &l);
    check_hit(&l, l.air, BT_PART_AIR, 0);
    check_hit(&l, l.cover, BT_PART_COVER, 0);
    check_hit(&l, l.picture, BT_PART_PICTURE, 0);
    check_hit(&l, l.drop, BT_PART_DROP, 0);
    for (int i = 0; i < BT_TOOL_COUNT; i++)
        check_hit(&l, l.tool[i], BT_PART_TOOL, i);
    for (int i = 0; i < 3; i++)
        check_hit(&l, l.face[i], BT_PART_FACE, i);
    for (int i = 0; i < 2; i++)
        check_hit(&l, l.slider[i], BT_PART_SLIDER, i);
    check_hit(&l, l.voice, BT_PART_PANEL, 0);
    CHECK_INT(bt_layout_hit(&l, -1, 5).part, BT_PART_NONE);
    // What was scrolled under the buttons is not hit.
    want.faces = 32;
    for (want.scroll = 0; want.scroll < 300; want.scroll += 3) {
        bt_layout(&want, &l);
        check_hit(&l, l.cover, BT_PART_COVER, 0);
        const int x = l.face[0].x + l.face[0].w / 2, y = l.face[0].y + l.face[0].h / 2;
        CHECK((bt_layout_hit(&l, x, y).part == BT_PART_FACE) == bt_inside(l.body, x, y));
    }
    want.scroll = 0;
    bt_layout(&want, &l);
    CHECK_NEAR(bt_slider_share(l.track[0], l.track[0].x - 50), 0, 0);
    CHECK_NEAR(bt_slider_share(l.track[0], l.track[0].x + l.track[0].w + 50), 1, 0);
    CHECK_NEAR(bt_slider_share(l.track[0], l.track[0].x + l.track[0].w / 2), .5, .01);
}

static void test_fit(void)
{
    const struct bt_box box = {10, 20, 800, 400};
    struct bt_box at = bt_fit(box, 640, 480);
    CHECK(at.h == 400 && at.w == 533 && at.y == 20 && at.x == 10 + (800 - 533) / 2);
    at = bt_fit(box, 1280, 480);
    CHECK(at.w == 800 && at.h == 300 && at.x == 10 && at.y == 70);
    CHECK_INT(bt_fit(box, 0, 480).w, 0);
    CHECK_INT(bt_fit((struct bt_box){0, 0, 0, 10}, 4, 3).w, 0);
}

static void test_sheets(void)
{
    static const int sizes[][2] = {{640, 480}, {1240, 740}, {1920, 1080}};
    int rows = 0;
    while (bt_bindings[rows].shown)
        rows++;
    CHECK(rows <= BT_HELP_ROWS);
    for (int i = 0; i < 3; i++) {
        const struct bt_box all = {0, 0, sizes[i][0], sizes[i][1]};
        struct bt_help_layout help;
        struct bt_dialog_layout d;
        bt_layout_help(all.w, all.h, 1, rows, &help);
        CHECK(within(help.box, all) && within(help.note, help.box));
        for (int k = 0; k < rows; k++)
            CHECK(within(help.text[k], help.box) && apart(help.key[k], help.text[k]));
        for (int reference = 0; reference < 2; reference++) {
            bt_layout_dialog(all.w, all.h, 1, reference, &d);
            CHECK(within(d.box, all) && within(d.accept, d.box) && within(d.field, d.box));
            CHECK(!reference == !d.field.w);
            CHECK(apart(d.accept, d.cancel) && apart(d.row[3], d.field) &&
                  apart(d.field, d.accept));
        }
    }
}

// Keys ----------------------------------------------------------------------------------

static void test_keys(void)
{
    int face = -1;
    CHECK_INT(bt_action_of(' ', &face), BT_DO_COVER);
    CHECK_INT(bt_action_of(BT_KEY_ENTER, &face), BT_DO_AIR);
    CHECK_INT(bt_action_of(BT_KEY_F11, &face), BT_DO_FULL);
    CHECK_INT(bt_action_of('f', &face), BT_DO_FULL);
    CHECK_INT(bt_action_of(BT_KEY_F1, &face), BT_DO_HELP);
    for (int key = '1'; key <= '9'; key++) {
        CHECK_INT(bt_action_of(key, &face), BT_DO_FACE);
        CHECK_INT(face, key - '1');
    }
    CHECK_INT(bt_action_of('0', &face), BT_DO_NOTHING);
    CHECK_INT(bt_action_of('x', &face), BT_DO_NOTHING);
    CHECK_INT(bt_action_of(0, &face), BT_DO_NOTHING);
    CHECK_TEXT(bt_action_keys(BT_DO_COVER), "Space");
    CHECK_TEXT(bt_action_keys(BT_DO_NOTHING), "");
    // Every action has one row, and no key has two.
    for (int action = BT_DO_NOTHING + 1; action <= BT_DO_QUIT; action++) {
        int rows = 0;
        for (const struct bt_binding *b = bt_bindings; b->shown; b++)
            rows += (int)b->action == action;
        CHECK_INT(rows, 1);
    }
    for (const struct bt_binding *b = bt_bindings; b->shown; b++) {
        CHECK_INT(bt_action_of(b->key, &face), b->action);
        CHECK(!b->other || bt_action_of(b->other, &face) == b->action);
    }
}

static void test_lists(void)
{
    char text[4096] = "", man[8192] = "";
    FILE *file = fmemopen(text, sizeof(text), "w");
    bt_print_bindings(file);
    fclose(file);
    file = fmemopen(man, sizeof(man), "w");
    bt_print_bindings_man(file);
    fclose(file);
    for (const struct bt_binding *b = bt_bindings; b->shown; b++)
        CHECK(strstr(text, b->text) && strstr(man, b->text));
    CHECK(strstr(man, ".TP\n.B \\-\n"));
}

// The dialog ----------------------------------------------------------------------------

static void test_dialog(void)
{
    struct bt_dialog d = {0};
    char consent[160], path[2000];
    memset(path, 'a', sizeof(path) - 1);
    path[sizeof(path) - 1] = '\0';
    CHECK(!bt_dialog_open(&d, path));
    CHECK(!bt_dialog_open(&d, ""));
    CHECK(!bt_dialog_consent(&d, consent, sizeof(consent)));
    CHECK(bt_dialog_open(&d, "/tmp/anna.jpg"));
    CHECK(!bt_dialog_open(&d, "/tmp/ben.jpg"));
    CHECK_TEXT(d.path, "/tmp/anna.jpg");
    // Nothing is chosen beforehand, and what is typed has no place yet.
    CHECK_INT(d.ground, BT_GROUND_NONE);
    bt_dialog_type(&d, "x");
    CHECK_TEXT(d.reference, "");
    CHECK(!bt_dialog_consent(&d, consent, sizeof(consent)));
    bt_dialog_move(&d, 1);
    CHECK_INT(d.ground, BT_GROUND_SELF);
    CHECK_TEXT(bt_dialog_consent(&d, consent, sizeof(consent)), "self");
    bt_dialog_move(&d, -1);
    CHECK_TEXT(bt_dialog_consent(&d, consent, sizeof(consent)), "synthetic");
    bt_dialog_move(&d, 2);
    CHECK_INT(d.ground, BT_GROUND_WRITTEN);
    CHECK(!bt_dialog_consent(&d, consent, sizeof(consent)));
    bt_dialog_type(&d, "   ");
    CHECK(!bt_dialog_consent(&d, consent, sizeof(consent)));
    bt_dialog_type(&d, "Köln\n\x7f");
    CHECK_TEXT(bt_dialog_consent(&d, consent, sizeof(consent)), "written:Köln");
    CHECK_INT(bauta_consent_check(consent), 0);
    bt_dialog_erase(&d);
    bt_dialog_erase(&d);
    bt_dialog_erase(&d);
    CHECK_TEXT(bt_dialog_consent(&d, consent, sizeof(consent)), "written:K");
    bt_dialog_move(&d, 1);
    CHECK_TEXT(bt_dialog_consent(&d, consent, sizeof(consent)), "licensed:K");
    for (int i = 0; i < 300; i++)
        bt_dialog_type(&d, "ö");
    CHECK(strlen(d.reference) < sizeof(d.reference));
    CHECK_INT((unsigned char)d.reference[strlen(d.reference) - 1], 0xb6);
    CHECK_INT(bauta_consent_check(bt_dialog_consent(&d, consent, sizeof(consent))), 0);
    for (int i = 0; i < 300; i++)
        bt_dialog_erase(&d);
    CHECK_TEXT(d.reference, "");
}

int main(void)
{
    test_layouts();
    test_limits();
    test_hits();
    test_fit();
    test_sheets();
    test_keys();
    test_lists();
    test_dialog();
    return check_end();
}
