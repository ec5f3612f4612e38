# SPDX-License-Identifier: Apache-2.0
"""A reader of FlatBuffers that checks every bound before it reads."""

import struct

from errors import ImportFailed


class Buffer:
    """The bytes of one FlatBuffer; every read says where it would leave the file."""

    def __init__(self, data):
        self.data = bytes(data)

    def unpack(self, code, at):
        size = struct.calcsize("<" + code)
        if at < 0 or at + size > len(self.data):
            raise ImportFailed(f"byte {at} lies outside the file of {len(self.data)}")
        return struct.unpack_from("<" + code, self.data, at)[0]

    def follow(self, at):
        """The target of the unsigned offset stored at this place."""
        offset = self.unpack("I", at)
        if offset == 0:
            raise ImportFailed(f"the offset at byte {at} points at itself")
        target = at + offset
        if target >= len(self.data):
            raise ImportFailed(f"the offset at byte {at} leaves the file")
        return target

    def root(self, identifier):
        if len(self.data) < 8 or self.data[4:8] != identifier:
            raise ImportFailed(f"the file does not carry {identifier.decode()} at byte 4")
        return Table(self, self.follow(0))


class Table:
    """One table; a field is named by its index in the schema."""

    def __init__(self, buffer, at):
        self.buffer = buffer
        self.at = at
        self.vtable = at - buffer.unpack("i", at)
        self.vtable_size = buffer.unpack("H", self.vtable)

    def field(self, index):
        """The place of a field, or None where the table leaves it out."""
        entry = 4 + 2 * index
        if entry + 2 > self.vtable_size:
            return None
        offset = self.buffer.unpack("H", self.vtable + entry)
        return self.at + offset if offset else None

    def scalar(self, index, code, default=0):
        at = self.field(index)
        return default if at is None else self.buffer.unpack(code, at)

    def table(self, index):
        at = self.field(index)
        return None if at is None else Table(self.buffer, self.buffer.follow(at))

    def span(self, index, width, most):
        """Start and length of a vector whose elements are `width` bytes wide."""
        at = self.field(index)
        if at is None:
            return 0, 0
        start = self.buffer.follow(at)
        count = self.buffer.unpack("I", start)
        if count > most:
            raise ImportFailed(f"the vector at byte {start} has {count} elements")
        if start + 4 + count * width > len(self.buffer.data):
            raise ImportFailed(f"the vector at byte {start} leaves the file")
        return start + 4, count

    def raw(self, index, most):
        start, count = self.span(index, 1, most)
        return self.buffer.data[start:start + count]

    def text(self, index, most=4096):
        return self.raw(index, most).decode("utf-8", "replace")

    def numbers(self, index, code, most):
        start, count = self.span(index, struct.calcsize("<" + code), most)
        return list(struct.unpack_from(f"<{count}{code}", self.buffer.data, start))

    def tables(self, index, most):
        start, count = self.span(index, 4, most)
        return [Table(self.buffer, self.buffer.follow(start + 4 * i))
                for i in range(count)]
