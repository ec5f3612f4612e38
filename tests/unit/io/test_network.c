// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "../check.h"
#include "io/av/network.h"

static void expect(const char *url, const char *name)
{
    char text[256];
    bt_network_name(url, text, sizeof(text));
    CHECK_TEXT(text, name);
}

int main(void)
{
    CHECK(bt_is_network("rtsp://camera/1") && bt_is_rtsp("RTSP://camera/1"));
    CHECK(bt_is_network("https://a/b.ts") && !bt_is_rtsp("rtsps://camera"));
    CHECK(!bt_is_network("rtsp:camera") && !bt_is_network("file:///etc/passwd"));
    CHECK(!bt_is_network("concat://a") && !bt_is_network("clip.mp4"));
    CHECK(!bt_is_network("xrtmp://a") && !bt_is_network("://") && !bt_is_network(""));

    expect("rtsp://camera:554/1", "rtsp://camera:554/1");
    expect("rtsp://me:pass@word@camera/1", "rtsp://camera/1");
    expect("http://a/b?token=1", "http://a/b?…");
    expect("http://a/b@c", "http://a/b@c");
    expect("http://u:p@a#x", "http://a?…");
    expect("rtmp://host/live/key", "rtmp://host/live/…");
    expect("rtmp://host/live", "rtmp://host/live");
    expect("rtmp://host", "rtmp://host");
    expect("rtmp://u:p@host/live/a/b?c", "rtmp://host/live/…");
    expect("srt://host:1?passphrase=x", "srt://host:1?…");
    expect("clip.mp4", "clip.mp4");

    char small[12];
    bt_network_name("rtsp://a-long-host-name/1", small, sizeof(small));
    CHECK(strlen(small) == sizeof(small) - 1);
    return check_end();
}
