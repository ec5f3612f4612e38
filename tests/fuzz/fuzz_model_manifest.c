// SPDX-License-Identifier: Apache-2.0
// The manifest of a model as anybody may write it.
#include <math.h>
#include <string.h>

#include "fuzz.h"
#include "nn/manifest.h"

static void whole(const char *text, size_t room)
{
    if (!memchr(text, 0, room))
        __builtin_trap();
}

static void check_picture(const struct bt_manifest_picture *p)
{
    for (int c = 0; c < 3; c++)
        if (!isfinite(p->mean[c]) || !(p->deviation[c] > 0))
            __builtin_trap();
    for (int i = 0; i < BT_TEMPLATE_POINTS; i++)
        if (!(fabsf(p->template[i][0]) <= 2) || !(fabsf(p->template[i][1]) <= 2))
            __builtin_trap();
    if (p->size && (p->size < BT_PICTURE_MIN || p->size > BT_PICTURE_MAX))
        __builtin_trap();
    whole(p->tensor, sizeof p->tensor);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct bt_manifest m;
    bauta_log_set(bt_fuzz_quiet, NULL);
    if (bt_manifest_parse((const char *)data, size, "fuzz", &m))
        return 0;
    // What is taken for good makes sense.
    whole(m.name, sizeof m.name);
    whole(m.file, sizeof m.file);
    whole(m.sha256, sizeof m.sha256);
    whole(m.source.embedder, sizeof m.source.embedder);
    whole(m.source.converter, sizeof m.source.converter);
    check_picture(&m.input);
    check_picture(&m.output);
    check_picture(&m.source.picture);
    if (!m.file[0] || !bt_role_word(m.role) || m.source.steps > BT_STEPS_MAX ||
        m.constants > BT_CONSTANTS_MAX || m.length < 1 || m.length > BT_VECTOR_MAX ||
        (m.role != BT_ROLE_CONVERTER && !m.input.aligned))
        __builtin_trap();
    return 0;
}
