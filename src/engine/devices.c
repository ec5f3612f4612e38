// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <bauta/device.h>

#include "base/alloc.h"
#include "io/pipewire/pipewire.h"
#include "io/v4l2/v4l2.h"

// What is asked once for one call: PipeWire's daemon, NULL where it does not answer.
struct look {
    bool tried;
    struct bt_pipewire *pipewire;
};

static void put(char *to, size_t size, const char *from)
{
    snprintf(to, size, "%s", from);
}
#define PUT(field, text) put(field, sizeof(field), text)

static bool append(char *to, size_t size, const char *text)
{
    const size_t length = strlen(to);
    if (length + strlen(text) + 5 > size) {
        memcpy(to + length, " ...", 5);
        return false;
    }
    memcpy(to + length, text, strlen(text) + 1);
    return true;
}

static double per_second(const struct bt_v4l2_mode *mode)
{
    return mode->rate.num > 0 ? (double)mode->rate.num / mode->rate.den : 0;
}

static bool same_size(const struct bt_v4l2_mode *a, const struct bt_v4l2_mode *b)
{
    return a->width == b->width && a->height == b->height && a->fourcc == b->fourcc;
}

// One word a size, with its best rate; a word for each layout before its sizes.
static void write_modes(struct bauta_device *d, const struct bt_v4l2_mode *modes,
                        int count)
{
    const struct bt_v4l2_mode *last = NULL;
    for (int i = 0; i < count; i++) {
        const struct bt_v4l2_mode *m = &modes[i];
        char text[64];
        double rate = per_second(m);
        for (; i + 1 < count && same_size(m, &modes[i + 1]); i++) {
            const double other = per_second(&modes[i + 1]);
            rate = other > rate ? other : rate;
        }
        const bool same = last && last->fourcc == m->fourcc;
        snprintf(text, sizeof(text), "%s%s %dx%d", last && !same ? ", " : "",
                 same ? "" : bt_v4l2_format_name(m->fourcc), m->width, m->height);
        if (rate > 0)
            snprintf(text + strlen(text), sizeof(text) - strlen(text), "@%.4g", rate);
        if (!append(d->modes, sizeof(d->modes), text))
            return;
        last = m;
    }
}

static void look_at_camera(struct bauta_device *d, const char *path)
{
    struct bt_v4l2_wish wish;
    struct bt_v4l2_device device;
    int fd = -1;
    struct bt_v4l2_mode *modes = bt_alloc_array(BT_V4L2_MODES, sizeof(*modes));
    if (modes && bt_v4l2_parse("", &wish) >= 0 && bt_v4l2_open(path, &fd, &device) >= 0) {
        write_modes(d, modes, bt_v4l2_modes(fd, &wish, modes, BT_V4L2_MODES));
        close(fd);
        if (!*d->modes)
            PUT(d->missing, "it gives no format that is read here");
    }
    bt_free(modes);
}

static void describe(struct bauta_device *d, const struct bt_v4l2_device *device)
{
    PUT(d->name, device->card);
    snprintf(d->url, sizeof(d->url), "v4l2:%s", device->path);
}

// PipeWire -----------------------------------------------------------------------------

#ifdef BT_HAVE_PIPEWIRE
static struct bt_pipewire *daemon_of(struct look *look)
{
    if (!look->tried && bt_pipewire_open(&look->pipewire, NULL, true) < 0)
        look->pipewire = NULL;
    look->tried = true;
    return look->pipewire;
}

// Camera or microphone number index of the graph; NULL past the last.
static struct bt_pipewire_node *node_at(struct look *look, bool microphone, int index)
{
    struct bt_pipewire *p = daemon_of(look);
    struct bt_pipewire_node *n = NULL;
    for (int i = 0; p && (n = bt_pipewire_node_at(p, i)); i++) {
        if (n->microphone == microphone && !n->ours && index-- == 0)
            return n;
    }
    return NULL;
}

static bool describe_node(struct look *look, bool microphone, int index,
                          struct bauta_device *d)
{
    struct bt_v4l2_wish wish;
    struct bt_pipewire_node *n = node_at(look, microphone, index);
    if (!n || !d)
        return n != NULL;
    PUT(d->name, *n->description ? n->description : n->name);
    snprintf(d->url, sizeof(d->url), "pipewire:%s", n->name);
    if (microphone || bt_v4l2_parse("", &wish) < 0 ||
        bt_pipewire_modes(look->pipewire, n, &wish) < 0)
        return true;
    write_modes(d, n->modes, n->count);
    if (n->told && !*d->modes)
        PUT(d->missing, "it gives no format that is read here");
    return true;
}

static void describe_daemon(struct look *look, struct bauta_device *d)
{
    struct bt_pipewire *p = daemon_of(look);
    if (!p) {
        PUT(d->missing, "its daemon does not answer; it carries cameras, microphones and "
                        "the virtual camera that needs no kernel module");
        PUT(d->command, BT_PIPEWIRE_HINT);
        return;
    }
    snprintf(d->name, sizeof(d->name), "PipeWire %s", bt_pipewire_version(p));
    PUT(d->url, "pipewire:");
    if (bt_pipewire_managed(p))
        return;
    PUT(d->missing, "no session manager runs, which links cameras with readers");
    PUT(d->command, "systemctl --user start wireplumber");
}

static bool has_daemon(struct look *look)
{
    return daemon_of(look) != NULL;
}

static void end_look(struct look *look)
{
    bt_pipewire_close(&look->pipewire);
}
#else
static bool describe_node(struct look *look, bool microphone, int index,
                          struct bauta_device *d)
{
    (void)look, (void)microphone, (void)index, (void)d;
    return false;
}

static void describe_daemon(struct look *look, struct bauta_device *d)
{
    (void)look;
    PUT(d->missing, "this program was built without it");
    PUT(d->command, "meson configure build -Dpipewire=enabled");
}

static bool has_daemon(struct look *look)
{
    (void)look;
    return false;
}

static void end_look(struct look *look)
{
    (void)look;
}
#endif

static int pipewire_at(struct look *look, int index, struct bauta_device *d)
{
    if (index)
        return BAUTA_E_END;
    if (d)
        describe_daemon(look, d);
    return 0;
}

static int microphone_at(struct look *look, int index, struct bauta_device *d)
{
    if (describe_node(look, true, index, d))
        return 0;
    if (index)
        return BAUTA_E_END;
    if (!d)
        return 0;
    if (look->pipewire)
        PUT(d->missing, "PipeWire has no microphone; plug one in");
    else
        PUT(d->missing, "microphones are found through PipeWire, which is not there");
    PUT(d->command, look->pipewire ? "wpctl status" : BT_PIPEWIRE_HINT);
    return 0;
}

// Kinds --------------------------------------------------------------------------------

// A camera that may not be opened tells nothing of itself and is taken for one.
static int camera_at(struct look *look, int index, struct bauta_device *d)
{
    struct bt_v4l2_device device;
    int found = 0;
    for (int i = 0; bt_v4l2_device_at(i, &device) >= 0; i++) {
        if (*device.card && (!bt_v4l2_is_camera(&device) || device.loopback))
            continue;
        if (found++ < index)
            continue;
        if (!d)
            return 0;
        describe(d, &device);
        if (*device.card) {
            look_at_camera(d, device.path);
            return 0;
        }
        PUT(d->name, "?");
        PUT(d->missing, "it may not be opened; the group video may, after a new log-in");
        PUT(d->command, "sudo usermod -aG video $USER");
        return 0;
    }
    if (describe_node(look, false, index - found, d))
        return 0;
    if (found || index)
        return BAUTA_E_END;
    if (!d)
        return 0;
    PUT(d->missing, "no camera is plugged in, or the system has no driver for it");
    PUT(d->command, "ls /dev/video*");
    return 0;
}

static int virtual_at(struct look *look, int index, struct bauta_device *d)
{
    struct bt_v4l2_device device;
    int found = 0;
    for (int i = 0; bt_v4l2_device_at(i, &device) >= 0; i++) {
        if (!device.loopback || found++ < index)
            continue;
        if (d)
            describe(d, &device);
        return 0;
    }
    const bool node = has_daemon(look);
    if (index > found || (index && !node))
        return BAUTA_E_END;
    if (d && node) {
        PUT(d->name, "a node of PipeWire, of any name");
        PUT(d->url, "pipewire:bauta");
    }
    if (d && !found) {
        PUT(d->missing, node ? "for programs that do not know PipeWire: a loopback "
                               "device; Debian's v4l2loopback-dkms has the module"
                             : "no loopback device; Debian's v4l2loopback-dkms has the "
                               "module");
        PUT(d->command, BT_V4L2_LOOPBACK_HINT);
    }
    return 0;
}

// A kind of devices: at fills a zeroed entry, where there is one to fill, or gives
// BAUTA_E_END past the last.
static const struct {
    enum bauta_device_kind kind;
    int (*at)(struct look *look, int index, struct bauta_device *device);
} listers[] = {
    {BAUTA_DEVICE_CAMERA, camera_at},
    {BAUTA_DEVICE_VIRTUAL_CAMERA, virtual_at},
    {BAUTA_DEVICE_MICROPHONE, microphone_at},
    {BAUTA_DEVICE_PIPEWIRE, pipewire_at},
};

static int find(struct look *look, int index, struct bauta_device *device)
{
    for (size_t i = 0; i < sizeof(listers) / sizeof(*listers); i++) {
        int own = 0;
        while (own < index && listers[i].at(look, own, NULL) >= 0)
            own++;
        struct bauta_device d = {.kind = listers[i].kind};
        const int result =
            own == index ? listers[i].at(look, own, &d) : BAUTA_E_END;
        if (result >= 0)
            *device = d;
        if (result != BAUTA_E_END)
            return result;
        index -= own;
    }
    return BAUTA_E_END;
}

int bauta_device_at(int index, struct bauta_device *device)
{
    struct look look = {0};
    if (index < 0 || !device)
        return BAUTA_E_USAGE;
    const int result = find(&look, index, device);
    end_look(&look);
    return result;
}

const char *bauta_device_kind_name(enum bauta_device_kind kind)
{
    static const char *const names[BAUTA_DEVICE_COUNT] = {
        "camera", "virtual camera", "microphone", "pipewire"};
    return (unsigned)kind < BAUTA_DEVICE_COUNT ? names[kind] : NULL;
}
