// SPDX-License-Identifier: Apache-2.0
//
// The cues of bauta check on made-up frames, edit lists, and what is said of it all.

#include "../check.h"

#include <stdlib.h>

#include "base/alloc.h"
#include "base/log.h"
#include "frame/frame.h"
#include "verify/check/check.h"

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 11) + .5) / 9007199254740992.;
}

// Frames at a rate whose cells wander, with a face whose eyes are open.
static struct bt_samples make(double seconds, double rate)
{
    struct bt_samples all = {0};
    struct bt_sample one = {.lids = 2, .size = 200};
    double cell[BT_GRID_CELLS];
    for (int c = 0; c < BT_GRID_CELLS; c++)
        cell[c] = 1000 + 1000 * uniform();
    for (int n = 0; n < (int)(seconds * rate); n++) {
        one.seconds = one.own = n / rate;
        one.hash = 1 + (uint64_t)n;
        one.place[0] = 100 + (float)uniform();
        for (int c = 0; c < BT_GRID_CELLS; c++) {
            cell[c] += 60 * (uniform() - .5);
            one.grid[c] = (uint16_t)cell[c];
        }
        CHECK_INT(bt_samples_add(&all, &one), 0);
    }
    return all;
}

static void test_blinks(void)
{
    struct bauta_check_facts f;
    struct bt_samples all = make(60, 30);
    // Ten of 4 frames, one of 1 frame, one of a second, one with the face turned away.
    for (int b = 0; b < 10; b++) {
        for (int k = 0; k < 4; k++)
            all.one[100 + 120 * b + k].lids = .7f;
    }
    all.one[1500].lids = .7f;
    for (int k = 0; k < 30; k++)
        all.one[1600 + k].lids = .7f;
    for (int k = 0; k < 20; k++) {
        all.one[1700 + k].turned = 40;
        all.one[1700 + k].lids = k > 4 && k < 9 ? .7f : 2;
    }
    CHECK_INT(bt_cue_blinks(&all, &f), 0);
    CHECK_INT(f.blinks, 10);
    CHECK_NEAR(f.blink_seconds, 4 / 30., .01);
    CHECK_NEAR(f.blink_rate, 10, .3);
    // 10 events: 4.80 to 18.39 (Garwood 1936).
    CHECK_NEAR(f.blink_low, 4.8, .3);
    CHECK_NEAR(f.blink_high, 18.4, .5);
    // One that opens slowly: half open after 9 frames, above .65 after 20.
    for (int k = 0; k < 20; k++)
        all.one[1400 + k].lids = k < 2 ? 0 : k < 9 ? .8f : 1.2f;
    CHECK_INT(bt_cue_blinks(&all, &f), 0);
    CHECK_INT(f.blinks, 11);
    for (int k = 0; k < 20; k++)
        all.one[1400 + k].lids = 2;
    // Eyes half closed all the time are that person's open ones.
    for (int i = 0; i < all.count; i++)
        all.one[i].lids *= .5f;
    CHECK_INT(bt_cue_blinks(&all, &f), 0);
    CHECK_INT(f.blinks, 10);
    // No face, and too few frames: nothing is known.
    for (int i = 0; i < all.count; i++)
        all.one[i].part = -1;
    CHECK_INT(bt_cue_blinks(&all, &f), 0);
    CHECK_INT(f.blinks, -1);
    bt_free(all.one);
    all = make(60, 10);
    CHECK_INT(bt_cue_blinks(&all, &f), 0);
    CHECK_INT(f.blinks, -1);
    bt_free(all.one);
}

static void test_frozen(void)
{
    struct bauta_check_facts f;
    struct bt_samples all = make(10, 25);
    bt_cue_frozen(&all, &f);
    CHECK_NEAR(f.frozen_seconds, 0, .01);
    for (int i = 101; i < 150; i++) {
        const double seconds = all.one[i].seconds;
        all.one[i] = all.one[100];
        all.one[i].seconds = seconds;
    }
    bt_cue_frozen(&all, &f);
    CHECK_NEAR(f.frozen_seconds, 49 / 25., 1e-6);
    CHECK_NEAR(f.frozen_at, 4, 1e-6);
    // Not the same to the bit, but to the eye; and a face that moves in it.
    for (int i = 101; i < 150; i++) {
        all.one[i].hash = 1000 + (uint64_t)i;
        all.one[i].grid[7] += 3;
    }
    bt_cue_frozen(&all, &f);
    CHECK_NEAR(f.frozen_seconds, 49 / 25., 1e-6);
    for (int i = 101; i < 150; i++)
        all.one[i].place[0] += (float)(i % 2 ? 2 : -2);
    bt_cue_frozen(&all, &f);
    CHECK(f.frozen_seconds < .2);
    bt_free(all.one);
}

static void copy_grid(struct bt_samples *all, int to, int from)
{
    for (int c = 0; c < BT_GRID_CELLS; c++)
        all->one[to].grid[c] = (uint16_t)(all->one[from].grid[c] + (c * 7 + to) % 3);
}

static void test_loops(void)
{
    struct bauta_check_facts f;
    struct bt_samples all = make(40, 25);
    CHECK_INT(bt_cue_loops(&all, &f), 0);
    CHECK_NEAR(f.loop_seconds, 0, 0);
    // Seconds 4 to 9 again from 20 on, nearly the same.
    for (int i = 0; i < 125; i++)
        copy_grid(&all, 500 + i, 100 + i);
    CHECK_INT(bt_cue_loops(&all, &f), 0);
    CHECK_NEAR(f.loop_seconds, 5, .4);
    CHECK_NEAR(f.loop_at, 4, .3);
    CHECK_NEAR(f.loop_again, 20, .3);
    CHECK(!f.loop_backwards);
    bt_free(all.one);
    all = make(40, 25);
    for (int i = 0; i < 125; i++)
        copy_grid(&all, 500 + i, 224 - i);
    CHECK_INT(bt_cue_loops(&all, &f), 0);
    CHECK_NEAR(f.loop_seconds, 5, .4);
    CHECK_NEAR(f.loop_again, 20, .4);
    CHECK(f.loop_backwards);
    // What stands still all the time does not come again.
    for (int i = 1; i < all.count; i++)
        copy_grid(&all, i, 0);
    CHECK_INT(bt_cue_loops(&all, &f), 0);
    CHECK_NEAR(f.loop_seconds, 0, 0);
    bt_free(all.one);
}

static void test_cadence(void)
{
    struct bauta_check_facts f;
    struct bt_samples all = make(10, 25);
    bt_cue_cadence(&all, &f);
    CHECK_NEAR(f.rate, 25, .01);
    CHECK_NEAR(f.jitter, 0, 1e-6);
    CHECK_INT(f.gaps, 0);
    for (int i = 100; i < all.count; i++)
        all.one[i].own += .5;
    for (int i = 0; i < 100; i += 2)
        all.one[i].own += .01;
    bt_cue_cadence(&all, &f);
    CHECK_INT(f.gaps, 1);
    CHECK(f.jitter > .1 && f.jitter < .3);
    for (int i = 0; i < all.count; i++)
        all.one[i].own = -1;
    bt_cue_cadence(&all, &f);
    CHECK(f.rate < 0 && f.gaps < 0);
    bt_free(all.one);
}

static void test_picture(void)
{
    struct bt_sample a, b;
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, 64, 36);
    for (int y = 0; y < 36; y++)
        memset(frame->data[0] + y * frame->stride[0], y < 18 ? 40 : 200, 64 * 3);
    bt_sample_picture(frame, &a);
    CHECK_INT(a.grid[0], 40 * 16);
    CHECK_INT(a.grid[BT_GRID_CELLS - 1], 200 * 16);
    frame->data[0][frame->stride[0] * 35 + 63 * 3]++;
    bt_sample_picture(frame, &b);
    CHECK(a.hash != b.hash);
    bauta_frame_unref(&frame);
}

static void test_edits(void)
{
    // moov { trak { edts { elst: version 0, an empty edit and two others } } }
    static const uint8_t moov[] = {
        0, 0, 0, 76, 'm', 'o', 'o', 'v', 0, 0, 0, 68, 't', 'r', 'a', 'k',
        0, 0, 0, 60, 'e', 'd', 't', 's', 0, 0, 0, 52, 'e', 'l', 's', 't',
        0, 0, 0, 0, 0, 0, 0, 3,
        0, 0, 0, 9, 255, 255, 255, 255, 0, 1, 0, 0,
        0, 0, 0, 9, 0, 0, 0, 0, 0, 1, 0, 0,
        0, 0, 0, 9, 0, 0, 0, 7, 0, 1, 0, 0};
    uint8_t copy[sizeof moov];
    CHECK_INT(bt_facts_edits(moov, sizeof moov), 2);
    for (size_t i = 0; i < sizeof moov; i++) {
        memcpy(copy, moov, sizeof moov);
        copy[i] = 255;
        CHECK(bt_facts_edits(copy, sizeof moov) >= 0);
        CHECK_INT(bt_facts_edits(moov, i), 0);
    }
}

static const char *text_of(const struct bauta_check *c, const char *topic,
                           enum bauta_check_level level)
{
    struct bauta_check_finding f;
    for (int i = 0; !bauta_check_finding(c, i, &f); i++) {
        if (!strcmp(f.topic, topic) && f.level == level)
            return f.text;
    }
    return "";
}

static struct bauta_check film(void)
{
    struct bauta_check c = {.whole = true};
    c.facts = (struct bauta_check_facts){.width = 640, .height = 360, .seconds = 60,
                                         .frames = 1500, .people = 1, .face_seconds = 60,
                                         .blinks = 15, .blink_rate = 15, .blink_low = 8.4,
                                         .blink_high = 24.7, .blink_seconds = .2,
                                         .rate = 25, .loop_at = -1};
    c.marks.visible = BAUTA_LABEL_ABSENT;
    return c;
}

static void test_words(void)
{
    struct bauta_check c = film();
    struct bauta_check_finding f;
    int count = 0, levels = 0;
    bt_check_say(&c);
    CHECK_INT(c.verdict, BAUTA_CHECK_NOTHING);
    CHECK(strstr(bauta_check_headline(&c), "proves nothing"));
    for (; !bauta_check_finding(&c, count, &f); count++) {
        CHECK(f.level >= (enum bauta_check_level)levels);
        levels = (int)f.level;
        CHECK(!strcasestr(f.text, "genuine") && !strcasestr(f.text, "authentic"));
        CHECK(f.text[strlen(f.text) - 1] == '.');
    }
    CHECK(count >= 8 && levels == BAUTA_CHECK_NEXT);
    CHECK(*text_of(&c, "call", BAUTA_CHECK_NEXT) && *text_of(&c, "words", BAUTA_CHECK_NEXT));

    // Blinks: two in an hour, all too many, and a number that fits.
    CHECK(*text_of(&c, "blinks", BAUTA_CHECK_FACT));
    c.facts.blink_high = 1.2;
    bt_check_say(&c);
    CHECK_INT(c.verdict, BAUTA_CHECK_UNUSUAL);
    CHECK(*text_of(&c, "blinks", BAUTA_CHECK_LIKELY));

    c = film();
    c.marks.manifest = BAUTA_MANIFEST_VALID;
    snprintf(c.marks.source_type, sizeof c.marks.source_type, "digitalCapture");
    bt_check_say(&c);
    CHECK_INT(c.verdict, BAUTA_CHECK_NOTHING);
    CHECK(*text_of(&c, "signature", BAUTA_CHECK_FACT));
    snprintf(c.marks.source_type, sizeof c.marks.source_type, "trainedAlgorithmicMedia");
    bt_check_say(&c);
    CHECK_INT(c.verdict, BAUTA_CHECK_MADE);
    c.marks.manifest = BAUTA_MANIFEST_INVALID;
    bt_check_say(&c);
    CHECK_INT(c.verdict, BAUTA_CHECK_CHANGED);
    c.marks.watermark = 1;
    bt_check_say(&c);
    CHECK_INT(c.verdict, BAUTA_CHECK_MADE);
    CHECK(*text_of(&c, "signature", BAUTA_CHECK_CERTAIN) &&
          *text_of(&c, "watermark", BAUTA_CHECK_CERTAIN));

    c = film();
    c.moved = true;
    c.motion.verdict = BAUTA_MOTION_UNLIKE;
    bt_check_say(&c);
    CHECK(*text_of(&c, "motion", BAUTA_CHECK_LIKELY));
    c.motion.verdict = BAUTA_MOTION_TOO_LITTLE;
    bt_check_say(&c);
    CHECK(*text_of(&c, "motion", BAUTA_CHECK_UNKNOWN) && c.verdict == BAUTA_CHECK_NOTHING);
}

static void test_bad(void)
{
    struct bauta_check *check = NULL;
    bauta_log_set(NULL, NULL);
    CHECK_INT(bauta_check(NULL, NULL, &check), BAUTA_E_USAGE);
    CHECK_INT(bauta_check("-", NULL, &check), BAUTA_E_USAGE);
    CHECK_INT(bauta_check("/tmp", NULL, &check), BAUTA_E_USAGE);
    CHECK_INT(bauta_check("/nowhere/at/all.mp4", NULL, &check), BAUTA_E_NOT_FOUND);
    CHECK(!check);
    bauta_check_free(&check);
}

int main(void)
{
    test_blinks();
    test_frozen();
    test_loops();
    test_cadence();
    test_picture();
    test_edits();
    test_words();
    test_bad();
    return check_end();
}
