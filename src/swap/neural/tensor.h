// SPDX-License-Identifier: Apache-2.0
#ifndef BT_SWAP_NEURAL_TENSOR_H
#define BT_SWAP_NEURAL_TENSOR_H

#include "nn/manifest.h"
#include "nn/nn.h"

// The tensor's shape for a square picture of that many channels; four dimensions.
void bt_tensor_shape(const struct bt_manifest_picture *picture, int size, int depth,
                     int64_t shape[4]);
// R G B, 0..255, to the tensor as the manifest has it and back.
void bt_tensor_write(const struct bt_manifest_picture *picture, int size,
                     const float (*rgb)[3], float *tensor);
void bt_tensor_read(const struct bt_manifest_picture *picture, int size,
                    const float *tensor, float (*rgb)[3]);

// Which port of the net takes or gives a tensor of this shape: that which names says (see
// struct bt_manifest_picture), else the only one that it can be; taken is left out (-1:
// none). Fixes its shape. BAUTA_E_MODEL with a log line: none is, or it is not clear.
int bt_tensor_find(struct bt_net *net, const char *model, bool input, const char *names,
                   const int64_t *shape, int rank, int taken);
// Whether the tensors' type is that of the manifest; logged where it is not.
int bt_tensor_type(const struct bt_net_port *port, const char *model, int type);

#endif
