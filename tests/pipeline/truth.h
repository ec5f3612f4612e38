// SPDX-License-Identifier: Apache-2.0
#ifndef BT_TESTS_PIPELINE_TRUTH_H
#define BT_TESTS_PIPELINE_TRUTH_H

// What the test source shows, frame by frame, and how much of it is in a frame that left.
#include "common.h"

#include <limits.h>

enum { WIDTH = 320, HEIGHT = 240, FRAMES = 200, ROWS = 4, PART = 64 };
enum { SIZE = WIDTH * HEIGHT * 3 / 2 };

static char folder[] = "/tmp/bauta-faces-XXXXXX";
static uint8_t *truth[FRAMES];   // planes as y4m holds them
static uint8_t *odd[FRAMES];     // with random blocks in place of the face
static float photo_box[4];       // of the face, parts of the photo from its middle
static float photo_side;         // its longer side over its width and height

static void path_of(char path[300], const char *name)
{
    snprintf(path, 300, "%s/%s", folder, name);
}

// Where the source shows the face in frame n (src/io/test.c), a part of its box.
static void face_rect(int n, double part, int rect[4])
{
    const double turn = 2 * 3.14159265358979323846;
    const double cx = WIDTH / 2. + sin(turn * n / 150) * .18 * WIDTH;
    const double cy = HEIGHT / 2. + sin(turn * n / 110) * .06 * HEIGHT;
    const double scale = .7 * HEIGHT;
    for (int i = 0; i < 4; i++) {
        const double middle = (photo_box[i % 2] + photo_box[i % 2 + 2]) / 2;
        const double half = (photo_box[i] - middle) * part;
        rect[i] = (int)((i % 2 ? cy : cx) + scale * (middle + half));
    }
}

static uint8_t block_value(int x, int y)
{
    const uint32_t both = (uint32_t)x * 73856093u ^ (uint32_t)y * 19349663u;
    const uint32_t mixed = both * 2654435761u;
    return (uint8_t)(16 + (mixed >> 16) % 220);
}

static void make_odd(int n)
{
    int rect[4];
    odd[n] = malloc(SIZE);
    if (!odd[n])
        exit(1);
    memcpy(odd[n], truth[n], SIZE);
    face_rect(n, 1.3, rect);
    for (int y = rect[1]; y < rect[3] && y < HEIGHT - ROWS; y++)
        for (int x = rect[0]; x < rect[2]; x++)
            odd[n][y * WIDTH + x] = block_value((x - rect[0]) / 6, (y - rect[1]) / 6);
}

static void read_truth(void)
{
    struct bt_io_options options = {0};
    struct bt_source *source = NULL;
    if (bt_source_open(&source, bt_test_face_url(WIDTH, HEIGHT, FRAMES), &options) < 0)
        exit(1);
    for (int n = 0; n < FRAMES; n++) {
        struct bauta_frame *frame = NULL;
        uint8_t *to = truth[n] = malloc(SIZE);
        if (!to || bt_source_read(source, &frame) < 0)
            exit(1);
        for (int i = 0; i < 3; i++) {
            const int w = i ? WIDTH / 2 : WIDTH, h = i ? HEIGHT / 2 : HEIGHT;
            for (int y = 0; y < h; y++, to += w)
                memcpy(to, frame->data[i] + y * frame->stride[i], (size_t)w);
        }
        bauta_frame_unref(&frame);
        make_odd(n);
    }
    bt_source_close(&source);
}

// The sum of differences, INT_MAX where one is more than the watermark's.
static int differ(const uint8_t *a, const uint8_t *b, int x)
{
    int sum = 0;
    for (int y = HEIGHT - ROWS; y < HEIGHT; y++)
        for (int i = y * WIDTH + x; i < y * WIDTH + x + PART; i++) {
            if (abs(a[i] - b[i]) > BT_WM_MOST)
                return INT_MAX;
            sum += abs(a[i] - b[i]);
        }
    return sum;
}

// The number of the source's frame by the ends of its lowest rows, of which a covered head
// may hide one; -1: a card, -2: neither.
static int number_of(const uint8_t *data)
{
    const size_t at = (HEIGHT - ROWS) * WIDTH;
    int best = INT_MAX, number = -1;
    for (int n = 0; n < FRAMES; n++) {
        for (int x = 0; x <= WIDTH - PART; x += WIDTH - PART) {
            const int by = differ(data, truth[n], x);
            number = by < best ? n : number;
            best = by < best ? by : best;
        }
    }
    if (number >= 0)
        return number;
    for (size_t i = at; i < WIDTH * HEIGHT; i++)
        if (abs(data[i] - data[at]) > 2 * BT_WM_MOST)
            return -2;
    return -1;
}

struct seen {
    int frames, cards, bare, strange, backwards;
    int last;
    double most;      // the largest part of a face that is the source's
};

static void look_at(struct seen *seen, const uint8_t *data)
{
    int rect[4], same = 0, hidden = 0, all = 0;
    const int n = number_of(data);
    seen->frames++;
    seen->cards += n == -1;
    seen->strange += n == -2;
    if (n < 0)
        return;
    seen->backwards += n < seen->last;
    seen->last = n;
    face_rect(n, .6, rect);
    for (int y = rect[1]; y < rect[3]; y++)
        for (int x = rect[0]; x < rect[2]; x++, all++) {
            const int i = y * WIDTH + x;
            // The watermark leaves colours alone.
            const int u = WIDTH * HEIGHT + y / 2 * (WIDTH / 2) + x / 2;
            const int v = u + WIDTH * HEIGHT / 4;
            same += abs(data[i] - truth[n][i]) <= BT_WM_MOST &&
                    data[u] == truth[n][u] && data[v] == truth[n][v];
            hidden += abs(data[i] - odd[n][i]) <= BT_WM_MOST;
        }
    const double part = all ? (double)(same > hidden ? same : hidden) / all : 1;
    seen->bare += part > .6;
    seen->most = part > seen->most ? part : seen->most;
}

static struct seen read_output(const char *what, const char *path)
{
    struct seen seen = {.last = -1};
    char line[256];
    static uint8_t data[SIZE];
    FILE *file = fopen(path, "rb");
    if (!file || !fgets(line, sizeof(line), file)) {
        fprintf(stderr, "%s: no output\n", what);
        exit(1);
    }
    while (fgets(line, sizeof(line), file) && fread(data, 1, SIZE, file) == SIZE)
        look_at(&seen, data);
    fclose(file);
    unlink(path);
    printf("%-10s %3d frames, %3d cards, at most %2.0f %% of a face equal the source\n",
           what, seen.frames, seen.cards, 100 * seen.most);
    CHECK_INT(seen.strange, 0);
    return seen;
}

static void measure_photo(void)
{
    struct bauta_identity_info info;
    bauta_identity_info(bt_test_identity, &info);
    photo_side = (float)(info.width > info.height ? info.width : info.height);
    for (int i = 0; i < 4; i++)
        photo_box[i] = (info.box[i] - (float)(i % 2 ? info.height : info.width) / 2) /
                       photo_side;
}

#endif
