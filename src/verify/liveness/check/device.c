// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "io/pipewire/pipewire.h"
#include "io/v4l2/v4l2.h"
#include "verify/liveness/liveness.h"

// Whether a name is one that programs give to cameras that are none.
static bool names_virtual(const char *name)
{
    static const char *const words[] = {"virtual", "loopback", "dummy",
                                        "obs",     "vivid",    "droidcam",
                                        "bauta",   "akvcam",   "screen"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcasestr(name, words[i]))
            return true;
    return false;
}

static void look_at_v4l2(const char *path, struct bauta_evidence *out)
{
    struct bt_v4l2_device d;
    int fd = -1;
    if (bt_v4l2_open(path, &fd, &d) < 0) {
        bt_evidence(out, BAUTA_FINDING_SKIPPED, 0, 0, "the device cannot be asked");
        return;
    }
    close(fd);
    if (d.loopback || names_virtual(d.driver) || names_virtual(d.card))
        bt_evidence(out, BAUTA_FINDING_DOUBTFUL, 0, 0,
                    "a virtual camera: driver %.20s, '%.40s'", d.driver, d.card);
    else
        bt_evidence(out, BAUTA_FINDING_NOTED, 0, 0,
                    "driver %.20s, '%.40s'; drivers and USB devices can be imitated",
                    d.driver, d.card);
}

static void look_at_pipewire(const char *name, struct bauta_evidence *out)
{
#ifdef BT_HAVE_PIPEWIRE
    struct bt_pipewire *p = NULL;
    struct bt_v4l2_wish wish;
    struct bt_pipewire_node *node = NULL;
    if (bt_pipewire_parse(name, &wish) >= 0 && bt_pipewire_open(&p, NULL, true) >= 0 &&
        bt_pipewire_find(p, false, wish.path, &node) >= 0) {
        const bool hardware = !strncmp(node->name, "v4l2_input.", 11) ||
                              !strncmp(node->name, "libcamera_input.", 16);
        if (node->ours || !hardware || names_virtual(node->name) ||
            names_virtual(node->description))
            bt_evidence(out, BAUTA_FINDING_DOUBTFUL, 0, 0,
                        "a program's node, no camera's: %.60s", node->name);
        else
            bt_evidence(out, BAUTA_FINDING_NOTED, 0, 0,
                        "node %.60s, by its name a device's; names can be imitated",
                        node->name);
        bt_pipewire_close(&p);
        return;
    }
    bt_pipewire_close(&p);
#else
    (void)name;
#endif
    bt_evidence(out, BAUTA_FINDING_SKIPPED, 0, 0, "the node cannot be asked");
}

void bt_check_device(const char *url, struct bauta_evidence *out)
{
    char path[1024];
    if (!url)
        bt_evidence(out, BAUTA_FINDING_SKIPPED, 0, 0,
                    "where frames come from was not said");
    else if (!strncmp(url, "pipewire:", 9))
        look_at_pipewire(url + 9, out);
    else if (!strncmp(url, "v4l2:", 5) || !strncmp(url, "/dev/", 5)) {
        const char *from = *url == 'v' ? url + 5 : url;
        struct bt_v4l2_device d;
        snprintf(path, sizeof path, "%.*s", (int)strcspn(from, ","), from);
        for (int i = 0; !*path && bt_v4l2_device_at(i, &d) >= 0; i++)
            if (bt_v4l2_is_camera(&d))
                snprintf(path, sizeof path, "%s", d.path);
        look_at_v4l2(path, out);
    } else
        bt_evidence(out, BAUTA_FINDING_NOTED, 0, 0,
                    "a file or a stream: what took the pictures is not known");
}
