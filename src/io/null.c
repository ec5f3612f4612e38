// SPDX-License-Identifier: Apache-2.0
#include "io/sources.h"

struct nothing {
    int64_t count;
};

static int null_open(struct bt_sink *s, const char *url)
{
    (void)s, (void)url;
    return 0;
}

static int null_write(struct bt_sink *s, struct bt_marked m)
{
    struct nothing *n = s->priv;
    n->count++;
    bauta_frame_unref(&m.frame);
    return 0;
}

static int null_finish(struct bt_sink *s)
{
    (void)s;
    return 0;
}

static void null_close(struct bt_sink *s)
{
    (void)s;
}

const struct bt_sink_impl bt_sink_null = {
    .name = "null",
    .desc = "takes frames and drops them",
    .priv_size = sizeof(struct nothing),
    .film = true,
    .paced = true,
    .open = null_open,
    .write = null_write,
    .finish = null_finish,
    .close = null_close,
};
