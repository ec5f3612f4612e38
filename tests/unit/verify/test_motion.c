// SPDX-License-Identifier: Apache-2.0
//
// Motion signatures: windows and their correlations, the distance, generated people who
// move each in their own way, too little material, and the file. The people are no people:
// they show that the model does what it says, not how well it does on anybody.

#include "../check.h"

#include <stdlib.h>

#include <sys/stat.h>

#include "base/alloc.h"
#include "base/log.h"
#include "verify/motion/motion.h"

enum { RATE = 10, SIGNALS = BT_MOTION_SIGNALS, HIDDEN = 6, PEOPLE = 4 };

static char last_error[1024], folder[] = "/tmp/bauta-motion-XXXXXX";

static void collect(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR)
        snprintf(last_error, sizeof(last_error), "%s", line);
}

static uint64_t state = 88172645463325252u;

static double uniform(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return ((double)(state >> 11) + .5) / 9007199254740992.;
}

static double normal(void)
{
    return sqrt(-2 * log(uniform())) * cos(2 * M_PI * uniform());
}

// How one moves: what each of a few causes does to each signal.
struct person {
    double mix[SIGNALS][HIDDEN];
};

static void add_frames(struct bt_motion_track *track, const struct person *who,
                       double seconds, int part)
{
    const int count = (int)(seconds * RATE), room = track->count + count;
    struct bt_motion_frame *more = bt_alloc_array((size_t)room, sizeof *more);
    double cause[HIDDEN] = {0};
    const double from = track->count ? track->frame[track->count - 1].seconds + 1 : 0;
    if (track->count)
        memcpy(more, track->frame, (size_t)track->count * sizeof *more);
    bt_free(track->frame);
    track->frame = more;
    for (int n = 0; n < count; n++) {
        struct bt_motion_frame *f = &more[track->count++];
        *f = (struct bt_motion_frame){.seconds = from + (double)n / RATE, .part = part};
        for (int h = 0; h < HIDDEN; h++)
            cause[h] = .8 * cause[h] + normal();
        for (int i = 0; i < SIGNALS; i++) {
            double sum = .5 * normal();
            for (int h = 0; h < HIDDEN; h++)
                sum += who->mix[i][h] * cause[h];
            f->value[i] = (float)sum;
        }
    }
    track->room = track->count;
}

static void make_people(struct person people[PEOPLE])
{
    for (int p = 0; p < PEOPLE; p++) {
        for (int i = 0; i < SIGNALS; i++) {
            for (int h = 0; h < HIDDEN; h++)
                people[p].mix[i][h] = normal() * (h < 2 ? 1 : .6);
        }
    }
}

static struct bauta_motion *learn(const struct person *who, double seconds)
{
    struct bt_motion_track track = {0};
    struct bt_motion_windows windows;
    struct bauta_motion *made = NULL;
    add_frames(&track, who, seconds, 1);
    CHECK_INT(bt_motion_cut(&track, 10, 1, &windows), 0);
    CHECK_INT(bt_motion_learn(&windows, &made), 0);
    bt_motion_windows_finish(&windows);
    bt_motion_track_finish(&track);
    if (!made)
        exit(1);
    made->films = 1;
    return made;
}

static void test_windows(void)
{
    struct bt_motion_track track = {0};
    struct bt_motion_windows w;
    struct person who[PEOPLE];
    make_people(who);
    add_frames(&track, who, 12, 1);
    add_frames(&track, who, 25, 2);
    add_frames(&track, who, 9, 3);
    // Signal 1 is twice signal 0, signal 2 its opposite, signal 3 stands still.
    for (int n = 0; n < track.count; n++) {
        float *v = track.frame[n].value;
        v[1] = 2 * v[0] + 7;
        v[2] = -v[0];
        v[3] = 4;
    }
    CHECK_INT(bt_motion_cut(&track, 10, 1, &w), 0);
    // The first part gives 2, the second 15, the third none.
    CHECK_INT(w.count, 2 + 15);
    CHECK_NEAR(w.seconds, 11 + 24, 1e-6);
    CHECK_NEAR(w.feature[0][0], atanh(.995), 1e-4);        // 1 and 0
    CHECK_NEAR(w.feature[0][1], -atanh(.995), 1e-4);       // 2 and 0
    CHECK_NEAR(w.feature[0][3], 0, 0);                     // 3 and 0
    // By hand: signals 5 and 4 of the first window.
    double mean[2] = {0}, xx = 0, yy = 0, xy = 0;
    for (int n = 0; n < 10 * RATE; n++) {
        mean[0] += (double)track.frame[n].value[4] / (10 * RATE);
        mean[1] += (double)track.frame[n].value[5] / (10 * RATE);
    }
    for (int n = 0; n < 10 * RATE; n++) {
        const double x = (double)track.frame[n].value[4] - mean[0],
                     y = (double)track.frame[n].value[5] - mean[1];
        xx += x * x, yy += y * y, xy += x * y;
    }
    CHECK_NEAR(w.feature[0][5 * 4 / 2 + 4], atanh(xy / sqrt(xx * yy)), 1e-4);
    bt_motion_windows_finish(&w);
    // Every third frame alone: too few for a window.
    int kept = 0;
    for (int n = 0; n < track.count; n += 3)
        track.frame[kept++] = track.frame[n];
    track.count = kept;
    CHECK_INT(bt_motion_cut(&track, 10, 1, &w), 0);
    CHECK_INT(w.count, 0);
    bt_motion_windows_finish(&w);
    bt_motion_track_finish(&track);
}

static void test_distance(void)
{
    struct bauta_motion *m = bt_zalloc(sizeof *m);
    float x[BT_MOTION_FEATURES];
    double square = 0;
    for (int i = 0; i < BT_MOTION_FEATURES; i++) {
        m->covariance[i * (i + 1) / 2 + i] = .25;
        m->mean[i] = .1 * i;
        x[i] = (float)(m->mean[i] + normal());
        square += pow((double)x[i] - m->mean[i], 2);
    }
    CHECK(bt_motion_factor(m));
    CHECK_NEAR(bt_motion_score(m, x), square / .25 / BT_MOTION_FEATURES, 1e-3);
    // Two that vary together: [[1, .8], [.8, 1]], inverse times .36: [[1, -.8], [-.8, 1]].
    m->covariance[0] = m->covariance[2] = 1;
    m->covariance[1] = .8;
    CHECK(bt_motion_factor(m));
    for (int i = 0; i < BT_MOTION_FEATURES; i++)
        x[i] = (float)m->mean[i];
    x[0] += 1;
    x[1] -= 1;
    CHECK_NEAR(bt_motion_score(m, x), (2 + 1.6) / .36 / BT_MOTION_FEATURES, 1e-4);
    m->covariance[1] = 1.1;
    CHECK(!bt_motion_factor(m));
    bauta_motion_free(&m);
    CHECK(!m);
}

static void test_people(void)
{
    struct person people[PEOPLE];
    int own = 0, others = 0, tried = 0;
    make_people(people);
    printf("generated people, 5 minutes to learn from, a minute each to judge\n"
           "of  judged   score   error   limit\n");
    for (int p = 0; p < PEOPLE; p++) {
        struct bauta_motion *m = learn(&people[p], 300);
        CHECK_INT(m->windows, 290);
        for (int q = 0; q < PEOPLE; q++) {
            struct bt_motion_track track = {0};
            struct bauta_motion_result r;
            add_frames(&track, &people[q], 60, 1);
            CHECK_INT(bt_motion_compare(m, &track, &r), 0);
            printf("%2d  %6d %7.2f %7.2f %7.2f\n", p, q, r.score, r.error, r.limit);
            CHECK(r.windows == 50 && r.error > 0 && r.needed == 0);
            own += p == q && r.verdict == BAUTA_MOTION_ALIKE;
            others += p != q && r.verdict == BAUTA_MOTION_UNLIKE;
            tried += p != q;
            // Where all of it is usual the error is at least what the own scores say.
            CHECK(r.inside >= 0 && r.inside <= 1);
            // Less than half a minute is not judged.
            track.count = 29 * RATE;
            CHECK_INT(bt_motion_compare(m, &track, &r), 0);
            CHECK_INT(r.verdict, BAUTA_MOTION_TOO_LITTLE);
            CHECK(r.needed > 0 && r.needed < 3 && r.score == 0);
            bt_motion_track_finish(&track);
        }
        bauta_motion_free(&m);
    }
    CHECK_INT(own, PEOPLE);
    CHECK_INT(others, tried);
}

static void test_little(void)
{
    struct bt_motion_track track = {0};
    struct bt_motion_windows w;
    struct bauta_motion *made = NULL;
    struct person people[PEOPLE];
    make_people(people);
    add_frames(&track, people, 15, 1);
    CHECK_INT(bt_motion_cut(&track, 10, 1, &w), 0);
    CHECK_INT(bt_motion_learn(&w, &made), BAUTA_E_TOO_SMALL);
    CHECK(!made);
    bt_motion_windows_finish(&w);
    for (int n = 1; n <= 3; n++) {
        bt_alloc_fail_after(n);
        const int result = bt_motion_cut(&track, 10, 1, &w);
        CHECK(result == BAUTA_E_NO_MEMORY || n > 2);
        bt_motion_windows_finish(&w);
    }
    bt_alloc_fail_after(0);
    bt_motion_track_finish(&track);
    CHECK_INT(bauta_motion_enrol(NULL, 1, NULL, &made), BAUTA_E_USAGE);
    const char *const none[] = {"/nowhere/film.mp4"};
    CHECK_INT(bauta_motion_enrol(none, 1, NULL, &made), BAUTA_E_NOT_FOUND);
    CHECK(strstr(last_error, "/nowhere/film.mp4"));
    CHECK_INT(bauta_motion_enrol(none, 0, NULL, &made), BAUTA_E_USAGE);
    CHECK_TEXT(bauta_motion_verdict_name(BAUTA_MOTION_UNCLEAR), "unclear");
    CHECK(!bauta_motion_verdict_name((enum bauta_motion_verdict)9));
}

static int count_name(void *opaque, const char *name)
{
    ++*(int *)opaque;
    CHECK_TEXT(name, "anna");
    return 0;
}

static void test_file(void)
{
    struct person people[PEOPLE];
    struct bauta_motion *made = NULL, *back = NULL;
    struct bauta_motion_info info;
    struct stat file;
    char path[200];
    uint8_t *data = NULL;
    size_t size = 0;
    int opened = 0, names = 0;
    make_people(people);
    made = learn(people, 60);
    CHECK_INT(bauta_motion_save(made, "anna", 0), 0);
    CHECK_INT(bauta_motion_save(made, "anna", 0), BAUTA_E_EXISTS);
    CHECK_INT(bauta_motion_save(made, "anna", 1), 0);
    CHECK_INT(bauta_motion_save(made, "../anna", 1), BAUTA_E_USAGE);
    snprintf(path, sizeof path, "%s/bauta/signatures/anna.motion", folder);
    CHECK(!stat(path, &file) && (file.st_mode & 0777) == 0600);
    CHECK_INT(bauta_motion_list(count_name, &names), 0);
    CHECK_INT(names, 1);
    CHECK_INT(bauta_motion_load("anna", &back), 0);
    CHECK(back && !bauta_motion_info(back, &info) && info.windows == made->windows &&
          info.films == 1 && info.made == made->made);
    float x[BT_MOTION_FEATURES] = {0};
    CHECK_NEAR(bt_motion_score(back, x) / bt_motion_score(made, x), 1, 1e-3);
    bauta_motion_free(&back);
    CHECK_INT(bt_motion_pack(made, &data, &size), 0);
    for (size_t i = 0; i < size; i += i < 300 ? 1 : 331) {
        data[i] ^= (uint8_t)(1 << i % 8);
        opened += !bt_motion_unpack(data, size, "changed", &back);
        data[i] ^= (uint8_t)(1 << i % 8);
        opened += !bt_motion_unpack(data, i, "cut", &back);
    }
    CHECK_INT(opened, 0);
    data[7] = 2;
    CHECK_INT(bt_motion_unpack(data, size, "newer", &back), BAUTA_E_UNSUPPORTED);
    CHECK_INT(bauta_motion_load("ben", &back), BAUTA_E_NOT_FOUND);
    CHECK(strstr(last_error, "ben"));
    CHECK_INT(bauta_motion_remove("anna"), 0);
    CHECK_INT(bauta_motion_remove("anna"), BAUTA_E_NOT_FOUND);
    CHECK(stat(path, &file));
    bt_free(data);
    bauta_motion_free(&made);
}

int main(void)
{
    bauta_log_set(collect, NULL);
    if (!mkdtemp(folder) || setenv("XDG_DATA_HOME", folder, 1))
        return 1;
    test_windows();
    test_distance();
    test_people();
    test_little();
    test_file();
    return check_end();
}
