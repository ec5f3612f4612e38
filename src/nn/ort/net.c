// SPDX-License-Identifier: Apache-2.0
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/alloc.h"
#include "base/log.h"
#include "nn/half.h"
#include "nn/nn.h"
#include "nn/ort/ort.h"

// No net of this project comes near; a file that asks for more is not one of ours.
static const size_t PORT_ELEMENTS_MAX = (size_t)1 << 26;

struct bt_net {
    struct bt_net_info info;
    OrtSession *session;
    OrtIoBinding *binding;
    OrtRunOptions *run;
    atomic_bool stopped;
    OrtValue *value[2 * BT_NET_PORTS];
    int values;
    // What the runtime sees of ports that hold halves.
    uint16_t *half_in[BT_NET_PORTS], *half_out[BT_NET_PORTS];
    double *wide_in[BT_NET_PORTS];
    char name[64];
};

static int session_options(const char *name, int threads, OrtSessionOptions **out)
{
    const OrtApi *api = bt_ort.api;
    OrtSessionOptions *o = NULL;
    if (failed(api, api->CreateSessionOptions(&o), name, "cannot make options"))
        return BAUTA_E_RUNTIME;
    const char *what = "cannot set options";
    if (failed(api, api->SetIntraOpNumThreads(o, threads), name, what) ||
        failed(api, api->SetInterOpNumThreads(o, 1), name, what) ||
        failed(api, api->SetSessionExecutionMode(o, ORT_SEQUENTIAL), name, what) ||
        failed(api, api->SetSessionGraphOptimizationLevel(o, ORT_ENABLE_ALL), name,
               what) ||
        failed(api, api->AddSessionConfigEntry(o, "session.intra_op.allow_spinning", "0"),
               name, what) ||
        failed(api, api->AddSessionConfigEntry(o, "session.set_denormal_as_zero", "1"),
               name, what)) {
        api->ReleaseSessionOptions(o);
        return BAUTA_E_RUNTIME;
    }
    *out = o;
    return 0;
}

static const char *element_word(ONNXTensorElementDataType element)
{
    switch (element) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
        return "doubles";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32:
        return "whole numbers";
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8:
        return "bytes";
    default:
        return "no tensor, or something else";
    }
}

static int read_dimensions(const OrtTensorTypeAndShapeInfo *tensor, const char *net,
                           struct bt_net_port *port)
{
    if (port->rank && failed(bt_ort.api,
                             bt_ort.api->GetDimensions(tensor, port->shape,
                                                        (size_t)port->rank),
                             net, "cannot read a shape"))
        return BAUTA_E_MODEL;
    size_t count = 1;
    for (int i = 0; i < port->rank; i++) {
        int64_t *n = &port->shape[i];
        if (*n < 0)
            *n = 0;
        if (*n > (int64_t)(PORT_ELEMENTS_MAX / count)) {
            bt_error("%s: %s has a dimension of %lld: only nets of moderate sizes run",
                     net, port->name, (long long)*n);
            return BAUTA_E_MODEL;
        }
        count *= *n ? (size_t)*n : 1;
    }
    return 0;
}

// Reads type and shape of one port. Dimensions that are open become 0.
static int read_shape(const OrtTypeInfo *type, const char *net, bool input,
                      struct bt_net_port *port)
{
    const OrtApi *api = bt_ort.api;
    const char *what = "cannot read a shape";
    const OrtTensorTypeAndShapeInfo *tensor = NULL;
    if (failed(api, api->CastTypeInfoToTensorInfo(type, &tensor), net, what))
        return BAUTA_E_MODEL;
    ONNXTensorElementDataType element = ONNX_TENSOR_ELEMENT_DATA_TYPE_UNDEFINED;
    size_t dims = 0;
    if (tensor && (failed(api, api->GetTensorElementType(tensor, &element), net, what) ||
                   failed(api, api->GetDimensionsCount(tensor, &dims), net, what)))
        return BAUTA_E_MODEL;
    port->half = element == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16;
    port->wide = input && element == ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE;
    if (element != ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT && !port->half && !port->wide) {
        bt_error("%s: %s is not a float tensor; it holds %s", net, port->name,
                 element_word(element));
        return BAUTA_E_MODEL;
    }
    if (dims > 4) {
        bt_error("%s: %s has %zu dimensions, at most 4 are allowed", net, port->name, dims);
        return BAUTA_E_MODEL;
    }
    for (int i = 0; i < 4; i++)
        port->shape[i] = 1;
    port->rank = (int)dims;
    return read_dimensions(tensor, net, port);
}

// Makes the port's buffer and binds it.
static int bind_port(struct bt_net *net, struct bt_net_port *port, bool input,
                     uint16_t **half, double **wide, const OrtMemoryInfo *memory)
{
    const OrtApi *api = bt_ort.api;
    port->count = 1;
    for (int i = 0; i < port->rank; i++) {
        if (port->shape[i] < 1) {
            bt_error("%s: %s has a dimension of any size: only nets of fixed sizes run",
                     net->name, port->name);
            return BAUTA_E_MODEL;
        }
        port->count *= (size_t)port->shape[i];
    }
    port->data = bt_alloc_array(port->count, sizeof(float));
    if (port->half)
        *half = bt_alloc_array(port->count, sizeof(uint16_t));
    if (port->wide)
        *wide = bt_alloc_array(port->count, sizeof(double));
    if (!port->data || (port->half && !*half) || (port->wide && !*wide)) {
        bt_error("%s: no memory for %s", net->name, port->name);
        return BAUTA_E_NO_MEMORY;
    }
    OrtValue **value = &net->value[net->values];
    void *data = port->half ? (void *)*half : port->wide ? (void *)*wide : port->data;
    const size_t each = port->half   ? sizeof(uint16_t)
                        : port->wide ? sizeof(double)
                                     : sizeof(float);
    const ONNXTensorElementDataType type = port->half ? ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16
                                           : port->wide
                                               ? ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE
                                               : ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
    OrtStatus *status = api->CreateTensorWithDataAsOrtValue(
        memory, data, port->count * each, port->shape, (size_t)port->rank, type, value);
    if (failed(api, status, net->name, "cannot wrap a buffer"))
        return BAUTA_E_RUNTIME;
    net->values++;
    status = input ? api->BindInput(net->binding, port->name, *value)
                   : api->BindOutput(net->binding, port->name, *value);
    return failed(api, status, net->name, "cannot bind a buffer") ? BAUTA_E_MODEL : 0;
}

static int read_port(struct bt_net *net, size_t index, bool input,
                     OrtAllocator *allocator)
{
    const OrtApi *api = bt_ort.api;
    struct bt_net_port *port = input ? &net->info.input[index] : &net->info.output[index];
    char *name = NULL;
    OrtTypeInfo *type = NULL;
    OrtStatus *status =
        input ? api->SessionGetInputName(net->session, index, allocator, &name)
              : api->SessionGetOutputName(net->session, index, allocator, &name);
    if (failed(api, status, net->name, "cannot read a name"))
        return BAUTA_E_MODEL;
    const int length = snprintf(port->name, sizeof(port->name), "%s", name);
    allocator->Free(allocator, name);
    if (length >= (int)sizeof(port->name)) {
        bt_error("%s: the name of %s %zu is too long", net->name,
                 input ? "input" : "output", index);
        return BAUTA_E_MODEL;
    }
    status = input ? api->SessionGetInputTypeInfo(net->session, index, &type)
                   : api->SessionGetOutputTypeInfo(net->session, index, &type);
    if (failed(api, status, net->name, "cannot read a type"))
        return BAUTA_E_MODEL;
    const int result = read_shape(type, net->name, input, port);
    api->ReleaseTypeInfo(type);
    return result;
}

static int read_ports(struct bt_net *net)
{
    const OrtApi *api = bt_ort.api;
    size_t inputs = 0, outputs = 0;
    OrtAllocator *allocator = NULL;
    if (failed(api, api->SessionGetInputCount(net->session, &inputs), net->name,
               "no inputs") ||
        failed(api, api->SessionGetOutputCount(net->session, &outputs), net->name,
               "no outputs") ||
        failed(api, api->GetAllocatorWithDefaultOptions(&allocator), net->name,
               "no allocator"))
        return BAUTA_E_MODEL;
    if (inputs < 1 || inputs > BT_NET_PORTS || outputs < 1 || outputs > BT_NET_PORTS) {
        bt_error("%s: has %zu inputs and %zu outputs; 1 to %d of each are allowed",
                 net->name, inputs, outputs, BT_NET_PORTS);
        return BAUTA_E_MODEL;
    }
    int result = 0;
    for (size_t i = 0; i < inputs && result >= 0; i++)
        result = read_port(net, i, true, allocator);
    for (size_t i = 0; i < outputs && result >= 0; i++)
        result = read_port(net, i, false, allocator);
    net->info.inputs = (int)inputs;
    net->info.outputs = (int)outputs;
    return result;
}

int bt_net_bind(struct bt_net *net)
{
    const OrtApi *api = bt_ort.api;
    OrtMemoryInfo *memory = NULL;
    if (failed(api, api->CreateIoBinding(net->session, &net->binding), net->name,
               "no binding") ||
        failed(api, api->CreateRunOptions(&net->run), net->name, "no options") ||
        failed(api,
               api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault, &memory),
               net->name, "no memory description"))
        return BAUTA_E_RUNTIME;
    int result = 0;
    for (int i = 0; i < net->info.inputs && result >= 0; i++)
        result = bind_port(net, &net->info.input[i], true, &net->half_in[i],
                           &net->wide_in[i], memory);
    for (int i = 0; i < net->info.outputs && result >= 0; i++)
        result = bind_port(net, &net->info.output[i], false, &net->half_out[i], NULL,
                           memory);
    api->ReleaseMemoryInfo(memory);
    return result;
}

int bt_net_fix(struct bt_net *net, bool input, int index, const int64_t *shape, int rank)
{
    struct bt_net_port *port = input ? &net->info.input[index] : &net->info.output[index];
    if (!bt_net_fits(port, shape, rank)) {
        char has[128], wanted[128];
        bt_net_print_shape(has, sizeof(has), port->shape, port->rank);
        bt_net_print_shape(wanted, sizeof(wanted), shape, rank);
        bt_error("%s: %s is %s, but must be %s", net->name, port->name, has, wanted);
        return BAUTA_E_MODEL;
    }
    for (int i = 0; i < rank; i++)
        port->shape[i] = shape[i];
    return 0;
}

static int make_session(struct bt_net *net, const void *data, size_t size, int threads,
                        const char *provider)
{
    OrtSessionOptions *options = NULL;
    int result = session_options(net->name, threads, &options);
    if (result < 0)
        return result;
    const bool other = strcmp(provider, BT_PROVIDER_CPU) != 0;
    if (other)
        result = bt_ort_append(options, net->name, provider);
    OrtStatus *status = NULL;
    if (result >= 0)
        status = bt_ort.api->CreateSessionFromArray(bt_ort.env, data, size, options,
                                                    &net->session);
    if (failed(bt_ort.api, status, net->name,
               other ? "cannot be run by this provider" : "is not a net that can be run"))
        result = other ? BAUTA_E_PROVIDER : BAUTA_E_MODEL;
    bt_ort.api->ReleaseSessionOptions(options);
    return result;
}

int bt_net_load(struct bt_net **out, const char *name, const void *data, size_t size,
                int threads)
{
    return bt_net_load_on(out, name, data, size, threads, BT_PROVIDER_CPU);
}

int bt_net_load_on(struct bt_net **out, const char *name, const void *data, size_t size,
                   int threads, const char *provider)
{
    if (!data || !size || threads < 1 || threads > 256) {
        bt_error("%s: a net needs its bytes and 1 to 256 threads", name);
        return BAUTA_E_USAGE;
    }
    int result = bt_runtime_open();
    if (result < 0)
        return result;
    struct bt_net *net = bt_zalloc(sizeof(*net));
    if (!net)
        return BAUTA_E_NO_MEMORY;
    snprintf(net->name, sizeof(net->name), "%s", name);
    result = make_session(net, data, size, threads, provider);
    if (result >= 0)
        result = read_ports(net);
    if (result < 0)
        bt_net_close(&net);
    else
        *out = net;
    return result;
}

const struct bt_net_info *bt_net_info(const struct bt_net *net)
{
    return &net->info;
}

int bt_net_run(struct bt_net *net)
{
    for (int i = 0; i < net->info.inputs; i++)
        for (size_t k = 0; net->half_in[i] && k < net->info.input[i].count; k++)
            net->half_in[i][k] = bt_half_from_float(net->info.input[i].data[k]);
    for (int i = 0; i < net->info.inputs; i++)
        for (size_t k = 0; net->wide_in[i] && k < net->info.input[i].count; k++)
            net->wide_in[i][k] = net->info.input[i].data[k];
    OrtStatus *status = bt_ort.api->RunWithBinding(net->session, net->run, net->binding);
    if (status && atomic_load(&net->stopped)) {
        bt_ort.api->ReleaseStatus(status);
        return BAUTA_E_STOPPED;
    }
    if (failed(bt_ort.api, status, net->name, "cannot be run"))
        return BAUTA_E_RUNTIME;
    for (int i = 0; i < net->info.outputs; i++)
        for (size_t k = 0; net->half_out[i] && k < net->info.output[i].count; k++)
            net->info.output[i].data[k] = bt_half_to_float(net->half_out[i][k]);
    return 0;
}

void bt_net_stop(struct bt_net *net)
{
    atomic_store(&net->stopped, true);
    OrtStatus *status = bt_ort.api->RunOptionsSetTerminate(net->run);
    if (status)
        bt_ort.api->ReleaseStatus(status);
}

void bt_net_close(struct bt_net **net)
{
    if (!net || !*net)
        return;
    struct bt_net *n = *net;
    if (n->binding)
        bt_ort.api->ReleaseIoBinding(n->binding);
    if (n->run)
        bt_ort.api->ReleaseRunOptions(n->run);
    for (int i = 0; i < n->values; i++)
        bt_ort.api->ReleaseValue(n->value[i]);
    if (n->session)
        bt_ort.api->ReleaseSession(n->session);
    for (int i = 0; i < BT_NET_PORTS; i++) {
        bt_free(n->info.input[i].data);
        bt_free(n->info.output[i].data);
        bt_free(n->half_in[i]);
        bt_free(n->half_out[i]);
        bt_free(n->wide_in[i]);
    }
    bt_freep(net);
}
