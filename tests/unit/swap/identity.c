// SPDX-License-Identifier: Apache-2.0
// Grounds of consent, and the steps that complete a texture.
#include "made.h"

static void grounds(void)
{
    static const char *const good[] = {"self", "synthetic", "written:letter of 3 May",
                                       "licensed:CC0"};
    static const char *const bad[] = {"", "yes", "Self", "written", "written:", "licensed:  ",
                                      "licensed:a\nb", "self "};
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        EXPECT(bauta_consent_check(good[i]) == 0, "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT(bauta_consent_check(bad[i]) == BAUTA_E_CONSENT, "%s", bad[i]);
    EXPECT(bauta_consent_check(NULL) == BAUTA_E_CONSENT, "none");
    struct bauta_identity *out = NULL;
    struct bauta_frame *photo = paint_photo(64, 64);
    const struct bauta_identity_params params = {.consent = NULL};
    EXPECT(bt_identity_create(photo, "photo", &params, &out) == BAUTA_E_CONSENT && !out,
          "a face without a ground");
    bauta_frame_unref(&photo);
}

static void fill(void)
{
    enum { N = 64 };
    static float rgb[N * N][3], weight[N * N];
    for (int i = 0; i < N * N; i++) {
        const int known = i % N > 20;
        weight[i] = known;
        for (int c = 0; c < 3; c++)
            rgb[i][c] = known ? 100 + (float)c : 255;
    }
    EXPECT(bt_atlas_fill(N, rgb, weight, weight) == 0, "no fill");
    for (int i = 0; i < N * N; i++)
        for (int c = 0; c < 3; c++)
            EXPECT(fabsf(rgb[i][c] - 100 - (float)c) < .5f, "texel %d is %.1f", i,
                  (double)rgb[i][c]);
}

// Green hair over the forehead does not reach the texture.
static void hair(void)
{
    struct bt_source_face who = {0};
    struct bauta_face found;
    struct bauta_frame *photo = paint_photo(400, 400);
    pose_canonical(&found, 200, 200, 300, 0);
    const int top = (int)found.landmark[9][1];
    for (int y = 0; y < top; y++)
        for (int x = 0; x < 170; x++) {
            uint8_t *p = photo->data[0] + y * photo->stride[0] + x * 3;
            p[0] = 20, p[1] = 90, p[2] = 30;
        }
    EXPECT(bt_atlas_init(&who, photo, &found) == 0, "no texture");
    int green = 0;
    for (int i = 0; i < BT_ATLAS_SIZE * BT_ATLAS_SIZE; i++) {
        const uint8_t *p = who.atlas[0] + i * 4;
        green += p[3] > 40 && p[1] > p[0];
    }
    EXPECT(green < 200, "%d green texels", green);
    bt_atlas_finish(&who);
    bauta_frame_unref(&photo);
}

int main(void)
{
    grounds();
    fill();
    hair();
    return check_end();
}
