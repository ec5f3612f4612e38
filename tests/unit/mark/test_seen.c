// SPDX-License-Identifier: Apache-2.0
//
// The visible label is found again, and says which it is and where; pictures without it
// give no alarm.

#include <stdio.h>
#include <stdlib.h>

#include "made.h"
#include "mark/impl.h"
#include "mark/seen/find.h"

static struct bt_label_finder *finder;

static unsigned dice(void)
{
    static unsigned state = 5;
    state = state * 1664525 + 1013904223;
    return state >> 8;
}

// Shapes of all sizes and some noise.
static void paint(struct bauta_frame *frame)
{
    for (int k = 0; k < 120; k++) {
        const int w = 4 + (int)(dice() % 90), h = 4 + (int)(dice() % 50);
        const int x0 = (int)dice() % frame->width, y0 = (int)dice() % frame->height;
        const uint8_t grey = (uint8_t)dice();
        for (int y = y0; y < y0 + h && y < frame->height; y++)
            for (int x = x0; x < x0 + w && x < frame->width; x++)
                frame->data[0][y * frame->stride[0] + x] =
                    (uint8_t)((grey * 7 + (int)(dice() & 255)) / 8);
    }
}

static struct bt_label_found find(const struct bauta_frame *frame)
{
    const struct bt_label_picture p = {frame->data[0], frame->stride[0], 1, frame->width,
                                       frame->height, frame->rotation, 1};
    struct bt_label_found found;
    CHECK_INT(bt_label_find(finder, &p, &found), 0);
    return found;
}

// The same picture at another size, by the nearest samples of its two by two means.
static struct bauta_frame *scaled(const struct bauta_frame *from, int width, int height)
{
    const struct bt_format f =
        made_format(BAUTA_PIXEL_GRAY8, width, height, from->rotation);
    struct bauta_frame *to = made_frame(&f, 0, 0);
    for (int y = 0; y < height; y++) {
        for (int x = 0; x < width; x++) {
            const int x0 = x * from->width / width, y0 = y * from->height / height;
            const int x1 = x0 + 1 < from->width ? x0 + 1 : x0;
            const int y1 = y0 + 1 < from->height ? y0 + 1 : y0;
            const uint8_t *a = from->data[0] + y0 * from->stride[0];
            const uint8_t *b = from->data[0] + y1 * from->stride[0];
            to->data[0][y * to->stride[0] + x] =
                (uint8_t)((a[x0] + a[x1] + b[x0] + b[x1] + 2) / 4);
        }
    }
    return to;
}

static void check_found(const struct bauta_frame *frame, const struct bt_mark_options *o,
                        const char *what)
{
    const struct bt_label_found r = find(frame);
    const bool same = r.seen && !strcmp(bt_words[r.language].label,
                                        bt_words[o->label_lang].label);
    if (!CHECK(same))
        printf("%s, %s, %dx%d: %.2f as %s\n", what, bt_words[o->label_lang].code,
               frame->width, frame->height, (double)r.score, bt_words[r.language].code);
    CHECK((r.x0 + r.x1 < 1) == (o->label_position & 1));
    CHECK((r.y0 + r.y1 > 1) == (o->label_position >> 1));
    CHECK(r.x0 >= 0 && r.x1 <= 1 && r.y0 >= 0 && r.y1 <= 1);
}

static void test_found(int width, int height, int rotation, struct bt_mark_options o)
{
    const struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, width, height, rotation);
    const struct bt_mark_moment later = {9, false};
    struct bauta_frame *frame = made_frame(&f, 128, 9);
    void *label = NULL;
    paint(frame);
    CHECK(!find(frame).seen);
    CHECK_INT(bt_mark_label.open(&label, &f, &o), 0);
    CHECK_INT(bt_mark_label.apply(label, frame, &later), 0);
    check_found(frame, &o, "as it is");
    if (width >= 640) {
        struct bauta_frame *half = scaled(frame, width * 5 / 9, height * 5 / 9);
        check_found(half, &o, "smaller");
        bauta_frame_unref(&half);
    }
    struct bauta_frame *larger = scaled(frame, width * 5 / 4, height * 5 / 4);
    check_found(larger, &o, "larger");
    bauta_frame_unref(&larger);
    bt_mark_label.close(&label);
    bauta_frame_unref(&frame);
}

static void test_unlabelled(void)
{
    static const int sizes[][2] = {{640, 360}, {360, 640}, {1280, 720}};
    float most = 0;
    for (int k = 0; k < 24; k++) {
        const struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, sizes[k % 3][0],
                                               sizes[k % 3][1], 0);
        struct bauta_frame *frame = made_frame(&f, k % 4 ? 20 : -1, 0);
        for (int n = 0; n < k % 4; n++)
            paint(frame);
        const struct bt_label_found r = find(frame);
        CHECK(!r.seen);
        most = r.score > most ? r.score : most;
        bauta_frame_unref(&frame);
    }
    printf("without a label: at most %.2f\n", (double)most);
    const uint8_t tiny[64] = {0};
    const struct bt_label_picture p = {tiny, 8, 1, 8, 8, 0, 1};
    struct bt_label_found r;
    CHECK_INT(bt_label_find(finder, &p, &r), BAUTA_E_TOO_SMALL);
}

int main(void)
{
    if (!CHECK(bt_label_finder_open(&finder) == 0))
        return check_end();
    const int step = getenv("BAUTA_TEST_FEW") ? 5 : 1;
    for (int i = 0; i < BT_LANGUAGES; i += step)
        test_found(i % 3 ? 640 : 720, i % 3 ? 360 : 1280, 0,
                   (struct bt_mark_options){.label_size = 1, .label_lang = i});
    for (int i = 0; i < 4; i++) {
        const struct bt_mark_options o = {.label_size = i & 1 ? .8f : 2, .label_position = i};
        test_found(1280, 720, i * 90, o);
        test_found(720, 1280, 0, o);
    }
    test_found(320, 180, 0, (struct bt_mark_options){.label_size = 1});
    test_found(1920, 1080, 0, (struct bt_mark_options){.label_size = 3});
    test_unlabelled();
    bt_label_finder_close(&finder);
    return check_end();
}
