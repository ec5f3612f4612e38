# SPDX-License-Identifier: Apache-2.0
"""Builds an ONNX graph and writes it, the same bytes for the same calls.

Field numbers are those of onnx.proto.
"""

import array
import struct
import sys

from protobuf import block, floating, integer, packed

IR_VERSION = 8
OPSET = 17
FLOAT, INT64, BOOL, HALF, DOUBLE = 1, 7, 9, 10, 11


def little_endian(code, values):
    values = array.array(code, values)
    if sys.byteorder == "big":
        values.byteswap()
    return values.tobytes()


def _attribute(name, value):
    out = block(1, name)
    if isinstance(value, float):
        return out + floating(2, value) + integer(20, 1)
    if isinstance(value, int):
        return out + integer(3, value) + integer(20, 2)
    if isinstance(value, str):
        return out + block(4, value) + integer(20, 3)
    if isinstance(value, Model):
        return out + block(6, value.graph()) + integer(20, 5)
    return out + packed(8, value) + integer(20, 7)


def _value_info(name, shape, kind):
    """A dimension that is a text is open, and called so."""
    dims = b"".join(block(1, block(2, d) if isinstance(d, str) else integer(1, d))
                    for d in shape)
    return block(1, name) + block(2, block(1, integer(1, kind) + block(2, dims)))


class Model:
    """Nodes must be added in an order in which they can run."""

    def __init__(self, name, producer="bauta"):
        self.name = name
        self.producer = producer
        self.nodes = []
        self.initializers = {}
        self.inputs = []
        self.outputs = []

    def input(self, name, shape, kind=FLOAT):
        self.inputs.append((name, list(shape), kind))
        return name

    def output(self, name, shape, kind=FLOAT):
        self.outputs.append((name, list(shape), kind))

    def floats(self, name, shape, values):
        """A constant of 32-bit floats; a second call with a known name adds nothing."""
        if name not in self.initializers:
            self.initializers[name] = (FLOAT, list(shape), little_endian("f", values))
        return name

    def halves(self, name, shape, values):
        """A constant of 16-bit floats."""
        if name not in self.initializers:
            data = struct.pack(f"<{len(values)}e", *values)
            self.initializers[name] = (HALF, list(shape), data)
        return name

    def integers(self, name, values, shape=None):
        """A constant of 64-bit integers, a list where no shape is given."""
        if name not in self.initializers:
            data = little_endian("q", values)
            self.initializers[name] = (INT64, list(shape or [len(values)]), data)
        return name

    def node(self, op, inputs, output, **attributes):
        self.nodes.append((op, list(inputs), output, attributes))
        return output

    def graph(self):
        out = []
        for op, inputs, output, attributes in self.nodes:
            body = b"".join(block(1, name) for name in inputs)
            body += block(2, output) + block(3, output) + block(4, op)
            for name in sorted(attributes):
                body += block(5, _attribute(name, attributes[name]))
            out.append(block(1, body))
        out.append(block(2, self.name))
        for name, (kind, shape, data) in self.initializers.items():
            body = packed(1, shape) + integer(2, kind) + block(8, name) + block(9, data)
            out.append(block(5, body))
        out += [block(11, _value_info(*value)) for value in self.inputs]
        out += [block(12, _value_info(*value)) for value in self.outputs]
        return b"".join(out)

    def serialise(self):
        return (integer(1, IR_VERSION) + block(2, self.producer)
                + block(7, self.graph()) + block(8, integer(2, OPSET)))
