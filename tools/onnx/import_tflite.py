# SPDX-License-Identifier: Apache-2.0
"""Turns a TensorFlow Lite file into an ONNX file.

The picture goes in as "input", 1x3xSxS; the outputs keep their order and take the names
that are given. The same file gives the same bytes.
"""

import argparse
import os
import sys

from errors import ImportFailed
from lower import lower
from tflite import parse


def convert(data, name, outputs):
    return lower(parse(data), name, outputs).serialise()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("source", help="the TensorFlow Lite file")
    parser.add_argument("target", help="the ONNX file to write")
    parser.add_argument("--name", default="net", help="name of the graph")
    parser.add_argument("--outputs", required=True,
                        help="names of the outputs, with commas between")
    args = parser.parse_args()
    try:
        with open(args.source, "rb") as file:
            data = file.read()
        model = convert(data, args.name, args.outputs.split(","))
        half = args.target + ".part"
        with open(half, "wb") as file:
            file.write(model)
        os.replace(half, args.target)
    except (ImportFailed, OSError) as error:
        sys.exit(f"import_tflite: {args.source}: {error}")


if __name__ == "__main__":
    main()
