# SPDX-License-Identifier: Apache-2.0
"""TensorFlow.js graph models as plain Python objects: nodes and constants by name.

A model is a JSON file, which holds the graph and a list of its weights, and the weights'
bytes. Every field is checked before it is used.
"""

import base64
import binascii
import json
import math
from dataclasses import dataclass

from errors import ImportFailed

MAX_JSON = 16 << 20
MAX_BYTES = 256 << 20
MAX_NODES = 1 << 14
MAX_INPUTS = 64
MAX_DIMS = 8
MAX_DIM = 1 << 20

# The width in bytes of each type a weight may be stored in, and its code for struct.
STORED = {"float32": (4, "f"), "float16": (2, "e"), "int32": (4, "i")}


@dataclass
class Constant:
    shape: list
    code: str       # of struct
    data: bytes


@dataclass
class Node:
    name: str
    op: str
    inputs: list
    attributes: dict


@dataclass
class Graph:
    nodes: dict
    constants: dict


def _get(value, key, kind, default=None):
    """A member of a JSON object, which must be of the kind; the default where absent."""
    found = value.get(key, default) if isinstance(value, dict) else None
    if not isinstance(found, kind) or isinstance(found, bool) and kind is int:
        raise ImportFailed(f"{key!r} is missing or of the wrong kind")
    return found


def _shape(values):
    if len(values) > MAX_DIMS or any(
            type(d) is not int or not 0 < d <= MAX_DIM for d in values):
        raise ImportFailed(f"the shape {str(values)[:80]} is not known")
    return values


def _weights(manifest, data):
    """The weights lie end to end in the order in which the groups list them."""
    constants, at = {}, 0
    for group in manifest:
        for entry in _get(group, "weights", list):
            name = _get(entry, "name", str)
            shape = _shape(_get(entry, "shape", list))
            stored = _get(entry, "dtype", str)
            if "quantization" in entry:
                stored = _get(_get(entry, "quantization", dict), "dtype", str)
                if stored != "float16":
                    raise ImportFailed(f"{name} is quantised as {stored}")
            if stored not in STORED or name in constants:
                raise ImportFailed(f"{name} is of type {stored}, or there twice")
            size = STORED[stored][0] * math.prod(shape)
            if len(constants) >= MAX_NODES or at + size > len(data):
                raise ImportFailed(f"{name} ends at byte {at + size} of {len(data)}")
            constants[name] = Constant(shape, STORED[stored][1], data[at:at + size])
            at += size
    if at != len(data):
        raise ImportFailed(f"{len(data) - at} bytes belong to no weight")
    return constants


def text(value):
    """The text of an attribute, which the file holds in base64."""
    try:
        return base64.b64decode(_get(value, "s", str), validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise ImportFailed(f"an attribute is no text: {error}") from error


def integers(value, most):
    """The integers of an attribute, which are written as text."""
    found = _get(_get(value, "list", dict), "i", list, [])
    if len(found) > most or any(
            not isinstance(i, str) or not i.lstrip("-").isdecimal() or len(i) > 12
            for i in found):
        raise ImportFailed("an attribute is no list of integers")
    return [int(i) for i in found]


def _operand(name):
    """The node behind the name of an operand; first outputs only."""
    if not isinstance(name, str) or name.startswith("^"):
        raise ImportFailed(f"the operand {name!r} is not known")
    stem, colon, place = name.rpartition(":")
    if not colon:
        return name
    if place != "0":
        raise ImportFailed(f"{name} is not the first output of a node")
    return stem


def _node(value):
    inputs = _get(value, "input", list, [])
    if len(inputs) > MAX_INPUTS:
        raise ImportFailed(f"a node has {len(inputs)} operands")
    return Node(_get(value, "name", str), _get(value, "op", str),
                [_operand(name) for name in inputs], _get(value, "attr", dict, {}))


def parse(model, data):
    """model: the bytes of the JSON file; data: those of the weights."""
    if len(model) > MAX_JSON or len(data) > MAX_BYTES:
        raise ImportFailed(f"{len(model)} and {len(data)} bytes are more than allowed")
    try:
        root = json.loads(model.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ImportFailed(f"the model is no JSON: {error}") from error
    if _get(root, "format", str) != "graph-model":
        raise ImportFailed("the file is no graph model")
    listed = _get(_get(root, "modelTopology", dict), "node", list)
    if len(listed) > MAX_NODES:
        raise ImportFailed(f"{len(listed)} nodes are more than {MAX_NODES}")
    nodes = {}
    for value in listed:
        node = _node(value)
        if node.name in nodes:
            raise ImportFailed(f"two nodes are named {node.name}")
        nodes[node.name] = node
    return Graph(nodes, _weights(_get(root, "weightsManifest", list), data))
