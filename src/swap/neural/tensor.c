// SPDX-License-Identifier: Apache-2.0
#include "swap/neural/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

void bt_tensor_shape(const struct bt_manifest_picture *picture, int size, int depth,
                     int64_t shape[4])
{
    shape[0] = 1;
    shape[picture->layout == BT_NHWC ? 3 : 1] = depth;
    shape[picture->layout == BT_NHWC ? 1 : 2] = size;
    shape[picture->layout == BT_NHWC ? 2 : 3] = size;
}

// Where channel c (R G B) of pixel i lies: at first + i * step.
static size_t first_of(const struct bt_manifest_picture *p, size_t pixels, int c,
                       size_t *step)
{
    const size_t at = (size_t)(p->channels == BT_BGR ? 2 - c : c);
    *step = p->layout == BT_NHWC ? 3 : 1;
    return p->layout == BT_NHWC ? at : at * pixels;
}

void bt_tensor_write(const struct bt_manifest_picture *picture, int size,
                     const float (*rgb)[3], float *tensor)
{
    const size_t pixels = (size_t)size * (size_t)size;
    for (int c = 0; c < 3; c++) {
        size_t step;
        float *to = tensor + first_of(picture, pixels, c, &step);
        const float scale = 1 / (255 * picture->deviation[c]);
        const float less = picture->mean[c] / picture->deviation[c];
        for (size_t i = 0; i < pixels; i++)
            to[i * step] = rgb[i][c] * scale - less;
    }
}

void bt_tensor_read(const struct bt_manifest_picture *picture, int size,
                    const float *tensor, float (*rgb)[3])
{
    const size_t pixels = (size_t)size * (size_t)size;
    for (int c = 0; c < 3; c++) {
        size_t step;
        const float *from = tensor + first_of(picture, pixels, c, &step);
        const float scale = 255 * picture->deviation[c], more = 255 * picture->mean[c];
        for (size_t i = 0; i < pixels; i++)
            rgb[i][c] = from[i * step] * scale + more;
    }
}

static const struct bt_net_port *port_at(struct bt_net *net, bool input, int index)
{
    const struct bt_net_info *info = bt_net_info(net);
    return input ? &info->input[index] : &info->output[index];
}

// The port that one word means, or -1.
static int meant(struct bt_net *net, bool input, int count, const char *word)
{
    if (word[0] == '#') {
        char *end = NULL;
        const long index = strtol(word + 1, &end, 10);
        return word[1] && !*end && index >= 0 && index < count ? (int)index : -1;
    }
    for (int i = 0; i < count; i++)
        if (!strcmp(port_at(net, input, i)->name, word))
            return i;
    return -1;
}

static int named(struct bt_net *net, bool input, int count, const char *names, int taken)
{
    char copy[64], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", names);
    for (char *word = strtok_r(copy, " \t", &rest); word;
         word = strtok_r(NULL, " \t", &rest)) {
        const int index = meant(net, input, count, word);
        if (index >= 0 && index != taken)
            return index;
    }
    return -1;
}

int bt_tensor_find(struct bt_net *net, const char *model, bool input, const char *names,
                   const int64_t *shape, int rank, int taken)
{
    const struct bt_net_info *info = bt_net_info(net);
    const int count = input ? info->inputs : info->outputs;
    int index = named(net, input, count, names, taken), fitting = 0;
    for (int i = 0; i < count && index < 0; i++)
        fitting += i != taken && bt_net_fits(port_at(net, input, i), shape, rank);
    for (int i = 0; i < count && index < 0 && fitting == 1; i++)
        if (i != taken && bt_net_fits(port_at(net, input, i), shape, rank))
            index = i;
    // A net with one port has no other: what is wrong with it is said below.
    if (index < 0 && !fitting && count == 1 && taken < 0)
        index = 0;
    if (index < 0) {
        char wanted[96];
        bt_net_print_shape(wanted, sizeof wanted, shape, rank);
        bt_error("%s: %s of its %ss can be the one of %s; name it in the manifest (tensor "
                 "= %s)", model, fitting ? "several" : "none", input ? "input" : "output",
                 wanted, names[0] ? names : "NAME");
        return BAUTA_E_MODEL;
    }
    const int error = bt_net_fix(net, input, index, shape, rank);
    return error < 0 ? error : index;
}

int bt_tensor_type(const struct bt_net_port *port, const char *model, int type)
{
    if (type == BT_TYPE_ANY || (type == BT_TYPE_HALF) == port->half)
        return 0;
    bt_error("%s: %s holds %s, the manifest says %s", model, port->name,
             port->half ? "float16" : "float32",
             type == BT_TYPE_HALF ? "float16" : "float32");
    return BAUTA_E_MODEL;
}
