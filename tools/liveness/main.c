// SPDX-License-Identifier: Apache-2.0
// usage: liveness MEDIA FOLDER
// Makes attacks and genuine performances, judges them, and prints the tables of
// docs/liveness.md. FOLDER keeps what was measured of films, and holds our own output,
// own-CLIP.mp4 (tools/liveness.sh makes it).
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "io/picture.h"
#include "tools/liveness/liveness.h"
#include "tools/liveness/table.h"

// Poses side by side, to be looked at: no performance.
static int draw_sheet(const char *media, const char *path)
{
    enum { COLUMNS = 5, ROWS = 2 };
    struct bauta_frame *sheet =
        bauta_frame_new(BAUTA_PIXEL_RGB24, COLUMNS * SIDE, ROWS * SIDE);
    struct head *head = NULL;
    char photo[1024];
    const uint64_t who = 11;
    snprintf(photo, sizeof photo, "%s/portraits/%03d.jpg", media, bank_portraits[3]);
    int result = sheet ? head_open(&head, photo) : BAUTA_E_NO_MEMORY;
    for (int a = 0; a <= BAUTA_ACTION_COUNT && result >= 0; a++) {
        struct pose p = {0};
        pose_of(a, a == BAUTA_ACTION_BLINK_TWICE ? .15 : .8, &who, &p);
        const struct bauta_frame *f =
            a < BAUTA_ACTION_COUNT ? head_draw(head, &p, 7) : head_photo(head, 2, .5, 7);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                memcpy(sheet->data[0] + (a / COLUMNS * SIDE + y) * sheet->stride[0] +
                           3 * (a % COLUMNS * SIDE + x),
                       f->data[0] + y * f->stride[0] + 4 * x, 3);
    }
    if (result >= 0)
        result = bt_picture_write(path, path, sheet, -1);
    bauta_frame_unref(&sheet);
    head_close(&head);
    return result;
}

int main(int argc, char **argv)
{
    static struct bank bank;
    char path[1024];
    if (argc != 3) {
        fprintf(stderr, "usage: liveness MEDIA FOLDER\n");
        return 2;
    }
    mkdir(argv[2], 0777);
    snprintf(path, sizeof path, "%s/poses.png", argv[2]);
    int result = draw_sheet(argv[1], path);
    if (result >= 0)
        result = bank_open(&bank, argv[1], argv[2]);
    if (result >= 0)
        result = table_write(&bank, argv[1], argv[2]);
    bank_finish(&bank);
    if (result < 0)
        fprintf(stderr, "liveness: %s\n", bauta_strerror(result));
    return result < 0;
}
