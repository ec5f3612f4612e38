# SPDX-License-Identifier: Apache-2.0
"""Reads a Keras model that TensorFlow.js wrote and a bundler packed into two scripts.

One script is an object literal with the layers and the list of weights, the other one
string, the weights in base64. Nothing of them is run.
"""

import base64
import binascii
import json
import math
import re
from dataclasses import dataclass

from errors import ImportFailed

TEXT_MAX = 64 << 20
WEIGHTS_MAX = 1 << 26
TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[A-Za-z_$][\w$]*|![01]|-?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?'
                   r'|[{}\[\]:,]|\s+')


def _start(script, what):
    at = script.find(what)
    if len(script) > TEXT_MAX or at < 0:
        raise ImportFailed(f"there is no {what!r} in the script")
    return at + len(what) - 1


def literal(script, at):
    """The object literal that begins at a place of a script, as JSON would give it."""
    out, depth = [], 0
    for match in iter(lambda: TOKEN.match(script, at), None):
        token, at = match.group(), match.end()
        if token.isspace():
            continue
        if token[0].isalpha() or token[0] in "_$":
            out.append(token if token in ("null", "true", "false") else json.dumps(token))
        elif token in ("!0", "!1"):
            out.append("true" if token == "!0" else "false")
        elif token[0] in "-.0123456789":
            out.append(repr(float(token)) if any(c in token for c in ".e") else token)
        else:
            out.append(token)
            depth += (token in "{[") - (token in "}]")
            if depth == 0:
                break
    try:
        return json.loads("".join(out))
    except ValueError as error:
        raise ImportFailed(f"not an object literal: {error}") from None


@dataclass
class Layer:
    kind: str
    name: str
    config: dict
    inputs: list


@dataclass
class Net:
    layers: list
    output: str
    weights: dict    # name: (shape, values)


def _layers(config):
    for entry in config["layers"]:
        nodes = entry["inbound_nodes"]
        if len(nodes) > 1:
            raise ImportFailed(f"layer {entry['name']} is used more than once")
        inputs = [source[0] for source in nodes[0]] if nodes else []
        yield Layer(entry["class_name"], entry["name"], entry["config"], inputs)


def _weights(manifest, data):
    at, found = 0, {}
    for group in manifest:
        for entry in group["weights"]:
            shape, rule = entry["shape"], entry.get("quantization")
            if not rule or rule["dtype"] != "uint8" or len(shape) > 4 or not all(
                    isinstance(n, int) and 1 <= n <= 1 << 16 for n in shape):
                raise ImportFailed(f"weights {entry['name']}: their kind is not known")
            count = math.prod(shape)
            if count > len(data) - at:
                raise ImportFailed(f"weights {entry['name']}: the data ends too early")
            low, step = float(rule["min"]), float(rule["scale"])
            table = [low + step * i for i in range(256)]
            found[entry["name"]] = (shape, [table[i] for i in data[at:at + count]])
            at += count
    if at != len(data):
        raise ImportFailed(f"{len(data) - at} bytes of weights belong to nothing")
    return found


def parse(model, weights):
    """Both scripts as text."""
    tree = literal(model, _start(model, ".exports={"))
    start = _start(weights, '.exports="') + 1
    try:
        data = base64.b64decode(weights[start:weights.index('"', start)], validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImportFailed(f"the weights are not base64: {error}") from None
    if len(data) > WEIGHTS_MAX:
        raise ImportFailed("more weights than any net here has")
    try:
        config = tree["modelTopology"]["model_config"]["config"]
        return Net(list(_layers(config)), config["output_layers"][0][0],
                   _weights(tree["weightsManifest"], data))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ImportFailed(f"the model's description is damaged: {error!r}") from None
