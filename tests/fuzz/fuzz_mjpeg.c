// SPDX-License-Identifier: Apache-2.0
// One frame of motion JPEG, as a camera might send it.
#include "fuzz.h"
#include "io/v4l2/v4l2.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bt_mjpeg *reader = bt_mjpeg_create();
    int width = 0, height = 0;
    enum bauta_pixel_format format = BAUTA_PIXEL_NONE;
    bauta_log_set(bt_fuzz_quiet, NULL);
    if (!reader)
        return 0;
    if (bt_mjpeg_head(reader, data, size, &width, &height, &format) >= 0) {
        if (width < 16 || height < 16 || width > 8192 || height > 8192 || width % 2 ||
            height % 2)
            __builtin_trap();
        // Larger pictures only take longer.
        struct bauta_frame *frame =
            width * height <= 1 << 20 ? bauta_frame_new(format, width, height) : NULL;
        if (frame)
            bt_mjpeg_read(reader, data, size, frame);
        bauta_frame_unref(&frame);
    }
    bt_mjpeg_destroy(&reader);
    return 0;
}
