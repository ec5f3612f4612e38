// SPDX-License-Identifier: Apache-2.0
// A still head is stilled, a moving one is not left behind, and faces are kept apart.
#include <stdlib.h>

#include "canon/canon.h"
#include "face/internal.h"

#include "../check.h"

static const double FPS = 30;
static struct bt_faces faces;

static double noise(void)
{
    double sum = 0;
    for (int i = 0; i < 6; i++)
        sum += (double)rand() / RAND_MAX - .5;
    return sum * sqrt(2);
}

// The canonical face of scale samples a centimetre at (x, y), turned by yaw radians.
static void place(struct bauta_face *face, double x, double y, double scale, double yaw,
                  double shake)
{
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        const float *v = bt_canon_vertex[i];
        face->landmark[i][0] =
            (float)(x + scale * (cos(yaw) * v[0] - sin(yaw) * v[2]) + shake * noise());
        face->landmark[i][1] = (float)(y + scale * v[1] + shake * noise());
        face->landmark[i][2] =
            (float)(scale * (sin(yaw) * v[0] + cos(yaw) * v[2]) + shake * noise());
    }
    face->origin = BAUTA_FACE_TRACKED;
    bt_pose_fit(face);
}

static struct bt_smoother *smoother(float strength)
{
    const struct bt_face_options options = { .5f, .5f, strength };
    struct bt_smoother *s = bt_smoother_create(&options);
    CHECK(s != NULL);
    return s;
}

static double second_difference(float seen[3][BAUTA_LANDMARKS][2])
{
    double sum = 0;
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        for (int k = 0; k < 2; k++) {
            const double d = seen[0][i][k] - 2 * seen[1][i][k] + seen[2][i][k];
            sum += d * d;
        }
    }
    return sum;
}

static void push(float seen[3][BAUTA_LANDMARKS][2], const struct bauta_face *face)
{
    memmove(seen[0], seen[1], 2 * sizeof(seen[0]));
    for (int i = 0; i < BAUTA_LANDMARKS; i++) {
        seen[2][i][0] = face->landmark[i][0];
        seen[2][i][1] = face->landmark[i][1];
    }
}

static void check_still(double scale, double fps)
{
    static float raw[3][BAUTA_LANDMARKS][2], out[3][BAUTA_LANDMARKS][2];
    struct bt_smoother *s = smoother(1);
    double before = 0, after = 0;
    faces = (struct bt_faces){ .count = 1 };
    for (int n = 0; n < 120; n++) {
        // The whole head shakes, and each landmark by itself.
        place(&faces.face[0], 500 + .03 * scale * noise(), 400 + .03 * scale * noise(), scale,
              .004 * noise(), .015 * scale);
        push(raw, &faces.face[0]);
        bt_smoother_apply(s, &faces, n / fps);
        push(out, &faces.face[0]);
        if (n >= 20) {
            before += second_difference(raw);
            after += second_difference(out);
        }
    }
    CHECK(sqrt(after / before) < .4);
    bt_smoother_destroy(&s);
    CHECK(s == NULL);
}

// How many frames the smoothed head is behind, on average over a sway of amplitude
// centimetres and period seconds.
static double lag(double amplitude, double period)
{
    struct bt_smoother *s = smoother(1);
    double along = 0, all = 0;
    faces = (struct bt_faces){ .count = 1 };
    for (int n = 0; n < 150; n++) {
        const double phase = 2 * M_PI * n / FPS / period, scale = 10;
        place(&faces.face[0], 500 + scale * amplitude * sin(phase), 400, scale,
              .3 * sin(phase), 0);
        const float raw = faces.face[0].landmark[1][0];
        bt_smoother_apply(s, &faces, n / FPS);
        const double speed = cos(phase);
        if (n < 30)
            continue;
        along += (raw - faces.face[0].landmark[1][0]) * speed;
        all += speed * speed * scale * amplitude * 2 * M_PI / FPS / period;
    }
    bt_smoother_destroy(&s);
    return along / all;
}

static void check_off(void)
{
    struct bt_smoother *s = smoother(0);
    faces = (struct bt_faces){ .count = 1 };
    static struct bauta_face raw;
    for (int n = 0; n < 5; n++) {
        place(&faces.face[0], 500 + n, 400, 10, 0, .5);
        raw = faces.face[0];
        bt_smoother_apply(s, &faces, n / FPS);
        CHECK(!memcmp(&raw, &faces.face[0], sizeof(raw)));
    }
    // Switched on between two frames, and off again.
    for (int n = 5; n < 11; n++) {
        bt_smoother_set(s, n < 10 ? 1 : 0);
        place(&faces.face[0], 500 + n, 400, 10, 0, .5);
        raw = faces.face[0];
        bt_smoother_apply(s, &faces, n / FPS);
        CHECK(n == 5 || !memcmp(&raw, &faces.face[0], sizeof(raw)) == (n == 10));
    }
    bt_smoother_destroy(&s);
}

// A new id, a cut and a long gap each start from the raw face; two ids do not mix.
static void check_states(void)
{
    struct bt_smoother *s = smoother(1);
    faces = (struct bt_faces){ .count = 2 };
    for (int n = 0; n < 30; n++) {
        faces.cut = n == 20;
        const double x = n < 20 ? 200 : 600;
        place(&faces.face[0], x, 100, 8, 0, 0);
        place(&faces.face[1], 900, 500, 4, .2, 0);
        faces.face[0].id = 4;
        faces.face[1].id = 9;
        bt_smoother_apply(s, &faces, n / FPS);
        CHECK_NEAR(faces.face[0].translation[0], x, .01);
        CHECK_NEAR(faces.face[1].translation[0], 900, .01);
        CHECK_NEAR(faces.face[1].yaw, -.2 * 180 / M_PI * -1, .1);
        CHECK_INT(faces.face[1].id, 9);
    }
    faces.cut = false;
    place(&faces.face[0], 800, 100, 8, 0, 0);
    faces.face[0].id = 4;
    bt_smoother_apply(s, &faces, 30 / FPS + 2);
    CHECK_NEAR(faces.face[0].translation[0], 800, .01);
    // Without the gap it would be between; and the pose agrees with the landmarks.
    place(&faces.face[0], 820, 100, 8, 0, 0);
    bt_smoother_apply(s, &faces, 31 / FPS + 2);
    CHECK(faces.face[0].translation[0] > 801 && faces.face[0].translation[0] < 820);
    struct bauta_face refit = faces.face[0];
    bt_pose_fit(&refit);
    CHECK_NEAR(refit.translation[0], faces.face[0].translation[0], .05);
    CHECK_NEAR(refit.scale, faces.face[0].scale, .01);
    // A suspicion has no landmarks to touch.
    memset(&faces.face[1], 0, sizeof(faces.face[1]));
    faces.face[1].origin = BAUTA_FACE_SUSPECTED;
    faces.face[1].id = 4;
    bt_smoother_apply(s, &faces, 32 / FPS + 2);
    CHECK(faces.face[1].landmark[5][0] == 0 && faces.face[1].box[2] == 0);
    bt_smoother_destroy(&s);
    bt_smoother_destroy(NULL);
}

int main(void)
{
    srand(21);
    check_still(6, 30);
    check_still(40, 30);
    check_still(10, 60);
    CHECK(lag(8, 1) < .5);
    CHECK(lag(4, .7) < .5);
    CHECK(lag(8, 1) > 0);
    check_off();
    check_states();
    return check_end();
}
