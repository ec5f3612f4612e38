// SPDX-License-Identifier: Apache-2.0
#include "io/av/network.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <bauta/error.h>

#include "base/clock.h"
#include "base/log.h"
#include "io/av/av.h"

// What each may open in turn.
static const struct {
    const char *scheme, *opens;
    bool keyed;               // the path's end is a secret
} kinds[] = {
    {"rtsp", "rtsp,rtp,tcp,udp", false},
    {"rtmp", "rtmp,tcp", true},
    {"rtmps", "rtmps,tls,tcp", true},
    {"srt", "srt", true},
    {"udp", "udp", false},
    {"tcp", "tcp", false},
    {"http", "http,https,tls,tcp", false},
    {"https", "http,https,tls,tcp", false},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int kind_of(const char *url)
{
    const char *end = strstr(url, "://");
    for (int i = 0; end && i < KINDS; i++) {
        const size_t n = strlen(kinds[i].scheme);
        if ((size_t)(end - url) == n && !strncasecmp(url, kinds[i].scheme, n))
            return i;
    }
    return -1;
}

bool bt_is_network(const char *url)
{
    return kind_of(url) >= 0;
}

bool bt_is_rtsp(const char *url)
{
    return kind_of(url) == 0;
}

void bt_network_name(const char *url, char *name, size_t size)
{
    const int kind = kind_of(url);
    if (kind < 0) {
        snprintf(name, size, "%s", url);
        return;
    }
    const char *host = strstr(url, "://") + 3;
    const size_t whole = strcspn(host, "?#");
    // A password may hold a slash only when it is written as %2F.
    const size_t authority = strcspn(host, "/?#");
    size_t skip = 0;
    for (size_t i = 0; i < authority; i++)
        skip = host[i] == '@' ? i + 1 : skip;
    size_t shown = whole;
    const char *more = host[whole] ? "?…" : "";
    if (kinds[kind].keyed) {
        // rtmp://host/application/key; what srt needs stands in its query.
        const char *slash = authority < whole ? memchr(host + authority + 1, '/',
                                                       whole - authority - 1) : NULL;
        if (slash) {
            shown = (size_t)(slash - host) + 1;
            more = "…";
        }
    }
    snprintf(name, size, "%s://%.*s%s", kinds[kind].scheme, (int)(shown - skip),
             host + skip, more);
}

void bt_patience_renew(struct bt_patience *patience)
{
    patience->until_ns = bt_now_ns() + (int64_t)BT_PATIENCE_SECONDS * 1000000000;
}

static int is_over(void *opaque)
{
    const struct bt_patience *patience = opaque;
    return patience->until_ns && bt_now_ns() > patience->until_ns;
}

AVIOInterruptCB bt_patience_callback(struct bt_patience *patience)
{
    return (AVIOInterruptCB){is_over, patience};
}

int bt_network_open(AVIOContext **io, const char *url, int flags,
                    struct bt_patience *patience, const char *name)
{
    const AVIOInterruptCB callback = bt_patience_callback(patience);
    const int kind = kind_of(url);
    AVDictionary *options = NULL;
    bt_patience_renew(patience);
    int error = av_dict_set(&options, "protocol_whitelist", kinds[kind].opens, 0);
    if (error >= 0)
        error = avio_open2(io, url, flags, &callback, &options);
    av_dict_free(&options);
    return error < 0 ? bt_network_error(error, name) : 0;
}

int bt_network_error(int error, const char *name)
{
    if (error == AVERROR(ENOMEM)) {
        bt_error("%s: out of memory", name);
        return BAUTA_E_NO_MEMORY;
    }
    if (error == AVERROR_EXIT || error == AVERROR(ETIMEDOUT)) {
        bt_error("%s: no answer for %d seconds; is the other side running, and does a "
                 "firewall let it through?", name, BT_PATIENCE_SECONDS);
        return BAUTA_E_IO;
    }
    if (error == AVERROR_PROTOCOL_NOT_FOUND) {
        bt_error("%s: this libavformat does not speak this protocol", name);
        return BAUTA_E_UNSUPPORTED;
    }
    // What libav itself said may hold the address with its secrets.
    bt_error("%s: the connection fails: %s", name, av_err2str(error));
    return BAUTA_E_IO;
}
