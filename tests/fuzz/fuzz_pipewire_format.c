// SPDX-License-Identifier: Apache-2.0
// One format of a PipeWire camera, as its node might tell it.
#include "fuzz.h"

#include <stdlib.h>
#include <string.h>

#include "io/pipewire/stream.h"

enum { MODES = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bt_v4l2_wish wish;
    struct bt_v4l2_mode modes[MODES];
    uint32_t body = 0;
    // The connection hands over whole pods.
    if (size < sizeof(struct spa_pod))
        return 0;
    memcpy(&body, data, sizeof(body));
    if (body > size - sizeof(struct spa_pod) || bt_pipewire_parse("", &wish) < 0)
        return 0;
    struct spa_pod *pod = malloc(sizeof(*pod) + body);
    if (!pod)
        return 0;
    memcpy(pod, data, sizeof(*pod) + body);
    const int count = bt_pipewire_add_modes(pod, &wish, modes, 0, MODES);
    for (int i = 0; i < count; i++) {
        const struct bt_v4l2_mode *m = &modes[i];
        if (m->width < 1 || m->height < 1 || m->width > 8192 || m->height > 8192 ||
            m->rate.num < 0 || m->rate.den < 1 || !bt_v4l2_format_name(m->fourcc))
            __builtin_trap();
    }
    free(pod);
    return count < 0 || count > MODES ? abort(), 0 : 0;
}
