// SPDX-License-Identifier: Apache-2.0
// A y4m stream as anybody may write it.
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fuzz.h"
#include "io/io.h"

enum { FRAMES = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char url[64];
    struct bt_io_options options = {0};
    struct bt_source *source = NULL;
    const int fd = memfd_create("y4m", MFD_CLOEXEC);
    bauta_log_set(bt_fuzz_quiet, NULL);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        return 0;
    snprintf(url, sizeof(url), "y4m:/proc/self/fd/%d", fd);
    if (bt_source_open(&source, url, &options) >= 0) {
        struct bauta_frame *frame = NULL;
        for (int i = 0; i < FRAMES && bt_source_read(source, &frame) >= 0; i++) {
            if (frame->width != source->format.width || frame->number != i)
                __builtin_trap();
            bauta_frame_unref(&frame);
        }
    }
    bt_source_close(&source);
    close(fd);
    return 0;
}
