# SPDX-License-Identifier: Apache-2.0
"""Writes small TensorFlow Lite files and options of custom operators, for tests."""

import struct

CUSTOM = 32


class Writer:
    """A FlatBuffer, parents before children. A field is (code, number) or a function
    that writes a child and returns its place."""

    def __init__(self):
        self.data = bytearray(b"\0\0\0\0TFL3")

    def align(self):
        self.data += bytes(-len(self.data) % 4)

    def point(self, at, child):
        struct.pack_into("<I", self.data, at, child - at)

    def table(self, fields):
        self.align()
        vtable = len(self.data)
        slots = [4 + 4 * i if f is not None else 0 for i, f in enumerate(fields)]
        self.data += struct.pack(f"<HH{len(slots)}H", 4 + 2 * len(slots),
                                 4 + 4 * len(slots), *slots)
        self.align()
        at = len(self.data)
        self.data += struct.pack("<i", at - vtable) + bytes(4 * len(fields))
        for field, slot in zip(fields, slots):
            if isinstance(field, tuple):
                struct.pack_into("<" + field[0], self.data, at + slot, field[1])
            elif field is not None:
                self.point(at + slot, field())
        return at

    def vector(self, code, values):
        self.align()
        at = len(self.data)
        self.data += struct.pack(f"<I{len(values)}{code}", len(values), *values)
        return at

    def tables(self, writers):
        at = self.vector("I", [0] * len(writers))
        for i, write in enumerate(writers):
            self.point(at + 4 + 4 * i, write())
        return at


def tflite(tensors, operators, inputs, outputs, version=2):
    """tensors: (shape, type, bytes); operators: (code, inputs, outputs, options).

    A custom operator has a name for a code, and bytes for options.
    """
    w = Writer()
    codes = sorted({op[0] for op in operators}, key=str)

    def code(value):
        # The narrow field, the name of a custom operator, its version, the wide field.
        if isinstance(value, str):
            return lambda: w.table([("b", CUSTOM), lambda: w.vector("B", value.encode()),
                                    ("i", version), ("i", CUSTOM)])
        return lambda: w.table([("b", min(value, 127)), None, None, ("i", value)])

    def tensor(i, shape, kind):
        return lambda: w.table([lambda: w.vector("i", shape), ("b", kind),
                                ("I", i + 1), lambda: w.vector("B", b"x")])

    def operator(op):
        fields = [("I", codes.index(op[0])), lambda: w.vector("i", op[1]),
                  lambda: w.vector("i", op[2]), None]
        if isinstance(op[3], bytes):
            fields += [None, lambda: w.vector("B", op[3])]
        elif op[3]:
            fields += [lambda: w.table(op[3])]
        return lambda: w.table(fields)

    def data(content):
        return lambda: w.table([(lambda: w.vector("B", content)) if content else None])

    def graph():
        return w.table([
            lambda: w.tables([tensor(i, t[0], t[1]) for i, t in enumerate(tensors)]),
            lambda: w.vector("i", inputs), lambda: w.vector("i", outputs),
            lambda: w.tables([operator(op) for op in operators])])

    root = w.table([("I", 3), lambda: w.tables([code(c) for c in codes]),
                    lambda: w.tables([graph]), None,
                    lambda: w.tables([data(b"")] + [data(t[2]) for t in tensors])])
    w.point(0, root)
    return bytes(w.data)


def options(values):
    """A FlexBuffer: a map of whole numbers, fractions, texts and lists of numbers."""
    data, keys, stored = bytearray(), {}, {}
    for name in sorted(values):
        keys[name] = len(data)
        data += name.encode() + b"\0"
    for name, value in values.items():
        if isinstance(value, list):
            data += struct.pack("<i", len(value))
            stored[name] = len(data)
            data += struct.pack(f"<{len(value)}i", *value)
        elif isinstance(value, str):
            data += bytes([len(value)])
            stored[name] = len(data)
            data += value.encode() + b"\0"
    data += struct.pack("<i", len(values))
    key_list = len(data)
    for name in sorted(values):
        data += struct.pack("<i", len(data) - keys[name])
    data += struct.pack("<iii", len(data) - key_list, 4, len(values))
    at, types = len(data), []
    for name in sorted(values):
        value = values[name]
        if name in stored:
            data += struct.pack("<i", len(data) - stored[name])
        else:
            data += struct.pack("<f" if isinstance(value, float) else "<i", value)
        # Type and width: a list of whole numbers, a text, a fraction, a whole number.
        types.append({list: 11 << 2 | 2, str: 5 << 2, float: 3 << 2 | 2,
                      int: 1 << 2 | 2}[type(value)])
    data += bytes(types)
    data += struct.pack("<i", len(data) - at)
    return bytes(data + bytes([9 << 2 | 2, 4]))
