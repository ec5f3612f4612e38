// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_TRANSCODE_H
#define BT_IO_AV_TRANSCODE_H

#include "io/av/tracks.h"

// Makes packets of one track into packets of another codec: sound, or subtitles of text.
struct bt_transcode;

typedef int bt_transcode_out(void *opaque, AVPacket *packet);

// encoder's type decides. name is for messages and outlives the object.
int bt_transcode_open(struct bt_transcode **out, const struct bt_track *track,
                      const AVCodec *encoder, bool global_header, const char *name);
// The encoder, for its parameters and time base.
const AVCodecContext *bt_transcode_encoder(const struct bt_transcode *t);
// Takes a packet, NULL at the end, and hands whatever results to out, in the encoder's
// time base. out's errors are passed on.
int bt_transcode_send(struct bt_transcode *t, AVPacket *packet, bt_transcode_out *out,
                      void *opaque);
void bt_transcode_close(struct bt_transcode **t);

#endif
