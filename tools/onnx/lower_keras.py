# SPDX-License-Identifier: Apache-2.0
"""Lowers a Keras model of one picture to ONNX, one function a kind of layer.

Pictures are NHWC there and NCHW here.
"""

import math
from dataclasses import dataclass

from errors import ImportFailed
from lower import same_padding, valid_padding
from onnxfile import Model


@dataclass
class Value:
    name: str
    shape: list   # N H W C, or N and a length


class Lowering:
    def __init__(self, net, name):
        self.net = net
        self.model = Model(name)
        self.values = {}

    def fail(self, layer, text):
        raise ImportFailed(f"{layer.kind} {layer.name}: {text}")

    def value(self, layer, position=0, rank=None):
        if position >= len(layer.inputs) or layer.inputs[position] not in self.values:
            self.fail(layer, f"input {position} is not known yet")
        found = self.values[layer.inputs[position]]
        if rank and len(found.shape) != rank:
            self.fail(layer, f"wants {rank} dimensions, not {found.shape}")
        return found

    def weights(self, layer, part, shape):
        found = self.net.weights.get(f"{layer.name}/{part}")
        if not found or list(found[0]) != list(shape):
            self.fail(layer, f"{part} {found and found[0]}, not {shape}")
        return found[1]

    def name(self):
        return f"t{len(self.values)}"


def _numbers(state, layer, key, count):
    found = layer.config.get(key)
    if not isinstance(found, list) or len(found) != count or not all(
            isinstance(i, int) and 1 <= i <= 64 for i in found):
        state.fail(layer, f"{key} {found}")
    return found


def _window(state, layer, size, value):
    """Output size and padding of a window that moves, by its layer's rule."""
    padding = layer.config.get("padding")
    if padding not in ("same", "valid") or layer.config.get("data_format") != "channels_last":
        state.fail(layer, f"padding {padding}, {layer.config.get('data_format')}")
    rule = same_padding if padding == "same" else valid_padding
    strides = _numbers(state, layer, "strides", 2)
    found = [rule(value.shape[1 + i], size[i], strides[i], 1) for i in range(2)]
    if any(out < 1 for out, _, _ in found):
        state.fail(layer, f"the window {size} is larger than {value.shape}")
    (height, top, bottom), (width, left, right) = found
    return height, width, strides, [top, left, bottom, right]


def _convolve(state, layer, depthwise):
    config, value = layer.config, state.value(layer, 0, 4)
    if config.get("activation") != "linear" or config.get("use_bias") or config.get(
            "dilation_rate") != [1, 1]:
        state.fail(layer, "with activation, bias or dilation")
    size, depth = _numbers(state, layer, "kernel_size", 2), value.shape[3]
    height, width, strides, pads = _window(state, layer, size, value)
    area = size[0] * size[1]
    if depthwise:
        if config.get("depth_multiplier") != 1:
            state.fail(layer, "more than one filter a channel")
        found = state.weights(layer, "depthwise_kernel", [*size, depth, 1])
        turned = [found[k * depth + c] for c in range(depth) for k in range(area)]
        count, shape = depth, [depth, 1, *size]
    else:
        count = config.get("filters")
        found = state.weights(layer, "kernel", [*size, depth, count])
        turned = [found[(k * depth + c) * count + n] for n in range(count)
                  for c in range(depth) for k in range(area)]
        shape = [count, depth, *size]
    kernel = state.model.floats(f"{state.name()}_w", shape, turned)
    out = state.model.node("Conv", [value.name, kernel], state.name(), kernel_shape=size,
                           strides=strides, pads=pads, group=depth if depthwise else 1)
    return out, [1, height, width, count]


def input_layer(state, layer):
    shape = layer.config.get("batch_input_shape")
    if not isinstance(shape, list) or len(shape) != 4 or shape[3] != 3 or not all(
            isinstance(n, int) and 1 <= n <= 4096 for n in shape[1:3]):
        state.fail(layer, f"input {shape}")
    return state.model.input("input", [1, 3, *shape[1:3]]), [1, *shape[1:]]


def conv(state, layer):
    return _convolve(state, layer, False)


def depthwise(state, layer):
    return _convolve(state, layer, True)


def normalise(state, layer):
    value = state.value(layer, 0, 4)
    names = [state.model.floats(f"{state.name()}_{part}", [value.shape[3]],
                                state.weights(layer, part, [value.shape[3]]))
             for part in ("gamma", "beta", "moving_mean", "moving_variance")]
    out = state.model.node("BatchNormalization", [value.name, *names], state.name(),
                           epsilon=float(layer.config["epsilon"]))
    return out, value.shape


def relu(state, layer):
    value, config = state.value(layer), layer.config
    if config.get("negative_slope") or config.get("threshold"):
        state.fail(layer, "with a slope or a threshold")
    top = config.get("max_value")
    if top is None:
        return state.model.node("Relu", [value.name], state.name()), value.shape
    bounds = [state.model.floats(f"bound_{bound:g}", [], [bound])
              for bound in (0.0, float(top))]
    return state.model.node("Clip", [value.name, *bounds], state.name()), value.shape


def pad(state, layer):
    value, found = state.value(layer, 0, 4), layer.config.get("padding")
    try:
        (top, bottom), (left, right) = found
    except (TypeError, ValueError):
        state.fail(layer, f"padding {found}")
    if not all(isinstance(n, int) and 0 <= n <= 64 for n in (top, bottom, left, right)):
        state.fail(layer, f"padding {found}")
    pads = state.model.integers(f"{state.name()}_pads", [0, 0, top, left, 0, 0, bottom, right])
    out = state.model.node("Pad", [value.name, pads], state.name())
    _, height, width, depth = value.shape
    return out, [1, height + top + bottom, width + left + right, depth]


def add(state, layer):
    a, b = state.value(layer, 0), state.value(layer, 1)
    if a.shape != b.shape or len(layer.inputs) != 2:
        state.fail(layer, f"adds {a.shape} and {b.shape}")
    return state.model.node("Add", [a.name, b.name], state.name()), a.shape


def average(state, layer):
    value, size = state.value(layer, 0, 4), _numbers(state, layer, "pool_size", 2)
    height, width, strides, pads = _window(state, layer, size, value)
    if any(pads):
        state.fail(layer, "with padding")
    out = state.model.node("AveragePool", [value.name], state.name(), kernel_shape=size,
                           strides=strides)
    return out, [1, height, width, value.shape[3]]


def flatten(state, layer):
    value = state.value(layer, 0, 4)
    name = value.name
    if value.shape[1] * value.shape[2] > 1:
        name = state.model.node("Transpose", [name], state.name() + "_nhwc", perm=[0, 2, 3, 1])
    out = state.model.node("Flatten", [name], state.name(), axis=1)
    return out, [1, math.prod(value.shape)]


def dense(state, layer):
    value, units = state.value(layer, 0, 2), layer.config.get("units")
    kernel = state.weights(layer, "kernel", [value.shape[1], units])
    bias = state.weights(layer, "bias", [units])
    out = state.model.node("Gemm", [
        value.name, state.model.floats(f"{state.name()}_w", [value.shape[1], units], kernel),
        state.model.floats(f"{state.name()}_b", [units], bias)], state.name() + "_gemm")
    kinds = {"relu": ("Relu", {}), "softmax": ("Softmax", {"axis": 1}),
             "linear": ("Identity", {})}
    if layer.config.get("activation") not in kinds:
        state.fail(layer, f"activation {layer.config.get('activation')}")
    kind, attributes = kinds[layer.config["activation"]]
    return state.model.node(kind, [out], state.name(), **attributes), [1, units]


def dropout(state, layer):
    value = state.value(layer)
    return value.name, value.shape


KINDS = {"InputLayer": input_layer, "Conv2D": conv, "DepthwiseConv2D": depthwise,
         "BatchNormalization": normalise, "ReLU": relu, "ZeroPadding2D": pad, "Add": add,
         "AveragePooling2D": average, "Flatten": flatten, "Dense": dense, "Dropout": dropout}


def lower(net, name, output):
    state = Lowering(net, name)
    for layer in net.layers:
        if layer.kind not in KINDS:
            state.fail(layer, "no lowering knows this kind")
        try:
            state.values[layer.name] = Value(*KINDS[layer.kind](state, layer))
        except (LookupError, TypeError, ValueError, AttributeError, OverflowError) as error:
            state.fail(layer, f"its description is damaged: {error!r}")
    if net.output not in state.values:
        raise ImportFailed(f"the output {net.output} is no layer")
    last = state.values[net.output]
    state.model.node("Identity", [last.name], output)
    state.model.output(output, last.shape)
    return state.model
