// SPDX-License-Identifier: Apache-2.0
//
// The label in every language: it begins with AI, and fits its plate whole. With a file's
// name as argument a sheet of all is drawn there, to be looked at.

#include <stdio.h>

#include "made.h"
#include "mark/impl.h"

static const int sizes[][2] = {{320, 180},  {640, 360},  {1280, 720}, {1920, 1080},
                               {180, 320},  {360, 640},  {720, 1280}, {1080, 1920}};

static void test_table(void)
{
    CHECK(!strcmp(bt_words[0].code, "en") && !strcmp(bt_words[0].label, "AI MODIFIED"));
    for (int i = 0; i < BT_LANGUAGES; i++) {
        const struct bt_words *w = &bt_words[i];
        CHECK(!strcmp(bt_languages[i], w->code) && strlen(w->code) == 2);
        CHECK(!strncmp(w->label, "AI ", 3));
        CHECK(i < 2 || strcmp(bt_words[i - 1].code, w->code) < 0);
        CHECK(strlen(w->brief) < strlen(w->line));
        for (int k = 0; k < i; k++)
            CHECK(strcmp(bt_words[k].line, w->line) != 0);
    }
    CHECK(!bt_languages[BT_LANGUAGES]);
    struct bt_mark_options o = {0};
    CHECK_INT(bt_opt_defaults(bt_mark_opts, &o), 0);
    CHECK_INT(o.label_lang, 0);
    const struct bt_opt *row = bt_opt_find(bt_mark_opts, "label-lang");
    CHECK(bt_opt_set(row, &o, "xx") < 0 && bt_opt_set(row, &o, "de-AT") < 0);
    CHECK_INT(bt_opt_set(row, &o, "sv"), 0);
    CHECK(!strcmp(bt_words[o.label_lang].code, "sv"));
    bt_opt_finish(bt_mark_opts, &o);
}

// The parts of a line of text that leave ink, and whether any of it is cut off: rows and
// columns of a margin around the plate stay empty when the same is drawn on more room.
static void check_ink(struct bt_text *text, const struct bt_plate *p, const char *what)
{
    enum { ROOM = 40 };
    const int w = p->rect.x1 - p->rect.x0, h = p->rect.y1 - p->rect.y0;
    const int width = w + 2 * ROOM, height = h + 2 * ROOM;
    struct bt_ink fill = {calloc((size_t)width, (size_t)height), width, height};
    struct bt_ink edge = {calloc((size_t)width, (size_t)height), width, height};
    const struct bt_text_style style = {(float)p->cap, 1, p->tracking, .13f};
    int inside = 0, outside = 0;
    for (int i = 0; i < p->lines; i++)
        CHECK_INT(bt_text_draw(text, &style, p->line[i], (float)(p->pad_x + ROOM),
                               ROOM + p->pad_y + p->cap + i * p->leading, &fill, &edge), 0);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            const bool in = x >= ROOM && x < ROOM + w && y >= ROOM && y < ROOM + h;
            inside += in && fill.data[y * width + x] > 40;
            outside += !in && fill.data[y * width + x] > 40;
        }
    }
    if (!CHECK(inside > 0 && outside == 0))
        printf("%s: %d samples of letters beside the plate\n", what, outside);
    free(fill.data);
    free(edge.data);
}

static void test_fits(void)
{
    struct bt_text *text;
    if (!CHECK(bt_text_open(&text) == 0))
        return;
    for (int i = 0; i < BT_LANGUAGES; i++) {
        for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
            const struct bt_format f =
                made_format(BAUTA_PIXEL_GRAY8, sizes[k][0], sizes[k][1], 0);
            const struct bt_mark_options o = {.label_size = 1, .label_lang = i};
            const struct bt_view v = bt_view_of(&f, &o);
            struct bt_plate label, line;
            char what[64];
            snprintf(what, sizeof(what), "%s at %dx%d", bt_words[i].code, f.width, f.height);
            CHECK_INT(bt_layout_label(text, &v, 1, &label), 0);
            CHECK(!strcmp(label.line[0], bt_words[i].label));
            if (!CHECK(label.cap >= 7 && label.rect.x0 >= 0 && label.rect.y1 <= f.height))
                printf("%s: the label's capitals are %d high\n", what, label.cap);
            check_ink(text, &label, what);
            if (!CHECK(bt_layout_disclosure(text, &v, &label, &line) == 1 && line.cap >= 5))
                printf("%s: no line of disclosure\n", what);
            check_ink(text, &line, what);
            const struct bt_rect both = bt_rect_intersect(label.rect, line.rect);
            CHECK(both.x0 >= both.x1 || both.y0 >= both.y1);
        }
    }
    bt_text_close(&text);
}

// All languages at two sizes, a PGM.
static int draw_sheet(const char *path)
{
    enum { ACROSS = 4, W = 480, H = 270 };
    const int width = ACROSS * W, height = BT_LANGUAGES / ACROSS * H;
    uint8_t *sheet = calloc((size_t)width, (size_t)height);
    FILE *file = fopen(path, "wb");
    for (int i = 0; i < BT_LANGUAGES && sheet; i++) {
        const struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, W, H, 0);
        const struct bt_mark_options o = {.label_size = 1, .label_lang = i};
        struct bauta_frame *frame = made_frame(&f, i % 2 ? 190 : 110, 0);
        const struct bt_mark_moment when = {0, true};
        void *label = NULL;
        if (bt_mark_label.open(&label, &f, &o) < 0)
            return 1;
        bt_mark_label.apply(label, frame, &when);
        for (int y = 0; y < H; y++)
            memcpy(sheet + (size_t)(i / ACROSS * H + y) * (size_t)width + i % ACROSS * W,
                   frame->data[0] + y * frame->stride[0], W);
        bt_mark_label.close(&label);
        bauta_frame_unref(&frame);
    }
    if (!file || !sheet)
        return 1;
    fprintf(file, "P5\n%d %d\n255\n", width, height);
    fwrite(sheet, 1, (size_t)width * (size_t)height, file);
    free(sheet);
    return fclose(file) != 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return draw_sheet(argv[1]);
    test_table();
    test_fits();
    return check_end();
}
