// SPDX-License-Identifier: Apache-2.0
// Generators of every contract that a manifest describes, against an independent
// computation; and files that do not fit theirs.
// usage: generator FOLDER, with what write_generators.py wrote
#include "../made.h"

#include "again.h"
#include "base/alloc.h"
#include "swap/neural/generator.h"

static const char *folder;
static char last_error[2048];

static void keep_error(void *opaque, enum bauta_log_level level, const char *line)
{
    (void)opaque;
    if (level == BAUTA_LOG_ERROR && !last_error[0])
        snprintf(last_error, sizeof last_error, "%s", line);
}

static int open_role(const char *name, int role, struct bt_generator **g)
{
    char path[1024];
    snprintf(path, sizeof path, "%s/%s.model", folder, name);
    last_error[0] = 0;
    return bt_generator_open(g, path, role, NULL, 1, NULL);
}

static int open_by(const char *name, struct bt_generator **g)
{
    return open_role(name, BT_ROLE_GENERATOR, g);
}

// Smooth pictures: how a resampler weighs neighbours then hardly counts.
static float soft(int x, int y, int c, double size)
{
    return (float)(128 + 50 * sin(x * 9 / size + c) + 35 * cos(y * 7 / size + 2 * c));
}

// How the row's source is made, by the table of generators.
static void source_again(const char *name, const struct bt_source_face *who, double p[8])
{
    static float portrait[BT_PORTRAIT_SIZE * BT_PORTRAIT_SIZE][3], crop[256 * 256][3];
    static const struct {
        const char *name, *converter;
        bool first, last; // brought to length 1 before the converter or matrix, and after
        bool emap;
    } row[] = {
        {"inswapper_128", NULL, true, true, true},
        {"inswapper_128_fp16", NULL, true, true, true},
        {"swapped", NULL, true, true, true},
        {"halves", NULL, true, true, true},
        {"last", NULL, true, true, true},
        {"hyperswap_1a_256", NULL, true, false, false},
        {"hyperswap_1b_256", NULL, true, false, false},
        {"hyperswap_1c_256", NULL, true, false, false},
        {"ghost_1_256", "ghost", false, false, false},
        {"ghost_2_256", "ghost", false, false, false},
        {"ghost_3_256", "ghost", false, false, false},
        {"hififace_unofficial_256", "hififace", false, true, false},
        {"simswap_256", "simswap", false, true, false},
        {"simswap_unofficial_512", "simswap", false, true, false},
    };
    static const double ghost[4] = {.2, .6, .013, .03}, hififace[4] = {.4, .8, .017, .1},
                        simswap[4] = {.9, .35, .011, .1};
    static double a[512], b[512];
    float template[5][2];
    const int side = BT_PORTRAIT_SIZE;
    for (int i = 0; i < side * side * 3; i++)
        portrait[i / 3][i % 3] = who->portrait[i];
    const bool uniface = !strcmp(name, "uniface_256");
    const bool image = uniface || !strcmp(name, "blendswap_256");
    const int n = uniface ? 256 : 112;
    if (!strcmp(name, "dfm")) {
        const double weight = .75;
        drive_again(&weight, 1, p);
        return;
    }
    CHECK(bt_template_find(uniface ? "ffhq_512" : "arcface_112_v2", template));
    square_of((const float(*)[3])portrait, side, side,
              similar_fit((const float(*)[2])template, who->portrait_point, n), n, crop);
    if (image) {
        double mean[3] = {0};
        for (int i = 0; i < n * n; i++)
            for (int c = 0; c < 3; c++)
                mean[c] += crop[i][c] / 255. / (n * n);
        drive_again(mean, 3, p);
        return;
    }
    embed_again((const float(*)[3])crop, a);
    size_t i = 0;
    while (i < sizeof row / sizeof *row && strcmp(row[i].name, name) != 0)
        i++;
    if (!CHECK(i < sizeof row / sizeof *row))
        return;
    if (row[i].first)
        unit_length(a, 512);
    if (row[i].emap || row[i].converter) {
        const double *k = row[i].emap                       ? wave_emap
                          : !strcmp(row[i].converter, "ghost") ? ghost
                          : !strcmp(row[i].converter, "simswap") ? simswap
                                                                 : hififace;
        times_wave(a, 512, k, b, 512);
        memcpy(a, b, sizeof a);
    }
    if (row[i].last)
        unit_length(a, 512);
    drive_again(a, 512, p);
}

static void check_row(const char *name, const struct bt_source_face *who)
{
    struct bt_generator *g = NULL;
    if (open_by(name, &g)) {
        EXPECT(false, "%s does not open: %s", name, last_error);
        return;
    }
    const int n = g->size;
    const size_t pixels = (size_t)n * (size_t)n;
    float(*target)[3] = bt_alloc(pixels * sizeof *target);
    float(*made)[3] = bt_alloc(pixels * sizeof *made);
    float(*again)[3] = bt_alloc(pixels * sizeof *again);
    float *mask = bt_alloc(pixels * sizeof *mask);
    float *source = bt_alloc((g->source_count + 1) * sizeof *source);
    for (size_t i = 0; i < pixels; i++)
        for (int c = 0; c < 3; c++)
            target[i][c] = soft((int)(i % (size_t)n), (int)(i / (size_t)n), c, n);
    double p[8] = {0}, most = 0, off = 0, moved = 0;
    source_again(name, who, p);
    transform_again((const float(*)[3])target, n, p, again);
    EXPECT(bt_generator_source(g, who, source) == 0, "%s: no source", name);
    EXPECT(bt_generator_run(g, (const float(*)[3])target, source, made, mask) == 0,
           "%s: does not run", name);
    for (size_t i = 0; i < pixels; i++) {
        const int x = (int)(i % (size_t)n), y = (int)(i / (size_t)n);
        const int ex = x < n - 1 - x ? x : n - 1 - x, ey = y < n - 1 - y ? y : n - 1 - y;
        const double edge = fmin(1, 3. * ex / n) * fmin(1, 3. * ey / n);
        off = fmax(off, fabs(mask[i] - (g->mask >= 0 ? edge : 1)));
        for (int c = 0; c < 3; c++) {
            most = fmax(most, fabs(made[i][c] - again[i][c]) / 255);
            moved = fmax(moved, fabs(made[i][c] - target[i][c]) / 255);
        }
    }
    printf("%-26s %3d: off by %.6f at most; moves up to %.3f; mask off by %.6f\n", name, n,
           most, moved, off);
    EXPECT(most <= 1e-3, "%s: off by %g", name, most);
    EXPECT(off <= 1e-5, "%s: the mask is off by %g", name, off);
    EXPECT(moved > .03, "%s: does nothing", name);
    bt_free(target), bt_free(made), bt_free(again), bt_free(mask), bt_free(source);
    bt_generator_close(&g);
}

// Nets beside a generator: what an enhancer makes, what a mask net says.
static void check_beside(const char *name, int role)
{
    struct bt_generator *g = NULL;
    if (open_role(name, role, &g)) {
        EXPECT(false, "%s does not open: %s", name, last_error);
        return;
    }
    const int n = g->size, classes = g->model.manifest.classes;
    const size_t pixels = (size_t)n * (size_t)n;
    float(*target)[3] = bt_alloc(pixels * sizeof *target);
    float(*made)[3] = bt_alloc(pixels * sizeof *made);
    float(*again)[3] = bt_alloc(pixels * sizeof *again);
    float *mask = bt_alloc(pixels * sizeof *mask);
    double p[8], most = 0, low = 1, high = 0;
    const double weight = !strcmp(name, "codeformer") ? .7 : 1;
    for (size_t i = 0; i < pixels; i++)
        for (int c = 0; c < 3; c++)
            target[i][c] = soft((int)(i % (size_t)n), (int)(i / (size_t)n), c, n);
    if (role == BT_ROLE_ENHANCER) {
        drive_again(&weight, 1, p);
        transform_again((const float(*)[3])target, n, p, again);
        CHECK_INT(bt_generator_run(g, (const float(*)[3])target, NULL, made, mask), 0);
    } else {
        CHECK_INT(bt_generator_mask(g, (const float(*)[3])target, mask), 0);
    }
    for (size_t i = 0; i < pixels; i++) {
        const double mean = (target[i][0] + target[i][1] + target[i][2]) / 765.;
        double face = 0, all = 0;
        for (int k = 0; k < classes; k++) {
            const bool is = (k >= 1 && k <= 5) || (k >= 10 && k <= 13);
            const double share = exp((is ? 1 : -1) * (9 * mean - 4) + sin(k));
            face += is ? share : 0, all += share;
        }
        const double want = classes > 1 ? face / all : mean;
        for (int c = 0; c < 3 && role == BT_ROLE_ENHANCER; c++)
            most = fmax(most, fabs(made[i][c] - again[i][c]) / 255);
        if (role == BT_ROLE_MASK)
            most = fmax(most, fabs(mask[i] - want)), low = fmin(low, mask[i]),
            high = fmax(high, mask[i]);
    }
    printf("%-26s %3d: off by %.6f at most\n", name, n, most);
    EXPECT(most <= 1e-3, "%s: off by %g", name, most);
    EXPECT(role == BT_ROLE_ENHANCER || high - low > .2, "%s: says the same everywhere", name);
    bt_free(target), bt_free(made), bt_free(again), bt_free(mask);
    bt_generator_close(&g);
}

static void check_all(const struct bt_source_face *who)
{
    static const char *const variants[] = {"swapped", "halves", "last"};
    int generators = 0, beside = 0;
    for (int i = 0; bt_shipped_at(i); i++) {
        struct bt_manifest m;
        const struct bt_shipped *s = bt_shipped_at(i);
        EXPECT(bt_manifest_parse(s->text, strlen(s->text), s->name, &m) == 0, "%s: %s",
               s->name, last_error);
        CHECK_TEXT(m.name, s->name);
        CHECK(m.licence[0] && m.origin[0]);
        if (m.role == BT_ROLE_ENHANCER || m.role == BT_ROLE_MASK)
            beside++, check_beside(s->name, m.role);
        if (m.role != BT_ROLE_GENERATOR)
            continue;
        generators++;
        check_row(s->name, who);
    }
    CHECK_INT(generators, 14);
    CHECK_INT(beside, 7);
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++)
        check_row(variants[i], who);
}

// Each is refused when it is opened, with words that say why.
static void check_wrong(const struct bt_source_face *who)
{
    static const struct {
        const char *name, *word;
    } wrong[] = {
        {"other_size", "1x3x256x256"}, {"other_type", "float16"},
        {"whole_numbers", "whole numbers"}, {"other_hash", "damaged or another file"},
        {"damaged", "not a net"}, {"absent", "is not there"},
        {"elsewhere", "another file, which"}, {"no_emap", "512x512"}, {"ambiguous", "tensor ="},
        {"arcface_w600k_r50", "is an embedder"}, {"better_512", "is an enhancer"}, {"nowhere_at_all", "nowhere_at_all"},
    };
    struct bt_generator *g = NULL;
    float source[512];
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        EXPECT(open_by(wrong[i].name, &g) < 0 && !g, "%s opens", wrong[i].name);
        EXPECT(strstr(last_error, wrong[i].word), "%s: '%s' does not say '%s'",
               wrong[i].name, last_error, wrong[i].word);
    }
    // What came with the program has no file here.
    last_error[0] = 0;
    CHECK(bt_generator_open(&g, "ghost_1_256", BT_ROLE_GENERATOR, "/nonexistent", 1, NULL) < 0);
    CHECK(strstr(last_error, "Apache-2.0") != NULL);
    last_error[0] = 0;
    CHECK(bt_generator_open(&g, "no_such_model", BT_ROLE_GENERATOR, NULL, 1, NULL) < 0);
    CHECK(strstr(last_error, "bauta models") != NULL);
    // A face of nobody has no portrait.
    struct bt_source_face nobody = *who;
    nobody.portrait = NULL;
    if (CHECK_INT(open_by("inswapper_128", &g), 0))
        CHECK_INT(bt_generator_source(g, &nobody, source), BAUTA_E_NO_FACE);
    bt_generator_close(&g);
}

int main(int argc, char **argv)
{
    static const float five[5][2] = {{126, 150}, {196, 154}, {158, 195}, {128, 226}, {192, 229}};
    const int side = BT_PORTRAIT_SIZE;
    struct bt_source_face who = {0};
    folder = argc > 1 ? argv[1] : ".";
    who.portrait = bt_alloc((size_t)(side * side) * 3);
    if (!who.portrait)
        return 1;
    for (int i = 0; i < side * side * 3; i++)
        who.portrait[i] = (uint8_t)(soft(i / 3 % side, i / 3 / side, i % 3, side) + .5f);
    memcpy(who.portrait_point, five, sizeof five);
    bauta_log_set(keep_error, NULL);
    check_all(&who);
    check_wrong(&who);
    bt_free(who.portrait);
    return check_end();
}
