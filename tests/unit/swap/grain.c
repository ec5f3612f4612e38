// SPDX-License-Identifier: Apache-2.0
// A noisy picture gets a noisy face, a soft one a soft face, and the same bytes each time.
#include "made.h"
#include "swap/grain.h"

enum { SIZE = 128 };

static void paint(uint8_t *picture, int stride, int edge, float noise)
{
    for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++) {
            // Stripes whose edges take `edge` pixels.
            const float phase = fabsf((float)(x % 64) - 32) - 16;
            const float step = fminf(fmaxf(phase / (float)edge, -1), 1);
            float value = 128 + 30 * step;
            for (int k = 0; k < 6; k++)
                value += noise * ((float)rand() / (float)RAND_MAX - .5f) * 1.414f;
            uint8_t *p = picture + y * stride + x * 4;
            p[0] = p[1] = p[2] = (uint8_t)fminf(fmaxf(value, 0), 255);
            p[3] = 255;
        }
    }
}

static struct bt_grain follow(int seen_edge, float seen_noise, int drawn_edge, uint32_t *sum)
{
    struct bauta_frame *frame = bauta_frame_new(BAUTA_PIXEL_RGB24, SIZE, SIZE);
    struct bt_patch patch = {0};
    struct bt_grain grain = {0};
    srand(3);
    memset(frame->data[0], 0, (size_t)(frame->stride[0] * SIZE));
    EXPECT(bt_patch_read(&patch, frame, (struct bt_rect){0, 0, SIZE, SIZE}, SIZE) == 0,
           "no patch");
    for (int i = 0; i < 40; i++) {
        paint(patch.seen, patch.stride, seen_edge, seen_noise);
        paint(patch.drawn, patch.stride, drawn_edge, 0);
        bt_grain_match(&grain, &patch, NULL, 0, i, .04);
    }
    *sum = 0;
    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE * 4; x++)
            *sum = *sum * 31 + patch.drawn[y * patch.stride + x];
    bt_patch_finish(&patch);
    bauta_frame_unref(&frame);
    return grain;
}

int main(void)
{
    uint32_t first, second;
    const struct bt_grain same = follow(2, 0, 2, &first);
    EXPECT(same.blur < .05f && same.noise < .3f, "blur %.2f, noise %.2f of equal pictures",
           (double)same.blur, (double)same.noise);
    const struct bt_grain soft = follow(12, 0, 1, &first);
    EXPECT(soft.blur > .5f, "blur %.2f for a soft picture", (double)soft.blur);
    const struct bt_grain noisy = follow(2, 3, 2, &first);
    EXPECT(noisy.noise > 2 && noisy.noise < 4, "noise %.2f for a deviation of 3",
           (double)noisy.noise);
    follow(2, 3, 2, &second);
    EXPECT(first == second, "the grain is not the same twice");
    return check_end();
}
