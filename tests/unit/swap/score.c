// SPDX-License-Identifier: Apache-2.0
// The score of a photo falls with what is wrong with it, and names the cause.
// usage: score MEDIA_FOLDER
#include <unistd.h>

#include "made.h"

#include "base/alloc.h"
#include "base/log.h"
#include "io/io.h"
#include "dsp/dsp.h"
#include "swap/ramp.h"
#include "swap/score.h"

static struct bt_face_nets *nets;

// Judging what was measured, without a picture ------------------------------------------

static const struct bauta_score good = {
    .yaw = 3, .pitch = -4, .width = 400, .bright = 190, .covered = .06f, .blur = .35f};

static void expect(struct bauta_score score, enum bauta_score_part part, const char *word)
{
    bt_score_judge(&score);
    const char *advice = bauta_score_advice(&score, part);
    EXPECT(score.total < 75, "%s: %.0f", word, (double)score.total);
    EXPECT(advice && strstr(advice, word), "'%s' in '%s'", word, advice ? advice : "");
    for (int i = 0; i < BAUTA_SCORE_COUNT; i++) {
        EXPECT(score.part[i] >= 0 && score.part[i] <= 100, "part %d", i);
        if (i != (int)part)
            EXPECT(!bauta_score_advice(&score, (enum bauta_score_part)i), "%s, part %d",
                   word, i);
    }
}

static void judge(void)
{
    struct bauta_score s = good;
    bt_score_judge(&s);
    EXPECT(s.total > 97 && s.total <= 100, "%.1f", (double)s.total);
#define WITH(field, value, part, word)                                                   \
    do {                                                                                 \
        s = good;                                                                        \
        s.field = value;                                                                 \
        expect(s, part, word);                                                           \
    } while (0)
    WITH(yaw, 45, BAUTA_SCORE_POSE, "turned aside");
    WITH(yaw, -45, BAUTA_SCORE_POSE, "turned aside");
    WITH(pitch, 40, BAUTA_SCORE_POSE, "looks down");
    WITH(pitch, -40, BAUTA_SCORE_POSE, "looks up");
    WITH(width, 60, BAUTA_SCORE_SIZE, "small");
    WITH(uneven, 1.8f, BAUTA_SCORE_LIGHT, "one half");
    WITH(clipped, .5f, BAUTA_SCORE_LIGHT, "burnt out");
    WITH(bright, 30, BAUTA_SCORE_LIGHT, "dark");
    WITH(covered, .4f, BAUTA_SCORE_COVER, "covered");
    WITH(outside, .2f, BAUTA_SCORE_COVER, "outside");
    WITH(mouth, .6f, BAUTA_SCORE_EXPRESSION, "mouth is open");
    WITH(smile, .4f, BAUTA_SCORE_EXPRESSION, "smiles");
    WITH(blur, .75f, BAUTA_SCORE_SHARPNESS, "blurred");
#undef WITH
    for (int i = 0; i < BAUTA_SCORE_COUNT; i++)
        CHECK(bauta_score_name((enum bauta_score_part)i) != NULL);
    CHECK(!bauta_score_name(BAUTA_SCORE_COUNT));
    CHECK(!bauta_score_advice(&s, BAUTA_SCORE_COUNT));
}

// Pictures that were made worse ---------------------------------------------------------

static struct bauta_frame *copy_of(const struct bauta_frame *photo, int x0, int width,
                                   int shrink)
{
    const int w = width / shrink, h = photo->height / shrink;
    struct bauta_frame *out = bauta_frame_new(BAUTA_PIXEL_RGB24, w, h);
    for (int y = 0; y < h; y++)
        for (int x = 0; x < w * 3; x++) {
            int sum = 0;
            for (int k = 0; k < shrink * shrink; k++)
                sum += photo->data[0][(y * shrink + k / shrink) * photo->stride[0] +
                                      (x0 + x / 3 * shrink + k % shrink) * 3 + x % 3];
            out->data[0][y * out->stride[0] + x] = (uint8_t)(sum / (shrink * shrink));
        }
    return out;
}

static struct bauta_frame *lit(const struct bauta_frame *photo, float left, float right)
{
    struct bauta_frame *out = copy_of(photo, 0, photo->width, 1);
    for (int y = 0; y < out->height; y++)
        for (int x = 0; x < out->width * 3; x++) {
            uint8_t *p = out->data[0] + y * out->stride[0] + x;
            const float t = bt_ramp((float)(x / 3) / (float)out->width, .3f, .7f);
            *p = (uint8_t)fminf((float)*p * (left + t * (right - left)), 255);
        }
    return out;
}

static struct bauta_frame *soft(const struct bauta_frame *photo, int radius)
{
    struct bauta_frame *out = copy_of(photo, 0, photo->width, 1);
    const size_t count = (size_t)out->width * (size_t)out->height * 3;
    float *value = bt_alloc_array(count, 4), *scratch = bt_alloc_array(count, 4);
    for (size_t i = 0; i < count; i++)
        value[i] = out->data[0][(int)(i / 3) / out->width * out->stride[0] +
                                (int)(i % ((size_t)out->width * 3))];
    bt_blur(value, out->width, out->height, 3, radius, scratch);
    for (size_t i = 0; i < count; i++)
        out->data[0][(int)(i / 3) / out->width * out->stride[0] +
                     (int)(i % ((size_t)out->width * 3))] = (uint8_t)(value[i] + .5f);
    bt_free(value);
    bt_free(scratch);
    return out;
}

// A blue scarf over mouth and nose.
static struct bauta_frame *masked(const struct bauta_frame *photo,
                                  const struct bauta_face *face)
{
    struct bauta_frame *out = copy_of(photo, 0, photo->width, 1);
    for (int y = (int)face->landmark[195][1]; y < out->height; y++)
        for (int x = 0; x < out->width; x++) {
            uint8_t *p = out->data[0] + y * out->stride[0] + x * 3;
            p[0] = 70, p[1] = 90, p[2] = (uint8_t)(130 + x % 7);
        }
    return out;
}

static int score_of(struct bauta_frame *photo, struct bauta_score *score,
                    struct bauta_face *face)
{
    static struct bauta_face faces[BAUTA_FACES_MAX];
    struct bt_atlas_work work = {0};
    struct bt_source_face who = {0};
    int result = bt_face_still(nets, photo, faces, BAUTA_FACES_MAX);
    if (result > 0) {
        *face = faces[0];
        result = bt_atlas_work_init(&work);
        if (!result)
            result = bt_atlas_photo(&work, &who, photo, face, score);
        bt_atlas_work_finish(&work);
    } else {
        result = BAUTA_E_NO_FACE;
    }
    return result;
}

static void worse(const char *name, struct bauta_frame *photo, float before,
                  enum bauta_score_part part, const char *word)
{
    struct bauta_score score;
    struct bauta_face face;
    // No face at all says enough.
    if (!score_of(photo, &score, &face)) {
        const char *advice = bauta_score_advice(&score, part);
        EXPECT(score.total < before - 20, "%s: %.0f from %.0f, %s", name,
               (double)score.total, (double)before, word);
        EXPECT(advice && strstr(advice, word), "%s: '%s' in '%s'", name, word,
               advice ? advice : "");
        for (int i = 0; i < BAUTA_SCORE_COUNT; i++)
            EXPECT(score.part[part] <= score.part[i], "%s: %s, but %s costs more", name,
                   word, bauta_score_name((enum bauta_score_part)i));
    }
    bauta_frame_unref(&photo);
}

static void portrait(const char *media, const char *number)
{
    char path[4096];
    struct bauta_frame *photo = NULL;
    struct bauta_score score;
    struct bauta_face face;
    snprintf(path, sizeof path, "%s/portraits/%s.jpg", media, number);
    if (!CHECK_INT(bt_picture_read(path, &photo), 0))
        return;
    CHECK_INT(score_of(photo, &score, &face), 0);
    EXPECT(score.total > 90, "%s: %.0f", number, (double)score.total);
    const float was = score.total;
    worse(number, soft(photo, 4), was, BAUTA_SCORE_SHARPNESS, "blurred");
    worse(number, lit(photo, .2f, .2f), was, BAUTA_SCORE_LIGHT, "dark");
    worse(number, lit(photo, 2.8f, 2.8f), was, BAUTA_SCORE_LIGHT, "burnt");
    worse(number, lit(photo, .12f, 1), was, BAUTA_SCORE_LIGHT, "one half");
    worse(number, copy_of(photo, 0, photo->width, 6), was, BAUTA_SCORE_SIZE, "small");
    const int middle = (int)face.landmark[4][0];
    worse(number, copy_of(photo, middle - 40, photo->width - middle + 40, 1), was,
          BAUTA_SCORE_COVER, "outside");
    worse(number, masked(photo, &face), was, BAUTA_SCORE_COVER, "covered");
    bauta_frame_unref(&photo);
}

int main(int argc, char **argv)
{
    static const char *const numbers[] = {"047", "025"};
    const char *media = getenv("BAUTA_MEDIA");
    char probe[4096];
    media = media ? media : argc > 1 ? argv[1] : "";
    judge();
    snprintf(probe, sizeof probe, "%s/portraits/047.jpg", media);
    if (access(probe, R_OK)) {
        printf("%s: no portraits there; only what was measured is judged\n", media);
        return check_end();
    }
    if (!CHECK_INT(bt_face_nets_open(&nets, NULL, 1), 0) ||
        !CHECK_INT(bt_face_nets_use(nets, BT_FACE_NET_ATTENTION, NULL, 1), 0))
        return check_end();
    const size_t count = getenv("BAUTA_TEST_FEW") ? 1 : sizeof numbers / sizeof *numbers;
    for (size_t i = 0; i < count; i++)
        portrait(media, numbers[i]);
    bt_face_nets_close(&nets);
    return check_end();
}
