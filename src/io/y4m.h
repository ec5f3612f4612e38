// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_Y4M_H
#define BT_IO_Y4M_H

#include <stdio.h>

#include <libavcodec/avcodec.h>

#include "frame/format.h"

// Reads the first line of a stream, without its newline; line is taken apart. Errors are
// logged with name.
int bt_y4m_parse(char *line, const char *name, struct bt_format *format,
                 enum AVFieldOrder *order);

#endif
