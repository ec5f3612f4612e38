# SPDX-License-Identifier: Apache-2.0
"""Turns a Keras model out of two scripts of TensorFlow.js into an ONNX file.

The picture goes in as "input", 1x3xHxW. The same files give the same bytes.
"""

import argparse
import os
import sys

from errors import ImportFailed
from keras import parse
from lower_keras import lower


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", help="the script with the layers")
    parser.add_argument("weights", help="the script with the weights")
    parser.add_argument("target", help="the ONNX file to write")
    parser.add_argument("--name", default="net", help="name of the graph")
    parser.add_argument("--output", required=True, help="name of the output")
    args = parser.parse_args()
    try:
        net = parse(read(args.model), read(args.weights))
        data = lower(net, args.name, args.output).serialise()
        half = args.target + ".part"
        with open(half, "wb") as file:
            file.write(data)
        os.replace(half, args.target)
    except (ImportFailed, OSError, UnicodeDecodeError) as error:
        sys.exit(f"import_keras: {args.model}: {error}")


if __name__ == "__main__":
    main()
