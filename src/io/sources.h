// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_SOURCES_H
#define BT_IO_SOURCES_H

#include "io/io.h"

// Rows of the two tables, and what they share.
extern const struct bt_source_impl bt_source_file, bt_source_y4m, bt_source_folder,
    bt_source_picture, bt_source_test, bt_source_v4l2;
extern const struct bt_source_impl bt_source_pipewire;  // where built with PipeWire
extern const struct bt_sink_impl bt_sink_pipewire;      // likewise
extern const struct bt_sink_impl bt_sink_file, bt_sink_y4m, bt_sink_folder,
    bt_sink_picture, bt_sink_stream, bt_sink_null, bt_sink_hash, bt_sink_v4l2;

enum {
    BT_VIDEO_SIDE = 8192,    // the largest side of moving pictures
    BT_PICTURE_RATE = 25,    // pictures a second of a folder
};

// Opens s->output for path, overwriting where the options say so.
int bt_sink_output(struct bt_sink *s, const char *path);

// Where the source is a folder: the file name of its picture number index, valid as long
// as the source. NULL otherwise.
const char *bt_folder_name(const struct bt_source *source, int64_t index);

// A test: url as numbers, see test.c. Errors are logged.
struct bt_test_params {
    int width, height;
    struct bauta_rational rate;
    int64_t frames;          // 0: without end
    enum bauta_pixel_format pixel;
    char face[1024];         // path, empty: none
};
int bt_test_parse(const char *url, struct bt_test_params *params);

#endif
