# SPDX-License-Identifier: Apache-2.0
"""Lowers a TensorFlow.js graph to ONNX, one function an operator.

Only what the wanted output depends on is lowered. Pictures are NHWC there and NCHW here;
no operator that is known lets the order show, but for the means over a picture.
"""

import math
import struct
from array import array
from dataclasses import dataclass

import tfjs
from errors import ImportFailed
from lower import same_padding, valid_padding
from onnxfile import Model


@dataclass
class Value:
    """What a node has become. The numbers are still to be brought between low and high:
    ONNX Runtime puts one clamp into the convolution before it, but not three."""
    name: str
    shape: list
    low: float = -math.inf
    high: float = math.inf


class Lowering:
    def __init__(self, graph, name):
        self.graph = graph
        self.model = Model(name)
        self.values = {}

    def fail(self, node, text):
        raise ImportFailed(f"{node.op} {node.name}: {text}")

    def raw(self, node, position):
        if position >= len(node.inputs) or node.inputs[position] not in self.values:
            self.fail(node, f"operand {position} is no computed value")
        return self.values[node.inputs[position]]

    def value(self, node, position=0):
        """An operand, its clamp done."""
        found = self.raw(node, position)
        if found.low == -math.inf and found.high == math.inf:
            return found
        model, stem = self.model, found.name
        done = f"{stem}_clamp{len(model.nodes)}"
        if found.high == math.inf and found.low == 0:
            model.node("Relu", [stem], done)
        else:
            low = model.floats(f"bound_{found.low:g}", [], [found.low])
            high = model.floats(f"bound_{found.high:g}", [], [found.high])
            model.node("Clip", [stem, low, high], done)
        value = Value(done, found.shape)
        self.values[node.inputs[position]] = value
        return value

    def picture(self, node):
        value = self.value(node)
        if len(value.shape) != 4 or value.shape[0] != 1:
            self.fail(node, f"wants one picture, not {value.shape}")
        return value

    def constant(self, node, position, kinds="fe"):
        if position >= len(node.inputs) or (
                node.inputs[position] not in self.graph.constants):
            self.fail(node, f"operand {position} is no constant")
        found = self.graph.constants[node.inputs[position]]
        if found.code not in kinds:
            self.fail(node, f"operand {position} is of another type")
        count = math.prod(found.shape)
        return struct.unpack(f"<{count}{found.code}", found.data), found.shape

    def define(self, node, name, shape):
        self.values[node.name] = Value(name, list(shape))

    def name(self, suffix=""):
        """Names in the file hold any character; numbers in order do not."""
        return f"t{len(self.values)}{suffix}"


def _pair(state, node, key):
    """The two middle ones of four numbers N H W C."""
    found = tfjs.integers(node.attributes.get(key), 4)
    if len(found) != 4 or found[0] != 1 or found[3] != 1 or not all(
            1 <= i <= 64 for i in found[1:3]):
        state.fail(node, f"{key} {found}")
    return found[1:3]


def _convolve(state, node, weights, kernel, channels, group):
    value = state.picture(node)
    if tfjs.text(node.attributes.get("data_format")) != "NHWC":
        state.fail(node, "wants the order NHWC")
    padding = tfjs.text(node.attributes.get("padding"))
    if padding not in ("SAME", "VALID"):
        state.fail(node, f"padding {padding}")
    strides = _pair(state, node, "strides")
    dilations = _pair(state, node, "dilations")
    rule = same_padding if padding == "SAME" else valid_padding
    (height, top, bottom), (width, left, right) = [
        rule(value.shape[1 + i], kernel[i], strides[i], dilations[i]) for i in range(2)]
    if height < 1 or width < 1:
        state.fail(node, f"the window {kernel} is larger than {value.shape}")
    out = state.model.node(
        "Conv", [value.name, weights], state.name(), kernel_shape=list(kernel),
        strides=strides, pads=[top, left, bottom, right], dilations=dilations,
        group=group)
    state.define(node, out, [1, height, width, channels])


def conv_2d(state, node):
    depth = state.picture(node).shape[3]
    values, shape = state.constant(node, 1)
    if len(shape) != 4 or shape[2] != depth:
        state.fail(node, f"weights {shape} on {depth} channels")
    height, width, _, count = shape
    turned = array("f")
    for o in range(count):
        for i in range(depth):
            turned.extend(values[i * count + o::depth * count])
    weights = state.model.floats(state.name("_weights"),
                                 [count, depth, height, width], turned)
    _convolve(state, node, weights, (height, width), count, 1)


def depthwise_conv_2d(state, node):
    depth = state.picture(node).shape[3]
    values, shape = state.constant(node, 1)
    if len(shape) != 4 or shape[2] != depth:
        state.fail(node, f"weights {shape} on {depth} channels")
    height, width, _, multiplier = shape
    channels = depth * multiplier
    turned = array("f")
    for c in range(channels):
        turned.extend(values[c::channels])
    weights = state.model.floats(state.name("_weights"),
                                 [channels, 1, height, width], turned)
    _convolve(state, node, weights, (height, width), channels, depth)


def _by_channel(state, node, op):
    """Adds or multiplies by one constant a channel, as a batch norm leaves behind."""
    value = state.picture(node)
    values, shape = state.constant(node, 1)
    if shape != [value.shape[3]]:
        state.fail(node, f"{shape} on a picture {value.shape}")
    stored = state.model.floats(state.name("_constant"), [shape[0], 1, 1], values)
    state.define(node, state.model.node(op, [value.name, stored], state.name()),
                 value.shape)


def add(state, node):
    _by_channel(state, node, "Add")


def mul(state, node):
    _by_channel(state, node, "Mul")


def _clamp(state, node, low, high):
    value = state.raw(node, 0)
    # The order matters where the ranges do not meet: the later one wins.
    state.values[node.name] = Value(
        value.name, value.shape, min(max(value.low, low), high),
        min(max(value.high, low), high))


def _bound(state, node):
    values, shape = state.constant(node, 1)
    if shape != [] or not math.isfinite(values[0]):
        state.fail(node, f"the bound is {values[:1]} of shape {shape}")
    return values[0]


def relu(state, node):
    _clamp(state, node, 0.0, math.inf)


def minimum(state, node):
    _clamp(state, node, -math.inf, _bound(state, node))


def maximum(state, node):
    _clamp(state, node, _bound(state, node), math.inf)


def mean(state, node):
    value = state.picture(node)
    axes, _ = state.constant(node, 1, "i")
    keep = node.attributes.get("keep_dims", {})
    if axes != (1, 2) or not isinstance(keep, dict) or keep.get("b", False):
        state.fail(node, f"the mean over the axes {axes} is not known")
    pooled = state.model.node("GlobalAveragePool", [value.name], state.name())
    shape = [1, value.shape[3]]
    target = state.model.integers(state.name("_shape"), shape)
    flat = state.model.node("Reshape", [pooled, target], state.name("_flat"))
    state.define(node, flat, shape)


LOWERINGS = {
    "Add": add,
    "AddV2": add,
    "Conv2D": conv_2d,
    "DepthwiseConv2dNative": depthwise_conv_2d,
    "Maximum": maximum,
    "Mean": mean,
    "Minimum": minimum,
    "Mul": mul,
    "Relu": relu,
}


def _order(graph, wanted):
    """Names of the nodes that the wanted one needs, operands before their users."""
    done, order, stack = set(), [], [(wanted, False)]
    open_names = set()
    while stack:
        name, finished = stack.pop()
        if finished:
            open_names.discard(name)
            done.add(name)
            order.append(name)
            continue
        if name in done:
            continue
        if name in open_names:
            raise ImportFailed(f"{name} depends on itself")
        if name not in graph.nodes:
            raise ImportFailed(f"there is no node {name}")
        open_names.add(name)
        stack.append((name, True))
        stack += [(operand, False) for operand in reversed(graph.nodes[name].inputs)]
    return order


def _input(state, node, size):
    if state.model.inputs:
        state.fail(node, "there are several inputs")
    state.model.input("input", [1, 3, size, size])
    state.values[node.name] = Value("input", [1, size, size, 3])


def lower(graph, name, wanted, output, size):
    """Gives the ONNX model of one output from a picture of size x size pixels."""
    state = Lowering(graph, name)
    for step in _order(graph, wanted):
        node = graph.nodes[step]
        if node.op == "Const":
            continue
        if node.op == "Placeholder":
            _input(state, node, size)
        elif node.op not in LOWERINGS:
            raise ImportFailed(f"no lowering for the operator {node.op}")
        else:
            LOWERINGS[node.op](state, node)
    if not state.model.inputs:
        raise ImportFailed(f"{wanted} depends on no input")
    end = tfjs.Node(output, "output", [wanted], {})
    value = state.value(end)
    if len(value.shape) != 2:
        raise ImportFailed(f"{wanted} is {value.shape}, not a vector")
    state.model.node("Identity", [value.name], output)
    state.model.output(output, value.shape)
    return state.model
