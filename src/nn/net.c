// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "nn/nn.h"

void bt_net_print_shape(char *text, size_t size, const int64_t *shape, int rank)
{
    size_t at = 0;
    text[0] = '\0';
    for (int i = 0; i < rank && at < size; i++) {
        char n[24] = "?";
        if (shape[i])
            snprintf(n, sizeof(n), "%lld", (long long)shape[i]);
        at += (size_t)snprintf(text + at, size - at, "%s%s", i ? "x" : "", n);
    }
}

bool bt_net_fits(const struct bt_net_port *port, const int64_t *shape, int rank)
{
    bool good = port->rank == rank;
    for (int i = 0; i < rank && good; i++)
        good = !port->shape[i] || port->shape[i] == shape[i];
    return good;
}

int bt_net_open(struct bt_net **out, const char *name, const void *data, size_t size,
                int threads)
{
    struct bt_net *net = NULL;
    int result = bt_net_load(&net, name, data, size, threads);
    if (result >= 0)
        result = bt_net_bind(net);
    if (result < 0)
        bt_net_close(&net);
    else
        *out = net;
    return result;
}
