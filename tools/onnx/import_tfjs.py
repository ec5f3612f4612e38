# SPDX-License-Identifier: Apache-2.0
"""Turns one output of a TensorFlow.js graph model into an ONNX file.

The picture goes in as "input", 1x3xSxS; other outputs and what only they need are left
out. The same files give the same bytes.
"""

import argparse
import os
import sys

from errors import ImportFailed
from lower_tfjs import lower
from tfjs import parse


def convert(model, data, name, node, output, size):
    return lower(parse(model, data), name, node, output, size).serialise()


def read(path):
    with open(path, "rb") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", help="the JSON file")
    parser.add_argument("weights", help="the weights' file")
    parser.add_argument("target", help="the ONNX file to write")
    parser.add_argument("--name", default="net", help="name of the graph")
    parser.add_argument("--size", type=int, required=True, help="side of the picture")
    parser.add_argument("--node", required=True, help="the node to be kept as output")
    parser.add_argument("--output", required=True, help="name of the output")
    args = parser.parse_args()
    try:
        if not 1 <= args.size <= 4096:
            raise ImportFailed(f"a picture of {args.size} pixels")
        model = convert(read(args.model), read(args.weights), args.name, args.node,
                        args.output, args.size)
        half = args.target + ".part"
        with open(half, "wb") as file:
            file.write(model)
        os.replace(half, args.target)
    except (ImportFailed, OSError) as error:
        sys.exit(f"import_tfjs: {args.model}: {error}")


if __name__ == "__main__":
    main()
