// SPDX-License-Identifier: Apache-2.0
//
// The naive evaluator against the numbers of other runtimes, and against its own for the
// attention mesh, of which ONNX Runtime's results are compared with it in test_import.c:
//
//   test_naive TFLITE_FOLDER REFERENCE_FILE NET...
//   test_naive TFLITE_FOLDER --write NET...      > reference_attention.txt

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "naive.h"
#include "reference.h"

#define SIDE_MAX 192
#define COUNT_MAX 16384

static const struct net {
    const char *name, *file;
    int size;
    double low, high;
    const char *pictures[4], *outputs[8]; // each up to the first NULL
    size_t stride;                        // of what is written
} nets[] = {
    { "detector", "face_detection_short_range.tflite", 128, -1, 1, { "waves", "face" },
      { "boxes", "scores" }, 17 },
    { "mesh", "face_landmark.tflite", 192, 0, 1, { "waves", "face" },
      { "landmarks", "presence" }, 1 },
    { "attention", "face_landmark_with_attention.tflite", 192, 0, 1,
      { "waves", "face", "edge" },
      { "landmarks", "lips", "left_eye", "right_eye", "left_iris", "right_iris",
        "presence" }, 1 },
    { "custom", "custom.tflite", 8, 0, 8, { "waves", "face", "edge" },
      { "picture", "points" }, 1 },
};

static void draw(const struct net *net, const char *picture, float *pixels)
{
    static float planes[3 * SIDE_MAX * SIDE_MAX];
    const int cells = net->size * net->size;
    if (reference_draw(picture, net->size, net->low, net->high, planes))
        exit(1);
    for (int i = 0; i < 3 * cells; i++)
        pixels[i] = planes[i % 3 * cells + i / 3];
}

static int output(const struct net *net, const char *picture, int index,
                  const struct naive_net *evaluated, const char *reference)
{
    static float values[COUNT_MAX];
    size_t count;
    const double *data = naive_output(evaluated, index, &count);
    if (count > COUNT_MAX)
        naive_fail("%zu numbers", count);
    for (size_t i = 0; i < count; i++)
        values[i] = (float)data[i];
    const char *name = net->outputs[index];
    if (reference)
        return reference_check(reference, net->name, picture, name, values, count);
    // The base points are those of the plain mesh, nearly: every seventh will do.
    reference_write(net->name, picture, name, count > 1000 ? 7 : net->stride, values,
                    count);
    return 0;
}

int main(int argc, char **argv)
{
    static float pixels[3 * SIDE_MAX * SIDE_MAX];
    int passed = 0, failed = 0;
    if (argc < 4) {
        fprintf(stderr, "usage: test_naive TFLITE_FOLDER REFERENCE|--write NET...\n");
        return 2;
    }
    const char *reference = strcmp(argv[2], "--write") ? argv[2] : NULL;
    for (int a = 3; a < argc; a++) {
        const struct net *net = nets;
        while (net < nets + sizeof(nets) / sizeof(nets[0]) && strcmp(net->name, argv[a]))
            net++;
        if (net == nets + sizeof(nets) / sizeof(nets[0]))
            naive_fail("no net is called %s", argv[a]);
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", argv[1], net->file);
        if (access(path, F_OK)) {
            printf("skipped: %s is missing, tools/setup.sh brings it\n", path);
            return 77;
        }
        struct naive_net *evaluated = naive_open(path);
        for (const char *const *p = net->pictures; *p; p++) {
            draw(net, *p, pixels);
            naive_run(evaluated, pixels, 3 * (size_t)net->size * (size_t)net->size);
            for (int i = 0; net->outputs[i]; i++) {
                const int bad = output(net, *p, i, evaluated, reference);
                failed += bad;
                passed += !bad;
            }
        }
        naive_close(evaluated);
    }
    if (reference)
        printf("%d passed, %d failed\n", passed, failed);
    return failed != 0;
}
