// SPDX-License-Identifier: Apache-2.0
#ifndef BT_IO_AV_NETWORK_H
#define BT_IO_AV_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <libavformat/avformat.h>

// Streams of the network: rtsp, rtmp, rtmps, srt, udp, tcp, http, https.

// Whether url names one of them.
bool bt_is_network(const char *url);
bool bt_is_rtsp(const char *url);

// url for messages and logs, cut to size: without user, password and query, and of rtmp
// and srt without what follows the application, which is the key of a stream.
void bt_network_name(const char *url, char *name, size_t size);

// How long one call may wait for the other side. Zeroed is ready; without a renewal
// nothing is waited for without end.
struct bt_patience {
    int64_t until_ns;         // 0: no limit was set yet
};
enum { BT_PATIENCE_SECONDS = 5 };
void bt_patience_renew(struct bt_patience *patience);
// patience must outlive what is given the callback.
AVIOInterruptCB bt_patience_callback(struct bt_patience *patience);

// Opens the bytes of url, and lets it open nothing of another kind. flags as of avio_open.
// Errors are logged under name.
int bt_network_open(AVIOContext **io, const char *url, int flags,
                    struct bt_patience *patience, const char *name);

// Logs a negative return of libav and turns it into ours.
int bt_network_error(int error, const char *name);

#endif
