# SPDX-License-Identifier: Apache-2.0
"""TensorFlow Lite files as plain Python objects: tensors, operators, one graph.

Field numbers are those of TensorFlow's schema.fbs, version 3. The limits keep a hostile
file from naming the same bytes so often that reading it would take for ever.
"""

from dataclasses import dataclass, field

from errors import ImportFailed
from flatbuffer import Buffer

MAX_BYTES = 64 << 20
MAX_DIMS = 8
MAX_DIM = 1 << 20
MAX_TENSORS = 1 << 14
MAX_OPERATORS = 1 << 12
MAX_ARGUMENTS = 64
MAX_CUSTOM = 1 << 16

# Name and width in bytes of each tensor type that a graph may hold.
TYPES = {0: ("float32", 4), 1: ("float16", 2), 2: ("int32", 4), 3: ("uint8", 1),
         4: ("int64", 8), 6: ("bool", 1), 9: ("int8", 1)}

# The names serve messages too: an operator here may still lack a lowering.
OPERATORS = {
    0: "ADD", 1: "AVERAGE_POOL_2D", 2: "CONCATENATION", 3: "CONV_2D",
    4: "DEPTHWISE_CONV_2D", 6: "DEQUANTIZE", 9: "FULLY_CONNECTED", 14: "LOGISTIC",
    17: "MAX_POOL_2D", 18: "MUL", 19: "RELU", 21: "RELU6", 22: "RESHAPE",
    23: "RESIZE_BILINEAR", 25: "SOFTMAX", 28: "TANH", 32: "CUSTOM", 34: "PAD",
    39: "TRANSPOSE", 40: "MEAN", 41: "SUB", 45: "STRIDED_SLICE", 49: "SPLIT",
    54: "PRELU", 67: "TRANSPOSE_CONV",
}

PADDINGS = {0: "SAME", 1: "VALID"}
ACTIVATIONS = {0: "NONE", 1: "RELU", 2: "RELU_N1_TO_1", 3: "RELU6", 4: "TANH"}


@dataclass
class Tensor:
    index: int
    name: str
    shape: list
    type: str
    data: bytes


@dataclass
class Operator:
    name: str
    inputs: list
    outputs: list
    options: dict = field(default_factory=dict)
    custom: bytes = b""
    version: int = 1


@dataclass
class Graph:
    tensors: list
    inputs: list
    outputs: list
    operators: list


def _known(table, value, what):
    if value not in table:
        raise ImportFailed(f"unknown {what} {value}")
    return table[value]


def _pair(table, height, width, default, most, what):
    pair = (table.scalar(height, "i", default), table.scalar(width, "i", default))
    if not all(1 <= value <= most for value in pair):
        raise ImportFailed(f"a {what} of {pair[0]} by {pair[1]}")
    return pair


def _activation(table, index):
    return _known(ACTIVATIONS, table.scalar(index, "b"), "activation")


def _window(table):
    """Padding and strides stand first in the options of every windowed operator."""
    return {"padding": _known(PADDINGS, table.scalar(0, "b"), "padding"),
            "strides": _pair(table, 2, 1, 0, 64, "stride")}


def _conv(table):
    return {**_window(table), "activation": _activation(table, 3),
            "dilations": _pair(table, 5, 4, 1, 64, "dilation")}


def _depthwise(table):
    return {**_window(table), "multiplier": table.scalar(3, "i"),
            "activation": _activation(table, 4),
            "dilations": _pair(table, 6, 5, 1, 64, "dilation")}


def _pool(table):
    return {**_window(table), "filter": _pair(table, 4, 3, 0, 1024, "pooling window"),
            "activation": _activation(table, 5)}


def _arithmetic(table):
    return {"activation": _activation(table, 0)}


def _concatenation(table):
    return {"axis": table.scalar(0, "i"), "activation": _activation(table, 1)}


def _strided_slice(table):
    names = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask",
             "shrink_axis_mask")
    return {name: table.scalar(i, "i") for i, name in enumerate(names)}


# Operators that are not named here have no options that matter.
OPTIONS = {
    "ADD": _arithmetic, "MUL": _arithmetic, "CONCATENATION": _concatenation,
    "CONV_2D": _conv, "DEPTHWISE_CONV_2D": _depthwise, "MAX_POOL_2D": _pool,
    "STRIDED_SLICE": _strided_slice,
}


def _tensor(index, table, buffers):
    shape = table.numbers(0, "i", MAX_DIMS)
    if any(not 0 < d <= MAX_DIM for d in shape):
        raise ImportFailed(f"tensor {index} has the shape {shape}")
    type_name, size = _known(TYPES, table.scalar(1, "b"), "tensor type")
    which = table.scalar(2, "I")
    if which >= len(buffers):
        raise ImportFailed(f"tensor {index} names buffer {which} of {len(buffers)}")
    data = buffers[which]
    for d in shape:
        size *= d
    if data and len(data) != size:
        raise ImportFailed(f"tensor {index} holds {len(data)} bytes, not {size}")
    return Tensor(index, table.text(3), shape, type_name, data)


def _operator_code(table):
    """Name and version."""
    # The narrow field came first; codes above 127 stand in the wide one only.
    code = max(table.scalar(0, "b"), table.scalar(3, "i"))
    name = OPERATORS.get(code, f"BUILTIN_{code}")
    return table.text(1) if name == "CUSTOM" else name, table.scalar(2, "i", 1)


def _operator(table, codes, tensors):
    which = table.scalar(0, "I")
    if which >= len(codes):
        raise ImportFailed(f"an operator names code {which} of {len(codes)}")
    name, version = codes[which]
    inputs = table.numbers(1, "i", MAX_ARGUMENTS)
    outputs = table.numbers(2, "i", MAX_ARGUMENTS)
    for i in inputs:
        if not -1 <= i < tensors:
            raise ImportFailed(f"{name} reads tensor {i} of {tensors}")
    for i in outputs:
        if not 0 <= i < tensors:
            raise ImportFailed(f"{name} writes tensor {i} of {tensors}")
    options = {}
    if name in OPTIONS:
        fields = table.table(4)
        if fields is None:
            raise ImportFailed(f"{name} has no options")
        options = OPTIONS[name](fields)
    return Operator(name, inputs, outputs, options, table.raw(5, MAX_CUSTOM), version)


def _buffers(root):
    found, total = [], 0
    for table in root.tables(4, MAX_TENSORS):
        data = table.raw(0, MAX_BYTES)
        total += len(data)
        if total > MAX_BYTES:
            raise ImportFailed("the buffers overlap")
        found.append(data)
    return found


def parse(data):
    """Reads one file with one subgraph; raises ImportFailed on anything else."""
    if len(data) > MAX_BYTES:
        raise ImportFailed(f"{len(data)} bytes are more than the {MAX_BYTES} allowed")
    root = Buffer(data).root(b"TFL3")
    version = root.scalar(0, "I")
    if version != 3:
        raise ImportFailed(f"schema version {version}, where 3 is known")
    codes = [_operator_code(t) for t in root.tables(1, MAX_OPERATORS)]
    graphs = root.tables(2, 16)
    if len(graphs) != 1:
        raise ImportFailed(f"{len(graphs)} subgraphs, where one is known")
    graph, buffers = graphs[0], _buffers(root)
    tensors = [_tensor(i, t, buffers)
               for i, t in enumerate(graph.tables(0, MAX_TENSORS))]
    inputs = graph.numbers(1, "i", MAX_ARGUMENTS)
    outputs = graph.numbers(2, "i", MAX_ARGUMENTS)
    for i in inputs + outputs:
        if not 0 <= i < len(tensors):
            raise ImportFailed(f"the graph names tensor {i} of {len(tensors)}")
    operators = [_operator(t, codes, len(tensors))
                 for t in graph.tables(3, MAX_OPERATORS)]
    return Graph(tensors, inputs, outputs, operators)
