# SPDX-License-Identifier: Apache-2.0
"""The few Protocol Buffers primitives that ONNX files need."""

import struct

from errors import ImportFailed

VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def varint(value):
    """Negative numbers take ten bytes, as the format asks for int64."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def integer(number, value):
    return varint(number << 3 | VARINT) + varint(value)


def floating(number, value):
    return varint(number << 3 | FIXED32) + struct.pack("<f", value)


def block(number, data):
    """A length-delimited field: text, bytes or a message that is already written."""
    if isinstance(data, str):
        data = data.encode("utf-8")
    return varint(number << 3 | BYTES) + varint(len(data)) + data


def packed(number, values):
    return block(number, b"".join(varint(v) for v in values))


def read_varint(data, at):
    value = 0
    for shift in range(0, 70, 7):
        if at >= len(data):
            raise ImportFailed("a number is cut off at the end of the file")
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (1 << 64) - 1, at
    raise ImportFailed(f"the number before byte {at} is longer than ten bytes")


def fields(data):
    """Yields (number, wire type, value) of one message: an int, or bytes."""
    at = 0
    while at < len(data):
        key, at = read_varint(data, at)
        wire = key & 7
        if wire == VARINT:
            value, at = read_varint(data, at)
            yield key >> 3, wire, value
            continue
        if wire == BYTES:
            size, at = read_varint(data, at)
        elif wire in (FIXED64, FIXED32):
            size = 8 if wire == FIXED64 else 4
        else:
            raise ImportFailed(f"unknown wire type {wire} before byte {at}")
        if at + size > len(data):
            raise ImportFailed(f"the field at byte {at} leaves the message")
        yield key >> 3, wire, data[at:at + size]
        at += size
