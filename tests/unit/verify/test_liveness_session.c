// SPDX-License-Identifier: Apache-2.0
//
// A session of bauta liveness on made-up measurements: what is shown when, seeds that are
// used once, the lock, and the signed transcript.

#include "../check.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bauta/log.h>

#include "base/alloc.h"
#include "base/file.h"
#include "liveness.h"
#include "mark/c2pa/keys.h"

static struct bauta_liveness_sample sample[STREAM_MAX];
static char folder[] = "/tmp/bauta-liveness-XXXXXX", ledger[64], path[64],
            last_error[1024];

static void collect(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR)
        snprintf(last_error, sizeof last_error, "%s", line);
}

static void seed_text(int number, char text[33])
{
    snprintf(text, 33, "%02x%02x07%026d", number & 255, number >> 8, 0);
}

static struct bauta_liveness *begin(int number, int light, struct bt_challenge *c)
{
    struct bauta_liveness *l = NULL;
    char seed[33];
    seed_text(number, seed);
    actor_seed(number, c, 4, light);
    const struct bauta_liveness_params params = {
        .seed = seed, .light = light, .ledger = ledger};
    CHECK_INT(bauta_liveness_open(&params, &l), 0);
    return l;
}

// Pushes until it is over; the times begin at 1000. Returns how many stages were shown.
static int feed(struct bauta_liveness *l, const struct actor *a)
{
    const int n = actor_play(a, sample);
    struct bauta_liveness_prompt p, before = {.stage = BAUTA_PROMPT_WAIT};
    int stages = 0, over = 0;
    for (int i = 0; i < n && !over; i++) {
        sample[i].seconds += 1000;
        CHECK_INT(bauta_liveness_now(l, sample[i].seconds, &p), 0);
        stages += p.stage != before.stage || p.step != before.step ||
                  memcmp(p.colour, before.colour, 3) != 0;
        before = p;
        over = bauta_liveness_push_sample(l, &sample[i]);
        CHECK(over >= 0);
    }
    return over ? stages : -1;
}

static void test_session(void)
{
    struct bt_challenge c;
    struct bauta_liveness_result r;
    struct bauta_liveness_prompt p;
    struct bauta_liveness_sample s = {.seconds = 5, .alike = -2, .track = -1};
    struct bauta_liveness *l = begin(1, 1, &c);
    struct actor a = actor_for(&c, .5);
    a.screen = &c;
    a.screen_from = bt_challenge_light(&c, false);
    a.ambient = .2;
    // A rest before each of four actions, then grey, eight colours and grey.
    CHECK_INT(bauta_liveness_push_sample(l, &s), 0);
    CHECK_INT(bauta_liveness_now(l, 6, &p), 0);
    CHECK(p.stage == BAUTA_PROMPT_WAIT && p.left < 20);
    CHECK_INT(bauta_liveness_push_sample(l, &s), BAUTA_E_USAGE);
    const int stages = feed(l, &a);
    CHECK(stages >= 17 && stages <= 19);
    CHECK_INT(bauta_liveness_finish(l, &r), 0);
    CHECK_INT(r.verdict, BAUTA_LIVENESS_PASS);
    CHECK_INT(r.check[BAUTA_PAD_LIGHT].finding, BAUTA_FINDING_GOOD);
    CHECK_INT(bauta_liveness_push_sample(l, &s), BAUTA_E_USAGE);
    bauta_liveness_close(&l);
    CHECK(!l);
    // Nobody comes.
    l = begin(2, 0, &c);
    s.seconds = 1;
    int over = 0;
    for (int i = 0; i < 600 && !over; i++, s.seconds += .04)
        over = bauta_liveness_push_sample(l, &s);
    CHECK_INT(over, 1);
    CHECK_NEAR(s.seconds, 21, .1);
    CHECK_INT(bauta_liveness_finish(l, &r), 0);
    CHECK_INT(r.verdict, BAUTA_LIVENESS_INCONCLUSIVE);
    s.yaw = NAN;
    bauta_liveness_close(&l);
    struct bauta_frame *f = bauta_frame_new(BAUTA_PIXEL_GRAY8, 64, 64);
    l = begin(4, 0, &c);
    CHECK_INT(bauta_liveness_push(l, f, NAN), BAUTA_E_USAGE);
    bauta_liveness_close(&l);
    bauta_frame_unref(&f);
    l = begin(3, 0, &c);
    CHECK_INT(bauta_liveness_push_sample(l, &s), BAUTA_E_USAGE);
    bauta_liveness_close(&l);
}

static void test_ledger(void)
{
    struct bt_challenge c;
    struct stat info;
    char seed[33];
    uint8_t bytes[BT_SEED_BYTES] = {0};
    struct bauta_liveness *l = begin(10, 0, &c);
    bauta_liveness_close(&l);
    CHECK(!stat(ledger, &info) && (info.st_mode & 0777) == 0600);
    seed_text(10, seed);
    struct bauta_liveness_params params = {.seed = seed, .ledger = ledger};
    CHECK_INT(bauta_liveness_open(&params, &l), BAUTA_E_EXISTS);
    params.seed = "12";
    CHECK_INT(bauta_liveness_open(&params, &l), BAUTA_E_USAGE);
    // Five failures within three minutes, and what the clock does after.
    unlink(ledger);
    for (int i = 0; i < 5; i++) {
        bytes[0] = (uint8_t)i;
        CHECK_INT(bt_ledger_begin(ledger, bytes, 5000 + 10 * i), 0);
        CHECK_INT(bt_ledger_failed(ledger, 5000 + 10 * i), 0);
    }
    bytes[0] = 99;
    CHECK_INT(bt_ledger_begin(ledger, bytes, 5041), BAUTA_E_AGAIN);
    CHECK_INT(bt_ledger_begin(ledger, bytes, 5179), BAUTA_E_AGAIN);
    CHECK_INT(bt_ledger_begin(ledger, bytes, 4000), BAUTA_E_AGAIN);
    CHECK_INT(bt_ledger_begin(ledger, bytes, 5180), 0);
    CHECK_INT(bt_ledger_begin(ledger, bytes, 5181), BAUTA_E_EXISTS);
    // Damage is said, and nothing is written over it.
    FILE *file = fopen(ledger, "ae");
    fputs("used what\n", file);
    fclose(file);
    CHECK_INT(bt_ledger_begin(ledger, bytes, 6000), BAUTA_E_FORMAT);
    CHECK(strstr(last_error, ledger) != NULL);
    unlink(ledger);
    // It is bounded: the oldest go.
    file = fopen(ledger, "we");
    fputs("bauta liveness ledger 1\n", file);
    for (int i = 0; i < BT_LEDGER_SEEDS; i++)
        fprintf(file, "used %032x 100\n", i);
    fclose(file);
    CHECK_INT(bt_ledger_begin(ledger, bytes, 7000), 0);
    CHECK(!stat(ledger, &info) && info.st_size < 50 * BT_LEDGER_SEEDS);
    CHECK_INT(bt_ledger_begin(ledger, bytes, 7000), BAUTA_E_EXISTS);
    unlink(ledger);
    // A session that is given up counts, one that never began does not.
    for (int i = 0; i < 7; i++) {
        l = begin(20 + i, 0, &c);
        struct bauta_liveness_sample s = {.seconds = 1, .faces = i > 1, .alike = -2};
        CHECK_INT(bauta_liveness_push_sample(l, &s), 0);
        bauta_liveness_close(&l);
    }
    seed_text(40, seed);
    params.seed = seed;
    CHECK_INT(bauta_liveness_open(&params, &l), BAUTA_E_AGAIN);
    unlink(ledger);
}

static void check_changed(const uint8_t *data, size_t size)
{
    struct bauta_liveness_result r;
    uint8_t *copy = bt_alloc(size);
    for (size_t i = 0; i < size; i += 1 + size / 150) {
        memcpy(copy, data, size);
        copy[i] ^= 1;
        const int error = bt_transcript_check(copy, size, "changed", NULL, &r);
        CHECK(error == BAUTA_E_TAMPERED || error == BAUTA_E_FORMAT);
    }
    for (size_t n = 0; n < size; n += 1 + size / 40)
        CHECK_INT(bt_transcript_check(data, n, "cut", NULL, &r), BAUTA_E_FORMAT);
    bt_free(copy);
}

static void test_transcript(void)
{
    struct bt_challenge c;
    struct bauta_liveness_result r, again;
    struct stat info;
    uint8_t *data = NULL;
    size_t size = 0;
    for (int i = 0; i < 3; i++) {
        struct bauta_liveness *l = begin(50 + i, 0, &c);
        // The third does one thing at the second try, and not that either.
        struct actor a = actor_for(&c, i == 1 ? 9 : .7);
        if (i == 2)
            a.act[1].onset = 1e6;
        a.seconds = bt_challenge_end(&c, true) + .1;
        CHECK(feed(l, &a) > 0);
        CHECK_INT(bauta_liveness_save(l, path, 1), BAUTA_E_USAGE);
        CHECK_INT(bauta_liveness_finish(l, &r), 0);
        CHECK_INT(r.verdict, i ? BAUTA_LIVENESS_FAIL : BAUTA_LIVENESS_PASS);
        CHECK_INT(r.step_count, i == 2 ? 5 : 4);
        CHECK_INT(bauta_liveness_save(l, path, 1), 0);
        CHECK_INT(bauta_liveness_save(l, path, 0), BAUTA_E_EXISTS);
        CHECK(!stat(path, &info) && (info.st_mode & 0777) == 0600);
        CHECK_INT(bauta_liveness_verify(path, NULL, &again), 0);
        CHECK(again.signature && !again.trusted && again.signer[0]);
        CHECK_INT(again.verdict, r.verdict);
        CHECK_INT(again.frames, r.frames);
        CHECK(!memcmp(again.step, r.step, sizeof r.step));
        CHECK(!memcmp(again.check, r.check, sizeof r.check));
        bauta_liveness_close(&l);
    }
    CHECK_INT(bt_file_read(path, BT_TRANSCRIPT_MAX, &data, &size), 0);
    check_changed(data, size);
    bt_free(data);
    CHECK_INT(bauta_liveness_verify("/nowhere", NULL, &r), BAUTA_E_NOT_FOUND);
}

// The signer says that it passed, and it did not.
static void test_lie(void)
{
    struct bt_transcript t = {.steps = 4,
                              .verdict = BAUTA_LIVENESS_PASS,
                              .made = 1,
                              .device = {.finding = BAUTA_FINDING_NOTED}};
    struct bt_transcript back;
    struct bt_c2pa_buf b = {0};
    CHECK_INT(bt_transcript_pack(&b, &t), 0);
    CHECK_INT(bt_transcript_unpack(b.data, b.size, "lie", &back), 0);
    CHECK_INT(back.verdict, BAUTA_LIVENESS_PASS);
    bt_transcript_finish(&back);
    struct bt_c2pa_signer signer = {0};
    char key[80];
    struct bauta_liveness_result r;
    snprintf(key, sizeof key, "%s/signer.pem", folder);
    CHECK_INT(bt_c2pa_signer_load(&signer, key), 0);
    bt_c2pa_buf_free(&b);
    CHECK_INT(bt_transcript_sign(&b, &t, &signer), 0);
    CHECK_INT(bt_transcript_check(b.data, b.size, "lie", NULL, &r), BAUTA_E_TAMPERED);
    t.verdict = BAUTA_LIVENESS_INCONCLUSIVE;
    bt_c2pa_buf_free(&b);
    CHECK_INT(bt_transcript_sign(&b, &t, &signer), 0);
    CHECK_INT(bt_transcript_check(b.data, b.size, "true", NULL, &r), 0);
    char *pem = NULL;
    CHECK_INT(bt_c2pa_signer_show(key, &pem), 0);
    CHECK_INT(bt_transcript_check(b.data, b.size, "true", pem, &r), 0);
    CHECK_INT(r.trusted, 1);
    bt_free(pem);
    bt_c2pa_buf_free(&b);
    bt_c2pa_signer_free(&signer);
    unlink(key);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    snprintf(ledger, sizeof ledger, "%s/ledger", folder);
    snprintf(path, sizeof path, "%s/transcript", folder);
    setenv("XDG_CONFIG_HOME", folder, 1);
    bauta_log_set(collect, NULL);
    test_session();
    test_ledger();
    test_transcript();
    test_lie();
    unlink(ledger);
    unlink(path);
    static const char *const left[] = {"signer.pem.lock", "bauta/signer.pem",
                                       "bauta/signer.pem.lock", "bauta", ""};
    for (size_t i = 0; i < sizeof left / sizeof left[0]; i++) {
        char name[128];
        snprintf(name, sizeof name, "%s/%s", folder, left[i]);
        remove(name);
    }
    CHECK(access(folder, F_OK) != 0);
    return check_end();
}
