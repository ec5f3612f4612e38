// SPDX-License-Identifier: Apache-2.0
// Who gets which face: by place at first sight, kept while people move.
#include "../check.h"
#include "engine/select/select.h"

static struct bt_select state;
static struct bt_faces faces;
static int row[BAUTA_FACES_MAX];

static const struct bt_target all = {BT_TARGET_ALL, 0};

static void start(struct bt_target who)
{
    state = (struct bt_select){0};
    bt_select_init(&state, &all, 1, who);
}

static void clear(void)
{
    faces.count = 0;
    faces.cut = false;
}

static void put(int id, int order, float x, float width, enum bauta_face_origin origin)
{
    struct bauta_face *face = &faces.face[faces.count++];
    *face = (struct bauta_face){.id = id, .order = order, .origin = origin};
    face->box[0] = x;
    face->box[1] = 100;
    face->box[2] = x + width;
    face->box[3] = 100 + width;
}

static void two(float x0, float width0, float x1, float width1, double seconds)
{
    clear();
    put(0, 0, x0, width0, BAUTA_FACE_TRACKED);
    put(1, 1, x1, width1, BAUTA_FACE_TRACKED);
    bt_select_faces(&state, &faces, seconds, row);
}

static void test_parse(void)
{
    struct bt_target t;
    CHECK_INT(bt_target_parse("t", "all", &t), 0);
    CHECK_INT(t.kind, BT_TARGET_ALL);
    CHECK_INT(bt_target_parse("t", "16", &t), 0);
    CHECK(t.kind == BT_TARGET_NUMBER && t.number == 16);
    static const char *const wrong[] = {"",   "0",  "-1",   "17", "1x",
                                        " 1", "+1", "LEFT", "le"};
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        CHECK_INT(bt_target_parse("t", wrong[i], &t), BAUTA_E_USAGE);
}

static void test_all(void)
{
    start(all);
    two(100, 50, 400, 60, 0);
    CHECK(row[0] == 0 && row[1] == 0);
}

// People cross: left stays the one who was on the left at first.
static void test_sides(void)
{
    start((struct bt_target){BT_TARGET_LEFT, 0});
    two(100, 50, 400, 50, 0);
    CHECK(row[0] == 0 && row[1] == -1);
    two(600, 50, 200, 50, .1);
    CHECK(row[0] == 0 && row[1] == -1);
    start((struct bt_target){BT_TARGET_RIGHT, 0});
    two(100, 50, 400, 50, 0);
    CHECK(row[0] == -1 && row[1] == 0);
    two(600, 50, 200, 50, .1);
    CHECK(row[0] == -1 && row[1] == 0);
    start((struct bt_target){BT_TARGET_NUMBER, 2});
    two(100, 50, 400, 50, 0);
    CHECK(row[0] == -1 && row[1] == 0);

    // A third one who comes later, farther out, does not take the title.
    start((struct bt_target){BT_TARGET_RIGHT, 0});
    two(100, 50, 400, 50, 0);
    clear();
    put(0, 0, 100, 50, BAUTA_FACE_TRACKED);
    put(1, 1, 400, 50, BAUTA_FACE_TRACKED);
    put(2, 2, 700, 50, BAUTA_FACE_TRACKED);
    bt_select_faces(&state, &faces, .1, row);
    CHECK(row[0] == -1 && row[1] == 0 && row[2] == -1);

    // After a cut places are given anew.
    clear();
    faces.cut = true;
    put(5, 0, 300, 50, BAUTA_FACE_TRACKED);
    put(6, 1, 500, 50, BAUTA_FACE_TRACKED);
    bt_select_faces(&state, &faces, .2, row);
    CHECK(row[0] == -1 && row[1] == 0);
}

// A lost face that comes back under another id where it was is the same one.
static void test_heir(void)
{
    start((struct bt_target){BT_TARGET_LEFT, 0});
    two(100, 50, 400, 50, 0);
    clear();
    put(1, 1, 400, 50, BAUTA_FACE_TRACKED);
    bt_select_faces(&state, &faces, .5, row);
    CHECK(row[0] == -1);
    clear();
    put(1, 1, 400, 50, BAUTA_FACE_TRACKED);
    put(7, 2, 110, 50, BAUTA_FACE_TRACKED);
    bt_select_faces(&state, &faces, .6, row);
    CHECK(row[0] == -1 && row[1] == 0);

    // One who is alone, goes, and comes back elsewhere after a while is chosen again.
    start((struct bt_target){BT_TARGET_RIGHT, 0});
    clear();
    put(0, 0, 100, 50, BAUTA_FACE_TRACKED);
    bt_select_faces(&state, &faces, 0, row);
    CHECK(row[0] == 0);
    clear();
    put(3, 1, 800, 50, BAUTA_FACE_TRACKED);
    bt_select_faces(&state, &faces, 5, row);
    CHECK(row[0] == 0);
}

static void test_largest(void)
{
    start((struct bt_target){BT_TARGET_LARGEST, 0});
    two(100, 100, 400, 104, 0);
    CHECK(row[0] == -1 && row[1] == 0);
    // Two of about one size: the title does not go to and fro.
    for (int i = 1; i < 20; i++) {
        two(100, i % 2 ? 110 : 100, 400, i % 2 ? 100 : 110, i * .04);
        CHECK(row[0] == -1 && row[1] == 0);
    }
    two(100, 130, 400, 104, 1);
    CHECK(row[0] == 0 && row[1] == -1);
    // The largest is missing for a moment: nobody else gets the face at once.
    clear();
    put(1, 1, 400, 104, BAUTA_FACE_TRACKED);
    bt_select_faces(&state, &faces, 1.1, row);
    CHECK(row[0] == -1);
    bt_select_faces(&state, &faces, 2.5, row);
    CHECK(row[0] == 0);
}

static void test_rows(void)
{
    const struct bt_target rows[] = {{BT_TARGET_ALL, 0},
                                     {BT_TARGET_NUMBER, 2},
                                     {BT_TARGET_LEFT, 0},
                                     {BT_TARGET_LARGEST, 0}};
    state = (struct bt_select){0};
    bt_select_init(&state, rows, 4, all);
    clear();
    put(0, 0, 100, 50, BAUTA_FACE_TRACKED);
    put(1, 1, 300, 90, BAUTA_FACE_TRACKED);
    put(2, 2, 500, 50, BAUTA_FACE_TRACKED);
    bt_select_faces(&state, &faces, 0, row);
    // A number goes before the largest; who has no row of their own gets that of all.
    CHECK(row[0] == 2 && row[1] == 1 && row[2] == 0);

    // Without a row for all, the others are left alone.
    bt_select_init(&state, rows + 1, 1, all);
    bt_select_faces(&state, &faces, 0, row);
    CHECK(row[0] == -1 && row[1] == 0 && row[2] == -1);

    bt_select_init(&state, rows, 0, all);
    bt_select_faces(&state, &faces, 0, row);
    CHECK(row[0] == -1 && row[1] == -1 && row[2] == -1);
}

// What may be the chosen one is to be covered; what is known as another is not.
static void test_suspected(void)
{
    start((struct bt_target){BT_TARGET_LEFT, 0});
    two(100, 50, 400, 50, 0);
    clear();
    put(90, 0, 105, 55, BAUTA_FACE_SUSPECTED);
    put(91, 0, 395, 55, BAUTA_FACE_SUSPECTED);
    put(92, 0, 900, 55, BAUTA_FACE_SUSPECTED);
    bt_select_faces(&state, &faces, .1, row);
    CHECK(row[0] == 0 && row[1] == -1 && row[2] == 0);
    CHECK_INT(state.known_count, 2);
}

// Far more people than there is room for.
static void test_crowd(void)
{
    start((struct bt_target){BT_TARGET_LEFT, 0});
    for (int i = 0; i < 500; i++) {
        clear();
        put(0, 0, 100, 50, BAUTA_FACE_TRACKED);
        for (int k = 1; k < BAUTA_FACES_MAX; k++)
            put(i * 20 + k, k, 200.f * (float)(i % 7 + k), 20, BAUTA_FACE_TRACKED);
        bt_select_faces(&state, &faces, i * 5., row);
        CHECK_INT(row[0], 0);
        for (int k = 1; k < BAUTA_FACES_MAX; k++)
            CHECK_INT(row[k], -1);
        CHECK(state.known_count <= BT_KNOWN_MAX);
    }
}

// Somebody's own face comes before every other, once it is known who that is.
static void test_wearers(void)
{
    const struct bt_target rows[] = {{BT_TARGET_ALL, 0}, {BT_TARGET_WEARER, 1},
                                     {BT_TARGET_NUMBER, 1}};
    int index[BAUTA_FACES_MAX];
    char name[32];
    bt_target_name(&rows[1], name, sizeof(name));
    CHECK(!strcmp(name, "photo 2"));
    state = (struct bt_select){0};
    bt_select_init(&state, rows, 3, all);
    clear();
    put(0, 0, 100, 80, BAUTA_FACE_TRACKED);
    put(1, 1, 300, 80, BAUTA_FACE_TRACKED);
    bt_select_meet(&state, &faces, 0, index);
    bt_select_rows(&state, &faces, index, row);
    CHECK_INT(row[0], BT_ROW_OPEN);
    CHECK_INT(row[1], BT_ROW_OPEN);
    CHECK(bt_select_find(&state, 1) == &state.known[index[1]]);
    CHECK(bt_select_find(&state, 2) == NULL);
    state.known[index[0]].who.person = 1;
    state.known[index[1]].who.person = BT_WHO_NONE;
    bt_select_meet(&state, &faces, .1, index);
    bt_select_rows(&state, &faces, index, row);
    CHECK_INT(row[0], 1);
    CHECK_INT(row[1], 0);
    // After a cut everybody is unknown again.
    faces.cut = true;
    bt_select_meet(&state, &faces, .2, index);
    bt_select_rows(&state, &faces, index, row);
    CHECK_INT(row[0], BT_ROW_OPEN);
}

int main(void)
{
    test_wearers();
    test_parse();
    test_all();
    test_sides();
    test_heir();
    test_largest();
    test_rows();
    test_suspected();
    test_crowd();
    return check_end();
}
