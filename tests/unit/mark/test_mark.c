// SPDX-License-Identifier: Apache-2.0
//
// The maker of marked frames: references, failures, fonts.

#include <stdio.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "made.h"

static char last_errors[8192];

static void collect(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    size_t used = strlen(last_errors);
    if (level == BAUTA_LOG_ERROR)
        snprintf(last_errors + used, sizeof(last_errors) - used, "%s\n", line);
}

static const struct bt_mark_options plain = {.label_size = 1};

// A frame that somebody else holds is copied, not written.
static void test_shared(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_YUV420P, 320, 180, 0);
    struct bt_mark *mark;
    struct bt_marked marked;
    if (!CHECK(bt_mark_open(&mark, &f, &plain) == 0))
        return;
    struct bauta_frame *mine = made_frame(&f, 90, 1.5), *same = made_frame(&f, 90, 1.5);
    CHECK_INT(bt_mark_frame(mark, bauta_frame_ref(mine), 0, &marked), 0);
    CHECK(marked.frame != mine);
    CHECK(marked.frame && marked.frame->pts == mine->pts);
    struct bt_rect all = {0, 0, 320, 180};
    int in, out;
    made_difference(mine, same, &all, 1, &in, &out);
    CHECK_INT(in + out, 0);
    bauta_frame_unref(&marked.frame);
    bauta_frame_unref(&mine);
    bauta_frame_unref(&same);
    bt_mark_close(&mark);
}

// A frame of another size never leaves, and its reference is dropped.
static void test_refused(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_YUV420P, 320, 180, 0);
    struct bt_format other = made_format(BAUTA_PIXEL_YUV420P, 322, 180, 0);
    struct bt_mark *mark;
    struct bt_marked marked = {made_frame(&f, 0, 0)};
    if (!CHECK(bt_mark_open(&mark, &f, &plain) == 0))
        return;
    struct bauta_frame *kept = marked.frame, *wrong = made_frame(&other, 0, 0);
    bauta_frame_ref(wrong);
    CHECK_INT(bt_mark_frame(mark, wrong, 0, &marked), BAUTA_E_USAGE);
    CHECK(!marked.frame);
    CHECK(bt_frame_is_writable(wrong));
    bauta_frame_unref(&wrong);
    bauta_frame_unref(&kept);
    bt_mark_close(&mark);
}

// The marks follow a stream that turns its pictures in the middle.
static void test_turning(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 320, 320, 0), g = f;
    g.rotation = 180;
    struct bt_rect rect[2];
    CHECK_INT(made_rects(&g, &plain, rect), 2);
    struct bt_mark *mark;
    struct bt_marked marked;
    int in, out;
    if (!CHECK(bt_mark_open(&mark, &f, &plain) == 0))
        return;
    CHECK_INT(bt_mark_frame(mark, made_frame(&f, 90, 0), 0, &marked), 0);
    bauta_frame_unref(&marked.frame);
    struct bauta_frame *before = made_frame(&g, 90, 9);
    CHECK_INT(bt_mark_frame(mark, made_frame(&g, 90, 9), 0, &marked), 0);
    made_difference(before, marked.frame, rect, 2, &in, &out);
    CHECK(in > 0);
    CHECK_INT(out, 0);
    bauta_frame_unref(&marked.frame);
    bauta_frame_unref(&before);
    bt_mark_close(&mark);
}

static void test_fonts(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_GRAY8, 320, 180, 0);
    struct bt_mark *mark = NULL;
    last_errors[0] = 0;
    setenv("BAUTA_FONT", "/nonexistent/font.ttf", 1);
    CHECK_INT(bt_mark_open(&mark, &f, &plain), BAUTA_E_NOT_FOUND);
    CHECK(!mark);
    CHECK(strstr(last_errors, "fonts-dejavu-core"));
    CHECK(strstr(last_errors, "/nonexistent/font.ttf"));

    char path[] = "/tmp/bauta-font-XXXXXX";
    int file = mkstemp(path);
    static const char junk[] = "OTTO is not enough to be a font, nor is this sentence.";
    CHECK(file >= 0 && write(file, junk, sizeof(junk)) == (ssize_t)sizeof(junk));
    setenv("BAUTA_FONT", path, 1);
    CHECK_INT(bt_mark_open(&mark, &f, &plain), BAUTA_E_FORMAT);
    CHECK(!mark);
    close(file);
    unlink(path);

    // Ornaments and Greek letters say nothing; serifs do.
    static const struct {
        const char *path;
        int result;
    } known[] = {
        {"/usr/share/fonts/opentype/urw-base35/D050000L.otf", BAUTA_E_FORMAT},
        {"/usr/share/fonts/opentype/urw-base35/StandardSymbolsPS.otf", BAUTA_E_FORMAT},
        {"/usr/share/fonts/opentype/urw-base35/C059-Roman.otf", 0},
        {"/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf", 0},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (access(known[i].path, R_OK))
            continue;
        setenv("BAUTA_FONT", known[i].path, 1);
        CHECK_INT(bt_mark_open(&mark, &f, &plain), known[i].result);
        if (mark)
            bt_mark_close(&mark);
    }
    unsetenv("BAUTA_FONT");
}

// Wherever memory runs out, opening fails cleanly or works; it never gives less.
static void test_no_memory(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_NV12, 320, 180, 0);
    struct bt_mark *mark = NULL;
    int64_t start = bt_alloc_count();
    CHECK_INT(bt_mark_open(&mark, &f, &plain), 0);
    bt_mark_close(&mark);
    int64_t needed = bt_alloc_count() - start;
    CHECK(needed > 10);
    for (int64_t n = 1; n <= needed; n += n < 40 ? 1 : 1 + needed / 60) {
        mark = NULL;
        bt_alloc_fail_after(n);
        int r = bt_mark_open(&mark, &f, &plain);
        bt_alloc_fail_after(0);
        CHECK(r < 0 ? !mark : mark != NULL);
        bt_mark_close(&mark);
    }
}

// Once a stream runs, marking takes no memory: frames to copy into come from a pool.
static void test_no_allocation(void)
{
    struct bt_format f = made_format(BAUTA_PIXEL_YUV420P, 320, 180, 0);
    struct bt_mark *mark;
    struct bt_marked marked;
    if (!CHECK(bt_mark_open(&mark, &f, &plain) == 0))
        return;
    struct bauta_frame *frame = made_frame(&f, 90, 0);
    int64_t count = 0;
    for (int i = 0; i < 20; i++) {
        if (i == 2)
            count = bt_alloc_count();
        CHECK_INT(bt_mark_frame(mark, bauta_frame_ref(frame), 0, &marked), 0);
        bauta_frame_unref(&marked.frame);
    }
    CHECK_INT(bt_alloc_count(), count);
    bauta_frame_unref(&frame);
    bt_mark_close(&mark);
}

static void test_options(void)
{
    struct bt_mark_options o = {0};
    CHECK_INT(bt_opt_defaults(bt_mark_opts, &o), 0);
    CHECK_INT(o.label_position, 0);
    CHECK_NEAR(o.label_size, 1, 0);
    CHECK_INT(bt_opt_set(bt_opt_find(bt_mark_opts, "label-position"), &o, "bottom-left"),
              0);
    CHECK_INT(o.label_position, 3);
    CHECK(bt_opt_set(bt_opt_find(bt_mark_opts, "label-size"), &o, "0") < 0);
    CHECK(bt_opt_set(bt_opt_find(bt_mark_opts, "label-size"), &o, "nan") < 0);
    CHECK_NEAR(o.label_size, 1, 0);
}

int main(void)
{
    bauta_log_set(collect, NULL);
    test_shared();
    test_refused();
    test_turning();
    test_fonts();
    test_no_memory();
    test_no_allocation();
    test_options();
    return check_end();
}
