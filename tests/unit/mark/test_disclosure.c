// SPDX-License-Identifier: Apache-2.0
//
// When the line of disclosure is shown: for 4 s by the time stamps, and after each gap.

#include "made.h"

static const struct bt_mark_options plain = {.label_size = 1};
static struct bt_rect rect[2];

// 1 label only, 3 label and disclosure; 0, 2 and above would be wrong.
static int shown(struct bt_mark *mark, const struct bt_format *f, double seconds, int gap)
{
    struct bauta_frame *before = made_frame(f, 90, seconds);
    struct bt_marked marked;
    if (!CHECK(bt_mark_frame(mark, made_frame(f, 90, seconds), gap, &marked) == 0))
        return -1;
    int label, line, out, rest;
    made_difference(before, marked.frame, rect, 1, &label, &rest);
    made_difference(before, marked.frame, rect + 1, 1, &line, &rest);
    made_difference(before, marked.frame, rect, 2, &rest, &out);
    bauta_frame_unref(&before);
    bauta_frame_unref(&marked.frame);
    return (label > 0) + 2 * (line > 0) + 4 * (out > 0);
}

static void test_times(int base)
{
    struct bt_format f = made_format(BAUTA_PIXEL_NV12, 640, 360, 0);
    f.time_base = (struct bauta_rational){1, base};
    CHECK_INT(made_rects(&f, &plain, rect), 2);
    struct bt_mark *mark;
    if (!CHECK(bt_mark_open(&mark, &f, &plain) == 0))
        return;
    // A stream whose clock does not start at 0.
    CHECK_INT(shown(mark, &f, 100, 0), 3);
    CHECK_INT(shown(mark, &f, 102, 0), 3);
    CHECK_INT(shown(mark, &f, 103.96, 0), 3);
    CHECK_INT(shown(mark, &f, 104, 0), 1);
    CHECK_INT(shown(mark, &f, 120, 0), 1);
    CHECK_INT(shown(mark, &f, 121, 1), 3);
    CHECK_INT(shown(mark, &f, 124.96, 0), 3);
    CHECK_INT(shown(mark, &f, 125, 0), 1);
    // A clock that jumps back is a gap too.
    CHECK_INT(shown(mark, &f, 50, 0), 3);
    CHECK_INT(shown(mark, &f, 54, 0), 1);
    bt_mark_close(&mark);
}

// Without time stamps frames are counted at the nominal rate.
static void test_no_times(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 640, 360, 0);
    f.frame_rate = (struct bauta_rational){10, 1};
    CHECK_INT(made_rects(&f, &plain, rect), 2);
    struct bt_mark *mark;
    if (!CHECK(bt_mark_open(&mark, &f, &plain) == 0))
        return;
    for (int i = 0; i < 60; i++) {
        struct bauta_frame *before = made_frame(&f, 90, 0);
        struct bauta_frame *frame = made_frame(&f, 90, 0);
        frame->pts = INT64_MIN;
        frame->number = i;
        struct bt_marked marked;
        int in, out;
        if (!CHECK(bt_mark_frame(mark, frame, 0, &marked) == 0))
            return;
        made_difference(before, marked.frame, rect + 1, 1, &in, &out);
        CHECK_INT(in > 0, i < 40);
        CHECK(out > 0);
        bauta_frame_unref(&before);
        bauta_frame_unref(&marked.frame);
    }
    bt_mark_close(&mark);
}

static void test_still(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_RGB24, 640, 360, 0);
    f.still = true;
    CHECK_INT(made_rects(&f, &plain, rect), 2);
    struct bt_mark *mark;
    if (!CHECK(bt_mark_open(&mark, &f, &plain) == 0))
        return;
    CHECK_INT(shown(mark, &f, 0, 0), 1);
    CHECK_INT(shown(mark, &f, 0, 1), 1);
    bt_mark_close(&mark);
}

// A work of 60 seconds: both at its opening and its end, nothing between. Live, or where
// the end is not known, the label stays.
static void test_opening(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_NV12, 640, 360, 0);
    struct bt_mark_options work = plain;
    struct bt_mark *mark;
    work.label = BT_LABEL_OPENING;
    for (int kind = 0; kind < 3; kind++) {
        f.live = kind == 1;
        work.end = kind == 2 ? 0 : 60;
        const int between = kind ? 1 : 0;
        CHECK_INT(made_rects(&f, &plain, rect), 2);
        CHECK_INT(bt_mark_open(&mark, &f, &work), 0);
        CHECK_INT(shown(mark, &f, 0, 0), 3);
        CHECK_INT(shown(mark, &f, 3.9, 0), 3);
        CHECK_INT(shown(mark, &f, 4.1, 0), between);
        CHECK_INT(shown(mark, &f, 55.9, 0), between);
        CHECK_INT(shown(mark, &f, 56.1, 0), kind ? 1 : 3);
        CHECK_INT(shown(mark, &f, 60.5, 0), kind ? 1 : 3);
        bt_mark_close(&mark);
    }
}

// The sentence is broken into lines where the picture is narrow, whole words each.
static void test_lines(void)
{
    static const int want[][3] = {{160, 120, 3}, {320, 180, 2}, {1920, 1080, 1}};
    struct bt_text *text;
    if (!CHECK(bt_text_open(&text) == 0))
        return;
    for (int i = 0; i < 3; i++) {
        struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, want[i][0], want[i][1], 0);
        struct bt_view v = bt_view_of(&f, &plain);
        struct bt_plate label, line;
        char all[256] = "";
        CHECK_INT(bt_layout_label(text, &v, 1, &label), 0);
        CHECK_INT(bt_layout_disclosure(text, &v, &label, &line), 1);
        CHECK_INT(line.lines, want[i][2]);
        CHECK(line.cap >= 6);
        for (int k = 0; k < line.lines; k++) {
            strcat(all, k ? " " : "");
            strcat(all, line.line[k]);
        }
        CHECK_TEXT(all, "This video shows a face that was replaced by AI. "
                        "\xe2\x80\x94\xc2\xa0" "bauta");
        struct bt_rect both = bt_rect_intersect(label.rect, line.rect);
        CHECK(bt_rect_empty(both));
    }
    bt_text_close(&text);
}

int main(void)
{
    test_times(1000);
    test_times(90000);
    test_times(25);
    test_no_times();
    test_still();
    test_opening();
    test_lines();
    return check_end();
}
