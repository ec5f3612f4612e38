# SPDX-License-Identifier: Apache-2.0
"""Lowers a TensorFlow Lite graph to ONNX, one function an operator.

Pictures are NHWC there and NCHW here: every tensor of four dimensions is kept as NCHW,
and it is turned back only where its order shows, in a reshape or at an output. The
shapes in the file are checked against the shapes that the operators give.
"""

import struct
from array import array

import lower_custom
from errors import ImportFailed
from onnxfile import Model

NCHW_AXIS = {0: 0, 1: 2, 2: 3, 3: 1}
MAX_IDENTITY = 1 << 16
CODES = {"float32": "f", "float16": "e", "int32": "i"}


def same_padding(size, kernel, stride, dilation):
    """Output size and the cells before and after: the odd one goes after."""
    out = (size + stride - 1) // stride
    total = max((out - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return out, total // 2, total - total // 2


def valid_padding(size, kernel, stride, dilation):
    return (size - (kernel - 1) * dilation - 1) // stride + 1, 0, 0


class Lowering:
    """The state of one conversion: what each tensor has become."""

    def __init__(self, graph, name):
        self.graph = graph
        self.model = Model(name)
        self.values = {}
        self.folded = {}

    def fail(self, op, text):
        raise ImportFailed(f"{op.name}: {text}")

    def shape(self, index):
        return self.graph.tensors[index].shape

    def value(self, op, position):
        """The ONNX name of an operand that is computed, and its shape."""
        if position >= len(op.inputs) or op.inputs[position] not in self.values:
            self.fail(op, f"operand {position} is not computed before it is used")
        index = op.inputs[position]
        return self.values[index], self.shape(index)

    def constant(self, op, position, kinds=("float32", "float16")):
        """The numbers of an operand that the file holds, and its shape."""
        if position >= len(op.inputs) or op.inputs[position] < 0:
            self.fail(op, f"operand {position} is missing")
        index = op.inputs[position]
        tensor = self.graph.tensors[self.folded.get(index, index)]
        count = 1
        for d in tensor.shape:
            count *= d
        if not tensor.data or tensor.type not in kinds:
            self.fail(op, f"operand {position} is no constant of {' or '.join(kinds)}")
        code = CODES[tensor.type]
        return struct.unpack(f"<{count}{code}", tensor.data), tensor.shape

    def define(self, op, name, shape, place=0):
        """Says that an output of the operator is this ONNX value of this NHWC shape."""
        if place >= len(op.outputs) or self.shape(op.outputs[place]) != list(shape):
            self.fail(op, f"gives {list(shape)}, which is not what the file says")
        self.values[op.outputs[place]] = name

    def name(self, op, suffix=""):
        if not op.outputs:
            self.fail(op, "has no output")
        return f"t{op.outputs[0]}{suffix}"

    def picture(self, op, position=0):
        value, shape = self.value(op, position)
        if len(shape) != 4 or shape[0] != 1:
            self.fail(op, f"wants one picture, not {shape}")
        return value, shape

    def activate(self, op, value):
        kind = op.options["activation"]
        if kind == "NONE":
            return value
        if kind != "RELU":
            self.fail(op, f"activation {kind} is not known")
        return self.model.node("Relu", [value], value + "_relu")

    def in_file_order(self, value, shape, stem):
        """The same numbers, in NHWC order where the order matters."""
        if len(shape) != 4 or shape[3] == 1 or shape[1] == shape[2] == 1:
            return value
        return self.model.node("Transpose", [value], stem + "_nhwc", perm=[0, 2, 3, 1])


def _window(state, op, shape, kernel, dilations):
    """Output size and ONNX's pads of a window that moves over a picture."""
    rule = same_padding if op.options["padding"] == "SAME" else valid_padding
    axes = [rule(shape[1 + i], kernel[i], op.options["strides"][i], dilations[i])
            for i in range(2)]
    (height, top, bottom), (width, left, right) = axes
    if height < 1 or width < 1:
        state.fail(op, f"the window {kernel} is larger than the picture {shape}")
    return height, width, [top, left, bottom, right]


def _bias(state, op, channels):
    values, shape = state.constant(op, 2)
    if shape != [channels]:
        state.fail(op, f"the bias is {shape}, not [{channels}]")
    return state.model.floats(f"w{op.inputs[2]}", shape, values)


def _convolve(state, op, weights, kernel, channels, group):
    value, shape = state.picture(op)
    dilations = op.options["dilations"]
    height, width, pads = _window(state, op, shape, kernel, dilations)
    out = state.model.node(
        "Conv", [value, weights, _bias(state, op, channels)], state.name(op),
        kernel_shape=list(kernel), strides=list(op.options["strides"]), pads=pads,
        dilations=list(dilations), group=group)
    state.define(op, state.activate(op, out), [1, height, width, channels])


def conv_2d(state, op):
    _, picture = state.picture(op)
    values, shape = state.constant(op, 1)
    if len(shape) != 4 or shape[3] != picture[3]:
        state.fail(op, f"weights {shape} on a picture {picture}")
    count, height, width, depth = shape
    size, turned = height * width * depth, array("f")
    for o in range(count):
        for i in range(depth):
            turned.extend(values[o * size + i:(o + 1) * size:depth])
    weights = state.model.floats(f"w{op.inputs[1]}_oihw",
                                 [count, depth, height, width], turned)
    _convolve(state, op, weights, (height, width), count, 1)


def depthwise_conv_2d(state, op):
    _, picture = state.picture(op)
    values, shape = state.constant(op, 1)
    depth = picture[3]
    if len(shape) != 4 or shape[0] != 1 or shape[3] != depth * op.options["multiplier"]:
        state.fail(op, f"weights {shape} on a picture {picture}")
    _, height, width, channels = shape
    turned = array("f")
    for c in range(channels):
        turned.extend(values[c::channels])
    weights = state.model.floats(f"w{op.inputs[1]}_depthwise",
                                 [channels, 1, height, width], turned)
    _convolve(state, op, weights, (height, width), channels, depth)


def max_pool_2d(state, op):
    value, shape = state.picture(op)
    kernel = op.options["filter"]
    height, width, pads = _window(state, op, shape, kernel, (1, 1))
    out = state.model.node("MaxPool", [value], state.name(op), kernel_shape=list(kernel),
                           strides=list(op.options["strides"]), pads=pads)
    state.define(op, state.activate(op, out), [1, height, width, shape[3]])


def prelu(state, op):
    """a·x + (1−a)·relu(x) as two depthwise convolutions.

    ONNX's own PRelu would throw ONNX Runtime out of its blocked layout.
    """
    value, shape = state.picture(op)
    slopes, slope_shape = state.constant(op, 1)
    depth = shape[3]
    if slope_shape != [1, 1, depth]:
        state.fail(op, f"slopes {slope_shape} on a picture {shape}")
    model, stem = state.model, state.name(op)
    below = model.floats(f"w{op.inputs[1]}_slope", [depth, 1, 1, 1], slopes)
    above = model.floats(f"w{op.inputs[1]}_rest", [depth, 1, 1, 1],
                         [1.0 - a for a in slopes])
    shapes = {"kernel_shape": [1, 1], "group": depth}
    positive = model.node("Relu", [value], stem + "_positive")
    scaled = model.node("Conv", [value, below], stem + "_scaled", **shapes)
    rest = model.node("Conv", [positive, above], stem + "_rest", **shapes)
    state.define(op, model.node("Add", [scaled, rest], stem), shape)


def relu(state, op):
    value, shape = state.value(op, 0)
    state.define(op, state.model.node("Relu", [value], state.name(op)), shape)


def add(state, op):
    first, shape = state.value(op, 0)
    second, other = state.value(op, 1)
    if shape != other:
        state.fail(op, f"{shape} and {other} differ")
    out = state.model.node("Add", [first, second], state.name(op))
    state.define(op, state.activate(op, out), shape)


def mul(state, op):
    """By a constant: one number, or an array of the same shape."""
    value, shape = state.value(op, 0)
    factors, factors_shape = state.constant(op, 1)
    if len(factors) != 1 and (factors_shape != shape or len(shape) == 4):
        state.fail(op, f"{shape} by {factors_shape} is not known")
    factor = state.model.floats(f"w{op.inputs[1]}",
                                [1] if len(factors) == 1 else shape, factors)
    out = state.model.node("Mul", [value, factor], state.name(op))
    state.define(op, state.activate(op, out), shape)


def pad(state, op):
    """Padding of channels alone becomes a convolution with the identity.

    It gives the same numbers, stays in ONNX Runtime's blocked layout and lets the
    addition that follows be fused into it, which saves a tenth of the whole net's time.
    """
    value, shape = state.picture(op)
    amounts, amounts_shape = state.constant(op, 1, ("int32",))
    if amounts_shape != [4, 2] or any(not 0 <= a <= 4096 for a in amounts):
        state.fail(op, f"the amounts {amounts_shape} {amounts[:8]} are not known")
    before, after = amounts[0::2], amounts[1::2]
    padded = [before[i] + shape[i] + after[i] for i in range(4)]
    depth, channels = shape[3], padded[3]
    if padded[:3] == shape[:3] and depth * channels <= MAX_IDENTITY:
        identity = array("f", bytes(4 * depth * channels))
        for i in range(depth):
            identity[(before[3] + i) * depth + i] = 1.0
        weights = state.model.floats(f"identity_{depth}_{before[3]}_{channels}",
                                     [channels, depth, 1, 1], identity)
        out = state.model.node("Conv", [value, weights], state.name(op),
                               kernel_shape=[1, 1])
    else:
        order = [0, 3, 1, 2]
        pads = state.model.integers(state.name(op, "_pads"), [before[i] for i in order]
                                    + [after[i] for i in order])
        out = state.model.node("Pad", [value, pads], state.name(op))
    state.define(op, out, padded)


def reshape(state, op):
    value, shape = state.value(op, 0)
    if not op.outputs:
        state.fail(op, "has no output")
    wanted = state.shape(op.outputs[0])
    order = wanted
    if len(wanted) == 4:
        # A picture of one pixel has one order only.
        if wanted[:3] != [1, 1, 1]:
            state.fail(op, f"to a picture {wanted} is not known")
        order = [1, wanted[3], 1, 1]
    value = state.in_file_order(value, shape, state.name(op))
    target = state.model.integers(state.name(op, "_shape"), order)
    size, wanted_size = 1, 1
    for d in shape:
        size *= d
    for d in wanted:
        wanted_size *= d
    if size != wanted_size:
        state.fail(op, f"{shape} cannot become {wanted}")
    state.define(op, state.model.node("Reshape", [value, target], state.name(op)), wanted)


def strided_slice(state, op):
    """Without masks, forwards."""
    value, shape = state.value(op, 0)
    begin, end, step = (state.constant(op, i, ("int32",))[0] for i in (1, 2, 3))
    if any(op.options.values()) or not len(begin) == len(end) == len(step) == len(shape):
        state.fail(op, f"{begin} to {end} of {shape} with {op.options} is not known")
    if not all(0 <= b < e <= d and s > 0 for b, e, s, d in zip(begin, end, step, shape)):
        state.fail(op, f"{begin} to {end} in steps {step} leaves {shape}")
    given = [(e - b + s - 1) // s for b, e, s in zip(begin, end, step)]
    if given != shape:
        axes = [NCHW_AXIS[i] if len(shape) == 4 else i for i in range(len(shape))]
        lists = [state.model.integers(state.name(op, suffix), values) for suffix, values
                 in (("_begin", begin), ("_end", end), ("_axes", axes), ("_step", step))]
        value = state.model.node("Slice", [value] + lists, state.name(op))
    state.define(op, value, given)


def concatenation(state, op):
    parts = [state.value(op, i) for i in range(len(op.inputs))]
    if not parts:
        state.fail(op, "has no operands")
    rank, axis = len(parts[0][1]), op.options["axis"]
    axis += rank if axis < 0 else 0
    if not 0 <= axis < rank or any(len(shape) != rank for _, shape in parts):
        state.fail(op, f"axis {axis} of {rank}")
    total = list(parts[0][1])
    total[axis] = sum(shape[axis] for _, shape in parts)
    out = state.model.node("Concat", [value for value, _ in parts], state.name(op),
                           axis=NCHW_AXIS[axis] if rank == 4 else axis)
    state.define(op, state.activate(op, out), total)


def dequantize(state, op):
    """Weights stored in half precision: the reader of the constant widens them."""
    if len(op.inputs) != 1 or len(op.outputs) != 1:
        state.fail(op, "wants one operand and one output")
    tensor = state.graph.tensors[op.inputs[0]]
    if tensor.type != "float16" or not tensor.data:
        state.fail(op, f"only constants in half precision are known, not {tensor.type}")
    if tensor.shape != state.shape(op.outputs[0]):
        state.fail(op, "changes the shape")
    state.folded[op.outputs[0]] = op.inputs[0]


LOWERINGS = {
    "ADD": add,
    "CONCATENATION": concatenation,
    "CONV_2D": conv_2d,
    "DEPTHWISE_CONV_2D": depthwise_conv_2d,
    "DEQUANTIZE": dequantize,
    "MAX_POOL_2D": max_pool_2d,
    "MUL": mul,
    "PAD": pad,
    "PRELU": prelu,
    "RELU": relu,
    "RESHAPE": reshape,
    "STRIDED_SLICE": strided_slice,
    **lower_custom.LOWERINGS,
}


def _finish(state, index, name):
    """An output keeps its order and shape; one of one cell becomes [1, channels]."""
    if index not in state.values:
        raise ImportFailed(f"output {name} is never computed")
    value, shape = state.values[index], state.shape(index)
    if len(shape) == 4 and shape[:3] == [1, 1, 1]:
        shape = [1, shape[3]]
        target = state.model.integers(name + "_shape", shape)
        state.model.node("Reshape", [value, target], name)
    else:
        value = state.in_file_order(value, shape, name)
        state.model.node("Identity", [value], name)
    state.model.output(name, shape)


def lower(graph, name, outputs):
    """Gives the ONNX model; `outputs` names the graph's outputs in their order."""
    if len(graph.inputs) != 1 or len(graph.outputs) != len(outputs):
        raise ImportFailed(f"{len(graph.inputs)} inputs and {len(graph.outputs)} outputs,"
                           f" where 1 and {len(outputs)} were expected")
    state = Lowering(graph, name)
    source = graph.tensors[graph.inputs[0]]
    if len(source.shape) != 4 or source.type != "float32":
        raise ImportFailed(f"the input is {source.type} {source.shape}, not a picture")
    batch, height, width, depth = source.shape
    state.model.input("input", [batch, depth, height, width])
    state.values[graph.inputs[0]] = "input"
    for op in graph.operators:
        if op.name not in LOWERINGS:
            raise ImportFailed(f"no lowering for the operator {op.name}")
        LOWERINGS[op.name](state, op)
    for index, output in zip(graph.outputs, outputs):
        _finish(state, index, output)
    return state.model
