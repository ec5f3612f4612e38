// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_PLAIN_H
#define BT_IO_AV_PLAIN_H

#include <stdbool.h>

#include <libavcodec/avcodec.h>

// Whether it is text: false where it goes on without a space for so long that it spells
// data, a picture for instance.
bool bt_plain_text(const char *text);

// Takes files out of the header of a sound or subtitle track, the extradata, in place.
// False where the header is not understood and may hold some.
bool bt_plain_header(AVCodecParameters *par);

#endif
