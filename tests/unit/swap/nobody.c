// SPDX-License-Identifier: Apache-2.0
// A face of nobody: the same from one seed, another from another one, and no portrait's.
#include <math.h>
#include <string.h>

#include "base/alloc.h"

#include "made.h"
#include "swap/nobody/nobody.h"

static const size_t ATLAS = (size_t)BT_ATLAS_SIZE * BT_ATLAS_SIZE * 4;

static struct bauta_identity *make(uint64_t seed)
{
    struct bauta_identity *who = NULL;
    EXPECT(bauta_identity_anonymous(seed, &who) == 0, "seed %llu",
           (unsigned long long)seed);
    return who;
}

static bool same_face(const struct bt_source_face *a, const struct bt_source_face *b)
{
    return !memcmp(a->vertex, b->vertex, sizeof a->vertex) &&
           !memcmp(a->atlas[0], b->atlas[0], ATLAS) &&
           !memcmp(a->eyes.iris, b->eyes.iris, sizeof a->eyes.iris) &&
           !memcmp(a->lids[0], b->lids[0], BT_LIDS_WIDTH * BT_LIDS_HEIGHT * 4) &&
           !memcmp(a->log_albedo, b->log_albedo, sizeof a->log_albedo);
}

// Mean difference of the textures' bytes, where they are drawn.
static double difference(const struct bt_source_face *a, const struct bt_source_face *b)
{
    double sum = 0, count = 0;
    for (size_t i = 0; i < ATLAS; i++)
        if (i % 4 != 3 && a->atlas[0][i | 3] > 128) {
            sum += fabs((double)a->atlas[0][i] - b->atlas[0][i]);
            count++;
        }
    return sum / count;
}

static void check_seeds(void)
{
    struct bauta_identity *seven = make(7), *again = make(7), *eight = make(8);
    struct bauta_identity *last = make(UINT64_MAX), *first = make(0);
    if (seven && again && eight && last && first) {
        const struct bt_source_face *a = bt_identity_face(seven);
        CHECK(same_face(a, bt_identity_face(again)));
        struct bauta_identity *other[] = {eight, last, first};
        for (int i = 0; i < 3; i++) {
            const struct bt_source_face *b = bt_identity_face(other[i]);
            float most = 0;
            for (int v = 0; v < BAUTA_LANDMARKS; v++)
                for (int c = 0; c < 3; c++)
                    most = fmaxf(most, fabsf(a->vertex[v][c] - b->vertex[v][c]));
            EXPECT(most > .2f && most < 6, "number %d: %g cm", i, (double)most);
            EXPECT(difference(a, b) > 5, "number %d: %g levels", i, difference(a, b));
        }
        CHECK(memcmp(bauta_identity_thumbnail(seven, &(int){0}),
                     bauta_identity_thumbnail(eight, &(int){0}),
                     3 * BT_THUMBNAIL_SIZE * BT_THUMBNAIL_SIZE) != 0);
    }
    bauta_identity_unref(&seven);
    bauta_identity_unref(&again);
    bauta_identity_unref(&eight);
    bauta_identity_unref(&last);
    bauta_identity_unref(&first);
}

static void check_description(void)
{
    struct bauta_identity *who = make(UINT64_MAX), *back = NULL;
    struct bauta_photo_info photo;
    struct bauta_identity_info info;
    uint8_t *data = NULL;
    size_t size = 0;
    if (!who)
        return;
    bauta_identity_info(who, &info);
    CHECK(!strcmp(info.consent, "synthetic"));
    CHECK(bauta_identity_photos(who) == 1);
    CHECK(bauta_identity_photo(who, 0, &photo) == 0);
    CHECK(!strcmp(photo.name, "anonymous:18446744073709551615"));
    CHECK(!photo.sha256[0]);
    // It can be kept as any other face.
    CHECK(bt_identity_pack(who, &data, &size) == 0);
    CHECK(bt_identity_unpack(data, size, "nobody", &back) == 0);
    if (back)
        CHECK(same_face(bt_identity_face(who), bt_identity_face(back)));
    bt_free(data);
    bauta_identity_unref(&back);
    bauta_identity_unref(&who);
    CHECK(bauta_identity_anonymous(1, NULL) == BAUTA_E_USAGE);
}

// Every seed keeps its distance to every portrait, and within what its length allows.
static void check_distance(void)
{
    struct bt_traits t, before = {0};
    for (uint64_t seed = 0; seed < 3000; seed++) {
        bt_traits_draw(&t, seed * UINT64_C(0x123456789abcdef));
        uint32_t sides = 0;
        float square = 0;
        for (int k = 0; k < BT_TRAITS; k++) {
            const float w =
                k < BT_CANON_LOOKS ? t.look[k] : t.person[k - BT_CANON_LOOKS];
            sides |= (uint32_t)(w > 0) << k;
            square += w * w;
            EXPECT(fabsf(w) > .29f, "seed %d, weight %d: %g", (int)seed, k, (double)w);
        }
        EXPECT(square > 20 && square < 90, "seed %d: %g", (int)seed, (double)square);
        for (int p = 0; p < bt_canon_sides_count; p++) {
            const int agree = BT_TRAITS - __builtin_popcount(sides ^ bt_canon_sides[p]);
            EXPECT(agree <= BT_TRAITS_AGREE, "seed %d, portrait %d: %d", (int)seed, p, agree);
        }
        CHECK(memcmp(t.look, before.look, sizeof t.look) != 0);
        before = t;
    }
}

static void check_words(void)
{
    static const char *const good[] = {"anonymous:0", "anonymous:7", "anonymous:007",
                                       "anonymous:18446744073709551615"};
    static const uint64_t value[] = {0, 7, 7, UINT64_MAX};
    static const char *const bad[] = {
        "anonymous:", "anonymous:-1", "anonymous:+1", "anonymous: 1", "anonymous:1 ",
        "anonymous:1.5", "anonymous:0x10", "anonymous:18446744073709551616",
        "anonymous:99999999999999999999999", "anonymous:seven"};
    static const char *const other[] = {"", "anon", "anonymou", "anonymous.jpg",
                                        "./anonymous", "Anonymous", "anonymous7"};
    uint64_t seed = 1, next = 1;
    int drawn = 5;
    for (int i = 0; i < 4; i++) {
        EXPECT(bauta_anonymous_parse(good[i], &seed, &drawn) == 1, "%s", good[i]);
        EXPECT(seed == value[i] && !drawn, "%s", good[i]);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT(bauta_anonymous_parse(bad[i], &seed, &drawn) == BAUTA_E_USAGE, "%s", bad[i]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        EXPECT(bauta_anonymous_parse(other[i], &seed, NULL) == 0, "%s", other[i]);
    CHECK(seed == UINT64_MAX);
    CHECK(bauta_anonymous_parse("anonymous", &seed, &drawn) == 1 && drawn);
    CHECK(bauta_anonymous_parse("anonymous", &next, NULL) == 1);
    CHECK(seed <= UINT32_MAX && next <= UINT32_MAX && seed != next);
}

int main(void)
{
    check_words();
    check_distance();
    check_seeds();
    check_description();
    return check_end();
}
