# SPDX-License-Identifier: Apache-2.0
"""A reader of FlexBuffers, the options of custom operators: one map of numbers and lists.

Every bound is checked before it is read. A buffer ends with its root, the root's type and
the root's width; places are named backwards, as distances from where they are stored.
"""

import struct

from errors import ImportFailed

MAX_KEYS = 64
MAX_KEY = 64
MAX_NUMBERS = 4096

INT, UINT, FLOAT = 1, 2, 3
MAP, VECTOR_INT, VECTOR_UINT, VECTOR_FLOAT, BOOL = 9, 11, 12, 13, 26
CODES = {INT: {1: "b", 2: "h", 4: "i", 8: "q"}, UINT: {1: "B", 2: "H", 4: "I", 8: "Q"},
         FLOAT: {4: "f", 8: "d"}}
CODES[BOOL] = CODES[UINT]
ELEMENTS = {VECTOR_INT: INT, VECTOR_UINT: UINT, VECTOR_FLOAT: FLOAT}


class _Reader:
    def __init__(self, data):
        self.data = data

    def number(self, kind, width, at):
        code = CODES[kind].get(width)
        if code is None or at < 0 or at + width > len(self.data):
            raise ImportFailed(f"custom options: a number of {width} bytes at byte {at}")
        return struct.unpack_from("<" + code, self.data, at)[0]

    def follow(self, width, at):
        distance = self.number(UINT, width, at)
        if not 0 < distance <= at:
            raise ImportFailed(f"the offset at byte {at} leaves the custom options")
        return at - distance

    def numbers(self, kind, width, at, most):
        """A list: its length stands before its first element, in the same width."""
        count = self.number(UINT, width, at - width)
        if count > most:
            raise ImportFailed(f"a list of {count} elements in custom options")
        return [self.number(kind, width, at + i * width) for i in range(count)]

    def key(self, at):
        end = self.data.find(b"\0", at, at + MAX_KEY + 1)
        if end < 0:
            raise ImportFailed(f"the key at byte {at} of custom options does not end")
        return self.data[at:end].decode("ascii", "replace")

    def value(self, packed, width, at):
        kind = packed >> 2
        if kind in CODES:
            return self.number(kind, width, at)
        if kind in ELEMENTS:
            return self.numbers(ELEMENTS[kind], 1 << (packed & 3),
                                self.follow(width, at), MAX_NUMBERS)
        raise ImportFailed(f"custom options of type {kind} are not known")

    def map(self, width, at):
        # Before the values: their number, the width of the keys, the place of the keys.
        count = self.number(UINT, width, at - width)
        key_width = self.number(UINT, width, at - 2 * width)
        keys = self.follow(width, at - 3 * width)
        if count > MAX_KEYS or self.number(UINT, key_width, keys - key_width) != count:
            raise ImportFailed(f"{count} custom options do not match their names")
        found = {}
        for i in range(count):
            name = self.key(self.follow(key_width, keys + i * key_width))
            packed = self.number(UINT, 1, at + count * width + i)
            found[name] = self.value(packed, width, at + i * width)
        return found


def parse(data):
    """The options by name, each a number or a list of numbers; {} for no bytes."""
    if not data:
        return {}
    if len(data) < 3:
        raise ImportFailed(f"{len(data)} bytes of custom options")
    reader, packed, width = _Reader(bytes(data)), data[-2], data[-1]
    if packed >> 2 != MAP:
        raise ImportFailed("the custom options are no map")
    at = reader.follow(width, len(data) - 2 - width)
    return reader.map(1 << (packed & 3), at)
