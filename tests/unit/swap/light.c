// SPDX-License-Identifier: Apache-2.0
// Light from a known direction is found again, and a few wrong samples do not move it.
#include "made.h"

int main(void)
{
    struct bt_light truth = {{{0}}}, fit;
    float normal[400][3], rgb[400][3], weight[400];
    srand(7);
    for (int c = 0; c < 3; c++) {
        truth.sh[c][0] = 1.2f + .2f * (float)c;
        truth.sh[c][2] = -.4f;
        truth.sh[c][3] = .25f * (float)(c + 1) / 3;
    }
    for (int i = 0; i < 400; i++) {
        float n[3] = {(float)rand() / (float)RAND_MAX * 1.6f - .8f,
                      (float)rand() / (float)RAND_MAX * 1.6f - .8f, -1};
        const float length = sqrtf(n[0] * n[0] + n[1] * n[1] + 1);
        for (int k = 0; k < 3; k++)
            normal[i][k] = n[k] / length;
        bt_light_at(&truth, normal[i], rgb[i]);
        weight[i] = 1;
        if (i % 10 == 0)
            rgb[i][0] = rgb[i][1] = rgb[i][2] = .02f;   // a strand of hair
    }
    EXPECT(bt_light_fit(&fit, (const float(*)[3])normal, (const float(*)[3])rgb, weight, 400)
              == 0, "no fit");
    float worst = 0;
    for (int i = 1; i < 400; i += 3) {
        float a[3], b[3];
        bt_light_at(&truth, normal[i], a);
        bt_light_at(&fit, normal[i], b);
        for (int c = 0; c < 3; c++)
            worst = fmaxf(worst, fabsf(a[c] - b[c]) / a[c]);
    }
    EXPECT(worst < .05f, "off by %.3f of the truth", (double)worst);
    EXPECT(bt_light_fit(&fit, (const float(*)[3])normal, (const float(*)[3])rgb, weight, 5) != 0,
          "five samples are no light");

    float out[BT_CANON_VERTICES][3];
    bt_normals(bt_canon_vertex, out);
    EXPECT(out[1][2] < -.5f, "the nose points to the camera, not %.2f", (double)out[1][2]);
    EXPECT(out[234][0] < -.3f && out[454][0] > .3f, "cheeks point outward, not %.2f and %.2f",
          (double)out[234][0], (double)out[454][0]);
    for (int v = 0; v < 256; v++) {
        const float back = bt_from_linear(bt_to_linear((float)v));
        EXPECT(fabsf(back - (float)v) < .01f, "%d comes back as %.3f", v, (double)back);
    }
    return check_end();
}
